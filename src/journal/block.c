// block.c: the parts of records to bytes and back, and blocks of them.
// SPDX-License-Identifier: Apache-2.0
#include "journal/block.h"

enum { NUMBER_BYTES = 10, NUMBER_MORE = 0x80, ENTRY_BYTES = sizeof(uint16_t), BLOCK_ALIGN = 8 };

struct block_head {
    uint32_t length;
    uint32_t checksum;
    int64_t clock_us;
};

enum { SUM_AT = offsetof(struct block_head, clock_us) };

enum { PART_TEXTS = RECORD_COMMONS, COMMON_FACTS = 4, OWN_FACTS = 2 };

// The numbers of most own parts are eight of one byte.
#define NOT_SMALL UINT64_C(0x8080808080808080)

static_assert(RECORD_TEXTS == 2 * PART_TEXTS, "each text is in one part");
static_assert(OWN_FACTS + PART_TEXTS == sizeof(uint64_t), "they are looked at together");

// The first of an own part, as they are.
#define FIXED(X)                                                                                   \
    X(time_us) X(took_us) X(bytes_in) X(bytes_out) X(status) X(code) X(place) X(flags) X(body)
#define FIXED_SIZE(fact) +sizeof(((struct record_facts *)0)->fact)

enum { FIXED_BYTES = 0 FIXED(FIXED_SIZE) };

#undef FIXED_SIZE

static_assert(FIXED_BYTES == 26, "they are in files");

static size_t room(size_t facts, const str *texts)
{
    size_t len = (facts + PART_TEXTS) * NUMBER_BYTES;
    for (size_t at = 0; at < PART_TEXTS; at++) {
        len += texts[at].len;
    }
    return len;
}

size_t common_room(const struct record *record)
{
    return room(COMMON_FACTS, record->texts);
}

size_t own_room(const struct record *record)
{
    return FIXED_BYTES + room(OWN_FACTS, record->texts + PART_TEXTS);
}

static char *write_number(char *to, uint64_t number)
{
    for (; number >= NUMBER_MORE; number >>= 7) {
        *to++ = (char)(number | NUMBER_MORE);
    }
    *to++ = (char)number;
    return to;
}

// Mostly each is one byte.
static char *write_lengths(char *to, const str *texts)
{
    size_t all = 0;
    for (size_t at = 0; at < PART_TEXTS; at++) {
        all |= texts[at].len;
        to[at] = (char)texts[at].len;
    }
    if (all < NUMBER_MORE) {
        return to + PART_TEXTS;
    }
    for (size_t at = 0; at < PART_TEXTS; at++) {
        to = write_number(to, texts[at].len);
    }
    return to;
}

static char *write_texts(char *to, const str *texts)
{
    to = write_lengths(to, texts);
    for (size_t at = 0; at < PART_TEXTS; at++) {
        if (texts[at].len > 0) {
            memcpy(to, texts[at].ptr, texts[at].len);
            to += texts[at].len;
        }
    }
    return to;
}

bool common_equal(const struct record *a, const struct record *b)
{
    bool equal = a->facts.tenant == b->facts.tenant && a->facts.source == b->facts.source &&
                 a->facts.credential == b->facts.credential &&
                 a->facts.quirks_on == b->facts.quirks_on;
    for (size_t at = 0; equal && at < PART_TEXTS; at++) {
        equal = str_equal(a->texts[at], b->texts[at]);
    }
    return equal;
}

size_t common_write(const struct record *record, char *out)
{
    const struct record_facts *facts = &record->facts;
    char *to = write_number(out, (uint64_t)facts->tenant);
    to = write_number(to, (uint64_t)facts->source);
    to = write_number(to, (uint64_t)facts->credential);
    to = write_number(to, facts->quirks_on);
    return (size_t)(write_texts(to, record->texts) - out);
}

// Each by itself: what was written a moment ago cannot be read in larger pieces without a wait.
static char *write_fixed(char *to, const struct record_facts *facts)
{
#define FIXED_WRITE(fact)                                                                          \
    memcpy(to, &facts->fact, sizeof(facts->fact));                                                 \
    to += sizeof(facts->fact);
    FIXED(FIXED_WRITE)
#undef FIXED_WRITE
    return to;
}

size_t own_write(const struct record *record, char *out)
{
    char *to = write_fixed(out, &record->facts);
    to = write_number(to, (uint64_t)record->facts.revision);
    to = write_number(to, record->facts.quirks_used);
    return (size_t)(write_texts(to, record->texts + PART_TEXTS) - out);
}

