// redact_test.c: what is secret goes, what is not stays.
// SPDX-License-Identifier: Apache-2.0
#include "journal/redact.h"
#include "journal/secrets.h"
#include "scim/registry.h"
#include "unit/journal/unit.h"

struct scene {
    struct roster_arena *arena;
    const struct secrets *secrets;
};

static const char vault[] =
    "{\"id\":\"urn:example:Vault\",\"name\":\"Vault\",\"attributes\":["
    "{\"name\":\"pin\",\"type\":\"string\",\"returned\":\"never\",\"mutability\":\"writeOnly\"},"
    "{\"name\":\"locker\",\"type\":\"complex\",\"multiValued\":true,\"subAttributes\":["
    "{\"name\":\"number\",\"type\":\"string\"},"
    "{\"name\":\"code\",\"type\":\"string\",\"mutability\":\"writeOnly\",\"returned\":\"never\"}]}]"
    "}";

static int open_scene(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    struct roster_error err = {0};
    struct roster_json *schema = NULL;
    scene->arena = roster_arena_open(MIB(64));
    assert_true(roster_json_read(str_of(vault), scene->arena, &schema, &err));
    const struct roster_json *const schemas[] = {schema};
    const struct registry_options options = {.schemas = schemas, .schema_count = 1};
    const struct roster_registry *registry = registry_build(&options, scene->arena, &err);
    if (registry == NULL) {
        fail_msg("%s", err.detail);
    }
    scene->secrets = secrets_of(registry, scene->arena);
    assert_non_null(scene->secrets);
    *state = scene;
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;
    roster_arena_close(scene->arena);
    free(scene);
    return 0;
}

struct row {
    const char *name;
    const char *before;
    const char *after;  // NULL: unchanged
};

// ' stands for a double quote.
static str quoted(struct scene *scene, const char *text)
{
    str out = {0};
    assert_true(arena_copy(scene->arena, str_of(text), &out));
    for (char *at = (char *)out.ptr; *at != '\0'; at++) {
        *at = *at == '\'' ? '"' : *at;
    }
    return out;
}

static void expect(struct scene *scene, const struct row *row, str got)
{
    str want = quoted(scene, row->after == NULL ? row->before : row->after);
    if (!str_equal(got, want)) {
        fail_msg("%s\n  got:  %.*s\n  want: %.*s", row->name, STR_ARGS(got), STR_ARGS(want));
    }
}

