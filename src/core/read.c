// read.c: answering one resource.
// SPDX-License-Identifier: Apache-2.0
#include "core/read.h"

#include "core/location.h"
#include "core/sight.h"

enum outcome outcome_of_store(enum store_outcome outcome, struct roster_error *err)
{
    switch (outcome) {
    case STORE_OK:
    case STORE_NONE:
        return OUTCOME_DONE;
    case STORE_TIMEOUT:
        fail(err, ROSTER_ERR_TOO_MANY, 0,
             "the query takes too long: filter on userName, externalId, displayName or e-mail, or "
             "ask for less at once");
        return OUTCOME_REFUSED;
    case STORE_LARGE:
        fail(err, ROSTER_ERR_TOO_MANY, 0,
             "the groups are nested in more than %d ways: leave them out with "
             "excludedAttributes=groups, or ask for fewer users at once",
             GROUPS_LINKS_WORKER_MAX);
        return OUTCOME_REFUSED;
    case STORE_FULL:
        fail(err, ROSTER_ERR_UNAVAILABLE, 0, "the disk of the store is full: nothing was changed");
        return OUTCOME_BROKEN;
    case STORE_TAKEN:
    case STORE_FAILED:
        break;
    }
    fail(err, ROSTER_ERR_UNAVAILABLE, 0, NULL);
    return OUTCOME_BROKEN;
}

enum outcome outcome_of_read(const struct context *ctx, enum store_outcome outcome,
                             struct roster_error *err)
{
    return outcome == STORE_LARGE && !ctx->on_worker ? OUTCOME_DEFER
                                                     : outcome_of_store(outcome, err);
}

static enum outcome full(struct roster_error *err)
{
    fail_memory(err);
    return OUTCOME_REFUSED;
}

static const struct group_list no_groups;

// `groups` NULL: they are not known.
static enum outcome represent(const struct context *ctx, const struct roster_resource_type *type,
                              const struct resource_row *row, const struct group_list *groups,
                              const struct projection *projection, struct read_result *out,
                              struct roster_error *err)
{
    struct representation rep;
    represent_init(&rep, ctx, type, projection);
    if (!location_make(ctx->arena, ctx->base, type->endpoint, row->id, &out->location)) {
        return full(err);
    }
    rep.location = out->location;
    answer_init(&out->answer, ctx->arena);
    enum store_outcome got = represent_write(&rep, row, groups, &out->answer, &out->tag);
    if (!answer_end(&out->answer)) {
        return full(err);
    }
    if (got != STORE_OK) {
        return outcome_of_read(ctx, got, err);
    }
    if (rep.too_large) {
        return OUTCOME_STREAM;
    }
    return OUTCOME_DONE;
}

enum outcome read_row(const struct context *ctx, const struct roster_resource_type *type,
                      const struct resource_row *row, const struct projection *projection,
                      struct read_result *out, struct roster_error *err)
{
    return represent(ctx, type, row, NULL, projection, out, err);
}

enum outcome read_created(const struct context *ctx, const struct roster_resource_type *type,
                          const struct resource_row *row, const struct projection *projection,
                          struct read_result *out, struct roster_error *err)
{
    return represent(ctx, type, row, &no_groups, projection, out, err);
}

enum outcome read_resource(const struct context *ctx, const struct roster_resource_type *type,
                           str id, const struct projection *projection,
                           const struct conditions *conditions, struct read_result *out,
                           struct roster_error *err)
{
    struct resource_row row = {0};
    bool grouped = false;
    enum store_outcome got = resource_find_grouped(ctx->conn, ctx->actor->tenant, type->number, id,
                                                   ctx->actor->source, ctx->arena, &row, &grouped);
    got = sight_of(ctx, got, &row);
    if (got == STORE_NONE) {
        fail(err, ROSTER_ERR_NOT_FOUND, 0, "there is no %.*s with this id", STR_ARGS(type->name));
        return OUTCOME_REFUSED;
    }
    if (got != STORE_OK) {
        return outcome_of_store(got, err);
    }
    if (conditions->if_match.len > 0 &&
        !etag_list_has_revision(conditions->if_match, row.revision)) {
        fail(err, ROSTER_ERR_PRECONDITION_FAILED, 0, "the resource is at version %lld",
             (long long)row.revision);
        return OUTCOME_REFUSED;
    }
    enum outcome outcome =
        represent(ctx, type, &row, grouped ? NULL : &no_groups, projection, out, err);
    out->not_modified = outcome == OUTCOME_DONE && conditions->if_none_match.len > 0 &&
                        etag_list_has(conditions->if_none_match, &out->tag);
    return outcome;
}
