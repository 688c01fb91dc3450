// schema_test.c: schemas from JSON and back, and registries made of them.
// SPDX-License-Identifier: Apache-2.0
#include "unit/scim/kinds.h"

#define ATTRS(inside) "{\"id\":\"urn:x:1\",\"attributes\":[" inside "]}"

static const struct {
    const char *name;
    const char *json;
    enum roster_code code;  // ROSTER_OK: taken
    const char *detail;     // a part of it
} load_cases[] = {
    {"the smallest schema", ATTRS("{\"name\":\"a\"}"), ROSTER_OK, NULL},
    {"null stands for the default", ATTRS("{\"name\":\"a\",\"type\":null,\"required\":null}"),
     ROSTER_OK, NULL},
    {"members in any case", "{\"ID\":\"urn:x:1\",\"Attributes\":[{\"NAME\":\"a\"}]}", ROSTER_OK,
     NULL},
    {"what a server would send",
     "{\"schemas\":[\"urn:s\"],\"id\":\"urn:x:1\",\"meta\":{},"
     "\"name\":\"X\",\"description\":\"d\",\"attributes\":"
     "[{\"name\":\"a\"}]}",
     ROSTER_OK, NULL},
    {"a name with a dollar sign", ATTRS("{\"name\":\"$ref\"}"), ROSTER_OK, NULL},
    {"a type in any case", ATTRS("{\"name\":\"a\",\"type\":\"DATETIME\"}"), ROSTER_OK, NULL},
    {"an address of the web", "{\"id\":\"https://x/y\",\"attributes\":[{\"name\":\"a\"}]}",
     ROSTER_OK, NULL},
    {"caseExact and uniqueness on a complex attribute are ignored",
     ATTRS("{\"name\":\"a\",\"type\":\"complex\",\"caseExact\":true,\"uniqueness\":\"server\","
           "\"subAttributes\":[{\"name\":\"b\"}]}"),
     ROSTER_OK, NULL},
    {"a text instead of a schema", "\"x\"", ROSTER_ERR_INVALID_SYNTAX, "object"},
    {"no id", "{\"attributes\":[{\"name\":\"a\"}]}", ROSTER_ERR_INVALID_VALUE, "URI"},
    {"an id that is no URI", "{\"id\":\"x\",\"attributes\":[{\"name\":\"a\"}]}",
     ROSTER_ERR_INVALID_VALUE, "URI"},
    {"an id with a blank", "{\"id\":\"urn:x y\",\"attributes\":[{\"name\":\"a\"}]}",
     ROSTER_ERR_INVALID_VALUE, "URI"},
    {"an id with a bracket", "{\"id\":\"urn:x[y\",\"attributes\":[{\"name\":\"a\"}]}",
     ROSTER_ERR_INVALID_VALUE, "URI"},
    {"an id that is a number", "{\"id\":5,\"attributes\":[{\"name\":\"a\"}]}",
     ROSTER_ERR_INVALID_VALUE, "URI"},
    {"no attributes", "{\"id\":\"urn:x:1\"}", ROSTER_ERR_INVALID_SYNTAX, "attributes"},
    {"an empty list of attributes", ATTRS(""), ROSTER_ERR_INVALID_VALUE, "at least one"},
    {"an attribute that is a text", ATTRS("\"a\""), ROSTER_ERR_INVALID_SYNTAX, "no object"},
    {"an attribute without a name", ATTRS("{\"type\":\"string\"}"), ROSTER_ERR_INVALID_VALUE,
     "no name"},
    {"a name that begins with a digit", ATTRS("{\"name\":\"1a\"}"), ROSTER_ERR_INVALID_VALUE,
     "\"1a\": \"name\""},
    {"a name with a dot", ATTRS("{\"name\":\"a.b\"}"), ROSTER_ERR_INVALID_VALUE, "\"a.b\""},
    {"a name of a dollar sign alone", ATTRS("{\"name\":\"$\"}"), ROSTER_ERR_INVALID_VALUE, "\"$\""},
    {"a name that is a number", ATTRS("{\"name\":7}"), ROSTER_ERR_INVALID_SYNTAX, "string"},
    {"one name in two cases", ATTRS("{\"name\":\"ab\"},{\"name\":\"AB\"}"),
     ROSTER_ERR_INVALID_VALUE, "\"AB\": \"name\" is taken"},
    {"an unknown type", ATTRS("{\"name\":\"a\",\"type\":\"text\"}"), ROSTER_ERR_INVALID_VALUE,
     "\"a\": \"type\" must be"},
    {"an unknown mutability", ATTRS("{\"name\":\"a\",\"mutability\":\"readwrite\"}"),
     ROSTER_ERR_INVALID_VALUE, "\"mutability\" must be"},
    {"an unknown returned", ATTRS("{\"name\":\"a\",\"returned\":\"maybe\"}"),
     ROSTER_ERR_INVALID_VALUE, "\"returned\" must be"},
    {"an unknown uniqueness", ATTRS("{\"name\":\"a\",\"uniqueness\":true}"),
     ROSTER_ERR_INVALID_VALUE, "\"uniqueness\" must be"},
    {"a boolean in quotes", ATTRS("{\"name\":\"a\",\"required\":\"true\"}"),
     ROSTER_ERR_INVALID_SYNTAX, "\"required\" must be true or false"},
    {"a characteristic that does not exist", ATTRS("{\"name\":\"a\",\"mutabilty\":\"readOnly\"}"),
     ROSTER_ERR_INVALID_SYNTAX, "\"mutabilty\""},
    {"a form, as schemas of the product have it", ATTRS("{\"name\":\"a\",\"form\":\"d\"}"),
     ROSTER_ERR_INVALID_SYNTAX, "\"form\""},
    {"extensions inside an extension",
     "{\"id\":\"urn:x:1\",\"innerExtensions\":[],\"attributes\":[{\"name\":\"a\"}]}",
     ROSTER_ERR_INVALID_SYNTAX, "\"innerExtensions\""},
    {"a member of the schema that does not exist",
     "{\"id\":\"urn:x:1\",\"attribs\":[],\"attributes\":[{\"name\":\"a\"}]}",
     ROSTER_ERR_INVALID_SYNTAX, "\"attribs\""},
    {"a complex attribute without parts", ATTRS("{\"name\":\"a\",\"type\":\"complex\"}"),
     ROSTER_ERR_INVALID_VALUE, "\"subAttributes\" must have"},
    {"parts of a simple attribute", ATTRS("{\"name\":\"a\",\"subAttributes\":[{\"name\":\"b\"}]}"),
     ROSTER_ERR_INVALID_VALUE, "complex only"},
    {"a complex part",
     ATTRS("{\"name\":\"a\",\"type\":\"complex\",\"subAttributes\":[{\"name\":\"b\",\"type\":"
           "\"complex\",\"subAttributes\":[{\"name\":\"c\"}]}]}"),
     ROSTER_ERR_INVALID_VALUE, "\"a.b\": \"type\""},
    {"one part twice",
     ATTRS("{\"name\":\"a\",\"type\":\"complex\",\"subAttributes\":[{\"name\":\"b\"},{\"name\":"
           "\"B\"}]}"),
     ROSTER_ERR_INVALID_VALUE, "\"a.B\""},
    {"parts that are no list", ATTRS("{\"name\":\"a\",\"type\":\"complex\",\"subAttributes\":{}}"),
     ROSTER_ERR_INVALID_SYNTAX, "subAttributes"},
    {"canonical values that are numbers", ATTRS("{\"name\":\"a\",\"canonicalValues\":[1]}"),
     ROSTER_ERR_INVALID_SYNTAX, "\"canonicalValues\""},
    {"canonical values that are a text", ATTRS("{\"name\":\"a\",\"canonicalValues\":\"x\"}"),
     ROSTER_ERR_INVALID_SYNTAX, "list of strings"},
    {"a secret that is returned",
     ATTRS("{\"name\":\"a\",\"mutability\":\"writeOnly\",\"returned\":\"default\"}"),
     ROSTER_ERR_INVALID_VALUE, "must be never"},
    {"a description that is a list", ATTRS("{\"name\":\"a\",\"description\":[1]}"),
     ROSTER_ERR_INVALID_SYNTAX, "\"description\""},
    {"a title that is a number",
     "{\"id\":\"urn:x:1\",\"name\":1,\"attributes\":[{\"name\":\"a\"}]}", ROSTER_ERR_INVALID_VALUE,
     "\"name\""},
};