static const struct row bodies[] = {
    {"nothing secret", "{'userName':'a','emails':[{'value':'a@b.c','primary':true}]}", NULL},
    {"a password", "{'password':'x','a':1}", "{'password':'***','a':1}"},
    {"in any case", "{'PassWord':'x'}", "{'PassWord':'***'}"},
    {"whatever its kind", "{'password':{'value':['x']}}", "{'password':'***'}"},
    {"deep inside", "{'a':[{'b':{'password':'x'}}]}", "{'a':[{'b':{'password':'***'}}]}"},
    {"under its URN", "{'urn:ietf:params:scim:schemas:core:2.0:User:password':'x'}",
     "{'urn:ietf:params:scim:schemas:core:2.0:User:password':'***'}"},
    {"what no schema knows", "{'userPassword':'x','clientSecret':7,'api_token':'y'}",
     "{'userPassword':'***','clientSecret':'***','api_token':'***'}"},
    {"of a schema that the tenant has not switched on", "{'ble':{'irk':'x','irks':1}}",
     "{'ble':{'irk':'***','irks':1}}"},
    {"of the tenant's schema",
     "{'urn:example:Vault':{'pin':'1','locker':[{'number':'2','code':'3'}]}}",
     "{'urn:example:Vault':{'pin':'***','locker':[{'number':'2','code':'***'}]}}"},
    {"a sub-attribute elsewhere", "{'code':'3','country':{'code':'3'}}", NULL},
    {"PATCH with a path", "{'Operations':[{'op':'replace','path':'password','value':'x'}]}",
     "{'Operations':[{'op':'replace','path':'password','value':'***'}]}"},
    {"PATCH, value first", "{'Operations':[{'value':'x','op':'replace','path':'password'}]}",
     "{'Operations':[{'value':'***','op':'replace','path':'password'}]}"},
    {"PATCH with a URN",
     "{'path':'urn:ietf:params:scim:schemas:core:2.0:User:password','value':'x'}",
     "{'path':'urn:ietf:params:scim:schemas:core:2.0:User:password','value':'***'}"},
    {"PATCH whose path is no text", "{'op':'add','path':['password'],'value':'x'}",
     "{'op':'add','path':['password'],'value':'***'}"},
    {"PATCH without a path", "{'op':'add','value':{'password':'x','title':'t'}}",
     "{'op':'add','value':{'password':'***','title':'t'}}"},
    {"PATCH of a sub-attribute", "{'path':'locker.code','value':'x'}",
     "{'path':'locker.code','value':'***'}"},
    {"PATCH of elements", "{'path':'locker','value':[{'number':'1','code':'x'}]}",
     "{'path':'locker','value':[{'number':'1','code':'***'}]}"},
    {"PATCH with brackets", "{'path':'locker[number eq \\'2\\'].code','value':'x'}",
     "{'path':'***','value':'***'}"},
    {"PATCH whose path has a secret", "{'op':'remove','path':'locker[code eq \\'x\\']'}",
     "{'op':'remove','path':'***'}"},
    {"PATCH of something else", "{'path':'emails[type eq \\'work\\'].value','value':'a@b.c'}",
     NULL},
    {"dotted keys", "{'value':{'locker.code':'x','name.givenName':'y'}}",
     "{'value':{'locker.code':'***','name.givenName':'y'}}"},
    {"a key with a filter", "{'value':{'locker[code eq \\'x\\'].number':'y'}}", "{'value':{}}"},
    {"bulk data", "{'Operations':[{'method':'POST','path':'/Users','data':{'password':'x'}}]}",
     "{'Operations':[{'method':'POST','path':'/Users','data':{'password':'***'}}]}"},
    {"a query of Bulk", "{'path':'/Users?filter=password eq \\'x\\''}", "{'path':'***'}"},
    {"a filter in a search", "{'filter':'password eq \\'x\\''}", "{'filter':'***'}"},
    {"a filter with the word in quotes", "{'filter':'nickName eq \\'the password\\''}", NULL},
    {"JSON inside a text", "{'roles':[{'value':'{\\'password\\':\\'x\\'}'}]}",
     "{'roles':[{'value':'***'}]}"},
    {"JSON inside a text, unknown name", "{'roles':[{'value':' {\\'dbPassword\\':\\'x\\'}'}]}",
     "{'roles':[{'value':'***'}]}"},
    {"a token of ours", "{'nickName':'rst_abc'}", "{'nickName':'***'}"},
    {"a secret of a client of ours", "{'nickName':'rsc_abc'}", "{'nickName':'***'}"},
    {"an access token of ours", "{'nickName':'use rat_abc'}", "{'nickName':'***'}"},
    {"a token of an issuer", "{'nickName':'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJpc3Mi.x'}",
     "{'nickName':'***'}"},
    {"what begins like one",
     "{'nickName':'eyJ','title':'eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9'}", NULL},
    {"an assertion", "{'client_assertion':'x'}", "{'client_assertion':'***'}"},
    {"a token behind letters", "{'nickName':'xrst_0123456789abcdefghijABCDEFGHIJ0123456789'}",
     "{'nickName':'***'}"},
    {"names that only look like tokens", "{'first_name':'a','nickName':'burst_x','rat':'rat'}",
     NULL},
    {"a token behind an underscore", "{'nickName':'__rst_abc'}", "{'nickName':'***'}"},
    {"a token as name", "{'rst_abc':1}", "{}"},
    {"a title", "{'title':'Secretary to the board'}", NULL},
    {"names in a list", "{'attributes':['userName','password']}", NULL},
};

static void bodies_lose_what_is_secret(void **state)
{
    struct scene *scene = *state;
    for (size_t at = 0; at < COUNT_OF(bodies); at++) {
        str out = {0};
        if (!redact_json(scene->secrets, quoted(scene, bodies[at].before), scene->arena, &out)) {
            fail_msg("%s: it is no JSON", bodies[at].name);
        }
        expect(scene, &bodies[at], out);
    }
}

// What a path that is no text says cannot be told; such a body changes nothing.
static void what_would_be_redacted_is_never_taken_for_harmless(void **state)
{
    struct scene *scene = *state;
    for (size_t at = 0; at < COUNT_OF(bodies); at++) {
        bool told = bodies[at].after != NULL && strstr(bodies[at].before, "'path':[") == NULL;
        if (told && secrets_absent(scene->secrets, quoted(scene, bodies[at].before))) {
            fail_msg("%s: harmless, it says", bodies[at].name);
        }
    }
}

