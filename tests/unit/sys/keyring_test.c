// keyring_test.c: keys on disk and in memory, over a clock that the test moves.
// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "base/limits.h"
#include "sys/keyring.h"
#include "sys/log.h"

#include <dirent.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATH_ROOM = 512, THREADS = 8 };

struct scene {
    char above[64];
    char folder[96];
    int64_t now_ms;
    struct env env;
    struct keyring *ring;
};

static int64_t now_of(void *ctx)
{
    return ((struct scene *)ctx)->now_ms;
}

static void random_of(void *ctx, void *out, size_t len)
{
    env_random(&env_system, out, len);
}

static void ring_start(struct scene *scene)
{
    scene->ring = keyring_open(scene->folder, "a.db-cursor", &scene->env);
    assert_non_null(scene->ring);
}

static void ring_restart(struct scene *scene)
{
    keyring_close(scene->ring);
    ring_start(scene);
}

static int scene_open(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    snprintf(scene->above, sizeof(scene->above), "/tmp/roster-keys-XXXXXX");
    assert_non_null(mkdtemp(scene->above));
    snprintf(scene->folder, sizeof(scene->folder), "%s/keys", scene->above);
    scene->now_ms = INT64_C(1790000000000);
    scene->env = (struct env){now_of, random_of, scene, NULL};
    ring_start(scene);
    *state = scene;
    return 0;
}

// Each file of the folder; returns how many.
static size_t each_file(const struct scene *scene, void (*each)(const char *path))
{
    size_t count = 0;
    DIR *folder = opendir(scene->folder);
    for (struct dirent *entry = folder == NULL ? NULL : readdir(folder); entry != NULL;
         entry = readdir(folder)) {
        char path[PATH_ROOM];
        snprintf(path, sizeof(path), "%s/%s", scene->folder, entry->d_name);
        if (entry->d_name[0] != '.') {
            count++;
            each(path);
        }
    }
    if (folder != NULL) {
        closedir(folder);
    }
    return count;
}

static void remove_file(const char *path)
{
    assert_int_equal(unlink(path), 0);
}

static void expect_private(const char *path)
{
    struct stat stat_of;
    assert_int_equal(stat(path, &stat_of), 0);
    assert_int_equal(stat_of.st_mode & 07777, 0600);
}

static void cut_short(const char *path)
{
    assert_int_equal(truncate(path, 20), 0);
}

static void nothing(const char *path)
{
}

static int scene_close(void **state)
{
    struct scene *scene = *state;
    keyring_close(scene->ring);
    each_file(scene, remove_file);
    (void)rmdir(scene->folder);
    (void)unlink(scene->folder);
    assert_int_equal(rmdir(scene->above), 0);
    free(scene);
    return 0;
}

struct pair {
    uint32_t id;
    struct seal_key key;
};

static struct pair current(struct scene *scene)
{
    struct pair pair;
    keyring_current(scene->ring, &pair.id, &pair.key);
    return pair;
}

static bool opens(struct scene *scene, const struct pair *pair)
{
    struct seal_key found;
    return keyring_find(scene->ring, pair->id, &found) &&
           memcmp(&found, &pair->key, sizeof(found)) == 0;
}

static void nothing_is_made_before_it_is_needed(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(access(scene->folder, F_OK), -1);
    (void)current(scene);
    assert_int_equal(each_file(scene, nothing), 1);
}

static void folder_and_file_are_private_under_any_umask(void **state)
{
    static const mode_t masks[] = {0, 0777, 022};
    struct scene *scene = *state;
    for (size_t at = 0; at < COUNT_OF(masks); at++) {
        struct stat stat_of;
        mode_t before = umask(masks[at]);
        (void)current(scene);
        umask(before);
        assert_int_equal(stat(scene->folder, &stat_of), 0);
        assert_int_equal(stat_of.st_mode & 07777, 0700);
        assert_true(each_file(scene, expect_private) > 0);
        scene->now_ms += KEY_FRESH_MS;
    }
}

static void a_folder_that_a_restore_widened_is_made_private(void **state)
{
    struct scene *scene = *state;
    struct stat stat_of;
    assert_int_equal(mkdir(scene->folder, 0755), 0);
    (void)current(scene);
    assert_int_equal(stat(scene->folder, &stat_of), 0);
    assert_int_equal(stat_of.st_mode & 07777, 0700);
}

static void a_key_seals_for_a_day_and_survives_a_restart(void **state)
{
    struct scene *scene = *state;
    struct pair first = current(scene);
    scene->now_ms += KEY_FRESH_MS - 1;
    ring_restart(scene);
    struct pair same = current(scene);
    assert_int_equal(same.id, first.id);
    assert_memory_equal(&same.key, &first.key, sizeof(first.key));
    assert_int_equal(each_file(scene, nothing), 1);
}

static void an_old_key_opens_until_what_it_sealed_has_expired(void **state)
{
    struct scene *scene = *state;
    struct pair old = current(scene);
    scene->now_ms += KEY_FRESH_MS;
    struct pair next = current(scene);
    assert_int_not_equal(next.id, old.id);
    assert_true(opens(scene, &old) && opens(scene, &next));
    scene->now_ms += CURSOR_TIMEOUT_S * INT64_C(1000);
    ring_restart(scene);
    assert_true(opens(scene, &old) && opens(scene, &next));
}

