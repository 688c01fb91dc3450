// test_admin_store.c: what commands leave in a store, and that they leave nothing when it fails.
// SPDX-License-Identifier: Apache-2.0
#include "unit/cli/place.h"

#include "kit/chain.h"
#include "sys/log.h"

#include <setjmp.h>
#include <stdarg.h>
// After what it needs.
#include <cmocka.h>

enum { CALLS_MAX = 2000 };

static void every_change_is_in_the_audit_chain(void **state)
{
    struct place *place = *state;
    struct conn *writer = store_writer(place->store);
    struct tenant_row row = {0};
    int64_t rows = 0;
    int64_t broken = -1;
    assert_int_equal(do_line(place, "roster tenant add acme"), EX_OK);
    assert_int_equal(do_line(place, "roster tenant set acme coerce-boolean=off"), EX_OK);
    assert_int_equal(do_line(place, "roster tenant set acme coerce-boolean=off"), EX_OK);
    assert_int_equal(do_line(place, "roster token add --tenant acme"), EX_OK);
    assert_int_equal(do_line(place, "roster token rotate 1"), EX_OK);
    assert_int_equal(do_line(place, "roster token revoke 2"), EX_OK);
    assert_int_equal(do_line(place, "roster tenant suspend acme"), EX_OK);
    assert_int_equal(conn_begin(writer), STORE_OK);
    assert_int_equal(tenant_find(writer, STR("acme"), place->arena, &row), STORE_OK);
    assert_int_equal(verify_chain(writer, row.tenant, &rows, &broken), STORE_OK);
    conn_rollback(writer);
    assert_int_equal(broken, 0);
    // What changed nothing left nothing; a rotation is an end and a beginning.
    assert_int_equal(rows, 7);
}

static void unique_group_names_come_on_only_when_they_are(void **state)
{
    struct place *place = *state;
    assert_int_equal(do_line(place, "roster tenant add acme --profile rfc"), EX_OK);
    add_resource(place, "acme", "Group", "g1", "{\"displayName\":\"Ops\"}");
    add_resource(place, "acme", "Group", "g2", "{\"displayName\":\"Dev\"}");
    assert_int_equal(do_line(place, "roster tenant set acme group-name-unique=on"), EX_OK);
    assert_int_equal(do_line(place, "roster tenant set acme group-name-unique=off"), EX_OK);
    add_resource(place, "acme", "Group", "g3", "{\"displayName\":\"ops\"}");
    assert_int_equal(do_line(place, "roster tenant set acme group-name-unique=on"), EX_DATAERR);
    assert_true(str_contains(said(place), STR("1 display name belongs to more than one group")));
    assert_true(str_contains(said(place), STR("ps\": 2 groups\n")));
    assert_int_equal(do_line(place, "roster tenant set acme profile=interop"), EX_OK);
    assert_int_equal(do_line(place, "roster tenant set acme group-name-unique=default"),
                     EX_DATAERR);
    struct roster_json *tenant = do_json(place, "roster tenant show acme --json");
    assert_true(str_equal(json_find(tenant, STR("groups"))->text, STR("3")));
}

static void a_token_may_act_for_a_user_of_its_tenant(void **state)
{
    struct place *place = *state;
    assert_int_equal(do_line(place, "roster tenant add acme"), EX_OK);
    assert_int_equal(do_line(place, "roster tenant add other"), EX_OK);
    add_resource(place, "acme", "User", "u1", "{\"userName\":\"bjensen\"}");
    struct roster_json *token = do_json(place, "roster token add --json --tenant acme --user u1");
    assert_true(str_equal(text_of(token, "user"), STR("u1")));
    assert_int_equal(do_line(place, "roster token add --tenant other --user u1"), EX_NOINPUT);
}

// Everything that the commands can tell about the store.
static str all_of(struct place *place)
{
    str tenants = {0};
    str both = {0};
    assert_int_equal(do_line(place, "roster tenant list --json"), EX_OK);
    tenants = out(place);
    assert_int_equal(do_line(place, "roster token list --json"), EX_OK);
    assert_true(
        arena_format(place->arena, &both, "%.*s%.*s", STR_ARGS(tenants), STR_ARGS(out(place))));
    return both;
}

// Runs the line with each of its calls of the database failing in turn, until none is left to fail.
// Gives the number of runs that failed. Their log would hide all else.
static int count_failures(struct place *place, const char *line)
{
    str before = all_of(place);
    int code = EX_OK;
    log_threshold(LOG_LEVEL_ERROR + 1);
    for (int failures = 0, n = 1;; n++) {
        assert_true(n < CALLS_MAX);
        store_close(place->store);
        bool opened = try_store(place, n);
        code = opened ? do_line(place, line) : EX_UNAVAILABLE;
        bool done = opened && code == EX_OK;
        bool refused = code == EX_IOERR || code == EX_UNAVAILABLE;
        assert_true(done || (refused && (!opened || out(place).len == 0)));
        store_close(place->store);
        open_store(place);
        if (done) {
            log_threshold(LOG_LEVEL_WARNING);
            return failures;
        }
        failures += opened;
        assert_true(str_equal(all_of(place), before));
    }
}

static void a_command_whose_store_fails_changes_nothing(void **state)
{
    static const char *const commands[] = {
        "roster tenant set acme profile=rfc",
        "roster tenant add b",
        "roster tenant suspend acme",
        "roster token add --tenant acme --source okta",
        "roster token rotate 1",
        "roster token revoke 2",
    };
    struct place *place = *state;
    assert_int_equal(do_line(place, "roster tenant add acme"), EX_OK);
    assert_int_equal(do_line(place, "roster token add --tenant acme"), EX_OK);
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        str before = all_of(place);
        int failures = count_failures(place, commands[i]);
        print_message("  %s: %d failures\n", commands[i], failures);
        assert_true(failures > 3);
        assert_false(str_equal(all_of(place), before));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(every_change_is_in_the_audit_chain),
        IN_PLACE(unique_group_names_come_on_only_when_they_are),
        IN_PLACE(a_token_may_act_for_a_user_of_its_tenant),
        IN_PLACE(a_command_whose_store_fails_changes_nothing),
    };
    log_threshold(LOG_LEVEL_WARNING);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
