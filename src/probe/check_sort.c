// check_sort.c: sortBy and sortOrder.
// SPDX-License-Identifier: Apache-2.0
#include "probe/people.h"

#define SORTS(parameters, order)                                                                   \
    STEPS(GETS("/Users?filter=" PEOPLE "&" parameters, "{\"Resources<\":[" order "]}"))
#define SORT_ROW(id_, requirements_, title_)                                                       \
    .about = {"sort." id_, requirements_, LEVEL_MUST, "RFC 7644 3.4.2.3", title_},                 \
    .needs = NEED_FILTER | NEED_SORT | NEED_PEOPLE

// One row a check.
// clang-format off
const struct check sort_checks[] = {
    {SORT_ROW("ascending", "P-176", "sortBy alone sorts ascending"), .uses = "name",
     .steps = SORTS("sortBy=name.familyName", CYD "," BOB "," ADA)},
    {SORT_ROW("descending", "P-176", "sortOrder descending turns the order around"),
     .uses = "name",
     .steps = SORTS("sortBy=name.familyName&sortOrder=descending", ADA "," BOB "," CYD)},
    {SORT_ROW("case", "P-180", "attributes that are not caseExact are sorted ignoring case"),
     .uses = "displayName", .steps = SORTS("sortBy=displayName", ADA "," BOB "," CYD)},
    {SORT_ROW("name-case", "P-001", "sortBy is read ignoring case"), .uses = "name",
     .steps = SORTS("sortBy=NAME.familyname", CYD "," BOB "," ADA)},
    {SORT_ROW("missing-last", "P-179", "ascending, who has no value comes last"), .uses = "title",
     .steps = SORTS("sortBy=title", ADA "," CYD "," BOB)},
    {SORT_ROW("missing-first", "P-179", "descending, who has no value comes first"),
     .uses = "title",
     .steps = SORTS("sortBy=title&sortOrder=descending", BOB "," CYD "," ADA)},
    {SORT_ROW("primary", "P-177", "of several values the primary one sorts"), .uses = "emails",
     .steps = SORTS("sortBy=emails.value", ADA "," BOB "," CYD)},
    {.run = NULL},
};
// clang-format on
