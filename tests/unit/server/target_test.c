// target_test.c: targets, parameters, media types and version tags, as tables.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "core/etag.h"
#include "server/media.h"
#include "server/parameters.h"
#include "server/target.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

static struct roster_arena *arena;

static const struct {
    const char *name;
    const char *path;
    const char *host;
    enum roster_code refused;
    enum target_place place;
    const char *tenant;
    const char *prefix;
    const char *segments;  // joined by '|'
    bool collapsed;
} targets[] = {
    {"the token names the tenant", "/scim/v2/Users", "h", 0, TARGET_SCIM, "", "/scim/v2", "Users",
     false},
    {"the path names the tenant", "/t/acme/scim/v2/Users/7", "h", 0, TARGET_SCIM, "acme",
     "/t/acme/scim/v2", "Users|7", false},
    {"the host names the tenant", "/scim/v2/Users", "acme.example.com:8080", 0, TARGET_SCIM, "acme",
     "/scim/v2", "Users", false},
    {"another domain names nobody", "/scim/v2/Users", "acme.example.org", 0, TARGET_SCIM, "",
     "/scim/v2", "Users", false},
    {"two labels are no tenant", "/scim/v2/Users", "a.b.example.com", 0, TARGET_SCIM, "",
     "/scim/v2", "Users", false},
    {"the version may be left out", "/scim/Users", "h", 0, TARGET_SCIM, "", "/scim", "Users",
     false},
    {"another version is refused", "/scim/v1/Users", "h", ROSTER_ERR_INVALID_VERS, 0, NULL, NULL,
     NULL, false},
    {"the base has no segments", "/scim/v2", "h", 0, TARGET_SCIM, "", "/scim/v2", "", false},
    {"a slash at the end counts for nothing", "/scim/v2/Users/", "h", 0, TARGET_SCIM, "",
     "/scim/v2", "Users", false},
    {"repeated slashes are noted", "/scim/v2//Users", "h", 0, TARGET_SCIM, "", "/scim/v2", "Users",
     true},
    {"a segment is decoded once", "/scim/v2/Users/a%2525", "h", 0, TARGET_SCIM, "", "/scim/v2",
     "Users|a%25", false},
    {"an encoded slash stays in its segment", "/scim/v2/Users/a%2Fb", "h", 0, TARGET_SCIM, "",
     "/scim/v2", "Users|a/b", false},
    {"an encoded slash in the tenant is refused", "/t/a%2Fb/scim/v2/Users", "h",
     ROSTER_ERR_BAD_REQUEST, 0, NULL, NULL, NULL, false},
    {"a bad escape is refused", "/scim/v2/Users/%zz", "h", ROSTER_ERR_BAD_REQUEST, 0, NULL, NULL,
     NULL, false},
    {"an encoded NUL is refused", "/scim/v2/Users/a%00b", "h", ROSTER_ERR_BAD_REQUEST, 0, NULL,
     NULL, NULL, false},
    {"pages of the server are known", "/healthz", "h", 0, TARGET_SERVER, "", "", "healthz", false},
    {"other paths are nowhere", "/admin", "h", 0, TARGET_NOWHERE, "", "", "admin", false},
    {"the root is nowhere", "/", "h", 0, TARGET_NOWHERE, "", "", "", false},
};

static void assert_str(str got, const char *want)
{
    str wanted = str_of(want);
    if (!str_equal(got, wanted)) {
        fail_msg("got \"%.*s\", want \"%s\"", STR_ARGS(got), want);
    }
}

static void targets_are_split_and_decoded_once(void **state)
{
    for (size_t at = 0; at < COUNT_OF(targets); at++) {
        struct target target;
        struct roster_error err = {0};
        print_message("# %s\n", targets[at].name);
        bool ok = target_parse(str_of(targets[at].path), str_of(targets[at].host),
                               STR("example.com"), arena, &target, &err);
        assert_int_equal(err.code, targets[at].refused);
        assert_int_equal(ok, targets[at].refused == 0);
        if (!ok) {
            continue;
        }
        struct text joined;
        text_init(&joined, arena, 1024);
        for (size_t n = 0; n < target.segment_count; n++) {
            text_add(&joined, n > 0 ? STR("|") : STR(""));
            text_add(&joined, target.segments[n]);
        }
        assert_int_equal(target.place, targets[at].place);
        assert_str(target.tenant, targets[at].tenant);
        assert_str(target.prefix, targets[at].prefix);
        assert_str(text_str(&joined), targets[at].segments);
        assert_int_equal(target.collapsed, targets[at].collapsed);
    }
}

static void parameters_are_found_in_any_case_and_unknown_ones_ignored(void **state)
{
    struct search_request request;
    struct roster_error err = {0};
    assert_true(parameters_read(STR("FILTER=userName+eq+%22a%2Bb%22&aadOptscim062020&STARTINDEX=3&"
                                    "count=-5&attributes=userName,%20emails&"),
                                arena, &request, &err));
    assert_str(request.filter, "userName eq \"a+b\"");
    assert_true(request.has_filter);
    assert_int_equal(request.start_index, 3);
    assert_int_equal(request.count, -5);
    assert_str(request.attributes, "userName, emails");
}

