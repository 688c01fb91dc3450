// federation_test.c: two partners and the company's own people in one tenant: what each sees and
// touches, over every route.
// SPDX-License-Identifier: Apache-2.0
#include "kit/rig.h"

#include "core/sources.h"
#include "core/undo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

enum { TEXT_MAX = 4096, ID_SIZE = 40 };

// Who acts: A and B are partners with domains who see their own, H has owned attributes, D is the
// default source without a policy.
enum who { A, B, H, D, WHO_COUNT };

static struct rig rig;
static char authorization[WHO_COUNT][80];
static char ids[26][ID_SIZE];  // by a letter, "{A}" in texts

static const char *expand(const char *text, char out[TEXT_MAX])
{
    size_t len = 0;
    for (; text != NULL && *text != '\0' && len + ID_SIZE < TEXT_MAX; text++) {
        if (text[0] == '{' && text[1] >= 'A' && text[1] <= 'Z' && text[2] == '}') {
            len += (size_t)snprintf(out + len, TEXT_MAX - len, "%s", ids[text[1] - 'A']);
            text += 2;
        } else {
            out[len++] = *text;
        }
    }
    out[len] = '\0';
    return out;
}

static struct rig_reply ask(enum who who, const char *method, const char *path, const char *body)
{
    char target[TEXT_MAX];
    char sent[TEXT_MAX];
    char whole[TEXT_MAX + 16];
    const struct http_header headers[] = {{STR("Authorization"), str_of(authorization[who])}};
    snprintf(whole, sizeof(whole), "/scim/v2%s", expand(path, target));
    return rig_send(&rig, str_of(method), str_of(whole), headers, 1, str_of(expand(body, sent)));
}

static void keep(char letter, struct rig_reply reply)
{
    struct roster_json *json = NULL;
    struct roster_error err = {0};
    assert_int_equal(reply.status, 201);
    assert_true(roster_json_read(reply.body, rig.arena, &json, &err));
    snprintf(ids[letter - 'A'], ID_SIZE, "%.*s", STR_ARGS(json_find_text(json, STR("id"))));
}

static bool change_source(const char *name, const char *key, const char *value, bool add,
                          struct roster_error *err)
{
    struct admin admin = rig_admin(&rig);
    const struct tenant_setting setting = {str_of(key), str_of(value)};
    const struct source_request request = {STR("acme"), str_of(name), &setting, 1};
    struct source_view view;
    int64_t taken = 0;
    return add ? sources_add(&admin, &request, &view, &taken, err)
               : sources_set(&admin, &request, &view, &taken, err);
}

static void set(const char *name, const char *key, const char *value)
{
    struct roster_error err = {0};
    if (!change_source(name, key, value, false, &err)) {
        fail_msg("%s %s=%s: %s", name, key, value, err.detail);
    }
}

static void credential(enum who who, const char *source)
{
    struct secret token;
    rig_token(&rig, "acme", source, &token);
    snprintf(authorization[who], sizeof(authorization[who]), "Bearer %.*s", TOKEN_TEXT_LEN,
             token.text);
}

static void make_people(void)
{
    keep('A',
         ask(A, "POST", "/Users",
             "{\"userName\":\"ada@a.example\",\"externalId\":\"x1\",\"displayName\":\"Ada\"}"));
    keep('B',
         ask(B, "POST", "/Users",
             "{\"userName\":\"bob@b.example\",\"externalId\":\"x1\",\"displayName\":\"Bob\"}"));
    keep('H', ask(H, "POST", "/Users", "{\"userName\":\"hal\",\"displayName\":\"Hal\"}"));
    keep('G',
         ask(A, "POST", "/Groups", "{\"displayName\":\"ga\",\"members\":[{\"value\":\"{A}\"}]}"));
    keep('K',
         ask(B, "POST", "/Groups", "{\"displayName\":\"gb\",\"members\":[{\"value\":\"{B}\"}]}"));
    keep('S', ask(H, "POST", "/Groups",
                  "{\"displayName\":\"all\",\"members\":[{\"value\":\"{A}\"},{\"value\":\"{B}\"},"
                  "{\"value\":\"{H}\"}]}"));
}

