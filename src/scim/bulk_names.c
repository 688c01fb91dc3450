// bulk_names.c: a table of the bulkIds of one job, open addressing over an array of rows.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "scim/bulk.h"

enum { SLOTS_FIRST = 64 };

// The slot that holds the name, or the free one where it belongs.
static size_t find_slot(const struct bulk_names *names, str text, size_t *probes)
{
    size_t at = str_hash(text, 0) & (names->slot_count - 1);
    while (names->slots[at] != 0 && !str_equal(names->rows[names->slots[at] - 1].text, text)) {
        at = (at + 1) & (names->slot_count - 1);
        ++*probes;
    }
    return at;
}

uint32_t bulk_names_find(const struct bulk_names *names, str text)
{
    size_t probes = 0;
    uint32_t slot = names->count == 0 ? 0 : names->slots[find_slot(names, text, &probes)];
    return slot == 0 ? BULK_NONE : slot - 1;
}

static bool grow(struct bulk_names *names, struct roster_error *err)
{
    size_t count = names->slot_count == 0 ? SLOTS_FIRST : names->slot_count * 2;
    uint32_t *slots = arena_array(names->arena, count, sizeof(*slots));
    if (slots == NULL) {
        return fail_memory(err);
    }
    names->slots = slots;
    names->slot_count = count;
    for (size_t at = 0; at < names->count; at++) {
        names->slots[find_slot(names, names->rows[at].text, &names->probes)] = (uint32_t)at + 1;
    }
    return true;
}

bool bulk_names_add(struct bulk_names *names, str text, uint32_t *number, struct roster_error *err)
{
    if (names->slot_count <= 2 * names->count && !grow(names, err)) {
        return false;
    }
    size_t slot = find_slot(names, text, &names->probes);
    // Honest names take one or two; only chosen ones make a job cost more than its length.
    if (names->probes > BULK_PROBES_MAX) {
        return fail(err, ROSTER_ERR_INVALID_SYNTAX, 0, "the job has too many bulkIds that collide");
    }
    if (names->slots[slot] == 0) {
        struct bulk_name *rows =
            arena_room(names->arena, names->rows, names->count, &names->cap, sizeof(*rows));
        if (rows == NULL) {
            return fail_memory(err);
        }
        names->rows = rows;
        struct bulk_name *row = &rows[names->count];
        *row = (struct bulk_name){.owner = BULK_NONE, .creator = BULK_NONE, .seen_by = BULK_NONE};
        if (!arena_copy(names->arena, text, &row->text)) {
            return fail_memory(err);
        }
        names->slots[slot] = (uint32_t)++names->count;
    }
    *number = names->slots[slot] - 1;
    return true;
}
