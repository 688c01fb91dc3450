// compare_test.c: keys of values: equal when the values are, in order where the values have one.
// SPDX-License-Identifier: Apache-2.0
#include "base/base64.h"
#include "scim/compare.h"
#include "scim/number.h"
#include "unit/scim/kinds.h"

enum order { BELOW, SAME, ABOVE, MISFIT };

static const struct key_case {
    const char *name;
    const char *attr;
    const char *a;  // JSON
    const char *b;
    enum order want;
} key_cases[] = {
    {"one and one with a fraction", "real", "1", "1.0", SAME},
    {"one with an exponent", "real", "1", "1e0", SAME},
    {"one as a tenth of ten", "real", "10e-1", "0.1E1", SAME},
    {"minus zero is zero", "real", "-0.00", "0e5", SAME},
    {"a hundred by zeros or exponent", "real", "100", "1e+2", SAME},
    {"nine is below ten", "real", "9", "10", BELOW},
    {"minus nine is above minus ten", "real", "-9", "-10", ABOVE},
    {"more digits below zero", "real", "-1.5", "-1", BELOW},
    {"more digits above zero", "real", "1.5", "1", ABOVE},
    {"below zero is below zero", "real", "-1e-300", "0", BELOW},
    {"zero is below a little", "real", "0", "1e-300", BELOW},
    {"small powers", "real", "2e-3", "1e-2", BELOW},
    {"large powers", "real", "2e300", "1e301", BELOW},
    {"small powers below zero", "real", "-2e-3", "-1e-2", ABOVE},
    {"seventeen digits are kept", "real", "0.12345678901234567", "0.12345678901234568", BELOW},
    {"sixty-four digits fit", "real",
     "1234567890123456789012345678901234567890123456789012345678901234",
     "1234567890123456789012345678901234567890123456789012345678901235", BELOW},
    {"sixty-five digits do not", "real",
     "12345678901234567890123456789012345678901234567890123456789012345", "1", MISFIT},
    {"zeros at the end are no digits", "real",
     "100000000000000000000000000000000000000000000000000000000000000000000000", "1e71", SAME},
    {"a power beyond reason", "real", "1e99999999999999999999", "1", MISFIT},
    {"a power below reason", "real", "1e-99999999999999999999", "1", MISFIT},
    {"a zero with any power is zero", "real", "0e99999999999999999999", "0", SAME},
    {"the largest integer", "whole", "9223372036854775807", "9223372036854775806", ABOVE},
    {"the smallest integer", "whole", "-9223372036854775808", "-9223372036854775807", BELOW},
    {"an integer beyond 64 bits", "whole", "9223372036854775808", "1", MISFIT},
    {"an integer with a fraction", "whole", "1.0", "1", MISFIT},
    {"an integer with an exponent", "whole", "1e0", "1", MISFIT},
    {"an integer in quotes", "whole", "\"1\"", "1", MISFIT},
    {"false is below true", "flag", "false", "true", BELOW},
    {"a boolean in quotes", "flag", "\"true\"", "true", MISFIT},
    {"a boolean as a number", "flag", "1", "true", MISFIT},
    {"one instant in two zones", "moment", "\"2020-01-01T00:00:00Z\"",
     "\"2019-12-31T22:30:00-01:30\"", SAME},
    {"a date without zone is UTC", "moment", "\"2020-01-01T00:00:00\"", "\"2020-01-01T00:00:00Z\"",
     SAME},
    {"midnight at the end of a day", "moment", "\"2019-12-31T24:00:00Z\"",
     "\"2020-01-01T00:00:00Z\"", SAME},
    {"a millisecond later", "moment", "\"2020-01-01T00:00:00.001Z\"", "\"2020-01-01T00:00:00Z\"",
     ABOVE},
    {"a nanosecond later", "moment", "\"2020-01-01T00:00:00.000000001Z\"",
     "\"2020-01-01T00:00:00Z\"", ABOVE},
    {"a nanosecond before the next millisecond", "moment", "\"2020-01-01T00:00:00.000999999Z\"",
     "\"2020-01-01T00:00:00.001Z\"", BELOW},
    {"nine digits in two zones", "moment", "\"2020-01-01T00:00:00.123456789Z\"",
     "\"2020-01-01T01:00:00.123456789+01:00\"", SAME},
    {"before 1970", "moment", "\"1969-12-31T23:59:59Z\"", "\"1970-01-01T00:00:00Z\"", BELOW},
    {"the year 0 and the year 9999", "moment", "\"0000-01-01T00:00:00+14:00\"",
     "\"9999-12-31T23:59:59-14:00\"", BELOW},
    {"a day alone", "moment", "\"2020-01-01\"", "\"2020-01-01T00:00:00Z\"", MISFIT},
    {"octets with and without padding", "octets", "\"AQ==\"", "\"AQ\"", SAME},
    {"octets in two alphabets", "octets", "\"-_-_\"", "\"+/+/\"", SAME},
    {"octets over several lines", "octets", "\"AQ\\r\\n IDBA==\\n\"", "\"AQIDBA\"", SAME},
    {"octets that differ", "octets", "\"AQID\"", "\"AQIE\"", BELOW},
    {"octets with a wrong length", "octets", "\"AQIDB\"", "\"AQ\"", MISFIT},
    {"octets with a wrong sign", "octets", "\"A*ID\"", "\"AQ\"", MISFIT},
    {"octets with padding inside", "octets", "\"AQ==AQ==\"", "\"AQ\"", MISFIT},
    {"octets with too little padding", "octets", "\"AQ=\"", "\"AQ\"", MISFIT},
    {"octets with too much padding", "octets", "\"AQID=\"", "\"AQ\"", MISFIT},
    {"texts without case", "text", "\"B\"", "\"a\"", ABOVE},
    {"texts with case", "exact", "\"B\"", "\"a\"", BELOW},
    {"a text that is a number", "text", "5", "\"5\"", MISFIT},
    {"a text in code point order beyond the first plane", "text", "\"\\uffee\"",
     "\"\\ud83d\\ude00\"", BELOW},
    {"null is no value", "text", "null", "\"\"", MISFIT},
    {"a list is no value", "many", "[\"a\"]", "\"a\"", MISFIT},
    {"links with case", "link", "\"https://h/A\"", "\"https://h/a\"", BELOW},
    {"links keep their version", "link", "\"https://h/v2/Users/1\"", "\"https://h/Users/1\"",
     ABOVE},
    {"links are no composed text", "link", "\"e\\u0301\"", "\"\\u00e9\"", BELOW},
    {"an object has no key", "secrets", "{}", "{}", MISFIT},
};

