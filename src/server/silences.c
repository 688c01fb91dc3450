// silences.c: hearing, and raising the alarm.
// SPDX-License-Identifier: Apache-2.0
#include "server/silences.h"

#include "core/silence.h"
#include "core/tenants.h"
#include "sys/log.h"

#include <stdatomic.h>
#include <stdlib.h>

struct silences {
    struct roster_arena *arena;  // of one row
    bool began;
    int64_t up_ms;      // silence before does not count: the server was away; 0: it was not
    int64_t served_ms;  // when that it serves was written last
    _Atomic int64_t count;
};

struct silences *silences_open(void)
{
    struct silences *silences = calloc(1, sizeof(*silences));
    if (silences != NULL) {
        silences->arena = roster_arena_open(MIB(1));
    }
    if (silences != NULL && silences->arena == NULL) {
        silences_close(silences);
        return NULL;
    }
    return silences;
}

void silences_close(struct silences *silences)
{
    if (silences != NULL) {
        roster_arena_close(silences->arena);
        free(silences);
    }
}

int64_t silences_count(const struct silences *silences)
{
    return atomic_load_explicit(&silences->count, memory_order_relaxed);
}

void silences_begin(struct silences *silences, struct conn *writer, int64_t now_ms)
{
    int64_t served_ms = 0;
    if (silences->began || served_load(writer, &served_ms) != STORE_OK) {
        return;
    }
    silences->began = true;
    bool was_away = served_ms > 0 && now_ms - served_ms > SILENCE_AWAY_MS;
    silences->up_ms = was_away ? now_ms : 0;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

// From when on the source is silent.
static int64_t since(const struct silences *silences, const struct silence_row *row)
{
    return later(row->heard_ms, later(row->from_ms, silences->up_ms));
}

// What was learned; a damaged text is nothing.
static void read_days(struct silences *silences, const struct silence_row *row,
                      struct silence *days)
{
    if (!silence_parse(row->days, silences->arena, days)) {
        *days = (struct silence){0};
    }
}

static void tell_over(const struct token_row *token, const struct silence_row *row, int64_t now_ms)
{
    log_event(LOG_LEVEL_INFO, "source-heard-again", LOG_TEXT("tenant", token->tenant_name),
              LOG_TEXT("source", token->source_name),
              LOG_NUMBER("silent_s", (now_ms - row->heard_ms) / 1000));
}

// Noted by a clock that was set back since: as good as never.
static bool was_ahead(int64_t noted_ms, int64_t now_ms)
{
    return noted_ms - now_ms > CLOCK_WRONG_MS;
}

static enum store_outcome hear(struct silences *silences, struct conn *writer,
                               const struct token_row *token, int64_t used_ms)
{
    struct silence_row row = {0};
    struct silence days = {0};
    struct tenant_settings settings = {0};
    struct roster_error err = {0};
    enum store_outcome got =
        silence_load(writer, token->tenant, token->source, silences->arena, &row);
    if (got != STORE_OK && got != STORE_NONE) {
        return got;
    }
    if (!tenant_settings_read(token->tenant_settings, silences->arena, &settings, &err) ||
        (used_ms <= row.heard_ms && !was_ahead(row.heard_ms, used_ms))) {
        return STORE_OK;
    }
    read_days(silences, &row, &days);
    // A gap in which nobody could have called says nothing.
    if (row.heard_ms > 0 && row.heard_ms < used_ms && since(silences, &row) == row.heard_ms) {
        silence_learn(&days, used_ms, used_ms - row.heard_ms);
    }
    if (row.alarmed_ms > 0) {
        tell_over(token, &row, used_ms);
    }
    int64_t limit_ms = silence_limit_ms(&days, settings.silence);
    row.heard_ms = used_ms;
    row.alarmed_ms = 0;
    row.alarm_at_ms = limit_ms == 0 ? 0 : used_ms + limit_ms;
    return silence_print(&days, silences->arena, &row.days) ? silence_save(writer, &row) : STORE_OK;
}

enum store_outcome silences_heard(struct silences *silences, struct conn *writer,
                                  int64_t credential, int64_t used_ms)
{
    struct token_row token = {0};
    roster_arena_reset(silences->arena);
    enum store_outcome got = token_load(writer, credential, silences->arena, &token);
    return got == STORE_OK ? hear(silences, writer, &token, used_ms) : got;
}

static void sound(struct silences *silences, const struct tenant_row *tenant, str source,
                  const struct silence *days, struct silence_row *row, int64_t now_ms)
{
    row->alarmed_ms = now_ms;
    row->alarm_at_ms = 0;
    log_event(LOG_LEVEL_WARNING, "source-silent", LOG_TEXT("tenant", tenant->name),
              LOG_TEXT("source", source),
              LOG_NUMBER("silent_s", (now_ms - since(silences, row)) / 1000),
              LOG_NUMBER("usual_s", silence_usual_ms(days) / 1000),
              LOG_TEXT("detail", STR("no call for several times the usual: look whether the "
                                     "provider's job still runs, and its credential")));
}

// One row that is due: raised, put off, or left alone.
static enum store_outcome look_at(struct silences *silences, struct conn *writer,
                                  struct silence_row *row, int64_t now_ms)
{
    struct tenant_row tenant = {0};
    struct tenant_settings settings = {0};
    struct silence days = {0};
    struct roster_error err = {0};
    str source = {0};
    bool wanted = false;
    enum store_outcome got = tenant_load(writer, row->tenant, silences->arena, &tenant);
    if (got == STORE_OK) {
        got = silence_source(writer, row, silences->arena, &source, &wanted);
    }
    if (got == STORE_NONE) {
        row->alarm_at_ms = 0;  // nobody's any more: else it would be due for ever
        return silence_save(writer, row);
    }
    if (got != STORE_OK) {
        return got;
    }
    read_days(silences, row, &days);
    bool known = tenant_settings_read(tenant.settings, silences->arena, &settings, &err);
    int64_t limit_ms = known ? silence_limit_ms(&days, settings.silence) : 0;
    row->alarm_at_ms = limit_ms == 0 ? 0 : since(silences, row) + limit_ms;
    if (tenant.suspended || !wanted) {
        row->alarm_at_ms = 0;
    } else if (limit_ms > 0 && row->alarm_at_ms <= now_ms) {
        sound(silences, &tenant, source, &days, row, now_ms);
    }
    return silence_save(writer, row);
}

static bool is_due(const struct silences *silences, int64_t now_ms)
{
    return now_ms - silences->served_ms >= SILENCE_SERVED_MS ||
           was_ahead(silences->served_ms, now_ms);
}

static enum store_outcome look_at_all(struct silences *silences, struct conn *writer,
                                      struct silence_row *first, int64_t now_ms)
{
    enum store_outcome got = STORE_OK;
    for (struct silence_row *row = first; row != NULL && got == STORE_OK; row = row->next) {
        got = look_at(silences, writer, row, now_ms);
    }
    if (got == STORE_OK && is_due(silences, now_ms)) {
        got = served_save(writer, now_ms);
    }
    return got;
}

void silences_look(struct silences *silences, struct conn *writer, int64_t now_ms)
{
    struct silence_row *first = NULL;
    int64_t count = 0;
    bool writes = is_due(silences, now_ms);
    silences->up_ms = silences->up_ms > now_ms ? now_ms : silences->up_ms;
    roster_arena_reset(silences->arena);
    if (!silences->began ||
        silence_due(writer, now_ms, SILENCE_LOOKS_MAX, silences->arena, &first) != STORE_OK) {
        return;
    }
    if ((first != NULL || writes) && conn_begin(writer) == STORE_OK) {
        bool ok = look_at_all(silences, writer, first, now_ms) == STORE_OK &&
                  conn_commit(writer) == STORE_OK;
        silences->served_ms = ok && writes ? now_ms : silences->served_ms;
        if (!ok && conn_in_transaction(writer)) {
            conn_rollback(writer);
        }
    }
    if (silence_count(writer, &count) == STORE_OK) {
        atomic_store_explicit(&silences->count, count, memory_order_relaxed);
    }
}
