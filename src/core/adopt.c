// adopt.c: comparing a create with what is there.
//
// The same is: the same externalId from the same source, a document that is what this body would
// have made, and the same members. A password does not count, for it cannot be compared, and what
// the server makes by itself is another one each time.
// SPDX-License-Identifier: Apache-2.0
#include "core/adopt.h"

#include "core/edges.h"
#include "core/made.h"
#include "core/sight.h"

#include <stdlib.h>

static enum store_outcome load(const struct context *ctx, const struct write *write,
                               struct resource_row *row)
{
    int64_t number = 0;
    enum store_outcome got = external_find(ctx->conn, ctx->actor->tenant, write->type->number,
                                           ctx->actor->source, write->external_id, &number);
    if (got == STORE_OK) {
        got = resource_load(ctx->conn, ctx->actor->tenant, number, ctx->actor->source, ctx->arena,
                            row);
    }
    return sight_of(ctx, got, row);
}

static enum outcome compare_documents(const struct context *ctx, const struct write *write,
                                      const struct resource_row *row, bool *same,
                                      struct roster_error *err)
{
    struct roster_json *stored = NULL;
    if (!roster_json_read(row->document, ctx->arena, &stored, err)) {
        return OUTCOME_REFUSED;
    }
    struct roster_json *id = json_find(stored, STR("id"));
    if (id != NULL) {
        json_remove(stored, id);
    }
    struct roster_json *sent = json_copy(ctx->arena, write->sent);
    if (sent == NULL) {
        fail_memory(err);
        return OUTCOME_REFUSED;
    }
    made_strip(write->type, stored);
    made_strip(write->type, sent);
    *same = json_equal(stored, sent);
    return OUTCOME_DONE;
}

static int by_row(const void *a, const void *b)
{
    const struct member_row *left = a;
    const struct member_row *right = b;
    return (left->row > right->row) - (left->row < right->row);
}

static bool rows_equal(const struct member_row *a, const struct member_row *b, size_t count)
{
    for (size_t at = 0; at < count; at++) {
        if (a[at].row != b[at].row) {
            return false;
        }
    }
    return true;
}

static enum outcome compare_members(const struct context *ctx, const struct write *write,
                                    int64_t group, bool *same, struct roster_error *err)
{
    struct edge_plan sent = {0};
    struct member_row *stored = NULL;
    size_t count = 0;
    enum outcome outcome = edges_resolve_values(ctx, EDGE_ADD, write->members, &sent, err);
    if (outcome != OUTCOME_DONE) {
        return outcome;
    }
    enum store_outcome got =
        sight_members(ctx, group, 0, sent.first->count + 1, false, ctx->arena, &stored, &count);
    if (got != STORE_OK && got != STORE_NONE) {
        return outcome_of_store(got, err);
    }
    qsort(sent.first->members, sent.first->count, sizeof(*stored), by_row);
    *same = count == sent.first->count && rows_equal(stored, sent.first->members, count);
    return OUTCOME_DONE;
}

enum outcome adopt_find(const struct context *ctx, struct write *write, bool *found,
                        struct roster_error *err)
{
    struct resource_row row = {0};
    *found = false;
    if (!tenant_switch_is_on(&ctx->view->settings, TENANT_ADOPT_IDENTICAL) ||
        write->external_id.len == 0) {
        return OUTCOME_DONE;
    }
    enum store_outcome got = load(ctx, write, &row);
    if (got == STORE_NONE) {
        return OUTCOME_DONE;
    }
    if (got != STORE_OK) {
        return outcome_of_store(got, err);
    }
    enum outcome outcome = compare_documents(ctx, write, &row, found, err);
    if (outcome == OUTCOME_DONE && *found && write->type->number == TYPE_NUMBER_GROUP) {
        outcome = compare_members(ctx, write, row.row, found, err);
    }
    if (outcome == OUTCOME_DONE && *found) {
        write->row = row;
        write->changed = false;
    }
    return outcome;
}
