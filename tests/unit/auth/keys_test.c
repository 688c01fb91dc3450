// keys_test.c: when a document of keys is fetched, and how long it counts, in virtual time. What is
// fetched over HTTP is for the end-to-end tests.
// SPDX-License-Identifier: Apache-2.0
#include "auth/keys.h"

#include "kit/issuer.h"
#include "sys/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

#define SECOND_US INT64_C(1000000)
// Of this machine, which may not be asked: an attempt fails at once.
#define URL STR("http://127.0.0.1:9/keys")

static int64_t now_us;
static struct issuer_keys *keys;
static char path[64];

static int64_t now_ms_of(void *ctx)
{
    return now_us / 1000;
}

static void random_of(void *ctx, void *out, size_t len)
{
    env_random(&env_system, out, len);
}

static int64_t monotonic_of(void *ctx)
{
    return now_us;
}

static const struct env env = {now_ms_of, random_of, NULL, monotonic_of};

static int open_keys(void **state)
{
    const struct issuer_keys_options options = {.env = &env};
    struct roster_error err = {0};
    now_us = 1000 * SECOND_US;
    snprintf(path, sizeof(path), "/tmp/roster-keys-XXXXXX");
    int fd = mkstemp(path);
    log_threshold(LOG_LEVEL_ERROR);
    keys = issuer_keys_open(&options, &err);
    return fd < 0 || close(fd) != 0 || keys == NULL;
}

static int close_keys(void **state)
{
    issuer_keys_close(keys);
    return unlink(path);
}

static enum keys_outcome find(str source, const char *kid)
{
    struct public_key *key = NULL;
    enum keys_outcome outcome = issuer_keys_find(keys, source, str_of(kid), KEY_EDDSA, &key);
    assert_int_equal(key != NULL, outcome == KEYS_FOUND);
    public_key_give(key);
    return outcome;
}

static uint64_t failed(void)
{
    return atomic_load(&issuer_keys_counts(keys)->failed);
}

static void a_source_that_fails_is_tried_a_minute_later_and_then_ever_more_seldom(void **state)
{
    static const int waits_s[] = {60, 120, 240, 480, 960, 960};
    assert_int_equal(find(URL, "a"), KEYS_WANTED);
    assert_false(issuer_keys_fetch(keys, URL));
    for (size_t at = 0; at < COUNT_OF(waits_s); at++) {
        assert_int_equal(failed(), at + 1);
        assert_int_equal(find(URL, "a"), KEYS_NONE);
        now_us += waits_s[at] * SECOND_US - 1;
        assert_int_equal(find(URL, "a"), KEYS_NONE);
        now_us += 1;
        assert_int_equal(find(URL, "a"), KEYS_WANTED);
        assert_false(issuer_keys_fetch(keys, URL));
    }
}

static void who_waits_for_one_document_fetches_it_once(void **state)
{
    assert_int_equal(find(URL, "a"), KEYS_WANTED);
    assert_int_equal(find(URL, "b"), KEYS_WANTED);
    assert_false(issuer_keys_fetch(keys, URL));
    assert_false(issuer_keys_fetch(keys, URL));
    assert_int_equal(failed(), 1);
}

static void nobody_fetches_what_was_never_wanted(void **state)
{
    assert_false(issuer_keys_fetch(keys, URL));
    assert_false(issuer_keys_tend(keys));
    assert_int_equal(failed(), 0);
}

static void a_file_is_read_when_it_is_wanted_and_when_it_was_replaced(void **state)
{
    str source = str_of(path);
    struct keys_note note;
    issuer_write(path, "a b");
    assert_int_equal(find(source, "a"), KEYS_WANTED);
    assert_false(issuer_keys_take_note(keys, &note));
    assert_true(issuer_keys_fetch(keys, source));
    assert_int_equal(find(source, "a"), KEYS_FOUND);
    assert_int_equal(find(source, "b"), KEYS_FOUND);
    assert_true(issuer_keys_take_note(keys, &note));
    assert_int_equal(note.key_count, 2);
    assert_string_equal(note.error, "");
    assert_false(issuer_keys_take_note(keys, &note));
    issuer_keys_keep_note(keys, &note);
    assert_true(issuer_keys_take_note(keys, &note));
    assert_false(issuer_keys_take_note(keys, &note));
    assert_false(issuer_keys_tend(keys));
    issuer_write(path, "b");
    now_us += 2 * SECOND_US;
    assert_true(issuer_keys_tend(keys));
    assert_int_equal(find(source, "b"), KEYS_FOUND);
    assert_int_not_equal(find(source, "a"), KEYS_FOUND);
}

static void a_file_that_is_broken_leaves_the_keys_before_it_in_use(void **state)
{
    str source = str_of(path);
    struct keys_note note;
    issuer_write(path, "a");
    assert_int_equal(find(source, "a"), KEYS_WANTED);
    assert_true(issuer_keys_fetch(keys, source));
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs("{\"keys\":", file) >= 0 && fclose(file) == 0);
    now_us += 2 * SECOND_US;
    assert_false(issuer_keys_tend(keys));
    assert_int_equal(failed(), 1);
    assert_int_equal(find(source, "a"), KEYS_FOUND);
    assert_true(issuer_keys_take_note(keys, &note));
    assert_int_equal(note.key_count, 1);
    assert_string_equal(note.error, "it is no JWKS: it is not JSON");
}

static void a_source_is_an_https_url_or_an_absolute_path(void **state)
{
    static const struct {
        const char *source;
        bool is;
    } cases[] = {
        {"https://i.example/keys", true},
        {"HTTPS://i.example/keys?p=1", true},
        {"/etc/keys.json", true},
        {"http://127.0.0.1:8080/keys", true},
        {"http://localhost/keys", true},
        {"http://[::1]/keys", true},
        {"http://i.example/keys", false},
        {"http://localhost.evil.example/keys", false},
        {"http://127.0.0.1.evil.example/", false},
        {"https://user@i.example/keys", false},
        {"https://i.example/a b", false},
        {"https://i.example/#x", false},
        {"https://", false},
        {"ftp://i.example/keys", false},
        {"file:///etc/passwd", false},
        {"keys.json", false},
        {"", false},
    };
    for (size_t at = 0; at < COUNT_OF(cases); at++) {
        struct roster_error err = {0};
        if (keys_check_source(str_of(cases[at].source), &err) != cases[at].is) {
            fail_msg("%s", cases[at].source);
        }
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(
        a_source_that_fails_is_tried_a_minute_later_and_then_ever_more_seldom, open_keys,
        close_keys),
    cmocka_unit_test_setup_teardown(who_waits_for_one_document_fetches_it_once, open_keys,
                                    close_keys),
    cmocka_unit_test_setup_teardown(nobody_fetches_what_was_never_wanted, open_keys, close_keys),
    cmocka_unit_test_setup_teardown(a_file_is_read_when_it_is_wanted_and_when_it_was_replaced,
                                    open_keys, close_keys),
    cmocka_unit_test_setup_teardown(a_file_that_is_broken_leaves_the_keys_before_it_in_use,
                                    open_keys, close_keys),
    cmocka_unit_test(a_source_is_an_https_url_or_an_absolute_path),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
