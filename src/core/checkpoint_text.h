// core/checkpoint_text.h: the lines of a checkpoint, printed and read. See checkpoint.h.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_CHECKPOINT_TEXT_H
#define CORE_CHECKPOINT_TEXT_H

#include "core/checkpoint.h"

void checkpoint_print_head(struct text *text, const struct checkpoint *checkpoint);
void checkpoint_print_mark(struct text *text, const struct audit_mark *mark, str name);
void checkpoint_print_signature(struct text *text, const unsigned char signature[SIGNATURE_LEN]);

// A checkpoint taken apart; slices of its text.
struct checkpoint_parts {
    str body;  // what is signed: all lines but the last
    str head;  // the first line
    str marks;
    unsigned char signature[SIGNATURE_LEN];
};

// All of these refuse with INVALID_VALUE.
MUST_CHECK bool checkpoint_split(str text, struct checkpoint_parts *out, struct roster_error *err);
// Nothing of it is to be believed before the signature was checked.
MUST_CHECK bool checkpoint_read_head(const struct checkpoint_parts *parts,
                                     struct roster_arena *arena, struct checkpoint *out,
                                     struct roster_error *err);
MUST_CHECK bool checkpoint_read_marks(const struct checkpoint_parts *parts,
                                      struct roster_arena *arena, struct checkpoint *out,
                                      struct roster_error *err);

#endif
