// precis_context.c: code points that are allowed only beside certain others (RFC 5892 appendix A).
//
// Of the writing systems whose letters join, the rule for the zero width non-joiner knows Arabic
// (with Persian and Urdu); in others it is allowed behind a virama only.
// SPDX-License-Identifier: Apache-2.0
#include "scim/precis_inner.h"

#include <utf8proc.h>

enum { VIRAMA = 9 };  // a canonical combining class

// 0 where there is none.
static int32_t point_before(struct points text, size_t index)
{
    return index == 0 ? 0 : text.at[index - 1];
}

static int32_t point_behind(struct points text, size_t index)
{
    return index + 1 >= text.count ? 0 : text.at[index + 1];
}

static bool is_greek(int32_t point)
{
    static const struct range ranges[] = {{0x370, 0x373},  {0x375, 0x377}, {0x37A, 0x37D},
                                          {0x37F, 0x384},  {0x386, 0x3E1}, {0x3F0, 0x3FF},
                                          {0x1F00, 0x1FFE}};
    return point_is_in(point, ranges, COUNT_OF(ranges));
}

static bool is_hebrew(int32_t point)
{
    static const struct range ranges[] = {{0x591, 0x5F4}, {0xFB1D, 0xFB4F}};
    return point_is_in(point, ranges, COUNT_OF(ranges));
}

static bool is_japanese(int32_t point)
{
    static const struct range ranges[] = {{0x3005, 0x3005}, {0x3007, 0x3007},   {0x3021, 0x3029},
                                          {0x3038, 0x303B}, {0x3041, 0x3096},   {0x309D, 0x309F},
                                          {0x30A1, 0x30FA}, {0x30FD, 0x30FF},   {0x31F0, 0x31FF},
                                          {0x3400, 0x4DBF}, {0x4E00, 0x9FFF},   {0xF900, 0xFAFF},
                                          {0xFF66, 0xFF9D}, {0x1B000, 0x1B16F}, {0x20000, 0x3FFFD}};
    return point_is_in(point, ranges, COUNT_OF(ranges));
}

static bool has_in(struct points text, int32_t first, int32_t last)
{
    for (size_t at = 0; at < text.count; at++) {
        if (text.at[at] >= first && text.at[at] <= last) {
            return true;
        }
    }
    return false;
}

static bool has_japanese(struct points text)
{
    for (size_t at = 0; at < text.count; at++) {
        if (is_japanese(text.at[at])) {
            return true;
        }
    }
    return false;
}

// Letters of Arabic that join at all.
static bool is_joining(int32_t point)
{
    static const struct range letters[] = {{0x620, 0x64A}, {0x66E, 0x6D5}, {0x6EE, 0x6EF},
                                           {0x6FA, 0x6FC}, {0x6FF, 0x6FF}, {0x750, 0x77F}};
    return point_is_in(point, letters, COUNT_OF(letters)) && point != 0x621 && point != 0x674 &&
           utf8proc_category(point) == UTF8PROC_CATEGORY_LO;
}

// Those that join to what stands before them only, so that nothing behind them is to be kept apart.
static bool joins_before_only(int32_t point)
{
    static const struct range letters[] = {
        {0x622, 0x625}, {0x627, 0x627}, {0x629, 0x629}, {0x62F, 0x632}, {0x648, 0x648},
        {0x671, 0x673}, {0x675, 0x677}, {0x688, 0x699}, {0x6C0, 0x6C0}, {0x6C3, 0x6CB},
        {0x6CD, 0x6CD}, {0x6CF, 0x6CF}, {0x6D2, 0x6D3}, {0x6D5, 0x6D5}, {0x6EE, 0x6EF},
        {0x759, 0x75B}, {0x76B, 0x76C}, {0x771, 0x771}, {0x773, 0x774}, {0x778, 0x779}};
    return point_is_in(point, letters, COUNT_OF(letters));
}

static bool is_transparent(int32_t point)
{
    utf8proc_category_t category = utf8proc_category(point);
    return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME;
}

static bool is_behind_virama(struct points text, size_t index)
{
    return index > 0 && utf8proc_get_property(text.at[index - 1])->combining_class == VIRAMA;
}

static bool stands_between_joined(struct points text, size_t index)
{
    size_t before = index;
    size_t behind = index + 1;
    while (before > 0 && is_transparent(text.at[before - 1])) {
        before--;
    }
    while (behind < text.count && is_transparent(text.at[behind])) {
        behind++;
    }
    return before > 0 && behind < text.count && is_joining(text.at[before - 1]) &&
           !joins_before_only(text.at[before - 1]) && is_joining(text.at[behind]);
}

bool precis_context_holds(struct points text, size_t index)
{
    int32_t point = text.at[index];
    switch (point) {
    case 0x200C:  // zero width non-joiner
        return is_behind_virama(text, index) || stands_between_joined(text, index);
    case 0x200D:  // zero width joiner
        return is_behind_virama(text, index);
    case 0xB7:  // middle dot, as in Catalan
        return point_before(text, index) == 'l' && point_behind(text, index) == 'l';
    case 0x375:  // Greek lower numeral sign
        return is_greek(point_behind(text, index));
    case 0x5F3:  // geresh
    case 0x5F4:  // gershayim
        return is_hebrew(point_before(text, index));
    case 0x30FB:  // katakana middle dot
        return has_japanese(text);
    default:
        break;
    }
    // The two rows of Arabic digits do not mix.
    assert((point >= 0x660 && point <= 0x669) || (point >= 0x6F0 && point <= 0x6F9));
    return point <= 0x669 ? !has_in(text, 0x6F0, 0x6F9) : !has_in(text, 0x660, 0x669);
}
