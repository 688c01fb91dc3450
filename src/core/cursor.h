// core/cursor.h: cursors (RFC 9865): where a page begins, sealed, so that the server keeps nothing.
//
//   base64url(version ‖ key id ‖ sealed(flags ‖ type ‖ row ‖ issued ‖ count ‖ order key))
//
// A cursor opens only for the request that it was made for: tenant, credential, endpoint, filter,
// order and projection are sealed beside it. Possession gives no right: every page is authorised
// anew, and shows what the credential may see then.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_CURSOR_H
#define CORE_CURSOR_H

#include "core/collect.h"
#include "scim/message.h"
#include "sys/keyring.h"

struct cursor {
    struct place place;  // the page comes behind it in its direction
    bool edge;           // there is no place: from the beginning, or backward from the end
    bool backward;
    bool uncounted;  // totalResults was too costly for the first page: do not try again
    int64_t issued_ms;
    size_t count;  // size of the pages
};

// What a cursor belongs to. It must be the same on every page.
struct cursor_scope {
    int64_t tenant;
    int64_t credential;
    int type;      // number of the type; 0: all
    bool in_body;  // .search is an endpoint of its own
    const struct search_request *request;
};
struct cursor_binding {
    unsigned char bytes[DIGEST_LEN];
};
struct cursor_binding cursor_bind(const struct cursor_scope *scope);

// False: the arena is full.
MUST_CHECK bool cursor_print(struct keyring *keys, const struct cursor_binding *binding,
                             const struct cursor *cursor, const struct env *env,
                             struct roster_arena *arena, str *out);

struct cursor_text {
    str text;
    int64_t now_ms;
    size_t count;  // what this request asks for
};
// INVALID_CURSOR, in the same words whatever is wrong with it, INVALID_COUNT, EXPIRED_CURSOR.
MUST_CHECK bool cursor_parse(struct keyring *keys, const struct cursor_binding *binding,
                             const struct cursor_text *given, struct roster_arena *arena,
                             struct cursor *out, struct roster_error *err);

#endif