static enum order order_of(struct given *g, const struct attr *attr, const char *a, const char *b)
{
    str left = {0};
    str right = {0};
    if (value_key_of(attr, given_json(g, a), g->arena, &left) != KEY_FOUND) {
        return MISFIT;
    }
    assert_int_equal(value_key_of(attr, given_json(g, b), g->arena, &right), KEY_FOUND);
    int order = str_compare(left, right);
    return order == 0 ? SAME : (order < 0 ? BELOW : ABOVE);
}

static void keys_are_equal_and_ordered_as_their_values(void **state)
{
    struct given g;
    kinds_open(&g, ROSTER_PROFILE_RFC);
    for (size_t at = 0; at < COUNT_OF(key_cases); at++) {
        const struct key_case *row = &key_cases[at];
        enum order got = order_of(&g, kinds_attr(&g, row->attr), row->a, row->b);
        if (got != row->want) {
            fail_msg("%s: got %d, want %d", row->name, got, row->want);
        }
    }
    given_close(&g);
}

// Doubles as a second opinion on the order of random decimals.
static void keys_of_random_numbers_sort_like_the_numbers(void **state)
{
    struct given g;
    kinds_open(&g, ROSTER_PROFILE_RFC);
    const struct attr *real = kinds_attr(&g, "real");
    uint64_t seed = 88172645463325252u;
    str last_key = {0};
    double last = 0;
    for (int at = 0; at < 20000; at++) {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        double value = (double)((int64_t)(seed >> 20) - (INT64_C(1) << 43)) / 1024;
        value = at % 3 == 0 ? value : (at % 3 == 1 ? value * 1e-40 : value * 1e40);
        str text = {0};
        str key = {0};
        assert_true(arena_format(g.arena, &text, at % 2 == 0 ? "%.17g" : "%.16e", value));
        assert_true(value_key_text(real, text, g.arena, &key));
        int want = at == 0 || value == last ? 0 : (value < last ? -1 : 1);
        int got = at == 0 ? 0 : str_compare(key, last_key);
        if (want != (got > 0) - (got < 0)) {
            fail_msg("%.17g against %.17g: %.*s", value, last, STR_ARGS(key));
        }
        last = value;
        last_key = key;
    }
    given_close(&g);
}

