// probe/service.h: what a server tells about itself, asked before the first check.
// SPDX-License-Identifier: Apache-2.0
#ifndef PROBE_SERVICE_H
#define PROBE_SERVICE_H

#include "probe/check.h"

// Fills probe->service. Anything but PROBE_DONE ends the run; `detail` says why.
enum probe_end service_discover(struct probe *probe, str *detail);
// Whether the check makes sense on this server; when not, it is skipped with the reason.
bool service_suits(struct probe *probe, const struct check *check);

// A member of ServiceProviderConfig: service_flag(probe, "patch", "supported").
bool service_flag(const struct probe *probe, const char *feature, const char *member);
// 0 where there is no such number.
int64_t service_number(const struct probe *probe, const char *feature, const char *member);

#endif
