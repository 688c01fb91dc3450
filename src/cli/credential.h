// cli/credential.h: what commands about credentials share: their options, lists and JSON.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_CREDENTIAL_H
#define CLI_CREDENTIAL_H

#include "cli/commands.h"

#define CREDENTIAL_TENANT                                                                          \
    {                                                                                              \
        "tenant", "NAME", "the tenant that it opens", true                                         \
    }
#define CREDENTIAL_LABEL                                                                           \
    {                                                                                              \
        "label", "TEXT", "what it is for, shown in lists (default: none)", false                   \
    }
#define CREDENTIAL_SOURCE                                                                          \
    {                                                                                              \
        "source", "NAME",                                                                          \
            "whose externalIds it sees and sets (default: the tenant's default source)", false     \
    }
#define CREDENTIAL_USER                                                                            \
    {                                                                                              \
        "user", "ID", "id of the user whom it acts for (default: none)", false                     \
    }
#define CREDENTIAL_SCOPE                                                                           \
    {                                                                                              \
        "scope", "SCOPES", "what it may do, such as read,write:Group (default: write)", false      \
    }

#define CREDENTIAL_JSON                                                                            \
    "source, user, scope, state (active, suspended, expired, revoked), created, expires,\n"        \
    "used, address (of the last use), revoked; times are RFC 3339 text, null where there is none."

// "active", "suspended", "expired", "revoked".
str credential_state(const struct call *call, const struct token_row *row);
// created, expires, used, address, revoked.
MUST_CHECK bool credential_put_times(struct roster_json *out, struct roster_arena *arena,
                                     const struct token_row *row);
enum { CREDENTIAL_COLUMNS = 12 };
// The cells of a row of a table, from its number to its label, and two more of certificates.
MUST_CHECK bool credential_fill(const struct call *call, const struct token_row *row, str *cells);

// How one kind of credential is listed.
struct credential_view {
    const char *const *headings;
    size_t columns;
    // The cells of a row. It may write up to CREDENTIAL_SPARE cells behind them.
    bool (*fill)(const struct call *call, const struct token_row *row, str *cells);
    struct roster_json *(*json)(const struct call *call, const struct token_row *row);
    const char *none;  // what to do when there are none
};
enum { CREDENTIAL_SPARE = 2 };
// Prints a table of at least one row.
int credential_table(struct call *call, const struct token_row *first,
                     const struct credential_view *view);
// Prints a table, or an array of JSON.
int credential_print(struct call *call, const struct token_row *first,
                     const struct credential_view *view);
// `secret` is NULL but when it was made right now. NULL when the arena is full.
struct roster_json *credential_json(const struct call *call, const struct token_row *row,
                                    const struct secret *secret);
// Those of --tenant, or all: a table, or an array of JSON. `none` says what to do when there are
// none.
int credentials_list(struct call *call, bool certificates, const char *none);
// The options above.
MUST_CHECK bool credential_take_request(const struct call *call, struct token_request *out,
                                        struct roster_error *err);
// The number that is the first argument.
MUST_CHECK bool credential_take_id(const struct call *call, int64_t *out, struct roster_error *err);
// Revokes that. `what` it is: "token".
int credential_revoke(struct call *call, const char *what);

#endif
