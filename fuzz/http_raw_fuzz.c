// http_raw_fuzz.c: any bytes as the head of a request.
//
// The head is cut up as libmicrohttpd 0.9.75 does it, tolerant of all that guard.c exists for, and
// what the guard then takes is held against the bytes themselves: each oracle below looks at the
// text only, line by line, and shares nothing with the guard. Behind them, whatever the guard took
// as a path can be decoded, and whatever can be encoded comes back from percent_decode.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "base/percent.h"
#include "http/guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { FIELDS_MAX = HTTP_HEADERS_MAX + 1, HEAD_MAX = 32768, FOLDS_MAX = 65536 };

struct cut {
    char raw[HEAD_MAX + 1];
    size_t len;
    char folds[FOLDS_MAX];  // where folded names and values go
    size_t folds_len;
    char target[HEAD_MAX + 1];  // as it was before it was cut
    struct http_header fields[FIELDS_MAX];
    struct guard_head head;
    str target_place;
};

static char *line_end(struct cut *cut, char *line)
{
    return memchr(line, '\n', (size_t)(cut->raw + cut->len - line));
}

// Ends the line at `line` and gives the next one, or NULL when it has no end.
static char *take_line(struct cut *cut, char *line)
{
    char *end = line_end(cut, line);
    if (end == NULL) {
        return NULL;
    }
    *end = '\0';
    if (end > line && end[-1] == '\r') {
        end[-1] = '\0';
    }
    return end + 1;
}

static bool cut_request_line(struct cut *cut, char *line)
{
    size_t len = strlen(line);
    char *space = memchr(line, ' ', len);
    char *last = memrchr(line, ' ', len);
    if (space == NULL || last == space) {
        return false;
    }
    *space = '\0';
    *last = '\0';
    char *target = space + 1;
    while (*target == ' ') {
        target++;
    }
    memcpy(cut->target, target, strlen(target) + 1);
    cut->head.method = str_of(line);
    cut->head.target = str_of(cut->target);
    cut->head.version = str_of(last + 1);
    cut->target_place = (str){target, strlen(target)};
    return true;
}

// Joined elsewhere, as libmicrohttpd does it when the pool has moved on.
static bool fold(struct cut *cut, struct http_header *field, const char *line)
{
    line += strspn(line, " \t");
    size_t len = field->name.len + strlen(line);
    if (len + 1 > FOLDS_MAX - cut->folds_len) {
        return false;
    }
    char *joined = cut->folds + cut->folds_len;
    memcpy(joined, field->name.ptr, field->name.len);
    memcpy(joined + field->name.len, line, strlen(line));
    joined[len] = '\0';
    field->name = str_of(joined);
    cut->folds_len += len + 1;
    return true;
}

static bool cut_field(struct cut *cut, char *line)
{
    size_t count = cut->head.header_count;
    if ((*line == ' ' || *line == '\t') && count > 0) {
        return fold(cut, &cut->fields[count - 1], line);
    }
    char *colon = strchr(line, ':');
    if (colon == NULL || count == FIELDS_MAX) {
        return false;
    }
    *colon = '\0';
    char *value = colon + 1 + strspn(colon + 1, " \t");
    cut->fields[count] = (struct http_header){str_of(line), str_of(value)};
    cut->head.header_count++;
    return true;
}

static bool cut_head(struct cut *cut, const uint8_t *data, size_t size)
{
    memcpy(cut->raw, data, size);
    cut->raw[size] = '\0';
    cut->len = size;
    cut->head.headers = cut->fields;
    char *next = take_line(cut, cut->raw);
    if (next == NULL || !cut_request_line(cut, cut->raw)) {
        return false;
    }
    for (char *line = next;; line = next) {
        next = take_line(cut, line);
        if (next == NULL) {
            return false;
        }
        if (*line == '\0') {
            cut->len = (size_t)(next - cut->raw);
            return true;
        }
        if (!cut_field(cut, line)) {
            return false;
        }
    }
}

static bool is_end_byte(uint8_t byte)
{
    return byte == '\0' || byte == '\r' || byte == '\n';
}

// NULs among line ends are what the guard cannot tell from CRLF (guard.h): here they are CRLF too.
static const uint8_t *normal_ends(const uint8_t *data, size_t len)
{
    static uint8_t text[HEAD_MAX];
    memcpy(text, data, len);
    for (size_t at = 0, end = 0; at < len; at = end + 1) {
        for (end = at; end < len && is_end_byte(data[end]); end++) {
        }
        if (memchr(data + at, '\0', end - at) != NULL) {
            for (size_t i = at; i < end; i++) {
                text[i] = (i - at) % 2 == 0 ? '\r' : '\n';
            }
        }
    }
    return text;
}

// The oracles: what no accepted head may contain, by its bytes.

