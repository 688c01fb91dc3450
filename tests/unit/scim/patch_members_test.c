// patch_members_test.c: members of groups, in the document and kept outside of it.
//
// A store keeps members as edges. Then the operations on them come back as a list, which has to
// mean the same as editing the list in the document.
// SPDX-License-Identifier: Apache-2.0
#include "unit/scim/quoted.h"

#define GROUP                                                                                      \
    "{'displayName':'G','members':[{'value':'a','type':'User'},{'value':'b'},{'value':'c'}]}"
#define HAS(list) "{'displayName':'G','members':[" list "]}"
#define NONE "{'displayName':'G'}"
#define A "{'value':'a','type':'User'}"
#define B "{'value':'b'}"
#define C "{'value':'c'}"
#define ADD(path, value) "[{'op':'add','path':'" path "','value':" value "}]"
#define REPLACE(path, value) "[{'op':'replace','path':'" path "','value':" value "}]"
#define REMOVE(path) "[{'op':'remove','path':'" path "'}]"

static const struct member_case {
    const char *name;
    const char *operations;
    const char *interop;  // the group, or a refusal
    const char *edges;    // the same as a list of changes; NULL: refused
    const char *rfc;      // NULL: as in interop
} member_cases[] = {
    {"a member is added", ADD("members", "[{'value':'d','$ref':null,'display':'D'}]"),
     HAS(A "," B "," C ",{'value':'d'}"), "add d", NULL},
    {"a member that is there is not added", ADD("members", "[{'value':'a'}]"), GROUP, "add a",
     NULL},
    {"a member is the same under another type", ADD("members", "[{'value':'a','type':'Group'}]"),
     GROUP, "add a", NULL},
    {"ids of members are case exact", ADD("members", "[{'value':'A'}]"),
     HAS(A "," B "," C ",{'value':'A'}"), "add A", NULL},
    {"one member without a list", ADD("members", "{'value':'d'}"),
     HAS(A "," B "," C ",{'value':'d'}"), "add d", NULL},
    {"a member named twice is added once", ADD("members", "[{'value':'d'},{'value':'d'}]"),
     HAS(A "," B "," C ",{'value':'d'}"), "add d", NULL},
    {"a member by reference only", ADD("members", "[{'$ref':'https://h/v2/Users/d'}]"),
     HAS(A "," B "," C ",{'value':'d'}"), "add d", NULL},
    {"a member with a reference to somebody else",
     ADD("members", "[{'value':'d','$ref':'../Users/e'}]"), "INVALID_VALUE members", NULL, NULL},
    {"a member without an id", ADD("members", "[{'type':'User'}]"), "INVALID_VALUE members.value",
     NULL, NULL},
    {"a member with an empty id", ADD("members", "[{'value':''}]"), "INVALID_VALUE members.value",
     NULL, NULL},
    {"a member as a bare text", ADD("members", "'d'"), HAS(A "," B "," C ",{'value':'d'}"), "add d",
     "INVALID_VALUE members"},
    {"the list is replaced", REPLACE("members", "[{'value':'c'},{'value':'d'}]"),
     HAS(C ",{'value':'d'}"), "replace c d", NULL},
    {"the list is emptied by a replace", REPLACE("members", "[]"), NONE, "replace", NULL},
    {"the list is emptied by null", ADD("members", "null"), NONE, "replace", NULL},
    {"adding an empty list changes nothing", ADD("members", "[]"), GROUP, "", NULL},
    {"a bare remove empties the list", REMOVE("members"), NONE, "replace", NULL},
    {"a member is removed by a filter", REMOVE("members[value eq `b`]"), HAS(A "," C), "remove b",
     NULL},
    {"members are removed by a choice of ids", REMOVE("members[value eq `b` or value eq `x`]"),
     HAS(A "," C), "remove b x", NULL},
    {"a member that is not there is removed", REMOVE("members[value eq `x`]"), GROUP, "remove x",
     NULL},
    {"an empty id names nobody", REMOVE("members[value eq ``]"), GROUP, "remove ", NULL},
    {"members are removed by any other filter", REMOVE("members[type eq `User`]"), HAS(B "," C),
     "filter", NULL},
    {"a filter on an id and more is a filter", REMOVE("members[value eq `a` and type eq `Group`]"),
     GROUP, "filter", NULL},
    {"members are removed by a list of values",
     "[{'op':'remove','path':'members','value':[{'value':'a'},{'value':'x','$ref':null}]}]",
     HAS(B "," C), "remove a x", "INVALID_SYNTAX members"},
    {"members are removed by bare texts", "[{'op':'remove','path':'members','value':['a','b']}]",
     HAS(C), "remove a b", "INVALID_SYNTAX members"},
    {"an empty list of values removes nobody", "[{'op':'remove','path':'members','value':[]}]",
     GROUP, "", "INVALID_SYNTAX members"},
    {"null is no list of values", "[{'op':'remove','path':'members','value':null}]", NONE,
     "replace", NULL},
    {"a member cannot be edited", REPLACE("members[value eq `a`].value", "'d'"),
     "MUTABILITY members", NULL, NULL},
    {"the display of a member cannot be edited", REPLACE("members[value eq `a`].display", "'d'"),
     "MUTABILITY display", NULL, NULL},
    {"a member cannot be replaced in place", REPLACE("members[value eq `a`]", "{'value':'d'}"),
     "MUTABILITY members", NULL, NULL},
    {"a member cannot be merged", ADD("members[value eq `a`]", "{'type':'User'}"),
     "MUTABILITY members", NULL, NULL},
    {"all ids at once cannot be edited", REPLACE("members.value", "'d'"), "MUTABILITY members",
     NULL, NULL},
    {"the type of members cannot be removed", REMOVE("members.type"), "MUTABILITY members", NULL,
     NULL},
    {"the name and the id of a group in one value",
     "[{'op':'replace','value':{'id':'g','displayName':'G'}}]", GROUP, "", "MUTABILITY id"},
    {"members in a value without path", "[{'op':'add','value':{'members':[{'value':'d'}]}}]",
     HAS(A "," B "," C ",{'value':'d'}"), "add d", NULL},
    {"members by a filter in a value without path",
     "[{'op':'add','value':{'members[value eq `a`].type':'x'}}]", "MUTABILITY members", NULL,
     "INVALID_PATH members"},
    {"operations keep their order",
     "[{'op':'remove','path':'members[value eq `a`]'},{'op':'add','path':'members',"
     "'value':[{'value':'a'}]},{'op':'remove','path':'members[value eq `c`]'}]",
     HAS("{'value':'b'},{'value':'a'}"), "remove a add a remove c", NULL},
    {"a filter between additions sees them",
     "[{'op':'add','path':'members','value':[{'value':'d','type':'Group'}]},"
     "{'op':'remove','path':'members[type pr]'},"
     "{'op':'add','path':'members','value':[{'value':'a'}]}]",
     HAS(B "," C ",{'value':'a'}"), "add d filter add a", NULL},
    {"everybody is removed one by one",
     "[{'op':'remove','path':'members[value eq `a` or value eq `b`]'},"
     "{'op':'remove','path':'members[value eq `c`]'}]",
     NONE, "remove a b remove c", NULL},
    {"a manager of a group is unknown", ADD("manager", "'x'"), GROUP, "", "INVALID_PATH manager"},
};

