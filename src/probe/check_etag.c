// check_etag.c: versions and conditional requests, on servers that say they have them.
// SPDX-License-Identifier: Apache-2.0
#include "probe/check.h"

#define CHANGES(header_, status_)                                                                  \
    {                                                                                              \
        .method = "PUT", .path = "/Users/$id1", .header = header_, .status = status_,              \
        .body = "{" USER("$name") ",\"title\":\"U\"}"                                              \
    }
#define ETAG_ROW(id_, requirements_, level_, section_, title_)                                     \
    .about = {"etag." id_, requirements_, level_, section_, title_}, .needs = NEED_ETAG,           \
    .uses = "title"
#define STALE_TAG "If-Match: W/\"roster-check-stale\""

static void tag_is_well_formed(struct probe *probe)
{
    const struct check_step made = MAKES_USER("");
    const struct check_step read = {
        .method = "GET", .path = "/Users/$id1", .status = "200", .heads = "ETag: *"};
    str tag = {0};
    if (!probe_step(probe, &made) || !probe_step(probe, &read) ||
        !http_answer_header(&probe->reply.answer, STR("ETag"), &tag)) {
        return;
    }
    str opaque = tag.len > 2 && tag.ptr[0] == 'W' && tag.ptr[1] == '/' ? str_tail(tag, 2) : tag;
    if (opaque.len < 2 || opaque.ptr[0] != '"' || opaque.ptr[opaque.len - 1] != '"') {
        probe_unmet(probe, "the ETag is %.*s", STR_ARGS(tag));
    }
}

// One row a check.
// clang-format off
const struct check etag_checks[] = {
    {ETAG_ROW("form", "P-283 P-284", LEVEL_MUST, "RFC 9110 8.8.3",
              "a resource comes with an ETag in quotes"), .run = tag_is_well_formed},
    {ETAG_ROW("version", "P-283", LEVEL_MUST, "RFC 7643 3.1",
              "meta.version is the ETag"),
     .steps = STEPS(MAKES_USER(""),
                    {.method = "GET", .path = "/Users/$id1", .status = "200", .prepares = true},
                    GETS("/Users/$id1", "{\"meta\":{\"version\":\"$etag\"}}"))},
    {ETAG_ROW("not-modified", "P-286", LEVEL_MUST, "RFC 9110 13.1.2",
              "GET with the current tag in If-None-Match answers 304 without a body"),
     .steps = STEPS(MAKES_USER(""),
                    {.method = "GET", .path = "/Users/$id1", .status = "200", .prepares = true},
                    {.method = "GET", .path = "/Users/$id1", .header = "If-None-Match: $etag",
                     .status = "304", .want = "-"})},
    {ETAG_ROW("modified", "P-286", LEVEL_MUST, "RFC 9110 13.1.2",
              "after a change the old tag in If-None-Match answers 200"),
     .steps = STEPS(MAKES_USER(""),
                    {.method = "GET", .path = "/Users/$id1", .status = "200", .prepares = true},
                    CHANGES(NULL, "200"),
                    {.method = "GET", .path = "/Users/$id1", .header = "If-None-Match: $etag",
                     .status = "200", .want = "{\"title\":\"U\"}"})},
    {ETAG_ROW("match", "P-287 P-288", LEVEL_SHOULD, "RFC 7644 3.14",
              "PUT with the current tag in If-Match is done"),
     .steps = STEPS(MAKES_USER(""),
                    {.method = "GET", .path = "/Users/$id1", .status = "200", .prepares = true},
                    CHANGES("If-Match: $etag", "200"))},
    {ETAG_ROW("stale-put", "P-287", LEVEL_MUST, "RFC 9110 13.1.1",
              "PUT with another tag in If-Match answers 412 and changes nothing"),
     .steps = STEPS(MAKES_USER(",\"title\":\"T\""), CHANGES(STALE_TAG, "412"),
                    GETS("/Users/$id1", "{\"title\":\"T\"}"))},
    {ETAG_ROW("stale-delete", "P-287 P-257", LEVEL_MUST, "RFC 9110 13.1.1",
              "DELETE with another tag in If-Match answers 412 and deletes nothing"),
     .steps = STEPS(MAKES_USER(""),
                    {.method = "DELETE", .path = "/Users/$id1", .header = STALE_TAG,
                     .status = "412"},
                    GETS("/Users/$id1", "{\"id\":\"$id1\"}"))},
    {.about = {"etag.stale-patch", "P-287", LEVEL_MUST, "RFC 9110 13.1.1",
               "PATCH with another tag in If-Match answers 412 and changes nothing"},
     .needs = NEED_ETAG | NEED_PATCH, .uses = "title",
     .steps = STEPS(MAKES_USER(",\"title\":\"T\""),
                    {.method = "PATCH", .path = "/Users/$id1", .header = STALE_TAG,
                     .status = "412",
                     .body = PATCH("{\"op\":\"replace\",\"path\":\"title\",\"value\":\"U\"}")},
                    GETS("/Users/$id1", "{\"title\":\"T\"}"))},
    {.run = NULL},
};
// clang-format on
