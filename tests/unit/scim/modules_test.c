// modules_test.c: shipped schemas that a registry has when asked, and what their files say beyond
// the RFC.
// SPDX-License-Identifier: Apache-2.0
#include "scim/modules.h"
#include "scim/resource.h"
#include "unit/scim/given.h"

#define EXT "urn:ietf:params:scim:schemas:extension:"
#define BLE EXT "ble:2.0:Device"
#define PASSKEY EXT "pairingPassKey:2.0:Device"

static const struct roster_registry *build(struct roster_arena *arena, unsigned modules,
                                           struct roster_error *err)
{
    struct registry_type types[16];
    struct registry_options options = {.types = types, .modules = modules};
    for (size_t at = 0; at < MODULE_COUNT; at++) {
        size_t count = 0;
        const struct registry_type *rows = module_types((enum module)at, &count);
        for (size_t n = 0; n < count; n++) {
            types[options.type_count++] = rows[n];
        }
    }
    return registry_build(&options, arena, err);
}

static const unsigned all = (1u << MODULE_COUNT) - 1;

static void modules_open(struct given *g)
{
    given_open(g, ROSTER_PROFILE_RFC);
    g->registry = build(g->arena, all, &g->err);
    if (g->registry == NULL) {
        fail_msg("%s", g->err.detail);
    }
    g->scope.type = roster_registry_type(g->registry, STR("Device"));
    assert_non_null(g->scope.type);
}

static void remove_member(struct roster_json *object, const char *name)
{
    struct roster_json *member = json_find(object, str_of(name));
    if (member != NULL) {
        json_remove(object, member);
    }
}

static void remove_own_words(struct roster_json *value)
{
    static const char *const words[] = {"form", "notWith", "madeWithout", "closed",
                                        "innerExtensions"};
    for (size_t at = 0; value->kind == JSON_OBJECT && at < COUNT_OF(words); at++) {
        remove_member(value, words[at]);
    }
    bool has_children = value->kind == JSON_OBJECT || value->kind == JSON_ARRAY;
    for (struct roster_json *child = has_children ? value->first : NULL; child != NULL;
         child = child->next) {
        remove_own_words(child);
    }
}

static void a_shipped_schema_is_published_without_the_words_of_the_product(void **state)
{
    struct given g;
    modules_open(&g);
    for (size_t module = 0; module < MODULE_COUNT; module++) {
        for (size_t at = 0; at < module_schema_count((enum module)module); at++) {
            struct roster_json *source = NULL;
            assert_true(
                roster_json_read(module_schema((enum module)module, at), g.arena, &source, &g.err));
            const struct schema *schema =
                registry_schema(g.registry, json_find_text(source, STR("id")));
            assert_non_null(schema);
            assert_true(schema->builtin);
            struct roster_json *published = schema_json(schema, g.arena);
            assert_non_null(published);
            remove_own_words(source);
            remove_member(published, "schemas");
            if (!json_equal(source, published)) {
                str text = {0};
                assert_true(roster_json_print(published, g.arena, &text));
                fail_msg("published as %.*s", STR_ARGS(text));
            }
        }
    }
    given_close(&g);
}

static void a_registry_has_no_module_unless_it_is_asked_for(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    assert_null(registry_schema(g.registry, STR(BLE)));
    assert_null(build(g.arena, 0, &g.err));  // its types have no schemas then
    assert_int_equal(g.err.code, ROSTER_ERR_INVALID_VALUE);
    given_close(&g);
}

static void the_number_of_a_type_says_which_module_it_is_of(void **state)
{
    enum module module = MODULE_COUNT;
    expect_text("device", module_type(TYPE_NUMBER_DEVICE, &module)->name, "Device");
    assert_int_equal(module, MODULE_DEVICES);
    assert_null(module_type(TYPE_NUMBER_USER, &module));
    assert_null(module_type(TYPE_NUMBER_OWN, &module));
    for (size_t at = 0; at < MODULE_COUNT; at++) {
        size_t count = 0;
        const struct registry_type *types = module_types((enum module)at, &count);
        for (size_t n = 0; n < count; n++) {
            assert_true(types[n].number > TYPE_NUMBER_GROUP && types[n].number < TYPE_NUMBER_OWN);
            assert_ptr_equal(module_type(types[n].number, &module), &types[n]);
            assert_int_equal(module, at);
        }
    }
}

