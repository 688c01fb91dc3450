// names.c: looking for an id or a name in the texts of a record.
// SPDX-License-Identifier: Apache-2.0
#include "journal/names.h"

#include "base/percent.h"
#include "base/text.h"
#include "json/value.h"

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (unsigned char)c >= 0x80;
}

// Whole words alone: the externalId "1" is not in every text with a number. The letter of an
// escape in JSON ends no word.
static bool has_words(str in, str text)
{
    for (size_t at = 0; at + text.len <= in.len; at++) {
        size_t end = at + text.len;
        bool begins = at == 0 || !is_word(in.ptr[at - 1]) || (at > 1 && in.ptr[at - 2] == '\\');
        bool ends = end == in.len || !is_word(in.ptr[end]);
        if (begins && ends && str_starts_nocase(str_tail(in, at), text)) {
            return true;
        }
    }
    return false;
}

typedef bool (*text_match)(str in, str text);

static bool decoded_has(str encoded, str text, text_match has, struct roster_arena *scratch)
{
    str plain = {0};
    if (!percent_decode(encoded, true, scratch, &plain)) {
        plain = encoded;
    }
    return has(plain, text);
}

static bool target_has(const struct record *record, str text, text_match has,
                       struct roster_arena *scratch)
{
    struct arena_mark mark = arena_mark(scratch);
    bool found = decoded_has(record->texts[RECORD_PATH], text, has, scratch) ||
                 decoded_has(record->texts[RECORD_QUERY], text, has, scratch);
    arena_rewind(scratch, mark);
    return found;
}

bool record_target_has(const struct record *record, str text, struct roster_arena *scratch)
{
    return target_has(record, text, str_contains_nocase, scratch);
}

// As it stands in JSON that json_write made.
static bool body_has(str body, str text, struct roster_arena *scratch)
{
    struct arena_mark mark = arena_mark(scratch);
    struct text escaped;
    text_init(&escaped, scratch, text.len * 6 + 2);
    json_write_string(&escaped, text);
    str inner = text_str(&escaped);
    bool has = escaped.full || has_words(body, (str){inner.ptr + 1, inner.len - 2});
    arena_rewind(scratch, mark);
    return has;
}

bool record_names(const struct record *record, str text, struct roster_arena *scratch)
{
    return str_equal_nocase(record->texts[RECORD_ID], text) ||
           target_has(record, text, has_words, scratch) ||
           has_words(record->texts[RECORD_DETAIL], text) ||
           body_has(record->texts[RECORD_BODY], text, scratch);
}
