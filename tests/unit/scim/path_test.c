// path_test.c: what paths name, and which are malformed.
// SPDX-License-Identifier: Apache-2.0
#include "unit/scim/kinds.h"

#define ENTERPRISE "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
#define CORE_USER "urn:ietf:params:scim:schemas:core:2.0:User"
#define CORE_GROUP "urn:ietf:params:scim:schemas:core:2.0:Group"

struct path_case {
    const char *name;
    const char *text;
    const char *want;  // canonical; "?": unknown; NULL: malformed
};

static const struct path_case name_cases[] = {
    {"a core attribute", "userName", "userName"},
    {"any case", "USERname", "userName"},
    {"a common attribute", "externalid", "externalId"},
    {"a sub-attribute", "name.GIVENname", "name.givenName"},
    {"a part of meta", "meta.lastModified", "meta.lastModified"},
    {"a name with a dollar sign", "groups.$ref", "groups.$ref"},
    {"a core attribute behind its URI", CORE_USER ":userName", "userName"},
    {"a common attribute behind the core URI", CORE_USER ":id", "id"},
    {"a URI in capitals", "URN:ietf:params:scim:schemas:core:2.0:USER:name.familyName",
     "name.familyName"},
    {"a dot behind the URI", CORE_USER ".userName", "userName"},
    {"a dot behind the URI and an unknown name", CORE_USER ".foo", "?"},
    {"an extension attribute", ENTERPRISE ":Department", ENTERPRISE ":department"},
    {"a part of an extension attribute", ENTERPRISE ":manager.value", ENTERPRISE ":manager.value"},
    {"an extension attribute with dots only", ENTERPRISE ".manager.value",
     ENTERPRISE ":manager.value"},
    {"a whole extension", ENTERPRISE, ENTERPRISE},
    {"an extension attribute without its URI", "department", ENTERPRISE ":department"},
    {"a part of it without its URI", "manager.displayName", ENTERPRISE ":manager.displayName"},
    {"the element of a simple list", "schemas.value", "schemas"},
    {"a whole core schema names nothing", CORE_USER, "?"},
    {"an unknown attribute", "foo", "?"},
    {"an unknown sub-attribute", "name.foo", "?"},
    {"a sub-attribute of a simple value", "userName.value", "?"},
    {"an unknown attribute of a known schema", ENTERPRISE ":foo", "?"},
    {"a core attribute behind an extension", ENTERPRISE ":userName", "?"},
    {"an extension attribute behind the core", CORE_USER ":department", "?"},
    {"an attribute of another type", CORE_GROUP ":members", "?"},
    {"an unknown URI", "urn:example:2.0:Thing:a.b", "?"},
    {"an unknown URI that begins like a known one", ENTERPRISE ":custom:field", "?"},
    {"an unknown web address", "http://schemas.example.com/x:y", "?"},
    {"nothing", "", NULL},
    {"a digit in front", "1name", NULL},
    {"an index behind a dot", "emails.0.value", NULL},
    {"three levels", "name.givenName.first", NULL},
    {"a dot at the end", "name.", NULL},
    {"a dot in front", ".name", NULL},
    {"a blank inside", "user name", NULL},
    {"a slash", "name/givenName", NULL},
    {"a colon at the end of a URI", ENTERPRISE ":", NULL},
    {"a bad name behind a URI", ENTERPRISE ":1x", NULL},
    {"an umlaut", "n\xC3\xA4me", NULL},
    {"a quote", "urn:x:\"y", NULL},
};

static const struct path_case path_cases[] = {
    {"elements by type", "emails[type eq \"work\"]", "emails[type eq \"work\"]"},
    {"a part of elements", "Emails[Type EQ \"work\"].VALUE", "emails[type eq \"work\"].value"},
    {"a choice in brackets", "emails[type eq \"a\" or (primary eq true)].display",
     "emails[type eq \"a\" or primary eq true].display"},
    {"brackets behind a URI", CORE_USER ":emails[value co \"x]\"].type",
     "emails[value co \"x]\"].type"},
    {"brackets in an extension", KINDS ":things[size gt 1].value",
     KINDS ":things[size gt 1].value"},
    {"brackets on a simple list", "schemas[value eq \"urn:x\"]", "schemas[value eq \"urn:x\"]"},
    {"a blank before the brackets", "emails [type pr]", "emails[type pr]"},
    {"brackets of an unknown attribute", "foo[bar eq 1 and baz gt \"2\"].x", "?"},
    {"an unknown part behind brackets", "emails[type eq \"work\"].foo", "?"},
    {"an unknown extension with brackets", "urn:example:2.0:Thing:a[b eq \"c\"].d", "?"},
    {"a quoted boolean", "roles[primary eq \"True\"].value", "roles[primary eq true].value"},
    {"an index", "emails[0]", NULL},
    {"an index with a part", "emails[ 12 ].value", NULL},
    {"an index of an unknown attribute", "foo[1]", NULL},
    {"brackets on a sub-attribute", "emails.value[type eq \"work\"]", NULL},
    {"brackets on a single value", "name[givenName eq \"A\"]", NULL},
    {"brackets on a schema", KINDS "[a eq 1]", NULL},
    {"two parts behind brackets", "emails[type eq \"work\"].a.b", NULL},
    {"brackets that stay open", "emails[type eq \"work\"", NULL},
    {"text behind brackets", "emails[type eq \"work\"]value", NULL},
    {"a dot alone behind brackets", "emails[type eq \"work\"].", NULL},
    {"a second pair of brackets", "emails[type eq \"work\"][value pr]", NULL},
    {"nothing before the brackets", "[type eq \"work\"]", NULL},
};

