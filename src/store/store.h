// store/store.h: opening the store, connections, transactions.
//
// One process owns a store: store_open takes the lock beside the file and holds it for life. A
// `conn` belongs to one thread. Readers see what was committed before their statement (or their
// snapshot) began. There is one writer connection; everything it does stands between conn_begin
// and conn_commit. Nothing above this layer knows SQL, row formats or files.
//
// Every function that may touch a tenant's data takes the tenant first. Text that comes back lives
// in the arena of the call.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/arena.h"
#include "base/check.h"
#include "base/error.h"

enum store_outcome {
    STORE_OK,
    STORE_NONE,     // no such row; nothing was changed
    STORE_TAKEN,    // a row with that key is there already; nothing was changed
    STORE_TIMEOUT,  // the deadline of the connection passed
    STORE_LARGE,    // more than a connection without a deadline may look at, or than any may
    STORE_FULL,     // the disk or a quota is full; the transaction must be rolled back
    STORE_FAILED,   // anything else; already logged; the transaction must be rolled back
};

struct store;
struct conn;

struct store_options {
    const char *url;      // sqlite:PATH; made when absent
    const char *unicode;  // version of the tables behind fold_key
    long fail_at;         // tests: the n-th driver call fails; -1: none yet (see store_fail_at)
    long page_max;        // tests: PRAGMA max_page_count (0: none)
};

// Opens, locks, migrates, checks checksums and versions. NULL and `err` (UNAVAILABLE with one line
// that says what to do) when another process owns the store, or it is damaged or too new.
MUST_CHECK struct store *store_open(const struct store_options *options, struct roster_error *err);
// Whether another process holds the lock of the store at `url`.
bool store_is_owned(const char *url);
// Writes what the store at `url` holds now into a new file, whoever owns it: a copy of one moment,
// without keys and journal. UNAVAILABLE when the store cannot be read or the file not be made.
MUST_CHECK bool store_copy(const char *url, const char *path, struct roster_error *err);
// The URL that it was opened with.
const char *store_url(const struct store *store);
// Path of the administration socket beside the store ("PATH.sock").
bool store_socket_path(const char *url, struct roster_arena *arena, str *out);
// The folder of the journal beside the store ("PATH.journal").
bool store_journal_path(const char *url, struct roster_arena *arena, str *out);
// Where keys of the store for a purpose ("cursor") live: the folder "keys" beside it, and what
// their names begin with: the stores of one folder have their own.
bool store_keys_place(const struct store *store, const char *purpose, struct roster_arena *arena,
                      str *folder, str *name);
// Version of the library behind sqlite: stores ("3.40.1").
const char *store_engine_version(void);
// All readers must be closed. Checkpoints, so that no WAL is left behind.
void store_close(struct store *store);

// The writer connection, owned by the store. For one thread only. NULL while it cannot be opened.
struct conn *store_writer(struct store *store);
// After a failed commit: throws the writer connection away and opens it anew (see store_writer).
// False: still broken, and there is no writer until a later call succeeds.
MUST_CHECK bool store_reopen_writer(struct store *store);
// A new read connection for the calling thread, which keeps so many pages in memory at most. NULL
// when it cannot be had.
MUST_CHECK struct conn *store_reader(struct store *store, size_t cache_kib);
struct store *conn_store(struct conn *conn);
void conn_close(struct conn *conn);  // readers only; NULL is accepted

MUST_CHECK enum store_outcome conn_begin(struct conn *writer);
// STORE_OK: durable. Anything else: the outcome is unknown, see store_reopen_writer.
MUST_CHECK enum store_outcome conn_commit(struct conn *writer);
void conn_rollback(struct conn *writer);
// Whether the last commit failed: the connection has to be opened anew.
bool conn_commit_failed(const struct conn *writer);
// False when an error ended the transaction behind our back.
bool conn_in_transaction(const struct conn *writer);
// Moves the log into the file when it exceeds LOG_BYTES_MAX: a thread of the store does most of
// it. Between transactions only.
void conn_checkpoint(struct conn *writer);
// Holds one snapshot over several reads.
MUST_CHECK enum store_outcome conn_snapshot(struct conn *reader);
void conn_release(struct conn *reader);
// Beginning and ending a read costs as much as a small read. From here on the reads of this
// connection share a snapshot that shows all that was committed before the call: the one it has, as
// long as this process has committed nothing since. Call it at the start of what has to be seen as
// a whole, and conn_rest before the thread waits, for a held snapshot keeps the log from starting
// anew.
void conn_hold(struct conn *reader);
void conn_rest(struct conn *reader);
// Reads of this connection end with STORE_TIMEOUT after `ms` from now, or SCAN_STEPS_MAX steps of
// the engine; 0 takes the deadline away.
void conn_deadline(struct conn *reader, int ms);
// Steps of the engine since a deadline was set last, but for a few thousand.
int64_t conn_steps(const struct conn *reader);
// Tests: the n-th driver call from now on fails (0: none). Only with options.fail_at.
void store_fail_at(struct store *store, long call);
// Calls until the one that fails; 0 or less: it was met, or none was asked for.
long store_fail_left(const struct store *store);
// Cheap sign of life for /readyz.
MUST_CHECK enum store_outcome conn_ping(struct conn *conn);

#endif
