// visible.c: what of a text may go to a terminal.
// SPDX-License-Identifier: Apache-2.0
#include "base/visible.h"

// The second byte of some heads says that they are overlong, a surrogate, or beyond U+10FFFF (RFC
// 3629 section 4): terminals that take them see what stands behind.
static bool may_follow(unsigned char head, unsigned char second)
{
    switch (head) {
    case 0xE0:
        return second >= 0xA0;
    case 0xED:
        return second < 0xA0;
    case 0xF0:
        return second >= 0x90;
    case 0xF4:
        return second < 0x90;
    default:
        return true;
    }
}

size_t visible_len(str text)
{
    unsigned char head = (unsigned char)text.ptr[0];
    size_t len = head < 0x80 ? 1 : head >= 0xF0 ? 4 : head >= 0xE0 ? 3 : head >= 0xC2 ? 2 : 0;
    if (len == 0 || len > text.len || head > 0xF4) {
        return 0;
    }
    for (size_t i = 1; i < len; i++) {
        if (((unsigned char)text.ptr[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    return len == 1 || may_follow(head, (unsigned char)text.ptr[1]) ? len : 0;
}

// C0, DEL and C1 drive terminals; U+200B to U+200F, U+2028 to U+202E, U+2060 to U+206F and the
// byte order mark cannot be seen and turn what can be.
bool visible_is_harmful(str point)
{
    const unsigned char *at = (const unsigned char *)point.ptr;
    if (point.len == 1) {
        return at[0] < 0x20 || at[0] == 0x7F;
    }
    if (point.len == 2) {
        return at[0] == 0xC2 && at[1] < 0xA0;
    }
    if (point.len == 3 && at[0] == 0xE2 && at[1] == 0x80) {
        return (at[2] >= 0x8B && at[2] <= 0x8F) || (at[2] >= 0xA8 && at[2] <= 0xAE);
    }
    return point.len == 3 && ((at[0] == 0xE2 && at[1] == 0x81 && at[2] >= 0xA0) ||
                              (at[0] == 0xEF && at[1] == 0xBB && at[2] == 0xBF));
}

void visible_add(struct text *out, str text)
{
    while (text.len > 0) {
        size_t len = visible_len(text);
        bool harmful = len == 0 || visible_is_harmful(str_head(text, len));
        text_add(out, harmful ? STR(".") : str_head(text, len));
        text = str_tail(text, len > 0 ? len : 1);
    }
}