static const struct {
    const char *text;
    bool absent;
} harmless[] = {
    {"", true},
    {"{", true},
    {"{'userName':'ann','emails':[{'value':'a@b.c'}],'title':'Passenger, to be certified'}", true},
    {"{'title':'a\\nb \\\\ c'}", true},
    {"{'PASSWORD':1}", false},
    {"{'x':'pIn'}", false},
    {"{'x':'codes'}", false},
    {"{'\\u0070assword':'x'}", false},
    {"{'x':\t1}", false},
    {"{'x':1}\n", false},
    {"RST_", false},
    {"{'a':'papassword'}", false},
};

static void most_bodies_are_harmless(void **state)
{
    struct scene *scene = *state;
    for (size_t at = 0; at < COUNT_OF(harmless); at++) {
        str text = quoted(scene, harmless[at].text);
        if (secrets_absent(scene->secrets, text) != harmless[at].absent) {
            fail_msg("%s", harmless[at].text);
        }
    }
}

// A word that is looked for, at every place of texts of its own letters.
static void a_word_is_seen_wherever_it_stands(void **state)
{
    static const char *const words[] = {"password", "PassPhrase", "irk", "pin", "code", "rat_"};
    struct scene *scene = *state;
    for (size_t word = 0; word < COUNT_OF(words); word++) {
        str part = str_of(words[word]);
        for (size_t at = 0; at < 40; at++) {
            char text[64];
            for (size_t fill = 0; fill < sizeof(text); fill++) {
                text[fill] = part.ptr[fill % (part.len - 1)];  // never all of the word
            }
            assert_true(secrets_absent(scene->secrets, (str){text, sizeof(text)}));
            memcpy(text + at, part.ptr, part.len);
            assert_false(secrets_absent(scene->secrets, (str){text, at + part.len}));
        }
    }
}

static void a_path_is_plain_when_each_of_its_bytes_is(void **state)
{
    static const char plain[] =
        "$,-./0123456789:ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
    char path[40];
    for (size_t len = 0; len <= sizeof(path); len++) {
        memset(path, 'x', sizeof(path));
        assert_true(secrets_is_plain_path((str){path, len}));
        for (int byte = 0; byte < 256 && len > 0; byte++) {
            size_t at = (size_t)byte * 7 % len;
            path[at] = (char)byte;
            bool want = byte != 0 && strchr(plain, byte) != NULL;
            assert_int_equal(secrets_is_plain_path((str){path, len}), want);
            path[at] = 'x';
        }
    }
}

static void a_plain_path_may_have_a_token_in_it(void **state)
{
    static const struct {
        const char *path;
        bool free;
    } rows[] = {
        {"", true},
        {"/scim/v2/Users/0198c9a0-7a1e-7000-8000-000000000001", true},
        {"/scim/v2/Users/first_name", true},
        {"/scim/v2/Users/burst_x", true},
        {"/scim/v2/Users/JJ", true},
        {"/scim/v2/Users/eyJ", true},
        {"/scim/v2/Users/rst_abc", false},
        {"/scim/v2/Users/eyJhbGciOiJFUzI1NiJ9hbGciOiJFUzI1NiJ9.e30.c2ln", false},
        {"/scim/v2/Users/a%40b", false},
    };
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        assert_int_equal(secrets_absent_from_path(str_of(rows[at].path)), rows[at].free);
    }
}

static void what_is_no_json_is_not_kept(void **state)
{
    static const char *const texts[] = {
        "", "{'password':'x'", "password=x", "{'a':1,'A':2}", "{} {'password':'x'}", "\xff"};
    struct scene *scene = *state;
    for (size_t at = 0; at < COUNT_OF(texts); at++) {
        str out = {0};
        assert_false(redact_json(scene->secrets, quoted(scene, texts[at]), scene->arena, &out));
    }
}

static const struct row queries[] = {
    {"none", "", NULL},
    {"nothing secret", "filter=userName+eq+%22a%22&count=3", NULL},
    {"a filter", "count=3&filter=password+eq+%22x%22&startIndex=1",
     "count=3&filter=***&startIndex=1"},
    {"encoded names", "filter=%70assword%20eq%20%22x%22", "filter=***"},
    {"of the tenant's schema", "filter=urn:example:Vault:pin+eq+%22x%22", "filter=***"},
    {"a token as parameter", "access_token=x", "access_token=***"},
    {"a token of ours", "x=rst_abc", "x=***"},
    {"an assertion", "client_assertion=x", "client_assertion=***"},
    {"a token of an issuer", "x=eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJpc3Mi.x", "x=***"},
    {"a token as name", "rst_abc", "=***"},
    {"names to be shown", "attributes=userName,password", NULL},
    {"a text in quotes", "filter=title+eq+%22Secretary%22", NULL},
    {"quotes that do not end", "filter=title+eq+%22password", "filter=***"},
    {"what cannot be decoded", "filter=%zz&a=1", "filter=***&a=1"},
};

