// unit/json/unit.h: cmocka behind our headers (it has a macro called fail), printing TAP.
// SPDX-License-Identifier: Apache-2.0
#ifndef UNIT_JSON_UNIT_H
#define UNIT_JSON_UNIT_H

#include "base/limits.h"
#include "json/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static inline struct roster_json *read_json(struct roster_arena *arena, const char *text)
{
    struct roster_error err = {0};
    struct roster_json *json = NULL;
    if (!roster_json_read(str_of(text), arena, &json, &err)) {
        fail_msg("%s: %s", text, err.detail);
    }
    return json;
}

static inline void expect_json(const char *row, struct roster_arena *arena,
                               const struct roster_json *json, const char *want)
{
    str got = {0};
    assert_true(roster_json_print(json, arena, &got));
    if (!str_equal(got, str_of(want))) {
        fail_msg("%s\n  got:  %.*s\n  want: %s", row, STR_ARGS(got), want);
    }
}

#define RUN(tests)                                                                                 \
    int main(void)                                                                                 \
    {                                                                                              \
        cmocka_set_message_output(CM_OUTPUT_TAP);                                                  \
        return cmocka_run_group_tests(tests, NULL, NULL);                                          \
    }

#endif
