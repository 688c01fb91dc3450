// sign_test.c: signatures and the keys that make them.
// SPDX-License-Identifier: Apache-2.0
// Ours first: cmocka has a macro called fail.
#include "base/hex.h"
#include "base/limits.h"
#include "sys/sign.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

// RFC 8032 section 7.1, tests 1 to 3.
static void signatures_are_those_of_the_rfc(void **state)
{
    static const struct {
        const char *secret;
        const char *public;
        const char *message;
        const char *signature;
    } rows[] = {
        {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
         "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
         "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701"
         "cf9b4"
         "6bd25bf5f0595bbe24655141438e7a100b"},
        {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
         "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
         "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d"
         "0f11d"
         "8c387b2eaeb4302aeeb00d291612bb0c00"},
        {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
         "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
         "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f7609"
         "84dc6"
         "594a7c15e9716ed28dc027beceea1ec40a"},
    };
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        struct sign_key key;
        struct sign_public want;
        struct sign_public public;
        unsigned char message[2];
        unsigned char signature[SIGNATURE_LEN];
        unsigned char wanted[SIGNATURE_LEN];
        str text = {(const char *)message, strlen(rows[at].message) / 2};
        str made = {(const char *)signature, sizeof(signature)};
        assert_true(hex_parse(str_of(rows[at].secret), key.bytes));
        assert_true(hex_parse(str_of(rows[at].public), want.bytes));
        assert_true(hex_parse(str_of(rows[at].message), message));
        assert_true(hex_parse(str_of(rows[at].signature), wanted));
        assert_true(sign_public_of(&key, &public));
        assert_memory_equal(public.bytes, want.bytes, sizeof(want.bytes));
        assert_true(sign_make(&key, text, signature));
        assert_memory_equal(signature, wanted, sizeof(wanted));
        assert_true(sign_check(&public, text, made));
        assert_false(sign_check(&public, STR("other"), made));
        assert_false(sign_check(&public, text, str_head(made, SIGNATURE_LEN - 1)));
        signature[at] ^= 1;
        assert_false(sign_check(&public, text, made));
    }
}

static void digits_have_one_spelling(void **state)
{
    static const char *const bad[] = {"0", "0g", "AB", "a ", "0x", "ab\n"};
    unsigned char bytes[2] = {0};
    char digits[4];
    assert_true(hex_parse(STR("00ff"), bytes));
    assert_int_equal(bytes[0], 0);
    assert_int_equal(bytes[1], 255);
    hex_print((str){(const char *)bytes, 2}, digits);
    assert_memory_equal(digits, "00ff", 4);
    for (size_t at = 0; at < COUNT_OF(bad); at++) {
        assert_false(hex_parse(str_of(bad[at]), bytes));
    }
}

static int64_t now_ms = 0;

static int64_t fake_now(void *ctx)
{
    return now_ms;
}

static void count_up(void *ctx, void *out, size_t len)
{
    static unsigned char next = 0;
    memset(out, ++next, len);
}

static const struct env env = {.now_ms = fake_now, .random = count_up};

static void remove_all(const char *folder)
{
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        (void)unlinkat(dirfd(entries), entry->d_name, 0);
    }
    closedir(entries);
    assert_int_equal(rmdir(folder), 0);
}

static void the_youngest_key_signs_and_the_others_are_kept(void **state)
{
    static struct sign_name names[SIGN_KEYS_MAX];
    char folder[] = "/tmp/roster-sign-XXXXXX";
    unsigned char signature[SIGNATURE_LEN];
    str made = {(const char *)signature, sizeof(signature)};
    struct sign_name first;
    struct sign_name second;
    size_t count = 0;
    assert_non_null(mkdtemp(folder));
    assert_true(sign_keys_list(folder, "r-audit", names, &count));
    assert_int_equal(count, 0);
    assert_false(sign_keys_sign(folder, "r-audit", STR("text"), signature));

    now_ms = 5000;
    assert_true(sign_keys_make(folder, "r-audit", &env, &first));
    // A clock that was set back makes no older key.
    now_ms = 1000;
    assert_true(sign_keys_make(folder, "r-audit", &env, &second));
    assert_true(sign_keys_list(folder, "r-audit", names, &count));
    assert_int_equal(count, 2);
    assert_int_equal(names[0].id, second.id);
    assert_int_equal(names[1].id, first.id);
    assert_int_equal(names[0].created_ms, 5001);
    assert_true(sign_keys_sign(folder, "r-audit", STR("text"), signature));
    assert_true(sign_check(&second.public, STR("text"), made));
    assert_false(sign_check(&first.public, STR("text"), made));

    // Keys of another purpose are none of these.
    assert_true(sign_keys_list(folder, "r-cursor", names, &count));
    assert_int_equal(count, 0);
    remove_all(folder);
}

static void more_keys_than_are_kept_in_mind_leave_the_youngest(void **state)
{
    static struct sign_name names[SIGN_KEYS_MAX];
    char folder[] = "/tmp/roster-sign-XXXXXX";
    struct sign_name last = {0};
    size_t count = 0;
    assert_non_null(mkdtemp(folder));
    for (int at = 0; at < SIGN_KEYS_MAX + 3; at++) {
        now_ms = 10000 + at;
        assert_true(sign_keys_make(folder, "r-audit", &env, &last));
    }
    assert_true(sign_keys_list(folder, "r-audit", names, &count));
    assert_int_equal(count, SIGN_KEYS_MAX);
    assert_int_equal(names[0].id, last.id);
    assert_int_equal(names[SIGN_KEYS_MAX - 1].created_ms, 10003);
    remove_all(folder);
}

static void a_folder_that_cannot_be_written_makes_no_key(void **state)
{
    struct sign_name name;
    assert_false(sign_keys_make("/dev/null/keys", "r-audit", &env, &name));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(signatures_are_those_of_the_rfc),
    cmocka_unit_test(digits_have_one_spelling),
    cmocka_unit_test(the_youngest_key_signs_and_the_others_are_kept),
    cmocka_unit_test(more_keys_than_are_kept_in_mind_leave_the_youngest),
    cmocka_unit_test(a_folder_that_cannot_be_written_makes_no_key),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
