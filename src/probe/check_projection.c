// check_projection.c: attributes and excludedAttributes.
// SPDX-License-Identifier: Apache-2.0
#include "probe/check.h"

#define MAKES_ANN                                                                                  \
    MAKES_USER(",\"displayName\":\"Ann\",\"title\":\"T\",\"name\":{\"givenName\":\"A\","           \
               "\"familyName\":\"B\"}")
#define ONLY_TITLE "{\"id\":\"*string\",\"title\":\"T\",\"displayName\":null,\"name\":null}"
#define PROJECTION_ROW(id_, requirements_, section_, title_)                                       \
    .about = {"projection." id_, requirements_, LEVEL_MUST, section_, title_},                     \
    .uses = "displayName title name"

// One row a check.
// clang-format off
const struct check projection_checks[] = {
    {PROJECTION_ROW("attributes", "P-134", "RFC 7644 3.4.2.5",
                    "attributes asks for those named alone"),
     .steps = STEPS(MAKES_ANN, GETS("/Users/$id1?attributes=title", ONLY_TITLE))},
    {PROJECTION_ROW("several", "P-134", "RFC 7644 3.9", "names stand between commas"),
     .steps = STEPS(MAKES_ANN, GETS("/Users/$id1?attributes=title,displayName",
                                    "{\"title\":\"T\",\"displayName\":\"Ann\",\"name\":null}"))},
    {PROJECTION_ROW("always", "P-136", "RFC 7644 3.9", "id comes whatever is asked for"),
     .steps = STEPS(MAKES_ANN, GETS("/Users/$id1?attributes=title", "{\"id\":\"$id1\"}"),
                    GETS("/Users/$id1?excludedAttributes=id", "{\"id\":\"$id1\"}"))},
    {PROJECTION_ROW("excluded", "P-134", "RFC 7644 3.4.2.5",
                    "excludedAttributes asks for all but those named"),
     .steps = STEPS(MAKES_ANN, GETS("/Users/$id1?excludedAttributes=title",
                                    "{\"title\":null,\"displayName\":\"Ann\"}"))},
    {PROJECTION_ROW("sub-attribute", "P-137", "RFC 7644 3.10",
                    "a sub-attribute can be asked for alone"),
     .steps = STEPS(MAKES_ANN, GETS("/Users/$id1?attributes=name.givenName",
                                    "{\"name\":{\"givenName\":\"A\",\"familyName\":null}}"))},
    {PROJECTION_ROW("name-case", "P-139", "RFC 7644 3.10", "names are read ignoring case"),
     .steps = STEPS(MAKES_ANN, GETS("/Users/$id1?attributes=TITLE", ONLY_TITLE))},
    {PROJECTION_ROW("urn", "P-139", "RFC 7644 3.10",
                    "a name may begin with the URI of its schema"),
     .steps = STEPS(MAKES_ANN, GETS("/Users/$id1?attributes=" URN_USER ":title", ONLY_TITLE))},
    {PROJECTION_ROW("never", "P-136 P-064", "RFC 7643 7",
                    "a password does not come even when it is asked for"),
     .steps = STEPS(MAKES_ANN, GETS("/Users/$id1?attributes=title,password",
                                    "{\"title\":\"T\",\"password\":null}"))},
    {PROJECTION_ROW("list", "P-134", "RFC 7644 3.4.2.5", "attributes applies to queries"),
     .needs = NEED_FILTER,
     .steps = STEPS(MAKES_ANN, GETS("/Users?attributes=title&filter=userName eq \"$name\"",
                                    "{\"Resources\":[" ONLY_TITLE "]}"))},
    {PROJECTION_ROW("post", "P-134", "RFC 7644 3.9", "attributes applies to the answer of a POST"),
     .steps = STEPS({.method = "POST", .path = "/Users?attributes=title", .status = "201",
                     .body = "{" USER("$name") ",\"displayName\":\"Ann\",\"title\":\"T\"}",
                     .want = ONLY_TITLE})},
    {PROJECTION_ROW("put", "P-134", "RFC 7644 3.9", "attributes applies to the answer of a PUT"),
     .steps = STEPS(MAKES_ANN,
                    {.method = "PUT", .path = "/Users/$id1?attributes=title", .status = "200",
                     .body = "{" USER("$name") ",\"displayName\":\"Ann\",\"title\":\"T\"}",
                     .want = ONLY_TITLE})},
    {PROJECTION_ROW("patch", "P-143 P-134", "RFC 7644 3.5.2",
                    "a PATCH that asks for attributes is answered 200 with them"),
     .needs = NEED_PATCH,
     .steps = STEPS(MAKES_ANN,
                    {.method = "PATCH", .path = "/Users/$id1?attributes=title", .status = "200",
                     .body = PATCH("{\"op\":\"replace\",\"path\":\"displayName\","
                                   "\"value\":\"Eve\"}"),
                     .want = ONLY_TITLE})},
    {.about = {"projection.extension", "P-139", LEVEL_MUST, "RFC 7644 3.10",
               "an attribute of an extension is asked for with the URI of its schema"},
     .needs = NEED_ENTERPRISE,
     .steps = STEPS(MAKES("/Users", "{\"schemas\":[\"" URN_USER "\",\"" URN_ENTERPRISE "\"],"
                          "\"userName\":\"$name\",\"" URN_ENTERPRISE
                          "\":{\"department\":\"D\",\"division\":\"V\"}}"),
                    GETS("/Users/$id1?attributes=" URN_ENTERPRISE ":department",
                         "{\"" URN_ENTERPRISE "\":{\"department\":\"D\",\"division\":null}}"))},
    {.run = NULL},
};
// clang-format on
