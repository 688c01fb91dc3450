// id.c: ids to bytes and back.
// SPDX-License-Identifier: Apache-2.0
#include "store/id.h"

#include "base/check.h"

#include <string.h>

enum { UUID_LEN = 16, UUID_TEXT = 36, MARK = 0xFF };

// Bytes between the dashes of a UUID.
static const size_t groups[] = {4, 2, 2, 2, 6};

// Lower case only: another spelling is another text.
static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_uuid(str text, struct id_form *form)
{
    const char *from = text.ptr;
    char *to = form->bytes;
    int bad = 0;  // below zero when any digit was
    if (text.len != UUID_TEXT) {
        return false;
    }
    for (size_t group = 0; group < COUNT_OF(groups); group++) {
        if (group > 0 && *from++ != '-') {
            return false;
        }
        for (size_t at = 0; at < groups[group]; at++) {
            int high = hex_value(*from++);
            int low = hex_value(*from++);
            bad |= high | low;
            *to++ = (char)(high * 16 + low);
        }
    }
    form->len = UUID_LEN;
    return bad >= 0;
}

struct id_form id_make(str text)
{
    struct id_form form;
    form.len = 0;
    if (read_uuid(text, &form) || text.len == 0 || text.len > ID_BYTES_MAX) {
        return form;
    }
    form.bytes[0] = (char)MARK;
    memcpy(form.bytes + 1, text.ptr, text.len);
    form.len = text.len + 1;
    if (form.len == UUID_LEN) {
        form.bytes[form.len++] = '\0';
    }
    return form;
}

str id_str(const struct id_form *form)
{
    return (str){form->bytes, form->len};
}

static bool print_uuid(str form, struct roster_arena *arena, str *out)
{
    static const char hex[] = "0123456789abcdef";
    const char *from = form.ptr;
    char text[UUID_TEXT];
    char *to = text;
    for (size_t group = 0; group < COUNT_OF(groups); group++) {
        if (group > 0) {
            *to++ = '-';
        }
        for (size_t at = 0; at < groups[group]; at++) {
            unsigned char byte = (unsigned char)*from++;
            *to++ = hex[byte >> 4];
            *to++ = hex[byte & 15];
        }
    }
    return arena_copy(arena, (str){text, sizeof(text)}, out);
}

bool id_print(str form, struct roster_arena *arena, str *out)
{
    if (form.len == UUID_LEN) {
        return print_uuid(form, arena, out);
    }
    str text = form.len == 0 ? form : str_tail(form, 1);
    if (text.len > 0 && text.ptr[text.len - 1] == '\0') {
        text.len--;
    }
    return arena_copy(arena, text, out);
}
