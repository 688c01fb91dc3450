// silence_test.c: what is usual for a source, and what is not, in virtual time.
// SPDX-License-Identifier: Apache-2.0
#include "core/silence.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define NOW (INT64_C(20832) * DAY)  // a Monday

static struct roster_arena *arena;

// Calls at these minutes of each day of a week, over and over.
struct habit {
    const char *name;
    int days;           // from the first Monday on
    int works;          // days of a week on which it calls
    int first, last;    // minute of the day
    int every;          // minutes between two calls
    int64_t limit_min;  // from when on an alarm is raised at the soonest, and at the latest
    int64_t limit_max;
};

static const struct habit habits[] = {
    {"a job every forty minutes", 5, 7, 0, 1439, 40, 2 * HOUR, 4 * HOUR},
    {"a job that never rests", 5, 7, 0, 1439, 1, HOUR, HOUR},
    {"a job every night", 10, 7, 120, 150, 1, 3 * DAY, 5 * DAY},
    {"whoever is hired, in office hours", 28, 5, 480, 1020, 25, 62 * HOUR, 5 * DAY},
    {"two days say too little", 2, 7, 0, 1439, 40, 0, 0},
};

static struct silence learn(const struct habit *habit, int64_t *heard_ms)
{
    struct silence silence = {0};
    *heard_ms = 0;
    for (int day = 0; day < habit->days; day++) {
        for (int at = habit->first; at <= habit->last && day % 7 < habit->works;
             at += habit->every) {
            int64_t now_ms = NOW + day * DAY + at * MINUTE;
            int64_t limit_ms = silence_limit_ms(&silence, SILENCE_AUTO);
            // What a source does as ever is never an alarm, the first weekend included.
            assert_true(limit_ms == 0 || now_ms - *heard_ms < limit_ms);
            if (*heard_ms > 0) {
                silence_learn(&silence, now_ms, now_ms - *heard_ms);
            }
            *heard_ms = now_ms;
        }
    }
    return silence;
}

static void an_alarm_is_several_times_what_is_usual(void **state)
{
    for (size_t i = 0; i < COUNT_OF(habits); i++) {
        int64_t heard_ms = 0;
        print_message("# %s\n", habits[i].name);
        struct silence silence = learn(&habits[i], &heard_ms);
        int64_t limit_ms = silence_limit_ms(&silence, SILENCE_AUTO);
        assert_in_range(limit_ms, habits[i].limit_min, habits[i].limit_max);
    }
}

static void one_outage_does_not_spoil_what_is_known(void **state)
{
    int64_t heard_ms = 0;
    struct silence silence = learn(&habits[0], &heard_ms);
    int64_t limit_ms = silence_limit_ms(&silence, SILENCE_AUTO);
    silence_learn(&silence, heard_ms + 9 * DAY, 9 * DAY);
    assert_int_equal(silence_limit_ms(&silence, SILENCE_AUTO), limit_ms);
    assert_int_equal(silence_usual_ms(&silence), 40 * MINUTE);
}

static void old_habits_are_forgotten(void **state)
{
    struct silence silence = {0};
    for (int day = 0; day < 60; day++) {
        silence_learn(&silence, NOW + day * DAY, day < 30 ? DAY : HOUR);
    }
    assert_int_equal(silence.count, SILENCE_DAYS);
    assert_int_equal(silence_usual_ms(&silence), HOUR);
    assert_int_equal(silence_limit_ms(&silence, SILENCE_AUTO), SILENCE_FACTOR * HOUR);
    silence_learn(&silence, NOW, 2 * HOUR);  // a clock that is set back
    assert_int_equal(silence.count, SILENCE_DAYS);
    assert_int_equal(silence.days[SILENCE_DAYS - 1].gap_ms, 2 * HOUR);
}

static void a_setting_says_it_itself(void **state)
{
    static const struct {
        const char *text;
        bool good;
        int64_t setting;
        const char *shown;
    } cases[] = {
        {"auto", true, SILENCE_AUTO, "auto"},
        {"off", true, SILENCE_OFF, "off"},
        {"6h", true, 6 * HOUR, "6h"},
        {"5m", true, 5 * MINUTE, "5m"},
        {"4m", false, 0, NULL},
        {"", false, 0, NULL},
        {"on", false, 0, NULL},
        {"-6h", false, 0, NULL},
    };
    struct silence nothing = {0};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t setting = 0;
        struct text shown;
        assert_int_equal(silence_setting_parse(str_of(cases[i].text), &setting), cases[i].good);
        if (cases[i].good) {
            text_init(&shown, arena, DETAIL_MAX);
            silence_setting_print(&shown, setting);
            assert_int_equal(setting, cases[i].setting);
            assert_true(str_equal(text_str(&shown), str_of(cases[i].shown)));
        }
    }
    assert_int_equal(silence_limit_ms(&nothing, 6 * HOUR), 6 * HOUR);
    assert_int_equal(silence_limit_ms(&nothing, SILENCE_OFF), 0);
    assert_int_equal(silence_limit_ms(&nothing, SILENCE_AUTO), 0);
}

static void what_was_learned_is_read_as_it_was_written(void **state)
{
    static const char *const damaged[] = {"{}",       "[1]",    "[[1]]", "[[1,2,3]]",
                                          "[[1,-2]]", "[[1,2]", "x"};
    int64_t heard_ms = 0;
    struct silence again;
    struct silence silence = learn(&habits[3], &heard_ms);
    str text = {0};
    assert_true(silence_print(&silence, arena, &text));
    assert_true(silence_parse(text, arena, &again));
    assert_int_equal(again.count, silence.count);
    assert_memory_equal(again.days, silence.days, silence.count * sizeof(silence.days[0]));
    assert_true(silence_parse((str){0}, arena, &again));
    assert_int_equal(again.count, 0);
    for (size_t i = 0; i < COUNT_OF(damaged); i++) {
        assert_false(silence_parse(str_of(damaged[i]), arena, &again));
    }
}

static int set_up(void **state)
{
    arena = roster_arena_open(MIB(1));
    return arena == NULL;
}

static int tear_down(void **state)
{
    roster_arena_close(arena);
    return 0;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alarm_is_several_times_what_is_usual),
        cmocka_unit_test(one_outage_does_not_spoil_what_is_known),
        cmocka_unit_test(old_habits_are_forgotten),
        cmocka_unit_test(a_setting_says_it_itself),
        cmocka_unit_test(what_was_learned_is_read_as_it_was_written),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