static void a_key_that_is_too_old_goes_from_memory_and_disk(void **state)
{
    struct scene *scene = *state;
    struct pair old = current(scene);
    scene->now_ms += KEY_KEPT_MS;
    struct pair next = current(scene);
    assert_false(opens(scene, &old));
    assert_true(opens(scene, &next));
    assert_int_equal(each_file(scene, nothing), 1);
    ring_restart(scene);
    assert_false(opens(scene, &old));
}

static void many_rotations_keep_a_bounded_number(void **state)
{
    struct scene *scene = *state;
    struct pair last = current(scene);
    for (int day = 0; day < 20; day++) {
        scene->now_ms += KEY_FRESH_MS;
        last = current(scene);
    }
    assert_true(opens(scene, &last));
    assert_in_range(each_file(scene, nothing), 1, 3);
}

static void a_clock_that_was_set_back_makes_a_new_key(void **state)
{
    struct scene *scene = *state;
    struct pair first = current(scene);
    scene->now_ms -= 1000;
    struct pair second = current(scene);
    assert_int_not_equal(first.id, second.id);
    assert_true(opens(scene, &first) && opens(scene, &second));
}

static void a_damaged_file_is_no_key_and_half_a_file_is_removed(void **state)
{
    struct scene *scene = *state;
    char path[PATH_ROOM];
    struct pair damaged = current(scene);
    each_file(scene, cut_short);
    snprintf(path, sizeof(path), "%s/a.db-cursor-0000000a.new", scene->folder);
    FILE *half = fopen(path, "we");
    assert_non_null(half);
    fclose(half);
    ring_restart(scene);
    assert_false(opens(scene, &damaged));
    assert_int_equal(access(path, F_OK), -1);
    struct pair next = current(scene);
    assert_true(opens(scene, &next));
}

static void the_keys_of_another_store_are_not_read(void **state)
{
    struct scene *scene = *state;
    struct pair ours = current(scene);
    struct keyring *other = keyring_open(scene->folder, "b.db-cursor", &scene->env);
    struct seal_key ignored;
    assert_false(keyring_find(other, ours.id, &ignored));
    keyring_close(other);
}

// A file stands where the folder should be.
static void a_key_that_cannot_be_saved_is_used_and_saved_later(void **state)
{
    struct scene *scene = *state;
    FILE *file = fopen(scene->folder, "we");
    assert_non_null(file);
    fclose(file);
    struct pair kept = current(scene);
    assert_true(opens(scene, &kept));
    assert_int_equal(unlink(scene->folder), 0);
    assert_int_equal(current(scene).id, kept.id);
    assert_int_equal(each_file(scene, nothing), 0);
    scene->now_ms += KEY_RETRY_MS;
    assert_int_equal(current(scene).id, kept.id);
    assert_int_equal(each_file(scene, nothing), 1);
    ring_restart(scene);
    assert_true(opens(scene, &kept));
}

static void *take_current(void *ctx)
{
    struct scene *scene = ctx;
    struct pair *pair = malloc(sizeof(*pair));
    *pair = current(scene);
    return pair;
}

static void threads_that_need_the_first_key_get_the_same(void **state)
{
    struct scene *scene = *state;
    pthread_t threads[THREADS];
    struct pair *pairs[THREADS];
    for (size_t at = 0; at < THREADS; at++) {
        assert_int_equal(pthread_create(&threads[at], NULL, take_current, scene), 0);
    }
    for (size_t at = 0; at < THREADS; at++) {
        void *got = NULL;
        pthread_join(threads[at], &got);
        pairs[at] = got;
    }
    for (size_t at = 0; at < THREADS; at++) {
        assert_int_equal(pairs[at]->id, pairs[0]->id);
        assert_true(opens(scene, pairs[at]));
    }
    for (size_t at = 0; at < THREADS; at++) {
        free(pairs[at]);
    }
    assert_int_equal(each_file(scene, nothing), 1);
}

#define IN_SCENE(what_it_says)                                                                     \
    cmocka_unit_test_setup_teardown(what_it_says, scene_open, scene_close)

static const struct CMUnitTest tests[] = {
    IN_SCENE(nothing_is_made_before_it_is_needed),
    IN_SCENE(folder_and_file_are_private_under_any_umask),
    IN_SCENE(a_folder_that_a_restore_widened_is_made_private),
    IN_SCENE(a_key_seals_for_a_day_and_survives_a_restart),
    IN_SCENE(an_old_key_opens_until_what_it_sealed_has_expired),
    IN_SCENE(a_key_that_is_too_old_goes_from_memory_and_disk),
    IN_SCENE(many_rotations_keep_a_bounded_number),
    IN_SCENE(a_clock_that_was_set_back_makes_a_new_key),
    IN_SCENE(a_damaged_file_is_no_key_and_half_a_file_is_removed),
    IN_SCENE(the_keys_of_another_store_are_not_read),
    IN_SCENE(a_key_that_cannot_be_saved_is_used_and_saved_later),
    IN_SCENE(threads_that_need_the_first_key_get_the_same),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    log_threshold(LOG_LEVEL_ERROR + 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
