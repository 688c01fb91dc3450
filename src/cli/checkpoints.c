// checkpoints.c: a thread that sleeps.
// SPDX-License-Identifier: Apache-2.0
#include "cli/checkpoints.h"

#include "base/limits.h"
#include "base/time.h"
#include "cli/save.h"
#include "core/checkpoint_text.h"
#include "sys/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

struct checkpoints {
    struct checkpoints_options options;
    unsigned char last[DIGEST_LEN];  // of the marks that were written last
    bool stopping;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t stop;
};

// Without colons, which some file systems refuse.
static bool print_path(const struct checkpoints *checkpoints, char out[PATH_BYTES])
{
    char time[TIME_TEXT_LEN];
    time_print(env_now_ms(checkpoints->options.env), time);
    int len = snprintf(out, PATH_BYTES, "%s/checkpoint-%.13s%.2s%.*s.jsonl",
                       checkpoints->options.folder, time, time + 14, TIME_TEXT_LEN - 17, time + 17);
    return len > 0 && len < PATH_BYTES;
}

static bool save(struct checkpoints *checkpoints, str text, struct roster_error *err)
{
    struct checkpoint_parts parts;
    unsigned char digest[DIGEST_LEN];
    char path[PATH_BYTES];
    if (!checkpoint_split(text, &parts, err)) {
        return false;
    }
    digest_of(parts.marks, digest);
    if (memcmp(digest, checkpoints->last, sizeof(digest)) == 0) {
        return true;
    }
    if (!print_path(checkpoints, path)) {
        return fail(err, ROSTER_ERR_UNAVAILABLE, 0, "the path of the checkpoints is too long");
    }
    if (!save_file(path, text, err)) {
        return false;
    }
    memcpy(checkpoints->last, digest, sizeof(digest));
    log_event(LOG_LEVEL_INFO, "checkpoint", LOG_TEXT("file", str_of(path)));
    return true;
}

static bool write_one(struct checkpoints *checkpoints, struct roster_error *err)
{
    struct roster_arena *arena = roster_arena_open(ARENA_REQUEST_MAX);
    struct conn *reader = store_reader(checkpoints->options.store, STORE_READER_CACHE_KIB);
    const struct admin admin = {.reader = reader, .env = checkpoints->options.env, .arena = arena};
    str text = {0};
    bool written = arena != NULL && reader != NULL
                       ? checkpoint_make(&admin, &text, err) && save(checkpoints, text, err)
                       : fail(err, ROSTER_ERR_UNAVAILABLE, 0, "the store cannot be read");
    conn_close(reader);
    roster_arena_close(arena);
    return written;
}

static void write_or_log(struct checkpoints *checkpoints)
{
    struct roster_error err = {0};
    if (!write_one(checkpoints, &err)) {
        log_event(LOG_LEVEL_ERROR, "checkpoint-failed", LOG_TEXT("detail", str_of(err.detail)));
    }
}

// False: it is time to stop.
static bool sleep_until_next(struct checkpoints *checkpoints)
{
    struct timespec until;
    int waited = 0;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += checkpoints->options.interval_ms / 1000;
    pthread_mutex_lock(&checkpoints->mutex);
    while (!checkpoints->stopping && waited != ETIMEDOUT) {
        waited = pthread_cond_timedwait(&checkpoints->stop, &checkpoints->mutex, &until);
    }
    bool goes_on = !checkpoints->stopping;
    pthread_mutex_unlock(&checkpoints->mutex);
    return goes_on;
}

static void *run_thread(void *ctx)
{
    struct checkpoints *checkpoints = ctx;
    while (sleep_until_next(checkpoints)) {
        write_or_log(checkpoints);
    }
    return NULL;
}

static void init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

static void release(struct checkpoints *checkpoints)
{
    pthread_cond_destroy(&checkpoints->stop);
    pthread_mutex_destroy(&checkpoints->mutex);
    free(checkpoints);
}

// What may be wrong with the folder, and what to do then; else `err` stays what it is. That it is
// there, and who may read it, is the administrator's to decide: it is not made.
static bool check_folder(const char *folder, struct roster_error *err)
{
    struct stat status;
    if (stat(folder, &status) != 0) {
        return errno == ENOENT
                   ? fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                          "there is no folder %.150s: make it, so that the user of the server may "
                          "write there",
                          folder)
                   : fail(err, ROSTER_ERR_INVALID_VALUE, 0, "%.150s: %m", folder);
    }
    if (!S_ISDIR(status.st_mode)) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "%.150s is no folder", folder);
    }
    return access(folder, W_OK | X_OK) == 0 ||
           fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                "the user of the server may not write in %.150s: chown or chmod it", folder);
}

struct checkpoints *checkpoints_open(const struct checkpoints_options *options,
                                     struct roster_error *err)
{
    struct checkpoints *checkpoints = calloc(1, sizeof(*checkpoints));
    assert(options->interval_ms >= 1000);
    if (checkpoints == NULL) {
        fail_memory(err);
        return NULL;
    }
    checkpoints->options = *options;
    pthread_mutex_init(&checkpoints->mutex, NULL);
    init_condition(&checkpoints->stop);
    if (!write_one(checkpoints, err)) {
        (void)check_folder(options->folder, err);
        release(checkpoints);
        return NULL;
    }
    bool started = pthread_create(&checkpoints->thread, NULL, run_thread, checkpoints) == 0;
    if (!started) {
        fail(err, ROSTER_ERR_UNAVAILABLE, 0, "cannot start the thread of the checkpoints");
        release(checkpoints);
        return NULL;
    }
    return checkpoints;
}

void checkpoints_close(struct checkpoints *checkpoints)
{
    if (checkpoints == NULL) {
        return;
    }
    pthread_mutex_lock(&checkpoints->mutex);
    checkpoints->stopping = true;
    pthread_cond_signal(&checkpoints->stop);
    pthread_mutex_unlock(&checkpoints->mutex);
    pthread_join(checkpoints->thread, NULL);
    write_or_log(checkpoints);
    release(checkpoints);
}