static void a_schema_is_checked_while_it_is_loaded(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    for (size_t at = 0; at < COUNT_OF(load_cases); at++) {
        struct schema schema = {0};
        g.err = (struct roster_error){0};
        bool loaded =
            schema_load(given_json(&g, load_cases[at].json), NULL, g.arena, &schema, &g.err);
        if (loaded != (load_cases[at].code == ROSTER_OK) || g.err.code != load_cases[at].code ||
            (!loaded && strstr(g.err.detail, load_cases[at].detail) == NULL)) {
            fail_msg("%s: %s", load_cases[at].name, g.err.detail);
        }
    }
    given_close(&g);
}

static void what_a_schema_leaves_out_has_the_default_of_the_rfc(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    struct schema schema = {0};
    assert_true(schema_load(given_json(&g, ATTRS("{\"name\":\"a\"},{\"name\":\"r\",\"type\":"
                                                 "\"reference\"},{\"name\":\"s\",\"mutability\":"
                                                 "\"writeOnly\"}")),
                            NULL, g.arena, &schema, &g.err));
    const struct attr *a = schema_attr(&schema, STR("A"));
    assert_int_equal(a->type, ATTR_STRING);
    assert_int_equal(a->mutability, ATTR_READ_WRITE);
    assert_int_equal(a->returned, ATTR_BY_DEFAULT);
    assert_int_equal(a->uniqueness, ATTR_UNIQUE_NONE);
    assert_false(a->multi_valued || a->required || a->case_exact);
    assert_ptr_equal(a->schema, &schema);
    assert_true(schema_attr(&schema, STR("r"))->case_exact);
    assert_int_equal(schema_attr(&schema, STR("s"))->returned, ATTR_NEVER);
    given_close(&g);
}

