// notify.c: the notification protocol of systemd, by its library; nothing where that is missing.
// SPDX-License-Identifier: Apache-2.0
#include "cli/notify.h"

#ifdef HAVE_SYSTEMD

#include "sys/sys.h"

#include <systemd/sd-daemon.h>

// Outside of a service these do nothing, and a manager that is deaf is no reason to stop.
void notify_ready(void)
{
    (void)sd_notify(0, "READY=1");
}

void notify_reloading(void)
{
    (void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)sys_monotonic_us());
}

void notify_stopping(void)
{
    (void)sd_notify(0, "STOPPING=1");
}

int notify_sockets(int *fd)
{
    int count = sd_listen_fds(1);
    *fd = count > 0 ? SD_LISTEN_FDS_START : -1;
    return count;
}

#else

void notify_ready(void)
{
}

void notify_reloading(void)
{
}

void notify_stopping(void)
{
}

int notify_sockets(int *fd)
{
    *fd = -1;
    return 0;
}

#endif
