// block_test.c: records share what they have in common, come back whole, and what is cut, changed
// or forged does not.
// SPDX-License-Identifier: Apache-2.0
#include "unit/journal/unit.h"

enum { RECORDS = 6 };

static void fill(struct record records[RECORDS])
{
    static const char *ids[RECORDS] = {"r0", "r1", "r2", "r3", "r4", "r5"};
    for (size_t at = 0; at < RECORDS; at++) {
        struct record record = some_record(ids[at]);
        record.facts.time_us = 7 + (int64_t)at;
        record.facts.took_us = (uint32_t)at * 1000;
        record.facts.source = at < 4 ? 1 : 2;
        record.facts.quirks_on = 5;
        record.facts.quirks_used = UINT64_C(1) << 9 * at;
        record.facts.revision = (int64_t)at << 30;
        record.facts.bytes_in = UINT32_MAX;
        record.facts.code = (uint8_t)at;
        record.facts.place = RECORD_ON_WRITER;
        record.facts.body = BODY_KEPT;
        record.texts[RECORD_BODY] = STR("{}");
        record.texts[RECORD_ACTOR] = at < 4 ? STR("the provider") : STR("a partner");
        records[at] = record;
    }
}

static void expect_equal(const struct record *got, const struct record *want)
{
    struct record_facts facts = want->facts;
    facts.time_us += 1000000;  // the clock of the block
    assert_memory_equal(&got->facts, &facts, sizeof(facts));
    for (size_t at = 0; at < RECORD_TEXTS; at++) {
        assert_true(str_equal(got->texts[at], want->texts[at]));
    }
}

static void records_come_back_in_order(void **state)
{
    struct roster_arena *arena = *state;
    static struct block block;
    struct record records[RECORDS];
    struct record got;
    size_t len = 0;
    fill(records);
    str bytes = in_a_block(arena, records, RECORDS);
    assert_int_equal(bytes.len % 8, 0);
    assert_int_equal(block_read(bytes, &block, &len), RECORD_OK);
    assert_int_equal(len, bytes.len);
    for (size_t at = 0; at < RECORDS; at++) {
        assert_int_equal(block_take(&block, &got), RECORD_OK);
        expect_equal(&got, &records[at]);
        assert_int_equal(block.number, at < 4 ? 1 : 2);
    }
    assert_int_equal(block_take(&block, &got), RECORD_CUT);
}

static size_t count_of(str bytes, const char *text)
{
    size_t count = 0;
    for (size_t at = 0; at + strlen(text) <= bytes.len; at++) {
        count += memcmp(bytes.ptr + at, text, strlen(text)) == 0;
    }
    return count;
}

static void what_they_have_in_common_stands_there_once(void **state)
{
    struct record records[RECORDS];
    fill(records);
    str bytes = in_a_block(*state, records, RECORDS);
    assert_int_equal(count_of(bytes, "the provider"), 1);
    assert_int_equal(count_of(bytes, "a partner"), 1);
    assert_int_equal(count_of(bytes, "/scim/v2/Users/7"), RECORDS);
}

static void texts_stand_in_the_order_of_segments(void **state)
{
    static const char *const parts[] = {"tenant actor address method headers type ",
                                        "request path query detail id body "};
    struct record record = all_texts();
    str bytes = in_a_block(*state, &record, 1);
    for (size_t at = 0; at < COUNT_OF(parts); at++) {
        assert_int_equal(count_of(bytes, parts[at]), 1);
    }
}

static void texts_of_any_length_come_back(void **state)
{
    static const size_t lengths[] = {0, 1, 127, 128, 129, 300, 16383, 16384};
    static char letters[16384];
    static char bytes[2][16384 * 2];
    memset(letters, 'x', sizeof(letters));
    for (size_t at = 0; at < 2 * COUNT_OF(lengths) * RECORD_TEXTS; at++) {
        struct record record = at % 2 == 0 ? all_texts() : (struct record){0};
        struct record got = {0};
        record.texts[at / 2 % RECORD_TEXTS] = (str){letters, lengths[at / 2 / RECORD_TEXTS]};
        str common = {bytes[0], common_write(&record, bytes[0])};
        assert_true(common_room(&record) >= common.len);
        assert_true(common_take(&common, &got) && common.len == 0);
        str own = {bytes[1], own_write(&record, bytes[1])};
        assert_true(own_room(&record) >= own.len);
        assert_true(own_take(&own, &got) && own.len == 0);
        for (size_t text = 0; text < RECORD_TEXTS; text++) {
            assert_true(str_equal(got.texts[text], record.texts[text]));
        }
    }
}

