// server/app.h: the whole server without sockets and threads.
//
// A request is an http_exchange, wherever it comes from. app_admit looks at its head (who asks,
// what for, may it), app_begin runs what a loop thread may run. Then the request is done, or it
// waits for the writer (app_write) or a worker (app_work); app_finish renders what came of it on
// the thread of its loop. Scenario tests, fuzzers and the daemon all call these.
//
//   admit ─ begin ─┬─ DONE
//                  ├─ KEYS ── app_fetch ── app_again: as begin
//                  ├─ WRITE ─ app_write (batch, one commit) ─┐
//                  └─ WORK ── app_work ─────────────────────┴─ pending->step ─ finish
//
// A bulk job goes between worker and writer until pending->step says that it is done.
//
// The request's arena (exchange->arena) has one owner at a time: who holds the pending.
// SPDX-License-Identifier: Apache-2.0
#ifndef SERVER_APP_H
#define SERVER_APP_H

#include "auth/guesses.h"
#include "core/bulk.h"
#include "core/read.h"
#include "core/search.h"
#include "core/write.h"
#include "http/http.h"
#include "journal/record.h"
#include "server/actors.h"
#include "server/media.h"
#include "server/metrics.h"
#include "server/network.h"
#include "server/target.h"

struct journal;
struct journal_lane;

struct app_options {
    struct store *store;
    const struct env *env;
    struct http_tls *tls;           // of the listener; NULL: none
    str public_url;                 // without slash at its end
    str domain;                     // empty: no tenants by host name
    const struct network *proxies;  // whose X-Forwarded-For is believed
    int proxy_count;
    struct rate rate;                     // of a tenant that has none of its own
    const struct network *jwks_networks;  // where keys of issuers may be, besides the internet
    int jwks_network_count;
    const char *jwks_ca;  // certificates of authorities whose servers issuers' keys come from
};

// Shared by all threads; immutable but for what is atomic.
struct app {
    struct app_options options;
    struct roster_arena *arena;
    const struct roster_registry *registry;
    const struct index_set *const *indexes;
    struct registries *registries;  // of tenants that have their own
    _Atomic uint64_t generation;    // moved on by administration
    _Atomic bool store_broken;      // the writer cannot reach the store
    _Atomic int streams;            // large answers being sent
    _Atomic int bulk_jobs;          // under way
    _Atomic int64_t bulk_bytes;     // that they may come to take
    _Atomic int heap_looks;         // app_heap_is_loose
    _Atomic int64_t stop_us;        // from when on bulk jobs are ended; 0: the server does not stop
    struct keyring *keys;           // of cursors
    struct issuer_keys *issuers;    // that sign tokens of trusted issuers
    struct replays *replays;        // of assertions
    struct walks *walks;
    struct uses *uses;  // of credentials, last
    struct silences *silences;
    struct endings *endings;  // of credentials, next
    struct shares *shares;
    struct guesses *guesses;
    struct guesses *strangers;  // who ask without a credential
    _Atomic uint64_t rate;      // app_rate, as one word
    struct journal *journal;    // NULL: none is kept
    struct metrics metrics;
};

MUST_CHECK bool app_open(struct app *app, const struct app_options *options,
                         struct roster_error *err);
void app_close(struct app *app);
// After a change of tenants or tokens: every credential is looked up anew.
void app_forget_actors(struct app *app);
// The rate of a tenant that has none of its own.
struct rate app_rate(const struct app *app);
void app_set_rate(struct app *app, struct rate rate);

// What has to be done once in TEND_MS, on the writer's thread, outside of a transaction.
void app_tend(struct app *app, struct conn *writer);

// What a thread brings along: its read connection and its credentials. Each step of a request
// begins with conn_hold; whoever runs them calls conn_rest at the end of a pass.
struct lane {
    struct app *app;
    struct conn *conn;
    struct actors *actors;
    struct journal_lane *journal;       // NULL: its requests are not noted
    struct record note;                 // room for what the journal gets of one request …
    char headers[JOURNAL_HEADERS_MAX];  // … and for its headers
    const struct share *last;           // of the tenant that asked last
    int64_t switched_us;                // when another one had asked before it
    int64_t mixed_us;                   // when that was so the time before
    uint32_t request_prefix;
    uint32_t request_count;
};

// `cache_kib`: what its connection keeps of the store in memory.
MUST_CHECK bool lane_open(struct lane *lane, struct app *app, size_t cache_kib,
                          struct roster_error *err);
void lane_close(struct lane *lane);

// STEP_KEYS: app_fetch on a thread that may wait, then app_again in the place of app_begin.
enum step { STEP_DONE, STEP_WRITE, STEP_WORK, STEP_KEYS };

// What a refusal says in WWW-Authenticate besides the scheme (RFC 6750 section 3.1).
enum challenge {
    CHALLENGE_PLAIN,    // nothing: no credential was sent
    CHALLENGE_REQUEST,  // invalid_request
    CHALLENGE_TOKEN,    // invalid_token
    CHALLENGE_SCOPE,    // insufficient_scope
    CHALLENGE_OTHER,    // nothing: the credential that failed was of another scheme
};

