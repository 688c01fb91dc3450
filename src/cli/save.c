// save.c: another name, written and synced, then renamed; then the folder is synced.
// SPDX-License-Identifier: Apache-2.0
#include "cli/save.h"

#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

static bool write_all(int fd, str bytes)
{
    while (bytes.len > 0) {
        ssize_t written = write(fd, bytes.ptr, bytes.len);
        if (written < 0 && errno != EINTR) {
            return false;
        }
        bytes = str_tail(bytes, written < 0 ? 0 : (size_t)written);
    }
    return fsync(fd) == 0;
}

static bool write_new(const char *path, str bytes)
{
    (void)unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (fd < 0) {
        return false;
    }
    bool written = write_all(fd, bytes);
    return close(fd) == 0 && written;
}

static bool sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char folder[PATH_BYTES] = ".";
    if (slash != NULL) {
        snprintf(folder, sizeof(folder), "%.*s", slash == path ? 1 : (int)(slash - path), path);
    }
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return synced;
}

bool save_file(const char *path, str bytes, struct roster_error *err)
{
    char half[PATH_BYTES];
    int len = snprintf(half, sizeof(half), "%s.new", path);
    if (len <= 0 || (size_t)len >= sizeof(half)) {
        return fail(err, ROSTER_ERR_UNAVAILABLE, 0, "the path of the file is too long");
    }
    bool saved = write_new(half, bytes) && rename(half, path) == 0 && sync_folder(path);
    int why = errno;
    if (!saved) {
        (void)unlink(half);
    }
    return saved ||
           fail(err, ROSTER_ERR_UNAVAILABLE, 0, "cannot write %.150s: %s", path, strerror(why));
}