static void expect_path(struct given *g, const struct path_case *row, bool names_only)
{
    struct path path = {0};
    g->err = (struct roster_error){0};
    bool parsed = names_only ? path_parse_name(&g->scope, str_of(row->text), &path, &g->err)
                             : path_parse(&g->scope, str_of(row->text), &path, &g->err);
    if (parsed != (row->want != NULL) ||
        (!parsed && (g->err.code != ROSTER_ERR_INVALID_PATH || g->err.detail[0] == '\0' ||
                     g->err.offset > strlen(row->text)))) {
        fail_msg("%s: %s", row->name, g->err.detail);
    }
    if (!parsed) {
        return;
    }
    assert_int_equal(path.unknown, strcmp(row->want, "?") == 0);
    struct text text;
    text_init(&text, g->arena, KIB(4));
    path_print(&path, &text);
    expect_text(row->name, text_str(&text), path.unknown ? row->text : row->want);
    assert_true(!path.unknown || (path.attr == NULL && path.extension == NULL && path.sub == NULL &&
                                  path.filter == NULL));
}

static void names_are_bound_to_the_attributes_of_the_type(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    for (size_t at = 0; at < COUNT_OF(name_cases); at++) {
        expect_path(&g, &name_cases[at], true);
        expect_path(&g, &name_cases[at], false);
    }
    given_close(&g);
}

static void paths_with_brackets_are_bound_to_elements(void **state)
{
    struct given g;
    kinds_open(&g, ROSTER_PROFILE_INTEROP);
    for (size_t at = 0; at < COUNT_OF(path_cases); at++) {
        expect_path(&g, &path_cases[at], false);
    }
    given_close(&g);
}

static const struct {
    const char *name;
    const char *text;
    size_t offset;
} filter_cases[] = {
    {"empty brackets", "emails[]", 7},
    {"brackets inside brackets", "emails[value[x eq 1]]", 12},
    {"an operator that does not suit", "emails[primary gt true]", 15},
    {"a string that stays open", "emails[type eq \"work]", 15},
    {"brackets of an unknown attribute that are no filter", "foo[bar]", 7},
};

static void what_is_wrong_inside_brackets_is_wrong_with_the_filter(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    for (size_t at = 0; at < COUNT_OF(filter_cases); at++) {
        struct path path = {0};
        assert_false(path_parse(&g.scope, str_of(filter_cases[at].text), &path, &g.err));
        if (g.err.code != ROSTER_ERR_INVALID_FILTER || g.err.offset != filter_cases[at].offset) {
            fail_msg("%s: at %zu %s", filter_cases[at].name, g.err.offset, g.err.detail);
        }
    }
    given_close(&g);
}

static void a_name_of_two_extensions_needs_its_uri(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    const struct roster_json *schema =
        given_json(&g, "{\"id\":\"urn:x:2.0:More\",\"attributes\":[{\"name\":\"department\"},"
                       "{\"name\":\"desk\"},{\"name\":\"userName\"}]}");
    struct registry_extension extensions[] = {{URI_ENTERPRISE, false},
                                              {STR("urn:x:2.0:More"), false}};
    struct registry_type type = {.name = STR("User"),
                                 .endpoint = STR("/Users"),
                                 .schema = URI_USER,
                                 .number = TYPE_NUMBER_USER,
                                 .extensions = extensions,
                                 .extension_count = 2};
    struct registry_options options = {&schema, 1, &type, 1, 0};
    g.registry = registry_build(&options, g.arena, &g.err);
    assert_non_null(g.registry);
    g.scope.type = &g.registry->types[0];
    static const struct path_case rows[] = {
        {"both have it", "department", "?"},
        {"one has it", "desk", "urn:x:2.0:More:desk"},
        {"the core comes first", "userName", "userName"},
        {"the URI decides", "urn:x:2.0:More:userName", "urn:x:2.0:More:userName"},
    };
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        expect_path(&g, &rows[at], true);
    }
    given_close(&g);
}

