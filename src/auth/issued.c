// issued.c: from a signed token to the trust that it goes by.
// SPDX-License-Identifier: Apache-2.0
#include "auth/issued.h"

#include "auth/keys.h"
#include "base/limits.h"

static enum auth_outcome refuse(const struct auth_call *call, const char *reason)
{
    call->notes->reason = reason;
    return AUTH_INVALID;
}

bool issued_has_claims(const struct jwt *jwt, str claims, struct roster_arena *arena, int *count)
{
    struct roster_json *wanted = NULL;
    struct roster_error ignored = {0};
    *count = 0;
    if (claims.len == 0) {
        return true;
    }
    if (!roster_json_read(claims, arena, &wanted, &ignored) || !json_is(wanted, JSON_OBJECT)) {
        return false;
    }
    const struct roster_json *claim = wanted->first;
    while (claim != NULL && jwt_claim_has(jwt, claim->key, claim->text)) {
        claim = claim->next;
    }
    *count = (int)wanted->count;
    return claim == NULL;
}

// How many conditions of `row` the token meets; -1: not all of them.
static int fit(const struct auth_call *call, const struct token_row *row, const struct jwt *jwt)
{
    int claims = 0;
    if (auth_token_state(row, call->now_ms) == AUTH_INVALID ||
        !jwt_audience_has(jwt, row->trust->audience) ||
        (row->trust->subject.len > 0 && !str_equal(row->trust->subject, jwt->subject)) ||
        !issued_has_claims(jwt, row->trust->claims, call->arena, &claims)) {
        return -1;
    }
    return claims + (row->trust->subject.len > 0);
}

// The trust with the most conditions of those that the token meets. NULL: there is none, or there
// are two, and to choose would be to guess.
static const struct token_row *choose(const struct auth_call *call, const struct token_row *first,
                                      const struct jwt *jwt)
{
    const struct token_row *best = NULL;
    int most = -1;
    for (const struct token_row *row = first; row != NULL; row = row->next) {
        int met = fit(call, row, jwt);
        if (met > most) {
            most = met;
            best = row;
        } else if (met >= 0 && met == most) {
            best = NULL;
        }
    }
    return best;
}

const char *issued_check_times(const struct jwt *jwt, int64_t now_ms)
{
    int64_t began_ms = jwt->issued_ms != 0 ? jwt->issued_ms : now_ms - JWT_SKEW_MS;
    if (jwt->expires_ms + JWT_SKEW_MS <= now_ms) {
        return "it has expired";
    }
    if (jwt->begins_ms > now_ms + JWT_SKEW_MS || jwt->issued_ms > now_ms + JWT_SKEW_MS) {
        return "it is not valid yet: compare the clocks";
    }
    if (jwt->expires_ms - began_ms > JWT_LIFE_MS_MAX + JWT_SKEW_MS) {
        return "it lives for longer than a day";
    }
    return NULL;
}

static const char *check_type(const struct token_row *row, enum issued_use use,
                              const struct jwt *jwt)
{
    if (jwt->subject.len == 0) {
        return "it has no subject (sub)";
    }
    switch (use) {
    case ISSUED_ACCESS:
        if (jwt->type == JWT_ACCESS &&
            (jwt->issued_ms == 0 || jwt->id.len == 0 || jwt->client.len == 0)) {
            return "it has no iat, jti or client_id, as an access token must (RFC 9068)";
        }
        return jwt->type == JWT_ACCESS || (jwt->type == JWT_PLAIN && row->trust->plain)
                   ? NULL
                   : "its type is not at+jwt, and the issuer is trusted without --plain-type";
    case ISSUED_ASSERTION:
        break;
    }
    return jwt->type != JWT_ACCESS ? NULL : "it is an access token, not an assertion";
}

static enum auth_outcome check_signature(const struct auth_call *call, const struct token_row *row,
                                         const struct jwt *jwt)
{
    struct public_key *key = NULL;
    switch (issuer_keys_find(call->issuers, row->trust->source, jwt->kid, jwt->alg, &key)) {
    case KEYS_FOUND:
        break;
    case KEYS_WANTED:
        call->notes->wanted = row->trust->source;
        return AUTH_WAITING;
    case KEYS_NONE:
        return refuse(call, "the keys of its issuer have none with its kid and algorithm, or "
                            "cannot be had: see roster issuer show");
    }
    bool good = public_key_check(key, jwt->signed_text, jwt->signature);
    public_key_give(key);
    return good ? AUTH_OK : refuse(call, "its signature is not by the key that it names");
}

enum auth_outcome issued_find(const struct auth_call *call, enum issued_use use, str text,
                              struct token_row *row, struct jwt *jwt)
{
    struct token_row *first = NULL;
    const char *ignored = NULL;
    if (!jwt_read(text, call->arena, jwt, &ignored) || jwt->issuer.len > ISSUER_URL_MAX) {
        return AUTH_INVALID;
    }
    if (issuer_find(call->conn, jwt->issuer, ISSUERS_MAX, call->arena, &first) != STORE_OK) {
        return AUTH_FAILED;
    }
    const struct token_row *found = choose(call, first, jwt);
    if (found == NULL) {
        return AUTH_INVALID;
    }
    *row = *found;
    const char *wrong = check_type(row, use, jwt);
    wrong = wrong != NULL ? wrong : issued_check_times(jwt, call->now_ms);
    if (wrong != NULL) {
        return refuse(call, wrong);
    }
    enum auth_outcome state = auth_token_state(row, call->now_ms);
    int64_t ends_ms = jwt->expires_ms + JWT_SKEW_MS;
    if (use == ISSUED_ACCESS && (row->expires_ms == 0 || ends_ms < row->expires_ms)) {
        row->expires_ms = ends_ms;
    }
    enum auth_outcome outcome = check_signature(call, row, jwt);
    return outcome == AUTH_OK ? state : outcome;
}
