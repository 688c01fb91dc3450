// test_anonymise.c: what becomes of texts, expressions and records.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "base/time.h"
#include "cli/anonymise.h"
#include "cli/vocabulary.h"
#include "json/value.h"
#include "scim/fold.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
// After what it needs.
#include <cmocka.h>

struct place {
    struct roster_arena *arena;
    struct disguise *disguise;
};

// The same key each time: what is made up at random may be a word that is looked for.
static void no_random(void *ctx, void *out, size_t len)
{
    memset(out, 7, len);
}

static int open_place(void **state)
{
    const struct env fixed = {.random = no_random};
    struct place *place = calloc(1, sizeof(*place));
    assert_non_null(place);
    place->arena = roster_arena_open(MIB(64));
    place->disguise = disguise_open(&fixed, place->arena);
    *state = place;
    return place->disguise == NULL;
}

static int close_place(void **state)
{
    struct place *place = *state;
    roster_arena_close(place->arena);
    free(place);
    return 0;
}

static str made_up(const struct place *place, enum disguise_mode mode, const char *text)
{
    struct text out;
    text_init(&out, place->arena, MIB(1));
    assert_true(disguise_text(place->disguise, mode, str_of(text), place->arena, &out));
    text_char(&out, '\0');
    assert_false(out.full);
    return str_head(text_str(&out), out.len - 1);
}

static str read_as(const struct place *place, const char *text, str *name)
{
    struct text out;
    text_init(&out, place->arena, MIB(1));
    assert_true(disguise_expression(place->disguise, str_of(text), place->arena, &out, name));
    text_char(&out, '\0');
    assert_false(out.full);
    return str_head(text_str(&out), out.len - 1);
}

// 'A' a capital letter, 'a' a small one, '0' a digit, anything else itself.
static char kind_of(char c)
{
    return c >= '0' && c <= '9' ? '0' : c >= 'A' && c <= 'Z' ? 'A' : c >= 'a' && c <= 'z' ? 'a' : c;
}

static void values_keep_their_shape(void **state)
{
    static const char *const texts[] = {"Ann.Smith@Example.com",
                                        "+49 (30) 901820-17",
                                        "O'Neill-Mc Cartney 3rd",
                                        "x",
                                        "7",
                                        "701984",
                                        "http-Header_x",
                                        "a b  c",
                                        "",
                                        "***"};
    for (size_t at = 0; at < COUNT_OF(texts); at++) {
        str text = str_of(texts[at]);
        str made = made_up(*state, DISGUISE_DATA, texts[at]);
        assert_int_equal(made.len, text.len);
        for (size_t byte = 0; byte < text.len; byte++) {
            assert_int_equal(kind_of(made.ptr[byte]), kind_of(text.ptr[byte]));
        }
        assert_true(str_equal(made, made_up(*state, DISGUISE_DATA, texts[at])));
    }
}

static void letters_of_any_case_are_the_same_word(void **state)
{
    str small = made_up(*state, DISGUISE_DATA, "ann.smith@example.com");
    str capital = made_up(*state, DISGUISE_DATA, "ANN.Smith@EXAMPLE.com");
    assert_true(str_equal_nocase(small, capital) && !str_equal(small, capital));
    assert_true(str_equal(made_up(*state, DISGUISE_DATA, "J\xc3\x9cRGEN"),
                          made_up(*state, DISGUISE_DATA, "j\xc3\xbcrgen")));
}

// Every word of two letters, and every number of three digits: as many others, none by itself.
static void different_words_stay_different(void **state)
{
    bool seen[26 * 26] = {false};
    bool numbers[1000] = {false};
    char text[4] = {0};
    for (int at = 0; at < 26 * 26; at++) {
        text[0] = (char)('a' + at / 26);
        text[1] = (char)('a' + at % 26);
        str made = made_up(*state, DISGUISE_DATA, text);
        int place = (made.ptr[0] - 'a') * 26 + made.ptr[1] - 'a';
        assert_false(seen[place]);
        seen[place] = true;
    }
    for (int at = 0; at < 1000; at++) {
        snprintf(text, sizeof(text), "%03d", at);
        int64_t made = -1;
        assert_true(str_to_i64(made_up(*state, DISGUISE_DATA, text), &made));
        assert_in_range(made, 0, 999);
        assert_false(numbers[made]);
        numbers[made] = true;
    }
}

static void one_letter_never_stays(void **state)
{
    char text[2] = {0};
    for (int at = 0; at < 26; at++) {
        text[0] = (char)('a' + at);
        assert_int_not_equal(made_up(*state, DISGUISE_DATA, text).ptr[0], text[0]);
    }
}