static int open_rig(void **state)
{
    rig_open(&rig);
    rig_tenant(&rig, "acme", "interop");
    rig_set(&rig, "acme", "guard-deletions", "off");
    rig_set(&rig, "acme", "guard-removals", "off");
    rig_set(&rig, "acme", "guard-deactivations", "off");
    credential(A, "a");
    credential(B, "b");
    credential(H, "hr");
    credential(D, "");
    set("a", "domains", "a.example");
    set("a", "sees", "own");
    set("b", "domains", "b.example");
    set("b", "sees", "own");
    set("hr", "owns", "title");
    make_people();
    return 0;
}

static int close_rig(void **state)
{
    rig_close(&rig);
    return 0;
}

// One request and what its answer has to be like. Texts may be NULL.
struct call_step {
    enum who who;
    const char *method;
    const char *path;
    const char *body;
    int status;
    const char *has;
    const char *lacks;
};

static void run(const struct call_step *steps, size_t count)
{
    for (size_t at = 0; at < count; at++) {
        const struct call_step *step = &steps[at];
        char text[TEXT_MAX];
        struct rig_reply reply = ask(step->who, step->method, step->path, step->body);
        bool has = step->has == NULL || str_contains(reply.body, str_of(expand(step->has, text)));
        bool lacks =
            step->lacks == NULL || !str_contains(reply.body, str_of(expand(step->lacks, text)));
        if (reply.status != step->status || !has || !lacks) {
            fail_msg("step %zu: %s %s %s: %d %.*s", at, step->method, step->path,
                     step->body == NULL ? "" : step->body, reply.status, STR_ARGS(reply.body));
        }
    }
}

#define PATCH_OF(OP, PATH, VALUE)                                                                  \
    "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"],\"Operations\":[{\"op\":"    \
    "\"" OP "\",\"path\":\"" PATH "\",\"value\":" VALUE "}]}"

