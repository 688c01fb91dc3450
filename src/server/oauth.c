// oauth.c: from client credentials to an access token.
// SPDX-License-Identifier: Apache-2.0
#include "server/oauth.h"

#include "auth/issued.h"
#include "base/percent.h"
#include "server/assertions.h"
#include "server/limit.h"
#include "server/reply.h"
#include "server/shares.h"
#include "server/token_form.h"
#include "server/uses.h"

#include <stdio.h>

#define GRANT_TYPE STR("client_credentials")
#define ASSERTION_TYPE STR("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")

// One request at the token endpoint.
struct token_call {
    struct lane *lane;
    struct pending *pending;
    struct auth_call auth;
    struct token_form form;
    struct credentials basic;  // of the Authorization header
    bool has_header;
    struct token_row row;  // the secret that the client showed, or the trust in its issuer
    struct auth_notes notes;
    struct jwt assertion;
    str scopes;  // that it gets; empty: all that it has
    struct assertion used;
    bool noted;  // in memory
};

enum oauth_error {
    OAUTH_INVALID_REQUEST,
    OAUTH_INVALID_CLIENT,
    OAUTH_UNSUPPORTED_GRANT,
    OAUTH_INVALID_SCOPE,
    OAUTH_TOO_MANY,
    OAUTH_UNAVAILABLE,
};

static const struct {
    const char *name;
    enum roster_code code;
} errors[] = {
    [OAUTH_INVALID_REQUEST] = {"invalid_request", ROSTER_ERR_BAD_REQUEST},
    [OAUTH_INVALID_CLIENT] = {"invalid_client", ROSTER_ERR_UNAUTHORIZED},
    [OAUTH_UNSUPPORTED_GRANT] = {"unsupported_grant_type", ROSTER_ERR_BAD_REQUEST},
    [OAUTH_INVALID_SCOPE] = {"invalid_scope", ROSTER_ERR_BAD_REQUEST},
    [OAUTH_TOO_MANY] = {"temporarily_unavailable", ROSTER_ERR_TOO_MANY_REQUESTS},
    [OAUTH_UNAVAILABLE] = {"temporarily_unavailable", ROSTER_ERR_UNAVAILABLE},
};

static struct roster_arena *arena_of(const struct token_call *call)
{
    return call->pending->exchange->arena;
}

static void reply(struct pending *pending, int status, const struct roster_json *body)
{
    str text = {0};
    if (body == NULL || !roster_json_print(body, pending->exchange->arena, &text)) {
        fail_memory(&pending->err);
        reply_error(pending);
        return;
    }
    reply_text(pending, status, STR("application/json"), text);
    reply_private(pending);
}

static bool refuse(struct token_call *call, enum oauth_error error, const char *why)
{
    struct pending *pending = call->pending;
    struct roster_arena *arena = arena_of(call);
    struct roster_json *body = json_new(arena, JSON_OBJECT);
    fail(&pending->err, errors[error].code, 0, "%s: %s", errors[error].name, why);
    bool ok = body != NULL &&
              json_put_string(body, arena, STR("error"), str_of(errors[error].name)) &&
              json_put_string(body, arena, STR("error_description"), str_of(why));
    reply(pending, roster_error_status(errors[error].code), ok ? body : NULL);
    if (error == OAUTH_INVALID_CLIENT) {
        reply_header(pending, "WWW-Authenticate", STR("Basic realm=\"roster\", charset=\"UTF-8\""));
    } else if (error == OAUTH_UNAVAILABLE || error == OAUTH_TOO_MANY) {
        reply_retry(pending);
    }
    return false;
}

static bool is_form(str type)
{
    str media = {0};
    str parameters = {0};
    str_cut(type, ';', &media, &parameters);
    return str_equal_nocase(str_trim(media), STR("application/x-www-form-urlencoded"));
}

