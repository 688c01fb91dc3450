// journal.c: the lanes, and the thread that empties them.
// SPDX-License-Identifier: Apache-2.0
#include "journal/journal.h"

#include "base/limits.h"
#include "journal/redact.h"
#include "journal/ring.h"
#include "journal/secrets.h"
#include "journal/shelf.h"
#include "sys/log.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

struct journal_lane {
    struct journal *journal;
    struct ring *ring;
};

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
    const struct roster_registry *registry;  // that lives as long as the server does
    const struct secrets *secrets;           // of that registry, in `lasting`
    struct text out;
    uint64_t out_records;
    int64_t clock_us;  // from monotonic time to the time of day
    int64_t trimmed_us;
    bool failing;  // the last write failed
};

// What stands in a ring before a record.
struct entry {
    struct journal_held held;
    int64_t done_us;
};

static void count_dropped(struct journal *journal, uint64_t more)
{
    atomic_fetch_add_explicit(&journal->dropped, more, memory_order_relaxed);
}

static void give(const struct journal_held *held)
{
    if (held->give != NULL) {
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
    char *room = ring_reserve(lane->ring, sizeof(struct entry) + record_size(record));
    if (room == NULL) {
        count_dropped(journal, 1);
        give(held);
        return;
    }
    struct entry entry = {*held, record->facts.time_us + record->facts.took_us};
    memcpy(room, &entry, sizeof(entry));
    record_put(record, room + sizeof(entry));
    ring_publish(lane->ring, &much);
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
    if (journal->out_records > 0) {
        bool written = !journal->out.full && shelf_append(&journal->shelf, text_str(&journal->out));
        if (!written) {
            log_failure(journal);
            count_dropped(journal, journal->out_records);
        }
        journal->failing = !written;
    }
    // The usual buffer is used again, a large one goes.
    if (journal->out.full || journal->out.ptr == NULL ||
        journal->out.cap > 2 * JOURNAL_WRITE_BYTES) {
        roster_arena_reset(journal->buffer);
        text_init(&journal->out, journal->buffer, arena_max(journal->buffer));
        text_reserve(&journal->out, JOURNAL_WRITE_BYTES + KIB(64));
    }
    journal->out.len = 0;
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

// Most requests have a path of names and ids, and no refusal to be told.
static bool may_be_secret(const struct secrets *secrets, const struct record *record)
{
    const str *texts = record->texts;
    return texts[RECORD_DETAIL].len > 0 || !secrets_is_plain_path(texts[RECORD_PATH]) ||
           !secrets_is_plain_path(texts[RECORD_ID]) ||
           secrets_token(record_span(record, RECORD_METHOD, RECORD_HEADERS)) ||
           secrets_token(texts[RECORD_ID]) ||
           !secrets_absent_from_query(secrets, texts[RECORD_QUERY]) ||
           !is_harmless(secrets, record);
}

// What is not known to be free of secrets is not kept. False without memory.
static bool redact(struct record *record, const struct secrets *secrets, struct roster_arena *arena)
{
    static const enum record_text clients[] = {RECORD_METHOD, RECORD_PATH, RECORD_HEADERS,
                                               RECORD_DETAIL, RECORD_ID};
    str *texts = record->texts;
    for (size_t at = 0; at < COUNT_OF(clients); at++) {
        texts[clients[at]] = redact_token(texts[clients[at]]);
    }
    if (!redact_query(secrets, texts[RECORD_QUERY], arena, &texts[RECORD_QUERY])) {
        return false;
    }
    texts[RECORD_PATH] = redact_path(secrets, texts[RECORD_PATH], arena);
    texts[RECORD_ID] = redact_id(secrets, texts[RECORD_ID]);
    texts[RECORD_DETAIL] = redact_detail(secrets, texts[RECORD_DETAIL]);
    redact_body(secrets, record, arena);
    return true;
}

static bool put_redacted(struct journal *journal, struct record *record,
                         const struct secrets *secrets)
{
    bool kept = redact(record, secrets, journal->arena);
    size_t len = record_size(record);
    text_reserve(&journal->out, len);
    kept = kept && len <= JOURNAL_RECORD_MAX && journal->out.cap - journal->out.len >= len;
    if (kept) {
        record_put(record, journal->out.ptr + journal->out.len);
        journal->out.len += len;
    }
    return kept;
}

static bool put_as_it_is(struct journal *journal, const struct record *record, str bytes)
{
    size_t at = journal->out.len;
    text_add(&journal->out, bytes);
    if (!journal->out.full) {
        record_set_time(journal->out.ptr + at, record->facts.time_us);
    }
    return !journal->out.full;
}

// NULL without memory. Those of a registry that nobody has to give back stay.
static const struct secrets *secrets_for(struct journal *journal, const struct journal_held *held)
{
    if (held->give != NULL) {
        return secrets_of(held->registry, journal->arena);
    }
    if (journal->registry != held->registry) {
        roster_arena_reset(journal->lasting);
        journal->secrets = secrets_of(held->registry, journal->lasting);
        journal->registry = journal->secrets == NULL ? NULL : held->registry;
    }
    return journal->secrets;
}

// Whether it may have held something secret.
static bool take_record(struct journal *journal, str bytes, const struct entry *entry)
{
    struct record record;
    size_t at = journal->out.len;
    record_view(bytes.ptr, &record);
    record.facts.time_us += journal->clock_us;
    const struct secrets *secrets = secrets_for(journal, &entry->held);
    bool secret = secrets == NULL || may_be_secret(secrets, &record);
    bool kept = secrets != NULL && (secret ? put_redacted(journal, &record, secrets)
                                           : put_as_it_is(journal, &record, bytes));
    if (kept) {
        record_seal(journal->out.ptr + at);
        journal->out_records++;
    } else {
        count_dropped(journal, 1);
    }
    roster_arena_reset(journal->arena);
    return secret;
}

// The lane whose next record was done first; NULL when there is none before the ends.
static struct journal_lane *next_lane(struct journal *journal, const uint64_t *ends, size_t count)
{
    struct journal_lane *first = NULL;
    int64_t first_us = 0;
    for (size_t at = 0; at < count; at++) {
        char *bytes = NULL;
        size_t len = 0;
        struct entry entry;
        if (!ring_peek(journal->lanes[at].ring, ends[at], &bytes, &len)) {
            continue;
        }
        memcpy(&entry, bytes, sizeof(entry));
        if (first == NULL || entry.done_us < first_us) {
            first = &journal->lanes[at];
            first_us = entry.done_us;
        }
    }
    return first;
}

static void take_next(struct journal *journal, struct journal_lane *lane, uint64_t end)
{
    char *bytes = NULL;
    size_t len = 0;
    struct entry entry;
    if (ring_peek(lane->ring, end, &bytes, &len)) {
        memcpy(&entry, bytes, sizeof(entry));
        str record = {bytes + sizeof(entry), len - sizeof(entry)};
        bool secret = take_record(journal, record, &entry);
        give(&entry.held);
        ring_take(lane->ring, secret);
    }
    if (journal->out.len >= JOURNAL_WRITE_BYTES) {
        write_out(journal);
    }
}

static void flush(struct journal *journal)
{
    uint64_t ends[LOOPS_MAX];
    size_t count = atomic_load(&journal->lane_count);
    for (size_t at = 0; at < count; at++) {
        ends[at] = ring_end(journal->lanes[at].ring);
    }
    journal->clock_us =
        env_now_ms(journal->options.env) * 1000 - env_monotonic_us(journal->options.env);
    for (struct journal_lane *lane = next_lane(journal, ends, count); lane != NULL;
         lane = next_lane(journal, ends, count)) {
        take_next(journal, lane, ends[lane - journal->lanes]);
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

static bool open_parts(struct journal *journal, struct roster_error *err)
{
    journal->arena = roster_arena_open(JOURNAL_ARENA_MAX);
    journal->buffer = roster_arena_open(JOURNAL_ARENA_MAX);
    journal->lasting = roster_arena_open(JOURNAL_ARENA_MAX);
    if (journal->arena == NULL || journal->buffer == NULL || journal->lasting == NULL) {
        return fail_memory(err);
    }
    write_out(journal);
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

struct journal *journal_open(const struct journal_options *options, struct roster_error *err)
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
    if (!open_parts(journal, err)) {
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
        ring_close(journal->lanes[at].ring);
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
    lane->journal = journal;
    lane->ring = ring_open(JOURNAL_RING_BYTES);
    if (lane->ring == NULL) {
        return NULL;
    }
    atomic_store(&journal->lane_count, count + 1);
    return lane;
}

uint64_t journal_dropped(const struct journal *journal)
{
    return atomic_load_explicit(&journal->dropped, memory_order_relaxed);
}
