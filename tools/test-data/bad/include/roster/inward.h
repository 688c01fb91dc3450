// roster/inward.h: a public header that shows what is private.
// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "roster/types.h"
