// resource_replace_test.c: what a PUT makes of a stored resource.
// SPDX-License-Identifier: Apache-2.0
#include "unit/scim/quoted.h"

#include "scim/registry.h"

#define CORE "'schemas':['urn:ietf:params:scim:schemas:core:2.0:User']"
#define BOTH "'schemas':['urn:ietf:params:scim:schemas:core:2.0:User','" ENTERPRISE "']"
#define STORED                                                                                     \
    "{" BOTH ",'id':'1','userName':'u','title':'T','active':false,'name':{'givenName':'A'},"       \
    "'" ENTERPRISE "':{'division':'D','manager':{'value':'7'}}}"

static const struct replace_case {
    const char *name;
    const char *body;
    const char *interop;
    const char *rfc;  // NULL: as in interop
} cases[] = {
    {"what is absent is cleared, and who may log in only in the strict profile",
     "{" CORE ",'userName':'u'}", "{'id':'1','userName':'u','active':false}",
     "{'id':'1','userName':'u','active':true}"},
    {"a null that clears activity", "{" CORE ",'userName':'u','active':null}",
     "{'id':'1','userName':'u','active':false}", "{'id':'1','userName':'u'}"},
    {"an answer of ours sent back",
     "{" BOTH ",'id':'1','externalId':'E','userName':'u','title':'T','active':false,"
     "'name':{'givenName':'A'},'groups':[{'value':'g','$ref':'../Groups/g','type':'direct'}],"
     "'" ENTERPRISE
     "':{'division':'D','manager':{'value':'7','$ref':'https://h/Users/7','displayName':'B'}},"
     "'meta':{'resourceType':'User','version':'1'}}",
     "{" BOTH ",'id':'1','externalId':'E','userName':'u','title':'T','active':false,"
     "'name':{'givenName':'A'},'" ENTERPRISE "':{'division':'D','manager':{'value':'7'}}}",
     NULL},
    {"the id of the body is ignored", "{" CORE ",'id':'9','userName':'u','active':true}",
     "{'id':'1','userName':'u','active':true}", NULL},
    {"a complex value is replaced whole",
     "{" CORE ",'userName':'u','active':true,'name':{'familyName':'B'}}",
     "{'id':'1','userName':'u','active':true,'name':{'familyName':'B'}}", NULL},
    {"null and the empty list clear",
     "{" CORE ",'userName':'u','active':true,'title':null,'emails':[]}",
     "{'id':'1','userName':'u','active':true}", NULL},
    {"an extension keeps what is sent only",
     "{" BOTH ",'userName':'u','active':true,'" ENTERPRISE "':{'division':'E','costCenter':null}}",
     "{" BOTH ",'id':'1','userName':'u','active':true,'" ENTERPRISE "':{'division':'E'}}", NULL},
    {"an extension of nulls goes",
     "{" BOTH ",'userName':'u','active':true,'" ENTERPRISE "':{'division':null}}",
     "{" CORE ",'id':'1','userName':'u','active':true}", NULL},
    {"a required attribute is not kept", "{" CORE ",'title':'T'}", "INVALID_VALUE userName", NULL},
    {"a required attribute that is null", "{" CORE ",'userName':null}", "INVALID_VALUE userName",
     NULL},
    {"a required attribute that is empty", "{" CORE ",'userName':''}", "INVALID_VALUE userName",
     NULL},
    {"a password changes nothing that is kept",
     "{" CORE ",'userName':'u','active':true,'password':'s'}",
     "{'id':'1','userName':'u','active':true}", NULL},
};

static bool replace(struct given *g, const struct roster_resource_type *type, const char *current,
                    const char *body, struct roster_json **out)
{
    struct scope scope = {type, &g->quirks, g->arena};
    struct roster_json *stored = quoted(g, current);
    struct roster_json *untouched = quoted(g, current);
    struct roster_json *sent = NULL;
    bool ok = resource_check_replace(&scope, quoted(g, body), &sent, &g->err) &&
              resource_replace(&scope, stored, sent, out, &g->err);
    assert_true(json_equal(stored, untouched));
    return ok;
}

static void expect_replace(enum roster_profile profile, bool of_group, const char *current,
                           const struct replace_case *row)
{
    struct given g;
    struct roster_json *got = NULL;
    given_open(&g, profile);
    bool ok = replace(&g, of_group ? g.group : g.user, current, row->body, &got);
    bool is_rfc = profile == ROSTER_PROFILE_RFC && row->rfc != NULL;
    expect_outcome(&g, row->name, ok, got, is_rfc ? row->rfc : row->interop);
    given_close(&g);
}

static void people_are_replaced_by_what_was_sent(void **state)
{
    for (size_t at = 0; at < COUNT_OF(cases); at++) {
        expect_replace(ROSTER_PROFILE_INTEROP, false, STORED, &cases[at]);
        expect_replace(ROSTER_PROFILE_RFC, false, STORED, &cases[at]);
    }
}

