// filter_parse_test.c: which filters are taken, what they are printed as, and where others fail.
// SPDX-License-Identifier: Apache-2.0
#include "unit/scim/given.h"

#define ENTERPRISE "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
#define CORE_USER "urn:ietf:params:scim:schemas:core:2.0:User"

struct parse_case {
    const char *name;
    const char *text;
    const char *want;  // canonical text; NULL: refused
    size_t offset;     // ... at this byte
};

static void expect_parse(struct given *g, const struct roster_resource_type *type,
                         const struct parse_case *row)
{
    const struct roster_filter *filter = NULL;
    str got = {0};
    g->err = (struct roster_error){0};
    bool parsed =
        roster_filter_parse(type, str_of(row->text), &g->quirks, g->arena, &filter, &g->err);
    if (row->want == NULL) {
        if (parsed || g->err.code != ROSTER_ERR_INVALID_FILTER || g->err.offset != row->offset) {
            fail_msg("%s: %s\n  got %s at byte %zu: %s\n  want a refusal at byte %zu", row->name,
                     row->text, parsed ? "a filter" : error_name(g->err.code), g->err.offset,
                     g->err.detail, row->offset);
        }
        assert_true(g->err.detail[0] != '\0');
        return;
    }
    if (!parsed) {
        fail_msg("%s: %s\n  at byte %zu: %s", row->name, row->text, g->err.offset, g->err.detail);
    }
    assert_true(roster_filter_print(filter, g->arena, &got));
    expect_text(row->name, got, row->want);
    // What is printed is the same filter.
    assert_true(roster_filter_parse(type, got, &g->quirks, g->arena, &filter, &g->err));
    assert_true(roster_filter_print(filter, g->arena, &got));
    expect_text(row->name, got, row->want);
}

static void expect_users(enum roster_profile profile, const struct parse_case *rows, size_t count)
{
    struct given g;
    given_open(&g, profile);
    for (size_t at = 0; at < count; at++) {
        expect_parse(&g, g.user, &rows[at]);
    }
    given_close(&g);
}

static const struct parse_case accepted[] = {
    {"equality on a name", "userName eq \"bjensen\"", "userName eq \"bjensen\"", 0},
    {"an apostrophe inside a string", "name.familyName co \"O'Malley\"",
     "name.familyName co \"O'Malley\"", 0},
    {"a core attribute behind its URI", CORE_USER ":userName sw \"J\"", "userName sw \"J\"", 0},
    {"present and equal", "title pr and userType eq \"Employee\"",
     "title pr and userType eq \"Employee\"", 0},
    {"not before parentheses, and e-mails without value",
     "userType ne \"Employee\" and not (emails co \"example.com\" or emails.value co "
     "\"example.org\")",
     "userType ne \"Employee\" and not (emails.value co \"example.com\" or emails.value co "
     "\"example.org\")",
     0},
    {"two bracketed filters",
     "emails[type eq \"work\" and value co \"@example.com\"] or ims[type eq \"xmpp\" and value co "
     "\"@foo.com\"]",
     "emails[type eq \"work\" and value co \"@example.com\"] or ims[type eq \"xmpp\" and value co "
     "\"@foo.com\"]",
     0},
    {"parentheses inside brackets",
     "emails[type eq \"work\" or (type eq \"home\" and value ew \"@example.com\")]",
     "emails[type eq \"work\" or type eq \"home\" and value ew \"@example.com\"]", 0},
    {"a date", "meta.lastModified ge \"2011-05-13T04:42:34Z\"",
     "meta.lastModified ge \"2011-05-13T04:42:34Z\"", 0},
    {"an attribute of an extension", ENTERPRISE ":manager.value eq \"26118915\"",
     ENTERPRISE ":manager.value eq \"26118915\"", 0},
    {"names and operators in any case", "Username EQ \"x\" AND TITLE Pr",
     "userName eq \"x\" and title pr", 0},
    {"an attribute of one extension without its URI", "department eq \"Ops\"",
     ENTERPRISE ":department eq \"Ops\"", 0},
    {"a manager stands for its value", "manager eq \"7\"", ENTERPRISE ":manager.value eq \"7\"", 0},
    {"null is the opposite of present", "manager eq null", "not (" ENTERPRISE ":manager pr)", 0},
    {"not null is present", "title ne null", "title pr", 0},
    {"and binds tighter than or", "title pr or userName pr and active pr",
     "title pr or userName pr and active pr", 0},
    {"parentheses that matter are kept", "(title pr or userName pr) and active pr",
     "(title pr or userName pr) and active pr", 0},
    {"parentheses that do not matter go away", "((title pr)) and (userName pr and (active pr))",
     "title pr and userName pr and active pr", 0},
    {"the first of two equal lists is joined too", "(title pr or userName pr) or active pr",
     "title pr or userName pr or active pr", 0},
    {"double negation stays", "not (not (title pr))", "not (not (title pr))", 0},
    {"not without a blank", "not(title pr)", "not (title pr)", 0},
    {"many blanks and tabs", " \tuserName  eq\t \"x\"  and ( title pr ) ",
     "userName eq \"x\" and title pr", 0},
    {"a blank before brackets and inside them", "emails [ type eq \"work\" ]",
     "emails[type eq \"work\"]", 0},
    {"no blank between operator and string", "userName eq\"x\"", "userName eq \"x\"", 0},
    {"escapes of JSON", "userName eq \"a\\\"b\\\\c\\u00e9\\n\"", "userName eq \"a\\\"b\\\\cé\\n\"",
     0},
    {"a boolean", "active eq false", "active eq false", 0},
    {"the element of a simple list", "schemas[value eq \"" CORE_USER "\"]",
     "schemas[value eq \"" CORE_USER "\"]", 0},
    {"a simple list and its pseudo sub-attribute", "schemas.value eq \"urn:x\"",
     "schemas eq \"urn:x\"", 0},
    {"a redundant URI inside brackets", "emails[" CORE_USER ":type eq \"work\"]",
     "emails[type eq \"work\"]", 0},
    {"brackets on a single complex value", "name[givenName eq \"A\" and familyName eq \"B\"]",
     "name[givenName eq \"A\" and familyName eq \"B\"]", 0},
    {"a URI with a dot before the name", CORE_USER ".userName eq \"x\"", "userName eq \"x\"", 0},
    {"an attribute called like a joint cannot be confused", "title pr and (not (userName pr))",
     "title pr and not (userName pr)", 0},
    {"groups stand for their value", "groups eq \"g1\"", "groups.value eq \"g1\"", 0},
    {"present on a complex attribute stays complex", "emails pr", "emails pr", 0},
};

