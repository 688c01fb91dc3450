// core/certificates.h: client certificates as credentials of tenants (RFC 8705 section 2).
//
// A bound certificate is a credential like a token: it has a number, a source, scopes, a label, an
// end and a last use; what is shown is not a secret but a certificate, by its thumbprint, or by
// who signed it and a name in it. They are listed and revoked with tokens_list and tokens_revoke.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_CERTIFICATES_H
#define CORE_CERTIFICATES_H

#include "core/tenants.h"
#include "sys/certificate_name.h"

// Binds the certificate in `pem` to request->tenant. It opens the tenant until its own end, or
// request->expires_ms if that is earlier. INVALID_VALUE: there is no certificate, or it has ended;
// UNIQUENESS: it is bound already.
MUST_CHECK bool certificates_add(const struct admin *admin, const struct token_request *request,
                                 str pem, struct token_row *out, struct roster_error *err);
// What certificates an authority signs for a tenant.
struct authority_request {
    struct token_request token;
    enum name_kind kind;
    str name;
};

// Binds all certificates that an authority in `pem` signs and that have the name, until the last
// authority of the file ends, or request->token.expires_ms if that is earlier. INVALID_VALUE: these
// are no authorities or no such name; UNIQUENESS: the same is bound already.
MUST_CHECK bool authorities_add(const struct admin *admin, const struct authority_request *request,
                                str pem, struct token_row *out, struct roster_error *err);
// x5t#S256 as text: base64url of a thumbprint. False: the arena is full.
MUST_CHECK bool certificate_print(str thumbprint, struct roster_arena *arena, str *out);

#endif
