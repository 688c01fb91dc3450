// record_test.c: records that stand alone come back, and what is cut or changed does not.
// SPDX-License-Identifier: Apache-2.0
#include "unit/journal/unit.h"

enum { ROOM = 1024 };

static size_t seal(const struct record *record, char out[ROOM])
{
    size_t len = record_size(record);
    assert_true(len <= ROOM);
    return alone(record, out).len;
}

static void a_record_comes_back(void **state)
{
    char bytes[ROOM];
    struct record got;
    size_t len = 0;
    struct record record = some_record("r1");
    record.facts.time_us = 5;
    record.facts.quirks_used = 9;
    record.texts[RECORD_BODY] = STR("{}");
    size_t size = seal(&record, bytes);
    assert_int_equal(record_get((str){bytes, size}, &got, &len), RECORD_OK);
    assert_int_equal(len, size);
    assert_memory_equal(&got.facts, &record.facts, sizeof(got.facts));
    for (size_t at = 0; at < RECORD_TEXTS; at++) {
        assert_true(str_equal(got.texts[at], record.texts[at]));
    }
}

static void texts_stand_in_the_order_of_version_1(void **state)
{
    static const char texts[] = "request tenant actor address method path query headers detail "
                                "type id body ";
    char bytes[ROOM];
    struct record record = all_texts();
    size_t len = record_size(&record);
    assert_true(len <= ROOM);
    record_put(&record, bytes);
    assert_non_null(memmem(bytes, len, texts, sizeof(texts) - 1));
}

static void each_end_of_a_record_is_noticed(void **state)
{
    char bytes[ROOM];
    struct record got;
    size_t len = 0;
    struct record record = some_record("r1");
    size_t size = seal(&record, bytes);
    for (size_t cut = 0; cut < size; cut++) {
        assert_int_equal(record_get((str){bytes, cut}, &got, &len), RECORD_CUT);
    }
}

static void each_changed_byte_is_noticed(void **state)
{
    char bytes[ROOM];
    struct record got;
    size_t len = 0;
    struct record record = some_record("r1");
    size_t size = seal(&record, bytes);
    for (size_t at = 0; at < size; at++) {
        bytes[at] = (char)(bytes[at] ^ 0x10);
        assert_int_not_equal(record_get((str){bytes, size}, &got, &len), RECORD_OK);
        bytes[at] = (char)(bytes[at] ^ 0x10);
    }
    assert_int_equal(record_get((str){bytes, size}, &got, &len), RECORD_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_comes_back),
        cmocka_unit_test(texts_stand_in_the_order_of_version_1),
        cmocka_unit_test(each_end_of_a_record_is_noticed),
        cmocka_unit_test(each_changed_byte_is_noticed),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
