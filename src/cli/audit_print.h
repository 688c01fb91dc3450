// cli/audit_print.h: what the commands of the audit print.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_AUDIT_PRINT_H
#define CLI_AUDIT_PRINT_H

#include "cli/commands.h"
#include "core/audits.h"

// Exit code of a verification that found something. None of sysexits.h: the command did its work.
enum { EXIT_BROKEN = 1 };

// The end of a verification; returns its exit code.
int audit_print_report(struct call *call, const struct audit_walk *walk,
                       const struct audits_report *report);
int audit_print_keys(struct call *call, const struct sign_name *keys, size_t count);

#endif