static void members_in_the_document_follow_the_operations(void **state)
{
    for (size_t at = 0; at < COUNT_OF(member_cases); at++) {
        const struct member_case *row = &member_cases[at];
        struct patch_case plain = {row->name, row->operations, row->interop, row->rfc};
        expect_patches(true, GROUP, &plain, 1);
    }
}

static void write_edge(struct text *out, const struct edge_change *edge)
{
    static const char *const words[] = {[EDGE_ADD] = "add",
                                        [EDGE_REMOVE] = "remove",
                                        [EDGE_REPLACE] = "replace",
                                        [EDGE_FILTER] = "filter"};
    text_format(out, "%s%s", out->len > 0 ? " " : "", words[edge->op]);
    const struct roster_json *value = edge->values == NULL ? NULL : edge->values->first;
    for (; value != NULL; value = value->next) {
        text_char(out, ' ');
        text_add(out, json_find_text(value, STR("value")));
    }
    assert_true((edge->op == EDGE_FILTER) == (edge->filter != NULL));
}

static struct roster_json *message_of(struct given *g, const char *operations)
{
    struct roster_json *message =
        quoted(g, "{'schemas':['urn:ietf:params:scim:api:messages:2.0:PatchOp']}");
    json_put(message, STR("Operations"), quoted(g, operations));
    return message;
}

