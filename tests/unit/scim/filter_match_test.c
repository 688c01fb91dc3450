// filter_match_test.c: what filters mean: every operator under every type, several values, nothing.
// SPDX-License-Identifier: Apache-2.0
#include "unit/scim/kinds.h"

#define ENTERPRISE "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
#define CORE_USER "urn:ietf:params:scim:schemas:core:2.0:User"

struct match_case {
    const char *name;
    const char *filter;
    bool want;
};

static bool matches(struct given *g, const struct roster_json *resource, const char *text)
{
    const struct roster_filter *filter = NULL;
    if (!roster_filter_parse(g->user, str_of(text), &g->quirks, g->arena, &filter, &g->err)) {
        fail_msg("%s: %s", text, g->err.detail);
    }
    size_t used = arena_used(g->scratch);
    bool matched = roster_filter_match(filter, resource, g->scratch);
    assert_int_equal(arena_used(g->scratch), used);
    return matched;
}

static void expect_matches(struct given *g, const char *resource, const struct match_case *rows,
                           size_t count)
{
    const struct roster_json *json = given_json(g, resource);
    for (size_t at = 0; at < count; at++) {
        if (matches(g, json, rows[at].filter) != rows[at].want) {
            fail_msg("%s: %s %s", rows[at].name, rows[at].filter,
                     rows[at].want ? "does not match" : "matches");
        }
    }
}

static const char ana[] =
    "{\"schemas\":[\"" CORE_USER "\",\"" ENTERPRISE "\"],\"id\":\"2819c223\","
    "\"externalId\":\"Ana1\",\"userName\":\"Ana@Example.com\",\"title\":\"\",\"active\":true,"
    "\"name\":{\"givenName\":\"Ana\",\"familyName\":\"O'Malley\"},\"nickName\":\"Straße\","
    "\"displayName\":\"\\u039f\\u03b4\\u03c5\\u03c3\\u03c3\\u03b5\\u03cd\\u03c2\","
    "\"emails\":[{\"value\":\"ana@work.com\",\"type\":\"work\",\"primary\":true},"
    "{\"value\":\"ana@home.org\",\"type\":\"Home\"},{\"value\":\"x@y.z\"}],"
    "\"addresses\":[{\"locality\":\"Lisboa\",\"country\":\"PT\"}],"
    "\"groups\":[{\"value\":\"G1\",\"$ref\":\"https://h/scim/v2/Groups/G1\",\"display\":\"Ops\"}],"
    "\"meta\":{\"resourceType\":\"User\",\"created\":\"2020-01-02T03:04:05Z\","
    "\"lastModified\":\"2021-01-01T00:00:00.500+01:00\",\"version\":\"W/\\\"3\\\"\","
    "\"location\":\"https://h/scim/v2/Users/2819c223\"},"
    "\"" ENTERPRISE "\":{\"department\":\"Ops\",\"manager\":{\"value\":\"M7\"}}}";

