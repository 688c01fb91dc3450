// unit/http/unit.h: cmocka behind our headers (it has a macro called fail), printing TAP.
// SPDX-License-Identifier: Apache-2.0
#ifndef UNIT_HTTP_UNIT_H
#define UNIT_HTTP_UNIT_H

#include "base/error.h"
#include "base/limits.h"
#include "http/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define RUN(tests)                                                                                 \
    int main(void)                                                                                 \
    {                                                                                              \
        cmocka_set_message_output(CM_OUTPUT_TAP);                                                  \
        return cmocka_run_group_tests(tests, NULL, NULL);                                          \
    }

#endif