static void an_own_part_of_id_and_path_alone_is_brief(void **state)
{
    static const struct {
        enum record_text text;  // that is there too
        size_t len;
        int64_t revision;
        uint64_t quirks;
        bool brief;
    } rows[] = {
        {RECORD_PATH, 0, 0, 0, true},       {RECORD_PATH, 127, 0, 0, true},
        {RECORD_PATH, 128, 0, 0, false},    {RECORD_REQUEST, 0, 0, 0, true},
        {RECORD_REQUEST, 128, 0, 0, false}, {RECORD_QUERY, 1, 0, 0, false},
        {RECORD_DETAIL, 1, 0, 0, false},    {RECORD_ID, 1, 0, 0, false},
        {RECORD_BODY, 1, 0, 0, false},      {RECORD_BODY, 300, 0, 0, false},
        {RECORD_PATH, 7, 127, 127, true},   {RECORD_PATH, 7, 128, 0, false},
        {RECORD_PATH, 7, 0, 128, false},    {RECORD_PATH, 7, 0, UINT64_MAX, false},
    };
    char letters[300];
    char bytes[1024];
    memset(letters, 'x', sizeof(letters));
    for (size_t row = 0; row < COUNT_OF(rows); row++) {
        struct record record = some_record("r1");
        str path = STR("untouched");
        record.facts.revision = rows[row].revision;
        record.facts.quirks_used = rows[row].quirks;
        record.texts[rows[row].text] = (str){letters, rows[row].len};
        str own = {bytes, own_write(&record, bytes)};
        assert_int_equal(own_is_brief(own, &path), rows[row].brief);
        assert_true(
            str_equal(path, rows[row].brief ? record.texts[RECORD_PATH] : STR("untouched")));
    }
}

static void a_difference_in_any_common_fact_or_text_counts(void **state)
{
    static const enum record_text texts[] = {RECORD_TENANT, RECORD_ACTOR,   RECORD_ADDRESS,
                                             RECORD_METHOD, RECORD_HEADERS, RECORD_TYPE};
    const struct record record = some_record("a");
    struct record others[4] = {record, record, record, record};
    assert_true(common_equal(&record, &others[0]));
    others[0].facts.tenant++;
    others[1].facts.source++;
    others[2].facts.credential++;
    others[3].facts.quirks_on++;
    for (size_t at = 0; at < COUNT_OF(others); at++) {
        assert_false(common_equal(&record, &others[at]));
    }
    for (size_t at = 0; at < COUNT_OF(texts); at++) {
        struct record other = record;
        other.texts[texts[at]] = STR("other");
        assert_false(common_equal(&record, &other));
    }
}

static void each_end_of_a_block_is_noticed(void **state)
{
    static struct block block;
    struct record records[RECORDS];
    size_t len = 0;
    fill(records);
    str bytes = in_a_block(*state, records, RECORDS);
    for (size_t cut = 0; cut < bytes.len; cut++) {
        assert_int_equal(block_read(str_head(bytes, cut), &block, &len), RECORD_CUT);
    }
}

static void each_changed_byte_is_noticed(void **state)
{
    static struct block block;
    struct record records[RECORDS];
    size_t len = 0;
    fill(records);
    str bytes = in_a_block(*state, records, RECORDS);
    char *changed = (char *)bytes.ptr;
    for (size_t at = 0; at < bytes.len; at++) {
        changed[at] = (char)(changed[at] ^ 0x10);
        assert_int_not_equal(block_read(bytes, &block, &len), RECORD_OK);
        changed[at] = (char)(changed[at] ^ 0x10);
    }
    assert_int_equal(block_read(bytes, &block, &len), RECORD_OK);
}