static void names_and_lists_of_a_schema_are_bounded(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    for (int over = 0; over < 2; over++) {
        struct text text;
        struct schema schema = {0};
        text_init(&text, g.arena, MIB(1));
        text_lit(&text, "{\"id\":\"urn:x:1\",\"attributes\":[");
        for (int at = 0; at < SCHEMA_ATTRS_MAX + over; at++) {
            text_format(&text, "%s{\"name\":\"a%d\"}", at == 0 ? "" : ",", at);
        }
        text_lit(&text, "]}");
        text_char(&text, '\0');
        assert_int_equal(
            schema_load(given_json(&g, text_str(&text).ptr), NULL, g.arena, &schema, &g.err),
            over == 0);
    }
    given_close(&g);
}

// The published document is that of data/schemas plus `schemas`: nothing is lost on the way.
static void built_in_schemas_are_published_as_they_were_written(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    assert_int_equal(g.registry->schema_count, BUILTIN_COUNT);
    for (size_t at = 0; at < BUILTIN_COUNT; at++) {
        struct roster_json *source = NULL;
        assert_true(roster_json_read(builtin_schema(at), g.arena, &source, &g.err));
        struct roster_json *published = schema_json(&g.registry->schemas[at], g.arena);
        assert_non_null(published);
        struct roster_json *schemas = json_find(published, STR("schemas"));
        assert_non_null(schemas);
        expect_text("schemas", schemas->first->text, URI_SCHEMA.ptr);
        json_remove(published, schemas);
        if (!json_equal(source, published)) {
            str text = {0};
            assert_true(roster_json_print(published, g.arena, &text));
            fail_msg("schema %zu is published as %.*s", at, STR_ARGS(text));
        }
    }
    given_close(&g);
}

static bool has_null(const struct roster_json *value)
{
    bool found = value->kind == JSON_NULL;
    for (const struct roster_json *child = value->first; child != NULL; child = child->next) {
        found = found || has_null(child);
    }
    return found;
}

