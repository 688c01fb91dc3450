// tests/faults/readonly.c: a file system that the kernel makes read-only under open files.
//
// A preloaded library. That is what Linux does after an error of the disk, and no command does it
// to order: a remount is refused while something is open for writing. While the file that
// READONLY_SWITCH names exists, what would change a file or a name below READONLY_FOLDER is EROFS.
// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

static bool is_on(void)
{
    const char *path = getenv("READONLY_SWITCH");
    return path != NULL && access(path, F_OK) == 0;
}

static bool is_below(const char *path)
{
    const char *folder = getenv("READONLY_FOLDER");
    return folder != NULL && strncmp(path, folder, strlen(folder)) == 0;
}

static bool refused(void)
{
    errno = EROFS;
    return true;
}

static bool is_refused(int fd)
{
    char link[64], path[PATH_MAX];
    if (!is_on()) {
        return false;
    }
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t len = readlink(link, path, sizeof(path) - 1);
    path[len < 0 ? 0 : len] = '\0';
    return is_below(path) && refused();
}

// A relative name is one of the folder that is open as `folder`; the store is named whole.
static bool is_name_refused(int folder, const char *path)
{
    if (!is_on()) {
        return false;
    }
    return path[0] == '/' || folder == AT_FDCWD ? is_below(path) && refused() : is_refused(folder);
}

static bool wants_to_write(int flags)
{
    return (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)) != 0;
}

#define REFUSE_FD(type, name, parameters, arguments)                                               \
    type name parameters                                                                           \
    {                                                                                              \
        return is_refused(fd) ? -1 : REAL(name) arguments;                                         \
    }

#define REFUSE_NAME(type, name, parameters, folder, path, arguments)                               \
    type name parameters                                                                           \
    {                                                                                              \
        return is_name_refused(folder, path) ? -1 : REAL(name) arguments;                          \
    }

REFUSE_FD(ssize_t, write, (int fd, const void *data, size_t len), (fd, data, len))
REFUSE_FD(ssize_t, writev, (int fd, const struct iovec *pieces, int count), (fd, pieces, count))
REFUSE_FD(ssize_t, pwrite, (int fd, const void *data, size_t len, off_t at), (fd, data, len, at))
REFUSE_FD(ssize_t, pwrite64, (int fd, const void *data, size_t len, off64_t at),
          (fd, data, len, at))
REFUSE_FD(int, ftruncate, (int fd, off_t len), (fd, len))
REFUSE_FD(int, ftruncate64, (int fd, off64_t len), (fd, len))
REFUSE_FD(int, fchmod, (int fd, mode_t mode), (fd, mode))
REFUSE_NAME(int, unlink, (const char *path), AT_FDCWD, path, (path))
REFUSE_NAME(int, unlinkat, (int folder, const char *path, int flags), folder, path,
            (folder, path, flags))
REFUSE_NAME(int, mkdir, (const char *path, mode_t mode), AT_FDCWD, path, (path, mode))
REFUSE_NAME(int, chmod, (const char *path, mode_t mode), AT_FDCWD, path, (path, mode))
REFUSE_NAME(int, rename, (const char *from, const char *to), AT_FDCWD, to, (from, to))
REFUSE_NAME(int, renameat, (int from_folder, const char *from, int folder, const char *to), folder,
            to, (from_folder, from, folder, to))

static mode_t mode_of(int flags, va_list rest)
{
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
}

#define REFUSE_OPEN(name)                                                                          \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        mode_t mode = mode_of(flags, rest);                                                        \
        va_end(rest);                                                                              \
        return wants_to_write(flags) && is_name_refused(AT_FDCWD, path)                            \
                   ? -1                                                                            \
                   : REAL(name)(path, flags, mode);                                                \
    }

REFUSE_OPEN(open)
REFUSE_OPEN(open64)

int openat(int folder, const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return wants_to_write(flags) && is_name_refused(folder, path)
               ? -1
               : REAL(openat)(folder, path, flags, mode);
}