static void what_a_source_may_not_see_is_not_there_by_any_route(void **state)
{
    static const struct call_step steps[] = {
        {A, "GET", "/Users/{A}", NULL, 200, "{A}", "{S}"},
        {A, "GET", "/Users/{B}", NULL, 404, "no User", "Bob"},
        {A, "GET", "/Users/{H}", NULL, 404, NULL, "Hal"},
        {A, "GET", "/Groups/{K}", NULL, 404, NULL, "gb"},
        {A, "GET", "/Groups/{S}", NULL, 404, NULL, "all"},
        {A, "PUT", "/Users/{B}", "{\"userName\":\"bob@a.example\"}", 404, NULL, "Bob"},
        {A, "PATCH", "/Users/{B}", PATCH_OF("replace", "displayName", "\"x\""), 404, NULL, "Bob"},
        {A, "PATCH", "/Groups/{K}", PATCH_OF("add", "members", "[{\"value\":\"{A}\"}]"), 404, NULL,
         NULL},
        {A, "DELETE", "/Users/{B}", NULL, 404, NULL, NULL},
        {A, "DELETE", "/Groups/{S}", NULL, 404, NULL, NULL},
        {A, "GET", "/Users", NULL, 200, "\"totalResults\":1,", "{B}"},
        {A, "GET", "/Groups", NULL, 200, "\"totalResults\":1,", "{S}"},
        {A, "GET", "/", NULL, 200, "\"totalResults\":2,", "{B}"},
        {A, "GET", "/Users?count=0", NULL, 200, "\"totalResults\":1,", NULL},
        {A, "GET", "/Users?cursor", NULL, 200, "\"totalResults\":1", "{H}"},
        {A, "GET", "/Users?cursor&count=1", NULL, 200, "{A}", "nextCursor"},
        {A, "GET", "/Users?startIndex=2", NULL, 200, "\"totalResults\":1,", "userName"},
        {A, "GET", "/Users?sortBy=userName&sortOrder=descending", NULL, 200, "\"totalResults\":1,",
         "{H}"},
        {A, "GET", "/Users?sortBy=displayName", NULL, 200, "\"totalResults\":1,", "{B}"},
        {A, "GET", "/Users?sortBy=meta.lastModified", NULL, 200, "\"totalResults\":1,", "{B}"},
        {A, "GET", "/Users?sortBy=title", NULL, 200, "\"totalResults\":1,", "{B}"},
        {A, "GET", "/Users?filter=userName%20eq%20%22bob@b.example%22", NULL, 200,
         "\"totalResults\":0,", NULL},
        {A, "GET", "/Users?filter=id%20eq%20%22{B}%22", NULL, 200, "\"totalResults\":0,", NULL},
        {A, "GET", "/Users?filter=externalId%20eq%20%22x1%22", NULL, 200, "\"totalResults\":1,",
         "{B}"},
        {A, "GET", "/Users?filter=not%20(userName%20eq%20%22ada@a.example%22)", NULL, 200,
         "\"totalResults\":0,", NULL},
        {A, "GET", "/Users?filter=userName%20co%20%22a%22", NULL, 200, "\"totalResults\":1,",
         "{H}"},
        {A, "GET", "/Users?filter=userName%20pr%20or%20displayName%20pr", NULL, 200,
         "\"totalResults\":1,", "{H}"},
        {A, "GET", "/Users?filter=meta.lastModified%20gt%20%222001-01-01T00:00:00Z%22", NULL, 200,
         "\"totalResults\":1,", "{H}"},
        {A, "GET", "/Users?filter=title%20ne%20%22x%22%20or%20active%20eq%20true", NULL, 200, NULL,
         "{H}"},
        {A, "GET", "/Users?filter=groups.value%20eq%20%22{S}%22", NULL, 200, "\"totalResults\":0,",
         NULL},
        {A, "GET", "/Users?filter=groups.value%20eq%20%22{G}%22", NULL, 200, "\"totalResults\":1,",
         NULL},
        {A, "GET", "/Groups?filter=members.value%20eq%20%22{B}%22", NULL, 200,
         "\"totalResults\":0,", NULL},
        {A, "GET", "/Groups?filter=members.value%20eq%20%22{A}%22", NULL, 200,
         "\"totalResults\":1,", "{S}"},
        {A, "GET", "/Groups?filter=members%5Bvalue%20eq%20%22{B}%22%5D", NULL, 200,
         "\"totalResults\":0,", NULL},
        {A, "POST", "/Users/.search",
         "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:SearchRequest\"]}", 200,
         "\"totalResults\":1,", "{H}"},
        {A, "POST", "/.search",
         "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:SearchRequest\"],"
         "\"filter\":\"meta.created pr\"}",
         200, "\"totalResults\":2,", "{H}"},
        {A, "POST", "/Users/{B}/.search",
         "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:SearchRequest\"]}", 404, NULL,
         "Bob"},
        {D, "GET", "/Users", NULL, 200, "\"totalResults\":3,", NULL},
        {D, "GET", "/Groups/{S}", NULL, 200, "{B}", NULL},
        {D, "GET", "/Users/{A}", NULL, 200, "{S}", NULL},
        {H, "GET", "/", NULL, 200, "\"totalResults\":6,", NULL},
    };
    run(steps, COUNT_OF(steps));
}

