// attack_test.c: requests that are meant to take much work. Each is answered within a bound of
// steps that does not depend on the machine (base/limits.h), or refused in the right words.
// SPDX-License-Identifier: Apache-2.0
#include "kit/rig.h"
#include "store/member.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

// Few enough in "acme" to be read through long before the time is over that a search has on any
// machine; so many in "mass" that a filter can ask more of them than any may.
#define USERS INT64_C(200)
#define HEAVY INT64_C(2)
#define MASS INT64_C(60)
#define EMAILS INT64_C(1900)
#define MEMBERS INT64_C(1000)
enum { TEXT_MAX = 1 << 20 };

static struct rig rig;
static char acme[80];  // Authorization
static char mass[80];
static char heavy_id[64];
static char group_id[64];
static char body[TEXT_MAX];

static struct rig_reply send_as(const char *who, const char *method, const char *path,
                                const char *text)
{
    const struct http_header headers[] = {{STR("Authorization"), str_of(who)}};
    return rig_send(&rig, str_of(method), str_of(path), headers, COUNT_OF(headers), str_of(text));
}

static struct rig_reply send_text(const char *method, const char *path, const char *text)
{
    return send_as(acme, method, path, text);
}

static void insert(int64_t tenant, int type, const char *id, const char *document,
                   struct resource_row *row)
{
    *row = (struct resource_row){.type = type,
                                 .id = str_of(id),
                                 .revision = 1,
                                 .document = str_of(document),
                                 .display = str_of(id)};
    assert_int_equal(resource_insert(store_writer(rig.store), tenant, row, NULL), STORE_OK);
}

// People of an everyday size, and some with thousands of addresses.
static void add_people(int64_t tenant, int light, int all)
{
    struct resource_row row;
    char id[64];
    for (int at = 0; at < all; at++) {
        bool heavy = at >= light;
        int len = 0;
        snprintf(id, sizeof(id), "%s-%d", heavy ? "heavy" : "person", at);
        len += snprintf(body, TEXT_MAX,
                        "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"],"
                        "\"id\":\"%s\",\"userName\":\"%s\",\"title\":\"Engineer\",\"emails\":[",
                        id, id);
        for (int email = 0; email < (heavy ? EMAILS : 5); email++) {
            len += snprintf(body + len, (size_t)(TEXT_MAX - len),
                            "%s{\"value\":\"%d.%s@example.com\",\"type\":\"work\"}",
                            email == 0 ? "" : ",", email, id);
        }
        snprintf(body + len, (size_t)(TEXT_MAX - len), "]}");
        insert(tenant, TYPE_NUMBER_USER, id, body, &row);
    }
}

static void add_group(int64_t tenant)
{
    struct resource_row group;
    char id[64];
    snprintf(group_id, sizeof(group_id), "group");
    insert(tenant, TYPE_NUMBER_GROUP, group_id,
           "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:Group\"],\"id\":\"group\","
           "\"displayName\":\"Everybody\"}",
           &group);
    for (int at = 0; at < MEMBERS; at++) {
        struct resource_row row;
        snprintf(id, sizeof(id), "member-%d", at);
        insert(tenant, TYPE_NUMBER_USER, id, "{\"schemas\":[],\"id\":\"m\"}", &row);
        struct member_row member = {.row = row.row, .type = TYPE_NUMBER_USER, .id = row.id};
        assert_int_equal(member_insert(store_writer(rig.store), tenant, group.row, &member),
                         STORE_OK);
    }
}

// `before`, `piece` so many times with `between`, `after`. "#" in the piece is its number. Quotes
// are written as "'".
struct shape {
    const char *before;
    const char *piece;
    const char *between;
    int times;
    const char *after;
};

static int write_shape(const struct shape *shape, char *out, size_t max)
{
    size_t len = (size_t)snprintf(out, max, "%s", shape->before);
    for (int at = 0; at < shape->times; at++) {
        len += (size_t)snprintf(out + len, max - len, "%s", at == 0 ? "" : shape->between);
        for (const char *c = shape->piece; *c != '\0'; c++) {
            len += (size_t)(*c == '#' ? snprintf(out + len, max - len, "%d", at)
                                      : snprintf(out + len, max - len, "%c", *c));
        }
    }
    len += (size_t)snprintf(out + len, max - len, "%s", shape->after);
    assert_true(len < max);
    return (int)len;
}