static const struct {
    const char *name;
    const char *query;
    enum roster_code code;
} bad_queries[] = {
    {"a count that is no number", "count=ten", ROSTER_ERR_INVALID_VALUE},
    {"a startIndex with a fraction", "startIndex=1.5", ROSTER_ERR_INVALID_VALUE},
    {"a number beyond 64 bits", "count=99999999999999999999", ROSTER_ERR_INVALID_VALUE},
    {"a parameter that is given twice", "count=1&COUNT=2", ROSTER_ERR_INVALID_VALUE},
    {"a bad escape", "filter=%4", ROSTER_ERR_BAD_REQUEST},
};

static void bad_parameters_are_refused_by_name(void **state)
{
    for (size_t at = 0; at < COUNT_OF(bad_queries); at++) {
        struct search_request request;
        struct roster_error err = {0};
        print_message("# %s\n", bad_queries[at].name);
        assert_false(parameters_read(str_of(bad_queries[at].query), arena, &request, &err));
        assert_int_equal(err.code, bad_queries[at].code);
    }
}

static const struct {
    const char *name;
    const char *accept;
    enum media lenient;
    enum media strict;
} accepts[] = {
    {"no header gets scim+json", "", MEDIA_SCIM, MEDIA_SCIM},
    {"scim+json gets scim+json", "application/scim+json", MEDIA_SCIM, MEDIA_SCIM},
    {"anything gets scim+json", "*/*", MEDIA_SCIM, MEDIA_SCIM},
    {"json alone gets json", "application/json", MEDIA_JSON, MEDIA_JSON},
    {"json beside scim gets scim", "application/json, application/scim+json;q=0.5", MEDIA_SCIM,
     MEDIA_SCIM},
    {"q=0 is no offer", "application/scim+json;q=0, application/json", MEDIA_JSON, MEDIA_JSON},
    {"html is tolerated or refused", "text/html", MEDIA_SCIM, MEDIA_NONE},
};

static void accept_is_negotiated_by_profile(void **state)
{
    for (size_t at = 0; at < COUNT_OF(accepts); at++) {
        struct roster_quirks lenient = roster_quirks_of(ROSTER_PROFILE_INTEROP);
        struct roster_quirks strict = roster_quirks_of(ROSTER_PROFILE_RFC);
        print_message("# %s\n", accepts[at].name);
        assert_int_equal(media_negotiate(str_of(accepts[at].accept), &lenient),
                         accepts[at].lenient);
        assert_int_equal(media_negotiate(str_of(accepts[at].accept), &strict), accepts[at].strict);
    }
}

static void bodies_of_known_types_are_taken(void **state)
{
    struct roster_quirks lenient = roster_quirks_of(ROSTER_PROFILE_INTEROP);
    struct roster_quirks strict = roster_quirks_of(ROSTER_PROFILE_RFC);
    assert_true(media_is_taken(STR(""), &strict));
    assert_true(media_is_taken(STR("application/scim+json; charset=utf-8"), &strict));
    assert_true(media_is_taken(STR("Application/JSON"), &strict));
    assert_false(media_is_taken(STR("text/json"), &strict));
    assert_true(media_is_taken(STR("text/json"), &lenient));
    assert_false(media_is_taken(STR("application/xml"), &lenient));
}

static void tags_compare_by_revision_for_writes_and_whole_for_reads(void **state)
{
    struct etag plain = etag_make(7, 0);
    struct etag derived = etag_make(7, 0xabc);
    assert_str(etag_str(&plain), "W/\"7\"");
    assert_str(etag_str(&derived), "W/\"7-00000abc\"");
    assert_true(etag_list_has(STR("W/\"6\", W/\"7-00000abc\""), &derived));
    assert_true(etag_list_has(STR("\"7-00000abc\""), &derived));
    assert_false(etag_list_has(STR("W/\"7\""), &derived));
    assert_true(etag_list_has(STR("*"), &derived));
    assert_true(etag_list_has_revision(STR("W/\"7\""), 7));
    assert_true(etag_list_has_revision(STR("W/\"7-00000abc\""), 7));
    assert_true(etag_list_has_revision(STR("7"), 7));
    assert_true(etag_list_has_revision(STR(" * "), 7));
    assert_false(etag_list_has_revision(STR("W/\"77\", W/\"8\""), 7));
    assert_false(etag_list_has_revision(STR("\"x\""), 7));
    assert_true(etag_list_is_valid(STR("W/\"1\", 2")));
    assert_false(etag_list_is_valid(STR("W/\"1\",")));
    assert_false(etag_list_is_valid(STR("a b")));
}

static int make_arena(void **state)
{
    arena = roster_arena_open(MIB(1));
    return arena == NULL;
}

static int drop_arena(void **state)
{
    roster_arena_close(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(targets_are_split_and_decoded_once),
        cmocka_unit_test(parameters_are_found_in_any_case_and_unknown_ones_ignored),
        cmocka_unit_test(bad_parameters_are_refused_by_name),
        cmocka_unit_test(accept_is_negotiated_by_profile),
        cmocka_unit_test(bodies_of_known_types_are_taken),
        cmocka_unit_test(tags_compare_by_revision_for_writes_and_whole_for_reads),
    };
    return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