static void members_and_managers_that_are_not_seen_are_left_out_and_left_alone(void **state)
{
    static const struct call_step steps[] = {
        {D, "PATCH", "/Groups/{G}", PATCH_OF("add", "members", "[{\"value\":\"{H}\"}]"), 204, NULL,
         NULL},
        {A, "GET", "/Groups/{G}", NULL, 200, "{A}", "{H}"},
        {A, "GET", "/Groups?filter=members.value%20eq%20%22{H}%22", NULL, 200,
         "\"totalResults\":0,", NULL},
        // To add, to replace, to remove all: who is not seen is nobody, and stays what it is.
        {A, "PATCH", "/Groups/{G}?attributes=members",
         PATCH_OF("add", "members", "[{\"value\":\"{B}\"}]"), 200, "{A}", "{B}"},
        {A, "PUT", "/Groups/{G}", "{\"displayName\":\"ga\",\"members\":[]}", 200, NULL, "{A}"},
        {D, "GET", "/Groups/{G}", NULL, 200, "{H}", "{B}"},
        {A, "PATCH", "/Groups/{G}",
         "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"],\"Operations\":["
         "{\"op\":\"remove\",\"path\":\"members\"}]}",
         204, NULL, NULL},
        {A, "PATCH", "/Groups/{G}",
         "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"],\"Operations\":["
         "{\"op\":\"remove\",\"path\":\"members[value eq \\\"{H}\\\"]\"}]}",
         204, NULL, NULL},
        {D, "GET", "/Groups/{G}", NULL, 200, "{H}", NULL},
        {A, "GET", "/Groups?filter=members%20pr", NULL, 200, "\"totalResults\":0,", NULL},
        {D, "GET", "/Groups?filter=members%20pr", NULL, 200, "\"totalResults\":3,", NULL},
        // A manager out of sight has neither a name nor an address.
        {A, "PATCH", "/Users/{A}",
         PATCH_OF("add", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
                  "\"{H}\""),
         200, "{H}", "Hal"},
        {A, "GET", "/Users/{A}", NULL, 200, "{H}", "/Users/{H}"},
        {D, "GET", "/Users/{A}", NULL, 200, "/Users/{H}", NULL},
        {A, "GET",
         "/Users?filter=urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:"
         "manager.displayName%20eq%20%22Hal%22",
         NULL, 200, "\"totalResults\":0,", NULL},
        // With the group its edges go, the unseen ones too.
        {A, "DELETE", "/Groups/{G}", NULL, 204, NULL, NULL},
        {D, "GET", "/Users/{H}", NULL, 200, "{S}", "{G}"},
    };
    run(steps, COUNT_OF(steps));
}

static void people_of_a_domain_are_touched_by_its_source_alone(void **state)
{
    static const struct call_step steps[] = {
        {D, "POST", "/Users", "{\"userName\":\"eve@a.example\"}", 403, "a.example", NULL},
        {H, "POST", "/Users", "{\"userName\":\"EVE@A.Example\"}", 403, "a.example", NULL},
        {H, "POST", "/Users", "{\"userName\":\"eve\",\"emails\":[{\"value\":\"eve@a.example\"}]}",
         403, "a.example", NULL},
        {B, "POST", "/Users", "{\"userName\":\"ada@a.example\"}", 403, "a.example", "in use"},
        {B, "POST", "/Users",
         "{\"userName\":\"eve@b.example\",\"emails\":[{\"value\":\"eve@a.example\"}]}", 403,
         "a.example", NULL},
        {B, "POST", "/Users", "{\"userName\":\"eve@elsewhere.example\"}", 403, "b.example", NULL},
        {B, "POST", "/Users", "{\"userName\":\"eve\"}", 403, "b.example", NULL},
        {B, "POST", "/Users", "{\"userName\":\"eve@sub.b.example\"}", 403, "b.example", NULL},
        // Wide letters and the Kelvin sign are compared as what they look like.
        {D, "POST", "/Users", "{\"userName\":\"eve@\xef\xbd\x81.example\"}", 403, "a.example",
         NULL},
        {D, "POST", "/Users", "{\"userName\":\"eve@a.example.\"}", 403, "a.example", NULL},
        {D, "PATCH", "/Users/{A}", PATCH_OF("replace", "displayName", "\"x\""), 403, "a.example",
         NULL},
        {H, "PUT", "/Users/{A}", "{\"userName\":\"ada@a.example\"}", 403, "a.example", NULL},
        {D, "DELETE", "/Users/{A}", NULL, 403, "a.example", NULL},
        {D, "PATCH", "/Users/{H}", PATCH_OF("replace", "userName", "\"hal@a.example\""), 403,
         "a.example", NULL},
        {D, "PATCH", "/Users/{H}", PATCH_OF("add", "emails", "[{\"value\":\"hal@b.example\"}]"),
         403, "b.example", NULL},
        // Nor does the source itself lead them into another's domain.
        {A, "PATCH", "/Users/{A}", PATCH_OF("replace", "userName", "\"ada@b.example\""), 403,
         "b.example", NULL},
        {A, "PUT", "/Users/{A}", "{\"userName\":\"ada@b.example\"}", 403, "b.example", NULL},
        {A, "PATCH", "/Users/{A}", PATCH_OF("add", "emails", "[{\"value\":\"ada@b.example\"}]"),
         403, "b.example", NULL},
        {A, "PATCH", "/Users/{A}", PATCH_OF("replace", "userName", "\"ada@c.example\""), 403,
         "a.example", NULL},
        {A, "PATCH", "/Users/{A}", PATCH_OF("replace", "userName", "\"countess@a.example\""), 200,
         "countess", NULL},
        {A, "PATCH", "/Users/{A}", PATCH_OF("add", "emails", "[{\"value\":\"ada@home.example\"}]"),
         200, "home.example", NULL},
        // A name that an unseen person has is taken, and that is all that is said.
        {A, "POST", "/Users", "{\"userName\":\"hal\",\"emails\":[{\"value\":\"hal@a.example\"}]}",
         409, "uniqueness", "userName"},
        {A, "GET", "/Users", NULL, 200, "\"totalResults\":1,", NULL},
        {D, "GET", "/Users", NULL, 200, "\"totalResults\":3,", NULL},
    };
    run(steps, COUNT_OF(steps));
}

