// core/audits.h: verifying the audit, as a use case. See store/audit.h for the chain.
//
// It only reads: `admin` has a reader. Each call is one turn, after which others may have theirs.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_AUDITS_H
#define CORE_AUDITS_H

#include "core/checkpoint.h"

struct audits_check {
    str tenant;      // empty: all, removed ones too
    str checkpoint;  // its text; empty: none
    str key;         // as for checkpoint_open
};

struct audits_report {
    bool done;                   // nothing is left, or `found` has a fault
    struct audit_finding found;  // AUDIT_WHOLE: nothing is wrong so far
    str tenant_name;             // of the finding; empty: the tenant is gone
    int64_t checkpoint_ms;       // 0: there was none
    int64_t total;               // rows to look at, about
};

// Goes on from `walk` for ADMIN_TURNS_US. Refused are an unknown tenant, a checkpoint that is none
// or not signed as it should be, and a store that cannot be read.
MUST_CHECK bool audits_verify(const struct admin *admin, const struct audits_check *check,
                              struct audit_walk *walk, struct audits_report *report,
                              struct roster_error *err);

#endif