static void check_bytes(const uint8_t *data, size_t len)
{
    assert(len >= 4 && memcmp(data + len - 4, "\r\n\r\n", 4) == 0);
    for (size_t at = 0; at < len; at++) {
        assert(data[at] != '\0');
        assert(data[at] != '\n' || (at > 0 && data[at - 1] == '\r'));
        assert(data[at] != '\r' || data[at + 1] == '\n');
        // No line begins with a space: it would continue the one before.
        assert(data[at] != '\n' || at + 1 == len || (data[at + 1] != ' ' && data[at + 1] != '\t'));
    }
}

static void check_request_line(const uint8_t *data)
{
    size_t spaces = 0;
    const uint8_t *at = data;
    for (; *at != '\r'; at++) {
        spaces += *at == ' ';
        assert(*at >= ' ' && *at != 0x7f && (*at != '#' || spaces == 0));
    }
    assert(spaces == 2);
    assert(at - data > 9 && memcmp(at - 9, " HTTP/1.", 8) == 0 &&
           strchr("0123456789", at[-1]) != NULL);
    const uint8_t *target = memchr(data, ' ', (size_t)(at - data));
    assert(target[1] == '/');
}

// Lines that begin with `name` and a colon.
static size_t count_fields(const uint8_t *data, size_t len, const char *name)
{
    size_t count = 0;
    for (size_t at = 0; at + strlen(name) + 1 < len; at++) {
        count +=
            data[at] == '\n' && strncasecmp((const char *)data + at + 1, name, strlen(name)) == 0;
    }
    return count;
}

static void check_names(const uint8_t *data, size_t len)
{
    static const char separators[] = "()<>@,;\\\"/[]?={} \t";
    size_t at = (size_t)((const uint8_t *)memchr(data, '\n', len) - data) + 1;
    while (at + 2 < len) {
        size_t begin = at;
        for (; data[at] != ':'; at++) {
            assert(data[at] > ' ' && data[at] < 0x7f && strchr(separators, data[at]) == NULL);
        }
        assert(at > begin);
        at = (size_t)((const uint8_t *)memchr(data + at, '\n', len - at) - data) + 1;
    }
}

static void check_fields(const uint8_t *data, size_t len, const struct guard_framing *framing)
{
    size_t lengths = count_fields(data, len, "content-length:");
    size_t codings = count_fields(data, len, "transfer-encoding:");
    assert(count_fields(data, len, "host:") <= 1);
    assert(lengths + codings <= 1);
    assert(framing->sized == (lengths == 1) && framing->chunked == (codings == 1));
}

// The other way: percent-encodes every byte, and takes it back.
static void check_round_trip(str text, struct roster_arena *arena)
{
    char *encoded = arena_alloc(arena, text.len * 3 + 1);
    str decoded = {0};
    assert(encoded != NULL);
    for (size_t at = 0; at < text.len; at++) {
        snprintf(encoded + at * 3, 4, at % 2 == 0 ? "%%%02X" : "%%%02x",
                 (unsigned char)text.ptr[at]);
    }
    bool taken = percent_decode((str){encoded, text.len * 3}, true, arena, &decoded);
    bool has_nul = text.len > 0 && memchr(text.ptr, '\0', text.len) != NULL;
    assert(taken == !has_nul);
    assert(!taken || str_equal(decoded, text));
}

static void check_target(const struct cut *cut, struct roster_arena *arena)
{
    str path = {0};
    str query = {0};
    str decoded = {0};
    (void)str_cut(cut->head.target, '?', &path, &query);
    bool taken = percent_decode(path, false, arena, &decoded);
    assert(taken && decoded.len <= path.len);
    assert(decoded.len == 0 || memchr(decoded.ptr, '\0', decoded.len) == NULL);
    check_round_trip(decoded, arena);
    if (percent_decode(query, true, arena, &decoded)) {
        check_round_trip(decoded, arena);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct roster_arena *arena;
    static struct cut cut;
    if (arena == NULL) {
        arena = roster_arena_open(MIB(4));
        assert(arena != NULL);
    }
    if (size > HEAD_MAX) {
        return 0;
    }
    roster_arena_reset(arena);
    cut.folds_len = 0;
    cut.head = (struct guard_head){0};
    check_round_trip((str){(const char *)data, size}, arena);
    if (!cut_head(&cut, data, size)) {
        return 0;
    }
    struct guard_framing framing = {0};
    if (guard_check(&cut.head, &framing) != 0) {
        return 0;
    }
    check_target(&cut, arena);
    cut.head.target = cut.target_place;
    if (guard_lines(&cut.head, (str){cut.raw, cut.len})) {
        const uint8_t *text = normal_ends(data, cut.len);
        check_bytes(text, cut.len);
        check_request_line(text);
        check_names(text, cut.len);
        check_fields(text, cut.len, &framing);
    }
    return 0;
}