static const struct {
    const char *name;
    const char *text;
    bool valid;
} number_cases[] = {
    {"a digit", "7", true},
    {"a zero", "0", true},
    {"minus zero", "-0", true},
    {"a fraction", "0.5", true},
    {"a power", "5E-3", true},
    {"a leading zero", "07", false},
    {"a plus sign", "+7", false},
    {"a point at the end", "7.", false},
    {"a point at the start", ".7", false},
    {"a power without digits", "7e", false},
    {"a power with a sign alone", "7e+", false},
    {"two points", "7.1.2", false},
    {"an empty text", "", false},
    {"a sign alone", "-", false},
    {"a letter behind it", "7x", false},
    {"a hexadecimal number", "0x7", false},
    {"an infinite number", "Infinity", false},
};

static void numbers_are_those_of_json(void **state)
{
    for (size_t at = 0; at < COUNT_OF(number_cases); at++) {
        struct number number;
        if (number_parse(str_of(number_cases[at].text), &number) != number_cases[at].valid) {
            fail_msg("%s", number_cases[at].name);
        }
    }
}

static const struct {
    const char *name;
    const char *a;
    const char *b;
    bool same;
} ref_cases[] = {
    {"the same address", "https://h/v2/Users/1", "https://h/v2/Users/1", true},
    {"without a version", "https://h/Users/1", "https://h/v2/Users/1", true},
    {"two versions", "https://h/scim/v1/Users/1", "https://h/scim/v2/Users/1", true},
    {"another endpoint", "https://h/v2/Groups/1", "https://h/v2/Users/1", false},
    {"a version in another place counts", "https://h/v2/scim/Users/1", "https://h/scim/Users/1",
     false},
    {"a relative address", "Users/1", "Users/1", true},
    {"an id that looks like a version", "https://h/Users/v2", "https://h/Users/1", false},
    {"a word that begins with v", "https://h/vip/Users/1", "https://h/Users/1", false},
    {"slashes only", "///", "///", true},
};

static void references_ignore_the_version_before_the_endpoint(void **state)
{
    struct given g;
    kinds_open(&g, ROSTER_PROFILE_RFC);
    const struct attr *ref = attr_sub(kinds_attr(&g, "things"), STR("$ref"));
    for (size_t at = 0; at < COUNT_OF(ref_cases); at++) {
        str a = {0};
        str b = {0};
        assert_true(value_key_text(ref, str_of(ref_cases[at].a), g.arena, &a));
        assert_true(value_key_text(ref, str_of(ref_cases[at].b), g.arena, &b));
        if (str_equal(a, b) != ref_cases[at].same) {
            fail_msg("%s", ref_cases[at].name);
        }
    }
    given_close(&g);
}

static void ids_are_compared_by_their_bytes(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    const struct attr *members = schema_attr(g.group->schema, STR("members"));
    const struct attr *emails = type_attr(g.user, STR("emails"));
    assert_true(attr_is_id(type_attr(g.user, STR("id"))));
    assert_true(attr_is_id(attr_sub(members, STR("value"))));
    assert_false(attr_is_id(attr_sub(members, STR("type"))));
    assert_false(attr_is_id(attr_sub(emails, STR("value"))));
    assert_false(attr_is_id(type_attr(g.user, STR("externalId"))));
    str key = {0};
    assert_true(value_key_text(attr_sub(members, STR("value")), STR("e\xCC\x81"), g.arena, &key));
    expect_text("an id with a mark stays as it is", key, "e\xCC\x81");
    assert_true(
        value_key_text(type_attr(g.user, STR("externalId")), STR("e\xCC\x81"), g.arena, &key));
    expect_text("an externalId is composed", key, "\xC3\xA9");
    given_close(&g);
}

