// scim/quirks.h: taking a quirk, inside the protocol library.
// SPDX-License-Identifier: Apache-2.0
#ifndef SCIM_QUIRKS_H
#define SCIM_QUIRKS_H

#include "roster/quirks.h"

// Whether the quirk is on; notes its use when it is. Ask only where it makes a difference.
bool quirk_take(struct roster_quirks *quirks, enum roster_quirk quirk);
// Whether it is on, without noting a use.
bool quirk_is_on(const struct roster_quirks *quirks, enum roster_quirk quirk);

#endif