// Clients flatten these documents and know no defaults.
static void published_attributes_have_every_characteristic_and_no_null(void **state)
{
    static const char *const wanted[] = {"name",     "type",     "multiValued", "description",
                                         "required", "returned", "mutability"};
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    for (size_t at = 0; at < g.registry->schema_count; at++) {
        const struct roster_json *json = schema_json(&g.registry->schemas[at], g.arena);
        assert_false(has_null(json));
        const struct roster_json *attr = json_find(json, STR("attributes"))->first;
        for (; attr != NULL; attr = attr->next) {
            for (size_t name = 0; name < COUNT_OF(wanted); name++) {
                assert_non_null(json_find(attr, str_of(wanted[name])));
            }
            bool complex = json_find(attr, STR("subAttributes")) != NULL;
            assert_int_equal(json_find(attr, STR("caseExact")) == NULL, complex);
            assert_int_equal(json_find(attr, STR("uniqueness")) == NULL, complex);
        }
    }
    given_close(&g);
}

static const struct {
    const char *name;
    const char *path;
    enum attr_type type;
    enum attr_mutability mutability;
    enum attr_returned returned;
    bool case_exact;
    bool required;
    size_t canonical_count;
} user_cases[] = {
    {"userName is required", "userName", ATTR_STRING, ATTR_READ_WRITE, ATTR_BY_DEFAULT, false, true,
     0},
    {"id is exact and always returned", "id", ATTR_STRING, ATTR_READ_ONLY, ATTR_ALWAYS, true, false,
     0},
    {"externalId is exact", "externalId", ATTR_STRING, ATTR_READ_WRITE, ATTR_BY_DEFAULT, true,
     false, 0},
    {"schemas is always returned", "schemas", ATTR_REFERENCE, ATTR_READ_WRITE, ATTR_ALWAYS, false,
     true, 0},
    {"password is never returned", "password", ATTR_STRING, ATTR_WRITE_ONLY, ATTR_NEVER, true,
     false, 0},
    {"profileUrl is exact", "profileUrl", ATTR_REFERENCE, ATTR_READ_WRITE, ATTR_BY_DEFAULT, true,
     false, 0},
    {"e-mails have types", "emails.type", ATTR_STRING, ATTR_READ_WRITE, ATTR_BY_DEFAULT, false,
     false, 3},
    {"phone numbers have types", "phoneNumbers.type", ATTR_STRING, ATTR_READ_WRITE, ATTR_BY_DEFAULT,
     false, false, 6},
    {"addresses have types", "addresses.type", ATTR_STRING, ATTR_READ_WRITE, ATTR_BY_DEFAULT, false,
     false, 3},
    {"messengers have types", "ims.type", ATTR_STRING, ATTR_READ_WRITE, ATTR_BY_DEFAULT, false,
     false, 9},
    {"photos have types", "photos.type", ATTR_STRING, ATTR_READ_WRITE, ATTR_BY_DEFAULT, false,
     false, 2},
    {"roles have no types", "roles.type", ATTR_STRING, ATTR_READ_WRITE, ATTR_BY_DEFAULT, false,
     false, 0},
    {"entitlements have no types", "entitlements.type", ATTR_STRING, ATTR_READ_WRITE,
     ATTR_BY_DEFAULT, false, false, 0},
    {"addresses have a primary", "addresses.primary", ATTR_BOOLEAN, ATTR_READ_WRITE,
     ATTR_BY_DEFAULT, false, false, 0},
    {"groups are read only", "groups.value", ATTR_STRING, ATTR_READ_ONLY, ATTR_BY_DEFAULT, true,
     false, 0},
    {"certificates are octets", "x509Certificates.value", ATTR_BINARY, ATTR_READ_WRITE,
     ATTR_BY_DEFAULT, true, false, 0},
    {"the manager's id is exact", "manager.value", ATTR_STRING, ATTR_READ_WRITE, ATTR_BY_DEFAULT,
     true, false, 0},
    {"the manager's name is read only", "manager.displayName", ATTR_STRING, ATTR_READ_ONLY,
     ATTR_BY_DEFAULT, false, false, 0},
    {"the version is exact", "meta.version", ATTR_STRING, ATTR_READ_ONLY, ATTR_BY_DEFAULT, true,
     false, 0},
};

