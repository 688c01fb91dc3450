// cli/notify.h: what a server tells its service manager, where there is one.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_NOTIFY_H
#define CLI_NOTIFY_H

#include "base/check.h"

void notify_ready(void);
void notify_reloading(void);
void notify_stopping(void);
// Sockets that were handed over: their number, the first one in *fd. Negative when that failed.
int notify_sockets(int *fd);

#endif
