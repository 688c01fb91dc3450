// cli/nearest.h: which known name somebody may have meant.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_NEAREST_H
#define CLI_NEAREST_H

#include "base/str.h"

struct nearest {
    str word;
    str name;  // the nearest so far
    size_t distance;
};

void nearest_try(struct nearest *nearest, str name);
// The nearest name when it is near enough to be worth a question, else the empty text.
str nearest_name(const struct nearest *nearest);

#endif
