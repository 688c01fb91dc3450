// search_one.c: a search at one resource is a search at its endpoint with its id as one more term.
// SPDX-License-Identifier: Apache-2.0
#include "core/search_one.h"

#include "core/sight.h"

#include "json/value.h"
#include "scim/filter.h"

// The filter is parsed on its own first: its errors must not speak of bytes that nobody sent, and
// it must not close the parentheses around it.
static bool check_filter(const struct context *ctx, const struct roster_resource_type *type,
                         const struct search_request *request, struct roster_error *err)
{
    struct scope scope = context_scope(ctx, type);
    const struct roster_filter *filter = NULL;
    if (!request->has_filter || filter_parse(&scope, request->filter, &filter, err)) {
        return true;
    }
    if (err->code == ROSTER_ERR_SENSITIVE) {
        err->code = ROSTER_ERR_INVALID_FILTER;
    }
    return false;
}

static bool put_filter(const struct context *ctx, str id, struct search_request *request)
{
    struct text text;
    text_init(&text, ctx->arena, arena_max(ctx->arena));
    text_lit(&text, "id eq ");
    json_write_string(&text, id);
    if (request->has_filter) {
        text_lit(&text, " and (");
        text_add(&text, request->filter);
        text_char(&text, ')');
    }
    request->filter = text_str(&text);
    request->has_filter = true;
    return !text.full;
}

enum outcome search_narrow(const struct context *ctx, const struct roster_resource_type *type,
                           str id, struct search_request *request, struct roster_error *err)
{
    struct resource_row row = {0};
    enum store_outcome got =
        resource_find_head(ctx->conn, ctx->actor->tenant, type->number, id, ctx->arena, &row);
    got = sight_of(ctx, got, &row);
    if (got == STORE_NONE) {
        fail(err, ROSTER_ERR_NOT_FOUND, 0, "there is no %.*s with this id", STR_ARGS(type->name));
        return OUTCOME_REFUSED;
    }
    if (got != STORE_OK) {
        return outcome_of_store(got, err);
    }
    if (!check_filter(ctx, type, request, err)) {
        return OUTCOME_REFUSED;
    }
    if (!put_filter(ctx, id, request)) {
        fail_memory(err);
        return OUTCOME_REFUSED;
    }
    return OUTCOME_DONE;
}
