// tests/kit/rig.h: the whole server in one thread, without sockets, on a store of its own.
//
//   struct rig rig;
//   rig_open(&rig);
//   rig_tenant(&rig, "acme", "interop", token);
//   struct rig_reply reply = rig_send(&rig, "GET", "/scim/v2/Users", headers, count, body);
//   rig_close(&rig);
// SPDX-License-Identifier: Apache-2.0
#ifndef KIT_RIG_H
#define KIT_RIG_H

#include "server/app.h"

struct rig {
    char folder[64];
    char url[96];
    int64_t now_us;   // its monotonic clock, which stands still but for rig_skip …
    int64_t tick_us;  // … and what each look at it takes
    struct store *store;
    struct app app;
    struct lane lane;
    struct roster_arena *arena;  // of the request that was sent last
    struct env env;
    const struct http_certificate *client;  // that requests come with; NULL: none
    int64_t ahead_ms;                       // how far its clock is ahead of the machine's
    int64_t stopped_ms;                     // where rig_clock has stopped it; 0: it runs
};

struct rig_reply {
    const struct http_reply *reply;
    int status;
    str body;
    bool waited;  // it went through the writer or a worker
};

void rig_open(struct rig *rig);
// The same in memory, where there is room: its commits wait for no disk.
void rig_open_in_memory(struct rig *rig);
void rig_close(struct rig *rig);
// Stops the server and starts it again on its store.
void rig_restart(struct rig *rig);
// Makes the tenant if it is new, and a token of the source ("" for the default one).
void rig_tenant(struct rig *rig, const char *tenant, const char *profile);
void rig_token(struct rig *rig, const char *tenant, const char *source, struct secret *token);
// A token as it is asked for; gives its number.
int64_t rig_token_as(struct rig *rig, const struct token_request *request, struct secret *token);
// A client as it is asked for; `id` has room for CLIENT_ID_LEN + 1 characters.
void rig_client_as(struct rig *rig, const struct token_request *request, char *id,
                   struct secret *secret);
// What an administrator acts with; moves the generation on behind the last call. Lives until the
// next request.
struct admin rig_admin(struct rig *rig);
// Adds what a file would declare; `extends` may be empty. False: refused, `err` says why.
bool rig_schema(struct rig *rig, const char *tenant, str text, str extends, bool required,
                struct roster_error *err);
void rig_set(struct rig *rig, const char *tenant, const char *key, const char *value);
// One batch of the writer: as many of the *count first as it takes; *count gets how many.
bool rig_write(struct rig *rig, struct pending *const *requests, size_t *count);
// From here on it is `now_ms`, until the next call.
void rig_clock(struct rig *rig, int64_t now_ms);
// Lets time pass for what is counted in time: rates.
void rig_skip(struct rig *rig, int64_t us);
// Sends a request; what comes back lives until the next one. `path` with its query.
struct rig_reply rig_send(struct rig *rig, str method, str path, const struct http_header *headers,
                          size_t header_count, str body);

#endif
