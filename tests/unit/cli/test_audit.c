// test_audit.c: roster audit: verification, checkpoints and their keys.
// SPDX-License-Identifier: Apache-2.0
#include "unit/cli/place.h"

#include "base/hex.h"
#include "cli/audit_print.h"
#include "store/sql.h"
#include "sys/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>
// After what it needs.
#include <cmocka.h>

// Statements with a semicolon behind each, behind the back of all checks.
static void tamper(struct place *place, const char *statements)
{
    struct conn *writer = store_writer(place->store);
    assert_int_equal(conn_begin(writer), STORE_OK);
    for (str rest = str_of(statements); rest.len > 0;) {
        str one = {0};
        str_cut(rest, ';', &one, &rest);
        struct sql q = sql_begin_text(writer, one);
        assert_int_equal(sql_run(&q, NULL), STORE_OK);
    }
    assert_int_equal(conn_commit(writer), STORE_OK);
}

static void make_tenants(struct place *place)
{
    assert_int_equal(do_line(place, "roster tenant add acme"), EX_OK);
    assert_int_equal(do_line(place, "roster tenant add beta"), EX_OK);
    assert_int_equal(do_line(place, "roster token add --tenant acme"), EX_OK);
    assert_int_equal(do_line(place, "roster tenant suspend acme"), EX_OK);
}

static str take_checkpoint(struct place *place)
{
    assert_int_equal(do_line(place, "roster audit checkpoint"), EX_OK);
    return out(place);
}

static int verify_with(struct place *place, str checkpoint)
{
    place->input = checkpoint;
    int code = do_line(place, "roster audit verify --checkpoint FILE");
    place->input = (str){0};
    return code;
}

static void expect_said(const struct place *place, const char *part)
{
    if (!str_contains(said(place), str_of(part))) {
        fail_msg("not \"%s\" but \"%.*s\"", part, STR_ARGS(said(place)));
    }
}

static void expect_out(const struct place *place, const char *want)
{
    if (!str_equal(out(place), str_of(want))) {
        fail_msg("not \"%s\" but \"%.*s\"", want, STR_ARGS(out(place)));
    }
}

static void a_whole_audit_is_whole_and_says_what_it_cannot_know(void **state)
{
    struct place *place = *state;
    assert_int_equal(do_line(place, "roster audit verify"), EX_OK);
    expect_out(place, "whole: 0 entries of 0 tenants\n");
    make_tenants(place);
    assert_int_equal(do_line(place, "roster audit verify"), EX_OK);
    expect_out(place, "whole: 4 entries of 2 tenants\n");
    expect_said(place, "without a checkpoint nobody can tell");
    struct roster_json *json = do_json(place, "roster audit verify --json --tenant acme");
    assert_string_equal(shape(place, json), "whole:b tenants:i entries:i erased:i checkpoint:n");
    assert_true(str_equal(json_find(json, STR("entries"))->text, STR("3")));
    assert_int_equal(do_line(place, "roster audit verify --tenant nobody"), EX_NOINPUT);
    assert_int_equal(do_line(place, "roster audit verify --key 00"), EX_USAGE);
}

static void a_broken_audit_names_the_tenant_and_the_entry(void **state)
{
    struct place *place = *state;
    make_tenants(place);
    tamper(place, "UPDATE audit SET actor = 'cli:eve' WHERE tenant = 1 AND sequence = 2");
    assert_int_equal(do_line(place, "roster audit verify"), EXIT_BROKEN);
    expect_out(place, "broken: tenant acme, entry 2: the entry was changed, or stands in the place "
                      "of another\n");
    assert_int_equal(do_line(place, "roster audit verify --tenant beta"), EX_OK);
    assert_int_equal(do_line(place, "roster audit verify --json"), EXIT_BROKEN);
    assert_true(str_contains(out(place), STR("\"tenant\":\"acme\",\"tenantNumber\":1,"
                                             "\"sequence\":2,\"fault\":\"changed\"")));
}

static void a_removed_tenant_is_verified_too(void **state)
{
    struct place *place = *state;
    make_tenants(place);
    assert_int_equal(do_line(place, "roster tenant remove beta --yes"), EX_OK);
    assert_int_equal(do_line(place, "roster audit verify"), EX_OK);
    assert_true(str_contains(out(place), STR(" of 2 tenants")));
    tamper(place, "DELETE FROM audit WHERE tenant = 2 AND sequence = 1");
    assert_int_equal(do_line(place, "roster audit verify"), EXIT_BROKEN);
    expect_out(place, "broken: removed tenant 2, entry 1: the entry is missing\n");
}

static void a_tail_that_was_cut_off_is_found_with_a_checkpoint(void **state)
{
    struct place *place = *state;
    make_tenants(place);
    str checkpoint = take_checkpoint(place);
    assert_int_equal(verify_with(place, checkpoint), EX_OK);
    assert_int_equal(said(place).len, 0);
    tamper(place, "DELETE FROM audit WHERE tenant = 1 AND sequence = 3;"
                  "DELETE FROM audit_detail WHERE tenant = 1 AND sequence = 3;"
                  "UPDATE audit_head SET sequence = 2, digest ="
                  " (SELECT digest FROM audit WHERE tenant = 1 AND sequence = 2) WHERE tenant = 1");
    assert_int_equal(do_line(place, "roster audit verify"), EX_OK);
    expect_said(place, "without a checkpoint nobody can tell");
    assert_int_equal(verify_with(place, checkpoint), EXIT_BROKEN);
    expect_out(place, "broken: tenant acme, entry 3: the checkpoint has the entry, but the chain "
                      "ends before it\n");
}

