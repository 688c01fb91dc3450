// etag.c: printing and comparing version tags.
// SPDX-License-Identifier: Apache-2.0
#include "core/etag.h"

#include "sys/sys.h"

struct etag etag_make(int64_t revision, uint32_t derived)
{
    struct etag tag = {.text = "W/\"", .len = 3};
    tag.len += str_put_i64(revision, tag.text + tag.len);
    if (derived != 0) {
        tag.text[tag.len++] = '-';
        str_put_hex32(derived, tag.text + tag.len);
        tag.len += HEX32_LEN;
    }
    tag.text[tag.len++] = '"';
    return tag;
}

struct etag etag_of_text(str text)
{
    struct etag tag = {.text = "W/\"", .len = 3};
    unsigned char digest[DIGEST_LEN];
    digest_of(text, digest);
    for (size_t at = 0; at < 2 * sizeof(uint32_t); at += sizeof(uint32_t)) {
        uint32_t word = (uint32_t)digest[at] << 24 | (uint32_t)digest[at + 1] << 16 |
                        (uint32_t)digest[at + 2] << 8 | digest[at + 3];
        str_put_hex32(word, tag.text + tag.len);
        tag.len += HEX32_LEN;
    }
    tag.text[tag.len++] = '"';
    return tag;
}

str etag_str(const struct etag *tag)
{
    return (str){tag->text, tag->len};
}

// What stands between the quotes, or the bare word. False for anything else.
static bool opaque_part(str tag, str *out)
{
    tag = str_trim(tag);
    bool weak = tag.len >= 2 && (tag.ptr[0] == 'W' || tag.ptr[0] == 'w') && tag.ptr[1] == '/';
    *out = weak ? str_tail(tag, 2) : tag;
    if (out->len >= 2 && out->ptr[0] == '"' && out->ptr[out->len - 1] == '"') {
        *out = (str){out->ptr + 1, out->len - 2};
    }
    for (size_t at = 0; at < out->len; at++) {
        unsigned char c = (unsigned char)out->ptr[at];
        if (c <= 0x20 || c == '"' || c == 0x7f) {
            return false;
        }
    }
    return out->len > 0;
}

bool etag_list_is_valid(str header)
{
    str tag = {0};
    str part = {0};
    bool more = true;
    while (more) {
        more = str_cut(header, ',', &tag, &header);
        if (!opaque_part(tag, &part)) {
            return false;
        }
    }
    return true;
}

static bool is_star(str header)
{
    return str_equal(str_trim(header), STR("*"));
}

bool etag_list_has(str header, const struct etag *tag)
{
    str own = {0};
    bool ok = opaque_part(etag_str(tag), &own);
    assert(ok);
    str one = {0};
    str part = {0};
    bool more = !is_star(header);
    while (more) {
        more = str_cut(header, ',', &one, &header);
        if (opaque_part(one, &part) && str_equal(part, own)) {
            return true;
        }
    }
    return is_star(header);
}

bool etag_list_has_revision(str header, int64_t revision)
{
    str one = {0};
    str part = {0};
    bool more = !is_star(header);
    while (more) {
        more = str_cut(header, ',', &one, &header);
        str number = {0};
        str hash = {0};
        int64_t value = 0;
        if (!opaque_part(one, &part)) {
            continue;
        }
        str_cut(part, '-', &number, &hash);
        if (str_to_i64(number, &value) && value == revision) {
            return true;
        }
    }
    return is_star(header);
}
