// where_key.c: comparisons with keys of an index.
//
// A key that was too long is cut: its first KEY_PREFIX_MAX bytes are those of the value. A
// comparison that those bytes decide is exact; `co` and `ew` are exact as long as no value of the
// tenant's attribute was cut.
// SPDX-License-Identifier: Apache-2.0
#include "store/set.h"

#include "store/conn.h"

#include <stdarg.h>
#include <stdio.h>

static bool print(struct where *where, struct key_condition *out, const char *format, ...)
    ROSTER_PRINTF(3, 4);

static bool print(struct where *where, struct key_condition *out, const char *format, ...)
{
    char text[200];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    assert(len > 0 && (size_t)len < sizeof(text));
    return arena_copy(where->arena, (str){text, (size_t)len}, &out->text);
}

// The first text behind all that begin with `prefix`. False: there is none.
static bool behind(struct where *where, str prefix, str *out)
{
    while (prefix.len > 0 && (unsigned char)prefix.ptr[prefix.len - 1] == 0xFF) {
        prefix.len--;
    }
    if (prefix.len == 0 || !arena_copy(where->arena, prefix, out)) {
        where->full |= prefix.len > 0;
        return false;
    }
    ((char *)out->ptr)[out->len - 1]++;
    return true;
}

static bool equal_to(struct where *where, str key, struct key_condition *out)
{
    bool ignored = false;
    str cut = {0};
    return index_cut(key, where->arena, &cut, &ignored) &&
           print(where, out, "key = $%d", where_bytes(where, cut));
}

static bool starts_with(struct where *where, str key, struct key_condition *out)
{
    str end = {0};
    int from = where_bytes(where, key);
    out->rank = RANK_RANGE;
    if (!behind(where, key, &end)) {
        return print(where, out, "key >= $%d", from);
    }
    return print(where, out, "key >= $%d AND key < $%d", from, where_bytes(where, end));
}

static bool is_ordering(enum filter_kind kind)
{
    return kind == FILTER_SW || kind == FILTER_GT || kind == FILTER_GE || kind == FILTER_LT ||
           kind == FILTER_LE;
}

// The literal is longer than what cut keys keep of their values: with its beginning the condition
// holds for all that match, and for some that do not.
static bool ordered_loosely(struct where *where, const struct roster_filter *filter, str prefix,
                            struct key_condition *out)
{
    str end = {0};
    out->exact = false;
    out->rank = RANK_RANGE;
    if (filter->kind == FILTER_SW) {
        return starts_with(where, prefix, out);
    }
    if (filter->kind == FILTER_GT || filter->kind == FILTER_GE) {
        return print(where, out, "key >= $%d", where_bytes(where, prefix));
    }
    return behind(where, prefix, &end)
               ? print(where, out, "key < $%d", where_bytes(where, end))
               : print(where, out, "key >= $%d", where_bytes(where, (str){0}));
}

// Looks into every key; a cut one may hold anything.
static bool holds_part(struct where *where, const struct roster_filter *filter,
                       const struct index *index, struct key_condition *out)
{
    bool cut = store_is_truncated(where->store, where->search->tenant, index->number);
    const char *otherwise = cut ? " OR truncated = 1" : "";
    int part = where_bytes(where, filter->key);
    out->rank = RANK_INDEX;
    out->exact = !cut;
    if (filter->key.len == 0) {
        return print(where, out, "key >= $%d", part);
    }
    if (filter->kind == FILTER_CO) {
        return print(where, out, "(instr(key, $%d) > 0%s)", part, otherwise);
    }
    return print(where, out, "(substr(key, -length($%d)) = $%d%s)", part, part, otherwise);
}

bool where_key(struct where *where, const struct roster_filter *filter, const struct index *index,
               struct key_condition *out)
{
    str key = filter->key;
    *out = (struct key_condition){.rank = index->names_one ? RANK_FEW : RANK_MANY, .exact = true};
    if (filter->kind == FILTER_EQ) {
        return equal_to(where, key, out);
    }
    if (filter->kind == FILTER_PRESENT) {
        out->rank = RANK_INDEX;
        return print(where, out, "key > $%d", where_bytes(where, (str){0}));
    }
    out->rank = RANK_RANGE;
    if (is_ordering(filter->kind) && key.len > KEY_PREFIX_MAX) {
        return ordered_loosely(where, filter, str_head(key, KEY_PREFIX_MAX), out);
    }
    switch (filter->kind) {
    case FILTER_SW:
        return starts_with(where, key, out);
    case FILTER_GT:
        return print(where, out, "key > $%d", where_bytes(where, key));
    case FILTER_GE:
        return print(where, out, "key >= $%d", where_bytes(where, key));
    case FILTER_LT:
        return print(where, out, "key < $%d", where_bytes(where, key));
    case FILTER_LE:
        return print(where, out, "key <= $%d", where_bytes(where, key));
    case FILTER_CO:
    case FILTER_EW:
        return holds_part(where, filter, index, out);
    case FILTER_AND:
    case FILTER_OR:
    case FILTER_NOT:
    case FILTER_VALUES:
    case FILTER_NEVER:
    case FILTER_PRESENT:
    case FILTER_EQ:
    case FILTER_NE:
        break;
    }
    assert(false);
    return false;
}
