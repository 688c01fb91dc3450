// discover.c: the discovery endpoints: read-only, conditional, never searched.
// SPDX-License-Identifier: Apache-2.0
#include "core/discovery.h"
#include "server/handlers.h"
#include "server/reply.h"

// Discovery takes no filter (RFC 7644 section 4).
static bool check_no_filter(struct pending *pending)
{
    return !pending->request.has_filter ||
           fail(&pending->err, ROSTER_ERR_FORBIDDEN, 0, "discovery endpoints take no filter");
}

static void answer(struct pending *pending, const struct discovery *found)
{
    struct read_result headers = {.tag = found->tag, .location = found->location};
    struct conditions conditions = request_conditions(pending);
    if (conditions.if_match.len > 0 && !etag_list_has(conditions.if_match, &found->tag)) {
        fail(&pending->err, ROSTER_ERR_PRECONDITION_FAILED, 0, "the document is at version %.*s",
             STR_ARGS(etag_str(&found->tag)));
        reply_error(pending);
        return;
    }
    if (conditions.if_none_match.len > 0 && etag_list_has(conditions.if_none_match, &found->tag)) {
        reply_empty(pending, 304);
    } else {
        reply_json(pending, found->body);
    }
    reply_resource_headers(pending, &headers);
}

typedef bool discovery_fn(const struct context *ctx, const struct discovery_request *request,
                          struct discovery *out, struct roster_error *err);

static enum step run(struct pending *pending, discovery_fn *discover)
{
    struct discovery found = {0};
    struct discovery_request request = {pending->id, pending->request.attributes,
                                        pending->request.excluded};
    if (check_no_filter(pending) && discover(&pending->ctx, &request, &found, &pending->err)) {
        answer(pending, &found);
    } else {
        reply_error(pending);
    }
    return STEP_DONE;
}

enum step handle_provider_config(struct lane *lane, struct pending *pending,
                                 const struct roster_json *body)
{
    return run(pending, discovery_provider_config);
}

enum step handle_resource_types(struct lane *lane, struct pending *pending,
                                const struct roster_json *body)
{
    return run(pending, discovery_resource_types);
}

enum step handle_schemas(struct lane *lane, struct pending *pending, const struct roster_json *body)
{
    return run(pending, discovery_schemas);
}

enum step handle_discovery_search(struct lane *lane, struct pending *pending,
                                  const struct roster_json *body)
{
    fail(&pending->err, ROSTER_ERR_FORBIDDEN, 0, "discovery endpoints are not searched: GET them");
    reply_error(pending);
    return STEP_DONE;
}
