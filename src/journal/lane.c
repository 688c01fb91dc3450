// lane.c: both ends of a ring, and what they remember.
// SPDX-License-Identifier: Apache-2.0
#include "journal/lane.h"

#include "journal/ring.h"
#include "journal/secrets.h"

#include <stdlib.h>

enum { SLOT_BITS = 6 };

static_assert(1 << SLOT_BITS == JOURNAL_SLOTS, "a slot is the top bits of a product");

// A text in the common part.
struct piece {
    uint16_t at;
    uint16_t len;
};

// The common part that was sent last from a slot. What is looked at first stands first.
struct sent {
    uint64_t caller;
    uint64_t kind;
    uint64_t quirks_on;
    struct piece address;
    struct piece headers;
    uint16_t len;  // 0: nothing was sent
    char bytes[JOURNAL_REMEMBERED_MAX];
};

// What stands in a ring before a record, and, when it holds something, before that.
struct entry {
    int64_t done_us;
    uint32_t common_len;
    uint16_t slot;
    bool holds;
};

bool lane_init(struct journal_lane *lane)
{
    lane->ring = ring_open(JOURNAL_RING_BYTES);
    lane->sent = calloc(JOURNAL_SLOTS, sizeof(*lane->sent));
    lane->common = calloc(JOURNAL_SLOTS, sizeof(*lane->common));
    if (lane->ring == NULL || lane->sent == NULL || lane->common == NULL) {
        lane_release(lane);
        return false;
    }
    return true;
}

void lane_release(struct journal_lane *lane)
{
    ring_close(lane->ring);
    free(lane->sent);
    free(lane->common);
    *lane = (struct journal_lane){0};
}

static struct record read_common(str bytes)
{
    struct record record = {0};
    bool read = common_take(&bytes, &record);
    assert(read && bytes.len == 0);
    return record;
}

// Who calls and what for, and the length of the headers, which mostly tells one client's from
// another's.
static size_t slot_of(const struct record *record)
{
    const struct record_facts *facts = &record->facts;
    uint64_t who = (uint64_t)facts->tenant << 36 ^ (uint64_t)facts->credential;
    uint64_t what = record->kind ^ record->texts[RECORD_HEADERS].len << 24;
    return ((who ^ what) * UINT64_C(0x9E3779B97F4A7C15)) >> (64 - SLOT_BITS);
}

static bool is_kept(const struct record *record, str common)
{
    return common.len <= JOURNAL_REMEMBERED_MAX && !secrets_token(record->texts[RECORD_METHOD]) &&
           !secrets_token(record->texts[RECORD_HEADERS]);
}

static struct piece piece_of(const struct sent *sent, str text)
{
    return (struct piece){(uint16_t)(text.ptr - sent->bytes), (uint16_t)text.len};
}

// Whether both ends remember it from now on; else both remember what they did.
static bool keep(struct sent *sent, const struct record *record, str common)
{
    if (!is_kept(record, common)) {
        return false;
    }
    memcpy(sent->bytes, common.ptr, common.len);
    struct record kept = read_common((str){sent->bytes, common.len});
    sent->caller = record->caller;
    sent->kind = record->kind;
    sent->quirks_on = record->facts.quirks_on;
    sent->address = piece_of(sent, kept.texts[RECORD_ADDRESS]);
    sent->headers = piece_of(sent, kept.texts[RECORD_HEADERS]);
    sent->len = (uint16_t)common.len;
    return true;
}

static bool is_piece(const struct sent *sent, struct piece piece, str text)
{
    return str_equal(text, (str){sent->bytes + piece.at, piece.len});
}

static bool was_sent_in_full(struct sent *sent, const struct record *record)
{
    if (sent->len == 0) {
        return false;
    }
    struct record kept = read_common((str){sent->bytes, sent->len});
    if (!common_equal(&kept, record)) {
        return false;
    }
    sent->caller = record->caller;
    sent->kind = record->kind;
    return true;
}

