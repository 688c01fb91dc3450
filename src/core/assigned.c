// assigned.c: values of users against what their tenant lists.
//
// What somebody has already may stay, or nobody could be deactivated once a role is gone.
// SPDX-License-Identifier: Apache-2.0
#include "core/assigned.h"

enum store_outcome assigned_find(const struct context *ctx, int type, str value,
                                 struct resource_row *row, struct roster_error *err)
{
    const struct roster_resource_type *found = registry_type_number(ctx->view->registry, type);
    struct roster_json *probe = json_new(ctx->arena, JSON_OBJECT);
    struct index_entry *entry = NULL;
    int64_t number = 0;
    if (found == NULL) {
        return STORE_NONE;
    }
    if (probe == NULL || !json_put_string(probe, ctx->arena, STR("value"), value) ||
        !index_extract(context_indexes(ctx, found), probe, ctx->arena, &entry, err)) {
        return STORE_FAILED;
    }
    while (entry != NULL && !entry->unique) {
        entry = entry->next;
    }
    enum store_outcome got = entry == NULL
                                 ? STORE_NONE
                                 : unique_find(ctx->conn, ctx->actor->tenant, type, entry, &number);
    return got == STORE_OK ? resource_load(ctx->conn, ctx->actor->tenant, number,
                                           ctx->actor->source, ctx->arena, row)
                           : got;
}

static const struct roster_json *first_of(const struct roster_json *resource, str name)
{
    const struct roster_json *list = json_find(resource, name);
    return json_is(list, JSON_ARRAY) ? list->first : NULL;
}

static bool has_value(const struct roster_json *resource, str name, str value)
{
    const struct roster_json *one = first_of(resource, name);
    while (one != NULL && !str_equal(json_find_text(one, STR("value")), value)) {
        one = one->next;
    }
    return one != NULL;
}

static enum outcome check_value(const struct context *ctx, str name, int type, str value,
                                struct roster_error *err)
{
    struct resource_row row = {0};
    struct roster_json *found = NULL;
    enum store_outcome got = assigned_find(ctx, type, value, &row, err);
    if (got != STORE_OK && got != STORE_NONE) {
        return outcome_of_store(got, err);
    }
    if (got == STORE_OK && !roster_json_read(row.document, ctx->arena, &found, err)) {
        return OUTCOME_REFUSED;
    }
    if (got == STORE_OK && !json_is(json_find(found, STR("supported")), JSON_FALSE)) {
        return OUTCOME_DONE;
    }
    fail(err, ROSTER_ERR_INVALID_VALUE, 0, "%.*s: \"%.*s\" is none that can be given here",
         STR_ARGS(name), STR_ARGS(str_head(value, value.len < 100 ? value.len : 100)));
    return OUTCOME_REFUSED;
}

enum outcome assigned_check(const struct context *ctx, const struct roster_resource_type *type,
                            const struct roster_json *before, const struct roster_json *after,
                            struct roster_error *err)
{
    static const struct {
        str name;
        int type;
    } rows[] = {{STR_INIT("roles"), TYPE_NUMBER_ROLE},
                {STR_INIT("entitlements"), TYPE_NUMBER_ENTITLEMENT}};
    bool asks = type->number == TYPE_NUMBER_USER &&
                tenant_switch_is_on(&ctx->view->settings, TENANT_ROLES_ENFORCED);
    enum outcome outcome = OUTCOME_DONE;
    for (size_t at = 0; at < COUNT_OF(rows) && asks; at++) {
        const struct roster_json *one = first_of(after, rows[at].name);
        for (; one != NULL && outcome == OUTCOME_DONE; one = one->next) {
            str value = json_find_text(one, STR("value"));
            if (value.len > 0 && !has_value(before, rows[at].name, value)) {
                outcome = check_value(ctx, rows[at].name, rows[at].type, value, err);
            }
        }
    }
    return outcome;
}
