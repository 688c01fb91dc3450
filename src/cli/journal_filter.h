// cli/journal_filter.h: which records a command is about.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_JOURNAL_FILTER_H
#define CLI_JOURNAL_FILTER_H

#include "cli/options.h"
#include "journal/record.h"

// Empty texts and zeros ask for nothing.
struct journal_filter {
    str tenant;
    str method;
    str path;  // part of path or query, decoded, ignoring case
    str user;  // id or userName that the exchange names
    str request;
    str actor;
    int status_from;
    int status_to;
    int64_t since_us;
    int64_t until_us;
    bool refused;
    bool quirks;
};

// The options that make a filter, for the table of a command.
#define JOURNAL_FILTER_OPTIONS                                                                     \
    {"tenant", "NAME", "only of this tenant", false},                                              \
        {"status", "CODE", "only with this status: 409, or a class: 4xx", false},                  \
        {"method", "METHOD", "only with this method", false},                                      \
        {"path", "TEXT", "only whose path or query has this text", false},                         \
        {"user", "ID", "only that name this person: an id or a userName", false},                  \
        {"actor", "NAME", "only of this credential: token:7", false},                              \
        {"since", "TIME", "only from then on: 15m (ago), or 2026-11-24T10:00:00Z", false},         \
        {"until", "TIME", "only before then", false},                                              \
        {"refused", NULL, "only what was refused", false},                                         \
    {                                                                                              \
        "quirks", NULL, "only where a quirk was made use of", false                                \
    }

// Refused with BAD_REQUEST.
MUST_CHECK bool journal_filter_read(const struct options *options, int64_t now_ms,
                                    struct journal_filter *out, struct roster_error *err);
// `scratch` is rewound.
bool journal_filter_match(const struct journal_filter *filter, const struct record *record,
                          struct roster_arena *scratch);

#endif