static void filters_of_the_grammar_are_accepted_in_both_profiles(void **state)
{
    expect_users(ROSTER_PROFILE_RFC, accepted, COUNT_OF(accepted));
    expect_users(ROSTER_PROFILE_INTEROP, accepted, COUNT_OF(accepted));
}

static const struct parse_case refused[] = {
    {"an empty text", "", NULL, 0},
    {"blanks only", "  \t", NULL, 0},
    {"a name alone", "userName", NULL, 8},
    {"a word in capitals", "FOO", NULL, 3},
    {"an address is no filter", "SPEC.USER@OKTA.LOCAL", NULL, 0},
    {"an operator without a value", "userName eq", NULL, 11},
    {"single quotes", "userName eq 'x'", NULL, 12},
    {"an unknown operator", "userName regex \"x\"", NULL, 9},
    {"not without parentheses", "not userName pr", NULL, 4},
    {"brackets that are not closed", "emails[type eq \"work\"", NULL, 21},
    {"brackets inside brackets", "emails[value[x eq 1]]", NULL, 12},
    {"nothing behind and", "title eq \"x\" and", NULL, 16},
    {"nothing behind or", "title pr or  ", NULL, 13},
    {"a joint instead of a value", "title eq and userName pr", NULL, 9},
    {"order on a boolean", "active gt true", NULL, 7},
    {"a string that is not closed", "userName eq \"x", NULL, 12},
    {"a backslash before the last quote", "userName eq \"x\\\"", NULL, 12},
    {"a wrong escape", "userName eq \"\\x\"", NULL, 12},
    {"half a surrogate pair", "userName eq \"\\ud800\"", NULL, 12},
    {"NUL in a string", "userName eq \"a\\u0000\"", NULL, 12},
    {"a raw control character in a string", "userName eq \"a\tb\"", NULL, 12},
    {"text behind the end", "title pr foo", NULL, 9},
    {"a parenthesis too many", "(title pr))", NULL, 10},
    {"a parenthesis too few", "(title pr", NULL, 9},
    {"empty parentheses", "()", NULL, 1},
    {"empty brackets", "emails[]", NULL, 7},
    {"an index instead of a filter", "emails[0]", NULL, 7},
    {"no blank before and", "title eq \"x\"and title pr", NULL, 12},
    {"a number for a string", "userName eq 5", NULL, 12},
    {"a string for a number of digits", "active eq 1", NULL, 10},
    {"a complex value without a value part", "name eq \"x\"", NULL, 0},
    {"addresses have no value part", "addresses eq \"x\"", NULL, 0},
    {"null with an order", "title gt null", NULL, 6},
    {"null in capitals is no null", "active eq NULL", NULL, 10},
    {"a date that does not exist", "meta.created gt \"2011-02-30T00:00:00Z\"", NULL, 16},
    {"a date without a time", "meta.created gt \"2011-02-03\"", NULL, 16},
    {"search in a date", "meta.created sw \"2011\"", NULL, 13},
    {"search in octets", "x509Certificates.value co \"AAAA\"", NULL, 23},
    {"octets that are no base64", "x509Certificates eq \"****\"", NULL, 20},
    {"three levels of names", "name.givenName.x eq \"1\"", NULL, 0},
    {"a name that begins with a digit", "emails.0 eq \"x\"", NULL, 0},
    {"a schema is no attribute", ENTERPRISE " eq \"x\"", NULL, 0},
    {"brackets on a simple value", "userName[value eq \"x\"]", NULL, 0},
    {"brackets on a sub-attribute", "emails.value[type eq \"x\"]", NULL, 0},
    {"a dotted name inside brackets", "emails[name.x eq \"y\"]", NULL, 7},
    {"a filter that is no UTF-8", "userName eq \"\xff\"", NULL, 0},
    {"an unknown attribute under ne", "foo ne \"x\"", NULL, 0},
    {"an unknown attribute under not", "title pr and not (foo eq \"x\")", NULL, 18},
    {"an unknown attribute under a double not", "not (not (foo eq \"x\"))", NULL, 10},
    {"an unknown attribute that is null", "foo eq null", NULL, 0},
    {"an unknown sub-attribute under ne", "emails[foo ne \"x\"]", NULL, 7},
    {"unknown brackets under not", "not (foo[a eq \"x\"])", NULL, 5},
    {"wrong form behind an unknown name", "foo regex \"x\"", NULL, 4},
    {"wrong form inside unknown brackets", "foo[a eq]", NULL, 8},
};