static const struct {
    const char *name;
    const char *attr;
    const char *a;
    const char *b;
    bool same;
} equal_cases[] = {
    {"texts that differ in case", "text", "\"A\"", "\"a\"", true},
    {"texts that differ", "text", "\"a\"", "\"b\"", false},
    {"null and an empty list", "many", "null", "[]", true},
    {"nothing and an object of nothing", "secrets", "null", "{}", true},
    {"nothing and a text", "text", "null", "\"\"", false},
    {"a list in another order", "many", "[\"a\",\"B\",\"a\"]", "[\"b\",\"A\",\"a\"]", true},
    {"a list with another count of a value", "many", "[\"a\",\"b\",\"a\"]", "[\"b\",\"a\",\"b\"]",
     false},
    {"a longer list", "many", "[\"a\"]", "[\"a\",\"a\"]", false},
    {"texts that run together", "many", "[\"a\",\"bc\"]", "[\"ab\",\"c\"]", false},
    {"a list and one value", "many", "[\"a\"]", "\"a\"", false},
    {"numbers in another form", "real", "1.50", "15e-1", true},
    {"elements in another order", "things",
     "[{\"value\":\"a\",\"tags\":[\"x\",\"y\"]},{\"size\":1}]",
     "[{\"size\":1},{\"tags\":[\"Y\",\"x\"],\"VALUE\":\"a\"}]", true},
    {"elements of a tenant's own compare as they are declared", "things", "[{\"value\":\"a\"}]",
     "[{\"value\":\"A\"}]", true},
    {"elements with parts exchanged", "things", "[{\"value\":\"a\"},{\"value\":\"b\",\"size\":1}]",
     "[{\"value\":\"a\",\"size\":1},{\"value\":\"b\"}]", false},
    {"a read-only part does not count", "things", "[{\"value\":\"a\",\"note\":\"1\"}]",
     "[{\"value\":\"a\",\"note\":\"2\"}]", true},
    {"a part that is null is missing", "things", "[{\"value\":\"a\",\"size\":null}]",
     "[{\"value\":\"a\"}]", true},
    {"values of the wrong type by their JSON", "whole", "\"x\"", "\"x\"", true},
    {"other values of the wrong type", "whole", "\"1\"", "1", false},
    {"a text where an object belongs", "things", "[\"a\"]", "[{\"value\":\"a\"}]", false},
};

static void whole_values_are_equal_in_any_order(void **state)
{
    struct given g;
    kinds_open(&g, ROSTER_PROFILE_RFC);
    for (size_t at = 0; at < COUNT_OF(equal_cases); at++) {
        const struct attr *attr = kinds_attr(&g, equal_cases[at].attr);
        const struct roster_json *a = given_json(&g, equal_cases[at].a);
        const struct roster_json *b = given_json(&g, equal_cases[at].b);
        if (value_equal(attr, a, b, g.scratch) != equal_cases[at].same ||
            value_equal(attr, b, a, g.scratch) != equal_cases[at].same) {
            fail_msg("%s", equal_cases[at].name);
        }
        assert_int_equal(arena_used(g.scratch), 0);
    }
    assert_true(value_equal(kinds_attr(&g, "text"), NULL, NULL, g.scratch));
    given_close(&g);
}

static void every_failed_allocation_makes_values_unequal(void **state)
{
    struct given g;
    kinds_open(&g, ROSTER_PROFILE_RFC);
    const struct attr *things = kinds_attr(&g, "things");
    const struct roster_json *a =
        given_json(&g, "[{\"value\":\"A\\u00e9\",\"tags\":[\"X\"]},{\"size\":1}]");
    long at = 0;
    for (arena_fail_at(g.scratch, 0); !value_equal(things, a, a, g.scratch); at++) {
        assert_true(at < 200);
        arena_fail_at(g.scratch, at + 1);
    }
    assert_true(at > 5);
    given_close(&g);
}

static void large_lists_are_compared_without_walking_each_pair(void **state)
{
    struct given g;
    kinds_open(&g, ROSTER_PROFILE_RFC);
    struct roster_json *up = json_new(g.arena, JSON_ARRAY);
    struct roster_json *down = json_new(g.arena, JSON_ARRAY);
    for (int64_t at = 0; at < 20000; at++) {
        json_push(up, json_i64(g.arena, at));
        json_push(down, json_i64(g.arena, 19999 - at));
    }
    assert_true(value_equal(kinds_attr(&g, "numbers"), up, down, g.scratch));
    json_push(up, json_i64(g.arena, 1));
    json_push(down, json_i64(g.arena, 2));
    assert_false(value_equal(kinds_attr(&g, "numbers"), up, down, g.scratch));
    given_close(&g);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(keys_are_equal_and_ordered_as_their_values),
    cmocka_unit_test(keys_of_random_numbers_sort_like_the_numbers),
    cmocka_unit_test(numbers_are_those_of_json),
    cmocka_unit_test(references_ignore_the_version_before_the_endpoint),
    cmocka_unit_test(ids_are_compared_by_their_bytes),
    cmocka_unit_test(whole_values_are_equal_in_any_order),
    cmocka_unit_test(every_failed_allocation_makes_values_unequal),
    cmocka_unit_test(large_lists_are_compared_without_walking_each_pair),
};

RUN(tests)
