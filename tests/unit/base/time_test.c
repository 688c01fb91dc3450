// time_test.c: dateTime values to and from milliseconds.
// SPDX-License-Identifier: Apache-2.0
#include "unit/base/unit.h"

#include "base/time.h"

static const struct {
    const char *name;
    const char *text;
    const char *want;  // printed again; NULL: refused
} cases[] = {
    {"the beginning", "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000Z"},
    {"with milliseconds", "2011-05-13T04:42:34.123Z", "2011-05-13T04:42:34.123Z"},
    {"one digit of a second", "2011-05-13T04:42:34.5Z", "2011-05-13T04:42:34.500Z"},
    {"nine digits are cut to three", "2011-05-13T04:42:34.123999999Z", "2011-05-13T04:42:34.123Z"},
    {"without an offset it is UTC", "2011-05-13T04:42:34", "2011-05-13T04:42:34.000Z"},
    {"an offset to the east", "2011-05-13T04:42:34+05:30", "2011-05-12T23:12:34.000Z"},
    {"an offset to the west", "2011-12-31T23:00:00-02:00", "2012-01-01T01:00:00.000Z"},
    {"the largest offset", "2011-05-13T00:00:00+14:00", "2011-05-12T10:00:00.000Z"},
    {"a small z", "2011-05-13T04:42:34z", "2011-05-13T04:42:34.000Z"},
    {"midnight at the end of a day", "2011-12-31T24:00:00Z", "2012-01-01T00:00:00.000Z"},
    {"a leap second is the next second", "2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"},
    {"a leap day", "2024-02-29T12:00:00Z", "2024-02-29T12:00:00.000Z"},
    {"a leap day of a century", "2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000Z"},
    {"the last day of a year", "2023-12-31T23:59:59.999Z", "2023-12-31T23:59:59.999Z"},
    {"before 1970", "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"},
    {"the year 0", "0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"},
    {"the year 9999", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000Z"},
    {"before the year 0 is clamped", "0000-01-01T00:00:00+01:00", "0000-01-01T00:00:00.000Z"},
    {"after the year 9999 is clamped", "9999-12-31T23:59:59-01:00", "9999-12-31T23:59:59.999Z"},
    {"no leap day", "2023-02-29T00:00:00Z", NULL},
    {"no leap day in a century", "1900-02-29T00:00:00Z", NULL},
    {"the 31st of April", "2023-04-31T00:00:00Z", NULL},
    {"month 0", "2023-00-01T00:00:00Z", NULL},
    {"month 13", "2023-13-01T00:00:00Z", NULL},
    {"day 0", "2023-01-00T00:00:00Z", NULL},
    {"hour 25", "2023-01-01T25:00:00Z", NULL},
    {"a minute after midnight at the end", "2023-01-01T24:01:00Z", NULL},
    {"minute 60", "2023-01-01T00:60:00Z", NULL},
    {"second 61", "2023-01-01T00:00:61Z", NULL},
    {"a day alone", "2023-01-01", NULL},
    {"a time alone", "04:42:34Z", NULL},
    {"a blank between day and time", "2023-01-01 00:00:00Z", NULL},
    {"a point without digits", "2023-01-01T00:00:00.Z", NULL},
    {"ten digits of a second", "2023-01-01T00:00:00.1234567890Z", NULL},
    {"an offset without a colon", "2023-01-01T00:00:00+0100", NULL},
    {"an offset of hours alone", "2023-01-01T00:00:00+01", NULL},
    {"an offset beyond the largest", "2023-01-01T00:00:00+15:00", NULL},
    {"text behind it", "2023-01-01T00:00:00Z ", NULL},
    {"a sign before the year", "-2023-01-01T00:00:00Z", NULL},
    {"a year of five digits", "12023-01-01T00:00:00Z", NULL},
    {"an empty text", "", NULL},
    {"letters for digits", "YYYY-MM-DDTHH:MM:SSZ", NULL},
};

static void moments_are_read_and_printed(void **state)
{
    for (size_t at = 0; at < COUNT_OF(cases); at++) {
        int64_t ms = 0;
        char text[TIME_TEXT_LEN];
        bool valid = time_parse(str_of(cases[at].text), &ms);
        if (valid != (cases[at].want != NULL)) {
            fail_msg("%s", cases[at].name);
        }
        if (valid) {
            time_print(ms, text);
            if (!str_equal((str){text, sizeof(text)}, str_of(cases[at].want))) {
                fail_msg("%s: %.*s", cases[at].name, (int)sizeof(text), text);
            }
        }
    }
}

static void what_a_fraction_has_beyond_milliseconds_is_told(void **state)
{
    int64_t ms = 0;
    int rest_ns = 0;
    assert_true(time_parse_exact(STR("1970-01-01T00:00:00.123456789Z"), &ms, &rest_ns));
    assert_int_equal(ms, 123);
    assert_int_equal(rest_ns, 456789);
    assert_true(time_parse_exact(STR("1969-12-31T23:59:59.9990001Z"), &ms, &rest_ns));
    assert_int_equal(ms, -1);
    assert_int_equal(rest_ns, 100);
    assert_true(time_parse_exact(STR("1970-01-01T00:00:01Z"), &ms, &rest_ns));
    assert_int_equal(ms, 1000);
    assert_int_equal(rest_ns, 0);
}

static void every_day_of_four_centuries_is_read_as_it_was_printed(void **state)
{
    for (int64_t day = -200000; day < 200000; day += 13) {
        int64_t want = day * 86400000 + (day * 7919) % 86400000;
        int64_t got = 0;
        char text[TIME_TEXT_LEN];
        time_print(want, text);
        assert_true(time_parse((str){text, sizeof(text)}, &got));
        assert_int_equal(got, want);
    }
}

static void moments_out_of_range_are_clamped(void **state)
{
    char text[TIME_TEXT_LEN];
    time_print(INT64_MAX, text);
    assert_memory_equal(text, "9999-12-31T23:59:59.999Z", TIME_TEXT_LEN);
    time_print(INT64_MIN, text);
    assert_memory_equal(text, "0000-01-01T00:00:00.000Z", TIME_TEXT_LEN);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_a_fraction_has_beyond_milliseconds_is_told),
    cmocka_unit_test(moments_are_read_and_printed),
    cmocka_unit_test(every_day_of_four_centuries_is_read_as_it_was_printed),
    cmocka_unit_test(moments_out_of_range_are_clamped),
};

RUN(tests)
