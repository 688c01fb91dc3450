// cli/progress.h: how far a long command is, on standard error: a bar on a terminal, else a line
// now and then.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "base/text.h"

// "[#####     ]  50 %  500 of 1000". Never more than 100 %, whatever the numbers say.
void progress_print(int64_t done, int64_t total, struct text *out);

// For the process that was started. The bar stays in its line until progress_end.
void progress_show(int64_t done, int64_t total);
void progress_end(void);

#endif
