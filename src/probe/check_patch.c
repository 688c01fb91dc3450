// check_patch.c: PATCH on attributes with one value.
// SPDX-License-Identifier: Apache-2.0
#include "probe/patches.h"

// 200 with the whole resource, or 204 with nothing.
static void answer_is_whole(struct probe *probe)
{
    const struct check_step made = MAKES_USER("");
    const struct check_step change = {.method = "PATCH",
                                      .path = "/Users/$id1",
                                      .body = PATCH(OP("add", "title", "\"T\"")),
                                      .status = "200 204"};
    if (!probe_step(probe, &made) || !probe_step(probe, &change)) {
        return;
    }
    const struct reply *reply = &probe->reply;
    if (reply->answer.status == 204 && reply->answer.body.len > 0) {
        probe_unmet(probe, "204 comes with a body");
    } else if (reply->answer.status == 200 &&
               (json_find_text(reply->json, STR("userName")).len == 0 ||
                !str_equal(json_find_text(reply->json, STR("title")), STR("T")))) {
        probe_unmet(probe, "200 comes without the whole changed resource");
    }
}

// One row a check.
// clang-format off
const struct check patch_checks[] = {
    {PATCH_ABOUT("answer", "P-234", "RFC 7644 3.5.2",
                 "PATCH answers 200 with the whole resource or 204 without a body"),
     .uses = "title", .run = answer_is_whole},
    {PATCH_ABOUT("unknown", "P-123", "RFC 7644 3.12", "PATCH of an unknown id answers 404"),
     .steps = STEPS({.method = "PATCH", .path = "/Users/$name-none", .status = "404",
                     .body = PATCH(OP("add", "title", "\"T\""))})},
    {PATCH_ABOUT("add.simple", "P-226", "RFC 7644 3.5.2.1",
                 "add gives a value to an attribute without one"), .uses = "nickName",
     .steps = STEPS(STARTS, PATCHES(OP("add", "nickName", "\"N\"")), THEN("{\"nickName\":\"N\"}"))},
    {PATCH_ABOUT("add.existing", "P-226", "RFC 7644 3.5.2.1",
                 "add replaces the value of an attribute that has one"), .uses = "nickName",
     .steps = STEPS(MAKES_USER(",\"nickName\":\"M\""), PATCHES(OP("add", "nickName", "\"N\"")),
                    THEN("{\"nickName\":\"N\"}"))},
    {PATCH_ABOUT("add.same", "P-060 P-235", "RFC 7644 3.5.2.1",
                 "add of the value that is there does not touch lastModified"), .uses = "nickName",
     .steps = STEPS(MAKES_USER(",\"nickName\":\"N\""),
                    {.method = "GET", .path = "/Users/$id1", .status = "200", .prepares = true},
                    PATCHES(OP("add", "nickName", "\"N\"")),
                    THEN("{\"nickName\":\"N\",\"meta\":{\"lastModified\":\"$modified\"}}"))},
    {PATCH_ABOUT("add.complex", "P-226", "RFC 7644 3.5.2.1",
                 "add to a complex attribute keeps the sub-attributes that it does not name"),
     .uses = "name",
     .steps = STEPS(STARTS, PATCHES(OP("add", "name", "{\"givenName\":\"C\"}")),
                    THEN("{\"name\":{\"givenName\":\"C\",\"familyName\":\"B\"}}"))},
    {PATCH_ABOUT("add.sub-attribute", "P-226", "RFC 7644 3.5.2.1",
                 "add sets a sub-attribute"), .uses = "name",
     .steps = STEPS(STARTS, PATCHES(OP("add", "name.middleName", "\"M\"")),
                    THEN("{\"name\":{\"givenName\":\"A\",\"middleName\":\"M\","
                         "\"familyName\":\"B\"}}"))},
    {PATCH_ABOUT("add.parent-absent", "P-226", "RFC 7644 3.5.2.1",
                 "add of a sub-attribute makes its parent"), .uses = "name",
     .steps = STEPS(MAKES_USER(""), PATCHES(OP("add", "name.givenName", "\"G\"")),
                    THEN("{\"name\":{\"givenName\":\"G\"}}"))},
    {PATCH_ABOUT("add.pathless", "P-222", "RFC 7644 3.5.2.1",
                 "add without a path adds each member of its value"), .uses = "title name",
     .steps = STEPS(STARTS,
                    PATCHES(OP_WHOLE("add", "{\"title\":\"T\",\"name\":{\"givenName\":\"C\"}}")),
                    THEN("{\"title\":\"T\",\"name\":{\"givenName\":\"C\",\"familyName\":\"B\"},"
                         "\"emails\":[" WORK "," HOME "]}"))},
    {PATCH_ABOUT("replace.simple", "P-226", "RFC 7644 3.5.2.3",
                 "replace exchanges a value"), .uses = "nickName",
     .steps = STEPS(MAKES_USER(",\"nickName\":\"M\""), PATCHES(OP("replace", "nickName", "\"N\"")),
                    THEN("{\"nickName\":\"N\"}"))},
    {PATCH_ABOUT("replace.absent", "P-226", "RFC 7644 3.5.2.3",
                 "replace of an attribute without a value adds it"), .uses = "nickName",
     .steps = STEPS(STARTS, PATCHES(OP("replace", "nickName", "\"N\"")),
                    THEN("{\"nickName\":\"N\"}"))},
    {PATCH_ABOUT("replace.complex", "P-226", "RFC 7644 3.5.2.3",
                 "replace of a complex attribute keeps the sub-attributes that it does not name"),
     .uses = "name",
     .steps = STEPS(STARTS, PATCHES(OP("replace", "name", "{\"givenName\":\"C\"}")),
                    THEN("{\"name\":{\"givenName\":\"C\",\"familyName\":\"B\"}}"))},
    {PATCH_ABOUT("replace.sub-attribute", "P-226", "RFC 7644 3.5.2.3",
                 "replace of a sub-attribute keeps its neighbours"), .uses = "name",
     .steps = STEPS(STARTS, PATCHES(OP("replace", "name.givenName", "\"C\"")),
                    THEN("{\"name\":{\"givenName\":\"C\",\"familyName\":\"B\"}}"))},
    {PATCH_ABOUT("replace.sub-absent", "P-226", "RFC 7644 3.5.2.3",
                 "replace of a sub-attribute without a value adds it"), .uses = "name",
     .steps = STEPS(STARTS, PATCHES(OP("replace", "name.middleName", "\"M\"")),
                    THEN("{\"name\":{\"givenName\":\"A\",\"middleName\":\"M\","
                         "\"familyName\":\"B\"}}"))},
    {PATCH_ABOUT("replace.pathless", "P-222", "RFC 7644 3.5.2.3",
                 "replace without a path leaves alone what its value does not name"),
     .uses = "title name",
     .steps = STEPS(STARTS, PATCHES(OP_WHOLE("replace",
                                             "{\"name\":{\"givenName\":\"Z\"},\"title\":\"T\"}")),
                    THEN("{\"title\":\"T\",\"name\":{\"givenName\":\"Z\",\"familyName\":\"B\"},"
                         "\"emails\":[" WORK "," HOME "]}"))},
    {PATCH_ABOUT("replace.active", "P-226", "RFC 7644 3.5.2.3", "replace switches a boolean off"),
     .uses = "active",
     .steps = STEPS(MAKES_USER(",\"active\":true"), PATCHES(OP("replace", "active", "false")),
                    THEN("{\"active\":false}"))},
    {PATCH_ABOUT("replace.null", "P-237 P-030", "RFC 7643 2.5",
                 "replace with null takes the value away"), .uses = "nickName",
     .steps = STEPS(MAKES_USER(",\"nickName\":\"N\""), PATCHES(OP("replace", "nickName", "null")),
                    THEN("{\"userName\":\"$name\",\"nickName\":null}"))},
    {PATCH_ABOUT("remove.simple", "P-222", "RFC 7644 3.5.2.2", "remove takes a value away"),
     .uses = "nickName",
     .steps = STEPS(MAKES_USER(",\"nickName\":\"N\""), PATCHES(OP_REMOVE("nickName")),
                    THEN("{\"userName\":\"$name\",\"nickName\":null}"))},
    {PATCH_ABOUT("remove.complex", "P-222", "RFC 7644 3.5.2.2",
                 "remove takes a complex attribute away"), .uses = "name",
     .steps = STEPS(STARTS, PATCHES(OP_REMOVE("name")),
                    THEN("{\"userName\":\"$name\",\"name\":null}"))},
    {PATCH_ABOUT("remove.sub-attribute", "P-222", "RFC 7644 3.5.2.2",
                 "remove takes one sub-attribute away"), .uses = "name",
     .steps = STEPS(STARTS, PATCHES(OP_REMOVE("name.givenName")),
                    THEN("{\"name\":{\"givenName\":null,\"familyName\":\"B\"}}"))},
    {PATCH_ABOUT("order", "P-227", "RFC 7644 3.5.2",
                 "each operation works on what the one before it left"), .uses = "nickName title",
     .steps = STEPS(MAKES_USER(",\"title\":\"T\""),
                    PATCHES(OP("add", "nickName", "\"M\"") ","
                            OP("replace", "nickName", "\"N\"") "," OP_REMOVE("title") ","
                            OP("add", "title", "\"U\"")),
                    THEN("{\"nickName\":\"N\",\"title\":\"U\"}"))},
    {PATCH_ABOUT("name-case", "P-001", "RFC 7643 2.1", "paths are read ignoring case"),
     .uses = "nickName",
     .steps = STEPS(MAKES_USER(",\"nickName\":\"M\""), PATCHES(OP("replace", "NICKname", "\"N\"")),
                    THEN("{\"nickName\":\"N\"}"))},
    {PATCH_ABOUT("urn", "P-225 P-139", "RFC 7644 3.10",
                 "a path may begin with the URI of its schema"), .uses = "nickName",
     .steps = STEPS(STARTS, PATCHES(OP("add", URN_USER ":nickName", "\"N\"")),
                    THEN("{\"nickName\":\"N\"}"))},
    {.about = {"patch.add.extension", "P-232 P-225", LEVEL_MUST, "RFC 7644 3.5.2",
               "add to an extension makes it, and schemas names it"},
     .needs = NEED_PATCH | NEED_ENTERPRISE,
     .steps = STEPS(STARTS, PATCHES(OP("add", URN_ENTERPRISE ":costCenter", "\"9\"")),
                    THEN("{\"schemas+\":[\"" URN_ENTERPRISE "\"],\"" URN_ENTERPRISE
                         "\":{\"costCenter\":\"9\"}}"))},
    {.about = {"patch.remove.extension", "P-225", LEVEL_MUST, "RFC 7644 3.5.2.2",
               "remove takes an attribute of an extension away"},
     .needs = NEED_PATCH | NEED_ENTERPRISE,
     .steps = STEPS(MAKES("/Users", "{\"schemas\":[\"" URN_USER "\",\"" URN_ENTERPRISE "\"],"
                          "\"userName\":\"$name\",\"" URN_ENTERPRISE
                          "\":{\"costCenter\":\"9\",\"division\":\"V\"}}"),
                    PATCHES(OP_REMOVE(URN_ENTERPRISE ":costCenter")),
                    THEN("{\"" URN_ENTERPRISE "\":{\"costCenter\":null,\"division\":\"V\"}}"))},
    {.run = NULL},
};
// clang-format on
