// check_put.c: PUT and DELETE.
// SPDX-License-Identifier: Apache-2.0
#include "probe/check.h"

#define PUTS(body_, status_, want_)                                                                \
    {                                                                                              \
        .method = "PUT", .path = "/Users/$id1", .body = body_, .status = status_, .want = want_    \
    }
#define DELETES(status_, want_)                                                                    \
    {                                                                                              \
        .method = "DELETE", .path = "/Users/$id1", .status = status_, .want = want_                \
    }
#define DELETED                                                                                    \
    {                                                                                              \
        .method = "DELETE", .path = "/Users/$id1", .status = "2xx", .prepares = true               \
    }

// One row a check.
// clang-format off
const struct check put_checks[] = {
    {.about = {"put.replace", "P-209 P-216", LEVEL_MUST, "RFC 7644 3.5.1",
               "PUT replaces the resource and answers 200 with all of it"},
     .uses = "title displayName",
     .steps = STEPS(MAKES_USER(",\"title\":\"T\""),
                    PUTS("{" USER("$name") ",\"title\":\"U\",\"displayName\":\"D\"}", "200",
                         "{\"id\":\"$id1\",\"userName\":\"$name\",\"title\":\"U\","
                         "\"displayName\":\"D\"}"),
                    GETS("/Users/$id1", "{\"title\":\"U\",\"displayName\":\"D\"}"))},
    {.about = {"put.unknown", "P-092", LEVEL_MUST, "RFC 7644 3.2",
               "PUT never creates: an unknown id answers 404"},
     .steps = STEPS({.method = "PUT", .path = "/Users/$name-none", .status = "404",
                     .body = "{" USER("$name") "}"})},
    {.about = {"put.required", "P-210", LEVEL_MUST, "RFC 7644 3.5.1",
               "PUT without a required attribute is refused with 400"},
     .uses = "title",
     .steps = STEPS(MAKES_USER(""),
                    PUTS("{\"schemas\":[\"" URN_USER "\"],\"title\":\"T\"}", "400", NULL),
                    GETS("/Users/$id1", "{\"userName\":\"$name\"}"))},
    {.about = {"put.readonly", "P-035", LEVEL_MUST, "RFC 7644 3.5.1",
               "PUT ignores values for readOnly attributes"},
     .steps = STEPS(MAKES_USER(""),
                    PUTS("{" USER("$name") ",\"id\":\"$id1\",\"groups\":[{\"value\":\"$name-g\"}],"
                         "\"meta\":{\"resourceType\":\"Robot\","
                         "\"created\":\"2001-01-01T00:00:00Z\"}}",
                         "200", "{\"id\":\"$id1\",\"groups\":null,"
                         "\"meta\":{\"resourceType-\":\"Robot\","
                         "\"created-\":\"2001-01-01T00:00:00Z\"}}"))},
    {.about = {"put.null", "P-211 P-030", LEVEL_MUST, "RFC 7643 2.5",
               "PUT with null or an empty array clears the attribute"},
     .uses = "title emails",
     .steps = STEPS(MAKES_USER(",\"title\":\"T\",\"emails\":[{\"value\":\"$name@example.com\"}]"),
                    PUTS("{" USER("$name") ",\"title\":null,\"emails\":[]}", "200", NULL),
                    GETS("/Users/$id1", "{\"userName\":\"$name\",\"title\":null,"
                                        "\"emails\":null}"))},
    {.about = {"put.values", "P-036", LEVEL_MUST, "RFC 7644 3.5.1",
               "PUT replaces all values of a multi-valued attribute"},
     .uses = "emails",
     .steps = STEPS(MAKES_USER(",\"emails\":[{\"value\":\"$name-a@example.com\",\"type\":\"work\"},"
                               "{\"value\":\"$name-b@example.com\",\"type\":\"home\"}]"),
                    PUTS("{" USER("$name") ",\"emails\":[{\"value\":\"$name-c@example.com\","
                         "\"type\":\"work\"}]}", "200", NULL),
                    GETS("/Users/$id1", "{\"emails\":[{\"value\":\"$name-c@example.com\","
                                        "\"type\":\"work\"}]}"))},
    {.about = {"put.duplicate", "P-218 P-061", LEVEL_MUST, "RFC 7643 4.1.1",
               "PUT cannot take the userName of another"},
     .steps = STEPS(MAKES_TWO,
                    PUTS("{" USER("$name-2") "}", "4xx", NULL),
                    GETS("/Users/$id1", "{\"userName\":\"$name-1\"}"))},
    {.run = NULL},
};

const struct check delete_checks[] = {
    {.about = {"delete.status", "P-252", LEVEL_MUST, "RFC 7644 3.6",
               "DELETE answers 204 without a body"},
     .steps = STEPS(MAKES_USER(""), DELETES("204", "-"))},
    {.about = {"delete.gone", "P-253", LEVEL_MUST, "RFC 7644 3.6",
               "what was deleted answers 404 to GET, PUT and DELETE"},
     .steps = STEPS(MAKES_USER(""), DELETED,
                    {.method = "GET", .path = "/Users/$id1", .status = "404"},
                    PUTS("{" USER("$name") "}", "404", NULL), DELETES("404", NULL))},
    {.about = {"delete.gone-patch", "P-253", LEVEL_MUST, "RFC 7644 3.6",
               "what was deleted answers 404 to PATCH"},
     .needs = NEED_PATCH, .uses = "title",
     .steps = STEPS(MAKES_USER(""), DELETED,
                    {.method = "PATCH", .path = "/Users/$id1", .status = "404",
                     .body = PATCH("{\"op\":\"add\",\"path\":\"title\",\"value\":\"T\"}")})},
    {.about = {"delete.unfound", "P-253", LEVEL_MUST, "RFC 7644 3.6",
               "what was deleted is in no query any more"},
     .needs = NEED_FILTER,
     .steps = STEPS(MAKES_USER(""), DELETED, GETS("/Users?filter=userName eq \"$name\"",
                                                  "{\"totalResults\":0,\"Resources\":null}"))},
    {.about = {"delete.again", "P-254", LEVEL_SHOULD, "RFC 7644 3.6",
               "the userName of a deleted user can be used again"},
     .steps = STEPS(MAKES_USER(""), DELETED,
                    {.method = "POST", .path = "/Users", .body = "{" USER("$name") "}",
                     .status = "201"})},
    {.about = {"delete.unknown", "P-253", LEVEL_MUST, "RFC 7644 3.6",
               "DELETE of an unknown id answers 404"},
     .steps = STEPS({.method = "DELETE", .path = "/Users/$name-none", .status = "404"})},
    {.run = NULL},
};
// clang-format on