static bool read_form(struct token_call *call)
{
    const struct http_exchange *exchange = call->pending->exchange;
    str type = {0};
    (void)http_header_find(exchange, STR("Content-Type"), &type);
    if (!is_form(type)) {
        return refuse(call, OAUTH_INVALID_REQUEST,
                      "the body must be application/x-www-form-urlencoded");
    }
    if (exchange->body.len > OAUTH_FORM_MAX) {
        return refuse(call, OAUTH_INVALID_REQUEST, "the body is too long");
    }
    switch (token_form_read(exchange->body, arena_of(call), &call->form)) {
    case FORM_OK:
        return true;
    case FORM_TWICE:
        return refuse(call, OAUTH_INVALID_REQUEST, "a parameter is there twice");
    case FORM_MALFORMED:
        break;
    }
    return refuse(call, OAUTH_INVALID_REQUEST, "the body is malformed");
}

static bool read_header(struct token_call *call)
{
    const struct http_exchange *exchange = call->pending->exchange;
    str value = {0};
    if (http_header_count(exchange, STR("Authorization")) > 1) {
        return refuse(call, OAUTH_INVALID_REQUEST, "send one Authorization header");
    }
    call->has_header = http_header_find(exchange, STR("Authorization"), &value);
    if (!call->has_header) {
        return true;
    }
    return (auth_header_read(value, &call->basic) == AUTH_OK && call->basic.scheme == AUTH_BASIC) ||
           refuse(call, OAUTH_INVALID_CLIENT,
                  "a client authenticates by \"Authorization: Basic\" or in the body");
}

// Id and secret as the client spells them (RFC 6749 section 2.3.1): in the header both are encoded
// as in a form, within base64.
static bool spell_client(struct token_call *call, str *id, str *secret)
{
    if (!call->has_header) {
        *id = call->form.values[FIELD_CLIENT_ID];
        *secret = call->form.values[FIELD_CLIENT_SECRET];
        return true;
    }
    return auth_basic_read(call->basic.text, arena_of(call), id, secret) &&
           percent_decode(*id, true, arena_of(call), id) &&
           percent_decode(*secret, true, arena_of(call), secret);
}

static bool check_one_way(struct token_call *call)
{
    int ways = call->has_header + (call->form.values[FIELD_CLIENT_SECRET].len > 0) +
               (call->form.values[FIELD_ASSERTION].len > 0);
    return ways <= 1 ||
           refuse(call, OAUTH_INVALID_REQUEST,
                  "a client authenticates by the header, by a secret in the body, or by an "
                  "assertion, not by two of them");
}

static bool is_tenants(const struct token_call *call)
{
    str named = call->pending->target.tenant;
    return named.len == 0 || str_equal(named, call->row.tenant_name);
}

static bool refuse_too_many(struct token_call *call)
{
    return refuse(call, OAUTH_TOO_MANY, "too many requests: try again later");
}

// One sentence for every client that is none, so that a guess learns nothing; it is
// counted.
static bool refuse_client(struct token_call *call, const char *why)
{
    struct pending *pending = call->pending;
    fail(&pending->err, ROSTER_ERR_UNAUTHORIZED, 0, NULL);
    bool guessed = call->has_header || call->form.values[FIELD_CLIENT_SECRET].len > 0 ||
                   call->form.values[FIELD_ASSERTION].len > 0;
    pending->challenge = guessed ? CHALLENGE_OTHER : CHALLENGE_PLAIN;
    if (!limit_failures(pending) && pending->err.code == ROSTER_ERR_TOO_MANY_REQUESTS) {
        return refuse_too_many(call);
    }
    return refuse(call, OAUTH_INVALID_CLIENT, why);
}

static bool refuse_secret(struct token_call *call)
{
    return refuse_client(call, "client id and secret are not those of a client here");
}

// The tenant's rate counts what its clients ask here, too.
static bool take_tenant(struct token_call *call)
{
    struct pending *pending = call->pending;
    const struct token_row *row = &call->row;
    actor_take_row(&pending->actor, row);
    pending->authenticated = true;
    pending->share = shares_find(pending->app->shares, row->tenant, row->tenant_name);
    if (pending->share == NULL || !tenant_settings_read(row->tenant_settings, arena_of(call),
                                                        &pending->view.settings, &pending->err)) {
        return refuse(call, OAUTH_UNAVAILABLE, "the settings of the tenant cannot be read");
    }
    return limit_rate(pending) || refuse_too_many(call);
}

