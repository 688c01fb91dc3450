// base/error.h: refusing in one line.
//
// A bug is an assert, a refusal is a roster_error, a broken store is logged once where it happened.
// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "base/str.h"

// Fills `err` and returns false, so that a refusal reads `return fail(err, ...)`. A NULL format
// gives the default detail of the code. `offset` is a byte position in the parsed text, or 0.
bool fail(struct roster_error *err, enum roster_code code, size_t offset, const char *format, ...)
    ROSTER_PRINTF(4, 5);
// The refusal of a full arena.
bool fail_memory(struct roster_error *err);
// Name of the row ("INVALID_FILTER") and the default sentence.
const char *error_name(enum roster_code code);
const char *error_default(enum roster_code code);

#endif
