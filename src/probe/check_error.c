// check_error.c: what refusals look like.
// SPDX-License-Identifier: Apache-2.0
#include "probe/check.h"

static const struct check_step anonymous = {
    .method = "GET", .path = "/Users?count=1", .header = "Authorization:", .status = "2xx 4xx"};

// RFC 7644 2.2 leaves anonymous requests to the server.
static bool is_challenged(struct probe *probe)
{
    if (!probe_step(probe, &anonymous)) {
        return false;
    }
    int status = probe->reply.answer.status;
    return status / 100 == 4 ||
           probe_skip(probe, "the server answers requests without credentials");
}

static void no_token_is_401(struct probe *probe)
{
    const struct check_step step = {.method = "GET",
                                    .path = "/Users?count=1",
                                    .header = "Authorization:",
                                    .status = "401",
                                    .heads = "WWW-Authenticate: *"};
    if (is_challenged(probe)) {
        (void)probe_step(probe, &step);
    }
}

static void no_token_is_explained(struct probe *probe)
{
    const struct check_step step = {.method = "GET",
                                    .path = "/Users?count=1",
                                    .header = "Authorization:",
                                    .status = "4xx",
                                    .want = "{\"schemas\":[\"" URN_ERROR "\"],\"status\":\"401\"}"};
    if (is_challenged(probe)) {
        (void)probe_step(probe, &step);
    }
}

#define BAD_BODY(text_, type_)                                                                     \
    {                                                                                              \
        .method = "POST", .path = "/Users", .body = text_, .status = "400", .want = type_          \
    }

const struct check error_checks[] = {
    {
        .about = {"error.body", "P-108", LEVEL_MUST, "RFC 7644 3.12",
                  "a refusal has a body of the Error schema with the status as a string"},
        .steps = STEPS({
            .method = "GET",
            .path = "/Users/$name-none",
            .status = "404",
            .want = "{\"schemas\":[\"" URN_ERROR "\"],\"status\":\"404\"}",
        }),
    },
    {
        .about = {"error.media", "P-096 P-097", LEVEL_SHOULD, "RFC 7644 3.12",
                  "a refusal is application/scim+json"},
        .steps = STEPS({
            .method = "GET",
            .path = "/Users/$name-none",
            .status = "404",
            .heads = "Content-Type: application/scim+json",
        }),
    },
    {
        .about = {"error.endpoint-body", "P-108", LEVEL_MUST, "RFC 7644 3.12",
                  "an endpoint that there is not answers with an Error, too"},
        .steps = STEPS({
            .method = "GET",
            .path = "/RosterCheckThings",
            .status = "404",
            .want = "{\"schemas\":[\"" URN_ERROR "\"],\"status\":\"404\"}",
        }),
    },
    {
        .about = {"error.syntax", "P-108", LEVEL_MUST, "RFC 7644 3.12",
                  "a body that is no JSON is refused with 400 and an Error"},
        .steps = STEPS(BAD_BODY("{\"userName\":\"$name\",",
                                "{\"schemas\":[\"" URN_ERROR "\"],\"status\":\"400\"}")),
    },
    {
        .about = {"error.syntax-type", "P-108", LEVEL_NOTE, "RFC 7644 3.12",
                  "the refusal of a body that is no JSON has the scimType invalidSyntax"},
        .steps = STEPS(BAD_BODY("{\"userName\":\"$name\",", "{\"scimType\":\"invalidSyntax\"}")),
    },
    {
        .about = {"error.not-an-object", "P-108", LEVEL_MUST, "RFC 7644 3.12",
                  "a body that is no object is refused with 400"},
        .steps = STEPS(BAD_BODY("[\"$name\"]", NULL)),
    },
    {
        .about = {"error.conflict-body", "P-108 P-118", LEVEL_MUST, "RFC 7644 3.12",
                  "a conflict has an Error with the status as a string"},
        .steps = STEPS(MAKES_USER(""),
                       {
                           .method = "POST",
                           .path = "/Users",
                           .body = "{" USER("$name") "}",
                           .status = "409",
                           .want = "{\"schemas\":[\"" URN_ERROR "\"],\"status\":\"409\"}",
                       }),
    },
    {
        .about = {"error.no-token", "P-346", LEVEL_MUST, "RFC 7644 2",
                  "a request without credentials is answered 401 with WWW-Authenticate"},
        .run = no_token_is_401,
    },
    {
        .about = {"error.no-token-body", "P-108", LEVEL_MUST, "RFC 7644 3.12",
                  "the refusal of a request without credentials has an Error"},
        .run = no_token_is_explained,
    },
    {
        .about = {"error.bad-token", "P-358 P-346", LEVEL_MUST, "RFC 6750 3.1",
                  "a token that is not valid is answered 401 with WWW-Authenticate"},
        .steps = STEPS({
            .method = "GET",
            .path = "/Users?count=1",
            .header = "Authorization: Bearer $name",
            .status = "401",
            .heads = "WWW-Authenticate: *",
        }),
    },
    {
        .about = {"error.media-type", "P-098", LEVEL_NOTE, "RFC 9110 15.5.16",
                  "a body of another media type is refused with 415"},
        .steps = STEPS({
            .method = "POST",
            .path = "/Users",
            .body = "userName=$name",
            .header = "Content-Type: text/plain",
            .status = "415",
        }),
    },
    {.run = NULL},
};
