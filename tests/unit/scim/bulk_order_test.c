// bulk_order_test.c: in which order the operations of a job run.
//
// A job is written as one word for each operation: the operations that it refers to, as digits,
// with '=' before the one that it follows because both go to one resource; '.' refers to nothing.
// SPDX-License-Identifier: Apache-2.0
#include "unit/scim/given.h"

#include "scim/bulk.h"

enum { NEEDS_MAX = 8, LARGE = 1000 };

static const struct {
    const char *name, *job, *sequence;
    const char *circular;  // the operations that are part of a circle
} rows[] = {
    {"nothing refers to anything", ". . .", "0 1 2", ""},
    {"references backward keep the order", ". 0 01", "0 1 2", ""},
    {"a reference forward waits for its creator", "1 .", "1 0", ""},
    {"others go on meanwhile", "3 . . . .", "1 2 3 0 4", ""},
    {"who waits longest goes first", "2 2 . .", "2 0 1 3", ""},
    {"a chain forward turns round", "1 2 3 .", "3 2 1 0", ""},
    {"two creators are waited for", "13 . . . .", "1 2 3 0 4", ""},
    {"the one resource keeps its order", "2 =0 . .", "2 0 1 3", ""},
    {"following alone changes nothing", ". =0 =1", "0 1 2", ""},
    {"an operation that refers to itself", "0 .", "0 1", "0"},
    {"two that refer to each other", "1 0", "0 1", "01"},
    {"a circle waits for its last operation", "2 . 0 .", "1 0 2 3", "02"},
    {"a circle of three in any order", "2 0 1", "0 1 2", "012"},
    {"who refers to a circle waits for all of it", "1 2 1 .", "1 2 0 3", "12"},
    {"a circle that refers to a later one", "1 03 . 4 3", "2 3 4 0 1", "0134"},
    {"a circle beside an operation of its own", "3 . . 0 4", "1 2 0 3 4", "034"},
    {"two circles that share an operation are one", "1 02 1", "0 1 2", "012"},
};

struct job {
    struct bulk_node nodes[LARGE];
    uint32_t needs[LARGE][NEEDS_MAX];
    size_t count;
};

static void read_job(const char *text, struct job *job)
{
    str rest = str_of(text);
    str word = {0};
    bool more = true;
    job->count = 0;
    while (more) {
        more = str_cut(rest, ' ', &word, &rest);
        struct bulk_node *node = &job->nodes[job->count];
        *node = (struct bulk_node){job->needs[job->count], 0, BULK_NONE};
        for (size_t at = 0; at < word.len && word.ptr[at] != '.'; at++) {
            if (word.ptr[at] == '=') {
                node->follows = (uint32_t)(word.ptr[++at] - '0');
            } else {
                job->needs[job->count][node->need_count++] = (uint32_t)(word.ptr[at] - '0');
            }
        }
        job->count++;
    }
}

static void the_order_is_that_of_the_request_but_for_what_has_to_wait(void **state)
{
    static struct job job;
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    for (size_t row = 0; row < COUNT_OF(rows); row++) {
        struct bulk_order order = {0};
        struct text sequence;
        struct text circular;
        text_init(&sequence, g.arena, KIB(1));
        text_init(&circular, g.arena, KIB(1));
        read_job(rows[row].job, &job);
        assert_true(bulk_order(job.nodes, job.count, g.arena, &order, &g.err));
        for (uint32_t at = 0; at < job.count; at++) {
            text_format(&sequence, "%s%u", at > 0 ? " " : "", order.sequence[at]);
            assert_int_equal(order.place[order.sequence[at]], at);
            if (order.circular[at]) {
                text_format(&circular, "%u", at);
            }
        }
        if (!str_equal(text_str(&sequence), str_of(rows[row].sequence)) ||
            !str_equal(text_str(&circular), str_of(rows[row].circular))) {
            fail_msg("%s: %.*s, in circles %.*s", rows[row].name, STR_ARGS(text_str(&sequence)),
                     STR_ARGS(text_str(&circular)));
        }
    }
    given_close(&g);
}

static void only_what_runs_behind_is_late(void **state)
{
    static struct job job;
    struct given g;
    struct bulk_order order = {0};
    given_open(&g, ROSTER_PROFILE_RFC);
    read_job("1 03 1 . 2", &job);
    assert_true(bulk_order(job.nodes, job.count, g.arena, &order, &g.err));
    assert_true(bulk_is_late(&order, 0, 1));   // of the same circle, behind it
    assert_false(bulk_is_late(&order, 1, 0));  // before it
    assert_false(bulk_is_late(&order, 1, 3));  // no part of the circle
    assert_false(bulk_is_late(&order, 4, 2));
    given_close(&g);
}

// The largest jobs of a bad kind: `step` from one operation to the one that it refers to.
static void check_large(struct given *g, int step, bool closed)
{
    static struct job job;
    struct bulk_order order = {0};
    job.count = LARGE;
    for (int at = 0; at < LARGE; at++) {
        int to = at + step;
        bool refers = closed || (to >= 0 && to < LARGE);
        job.needs[at][0] = (uint32_t)((to + LARGE) % LARGE);
        job.nodes[at] = (struct bulk_node){job.needs[at], refers, BULK_NONE};
    }
    assert_true(bulk_order(job.nodes, job.count, g->arena, &order, &g->err));
    for (uint32_t at = 0; at < LARGE; at++) {
        bool backward = step > 0 && !closed;
        assert_int_equal(order.sequence[at], backward ? LARGE - 1 - at : at);
        assert_int_equal(order.circular[at], closed);
    }
}

static void a_chain_and_a_circle_of_a_thousand_are_ordered(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    check_large(&g, 1, false);
    check_large(&g, -1, false);
    check_large(&g, 1, true);
    check_large(&g, -1, true);
    given_close(&g);
}

static void a_full_arena_is_said(void **state)
{
    static struct job job;
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    read_job("1 0 .", &job);
    for (long at = 0; at < 10; at++) {
        struct bulk_order order = {0};
        arena_fail_at(g.arena, at);
        assert_false(bulk_order(job.nodes, job.count, g.arena, &order, &g.err));
        assert_int_equal(g.err.code, ROSTER_ERR_NO_MEMORY);
    }
    given_close(&g);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_is_that_of_the_request_but_for_what_has_to_wait),
        cmocka_unit_test(only_what_runs_behind_is_late),
        cmocka_unit_test(a_chain_and_a_circle_of_a_thousand_are_ordered),
        cmocka_unit_test(a_full_arena_is_said),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
