// cli/print.h: what a command says: data on standard output, everything else on standard error.
//
// A command prints into two texts, never to the process: it may run in the server on behalf of
// another process, which then prints them.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_PRINT_H
#define CLI_PRINT_H

#include "base/text.h"
#include "base/time.h"
#include "json/value.h"

#include <sysexits.h>

struct io {
    struct text out;
    struct text err;
    // Instead of an end: the command has to be asked again, and is so far.
    bool again;
    int64_t done;
    int64_t total;
};

void io_init(struct io *io, struct roster_arena *arena);
// One line for people on standard error.
void io_note(struct io *io, const char *format, ...) ROSTER_PRINTF(2, 3);
// "roster: ..." on standard error; returns `code`, so that giving up is one line.
int io_stop(struct io *io, int code, const char *format, ...) ROSTER_PRINTF(3, 4);
// The same for a refusal, with the exit code that stands for it.
int io_refuse(struct io *io, const struct roster_error *err);
// One JSON value on a line of its own. NULL, from a full arena, counts as output that is too large.
int io_json(struct io *io, const struct roster_json *value);
// Writes both texts to the process. A code other than EX_OK when that fails.
int io_flush(const struct io *io, int code);

// Exit code of sysexits.h for a refusal.
int exit_of(enum roster_code code);

// Rows under headings, in columns of equal width with two spaces between them; `cells` holds
// `rows` times `columns` texts.
struct table {
    const char *const *headings;
    size_t columns;
    const str *cells;
    size_t rows;
};
void table_print(struct text *out, const struct table *table);

// "2026-11-24T10:00Z" for tables; `none` when there is no such time. Empty when the arena is full.
str print_minute(int64_t ms, str none, struct roster_arena *arena);
// A time for JSON: RFC 3339 text, or null for 0. NULL when the arena is full.
struct roster_json *json_time(struct roster_arena *arena, int64_t ms);
// A text, or null for an empty one. NULL when the arena is full.
struct roster_json *json_text(struct roster_arena *arena, str text);
// json_put for a value that may be NULL because the arena is full; false then.
MUST_CHECK bool json_put_made(struct roster_json *object, str key, struct roster_json *value);

#endif