// What client_id may be beside an assertion (RFC 7521 section 4.2): the id that the administrator
// was shown, or the assertion's subject.
static bool is_named(const struct token_call *call)
{
    str named = call->form.values[FIELD_CLIENT_ID];
    return named.len == 0 || str_equal(named, call->row.trust->client) ||
           str_equal(named, call->assertion.subject);
}

static bool refuse_assertion(struct token_call *call)
{
    char why[256];
    snprintf(why, sizeof(why), "the assertion is not accepted%s%s",
             call->notes.reason != NULL ? ": " : "",
             call->notes.reason != NULL ? call->notes.reason : "");
    return refuse_client(call, why);
}

// False without an answer: it goes on when the keys were fetched.
static bool wait_for_keys(struct token_call *call)
{
    if (call->pending->waited_for_keys) {
        return refuse(call, OAUTH_UNAVAILABLE,
                      "the keys of the issuer are being fetched: try again later");
    }
    call->pending->keys_wanted = call->notes.wanted;
    return false;
}

// What became of the search for a client: the call has its row, or is answered, or waits.
static bool take_client(struct token_call *call, enum auth_outcome outcome,
                        bool (*refuse_it)(struct token_call *call))
{
    switch (outcome) {
    case AUTH_OK:
        return is_tenants(call) ? take_tenant(call) : refuse_it(call);
    case AUTH_FAILED:
        return refuse(call, OAUTH_UNAVAILABLE, "the store cannot be reached: try again later");
    case AUTH_SUSPENDED:
        return refuse(call, OAUTH_INVALID_CLIENT,
                      "the tenant is suspended: the operator of this server can resume it (roster "
                      "tenant resume)");
    case AUTH_WAITING:
        return wait_for_keys(call);
    case AUTH_MISSING:
    case AUTH_MALFORMED:
    case AUTH_INVALID:
        break;
    }
    return refuse_it(call);
}