static bool apply_outside(struct given *g, const char *operations, struct roster_json *group,
                          struct edge_change **edges)
{
    struct scope scope = {g->group, &g->quirks, g->arena};
    struct patch patch = {0};
    return patch_parse(&scope, message_of(g, operations), &patch, &g->err) &&
           patch_apply(&scope, &patch, group, type_attr(g->group, STR("members")), edges, &g->err);
}

static void members_outside_the_document_come_back_as_changes(void **state)
{
    for (size_t at = 0; at < COUNT_OF(member_cases); at++) {
        const struct member_case *row = &member_cases[at];
        struct given g;
        struct edge_change *edges = NULL;
        given_open(&g, ROSTER_PROFILE_INTEROP);
        struct roster_json *group = quoted(&g, NONE);
        bool ok = apply_outside(&g, row->operations, group, &edges);
        if (ok != (row->edges != NULL)) {
            fail_msg("%s: %s", row->name, ok ? "accepted" : g.err.detail);
        }
        struct text text;
        text_init(&text, g.arena, KIB(4));
        for (const struct edge_change *edge = edges; ok && edge != NULL; edge = edge->next) {
            write_edge(&text, edge);
        }
        if (ok) {
            expect_text(row->name, text_str(&text), row->edges);
            expect_json(&g, row->name, group, NONE);
        }
        given_close(&g);
    }
}

static void the_same_patch_can_be_applied_twice(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_INTEROP);
    struct scope scope = {g.group, &g.quirks, g.arena};
    struct patch patch = {0};
    struct roster_json *first = quoted(&g, GROUP);
    struct roster_json *second = quoted(&g, GROUP);
    assert_true(patch_parse(&scope,
                            message_of(&g, "[{'op':'add','path':'members','value':[{'value':'d'}]},"
                                           "{'op':'remove','path':'members[value eq `a`]'}]"),
                            &patch, &g.err));
    assert_int_equal(patch.count, 2);
    assert_true(patch_apply(&scope, &patch, first, NULL, NULL, &g.err));
    assert_true(patch_apply(&scope, &patch, second, NULL, NULL, &g.err));
    assert_true(json_equal(first, second));
    expect_json(&g, "applied twice", second, HAS("{'value':'b'},{'value':'c'},{'value':'d'}"));
    given_close(&g);
}

static void a_refusal_of_the_second_half_names_its_operation(void **state)
{
    struct given g;
    struct edge_change *edges = NULL;
    given_open(&g, ROSTER_PROFILE_RFC);
    assert_false(apply_outside(&g,
                               "[{'op':'add','path':'members','value':[{'value':'d'}]},"
                               "{'op':'add','path':'externalId','value':'e'},"
                               "{'op':'replace','path':'schemas','value':[]}]",
                               quoted(&g, NONE), &edges));
    assert_int_equal(g.err.operation, 2);
    assert_null(edges);
    given_close(&g);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(members_in_the_document_follow_the_operations),
    cmocka_unit_test(members_outside_the_document_come_back_as_changes),
    cmocka_unit_test(the_same_patch_can_be_applied_twice),
    cmocka_unit_test(a_refusal_of_the_second_half_names_its_operation),
};

RUN(tests)
