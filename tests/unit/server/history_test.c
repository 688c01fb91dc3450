// history_test.c: whether the changes still tell each moment of each life: what a GET answered then
// is what history_show puts together now.
// SPDX-License-Identifier: Apache-2.0
#include "unit/server/lives.h"

#include "base/time.h"
#include "core/history_show.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

enum { SEEDS = 2 };

static void put_time(struct roster_json *object, const char *name, int64_t ms)
{
    char *text = arena_alloc(rig.arena, TIME_TEXT_LEN);
    assert_non_null(text);
    time_print(ms, text);
    must_put(json_put_string(object, rig.arena, str_of(name), (str){text, TIME_TEXT_LEN}));
}

static struct roster_json *tell(const struct history_view *view)
{
    struct roster_json *json = json_copy(rig.arena, view->resource.document);
    struct roster_json *meta = object_of();
    struct roster_json *groups = object_of();
    str version = {0};
    assert_non_null(json);
    put_time(meta, "created", view->resource.created_ms);
    put_time(meta, "lastModified", view->resource.modified_ms);
    assert_true(arena_format(rig.arena, &version, "%lld", (long long)view->resource.revision));
    must_put(json_put_string(meta, rig.arena, STR("version"), version));
    json_put(json, STR("meta"), meta);
    for (const struct history_membership *group = view->groups; group != NULL;
         group = group->next) {
        put_group(groups, group->id, group->display, group->via == NULL);
    }
    json_put(json, STR("groups"), groups);
    return json;
}

static void check_moment(const struct moment *moment, int64_t at_ms)
{
    roster_arena_reset(rig.arena);
    const struct admin admin = {.writer = store_writer(rig.store),
                                .env = &env_fake,
                                .arena = rig.arena,
                                .actor = "test",
                                .address = ""};
    const struct history_request request = {
        .tenant = STR("acme"), .name = str_of(lives[moment->life].id), .at_ms = at_ms};
    struct history_view view = {0};
    struct roster_error err = {0};
    struct roster_json *seen = NULL;
    assert_true(history_show(&admin, &request, &view, &err));
    if (moment->seen == NULL) {
        assert_int_equal(view.resource.presence, HISTORY_GONE);
        return;
    }
    assert_int_equal(view.resource.presence, HISTORY_THERE);
    assert_true(roster_json_read(str_of(moment->seen), rig.arena, &seen, &err));
    // Users show their groups; of a group they are nobody's answer.
    if (lives[moment->life].group) {
        view.groups = NULL;
    }
    struct roster_json *told = tell(&view);
    if (!json_equal(seen, told)) {
        char *text = kept(told);
        print_error("at %lld of %s\nseen %s\ntold %s\n", (long long)at_ms, lives[moment->life].id,
                    moment->seen, text);
        free(text);
    }
    assert_true(json_equal(seen, told));
}

static bool is_same(const struct moment *a, const struct moment *b)
{
    return a != NULL && b != NULL && a->seen != NULL && b->seen != NULL &&
           strcmp(a->seen, b->seen) == 0;
}

static const struct moment *neighbour(size_t at, int step)
{
    size_t life = moments[at].life;
    for (at += (size_t)step; at < moment_count; at += (size_t)step) {
        if (moments[at].life == life) {
            return &moments[at];
        }
    }
    return NULL;
}

// The last moment of each millisecond, at that and just before the next. Of moments at which
// nothing became of a life, one in four.
static void check_all(void)
{
    bool checked[LIVES_MAX] = {false};
    for (size_t at = 0; at < moment_count; at++) {
        const struct moment *moment = &moments[at];
        const struct moment *next = neighbour(at, 1);
        bool idle = is_same(moment, neighbour(at, -1)) && is_same(moment, next);
        if ((next != NULL && next->time_ms == moment->time_ms) || (idle && chance(4) != 0)) {
            continue;
        }
        check_moment(moment, moment->time_ms);
        if (next != NULL && next->time_ms > moment->time_ms + 1) {
            check_moment(moment, next->time_ms - 1);
        }
        checked[moment->life] = true;
    }
    for (size_t at = 0; at < life_count; at++) {
        assert_true(checked[at]);
    }
}

static void every_moment_of_every_life_can_be_told_again(void **state)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        live(seed);
        check_all();
        end_lives();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_moment_of_every_life_can_be_told_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
