// hex.c: bytes to digits and back.
// SPDX-License-Identifier: Apache-2.0
#include "base/hex.h"

void hex_print(str bytes, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t at = 0; at < bytes.len; at++) {
        unsigned char byte = (unsigned char)bytes.ptr[at];
        *out++ = digits[byte >> 4];
        *out++ = digits[byte & 15];
    }
}

static int value_of(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

bool hex_parse(str text, unsigned char *out)
{
    if (text.len % 2 != 0) {
        return false;
    }
    for (size_t at = 0; at < text.len; at += 2) {
        int high = value_of(text.ptr[at]);
        int low = value_of(text.ptr[at + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        *out++ = (unsigned char)(high * 16 + low);
    }
    return true;
}
