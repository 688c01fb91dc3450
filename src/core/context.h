// core/context.h: what a use case may know of one request.
//
// No use case knows HTTP or SQL. It gets a connection, who asks, the tenant's registry and quirks,
// and an arena; what it returns lives in that arena.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_CONTEXT_H
#define CORE_CONTEXT_H

#include "auth/actor.h"
#include "core/tenants.h"
#include "scim/quirks.h"
#include "scim/resource.h"
#include "store/member.h"
#include "sys/sys.h"

struct keyring;
struct walks;

// A tenant as the requests of one credential see it. Immutable while requests use it.
struct tenant_view {
    struct tenant_settings settings;
    const struct roster_registry *registry;
    const struct index_set *const *indexes;  // in the order of registry->types
};

struct context {
    struct conn *conn;  // a reader, or the writer inside its transaction
    struct store *store;
    const struct env *env;
    const struct actor *actor;
    const struct tenant_view *view;
    struct roster_arena *arena;
    struct roster_quirks *quirks;
    struct keyring *keys;  // that cursors are sealed with
    struct walks *walks;
    uint64_t connection;  // that the request came by; 0: it is not known
    str base;             // public URL with the prefix of the request, without slash at its end
    str address;          // of the client
    str request_id;
    // Of a write that is answered: what its body named. An attribute that is shown on request only
    // is shown to who has just written it. NULL: nothing.
    const struct roster_json *written;
    bool on_worker;  // long reads may be done here
    bool snapshot;   // conn holds a snapshot that an answer may be streamed from
};

static inline struct scope context_scope(const struct context *ctx,
                                         const struct roster_resource_type *type)
{
    return (struct scope){type, ctx->quirks, ctx->arena};
}

static inline const struct index_set *context_indexes(const struct context *ctx,
                                                      const struct roster_resource_type *type)
{
    return ctx->view->indexes[type - ctx->view->registry->types];
}

// The name of a resource type; empty for one that is gone.
static inline str context_type_name(const struct context *ctx, int number)
{
    const struct roster_resource_type *type = registry_type_number(ctx->view->registry, number);
    return type == NULL ? (str){0} : type->name;
}

// What a use case says when it is done, besides a filled result.
enum outcome {
    OUTCOME_DONE,
    OUTCOME_REFUSED,  // err says why
    OUTCOME_DEFER,    // too long for a loop thread: run it again on a worker
    OUTCOME_STREAM,   // too large for memory: run it again with a snapshot of its own
    OUTCOME_BROKEN,   // the store failed; nothing was acknowledged; err is UNAVAILABLE
};

// OUTCOME_BROKEN or _REFUSED with `err` filled for anything but STORE_OK and STORE_NONE.
enum outcome outcome_of_store(enum store_outcome outcome, struct roster_error *err);
// The same for what a read said; OUTCOME_DEFER for what a worker may look at, and a loop may not.
enum outcome outcome_of_read(const struct context *ctx, enum store_outcome outcome,
                             struct roster_error *err);

#endif
