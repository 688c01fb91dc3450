// scim/patch_parse.h: what the two files that parse a PATCH share.
// SPDX-License-Identifier: Apache-2.0
#ifndef SCIM_PATCH_PARSE_H
#define SCIM_PATCH_PARSE_H

#include "scim/patch.h"

struct patch_parser {
    const struct scope *scope;
    struct patch *out;
    struct roster_error *err;
    enum patch_op op;  // of the operation at hand
    int index;
};

// Checks the value of the operation at hand against a bound target and appends what is to be done:
// nothing, one operation, or one for each member of an extension. `value` is NULL when there is
// none (remove).
MUST_CHECK bool patch_parse_target(struct patch_parser *p, const struct path *path,
                                   const struct roster_json *value);
// The same for one member of a value without path, where what is read-only may be left out quietly.
MUST_CHECK bool patch_parse_member(struct patch_parser *p, const struct path *path,
                                   const struct roster_json *value);
// A value without path: one operation for each member (P-245).
MUST_CHECK bool patch_parse_members(struct patch_parser *p, const struct roster_json *value);

#endif
