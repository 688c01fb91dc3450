// patch_limits_test.c: full arenas, long lists and many operations.
// SPDX-License-Identifier: Apache-2.0
#include "unit/scim/quoted.h"

#include <time.h>

#define OP "{'op':'add','path':"
#define OLD                                                                                        \
    "{'id':'1','userName':'u','title':'T','emails':[{'value':'w@x','type':'work'},{'value':'h@x'}" \
    "],"                                                                                           \
    "'roles':[{'value':'r','primary':true}],'" ENTERPRISE "':{'manager':{'value':'7'}}}"

static const char long_patch[] =
    "{'schemas':['urn:ietf:params:scim:api:messages:2.0:PatchOp'],'Operations':["
    "{'op':'Replace','value':{'name.givenName':'A','displayName':'D','manager':'9'}}," OP
    "'emails','value':[{'value':'W@x','type':'work','primary':true},{'value':'N\xC3\xA9@x'}]}," OP
    "'emails[type eq `other`].value','value':'o@x'}," OP
    "'roles','value':[{'value':'{`value`:`q`,`displayName`:`Q`}','primary':'True'}]},"
    "{'op':'remove','path':'emails[value eq `h@x` or value co `zz`]'},"
    "{'op':'remove','path':'roles','value':[{'value':'r'}]},"
    "{'op':'replace','path':'x509Certificates','value':[{'value':'MAMCAQU'}]}," OP "'" ENTERPRISE
    "','value':{'division':'V'}}]}";

static void every_failed_allocation_of_a_patch_is_refused_as_memory(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_INTEROP);
    const struct roster_json *resource = quoted(&g, OLD);
    const struct roster_json *untouched = quoted(&g, OLD);
    const struct roster_json *message = quoted(&g, long_patch);
    struct roster_json *wanted = NULL;
    assert_true(roster_patch_apply(g.user, resource, message, &g.quirks, g.arena, &wanted, &g.err));
    for (long at = 0;; at++) {
        struct roster_json *got = NULL;
        struct roster_error err = {0};
        arena_fail_at(g.scratch, at);
        bool ok = roster_patch_apply(g.user, resource, message, &g.quirks, g.scratch, &got, &err);
        assert_true(json_equal(resource, untouched));
        if (ok) {
            assert_true(json_equal(got, wanted));
            assert_in_range(at, 100, 10000);
            break;
        }
        if (err.code != ROSTER_ERR_NO_MEMORY) {
            fail_msg("allocation %ld: %s: %s", at, error_name(err.code), err.detail);
        }
        roster_arena_reset(g.scratch);
    }
    given_close(&g);
}

static void every_failed_allocation_of_a_check_is_refused_as_memory(void **state)
{
    static const char body[] =
        "{'schemas':'urn:ietf:params:scim:schemas:core:2.0:User','userName':'u','password':'p',"
        "'emails':{'value':'W@X.org'},'roles':[{'value':'{`value`:`q`}'}],'active':'True',"
        "'x509Certificates':[{'value':'MAMCAQU'}],"
        "'urn:scim:schemas:extension:enterprise:1.0':{'manager':'9'}}";
    struct given g;
    given_open(&g, ROSTER_PROFILE_INTEROP);
    g.quirks.on &= ~(UINT64_C(1) << ROSTER_QUIRK_VALUES_AS_SENT);
    const struct roster_json *sent = quoted(&g, body);
    struct scope scope = {g.user, &g.quirks, g.scratch};
    for (long at = 0;; at++) {
        struct roster_json *checked = NULL;
        struct roster_json *got = NULL;
        struct roster_error err = {0};
        arena_fail_at(g.scratch, at);
        if (resource_check(&scope, sent, &checked, &err) &&
            resource_check_replace(&scope, sent, &checked, &err) &&
            resource_replace(&scope, quoted(&g, OLD), checked, &got, &err)) {
            assert_in_range(at, 50, 10000);
            break;
        }
        if (err.code != ROSTER_ERR_NO_MEMORY) {
            fail_msg("allocation %ld: %s: %s", at, error_name(err.code), err.detail);
        }
        roster_arena_reset(g.scratch);
    }
    given_close(&g);
}

enum { MANY = 10000 };

// {"schemas":…,"Operations":[ what `each` writes, MANY times ]}
static struct roster_json *many_operations(struct given *g, const char *format)
{
    struct text text;
    text_init(&text, g->arena, MIB(8));
    text_lit(&text, "{'schemas':['urn:ietf:params:scim:api:messages:2.0:PatchOp'],'Operations':[");
    for (int at = 0; at < MANY; at++) {
        text_add(&text, at == 0 ? STR("") : STR(","));
        for (const char *c = format; *c != '\0'; c++) {
            if (*c == '#') {
                text_i64(&text, at);
            } else {
                text_char(&text, *c);
            }
        }
    }
    text_lit(&text, "]}");
    text_char(&text, '\0');
    assert_false(text.full);
    return quoted(g, text_str(&text).ptr);
}

