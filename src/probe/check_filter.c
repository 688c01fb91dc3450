// check_filter.c: every family of operators, tried on three users.
// SPDX-License-Identifier: Apache-2.0
#include "probe/people.h"

#define FINDS(filter, found)                                                                       \
    STEPS({.method = "GET",                                                                        \
           .path = "/Users?filter=" filter,                                                        \
           .status = "200",                                                                        \
           .want = "{\"Resources\":[" found "]}"})
#define AMONG(filter, found) FINDS(PEOPLE " and (" filter ")", found)
#define REFUSES(filter, type)                                                                      \
    STEPS({.method = "GET", .path = "/Users?filter=" filter, .status = "400", .want = type})
#define FILTER_ROW(id_, requirements_, title_)                                                     \
    .about = {"filter." id_, requirements_, LEVEL_MUST, "RFC 7644 3.4.2.2", title_},               \
    .needs = NEED_FILTER | NEED_PEOPLE

// RFC 7644 3.4.2.2 leaves brackets to the server: who does not have them is asked no more.
#define BRACKETS                                                                                   \
    {                                                                                              \
        .method = "GET", .path = "/Users?filter=emails[type eq \"work\"]", .status = "200",        \
        .prepares = true                                                                           \
    }
#define BY_BRACKETS(terms, found)                                                                  \
    GETS("/Users?filter=" PEOPLE " and emails[" terms "]", "{\"Resources\":[" found "]}")

