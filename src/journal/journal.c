// journal.c: the thread that empties the lanes.
// SPDX-License-Identifier: Apache-2.0
#include "journal/journal.h"

#include "base/limits.h"
#include "journal/lane.h"
#include "journal/redact.h"
#include "journal/secrets.h"
#include "journal/shelf.h"
#include "sys/log.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

struct journal {
    struct journal_options options;
    struct shelf shelf;
    struct journal_lane lanes[LOOPS_MAX];
    _Atomic size_t lane_count;
    _Atomic uint64_t dropped;
    _Atomic bool stopping;
    _Atomic bool asked;  // to wake up, and has not yet
    sem_t wake;          // a lane has much, somebody waits for a sync, or the end has come
    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t flushed;
    uint64_t rounds;  // of the thread, begun and ended
    // Of the thread.
    struct roster_arena *arena;   // of one record
    struct roster_arena *buffer;  // of what is written next
    struct roster_arena *lasting;
    const struct secrets *secrets;  // of the journal's own registry, in `lasting`
    struct block_draft out;
    uint64_t out_records;
    uint64_t block;  // how many were begun
    struct common once;
    struct record record;  // the own part of the one at hand
    int64_t clock_us;      // from monotonic time to the time of day
    int64_t trimmed_us;
    bool failing;  // the last write failed
};

static void count_dropped(struct journal *journal, uint64_t more)
{
    atomic_fetch_add_explicit(&journal->dropped, more, memory_order_relaxed);
}

static void give(const struct journal_held *held)
{
    if (held != NULL) {
        held->give(held->held);
    }
}

static enum record_body body_state(const struct journal *journal, const struct record *record)
{
    if (record->facts.bytes_in == 0) {
        return BODY_NONE;
    }
    if ((record->facts.flags & RECORD_KNOWN) == 0) {
        return BODY_UNKNOWN;
    }
    return record->texts[RECORD_BODY].len > journal->options.body_max ? BODY_LARGE : BODY_KEPT;
}

void journal_add(struct journal_lane *lane, struct record *record, const struct journal_held *held)
{
    struct journal *journal = lane->journal;
    bool much = false;
    record->facts.body = (uint8_t)body_state(journal, record);
    if (record->facts.body != BODY_KEPT) {
        record->texts[RECORD_BODY] = (str){0};
    }
    if (!lane_put(lane, record, held, &much)) {
        count_dropped(journal, 1);
        give(held);
        return;
    }
    if (much && !atomic_exchange(&journal->asked, true)) {
        (void)sem_post(&journal->wake);
    }
}

static void log_failure(struct journal *journal)
{
    if (!journal->failing) {
        log_event(LOG_LEVEL_ERROR, "journal-not-written",
                  LOG_TEXT("folder", str_of(journal->options.folder)),
                  LOG_TEXT("error", str_of(strerror(errno))));
    }
}

static void write_out(struct journal *journal)
{
    if (journal->out_records == 0) {
        return;
    }
    errno = ENOMEM;
    str block = block_end(&journal->out);
    bool written = block.len > 0 && shelf_append(&journal->shelf, block);
    if (!written) {
        log_failure(journal);
        count_dropped(journal, journal->out_records);
    }
    journal->failing = !written;
    journal->out_records = 0;
}

static void redact_body(const struct secrets *secrets, struct record *record,
                        struct roster_arena *arena)
{
    str raw = record->texts[RECORD_BODY];
    record->texts[RECORD_BODY] = (str){0};
    if (record->facts.body == BODY_KEPT &&
        !redact_json(secrets, raw, arena, &record->texts[RECORD_BODY])) {
        record->facts.body = BODY_NO_JSON;
    }
}

// A body that changed something was read as JSON. A request that deletes does not read its body.
static bool is_harmless(const struct secrets *secrets, const struct record *record)
{
    return record->texts[RECORD_BODY].len == 0 ||
           ((record->facts.flags & RECORD_CHANGED) != 0 &&
            !str_equal(record->texts[RECORD_METHOD], STR("DELETE")) &&
            secrets_absent(secrets, record->texts[RECORD_BODY]));
}

static bool has_token(str text)
{
    return text.len > 0 && secrets_token(text);
}

// Most requests have a path of names and ids, and no refusal to be told.
static bool may_be_secret(const struct secrets *secrets, const struct record *record)
{
    const str *texts = record->texts;
    return texts[RECORD_DETAIL].len > 0 || !secrets_absent_from_path(texts[RECORD_PATH]) ||
           !secrets_absent_from_path(texts[RECORD_ID]) || has_token(texts[RECORD_QUERY]) ||
           !secrets_absent_from_query(secrets, texts[RECORD_QUERY]) ||
           !is_harmless(secrets, record);
}

