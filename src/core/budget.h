// core/budget.h: how much one source may take away from a tenant in a time.
//
//   "3,10%/1d"   three, or a tenth of what there is, whichever is more, within a day
//   "off"        as much as it likes
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_BUDGET_H
#define CORE_BUDGET_H

#include "base/check.h"
#include "base/error.h"
#include "base/text.h"
#include "store/guard.h"

struct budget {
    uint32_t count;
    uint32_t percent;  // of what there is
    uint32_t window_s;
    bool off;
};

// "deactivations", and what it counts.
const char *budget_name(enum guard_kind kind);
const char *budget_text(enum guard_kind kind);
// "guard-deactivations": the setting of a tenant.
const char *budget_setting(enum guard_kind kind);
bool budget_find_setting(str name, enum guard_kind *out);
bool budget_find(str name, enum guard_kind *out);
// What holds where a tenant sets nothing.
struct budget budget_default(enum guard_kind kind);
// False for anything but the two forms above: count up to GUARD_COUNT_MAX, percent up to 100,
// window between GUARD_WINDOW_MIN_S and GUARD_WINDOW_MAX_S.
MUST_CHECK bool budget_parse(str text, struct budget *out);
void budget_print(struct text *out, const struct budget *budget);
// How much may go of `population`, which counts what went within the window too.
int64_t budget_limit(const struct budget *budget, int64_t population);

#endif