#define GROUP "{'id':'g','displayName':'G','members':[{'value':'a','type':'User'},{'value':'b'}]}"
#define G "{'schemas':['urn:ietf:params:scim:schemas:core:2.0:Group'],'displayName':'G'"

static const struct replace_case group_cases[] = {
    {"members that are absent", G "}", GROUP, "{'id':'g','displayName':'G'}"},
    {"members that are empty", G ",'members':[]}", "{'id':'g','displayName':'G'}", NULL},
    {"members that are null", G ",'members':null}", "{'id':'g','displayName':'G'}", NULL},
    {"a member that stays keeps its stored content",
     G ",'members':[{'value':'c'},{'value':'a','type':'Group'}]}",
     "{'id':'g','displayName':'G','members':[{'value':'c'},{'value':'a','type':'User'}]}", NULL},
};

static void members_are_replaced_as_whole_values(void **state)
{
    for (size_t at = 0; at < COUNT_OF(group_cases); at++) {
        expect_replace(ROSTER_PROFILE_INTEROP, true, GROUP, &group_cases[at]);
        expect_replace(ROSTER_PROFILE_RFC, true, GROUP, &group_cases[at]);
    }
}

static void what_was_cleared_on_purpose_differs_from_what_is_absent(void **state)
{
    struct given g;
    struct roster_json *sent = NULL;
    given_open(&g, ROSTER_PROFILE_INTEROP);
    struct scope scope = {g.group, &g.quirks, g.arena};
    assert_true(resource_check_replace(&scope, quoted(&g, G ",'members':[]}"), &sent, &g.err));
    assert_true(json_is(json_find(sent, STR("members")), JSON_NULL));
    assert_true(resource_check_replace(&scope, quoted(&g, G "}"), &sent, &g.err));
    assert_null(json_find(sent, STR("members")));
    given_close(&g);
}

#define RULES "urn:example:2.0:Rules"

static const char rules_schema[] =
    "{'id':'" RULES "','attributes':["
    "{'name':'serial','mutability':'immutable'},"
    "{'name':'hidden','mutability':'writeOnly','returned':'never'},"
    "{'name':'badge','type':'complex','subAttributes':["
    "{'name':'number','mutability':'immutable'},{'name':'note','mutability':'readOnly'},"
    "{'name':'color'}]}]}";

#define RULED(members)                                                                             \
    "{'schemas':['urn:ietf:params:scim:schemas:core:2.0:User','" RULES "'],'userName':'u',"        \
    "'active':true,'" RULES "':{" members "}}"
#define KEPT "'serial':'S','badge':{'number':'1','note':'N','color':'red'}"
#define PERSON                                                                                     \
    "{'schemas':['urn:ietf:params:scim:schemas:core:2.0:User'],'userName':'u','active':true}"

static const struct replace_case ruled[] = {
    {"an immutable attribute that is absent is kept", PERSON, RULED("'serial':'S'"), NULL},
    {"an immutable value may be said again", RULED("'serial':'s'"), RULED("'serial':'S'"), NULL},
    {"an immutable value cannot change", RULED("'serial':'T'"), "MUTABILITY serial", NULL},
    {"an immutable value cannot be cleared", RULED("'serial':null"), "MUTABILITY serial", NULL},
    {"a hidden value is not kept", RULED("'hidden':'J'"), RULED("'serial':'S'"), NULL},
    {"a hidden value of the wrong type is refused", RULED("'hidden':1"), "INVALID_VALUE hidden",
     NULL},
    {"a complex value keeps what the client cannot change", RULED("'badge':{'color':'blue'}"),
     RULED("'serial':'S','badge':{'number':'1','note':'N','color':'blue'}"), NULL},
    {"an immutable sub-attribute cannot change", RULED("'badge':{'number':'2'}"),
     "MUTABILITY badge.number", NULL},
};

static void mutability_decides_what_a_replace_keeps(void **state)
{
    for (size_t at = 0; at < COUNT_OF(ruled); at++) {
        struct given g;
        struct roster_json *got = NULL;
        given_open(&g, ROSTER_PROFILE_RFC);
        const struct roster_json *schema = quoted(&g, rules_schema);
        struct registry_extension extension = {STR(RULES), false};
        struct registry_type type = {.name = STR("User"),
                                     .endpoint = STR("/Users"),
                                     .schema = URI_USER,
                                     .number = TYPE_NUMBER_USER,
                                     .extensions = &extension,
                                     .extension_count = 1};
        struct registry_options options = {&schema, 1, &type, 1, 0};
        g.registry = registry_build(&options, g.arena, &g.err);
        assert_non_null(g.registry);
        bool ok = replace(&g, &g.registry->types[0], RULED(KEPT), ruled[at].body, &got);
        expect_outcome(&g, ruled[at].name, ok, got, ruled[at].interop);
        given_close(&g);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(people_are_replaced_by_what_was_sent),
    cmocka_unit_test(members_are_replaced_as_whole_values),
    cmocka_unit_test(what_was_cleared_on_purpose_differs_from_what_is_absent),
    cmocka_unit_test(mutability_decides_what_a_replace_keeps),
};

RUN(tests)
