// probe/patches.h: the user that every PATCH is tried on, and rows of steps around one.
// SPDX-License-Identifier: Apache-2.0
#ifndef PROBE_PATCHES_H
#define PROBE_PATCHES_H

#include "probe/check.h"

#define WORK "{\"value\":\"$name-w@example.com\",\"type\":\"work\"}"
#define HOME "{\"value\":\"$name-h@example.com\",\"type\":\"home\",\"primary\":true}"
#define HOME_LESS "{\"value\":\"$name-h@example.com\",\"type\":\"home\"}"
// Name {A, B}; a work address, and a home address that is primary.
#define STARTS                                                                                     \
    MAKES_USER(",\"name\":{\"givenName\":\"A\",\"familyName\":\"B\"},"                             \
               "\"emails\":[" WORK "," HOME "]")
#define PATCHES(operations)                                                                        \
    {                                                                                              \
        .method = "PATCH", .path = "/Users/$id1", .body = PATCH(operations), .status = "200 204"   \
    }
#define REFUSED(operations, pattern)                                                               \
    {                                                                                              \
        .method = "PATCH", .path = "/Users/$id1", .body = PATCH(operations), .status = "400",      \
        .want = pattern                                                                            \
    }
#define THEN(pattern) GETS("/Users/$id1", pattern)

// One operation.
#define OP(op, path, value) "{\"op\":\"" op "\",\"path\":\"" path "\",\"value\":" value "}"
#define OP_WHOLE(op, value) "{\"op\":\"" op "\",\"value\":" value "}"
#define OP_REMOVE(path) "{\"op\":\"remove\",\"path\":\"" path "\"}"

#define PATCH_ABOUT(id, requirements, section, title)                                              \
    .about = {"patch." id, requirements, LEVEL_MUST, section, title}, .needs = NEED_PATCH

#endif
