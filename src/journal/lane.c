// lane.c: both ends of a ring, and what they remember.
// SPDX-License-Identifier: Apache-2.0
#include "journal/lane.h"

#include "journal/ring.h"
#include "journal/secrets.h"

#include <stdlib.h>

enum { SLOT_BITS = 6 };

static_assert(1 << SLOT_BITS == JOURNAL_SLOTS, "a slot is the top bits of a product");

// The common part that was sent last from a slot.
struct sent {
    bool any;
    struct record record;  // points into `bytes`
    char bytes[JOURNAL_REMEMBERED_MAX];
};

// What stands in a ring before a record.
struct entry {
    struct journal_held held;
    int64_t done_us;
    uint32_t common_len;
    uint16_t slot;
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

// Who calls, and the lengths of what mostly tells one kind of call from another.
static size_t slot_of(const struct record *record)
{
    const str *texts = record->texts;
    uint64_t kind = texts[RECORD_METHOD].len << 8 ^ texts[RECORD_TYPE].len << 16 ^
                    texts[RECORD_HEADERS].len << 24;
    uint64_t who = (uint64_t)record->facts.tenant << 36 ^ (uint64_t)record->facts.credential;
    return ((who ^ kind) * UINT64_C(0x9E3779B97F4A7C15)) >> (64 - SLOT_BITS);
}

static bool is_kept(const struct record *record, str common)
{
    return common.len <= JOURNAL_REMEMBERED_MAX && !secrets_token(record->texts[RECORD_METHOD]) &&
           !secrets_token(record->texts[RECORD_HEADERS]);
}

// Whether both ends remember from now on.
static bool keep(struct sent *sent, const struct record *record, str common)
{
    sent->any = is_kept(record, common);
    if (sent->any) {
        memcpy(sent->bytes, common.ptr, common.len);
        sent->record = read_common((str){sent->bytes, common.len});
    }
    return sent->any;
}

bool lane_put(struct journal_lane *lane, const struct record *record,
              const struct journal_held *held, bool *much)
{
    struct entry entry = {.held = *held, .done_us = record->facts.time_us + record->facts.took_us};
    size_t most = sizeof(entry) + common_room(record) + own_room(record);
    char *room = ring_reserve(lane->ring, most);
    if (room == NULL) {
        return false;
    }
    char *to = room + sizeof(entry);
    entry.slot = (uint16_t)slot_of(record);
    struct sent *sent = &lane->sent[entry.slot];
    if (!sent->any || !common_equal(&sent->record, record)) {
        entry.common_len = (uint32_t)common_write(record, to);
        entry.slot = keep(sent, record, (str){to, entry.common_len}) ? entry.slot : JOURNAL_SLOTS;
        to += entry.common_len;
    }
    to += own_write(record, to);
    memcpy(room, &entry, sizeof(entry));
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
        lane->next = (struct lane_record){
            .held = entry.held,
            .done_us = entry.done_us,
            .common = str_head(rest, entry.common_len),
            .own = str_tail(rest, entry.common_len),
            .slot = entry.slot,
        };
    }
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
