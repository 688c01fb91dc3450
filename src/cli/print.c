// print.c: texts, tables and JSON for people and scripts.
// SPDX-License-Identifier: Apache-2.0
#include "cli/print.h"

#include "base/hex.h"
#include "base/limits.h"
#include "base/visible.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_BYTES = 1024, COLUMNS_MAX = 16, GAP = 2, MINUTE_LEN = 16 };

void io_init(struct io *io, struct roster_arena *arena)
{
    *io = (struct io){0};
    text_init(&io->out, arena, ADMIN_REPLY_MAX);
    text_init(&io->err, arena, ADMIN_REPLY_MAX);
}

bool io_set_state(struct io *io, str state)
{
    bool fits = state.len <= sizeof(io->state.text);
    io->state.len = fits ? state.len : 0;
    memcpy(io->state.text, state.len > 0 ? state.ptr : "", io->state.len);
    return fits;
}

void io_keep_state(struct io *io, const void *bytes, size_t size)
{
    assert(size * 2 <= sizeof(io->state.text));
    hex_print((str){bytes, size}, io->state.text);
    io->state.len = size * 2;
}

bool io_find_state(const struct io *io, void *bytes, size_t size)
{
    return io->state.len == size * 2 && hex_parse((str){io->state.text, io->state.len}, bytes);
}

ROSTER_PRINTF(3, 0)
static void add_line(struct io *io, const char *before, const char *format, va_list args)
{
    char line[LINE_BYTES];
    int len = vsnprintf(line, sizeof(line), format, args);
    size_t shown = len < 0 ? 0 : (size_t)len < sizeof(line) ? (size_t)len : sizeof(line) - 1;
    text_add(&io->err, str_of(before));
    visible_add(&io->err, (str){line, shown});
    text_char(&io->err, '\n');
}

void io_note(struct io *io, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_line(io, "", format, args);
    va_end(args);
}

int io_stop(struct io *io, int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_line(io, "roster: ", format, args);
    va_end(args);
    return code;
}

int exit_of(enum roster_code code)
{
    switch (code) {
    case ROSTER_OK:
        return EX_OK;
    case ROSTER_ERR_INVALID_SYNTAX:
    case ROSTER_ERR_INVALID_FILTER:
    case ROSTER_ERR_INVALID_PATH:
    case ROSTER_ERR_INVALID_VALUE:
    case ROSTER_ERR_INVALID_VERS:
    case ROSTER_ERR_NO_TARGET:
    case ROSTER_ERR_MUTABILITY:
    case ROSTER_ERR_TOO_MANY:
    case ROSTER_ERR_INVALID_CURSOR:
    case ROSTER_ERR_EXPIRED_CURSOR:
    case ROSTER_ERR_INVALID_COUNT:
    case ROSTER_ERR_UNIQUENESS:
    case ROSTER_ERR_CONFLICT:
    case ROSTER_ERR_PRECONDITION_FAILED:
    case ROSTER_ERR_TOO_LARGE:
        return EX_DATAERR;
    case ROSTER_ERR_BAD_REQUEST:
        return EX_USAGE;
    case ROSTER_ERR_NOT_FOUND:
        return EX_NOINPUT;
    case ROSTER_ERR_UNAUTHORIZED:
    case ROSTER_ERR_FORBIDDEN:
    case ROSTER_ERR_SENSITIVE:
        return EX_NOPERM;
    case ROSTER_ERR_UNAVAILABLE:
        return EX_UNAVAILABLE;
    case ROSTER_ERR_TOO_MANY_REQUESTS:
    case ROSTER_ERR_NO_MEMORY:
        return EX_TEMPFAIL;
    case ROSTER_ERR_NOT_IMPLEMENTED:
        return EX_CONFIG;
    case ROSTER_ERR_METHOD_NOT_ALLOWED:
    case ROSTER_ERR_NOT_ACCEPTABLE:
    case ROSTER_ERR_MEDIA_TYPE:
        return EX_PROTOCOL;
    case ROSTER_ERR_INTERNAL:
        break;
    }
    return EX_IOERR;
}

