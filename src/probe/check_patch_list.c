// check_patch_list.c: PATCH on attributes with several values.
// SPDX-License-Identifier: Apache-2.0
#include "probe/patches.h"

#define NEW "{\"value\":\"$name-n@example.com\",\"type\":\"other\"}"
#define LIST_ABOUT(id, requirements, section, title)                                               \
    PATCH_ABOUT(id, requirements, section, title), .uses = "emails name"

// One row a check.
// clang-format off
const struct check patch_list_checks[] = {
    {LIST_ABOUT("add.value", "P-226", "RFC 7644 3.5.2.1", "add appends a value"),
     .steps = STEPS(STARTS, PATCHES(OP("add", "emails", "[" NEW "]")),
                    THEN("{\"emails\":[" WORK "," HOME "," NEW "]}"))},
    {LIST_ABOUT("add.values", "P-226", "RFC 7644 3.5.2.1", "add appends each of several values"),
     .steps = STEPS(MAKES_USER(""), PATCHES(OP("add", "emails", "[" WORK "," NEW "]")),
                    THEN("{\"emails\":[" WORK "," NEW "]}"))},
    {.about = {"patch.add.value-again", "P-235", LEVEL_SHOULD, "RFC 7644 3.5.2.1",
               "add of a value that is there already changes nothing"},
     .needs = NEED_PATCH, .uses = "emails name",
     .steps = STEPS(STARTS, PATCHES(OP("add", "emails", "[" WORK "]")),
                    THEN("{\"emails\":[" WORK "," HOME "]}"))},
    {LIST_ABOUT("add.value-again-time", "P-060 P-235", "RFC 7644 3.5.2.1",
                "add of a value that is there already does not touch lastModified"),
     .steps = STEPS(STARTS,
                    {.method = "GET", .path = "/Users/$id1", .status = "200", .prepares = true},
                    PATCHES(OP("add", "emails", "[" WORK "]")),
                    THEN("{\"meta\":{\"lastModified\":\"$modified\"}}"))},
    {LIST_ABOUT("add.primary", "P-233", "RFC 7644 3.5.2",
                "a value that becomes primary takes that from the others"),
     .steps = STEPS(STARTS, PATCHES(OP("add", "emails", "[{\"value\":\"$name-n@example.com\","
                                       "\"type\":\"other\",\"primary\":true}]")),
                    THEN("{\"emails\":[" WORK "," HOME_LESS "," NEW "],"
                         "\"emails-\":[" HOME "],\"emails+\":[{\"type\":\"other\","
                         "\"primary\":true}]}"))},
    {LIST_ABOUT("add.values-pathless", "P-222", "RFC 7644 3.5.2.1",
                "add without a path appends to the values that are there"),
     .steps = STEPS(STARTS, PATCHES(OP_WHOLE("add", "{\"emails\":[" NEW "]}")),
                    THEN("{\"emails\":[" WORK "," HOME "," NEW "]}"))},
    {LIST_ABOUT("replace.values", "P-226", "RFC 7644 3.5.2.3",
                "replace exchanges all values for those given"),
     .steps = STEPS(STARTS, PATCHES(OP("replace", "emails", "[" NEW "]")),
                    THEN("{\"emails\":[" NEW "]}"))},
    {LIST_ABOUT("replace.values-absent", "P-226", "RFC 7644 3.5.2.3",
                "replace of an attribute without values adds them"),
     .steps = STEPS(MAKES_USER(""), PATCHES(OP("replace", "emails", "[" NEW "]")),
                    THEN("{\"emails\":[" NEW "]}"))},
    {LIST_ABOUT("replace.values-empty", "P-237", "RFC 7643 2.5",
                "replace with an empty array takes all values away"),
     .steps = STEPS(STARTS, PATCHES(OP("replace", "emails", "[]")),
                    THEN("{\"userName\":\"$name\",\"emails\":null}"))},
    {LIST_ABOUT("replace.matching-sub", "P-226", "RFC 7644 3.5.2.3",
                "replace of a sub-attribute changes the values that match alone"),
     .steps = STEPS(STARTS, PATCHES(OP("replace", "emails[type eq \\\"work\\\"].value",
                                       "\"$name-v@example.com\"")),
                    THEN("{\"emails\":[{\"value\":\"$name-v@example.com\",\"type\":\"work\"},"
                         HOME "]}"))},
    {LIST_ABOUT("replace.matching-boolean", "P-226", "RFC 7644 3.5.2.3",
                "a path may choose a value by a boolean"),
     .steps = STEPS(STARTS, PATCHES(OP("replace", "emails[primary eq true].value",
                                       "\"$name-p@example.com\"")),
                    THEN("{\"emails\":[" WORK ",{\"value\":\"$name-p@example.com\","
                         "\"type\":\"home\",\"primary\":true}]}"))},
    {LIST_ABOUT("replace.all-matching", "P-226", "RFC 7644 3.5.2.3",
                "replace of a sub-attribute changes every value that matches"),
     .steps = STEPS(STARTS, PATCHES(OP("replace", "emails[value co \\\"@example\\\"].display",
                                       "\"D\"")),
                    THEN("{\"emails\":[{\"type\":\"work\",\"display\":\"D\"},"
                         "{\"type\":\"home\",\"display\":\"D\"}]}"))},
    {LIST_ABOUT("replace.matching-value", "P-226 P-233", "RFC 7644 3.5.2.3",
                "replace of a matching value puts the given one in its place"),
     .steps = STEPS(STARTS, PATCHES(OP("replace", "emails[type eq \\\"work\\\"]",
                                       "{\"value\":\"$name-v@example.com\",\"type\":\"work\","
                                       "\"primary\":true}")),
                    THEN("{\"emails\":[{\"value\":\"$name-v@example.com\",\"type\":\"work\","
                         "\"primary\":true}," HOME_LESS "],\"emails-\":[" HOME "]}"))},
    {LIST_ABOUT("replace.no-match", "P-226", "RFC 7644 3.5.2.3",
                "replace where no value matches is refused with 400 noTarget"),
     .steps = STEPS(STARTS, REFUSED(OP("replace", "emails[type eq \\\"other\\\"].value",
                                       "\"$name-q@example.com\""),
                                    "{\"scimType\":\"noTarget\"}"),
                    THEN("{\"emails\":[" WORK "," HOME "]}"))},
    {LIST_ABOUT("remove.values", "P-222", "RFC 7644 3.5.2.2", "remove takes all values away"),
     .steps = STEPS(STARTS, PATCHES(OP_REMOVE("emails")),
                    THEN("{\"userName\":\"$name\",\"emails\":null}"))},
    {LIST_ABOUT("remove.matching", "P-222", "RFC 7644 3.5.2.2",
                "remove takes the values away that match"),
     .steps = STEPS(STARTS, PATCHES(OP_REMOVE("emails[type eq \\\"work\\\"]")),
                    THEN("{\"emails\":[" HOME "]}"))},
    {LIST_ABOUT("remove.all-matching", "P-222", "RFC 7644 3.5.2.2",
                "remove of every value leaves none"),
     .steps = STEPS(STARTS, PATCHES(OP_REMOVE("emails[value co \\\"@example\\\"]")),
                    THEN("{\"userName\":\"$name\",\"emails\":null}"))},
    {LIST_ABOUT("remove.matching-sub", "P-222", "RFC 7644 3.5.2.2",
                "remove takes a sub-attribute of the matching values away"),
     .steps = STEPS(STARTS, PATCHES(OP_REMOVE("emails[type eq \\\"home\\\"].type")),
                    THEN("{\"emails\":[" WORK ",{\"value\":\"$name-h@example.com\","
                         "\"type\":null}]}"))},
    {.run = NULL},
};
// clang-format on