static void an_inner_extension_is_a_name_in_a_path(void **state)
{
    static const struct {
        const char *text;
        const char *printed;  // NULL: unknown
    } rows[] = {
        {BLE ":" PASSKEY, BLE ":" PASSKEY},
        {BLE ":" PASSKEY ":key", BLE ":" PASSKEY ".key"},
        {BLE ":" PASSKEY ".key", BLE ":" PASSKEY ".key"},
        {PASSKEY, BLE ":" PASSKEY},
        {PASSKEY ":KEY", BLE ":" PASSKEY ".key"},
        {PASSKEY ":none", NULL},
        {BLE ":" PASSKEY ":none", NULL},
        {EXT "zigbee:2.0:Device:" PASSKEY ":key", NULL},
        {BLE ":mobility", BLE ":mobility"},
        {BLE, BLE},
    };
    struct given g;
    modules_open(&g);
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        struct path path = {0};
        struct text text;
        text_init(&text, g.arena, KIB(1));
        if (!path_parse(&g.scope, str_of(rows[at].text), &path, &g.err)) {
            fail_msg("%s: %s", rows[at].text, g.err.detail);
        }
        assert_int_equal(path.unknown, rows[at].printed == NULL);
        if (!path.unknown) {
            path_print(&path, &text);
            expect_text(rows[at].text, text_str(&text), rows[at].printed);
        }
    }
    given_close(&g);
}

#define DEVICE(ble)                                                                                \
    "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:Device\",\"" BLE                        \
    "\"],\"active\":true,\"" BLE "\":{\"versionSupport\":[\"5.3\"],\"pairingMethods\":[\"" PASSKEY \
    "\"]," ble "}}"
#define MAC(text) "\"deviceMacAddress\":\"" text "\""
#define KEY(number) DEVICE(MAC("2C:54:91:88:C9:E2") ",\"" PASSKEY "\":{\"key\":" number "}")

static void forms_are_asked_of_texts_and_of_numbers(void **state)
{
    static const struct {
        const char *name;
        const char *body;
        const char *detail;  // NULL: taken
    } rows[] = {
        {"an address", DEVICE(MAC("2C:54:91:88:c9:e2")), NULL},
        {"with dashes", DEVICE(MAC("2C-54-91-88-C9-E2")), "deviceMacAddress must have the form hh"},
        {"a digit short", DEVICE(MAC("2C:54:91:88:C9:E")), "form"},
        {"longer", DEVICE(MAC("2C:54:91:88:C9:E2:")), "form"},
        {"no hexadecimal digit", DEVICE(MAC("2C:54:91:88:C9:G2")), "form"},
        {"six digits", KEY("999999"), NULL},
        {"zeros in front", KEY("7"), NULL},
        {"seven digits", KEY("1000000"), "form dddddd"},
        {"a negative number", KEY("-1"), "form"},
        {"a number in quotes", KEY("\"123456\""), "whole number"},
        {"two that exclude each other",
         DEVICE(MAC("2C:54:91:88:C9:E2") ",\"irk\":\"k\",\"separateBroadcastAddress\":[\"a\"]"),
         "exclude"},
        {"one of them null",
         DEVICE(MAC("2C:54:91:88:C9:E2") ",\"irk\":null,\"separateBroadcastAddress\":[\"a\"]"),
         NULL},
        {"one of them empty",
         DEVICE(MAC("2C:54:91:88:C9:E2") ",\"irk\":\"k\",\"separateBroadcastAddress\":[]"), NULL},
    };
    struct given g;
    modules_open(&g);
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        struct roster_json *out = NULL;
        struct roster_error err = {0};
        bool taken = resource_check(&g.scope, given_json(&g, rows[at].body), &out, &err);
        if (taken != (rows[at].detail == NULL) ||
            (!taken && strstr(err.detail, rows[at].detail) == NULL)) {
            fail_msg("%s: %s", rows[at].name, err.detail);
        }
    }
    given_close(&g);
}

static void every_failed_allocation_is_refused_as_memory(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    const struct roster_registry *registry = NULL;
    long at = 0;
    for (; registry == NULL; at += 17) {
        roster_arena_reset(g.scratch);
        arena_fail_at(g.scratch, at);
        registry = build(g.scratch, all, &g.err);
        assert_true(registry != NULL || g.err.code == ROSTER_ERR_NO_MEMORY);
    }
    assert_true(at > 600);
    given_close(&g);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_shipped_schema_is_published_without_the_words_of_the_product),
    cmocka_unit_test(a_registry_has_no_module_unless_it_is_asked_for),
    cmocka_unit_test(the_number_of_a_type_says_which_module_it_is_of),
    cmocka_unit_test(an_inner_extension_is_a_name_in_a_path),
    cmocka_unit_test(forms_are_asked_of_texts_and_of_numbers),
    cmocka_unit_test(every_failed_allocation_is_refused_as_memory),
};

RUN(tests)
