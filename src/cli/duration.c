// duration.c: points in time.
// SPDX-License-Identifier: Apache-2.0
#include "cli/duration.h"

#include "base/time.h"

// "2026-11-24" as a time.
static bool date_parse(str text, int64_t *ms)
{
    static const char midnight[] = "T00:00:00Z";
    enum { DATE_LEN = 10 };
    char whole[DATE_LEN + sizeof(midnight) - 1];
    if (text.len != DATE_LEN) {
        return false;
    }
    memcpy(whole, text.ptr, DATE_LEN);
    memcpy(whole + DATE_LEN, midnight, sizeof(midnight) - 1);
    return time_parse((str){whole, sizeof(whole)}, ms);
}

bool moment_parse(str text, int64_t now_ms, int64_t *ms, struct roster_error *err)
{
    int64_t length = 0;
    if (duration_parse(text, &length)) {
        *ms = now_ms - length;
        return true;
    }
    return time_parse(text, ms) || date_parse(text, ms) ||
           fail(err, ROSTER_ERR_BAD_REQUEST, 0,
                "a time is 2026-11-24T10:00:00Z, a date 2026-11-24, or 7d: so long ago");
}

bool expiry_parse(str text, int64_t now_ms, int64_t *ms, struct roster_error *err)
{
    int64_t length = 0;
    if (str_equal(text, STR("never"))) {
        *ms = 0;
        return true;
    }
    if (duration_parse(text, &length)) {
        *ms = now_ms + length;
        return true;
    }
    if (!time_parse(text, ms)) {
        return fail(err, ROSTER_ERR_BAD_REQUEST, 0,
                    "an expiry is a duration (12h, 90d), a time (2030-01-31T00:00:00Z) or never");
    }
    return *ms > now_ms ||
           fail(err, ROSTER_ERR_INVALID_VALUE, 0, "the expiry %.*s has passed", STR_ARGS(text));
}
