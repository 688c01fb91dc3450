// authenticate.c: the Authorization header and the client certificate, and what a refusal
// offers instead.
// SPDX-License-Identifier: Apache-2.0
#include "server/authenticate.h"

#include "server/client.h"

#include <stdio.h>

static bool refuse_malformed(struct pending *pending, const char *detail)
{
    pending->challenge = CHALLENGE_REQUEST;
    return fail(&pending->err, ROSTER_ERR_BAD_REQUEST, 0, "%s", detail);
}

static bool refuse_invalid(struct pending *pending, const char *detail)
{
    pending->challenge = CHALLENGE_TOKEN;
    return fail(&pending->err, ROSTER_ERR_UNAUTHORIZED, 0, "%s", detail);
}

static bool refuse_scheme(struct pending *pending, enum auth_scheme scheme)
{
    switch (scheme) {
    case AUTH_BEARER:
        return refuse_invalid(pending,
                              "the token is unknown, expired or revoked: check the Secret Token");
    case AUTH_BASIC:
    case AUTH_CERTIFICATE:
        break;
    }
    pending->challenge = CHALLENGE_OTHER;
    return fail(&pending->err, ROSTER_ERR_UNAUTHORIZED, 0,
                "user and password are not those of a client, or the tenant does not take Basic: "
                "send \"Authorization: Bearer TOKEN\"");
}

// What is wrong with a token of an issuer that is trusted: its sender can only learn what he wrote
// himself.
static bool refuse_issued(struct pending *pending, const char *reason)
{
    char detail[256];
    snprintf(detail, sizeof(detail), "the token is not accepted: %s", reason);
    return refuse_invalid(pending, detail);
}

static bool wait_for_keys(struct pending *pending, str source)
{
    if (pending->waited_for_keys) {
        return fail(&pending->err, ROSTER_ERR_UNAVAILABLE, 0,
                    "the keys of the token's issuer are being fetched: try again later");
    }
    pending->keys_wanted = source;
    return false;
}

static void take_actor(struct pending *pending, const struct actor_entry *entry)
{
    pending->actor = entry->actor;
    pending->view.settings = entry->settings;
    app_show_schemas(pending, entry);
    pending->share = entry->share;
    pending->authenticated = true;
}

static bool find_actor(struct lane *lane, struct pending *pending,
                       const struct credentials *credentials)
{
    const struct actor_entry *entry = NULL;
    struct auth_notes notes = {0};
    const struct actor_request request = {
        .credentials = *credentials,
        .address = pending->ctx.address,
        .keys = lane->app->keys,
        .issuers = lane->app->issuers,
        .notes = &notes,
        .now_ms = env_now_ms(lane->app->options.env),
        .generation = pending->generation,
    };
    switch (actors_find(lane->actors, lane->conn, &request, pending->exchange->arena, &entry)) {
    case AUTH_OK:
        take_actor(pending, entry);
        return true;
    case AUTH_FAILED:
        return fail(&pending->err, ROSTER_ERR_UNAVAILABLE, 0, NULL);
    case AUTH_SUSPENDED:
        return app_refuse_suspended(pending);
    case AUTH_WAITING:
        return wait_for_keys(pending, notes.wanted);
    case AUTH_MISSING:
    case AUTH_MALFORMED:
    case AUTH_INVALID:
        break;
    }
    return notes.reason != NULL ? refuse_issued(pending, notes.reason)
                                : refuse_scheme(pending, credentials->scheme);
}

static bool check_tenant(struct pending *pending)
{
    str named = pending->target.tenant;
    return named.len == 0 || str_equal(named, str_of(pending->actor.tenant_name)) ||
           refuse_invalid(pending,
                          "the credential does not belong to the tenant that the URL names");
}

static bool authenticate_header(struct lane *lane, struct pending *pending)
{
    struct credentials credentials = {0};
    str value = {0};
    if (http_header_count(pending->exchange, STR("Authorization")) > 1) {
        return refuse_malformed(pending, "send one Authorization header");
    }
    (void)http_header_find(pending->exchange, STR("Authorization"), &value);
    switch (auth_header_read(value, &credentials)) {
    case AUTH_OK:
        break;
    case AUTH_MALFORMED:
        return refuse_malformed(pending, "Authorization is malformed: send \"Bearer TOKEN\"");
    case AUTH_MISSING:
    case AUTH_INVALID:
    case AUTH_SUSPENDED:
    case AUTH_FAILED:
    case AUTH_WAITING:
        return fail(&pending->err, ROSTER_ERR_UNAUTHORIZED, 0,
                    "send the tenant's token as \"Authorization: Bearer TOKEN\"");
    }
    return find_actor(lane, pending, &credentials);
}

