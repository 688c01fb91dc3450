// actors.c: a direct-mapped table of credentials, one for each thread.
// SPDX-License-Identifier: Apache-2.0
#include "server/actors.h"

#include "core/policy.h"
#include "core/scopes.h"
#include "server/uses.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Atomic uint64_t lookups;  // of all threads

// A certificate that opened nothing a moment ago: to find that out may cost signatures.
struct refused {
    uint64_t generation;  // 0: empty
    unsigned char digest[DIGEST_LEN];
    int64_t until_ms;
    struct auth_notes notes;
};

struct actors {
    const struct roster_registry *builtin;
    struct uses *uses;
    struct registries *registries;
    struct shares *shares;
    struct actor_entry entries[ACTORS_MAX];
    struct refused refused[REFUSED_MAX];
};

struct actors *actors_open(const struct roster_registry *builtin, struct registries *registries,
                           struct uses *uses, struct shares *shares)
{
    struct actors *actors = calloc(1, sizeof(struct actors));
    if (actors != NULL) {
        actors->builtin = builtin;
        actors->registries = registries;
        actors->uses = uses;
        actors->shares = shares;
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

bool actor_take_policy(struct actor *actor, const struct token_row *row, struct roster_arena *arena)
{
    struct roster_error err = {0};
    struct policy policy = {0};
    const struct source_row source = {.source = row->source, .name = row->source_name};
    actor->owner = source_owner(&source);
    actor->federated = row->tenant_federated;
    if (!policy_read(row->source_policy, arena, &policy, &err)) {
        return false;
    }
    actor->sees_own = policy.sees_own;
    actor->writes_own = policy.writes_own;
    return true;
}

static const char *kind_of(const struct token_row *row)
{
    bool certificate = row->thumbprint.len > 0 || row->authority.len > 0;
    return row->issuer.len > 0 ? "issuer" : certificate ? "certificate" : "token";
}

static_assert(ACTOR_NAME_LEN <= UINT8_MAX && TENANT_NAME_MAX <= UINT8_MAX,
              "lengths of names are one byte");

void actor_take_row(struct actor *actor, const struct token_row *row)
{
    *actor = (struct actor){
        .tenant = row->tenant,
        .source = row->source,
        .credential = row->token,
        .expires_ms = row->expires_ms,
    };
    put_text(actor->tenant_name, sizeof(actor->tenant_name), row->tenant_name);
    put_text(actor->user_id, sizeof(actor->user_id), row->user_id);
    if (row->client.len > 0) {
        snprintf(actor->name, sizeof(actor->name), "client:%.*s", STR_ARGS(row->client));
    } else {
        snprintf(actor->name, sizeof(actor->name), "%s:%lld", kind_of(row), (long long)row->token);
    }
    actor->name_len = (uint8_t)strlen(actor->name);
    actor->tenant_name_len = (uint8_t)strlen(actor->tenant_name);
}

static bool fill(struct actor_entry *entry, const struct token_row *row,
                 const struct roster_registry *registry, struct roster_arena *arena)
{
    struct roster_error err = {0};
    actor_take_row(&entry->actor, row);
    entry->actor.lookup = atomic_fetch_add_explicit(&lookups, 1, memory_order_relaxed) + 1;
    entry->actor.scope = scopes_mean(row->scopes, registry);
    return actor_take_policy(&entry->actor, row, arena) &&
           tenant_settings_read(row->tenant_settings, arena, &entry->settings, &err);
}

// Looks the credential up in the store and puts what it says into the entry.
static enum auth_outcome load(struct actors *actors, struct conn *conn,
                              const struct actor_request *request, struct roster_arena *arena,
                              const unsigned char digest[DIGEST_LEN], struct actor_entry *entry)
{
    struct token_row row = {0};
    const struct auth_call call = {.conn = conn,
                                   .keys = request->keys,
                                   .now_ms = request->now_ms,
                                   .arena = arena,
                                   .issuers = request->issuers,
                                   .notes = request->notes};
    enum auth_outcome outcome = auth_find(&call, &request->credentials, &row);
    if (outcome != AUTH_OK) {
        return outcome;
    }
    entry->generation = 0;
    entry->scheme = request->credentials.scheme;
    tenant_registry_give(entry->own);
    entry->own = NULL;
    entry->schemas = row.tenant_schemas;
    entry->share = shares_find(actors->shares, row.tenant, row.tenant_name);
    if (entry->share == NULL ||
        !registries_find(actors->registries, conn, row.tenant, row.tenant_schemas, &entry->own) ||
        !fill(entry, &row, entry->own == NULL ? actors->builtin : entry->own->registry, arena)) {
        return AUTH_FAILED;
    }
    if (entry->scheme == AUTH_BASIC && !tenant_switch_is_on(&entry->settings, TENANT_BASIC)) {
        return AUTH_INVALID;
    }
    if (!secret_equal(entry->digest, digest, DIGEST_LEN)) {
        memcpy(entry->digest, digest, DIGEST_LEN);
        entry->noted_ms = 0;
    }
    entry->generation = request->generation;
    return AUTH_OK;
}

// A certificate counts together with those it was shown with.
static void digest_shown(const struct credentials *credentials, unsigned char digest[DIGEST_LEN])
{
    struct digest *of = digest_of_thread();
    digest_begin(of);
    digest_add(of, credentials->text.ptr, credentials->text.len);
    digest_add(of, credentials->chain.ptr, credentials->chain.len);
    digest_end(of, digest);
}

static bool is_refused(const struct refused *refused, const struct actor_request *request,
                       const unsigned char digest[DIGEST_LEN])
{
    return refused->generation == request->generation && refused->until_ms > request->now_ms &&
           request->credentials.scheme == AUTH_CERTIFICATE &&
           memcmp(refused->digest, digest, DIGEST_LEN) == 0;
}

static enum auth_outcome load_or_refuse(struct actors *actors, struct conn *conn,
                                        const struct actor_request *request,
                                        struct roster_arena *arena,
                                        const unsigned char digest[DIGEST_LEN],
                                        struct actor_entry *entry)
{
    struct refused *refused = &actors->refused[digest[0] % REFUSED_MAX];
    if (is_refused(refused, request, digest)) {
        *request->notes = refused->notes;
        return AUTH_INVALID;
    }
    enum auth_outcome outcome = load(actors, conn, request, arena, digest, entry);
    if (outcome == AUTH_INVALID && request->credentials.scheme == AUTH_CERTIFICATE) {
        memcpy(refused->digest, digest, DIGEST_LEN);
        refused->generation = request->generation;
        refused->until_ms = request->now_ms + REFUSED_MS;
        refused->notes = *request->notes;
    }
    return outcome;
}

static void note(struct actors *actors, const struct actor_request *request,
                 struct actor_entry *entry)
{
    int64_t passed_ms = request->now_ms - entry->noted_ms;
    if (passed_ms >= USE_NOTE_MS || passed_ms < -CLOCK_WRONG_MS) {
        entry->noted_ms = request->now_ms;
        uses_note(actors->uses, entry->actor.credential, request->now_ms, request->address);
    }
}

enum auth_outcome actors_find(struct actors *actors, struct conn *conn,
                              const struct actor_request *request, struct roster_arena *arena,
                              const struct actor_entry **out)
{
    unsigned char digest[DIGEST_LEN];
    uint32_t slot = 0;
    if (request->credentials.chain.len > 0) {
        digest_shown(&request->credentials, digest);
    } else {
        digest_of(request->credentials.text, digest);
    }
    memcpy(&slot, digest, sizeof(slot));
    struct actor_entry *entry = &actors->entries[slot % ACTORS_MAX];
    *out = entry;
    enum auth_outcome outcome = AUTH_OK;
    if (entry->generation == request->generation && entry->scheme == request->credentials.scheme &&
        secret_equal(entry->digest, digest, DIGEST_LEN)) {
        int64_t expires_ms = entry->actor.expires_ms;
        outcome = expires_ms == 0 || expires_ms > request->now_ms ? AUTH_OK : AUTH_INVALID;
    } else {
        outcome = load_or_refuse(actors, conn, request, arena, digest, entry);
    }
    if (outcome == AUTH_OK) {
        note(actors, request, entry);
    }
    return outcome;
}
