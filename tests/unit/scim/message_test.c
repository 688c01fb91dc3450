// message_test.c: reading search requests and writing errors.
// SPDX-License-Identifier: Apache-2.0
#include "unit/scim/quoted.h"

#include "scim/message.h"

#define SEARCH "'schemas':['urn:ietf:params:scim:api:messages:2.0:SearchRequest']"

static void a_search_request_is_read_whole(void **state)
{
    struct given g;
    struct search_request got = {0};
    given_open(&g, ROSTER_PROFILE_RFC);
    const struct roster_json *body =
        quoted(&g, "{" SEARCH ",'Filter':'title pr','SORTBY':'name.familyName',"
                   "'sortOrder':'descending','attributes':['userName','name'],"
                   "'excludedAttributes':'emails, roles','startIndex':-3,'count':0,'cursor':'x'}");
    assert_true(search_request_read(body, &g.quirks, g.arena, &got, &g.err));
    expect_text("filter", got.filter, "title pr");
    expect_text("sortBy", got.sort_by, "name.familyName");
    expect_text("sortOrder", got.sort_order, "descending");
    expect_text("attributes", got.attributes, "userName,name");
    expect_text("excludedAttributes", got.excluded, "emails, roles");
    assert_true(got.has_filter && got.has_start_index && got.has_count);
    assert_int_equal(got.start_index, -3);
    assert_int_equal(got.count, 0);
    given_close(&g);
}

static void what_a_search_request_leaves_out_is_not_there(void **state)
{
    struct given g;
    struct search_request got = {.count = 5};
    given_open(&g, ROSTER_PROFILE_RFC);
    const struct roster_json *body =
        quoted(&g, "{" SEARCH ",'filter':null,'count':null,'attributes':[]}");
    assert_true(search_request_read(body, &g.quirks, g.arena, &got, &g.err));
    assert_false(got.has_filter || got.has_start_index || got.has_count);
    assert_int_equal(got.attributes.len + got.excluded.len + got.sort_by.len, 0);
    body = quoted(&g, "{" SEARCH ",'filter':''}");
    assert_true(search_request_read(body, &g.quirks, g.arena, &got, &g.err));
    assert_true(got.has_filter);
    given_close(&g);
}

static const struct search_case {
    const char *name;
    const char *body;
    const char *want;
} search_cases[] = {
    {"a body that is a list", "[]", "INVALID_SYNTAX object"},
    {"no schemas", "{'filter':'title pr'}", "INVALID_SYNTAX schemas"},
    {"other schemas", "{'schemas':['urn:ietf:params:scim:api:messages:2.0:PatchOp']}",
     "INVALID_SYNTAX schemas"},
    {"a filter that is no text", "{" SEARCH ",'filter':5}", "INVALID_SYNTAX filter"},
    {"a list of names that holds a number", "{" SEARCH ",'attributes':['a',5]}",
     "INVALID_SYNTAX attributes"},
    {"names that are a number", "{" SEARCH ",'excludedAttributes':5}",
     "INVALID_SYNTAX excludedAttributes"},
    {"a number in quotes", "{" SEARCH ",'count':'5'}", "INVALID_VALUE count"},
    {"a number with a fraction", "{" SEARCH ",'startIndex':1.5}", "INVALID_VALUE startIndex"},
    {"a number without end", "{" SEARCH ",'count':99999999999999999999}", "INVALID_VALUE count"},
};

static void malformed_search_requests_are_refused(void **state)
{
    for (size_t at = 0; at < COUNT_OF(search_cases); at++) {
        struct given g;
        struct search_request got = {0};
        given_open(&g, ROSTER_PROFILE_RFC);
        bool ok = search_request_read(quoted(&g, search_cases[at].body), &g.quirks, g.arena, &got,
                                      &g.err);
        expect_outcome(&g, search_cases[at].name, ok, NULL, search_cases[at].want);
        given_close(&g);
    }
}

static void a_search_request_without_schemas_is_read_in_the_lenient_profile(void **state)
{
    struct given g;
    struct search_request got = {0};
    given_open(&g, ROSTER_PROFILE_INTEROP);
    assert_true(
        search_request_read(quoted(&g, "{'filter':'title pr'}"), &g.quirks, g.arena, &got, &g.err));
    assert_true((g.quirks.used & UINT64_C(1) << ROSTER_QUIRK_LEGACY_SCHEMAS) != 0);
    given_close(&g);
}

static const struct error_case {
    const char *name;
    enum roster_code code;
    const char *detail;
    const char *want;
} error_cases[] = {
    {"a refusal with a type", ROSTER_ERR_UNIQUENESS, "userName is taken",
     "'status':'409','scimType':'uniqueness','detail':'userName is taken'}"},
    {"a refusal without a type", ROSTER_ERR_NOT_ACCEPTABLE, "no", "'status':'406','detail':'no'}"},
    {"a detail that needs escaping", ROSTER_ERR_INVALID_PATH, "\"a\\\n",
     "'status':'400','scimType':'invalidPath','detail':'`a\\\\\\n'}"},
    {"a detail that was cut inside a character", ROSTER_ERR_INVALID_VALUE, "a\xC3\xA4\xE2\x82",
     "'status':'400','scimType':'invalidValue','detail':'a\xC3\xA4'}"},
    {"a detail of nothing but half a character", ROSTER_ERR_INVALID_VALUE, "\xF0\x9F\x98",
     "'status':'400','scimType':'invalidValue','detail':''}"},
};

static void errors_are_written_with_their_status_as_a_string(void **state)
{
    for (size_t at = 0; at < COUNT_OF(error_cases); at++) {
        struct given g;
        struct text text;
        struct text want;
        given_open(&g, ROSTER_PROFILE_RFC);
        struct roster_error err = {.code = error_cases[at].code};
        memcpy(err.detail, error_cases[at].detail, strlen(error_cases[at].detail));
        text_init(&text, g.arena, KIB(1));
        text_init(&want, g.arena, KIB(1));
        text_format(&want, "{'schemas':['urn:ietf:params:scim:api:messages:2.0:Error'],%s",
                    error_cases[at].want);
        text_char(&want, '\0');
        error_write(&text, &err);
        expect_text(error_cases[at].name, text_str(&text), unquoted(g.arena, text_str(&want).ptr));
        given_close(&g);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_search_request_is_read_whole),
    cmocka_unit_test(what_a_search_request_leaves_out_is_not_there),
    cmocka_unit_test(malformed_search_requests_are_refused),
    cmocka_unit_test(a_search_request_without_schemas_is_read_in_the_lenient_profile),
    cmocka_unit_test(errors_are_written_with_their_status_as_a_string),
};

RUN(tests)
