// budget_test.c: budgets as text, and what a ledger remembers of a window, in virtual time.
// SPDX-License-Identifier: Apache-2.0
#include "core/budget.h"
#include "core/ledger.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)
#define NOW (INT64_C(1800000000000))

enum { ROUNDS = 20000, TAKEN_MAX = 60000 };

static struct roster_arena *arena;

static const struct {
    const char *name;
    const char *text;
    const char *want;  // printed again; NULL: refused
} texts[] = {
    {"a count, a share and a time", "3,10%/24h", "3,10%/1d"},
    {"a time in minutes", "0,5%/10m", "0,5%/10m"},
    {"a share of all", "5,100%/1w", "5,100%/1w"},
    {"none at all", "0,0%/1h", "0,0%/1h"},
    {"no budget at all", "off", "off"},
    {"a share above all", "3,101%/1d", NULL},
    {"a share without its sign", "3,10/1d", NULL},
    {"a share alone", "10%/1d", NULL},
    {"a count alone", "3/1d", NULL},
    {"no time behind it", "3,10%", NULL},
    {"too short a time", "3,10%/59s", NULL},
    {"the shortest time", "3,10%/60s", "3,10%/1m"},
    {"too long a time", "3,10%/91d", NULL},
    {"a count below nothing", "-3,10%/1d", NULL},
    {"a sign before it", "+3,10%/1d", NULL},
    {"too large a count", "1000000001,10%/1d", NULL},
    {"a space in it", "3, 10%/1d", NULL},
    {"an empty text", "", NULL},
};

static void budgets_are_a_count_a_share_and_a_time(void **state)
{
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct budget budget;
        struct text out;
        print_message("# %s\n", texts[i].name);
        text_init(&out, arena, DETAIL_MAX);
        assert_int_equal(budget_parse(str_of(texts[i].text), &budget), texts[i].want != NULL);
        if (texts[i].want != NULL) {
            budget_print(&out, &budget);
            assert_true(str_equal(text_str(&out), str_of(texts[i].want)));
        }
    }
}

static const struct {
    const char *name;
    enum guard_kind kind;
    int64_t population;
    int64_t want;
} limits[] = {
    {"of fifty people ten may leave", GUARD_DEACTIVATIONS, 50, 10},
    {"of a hundred as many", GUARD_DEACTIVATIONS, 100, 10},
    {"of a thousand a tenth", GUARD_DEACTIVATIONS, 1000, 100},
    {"of a hundred thousand a tenth", GUARD_DEACTIVATIONS, 100000, 10000},
    {"a test may delete what it made", GUARD_DELETIONS, 5, 25},
    {"of a thousand people a tenth is deleted", GUARD_DELETIONS, 1000, 100},
    {"a small group is dissolved", GUARD_REMOVALS, 25, 500},
    {"of ten thousand memberships a fifth", GUARD_REMOVALS, 10000, 2000},
};

static void a_new_tenant_has_sane_limits(void **state)
{
    for (size_t i = 0; i < COUNT_OF(limits); i++) {
        struct budget budget = budget_default(limits[i].kind);
        print_message("# %s\n", limits[i].name);
        assert_int_equal(budget_limit(&budget, limits[i].population), limits[i].want);
    }
}

static void what_was_spent_counts_for_a_window_and_no_shorter(void **state)
{
    struct ledger ledger = {0};
    ledger_spend(&ledger, NOW, DAY, 4, false);
    ledger_spend(&ledger, NOW + HOUR / 2, DAY, 1, false);
    ledger_age(&ledger, NOW + DAY + HOUR / 2 - 1, DAY);
    assert_int_equal(ledger_spent(&ledger), 5);
    ledger_age(&ledger, NOW + DAY + HOUR / 2, DAY);
    assert_int_equal(ledger_spent(&ledger), 0);
}

static void what_comes_gives_back_what_is_fresh(void **state)
{
    struct ledger ledger = {0};
    ledger_spend(&ledger, NOW, DAY, 4, false);
    ledger_spend(&ledger, NOW, DAY, 2, true);
    ledger_spend(&ledger, NOW + 2 * HOUR, DAY, 3, true);
    ledger_give_back(&ledger, 4);
    assert_int_equal(ledger_spent(&ledger), 5);
    ledger_give_back(&ledger, 100);
    assert_int_equal(ledger_spent(&ledger), 4);
    ledger_give_back(&ledger, -7);
    assert_int_equal(ledger_spent(&ledger), 4);
}