static void numbers_of_any_size_come_back(void **state)
{
    static const uint64_t numbers[] = {
        0,          1,
        127,        128,
        16383,      16384,
        UINT32_MAX, UINT64_C(1) << 55,
        INT64_MAX,  UINT64_C(1) << 63,
        UINT64_MAX,
    };
    char bytes[512];
    for (size_t at = 0; at < COUNT_OF(numbers); at++) {
        struct record record = some_record("a");
        struct record got = {0};
        record.facts.revision = (int64_t)numbers[at];
        record.facts.quirks_used = numbers[COUNT_OF(numbers) - 1 - at];
        str own = {bytes, own_write(&record, bytes)};
        assert_true(own_room(&record) >= own.len);
        assert_true(own_take(&own, &got));
        assert_int_equal(own.len, 0);
        assert_true(got.facts.revision == record.facts.revision);
        assert_true(got.facts.quirks_used == record.facts.quirks_used);
    }
}

#define LARGEST "\377\377\377\377\377\377\377\377\377\1"
#define TEN_TOPS "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"
#define NO_COMMON "\0\0\0\0\0\0\0\0\0\0"
#define FIXED(place, body) "\1\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\310\0\0" place "\0" body
#define NO_TEXTS "\0\0\0\0\0\0"

static const struct {
    const char *what;
    str entries;
} forged[] = {
    {"half of a number", STR_INIT("\0")},
    {"an entry without parts", STR_INIT("\0\0")},
    {"a common part that no entry had", STR_INIT("\1\0" FIXED("\0", "\0") "\0\0" NO_TEXTS)},
    {"a common part that ends", STR_INIT("\0\0"
                                         "\0\0\0")},
    {"a number without an end", STR_INIT("\0\0" TEN_TOPS TEN_TOPS)},
    {"a common text that is longer than the block", STR_INIT("\0\0"
                                                             "\0\0\0\0\0\0\0\0\0\177")},
    {"no own part", STR_INIT("\0\0" NO_COMMON)},
    {"an own part that ends among its facts", STR_INIT("\0\0" NO_COMMON "\1\0\0\0\0\0\0\0\1")},
    {"an own part that ends among its numbers",
     STR_INIT("\0\0" NO_COMMON FIXED("\0", "\0") "\0\0\0\0\0")},
    {"an own text that is longer than the block",
     STR_INIT("\0\0" NO_COMMON FIXED("\0", "\0") "\0\0\0\0\0\0\0\1")},
    {"the largest number as a length",
     STR_INIT("\0\0" NO_COMMON FIXED("\0", "\0") "\0\0" LARGEST "\0\0\0\0\0")},
    {"lengths whose sum is small again",
     STR_INIT("\0\0" NO_COMMON FIXED("\0", "\0") "\0\0" LARGEST "\1\0\0\0\0")},
    {"a place that this version does not know",
     STR_INIT("\0\0" NO_COMMON FIXED("\11", "\0") "\0\0" NO_TEXTS)},
    {"a body that this version does not know",
     STR_INIT("\0\0" NO_COMMON FIXED("\0", "\11") "\0\0" NO_TEXTS)},
};

static str sealed(struct roster_arena *arena, str entries)
{
    struct block_draft draft = {0};
    block_begin(&draft, arena, 0);
    text_add(&draft.text, entries);
    return block_end(&draft);
}

static void what_somebody_forged_is_refused(void **state)
{
    static struct block block;
    struct record got;
    size_t len = 0;
    const str whole = STR("\0\0" NO_COMMON FIXED("\0", "\0") "\0\0" NO_TEXTS);
    assert_int_equal(block_read(sealed(*state, whole), &block, &len), RECORD_OK);
    assert_int_equal(block_take(&block, &got), RECORD_OK);
    assert_int_equal(got.facts.status, 200);
    for (size_t at = 0; at < COUNT_OF(forged); at++) {
        assert_int_equal(block_read(sealed(*state, forged[at].entries), &block, &len), RECORD_OK);
        if (block_take(&block, &got) != RECORD_BROKEN) {
            fail_msg("%s", forged[at].what);
        }
    }
}

