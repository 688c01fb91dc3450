// test_names.c: names that are sentences, and names that are not.
// SPDX-License-Identifier: Apache-2.0
static const struct path_case {
    const char *name, *text;
} path_cases[] = {
    {"an empty path is refused", ""},
    {"sub-attribute", "name.familyName"},
};

static const struct size_case {
    const char *text;
} size_cases[] = {
    {"oneword"},
};

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_parse),
    cmocka_unit_test(a_stale_version_is_refused),
    cmocka_unit_test_setup_teardown(test_filter_works, setup, teardown),
    {"listing", listing, NULL, NULL, NULL},
};
