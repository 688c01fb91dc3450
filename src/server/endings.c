// endings.c: looking for what ends, and remembering the next end of each tenant.
// SPDX-License-Identifier: Apache-2.0
#include "server/endings.h"

#include "base/limits.h"
#include "base/time.h"
#include "sys/log.h"

#include <pthread.h>
#include <stdlib.h>

struct ending {
    int64_t tenant;
    char name[TENANT_NAME_MAX + 1];
    int64_t ends_ms;
};

struct endings {
    int64_t looked_ms;  // the writer's alone
    pthread_mutex_t lock;
    // Under the lock:
    struct ending next[ENDING_METRICS_MAX];
    size_t count;
};

static const int64_t day_ms = INT64_C(86400000);

struct endings *endings_open(void)
{
    struct endings *endings = calloc(1, sizeof(*endings));
    if (endings != NULL) {
        pthread_mutex_init(&endings->lock, NULL);
    }
    return endings;
}

void endings_close(struct endings *endings)
{
    if (endings != NULL) {
        pthread_mutex_destroy(&endings->lock);
        free(endings);
    }
}

int ending_distance(const struct token_row *row, int64_t looked_ms, int64_t now_ms)
{
    static const int distances[] = {1, 7, 14, 30};  // days, the shortest first
    int64_t life_ms = row->expires_ms - row->created_ms;
    for (size_t at = 0; at < COUNT_OF(distances); at++) {
        int64_t distance_ms = distances[at] * day_ms;
        if (row->expires_ms - now_ms <= distance_ms) {
            bool is_new = looked_ms == 0 || row->expires_ms - looked_ms > distance_ms;
            return is_new && life_ms > distance_ms ? distances[at] : 0;
        }
    }
    return 0;
}

static str remedy_of(const struct token_row *row)
{
    if (row->thumbprint.len > 0) {
        return STR("roster cert add the certificate that takes its place");
    }
    if (row->authority.len > 0) {
        return STR("roster cert add --ca the authority that takes its place");
    }
    return row->client.len > 0 ? STR("roster client rotate CLIENT --overlap 24h")
                               : STR("roster token rotate ID --overlap 24h");
}

static void warn(const struct token_row *row, int distance)
{
    char ends[TIME_TEXT_LEN];
    time_print(row->expires_ms, ends);
    log_event(LOG_LEVEL_WARNING, "credential-ends", LOG_TEXT("tenant", row->tenant_name),
              LOG_NUMBER("token", row->token), LOG_TEXT("client", row->client),
              LOG_TEXT("label", row->label), LOG_TEXT("expires", ((str){ends, sizeof(ends)})),
              LOG_NUMBER("within_days", distance), LOG_TEXT("remedy", remedy_of(row)));
}

// Rows come in the order of their ends: the first of a tenant is its next one.
static void remember(struct endings *endings, const struct token_row *first)
{
    pthread_mutex_lock(&endings->lock);
    endings->count = 0;
    for (const struct token_row *row = first; row != NULL; row = row->next) {
        size_t at = 0;
        while (at < endings->count && endings->next[at].tenant != row->tenant) {
            at++;
        }
        if (at == endings->count && at < ENDING_METRICS_MAX) {
            struct ending *ending = &endings->next[endings->count++];
            ending->tenant = row->tenant;
            memcpy(ending->name, row->tenant_name.ptr, row->tenant_name.len);
            ending->name[row->tenant_name.len] = '\0';
            ending->ends_ms = row->expires_ms;
        }
    }
    pthread_mutex_unlock(&endings->lock);
}

void endings_look(struct endings *endings, struct conn *conn, int64_t now_ms)
{
    struct token_row *first = NULL;
    struct roster_arena *arena = roster_arena_open(ARENA_REQUEST_MAX);
    // A look from a time that never came is none.
    int64_t looked_ms = endings->looked_ms > now_ms ? 0 : endings->looked_ms;
    if (arena != NULL && token_ending(conn, now_ms, ENDING_ROWS_MAX, arena, &first) == STORE_OK) {
        for (const struct token_row *row = first; row != NULL; row = row->next) {
            int distance = ending_distance(row, looked_ms, now_ms);
            if (distance > 0) {
                warn(row, distance);
            }
        }
        remember(endings, first);
        endings->looked_ms = now_ms;
    }
    roster_arena_close(arena);
}

void endings_write(struct endings *endings, int64_t now_ms, struct text *out)
{
    text_lit(out,
             "# HELP roster_credential_expiry_seconds Time until a tenant's next credential ends.\n"
             "# TYPE roster_credential_expiry_seconds gauge\n");
    pthread_mutex_lock(&endings->lock);
    for (size_t at = 0; at < endings->count; at++) {
        int64_t left_ms = endings->next[at].ends_ms - now_ms;
        text_format(out, "roster_credential_expiry_seconds{tenant=\"%s\"} %lld\n",
                    endings->next[at].name, (long long)(left_ms > 0 ? left_ms / 1000 : 0));
    }
    pthread_mutex_unlock(&endings->lock);
}
