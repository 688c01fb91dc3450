// scim/filter_scan.h: the words of a filter: a cursor over its text, operators and literals.
//
// Functions that take something skip blanks in front of it and leave the cursor behind it.
// SPDX-License-Identifier: Apache-2.0
#ifndef SCIM_FILTER_SCAN_H
#define SCIM_FILTER_SCAN_H

#include "scim/filter_parse.h"

struct scan {
    const struct scope *scope;
    struct roster_error *err;
    str text;
    size_t at;
};

// Refuses the filter at a byte; always false.
bool scan_refuse(const struct scan *s, size_t at, const char *why);
bool scan_at_end(const struct scan *s);
// The character at the cursor, NUL at the end.
char scan_peek(const struct scan *s);
void scan_blanks(struct scan *s);
bool scan_char(struct scan *s, char wanted);
// The bytes from the cursor up to a blank, a quote or a bracket of any kind; takes nothing.
str scan_word(const struct scan *s);
// "and" or "or" as a word of its own, behind a blank or a bracket.
bool scan_joint(struct scan *s, str joint);
// An operator and, unless it is `pr`, its operand.
MUST_CHECK bool scan_comparison(struct scan *s, struct term *term);

#endif