// One sentence for all that open nothing, so that nobody learns which names are bound. A reason is
// there only for who has shown a certificate that is good.
static bool refuse_certificate(struct pending *pending, const struct auth_notes *notes)
{
    char detail[256];
    if (notes->reason == NULL) {
        return refuse_invalid(pending,
                              "the client certificate is bound to no tenant, or revoked, or not "
                              "valid now, or not for clients: see roster cert list, or send a "
                              "token");
    }
    snprintf(detail, sizeof(detail), "the client certificate is not accepted: %s", notes->reason);
    return refuse_invalid(pending, detail);
}

static bool take_certificate(struct pending *pending, enum auth_outcome outcome,
                             const struct actor_entry *entry, const struct auth_notes *notes)
{
    if (outcome == AUTH_OK) {
        take_actor(pending, entry);
        return true;
    }
    return outcome == AUTH_SUSPENDED ? app_refuse_suspended(pending)
                                     : refuse_certificate(pending, notes);
}

// What is known of the certificate must not contradict the token. `tenant`: 0 when it opens none.
static bool check_beside(struct pending *pending, enum auth_outcome outcome, int64_t tenant,
                         const struct auth_notes *notes)
{
    if (outcome == AUTH_SUSPENDED || (outcome == AUTH_OK && tenant != pending->actor.tenant)) {
        return refuse_invalid(pending,
                              "the token and the client certificate are of different tenants");
    }
    return !notes->dead ||
           refuse_invalid(pending,
                          "the client certificate beside the token was revoked, or its binding is "
                          "over: show none, or one that is bound");
}

// A client certificate stands for itself when nothing else is sent; beside another credential it
// must be of the same tenant, and live. One that nobody bound counts in neither way.
static bool authenticate_any(struct lane *lane, struct pending *pending, bool may_be_nobody)
{
    const struct actor_entry *entry = NULL;
    struct auth_notes notes = {0};
    str sent = {0};
    bool alone = !http_header_find(pending->exchange, STR("Authorization"), &sent);
    enum auth_outcome outcome = client_find(lane, pending, &notes, &entry);
    int64_t tenant = outcome == AUTH_OK ? entry->actor.tenant : 0;
    if (outcome == AUTH_FAILED) {
        return fail(&pending->err, ROSTER_ERR_UNAVAILABLE, 0, NULL);
    }
    if (may_be_nobody && outcome != AUTH_OK) {
        return true;
    }
    if (alone && outcome != AUTH_MISSING) {
        return take_certificate(pending, outcome, entry, &notes);
    }
    return authenticate_header(lane, pending) && check_beside(pending, outcome, tenant, &notes);
}

// What the tenant that the address names has switched on; that of a new tenant where there is none,
// so that the answer is the same for a name that nobody has.
static struct tenant_settings named_settings(struct lane *lane, const struct pending *pending)
{
    struct roster_arena *arena = pending->exchange->arena;
    struct tenant_settings settings = {0};
    struct tenant_row row = {0};
    struct roster_error ignored = {0};
    if (pending->target.tenant.len == 0 ||
        tenant_find(lane->conn, pending->target.tenant, arena, &row) != STORE_OK ||
        !tenant_settings_read(row.settings, arena, &settings, &ignored)) {
        settings.switches_on = 0;
    }
    return settings;
}

// What is answered without a credential shows what the tenant that the address names has switched
// on, and nothing else of it.
static void show_nobody(struct lane *lane, struct pending *pending)
{
    pending->view.settings.switches_on = named_settings(lane, pending).switches_on;
    pending->view.settings.quirks_on = roster_quirks_of(ROSTER_PROFILE_INTEROP).on;
}

bool authenticate(struct lane *lane, struct pending *pending, bool may_be_nobody)
{
    if (authenticate_any(lane, pending, may_be_nobody)) {
        if (pending->authenticated) {
            return check_tenant(pending);
        }
        show_nobody(lane, pending);
        return true;
    }
    if (pending->err.code == ROSTER_ERR_UNAUTHORIZED) {
        struct tenant_settings settings = named_settings(lane, pending);
        pending->offers_basic = tenant_switch_is_on(&settings, TENANT_BASIC);
    }
    return false;
}
