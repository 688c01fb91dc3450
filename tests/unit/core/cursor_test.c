// cursor_test.c: a cursor opens for what it was made for, and nothing else opens at all.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "core/cursor.h"
#include "sys/log.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { BITS = 8 };

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static struct scene {
    char folder[64];
    int64_t now_ms;
    struct env env;
    struct keyring *ring;
    struct roster_arena *arena;
    struct search_request request;
    struct cursor_scope scope;
    struct cursor cursor;
} scene;

static int64_t now_of(void *ctx)
{
    return scene.now_ms;
}

static void random_of(void *ctx, void *out, size_t len)
{
    env_random(&env_system, out, len);
}

static int scene_open(void **state)
{
    memset(&scene, 0, sizeof(scene));
    snprintf(scene.folder, sizeof(scene.folder), "/tmp/roster-cursor-XXXXXX");
    assert_non_null(mkdtemp(scene.folder));
    scene.now_ms = INT64_C(1790000000000);
    scene.env = (struct env){now_of, random_of, NULL, NULL};
    scene.ring = keyring_open(scene.folder, "test", &scene.env);
    scene.arena = roster_arena_open(MIB(4));
    scene.request = (struct search_request){
        .filter = STR("userName sw \"a\""),
        .has_filter = true,
        .sort_by = STR("userName"),
        .sort_order = STR("ascending"),
        .attributes = STR("userName"),
    };
    scene.scope =
        (struct cursor_scope){.tenant = 3, .credential = 7, .type = 1, .request = &scene.request};
    scene.cursor = (struct cursor){
        .place = {.type = 1, .key = STR("anna"), .row = 4711},
        .issued_ms = scene.now_ms,
        .count = 100,
    };
    return 0;
}

static int scene_close(void **state)
{
    keyring_close(scene.ring);
    roster_arena_close(scene.arena);
    DIR *folder = opendir(scene.folder);
    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        (void)unlinkat(dirfd(folder), entry->d_name, 0);
    }
    closedir(folder);
    return rmdir(scene.folder);
}

static str print(void)
{
    struct cursor_binding binding = cursor_bind(&scene.scope);
    str out = {0};
    assert_true(cursor_print(scene.ring, &binding, &scene.cursor, &scene.env, scene.arena, &out));
    return out;
}

static enum roster_code parse(str text, size_t count, struct cursor *out)
{
    struct cursor_binding binding = cursor_bind(&scene.scope);
    struct cursor_text given = {.text = text, .now_ms = scene.now_ms, .count = count};
    struct roster_error err = {0};
    bool parsed = cursor_parse(scene.ring, &binding, &given, scene.arena, out, &err);
    assert_int_equal(parsed, err.code == ROSTER_OK);
    if (err.code == ROSTER_ERR_INVALID_CURSOR) {
        // The same words, whatever is wrong.
        assert_string_equal(err.detail, "the cursor is none that this server gave out for this "
                                        "request: begin with an empty one");
    }
    return err.code;
}

static void expect_invalid(str text)
{
    struct cursor ignored;
    assert_int_equal(parse(text, 100, &ignored), ROSTER_ERR_INVALID_CURSOR);
}

static void expect_valid(str text)
{
    struct cursor out;
    assert_int_equal(parse(text, 100, &out), ROSTER_OK);
}

static void every_cursor_comes_back_as_it_was(void **state)
{
    char longest[SORT_KEY_MAX];
    memset(longest, 0xff, sizeof(longest));
    const struct cursor cursors[] = {
        {.place = {.type = 1, .row = 1}, .count = 1},
        {.place = {.type = 1, .row = INT64_MAX, .absent = true}, .count = 200, .backward = true},
        {.edge = true, .backward = true, .uncounted = true, .count = 5},
        {.place = {.key = {longest, sizeof(longest)}, .row = 9}, .count = 100},
        {.place = {.key = STR("a\0b"), .row = 9}, .count = 100, .uncounted = true},
    };
    for (size_t at = 0; at < COUNT_OF(cursors); at++) {
        struct cursor out;
        scene.cursor = cursors[at];
        scene.cursor.issued_ms = scene.now_ms;
        str text = print();
        assert_true(text.len <= CURSOR_TEXT_MAX);
        assert_int_equal(strspn(text.ptr, alphabet), text.len);
        assert_int_equal(parse(text, cursors[at].count, &out), ROSTER_OK);
        assert_int_equal(place_compare(&out.place, &cursors[at].place), 0);
        assert_int_equal(out.edge, cursors[at].edge);
        assert_int_equal(out.backward, cursors[at].backward);
        assert_int_equal(out.uncounted, cursors[at].uncounted);
        assert_int_equal(out.count, cursors[at].count);
    }
}

