// audits.c: one turn of a verification.
// SPDX-License-Identifier: Apache-2.0
#include "core/audits.h"

#include "base/limits.h"
#include "core/admin.h"

static bool read_scope(const struct admin *admin, const struct audits_check *check,
                       struct audit_scope *scope, struct audits_report *report,
                       struct roster_error *err)
{
    struct checkpoint checkpoint = {0};
    struct tenant_row row = {0};
    *scope = (struct audit_scope){.budget_us = ADMIN_TURNS_US};
    if (check->tenant.len > 0) {
        if (!admin_tenant(admin, check->tenant, &row, err)) {
            return false;
        }
        scope->tenant = row.tenant;
    }
    if (check->checkpoint.len == 0) {
        return true;
    }
    if (!checkpoint_open(admin, check->checkpoint, check->key, &checkpoint, err)) {
        return false;
    }
    scope->marks = checkpoint.marks;
    scope->mark_count = checkpoint.mark_count;
    report->checkpoint_ms = checkpoint.time_ms;
    return true;
}

static bool name_finding(const struct admin *admin, struct audits_report *report,
                         struct roster_error *err)
{
    struct tenant_row row = {0};
    enum store_outcome got = tenant_load(admin->reader, report->found.tenant, admin->arena, &row);
    report->tenant_name = row.name;
    return got == STORE_OK || got == STORE_NONE || admin_refuse(got, err);
}

bool audits_verify(const struct admin *admin, const struct audits_check *check,
                   struct audit_walk *walk, struct audits_report *report, struct roster_error *err)
{
    struct audit_scope scope;
    *report = (struct audits_report){0};
    if (walk->phase >= AUDIT_PHASE_DONE) {
        return fail(err, ROSTER_ERR_BAD_REQUEST, 0, "this is no place in a verification");
    }
    if (!read_scope(admin, check, &scope, report, err)) {
        return false;
    }
    int64_t details = 0;
    enum store_outcome got = audit_measure(admin->reader, scope.tenant, &report->total, &details);
    report->total += details;
    if (got == STORE_OK) {
        got = audit_verify(admin->reader, &scope, walk, &report->found);
    }
    if (got != STORE_OK) {
        return admin_refuse(got, err);
    }
    bool found = report->found.fault != AUDIT_WHOLE;
    report->done = found || walk->phase == AUDIT_PHASE_DONE;
    return !found || name_finding(admin, report, err);
}
