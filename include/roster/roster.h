// roster/roster.h: the whole library: the SCIM 2.0 protocol as pure functions.
//
// No file, clock, thread, random number or global is touched; everything works on arenas of the
// caller. Link with `pkg-config --libs roster`.
// SPDX-License-Identifier: Apache-2.0
#ifndef ROSTER_ROSTER_H
#define ROSTER_ROSTER_H

#include "roster/filter.h"
#include "roster/json.h"
#include "roster/patch.h"
#include "roster/quirks.h"
#include "roster/registry.h"
#include "roster/resource.h"
#include "roster/types.h"

#endif