static void an_older_checkpoint_and_an_older_key_are_as_good(void **state)
{
    struct place *place = *state;
    make_tenants(place);
    str checkpoint = take_checkpoint(place);
    assert_int_equal(do_line(place, "roster tenant resume acme"), EX_OK);
    assert_int_equal(do_line(place, "roster tenant add third"), EX_OK);
    assert_int_equal(do_line(place, "roster audit key --new"), EX_OK);
    struct roster_json *keys = do_json(place, "roster audit key --json");
    assert_int_equal(keys->count, 2);
    assert_string_equal(shape(place, keys->first), "id:s created:s signs:b public:s pem:s");
    assert_true(json_is(json_find(keys->first, STR("signs")), JSON_TRUE));
    assert_int_equal(verify_with(place, checkpoint), EX_OK);
    str newer = take_checkpoint(place);
    assert_true(str_contains(newer, text_of(keys->first, "id")));
    assert_true(str_contains(checkpoint, text_of(keys->first->next, "id")));
    assert_int_equal(verify_with(place, newer), EX_OK);
}

// Each bit of each byte; a checkpoint that is accepted would hide what it was changed for.
static void a_checkpoint_with_any_bit_changed_is_refused(void **state)
{
    struct place *place = *state;
    make_tenants(place);
    str checkpoint = take_checkpoint(place);
    char *bytes = arena_alloc(place->arena, checkpoint.len);
    struct arena_mark mark = arena_mark(place->arena);
    memcpy(bytes, checkpoint.ptr, checkpoint.len);
    for (size_t at = 0; at < checkpoint.len; at++) {
        bytes[at] = (char)(bytes[at] ^ (1 << at % 8));
        int code = verify_with(place, (str){bytes, checkpoint.len});
        if (code != EX_DATAERR || out(place).len != 0) {
            fail_msg("byte %zu: exit %d", at, code);
        }
        bytes[at] = (char)(bytes[at] ^ (1 << at % 8));
        arena_rewind(place->arena, mark);
    }
    assert_int_equal(verify_with(place, (str){bytes, checkpoint.len}), EX_OK);
    for (size_t len = 0; len < checkpoint.len; len += 7) {
        if (len > 0 && verify_with(place, str_head(checkpoint, len)) != EX_DATAERR) {
            fail_msg("%zu bytes of it were taken", len);
        }
        arena_rewind(place->arena, mark);
    }
}

static void a_checkpoint_of_another_key_or_store_is_refused(void **state)
{
    struct place *place = *state;
    void *other_state = NULL;
    char line[200];
    open_place(&other_state);
    struct place *other = other_state;
    make_tenants(other);
    str foreign = take_checkpoint(other);
    str key = text_of(do_json(other, "roster audit key --json")->first, "public");
    make_tenants(place);
    str checkpoint = take_checkpoint(place);
    assert_int_equal(verify_with(place, foreign), EX_DATAERR);
    expect_said(place, "which this store does not have: give its public key with --key");

    // With the other's key, its own checkpoint is of another store, and ours is not signed by it.
    snprintf(line, sizeof(line), "roster audit verify --checkpoint FILE --key %.*s", STR_ARGS(key));
    place->input = foreign;
    assert_int_equal(do_line(place, line), EX_DATAERR);
    expect_said(place, "the checkpoint is of another store");
    place->input = checkpoint;
    assert_int_equal(do_line(place, line), EX_DATAERR);
    expect_said(place, "the signature of the checkpoint is wrong");

    // With our key, noted by an auditor, even when the key files are gone.
    key = text_of(do_json(place, "roster audit key --json")->first, "public");
    snprintf(line, sizeof(line), "roster audit verify --checkpoint FILE --key %.*s", STR_ARGS(key));
    place->input = checkpoint;
    assert_int_equal(do_line(place, line), EX_OK);
    assert_int_equal(do_line(place, "roster audit verify --checkpoint FILE --key 12"), EX_USAGE);
    place->input = (str){0};
    close_place(&other_state);
}

static void a_key_can_be_had_as_pem(void **state)
{
    struct place *place = *state;
    assert_int_equal(do_line(place, "roster audit key --pem"), EX_NOINPUT);
    assert_int_equal(do_line(place, "roster audit key --new --pem"), EX_OK);
    assert_true(str_contains(out(place), STR("-----BEGIN PUBLIC KEY-----\nMC")));
    assert_int_equal(do_line(place, "roster audit key"), EX_OK);
    assert_true(str_contains(out(place), STR("PUBLIC KEY\n")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(a_whole_audit_is_whole_and_says_what_it_cannot_know),
        IN_PLACE(a_broken_audit_names_the_tenant_and_the_entry),
        IN_PLACE(a_removed_tenant_is_verified_too),
        IN_PLACE(a_tail_that_was_cut_off_is_found_with_a_checkpoint),
        IN_PLACE(an_older_checkpoint_and_an_older_key_are_as_good),
        IN_PLACE(a_checkpoint_with_any_bit_changed_is_refused),
        IN_PLACE(a_checkpoint_of_another_key_or_store_is_refused),
        IN_PLACE(a_key_can_be_had_as_pem),
    };
    log_threshold(LOG_LEVEL_WARNING);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
