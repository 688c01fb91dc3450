// unit/base/unit.h: cmocka behind our headers (it has a macro called fail), printing TAP.
// SPDX-License-Identifier: Apache-2.0
#ifndef UNIT_BASE_UNIT_H
#define UNIT_BASE_UNIT_H

#include "base/check.h"
#include "base/error.h"

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
