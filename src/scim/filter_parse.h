// scim/filter_parse.h: what the parser of filters shares with that of paths and with the checks.
// SPDX-License-Identifier: Apache-2.0
#ifndef SCIM_FILTER_PARSE_H
#define SCIM_FILTER_PARSE_H

#include "scim/filter.h"

enum literal_kind { LITERAL_NONE, LITERAL_NULL, LITERAL_BOOLEAN, LITERAL_NUMBER, LITERAL_STRING };

struct literal {
    enum literal_kind kind;
    str text;  // contents of a string, digits, "true"
    size_t at;
};

// One attrExp as it was written, its name bound.
struct term {
    struct path path;
    size_t name_at;
    enum filter_kind op;  // PRESENT or a comparison
    size_t op_at;
    struct literal literal;
    bool negated;    // inside an odd or even number of `not`
    bool unchecked;  // inside the brackets of an unknown attribute: only the form counts
};

// Decides what a term means for its attribute and fills `node`. Refuses operators and operands that
// do not suit the type, unknown attributes and those that are never returned.
MUST_CHECK bool filter_check(const struct scope *scope, const struct term *term,
                             struct roster_filter *node, struct roster_error *err);
// Parses from text[*at], right behind '[', to the matching ']'; *at is then behind it. The names in
// between are sub-attributes of `parent`, which may be unknown. Offsets count from text[0].
MUST_CHECK bool filter_parse_brackets(const struct scope *scope, const struct path *parent,
                                      str text, size_t *at, const struct roster_filter **out,
                                      struct roster_error *err);
// A name behind '.' or inside brackets. *sub is NULL for the elements of a list of simple values.
// False: the attribute has no such sub-attribute.
bool path_bind_sub(const struct attr *attr, str name, const struct attr **sub);

#endif
