// vocabulary.c: names of attributes, types and endpoints, canonical values, and what RFC 7644 adds.
// SPDX-License-Identifier: Apache-2.0
#include "cli/vocabulary.h"

#include "scim/modules.h"

#include <stdlib.h>

struct vocabulary {
    str *words;  // sorted, ignoring case
    size_t count;
    size_t cap;
    struct roster_arena *arena;
};

// Messages, queries, targets, URIs and headers.
static const char protocol[] =
    "Operations Operation op path value add replace remove bulkId method data failOnErrors version "
    "GET POST PUT PATCH DELETE HEAD OPTIONS "
    "filter sortBy sortOrder ascending descending startIndex count attributes excludedAttributes "
    "cursor nextCursor previousCursor Resources totalResults itemsPerPage status detail response "
    "eq ne co sw ew pr gt ge lt le and or not true false null "
    "Users Groups Bulk Me Schemas ResourceTypes ServiceProviderConfig search scim v1 v2 t oauth "
    "well known authorization server token urn ietf params api messages core extension enterprise "
    "schemas PatchOp BulkRequest BulkResponse ListResponse SearchRequest Error managerId "
    "application json text html xml charset utf q return minimal representation";

static bool add_word(struct vocabulary *out, str word)
{
    str *words = arena_room(out->arena, out->words, out->count, &out->cap, sizeof(*words));
    if (words == NULL) {
        return false;
    }
    out->words = words;
    out->words[out->count++] = word;
    return true;
}

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool add_words(struct vocabulary *out, str text)
{
    bool ok = true;
    for (size_t at = 0; at < text.len && ok;) {
        size_t len = 0;
        bool letter = false;
        while (at + len < text.len && is_alnum(text.ptr[at + len])) {
            letter = letter || text.ptr[at + len] > '9';
            len++;
        }
        ok = !letter || add_word(out, (str){text.ptr + at, len});
        at += len + 1;
    }
    return ok;
}

static bool add_attrs(struct vocabulary *out, const struct attr *attrs, size_t count)
{
    bool ok = true;
    for (size_t at = 0; at < count && ok; at++) {
        ok = add_words(out, attrs[at].name);
        for (size_t value = 0; value < attrs[at].canonical_count && ok; value++) {
            ok = add_words(out, attrs[at].canonical_values[value]);
        }
        ok = ok && add_attrs(out, attrs[at].subs, attrs[at].sub_count);
    }
    return ok;
}

static bool add_module(struct vocabulary *out, enum module module)
{
    size_t count = 0;
    const struct registry_type *types = module_types(module, &count);
    bool ok = true;
    for (size_t at = 0; at < count && ok; at++) {
        ok = add_words(out, types[at].name) && add_words(out, types[at].endpoint);
    }
    return ok;
}

static bool add_shipped(struct vocabulary *out)
{
    struct roster_error ignored = {0};
    unsigned modules = 0;
    bool ok = true;
    for (int module = 0; module < MODULE_COUNT && ok; module++) {
        modules |= module_bit((enum module)module);
        ok = add_module(out, (enum module)module);
    }
    const struct registry_options options = {.modules = modules};
    const struct roster_registry *all = ok ? registry_build(&options, out->arena, &ignored) : NULL;
    ok = all != NULL && add_attrs(out, all->common, all->common_count);
    for (size_t at = 0; ok && at < all->schema_count; at++) {
        ok = add_words(out, all->schemas[at].id) &&
             add_attrs(out, all->schemas[at].attrs, all->schemas[at].attr_count);
    }
    for (size_t at = 0; ok && at < all->type_count; at++) {
        ok = add_words(out, all->types[at].name) && add_words(out, all->types[at].endpoint);
    }
    return ok;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int compare(const void *a, const void *b)
{
    const str *left = a;
    const str *right = b;
    size_t len = left->len < right->len ? left->len : right->len;
    for (size_t at = 0; at < len; at++) {
        int order = lower(left->ptr[at]) - lower(right->ptr[at]);
        if (order != 0) {
            return order;
        }
    }
    return (left->len > right->len) - (left->len < right->len);
}

const struct vocabulary *vocabulary_open(struct roster_arena *arena)
{
    struct vocabulary *out = arena_alloc(arena, sizeof(*out));
    if (out == NULL) {
        return NULL;
    }
    out->arena = arena;
    if (!add_shipped(out) || !add_words(out, str_of(protocol))) {
        return NULL;
    }
    qsort(out->words, out->count, sizeof(*out->words), compare);
    return out;
}

bool vocabulary_has(const struct vocabulary *vocabulary, str word)
{
    return bsearch(&word, vocabulary->words, vocabulary->count, sizeof(word), compare) != NULL;
}
