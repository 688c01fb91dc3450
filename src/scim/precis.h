// scim/precis.h: names and passwords as PRECIS prepares them (RFC 8264, RFC 8265).
//
// UsernameCaseMapped checks user names; the key under which they are compared is fold_username()
// in scim/fold.h. OpaqueString prepares passwords. Properties of code points come from utf8proc.
// SPDX-License-Identifier: Apache-2.0
#ifndef SCIM_PRECIS_H
#define SCIM_PRECIS_H

#include "base/arena.h"
#include "base/check.h"

enum precis_outcome {
    PRECIS_OK,
    PRECIS_REFUSED,  // *why is the end of a sentence that begins with the attribute's name
    PRECIS_FULL,     // the arena is full
};

// Whether the text is a user name under UsernameCaseMapped.
MUST_CHECK enum precis_outcome precis_check_username(str text, struct roster_arena *arena,
                                                     const char **why);
// The text under OpaqueString: other spaces are U+0020, the rest is NFC.
MUST_CHECK enum precis_outcome precis_opaque(str text, struct roster_arena *arena, str *out,
                                             const char **why);

#endif