static void numbers_stay_numbers(void **state)
{
    assert_int_not_equal(made_up(*state, DISGUISE_DATA, "10").ptr[0], '0');
    assert_int_equal(made_up(*state, DISGUISE_DATA, "007").ptr[1], '0');
    assert_string_equal(made_up(*state, DISGUISE_DATA, "0").ptr, "0");
    assert_string_equal(made_up(*state, DISGUISE_DATA, "True").ptr, "True");
}

// Cyrillic for two bytes, Chinese for more; what is no letter stays.
static void letters_of_other_scripts_become_letters(void **state)
{
    static const char *const texts[] = {"\xce\xb1\xce\xb2", "\xe5\xb1\xb1\xe7\x94\xb0",
                                        "\xf0\xa0\x80\x80", "M\xc3\xbcller"};
    for (size_t at = 0; at < COUNT_OF(texts); at++) {
        str made = made_up(*state, DISGUISE_DATA, texts[at]);
        assert_true(fold_is_utf8(made) && !str_is_ascii(made));
        assert_null(strstr(made.ptr, texts[at]));
    }
    assert_string_equal(made_up(*state, DISGUISE_DATA, "\xf0\x9f\x98\x80 \xe2\x80\x93").ptr,
                        "\xf0\x9f\x98\x80 \xe2\x80\x93");
}

static void an_id_becomes_another_id(void **state)
{
    const char *id = "0198c9a0-7a1e-7000-8000-00000000000a";
    str made = made_up(*state, DISGUISE_DATA, id);
    str inside = made_up(*state, DISGUISE_NAMES, "/Users/0198c9a0-7a1e-7000-8000-00000000000a");
    assert_int_equal(made.len, UUID_TEXT_LEN);
    assert_string_not_equal(made.ptr, id);
    assert_string_equal(str_tail(inside, 7).ptr, made.ptr);
    for (size_t at = 0; at < made.len; at++) {
        assert_true(made.ptr[at] == '-' ? id[at] == '-'
                                        : strchr("0123456789abcdef", made.ptr[at]) != NULL);
    }
}

static void moments_keep_their_distance(void **state)
{
    int64_t first = 0;
    int64_t second = 0;
    assert_true(time_parse(made_up(*state, DISGUISE_DATA, "2026-11-24T10:00:00Z"), &first));
    assert_true(time_parse(made_up(*state, DISGUISE_DATA, "2026-11-25T11:00:00+01:00"), &second));
    assert_int_equal(second - first, 86400000);
    assert_string_equal(made_up(*state, DISGUISE_FACTS, "2026-11-24T10:00:00Z").ptr,
                        "2026-11-24T10:00:00Z");
    assert_string_equal(made_up(*state, DISGUISE_FACTS, "W/\"3-00c0ffee\"").ptr,
                        "W/\"3-00c0ffee\"");
    assert_string_not_equal(made_up(*state, DISGUISE_FACTS, "ann smith").ptr, "ann smith");
}

// '~' stands for a made-up character. The last name outside of brackets is the second column.
static const struct {
    const char *text;
    const char *shape;
    const char *name;
} expressions[] = {
    {"userName eq \"ann\"", "userName eq \"~~~\"", "userName"},
    {"userName sw ann", "userName sw ~~~", "userName"},
    {"emails[type eq \"work\" and value co \"@x.com\"].value",
     "emails[type eq \"work\" and value co "
     "\"@~.~~~\"].value",
     ".value"},
    {"not (name.familyName pr) or active eq true", "not (name.familyName pr) or active eq true",
     "active"},
    {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq \"q\"",
     "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq \"~\"",
     "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value"},
    {"urn:ietf:params:scim:schemas:extension:acme:2.0:User:pet",
     "urn:ietf:params:scim:schemas:"
     "extension:~~~~:2.0:User:~~~",
     NULL},
    {"title eq \"say \\\"hi\\\"\"", "title eq \"~~~ \\\"~~\\\"\"", "title"},
    {"title eq \"never ends", "title eq \"~~~~~ ~~~~", "title"},
    {"meta.created gt \"2026-11-24T10:00:00Z\"", "meta.created gt \"2026-11-24T10:00:00Z\"",
     "meta.created"},
    {"userName,name.givenName,shoesize", "userName,name.givenName,~~~~~~~~", NULL},
    {"title eq null", "title eq null", "title"},
    {"ann@example.com", "~~~@~~~~~~~.~~~", NULL},
    {"type eq \"type\" and title eq \"title\"", "type eq \"type\" and title eq \"~~~~~\"", "title"},
    {"", "", ""},
};