static void the_wait_is_until_enough_has_left_the_window(void **state)
{
    struct ledger ledger = {0};
    ledger_spend(&ledger, NOW, DAY, 4, false);
    ledger_spend(&ledger, NOW + 6 * HOUR, DAY, 6, false);
    assert_int_equal(ledger_wait_ms(&ledger, NOW + 7 * HOUR, DAY, 1), 17 * HOUR);
    assert_int_equal(ledger_wait_ms(&ledger, NOW + 7 * HOUR, DAY, 4), 17 * HOUR);
    assert_int_equal(ledger_wait_ms(&ledger, NOW + 7 * HOUR, DAY, 5), 23 * HOUR);
    assert_int_equal(ledger_wait_ms(&ledger, NOW + 7 * HOUR, DAY, 11), DAY);
    assert_int_equal(ledger_wait_ms(&ledger, NOW + 7 * HOUR, DAY, 0), 0);
    assert_int_equal(ledger_wait_ms(&ledger, NOW + 3 * DAY, DAY, 1), 0);
}

static void a_clock_that_jumps_holds_nobody_for_years(void **state)
{
    struct ledger ledger = {0};
    ledger_spend(&ledger, NOW + 3650 * DAY, DAY, 4, false);
    ledger_age(&ledger, NOW, DAY);
    assert_int_equal(ledger_spent(&ledger), 0);
    ledger_spend(&ledger, NOW, DAY, 4, false);
    ledger_age(&ledger, NOW - HOUR, DAY);
    assert_int_equal(ledger_spent(&ledger), 4);  // a clock that is corrected forgets nothing
}

static void a_ledger_is_read_as_it_was_written(void **state)
{
    static const char *const damaged[] = {
        "{}",           "[1]",        "[[1,2,3]]", "[[1,2,3,4,5]]", "[[1,2,3,\"4\"]]",
        "[[1,2,-3,4]]", "[[1,2,3,4]", "x",
    };
    struct ledger ledger = {0};
    struct ledger again;
    str text = {0};
    for (int i = 0; i < 100; i++) {
        ledger_spend(&ledger, NOW + i * HOUR, DAY, i, i % 2 == 0);
    }
    assert_true(ledger.count <= GUARD_BUCKETS_MAX);
    assert_int_equal(ledger_spent(&ledger), 99 * 100 / 2);
    assert_true(ledger_print(&ledger, arena, &text));
    assert_true(ledger_parse(text, arena, &again));
    assert_memory_equal(again.buckets, ledger.buckets, ledger.count * sizeof(ledger.buckets[0]));
    assert_true(ledger_parse((str){0}, arena, &again));
    assert_int_equal(again.count, 0);
    for (size_t i = 0; i < COUNT_OF(damaged); i++) {
        assert_false(ledger_parse(str_of(damaged[i]), arena, &again));
    }
}

// What passed, for a count that forgets nothing.
static struct {
    int64_t at_ms;
    int64_t amount;
} taken[TAKEN_MAX];
static size_t taken_count;

static int64_t taken_since(int64_t since_ms)
{
    int64_t sum = 0;
    for (size_t at = taken_count; at > 0 && taken[at - 1].at_ms > since_ms; at--) {
        sum += taken[at - 1].amount;
    }
    return sum;
}

// Numbers without a pattern, the same in every run.
static int64_t next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)(*seed >> 34);
}

static void no_window_ever_sees_more_than_its_budget(void **state)
{
    struct ledger ledger = {0};
    int64_t now_ms = NOW;
    const int64_t limit = 50;
    size_t passed = 0;
    uint64_t seed = 4;
    for (int round = 0; round < ROUNDS; round++) {
        now_ms += next(&seed) % 40 == 0 ? next(&seed) % DAY : next(&seed) % (HOUR / 4);
        int64_t amount = 1 + next(&seed) % 20;
        ledger_age(&ledger, now_ms, DAY);
        if (ledger_spent(&ledger) + amount <= limit) {
            ledger_spend(&ledger, now_ms, DAY, amount, false);
            taken[taken_count].at_ms = now_ms;
            taken[taken_count++].amount = amount;
            passed++;
        }
        assert_true(taken_since(now_ms - DAY) <= limit);
    }
    assert_true(passed > 100);
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
        cmocka_unit_test(budgets_are_a_count_a_share_and_a_time),
        cmocka_unit_test(a_new_tenant_has_sane_limits),
        cmocka_unit_test(what_was_spent_counts_for_a_window_and_no_shorter),
        cmocka_unit_test(what_comes_gives_back_what_is_fresh),
        cmocka_unit_test(the_wait_is_until_enough_has_left_the_window),
        cmocka_unit_test(a_clock_that_jumps_holds_nobody_for_years),
        cmocka_unit_test(a_ledger_is_read_as_it_was_written),
        cmocka_unit_test(no_window_ever_sees_more_than_its_budget),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
