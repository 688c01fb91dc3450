// check_create.c: POST.
// SPDX-License-Identifier: Apache-2.0
#include "probe/check.h"

static bool post(struct probe *probe, const char *body)
{
    const struct check_step step = {
        .method = "POST", .path = "/Users", .body = body, .status = "201", .prepares = true};
    return probe_step(probe, &step);
}

static void ids_differ(struct probe *probe)
{
    if (!post(probe, "{" USER("$name-1") "}") || !post(probe, "{" USER("$name-2") "}")) {
        return;
    }
    if (probe->id_count < 2) {
        probe_skip(probe, "the answers do not tell the ids");
    } else if (str_equal(probe->ids[0], probe->ids[1])) {
        probe_unmet(probe, "two users have the id \"%.*s\"", STR_ARGS(probe->ids[0]));
    } else if (str_contains(probe->ids[0], STR("bulkId"))) {
        probe_unmet(probe, "the id is \"%.*s\"", STR_ARGS(probe->ids[0]));
    }
}

// Refusing two primary values is as good as keeping one.
static void one_is_primary(struct probe *probe)
{
    const struct check_step step = {
        .method = "POST",
        .path = "/Users",
        .body = "{" USER(
            "$name") ",\"emails\":["
                     "{\"value\":\"$name-a@example.com\",\"type\":\"work\",\"primary\":true},"
                     "{\"value\":\"$name-b@example.com\",\"type\":\"home\",\"primary\":true}]}",
        .status = "2xx 400",
    };
    const struct check_step read = GETS("/Users/$id1", NULL);
    if (!probe_step(probe, &step) || probe->reply.answer.status == 400 ||
        !probe_step(probe, &read)) {
        return;
    }
    const struct roster_json *emails = json_find(probe->reply.json, STR("emails"));
    int count = 0;
    for (const struct roster_json *at = emails != NULL ? emails->first : NULL; at != NULL;
         at = at->next) {
        count += json_is(json_find(at, STR("primary")), JSON_TRUE);
    }
    if (count > 1) {
        probe_unmet(probe, "%d addresses of one user are primary", count);
    }
}

