// project_test.c: which attributes an answer shows.
// SPDX-License-Identifier: Apache-2.0
#include "unit/scim/quoted.h"

#include "scim/project.h"
#include "scim/registry.h"

#define SCHEMAS "'schemas':['urn:ietf:params:scim:schemas:core:2.0:User','" ENTERPRISE "'],'id':'1'"
#define NAME "'name':{'givenName':'A','familyName':'B'}"
#define EMAILS "'emails':[{'value':'w@x','type':'work'},{'value':'h@x'}]"
#define EXT "'" ENTERPRISE "':{'division':'D','manager':{'value':'7','displayName':'M'}}"
#define META "'meta':{'resourceType':'User','created':'C','location':'L'}"
#define FULL "{" SCHEMAS ",'userName':'u'," NAME "," EMAILS "," EXT "," META "}"
#define SHOWS(members) "{" SCHEMAS members "}"

static const struct view_case {
    const char *name;
    const char *attributes;
    const char *excluded;
    const char *want;
} cases[] = {
    {"without parameters everything is shown", "", "", FULL},
    {"one attribute", "userName", "", SHOWS(",'userName':'u'")},
    {"blanks behind commas and empty names", " userName , ,name", "",
     SHOWS(",'userName':'u'," NAME)},
    {"names in any letter case", "USERNAME", "", SHOWS(",'userName':'u'")},
    {"nothing but commas is no parameter", " , ,", "", FULL},
    {"unknown names show nothing", "nothing,ever", "", SHOWS("")},
    {"a name that is no name shows nothing", "!?", "", SHOWS("")},
    {"a sub-attribute", "name.givenName", "", SHOWS(",'name':{'givenName':'A'}")},
    {"a sub-attribute of each value", "emails.value", "",
     SHOWS(",'emails':[{'value':'w@x'},{'value':'h@x'}]")},
    {"values without the sub-attribute are left out", "emails.type", "",
     SHOWS(",'emails':[{'type':'work'}]")},
    {"a parent wins over its sub-attribute", "name.givenName,name", "", SHOWS("," NAME)},
    {"a filter in brackets is left out", "emails[type eq \"a,b]\" and value pr],userName", "",
     SHOWS(",'userName':'u'," EMAILS)},
    {"a bracket that is never closed", "emails[type eq \"a, userName", "", SHOWS("," EMAILS)},
    {"a core URI in front", "urn:ietf:params:scim:schemas:core:2.0:User:userName", "",
     SHOWS(",'userName':'u'")},
    {"a whole extension", ENTERPRISE, "", SHOWS("," EXT)},
    {"an attribute of an extension", ENTERPRISE ":division", "",
     SHOWS(",'" ENTERPRISE "':{'division':'D'}")},
    {"a sub-attribute of an extension", ENTERPRISE ":manager.value", "",
     SHOWS(",'" ENTERPRISE "':{'manager':{'value':'7'}}")},
    {"an extension attribute by its short name", "division", "",
     SHOWS(",'" ENTERPRISE "':{'division':'D'}")},
    {"a part of meta", "meta.location", "", SHOWS(",'meta':{'location':'L'}")},
    {"the id is always shown", "id", "", SHOWS("")},
    {"one attribute less", "", "emails", SHOWS(",'userName':'u'," NAME "," EXT "," META)},
    {"one sub-attribute less", "", "emails.value,name.familyName",
     SHOWS(",'userName':'u','name':{'givenName':'A'},'emails':[{'type':'work'}]," EXT "," META)},
    {"an extension less", "", ENTERPRISE, SHOWS(",'userName':'u'," NAME "," EMAILS "," META)},
    {"an extension without its only attributes is left out", "", "division,manager",
     SHOWS(",'userName':'u'," NAME "," EMAILS "," META)},
    {"what is always shown cannot be excluded", "", "id,schemas,nothing", FULL},
    {"both parameters", "userName", "emails", "INVALID_VALUE excludedAttributes"},
};

static void parameters_choose_what_is_shown(void **state)
{
    for (size_t at = 0; at < COUNT_OF(cases); at++) {
        struct given g;
        struct roster_json *got = NULL;
        given_open(&g, ROSTER_PROFILE_RFC);
        struct roster_json *resource = quoted(&g, FULL);
        struct roster_json *untouched = quoted(&g, FULL);
        bool ok = roster_resource_project(g.user, resource, str_of(cases[at].attributes),
                                          str_of(cases[at].excluded), g.arena, &got, &g.err);
        assert_true(json_equal(resource, untouched));
        expect_outcome(&g, cases[at].name, ok, got, cases[at].want);
        given_close(&g);
    }
}

#define GROUP "{'id':'g','displayName':'G','members':[{'value':'a','display':'A','type':'User'}]}"

static void the_display_of_members_is_shown_on_request(void **state)
{
    static const struct view_case rows[] = {
        {"not by default", "", "",
         "{'id':'g','displayName':'G','members':[{'value':'a','type':'User'}]}"},
        {"not with its parent", "members", "",
         "{'id':'g','members':[{'value':'a','type':'User'}]}"},
        {"when it is named", "members.display", "", "{'id':'g','members':[{'display':'A'}]}"},
        {"with its parent when both are named", "members,members.display", "",
         "{'id':'g','members':[{'value':'a','display':'A','type':'User'}]}"},
        {"not when something else is excluded", "", "displayName",
         "{'id':'g','members':[{'value':'a','type':'User'}]}"},
    };
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        struct given g;
        struct roster_json *got = NULL;
        given_open(&g, ROSTER_PROFILE_RFC);
        bool ok = roster_resource_project(g.group, quoted(&g, GROUP), str_of(rows[at].attributes),
                                          str_of(rows[at].excluded), g.arena, &got, &g.err);
        expect_outcome(&g, rows[at].name, ok, got, rows[at].want);
        given_close(&g);
    }
}

