// metrics.c: counting, and printing the counts.
// SPDX-License-Identifier: Apache-2.0
#include "server/metrics.h"

#include "base/check.h"

#include <stdio.h>

static const int64_t bounds_us[METRIC_BUCKETS] = {100,   250,   500,   1000,   2500,   5000,
                                                  10000, 25000, 50000, 100000, 500000, 2500000};

static void add(_Atomic uint64_t *counter, uint64_t more)
{
    atomic_fetch_add_explicit(counter, more, memory_order_relaxed);
}

static uint64_t get(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

void metrics_request(struct metrics *metrics, int status, int64_t took_us, uint64_t quirks_used)
{
    int class = status / 100;
    add(&metrics->requests[class >= 1 && class < METRIC_CLASSES ? class : 0], 1);
    if (status == 401) {
        add(&metrics->unauthorized, 1);
    }
    size_t bucket = 0;
    while (bucket < METRIC_BUCKETS && took_us > bounds_us[bucket]) {
        bucket++;
    }
    add(&metrics->latency[bucket], 1);
    add(&metrics->latency_us, (uint64_t)took_us);
    for (; quirks_used != 0; quirks_used &= quirks_used - 1) {
        add(&metrics->quirks[__builtin_ctzll(quirks_used)], 1);
    }
}

void metrics_batch(struct metrics *metrics, const struct write_sums *sums, int64_t took_us)
{
    add(&metrics->batches, 1);
    add(&metrics->writes, sums->writes);
    add(&metrics->members_skipped, sums->members_skipped);
    for (int i = 0; i < GUARD_KIND_COUNT; i++) {
        add(&metrics->held[i], sums->held[i]);
    }
    add(&metrics->commit_us, (uint64_t)took_us);
}

void metrics_search(struct metrics *metrics, int64_t steps)
{
    add(&metrics->search_steps, (uint64_t)steps);
}

void metrics_scan(struct metrics *metrics, int64_t steps)
{
    add(&metrics->scan_steps, (uint64_t)steps);
}

void metrics_bulk(struct metrics *metrics, const struct bulk_job *job)
{
    add(&metrics->bulk_jobs, 1);
    for (int class = 1; class < METRIC_CLASSES; class ++) {
        add(&metrics->bulk_operations[class], bulk_count(job, class));
    }
}

static void write_head(struct text *out, const char *name, const char *type, const char *help)
{
    text_format(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void write_counter(struct text *out, const char *name, const char *help, uint64_t value)
{
    write_head(out, name, "counter", help);
    text_format(out, "%s %llu\n", name, (unsigned long long)value);
}

static void write_classes(struct text *out, const char *name, const char *help,
                          const _Atomic uint64_t counters[METRIC_CLASSES])
{
    write_head(out, name, "counter", help);
    for (size_t class = 1; class < METRIC_CLASSES; class ++) {
        text_format(out, "%s{status=\"%zuxx\"} %llu\n", name, class,
                    (unsigned long long)get(&counters[class]));
    }
}

static void write_latency(const struct metrics *metrics, struct text *out)
{
    uint64_t count = 0;
    write_head(out, "roster_request_seconds", "histogram",
               "Time from the head of a request to its reply.");
    for (size_t at = 0; at < METRIC_BUCKETS; at++) {
        count += get(&metrics->latency[at]);
        text_format(out, "roster_request_seconds_bucket{le=\"%g\"} %llu\n",
                    (double)bounds_us[at] / 1e6, (unsigned long long)count);
    }
    count += get(&metrics->latency[METRIC_BUCKETS]);
    text_format(out, "roster_request_seconds_bucket{le=\"+Inf\"} %llu\n",
                (unsigned long long)count);
    text_format(out, "roster_request_seconds_sum %g\nroster_request_seconds_count %llu\n",
                (double)get(&metrics->latency_us) / 1e6, (unsigned long long)count);
}

static void write_quirks(const struct metrics *metrics, struct text *out)
{
    write_head(out, "roster_quirks_total", "counter", "Requests that made use of a quirk.");
    for (size_t at = 0; at < ROSTER_QUIRK_COUNT; at++) {
        text_format(out, "roster_quirks_total{quirk=\"%s\"} %llu\n",
                    roster_quirk_name((enum roster_quirk)at),
                    (unsigned long long)get(&metrics->quirks[at]));
    }
}

static void write_held(const struct metrics *metrics, struct text *out)
{
    write_head(out, "roster_guard_held_total", "counter",
               "Writes that the guard refused, by what they would have taken away.");
    for (int i = 0; i < GUARD_KIND_COUNT; i++) {
        text_format(out, "roster_guard_held_total{kind=\"%s\"} %llu\n",
                    budget_name((enum guard_kind)i), (unsigned long long)get(&metrics->held[i]));
    }
}

void metrics_write_silent(int64_t count, struct text *out)
{
    write_head(out, "roster_silent_sources", "gauge",
               "Sources that have not called for several times their usual gap.");
    text_format(out, "roster_silent_sources %lld\n", (long long)count);
}

void metrics_write(const struct metrics *metrics, struct text *out)
{
    write_classes(out, "roster_requests_total", "Answered requests by class of status.",
                  metrics->requests);
    write_counter(out, "roster_unauthorized_total", "Requests without a valid credential.",
                  get(&metrics->unauthorized));
    write_latency(metrics, out);
    write_quirks(metrics, out);
    write_counter(out, "roster_write_batches_total", "Committed transactions.",
                  get(&metrics->batches));
    write_counter(out, "roster_writes_total", "Write requests in them.", get(&metrics->writes));
    write_counter(out, "roster_commit_failures_total", "Commits whose outcome is unknown.",
                  get(&metrics->commit_failures));
    write_counter(out, "roster_deferred_total", "Requests that went to a worker.",
                  get(&metrics->deferred));
    write_counter(out, "roster_search_steps_total",
                  "Terms and 64 bytes of documents that searches looked at.",
                  get(&metrics->search_steps));
    write_counter(out, "roster_scan_steps_total", "Steps of the engine's machine on workers.",
                  get(&metrics->scan_steps));
    write_counter(out, "roster_queue_full_total", "Requests refused because a queue was full.",
                  get(&metrics->queue_full));
    write_counter(out, "roster_throttled_total", "Requests over a rate, answered 429.",
                  get(&metrics->throttled));
    write_counter(out, "roster_failures_throttled_total",
                  "Those of them for too many failed credentials of an address.",
                  get(&metrics->guesses_refused));
    write_counter(out, "roster_members_skipped_total", "Unknown group members left out.",
                  get(&metrics->members_skipped));
    write_counter(out, "roster_bulk_jobs_total", "Bulk jobs that were answered.",
                  get(&metrics->bulk_jobs));
    write_classes(out, "roster_bulk_operations_total", "Operations in them by class of status.",
                  metrics->bulk_operations);
    write_held(metrics, out);
    write_counter(out, "roster_journal_dropped_total",
                  "Records of the journal that found no room or could not be written.",
                  get(&metrics->journal_dropped));
    write_head(out, "roster_write_seconds_total", "counter", "Time spent in transactions.");
    text_format(out, "roster_write_seconds_total %g\n", (double)get(&metrics->commit_us) / 1e6);
    write_head(out, "roster_write_queue", "gauge", "Write requests that wait.");
    text_format(out, "roster_write_queue %lld\n",
                (long long)atomic_load_explicit(&metrics->write_queue, memory_order_relaxed));
}

void metrics_write_tls(const struct http_tls *tls, int64_t now_ms, struct text *out)
{
    if (tls == NULL) {
        return;
    }
    const struct http_tls_state state = http_tls_state(tls);
    write_head(out, "roster_tls_certificate_expires_seconds", "gauge",
               "Time until the certificate in use expires; negative: it has expired.");
    text_format(out, "roster_tls_certificate_expires_seconds %lld\n",
                (long long)(state.expires_ms - now_ms) / 1000);
    write_counter(out, "roster_tls_reloads_total", "Certificates that replaced one in use.",
                  state.reloads);
    write_counter(out, "roster_tls_reload_failures_total",
                  "Certificates that could not: the one in use stayed.", state.refusals);
}

void metrics_write_keys(const struct keys_counts *counts, struct text *out)
{
    write_counter(out, "roster_issuer_keys_fetched_total",
                  "Documents of issuers' keys that were had.", get(&counts->fetched));
    write_counter(out, "roster_issuer_keys_failed_total",
                  "Attempts that failed: the keys before them stay, for three days.",
                  get(&counts->failed));
}
