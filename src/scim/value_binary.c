// value_binary.c: binary values: base64 on the way in, standard base64 in the store.
// SPDX-License-Identifier: Apache-2.0
#include "scim/value.h"

#include "base/base64.h"
#include "scim/quirks.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static bool encode(const unsigned char *octets, size_t len, struct roster_arena *arena, str *out)
{
    struct text text;
    text_init(&text, arena, arena_max(arena));
    text_reserve(&text, (len + 2) / 3 * 4);
    for (size_t at = 0; at < len; at += 3) {
        size_t left = len - at;
        unsigned bits = (unsigned)octets[at] << 16 |
                        (left > 1 ? (unsigned)octets[at + 1] << 8 : 0) |
                        (left > 2 ? octets[at + 2] : 0);
        text_char(&text, alphabet[bits >> 18]);
        text_char(&text, alphabet[bits >> 12 & 63]);
        text_char(&text, left > 1 ? alphabet[bits >> 6 & 63] : '=');
        text_char(&text, left > 2 ? alphabet[bits & 63] : '=');
    }
    *out = text_str(&text);
    return !text.full;
}

// Whether the octets are one DER sequence to their end, as a certificate is. What is inside is for
// who uses the certificate.
static bool is_der_sequence(const unsigned char *octets, size_t len)
{
    if (len < 2 || octets[0] != 0x30) {
        return false;
    }
    if (octets[1] < 0x80) {
        return octets[1] == len - 2;
    }
    size_t count = octets[1] & 0x7f;
    if (count == 0 || count > 4 || len < 2 + count) {
        return false;
    }
    size_t length = 0;
    for (size_t at = 0; at < count; at++) {
        length = length << 8 | octets[2 + at];
    }
    return length == len - 2 - count;
}

static bool is_certificate(const struct attr *attr)
{
    return attr->parent != NULL && attr_is_core_user(attr->parent, STR("x509Certificates"));
}

static bool standardize(const struct scope *scope, const struct attr *attr, str text, str *out,
                        struct roster_error *err)
{
    size_t len = 0;
    str encoded = {0};
    unsigned char *octets = arena_alloc(scope->arena, text.len / 4 * 3 + 3);
    if (octets == NULL) {
        return fail_memory(err);
    }
    if (!base64_decode(text, octets, &len)) {
        return value_fail(err, ROSTER_ERR_INVALID_VALUE, attr, "must be base64");
    }
    if (!encode(octets, len, scope->arena, &encoded)) {
        return fail_memory(err);
    }
    bool is_wrong = is_certificate(attr) && !is_der_sequence(octets, len);
    if (!is_wrong && str_equal(encoded, text)) {
        return true;
    }
    if (quirk_take(scope->quirks, ROSTER_QUIRK_VALUES_AS_SENT)) {
        return true;
    }
    if (is_wrong) {
        return value_fail(err, ROSTER_ERR_INVALID_VALUE, attr,
                          "must be one certificate: DER in base64, without PEM lines");
    }
    return arena_copy(scope->arena, encoded, out) || fail_memory(err);
}

bool value_check_binary(const struct scope *scope, const struct attr *attr, str text, str *out,
                        struct roster_error *err)
{
    struct arena_mark mark = arena_mark(scope->arena);
    str kept = text;
    if (!standardize(scope, attr, text, &kept, err)) {
        return false;
    }
    *out = kept;
    if (kept.ptr == text.ptr) {
        arena_rewind(scope->arena, mark);
    }
    return true;
}