static void expressions_keep_their_names(void **state)
{
    for (size_t at = 0; at < COUNT_OF(expressions); at++) {
        str name = {0};
        str made = read_as(*state, expressions[at].text, &name);
        const char *shape = expressions[at].shape;
        assert_int_equal(made.len, strlen(shape));
        for (size_t byte = 0; byte < made.len; byte++) {
            if (shape[byte] != '~' && shape[byte] != made.ptr[byte]) {
                fail_msg("%s became %s", expressions[at].text, made.ptr);
            }
        }
        if (strchr(shape, '~') != NULL) {
            assert_string_not_equal(made.ptr, expressions[at].text);
        }
        if (expressions[at].name != NULL) {
            assert_true(str_equal(name, str_of(expressions[at].name)));
        }
    }
}

static struct record some_record(const char *body)
{
    struct record record = {.facts = {.status = 200}};
    record.texts[RECORD_TENANT] = STR("acme");
    record.texts[RECORD_ACTOR] = STR("token:7");
    record.texts[RECORD_ADDRESS] = STR("192.0.2.7");
    record.texts[RECORD_METHOD] = STR("PATCH");
    record.texts[RECORD_PATH] = STR("/t/acme/scim/v2/Users/42%2Fann");
    record.texts[RECORD_QUERY] = STR("filter=userName+eq+%22ann%22&count=5&x=%zz&attributes=title");
    record.texts[RECORD_HEADERS] =
        STR("User-Agent: Ann's own\nContent-Type: application/scim+json; "
            "charset=utf-8\nIf-Match: W/\"3\"\n");
    record.texts[RECORD_DETAIL] = STR("\"ann\" is taken");
    record.texts[RECORD_BODY] = str_of(body);
    return record;
}

static struct record anonymised(const struct place *place, const char *body)
{
    struct record record = some_record(body);
    assert_true(anonymise_record(place->disguise, &record, place->arena));
    return record;
}

static void a_record_keeps_what_a_replay_sends(void **state)
{
    const struct record record = anonymised(*state, "{\"userName\":\"ann\",\"count\":3}");
    const str *texts = record.texts;
    str ann = made_up(*state, DISGUISE_DATA, "ann");
    str acme = made_up(*state, DISGUISE_DATA, "acme");
    char wanted[200];
    assert_true(str_equal(texts[RECORD_TENANT], acme));
    assert_true(str_equal(texts[RECORD_ACTOR], STR("token:7")));
    assert_int_equal(texts[RECORD_ADDRESS].len + texts[RECORD_DETAIL].len, 0);
    snprintf(wanted, sizeof(wanted), "/t/%s/scim/v2/Users/%s%%2F%s", acme.ptr,
             made_up(*state, DISGUISE_DATA, "42").ptr, ann.ptr);
    assert_true(str_equal(texts[RECORD_PATH], str_of(wanted)));
    snprintf(wanted, sizeof(wanted),
             "filter=userName%%20eq%%20%%22%s%%22&count=5&%s=%%&attributes=title", ann.ptr,
             made_up(*state, DISGUISE_DATA, "x").ptr);
    assert_true(str_equal(texts[RECORD_QUERY], str_of(wanted)));
    assert_true(
        str_equal(texts[RECORD_HEADERS], STR("Content-Type: application/scim+json; charset=utf-8\n"
                                             "If-Match: W/\"3\"\n")));
    snprintf(wanted, sizeof(wanted), "{\"userName\":\"%s\",\"count\":3}", ann.ptr);
    assert_true(str_equal(texts[RECORD_BODY], str_of(wanted)));
}

