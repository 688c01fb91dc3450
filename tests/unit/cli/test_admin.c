// test_admin.c: whole commands on a store of their own: what they print and how they refuse.
// SPDX-License-Identifier: Apache-2.0
#include "unit/cli/place.h"

#include "sys/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
// After what it needs.
#include <cmocka.h>

#define TENANT_SHAPE                                                                               \
    "name:s state:s profile:s created:s users:i groups:i silent:a strict-attributes:b "            \
    "store-passwords:b adopt-identical:b devices:b roles:b roles-enforced:b basic:b rate:s "       \
    "users-max:n groups-max:n access-seconds:i guard-deactivations:s guard-deletions:s "           \
    "guard-removals:s silence-alarm:s quirks:o set:o"
#define TOKEN_SHAPE_END                                                                            \
    "id:i tenant:s label:s source:s user:n scope:s state:s created:s expires:n used:n address:n "  \
    "revoked:"

static void a_tenant_is_added_listed_and_shown(void **state)
{
    struct place *place = *state;
    assert_int_equal(do_line(place, "roster tenant add acme"), EX_OK);
    assert_int_equal(out(place).len, 0);
    assert_true(
        str_equal(said(place), STR("tenant acme: added\nnext: roster token add --tenant acme\n")));
    struct roster_json *strict = do_json(place, "roster tenant add --json b --profile rfc");
    assert_string_equal(shape(place, strict), TENANT_SHAPE);
    assert_true(str_equal(text_of(strict, "profile"), STR("rfc")));
    assert_int_equal(said(place).len, 0);
    struct roster_json *list = do_json(place, "roster tenant list --json");
    assert_int_equal(list->count, 2);
    assert_string_equal(shape(place, list->first), TENANT_SHAPE);
    assert_true(str_equal(text_of(list->first, "name"), STR("acme")));
    assert_int_equal(do_line(place, "roster tenant list"), EX_OK);
    assert_true(str_starts_nocase(
        out(place), STR("NAME  STATE   PROFILE  USERS  GROUPS  CREATED            SILENT\n"
                        "acme  active  interop  0      0       20")));
    assert_int_equal(do_line(place, "roster tenant show acme"), EX_OK);
    assert_true(str_contains(out(place), STR("\nprofile              interop\n")));
    assert_true(str_contains(out(place), STR("\ncoerce-boolean            on     profile  ")));
}

static void an_empty_store_says_what_comes_next(void **state)
{
    struct place *place = *state;
    assert_int_equal(do_line(place, "roster tenant list"), EX_OK);
    assert_int_equal(out(place).len, 0);
    assert_true(str_contains(said(place), STR("roster tenant add NAME")));
    assert_int_equal(do_json(place, "roster tenant list --json")->count, 0);
    assert_int_equal(do_json(place, "roster token list --json")->count, 0);
}