static void a_job_is_held_to_the_policy_operation_by_operation(void **state)
{
    static const char job[] =
        "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:BulkRequest\"],\"Operations\":["
        "{\"method\":\"POST\",\"path\":\"/Users\",\"bulkId\":\"n\","
        "\"data\":{\"userName\":\"new@a.example\"}},"
        "{\"method\":\"PATCH\",\"path\":\"/Groups/{G}\",\"data\":{\"Operations\":["
        "{\"op\":\"add\",\"path\":\"members\",\"value\":[{\"value\":\"bulkId:n\"},"
        "{\"value\":\"{B}\"}]}]}},"
        "{\"method\":\"POST\",\"path\":\"/Users\",\"bulkId\":\"m\","
        "\"data\":{\"userName\":\"new@b.example\"}},"
        "{\"method\":\"DELETE\",\"path\":\"/Users/{B}\"},"
        "{\"method\":\"PATCH\",\"path\":\"/Users/{H}\",\"data\":{\"Operations\":["
        "{\"op\":\"replace\",\"path\":\"displayName\",\"value\":\"x\"}]}}]}";
    static const struct call_step steps[] = {
        {A, "POST", "/Bulk", job, 200, "\"status\":\"403\"", "Bob"},
        {A, "GET", "/Users", NULL, 200, "\"totalResults\":2,", "new@b.example"},
        {D, "GET", "/Users", NULL, 200, "\"totalResults\":4,", "new@b.example"},
        {D, "GET", "/Users/{B}", NULL, 200, "Bob", NULL},
        {D, "GET", "/Users/{H}", NULL, 200, "Hal", NULL},
        {D, "GET", "/Groups/{G}", NULL, 200, "{A}", "{B}"},
    };
    run(steps, COUNT_OF(steps));
}

static void owned_attributes_are_kept_from_others(void **state)
{
    static const struct call_step steps[] = {
        {A, "PATCH", "/Users/{A}", PATCH_OF("add", "title", "\"Boss\""), 400, "title", NULL},
        {H, "PATCH", "/Users/{H}", PATCH_OF("add", "title", "\"Clerk\""), 200, "Clerk", NULL},
        {D, "PATCH", "/Users/{H}", PATCH_OF("replace", "title", "\"Boss\""), 400, "mutability",
         NULL},
        {D, "PATCH", "/Users/{H}", PATCH_OF("replace", "title", "\"Clerk\""), 200, "Clerk", NULL},
        // PUT and POST carry everything: what is not the sender's is ignored.
        {D, "PUT", "/Users/{H}", "{\"userName\":\"hal\",\"title\":\"Boss\"}", 200, "Clerk", "Boss"},
        {D, "PUT", "/Users/{H}", "{\"userName\":\"hal\",\"displayName\":\"Hal\"}", 200, "Clerk",
         NULL},
        {D, "POST", "/Users", "{\"userName\":\"new\",\"title\":\"Boss\",\"nickName\":\"N\"}", 201,
         "nickName", "Boss"},
        {D, "GET", "/Users?filter=title%20pr", NULL, 200, "\"totalResults\":1,", "Boss"},
        {H, "PUT", "/Users/{H}", "{\"userName\":\"hal\",\"title\":\"Boss\"}", 200, "Boss", NULL},
    };
    run(steps, COUNT_OF(steps));
}