static void characteristics_are_those_of_the_rfc_with_its_errata(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    for (size_t at = 0; at < COUNT_OF(user_cases); at++) {
        struct path path = {0};
        assert_true(path_parse_name(&g.scope, str_of(user_cases[at].path), &path, &g.err));
        const struct attr *attr = path.sub != NULL ? path.sub : path.attr;
        if (attr == NULL || attr->type != user_cases[at].type ||
            attr->mutability != user_cases[at].mutability ||
            attr->returned != user_cases[at].returned ||
            attr->case_exact != user_cases[at].case_exact ||
            attr->required != user_cases[at].required ||
            attr->canonical_count != user_cases[at].canonical_count) {
            fail_msg("%s", user_cases[at].name);
        }
    }
    const struct attr *members = schema_attr(g.group->schema, STR("members"));
    assert_int_equal(attr_sub(members, STR("value"))->mutability, ATTR_IMMUTABLE);
    assert_int_equal(attr_sub(members, STR("display"))->mutability, ATTR_READ_ONLY);
    assert_int_equal(attr_sub(members, STR("display"))->returned, ATTR_ON_REQUEST);
    assert_true(schema_attr(g.group->schema, STR("displayName"))->required);
    given_close(&g);
}

static void types_are_found_by_name_and_endpoint(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    assert_int_equal(g.user->number, TYPE_NUMBER_USER);
    assert_int_equal(g.group->number, TYPE_NUMBER_GROUP);
    assert_null(roster_registry_type(g.registry, STR("user")));
    assert_ptr_equal(registry_endpoint(g.registry, STR("Users"), false), g.user);
    assert_null(registry_endpoint(g.registry, STR("users"), false));
    assert_ptr_equal(registry_endpoint(g.registry, STR("gROUPS"), true), g.group);
    assert_null(registry_endpoint(g.registry, STR("Schemas"), true));
    assert_non_null(registry_schema(g.registry, STR("URN:ietf:params:scim:schemas:core:2.0:user")));
    assert_null(registry_schema(g.registry, STR("urn:x")));
    assert_non_null(type_extension(g.user, URI_ENTERPRISE));
    assert_null(type_extension(g.group, URI_ENTERPRISE));
    assert_null(type_attr(g.user, STR("department")));
    given_close(&g);
}

static void a_type_is_published_with_its_extensions(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    str text = {0};
    assert_true(roster_json_print(type_json(g.user, g.arena), g.arena, &text));
    expect_text("User", text,
                "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:ResourceType\"],"
                "\"id\":\"User\",\"name\":\"User\",\"description\":\"A person with an account.\","
                "\"endpoint\":\"/Users\",\"schema\":\"urn:ietf:params:scim:schemas:core:2.0:User\","
                "\"schemaExtensions\":[{\"schema\":\"urn:ietf:params:scim:schemas:extension:"
                "enterprise:2.0:User\",\"required\":false}]}");
    assert_true(roster_json_print(type_json(g.group, g.arena), g.arena, &text));
    expect_text("Group", text,
                "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:ResourceType\"],"
                "\"id\":\"Group\",\"name\":\"Group\",\"description\":\"A group of people and of "
                "other groups.\",\"endpoint\":\"/Groups\",\"schema\":"
                "\"urn:ietf:params:scim:schemas:core:2.0:Group\"}");
    given_close(&g);
}

#define TYPE(type_name, path, uri, list, count)                                                    \
    {                                                                                              \
        .name = STR(type_name), .endpoint = STR(path), .schema = uri, .extensions = list,          \
        .extension_count = count                                                                   \
    }

