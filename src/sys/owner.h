// sys/owner.h: what root makes in the folder of another user belongs to that user.
//
// A server may run as a user of its own while root administers its store. A file that a command of
// root's leaves behind there would shut the server out.
// SPDX-License-Identifier: Apache-2.0
#ifndef SYS_OWNER_H
#define SYS_OWNER_H

#include "base/check.h"

// Gives `fd`, which this process has just made as `path`, to the owner of the folder it stands in.
// Only for what was made with O_EXCL, or mkdir: the owner of the folder may have put a link to
// something else there. Nothing to do for anybody but root. False: errno says why.
MUST_CHECK bool owner_follow(int fd, const char *path);

#endif
