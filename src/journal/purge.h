// journal/purge.h: taking somebody out of a journal.
// SPDX-License-Identifier: Apache-2.0
#ifndef JOURNAL_PURGE_H
#define JOURNAL_PURGE_H

#include "base/arena.h"
#include "base/check.h"
#include "base/error.h"

struct journal_purge {
    str tenant;        // of the records; those of unknown senders stay
    const str *names;  // ids and userNames: a record that says one of them anywhere goes
    size_t count;      // 0: every record of the tenant goes
};

struct journal_purged {
    size_t dropped;
    size_t kept;  // other records of the tenant
};

// Writes every segment anew without those records; *out says how many they were. For any
// process: a server that writes the journal goes on in a new segment. What it has in memory still
// is not seen: call journal_sync before, or in another process wait JOURNAL_FLUSH_MS. A journal
// that is not there has nothing to lose. False: UNAVAILABLE, and some segments are as they were.
MUST_CHECK bool journal_purge(const char *folder, const struct journal_purge *what,
                              struct journal_purged *out, struct roster_error *err);

#endif
