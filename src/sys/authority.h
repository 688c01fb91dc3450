// sys/authority.h: certificates that an authority signed (RFC 8705 section 2.1).
//
// Whether it did is OpenSSL's to say; here stands what is asked of it.
// SPDX-License-Identifier: Apache-2.0
#ifndef SYS_AUTHORITY_H
#define SYS_AUTHORITY_H

#include "base/limits.h"
#include "sys/sys.h"

struct authority {
    str certificates;  // in PEM, and nothing else
    str subject;       // of the first, as RFC 4514 writes it
    int64_t ends_ms;   // when the last of them ends
};

// The certificates in a text of PEM; what they are lives in the arena. INVALID_VALUE: there is
// none, there are more than AUTHORITY_CERTIFICATES_MAX, one is not that of an authority, or there
// is a private key.
MUST_CHECK bool authority_read(str pem, struct roster_arena *arena, struct authority *out,
                               struct roster_error *err);
// Whether two texts of authority_read have a certificate in common.
bool authority_shares(str certificates, str others);

// `chain` is what a client sent in a handshake: certificates in DER, one behind the other, its own
// first. Whether that one is for clients, and good at `now_ms`, and signed by one of
// `certificates`, directly or through others in the chain, which are good too. *ends_ms: when the
// first of them ends. False: *reason is a short sentence that lives as long as the program.
MUST_CHECK bool authority_check(str certificates, str chain, int64_t now_ms, int64_t *ends_ms,
                                const char **reason);

#endif