static const struct match_case ana_cases[] = {
    {"a name ignores case", "userName eq \"ANA@example.COM\"", true},
    {"an id does not ignore case", "id eq \"2819C223\"", false},
    {"an id as it is", "id eq \"2819c223\"", true},
    {"an externalId does not ignore case", "externalId eq \"ana1\"", false},
    {"a name inside a complex value", "name.familyName co \"o'm\"", true},
    {"an extension", "department eq \"ops\"", true},
    {"the manager by its id", "manager eq \"M7\"", true},
    {"the id of a manager is exact", "manager.value eq \"m7\"", false},
    {"the type of the resource", "meta.resourceType eq \"User\"", true},
    {"the type of the resource is exact", "meta.resourceType eq \"user\"", false},
    {"a URI of schemas ignores case", "schemas eq \"" ENTERPRISE "\"", true},
    {"a URI of schemas in capitals",
     "schemas[value eq \"URN:IETF:PARAMS:SCIM:SCHEMAS:CORE:2.0:USER\"]", true},
    {"a group by id", "groups eq \"G1\"", true},
    {"a reference without the version segment", "groups.$ref eq \"https://h/scim/Groups/G1\"",
     true},
    {"a reference with another version segment", "groups.$ref eq \"https://h/scim/v1/Groups/G1\"",
     true},
    {"a reference with another id", "groups.$ref eq \"https://h/scim/v2/Groups/G2\"", false},
    {"the text of a reference keeps its version", "groups.$ref co \"/v2/\"", true},
    {"a reference is searched exactly", "groups.$ref co \"/V2/\"", false},
    {"a version", "meta.version eq \"W/\\\"3\\\"\"", true},
    {"one value of several", "emails.value eq \"ANA@home.org\"", true},
    {"no value of several", "emails.value eq \"ana@home.com\"", false},
    {"e-mails stand for their value", "emails co \"work.com\"", true},
    {"two terms on different elements", "emails.type eq \"work\" and emails.value ew \"home.org\"",
     true},
    {"two terms on one element", "emails[type eq \"work\" and value ew \"home.org\"]", false},
    {"two terms that one element satisfies", "emails[type eq \"home\" and value ew \"home.org\"]",
     true},
    {"no primary is not false", "emails[primary eq false]", false},
    {"a type that is missing differs", "emails[type ne \"work\" and value eq \"x@y.z\"]", true},
    {"not inside brackets", "emails[not (type pr)]", true},
    {"not around brackets", "not (emails[type eq \"other\"])", true},
    {"some element differs", "emails.type ne \"work\"", true},
    {"none is equal", "not (emails.type eq \"other\")", true},
    {"some element is equal", "not (emails.type eq \"work\")", false},
    {"a list that is missing differs", "phoneNumbers ne \"1\"", true},
    {"a list that is missing equals nothing", "phoneNumbers eq \"1\"", false},
    {"no element of a missing list", "phoneNumbers[type ne \"work\"]", false},
    {"a list that is missing is not present", "phoneNumbers pr", false},
    {"a list is present", "emails pr", true},
    {"a complex value is present", "name pr", true},
    {"a sub-attribute that is missing", "name.middleName pr", false},
    {"an empty text is not present", "title pr", false},
    {"an empty text equals the empty text", "title eq \"\"", true},
    {"an empty text is not null by eq", "title eq null", true},
    {"a missing value is null", "nickName eq null or locale eq null", true},
    {"a value is not null", "userName ne null", true},
    {"a boolean is present", "active pr", true},
    {"a boolean", "active eq true", true},
    {"a boolean that differs", "active ne false", true},
    {"a missing value differs", "locale ne \"x\"", true},
    {"a missing value is not smaller", "locale lt \"zzz\"", false},
    {"a missing value is not greater", "locale ge \"\"", false},
    {"a missing value contains nothing", "locale co \"\"", false},
    {"everything contains nothing", "userName co \"\"", true},
    {"everything starts with nothing", "userName sw \"\"", true},
    {"everything ends with nothing", "userName ew \"\"", true},
    {"sharp s is two letters", "nickName eq \"STRASSE\"", true},
    {"sharp s within a text", "nickName co \"ss\"", true},
    {"Greek capitals and the last sigma",
     "displayName eq \"\\u039f\\u0394\\u03a5\\u03a3\\u03a3\\u0395"
     "\\u038e\\u03a3\"",
     true},
    {"Greek with a mark of its own",
     "displayName eq \"\\u03bf\\u03b4\\u03c5\\u03c3\\u03c3\\u03b5\\u03c5\\u0301\\u03c2\"", true},
    {"before in time", "meta.created lt \"2020-01-02T04:04:05.001+01:00\"", true},
    {"the same instant in another zone", "meta.created eq \"2020-01-02T04:04:05.000+01:00\"", true},
    {"an offset in the value", "meta.lastModified eq \"2020-12-31T23:00:00.5Z\"", true},
    {"and binds tighter than or", "active eq true or active eq true and active eq false", true},
    {"parentheses change that", "(active eq true or active eq true) and active eq false", false},
    {"not binds tightest", "not (active eq true) and active eq false or active eq true", true},
    {"an address by its parts", "addresses[country eq \"pt\" and locality sw \"lis\"]", true},
    {"meta is present", "meta pr", true},
};

static void a_person_matches_what_the_rfc_says(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    expect_matches(&g, ana, ana_cases, COUNT_OF(ana_cases));
    given_close(&g);
}

static const struct match_case lenient_cases[] = {
    {"an unknown attribute matches nobody", "foo eq \"x\"", false},
    {"an unknown attribute is not present", "foo pr", false},
    {"the known half of a choice still matches", "foo eq \"x\" or userName pr", true},
    {"an unknown sub-attribute in brackets", "emails[foo eq \"x\"]", false},
    {"the known half of brackets", "emails[foo eq \"x\" or type eq \"work\"]", true},
    {"a sub-attribute behind brackets", "emails[type eq \"work\"].value eq \"ana@work.com\"", true},
    {"the wrong sub-attribute behind brackets",
     "emails[type eq \"home\"].value eq \"ana@work.com\"", false},
    {"a boolean in quotes", "active eq \"True\"", true},
    {"an unquoted word", "userName sw Ana", true},
};