// Two as a client makes them, with all rows of the index.
static void post_people(void)
{
    struct roster_json *json = NULL;
    struct roster_error err = {0};
    struct shape heavy = {
        "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"],\"userName\":\"heavy\","
        "\"title\":\"E\",\"emails\":[",
        "{\"value\":\"#@example.com\",\"type\":\"work\"}", ",", EMAILS, "]}"};
    (void)write_shape(&heavy, body, TEXT_MAX);
    struct rig_reply reply = send_text("POST", "/scim/v2/Users", body);
    assert_int_equal(reply.status, 201);
    assert_true(roster_json_read(reply.body, rig.arena, &json, &err));
    str id = json_find_text(json, STR("id"));
    snprintf(heavy_id, sizeof(heavy_id), "%.*s", STR_ARGS(id));
    reply = send_text("POST", "/scim/v2/Users",
                      "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"],"
                      "\"userName\":\"light\",\"title\":\"E\"}");
    assert_int_equal(reply.status, 201);
}

// JSON with "'" for what quotes in it: a filter in a string has them escaped.
static void write_json(const char *text, char *out, size_t max)
{
    size_t len = 0;
    for (; *text != '\0' && len + 3 < max; text++) {
        if (*text == '\'') {
            out[len++] = '\\';
            out[len++] = '"';
        } else {
            out[len++] = *text;
        }
    }
    out[len] = '\0';
}

#define ALL (USERS + HEAVY + MEMBERS)
// Documents of all people, in steps.
#define ALL_DOCUMENTS (USERS * 8 + MEMBERS * 2 + HEAVY * EMAILS)

struct search_case {
    const char *name;
    const char *path;
    struct shape filter;
    const char *more;  // other members of the request
    int status;
    const char *type;  // scimType of a refusal
    int64_t steps;     // that it may take
};

static const struct search_case searches[] = {
    {"parentheses", "/Users", {"", "(", "", 40, "userName pr"}, "", 400, "invalidFilter", 0},
    {"closed parentheses",
     "/Users",
     {"((((((((((((((((((((((((((((((((((((((((userName pr", ")", "", 40, ""},
     "",
     400,
     "invalidFilter",
     0},
    {"nots", "/Users", {"", "not (", "", 40, "userName pr"}, "", 400, "invalidFilter", 0},
    {"a thousand clauses",
     "/Users",
     {"", "title eq '#'", " or ", 400, ""},
     "",
     400,
     "invalidFilter",
     0},
    {"a long literal",
     "/Users",
     {"title co '", "xxxxxxxx", "", 1100, "'"},
     "",
     400,
     "invalidFilter",
     0},
    {"a long name", "/Users", {"", "name.", "", 1700, " pr"}, "", 400, "invalidFilter", 0},
    {"as many clauses as there may be",
     "/Users",
     {"", "title eq '#'", " or ", 256, ""},
     "",
     200,
     NULL,
     ALL_DOCUMENTS + (USERS + HEAVY) * 3 * 260 + MEMBERS * 2 * 260},
    {"parts of every text",
     "/Users",
     {"userName co 'zz' or title ew 'zz' or displayName sw 'zz' or nickName co 'zz'"
      " or name.familyName co 'zz' or name.givenName ew 'zz' or emails.value co 'zz'"
      " or emails.display sw 'zz' or phoneNumbers.value co 'zz' or addresses.locality co 'zz'",
      "", "", 0, ""},
     "",
     200,
     NULL,
     ALL_DOCUMENTS + ALL * 20 + USERS * 5 * 2 + HEAVY *EMAILS * 4},
    {"every value of many, again and again",
     "/Users",
     {"not (emails[", "value co '@'", " and ", 254, " and value eq 'nobody'])"},
     "",
     400,
     "tooMany",
     SEARCH_STEPS_MAX + 2000},
    {"the same in few",
     "/Users",
     {"userName eq 'heavy' and emails[", "value co '@'", " and ", 100, " and value eq 'nobody']"},
     "",
     200,
     NULL,
     SEARCH_STEPS_INLINE + EMAILS * 320},
    {"sorting by what is not indexed",
     "/Users",
     {"emails.type pr", "", "", 0, ""},
     ",\"sortBy\":\"emails.value\"",
     200,
     NULL,
     ALL_DOCUMENTS * 2 + ALL * 8},
    {"a long list of attributes",
     "/Users",
     {"title pr", "", "", 0, ""},
     ",\"sortBy\":\"nobody.knows.this.name\"",
     400,
     "invalidValue",
     0},
    {"every member of a group",
     "/Groups",
     {"members[", "display co 'x#'", " or ", 200, "]"},
     "",
     200,
     NULL,
     MEMBERS * 2 + MEMBERS * 200 * 3},
    {"all types at once",
     "/",
     {"", "emails[value co 'q#']", " or ", 60, ""},
     "",
     200,
     NULL,
     ALL_DOCUMENTS + ALL * 125 + (USERS * 5 + HEAVY * EMAILS) * 60 * 3},
};

