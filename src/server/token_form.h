// server/token_form.h: the body of a request for an access token (RFC 6749 sections 3.2 and 4.4.2),
// application/x-www-form-urlencoded.
// SPDX-License-Identifier: Apache-2.0
#ifndef SERVER_TOKEN_FORM_H
#define SERVER_TOKEN_FORM_H

#include "base/arena.h"
#include "base/check.h"

enum token_field {
    FIELD_GRANT_TYPE,
    FIELD_CLIENT_ID,
    FIELD_CLIENT_SECRET,
    FIELD_SCOPE,
    FIELD_ASSERTION_TYPE,
    FIELD_ASSERTION,
    FIELD_COUNT
};

// Values are decoded; a parameter without a value counts as not sent, unknown ones are ignored.
struct token_form {
    str values[FIELD_COUNT];
};

enum form_outcome {
    FORM_OK,
    FORM_MALFORMED,  // an escape that is none, or too many parameters
    FORM_TWICE,      // a parameter is there twice
};

enum form_outcome token_form_read(str body, struct roster_arena *arena, struct token_form *out);

#endif