static void tolerated_filters_match_nobody_they_should_not(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_INTEROP);
    expect_matches(&g, ana, lenient_cases, COUNT_OF(lenient_cases));
    given_close(&g);
}

static const char kinds[] =
    "{\"userName\":\"u\",\"" KINDS "\":{\"text\":\"Mitte\",\"exact\":\"Mitte\",\"flag\":false,"
    "\"whole\":10,\"real\":-1.50,\"moment\":\"2020-06-01T12:00:00Z\",\"octets\":\"AQL/\","
    "\"link\":\"https://h/A\",\"many\":[\"One\",\"Two\"],\"numbers\":[1,20],"
    "\"things\":[{\"value\":\"a\",\"tags\":[\"x\",\"y\"]},{\"tags\":[\"z\"]}]}}";

#define K KINDS ":"

// A row for each operator under each type that has it.
static const struct match_case kind_cases[] = {
    {"string eq folds case", K "text eq \"MITTE\"", true},
    {"string ne folds case", K "text ne \"MITTE\"", false},
    {"string co folds case", K "text co \"ITT\"", true},
    {"string sw folds case", K "text sw \"MIT\"", true},
    {"string sw is no co", K "text sw \"itte\"", false},
    {"string ew folds case", K "text ew \"TTE\"", true},
    {"string ew is no co", K "text ew \"Mitt\"", false},
    {"string gt folds case", K "text gt \"MAI\"", true},
    {"string gt is strict", K "text gt \"mitte\"", false},
    {"string ge takes the same", K "text ge \"mitte\"", true},
    {"string lt by code point", K "text lt \"n\"", true},
    {"string le takes the same", K "text le \"MITTE\"", true},
    {"string pr", K "text pr", true},
    {"exact string eq keeps case", K "exact eq \"mitte\"", false},
    {"exact string ne keeps case", K "exact ne \"mitte\"", true},
    {"exact string co keeps case", K "exact co \"MIT\"", false},
    {"exact string sw", K "exact sw \"Mit\"", true},
    {"exact string ew", K "exact ew \"tte\"", true},
    {"exact string gt: capitals come first", K "exact gt \"a\"", false},
    {"exact string le", K "exact le \"a\"", true},
    {"boolean eq", K "flag eq false", true},
    {"boolean ne", K "flag ne false", false},
    {"boolean pr counts false", K "flag pr", true},
    {"integer eq by value", K "whole eq 10.0", true},
    {"integer eq with an exponent", K "whole eq 1e1", true},
    {"integer ne", K "whole ne 9", true},
    {"integer gt is no text order", K "whole gt 9", true},
    {"integer ge", K "whole ge 10", true},
    {"integer lt with a fraction", K "whole lt 10.5", true},
    {"integer le", K "whole le 9", false},
    {"integer pr", K "whole pr", true},
    {"integer with an operand beyond 64 bits", K "whole lt 99999999999999999999", true},
    {"decimal eq ignores trailing zeros", K "real eq -1.5", true},
    {"decimal ne", K "real ne -1.51", true},
    {"decimal gt below zero", K "real gt -2", true},
    {"decimal ge below zero", K "real ge -1.49", false},
    {"decimal lt zero", K "real lt 0", true},
    {"decimal le", K "real le -15e-1", true},
    {"decimal pr", K "real pr", true},
    {"dateTime eq by instant", K "moment eq \"2020-06-01T14:00:00+02:00\"", true},
    {"dateTime ne", K "moment ne \"2020-06-01T12:00:00.001Z\"", true},
    {"dateTime gt by instant", K "moment gt \"2020-06-01T13:00:00+02:00\"", true},
    {"dateTime ge", K "moment ge \"2020-06-01T12:00:00\"", true},
    {"dateTime lt", K "moment lt \"2020-06-01T12:00:00Z\"", false},
    {"dateTime le", K "moment le \"2020-06-01T12:00:00Z\"", true},
    {"dateTime pr", K "moment pr", true},
    {"binary eq by octets, in the other alphabet", K "octets eq \"AQL_\"", true},
    {"binary ne", K "octets ne \"AQID\"", true},
    {"binary pr", K "octets pr", true},
    {"reference eq is exact", K "link eq \"https://h/a\"", false},
    {"reference ne is exact", K "link ne \"https://h/a\"", true},
    {"reference co", K "link co \"//h/\"", true},
    {"reference sw", K "link sw \"https:\"", true},
    {"reference ew", K "link ew \"/A\"", true},
    {"reference gt", K "link gt \"https://g\"", true},
    {"reference ge", K "link ge \"https://h/A\"", true},
    {"reference lt", K "link lt \"https://h/B\"", true},
    {"reference le", K "link le \"https://h\"", false},
    {"reference pr", K "link pr", true},
    {"a list of texts", K "many eq \"two\"", true},
    {"a list of texts through its element", K "many[value sw \"t\" and value ew \"o\"]", true},
    {"two terms on one text", K "many[value sw \"t\" and value ew \"e\"]", false},
    {"two terms on two texts", K "many sw \"t\" and " K "many ew \"e\"", true},
    {"some number is greater", K "numbers gt 10", true},
    {"some number differs", K "numbers ne 1", true},
    {"a list inside elements", K "things.tags eq \"z\"", true},
    {"a list inside one element", K "things[value eq \"a\" and tags eq \"y\"]", true},
    {"a list inside another element", K "things[value eq \"a\" and tags eq \"z\"]", false},
    {"a value that only one element has", K "things.value ne \"a\"", true},
};

