// scim/shape.h: what the files that bring values into their shape share.
// SPDX-License-Identifier: Apache-2.0
#ifndef SCIM_SHAPE_H
#define SCIM_SHAPE_H

#include "scim/value.h"

struct shape {
    const struct scope *scope;
    enum value_mode mode;
    struct roster_error *err;
};

// Whether SCALAR_SHAPES is on; notes its use.
bool shape_is_allowed(const struct shape *shape);
bool shape_is_empty_text(const struct roster_json *value);
// One value of a complex attribute; NULL *out: unassigned.
MUST_CHECK bool shape_complex(const struct shape *shape, const struct attr *attr,
                              const struct roster_json *value, struct roster_json **out);

#endif
