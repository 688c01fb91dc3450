// precis.c: which code points a name or a password may have (RFC 8264 sections 8 and 9).
//
// The order in which property_of asks is that of RFC 8264 section 8.
// SPDX-License-Identifier: Apache-2.0
#include "scim/precis.h"

#include "base/text.h"
#include "scim/fold.h"
#include "scim/precis_inner.h"

#include <utf8proc.h>

enum { NFKC_POINTS_MAX = 32 };  // of one code point: U+FDFA becomes 18, the most of all

enum property {
    VALID,       // in names and passwords
    FREEFORM,    // in passwords only
    CONTEXTUAL,  // where a rule of its own holds
    DISALLOWED,
};

bool point_is_in(int32_t point, const struct range *ranges, size_t count)
{
    for (size_t at = 0; at < count; at++) {
        if (point >= ranges[at].first && point <= ranges[at].last) {
            return true;
        }
    }
    return false;
}

// RFC 8264 section 9.6. False: the point is no exception.
static bool find_exception(int32_t point, enum property *out)
{
    static const struct range valid[] = {
        {0xDF, 0xDF}, {0x3C2, 0x3C2}, {0x6FD, 0x6FE}, {0xF0B, 0xF0B}, {0x3007, 0x3007}};
    static const struct range contextual[] = {{0xB7, 0xB7},   {0x375, 0x375}, {0x5F3, 0x5F4},
                                              {0x660, 0x669}, {0x6F0, 0x6F9}, {0x30FB, 0x30FB}};
    static const struct range disallowed[] = {
        {0x640, 0x640}, {0x7FA, 0x7FA}, {0x302E, 0x302F}, {0x3031, 0x3035}, {0x303B, 0x303B}};
    static const struct {
        const struct range *ranges;
        size_t count;
        enum property property;
    } rows[] = {
        {valid, COUNT_OF(valid), VALID},
        {contextual, COUNT_OF(contextual), CONTEXTUAL},
        {disallowed, COUNT_OF(disallowed), DISALLOWED},
    };
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        if (point_is_in(point, rows[at].ranges, rows[at].count)) {
            *out = rows[at].property;
            return true;
        }
    }
    return false;
}

// Conjoining letters of Hangul (RFC 8264 section 9.9).
static bool is_old_jamo(int32_t point)
{
    static const struct range ranges[] = {
        {0x1100, 0x11FF}, {0xA960, 0xA97C}, {0xD7B0, 0xD7C6}, {0xD7CB, 0xD7FB}};
    return point_is_in(point, ranges, COUNT_OF(ranges));
}

// Whether NFKC changes the point (RFC 8264 section 9.17).
static bool has_compat(int32_t point)
{
    utf8proc_uint8_t text[5] = {0};
    utf8proc_int32_t points[NFKC_POINTS_MAX];
    utf8proc_ssize_t len = utf8proc_encode_char(point, text);
    utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT;
    utf8proc_ssize_t count = utf8proc_decompose(text, len, points, NFKC_POINTS_MAX, options);
    assert(count > 0 && count <= NFKC_POINTS_MAX);
    count = utf8proc_normalize_utf32(points, count, options);
    return count != 1 || points[0] != point;
}

static enum property property_of_category(utf8proc_category_t category)
{
    switch (category) {
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
        return VALID;
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_SM:
    case UTF8PROC_CATEGORY_SC:
    case UTF8PROC_CATEGORY_SK:
    case UTF8PROC_CATEGORY_SO:
    case UTF8PROC_CATEGORY_PC:
    case UTF8PROC_CATEGORY_PD:
    case UTF8PROC_CATEGORY_PS:
    case UTF8PROC_CATEGORY_PE:
    case UTF8PROC_CATEGORY_PI:
    case UTF8PROC_CATEGORY_PF:
    case UTF8PROC_CATEGORY_PO:
        return FREEFORM;
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
        break;
    }
    return DISALLOWED;
}

static enum property property_of(int32_t point)
{
    enum property exception = DISALLOWED;
    const utf8proc_property_t *known = utf8proc_get_property(point);
    if (find_exception(point, &exception)) {
        return exception;
    }
    if (known->category == UTF8PROC_CATEGORY_CN) {
        return DISALLOWED;
    }
    if (point >= 0x21 && point <= 0x7E) {
        return VALID;
    }
    if (point == 0x200C || point == 0x200D) {
        return CONTEXTUAL;
    }
    if (is_old_jamo(point) || known->ignorable || known->category == UTF8PROC_CATEGORY_CC) {
        return DISALLOWED;
    }
    if (has_compat(point)) {
        return FREEFORM;
    }
    return property_of_category((utf8proc_category_t)known->category);
}

