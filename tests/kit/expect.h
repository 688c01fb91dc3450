// tests/kit/expect.h: the check language of tests/scenarios (its README says what it means).
// SPDX-License-Identifier: Apache-2.0
#ifndef KIT_EXPECT_H
#define KIT_EXPECT_H

#include "http/http.h"
#include "json/value.h"

// One reply, as the checks see it.
struct seen {
    int status;
    const struct http_reply *reply;
    str body;
    struct roster_json *json;  // NULL: the body is no JSON
};

enum verdict { VERDICT_HOLDS, VERDICT_FAILS, VERDICT_MALFORMED };

// The value that the left side of a check names; NULL when there is none.
const struct roster_json *expect_read(str left, const struct seen *seen,
                                      struct roster_arena *arena);
bool expect_is_absent(const struct roster_json *value);
enum verdict expect_check(str sentence, const struct seen *seen, struct roster_arena *arena);

#endif
