// base/check.h: small words about the language that every layer uses.
// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_CHECK_H
#define BASE_CHECK_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>

#include "roster/types.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define MUST_CHECK ROSTER_MUST_CHECK

#endif
