// error.c: the one list of refusals, as tables.
// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"

#include "base/check.h"

#include <stdarg.h>
#include <stdio.h>

static const struct {
    const char *name;
    int status;
    const char *type;
    const char *detail;
} rows[] = {[ROSTER_OK] = {"OK", 200, NULL, ""},
#define ERROR_ROW(name, status, type, detail) [ROSTER_ERR_##name] = {#name, status, type, detail},
            ROSTER_ERRORS(ERROR_ROW)
#undef ERROR_ROW
};

int roster_error_status(enum roster_code code)
{
    assert((size_t)code < COUNT_OF(rows));
    return rows[code].status;
}

const char *roster_error_type(enum roster_code code)
{
    assert((size_t)code < COUNT_OF(rows));
    return rows[code].type;
}

const char *error_name(enum roster_code code)
{
    assert((size_t)code < COUNT_OF(rows));
    return rows[code].name;
}

const char *error_default(enum roster_code code)
{
    assert((size_t)code < COUNT_OF(rows));
    return rows[code].detail;
}

// A detail that did not fit must not end inside a code point: it is sent as JSON.
static void drop_cut_point(char *text, size_t len)
{
    size_t at = len;
    while (at > 0 && ((unsigned char)text[at - 1] & 0xC0) == 0x80) {
        at--;
    }
    unsigned char head = at > 0 ? (unsigned char)text[at - 1] : 0;
    size_t follow = head >= 0xF0 ? 3 : (head >= 0xE0 ? 2 : (head >= 0xC0 ? 1 : 0));
    if (len - at < follow) {
        text[at - 1] = '\0';
    }
}

bool fail(struct roster_error *err, enum roster_code code, size_t offset, const char *format, ...)
{
    assert(code != ROSTER_OK);
    err->code = code;
    err->offset = offset;
    err->operation = -1;
    if (format == NULL) {
        snprintf(err->detail, sizeof(err->detail), "%s", error_default(code));
        return false;
    }
    va_list args;
    va_start(args, format);
    int len = vsnprintf(err->detail, sizeof(err->detail), format, args);
    va_end(args);
    if (len >= (int)sizeof(err->detail)) {
        drop_cut_point(err->detail, sizeof(err->detail) - 1);
    }
    return false;
}

bool fail_memory(struct roster_error *err)
{
    return fail(err, ROSTER_ERR_NO_MEMORY, 0, NULL);
}