const struct check create_checks[] = {
    {
        .about = {"create.status", "P-117", LEVEL_MUST, "RFC 7644 3.3",
                  "creating a user answers 201 with a Location"},
        .steps = STEPS({
            .method = "POST",
            .path = "/Users",
            .body = "{" USER("$name") "}",
            .status = "201",
            .heads = "Location: *",
        }),
    },
    {
        .about = {"create.body", "P-117 P-053", LEVEL_SHOULD, "RFC 7644 3.3",
                  "the answer to a create is the new resource with its id"},
        .steps = STEPS({
            .method = "POST",
            .path = "/Users",
            .body = "{" USER("$name") "}",
            .status = "2xx",
            .want = "{\"id\":\"*string\",\"userName\":\"$name\",\"meta\":\"*object\"}",
        }),
    },
    {
        .about = {"create.id", "P-053 P-054", LEVEL_MUST, "RFC 7643 3.1",
                  "every resource has an id of its own, and none contains bulkId"},
        .run = ids_differ,
    },
    {
        .about = {"create.type", "P-119", LEVEL_MUST, "RFC 7644 3.3.1",
                  "meta.resourceType is the type of the endpoint"},
        .steps =
            STEPS(MAKES_USER(""), GETS("/Users/$id1", "{\"meta\":{\"resourceType\":\"User\"}}")),
    },
    {
        .about = {"create.location", "P-104 P-117", LEVEL_MUST, "RFC 7644 3.3",
                  "meta.location is what the Location header said"},
        .steps =
            STEPS(MAKES_USER(""), GETS("/Users/$id1", "{\"meta\":{\"location\":\"$location\"}}")),
    },
    {
        .about = {"create.readonly", "P-114 P-053 P-058", LEVEL_MUST, "RFC 7644 3.3",
                  "values for readOnly attributes in a create are ignored"},
        .steps = STEPS({
            .method = "POST",
            .path = "/Users",
            .body = "{" USER("$name") ",\"id\":\"$name-id\",\"groups\":[{\"value\":\"$name-g\"}],"
                                      "\"meta\":{\"resourceType\":\"Robot\"}}",
            .status = "201",
            .want = "{\"id-\":\"$name-id\",\"groups\":null,\"meta\":{\"resourceType-\":\"Robot\"}}",
        }),
    },
    {
        .about = {"create.required", "P-116 P-061", LEVEL_MUST, "RFC 7643 4.1.1",
                  "a user without userName is refused"},
        .uses = "displayName",
        .steps = STEPS({
            .method = "POST",
            .path = "/Users",
            .body = "{\"schemas\":[\"" URN_USER "\"],\"displayName\":\"$name\"}",
            .status = "400",
        }),
    },
    {
        .about = {"create.duplicate", "P-118", LEVEL_MUST, "RFC 7644 3.3",
                  "a userName that is taken is refused with 409 uniqueness"},
        .steps = STEPS(MAKES_USER(""),
                       {
                           .method = "POST",
                           .path = "/Users",
                           .body = "{" USER("$name") "}",
                           .status = "409",
                           .want = "{\"scimType\":\"uniqueness\"}",
                       }),
    },
    {
        .about = {"create.duplicate-case", "P-061", LEVEL_MUST, "RFC 7643 4.1.1",
                  "userName is unique ignoring case"},
        .steps = STEPS(MAKES("/Users", "{" USER("$name-Same") "}"),
                       {
                           .method = "POST",
                           .path = "/Users",
                           .body = "{" USER("$name-sAME") "}",
                           .status = "409",
                       }),
    },
    {
        .about = {"create.null", "P-029 P-030", LEVEL_MUST, "RFC 7643 2.5",
                  "null and an empty array stand for no value"},
        .uses = "title emails",
        .steps = STEPS(
            {
                .method = "POST",
                .path = "/Users",
                .body = "{" USER("$name") ",\"title\":null,\"emails\":[]}",
                .status = "201",
            },
            GETS("/Users/$id1", "{\"userName\":\"$name\",\"title\":null,\"emails\":null}")),
    },
    {
        .about = {"create.name-case", "P-001", LEVEL_MUST, "RFC 7643 2.1",
                  "attribute names are read ignoring case"},
        .uses = "title",
        .steps = STEPS(
            {
                .method = "POST",
                .path = "/Users",
                .body = "{\"schemas\":[\"" URN_USER "\"],\"USERNAME\":\"$name\",\"tItLe\":\"T\"}",
                .status = "201",
            },
            GETS("/Users/$id1", "{\"userName\":\"$name\",\"title\":\"T\"}")),
    },
    {
        .about = {"create.values", "P-021 P-123", LEVEL_MUST, "RFC 7644 3.3",
                  "what was created can be read"},
        .uses = "displayName title name emails",
        .steps =
            STEPS(MAKES_USER(",\"displayName\":\"D\",\"title\":\"T\",\"name\":{\"givenName\":\"G\","
                             "\"familyName\":\"F\"},\"emails\":[{\"value\":\"$name@example.com\","
                             "\"type\":\"work\",\"primary\":true}]"),
                  GETS("/Users/$id1",
                       "{\"displayName\":\"D\",\"title\":\"T\",\"name\":{\"givenName\":\"G\","
                       "\"familyName\":\"F\"},\"emails\":[{\"value\":\"$name@example.com\","
                       "\"type\":\"work\",\"primary\":true}]}")),
    },
    {
        .about = {"create.external-id", "P-056", LEVEL_MUST, "RFC 7643 3.1",
                  "externalId is kept as the client gave it"},
        .steps = STEPS(MAKES_USER(",\"externalId\":\"$name-Ex\""),
                       GETS("/Users/$id1", "{\"externalId\":\"$name-Ex\"}")),
    },
    {
        .about = {"create.unicode", "P-095", LEVEL_MUST, "RFC 7644 3.8",
                  "text beyond ASCII comes back as it was sent"},
        .uses = "displayName",
        .steps = STEPS(
            MAKES_USER(",\"displayName\":\"Zo\u00eb \u6771\u4eac \\ud83d\\ude00\""),
            GETS("/Users/$id1", "{\"displayName\":\"Zo\u00eb \u6771\u4eac \\ud83d\\ude00\"}")),
    },
    {
        .about = {"create.extension", "P-045 P-049", LEVEL_MUST, "RFC 7643 3.3",
                  "extension attributes stand under the URI of their schema, which schemas names"},
        .needs = NEED_ENTERPRISE,
        .steps =
            STEPS(MAKES("/Users",
                        "{\"schemas\":[\"" URN_USER "\",\"" URN_ENTERPRISE "\"],"
                        "\"userName\":\"$name\",\"" URN_ENTERPRISE "\":{\"department\":\"D\"}}"),
                  GETS("/Users/$id1", "{\"schemas+\":[\"" URN_USER "\",\"" URN_ENTERPRISE "\"],"
                                      "\"" URN_ENTERPRISE "\":{\"department\":\"D\"}}")),
    },
    {
        .about = {"create.password", "P-064 P-136", LEVEL_MUST, "RFC 7643 4.1.1",
                  "a password is never returned"},
        .uses = "password",
        .steps = STEPS(
            {
                .method = "POST",
                .path = "/Users",
                .body = "{" USER("$name") ",\"password\":\"Xk-29-$name\"}",
                .status = "201",
                .want = "{\"password\":null}",
            },
            GETS("/Users/$id1", "{\"userName\":\"$name\",\"password\":null}")),
    },
    {
        .about = {"create.primary", "P-024", LEVEL_MUST, "RFC 7643 2.4",
                  "at most one value of an attribute is primary"},
        .uses = "emails",
        .run = one_is_primary,
    },
    {
        .about = {"create.value-type", "P-013", LEVEL_SHOULD, "RFC 7644 3.12",
                  "a value of another type than its attribute's is refused with 400"},
        .uses = "emails",
        .steps = STEPS({
            .method = "POST",
            .path = "/Users",
            .body = "{" USER("$name") ",\"emails\":42}",
            .status = "400",
        }),
    },
    {.run = NULL},
};
