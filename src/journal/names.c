// names.c: looking for an id or a name in the texts of a record.
// SPDX-License-Identifier: Apache-2.0
#include "journal/names.h"

#include "base/percent.h"
#include "base/text.h"
#include "json/value.h"

static bool decoded_has(str encoded, str text, struct roster_arena *scratch)
{
    str plain = {0};
    if (!percent_decode(encoded, true, scratch, &plain)) {
        plain = encoded;
    }
    return str_contains_nocase(plain, text);
}

bool record_target_has(const struct record *record, str text, struct roster_arena *scratch)
{
    struct arena_mark mark = arena_mark(scratch);
    bool has = decoded_has(record->texts[RECORD_PATH], text, scratch) ||
               decoded_has(record->texts[RECORD_QUERY], text, scratch);
    arena_rewind(scratch, mark);
    return has;
}

// As it stands in JSON that json_write made.
static bool body_has(str body, str text, struct roster_arena *scratch)
{
    struct arena_mark mark = arena_mark(scratch);
    struct text escaped;
    text_init(&escaped, scratch, text.len * 6 + 2);
    json_write_string(&escaped, text);
    str inner = text_str(&escaped);
    bool has = escaped.full || str_contains_nocase(body, (str){inner.ptr + 1, inner.len - 2});
    arena_rewind(scratch, mark);
    return has;
}

bool record_names(const struct record *record, str text, struct roster_arena *scratch)
{
    return str_equal_nocase(record->texts[RECORD_ID], text) ||
           record_target_has(record, text, scratch) ||
           str_contains_nocase(record->texts[RECORD_DETAIL], text) ||
           body_has(record->texts[RECORD_BODY], text, scratch);
}