// What is not known to be free of secrets is not kept. False without memory.
static bool redact(struct record *record, const struct secrets *secrets, struct roster_arena *arena)
{
    str *texts = record->texts;
    if (!redact_query(secrets, texts[RECORD_QUERY], arena, &texts[RECORD_QUERY])) {
        return false;
    }
    texts[RECORD_PATH] = redact_path(secrets, redact_token(texts[RECORD_PATH]), arena);
    texts[RECORD_ID] = redact_id(secrets, redact_token(texts[RECORD_ID]));
    texts[RECORD_DETAIL] = redact_detail(secrets, redact_token(texts[RECORD_DETAIL]));
    redact_body(secrets, record, arena);
    return true;
}

// The own part of a record anew, without what is secret. Empty without memory.
static str write_redacted(struct record *record, const struct secrets *secrets,
                          struct roster_arena *arena)
{
    char *out =
        redact(record, secrets, arena) ? arena_grow_bytes(arena, NULL, 0, own_room(record)) : NULL;
    return out == NULL ? (str){0} : (str){out, own_write(record, out)};
}

// NULL without memory.
static const struct secrets *secrets_for(const struct journal *journal,
                                         const struct journal_held *held)
{
    return held == NULL ? journal->secrets : secrets_of(held->registry, journal->arena);
}

static bool add_out(struct journal *journal, struct common *common, str own)
{
    if (own.len > JOURNAL_RECORD_MAX) {
        return false;
    }
    if (journal->out_records > 0 && block_is_full(&journal->out)) {
        write_out(journal);
    }
    if (journal->out_records == 0) {
        block_begin(&journal->out, journal->buffer, journal->clock_us);
        journal->block++;
    }
    uint16_t number = common->block == journal->block ? common->number : 0;
    if (!block_add(&journal->out, &number, common->bytes, own)) {
        return false;
    }
    common->block = journal->block;
    common->number = number;
    journal->out_records++;
    return true;
}

// The own part of the next record as it may be written; empty without memory. *secret: it may have
// held something secret.
static str own_without_secrets(struct journal *journal, struct journal_lane *lane, str method,
                               bool *secret)
{
    struct record *record = &journal->record;
    str own = lane->next.own;
    str rest = own;
    str path;
    *secret = false;
    if (own_is_brief(own, &path) && secrets_absent_from_path(path)) {
        return own;
    }
    const struct secrets *secrets = secrets_for(journal, lane_held(lane));
    if (secrets == NULL) {
        *secret = true;
        return (str){0};
    }
    bool read = own_take(&rest, record);
    assert(read && rest.len == 0);
    record->texts[RECORD_METHOD] = method;
    *secret = may_be_secret(secrets, record);
    return *secret ? write_redacted(record, secrets, journal->arena) : own;
}

// The next record of a lane. Gives whether it may have held something secret.
static bool add_next(struct journal *journal, struct journal_lane *lane)
{
    struct common *common = lane_take_common(lane, &journal->once, journal->arena);
    bool secret = true;
    str own =
        common == NULL ? (str){0} : own_without_secrets(journal, lane, common->method, &secret);
    if (own.len == 0 || !add_out(journal, common, own)) {
        count_dropped(journal, 1);
    }
    return secret || common == &journal->once;
}

static void take_next(struct journal *journal, struct journal_lane *lane)
{
    bool secret = add_next(journal, lane);
    roster_arena_reset(journal->arena);
    give(lane_held(lane));
    lane_take(lane, secret);
}

// The lane whose next record was done first; NULL when the round is at its end.
static struct journal_lane *next_lane(struct journal *journal, size_t count)
{
    struct journal_lane *first = NULL;
    for (size_t at = 0; at < count; at++) {
        struct journal_lane *lane = &journal->lanes[at];
        if (lane->waiting && (first == NULL || lane->next.done_us < first->next.done_us)) {
            first = lane;
        }
    }
    return first;
}

static void flush(struct journal *journal)
{
    size_t count = atomic_load(&journal->lane_count);
    for (size_t at = 0; at < count; at++) {
        lane_begin_round(&journal->lanes[at]);
    }
    journal->clock_us =
        env_now_ms(journal->options.env) * 1000 - env_monotonic_us(journal->options.env);
    for (struct journal_lane *lane = next_lane(journal, count); lane != NULL;
         lane = next_lane(journal, count)) {
        take_next(journal, lane);
    }
    write_out(journal);
}

