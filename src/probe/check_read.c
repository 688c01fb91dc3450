// check_read.c: GET of one resource, and media types.
// SPDX-License-Identifier: Apache-2.0
#include "probe/check.h"

const struct check read_checks[] = {
    {
        .about = {"read.user", "P-123 P-044", LEVEL_MUST, "RFC 7644 3.4.1",
                  "GET of a known id answers 200 with the bare resource"},
        .steps = STEPS(MAKES_USER(""),
                       GETS("/Users/$id1", "{\"schemas+\":[\"" URN_USER "\"],\"id\":\"$id1\","
                                           "\"userName\":\"$name\",\"Resources\":null}")),
    },
    {
        .about = {"read.unknown", "P-123", LEVEL_MUST, "RFC 7644 3.4.1",
                  "GET of an unknown id answers 404"},
        .steps = STEPS({.method = "GET", .path = "/Users/$name-none", .status = "404"}),
    },
    {
        .about = {"read.media", "P-096", LEVEL_MUST, "RFC 7644 3.8",
                  "asked for application/scim+json, the server answers with it"},
        .steps = STEPS(MAKES_USER(""),
                       {
                           .method = "GET",
                           .path = "/Users/$id1",
                           .status = "200",
                           .heads = "Content-Type: application/scim+json",
                       }),
    },
    {
        .about = {"read.media-default", "P-096", LEVEL_MUST, "RFC 7644 3.8",
                  "asked for no media type, the server answers with application/scim+json"},
        .steps = STEPS(MAKES_USER(""),
                       {
                           .method = "GET",
                           .path = "/Users/$id1",
                           .header = "Accept:",
                           .status = "200",
                           .heads = "Content-Type: application/scim+json",
                       }),
    },
    {
        .about = {"read.media-json", "P-096", LEVEL_SHOULD, "RFC 7644 3.8",
                  "application/json may be asked for"},
        .steps = STEPS(MAKES_USER(""),
                       {
                           .method = "GET",
                           .path = "/Users/$id1",
                           .header = "Accept: application/json",
                           .status = "200",
                           .want = "{\"userName\":\"$name\"}",
                       }),
    },
    {
        .about = {"read.meta", "P-119 P-104", LEVEL_SHOULD, "RFC 7643 3.1",
                  "meta has the type, the location and both times"},
        .steps = STEPS(MAKES_USER(""),
                       GETS("/Users/$id1",
                            "{\"meta\":{\"resourceType\":\"User\",\"location\":\"*string\","
                            "\"created\":\"*string\",\"lastModified\":\"*string\"}}")),
    },
    {
        .about = {"read.list", "P-124", LEVEL_MUST, "RFC 7644 3.4.2",
                  "a query answers with a ListResponse that counts all matches"},
        .steps =
            STEPS(MAKES_USER(""),
                  GETS("/Users?count=2", "{\"schemas\":[\"" URN_LIST "\"],"
                                         "\"totalResults\":\"*number\",\"Resources\":\"*array\"}")),
    },
    {
        .about = {"read.unknown-parameter", "P-102", LEVEL_SHOULD, "RFC 7644 3.4.2",
                  "a query parameter that the server does not know is ignored"},
        .steps =
            STEPS(MAKES_USER(""), GETS("/Users/$id1?roster-check=1", "{\"userName\":\"$name\"}")),
    },
    {
        .about = {"read.endpoint", "P-108", LEVEL_MUST, "RFC 7644 3.12",
                  "an endpoint that there is not answers 404"},
        .steps = STEPS({.method = "GET", .path = "/RosterCheckThings", .status = "404"}),
    },
    {.run = NULL},
};