// One row a check.
// clang-format off
const struct check filter_checks[] = {
    {FILTER_ROW("eq", "P-145", "eq finds the one that is equal"),
     .steps = FINDS("userName eq \"$run-pada\"", ADA)},
    {FILTER_ROW("eq-case", "P-157 P-040", "comparing follows caseExact: userName ignores case"),
     .steps = FINDS("userName eq \"$run-PADA\"", ADA)},
    {FILTER_ROW("name-case", "P-147 P-001", "names and operators are read ignoring case"),
     .steps = FINDS("USERNAME Eq \"$run-pada\"", ADA)},
    {FILTER_ROW("none", "P-125", "a query without a match answers 200 with totalResults 0"),
     .steps = STEPS({.method = "GET", .path = "/Users?filter=userName eq \"$name-none\"",
                     .status = "200", .want = "{\"schemas\":[\"" URN_LIST "\"],"
                     "\"totalResults\":0,\"Resources\":null}"})},
    {FILTER_ROW("total", "P-188 P-124", "totalResults counts what matches"),
     .steps = STEPS(GETS("/Users?filter=" PEOPLE, "{\"totalResults\":3}"))},
    {FILTER_ROW("ne", "P-145", "ne finds the others"),
     .steps = AMONG("userName ne \"$run-pada\"", BOB "," CYD)},
    {FILTER_ROW("co", "P-145", "co finds a part"),
     .steps = AMONG("userName co \"-pb\"", BOB)},
    {FILTER_ROW("sw", "P-145", "sw finds a beginning"),
     .steps = FINDS("userName sw \"$run-pc\"", CYD)},
    {FILTER_ROW("ew", "P-145", "ew finds an end"),
     .steps = AMONG("userName ew \"bob\"", BOB)},
    {FILTER_ROW("gt", "P-145", "gt finds what is greater"),
     .steps = AMONG("userName gt \"$run-pada\"", BOB "," CYD)},
    {FILTER_ROW("ge", "P-145", "ge finds what is greater or equal"),
     .steps = AMONG("userName ge \"$run-pbob\"", BOB "," CYD)},
    {FILTER_ROW("lt", "P-145", "lt finds what is less"),
     .steps = AMONG("userName lt \"$run-pbob\"", ADA)},
    {FILTER_ROW("le", "P-145", "le finds what is less or equal"),
     .steps = AMONG("userName le \"$run-pbob\"", ADA "," BOB)},
    {FILTER_ROW("pr", "P-164", "pr finds those that have a value"), .uses = "title",
     .steps = AMONG("title pr", ADA "," CYD)},
    {FILTER_ROW("not", "P-146", "not turns a group around"), .uses = "title",
     .steps = FINDS(PEOPLE " and not (title pr)", BOB)},
    {FILTER_ROW("and", "P-146", "and wants both"), .uses = "title active",
     .steps = AMONG("title pr and userName ew \"cyd\"", CYD)},
    {FILTER_ROW("or", "P-146", "or wants one of them"),
     .steps = AMONG("userName ew \"pada\" or userName ew \"pbob\"", ADA "," BOB)},
    {FILTER_ROW("precedence", "P-146", "and binds more closely than or"), .uses = "title",
     .steps = AMONG("userName ew \"pada\" or userName ew \"pbob\" and title pr", ADA)},
    {FILTER_ROW("grouping", "P-146", "parentheses bind more closely than and"), .uses = "title",
     .steps = AMONG("(userName ew \"pada\" or userName ew \"pbob\") and title pr", ADA)},
    {FILTER_ROW("boolean", "P-145", "a boolean is compared with true and false"), .uses = "active",
     .steps = AMONG("active eq false", BOB)},
    {FILTER_ROW("sub-attribute", "P-150", "a sub-attribute is named with a dot"), .uses = "name",
     .steps = AMONG("name.familyName eq \"Yota\"", BOB)},
    {FILTER_ROW("multi-valued", "P-152", "one value that matches is enough"), .uses = "emails",
     .steps = FINDS("emails.value eq \"$run-z@work.example\"", ADA)},
    {FILTER_ROW("multi-valued-type", "P-152", "a sub-attribute of any value may match"),
     .uses = "emails", .steps = AMONG("emails.type eq \"work\"", ADA "," CYD)},
    {FILTER_ROW("value-path", "P-153", "terms in brackets hold for one and the same value"),
     .uses = "emails",
     .steps = STEPS(BRACKETS, BY_BRACKETS("type eq \"work\" and value co \"@home\"", ""))},
    {FILTER_ROW("value-path-match", "P-153", "brackets find a value for which all terms hold"),
     .uses = "emails",
     .steps = STEPS(BRACKETS, BY_BRACKETS("type eq \"home\" and primary eq true", ADA))},
    {FILTER_ROW("values-apart", "P-152 P-153", "without brackets terms may hold for two values"),
     .uses = "emails",
     .steps = AMONG("emails.type eq \"work\" and emails.value co \"@home\"", ADA)},
    {FILTER_ROW("external-id", "P-056", "externalId can be found"),
     .steps = FINDS("externalId eq \"$run-pcyd-x\"", CYD)},
    {FILTER_ROW("urn", "P-139", "an attribute may be named with the URI of its schema"),
     .steps = FINDS(URN_USER ":userName eq \"$run-pcyd\"", CYD)},
    {FILTER_ROW("date", "P-145", "dates are compared as points in time"),
     .steps = AMONG("meta.created gt \"2015-09-01T02:00:00+02:00\"", ADA "," BOB "," CYD)},
    {FILTER_ROW("date-none", "P-145", "no date before the beginning is found"),
     .steps = AMONG("meta.lastModified lt \"2015-09-01T00:00:00Z\"", "")},
    {FILTER_ROW("type", "P-128", "meta.resourceType can be compared"),
     .steps = AMONG("meta.resourceType eq \"User\"", ADA "," BOB "," CYD)},
    {FILTER_ROW("unknown-operator", "P-148",
                "an operator that there is not is refused with 400 invalidFilter"),
     .steps = REFUSES("userName regex \"$run\"", "{\"scimType\":\"invalidFilter\"}")},
    {FILTER_ROW("no-operand", "P-149", "a filter without its operand is refused with 400"),
     .steps = REFUSES("userName eq", NULL)},
    {FILTER_ROW("cut-short", "P-149", "a filter that ends behind and is refused with 400"),
     .steps = REFUSES("userName eq \"$run\" and", NULL)},
    {FILTER_ROW("parenthesis", "P-149", "a parenthesis that is not closed is refused with 400"),
     .steps = REFUSES("(userName eq \"$run\"", NULL)},
    {FILTER_ROW("bracket", "P-149", "a bracket that is not closed is refused with 400"),
     .uses = "emails", .steps = REFUSES("emails[type eq \"work\"", NULL)},
    {FILTER_ROW("boolean-order", "P-145",
                "gt on a boolean is refused with 400 invalidFilter"), .uses = "active",
     .steps = REFUSES("active gt true", "{\"scimType\":\"invalidFilter\"}")},
    {.about = {"filter.id", "P-162", LEVEL_MUST, "RFC 7644 3.4.2.2", "id can be found"},
     .needs = NEED_FILTER,
     .steps = STEPS(MAKES_USER(""), GETS("/Users?filter=id eq \"$id1\"",
                                         "{\"Resources\":[{\"id\":\"$id1\"}]}"))},
    {.about = {"filter.escape", "P-170 P-172", LEVEL_MUST, "RFC 7644 3.4.2.2",
               "quotes and text beyond ASCII can stand in a filter"},
     .needs = NEED_FILTER, .uses = "displayName",
     .steps = STEPS(MAKES_USER(",\"displayName\":\"$name \\\"\u00eb\\\"\""),
                    GETS("/Users?filter=displayName eq \"$name \\\"\u00eb\\\"\"",
                         "{\"Resources\":[{\"userName\":\"$name\"}]}"))},
    {.about = {"filter.extension", "P-139", LEVEL_MUST, "RFC 7644 3.10",
               "an attribute of an extension is named with the URI of its schema"},
     .needs = NEED_FILTER | NEED_ENTERPRISE,
     .steps = STEPS(MAKES("/Users", "{\"schemas\":[\"" URN_USER "\",\"" URN_ENTERPRISE "\"],"
                          "\"userName\":\"$name\",\"" URN_ENTERPRISE
                          "\":{\"department\":\"$name-d\"}}"),
                    GETS("/Users?filter=" URN_ENTERPRISE ":department eq \"$name-d\"",
                         "{\"Resources\":[{\"userName\":\"$name\"}]}"))},
    {.about = {"filter.search", "P-131 P-132", LEVEL_MUST, "RFC 7644 3.4.3",
               "a query by POST on .search answers as one by GET"},
     .needs = NEED_FILTER | NEED_PEOPLE,
     .steps = STEPS({.method = "POST", .path = "/Users/.search", .status = "200", .prepares = true,
                     .body = "{\"schemas\":[\"" URN_SEARCH "\"],\"count\":1}"},
                    {.method = "POST", .path = "/Users/.search", .status = "200",
                     .body = "{\"schemas\":[\"" URN_SEARCH "\"],"
                             "\"filter\":\"userName eq \\\"$run-pbob\\\"\",\"count\":10}",
                     .want = "{\"schemas\":[\"" URN_LIST "\"],\"totalResults\":1,"
                             "\"Resources\":[" BOB "]}"})},
    {.run = NULL},
};
// clang-format on