static void an_attribute_of_an_extension_can_be_owned(void **state)
{
#define ENTERPRISE "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    static const struct call_step steps[] = {
        {H, "PATCH", "/Users/{H}", PATCH_OF("add", ENTERPRISE ":department", "\"IT\""), 200, "IT",
         NULL},
        {D, "PATCH", "/Users/{H}", PATCH_OF("add", ENTERPRISE ":department", "\"HQ\""), 400,
         "department", NULL},
        {D, "PUT", "/Users/{H}", "{\"userName\":\"hal\"}", 200,
         "\"" ENTERPRISE "\":{\"department\":\"IT\"}", NULL},
        {D, "GET", "/Users/{H}?attributes=schemas", NULL, 200, "enterprise", NULL},
        {D, "POST", "/Users",
         "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\",\"" ENTERPRISE
         "\"],\"userName\":\"new\",\"" ENTERPRISE
         "\":{\"department\":\"HQ\",\"costCenter\":\"7\"}}",
         201, "costCenter", "HQ"},
    };
    set("hr", "owns", "department");
    run(steps, COUNT_OF(steps));
}

static void who_writes_its_own_reads_the_rest(void **state)
{
    static const struct call_step steps[] = {
        {A, "GET", "/Users", NULL, 200, "\"totalResults\":3,", NULL},
        {A, "PATCH", "/Users/{H}", PATCH_OF("replace", "displayName", "\"x\""), 403, "another",
         NULL},
        {A, "PATCH", "/Groups/{S}", PATCH_OF("remove", "members", "[{\"value\":\"{H}\"}]"), 403,
         "another", NULL},
        {A, "DELETE", "/Groups/{K}", NULL, 403, "another", NULL},
        {A, "PATCH", "/Users/{A}", PATCH_OF("replace", "displayName", "\"x\""), 200, NULL, NULL},
        {A, "DELETE", "/Groups/{G}", NULL, 204, NULL, NULL},
    };
    set("a", "sees", "all");
    set("a", "writes", "own");
    run(steps, COUNT_OF(steps));
}

static void the_default_source_has_what_is_nobody_elses(void **state)
{
    static const struct call_step steps[] = {
        {D, "POST", "/Users", "{\"userName\":\"dan\"}", 201, NULL, NULL},
        {D, "GET", "/Users", NULL, 200, "\"totalResults\":1,", "{H}"},
        {D, "GET", "/Users?filter=userName%20sw%20%22d%22", NULL, 200, "\"totalResults\":1,", NULL},
        {D, "GET", "/Users?filter=userName%20sw%20%22a%22", NULL, 200, "\"totalResults\":0,", NULL},
        {D, "GET", "/Users/{H}", NULL, 404, NULL, NULL},
    };
    set("default", "sees", "own");
    run(steps, COUNT_OF(steps));
}

static void who_is_there_when_a_domain_is_claimed_belongs_to_its_source(void **state)
{
    static const struct call_step before[] = {
        {H, "POST", "/Users", "{\"userName\":\"old@C.example\"}", 201, NULL, NULL},
        {H, "POST", "/Users", "{\"userName\":\"o2\",\"emails\":[{\"value\":\"o2@c.example\"}]}",
         201, NULL, NULL},
        {H, "POST", "/Users", "{\"userName\":\"o3@xc.example\"}", 201, NULL, NULL},
        {A, "GET", "/Users", NULL, 200, "\"totalResults\":1,", NULL},
    };
    static const struct call_step after[] = {
        {A, "GET", "/Users", NULL, 200, "\"totalResults\":3,", "o3"},
        {H, "GET", "/Users?filter=userName%20eq%20%22o2%22", NULL, 200, "\"totalResults\":1,",
         NULL},
    };
    run(before, COUNT_OF(before));
    set("a", "domains", "a.example,c.example");
    run(after, COUNT_OF(after));
}

