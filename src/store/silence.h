// store/silence.h: when each source called last, how long it is usually quiet, and whether its
// silence is an alarm. What it means is core/silence.h.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_SILENCE_H
#define STORE_SILENCE_H

#include "store/store.h"

struct silence_row {
    int64_t tenant;
    int64_t source;
    int64_t heard_ms;     // the last call, to the minute
    int64_t from_ms;      // silence before does not count: the tenant was suspended
    int64_t alarm_at_ms;  // when it has to be looked at; 0: not before the next call
    int64_t alarmed_ms;   // since when it is an alarm; 0: it is none
    str days;             // JSON
    struct silence_row *next;
};

// STORE_NONE: it was never heard; *row is an empty one then.
MUST_CHECK enum store_outcome silence_load(struct conn *conn, int64_t tenant, int64_t source,
                                           struct roster_arena *arena, struct silence_row *row);
MUST_CHECK enum store_outcome silence_save(struct conn *writer, const struct silence_row *row);
// Those that have to be looked at, `limit` at most.
MUST_CHECK enum store_outcome silence_due(struct conn *conn, int64_t now_ms, int limit,
                                          struct roster_arena *arena, struct silence_row **first);
// Sources of all tenants whose silence is an alarm.
MUST_CHECK enum store_outcome silence_count(struct conn *conn, int64_t *out);
// Its rules have changed: all sources of the tenant are looked at anew, and silence before
// `from_ms` does not count (0: it does).
MUST_CHECK enum store_outcome silence_again(struct conn *writer, int64_t tenant, int64_t from_ms);
// A tenant that is suspended is silent on purpose.
MUST_CHECK enum store_outcome silence_rest(struct conn *writer, int64_t tenant);
// The name of the source, and whether it has a credential that was not revoked.
MUST_CHECK enum store_outcome silence_source(struct conn *conn, const struct silence_row *row,
                                             struct roster_arena *arena, str *name, bool *wanted);
// When the store was served last, as far as it was written; 0: never.
MUST_CHECK enum store_outcome served_load(struct conn *conn, int64_t *served_ms);
MUST_CHECK enum store_outcome served_save(struct conn *writer, int64_t served_ms);

#endif
