// scim/filter.h: the tree behind roster/filter.h, for who translates filters to something else.
//
// AND and OR hold a list of children, never a left-leaning tree: the tree is then no deeper than
// the parentheses, and FILTER_DEPTH_MAX bounds every walk of it.
// SPDX-License-Identifier: Apache-2.0
#ifndef SCIM_FILTER_H
#define SCIM_FILTER_H

#include "scim/path.h"

enum filter_kind {
    FILTER_AND,
    FILTER_OR,
    FILTER_NOT,      // one child
    FILTER_VALUES,   // attr[child]: one element satisfies the child, whose paths are sub-attributes
    FILTER_NEVER,    // an unknown attribute under unknown-filter-attribute: matches nothing
    FILTER_PRESENT,  // pr
    FILTER_EQ,
    FILTER_NE,
    FILTER_CO,
    FILTER_SW,
    FILTER_EW,
    FILTER_GT,
    FILTER_GE,
    FILTER_LT,
    FILTER_LE,
};

enum filter_operand { OPERAND_NONE, OPERAND_STRING, OPERAND_NUMBER, OPERAND_BOOLEAN };

struct roster_filter {
    enum filter_kind kind;
    struct path path;  // VALUES, PRESENT and comparisons. Inside VALUES: attr is the parent
                       // attribute, sub the sub-attribute, or NULL for the element itself
    enum filter_operand operand;
    str text;                     // the literal as it was meant: string content, digits, "true"
    str key;                      // value_key of the literal under the attribute's rules
    struct roster_filter *child;  // the parser alone writes to these two
    struct roster_filter *next;
};

// `eq null` is parsed as NOT(PRESENT), `ne null` as PRESENT; `attr[f].sub eq v` (quirk) as
// VALUES(attr, AND(f, sub eq v)); a bare multi-valued complex attribute as its `value`.
MUST_CHECK bool filter_parse(const struct scope *scope, str text, const struct roster_filter **out,
                             struct roster_error *err);
// A filter for the elements of one attribute: what stands between brackets.
MUST_CHECK bool filter_parse_values(const struct scope *scope, const struct attr *attr, str text,
                                    const struct roster_filter **out, struct roster_error *err);
// What evaluating may still cost, in steps (base/limits.h). Below zero: it was not enough.
struct filter_budget {
    int64_t left;
};
enum filter_outcome {
    FILTER_DIFFERS,
    FILTER_MATCHES,
    FILTER_NO_MEMORY,  // the scratch is full: nothing is known
    FILTER_TOO_MUCH,   // the budget was not enough: nothing is known
};
// What a filter says of a resource, or, from filter_parse_values, of one element of its attribute.
MUST_CHECK enum filter_outcome filter_decide(const struct roster_filter *filter,
                                             const struct roster_json *value, bool is_element,
                                             struct filter_budget *budget,
                                             struct roster_arena *scratch);
// Whether one element of a multi-valued attribute satisfies a filter from filter_parse_values.
bool filter_match_value(const struct roster_filter *filter, const struct roster_json *element,
                        struct roster_arena *scratch);
// Whether the filter looks at this attribute anywhere (for example members, groups).
bool filter_uses(const struct roster_filter *filter, const struct attr *attr);
// Canonical text of a filter from filter_parse, and of one from filter_parse_values.
void filter_write(const struct roster_filter *filter, struct text *out);
void filter_write_values(const struct roster_filter *filter, struct text *out);

#endif
