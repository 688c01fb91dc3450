// canonical_test.c: values in the form that RFC 7643 calls canonical, unless they are kept as sent.
// SPDX-License-Identifier: Apache-2.0
#include "scim/resource.h"
#include "unit/scim/kinds.h"

static const struct {
    const char *name;
    const char *member;  // of a body
    const char *value;   // as sent, and so it stays under values-as-sent
    const char *want;
} cases[] = {
    {"the domain of an address", "emails", "[{\"value\":\"Ana.B@EXAMPLE.Com\"}]",
     "[{\"value\":\"Ana.B@example.com\"}]"},
    {"an address without a domain", "emails", "[{\"value\":\"ANA\"}]", "[{\"value\":\"ANA\"}]"},
    {"a label of the schema", "emails", "[{\"value\":\"a@x\",\"type\":\"WORK\"}]",
     "[{\"value\":\"a@x\",\"type\":\"work\"}]"},
    {"a label of its own", "emails", "[{\"value\":\"a@x\",\"type\":\"Barn\"}]",
     "[{\"value\":\"a@x\",\"type\":\"Barn\"}]"},
    {"the scheme of a number", "phoneNumbers", "[{\"value\":\"TEL:+1-201-555-0123;ext=7\"}]",
     "[{\"value\":\"tel:+1-201-555-0123;ext=7\"}]"},
    {"a global number", "phoneNumbers", "[{\"value\":\" +49 (30)  901.820 \"}]",
     "[{\"value\":\"tel:+49-(30)-901.820\"}]"},
    {"a local number", "phoneNumbers", "[{\"value\":\"030 901820\"}]",
     "[{\"value\":\"030 901820\"}]"},
    {"a number with words", "phoneNumbers", "[{\"value\":\"+1 201 CALL ME\"}]",
     "[{\"value\":\"+1 201 CALL ME\"}]"},
    {"a plus without digits", "phoneNumbers", "[{\"value\":\"+ -\"}]", "[{\"value\":\"+ -\"}]"},
    {"a name of a messenger", "ims", "[{\"value\":\" Ana.\xC3\x84 \",\"type\":\"Skype\"}]",
     "[{\"value\":\"ana.\xC3\xA4\",\"type\":\"skype\"}]"},
    {"the same value under one label", "emails",
     "[{\"value\":\"a@x\",\"type\":\"work\"},{\"value\":\"A@X\",\"type\":\"Work\","
     "\"primary\":true},{\"value\":\"a@x\",\"type\":\"home\"}]",
     "[{\"value\":\"A@x\",\"type\":\"work\",\"primary\":true},{\"value\":\"a@x\",\"type\":\"home\"}"
     "]"},
    {"the same value without a label", "roles", "[{\"value\":\"r\"},{\"value\":\"r\"}]",
     "[{\"value\":\"r\"}]"},
    {"labels without values", "emails", "[{\"type\":\"work\"},{\"type\":\"work\"}]",
     "[{\"type\":\"work\"},{\"type\":\"work\"}]"},
    {"a moment in another zone", "moment", "\"2020-01-01T01:00:00+01:00\"",
     "\"2020-01-01T00:00:00.000Z\""},
    {"a moment in UTC stays as it is", "moment", "\"2020-01-01T00:00:00Z\"",
     "\"2020-01-01T00:00:00Z\""},
    {"midnight at the end of a day", "moment", "\"2019-12-31T24:00:00Z\"",
     "\"2020-01-01T00:00:00.000Z\""},
    {"a moment to the microsecond", "moment", "\"2020-01-01T00:00:00.123400\"",
     "\"2020-01-01T00:00:00.1234Z\""},
    {"a moment to the nanosecond", "moment", "\"2020-01-01T00:00:00.123456789Z\"",
     "\"2020-01-01T00:00:00.123456789Z\""},
    {"an integer of 64 bits", "whole", "9223372036854775807", "9223372036854775807"},
    {"a decimal of many digits", "real", "0.1234567890123456789", "0.1234567890123456789"},
    {"octets without padding", "octets", "\"_-8\"", "\"/+8=\""},
    {"an ordinary text", "displayName", "\" Ana B \"", "\" Ana B \""},
};

static str written(struct given *g, enum roster_profile profile, size_t at)
{
    bool is_kind = strcmp(cases[at].member, "moment") == 0 ||
                   strcmp(cases[at].member, "whole") == 0 ||
                   strcmp(cases[at].member, "real") == 0 || strcmp(cases[at].member, "octets") == 0;
    struct roster_json *out = NULL;
    str text = {0};
    str body = {0};
    str found = {0};
    g->quirks = roster_quirks_of(profile);
    assert_true(arena_format(g->arena, &body,
                             "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\",\"" KINDS
                             "\"],\"userName\":\"a\",%s\"%s\":%s%s}",
                             is_kind ? "\"" KINDS "\":{" : "", cases[at].member, cases[at].value,
                             is_kind ? "}" : ""));
    assert_true(roster_json_read(body, g->arena, &out, &g->err));
    if (!resource_check(&g->scope, out, &out, &g->err)) {
        fail_msg("%s: %s", cases[at].name, g->err.detail);
    }
    const struct roster_json *parent = is_kind ? json_find(out, STR(KINDS)) : out;
    assert_true(roster_json_print(json_find(parent, str_of(cases[at].member)), g->arena, &text));
    assert_true(arena_copy(g->arena, text, &found));
    return found;
}

static void values_are_canonical_in_the_strict_profile_and_as_sent_in_the_other(void **state)
{
    struct given g;
    kinds_open(&g, ROSTER_PROFILE_RFC);
    for (size_t at = 0; at < COUNT_OF(cases); at++) {
        str strict = written(&g, ROSTER_PROFILE_RFC, at);
        if (!str_equal(strict, str_of(cases[at].want))) {
            fail_msg("%s: %.*s", cases[at].name, STR_ARGS(strict));
        }
        str lenient = written(&g, ROSTER_PROFILE_INTEROP, at);
        if (!str_equal(lenient, str_of(cases[at].value))) {
            fail_msg("%s, as sent: %.*s", cases[at].name, STR_ARGS(lenient));
        }
    }
    given_close(&g);
}

static void what_is_canonical_stays_so(void **state)
{
    struct given g;
    kinds_open(&g, ROSTER_PROFILE_RFC);
    for (size_t at = 0; at < COUNT_OF(cases); at++) {
        struct roster_json *once = NULL;
        str want = str_of(cases[at].want);
        assert_true(roster_json_read(want, g.arena, &once, &g.err));
        const struct attr *attr = type_attr(g.user, str_of(cases[at].member));
        struct roster_json *again = NULL;
        if (attr == NULL) {
            continue;
        }
        str text = {0};
        assert_true(resource_check_value(&g.scope, attr, once, false, &again, &g.err));
        assert_true(roster_json_print(again, g.arena, &text));
        if (!str_equal(text, want)) {
            fail_msg("%s: %.*s", cases[at].name, STR_ARGS(text));
        }
    }
    given_close(&g);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(values_are_canonical_in_the_strict_profile_and_as_sent_in_the_other),
    cmocka_unit_test(what_is_canonical_stays_so),
};

RUN(tests)
