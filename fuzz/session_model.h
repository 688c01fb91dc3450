// session_model.h: what must be there, and what of it may have changed.
//
// The model knows resources by the answers that acknowledged them. Behind each request it looks at
// all of them again, with a credential that sees everything, and holds what it sees against what
// the request was told.
// SPDX-License-Identifier: Apache-2.0
#ifndef SESSION_MODEL_H
#define SESSION_MODEL_H

#include "fuzz/session_world.h"

enum { KNOWN_MAX = 10, PATH_BYTES = 300 };

// One look at a resource.
struct view {
    int status;
    char tag[ETAG_LEN_MAX + 1];
    uint64_t whole;    // hash of the body
    uint64_t content;  // hash without meta
};

struct known {
    char path[PATH_BYTES];  // "Users/ID"
    bool dead;
    struct view view;
};

struct model {
    struct known known[TENANTS][KNOWN_MAX];
    size_t count[TENANTS];
};

// What a request says of itself.
struct asked {
    size_t sender;
    str method;
    str path;  // with its query
    str body;
};

void model_begin(struct model *model, struct world *world);
// Behind a request and its answer (with its copies: the model sends requests of its own).
void model_after(struct model *model, struct world *world, const struct asked *asked, int status,
                 const struct roster_json *answer, str location);
// At the end: pages show each living person once; tenant B is as it was, unless it changed itself.
void model_end(struct model *model, struct world *world, bool b_asked);
// "ID" of the n-th known resource; empty: there is none.
str model_id(const struct model *model, int tenant, size_t n);

#endif