static bool find_issuer(struct token_call *call)
{
    if (!str_equal(call->form.values[FIELD_ASSERTION_TYPE], ASSERTION_TYPE)) {
        return refuse(call, OAUTH_INVALID_REQUEST,
                      "client_assertion_type must be "
                      "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    }
    enum auth_outcome outcome =
        issued_find(&call->auth, ISSUED_ASSERTION, call->form.values[FIELD_ASSERTION], &call->row,
                    &call->assertion);
    bool other = outcome == AUTH_OK && !is_named(call);
    return take_client(call, other ? AUTH_INVALID : outcome, refuse_assertion);
}

// Once only: by its `jti`, or as it was signed. False without an answer: the writer notes it first.
static bool take_assertion(struct token_call *call)
{
    const struct jwt *jwt = &call->assertion;
    str parts[] = {jwt->issuer, STR("\n"), jwt->id.len > 0 ? jwt->id : jwt->signed_text};
    str both = {0};
    if (call->form.values[FIELD_ASSERTION].len == 0) {
        return true;
    }
    if (!arena_join(arena_of(call), &both, parts, COUNT_OF(parts))) {
        return refuse(call, OAUTH_UNAVAILABLE, "there is no memory left: try again later");
    }
    digest_of(both, call->used.digest);
    call->used.tenant = call->row.tenant;
    call->used.expires_ms = jwt->expires_ms + JWT_SKEW_MS;
    call->pending->token = call;
    return false;
}

static bool find_client(struct token_call *call)
{
    if (call->form.values[FIELD_ASSERTION].len > 0) {
        return find_issuer(call);
    }
    str id = {0};
    str secret = {0};
    if (!spell_client(call, &id, &secret)) {
        return refuse_secret(call);
    }
    str other = call->form.values[FIELD_CLIENT_ID];
    if (call->has_header && other.len > 0 && !str_equal(other, id)) {
        return refuse(call, OAUTH_INVALID_REQUEST, "header and body name different clients");
    }
    return take_client(call, auth_client_find(&call->auth, id, secret, &call->row), refuse_secret);
}

static bool check_grant(struct token_call *call)
{
    str grant = call->form.values[FIELD_GRANT_TYPE];
    if (grant.len == 0) {
        return refuse(call, OAUTH_INVALID_REQUEST, "grant_type is missing");
    }
    if (!str_equal(grant, GRANT_TYPE)) {
        return refuse(call, OAUTH_UNSUPPORTED_GRANT, "grant_type must be client_credentials");
    }
    return scope_narrow(call->row.scopes, call->form.values[FIELD_SCOPE], &call->scopes) ||
           refuse(call, OAUTH_INVALID_SCOPE,
                  "the client has not these scopes: leave scope out, or ask for some of read, "
                  "write, read:TYPE, write:TYPE that it has");
}

// The list as OAuth writes it, with blanks.
static bool put_scope(struct token_call *call, struct roster_json *body)
{
    struct text text;
    str scopes = call->scopes.len > 0 ? call->scopes : call->row.scopes;
    text_init(&text, arena_of(call), SCOPES_TEXT_MAX);
    for (size_t at = 0; at < scopes.len; at++) {
        text_char(&text, scopes.ptr[at] == ',' ? ' ' : scopes.ptr[at]);
    }
    return !text.full && json_put_string(body, arena_of(call), STR("scope"), text_str(&text));
}

static bool put_token(struct token_call *call, struct roster_json *body, int64_t life_ms)
{
    const struct app *app = call->lane->app;
    const struct access access = {
        .secret = call->row.token,
        .expires_ms = call->auth.now_ms + life_ms,
        .scopes = call->scopes,
    };
    str token = {0};
    return access_print(app->keys, app->options.env, &access, call->row.digest, arena_of(call),
                        &token) &&
           json_put_string(body, arena_of(call), STR("access_token"), token);
}

// The life of a token: what the tenant set, and never longer than that of the secret.
static int64_t life_of(const struct token_call *call)
{
    int64_t life_ms = call->pending->view.settings.bounds.access_seconds * 1000;
    int64_t left_ms = call->row.expires_ms - call->auth.now_ms;
    return call->row.expires_ms != 0 && left_ms < life_ms ? left_ms : life_ms;
}

static void grant(struct token_call *call)
{
    struct pending *pending = call->pending;
    struct roster_json *body = json_new(arena_of(call), JSON_OBJECT);
    int64_t life_ms = life_of(call);
    bool ok = body != NULL && put_token(call, body, life_ms) &&
              json_put_string(body, arena_of(call), STR("token_type"), STR("Bearer")) &&
              json_put_i64(body, arena_of(call), STR("expires_in"), life_ms / 1000) &&
              put_scope(call, body);
    uses_note(call->lane->app->uses, call->row.token, call->auth.now_ms, pending->ctx.address);
    reply(pending, 200, ok ? body : NULL);
}

static void answer_token(struct lane *lane, struct pending *pending)
{
    struct token_call *call = arena_alloc(pending->exchange->arena, sizeof(*call));
    if (call == NULL) {
        fail_memory(&pending->err);
        reply_error(pending);
        return;
    }
    call->lane = lane;
    call->pending = pending;
    call->auth = (struct auth_call){
        .conn = lane->conn,
        .keys = lane->app->keys,
        .now_ms = env_now_ms(lane->app->options.env),
        .arena = pending->exchange->arena,
        .issuers = lane->app->issuers,
        .notes = &call->notes,
    };
    if (read_form(call) && read_header(call) && check_one_way(call) && find_client(call) &&
        check_grant(call) && take_assertion(call)) {
        grant(call);
    }
}

void oauth_write(struct pending *pending, struct conn *writer)
{
    struct token_call *call = pending->token;
    pending->outcome =
        assertion_take(pending->app, writer, &call->used, &call->noted, &pending->err);
}

void oauth_finish(struct pending *pending)
{
    struct token_call *call = pending->token;
    char why[DETAIL_MAX];
    if (pending->outcome == OUTCOME_DONE) {
        grant(call);
        return;
    }
    snprintf(why, sizeof(why), "%s", pending->err.detail);
    if (pending->err.code == ROSTER_ERR_UNAUTHORIZED) {
        refuse_client(call, why);
    } else {
        refuse(call, OAUTH_UNAVAILABLE, why);
    }
}

static bool put_list(struct roster_json *body, struct roster_arena *arena, str key,
                     const str *values, size_t count)
{
    struct roster_json *list = json_new(arena, JSON_ARRAY);
    for (size_t at = 0; list != NULL && at < count; at++) {
        struct roster_json *value = json_string(arena, values[at]);
        if (value == NULL) {
            return false;
        }
        json_push(list, value);
    }
    return list != NULL && (json_put(body, key, list), true);
}

// The same for every name of a tenant, whether there is one or not.
static void answer_metadata(struct pending *pending)
{
    static const str grants[] = {STR_INIT("client_credentials")};
    static const str methods[] = {STR_INIT("client_secret_basic"), STR_INIT("client_secret_post"),
                                  STR_INIT("private_key_jwt")};
    static const str algs[] = {STR_INIT("RS256"), STR_INIT("PS256"), STR_INIT("ES256"),
                               STR_INIT("EdDSA")};
    static const str scopes[] = {STR_INIT("read"),       STR_INIT("write"),
                                 STR_INIT("read:User"),  STR_INIT("write:User"),
                                 STR_INIT("read:Group"), STR_INIT("write:Group")};
    struct roster_arena *arena = pending->exchange->arena;
    struct roster_json *body = json_new(arena, JSON_OBJECT);
    str endpoint = {0};
    const str parts[] = {pending->ctx.base, STR("/oauth/token")};
    bool ok = body != NULL && arena_join(arena, &endpoint, parts, COUNT_OF(parts)) &&
              json_put_string(body, arena, STR("issuer"), pending->ctx.base) &&
              json_put_string(body, arena, STR("token_endpoint"), endpoint) &&
              put_list(body, arena, STR("grant_types_supported"), grants, COUNT_OF(grants)) &&
              put_list(body, arena, STR("response_types_supported"), NULL, 0) &&
              put_list(body, arena, STR("token_endpoint_auth_methods_supported"), methods,
                       COUNT_OF(methods)) &&
              put_list(body, arena, STR("token_endpoint_auth_signing_alg_values_supported"), algs,
                       COUNT_OF(algs)) &&
              put_list(body, arena, STR("scopes_supported"), scopes, COUNT_OF(scopes));
    reply(pending, 200, ok ? body : NULL);
}

static bool has_length_to_read(struct pending *pending)
{
    str text = {0};
    int64_t len = 0;
    if (http_header_find(pending->exchange, STR("Transfer-Encoding"), &text)) {
        return fail(&pending->err, ROSTER_ERR_BAD_REQUEST, 0, "send the form with Content-Length");
    }
    return !http_header_find(pending->exchange, STR("Content-Length"), &text) ||
           (str_to_i64(text, &len) && len <= (int64_t)OAUTH_FORM_MAX) ||
           fail(&pending->err, ROSTER_ERR_TOO_LARGE, 0, "the form is larger than %zu bytes",
                OAUTH_FORM_MAX);
}

bool oauth_admit(struct pending *pending)
{
    enum http_method method = pending->exchange->method;
    bool known = pending->target.place == TARGET_TOKEN ? method == HTTP_POST
                                                       : method == HTTP_GET || method == HTTP_HEAD;
    if (!known && method != HTTP_OPTIONS) {
        return fail(&pending->err, ROSTER_ERR_METHOD_NOT_ALLOWED, 0, NULL);
    }
    return has_length_to_read(pending);
}

bool handle_oauth(struct lane *lane, struct pending *pending)
{
    switch (pending->target.place) {
    case TARGET_TOKEN:
        answer_token(lane, pending);
        return true;
    case TARGET_METADATA:
        answer_metadata(pending);
        return true;
    case TARGET_NOWHERE:
    case TARGET_SERVER:
    case TARGET_SCIM:
        break;
    }
    return false;
}
