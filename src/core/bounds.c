// bounds.c: a table of settings, each a text of the tenant's settings that is read by its row.
//
// RFC 7644 has no status for a directory that is full. 403 is what its table says for an operation
// that is not permitted: it is final until somebody changes the setting, and a client must not try
// again in a moment, as it would after 429 or 507.
// SPDX-License-Identifier: Apache-2.0
#include "core/bounds.h"

#include "scim/schema.h"
#include "store/pending.h"

static bool take_rate(str value, struct tenant_bounds *out)
{
    out->has_rate = rate_parse(value, &out->rate);
    return out->has_rate;
}

static bool take_count(str value, int64_t *out)
{
    int64_t count = 0;
    if (str_equal(value, STR("unlimited"))) {
        *out = 0;
        return true;
    }
    bool ok = str_to_i64(value, &count) && count >= 1 && count <= QUOTA_MAX;
    *out = ok ? count : 0;
    return ok;
}

static bool take_users(str value, struct tenant_bounds *out)
{
    return take_count(value, &out->users_max);
}

static bool take_groups(str value, struct tenant_bounds *out)
{
    return take_count(value, &out->groups_max);
}

static bool take_access_seconds(str value, struct tenant_bounds *out)
{
    int64_t seconds = 0;
    bool ok = str_to_i64(value, &seconds) && seconds >= ACCESS_SECONDS_MIN &&
              seconds <= ACCESS_SECONDS_MAX;
    out->access_seconds = ok ? seconds : ACCESS_SECONDS_MIN;
    return ok;
}

static const struct {
    str key;
    bool (*take)(str value, struct tenant_bounds *out);
    const char *grammar;
} rows[] = {
    {STR_INIT("rate"), take_rate,
     "N/BURST or N (requests a second, and at once; 1 to 1000000), unlimited or default"},
    {STR_INIT("users-max"), take_users, "a number from 1 to 1000000000, unlimited or default"},
    {STR_INIT("groups-max"), take_groups, "a number from 1 to 1000000000, unlimited or default"},
    {STR_INIT("access-seconds"), take_access_seconds, "3600 to 21600 or default"},
};
static_assert(RATE_MAX == 1000000 && QUOTA_MAX == 1000000000 && ACCESS_SECONDS_MIN == 3600 &&
                  ACCESS_SECONDS_MAX == 21600,
              "the texts name the limits");

// COUNT_OF(rows): there is none.
static size_t find_row(str key)
{
    size_t at = 0;
    while (at < COUNT_OF(rows) && !str_equal(rows[at].key, key)) {
        at++;
    }
    return at;
}

bool bound_is_known(str key)
{
    return find_row(key) < COUNT_OF(rows);
}

bool bound_put(struct roster_json *settings, str key, str value, struct roster_arena *arena,
               struct roster_error *err)
{
    struct tenant_bounds ignored = {0};
    struct roster_json *set = json_find(settings, key);
    size_t at = find_row(key);
    assert(at < COUNT_OF(rows));
    if (str_equal(value, STR("default"))) {
        if (set != NULL) {
            json_remove(settings, set);
        }
        return true;
    }
    if (!rows[at].take(value, &ignored)) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "%.*s is %s", STR_ARGS(rows[at].key),
                    rows[at].grammar);
    }
    struct roster_json *text = json_string(arena, value);
    if (text == NULL) {
        return fail_memory(err);
    }
    json_replace(settings, rows[at].key, text);
    return true;
}

void bounds_mean(const struct roster_json *settings, struct tenant_bounds *out)
{
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        // What a newer version wrote and this one cannot read does not bound.
        (void)rows[at].take(json_find_text(settings, rows[at].key), out);
    }
}

enum outcome bounds_check(const struct context *ctx, const struct roster_resource_type *type,
                          struct roster_error *err)
{
    const struct tenant_bounds *bounds = &ctx->view->settings.bounds;
    bool is_user = type->number == TYPE_NUMBER_USER;
    bool is_group = type->number == TYPE_NUMBER_GROUP;
    int64_t max = is_user ? bounds->users_max : (is_group ? bounds->groups_max : 0);
    int64_t count = 0;
    if (max == 0) {
        return OUTCOME_DONE;
    }
    enum store_outcome got = counter_read(ctx->conn, ctx->actor->tenant, type->number, &count);
    if (got != STORE_OK) {
        return outcome_of_store(got, err);
    }
    if (count < max) {
        return OUTCOME_DONE;
    }
    fail(err, ROSTER_ERR_FORBIDDEN, 0,
         "the tenant has %lld of at most %lld %s: delete some, or ask the operator of this server "
         "for more (%s-max)",
         (long long)count, (long long)max, is_user ? "users" : "groups",
         is_user ? "users" : "groups");
    return OUTCOME_REFUSED;
}
