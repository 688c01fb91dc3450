// owner.c: giving files of root to the owner of their folder.
// SPDX-License-Identifier: Apache-2.0
#include "sys/owner.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

static bool folder_of(const char *path, char out[PATH_BYTES])
{
    const char *slash = strrchr(path, '/');
    int len = slash == NULL   ? snprintf(out, PATH_BYTES, ".")
              : slash == path ? snprintf(out, PATH_BYTES, "/")
                              : snprintf(out, PATH_BYTES, "%.*s", (int)(slash - path), path);
    if (len >= PATH_BYTES) {
        errno = ENAMETOOLONG;
    }
    return len < PATH_BYTES;
}

bool owner_follow(int fd, const char *path)
{
    char folder[PATH_BYTES];
    struct stat above;
    if (geteuid() != 0) {
        return true;
    }
    return folder_of(path, folder) && stat(folder, &above) == 0 &&
           (above.st_uid == 0 || fchown(fd, above.st_uid, above.st_gid) == 0);
}
