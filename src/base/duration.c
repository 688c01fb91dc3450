// duration.c: lengths of time.
// SPDX-License-Identifier: Apache-2.0
#include "base/duration.h"

#define DAY_MS INT64_C(86400000)
#define DURATION_MAX_MS (36525 * DAY_MS)

static const struct {
    char letter;
    int64_t ms;
} units[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', DAY_MS}, {'w', 7 * DAY_MS}};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool duration_parse(str text, int64_t *ms)
{
    int64_t count = 0;
    if (text.len < 2 || !is_digit(text.ptr[0]) ||
        !str_to_i64(str_head(text, text.len - 1), &count) || count == 0) {
        return false;
    }
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        if (units[i].letter == text.ptr[text.len - 1] && count <= DURATION_MAX_MS / units[i].ms) {
            *ms = count * units[i].ms;
            return true;
        }
    }
    return false;
}

void duration_print(struct text *out, int64_t ms)
{
    size_t at = COUNT_OF(units) - 1;
    int64_t seconds = ms / 1000;
    while (at > 0 && (seconds == 0 || seconds % (units[at].ms / 1000) != 0)) {
        at--;
    }
    text_format(out, "%lld%c", (long long)(seconds / (units[at].ms / 1000)), units[at].letter);
}