static void queries_lose_what_is_secret(void **state)
{
    struct scene *scene = *state;
    for (size_t at = 0; at < COUNT_OF(queries); at++) {
        str out = {0};
        assert_true(
            redact_query(scene->secrets, quoted(scene, queries[at].before), scene->arena, &out));
        expect(scene, &queries[at], out);
        if (queries[at].after != NULL &&
            secrets_absent_from_query(scene->secrets, quoted(scene, queries[at].before))) {
            fail_msg("%s: harmless, it says", queries[at].name);
        }
    }
}

static void most_queries_are_harmless(void **state)
{
    struct scene *scene = *state;
    assert_true(secrets_absent_from_query(scene->secrets, (str){0}));
    assert_true(secrets_absent_from_query(scene->secrets, STR("startIndex=1&count=100")));
    assert_true(secrets_absent_from_query(scene->secrets, STR("filter=userName%20eq+%22a@b.c%22")));
    assert_false(secrets_absent_from_query(scene->secrets, STR("filter=title+eq+%22%C3%A9%22")));
    assert_false(secrets_absent_from_query(scene->secrets, STR("filter=a%2")));
}

static const struct row paths[] = {
    {"an id", "/scim/v2/Users/0198c9a0-7a1e-7000-8000-000000000001", NULL},
    {"a name", "/scim/v2/Users/a%40b.c", NULL},
    {"a filter in the path", "/scim/v2/Users/filter=password%20eq%20%22x%22", "***"},
    {"a token", "/scim/v2/rst_abc/Users", "***"},
    {"an encoded token", "/scim/v2/%72st_abc/Users", "***"},
    {"a secret of a client", "/scim/v2/Users/rsc_abc", "***"},
    {"an access token", "/scim/v2/Users/rat_abc", "***"},
};

static void paths_lose_what_is_secret(void **state)
{
    struct scene *scene = *state;
    for (size_t at = 0; at < COUNT_OF(paths); at++) {
        str path = quoted(scene, paths[at].before);
        expect(scene, &paths[at], redact_path(scene->secrets, path, scene->arena));
    }
}

static const struct row details[] = {
    {"nothing secret", "the filter is wrong at byte 3: 'a' is no operator", NULL},
    {"a secret by name", "'password' is never returned and cannot be part of a filter", NULL},
    {"a name without quotes", "password must be one value, not a list", NULL},
    {"a malformed path", "the attribute path 'password eq 'x'' is malformed: write URI:attribute",
     "***"},
    {"a path without a match", "no value matches the path emails[password eq 'x'].value", "***"},
    {"what to sort by", "sortBy: resources cannot be sorted by 'password eq x'", "***"},
    {"a path first", "'locker[code eq 'x']' has one value only", "***"},
    {"a path of a name and more", "'password x' is malformed", "***"},
};

static void details_lose_what_they_quote(void **state)
{
    struct scene *scene = *state;
    for (size_t at = 0; at < COUNT_OF(details); at++) {
        str detail = quoted(scene, details[at].before);
        expect(scene, &details[at], redact_detail(scene->secrets, detail));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(bodies_lose_what_is_secret, open_scene, close_scene),
        cmocka_unit_test_setup_teardown(what_would_be_redacted_is_never_taken_for_harmless,
                                        open_scene, close_scene),
        cmocka_unit_test_setup_teardown(most_bodies_are_harmless, open_scene, close_scene),
        cmocka_unit_test_setup_teardown(a_word_is_seen_wherever_it_stands, open_scene, close_scene),
        cmocka_unit_test(a_path_is_plain_when_each_of_its_bytes_is),
        cmocka_unit_test(a_plain_path_may_have_a_token_in_it),
        cmocka_unit_test_setup_teardown(what_is_no_json_is_not_kept, open_scene, close_scene),
        cmocka_unit_test_setup_teardown(queries_lose_what_is_secret, open_scene, close_scene),
        cmocka_unit_test_setup_teardown(most_queries_are_harmless, open_scene, close_scene),
        cmocka_unit_test_setup_teardown(paths_lose_what_is_secret, open_scene, close_scene),
        cmocka_unit_test_setup_teardown(details_lose_what_they_quote, open_scene, close_scene),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