static void a_cursor_shows_nothing_of_what_it_holds(void **state)
{
    str first = print();
    str second = print();
    assert_false(str_equal(first, second));
    assert_false(str_contains(first, STR("anna")));
}

static void no_bit_of_a_cursor_can_be_turned(void **state)
{
    str text = print();
    char *bytes = malloc(text.len);
    memcpy(bytes, text.ptr, text.len);
    for (size_t bit = 0; bit < text.len * BITS; bit++) {
        bytes[bit / BITS] = (char)(bytes[bit / BITS] ^ 1 << bit % BITS);
        expect_invalid((str){bytes, text.len});
        bytes[bit / BITS] = text.ptr[bit / BITS];
    }
    expect_valid((str){bytes, text.len});
    free(bytes);
}

static void no_character_of_a_cursor_can_be_another(void **state)
{
    str text = print();
    char *bytes = malloc(text.len);
    memcpy(bytes, text.ptr, text.len);
    for (size_t at = 0; at < text.len; at++) {
        for (const char *c = alphabet; *c != '\0'; c++) {
            bytes[at] = *c;
            if (*c != text.ptr[at]) {
                expect_invalid((str){bytes, text.len});
            }
        }
        bytes[at] = text.ptr[at];
    }
    free(bytes);
}

static void no_part_of_a_cursor_and_no_other_spelling_is_one(void **state)
{
    static const char *const around[][2] = {{"", "="},    {"", "=="},  {" ", ""}, {"", " "},
                                            {"", "\n"},   {"", "A"},   {"A", ""}, {"", "."},
                                            {"AAAA", ""}, {"", "AAAA"}};
    str text = print();
    for (size_t len = 0; len < text.len; len++) {
        expect_invalid(str_head(text, len));
        expect_invalid(str_tail(text, text.len - len));
    }
    for (size_t at = 0; at < COUNT_OF(around); at++) {
        const str parts[] = {str_of(around[at][0]), text, str_of(around[at][1])};
        str other = {0};
        assert_true(arena_join(scene.arena, &other, parts, COUNT_OF(parts)));
        expect_invalid(other);
    }
}

static void what_was_never_sealed_is_none(void **state)
{
    char longest[CURSOR_TEXT_MAX + 2];
    memset(longest, 'A', sizeof(longest));
    static const char *const texts[] = {
        "",       "A",
        "abc",    "0",
        "null",   "-",
        "cursor", "AQ",
        "+/+/",   "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    (void)print();
    for (size_t at = 0; at < COUNT_OF(texts); at++) {
        expect_invalid(str_of(texts[at]));
    }
    for (size_t len = 0; len <= sizeof(longest); len++) {
        expect_invalid((str){longest, len});
    }
}

// Each changes one thing that a cursor is bound to.
static void other_tenant(void)
{
    scene.scope.tenant++;
}
static void other_credential(void)
{
    scene.scope.credential++;
}
static void other_type(void)
{
    scene.scope.type++;
}
static void base_instead_of_type(void)
{
    scene.scope.type = 0;
}
static void search_instead_of_get(void)
{
    scene.scope.in_body = true;
}
static void other_filter(void)
{
    scene.request.filter = STR("userName sw \"b\"");
}
static void no_filter(void)
{
    scene.request.filter = (str){0};
    scene.request.has_filter = false;
}
static void other_sort(void)
{
    scene.request.sort_by = STR("id");
}
static void other_order(void)
{
    scene.request.sort_order = STR("descending");
}
static void other_projection(void)
{
    scene.request.attributes = STR("displayName");
}
static void excluded_instead(void)
{
    scene.request.excluded = scene.request.attributes;
    scene.request.attributes = (str){0};
}
static void a_byte_moved_between_two_texts(void)
{
    scene.request.sort_by = STR("userNamea");
    scene.request.sort_order = STR("scending");
}

static void a_cursor_is_bound_to_who_asks_and_for_what(void **state)
{
    static const struct {
        const char *what;
        void (*change)(void);
    } rows[] = {
        {"another tenant", other_tenant},
        {"another credential", other_credential},
        {"another type", other_type},
        {"the base", base_instead_of_type},
        {".search", search_instead_of_get},
        {"another filter", other_filter},
        {"no filter", no_filter},
        {"another sort", other_sort},
        {"another order", other_order},
        {"another projection", other_projection},
        {"excluded attributes", excluded_instead},
        {"texts that join to the same", a_byte_moved_between_two_texts},
    };
    const struct cursor_scope scope = scene.scope;
    const struct search_request request = scene.request;
    str text = print();
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        struct cursor ignored;
        rows[at].change();
        if (parse(text, 100, &ignored) != ROSTER_ERR_INVALID_CURSOR) {
            fail_msg("a cursor was taken for %s", rows[at].what);
        }
        scene.scope = scope;
        scene.request = request;
    }
    expect_valid(text);
}

