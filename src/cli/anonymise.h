// cli/anonymise.h: a record of the journal without people in it.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_ANONYMISE_H
#define CLI_ANONYMISE_H

#include "cli/disguise.h"
#include "journal/record.h"

// Puts made-up texts in place of what `record` says of people and of its tenant: values in its
// path, query and body. What is left out: the address, the program that sent it, and what a refusal
// said, which may quote a value in any words. What stays is what a replay sends, and whatever the
// protocol, shipped schemas and the journal itself are made of. The new texts live in `scratch`.
// False when it is full.
MUST_CHECK bool anonymise_record(struct disguise *disguise, struct record *record,
                                 struct roster_arena *scratch);

#endif
