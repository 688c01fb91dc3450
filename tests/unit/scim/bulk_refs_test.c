// bulk_refs_test.c: references to bulkIds: what is one, where they are found, replaced, taken out.
// SPDX-License-Identifier: Apache-2.0
#include "unit/scim/quoted.h"

#include "scim/bulk.h"

#define EXTENSION "'" ENTERPRISE "'"

// The bulkIds "a", "b" and "c" belong to operations 0 to 2, which create the ids 1 to 3.
static const str names[] = {STR_INIT("a"), STR_INIT("b"), STR_INIT("c")};
static const str ids[] = {STR_INIT("1"), STR_INIT("2"), STR_INIT("3")};

static struct bulk_names table;

static struct bulk_scope open_scope(struct given *g, enum bulk_method method)
{
    table = (struct bulk_names){.arena = g->arena};
    for (uint32_t at = 0; at < COUNT_OF(names); at++) {
        uint32_t number = 0;
        assert_true(bulk_names_add(&table, names[at], &number, &g->err));
        assert_int_equal(number, at);
        table.rows[number].owner = at;
        table.rows[number].creator = at;
    }
    return (struct bulk_scope){g->registry, g->user, method, &table, g->scratch};
}

static const struct {
    const char *text, *prefix, *name;  // name NULL: no reference
} texts[] = {
    {"bulkId:a", "", "a"},
    {"bulkId:a b/c", "", "a b/c"},
    {"bulkId:bulkId:a", "", "bulkId:a"},
    {"/Users/bulkId:a", "/Users/", "a"},
    {"../Groups/bulkId:a", "../Groups/", "a"},
    {"https://h/scim/v2/Users/bulkId:a", "https://h/scim/v2/Users/", "a"},
    {"Users/bulkId:a", "Users/", "a"},
    {"", NULL, NULL},
    {"bulkId:", NULL, NULL},
    {"bulkId", NULL, NULL},
    {"BulkId:a", NULL, NULL},
    {"bulkid:a", NULL, NULL},
    {" bulkId:a", NULL, NULL},
    {"xbulkId:a", NULL, NULL},
    {"/bulkId:a", NULL, NULL},
    {"/Users/bulkId:", NULL, NULL},
    {"/Users/xbulkId:a", NULL, NULL},
    {"/Users/bulkId:a/", NULL, NULL},
    {"https://h/other/bulkId:a", NULL, NULL},
};

static void a_reference_is_a_whole_text_or_the_end_of_a_location(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    for (size_t at = 0; at < COUNT_OF(texts); at++) {
        str prefix = {0};
        str name = {0};
        bool is_one = bulk_reference(g.registry, str_of(texts[at].text), &prefix, &name);
        if (is_one != (texts[at].name != NULL) ||
            (is_one && !(str_equal(prefix, str_of(texts[at].prefix)) &&
                         str_equal(name, str_of(texts[at].name))))) {
            fail_msg("%s: \"%.*s\" and \"%.*s\"", texts[at].text, STR_ARGS(prefix), STR_ARGS(name));
        }
    }
    given_close(&g);
}

static const struct {
    const char *name;
    enum bulk_method method;
    const char *data;
    const char *needs;  // names in the order in which they were found
    const char *after;  // with ids; NULL: as it was
} places[] = {
    {"nothing at all", BULK_POST, "{'userName':'ana','active':true,'x':[1,null]}", "", NULL},
    {"a text", BULK_POST, "{'nickName':'bulkId:b'}", "b", "{'nickName':'2'}"},
    {"each once", BULK_POST, "{'title':'bulkId:b','nickName':'bulkId:a','displayName':'bulkId:b'}",
     "b a", "{'title':'2','nickName':'1','displayName':'2'}"},
    {"any depth", BULK_PUT, "{'x':[{'y':{'z':['bulkId:c']}}]}", "c", "{'x':[{'y':{'z':['3']}}]}"},
    {"an extension", BULK_POST, "{" EXTENSION ":{'manager':{'value':'bulkId:a'}}}", "a",
     "{" EXTENSION ":{'manager':{'value':'1'}}}"},
    {"a location", BULK_POST, "{'profileUrl':'/Users/bulkId:a'}", "a", "{'profileUrl':'/Users/1'}"},
    {"an unknown name stays", BULK_POST, "{'title':'bulkId:zz'}", "zz", NULL},
    {"read-only attributes", BULK_POST,
     "{'id':'bulkId:a','groups':[{'value':'bulkId:b'}],'meta':{'x':'bulkId:c'}}", "", NULL},
    {"the members of a change", BULK_PATCH,
     "{'Operations':[{'op':'add','path':'members','value':[{'value':'bulkId:a'},'bulkId:b']}]}",
     "a b", "{'Operations':[{'op':'add','path':'members','value':[{'value':'1'},'2']}]}"},
    {"the filter of a path", BULK_PATCH,
     "{'Operations':[{'op':'remove','path':'members[value eq `bulkId:a` or value eq "
     "`x`]'}]}",
     "a", "{'Operations':[{'op':'remove','path':'members[value eq `1` or value eq `x`]'}]}"},
    {"a path without quotes", BULK_PATCH,
     "{'Operations':[{'op':'remove','path':'members[value eq bulkId:a]'}]}", "", NULL},
    {"a path as a name", BULK_PATCH,
     "{'Operations':[{'op':'add','value':{'members[value eq `bulkId:c`].type':'User'}}]}", "c",
     "{'Operations':[{'op':'add','value':{'members[value eq `3`].type':'User'}}]}"},
    {"one operation without a list", BULK_PATCH,
     "{'operations':{'op':'add','value':{'title':'bulkId:a'}}}", "a",
     "{'operations':{'op':'add','value':{'title':'1'}}}"},
    {"groups in a change", BULK_PATCH, "{'Operations':[{'value':{'groups':'bulkId:a'}}]}", "a",
     "{'Operations':[{'value':{'groups':'1'}}]}"},
    {"a change that is none", BULK_PATCH, "{'title':'bulkId:a','Operations':['bulkId:a']}", "",
     NULL},
};

