// cli/save.h: writing a file that has to be there whole, or not at all.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_SAVE_H
#define CLI_SAVE_H

#include "base/check.h"
#include "base/error.h"

// Puts `bytes` where `path` is, for this user alone; what was there stays until they are on disk.
// Refused with UNAVAILABLE.
MUST_CHECK bool save_file(const char *path, str bytes, struct roster_error *err);

#endif
