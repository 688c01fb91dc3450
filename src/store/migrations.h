// store/migrations.h: the steps that make a store what this program expects. Append only.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_MIGRATIONS_H
#define STORE_MIGRATIONS_H

#include "base/check.h"

struct migration {
    const char *name;
    const char *sqlite;  // statements, separated by semicolons
};

extern const struct migration migrations[];
extern const size_t migration_count;

#endif
