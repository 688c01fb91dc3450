// unit/journal/unit.h: a folder of its own, a clock that the test moves, a record to begin with.
// SPDX-License-Identifier: Apache-2.0
#ifndef UNIT_JOURNAL_UNIT_H
#define UNIT_JOURNAL_UNIT_H

#include "base/limits.h"
#include "journal/journal.h"
#include "journal/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATH_ROOM = 256, DAY_MS = 86400000 };

struct place {
    char above[64];
    char folder[96];
    int64_t now_ms;
    struct env env;
    struct roster_arena *arena;
    const struct roster_registry *registry;
};

static inline int64_t place_now(void *ctx)
{
    return ((struct place *)ctx)->now_ms;
}

static inline void place_random(void *ctx, void *out, size_t len)
{
    env_random(&env_system, out, len);
}

static inline int place_open(void **state)
{
    struct place *place = calloc(1, sizeof(*place));
    struct roster_error err = {0};
    assert_non_null(place);
    snprintf(place->above, sizeof(place->above), "/tmp/roster-journal-XXXXXX");
    assert_non_null(mkdtemp(place->above));
    snprintf(place->folder, sizeof(place->folder), "%s/a.db.journal", place->above);
    place->now_ms = INT64_C(1790000000000);
    place->env = (struct env){.now_ms = place_now, .random = place_random, .ctx = place};
    place->arena = roster_arena_open(MIB(16));
    place->registry = roster_registry_builtin(place->arena, &err);
    assert_non_null(place->registry);
    *state = place;
    return 0;
}

static inline void place_file(const struct place *place, int64_t number, char out[PATH_ROOM])
{
    char name[SEGMENT_NAME_BYTES];
    segment_name(number, name);
    snprintf(out, PATH_ROOM, "%s/%s", place->folder, name);
}

static inline struct segment_list place_list(const struct place *place)
{
    struct segment_list list = {.count = 0};
    int folder = folder_open(place->folder, false);
    if (folder >= 0) {
        assert_true(segments_list(folder, &list));
        close(folder);
    }
    return list;
}

static inline int place_close(void **state)
{
    struct place *place = *state;
    struct segment_list list = place_list(place);
    char path[PATH_ROOM];
    for (size_t at = 0; at < list.count; at++) {
        place_file(place, list.numbers[at], path);
        (void)unlink(path);
    }
    snprintf(path, sizeof(path), "%s/lock", place->folder);
    (void)unlink(path);
    (void)rmdir(place->folder);
    assert_int_equal(rmdir(place->above), 0);
    roster_arena_close(place->arena);
    free(place);
    return 0;
}

static inline struct record some_record(const char *request)
{
    struct record record = {.facts = {.status = 200, .flags = RECORD_KNOWN, .tenant = 1}};
    record.texts[RECORD_REQUEST] = str_of(request);
    record.texts[RECORD_TENANT] = STR("acme");
    record.texts[RECORD_METHOD] = STR("GET");
    record.texts[RECORD_PATH] = STR("/scim/v2/Users/7");
    return record;
}

// Each text is its name and a blank.
static inline struct record all_texts(void)
{
    struct record record = {.facts = {.status = 200, .flags = RECORD_KNOWN, .tenant = 1}};
    record.texts[RECORD_TENANT] = STR("tenant ");
    record.texts[RECORD_ACTOR] = STR("actor ");
    record.texts[RECORD_ADDRESS] = STR("address ");
    record.texts[RECORD_METHOD] = STR("method ");
    record.texts[RECORD_HEADERS] = STR("headers ");
    record.texts[RECORD_TYPE] = STR("type ");
    record.texts[RECORD_REQUEST] = STR("request ");
    record.texts[RECORD_PATH] = STR("path ");
    record.texts[RECORD_QUERY] = STR("query ");
    record.texts[RECORD_DETAIL] = STR("detail ");
    record.texts[RECORD_ID] = STR("id ");
    record.texts[RECORD_BODY] = STR("body ");
    return record;
}

// As version 1 of segments has it. `out` has the room.
static inline str alone(const struct record *record, char *out)
{
    size_t len = record_size(record);
    record_put(record, out);
    uint32_t sum = record_checksum(out + 8, len - 8);
    memcpy(out + 4, &sum, sizeof(sum));
    return (str){out, len};
}

// Each with its common part anew, when it differs from the one before. The arena has nothing else.
static inline str in_a_block(struct roster_arena *arena, const struct record *records, size_t count)
{
    struct block_draft draft = {0};
    uint16_t number = 0;
    char common[2048];
    char own[2048];
    block_begin(&draft, arena, 1000000);
    for (size_t at = 0; at < count; at++) {
        assert_true(common_room(&records[at]) <= sizeof(common));
        assert_true(own_room(&records[at]) <= sizeof(own));
        if (at > 0 && !common_equal(&records[at - 1], &records[at])) {
            number = 0;
        }
        assert_true(block_add(&draft, &number, (str){common, common_write(&records[at], common)},
                              (str){own, own_write(&records[at], own)}));
    }
    return block_end(&draft);
}

// The request ids of a whole journal with blanks between.
static inline const char *read_requests(const struct place *place, char out[1024])
{
    struct roster_error err = {0};
    struct record record;
    size_t len = 0;
    struct reader *reader = reader_open(place->folder, 0, &err);
    assert_non_null(reader);
    out[0] = '\0';
    while (reader_next(reader, &record)) {
        len += (size_t)snprintf(out + len, 1024 - len, "%s%.*s", len > 0 ? " " : "",
                                STR_ARGS(record.texts[RECORD_REQUEST]));
    }
    reader_close(reader);
    return out;
}

#endif