struct seen {
    struct text text;
    int stop_after;
};

static bool see(void *ctx, const struct roster_json *value)
{
    struct seen *seen = ctx;
    json_write(&seen->text, value);
    text_char(&seen->text, ';');
    return --seen->stop_after == 0;
}

static const struct {
    const char *name;
    const char *path;
    int stop_after;
    const char *want;
} walk_cases[] = {
    {"a single value", "userName", -1, "\"u\";"},
    {"a part of a single value", "name.givenName", -1, "\"A\";"},
    {"a part that is missing", "name.familyName", -1, ""},
    {"a part of every element", "emails.value", -1, "\"a\";\"b\";"},
    {"whole elements", "emails", -1, "{\"value\":\"a\"};{\"value\":\"b\"};{\"type\":\"c\"};"},
    {"until it is enough", "emails.value", 1, "\"a\";"},
    {"a list in an extension", KINDS ":many", -1, "\"x\";\"y\";"},
    {"lists inside elements", KINDS ":things.tags", -1, "1;2;3;"},
    {"a whole extension", KINDS, 1,
     "{\"many\":[\"x\",\"y\"],\"things\":[{\"tags\":[1,2]},{\"tags\":3}]};"},
    {"null is no value", "title", -1, ""},
    {"an unknown attribute", "foo", -1, ""},
};

static void a_path_walks_over_the_values_that_it_names(void **state)
{
    struct given g;
    kinds_open(&g, ROSTER_PROFILE_RFC);
    const struct roster_json *json = given_json(
        &g, "{\"userName\":\"u\",\"title\":null,\"name\":{\"givenName\":\"A\"},\"emails\":["
            "{\"value\":\"a\"},{\"value\":\"b\"},{\"type\":\"c\"}],\"" KINDS "\":{"
            "\"many\":[\"x\",\"y\"],\"things\":[{\"tags\":[1,2]},{\"tags\":3}]}}");
    for (size_t at = 0; at < COUNT_OF(walk_cases); at++) {
        struct path path = {0};
        struct seen seen = {.stop_after = walk_cases[at].stop_after};
        text_init(&seen.text, g.arena, KIB(4));
        assert_true(path_parse_name(&g.scope, str_of(walk_cases[at].path), &path, &g.err));
        bool stopped = path_walk(&path, json, see, &seen);
        assert_int_equal(stopped, walk_cases[at].stop_after > 0);
        expect_text(walk_cases[at].name, text_str(&seen.text), walk_cases[at].want);
    }
    given_close(&g);
}

static void every_failed_allocation_is_refused_as_memory(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    struct path path = {0};
    str text = STR("emails[type eq \"Work\" and value co \"\\u00c4\"].display");
    long at = 0;
    for (arena_fail_at(g.arena, 0); !path_parse(&g.scope, text, &path, &g.err); at++) {
        assert_int_equal(g.err.code, ROSTER_ERR_NO_MEMORY);
        assert_true(at < 100);
        arena_fail_at(g.arena, at + 1);
    }
    assert_true(at > 3);
    given_close(&g);
}

static void a_path_that_is_too_long_is_refused(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    struct path path = {0};
    char *text = arena_alloc(g.arena, FILTER_TEXT_MAX + 1);
    assert_non_null(text);
    memset(text, 'a', FILTER_TEXT_MAX + 1);
    assert_true(path_parse(&g.scope, (str){text, FILTER_TEXT_MAX}, &path, &g.err));
    assert_true(path.unknown);
    assert_false(path_parse(&g.scope, (str){text, FILTER_TEXT_MAX + 1}, &path, &g.err));
    given_close(&g);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(names_are_bound_to_the_attributes_of_the_type),
    cmocka_unit_test(paths_with_brackets_are_bound_to_elements),
    cmocka_unit_test(what_is_wrong_inside_brackets_is_wrong_with_the_filter),
    cmocka_unit_test(a_name_of_two_extensions_needs_its_uri),
    cmocka_unit_test(a_path_walks_over_the_values_that_it_names),
    cmocka_unit_test(every_failed_allocation_is_refused_as_memory),
    cmocka_unit_test(a_path_that_is_too_long_is_refused),
};

RUN(tests)
