// probe/check.h: checks as data, and what a check in C may call.
//
// Most checks are a table of steps. Texts of a step are templates with variables: $name (of this
// check alone), $run (of this run), $id1 to $id8 (what this check made, in order), and from steps
// that prepare: $etag, $modified, $location. In bodies they are escaped, in paths encoded.
//
// `want` is a pattern for the JSON that comes back (probe/match.h).
// SPDX-License-Identifier: Apache-2.0
#ifndef PROBE_CHECK_H
#define PROBE_CHECK_H

#include "base/limits.h"
#include "json/value.h"
#include "probe/probe.h"

#define URN_USER "urn:ietf:params:scim:schemas:core:2.0:User"
#define URN_GROUP "urn:ietf:params:scim:schemas:core:2.0:Group"
#define URN_ENTERPRISE "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
#define URN_CONFIG "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
#define URN_TYPE "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
#define URN_SCHEMA "urn:ietf:params:scim:schemas:core:2.0:Schema"
#define URN_LIST "urn:ietf:params:scim:api:messages:2.0:ListResponse"
#define URN_SEARCH "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
#define URN_PATCH "urn:ietf:params:scim:api:messages:2.0:PatchOp"
#define URN_BULK "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
#define URN_BULK_REPLY "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
#define URN_ERROR "urn:ietf:params:scim:api:messages:2.0:Error"

// Members that begin the body of a user or group.
#define USER(name) "\"schemas\":[\"" URN_USER "\"],\"userName\":\"" name "\""
#define GROUP(name) "\"schemas\":[\"" URN_GROUP "\"],\"displayName\":\"" name "\""
// A whole PATCH body around its operations.
#define PATCH(operations) "{\"schemas\":[\"" URN_PATCH "\"],\"Operations\":[" operations "]}"

// Rows of steps that many checks begin or end with; `more` begins with a comma or is "".
#define MAKES_USER(more) MAKES("/Users", "{" USER("$name") more "}")
#define MAKES(endpoint, json)                                                                      \
    {                                                                                              \
        .method = "POST", .path = endpoint, .body = json, .status = "201", .prepares = true        \
    }
// $id1 and $id2, named $name-1 and $name-2.
#define MAKES_TWO MAKES("/Users", "{" USER("$name-1") "}"), MAKES("/Users", "{" USER("$name-2") "}")
#define GETS(target, pattern)                                                                      \
    {                                                                                              \
        .method = "GET", .path = target, .status = "200", .want = pattern                          \
    }
#define STEPS(...) ((const struct check_step[]){__VA_ARGS__, {0}})

// What a server has to support for a check to make sense.
enum {
    NEED_PATCH = 1 << 0,
    NEED_FILTER = 1 << 1,
    NEED_SORT = 1 << 2,
    NEED_ETAG = 1 << 3,
    NEED_BULK = 1 << 4,
    NEED_CURSOR = 1 << 5,
    NEED_INDEX = 1 << 6,
    NEED_GROUPS = 1 << 7,
    NEED_ENTERPRISE = 1 << 8,
    NEED_PEOPLE = 1 << 9,  // the three users of probe/people.c
};

struct check_step {
    const char *method;
    const char *path;    // behind the base URL
    const char *body;    // NULL: none
    const char *header;  // "If-Match: $etag" replaces what is usually sent; empty value: nothing
    const char *status;  // "200 204", "4xx"
    const char *want;    // pattern of the body; "-": there is none
    const char *heads;   // "Location: *": a header that has to be there; a value is its beginning
    bool prepares;       // if it does not hold, the check is skipped; its answer sets variables
};

struct probe;

struct check {
    struct check_about about;
    unsigned needs;
    const char *uses;  // attributes of User, between blanks, that the server has to have
    const struct check_step *steps;    // ends with a row without a method
    void (*run)(struct probe *probe);  // instead of or behind steps
};

// Tables of the areas; each ends with a row without an id.
extern const struct check *const probe_areas[];
extern const struct check bulk_checks[];
extern const struct check create_checks[];
extern const struct check cursor_checks[];
extern const struct check delete_checks[];
extern const struct check discovery_checks[];
extern const struct check error_checks[];
extern const struct check etag_checks[];
extern const struct check filter_checks[];
extern const struct check group_checks[];
extern const struct check page_checks[];
extern const struct check patch_checks[];
extern const struct check patch_list_checks[];
extern const struct check patch_refusal_checks[];
extern const struct check projection_checks[];
extern const struct check put_checks[];
extern const struct check read_checks[];
extern const struct check sort_checks[];

// What came back for the last request.
struct reply {
    enum http_sent sent;
    struct http_answer answer;
    const struct roster_json *json;  // NULL: the body is none
    str why;                         // there is no answer or no JSON
};

// What discovery told before the first check.
struct service {
    const struct roster_json *config;   // NULL: not told
    const struct roster_json *types;    // array of what /ResourceTypes lists; NULL: not told
    const struct roster_json *schemas;  // array of what /Schemas lists; NULL: not told
    struct roster_json *required;       // members that every user has to have besides userName
};

// Something that the run may have made on the server.
struct made {
    str endpoint;  // "/Users"
    str name;      // userName or displayName
    str id;        // empty: the answer that would tell it has not come
    bool sure;     // what stands under that id bears that name
    bool found;    // by its name, in the server's own list
    bool shared;   // by several checks
    bool gone;
};

enum { RUN_NAME_LEN = 21 };  // "roster-check-" and eight digits

struct probe {
    const struct probe_options *options;
    struct roster_arena *keep;     // what the report points to
    struct roster_arena *facts;    // what is known of the server
    struct roster_arena *scratch;  // of one check
    struct service service;
    char run[RUN_NAME_LEN + 1];
    struct made *made;
    size_t made_count;
    int failures;  // calls in a row without an answer
    bool people;   // they are there
    bool people_failed;

    // Of the check that runs now.
    const struct check *check;
    size_t check_index;
    struct probe_result *result;
    str ids[PROBE_CHECK_MADE_MAX];
    size_t id_count;
    str etag, modified, location;
    str sent;
    struct reply reply;
};

// Each says no and why, once: `return probe_unmet(...)`. Always false.
bool probe_unmet(struct probe *probe, const char *format, ...) ROSTER_PRINTF(2, 3);
bool probe_skip(struct probe *probe, const char *format, ...) ROSTER_PRINTF(2, 3);
// Sends a step and judges the answer, which is then in probe->reply. False: the check is decided.
bool probe_step(struct probe *probe, const struct check_step *step);
// Only sends. False without an answer.
bool probe_send(struct probe *probe, const struct check_step *step);

#endif