static void another_count_is_refused_as_such_to_whom_the_cursor_belongs(void **state)
{
    struct cursor ignored;
    str text = print();
    assert_int_equal(parse(text, 99, &ignored), ROSTER_ERR_INVALID_COUNT);
    assert_int_equal(parse(text, 0, &ignored), ROSTER_ERR_INVALID_COUNT);
    other_credential();
    assert_int_equal(parse(text, 99, &ignored), ROSTER_ERR_INVALID_CURSOR);
}

static void a_cursor_expires_and_then_says_so_to_whom_it_belongs(void **state)
{
    struct cursor ignored;
    str text = print();
    scene.now_ms += CURSOR_TIMEOUT_S * INT64_C(1000);
    expect_valid(text);
    scene.now_ms++;
    assert_int_equal(parse(text, 100, &ignored), ROSTER_ERR_EXPIRED_CURSOR);
    other_tenant();
    expect_invalid(text);
}

static void a_clock_that_was_set_back_expires_nothing(void **state)
{
    str text = print();
    scene.now_ms -= 3600000;
    expect_valid(text);
}

static void a_cursor_lives_through_a_rotation_until_it_expires(void **state)
{
    struct cursor ignored;
    (void)print();
    scene.now_ms += KEY_FRESH_MS - 1000;
    scene.cursor.issued_ms = scene.now_ms;
    str old = print();
    scene.now_ms += 2000;
    scene.cursor.issued_ms = scene.now_ms;
    str fresh = print();
    assert_memory_not_equal(old.ptr, fresh.ptr, 6);  // another key
    expect_valid(old);
    expect_valid(fresh);
    scene.now_ms += CURSOR_TIMEOUT_S * INT64_C(1000) - 2000;
    expect_valid(old);
    scene.now_ms += 3000;
    assert_int_equal(parse(old, 100, &ignored), ROSTER_ERR_EXPIRED_CURSOR);
    scene.now_ms += KEY_KEPT_MS;
    (void)print();
    expect_invalid(old);
}

static void a_cursor_of_another_servers_key_is_none(void **state)
{
    struct keyring *ours = scene.ring;
    scene.ring = keyring_open(scene.folder, "other", &scene.env);
    str theirs = print();
    keyring_close(scene.ring);
    scene.ring = ours;
    (void)print();
    expect_invalid(theirs);
}

static void a_restart_changes_nothing(void **state)
{
    str text = print();
    keyring_close(scene.ring);
    scene.ring = keyring_open(scene.folder, "test", &scene.env);
    expect_valid(text);
}

#define IN_SCENE(what_it_says)                                                                     \
    cmocka_unit_test_setup_teardown(what_it_says, scene_open, scene_close)

static const struct CMUnitTest tests[] = {
    IN_SCENE(every_cursor_comes_back_as_it_was),
    IN_SCENE(a_cursor_shows_nothing_of_what_it_holds),
    IN_SCENE(no_bit_of_a_cursor_can_be_turned),
    IN_SCENE(no_character_of_a_cursor_can_be_another),
    IN_SCENE(no_part_of_a_cursor_and_no_other_spelling_is_one),
    IN_SCENE(what_was_never_sealed_is_none),
    IN_SCENE(a_cursor_is_bound_to_who_asks_and_for_what),
    IN_SCENE(another_count_is_refused_as_such_to_whom_the_cursor_belongs),
    IN_SCENE(a_cursor_expires_and_then_says_so_to_whom_it_belongs),
    IN_SCENE(a_clock_that_was_set_back_expires_nothing),
    IN_SCENE(a_cursor_lives_through_a_rotation_until_it_expires),
    IN_SCENE(a_cursor_of_another_servers_key_is_none),
    IN_SCENE(a_restart_changes_nothing),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    log_threshold(LOG_LEVEL_ERROR + 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
