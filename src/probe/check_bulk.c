// check_bulk.c: Bulk, on servers that say they have it.
// SPDX-License-Identifier: Apache-2.0
#include "probe/check.h"
#include "probe/service.h"

enum { LIMIT_TRIED_MAX = 2000, OPERATION_BYTES = 200 };

#define BULK(operations) "{\"schemas\":[\"" URN_BULK "\"],\"Operations\":[" operations "]}"
#define POSTS(endpoint, id, data)                                                                  \
    "{\"method\":\"POST\",\"path\":\"" endpoint "\",\"bulkId\":\"" id "\",\"data\":{" data "}}"
#define SENDS(body_, status_, want_)                                                               \
    {                                                                                              \
        .method = "POST", .path = "/Bulk", .body = body_, .status = status_, .want = want_         \
    }
#define ANSWERS(results) "{\"schemas\":[\"" URN_BULK_REPLY "\"],\"Operations\":[" results "]}"
#define BULK_ROW(id_, requirements_, title_)                                                       \
    .about = {"bulk." id_, requirements_, LEVEL_MUST, "RFC 7644 3.7", title_}, .needs = NEED_BULK
#define BULK_ROW_GROUPS(id_, requirements_, section_, title_)                                      \
    .about = {"bulk." id_, requirements_, LEVEL_MUST, section_, title_},                           \
    .needs = NEED_BULK | NEED_GROUPS | NEED_FILTER
// In which order results come is left to the server, so the group is found by its name.
#define TEAM_IS_RESOLVED                                                                           \
    GETS("/Groups?filter=displayName eq \"$name-2\"",                                              \
         "{\"Resources\":[{\"members\":[{\"value\":\"*string\",\"value-\":\"bulkId:a\"}]}]}")

// Two groups, each a member of the other: resolved, or refused with 409.
static void circle_ends(struct probe *probe)
{
    const struct check_step step =
        SENDS(BULK(POSTS("/Groups", "a",
                         GROUP("$name-1") ",\"members\":[{\"value\":\"bulkId:b\"}"
                                          "]") "," POSTS("/Groups", "b",
                                                         GROUP("$name-2") ",\"membe"
                                                                          "rs\":[{"
                                                                          "\"value"
                                                                          "\":"
                                                                          "\"bulkId"
                                                                          ":a\"}"
                                                                          "]")),
              "200 409", NULL);
    if (!probe_step(probe, &step) || probe->reply.answer.status == 409) {
        return;
    }
    const struct roster_json *list = json_find(probe->reply.json, STR("Operations"));
    for (const struct roster_json *at = json_is(list, JSON_ARRAY) ? list->first : NULL; at != NULL;
         at = at->next) {
        str status = json_find_text(at, STR("status"));
        if (!str_equal(status, STR("201")) && !str_equal(status, STR("409"))) {
            probe_unmet(probe, "an operation of the circle ended with status \"%.*s\"",
                        STR_ARGS(status));
        }
    }
}

// One operation more than the server says that it takes; each would delete what there is not.
static void too_many_are_refused(struct probe *probe)
{
    int64_t max = service_number(probe, "bulk", "maxOperations");
    struct text body;
    if (max <= 0 || max > LIMIT_TRIED_MAX) {
        probe_skip(probe, "maxOperations is %lld, too many to try", (long long)max);
        return;
    }
    text_init(&body, probe->scratch, (size_t)(max + 2) * OPERATION_BYTES);
    text_lit(&body, "{\"schemas\":[\"" URN_BULK "\"],\"Operations\":[");
    for (int64_t i = 0; i <= max; i++) {
        text_format(&body, "%s{\"method\":\"DELETE\",\"path\":\"/Users/$name-none\"}",
                    i > 0 ? "," : "");
    }
    text_lit(&body, "]}");
    text_char(&body, '\0');
    if (!body.full) {
        const struct check_step step = SENDS(body.ptr, "413", NULL);
        (void)probe_step(probe, &step);
    }
}

