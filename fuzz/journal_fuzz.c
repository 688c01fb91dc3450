// journal_fuzz.c: no bytes of a journal harm who reads it, and no secret survives its redaction.
//
// The first byte says which part runs. Records, alone and in blocks: whatever is read is within the
// bytes, and reads the same when it is written anew. Redaction: the rest of the input is a body in
// which SECRET stands where a secret attribute may have its value; what comes out may not have it
// any more.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "base/text.h"
#include "journal/names.h"
#include "journal/redact.h"
#include "journal/secrets.h"
#include "journal/segment.h"
#include "json/value.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct roster_arena *arena;
static const struct roster_registry *registry;
static struct roster_arena *registry_arena;
static struct roster_arena *draft_arena;

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

static bool is_within(str bytes, str text)
{
    return text.len == 0 || (text.ptr >= bytes.ptr && text.ptr + text.len <= bytes.ptr + bytes.len);
}

// With a length and a checksum that fit.
static void seal(char *bytes, size_t len)
{
    uint32_t head[2] = {(uint32_t)len, record_checksum(bytes + sizeof(head), len - sizeof(head))};
    memcpy(bytes, head, sizeof(head));
}

static void read_record(str bytes)
{
    struct record record;
    struct record again;
    size_t len = 0;
    if (record_get(bytes, &record, &len) != RECORD_OK) {
        return;
    }
    for (size_t at = 0; at < RECORD_TEXTS; at++) {
        must(is_within(bytes, record.texts[at]));
    }
    (void)record_names(&record, STR("ann"), arena);
    char *copy = malloc(len);
    must(copy != NULL && record_size(&record) == len);
    record_put(&record, copy);
    seal(copy, len);
    must(record_get((str){copy, len}, &again, &len) == RECORD_OK);
    free(copy);
}

// Whatever the bytes say.
static void read_sealed(str bytes)
{
    size_t len = bytes.len & ~(size_t)7;
    if (len < 16) {
        return;
    }
    char *copy = malloc(len);
    must(copy != NULL);
    memcpy(copy, bytes.ptr, len);
    seal(copy, len);
    read_record((str){copy, len});
    free(copy);
}

static bool is_equal(const struct record *a, const struct record *b)
{
    bool equal = memcmp(&a->facts, &b->facts, sizeof(a->facts)) == 0;
    for (size_t at = 0; at < RECORD_TEXTS; at++) {
        equal = equal && str_equal(a->texts[at], b->texts[at]);
    }
    return equal;
}

static void write_anew(const struct record *record)
{
    struct record again = {0};
    char *common = malloc(common_room(record));
    char *own = malloc(own_room(record));
    must(common != NULL && own != NULL);
    str common_bytes = {common, common_write(record, common)};
    str own_bytes = {own, own_write(record, own)};
    must(common_bytes.len <= common_room(record) && own_bytes.len <= own_room(record));
    must(common_take(&common_bytes, &again) && common_bytes.len == 0);
    must(own_take(&own_bytes, &again) && own_bytes.len == 0);
    must(common_equal(record, &again) && is_equal(record, &again));
    free(common);
    free(own);
}

static void read_block(str bytes)
{
    static struct block block;
    struct record record;
    size_t len = 0;
    if (block_read(bytes, &block, &len) != RECORD_OK) {
        return;
    }
    must(len <= bytes.len);
    str whole = str_head(bytes, len);
    while (block_take(&block, &record) == RECORD_OK) {
        must(block.number > 0 && block.number <= block.count && is_within(whole, block.own));
        must(is_within(whole, block.commons[block.number - 1]));
        for (size_t at = 0; at < RECORD_TEXTS; at++) {
            must(is_within(whole, record.texts[at]));
        }
        (void)record_names(&record, STR("ann"), arena);
        write_anew(&record);
    }
}

