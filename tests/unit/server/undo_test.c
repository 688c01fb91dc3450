// undo_test.c: random lives, taken back to a moment, and back again.
// SPDX-License-Identifier: Apache-2.0
#include "unit/server/lives.h"

#include "core/undo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

enum { SEEDS = 4 };

static struct undo_counts take_back(struct undo_request request)
{
    struct undo_walk walk = {0};
    request.tenant = STR("acme");
    while (walk.pass != UNDO_DONE) {
        struct roster_error err = {0};
        struct undo_item *items = NULL;
        roster_arena_reset(rig.arena);
        const struct admin admin = {.writer = store_writer(rig.store),
                                    .env = &env_fake,
                                    .arena = rig.arena,
                                    .actor = "cli:test",
                                    .address = ""};
        if (!undo_step(&admin, &request, &walk, &items, &err)) {
            print_error("%s\n", err.detail);
        }
        assert_int_equal(err.code, ROSTER_OK);
    }
    return walk.counts;
}

static bool changed_nothing(const struct undo_counts *counts)
{
    return counts->removed + counts->recreated + counts->changed + counts->joined + counts->parted +
               counts->conflicts ==
           0;
}

// What was seen of a life at `at_ms`; NULL: it was not there.
static const char *seen_at(size_t life, int64_t at_ms)
{
    const char *seen = NULL;
    for (size_t at = 0; at < moment_count && moments[at].time_ms <= at_ms; at++) {
        seen = moments[at].life == life ? moments[at].seen : seen;
    }
    return seen;
}

// All but creation, version and time of the last change, which are those of the undo.
static void check_back_at(int64_t at_ms)
{
    for (size_t at = 0; at < life_count; at++) {
        char *now = look(&lives[at]);
        const char *then = seen_at(at, at_ms);
        struct roster_json *a = NULL;
        struct roster_json *b = NULL;
        struct roster_error err = {0};
        assert_int_equal(now == NULL, then == NULL);
        if (now != NULL) {
            assert_true(roster_json_read(str_of(now), rig.arena, &a, &err));
            assert_true(roster_json_read(str_of(then), rig.arena, &b, &err));
            drop(a, "meta");
            drop(b, "meta");
            if (!json_equal(a, b)) {
                print_error("%s\nwas %s\nis  %s\n", lives[at].id, then, now);
            }
            assert_true(json_equal(a, b));
        }
        free(now);
    }
}

static void everything_can_be_taken_back_and_that_too(void **state)
{
    for (uint64_t seed = 11; seed < 11 + SEEDS; seed++) {
        live(seed);
        int64_t end_ms = now_ms;
        int64_t then_ms = moments[moment_count / 4 + chance((unsigned)moment_count / 2)].time_ms;
        struct undo_request request = {.since_ms = then_ms + 1, .created = true, .apply = true};
        now_ms += 10;
        struct undo_counts counts = take_back(request);
        assert_int_equal(counts.conflicts, 0);
        check_back_at(then_ms);
        counts = take_back(request);
        assert_true(changed_nothing(&counts));
        int64_t undone_ms = end_ms + 10;
        now_ms += 10;
        request.since_ms = undone_ms;
        counts = take_back(request);
        assert_int_equal(counts.conflicts, 0);
        check_back_at(end_ms);
        end_lives();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_can_be_taken_back_and_that_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