static void wait_for_work(struct journal *journal)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += JOURNAL_FLUSH_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    (void)sem_clockwait(&journal->wake, CLOCK_MONOTONIC, &until);
    atomic_store(&journal->asked, false);
}

static void count_round(struct journal *journal)
{
    pthread_mutex_lock(&journal->lock);
    journal->rounds++;
    pthread_cond_broadcast(&journal->flushed);
    pthread_mutex_unlock(&journal->lock);
}

static void *run(void *ctx)
{
    struct journal *journal = ctx;
    for (bool last = false; !last;) {
        wait_for_work(journal);
        last = atomic_load(&journal->stopping);
        flush(journal);
        count_round(journal);
        if (sys_monotonic_us() - journal->trimmed_us > JOURNAL_TRIM_MS * 1000) {
            journal->trimmed_us = sys_monotonic_us();
            shelf_trim(&journal->shelf);
        }
    }
    return NULL;
}

void journal_sync(struct journal *journal)
{
    pthread_mutex_lock(&journal->lock);
    // The round that is under way may have looked already; the one behind it has not.
    uint64_t until = journal->rounds + 2;
    while (journal->rounds < until) {
        (void)sem_post(&journal->wake);
        pthread_cond_wait(&journal->flushed, &journal->lock);
    }
    pthread_mutex_unlock(&journal->lock);
}

static bool open_parts(struct journal *journal, const struct roster_registry *registry,
                       struct roster_error *err)
{
    journal->arena = roster_arena_open(JOURNAL_ARENA_MAX);
    journal->buffer = roster_arena_open(JOURNAL_ARENA_MAX);
    journal->lasting = roster_arena_open(JOURNAL_ARENA_MAX);
    if (journal->arena == NULL || journal->buffer == NULL || journal->lasting == NULL) {
        return fail_memory(err);
    }
    journal->secrets = secrets_of(registry, journal->lasting);
    if (journal->secrets == NULL) {
        return fail_memory(err);
    }
    journal->shelf.env = journal->options.env;
    journal->shelf.size_max = journal->options.size_max;
    journal->shelf.age_ms = journal->options.age_ms;
    if (!shelf_open(&journal->shelf, journal->options.folder)) {
        return fail(err, ROSTER_ERR_UNAVAILABLE, 0, "cannot make the folder of the journal, %s: %s",
                    journal->options.folder, strerror(errno));
    }
    shelf_trim(&journal->shelf);
    journal->started = pthread_create(&journal->thread, NULL, run, journal) == 0;
    return journal->started ||
           fail(err, ROSTER_ERR_UNAVAILABLE, 0, "cannot start the thread of the journal");
}

struct journal *journal_open(const struct journal_options *options,
                             const struct roster_registry *registry, struct roster_error *err)
{
    struct journal *journal = calloc(1, sizeof(*journal));
    if (journal == NULL) {
        fail_memory(err);
        return NULL;
    }
    assert(options->body_max <= JOURNAL_BODY_MAX);
    journal->options = *options;
    journal->shelf.fd = -1;
    journal->shelf.folder = -1;
    journal->trimmed_us = sys_monotonic_us();
    pthread_mutex_init(&journal->lock, NULL);
    pthread_cond_init(&journal->flushed, NULL);
    (void)sem_init(&journal->wake, 0, 0);
    if (!open_parts(journal, registry, err)) {
        journal_close(journal);
        return NULL;
    }
    return journal;
}

void journal_close(struct journal *journal)
{
    if (journal == NULL) {
        return;
    }
    if (journal->started) {
        atomic_store(&journal->stopping, true);
        (void)sem_post(&journal->wake);
        pthread_join(journal->thread, NULL);
    }
    for (size_t at = 0; at < atomic_load(&journal->lane_count); at++) {
        lane_release(&journal->lanes[at]);
    }
    shelf_close(&journal->shelf);
    roster_arena_close(journal->arena);
    roster_arena_close(journal->buffer);
    roster_arena_close(journal->lasting);
    (void)sem_destroy(&journal->wake);
    pthread_cond_destroy(&journal->flushed);
    pthread_mutex_destroy(&journal->lock);
    free(journal);
}

struct journal_lane *journal_lane(struct journal *journal)
{
    size_t count = atomic_load(&journal->lane_count);
    assert(count < LOOPS_MAX);
    struct journal_lane *lane = &journal->lanes[count];
    if (!lane_init(lane)) {
        return NULL;
    }
    lane->journal = journal;
    atomic_store(&journal->lane_count, count + 1);
    return lane;
}

uint64_t journal_dropped(const struct journal *journal)
{
    return atomic_load_explicit(&journal->dropped, memory_order_relaxed);
}
