// server/metrics.h: counters and their Prometheus text. No label ever holds a name from a request:
// names of tenants are an administrator's.
// SPDX-License-Identifier: Apache-2.0
#ifndef SERVER_METRICS_H
#define SERVER_METRICS_H

#include "auth/keys.h"
#include "core/bulk.h"
#include "http/tls.h"
#include "roster/quirks.h"

#include <stdatomic.h>

enum { METRIC_BUCKETS = 12, METRIC_CLASSES = 6 };

struct metrics {
    _Atomic uint64_t requests[METRIC_CLASSES];  // by first digit of the status
    _Atomic uint64_t unauthorized;
    _Atomic uint64_t latency[METRIC_BUCKETS + 1];
    _Atomic uint64_t latency_us;
    _Atomic uint64_t quirks[ROSTER_QUIRK_COUNT];
    _Atomic uint64_t batches;
    _Atomic uint64_t writes;
    _Atomic uint64_t commit_us;
    _Atomic uint64_t commit_failures;
    _Atomic uint64_t deferred;         // requests that went to a worker
    _Atomic uint64_t search_steps;     // on documents and filters of searches (base/limits.h)
    _Atomic uint64_t scan_steps;       // of the engine, on workers
    _Atomic uint64_t queue_full;       // refused because a queue was full
    _Atomic uint64_t throttled;        // answered 429
    _Atomic uint64_t guesses_refused;  // for too many failed credentials of an address
    _Atomic uint64_t members_skipped;
    _Atomic uint64_t bulk_jobs;
    _Atomic uint64_t bulk_operations[METRIC_CLASSES];  // as `requests`
    _Atomic uint64_t held[GUARD_KIND_COUNT];           // writes that the guard refused
    _Atomic int64_t write_queue;
    _Atomic uint64_t journal_dropped;  // records that found no room or could not be written
};

void metrics_request(struct metrics *metrics, int status, int64_t took_us, uint64_t quirks_used);
void metrics_batch(struct metrics *metrics, const struct write_sums *sums, int64_t took_us);
// Steps of a search, and of the engine on a worker.
void metrics_search(struct metrics *metrics, int64_t steps);
void metrics_scan(struct metrics *metrics, int64_t steps);
// A job that was answered.
void metrics_bulk(struct metrics *metrics, const struct bulk_job *job);
// Sources that are silent (server/silences.h).
void metrics_write_silent(int64_t count, struct text *out);
// Prometheus text format 0.0.4.
void metrics_write(const struct metrics *metrics, struct text *out);
// Of the certificate in use; nothing when `tls` is NULL.
void metrics_write_tls(const struct http_tls *tls, int64_t now_ms, struct text *out);
// Of the keys of issuers.
void metrics_write_keys(const struct keys_counts *counts, struct text *out);

#endif