// "@" stands for what becomes of "ann", "#" for what becomes of 42.
static const char *const bodies[][2] = {
    {"{\"Operations\":[{\"op\":\"Add\",\"path\":\"title\",\"value\":\"ann\"}]}",
     "{\"Operations\":[{\"op\":\"Add\",\"path\":\"title\",\"value\":\"@\"}]}"},
    {"{\"Operations\":[{\"op\":\"add\",\"path\":\"emails[value eq "
     "\\\"ann\\\"].type\",\"value\":\"work\"}]}",
     "{\"Operations\":[{\"op\":\"add\",\"path\":\"emails[value eq "
     "\\\"@\\\"].type\",\"value\":\"work\"}]}"},
    {"{\"Operations\":[{\"op\":\"add\",\"path\":\"title\",\"value\":\"work\"}],\"x\":[{\"type\":"
     "\"ann\"}]}",
     NULL},
    {"{\"emails[value eq \\\"ann\\\"].value\":\"ann\"}",
     "{\"emails[value eq \\\"@\\\"].value\":\"@\"}"},
    {"{\"path\":\"/Users/ann?filter=title+eq+%22ann%22\",\"bulkId\":\"ann\"}",
     "{\"path\":\"/Users/@?filter=title%20eq%20%22@%22\",\"bulkId\":\"@\"}"},
    {"{\"members\":[{\"value\":\"bulkId:ann\"}]}", "{\"members\":[{\"value\":\"bulkId:@\"}]}"},
    {"{\"roles\":[{\"value\":\"{\\\"value\\\":\\\"ann\\\"}\"}]}",
     "{\"roles\":[{\"value\":\"{\\\"value\\\":\\\"@\\\"}\"}]}"},
    {"{\"count\":42,\"title\":42,\"active\":\"False\",\"primary\":true}",
     "{\"count\":42,\"title\":#,\"active\":\"False\",\"primary\":true}"},
    {"{\"title\":1e42,\"x\":[null,{}]}", NULL},
    {"{\"filter\":\"title eq \\\"ann\\\"\",\"attributes\":[\"title\",\"ann\"]}",
     "{\"filter\":\"title eq \\\"@\\\"\",\"attributes\":[\"title\",\"@\"]}"},
    {"{\"ann\":{\"ann\":[\"ann\"]}}", "{\"@\":{\"@\":[\"@\"]}}"},
    {"\"ann\"", "\"@\""},
};

static str expected(const struct place *place, const char *shape)
{
    struct text out;
    text_init(&out, place->arena, MIB(1));
    for (; *shape != '\0'; shape++) {
        str piece = *shape == '@'   ? made_up(place, DISGUISE_DATA, "ann")
                    : *shape == '#' ? made_up(place, DISGUISE_DATA, "42")
                                    : (str){shape, 1};
        text_add(&out, piece);
    }
    return text_str(&out);
}

static void bodies_are_read_as_the_server_reads_them(void **state)
{
    for (size_t at = 0; at < COUNT_OF(bodies); at++) {
        struct record record = anonymised(*state, bodies[at][0]);
        str body = record.texts[RECORD_BODY];
        struct roster_json *json = NULL;
        struct roster_error err = {0};
        struct place *place = *state;
        assert_true(roster_json_read(body, place->arena, &json, &err));
        assert_false(str_contains(body, STR("ann")));
        if (bodies[at][1] != NULL && !str_equal(body, expected(place, bodies[at][1]))) {
            fail_msg("%s became %.*s", bodies[at][0], (int)body.len, body.ptr);
        }
    }
}

static void the_protocol_has_words_and_nobodys_name(void **state)
{
    const struct place *place = *state;
    static const char *const words[] = {"userName",   "USERS", "patchop", "work", "eq",
                                        "enterprise", "ref",   "Device",  "v2",   "manager"};
    const struct vocabulary *vocabulary = vocabulary_open(place->arena);
    assert_non_null(vocabulary);
    for (size_t at = 0; at < COUNT_OF(words); at++) {
        assert_true(vocabulary_has(vocabulary, str_of(words[at])));
    }
    assert_false(vocabulary_has(vocabulary, STR("ann")));
    assert_false(vocabulary_has(vocabulary, STR("userNam")));
    assert_false(vocabulary_has(vocabulary, (str){0}));
}

static void without_memory_nothing_is_exported(void **state)
{
    struct place *place = *state;
    bool done = false;
    for (long at = 0; !done; at++) {
        struct record record = some_record(bodies[1][0]);
        struct arena_mark mark = arena_mark(place->arena);
        arena_fail_at(place->arena, at);
        done = anonymise_record(place->disguise, &record, place->arena);
        assert_false(done && str_contains(record.texts[RECORD_BODY], STR("ann")));
        assert_true(!done || at > 5);
        arena_fail_at(place->arena, -1);
        arena_rewind(place->arena, mark);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_keep_their_shape),
        cmocka_unit_test(letters_of_any_case_are_the_same_word),
        cmocka_unit_test(different_words_stay_different),
        cmocka_unit_test(one_letter_never_stays),
        cmocka_unit_test(numbers_stay_numbers),
        cmocka_unit_test(letters_of_other_scripts_become_letters),
        cmocka_unit_test(an_id_becomes_another_id),
        cmocka_unit_test(moments_keep_their_distance),
        cmocka_unit_test(expressions_keep_their_names),
        cmocka_unit_test(a_record_keeps_what_a_replay_sends),
        cmocka_unit_test(bodies_are_read_as_the_server_reads_them),
        cmocka_unit_test(the_protocol_has_words_and_nobodys_name),
        cmocka_unit_test(without_memory_nothing_is_exported),
    };
    return cmocka_run_group_tests_name("cli anonymise", tests, open_place, close_place);
}
