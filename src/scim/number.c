// number.c: decimals without floating point, so that 15 and more digits survive.
// SPDX-License-Identifier: Apache-2.0
#include "scim/number.h"

#include <string.h>

enum { KEY_EXPONENT_ZERO = 50000, KEY_HEAD = 6 };

static_assert(NUMBER_EXPONENT_MAX < KEY_EXPONENT_ZERO, "exponents take five digits in a key");

struct cursor {
    str text;
    size_t at;
};

static bool take(struct cursor *c, char wanted)
{
    if (c->at >= c->text.len || c->text.ptr[c->at] != wanted) {
        return false;
    }
    c->at++;
    return true;
}

static bool take_digit(struct cursor *c, char *out)
{
    if (c->at >= c->text.len || c->text.ptr[c->at] < '0' || c->text.ptr[c->at] > '9') {
        return false;
    }
    *out = c->text.ptr[c->at++];
    return true;
}

// Adds digits to the mantissa. Zeros are counted first and written when another digit follows, so
// that a long tail of them takes no room.
struct digits {
    struct number *number;
    size_t zeros;
    bool too_many;
};

static void add_digit(struct digits *d, char digit, bool whole)
{
    struct number *n = d->number;
    bool leading = n->count == 0 && digit == '0';
    n->exponent += whole ? !leading : -(int)leading;
    if (digit == '0') {
        d->zeros += !leading;
        return;
    }
    if (d->too_many || d->zeros >= NUMBER_DIGITS_MAX - n->count) {
        d->too_many = true;
        return;
    }
    memset(n->digits + n->count, '0', d->zeros);
    n->count += d->zeros;
    n->digits[n->count++] = digit;
    d->zeros = 0;
}

static bool take_digits(struct cursor *c, struct digits *d, bool whole)
{
    char digit = 0;
    if (!take_digit(c, &digit)) {
        return false;
    }
    bool zero = whole && digit == '0';
    add_digit(d, digit, whole);
    while (!zero && take_digit(c, &digit)) {
        add_digit(d, digit, whole);
    }
    return true;
}

static bool take_exponent(struct cursor *c, int64_t *exponent)
{
    if (!take(c, 'e') && !take(c, 'E')) {
        return true;
    }
    bool negative = take(c, '-');
    if (!negative) {
        (void)take(c, '+');
    }
    char digit = 0;
    if (!take_digit(c, &digit)) {
        return false;
    }
    int64_t value = 0;
    do {
        // Held far above the limit, so that any number of digits can follow.
        value = value > INT32_MAX ? value : value * 10 + (digit - '0');
    } while (take_digit(c, &digit));
    *exponent += negative ? -value : value;
    return true;
}

bool number_parse(str text, struct number *out)
{
    *out = (struct number){0};
    struct cursor c = {text, 0};
    struct digits d = {out, 0, false};
    out->negative = take(&c, '-');
    if (!take_digits(&c, &d, true) || (take(&c, '.') && !take_digits(&c, &d, false)) ||
        !take_exponent(&c, &out->exponent) || c.at != text.len || d.too_many) {
        return false;
    }
    if (out->count == 0) {
        *out = (struct number){0};  // -0 and 0e9 are the same zero
    }
    return out->exponent >= -NUMBER_EXPONENT_MAX && out->exponent <= NUMBER_EXPONENT_MAX;
}

// "n" before zero's "o" before "p". Below zero every digit is replaced by its distance to nine,
// and a sign above all digits ends the key: so the larger magnitude sorts first.
bool number_key(const struct number *number, struct roster_arena *arena, str *key)
{
    char text[KEY_HEAD + NUMBER_DIGITS_MAX + 2];
    size_t len = 1;
    text[0] = number->count == 0 ? 'o' : (number->negative ? 'n' : 'p');
    if (number->count > 0) {
        int exponent = (int)number->exponent + KEY_EXPONENT_ZERO;
        for (size_t at = KEY_HEAD - 1; at > 0; at--) {
            text[at] = (char)('0' + exponent % 10);
            exponent /= 10;
        }
        memcpy(text + KEY_HEAD, number->digits, number->count);
        len = KEY_HEAD + number->count;
    }
    if (text[0] == 'n') {
        for (size_t at = 1; at < len; at++) {
            text[at] = (char)('0' + '9' - text[at]);
        }
        text[len++] = '~';
    }
    return arena_copy(arena, (str){text, len}, key);
}