static void a_block_takes_so_many_common_parts_and_says_when_it_is_full(void **state)
{
    struct block_draft draft = {0};
    const str part = STR("parts are bytes here");
    block_begin(&draft, *state, 0);
    for (int at = 0; at < JOURNAL_COMMONS_MAX; at++) {
        uint16_t number = 0;
        assert_false(block_is_full(&draft));
        assert_true(block_add(&draft, &number, part, part));
        assert_int_equal(number, at + 1);
    }
    assert_true(block_is_full(&draft));
}

static void a_block_of_many_bytes_is_full(void **state)
{
    struct block_draft draft = {0};
    static char large[KIB(64)];
    uint16_t number = 0;
    block_begin(&draft, *state, 0);
    while (!block_is_full(&draft)) {
        assert_true(block_add(&draft, &number, STR("c"), (str){large, sizeof(large)}));
    }
    assert_in_range(draft.text.len, JOURNAL_WRITE_BYTES, JOURNAL_WRITE_BYTES + KIB(65));
}

// One allocation after the other fails, until none does.
static void a_block_that_was_lost_for_memory_is_begun_anew(void **state)
{
    struct roster_arena *arena = *state;
    static struct block block;
    static char large[MIB(1)];
    struct block_draft draft = {0};
    size_t lost = 0;
    size_t len = 0;
    for (bool done = false; !done && lost < 10;) {
        uint16_t number = 0;
        arena_fail_at(arena, (long)lost);
        block_begin(&draft, arena, 0);
        done = block_add(&draft, &number, STR("c"), (str){large, sizeof(large)});
        arena_fail_at(arena, -1);
        lost += !done;
        assert_int_equal(block_end(&draft).len > 0, done);
    }
    assert_in_range(lost, 2, 9);
    block_begin(&draft, arena, 0);
    assert_int_equal(block_read(block_end(&draft), &block, &len), RECORD_OK);
}

static void a_common_part_that_no_client_sends_is_refused(void **state)
{
    static struct block block;
    static char large[JOURNAL_COMMON_MAX];
    struct roster_arena *arena = *state;
    struct record got;
    size_t len = 0;
    for (size_t more = 0; more < 2; more++) {
        struct record record = some_record("a");
        struct block_draft draft = {0};
        uint16_t number = 0;
        static char common[2 * JOURNAL_COMMON_MAX];
        char own[512];
        record.texts[RECORD_HEADERS] = (str){large, JOURNAL_COMMON_MAX - 19 + more};
        str part = {common, common_write(&record, common)};
        assert_int_equal(part.len, JOURNAL_COMMON_MAX + more);
        block_begin(&draft, arena, 0);
        assert_true(block_add(&draft, &number, part, (str){own, own_write(&record, own)}));
        assert_int_equal(block_read(block_end(&draft), &block, &len), RECORD_OK);
        assert_int_equal(block_take(&block, &got), more == 0 ? RECORD_OK : RECORD_BROKEN);
    }
}

static int open_arena(void **state)
{
    *state = roster_arena_open(MIB(16));
    return *state == NULL;
}

static int close_arena(void **state)
{
    roster_arena_close(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(records_come_back_in_order, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(what_they_have_in_common_stands_there_once, open_arena,
                                        close_arena),
        cmocka_unit_test_setup_teardown(texts_stand_in_the_order_of_segments, open_arena,
                                        close_arena),
        cmocka_unit_test(texts_of_any_length_come_back),
        cmocka_unit_test(an_own_part_of_id_and_path_alone_is_brief),
        cmocka_unit_test(a_difference_in_any_common_fact_or_text_counts),
        cmocka_unit_test_setup_teardown(each_end_of_a_block_is_noticed, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(each_changed_byte_is_noticed, open_arena, close_arena),
        cmocka_unit_test(numbers_of_any_size_come_back),
        cmocka_unit_test_setup_teardown(what_somebody_forged_is_refused, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(a_block_takes_so_many_common_parts_and_says_when_it_is_full,
                                        open_arena, close_arena),
        cmocka_unit_test_setup_teardown(a_block_of_many_bytes_is_full, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(a_block_that_was_lost_for_memory_is_begun_anew, open_arena,
                                        close_arena),
        cmocka_unit_test_setup_teardown(a_common_part_that_no_client_sends_is_refused, open_arena,
                                        close_arena),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