static void types_that_do_not_fit_together_are_refused(void **state)
{
    struct registry_extension unknown[] = {{STR("urn:nobody"), false}};
    struct registry_extension twice[] = {{URI_ENTERPRISE, false}, {URI_ENTERPRISE, true}};
    struct registry_extension itself[] = {{URI_GROUP, false}};
    const struct {
        const char *name;
        struct registry_type types[2];
        size_t count;
        const char *detail;
    } rows[] = {
        {"a type of its own", {TYPE("T", "/Ts", URI_GROUP, NULL, 0)}, 1, NULL},
        {"an unknown schema",
         {TYPE("T", "/Ts", STR("urn:nobody"), NULL, 0)},
         1,
         "no schema \"urn:n"},
        {"an unknown extension", {TYPE("T", "/Ts", URI_GROUP, unknown, 1)}, 1, "no schema \"urn:n"},
        {"an extension twice", {TYPE("T", "/Ts", URI_GROUP, twice, 2)}, 1, "twice"},
        {"its own schema as extension",
         {TYPE("T", "/Ts", URI_GROUP, itself, 1)},
         1,
         "no extension"},
        {"a name with a blank", {TYPE("a b", "/Ts", URI_GROUP, NULL, 0)}, 1, "name"},
        {"an endpoint without a slash", {TYPE("T", "Ts", URI_GROUP, NULL, 0)}, 1, "endpoint"},
        {"an empty endpoint", {TYPE("T", "", URI_GROUP, NULL, 0)}, 1, "endpoint"},
        {"an endpoint of two segments", {TYPE("T", "/a/b", URI_GROUP, NULL, 0)}, 1, "endpoint"},
        {"an endpoint of the protocol", {TYPE("T", "/bulk", URI_GROUP, NULL, 0)}, 1, "endpoint"},
        {"one name for two types",
         {TYPE("T", "/Ts", URI_GROUP, NULL, 0), TYPE("T", "/Us", URI_GROUP, NULL, 0)},
         2,
         "taken"},
        {"one endpoint for two types",
         {TYPE("T", "/Ts", URI_GROUP, NULL, 0), TYPE("U", "/tS", URI_GROUP, NULL, 0)},
         2,
         "taken"},
    };
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        struct registry_options options = {.types = rows[at].types, .type_count = rows[at].count};
        const struct roster_registry *registry = registry_build(&options, g.arena, &g.err);
        if ((registry == NULL) != (rows[at].detail != NULL) ||
            (registry == NULL && strstr(g.err.detail, rows[at].detail) == NULL)) {
            fail_msg("%s: %s", rows[at].name, g.err.detail);
        }
    }
    given_close(&g);
}

static void a_schema_cannot_take_the_uri_of_another(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    const struct roster_json *schema =
        given_json(&g, "{\"id\":\"URN:ietf:params:scim:schemas:core:2.0:USER\",\"attributes\":[{"
                       "\"name\":\"a\"}]}");
    struct registry_options options = {.schemas = &schema, .schema_count = 1};
    assert_null(registry_build(&options, g.arena, &g.err));
    assert_int_equal(g.err.code, ROSTER_ERR_INVALID_VALUE);
    given_close(&g);
}

static void every_failed_allocation_while_building_is_refused_as_memory(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    const struct roster_registry *registry = NULL;
    long at = 0;
    for (; registry == NULL; at += 7) {
        roster_arena_reset(g.scratch);
        arena_fail_at(g.scratch, at);
        registry = roster_registry_builtin(g.scratch, &g.err);
        assert_true(registry != NULL || g.err.code == ROSTER_ERR_NO_MEMORY);
    }
    assert_true(at > 300);
    arena_fail_at(g.scratch, -1);
    const struct roster_json *json = NULL;
    for (at = 0; json == NULL; at += 7) {
        roster_arena_reset(g.arena);
        arena_fail_at(g.arena, at);
        json = schema_json(&registry->schemas[0], g.arena);
    }
    assert_true(at > 300);
    given_close(&g);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_schema_is_checked_while_it_is_loaded),
    cmocka_unit_test(what_a_schema_leaves_out_has_the_default_of_the_rfc),
    cmocka_unit_test(names_and_lists_of_a_schema_are_bounded),
    cmocka_unit_test(built_in_schemas_are_published_as_they_were_written),
    cmocka_unit_test(published_attributes_have_every_characteristic_and_no_null),
    cmocka_unit_test(characteristics_are_those_of_the_rfc_with_its_errata),
    cmocka_unit_test(types_are_found_by_name_and_endpoint),
    cmocka_unit_test(a_type_is_published_with_its_extensions),
    cmocka_unit_test(types_that_do_not_fit_together_are_refused),
    cmocka_unit_test(a_schema_cannot_take_the_uri_of_another),
    cmocka_unit_test(every_failed_allocation_while_building_is_refused_as_memory),
};

RUN(tests)
