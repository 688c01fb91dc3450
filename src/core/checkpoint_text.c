// checkpoint_text.c: lines of JSON.
// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint_text.h"

#include "base/hex.h"
#include "base/limits.h"
#include "base/time.h"

enum { VERSION = 1, KEY_DIGITS = 8 };

void checkpoint_print_head(struct text *text, const struct checkpoint *checkpoint)
{
    char time[TIME_TEXT_LEN];
    time_print(checkpoint->time_ms, time);
    text_format(text,
                "{\"checkpoint\":%d,\"store\":\"%.*s\",\"time\":\"%.*s\",\"key\":\"%08x\","
                "\"product\":\"%.*s\",\"tenants\":%zu}\n",
                VERSION, STR_ARGS(checkpoint->store), TIME_TEXT_LEN, time, checkpoint->key,
                STR_ARGS(checkpoint->product), checkpoint->mark_count);
}

static void print_digits(struct text *text, const unsigned char *bytes, size_t len)
{
    char digits[2 * SIGNATURE_LEN];
    assert(2 * len <= sizeof(digits));
    hex_print((str){(const char *)bytes, len}, digits);
    text_add(text, (str){digits, 2 * len});
}

void checkpoint_print_mark(struct text *text, const struct audit_mark *mark, str name)
{
    text_format(text, "{\"tenant\":%lld,\"name\":", (long long)mark->tenant);
    if (name.len > 0) {
        json_write_string(text, name);
    } else {
        text_lit(text, "null");
    }
    text_format(text, ",\"sequence\":%lld,\"digest\":\"", (long long)mark->sequence);
    print_digits(text, mark->digest, sizeof(mark->digest));
    text_lit(text, "\"}\n");
}

#define SIGNATURE_BEFORE STR("{\"signature\":\"")
#define SIGNATURE_BEHIND STR("\"}\n")

void checkpoint_print_signature(struct text *text, const unsigned char signature[SIGNATURE_LEN])
{
    text_add(text, SIGNATURE_BEFORE);
    print_digits(text, signature, SIGNATURE_LEN);
    text_add(text, SIGNATURE_BEHIND);
}

static bool refuse(struct roster_error *err)
{
    return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                "this is no checkpoint of this version, or a part of one");
}

static bool takes_prefix(str *text, str prefix)
{
    bool has = text->len >= prefix.len && str_equal(str_head(*text, prefix.len), prefix);
    if (has) {
        *text = str_tail(*text, prefix.len);
    }
    return has;
}

// The last line has one spelling only, so that no byte of a checkpoint may be another one.
bool checkpoint_split(str text, struct checkpoint_parts *out, struct roster_error *err)
{
    const size_t last_len = SIGNATURE_BEFORE.len + (size_t)2 * SIGNATURE_LEN + SIGNATURE_BEHIND.len;
    if (text.len <= last_len) {
        return refuse(err);
    }
    out->body = str_head(text, text.len - last_len);
    str last = str_tail(text, out->body.len);
    if (out->body.ptr[out->body.len - 1] != '\n' || !takes_prefix(&last, SIGNATURE_BEFORE) ||
        !hex_parse(str_head(last, (size_t)2 * SIGNATURE_LEN), out->signature) ||
        !str_equal(str_tail(last, (size_t)2 * SIGNATURE_LEN), SIGNATURE_BEHIND)) {
        return refuse(err);
    }
    return str_cut(out->body, '\n', &out->head, &out->marks) || refuse(err);
}

static bool find_number(const struct roster_json *object, str name, int64_t *out)
{
    const struct roster_json *member = json_find(object, name);
    return json_is(member, JSON_NUMBER) && str_to_i64(member->text, out);
}

static bool read_key(str digits, uint32_t *out)
{
    unsigned char bytes[KEY_DIGITS / 2];
    if (digits.len != KEY_DIGITS || !hex_parse(digits, bytes)) {
        return false;
    }
    *out = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
    return true;
}

bool checkpoint_read_head(const struct checkpoint_parts *parts, struct roster_arena *arena,
                          struct checkpoint *out, struct roster_error *err)
{
    struct roster_json *json = NULL;
    int64_t version = 0;
    int64_t count = 0;
    *out = (struct checkpoint){0};
    if (!roster_json_read(parts->head, arena, &json, err) ||
        !find_number(json, STR("checkpoint"), &version) || version != VERSION ||
        !find_number(json, STR("tenants"), &count) || count < 0 ||
        (size_t)count > parts->marks.len ||
        !time_parse(json_find_text(json, STR("time")), &out->time_ms) ||
        !read_key(json_find_text(json, STR("key")), &out->key)) {
        return refuse(err);
    }
    out->store = json_find_text(json, STR("store"));
    out->product = json_find_text(json, STR("product"));
    out->mark_count = (size_t)count;
    return true;
}

static bool read_mark(str line, struct roster_arena *arena, struct audit_mark *out)
{
    struct roster_json *json = NULL;
    struct roster_error ignored = {0};
    struct arena_mark before = arena_mark(arena);
    bool good = roster_json_read(line, arena, &json, &ignored);
    str digest = json_find_text(json, STR("digest"));
    good = good && find_number(json, STR("tenant"), &out->tenant) &&
           find_number(json, STR("sequence"), &out->sequence) && out->sequence > 0 &&
           digest.len == 2 * sizeof(out->digest) && hex_parse(digest, out->digest);
    arena_rewind(arena, before);
    return good;
}

bool checkpoint_read_marks(const struct checkpoint_parts *parts, struct roster_arena *arena,
                           struct checkpoint *out, struct roster_error *err)
{
    str rest = parts->marks;
    int64_t before = INT64_MIN;
    out->marks = arena_array(arena, out->mark_count + 1, sizeof(*out->marks));
    if (out->marks == NULL) {
        return fail_memory(err);
    }
    for (size_t at = 0; at < out->mark_count; at++) {
        str line = {0};
        if (!str_cut(rest, '\n', &line, &rest) || !read_mark(line, arena, &out->marks[at]) ||
            out->marks[at].tenant <= before) {
            return refuse(err);
        }
        before = out->marks[at].tenant;
    }
    return rest.len == 0 || refuse(err);
}
