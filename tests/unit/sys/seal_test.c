// seal_test.c: what is sealed comes back; what was changed does not.
// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "sys/seal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { ROOM = 256 };

static const struct seal_key key = {{1, 2, 3}};
static const struct seal_key other_key = {{1, 2, 4}};

static str seal(str beside, str text, unsigned char out[ROOM])
{
    assert_true(text.len + SEAL_MORE <= ROOM);
    seal_make(&env_system, &key, beside, text, out);
    return (str){(const char *)out, text.len + SEAL_MORE};
}

static void what_was_sealed_comes_back(void **state)
{
    static const char *const texts[] = {"", "a", "sixteen bytes ...",
                                        "a longer text, of some blocks"};
    for (size_t at = 0; at < COUNT_OF(texts); at++) {
        unsigned char sealed[ROOM];
        unsigned char opened[ROOM];
        size_t len = 0;
        str text = str_of(texts[at]);
        str bytes = seal(STR("beside"), text, sealed);
        assert_true(seal_open(&key, STR("beside"), bytes, opened, &len));
        assert_int_equal(len, text.len);
        assert_memory_equal(opened, texts[at], len);
        assert_true(text.len < 2 || !str_contains(bytes, text));
    }
}

static void two_seals_of_one_text_differ(void **state)
{
    unsigned char first[ROOM];
    unsigned char second[ROOM];
    str a = seal(STR(""), STR("the same"), first);
    str b = seal(STR(""), STR("the same"), second);
    assert_false(str_equal(a, b));
}

static void another_key_or_another_thing_beside_opens_nothing(void **state)
{
    unsigned char sealed[ROOM];
    unsigned char opened[ROOM] = {0};
    size_t len = 1;
    str bytes = seal(STR("beside"), STR("secret"), sealed);
    assert_false(seal_open(&other_key, STR("beside"), bytes, opened, &len));
    assert_int_equal(len, 0);
    assert_false(seal_open(&key, STR("beside."), bytes, opened, &len));
    assert_false(seal_open(&key, STR(""), bytes, opened, &len));
    assert_null(memmem(opened, sizeof(opened), "secret", 6));
}

static void no_bit_can_be_turned_and_no_byte_be_missing(void **state)
{
    unsigned char sealed[ROOM];
    unsigned char opened[ROOM];
    size_t len = 0;
    str bytes = seal(STR("beside"), STR("secret"), sealed);
    for (size_t bit = 0; bit < bytes.len * 8; bit++) {
        sealed[bit / 8] ^= (unsigned char)(1U << bit % 8);
        assert_false(seal_open(&key, STR("beside"), bytes, opened, &len));
        sealed[bit / 8] ^= (unsigned char)(1U << bit % 8);
    }
    for (size_t left = 0; left < bytes.len; left++) {
        assert_false(seal_open(&key, STR("beside"), str_head(bytes, left), opened, &len));
    }
    assert_true(seal_open(&key, STR("beside"), bytes, opened, &len));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_was_sealed_comes_back),
    cmocka_unit_test(two_seals_of_one_text_differ),
    cmocka_unit_test(another_key_or_another_thing_beside_opens_nothing),
    cmocka_unit_test(no_bit_can_be_turned_and_no_byte_be_missing),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