static const struct refusal_case {
    const char *name;
    const char *line;
    int code;
    const char *err;
} refusals[] = {
    {"a taken name is refused", "roster tenant add acme", EX_DATAERR,
     "roster: there is a tenant \"acme\" already\n"},
    {"capitals are no name", "roster tenant add Acme", EX_DATAERR, NULL},
    {"a name does not begin with a dash", "roster tenant add -- -acme", EX_DATAERR, NULL},
    {"a name does not end with a dash", "roster tenant add acme-", EX_DATAERR, NULL},
    {"a name has at most 63 characters",
     "roster tenant add aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     EX_DATAERR, NULL},
    {"an unknown profile is refused", "roster tenant add b --profile x", EX_DATAERR,
     "roster: profile is interop or rfc\n"},
    {"an unknown tenant is not shown", "roster tenant show nope", EX_NOINPUT,
     "roster: there is no tenant \"nope\"\n"},
    {"an unknown tenant is not set", "roster tenant set nope profile=rfc", EX_NOINPUT, NULL},
    {"an unknown tenant is not removed", "roster tenant remove nope", EX_NOINPUT, NULL},
    {"an unknown setting is refused", "roster tenant set acme foo=on", EX_DATAERR,
     "roster: there is no setting \"foo\": roster help tenant set lists them\n"},
    {"a setting needs its value", "roster tenant set acme coerce-boolean", EX_USAGE,
     "roster: \"coerce-boolean\" is not KEY=VALUE\n"},
    {"a quirk is on, off or default", "roster tenant set acme coerce-boolean=maybe", EX_DATAERR,
     "roster: coerce-boolean is on, off or default\n"},
    {"a rate is a number", "roster tenant set acme rate=fast", EX_DATAERR,
     "roster: rate is N/BURST or N (requests a second, and at once; 1 to 1000000), unlimited or "
     "default\n"},
    {"a rate of nothing is refused", "roster tenant set acme rate=0", EX_DATAERR, NULL},
    {"a quota is a number", "roster tenant set acme users-max=many", EX_DATAERR,
     "roster: users-max is a number from 1 to 1000000000, unlimited or default\n"},
    {"a quota of nothing is refused", "roster tenant set acme groups-max=0", EX_DATAERR, NULL},
    {"an unknown tenant has no tokens", "roster token add --tenant nope", EX_NOINPUT, NULL},
    {"an unknown tenant's tokens are not listed", "roster token list --tenant nope", EX_NOINPUT,
     NULL},
    {"a scope is one of four", "roster token add --tenant acme --scope all", EX_USAGE,
     "roster: scopes are read, write, read:TYPE and write:TYPE, such as read,write:Group\n"},
    {"a scope is of a type that is there", "roster token add --tenant acme --scope read:Users",
     EX_DATAERR,
     "roster: scope: the tenant has no resource type \"Users\"; there are: User, Group\n"},
    {"an expiry that has passed is refused",
     "roster token add --tenant acme --expires 2020-01-01T00:00:00Z", EX_DATAERR, NULL},
    {"a source is named like a tenant", "roster token add --tenant acme --source A_B", EX_DATAERR,
     NULL},
    {"a label is one line", "roster token add --tenant acme --label a\nb", EX_DATAERR,
     "roster: a label is one line of text\n"},
    {"an unknown user has no token", "roster token add --tenant acme --user u1", EX_NOINPUT,
     "roster: the tenant has no user with the id \"u1\"\n"},
    {"a token is a number", "roster token revoke x", EX_USAGE, NULL},
    {"an unknown token is not revoked", "roster token revoke 99", EX_NOINPUT,
     "roster: there is no token 99\n"},
    {"an unknown token is not rotated", "roster token rotate 99", EX_NOINPUT, NULL},
    {"a budget is a count, a share and a time", "roster tenant set acme guard-deletions=5",
     EX_DATAERR, NULL},
    {"an alarm is not set to seconds", "roster tenant set acme silence-alarm=10s", EX_DATAERR,
     "roster: silence-alarm is auto (several times what is usual for the source), off, or a "
     "duration of 5m or more, such as 6h\n"},
    {"the guard is on or off", "roster tenant set acme guard=maybe", EX_DATAERR, NULL},
    {"an unknown tenant has no guard", "roster guard show --tenant nope", EX_NOINPUT,
     "roster: there is no tenant \"nope\"\n"},
    {"an unknown source is not released", "roster guard release --tenant acme --source x",
     EX_NOINPUT, "roster: the tenant has no source \"x\": roster guard show lists them\n"},
    {"an unknown kind is not denied", "roster guard deny --tenant acme --kind people", EX_USAGE,
     "roster: --kind is deactivations, deletions or removals\n"},
    {"a release is for a duration", "roster guard release --tenant acme --for ever", EX_USAGE,
     NULL},
    {"a release lets through one or more", "roster guard release --tenant acme --count 0", EX_USAGE,
     NULL},
    {"an overlap is a duration", "roster token rotate 1 --overlap soon", EX_USAGE, NULL},
};

static void a_refusal_has_its_code_and_changes_nothing(void **state)
{
    struct place *place = *state;
    assert_int_equal(do_line(place, "roster tenant add acme"), EX_OK);
    for (size_t i = 0; i < COUNT_OF(refusals); i++) {
        print_message("  %s\n", refusals[i].name);
        assert_int_equal(do_line(place, refusals[i].line), refusals[i].code);
        assert_int_equal(out(place).len, 0);
        assert_true(str_starts_nocase(said(place), STR("roster: ")));
        if (refusals[i].err != NULL) {
            assert_true(str_equal(said(place), str_of(refusals[i].err)));
        }
    }
    assert_int_equal(do_json(place, "roster tenant list --json")->count, 1);
    assert_int_equal(do_json(place, "roster token list --json")->count, 0);
}

#define GUARD_SHAPE                                                                                \
    "tenant:s source:s kind:s state:s spent:i limit:i budget:s held:i held-since:n held-last:n "   \
    "released-until:"

static void the_guard_shows_and_takes_orders(void **state)
{
    struct place *place = *state;
    assert_int_equal(do_line(place, "roster tenant add acme"), EX_OK);
    struct roster_json *list = do_json(place, "roster guard show --tenant acme --json");
    assert_int_equal(list->count, 3);
    assert_string_equal(shape(place, list->first), GUARD_SHAPE "n released-left:n");
    assert_true(str_equal(text_of(list->first, "budget"), STR("10,10%/1d")));
    assert_int_equal(do_json(place, "roster guard show --json")->count, 0);
    assert_int_equal(do_line(place, "roster guard show"), EX_OK);
    assert_int_equal(out(place).len, 0);
    list = do_json(place, "roster guard release --json --tenant acme --kind deletions --count 7");
    assert_string_equal(shape(place, list->first->next), GUARD_SHAPE "s released-left:i");
    assert_true(str_equal(text_of(list->first, "state"), STR("open")));
    assert_int_equal(do_line(place, "roster guard show"), EX_OK);
    assert_true(str_contains(out(place), STR("deletions  released until 20")));
    assert_int_equal(do_line(place, "roster guard deny --tenant acme --source default"), EX_OK);
    assert_true(str_equal(said(place), STR("tenant acme, source default, all kinds: denied until "
                                           "it is lifted\n")));
    assert_int_equal(do_json(place, "roster guard show --json")->count, 3);
    assert_int_equal(do_line(place, "roster guard deny --tenant acme --lift"), EX_OK);
    assert_int_equal(do_json(place, "roster guard show --json")->count, 0);
    assert_int_equal(do_line(place, "roster tenant set acme guard=off guard-removals=0,0%/90d"),
                     EX_OK);
    list = do_json(place, "roster guard show --tenant acme --json");
    assert_true(str_equal(text_of(list->first, "state"), STR("off")));
    assert_true(str_equal(text_of(list->last, "budget"), STR("0,0%/90d")));
    assert_int_equal(do_line(place, "roster tenant show acme"), EX_OK);
    assert_true(str_contains(out(place), STR("\nguard-deactivations  off\n")));
}

static void settings_are_taken_all_or_none(void **state)
{
    struct place *place = *state;
    assert_int_equal(do_line(place, "roster tenant add acme"), EX_OK);
    assert_int_equal(do_line(place, "roster tenant set acme coerce-boolean=off foo=on"),
                     EX_DATAERR);
    struct roster_json *tenant = do_json(place, "roster tenant show acme --json");
    assert_int_equal(json_find(tenant, STR("set"))->count, 0);
    tenant =
        do_json(place, "roster tenant set acme --json coerce-boolean=off strict-attributes=on");
    assert_string_equal(shape(place, json_find(tenant, STR("set"))),
                        "coerce-boolean:b unknown-attribute:b");
    assert_true(json_is(json_find(tenant, STR("strict-attributes")), JSON_TRUE));
    const struct roster_json *quirks = json_find(tenant, STR("quirks"));
    assert_int_equal(quirks->count, ROSTER_QUIRK_COUNT);
    assert_true(json_is(json_find(quirks, STR("coerce-boolean")), JSON_FALSE));
    tenant = do_json(place, "roster tenant set acme --json coerce-boolean=default profile=rfc");
    assert_string_equal(shape(place, json_find(tenant, STR("set"))), "unknown-attribute:b");
    assert_true(str_equal(text_of(tenant, "profile"), STR("rfc")));
    quirks = json_find(tenant, STR("quirks"));
    assert_true(json_is(json_find(quirks, STR("path-keys")), JSON_FALSE));
}

static void a_suspension_is_seen_on_tokens_and_ends(void **state)
{
    struct place *place = *state;
    assert_int_equal(do_line(place, "roster tenant add acme"), EX_OK);
    assert_int_equal(do_line(place, "roster token add --tenant acme"), EX_OK);
    assert_true(str_equal(text_of(do_json(place, "roster tenant suspend acme --json"), "state"),
                          STR("suspended")));
    struct roster_json *list = do_json(place, "roster token list --json");
    assert_true(str_equal(text_of(list->first, "state"), STR("suspended")));
    assert_int_equal(do_line(place, "roster tenant suspend acme"), EX_OK);
    assert_true(str_equal(text_of(do_json(place, "roster tenant resume acme --json"), "state"),
                          STR("active")));
}

static void a_token_is_printed_alone_and_only_once(void **state)
{
    struct place *place = *state;
    assert_int_equal(do_line(place, "roster tenant add acme"), EX_OK);
    assert_int_equal(do_line(place, "roster token add --tenant acme --label Entra_ID"), EX_OK);
    str secret = str_trim(str_head(out(place), out(place).len - 1));
    assert_int_equal(out(place).len, TOKEN_TEXT_LEN + 1);
    assert_true(secret_is_wellformed(SECRET_TOKEN, secret));
    assert_true(str_contains(said(place), STR("this token never expires")));
    assert_false(str_contains(said(place), secret));
    struct roster_json *list = do_json(place, "roster token list --json");
    assert_string_equal(shape(place, list->first), TOKEN_SHAPE_END "n");
    assert_true(str_equal(text_of(list->first, "label"), STR("Entra ID")));
    assert_true(str_equal(text_of(list->first, "source"), STR("default")));
    assert_true(str_equal(text_of(list->first, "scope"), STR("write")));
    assert_false(str_contains(out(place), secret));
    assert_int_equal(do_line(place, "roster token list"), EX_OK);
    assert_false(str_contains(out(place), secret));
    assert_true(str_starts_nocase(out(place), STR("ID  TENANT  STATE   SCOPE  SOURCE   CREATED")));
}

static void a_token_in_json_has_its_secret_first(void **state)
{
    struct place *place = *state;
    assert_int_equal(do_line(place, "roster tenant add acme"), EX_OK);
    struct roster_json *token = do_json(
        place, "roster token add --json --tenant acme --source entra --scope read --expires never");
    assert_string_equal(shape(place, token), "secret:s " TOKEN_SHAPE_END "n");
    assert_int_equal(said(place).len, 0);
    assert_true(secret_is_wellformed(SECRET_TOKEN, text_of(token, "secret")));
    assert_true(str_equal(text_of(token, "source"), STR("entra")));
    assert_true(str_equal(text_of(token, "scope"), STR("read")));
    token = do_json(place, "roster token add --json --tenant acme --expires 90d");
    assert_true(json_is(json_find(token, STR("expires")), JSON_STRING));
    assert_int_equal(do_json(place, "roster token list --json --tenant acme")->count, 2);
}

// The state of the n-th token of the list, counted from 1.
static str state_of(struct place *place, int n)
{
    const struct roster_json *token = do_json(place, "roster token list --json")->first;
    while (--n > 0) {
        token = token->next;
    }
    return text_of(token, "state");
}

static void a_rotated_token_dies_at_once_or_later(void **state)
{
    struct place *place = *state;
    char line[64];
    assert_int_equal(do_line(place, "roster tenant add acme"), EX_OK);
    struct roster_json *old = do_json(
        place, "roster token add --json --tenant acme --label x --source okta --expires 12h");
    snprintf(line, sizeof(line), "roster token rotate %.*s --json --overlap 1h",
             STR_ARGS(json_find(old, STR("id"))->text));
    struct roster_json *fresh = do_json(place, line);
    assert_true(str_equal(text_of(fresh, "label"), STR("x")));
    assert_true(str_equal(text_of(fresh, "source"), STR("okta")));
    assert_true(json_is(json_find(fresh, STR("expires")), JSON_STRING));
    assert_false(str_equal(text_of(fresh, "secret"), text_of(old, "secret")));
    assert_true(str_equal(state_of(place, 1), STR("active")));
    snprintf(line, sizeof(line), "roster token rotate %.*s",
             STR_ARGS(json_find(fresh, STR("id"))->text));
    assert_int_equal(do_line(place, line), EX_OK);
    assert_int_equal(out(place).len, TOKEN_TEXT_LEN + 1);
    assert_true(str_equal(state_of(place, 2), STR("revoked")));
    assert_true(str_equal(state_of(place, 3), STR("active")));
    assert_int_equal(do_line(place, line), EX_DATAERR);
}

static void a_token_may_be_revoked_twice(void **state)
{
    struct place *place = *state;
    assert_int_equal(do_line(place, "roster tenant add acme"), EX_OK);
    assert_int_equal(do_line(place, "roster token add --tenant acme"), EX_OK);
    struct roster_json *token = do_json(place, "roster token revoke 1 --json");
    assert_string_equal(shape(place, token), TOKEN_SHAPE_END "s");
    str when = text_of(token, "revoked");
    token = do_json(place, "roster token revoke 1 --json");
    assert_true(str_equal(text_of(token, "revoked"), when));
    assert_int_equal(do_line(place, "roster token rotate 1"), EX_DATAERR);
}

static void a_removed_tenant_is_gone_and_its_name_free(void **state)
{
    struct place *place = *state;
    assert_int_equal(do_line(place, "roster tenant add acme"), EX_OK);
    assert_int_equal(do_line(place, "roster tenant add other"), EX_OK);
    assert_int_equal(do_line(place, "roster token add --tenant acme"), EX_OK);
    struct roster_json *removed = do_json(place, "roster tenant remove acme --json");
    assert_string_equal(shape(place, removed), "name:s state:s");
    assert_true(str_equal(text_of(removed, "state"), STR("removed")));
    assert_int_equal(do_line(place, "roster tenant show acme"), EX_NOINPUT);
    assert_int_equal(do_json(place, "roster token list --json")->count, 0);
    assert_int_equal(do_json(place, "roster tenant list --json")->count, 1);
    assert_int_equal(do_line(place, "roster tenant add acme"), EX_OK);
}

// A removal that stopped after its first step: the process was killed, or the server stopped.
static void a_tenant_that_is_half_removed_stays_closed(void **state)
{
    struct place *place = *state;
    struct roster_error err = {0};
    bool gone = true;
    assert_int_equal(do_line(place, "roster tenant add acme"), EX_OK);
    const struct admin admin = {
        store_writer(place->store), &env_system, place->arena, "cli:test", "local", NULL};
    assert_true(tenants_remove(&admin, STR("acme"), &gone, &err));
    assert_false(gone);
    assert_true(str_equal(text_of(do_json(place, "roster tenant show acme --json"), "state"),
                          STR("removing")));
    assert_int_equal(do_line(place, "roster tenant resume acme"), EX_DATAERR);
    assert_int_equal(do_line(place, "roster tenant set acme profile=rfc"), EX_DATAERR);
    assert_int_equal(do_line(place, "roster token add --tenant acme"), EX_DATAERR);
    assert_int_equal(do_line(place, "roster tenant add acme"), EX_DATAERR);
    assert_int_equal(do_line(place, "roster tenant remove acme"), EX_OK);
    assert_int_equal(do_line(place, "roster tenant add acme"), EX_OK);
}

static void what_was_done_is_there_after_opening_again(void **state)
{
    struct place *place = *state;
    assert_int_equal(do_line(place, "roster tenant add acme --profile rfc"), EX_OK);
    assert_int_equal(do_line(place, "roster token add --tenant acme"), EX_OK);
    assert_int_equal(do_line(place, "roster token revoke 1"), EX_OK);
    store_close(place->store);
    open_store(place);
    struct roster_json *list = do_json(place, "roster tenant list --json");
    assert_true(str_equal(text_of(list->first, "profile"), STR("rfc")));
    assert_true(str_equal(state_of(place, 1), STR("revoked")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(a_tenant_is_added_listed_and_shown),
        IN_PLACE(an_empty_store_says_what_comes_next),
        IN_PLACE(a_refusal_has_its_code_and_changes_nothing),
        IN_PLACE(settings_are_taken_all_or_none),
        IN_PLACE(the_guard_shows_and_takes_orders),
        IN_PLACE(a_suspension_is_seen_on_tokens_and_ends),
        IN_PLACE(a_token_is_printed_alone_and_only_once),
        IN_PLACE(a_token_in_json_has_its_secret_first),
        IN_PLACE(a_rotated_token_dies_at_once_or_later),
        IN_PLACE(a_token_may_be_revoked_twice),
        IN_PLACE(a_removed_tenant_is_gone_and_its_name_free),
        IN_PLACE(a_tenant_that_is_half_removed_stays_closed),
        IN_PLACE(what_was_done_is_there_after_opening_again),
    };
    log_threshold(LOG_LEVEL_WARNING);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
