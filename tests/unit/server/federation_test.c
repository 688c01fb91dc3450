// federation_test.c: two partners and the company's own people in one tenant: what each sees and
// touches, over every route.
// SPDX-License-Identifier: Apache-2.0
#include "server/federation_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

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
        {A, "GET", "/Groups?filter=members.value%20pr", NULL, 200, "\"totalResults\":0,", NULL},
        {A, "GET", "/Users?filter=groups.value%20pr", NULL, 200, "\"totalResults\":0,", NULL},
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
        {D, "POST", "/Users",
         "{\"userName\":\"eve\xef\xbc\xa0"
         "a.example\"}",
         403, "a.example", NULL},
        {D, "POST", "/Users", "{\"userName\":\"eve@\xef\xbd\x81.example\"}", 403, "a.example",
         NULL},
        {B, "POST", "/Users",
         "{\"userName\":\"eve\xef\xbc\xa0"
         "elsewhere.example\",\"emails\":[{\"value\":\"eve@b.example\"}]}",
         403, "b.example", NULL},
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

static void keep_default_to_its_own(void)
{
    set("default", "writes", "own");
}

static void a_policy_that_comes_between_head_and_commit_holds(void **state)
{
    const char *patch = PATCH_OF("replace", "displayName", "\"late\"");
    assert_int_equal(change_late(D, "/Users/{H}", patch, keep_default_to_its_own), 403);
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
        IN_RIG(a_policy_that_comes_between_head_and_commit_holds),
        IN_RIG(the_default_source_has_what_is_nobody_elses),
        IN_RIG(whatever_partners_send_others_stay_as_they_were),
    };
    return cmocka_run_group_tests_name("federation", tests, NULL, NULL);
}