static void filters_of_no_grammar_are_refused_in_both_profiles_at_the_right_byte(void **state)
{
    expect_users(ROSTER_PROFILE_RFC, refused, COUNT_OF(refused));
    expect_users(ROSTER_PROFILE_INTEROP, refused, COUNT_OF(refused));
}

static const struct quirk_case {
    const char *name;
    const char *text;
    const char *interop;  // canonical
    size_t offset;        // of the refusal in the strict profile
    enum roster_quirk quirk;
} quirk_cases[] = {
    {"an unquoted word", "userName sw O", "userName sw \"O\"", 12, ROSTER_QUIRK_FILTER_BARE_WORDS},
    {"an unquoted e-mail address", "userName eq ana@x.com and title pr",
     "userName eq \"ana@x.com\" and title pr", 12, ROSTER_QUIRK_FILTER_BARE_WORDS},
    {"an unquoted id that begins with digits", "id eq 2819c223-7f76-453a",
     "id eq \"2819c223-7f76-453a\"", 6, ROSTER_QUIRK_FILTER_BARE_WORDS},
    {"digits that are no number", "userName eq 007", "userName eq \"007\"", 12,
     ROSTER_QUIRK_FILTER_BARE_WORDS},
    {"an unquoted word before a parenthesis", "(userName eq bjensen)", "userName eq \"bjensen\"",
     13, ROSTER_QUIRK_FILTER_BARE_WORDS},
    {"the type without quotes, as the RFC prints it", "meta.resourceType eq User",
     "meta.resourceType eq \"User\"", 21, ROSTER_QUIRK_FILTER_BARE_WORDS},
    {"a quoted boolean", "active eq \"True\"", "active eq true", 10, ROSTER_QUIRK_COERCE_BOOLEAN},
    {"a quoted boolean inside brackets", "roles[primary eq \"FALSE\"]", "roles[primary eq false]",
     17, ROSTER_QUIRK_COERCE_BOOLEAN},
    {"a sub-attribute behind brackets", "emails[type eq \"work\"].value eq \"x\"",
     "emails[type eq \"work\" and value eq \"x\"]", 22, ROSTER_QUIRK_FILTER_VALUE_PATH_SUB},
    {"a sub-attribute behind a choice in brackets",
     "emails[type eq \"work\" or primary eq true].value pr",
     "emails[(type eq \"work\" or primary eq true) and value pr]", 41,
     ROSTER_QUIRK_FILTER_VALUE_PATH_SUB},
    {"an unknown attribute", "foo eq \"x\"", "foo pr", 0, ROSTER_QUIRK_UNKNOWN_FILTER_ATTRIBUTE},
    {"an unknown attribute that is present", "foo pr", "foo pr", 0,
     ROSTER_QUIRK_UNKNOWN_FILTER_ATTRIBUTE},
    {"an unknown attribute that is not null", "foo ne null", "foo pr", 0,
     ROSTER_QUIRK_UNKNOWN_FILTER_ATTRIBUTE},
    {"an unknown attribute of an unknown extension", "urn:x:2.0:Y:z eq \"x\"", "urn:x:2.0:Y:z pr",
     0, ROSTER_QUIRK_UNKNOWN_FILTER_ATTRIBUTE},
    {"an unknown sub-attribute", "emails.foo eq \"x\" or title pr", "emails.foo pr or title pr", 0,
     ROSTER_QUIRK_UNKNOWN_FILTER_ATTRIBUTE},
    {"an unknown sub-attribute inside brackets", "emails[foo eq \"x\"]", "emails[foo pr]", 7,
     ROSTER_QUIRK_UNKNOWN_FILTER_ATTRIBUTE},
    {"unknown brackets", "foo[a ne \"x\" and not (b eq 1)]", "foo pr", 0,
     ROSTER_QUIRK_UNKNOWN_FILTER_ATTRIBUTE},
    {"an attribute of another type", "members eq \"x\"", "members pr", 0,
     ROSTER_QUIRK_UNKNOWN_FILTER_ATTRIBUTE},
};