// Entries, whatever they say, behind a head that fits.
static void read_entries(str entries)
{
    struct block_draft draft = {0};
    block_begin(&draft, draft_arena, 1);
    text_add(&draft.text, entries);
    str bytes = block_end(&draft);
    if (bytes.len > 0) {
        read_block(bytes);
    }
}

static void read_head(str bytes)
{
    struct segment_names names;
    size_t len = 0;
    if (segment_head_read(bytes, &names, &len)) {
        struct record_facts facts = {.quirks_on = UINT64_MAX, .code = 7};
        must(len <= bytes.len);
        segment_translate(&names, &facts);
        must(facts.code < JOURNAL_CODES);
    }
}

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// The start of a token of ours, but for one inside of a name such as "first_name".
static bool has_token(str text)
{
    for (size_t at = 0; at + 4 <= text.len; at++) {
        if (memcmp(text.ptr + at, "rst_", 4) == 0 && (at == 0 || !is_alnum(text.ptr[at - 1]))) {
            return true;
        }
    }
    return false;
}

// The oracle knows nothing of words and quotes: it asks the tree.
static bool tree_has(const struct roster_json *value, bool secret)
{
    if ((secret && !str_equal(value->text, REDACTED)) || has_token(value->text) ||
        has_token(value->key)) {
        return true;
    }
    str path = json_find_text(value, STR("path"));
    for (const struct roster_json *at = value->first; at != NULL; at = at->next) {
        bool named = str_equal_nocase(at->key, STR("password"));
        bool meant =
            str_equal_nocase(at->key, STR("value")) && str_equal_nocase(path, STR("password"));
        if (tree_has(at, named || meant)) {
            return true;
        }
    }
    return false;
}

static void redact_body(const struct secrets *secrets, str body)
{
    struct roster_json *json = NULL;
    struct roster_error err = {0};
    str out = {0};
    str twice = {0};
    if (!redact_json(secrets, body, arena, &out)) {
        return;
    }
    must(roster_json_read(out, arena, &json, &err));
    must(!tree_has(json, false));
    must(redact_json(secrets, out, arena, &twice) && str_equal(out, twice));
    if (secrets_absent(secrets, body)) {
        must(roster_json_read(body, arena, &json, &err) && !tree_has(json, false));
    }
}

// Whether a parameter of this name has a value that was not hidden. The name in the middle of
// another parameter's value is text like any other.
static bool query_has(str query, str secret)
{
    for (bool more = query.len > 0; more;) {
        str part = {0};
        str name = {0};
        str value = {0};
        more = str_cut(query, '&', &part, &query);
        str_cut(part, '=', &name, &value);
        if (str_equal_nocase(name, secret) && !str_equal(value, REDACTED)) {
            return true;
        }
    }
    return false;
}

static void redact_target(const struct secrets *secrets, str target)
{
    str path = {0};
    str query = {0};
    str out = {0};
    str_cut(target, '?', &path, &query);
    if (redact_query(secrets, query, arena, &out)) {
        must(!has_token(out));
        must(!query_has(out, STR("password")));
    }
    must(!has_token(redact_path(secrets, path, arena)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct roster_error err = {0};
    if (registry_arena == NULL) {
        arena = roster_arena_open(JOURNAL_ARENA_MAX);
        registry_arena = roster_arena_open(MIB(16));
        draft_arena = roster_arena_open(2 * JOURNAL_BLOCK_MAX);
        registry = roster_registry_builtin(registry_arena, &err);
        must(registry != NULL);
    }
    if (size == 0) {
        return 0;
    }
    str rest = {(const char *)data + 1, size - 1};
    const struct secrets *secrets = secrets_of(registry, arena);
    switch (data[0]) {
    case 'r':
        read_record(rest);
        read_sealed(rest);
        break;
    case 'b':
        read_block(rest);
        read_entries(rest);
        break;
    case 'h':
        read_head(rest);
        break;
    case 'q':
        redact_target(secrets, rest);
        break;
    default:
        redact_body(secrets, rest);
        break;
    }
    roster_arena_reset(arena);
    return 0;
}
