// actors.c: a direct-mapped table of credentials, one for each thread.
// SPDX-License-Identifier: Apache-2.0
#include "server/actors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct actors {
    struct registries *registries;
    struct actor_entry entries[ACTORS_MAX];
};

struct actors *actors_open(struct registries *registries)
{
    struct actors *actors = calloc(1, sizeof(struct actors));
    if (actors != NULL) {
        actors->registries = registries;
    }
    return actors;
}

void actors_close(struct actors *actors)
{
    for (size_t at = 0; actors != NULL && at < ACTORS_MAX; at++) {
        tenant_registry_give(actors->entries[at].own);
    }
    free(actors);
}

static void put_text(char *to, size_t size, str from)
{
    size_t len = from.len < size ? from.len : size - 1;
    if (len > 0) {
        memcpy(to, from.ptr, len);
    }
    to[len] = '\0';
}

static bool fill(struct actor_entry *entry, const struct token_row *row, struct roster_arena *arena)
{
    struct roster_error err = {0};
    struct actor *actor = &entry->actor;
    *actor = (struct actor){
        .tenant = row->tenant,
        .source = row->source,
        .credential = row->token,
        .expires_ms = row->expires_ms,
        .scope = row->scope,
    };
    put_text(actor->tenant_name, sizeof(actor->tenant_name), row->tenant_name);
    put_text(actor->user_id, sizeof(actor->user_id), row->user_id);
    snprintf(actor->name, sizeof(actor->name), "token:%lld", (long long)row->token);
    return tenant_settings_read(row->tenant_settings, arena, &entry->settings, &err);
}

enum auth_outcome actors_find(struct actors *actors, struct conn *conn, uint64_t generation,
                              str token, int64_t now_ms, struct roster_arena *arena,
                              const struct actor_entry **out)
{
    unsigned char digest[DIGEST_LEN];
    uint32_t slot = 0;
    digest_of(token, digest);
    memcpy(&slot, digest, sizeof(slot));
    struct actor_entry *entry = &actors->entries[slot % ACTORS_MAX];
    *out = entry;
    if (entry->generation == generation && secret_equal(entry->digest, digest, DIGEST_LEN)) {
        bool live = entry->actor.expires_ms == 0 || entry->actor.expires_ms > now_ms;
        return live ? AUTH_OK : AUTH_INVALID;
    }
    if (!token_is_wellformed(token)) {
        return AUTH_INVALID;  // the store is not asked
    }
    struct token_row row = {0};
    enum auth_outcome outcome = auth_token_find(conn, digest, now_ms, arena, &row);
    if (outcome != AUTH_OK) {
        return outcome;
    }
    entry->generation = 0;
    tenant_registry_give(entry->own);
    entry->own = NULL;
    entry->schemas = row.tenant_schemas;
    if (!fill(entry, &row, arena) ||
        !registries_find(actors->registries, conn, row.tenant, row.tenant_schemas, &entry->own)) {
        return AUTH_FAILED;
    }
    memcpy(entry->digest, digest, DIGEST_LEN);
    entry->generation = generation;
    return AUTH_OK;
}