static void each_quirk_is_taken_noted_and_refused_in_the_strict_profile(void **state)
{
    for (size_t at = 0; at < COUNT_OF(quirk_cases); at++) {
        const struct quirk_case *row = &quirk_cases[at];
        struct given g;
        given_open(&g, ROSTER_PROFILE_INTEROP);
        expect_parse(&g, g.user, &(struct parse_case){row->name, row->text, row->interop, 0});
        if (g.quirks.used != UINT64_C(1) << row->quirk) {
            fail_msg("%s: used %llx", row->name, (unsigned long long)g.quirks.used);
        }
        given_close(&g);
        given_open(&g, ROSTER_PROFILE_RFC);
        expect_parse(&g, g.user, &(struct parse_case){row->name, row->text, NULL, row->offset});
        assert_int_equal(g.quirks.used, 0);
        given_close(&g);
    }
}

static void an_unquoted_boolean_takes_two_quirks(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_INTEROP);
    expect_parse(&g, g.user,
                 &(struct parse_case){"capital True", "active eq True", "active eq true", 0});
    assert_int_equal(g.quirks.used, UINT64_C(1) << ROSTER_QUIRK_FILTER_BARE_WORDS |
                                        UINT64_C(1) << ROSTER_QUIRK_COERCE_BOOLEAN);
    given_close(&g);
}

static void an_ordinary_filter_uses_no_quirk(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_INTEROP);
    for (size_t at = 0; at < COUNT_OF(accepted); at++) {
        expect_parse(&g, g.user, &accepted[at]);
    }
    assert_int_equal(g.quirks.used, 0);
    given_close(&g);
}

static const struct parse_case group_cases[] = {
    {"members stand for their value", "members eq \"u1\"", "members.value eq \"u1\"", 0},
    {"members in brackets", "members[value eq \"42\"]", "members[value eq \"42\"]", 0},
    {"id and members", "id eq \"g\" and members eq \"u\"", "id eq \"g\" and members.value eq \"u\"",
     0},
};

static void groups_are_filtered_by_their_members(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    for (size_t at = 0; at < COUNT_OF(group_cases); at++) {
        expect_parse(&g, g.group, &group_cases[at]);
    }
    given_close(&g);
}

static void a_password_in_a_filter_is_sensitive_in_every_form(void **state)
{
    static const char *const texts[] = {
        "password eq \"x\"",       "password pr",
        "password ne null",        "not (password sw \"a\")",
        "title pr or PASSWORD pr", CORE_USER ":password gt \"a\"",
        "password eq 5",
    };
    struct given g;
    given_open(&g, ROSTER_PROFILE_INTEROP);
    for (size_t at = 0; at < COUNT_OF(texts); at++) {
        const struct roster_filter *filter = NULL;
        assert_false(
            roster_filter_parse(g.user, str_of(texts[at]), &g.quirks, g.arena, &filter, &g.err));
        assert_int_equal(g.err.code, ROSTER_ERR_SENSITIVE);
    }
    given_close(&g);
}