// NULL: there is none before the end.
static const char *take_number(const char *from, const char *end, uint64_t *out)
{
    uint64_t number = 0;
    for (unsigned shift = 0; from != end && shift < 7 * NUMBER_BYTES; shift += 7) {
        unsigned char byte = (unsigned char)*from++;
        number |= (uint64_t)(byte & (NUMBER_MORE - 1U)) << shift;
        if (byte < NUMBER_MORE) {
            *out = number;
            return from;
        }
    }
    return NULL;
}

static bool take_small_numbers(str *bytes, uint64_t *out, size_t count)
{
    uint64_t word = 0;
    if (count != sizeof(word) || bytes->len < sizeof(word)) {
        return false;
    }
    memcpy(&word, bytes->ptr, sizeof(word));
    if ((word & NOT_SMALL) != 0) {
        return false;
    }
    for (size_t at = 0; at < sizeof(word); at++) {
        out[at] = word >> 8 * at & 0xFF;
    }
    *bytes = (str){bytes->ptr + sizeof(word), bytes->len - sizeof(word)};
    return true;
}

static bool take_numbers(str *bytes, uint64_t *out, size_t count)
{
    if (take_small_numbers(bytes, out, count)) {
        return true;
    }
    const char *from = bytes->ptr;
    const char *end = from + bytes->len;
    for (size_t at = 0; at < count; at++) {
        from = take_number(from, end, &out[at]);
        if (from == NULL) {
            return false;
        }
    }
    *bytes = (str){from, (size_t)(end - from)};
    return true;
}

static bool take_texts(str *bytes, const uint64_t *lengths, str *out)
{
    str rest = *bytes;
    for (size_t at = 0; at < PART_TEXTS; at++) {
        if (lengths[at] > rest.len) {
            return false;
        }
        out[at] = (str){rest.ptr, lengths[at]};
        rest = (str){rest.ptr + lengths[at], rest.len - lengths[at]};
    }
    *bytes = rest;
    return true;
}

bool common_take(str *bytes, struct record *out)
{
    uint64_t numbers[COMMON_FACTS + PART_TEXTS];
    if (!take_numbers(bytes, numbers, COUNT_OF(numbers))) {
        return false;
    }
    out->facts.tenant = (int64_t)numbers[0];
    out->facts.source = (int64_t)numbers[1];
    out->facts.credential = (int64_t)numbers[2];
    out->facts.quirks_on = numbers[3];
    return take_texts(bytes, numbers + COMMON_FACTS, out->texts);
}

static bool take_fixed(str *bytes, struct record_facts *out)
{
    const char *from = bytes->ptr;
    if (bytes->len < FIXED_BYTES) {
        return false;
    }
#define FIXED_TAKE(fact)                                                                           \
    memcpy(&out->fact, from, sizeof(out->fact));                                                   \
    from += sizeof(out->fact);
    FIXED(FIXED_TAKE)
#undef FIXED_TAKE
    *bytes = (str){from, bytes->len - FIXED_BYTES};
    return record_is_known(out);
}

bool own_take(str *bytes, struct record *out)
{
    uint64_t numbers[OWN_FACTS + PART_TEXTS];
    if (!take_fixed(bytes, &out->facts) || !take_numbers(bytes, numbers, COUNT_OF(numbers))) {
        return false;
    }
    out->facts.revision = (int64_t)numbers[0];
    out->facts.quirks_used = numbers[1];
    return take_texts(bytes, numbers + OWN_FACTS, out->texts + PART_TEXTS);
}

bool own_is_brief(str own, str *path)
{
    uint64_t word = 0;
    assert(own.len >= FIXED_BYTES + sizeof(word));
    memcpy(&word, own.ptr + FIXED_BYTES, sizeof(word));
    // The lengths of the four texts behind the path are the last ones.
    if ((word & NOT_SMALL) != 0 || word >> 32 != 0) {
        return false;
    }
    size_t request = word >> 8 * OWN_FACTS & 0xFF;
    *path = str_tail(own, FIXED_BYTES + sizeof(word) + request);
    assert(path->len == word >> 8 * (OWN_FACTS + 1));
    return true;
}

// The usual memory is used again, a large one goes.
static bool is_of_use(const struct text *text)
{
    return text->ptr != NULL && !text->full && text->cap <= 2 * JOURNAL_WRITE_BYTES;
}

