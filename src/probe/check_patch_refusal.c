// check_patch_refusal.c: what PATCH has to refuse, and that it then changes nothing.
// SPDX-License-Identifier: Apache-2.0
#include "probe/patches.h"

#define UNCHANGED THEN("{\"id\":\"$id1\",\"userName\":\"$name\",\"emails\":[" WORK "," HOME "]}")
#define REFUSAL_ABOUT(id, requirements, level_, section, title)                                    \
    .about = {"patch." id, requirements, level_, section, title}, .needs = NEED_PATCH,             \
    .uses = "emails name"

// One row a check.
// clang-format off
const struct check patch_refusal_checks[] = {
    {REFUSAL_ABOUT("refuse.no-path", "P-222", LEVEL_MUST, "RFC 7644 3.5.2.2",
                   "remove without a path is refused with 400 noTarget"),
     .steps = STEPS(STARTS, REFUSED("{\"op\":\"remove\"}", "{\"scimType\":\"noTarget\"}"),
                    UNCHANGED)},
    {REFUSAL_ABOUT("refuse.required", "P-238", LEVEL_MUST, "RFC 7644 3.5.2.2",
                   "remove of a required attribute is refused with 400 mutability"),
     .steps = STEPS(STARTS, REFUSED(OP_REMOVE("userName"), "{\"scimType\":\"mutability\"}"),
                    UNCHANGED)},
    {REFUSAL_ABOUT("refuse.required-null", "P-238 P-237", LEVEL_MUST, "RFC 7643 2.5",
                   "replace of a required attribute with null is refused"),
     .steps = STEPS(STARTS, REFUSED(OP("replace", "userName", "null"), NULL), UNCHANGED)},
    {REFUSAL_ABOUT("refuse.readonly", "P-230 P-035", LEVEL_MUST, "RFC 7644 3.5.2",
                   "an operation on a readOnly attribute is refused with 400"),
     .steps = STEPS(STARTS, REFUSED(OP("replace", "id", "\"$name-id\""), NULL), UNCHANGED)},
    {REFUSAL_ABOUT("refuse.readonly-type", "P-230", LEVEL_NOTE, "RFC 7644 3.12",
                   "that refusal has the scimType mutability"),
     .steps = STEPS(STARTS, REFUSED(OP("replace", "id", "\"$name-id\""),
                                    "{\"scimType\":\"mutability\"}"))},
    {REFUSAL_ABOUT("refuse.groups", "P-069 P-230", LEVEL_MUST, "RFC 7643 4.1.2",
                   "a user's groups cannot be changed at the user"),
     .steps = STEPS(STARTS, REFUSED(OP("add", "groups", "[{\"value\":\"$name-g\"}]"), NULL),
                    THEN("{\"userName\":\"$name\",\"groups\":null}"))},
    {REFUSAL_ABOUT("refuse.readonly-remove", "P-238", LEVEL_MUST, "RFC 7644 3.5.2.2",
                   "remove of a readOnly attribute is refused with 400 mutability"),
     .steps = STEPS(STARTS, REFUSED(OP_REMOVE("meta.created"), "{\"scimType\":\"mutability\"}"),
                    THEN("{\"meta\":{\"created\":\"*string\"}}"))},
    {REFUSAL_ABOUT("refuse.value-type", "P-013 P-248", LEVEL_MUST, "RFC 7644 3.5.2",
                   "a value of another type than its attribute's is refused with 400"),
     .steps = STEPS(MAKES_USER(",\"active\":true"),
                    REFUSED(OP("replace", "active", "\"maybe\""), NULL),
                    THEN("{\"active\":true}"))},
    {REFUSAL_ABOUT("refuse.path", "P-222", LEVEL_MUST, "RFC 7644 3.12",
                   "a path that is cut short is refused with 400"),
     .steps = STEPS(STARTS, REFUSED(OP("replace", "emails[type eq \\\"work\\\"",
                                       "\"$name-v@example.com\""), NULL), UNCHANGED)},
    {REFUSAL_ABOUT("refuse.operator", "P-222", LEVEL_MUST, "RFC 7644 3.12",
                   "a path with an operator that there is not is refused with 400"),
     .steps = STEPS(STARTS, REFUSED(OP_REMOVE("emails[type regex \\\"work\\\"]"), NULL),
                    UNCHANGED)},
    {REFUSAL_ABOUT("refuse.operation", "P-221", LEVEL_MUST, "RFC 7644 3.12",
                   "an operation that there is not is refused with 400"),
     .steps = STEPS(STARTS, REFUSED("{\"op\":\"move\",\"path\":\"title\",\"value\":\"T\"}", NULL),
                    UNCHANGED)},
    {REFUSAL_ABOUT("refuse.unknown", "P-223", LEVEL_NOTE, "RFC 7644 3.12",
                   "a path that names no attribute is refused with 400"),
     .steps = STEPS(STARTS, REFUSED(OP("replace", "rosterCheck", "\"x\""), NULL))},
    {REFUSAL_ABOUT("atomic", "P-228", LEVEL_MUST, "RFC 7644 3.5.2",
                   "if one operation fails, none is done"),
     .steps = STEPS(STARTS,
                    REFUSED(OP("add", "name.middleName", "\"M\"") ","
                            OP("replace", "active", "\"maybe\""), NULL),
                    THEN("{\"userName\":\"$name\",\"name\":{\"givenName\":\"A\","
                         "\"middleName\":null}}"))},
    {REFUSAL_ABOUT("refuse.duplicate", "P-061", LEVEL_MUST, "RFC 7643 4.1.1",
                   "PATCH cannot take the userName of another"),
     .steps = STEPS(MAKES_TWO,
                    {.method = "PATCH", .path = "/Users/$id1", .status = "4xx",
                     .body = PATCH(OP("replace", "userName", "\"$name-2\""))},
                    GETS("/Users/$id1", "{\"userName\":\"$name-1\"}"))},
    {.run = NULL},
};
// clang-format on