static struct roster_json *many_members(struct given *g, const char *name, const char *prefix)
{
    struct roster_json *group = quoted(g, "{'displayName':'G','userName':'u'}");
    struct roster_json *list = json_new(g->arena, JSON_ARRAY);
    for (int at = 0; at < MANY; at++) {
        struct roster_json *member = json_new(g->arena, JSON_OBJECT);
        str id = {0};
        assert_true(arena_format(g->arena, &id, "%s%d", prefix, at));
        assert_true(json_put_string(member, g->arena, STR("value"), id));
        json_push(list, member);
    }
    json_put(group, str_of(name), list);
    return group;
}

static void open_large(struct given *g)
{
    given_open(g, ROSTER_PROFILE_INTEROP);
    roster_arena_close(g->scratch);
    g->scratch = roster_arena_open(MIB(256));
}

static const struct many_case {
    const char *name;
    const char *prefix;  // of the members that are there
    const char *format;  // of one operation; # is its number
    size_t want;         // members in the end
} many_cases[] = {
    {"each operation adds one member", "old",
     "{'op':'add','path':'members','value':[{'value':'new#'}]}", (size_t)2 * MANY},
    {"each operation adds one member that is there", "old",
     "{'op':'add','path':'members','value':[{'value':'old#'}]}", MANY},
    {"each operation removes one member", "old",
     "{'op':'remove','path':'members[value eq `old#`]'}", 0},
    {"each operation removes one member by value", "old",
     "{'op':'remove','path':'members','value':[{'value':'old#'}]}", 0},
};

static void ten_thousand_operations_on_ten_thousand_members_take_no_square(void **state)
{
    for (size_t row = 0; row < COUNT_OF(many_cases); row++) {
        struct given g;
        struct roster_json *got = NULL;
        open_large(&g);
        roster_arena_close(g.arena);
        g.arena = g.scratch;
        g.scratch = NULL;
        g.registry = roster_registry_builtin(g.arena, &g.err);
        g.group = roster_registry_type(g.registry, STR("Group"));
        struct roster_json *group = many_members(&g, "members", many_cases[row].prefix);
        struct roster_json *message = many_operations(&g, many_cases[row].format);
        clock_t from = clock();
        if (!roster_patch_apply(g.group, group, message, &g.quirks, g.arena, &got, &g.err)) {
            fail_msg("%s: %s", many_cases[row].name, g.err.detail);
        }
        // Squared it would be minutes under the sanitizers.
        assert_true((clock() - from) / CLOCKS_PER_SEC < 5);
        const struct roster_json *members = json_find(got, STR("members"));
        assert_int_equal(members == NULL ? 0 : members->count, many_cases[row].want);
        given_close(&g);
    }
}

static void one_operation_may_add_ten_thousand_values(void **state)
{
    struct given g;
    struct roster_json *got = NULL;
    open_large(&g);
    struct roster_json *user = many_members(&g, "emails", "old");
    struct roster_json *more = many_members(&g, "emails", "new");
    struct roster_json *message =
        quoted(&g, "{'schemas':['urn:ietf:params:scim:api:messages:2.0:PatchOp'],'Operations':["
                   "{'op':'add','path':'emails'}]}");
    struct roster_json *operation = json_find(message, STR("Operations"))->first;
    json_put(operation, STR("value"), json_find(more, STR("emails")));
    assert_true(roster_patch_apply(g.user, user, message, &g.quirks, g.scratch, &got, &g.err));
    assert_int_equal(json_find(got, STR("emails"))->count, 2 * MANY);
    given_close(&g);
}

static void a_patch_that_looks_at_too_many_values_is_refused(void **state)
{
    struct given g;
    struct roster_json *got = NULL;
    open_large(&g);
    struct roster_json *user = many_members(&g, "emails", "old");
    struct roster_json *message =
        many_operations(&g, "{'op':'remove','path':'emails[type eq `#`]'}");
    assert_false(roster_patch_apply(g.user, user, message, &g.quirks, g.scratch, &got, &g.err));
    assert_int_equal(g.err.code, ROSTER_ERR_TOO_MANY);
    assert_in_range(g.err.operation, 1, MANY);
    given_close(&g);
}

static void more_operations_than_allowed_are_refused(void **state)
{
    struct given g;
    struct roster_json *got = NULL;
    open_large(&g);
    struct roster_json *message = many_operations(&g, "{'op':'remove','path':'title'}");
    struct roster_json *operations = json_find(message, STR("Operations"));
    struct roster_json *user = quoted(&g, "{'userName':'u'}");
    assert_true(roster_patch_apply(g.user, user, message, &g.quirks, g.scratch, &got, &g.err));
    json_push(operations, quoted(&g, "{'op':'remove','path':'title'}"));
    assert_false(roster_patch_apply(g.user, user, message, &g.quirks, g.scratch, &got, &g.err));
    assert_int_equal(g.err.code, ROSTER_ERR_TOO_LARGE);
    given_close(&g);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_failed_allocation_of_a_patch_is_refused_as_memory),
    cmocka_unit_test(every_failed_allocation_of_a_check_is_refused_as_memory),
    cmocka_unit_test(ten_thousand_operations_on_ten_thousand_members_take_no_square),
    cmocka_unit_test(one_operation_may_add_ten_thousand_values),
    cmocka_unit_test(a_patch_that_looks_at_too_many_values_is_refused),
    cmocka_unit_test(more_operations_than_allowed_are_refused),
};

RUN(tests)