static void every_operator_has_a_meaning_under_every_type_that_has_it(void **state)
{
    struct given g;
    kinds_open(&g, ROSTER_PROFILE_RFC);
    expect_matches(&g, kinds, kind_cases, COUNT_OF(kind_cases));
    given_close(&g);
}

// Which operators suit which type; what is not listed is refused.
static const struct {
    const char *name;
    const char *attr;
    const char *operand;
    const char *ops;
} suits[] = {
    {"a text has them all", "text", "\"a\"", "eq ne co sw ew gt ge lt le"},
    {"an exact text has them all", "exact", "\"a\"", "eq ne co sw ew gt ge lt le"},
    {"a boolean has no order", "flag", "true", "eq ne"},
    {"an integer has an order", "whole", "1", "eq ne gt ge lt le"},
    {"a decimal has an order", "real", "1.5", "eq ne gt ge lt le"},
    {"a moment has an order", "moment", "\"2020-01-01T00:00:00Z\"", "eq ne gt ge lt le"},
    {"octets have no order", "octets", "\"AQID\"", "eq ne"},
    {"a reference has them all", "link", "\"urn:x\"", "eq ne co sw ew gt ge lt le"},
    {"a list of texts has them all", "many", "\"a\"", "eq ne co sw ew gt ge lt le"},
    {"a list with a value part has them all", "things", "\"a\"", "eq ne co sw ew gt ge lt le"},
    {"a complex value without one has none", "secrets", "\"a\"", ""},
};

static bool parses(struct given *g, str text)
{
    const struct roster_filter *filter = NULL;
    return roster_filter_parse(g->user, text, &g->quirks, g->arena, &filter, &g->err);
}

static void an_operator_that_does_not_suit_the_type_is_refused(void **state)
{
    static const char *const ops[] = {"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"};
    struct given g;
    kinds_open(&g, ROSTER_PROFILE_INTEROP);
    for (size_t row = 0; row < COUNT_OF(suits); row++) {
        for (size_t op = 0; op < COUNT_OF(ops); op++) {
            str text = {0};
            assert_true(arena_format(g.arena, &text, K "%s %s %s", suits[row].attr, ops[op],
                                     suits[row].operand));
            if (parses(&g, text) != (strstr(suits[row].ops, ops[op]) != NULL)) {
                fail_msg("%s: %.*s: %s", suits[row].name, STR_ARGS(text), g.err.detail);
            }
        }
    }
    given_close(&g);
}

static void an_operand_that_does_not_suit_the_type_is_refused(void **state)
{
    static const char *const operands[] = {"\"a\"", "true", "1", "\"2020-01-01T00:00:00Z\"",
                                           "\"AQID\""};
    static const struct {
        const char *attr;
        const char *wrong;  // a sign for each operand: x refused, . taken
    } rows[] = {
        {.attr = "text", .wrong = ".xx.."},   {.attr = "flag", .wrong = "x.xxx"},
        {.attr = "whole", .wrong = "xx.xx"},  {.attr = "real", .wrong = "xx.xx"},
        {.attr = "moment", .wrong = "xxx.x"}, {.attr = "octets", .wrong = "xxxx."},
        {.attr = "link", .wrong = ".xx.."},
    };
    struct given g;
    kinds_open(&g, ROSTER_PROFILE_RFC);
    for (size_t row = 0; row < COUNT_OF(rows); row++) {
        for (size_t at = 0; at < COUNT_OF(operands); at++) {
            str text = {0};
            assert_true(arena_format(g.arena, &text, K "%s eq %s", rows[row].attr, operands[at]));
            if (parses(&g, text) != (rows[row].wrong[at] == '.')) {
                fail_msg("%.*s: %s", STR_ARGS(text), g.err.detail);
            }
        }
    }
    given_close(&g);
}

