// cli/print.h: what a command says: data on standard output, everything else on standard error.
//
// A command prints into two texts, never to the process: it may run in the server on behalf of
// another process, which then prints them.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_PRINT_H
#define CLI_PRINT_H

#include "base/limits.h"
#include "base/text.h"
#include "base/time.h"
#include "json/value.h"

#include <sysexits.h>

// What a long command remembers from one turn to the next, as text; empty: it begins.
struct turn_state {
    char text[ADMIN_STATE_MAX];
    size_t len;
};

struct io {
    struct text out;
    struct text err;
    struct turn_state state;
    // Instead of an end: the command has to be asked again, and is so far; 0 of 0: it does not say.
    bool again;
    bool later;  // in a while: there is nothing to do now
    int64_t done;
    int64_t total;
};

void io_init(struct io *io, struct roster_arena *arena);
// Takes over what a turn that was run elsewhere left. False: that is none.
MUST_CHECK bool io_set_state(struct io *io, str state);
// Bytes of `size` as the state, and back. False: the state is not of this size.
void io_keep_state(struct io *io, const void *bytes, size_t size);
MUST_CHECK bool io_find_state(const struct io *io, void *bytes, size_t size);
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
