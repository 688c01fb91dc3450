// shown.c: from a client certificate to its binding.
// SPDX-License-Identifier: Apache-2.0
#include "auth/shown.h"

#include "store/authority.h"
#include "sys/authority.h"
#include "sys/certificate_name.h"
#include "sys/log.h"

static enum auth_outcome find_bound(const struct auth_call *call, str thumbprint,
                                    struct token_row *row)
{
    unsigned char digest[DIGEST_LEN];
    assert(thumbprint.len == DIGEST_LEN);
    auth_certificate_digest((const unsigned char *)thumbprint.ptr, digest);
    enum auth_outcome outcome = auth_token_find(call->conn, digest, call->now_ms, call->arena, row);
    call->notes->dead = outcome == AUTH_INVALID && row->token != 0;
    return outcome;
}

// How a search among bindings goes.
struct search {
    const struct auth_call *call;
    str chain;
    int left;  // bindings that it may still be compared with
    int found;
    struct token_row *row;  // gets the first
};

// Names and states are cheap; only a binding that fits costs a signature.
static void try_binding(struct search *search, const struct token_row *binding)
{
    const char *reason = NULL;
    int64_t ends_ms = 0;
    bool again = search->found > 0 && search->row->token == binding->token;
    if (again || auth_token_state(binding, search->call->now_ms) == AUTH_INVALID) {
        return;
    }
    if (!authority_check(binding->authorities, search->chain, search->call->now_ms, &ends_ms,
                         &reason)) {
        // Not for the sender: he may be anybody who asks which names are bound.
        log_event(LOG_LEVEL_DEBUG, "certificate-refused", LOG_TEXT("tenant", binding->tenant_name),
                  LOG_NUMBER("token", binding->token), LOG_TEXT("reason", str_of(reason)));
        return;
    }
    if (search->found++ > 0) {
        return;
    }
    *search->row = *binding;
    if (binding->expires_ms == 0 || ends_ms < binding->expires_ms) {
        search->row->expires_ms = ends_ms;
    }
}

static bool try_name(struct search *search, const struct certificate_name *name)
{
    struct token_row *first = NULL;
    if (authority_find(search->call->conn, str_of(name_kinds[name->kind]), name->text, search->left,
                       search->call->arena, &first) != STORE_OK) {
        return false;
    }
    for (const struct token_row *row = first; row != NULL; row = row->next) {
        search->left--;
        try_binding(search, row);
    }
    return true;
}

static enum auth_outcome find_signed(const struct auth_call *call, str chain, struct token_row *row)
{
    struct certificate_name names[CERTIFICATE_NAMES_MAX];
    struct search search = {.call = call, .chain = chain, .left = AUTHORITIES_MAX, .row = row};
    size_t count = names_read(chain, call->arena, names);
    for (size_t at = 0; at < count && search.left > 0; at++) {
        if (!try_name(&search, &names[at])) {
            return AUTH_FAILED;
        }
    }
    if (search.found > 1) {
        call->notes->reason = "two bindings are for it, and to choose one would be to guess";
        return AUTH_INVALID;
    }
    return search.found == 1 ? auth_token_state(row, call->now_ms) : AUTH_INVALID;
}

enum auth_outcome shown_find(const struct auth_call *call, const struct credentials *credentials,
                             struct token_row *row)
{
    enum auth_outcome outcome = find_bound(call, credentials->text, row);
    return outcome == AUTH_INVALID && !call->notes->dead
               ? find_signed(call, credentials->chain, row)
               : outcome;
}
