// admit.c: from the head of a request to who asks, for which tenant, and whether it may.
//
// The order is fixed: target, credential, tenant, rate, route, method, scope, media types,
// conditions. What a later step would say is never told to somebody whom an earlier one refuses.
// SPDX-License-Identifier: Apache-2.0
#include "server/app.h"

#include "server/authenticate.h"
#include "server/limit.h"
#include "server/oauth.h"
#include "server/origin.h"
#include "server/parameters.h"
#include "server/routes.h"

static str header(const struct pending *pending, str name)
{
    str value = {0};
    (void)http_header_find(pending->exchange, name, &value);
    return value;
}

// ServiceProviderConfig is readable without a credential: it tells which credentials there are.
static bool is_anonymous(const struct pending *pending)
{
    enum http_method method = pending->exchange->method;
    return (method == HTTP_GET || method == HTTP_HEAD) && pending->target.segment_count == 1 &&
           (str_equal(pending->target.segments[0], STR("ServiceProviderConfig")) ||
            str_equal(pending->target.segments[0], STR("ServiceProviderConfigs"))) &&
           header(pending, STR("Authorization")).len == 0;
}

static bool check_route(struct pending *pending)
{
    if (pending->target.collapsed && !quirk_take(&pending->quirks, ROSTER_QUIRK_COLLAPSE_SLASHES)) {
        return fail(&pending->err, ROSTER_ERR_NOT_FOUND, 0, "the path has repeated slashes");
    }
    switch (route_find(pending)) {
    case ROUTE_FOUND:
        break;
    case ROUTE_NO_PATTERN:
        return fail(&pending->err, ROSTER_ERR_NOT_FOUND, 0, "there is no such endpoint");
    case ROUTE_NO_METHOD:
        return pending->exchange->method == HTTP_OPTIONS ||
               fail(&pending->err, ROSTER_ERR_METHOD_NOT_ALLOWED, 0,
                    "this endpoint does not have the method %.*s",
                    STR_ARGS(pending->exchange->method_text));
    }
    if (pending->route->flags & ROUTE_UNSUPPORTED) {
        return fail(&pending->err, ROSTER_ERR_NOT_IMPLEMENTED, 0, NULL);
    }
    return true;
}

static const struct roster_resource_type *type_of_route(const struct pending *pending)
{
    return pending->route->flags & ROUTE_ME
               ? roster_registry_type(pending->view.registry, STR("User"))
               : pending->type;
}

static bool refuse_scope(struct pending *pending, const char *verb,
                         const struct roster_resource_type *type)
{
    pending->challenge = CHALLENGE_SCOPE;
    if (type == NULL) {
        return fail(&pending->err, ROSTER_ERR_FORBIDDEN, 0, "this credential may only read");
    }
    return fail(&pending->err, ROSTER_ERR_FORBIDDEN, 0,
                "this credential may not %s %.*s: it needs the scope %s or %s:%.*s", verb,
                STR_ARGS(str_tail(type->endpoint, 1)), verb, verb, STR_ARGS(type->name));
}

// An endpoint of no one type: a job says for each operation, a search at the base leaves out what
// may not be read, and discovery is for all.
static bool check_scope(struct pending *pending)
{
    const struct actor_scope *scope = &pending->actor.scope;
    bool writes = (pending->route->flags & ROUTE_WRITES) != 0;
    const struct roster_resource_type *type = type_of_route(pending);
    if (type == NULL) {
        return !writes || scope_may_write_some(scope) || refuse_scope(pending, "write", NULL);
    }
    return (writes ? scope_may_write : scope_may_read)(scope, type->number) ||
           refuse_scope(pending, writes ? "write" : "read", type);
}

static bool check_media(struct pending *pending)
{
    str accept = {0};
    if (!http_header_list(pending->exchange, STR("Accept"), pending->exchange->arena, &accept)) {
        return fail_memory(&pending->err);
    }
    pending->media = media_negotiate(accept, &pending->quirks);
    if (pending->media == MEDIA_NONE) {
        return fail(&pending->err, ROSTER_ERR_NOT_ACCEPTABLE, 0, NULL);
    }
    if (pending->route != NULL && pending->route->flags & ROUTE_BODY &&
        !media_is_taken(header(pending, STR("Content-Type")), &pending->quirks)) {
        return fail(&pending->err, ROSTER_ERR_MEDIA_TYPE, 0, NULL);
    }
    return true;
}

static bool check_conditions(struct pending *pending)
{
    static const str names[] = {STR("If-Match"), STR("If-None-Match")};
    for (size_t at = 0; at < COUNT_OF(names); at++) {
        str value = {0};
        if (http_header_find(pending->exchange, names[at], &value) &&
            (!etag_list_is_valid(value) || http_header_count(pending->exchange, names[at]) > 1)) {
            return fail(&pending->err, ROSTER_ERR_INVALID_VALUE, 0,
                        "%.*s must be * or a list of versions such as W/\"3\"",
                        STR_ARGS(names[at]));
        }
    }
    return true;
}