static void a_domain_or_an_attribute_belongs_to_one_source(void **state)
{
    static const struct {
        const char *name;
        const char *key;
        const char *value;
        const char *why;
    } rows[] = {
        {"b", "domains", "b.example,A.EXAMPLE", "a.example belongs to the source \"a\""},
        {"b", "owns", "title", "title belongs to the source \"hr\""},
        {"b", "owns", "titel", "no attribute"},
        {"b", "owns", "userName", "cannot be owned"},
        {"b", "owns", "groups", "cannot be owned"},
        {"b", "owns", "name.familyName", "cannot be owned"},
        {"b", "domains", "nodot", "no domain"},
        {"b", "domains", "a..example", "no domain"},
        {"b", "domains", "b\xc3\xbc.example", "no domain"},
        {"b", "domains", "b.example,", "no domain"},
        {"b", "sees", "some", "all or own"},
        {"b", "colour", "red", "no setting"},
        {"nobody", "sees", "own", "no source"},
    };
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        struct roster_error err = {0};
        assert_false(change_source(rows[at].name, rows[at].key, rows[at].value, false, &err));
        if (strstr(err.detail, rows[at].why) == NULL) {
            fail_msg("%s=%s: %s", rows[at].key, rows[at].value, err.detail);
        }
    }
    struct roster_error err = {0};
    assert_false(change_source("a", "sees", "own", true, &err));
    assert_non_null(strstr(err.detail, "already"));
    set("a", "domains", "default");
    set("b", "domains", "b.example,a.example");  // free again
}

static bool remove_source(const char *name, const char *to, struct source_view *view,
                          struct roster_error *err)
{
    struct admin admin = rig_admin(&rig);
    const struct source_request request = {STR("acme"), str_of(name), NULL, 0};
    return sources_remove(&admin, &request, str_of(to), view, err);
}

static void a_source_goes_when_nothing_is_left_or_an_heir_is_named(void **state)
{
    struct source_view view;
    struct roster_error err = {0};
    assert_false(remove_source("b", "", &view, &err));
    assert_non_null(strstr(err.detail, "1 people, 1 other resources and 1 credentials"));
    assert_false(remove_source("b", "a", &view, &err));
    assert_false(remove_source("default", "a", &view, &err));
    struct admin admin = rig_admin(&rig);
    struct token_row *token = NULL;
    assert_true(tokens_list(&admin, STR("acme"), &token, &err));
    while (!str_equal(token->source_name, STR("b"))) {
        token = token->next;
    }
    struct token_row ended;
    assert_true(tokens_revoke(&admin, token->token, &ended, &err));
    assert_false(remove_source("b", "", &view, &err));
    assert_false(remove_source("b", "b", &view, &err));
    assert_false(remove_source("b", "nobody", &view, &err));
    assert_true(remove_source("b", "a", &view, &err));
    assert_int_equal(view.counts.resources, 2);
    static const struct call_step steps[] = {
        {B, "GET", "/Users", NULL, 401, NULL, NULL},
        {A, "GET", "/Users", NULL, 200, "\"totalResults\":2,", "{H}"},
        {A, "GET", "/Groups", NULL, 200, "\"totalResults\":2,", "{S}"},
        {D, "POST", "/Users", "{\"userName\":\"eve@b.example\"}", 201, NULL, NULL},
    };
    run(steps, COUNT_OF(steps));
}

static void take_back(int64_t since_ms)
{
    const struct undo_request request = {
        .tenant = STR("acme"), .since_ms = since_ms, .apply = true};
    struct undo_walk walk = {0};
    while (walk.pass != UNDO_DONE) {
        struct admin admin = rig_admin(&rig);
        struct undo_item *items = NULL;
        struct roster_error err = {0};
        assert_true(undo_step(&admin, &request, &walk, &items, &err));
    }
}

static void what_is_brought_back_belongs_to_whom_it_did(void **state)
{
    int64_t then_ms = rig.env.now_ms(rig.env.ctx);
    static const struct call_step gone[] = {
        {B, "DELETE", "/Users/{B}", NULL, 204, NULL, NULL},
        {B, "DELETE", "/Groups/{K}", NULL, 204, NULL, NULL},
        {B, "GET", "/", NULL, 200, "\"totalResults\":0,", NULL},
        {D, "GET", "/Groups/{S}", NULL, 200, "{A}", "{B}"},
    };
    static const struct call_step back[] = {
        {B, "GET", "/Users/{B}", NULL, 200, "Bob", NULL},
        {B, "GET", "/Groups/{K}", NULL, 200, "{B}", NULL},
        {A, "GET", "/", NULL, 200, "\"totalResults\":2,", "{B}"},
        {D, "DELETE", "/Users/{B}", NULL, 403, "b.example", NULL},
    };
    rig_clock(&rig, then_ms + 60000);
    run(gone, COUNT_OF(gone));
    take_back(then_ms + 30000);
    run(back, COUNT_OF(back));
}

