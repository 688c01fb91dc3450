// probe/people.h: three users that queries are tried on, made once for all checks that need them.
// SPDX-License-Identifier: Apache-2.0
#ifndef PROBE_PEOPLE_H
#define PROBE_PEOPLE_H

#include "probe/check.h"

// Restricts a filter to them.
#define PEOPLE "userName sw \"$run-p\""
// Their places in a pattern for "Resources".
#define ADA "{\"userName\":\"$run-pada\"}"
#define BOB "{\"userName\":\"$run-pbob\"}"
#define CYD "{\"userName\":\"$run-pcyd\"}"

// Makes sure that they are there; false: the check is skipped.
bool people_make(struct probe *probe);

#endif
