// log.c: JSON lines on standard error, one write each.
// SPDX-License-Identifier: Apache-2.0
#include "sys/log.h"

#include "base/check.h"
#include "base/time.h"
#include "sys/sys.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 4096, TAIL_BYTES = 2 };

static _Atomic int threshold = LOG_LEVEL_INFO;

struct line {
    char bytes[LINE_MAX_BYTES];
    size_t len;
};

// Leaves room for the end of the line: a long value is cut, the line stays JSON.
static void put(struct line *line, const char *bytes, size_t len)
{
    if (len <= LINE_MAX_BYTES - TAIL_BYTES - 1 - line->len) {
        memcpy(line->bytes + line->len, bytes, len);
        line->len += len;
    }
}

static void put_text(struct line *line, const char *text)
{
    put(line, text, strlen(text));
}

static void put_string(struct line *line, str text)
{
    put_text(line, "\"");
    for (size_t at = 0; at < text.len && line->len < LINE_MAX_BYTES - 16; at++) {
        unsigned char c = (unsigned char)text.ptr[at];
        char escape[8];
        if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f) {
            int len = snprintf(escape, sizeof(escape), "\\u%04x", c);
            put(line, escape, (size_t)len);
        } else {
            put(line, text.ptr + at, 1);
        }
    }
    // Always fits: the loop above stops early enough.
    put_text(line, "\"");
}

static void put_field(struct line *line, const struct log_field *field)
{
    size_t before = line->len;
    if (before > LINE_MAX_BYTES - 128) {
        return;
    }
    put_text(line, ",\"");
    put_text(line, field->name);
    put_text(line, "\":");
    if (field->is_number) {
        char digits[24];
        int len = snprintf(digits, sizeof(digits), "%lld", (long long)field->number);
        put(line, digits, (size_t)len);
    } else {
        put_string(line, field->text);
    }
}

void log_threshold(enum log_level level)
{
    atomic_store(&threshold, (int)level);
}

bool log_takes(enum log_level level)
{
    return (int)level >= atomic_load_explicit(&threshold, memory_order_relaxed);
}

void log_write(enum log_level level, const char *event, const struct log_field *fields)
{
    static const char *const names[] = {"debug", "info", "warning", "error"};
    struct line line = {.len = 0};
    char now[TIME_TEXT_LEN];
    time_print(env_now_ms(&env_system), now);
    put_text(&line, "{\"time\":\"");
    put(&line, now, sizeof(now));
    put_text(&line, "\",\"level\":\"");
    put_text(&line, names[level]);
    put_text(&line, "\",\"event\":\"");
    put_text(&line, event);
    put_text(&line, "\"");
    for (; fields->name != NULL; fields++) {
        put_field(&line, fields);
    }
    memcpy(line.bytes + line.len, "}\n", TAIL_BYTES);
    line.len += TAIL_BYTES;
    // A full pipe or a closed terminal must not stop the server, so the result does not matter.
    ssize_t written = write(STDERR_FILENO, line.bytes, line.len);
    (void)written;
}