// One row a check.
// clang-format off
const struct check bulk_checks[] = {
    {BULK_ROW("create", "P-259 P-264 P-265 P-266",
              "each create answers with its bulkId, its location and its status as a string"),
     .steps = STEPS(SENDS(BULK(POSTS("/Users", "a", USER("$name-1")) ","
                               POSTS("/Users", "b", USER("$name-2"))), "200",
                          ANSWERS("{\"bulkId\":\"a\",\"method\":\"POST\",\"status\":\"201\","
                                  "\"location\":\"*string\"},"
                                  "{\"bulkId\":\"b\",\"method\":\"POST\",\"status\":\"201\","
                                  "\"location\":\"*string\"}")),
                    GETS("/Users/$id1", "{\"userName\":\"*string\"}"))},
    {BULK_ROW("failure", "P-259 P-267",
              "an operation that fails answers with its Error, and the others are done"),
     .steps = STEPS(SENDS(BULK("{\"method\":\"DELETE\",\"path\":\"/Users/$name-none\"},"
                               POSTS("/Users", "a", USER("$name-1"))), "200",
                          ANSWERS("{\"method\":\"DELETE\",\"status\":\"404\",\"response\":"
                                  "{\"schemas\":[\"" URN_ERROR "\"],\"status\":\"404\"}},"
                                  "{\"bulkId\":\"a\",\"status\":\"201\"}")))},
    {BULK_ROW("fail-on-errors", "P-261", "failOnErrors 1 ends the job at the first failure"),
     .steps = STEPS(SENDS("{\"schemas\":[\"" URN_BULK "\"],\"failOnErrors\":1,\"Operations\":["
                          "{\"method\":\"DELETE\",\"path\":\"/Users/$name-none\"},"
                          POSTS("/Users", "a", USER("$name-1")) "]}", "200",
                          ANSWERS("{\"method\":\"DELETE\",\"status\":\"404\"}")))},
    {BULK_ROW("mixed", "P-259 P-266", "PUT, PATCH and DELETE can stand in a job"),
     .steps = STEPS(MAKES_TWO,
                    SENDS(BULK("{\"method\":\"PUT\",\"path\":\"/Users/$id1\",\"data\":{"
                               USER("$name-1") ",\"title\":\"U\"}},"
                               "{\"method\":\"DELETE\",\"path\":\"/Users/$id2\"}"), "200",
                          ANSWERS("{\"method\":\"PUT\",\"status\":\"200\",\"location\":\"*\"},"
                                  "{\"method\":\"DELETE\",\"status\":\"204\",\"location\":\"*\"}")),
                    GETS("/Users/$id1", "{\"title\":\"U\"}"),
                    {.method = "GET", .path = "/Users/$id2", .status = "404"})},
    {BULK_ROW_GROUPS("reference", "P-269", "RFC 7644 3.7.2",
                     "a bulkId refers to what an operation before made"),
     .steps = STEPS(SENDS(BULK(POSTS("/Users", "a", USER("$name-1")) ","
                               POSTS("/Groups", "b", GROUP("$name-2")
                                     ",\"members\":[{\"value\":\"bulkId:a\"}]")), "200",
                          ANSWERS("{\"bulkId\":\"a\",\"status\":\"201\"},"
                                  "{\"bulkId\":\"b\",\"status\":\"201\"}")),
                    TEAM_IS_RESOLVED)},
    {BULK_ROW_GROUPS("forward-reference", "P-269", "RFC 7644 3.7.2",
                     "a bulkId refers to what a later operation makes"),
     .steps = STEPS(SENDS(BULK(POSTS("/Groups", "b", GROUP("$name-2")
                                     ",\"members\":[{\"value\":\"bulkId:a\"}]") ","
                               POSTS("/Users", "a", USER("$name-1"))), "200",
                          ANSWERS("{\"bulkId\":\"b\",\"status\":\"201\"},"
                                  "{\"bulkId\":\"a\",\"status\":\"201\"}")),
                    TEAM_IS_RESOLVED)},
    {BULK_ROW_GROUPS("circle", "P-272", "RFC 7644 3.7.1",
                     "operations that refer to each other in a circle end"),
     .run = circle_ends},
    {BULK_ROW("too-many", "P-260", "more operations than maxOperations are refused with 413"),
     .run = too_many_are_refused},
    {BULK_ROW("syntax", "P-259", "a body that is no JSON is refused with 400"),
     .steps = STEPS(SENDS("{\"Operations\":[", "400", NULL))},
    {.run = NULL},
};
// clang-format on
