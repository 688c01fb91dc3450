// cli/journal_advice.h: what to change at the sender, in plain words.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_JOURNAL_ADVICE_H
#define CLI_JOURNAL_ADVICE_H

#include "roster/quirks.h"
#include "roster/types.h"

// One or two sentences for a refusal; NULL for ROSTER_OK.
const char *advice_of_code(enum roster_code code);
// What would make a quirk needless; NULL where nothing need be done.
const char *advice_of_quirk(enum roster_quirk quirk);

#endif