static str repeated(struct given *g, const char *head, const char *part, int count,
                    const char *tail)
{
    struct text text;
    text_init(&text, g->arena, MIB(1));
    text_add(&text, str_of(head));
    for (int at = 0; at < count; at++) {
        text_add(&text, str_of(part));
    }
    text_add(&text, str_of(tail));
    return text_str(&text);
}

static bool parses(struct given *g, str text)
{
    const struct roster_filter *filter = NULL;
    bool parsed = roster_filter_parse(g->user, text, &g->quirks, g->arena, &filter, &g->err);
    assert_true(parsed || g->err.code == ROSTER_ERR_INVALID_FILTER);
    return parsed;
}

static void terms_depth_and_length_are_bounded(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    assert_true(parses(&g, repeated(&g, "title pr", " or title pr", FILTER_TERMS_MAX - 1, "")));
    assert_false(parses(&g, repeated(&g, "title pr", " or title pr", FILTER_TERMS_MAX, "")));
    str open = repeated(&g, "", "(", FILTER_DEPTH_MAX, "title pr");
    str closed = repeated(&g, "", ")", FILTER_DEPTH_MAX, "");
    str whole = {0};
    assert_true(arena_format(g.arena, &whole, "%.*s%.*s", STR_ARGS(open), STR_ARGS(closed)));
    assert_true(parses(&g, whole));
    assert_true(arena_format(g.arena, &whole, "(%.*s%.*s)", STR_ARGS(open), STR_ARGS(closed)));
    assert_false(parses(&g, whole));
    assert_false(parses(&g, repeated(&g, "", "not (", 5000, "")));
    assert_true(parses(&g, repeated(&g, "title pr", " ", (int)FILTER_TEXT_MAX - 8, "")));
    assert_false(parses(&g, repeated(&g, "title pr", " ", (int)FILTER_TEXT_MAX - 7, "")));
    given_close(&g);
}

static void every_failed_allocation_while_parsing_is_refused_as_memory(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_INTEROP);
    str text =
        STR("(userName eq \"\\u00c4NA\" or emails[type eq \"Work\"].value co \"X\") and not "
            "(meta.created gt \"2020-01-01T00:00:00Z\" and title eq null) or active eq True");
    const struct roster_filter *filter = NULL;
    long at = 0;
    for (; at < 1000; at++) {
        arena_fail_at(g.arena, at);
        if (roster_filter_parse(g.user, text, &g.quirks, g.arena, &filter, &g.err)) {
            break;
        }
        assert_int_equal(g.err.code, ROSTER_ERR_NO_MEMORY);
    }
    arena_fail_at(g.arena, -1);
    assert_in_range(at, 10, 200);
    given_close(&g);
}

static void a_filter_for_elements_is_bound_to_their_sub_attributes(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    const struct attr *emails = type_attr(g.user, STR("emails"));
    const struct roster_filter *filter = NULL;
    assert_true(filter_parse_values(&g.scope, emails, STR("type eq \"Work\" and VALUE pr"), &filter,
                                    &g.err));
    assert_true(filter_match_value(filter, given_json(&g, "{\"type\":\"work\",\"value\":\"x\"}"),
                                   g.scratch));
    assert_false(filter_match_value(filter, given_json(&g, "{\"type\":\"work\"}"), g.scratch));
    assert_true(filter_uses(filter, emails));
    assert_true(filter_uses(filter, attr_sub(emails, STR("type"))));
    assert_false(filter_uses(filter, attr_sub(emails, STR("display"))));
    struct text text;
    text_init(&text, g.arena, KIB(1));
    filter_write_values(filter, &text);
    expect_text("printed", text_str(&text), "type eq \"Work\" and value pr");
    assert_false(filter_parse_values(&g.scope, emails, STR("type eq \"Work\"]"), &filter, &g.err));
    given_close(&g);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(filters_of_the_grammar_are_accepted_in_both_profiles),
    cmocka_unit_test(filters_of_no_grammar_are_refused_in_both_profiles_at_the_right_byte),
    cmocka_unit_test(each_quirk_is_taken_noted_and_refused_in_the_strict_profile),
    cmocka_unit_test(an_unquoted_boolean_takes_two_quirks),
    cmocka_unit_test(an_ordinary_filter_uses_no_quirk),
    cmocka_unit_test(groups_are_filtered_by_their_members),
    cmocka_unit_test(a_password_in_a_filter_is_sensitive_in_every_form),
    cmocka_unit_test(terms_depth_and_length_are_bounded),
    cmocka_unit_test(every_failed_allocation_while_parsing_is_refused_as_memory),
    cmocka_unit_test(a_filter_for_elements_is_bound_to_their_sub_attributes),
};

RUN(tests)
