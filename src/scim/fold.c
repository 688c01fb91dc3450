// fold.c: Unicode normalisation and case folding, with a path for ASCII that changes nothing.
//
// Nearly all names, addresses and ids of real directories are ASCII. They are already NFC, so
// that only capital letters cost anything. The rest goes through utf8proc in memory of the arena.
// SPDX-License-Identifier: Apache-2.0
#include "scim/fold.h"

#include "base/limits.h"
#include "base/text.h"

#include <utf8proc.h>

static bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool has_capital(str text)
{
    for (size_t at = 0; at < text.len; at++) {
        if (is_capital(text.ptr[at])) {
            return true;
        }
    }
    return false;
}

// Capital letters of ASCII in lower case; every other byte stays.
static bool lower_ascii(str text, struct roster_arena *arena, str *key)
{
    if (!has_capital(text)) {
        *key = text;
        return true;
    }
    char *lower = arena_alloc(arena, text.len);
    if (lower == NULL) {
        return false;
    }
    for (size_t at = 0; at < text.len; at++) {
        char c = text.ptr[at];
        lower[at] = (char)(is_capital(c) ? c + ('a' - 'A') : c);
    }
    *key = (str){lower, text.len};
    return true;
}

// Length of the code point at `at`; 0 when the bytes are no UTF-8.
static size_t next_point(str text, size_t at, utf8proc_int32_t *point)
{
    utf8proc_ssize_t len = utf8proc_iterate((const utf8proc_uint8_t *)text.ptr + at,
                                            (utf8proc_ssize_t)(text.len - at), point);
    return len <= 0 ? 0 : (size_t)len;
}

bool fold_is_utf8(str text)
{
    utf8proc_int32_t point = 0;
    for (size_t at = 0; at < text.len;) {
        size_t len = next_point(text, at, &point);
        if (len == 0) {
            return false;
        }
        at += len;
    }
    return true;
}

// Whether the text is UTF-8 and no base letter carries more marks than any writing system needs.
// Sorting marks into canonical order takes quadratic time in the length of such a run.
static bool is_foldable(str text)
{
    size_t marks = 0;
    utf8proc_int32_t point = 0;
    for (size_t at = 0; at < text.len;) {
        size_t len = next_point(text, at, &point);
        if (len == 0) {
            return false;
        }
        marks = utf8proc_get_property(point)->combining_class == 0 ? 0 : marks + 1;
        if (marks > FOLD_MARKS_MAX) {
            return false;
        }
        at += len;
    }
    return true;
}

// One pass of utf8proc: decompose, fold if asked to, order marks, compose again.
static bool map(str text, utf8proc_option_t options, struct roster_arena *arena, str *out)
{
    const utf8proc_uint8_t *from = (const utf8proc_uint8_t *)text.ptr;
    utf8proc_ssize_t len = (utf8proc_ssize_t)text.len;
    utf8proc_ssize_t count = utf8proc_decompose(from, len, NULL, 0, options);
    assert(count >= 0);  // is_foldable() looked at every code point
    // One more, because reencoding ends the text with a NUL.
    utf8proc_int32_t *points = arena_array(arena, (size_t)count + 1, sizeof(*points));
    if (points == NULL) {
        return false;
    }
    count = utf8proc_decompose(from, len, points, count, options);
    utf8proc_ssize_t bytes = utf8proc_reencode(points, count, options);
    assert(bytes >= 0);
    *out = (str){(const char *)points, (size_t)bytes};
    return true;
}

bool fold_key(str text, bool case_exact, struct roster_arena *arena, str *key)
{
    if (str_is_ascii(text) || !is_foldable(text)) {
        if (case_exact) {
            *key = text;
            return true;
        }
        return lower_ascii(text, arena, key);
    }
    utf8proc_option_t nfc = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
    // Folding takes NFC as input: the iota below a Greek vowel folds differently on its own.
    return map(text, nfc, arena, key) &&
           (case_exact || map(*key, nfc | UTF8PROC_CASEFOLD, arena, key));
}

static bool is_wide_or_narrow(utf8proc_int32_t point)
{
    utf8proc_propval_t type = utf8proc_get_property(point)->decomp_type;
    return type == UTF8PROC_DECOMP_TYPE_WIDE || type == UTF8PROC_DECOMP_TYPE_NARROW;
}

static void add_point(struct text *out, utf8proc_int32_t point)
{
    utf8proc_uint8_t bytes[4];
    utf8proc_ssize_t len = utf8proc_encode_char(point, bytes);
    text_add(out, (str){(const char *)bytes, (size_t)len});
}

static void add_narrow(struct text *out, utf8proc_int32_t point)
{
    utf8proc_int32_t parts[4];
    int boundary = 0;
    if (!is_wide_or_narrow(point)) {
        add_point(out, point);
        return;
    }
    utf8proc_ssize_t count = utf8proc_decompose_char(
        point, parts, COUNT_OF(parts), UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT, &boundary);
    assert(count > 0 && (size_t)count <= COUNT_OF(parts));
    for (utf8proc_ssize_t at = 0; at < count; at++) {
        add_point(out, parts[at]);
    }
}

// The dotted capital I is the one letter whose small form is two code points in every language.
static void add_lower(struct text *out, utf8proc_int32_t point)
{
    bool is_dotted = point == 0x130;
    add_point(out, is_dotted ? 'i' : utf8proc_tolower(point));
    if (is_dotted) {
        add_point(out, 0x307);
    }
}

// `add` for every code point of a text that is UTF-8. No point becomes longer than three times.
static bool map_points(str text, void (*add)(struct text *out, utf8proc_int32_t point),
                       struct roster_arena *arena, str *out)
{
    struct text mapped;
    utf8proc_int32_t point = 0;
    text_init(&mapped, arena, 3 * text.len);
    text_reserve(&mapped, text.len);
    for (size_t at = 0; at < text.len;) {
        at += next_point(text, at, &point);
        add(&mapped, point);
    }
    *out = text_str(&mapped);
    return !mapped.full;
}

bool fold_width(str text, struct roster_arena *arena, str *out)
{
    if (str_is_ascii(text) || !fold_is_utf8(text)) {
        *out = text;
        return true;
    }
    return map_points(text, add_narrow, arena, out);
}

bool fold_lower(str text, struct roster_arena *arena, str *out)
{
    return str_is_ascii(text) || !fold_is_utf8(text) ? lower_ascii(text, arena, out)
                                                     : map_points(text, add_lower, arena, out);
}

bool fold_username(str text, struct roster_arena *arena, str *key)
{
    str narrow = {0};
    str lower = {0};
    if (str_is_ascii(text) || !is_foldable(text)) {
        return lower_ascii(text, arena, key);
    }
    return fold_width(text, arena, &narrow) && map_points(narrow, add_lower, arena, &lower) &&
           map(lower, UTF8PROC_STABLE | UTF8PROC_COMPOSE, arena, key);
}

const char *fold_unicode_version(void)
{
    return utf8proc_unicode_version();
}