// Both classes: `freeform` is FreeformClass, else IdentifierClass.
static bool is_in_class(struct points text, bool freeform)
{
    for (size_t at = 0; at < text.count; at++) {
        enum property property = property_of(text.at[at]);
        if (property == DISALLOWED || (property == FREEFORM && !freeform) ||
            (property == CONTEXTUAL && !precis_context_holds(text, at))) {
            return false;
        }
    }
    return true;
}

static bool is_plain(str text)
{
    for (size_t at = 0; at < text.len; at++) {
        if (text.ptr[at] < 0x21 || text.ptr[at] > 0x7E) {
            return false;
        }
    }
    return text.len > 0;
}

static enum precis_outcome refuse(const char **why, const char *sentence)
{
    *why = sentence;
    return PRECIS_REFUSED;
}

// False: the arena is full. The text is UTF-8.
static bool read_points(str text, struct roster_arena *arena, struct points *out)
{
    int32_t *points = arena_array(arena, text.len + 1, sizeof(*points));
    size_t count = 0;
    if (points == NULL) {
        return false;
    }
    for (size_t at = 0; at < text.len; count++) {
        utf8proc_ssize_t len = utf8proc_iterate((const utf8proc_uint8_t *)text.ptr + at,
                                                (utf8proc_ssize_t)(text.len - at), &points[count]);
        assert(len > 0);
        at += (size_t)len;
    }
    *out = (struct points){points, count};
    return true;
}

enum precis_outcome precis_check_username(str text, struct roster_arena *arena, const char **why)
{
    str narrow = {0};
    struct points points = {0};
    if (is_plain(text)) {
        return PRECIS_OK;
    }
    if (text.len == 0) {
        return refuse(why, "must not be empty");
    }
    if (!fold_is_utf8(text)) {
        return refuse(why, "must be UTF-8");
    }
    if (!fold_width(text, arena, &narrow) || !read_points(narrow, arena, &points)) {
        return PRECIS_FULL;
    }
    if (!is_in_class(points, false)) {
        return refuse(why, "must consist of letters, digits and the signs of ASCII, without spaces "
                           "(RFC 8265, UsernameCaseMapped)");
    }
    if (!fold_username(text, arena, &narrow) || !read_points(narrow, arena, &points)) {
        return PRECIS_FULL;
    }
    if (!precis_bidi_holds(points)) {
        return refuse(why, "mixes writing directions (RFC 8265, Bidi Rule)");
    }
    return PRECIS_OK;
}

// Every space of Unicode as the space of ASCII. False: the arena is full.
static bool map_spaces(struct points points, size_t len, struct roster_arena *arena, str *out)
{
    struct text text;
    text_init(&text, arena, len);
    for (size_t at = 0; at < points.count; at++) {
        utf8proc_uint8_t bytes[4];
        bool is_space = utf8proc_category(points.at[at]) == UTF8PROC_CATEGORY_ZS;
        utf8proc_ssize_t count = utf8proc_encode_char(is_space ? ' ' : points.at[at], bytes);
        text_add(&text, (str){(const char *)bytes, (size_t)count});
    }
    *out = text_str(&text);
    return !text.full;
}

enum precis_outcome precis_opaque(str text, struct roster_arena *arena, str *out, const char **why)
{
    str spaced = {0};
    struct points points = {0};
    if (text.len == 0) {
        return refuse(why, "must not be empty");
    }
    if (!fold_is_utf8(text)) {
        return refuse(why, "must be UTF-8");
    }
    if (!read_points(text, arena, &points)) {
        return PRECIS_FULL;
    }
    if (!is_in_class(points, true)) {
        return refuse(why, "must not have control characters or unassigned characters "
                           "(RFC 8265, OpaqueString)");
    }
    if (!map_spaces(points, text.len, arena, &spaced) || !fold_key(spaced, true, arena, out)) {
        return PRECIS_FULL;
    }
    return PRECIS_OK;
}