static bool wants(struct given *g, const char *attributes, const char *excluded,
                  const struct attr *attr)
{
    struct scope scope = {g->group, &g->quirks, g->arena};
    const struct projection *projection = NULL;
    assert_true(
        projection_parse(&scope, str_of(attributes), str_of(excluded), &projection, &g->err));
    return projection_wants(projection, attr);
}

static void members_are_wanted_when_any_part_of_them_is_shown(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    const struct attr *members = type_attr(g.group, STR("members"));
    const struct attr *display = attr_sub(members, STR("display"));
    assert_true(wants(&g, "", "", members));
    assert_false(wants(&g, "displayName", "", members));
    assert_true(wants(&g, "members.value", "", members));
    assert_false(wants(&g, "", "members", members));
    assert_true(wants(&g, "", "members.value", members));
    assert_false(wants(&g, "", "", display));
    assert_false(wants(&g, "members", "", display));
    assert_true(wants(&g, "members.display", "", display));
    assert_true(wants(&g, "displayName", "", type_attr(g.group, STR("id"))));
    given_close(&g);
}

#define RULES "urn:example:2.0:Rules"

static const char rules_schema[] =
    "{'id':'" RULES "','attributes':["
    "{'name':'asked','returned':'request'},{'name':'never','returned':'never'},"
    "{'name':'always','returned':'always'},"
    "{'name':'badge','type':'complex','subAttributes':[{'name':'number','returned':'always'},"
    "{'name':'color'},{'name':'secret','returned':'never'},{'name':'late','returned':'request'}]}]"
    "}";

#define RULED(members) "{'id':'1','" RULES "':{" members "}}"
#define ALL                                                                                        \
    RULED("'asked':'a','never':'n','always':'w',"                                                  \
          "'badge':{'number':'1','color':'red','secret':'s','late':'l'}")

static const struct returned_case {
    const char *name;
    const char *attributes;
    const char *excluded;
    const char *written;  // NULL: nothing
    const char *want;
} returned_cases[] = {
    {"by default", "", "", NULL, RULED("'always':'w','badge':{'number':'1','color':'red'}")},
    {"what is on request is shown when it is named", RULES ":asked", "", NULL,
     RULED("'asked':'a','always':'w'")},
    {"what is on request is shown to who wrote it", "", "", RULED("'asked':'a'"),
     RULED("'asked':'a','always':'w','badge':{'number':'1','color':'red'}")},
    {"a sub-attribute on request is shown to who wrote it", "", "", RULED("'badge':{'late':'l'}"),
     RULED("'always':'w','badge':{'number':'1','color':'red','late':'l'}")},
    {"what is never returned is not, named or written", RULES ":never," RULES ":badge.secret", "",
     RULED("'never':'n'"), RULED("'always':'w','badge':{'number':'1'}")},
    {"a sub-attribute that is always returned comes with its siblings", RULES ":badge.color", "",
     NULL, RULED("'always':'w','badge':{'number':'1','color':'red'}")},
    {"what is always returned cannot be excluded", "", RULES ":always," RULES ":badge.number", NULL,
     RULED("'always':'w','badge':{'number':'1','color':'red'}")},
    {"a whole extension that is named", RULES, "", NULL,
     RULED("'always':'w','badge':{'number':'1','color':'red'}")},
};

static void the_characteristic_returned_has_its_table(void **state)
{
    for (size_t at = 0; at < COUNT_OF(returned_cases); at++) {
        const struct returned_case *row = &returned_cases[at];
        struct given g;
        const struct projection *projection = NULL;
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
        struct scope scope = {&g.registry->types[0], &g.quirks, g.arena};
        assert_true(projection_parse(&scope, str_of(row->attributes), str_of(row->excluded),
                                     &projection, &g.err));
        struct roster_json *written = row->written == NULL ? NULL : quoted(&g, row->written);
        struct roster_json *got = projection_apply(projection, &scope, quoted(&g, ALL), written);
        expect_outcome(&g, row->name, got != NULL, got, row->want);
        given_close(&g);
    }
}

static void every_failed_allocation_while_projecting_is_refused_as_memory(void **state)
{
    struct given g;
    struct roster_json *got = NULL;
    given_open(&g, ROSTER_PROFILE_RFC);
    struct roster_json *resource = quoted(&g, FULL);
    long at = 0;
    for (; at < 1000; at++) {
        arena_fail_at(g.arena, at);
        if (roster_resource_project(g.user, resource, STR("emails.type," ENTERPRISE ":division"),
                                    STR(""), g.arena, &got, &g.err)) {
            break;
        }
        assert_int_equal(g.err.code, ROSTER_ERR_NO_MEMORY);
    }
    arena_fail_at(g.arena, -1);
    assert_in_range(at, 5, 100);
    given_close(&g);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(parameters_choose_what_is_shown),
    cmocka_unit_test(the_display_of_members_is_shown_on_request),
    cmocka_unit_test(members_are_wanted_when_any_part_of_them_is_shown),
    cmocka_unit_test(the_characteristic_returned_has_its_table),
    cmocka_unit_test(every_failed_allocation_while_projecting_is_refused_as_memory),
};

RUN(tests)