static void references_are_found_and_replaced_wherever_an_id_may_stand(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    for (size_t at = 0; at < COUNT_OF(places); at++) {
        struct bulk_scope scope = open_scope(&g, places[at].method);
        struct bulk_needs needs = {0};
        struct text found;
        struct roster_json *data = quoted(&g, places[at].data);
        struct roster_json *want =
            quoted(&g, places[at].after != NULL ? places[at].after : places[at].data);
        text_init(&found, g.arena, KIB(1));
        assert_true(bulk_refs_collect(&scope, 7, data, &needs, &g.err));
        for (size_t need = 0; need < needs.count; need++) {
            text_add(&found, need > 0 ? STR(" ") : (str){0});
            text_add(&found, table.rows[needs.numbers[need]].text);
        }
        assert_true(bulk_refs_replace(&scope, data, ids, &g.err));
        if (!str_equal(text_str(&found), str_of(places[at].needs)) || !json_equal(data, want)) {
            str got = {0};
            assert_true(roster_json_print(data, g.arena, &got));
            fail_msg("%s: found %.*s, made %.*s", places[at].name, STR_ARGS(text_str(&found)),
                     STR_ARGS(got));
        }
    }
    given_close(&g);
}

static const struct {
    const char *name, *data;  // "b" is late
    const char *rest, *cut;
} cuts[] = {
    {"nothing late", "{'userName':'u','title':'bulkId:a'}", "{'userName':'u','title':'bulkId:a'}",
     "{}"},
    {"an attribute", "{'userName':'u','title':'bulkId:b'}", "{'userName':'u'}",
     "{'title':'bulkId:b'}"},
    {"elements of a list",
     "{'members':[{'value':'bulkId:a'},{'value':'bulkId:b','type':'User'},'x']}",
     "{'members':[{'value':'bulkId:a'},'x']}", "{'members':[{'value':'bulkId:b','type':'User'}]}"},
    {"a complex value as a whole", "{'name':{'givenName':'g','familyName':'bulkId:b'}}", "{}",
     "{'name':{'givenName':'g','familyName':'bulkId:b'}}"},
    {"inside an extension",
     "{" EXTENSION ":{'department':'D','manager':{'value':'bulkId:b','displayName':'x'}}}",
     "{" EXTENSION ":{'department':'D'}}",
     "{" EXTENSION ":{'manager':{'value':'bulkId:b','displayName':'x'}}}"},
    {"read-only ones stay", "{'groups':[{'value':'bulkId:b'}]}",
     "{'groups':[{'value':'bulkId:b'}]}", "{}"},
};

static void what_is_late_is_taken_out_with_the_value_around_it(void **state)
{
    static const bool late[] = {false, true, false};
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    for (size_t at = 0; at < COUNT_OF(cuts); at++) {
        struct bulk_scope scope = open_scope(&g, BULK_POST);
        struct roster_json *data = quoted(&g, cuts[at].data);
        struct roster_json *cut = NULL;
        assert_true(bulk_refs_cut(&scope, data, late, &cut, &g.err));
        if (!json_equal(data, quoted(&g, cuts[at].rest)) ||
            !json_equal(cut, quoted(&g, cuts[at].cut))) {
            str got[2] = {0};
            assert_true(roster_json_print(data, g.arena, &got[0]));
            assert_true(roster_json_print(cut, g.arena, &got[1]));
            fail_msg("%s: %.*s and %.*s", cuts[at].name, STR_ARGS(got[0]), STR_ARGS(got[1]));
        }
    }
    given_close(&g);
}

static void many_names_are_found_again(void **state)
{
    struct given g;
    struct bulk_names many = {0};
    given_open(&g, ROSTER_PROFILE_RFC);
    many.arena = g.arena;
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t at = 0; at < 20000; at++) {
            str name = {0};
            uint32_t number = 0;
            assert_true(arena_format(g.arena, &name, "name-%u", at));
            assert_int_equal(bulk_names_find(&many, name), round == 0 ? BULK_NONE : at);
            assert_true(bulk_names_add(&many, name, &number, &g.err));
            assert_int_equal(number, at);
        }
    }
    given_close(&g);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reference_is_a_whole_text_or_the_end_of_a_location),
        cmocka_unit_test(references_are_found_and_replaced_wherever_an_id_may_stand),
        cmocka_unit_test(what_is_late_is_taken_out_with_the_value_around_it),
        cmocka_unit_test(many_names_are_found_again),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