int io_refuse(struct io *io, const struct roster_error *err)
{
    return io_stop(io, exit_of(err->code), "%s", err->detail);
}

int io_json(struct io *io, const struct roster_json *value)
{
    if (value == NULL) {
        io->out.full = true;
        return EX_TEMPFAIL;
    }
    json_write(&io->out, value);
    text_char(&io->out, '\n');
    return EX_OK;
}

static bool write_all(int fd, str text)
{
    while (text.len > 0) {
        ssize_t written = write(fd, text.ptr, text.len);
        if (written < 0 && errno != EINTR) {
            return false;
        }
        text = str_tail(text, written < 0 ? 0 : (size_t)written);
    }
    return true;
}

int io_flush(const struct io *io, int code)
{
    static const char too_large[] = "roster: the answer is too large to be shown\n";
    // Where standard error leads nowhere there is nobody left to tell.
    if (!io->err.full) {
        (void)write_all(STDERR_FILENO, text_str(&io->err));
    }
    if (io->out.full) {
        (void)write_all(STDERR_FILENO, (str){too_large, sizeof(too_large) - 1});
        return EX_TEMPFAIL;
    }
    return write_all(STDOUT_FILENO, text_str(&io->out)) || code != EX_OK ? code : EX_IOERR;
}

// Characters, not bytes: what follows in a UTF-8 sequence takes no column.
static size_t width_of(str text)
{
    size_t count = 0;
    for (size_t at = 0; at < text.len; at++) {
        count += ((unsigned char)text.ptr[at] & 0xc0) != 0x80;
    }
    return count;
}

static size_t column_width(const struct table *table, size_t column)
{
    size_t widest = strlen(table->headings[column]);
    for (size_t row = 0; row < table->rows; row++) {
        size_t width = width_of(table->cells[row * table->columns + column]);
        widest = width > widest ? width : widest;
    }
    return widest;
}

// `width` 0 is the last column: no blanks at the end of a line.
static void put_cell(struct text *out, str cell, size_t width)
{
    text_add(out, cell);
    if (width > 0) {
        text_format(out, "%*s", (int)(width - width_of(cell) + GAP), "");
    } else {
        text_char(out, '\n');
    }
}

void table_print(struct text *out, const struct table *table)
{
    size_t widths[COLUMNS_MAX] = {0};
    assert(table->columns <= COLUMNS_MAX);
    for (size_t column = 0; column + 1 < table->columns; column++) {
        widths[column] = column_width(table, column);
    }
    for (size_t column = 0; column < table->columns; column++) {
        put_cell(out, str_of(table->headings[column]), widths[column]);
    }
    for (size_t i = 0; i < table->rows * table->columns; i++) {
        put_cell(out, table->cells[i], widths[i % table->columns]);
    }
}

str print_minute(int64_t ms, str none, struct roster_arena *arena)
{
    char text[TIME_TEXT_LEN];
    str out = {0};
    if (ms == 0) {
        return none;
    }
    time_print(ms, text);
    text[MINUTE_LEN] = 'Z';
    return arena_copy(arena, (str){text, MINUTE_LEN + 1}, &out) ? out : (str){0};
}

struct roster_json *json_time(struct roster_arena *arena, int64_t ms)
{
    char text[TIME_TEXT_LEN];
    str copy = {0};
    if (ms == 0) {
        return json_new(arena, JSON_NULL);
    }
    time_print(ms, text);
    return arena_copy(arena, (str){text, sizeof(text)}, &copy) ? json_string(arena, copy) : NULL;
}

struct roster_json *json_text(struct roster_arena *arena, str text)
{
    return text.len == 0 ? json_new(arena, JSON_NULL) : json_string(arena, text);
}

bool json_put_made(struct roster_json *object, str key, struct roster_json *value)
{
    if (value != NULL) {
        json_put(object, key, value);
    }
    return value != NULL;
}
