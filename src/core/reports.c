// reports.c: finding users by their manager, the way any filter finds them.
// SPDX-License-Identifier: Apache-2.0
#include "core/reports.h"

#include "store/search.h"

enum { REPORTS_PAGE = 100 };

static bool print_filter(struct roster_arena *arena, str manager_id, str *out)
{
    struct text text;
    text_init(&text, arena, FILTER_TEXT_MAX);
    text_add(&text, URI_ENTERPRISE);
    text_lit(&text, ":manager.value eq ");
    json_write_string(&text, manager_id);
    *out = text_str(&text);
    return !text.full;
}

enum outcome reports_find(const struct context *ctx, const struct roster_resource_type *type,
                          str manager_id, struct resource_row **rows, size_t *count,
                          struct roster_error *err)
{
    struct scope scope = context_scope(ctx, type);
    struct search search = {
        .tenant = ctx->actor->tenant,
        .source = ctx->actor->source,
        .type = type,
        .indexes = context_indexes(ctx, type),
    };
    struct search_plan *plan = NULL;
    str text = {0};
    *count = 0;
    if (type_extension(type, URI_ENTERPRISE) == NULL) {
        return OUTCOME_DONE;
    }
    if (!print_filter(ctx->arena, manager_id, &text)) {
        fail_memory(err);
        return OUTCOME_REFUSED;
    }
    if (!filter_parse(&scope, text, &search.filter, err) ||
        !search_compile(ctx->store, &search, ctx->arena, &plan, err)) {
        return OUTCOME_REFUSED;
    }
    struct hit *hits = NULL;
    enum store_outcome got =
        search_page(ctx->conn, plan, 0, REPORTS_PAGE, ctx->arena, &hits, count);
    *rows = arena_array(ctx->arena, *count + 1, sizeof(**rows));
    if (*rows == NULL) {
        fail_memory(err);
        return OUTCOME_REFUSED;
    }
    for (size_t at = 0; at < *count; at++) {
        (*rows)[at] = hits[at].row;
    }
    return outcome_of_store(got, err);
}