struct route;

// One request on its way. Lives in the exchange's arena.
struct pending {
    struct app *app;
    struct http_exchange *exchange;
    struct target target;
    const struct route *route;
    const struct roster_resource_type *type;
    str id;
    struct actor actor;
    uint64_t generation;     // in which the actor was looked up
    struct arena_mark mark;  // what is younger is not needed to refuse the request
    struct tenant_view view;
    int64_t schemas;              // revision of the tenant's schemas that the view shows
    struct tenant_registry *own;  // what the view points to; NULL: the built-in registry
    struct roster_quirks quirks;
    struct context ctx;
    struct search_request request;
    const struct projection *projection;
    enum media media;
    bool authenticated;
    bool admitted;  // false: err says why not
    enum challenge challenge;
    struct share *share;  // of the tenant; NULL before it is known
    int retry_after_s;    // of a refusal; 0: RETRY_AFTER_S
    bool offers_basic;    // a refusal names Basic beside Bearer
    str keys_wanted;      // source of keys that it waits for; empty: none
    bool waited_for_keys;
    struct write write;
    bool is_write;
    bool is_read;  // of one resource, by a worker, which has answered it
    struct search_call search;
    struct search_result result;
    int64_t bulk_bytes;        // that it may come to take, until it is over
    struct bulk_job *bulk;     // NULL: it is none
    struct token_call *token;  // request for an access token that waits for the writer; NULL: none
    enum step step;            // where it goes behind the writer or a worker
    struct conn *stream;       // snapshot that the answer is streamed from; NULL: it is in memory
    struct roster_error err;
    enum outcome outcome;
    bool queue_full;          // refused by a queue; answered on the thread of its loop
    struct pending *next;     // in a list of the loop's
    struct fair_item queued;  // for the writer or a worker
    int64_t began_us;
};

// The requests of one transaction. Who came while the first of them ran is still in it.
struct batch {
    // The next one that waits, NULL when none does. cost_us is what the last member cost.
    struct pending *(*next)(struct batch *batch);
    void *ctx;
    int64_t cost_us;
    size_t count;
    struct pending *members[BATCH_REQUESTS_MAX];
};

static inline struct pending *pending_of_item(struct fair_item *item)
{
    return (struct pending *)((char *)item - offsetof(struct pending, queued));
}

// Looks at the head. Always gives a pending (NULL only without memory); `admitted` says whether it
// may go on, app_begin answers a refusal.
MUST_CHECK struct pending *app_admit(struct lane *lane, struct http_exchange *exchange);
// Number of the client's connection; 0: it is not known, because a proxy sends the requests of many
// clients over one.
uint64_t pending_connection(const struct pending *pending);
// Runs the request, or answers its refusal. STEP_DONE: exchange->reply is filled.
MUST_CHECK enum step app_begin(struct lane *lane, struct pending *pending);
// Gets the keys that the request waits for. On the one thread that does so.
void app_fetch(struct app *app, const struct pending *pending);
// The same without a request: what is old. Once in KEYS_WATCH_MS.
void app_fetch_old(struct app *app);
// On the thread of the lane, behind app_fetch: looks at the head again and runs the request.
MUST_CHECK enum step app_again(struct lane *lane, struct pending *pending);
// On a worker, with the worker's connection and deadline. pending->step says where it goes now: a
// write whose password was hashed goes to the writer.
void app_work(struct lane *worker, struct pending *pending);
// One batch on the writer's thread: one transaction, one commit. It takes requests until none
// waits or its time is over, and gives each its outcome and step. False: the outcome of the commit
// is unknown and the writer has to be opened anew.
MUST_CHECK bool app_write(struct app *app, struct batch *batch);
// Back on the thread of the lane: fills exchange->reply.
void app_finish(struct lane *lane, struct pending *pending);
// Makes the registry of a credential what the view shows.
void app_show_schemas(struct pending *pending, const struct actor_entry *entry);
// When the exchange is over, and nothing of its answer is read any more. NULL is accepted.
void app_release(struct pending *pending);
// Whether requests have ended, up to two looks ago, that took much memory: what they freed lies in
// the heaps of threads, between what is in use, until somebody gives it back. Any thread.
bool app_heap_is_loose(struct app *app);
void app_loosen_heap(struct app *app);  // such a request is about to end
// Makes `schemas` what the view shows, found over `conn`. False: err is UNAVAILABLE.
MUST_CHECK bool app_take_schemas(struct pending *pending, struct conn *conn, int64_t schemas);
// Whether the credential may still do what it began, as `conn` sees it now; `row` gets it, and the
// actor the policy of its source. False: err and outcome say why not.
MUST_CHECK bool app_is_live(struct pending *pending, struct conn *conn, struct token_row *row);
// Behind AUTH_SUSPENDED. Always false.
bool app_refuse_suspended(struct pending *pending);
// A refusal from outside: a full queue, a server that stops.
void app_refuse(struct lane *lane, struct pending *pending);
// Whether a job that wants to go on may not, because the server stops. It is ended then: finish it.
bool app_is_cut_off(struct pending *pending, bool queue_is_closed);

#endif
