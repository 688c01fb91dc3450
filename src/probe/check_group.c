// check_group.c: groups and their members.
// SPDX-License-Identifier: Apache-2.0
#include "probe/check.h"

#define MAKES_TEAM(more) MAKES("/Groups", "{" GROUP("$name") more "}")
#define MEMBER(id) "{\"value\":\"" id "\"}"
#define MAKES_TWO MAKES("/Users", "{" USER("$name-1") "}"), MAKES("/Users", "{" USER("$name-2") "}")
#define PATCHES_TEAM(operation)                                                                    \
    {                                                                                              \
        .method = "PATCH", .path = "/Groups/$id3", .status = "200 204", .body = PATCH(operation)   \
    }
#define HAS(members) GETS("/Groups/$id3", "{\"members\":[" members "]}")
#define GROUP_ROW(id_, requirements_, section_, title_)                                            \
    .about = {"group." id_, requirements_, LEVEL_MUST, section_, title_}, .needs = NEED_GROUPS
#define PATCH_ROW(id_, requirements_, section_, title_)                                            \
    .about = {"group." id_, requirements_, LEVEL_MUST, section_, title_},                          \
    .needs = NEED_GROUPS | NEED_PATCH

// One row a check.
// clang-format off
const struct check group_checks[] = {
    {GROUP_ROW("create", "P-117 P-119", "RFC 7644 3.3", "creating a group answers 201"),
     .steps = STEPS({.method = "POST", .path = "/Groups", .body = "{" GROUP("$name") "}",
                     .status = "201", .heads = "Location: *"},
                    GETS("/Groups/$id1", "{\"schemas+\":[\"" URN_GROUP "\"],"
                         "\"displayName\":\"$name\",\"meta\":{\"resourceType\":\"Group\"}}"))},
    {GROUP_ROW("required", "P-116", "RFC 7643 4.2", "a group without displayName is refused"),
     .steps = STEPS({.method = "POST", .path = "/Groups", .status = "400",
                     .body = "{\"schemas\":[\"" URN_GROUP "\"],\"externalId\":\"$name\"}"})},
    {GROUP_ROW("members", "P-021", "RFC 7643 4.2", "a group is created with its members"),
     .steps = STEPS(MAKES_TWO, MAKES_TEAM(",\"members\":[" MEMBER("$id1") "," MEMBER("$id2") "]"),
                    HAS(MEMBER("$id1") "," MEMBER("$id2")))},
    {GROUP_ROW("of-user", "P-069", "RFC 7643 4.1.2", "a user's groups are those it is a member of"),
     .uses = "groups",
     .steps = STEPS(MAKES_TWO, MAKES_TEAM(",\"members\":[" MEMBER("$id1") "]"),
                    GETS("/Users/$id1", "{\"groups\":[{\"value\":\"$id3\"}]}"),
                    GETS("/Users/$id2", "{\"id\":\"$id2\",\"groups\":null}"))},
    {GROUP_ROW("put", "P-209", "RFC 7644 3.5.1", "PUT replaces the members"),
     .steps = STEPS(MAKES_TWO, MAKES_TEAM(",\"members\":[" MEMBER("$id1") "]"),
                    {.method = "PUT", .path = "/Groups/$id3", .status = "200",
                     .body = "{" GROUP("$name") ",\"members\":[" MEMBER("$id2") "]}"},
                    HAS(MEMBER("$id2")))},
    {.about = {"group.filter", "P-145", LEVEL_MUST, "RFC 7644 3.4.2.2",
               "a group is found by its name"},
     .needs = NEED_GROUPS | NEED_FILTER,
     .steps = STEPS(MAKES_TEAM(""),
                    GETS("/Groups?filter=displayName eq \"$name\"",
                         "{\"totalResults\":1,\"Resources\":[{\"id\":\"$id1\"}]}"))},
    {PATCH_ROW("add", "P-226", "RFC 7644 3.5.2.1", "PATCH add puts a member beside the others"),
     .steps = STEPS(MAKES_TWO, MAKES_TEAM(",\"members\":[" MEMBER("$id1") "]"),
                    PATCHES_TEAM("{\"op\":\"add\",\"path\":\"members\",\"value\":["
                                 MEMBER("$id2") "]}"),
                    HAS(MEMBER("$id1") "," MEMBER("$id2")))},
    {.about = {"group.add-again", "P-076 P-235", LEVEL_SHOULD, "RFC 7644 3.5.2.1",
               "PATCH add of somebody who is a member already changes nothing"},
     .needs = NEED_GROUPS | NEED_PATCH,
     .steps = STEPS(MAKES_TWO, MAKES_TEAM(",\"members\":[" MEMBER("$id1") "]"),
                    PATCHES_TEAM("{\"op\":\"add\",\"path\":\"members\",\"value\":["
                                 MEMBER("$id1") "]}"),
                    HAS(MEMBER("$id1")))},
    {PATCH_ROW("add-again-time", "P-060 P-235", "RFC 7644 3.5.2.1",
               "PATCH add of somebody who is a member already does not touch lastModified"),
     .steps = STEPS(MAKES_TWO, MAKES_TEAM(",\"members\":[" MEMBER("$id1") "]"),
                    {.method = "GET", .path = "/Groups/$id3", .status = "200", .prepares = true},
                    PATCHES_TEAM("{\"op\":\"add\",\"path\":\"members\",\"value\":["
                                 MEMBER("$id1") "]}"),
                    GETS("/Groups/$id3", "{\"meta\":{\"lastModified\":\"$modified\"}}"))},
    {PATCH_ROW("add-pathless", "P-222", "RFC 7644 3.5.2.1",
               "PATCH add may name members in its value"),
     .steps = STEPS(MAKES_TWO, MAKES_TEAM(",\"members\":[" MEMBER("$id1") "]"),
                    PATCHES_TEAM("{\"op\":\"add\",\"value\":{\"members\":[" MEMBER("$id2") "]}}"),
                    HAS(MEMBER("$id1") "," MEMBER("$id2")))},
    {PATCH_ROW("remove", "P-243", "RFC 7644 3.5.2.2", "PATCH remove takes one member by its value"),
     .steps = STEPS(MAKES_TWO, MAKES_TEAM(",\"members\":[" MEMBER("$id1") "," MEMBER("$id2") "]"),
                    PATCHES_TEAM("{\"op\":\"remove\",\"path\":\"members[value eq \\\"$id1\\\"]\"}"),
                    HAS(MEMBER("$id2")))},
    {PATCH_ROW("remove-all", "P-243", "RFC 7644 3.5.2.2", "PATCH remove takes all members"),
     .steps = STEPS(MAKES_TWO, MAKES_TEAM(",\"members\":[" MEMBER("$id1") "," MEMBER("$id2") "]"),
                    PATCHES_TEAM("{\"op\":\"remove\",\"path\":\"members\"}"),
                    GETS("/Groups/$id3", "{\"displayName\":\"$name\",\"members\":null}"))},
    {PATCH_ROW("replace", "P-243", "RFC 7644 3.5.2.3", "PATCH replace exchanges the members"),
     .steps = STEPS(MAKES_TWO, MAKES_TEAM(",\"members\":[" MEMBER("$id1") "]"),
                    PATCHES_TEAM("{\"op\":\"replace\",\"path\":\"members\",\"value\":["
                                 MEMBER("$id2") "]}"),
                    HAS(MEMBER("$id2")))},
    {PATCH_ROW("order", "P-227", "RFC 7644 3.5.2", "operations are done in their order"),
     .steps = STEPS(MAKES_TWO, MAKES_TEAM(",\"members\":[" MEMBER("$id1") "]"),
                    PATCHES_TEAM("{\"op\":\"remove\",\"path\":\"members\"},"
                                 "{\"op\":\"add\",\"path\":\"members\",\"value\":["
                                 MEMBER("$id2") "]}"),
                    HAS(MEMBER("$id2")))},
    {PATCH_ROW("member-immutable", "P-074 P-243", "RFC 7643 4.2",
               "a part of a member cannot be changed"),
     .steps = STEPS(MAKES_TWO, MAKES_TEAM(",\"members\":[" MEMBER("$id1") "]"),
                    {.method = "PATCH", .path = "/Groups/$id3", .status = "400",
                     .body = PATCH("{\"op\":\"replace\",\"path\":"
                                   "\"members[value eq \\\"$id1\\\"].value\","
                                   "\"value\":\"$id2\"}")},
                    HAS(MEMBER("$id1")))},
    {.run = NULL},
};
// clang-format on