static int64_t count_of(const _Atomic uint64_t *counter)
{
    return (int64_t)atomic_load(counter);
}

static bool says_type(const struct rig_reply *reply, const char *type)
{
    char wanted[64];
    snprintf(wanted, sizeof(wanted), "\"scimType\":\"%s\"", type);
    return str_contains(reply->body, str_of(wanted));
}

static void every_search_has_a_bound(void **state)
{
    static char filter[64 * 1024];
    static char text[128 * 1024];
    char path[64];
    for (size_t at = 0; at < COUNT_OF(searches); at++) {
        const struct search_case *row = &searches[at];
        const struct metrics *metrics = &rig.app.metrics;
        int64_t steps = count_of(&metrics->search_steps);
        int64_t scans = count_of(&metrics->scan_steps);
        (void)write_shape(&row->filter, filter, sizeof(filter));
        write_json(filter, text, sizeof(text));
        snprintf(body, TEXT_MAX,
                 "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:SearchRequest\"],"
                 "\"filter\":\"%s\",\"attributes\":[\"id\"]%s}",
                 text, row->more);
        snprintf(path, sizeof(path), "/scim/v2%s/.search", strcmp(row->path, "/") ? row->path : "");
        bool is_mass = row->type != NULL && strcmp(row->type, "tooMany") == 0;
        struct rig_reply reply = send_as(is_mass ? mass : acme, "POST", path, body);
        steps = count_of(&metrics->search_steps) - steps;
        scans = count_of(&metrics->scan_steps) - scans;
        if (reply.status != row->status || (row->type != NULL && !says_type(&reply, row->type))) {
            fail_msg("%s: %d %.*s", row->name, reply.status, (int)reply.body.len, reply.body.ptr);
        }
        if (steps > row->steps || scans > ALL * 600) {
            fail_msg("%s: %lld steps, %lld allowed; %lld of the engine", row->name,
                     (long long)steps, (long long)row->steps, (long long)scans);
        }
    }
}

// What a loop thread does itself is bounded by far less, and the rest is a worker's.
static void a_loop_thread_leaves_what_is_heavy(void **state)
{
    const struct metrics *metrics = &rig.app.metrics;
    int64_t before = count_of(&metrics->search_steps);
    struct rig_reply reply = send_text(
        "GET", "/scim/v2/Users?filter=userName%20eq%20%22light%22%20and%20title%20co%20%22E%22",
        "");
    assert_int_equal(reply.status, 200);
    assert_false(reply.waited);
    assert_in_range(count_of(&metrics->search_steps) - before, 1, 100);
    reply =
        send_text("GET",
                  "/scim/v2/Users?filter=userName%20eq%20%22heavy%22%20and%20emails%5B"
                  "value%20co%20%22zz%22%20or%20value%20co%20%22qq%22%20or%20value%20co%20%22jj%22"
                  "%20or%20value%20co%20%22kk%22%20or%20value%20co%20%22ww%22%5D",
                  "");
    assert_int_equal(reply.status, 200);
    assert_true(reply.waited);
}

struct patch_case {
    const char *name;
    struct shape operations;
    const char *type;
    int status;
    bool group;
};

