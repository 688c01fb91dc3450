// store/conn.h: what a store and a connection are made of, for this layer only.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_CONN_H
#define STORE_CONN_H

#include "base/limits.h"
#include "store/driver.h"
#include "store/pending.h"
#include "store/statements.h"
#include "store/store.h"

#include <pthread.h>

// One kept text. An unused slot has no text.
struct sql_slot {
    str text;
    uint64_t hash;
    struct driver_statement *statement;
    uint64_t used;  // by the count of statements begun: the oldest makes room
    bool busy;
};

struct conn {
    struct store *store;
    struct driver_link *link;
    bool writer;
    struct driver_statement *statements[STATEMENT_COUNT];
    bool busy[STATEMENT_COUNT];
    struct sql_slot slots[STATEMENTS_DYNAMIC_MAX];
    uint64_t begun;
    struct roster_arena *scratch;  // rewound by who uses it
    struct pending *pending;       // of the writer
    bool dirty;                    // a transaction began that was not committed
    bool commit_failed;            // the last commit
    // Of a reader
    int active;     // statements that were begun and not ended
    bool patient;   // reads have a deadline, so they may take longer than a loop can wait
    bool snapshot;  // of conn_snapshot
    bool held;      // by conn_hold
    uint64_t seen;  // the store's commits when that began
};

struct attribute {
    int number;
    int type;
    str path;
};

// A tenant's attribute that has values too long for the index: what is read off it is inexact.
struct truncated {
    int64_t tenant;
    int attr;
};

struct store {
    _Atomic uint64_t commits;  // moved on by each, before anybody is told of it
    const struct driver *driver;
    const char *const *statements;  // texts of the driver
    char *url;
    const char *place;      // in `url`
    char keys_version[48];  // under which index keys are made
    int lock;               // file that is locked; -1: none
    long fail_at;
    long page_max;
    struct conn *writer;
    struct checkpointer *checkpointer;  // NULL until the log is long for the first time
    struct roster_arena *arena;         // lives as long as the store
    struct attribute *attributes;
    size_t attribute_count;
    pthread_rwlock_t truncated_lock;
    struct truncated *truncated;
    size_t truncated_count;
    size_t truncated_cap;
};

// Opens a link with its cache; NULL and `err` when that fails.
struct conn *conn_open(struct store *store, bool writer, size_t cache_kib,
                       struct roster_error *err);
// Closes any connection. False: the engine says that something is still open.
bool conn_end(struct conn *conn);

// Number of an attribute of a type, 0 when it has none.
int store_attribute(const struct store *store, int type, str path);
// Whether any value of a tenant's attribute was ever too long; and noting that one is.
bool store_is_truncated(struct store *store, int64_t tenant, int attr);
bool store_note_truncated(struct store *store, int64_t tenant, int attr);

#endif