// splitmix64: the same writes at every run.
static unsigned chance(unsigned below)
{
    static uint64_t state = 1;
    uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (unsigned)((z ^ (z >> 31)) % below);
}

static void look(char letter, const char *type, char out[TEXT_MAX])
{
    char path[16];
    snprintf(path, sizeof(path), "/%s/{%c}", type, letter);
    struct rig_reply reply = ask(D, "GET", path, NULL);
    snprintf(out, TEXT_MAX, "%d %.*s", reply.status, STR_ARGS(reply.body));
}

// One write of a kind at one resource, as two partners who guess every id might send it.
static void write_somehow(enum who who)
{
    static const char *const targets[] = {"/Users/{A}",  "/Users/{B}",  "/Users/{H}",
                                          "/Groups/{G}", "/Groups/{K}", "/Groups/{S}"};
    static const struct {
        const char *method;
        const char *body;
    } writes[] = {
        {"PATCH", PATCH_OF("replace", "displayName", "\"changed\"")},
        {"PATCH", PATCH_OF("replace", "active", "false")},
        {"PATCH", PATCH_OF("replace", "userName", "\"ada@a.example\"")},
        {"PATCH", PATCH_OF("add", "members", "[{\"value\":\"{A}\"},{\"value\":\"{B}\"}]")},
        {"PATCH", PATCH_OF("replace", "members", "[{\"value\":\"{H}\"}]")},
        {"PUT", "{\"userName\":\"bob@b.example\",\"displayName\":\"put\"}"},
        {"PUT", "{\"displayName\":\"put\",\"members\":[]}"},
        {"DELETE", NULL},
    };
    unsigned at = chance(COUNT_OF(writes));
    (void)ask(who, writes[at].method, targets[chance(COUNT_OF(targets))], writes[at].body);
}

static void whatever_partners_send_others_stay_as_they_were(void **state)
{
    static const struct {
        enum who who;
        char person;
        char group;
    } victims[] = {{A, 'B', 'K'}, {B, 'A', 'G'}};
    for (size_t round = 0; round < 40; round++) {
        size_t at = chance(COUNT_OF(victims));
        char before[4][TEXT_MAX];
        char after[TEXT_MAX];
        look(victims[at].person, "Users", before[0]);
        look(victims[at].group, "Groups", before[1]);
        look('H', "Users", before[2]);
        look('S', "Groups", before[3]);
        for (int i = 0; i < 5; i++) {
            write_somehow(victims[at].who);
        }
        look(victims[at].person, "Users", after);
        assert_string_equal(after, before[0]);
        look(victims[at].group, "Groups", after);
        assert_string_equal(after, before[1]);
        look('H', "Users", after);
        assert_string_equal(after, before[2]);
    }
}

#define IN_RIG(what_it_says) cmocka_unit_test_setup_teardown(what_it_says, open_rig, close_rig)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_RIG(what_a_source_may_not_see_is_not_there_by_any_route),
        IN_RIG(members_and_managers_that_are_not_seen_are_left_out_and_left_alone),
        IN_RIG(people_of_a_domain_are_touched_by_its_source_alone),
        IN_RIG(a_job_is_held_to_the_policy_operation_by_operation),
        IN_RIG(owned_attributes_are_kept_from_others),
        IN_RIG(an_attribute_of_an_extension_can_be_owned),
        IN_RIG(who_writes_its_own_reads_the_rest),
        IN_RIG(the_default_source_has_what_is_nobody_elses),
        IN_RIG(who_is_there_when_a_domain_is_claimed_belongs_to_its_source),
        IN_RIG(a_domain_or_an_attribute_belongs_to_one_source),
        IN_RIG(a_source_goes_when_nothing_is_left_or_an_heir_is_named),
        IN_RIG(what_is_brought_back_belongs_to_whom_it_did),
        IN_RIG(whatever_partners_send_others_stay_as_they_were),
    };
    return cmocka_run_group_tests_name("federation", tests, NULL, NULL);
}