// The public URL with the host that named the tenant in place of its own.
static bool make_base(struct pending *pending)
{
    str url = pending->app->options.public_url;
    str host = pending->target.host;
    str scheme = {0};
    str rest = {0};
    struct roster_arena *arena = pending->exchange->arena;
    if (host.len == 0) {
        const str parts[] = {url, pending->target.prefix};
        return arena_join(arena, &pending->ctx.base, parts, COUNT_OF(parts));
    }
    str_cut(url, ':', &scheme, &rest);
    rest = str_tail(rest, rest.len < 2 ? rest.len : 2);
    while (rest.len > 0 && rest.ptr[0] != ':' && rest.ptr[0] != '/') {
        rest = str_tail(rest, 1);
    }
    return arena_format(arena, &pending->ctx.base, "%.*s://%.*s%.*s%.*s", STR_ARGS(scheme),
                        STR_ARGS(host), STR_ARGS(rest), STR_ARGS(pending->target.prefix));
}

static bool make_request_id(struct lane *lane, struct roster_arena *arena, str *out)
{
    char id[2 * HEX32_LEN];
    str_put_hex32(lane->request_prefix, id);
    str_put_hex32(++lane->request_count, id + HEX32_LEN);
    return arena_copy(arena, (str){id, sizeof(id)}, out);
}

static bool make_context(struct lane *lane, struct pending *pending)
{
    struct app *app = lane->app;
    struct roster_arena *arena = pending->exchange->arena;
    pending->ctx = (struct context){
        .conn = lane->conn,
        .store = app->options.store,
        .env = app->options.env,
        .actor = &pending->actor,
        .view = &pending->view,
        .arena = arena,
        .quirks = &pending->quirks,
        .keys = app->keys,
        .walks = app->walks,
        .address = origin_address(app, pending->exchange),
    };
    pending->view.registry = app->registry;
    pending->view.indexes = app->indexes;
    return make_request_id(lane, arena, &pending->ctx.request_id) || fail_memory(&pending->err);
}

static bool admit_page(struct pending *pending)
{
    enum http_method method = pending->exchange->method;
    if (method != HTTP_GET && method != HTTP_HEAD) {
        return fail(&pending->err, ROSTER_ERR_METHOD_NOT_ALLOWED, 0, NULL);
    }
    return !str_equal(pending->target.segments[0], STR("metrics")) || limit_strangers(pending);
}

static bool admit(struct lane *lane, struct pending *pending)
{
    struct http_exchange *exchange = pending->exchange;
    if (!make_context(lane, pending) ||
        !target_parse(exchange->path, header(pending, STR("Host")), lane->app->options.domain,
                      exchange->arena, &pending->target, &pending->err)) {
        return false;
    }
    if (pending->target.place == TARGET_NOWHERE) {
        return fail(&pending->err, ROSTER_ERR_NOT_FOUND, 0,
                    "there is nothing here: the base of SCIM is /scim/v2");
    }
    if (pending->target.place == TARGET_SERVER) {
        return admit_page(pending);
    }
    if (pending->target.place != TARGET_SCIM) {
        return (pending->target.place != TARGET_METADATA || limit_strangers(pending)) &&
               (make_base(pending) || fail_memory(&pending->err)) && oauth_admit(pending);
    }
    if (!authenticate(lane, pending, is_anonymous(pending))) {
        return pending->keys_wanted.len > 0 || limit_failures(pending);
    }
    if (!(pending->authenticated ? limit_rate : limit_strangers)(pending)) {
        return false;
    }
    pending->quirks.on = pending->view.settings.quirks_on;
    if (!make_base(pending)) {
        return fail_memory(&pending->err);
    }
    return check_route(pending) && (pending->route == NULL || check_scope(pending)) &&
           check_media(pending) && check_conditions(pending) &&
           parameters_read(exchange->query, exchange->arena, &pending->request, &pending->err);
}

uint64_t pending_connection(const struct pending *pending)
{
    static const str marks[] = {STR_INIT("X-Forwarded-For"), STR_INIT("Forwarded"),
                                STR_INIT("Via")};
    const struct http_exchange *exchange = pending->exchange;
    bool proxied = origin_is_proxy(pending->app, exchange->remote);
    for (size_t at = 0; at < COUNT_OF(marks) && !proxied; at++) {
        str ignored = {0};
        proxied = http_header_find(exchange, marks[at], &ignored);
    }
    return proxied ? 0 : exchange->connection;
}

static void look_at_head(struct lane *lane, struct pending *pending)
{
    // Before the snapshot: what is looked up in an older one must not count as of this generation.
    pending->generation = atomic_load_explicit(&lane->app->generation, memory_order_acquire);
    conn_hold(lane->conn);
    pending->admitted = admit(lane, pending);
    pending->mark = arena_mark(pending->exchange->arena);
}

enum step app_again(struct lane *lane, struct pending *pending)
{
    pending->waited_for_keys = true;
    pending->keys_wanted = (str){0};
    pending->challenge = CHALLENGE_PLAIN;
    pending->err = (struct roster_error){0};
    look_at_head(lane, pending);
    return app_begin(lane, pending);
}

struct pending *app_admit(struct lane *lane, struct http_exchange *exchange)
{
    struct pending *pending = arena_alloc(exchange->arena, sizeof(*pending));
    if (pending == NULL) {
        return NULL;
    }
    pending->app = lane->app;
    pending->exchange = exchange;
    pending->began_us = env_monotonic_us(lane->app->options.env);
    look_at_head(lane, pending);
    return pending;
}