// By the numbers of who calls and what for.
static bool was_sent(struct sent *sent, const struct record *record)
{
    if (sent->caller != record->caller || sent->kind != record->kind || record->caller == 0 ||
        record->kind == 0) {
        return was_sent_in_full(sent, record);
    }
    return sent->quirks_on == record->facts.quirks_on &&
           is_piece(sent, sent->address, record->texts[RECORD_ADDRESS]) &&
           is_piece(sent, sent->headers, record->texts[RECORD_HEADERS]);
}

// Gives its length.
static size_t put_common(struct sent *sent, const struct record *record, struct entry *entry,
                         char *to)
{
    size_t len = common_write(record, to);
    entry->common_len = (uint32_t)len;
    entry->slot = keep(sent, record, (str){to, len}) ? entry->slot : JOURNAL_SLOTS;
    return len;
}

bool lane_put(struct journal_lane *lane, const struct record *record,
              const struct journal_held *held, bool *much)
{
    size_t slot = slot_of(record);
    struct sent *sent = &lane->sent[slot];
    bool whole = !was_sent(sent, record);
    size_t held_len = held == NULL ? 0 : sizeof(*held);
    size_t most =
        sizeof(struct entry) + held_len + own_room(record) + (whole ? common_room(record) : 0);
    char *room = ring_reserve(lane->ring, most);
    if (room == NULL) {
        return false;
    }
    struct entry *entry = (struct entry *)(void *)room;
    char *to = room + sizeof(*entry);
    entry->done_us = record->facts.time_us + record->facts.took_us;
    entry->common_len = 0;
    entry->slot = (uint16_t)slot;
    entry->holds = held != NULL;
    if (held != NULL) {
        memcpy(to, held, sizeof(*held));
        to += sizeof(*held);
    }
    to += whole ? put_common(sent, record, entry, to) : 0;
    to += own_write(record, to);
    ring_publish(lane->ring, (size_t)(to - room), much);
    return true;
}

static void see_next(struct journal_lane *lane)
{
    char *bytes = NULL;
    size_t len = 0;
    struct entry entry;
    lane->waiting = ring_peek(lane->ring, lane->end, &bytes, &len);
    if (lane->waiting) {
        memcpy(&entry, bytes, sizeof(entry));
        str rest = {bytes + sizeof(entry), len - sizeof(entry)};
        struct lane_record *next = &lane->next;
        next->done_us = entry.done_us;
        next->slot = entry.slot;
        next->holds = entry.holds;
        if (next->holds) {
            memcpy(&next->held, rest.ptr, sizeof(next->held));
            rest = str_tail(rest, sizeof(next->held));
        }
        next->common = str_head(rest, entry.common_len);
        next->own = str_tail(rest, entry.common_len);
    }
}

const struct journal_held *lane_held(const struct journal_lane *lane)
{
    return lane->next.holds ? &lane->next.held : NULL;
}

void lane_begin_round(struct journal_lane *lane)
{
    lane->end = ring_end(lane->ring);
    see_next(lane);
}

void lane_take(struct journal_lane *lane, bool wipe)
{
    ring_take(lane->ring, wipe);
    see_next(lane);
}

static struct common *redact_common(str bytes, struct common *once, struct roster_arena *arena)
{
    struct record record = read_common(bytes);
    record.texts[RECORD_METHOD] = redact_token(record.texts[RECORD_METHOD]);
    record.texts[RECORD_HEADERS] = redact_token(record.texts[RECORD_HEADERS]);
    char *out = arena_alloc(arena, common_room(&record));
    if (out == NULL) {
        return NULL;
    }
    once->bytes = (str){out, common_write(&record, out)};
    once->method = record.texts[RECORD_METHOD];
    once->block = 0;
    return once;
}

struct common *lane_take_common(struct journal_lane *lane, struct common *once,
                                struct roster_arena *arena)
{
    const struct lane_record *next = &lane->next;
    if (next->slot == JOURNAL_SLOTS) {
        return redact_common(next->common, once, arena);
    }
    struct common *common = &lane->common[next->slot];
    if (next->common.len > 0) {
        memcpy(common->room, next->common.ptr, next->common.len);
        common->bytes = (str){common->room, next->common.len};
        common->method = read_common(common->bytes).texts[RECORD_METHOD];
        common->block = 0;
    }
    return common;
}