void block_begin(struct block_draft *draft, struct roster_arena *memory, int64_t clock_us)
{
    struct block_head head = {.clock_us = clock_us};
    if (!is_of_use(&draft->text)) {
        roster_arena_reset(memory);
        text_init(&draft->text, memory, JOURNAL_BLOCK_MAX + 2 * sizeof(head));
        text_reserve(&draft->text, JOURNAL_WRITE_BYTES + KIB(64));
    }
    draft->commons = 0;
    draft->text.len = 0;
    text_add(&draft->text, (str){(const char *)&head, sizeof(head)});
}

bool block_is_full(const struct block_draft *draft)
{
    return draft->commons == JOURNAL_COMMONS_MAX || draft->text.len >= JOURNAL_WRITE_BYTES;
}

bool block_add(struct block_draft *draft, uint16_t *number, str common, str own)
{
    struct text *text = &draft->text;
    uint16_t entry = *number;
    size_t more = ENTRY_BYTES + (entry == 0 ? common.len : 0) + own.len;
    text_reserve(text, more + BLOCK_ALIGN);
    if (text->full) {
        return false;
    }
    text_add(text, (str){(const char *)&entry, sizeof(entry)});
    if (entry == 0) {
        assert(draft->commons < JOURNAL_COMMONS_MAX);
        text_add(text, common);
        *number = ++draft->commons;
    }
    text_add(text, own);
    return true;
}

static size_t padded(size_t len)
{
    return (len + BLOCK_ALIGN - 1) & ~(size_t)(BLOCK_ALIGN - 1);
}

str block_end(struct block_draft *draft)
{
    static const char zeros[BLOCK_ALIGN];
    struct block_head head;
    struct text *text = &draft->text;
    if (text->full) {
        return (str){0};
    }
    memcpy(&head, text->ptr, sizeof(head));
    head.length = (uint32_t)(text->len - SUM_AT);
    text_add(text, (str){zeros, padded(text->len) - text->len});
    memcpy(text->ptr, &head, sizeof(head));
    head.checksum = record_checksum(text->ptr + SUM_AT, text->len - SUM_AT);
    memcpy(text->ptr, &head, sizeof(head));
    return text_str(text);
}

enum record_outcome block_read(str bytes, struct block *out, size_t *len)
{
    struct block_head head;
    if (bytes.len < sizeof(head)) {
        return RECORD_CUT;
    }
    memcpy(&head, bytes.ptr, sizeof(head));
    if (head.length < sizeof(head) - SUM_AT || head.length > JOURNAL_BLOCK_MAX) {
        return RECORD_BROKEN;
    }
    size_t whole = SUM_AT + padded(head.length);
    if (whole > bytes.len) {
        return RECORD_CUT;
    }
    if (head.checksum != record_checksum(bytes.ptr + SUM_AT, whole - SUM_AT)) {
        return RECORD_BROKEN;
    }
    out->clock_us = head.clock_us;
    out->left = (str){bytes.ptr + sizeof(head), SUM_AT + head.length - sizeof(head)};
    out->count = 0;
    *len = whole;
    return RECORD_OK;
}

// The common part of the entry that begins.
static bool take_common(struct block *block, struct record *out)
{
    if (block->left.len < ENTRY_BYTES) {
        return false;
    }
    memcpy(&block->number, block->left.ptr, ENTRY_BYTES);
    block->left = str_tail(block->left, ENTRY_BYTES);
    if (block->number > block->count) {
        return false;
    }
    if (block->number > 0) {
        str common = block->commons[block->number - 1];
        return common_take(&common, out);
    }
    const char *from = block->left.ptr;
    if (block->count == JOURNAL_COMMONS_MAX || !common_take(&block->left, out) ||
        (size_t)(block->left.ptr - from) > JOURNAL_COMMON_MAX) {
        return false;
    }
    block->commons[block->count++] = (str){from, (size_t)(block->left.ptr - from)};
    block->number = (uint16_t)block->count;
    return true;
}

enum record_outcome block_take(struct block *block, struct record *out)
{
    if (block->left.len == 0) {
        return RECORD_CUT;
    }
    *out = (struct record){0};
    if (!take_common(block, out)) {
        return RECORD_BROKEN;
    }
    const char *from = block->left.ptr;
    if (!own_take(&block->left, out)) {
        return RECORD_BROKEN;
    }
    block->own = (str){from, (size_t)(block->left.ptr - from)};
    out->facts.time_us = (int64_t)((uint64_t)out->facts.time_us + (uint64_t)block->clock_us);
    return RECORD_OK;
}
