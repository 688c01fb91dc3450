// id.c: ids to bytes and back.
// SPDX-License-Identifier: Apache-2.0
#include "store/id.h"

#include <string.h>

enum { UUID_LEN = 16, UUID_TEXT = 36, MARK = 0xFF };

static bool is_dash(size_t at)
{
    return at == 8 || at == 13 || at == 18 || at == 23;
}

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
    size_t digits = 0;
    if (text.len != UUID_TEXT) {
        return false;
    }
    for (size_t at = 0; at < text.len; at++) {
        int value = is_dash(at) ? 0 : hex_value(text.ptr[at]);
        if (value < 0 || (is_dash(at) && text.ptr[at] != '-')) {
            return false;
        }
        if (!is_dash(at)) {
            unsigned char *byte = (unsigned char *)&form->bytes[digits / 2];
            *byte = (unsigned char)(digits % 2 == 0 ? value << 4 : *byte | value);
            digits++;
        }
    }
    form->len = UUID_LEN;
    return true;
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
    char text[UUID_TEXT];
    size_t digits = 0;
    for (size_t at = 0; at < sizeof(text); at++) {
        if (is_dash(at)) {
            text[at] = '-';
        } else {
            unsigned char byte = (unsigned char)form.ptr[digits / 2];
            text[at] = hex[digits % 2 == 0 ? byte >> 4 : byte & 15];
            digits++;
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
