// cli/input.h: the file that a command reads, in the process that was started.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include "base/arena.h"
#include "base/check.h"
#include "base/error.h"

// The whole file; "-" is standard input. Refused with NOT_FOUND, or TOO_LARGE over `len_max`.
MUST_CHECK bool input_read(const char *path, size_t len_max, struct roster_arena *arena, str *out,
                           struct roster_error *err);

#endif