static void a_part_that_is_never_returned_is_sensitive(void **state)
{
    struct given g;
    kinds_open(&g, ROSTER_PROFILE_RFC);
    assert_false(parses(&g, STR(K "secrets.pin eq \"1\"")));
    assert_int_equal(g.err.code, ROSTER_ERR_SENSITIVE);
    assert_false(parses(&g, STR(K "secrets[pin eq \"1\"]")));
    assert_int_equal(g.err.code, ROSTER_ERR_SENSITIVE);
    assert_true(parses(&g, STR(K "secrets.hint eq \"1\"")));
    given_close(&g);
}

static const struct match_case odd_cases[] = {
    {"a number where a text belongs equals nothing", K "text eq \"5\"", false},
    {"a number where a text belongs differs", K "text ne \"5\"", true},
    {"a number where a text belongs is not searched", K "text co \"5\"", false},
    {"a text where a number belongs is not ordered", K "whole gt 1", false},
    {"a fraction where a whole number belongs differs", K "real pr and " K "numbers ne 1", true},
    {"a text where an object belongs has no parts", K "things.value eq \"a\"", false},
    {"one value where a list belongs", K "many eq \"solo\"", true},
    {"null where a value belongs", K "exact eq null", true},
    {"an empty list is absent", K "octets ne \"AQID\"", true},
    {"an object of empty things is not present", K "link pr", false},
};

static void values_that_do_not_fit_their_type_differ_from_everything(void **state)
{
    struct given g;
    kinds_open(&g, ROSTER_PROFILE_RFC);
    expect_matches(&g,
                   "{\"" KINDS "\":{\"text\":5,\"whole\":\"2\",\"real\":1,\"numbers\":[1.5],"
                   "\"things\":[\"a\"],\"many\":\"Solo\",\"exact\":null,\"octets\":[],"
                   "\"link\":{\"a\":\"\",\"b\":[],\"c\":{}}}}",
                   odd_cases, COUNT_OF(odd_cases));
    expect_matches(&g, "\"no object at all\"",
                   (struct match_case[]){{"text", "userName pr", false}}, 1);
    given_close(&g);
}

static void every_failed_allocation_while_matching_is_no_match(void **state)
{
    static const char *const texts[] = {
        "userName eq \"ana@example.com\" and displayName co \"\\u03c3\" and groups.$ref ew \"G1\"",
        "not (userName eq \"nobody\") and not (displayName eq \"x\")",
        ("emails[type eq \"HOME\" and value ew \"ORG\"] and meta.created lt "
         "\"2022-01-01T00:00:00Z\""),
    };
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    const struct roster_json *json = given_json(&g, ana);
    for (size_t row = 0; row < COUNT_OF(texts); row++) {
        const struct roster_filter *filter = NULL;
        assert_true(
            roster_filter_parse(g.user, str_of(texts[row]), &g.quirks, g.arena, &filter, &g.err));
        assert_true(roster_filter_match(filter, json, g.scratch));
        long at = 0;
        for (arena_fail_at(g.scratch, 0); !roster_filter_match(filter, json, g.scratch); at++) {
            assert_true(at < 100);
            assert_int_equal(arena_used(g.scratch), 0);
            arena_fail_at(g.scratch, at + 1);
        }
        assert_true(at > 0);
        arena_fail_at(g.scratch, -1);
    }
    given_close(&g);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_person_matches_what_the_rfc_says),
    cmocka_unit_test(tolerated_filters_match_nobody_they_should_not),
    cmocka_unit_test(every_operator_has_a_meaning_under_every_type_that_has_it),
    cmocka_unit_test(an_operator_that_does_not_suit_the_type_is_refused),
    cmocka_unit_test(an_operand_that_does_not_suit_the_type_is_refused),
    cmocka_unit_test(a_part_that_is_never_returned_is_sensitive),
    cmocka_unit_test(values_that_do_not_fit_their_type_differ_from_everything),
    cmocka_unit_test(every_failed_allocation_while_matching_is_no_match),
};

RUN(tests)