static const struct patch_case patches[] = {
    {"a filter over many values",
     {"", "{\"op\":\"remove\",\"path\":\"emails[value eq 'nobody#']\"}", ",", 20, ""},
     NULL,
     204,
     false},
    {"filters over many values, again and again",
     {"",
      "{\"op\":\"remove\",\"path\":\"emails[value co 'z#' or value co 'q' or value co 'j' or "
      "value co 'k' or value co 'w' or value co 'y' or value co 'v' or value co 'u']\"}",
      ",", 400, ""},
     "tooMany",
     400,
     false},
    {"a deep path",
     {"{\"op\":\"remove\",\"path\":\"emails[", "(", "", 40, "value pr\"}"},
     "invalidPath",
     400,
     false},
    {"a long path",
     {"{\"op\":\"remove\",\"path\":\"emails[", "value eq '#' or ", "", 2000, "value pr]\"}"},
     "invalidPath",
     400,
     false},
    {"more operations than there may be",
     {"", "{\"op\":\"remove\",\"path\":\"title\"}", ",", 10001, ""},
     NULL,
     413,
     false},
    {"members by name, one after the other",
     {"", "{\"op\":\"remove\",\"path\":\"members[value eq 'nobody#']\"}", ",", 5000, ""},
     NULL,
     204,
     true},
    {"one look at every member",
     {"{\"op\":\"remove\",\"path\":\"members[display co 'nobody' or type eq 'Robot']\"}", "", "", 0,
      ""},
     NULL,
     204,
     true},
    {"every member, again and again",
     {"", "{\"op\":\"remove\",\"path\":\"members[display co 'nobody#' or type eq 'Robot']\"}", ",",
      1000, ""},
     "tooMany",
     400,
     true},
};

static void write_patch(const struct patch_case *row, char *out, size_t max)
{
    static char operations[TEXT_MAX];
    int len = snprintf(out, max,
                       "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"],"
                       "\"Operations\":[");
    (void)write_shape(&row->operations, operations, sizeof(operations));
    write_json(operations, out + len, max - (size_t)len - 2);
    len = (int)strlen(out);
    snprintf(out + len, max - (size_t)len, "]}");
}

static bool is_refused_rightly(const struct patch_case *row, const struct rig_reply *reply)
{
    bool ok = row->status == 204 ? reply->status == 204 || reply->status == 200
                                 : reply->status == row->status;
    return ok && (row->type == NULL || says_type(reply, row->type));
}

static void every_patch_has_a_bound(void **state)
{
    char path[96];
    for (size_t at = 0; at < COUNT_OF(patches); at++) {
        const struct patch_case *row = &patches[at];
        write_patch(row, body, TEXT_MAX);
        snprintf(path, sizeof(path), "/scim/v2/%s/%s", row->group ? "Groups" : "Users",
                 row->group ? group_id : heavy_id);
        struct rig_reply reply = send_text("PATCH", path, body);
        if (!is_refused_rightly(row, &reply)) {
            fail_msg("%s: %d %.*s", row->name, reply.status,
                     (int)(reply.body.len > 300 ? 300 : reply.body.len), reply.body.ptr);
        }
    }
}

// In a job each of them is refused for itself, and the others run.
static void a_job_of_them_has_their_bounds(void **state)
{
    static char patch[TEXT_MAX / 2];
    write_patch(&patches[COUNT_OF(patches) - 1], patch, sizeof(patch));
    snprintf(body, TEXT_MAX,
             "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:BulkRequest\"],\"Operations\":["
             "{\"method\":\"PATCH\",\"path\":\"/Groups/%s\",\"data\":%s},"
             "{\"method\":\"DELETE\",\"path\":\"/Users/person-1\"}]}",
             group_id, patch);
    struct rig_reply reply = send_text("POST", "/scim/v2/Bulk", body);
    assert_int_equal(reply.status, 200);
    assert_true(says_type(&reply, "tooMany"));
    assert_true(str_contains(reply.body, STR("\"status\":\"204\"")));
}

static void open_tenant(const char *name, int light, int heavy, bool group, char *who, size_t max)
{
    struct secret token;
    struct tenant_row row = {0};
    rig_tenant(&rig, name, "rfc");
    rig_token(&rig, name, "", &token);
    snprintf(who, max, "Bearer %s", token.text);
    assert_int_equal(tenant_find(rig.lane.conn, str_of(name), rig.arena, &row), STORE_OK);
    assert_int_equal(conn_begin(store_writer(rig.store)), STORE_OK);
    add_people(row.tenant, light, light + heavy);
    if (group) {
        add_group(row.tenant);
    }
    assert_int_equal(conn_commit(store_writer(rig.store)), STORE_OK);
}

static int setup(void **state)
{
    rig_open(&rig);
    open_tenant("acme", USERS, HEAVY, true, acme, sizeof(acme));
    open_tenant("mass", 0, MASS, false, mass, sizeof(mass));
    post_people();
    return 0;
}

static int teardown(void **state)
{
    rig_close(&rig);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_search_has_a_bound),
        cmocka_unit_test(a_loop_thread_leaves_what_is_heavy),
        cmocka_unit_test(every_patch_has_a_bound),
        cmocka_unit_test(a_job_of_them_has_their_bounds),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
