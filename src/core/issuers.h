// core/issuers.h: trust of tenants in issuers of tokens (RFC 7523, RFC 9068).
//
// Trust is a credential like a token: it has a number, a source, scopes, a label, an end and a last
// use; what is shown is a token that the issuer signed. It is taken back with tokens_revoke.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_ISSUERS_H
#define CORE_ISSUERS_H

#include "core/tenants.h"
#include "store/issuer.h"

struct issuer_request {
    struct token_request token;
    str url;                    // `iss` of its tokens, as they spell it
    str source;                 // of its keys: an https URL or the absolute path of a file
    str audience;               // one that its tokens must be for
    str subject;                // empty: any
    const char *const *claims;  // "NAME=VALUE"
    size_t claim_count;
    bool plain;  // access tokens may be of type JWT
};

// INVALID_VALUE: one of them cannot be, or the file has no keys; UNIQUENESS: a tenant trusts the
// issuer for the same tokens already. A URL is not asked yet.
MUST_CHECK bool issuers_add(const struct admin *admin, const struct issuer_request *request,
                            struct token_row *out, struct roster_error *err);
// With their trust; all tenants' when `tenant` is empty.
MUST_CHECK bool issuers_list(const struct admin *admin, str tenant, struct token_row **first,
                             struct roster_error *err);
MUST_CHECK bool issuers_show(const struct admin *admin, int64_t token, struct token_row *out,
                             struct roster_error *err);

#endif
