// server/endings.h: credentials that are going to end: warned of in the log, and as a metric.
//
// One look in TEND_MS, on the writer's thread. A warning is written when a credential comes within
// 30, 14, 7 and 1 days of its end, and at the start of the server for those that are within one of
// them already; a distance that is no shorter than its whole life is not warned of.
// SPDX-License-Identifier: Apache-2.0
#ifndef SERVER_ENDINGS_H
#define SERVER_ENDINGS_H

#include "base/text.h"
#include "store/tenant.h"

struct endings;

MUST_CHECK struct endings *endings_open(void);  // NULL: no memory
void endings_close(struct endings *endings);    // NULL is accepted
// Looks at the store and warns. A store that fails leaves everything as it was.
void endings_look(struct endings *endings, struct conn *conn, int64_t now_ms);
// The distance in days to warn of, 0: none. `looked_ms`: the look before, 0: there was none.
int ending_distance(const struct token_row *row, int64_t looked_ms, int64_t now_ms);
// From any thread: seconds to the next end, for each of the ENDING_METRICS_MAX tenants that are the
// first to have one.
void endings_write(struct endings *endings, int64_t now_ms, struct text *out);

#endif
