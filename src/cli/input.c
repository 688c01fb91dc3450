// input.c: reading a whole file of bounded size.
// SPDX-License-Identifier: Apache-2.0
#include "cli/input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static bool refuse(const char *path, struct roster_error *err)
{
    return fail(err, ROSTER_ERR_NOT_FOUND, 0, "cannot read %.150s: %s", path, strerror(errno));
}

static bool read_all(int fd, const char *path, size_t len_max, struct roster_arena *arena, str *out,
                     struct roster_error *err)
{
    char *bytes = arena_alloc(arena, len_max + 1);
    size_t len = 0;
    ssize_t got = 1;
    if (bytes == NULL) {
        return fail_memory(err);
    }
    while (got > 0 && len <= len_max) {
        got = read(fd, bytes + len, len_max + 1 - len);
        if (got < 0 && errno == EINTR) {
            got = 1;
        } else if (got > 0) {
            len += (size_t)got;
        }
    }
    if (got < 0) {
        return refuse(path, err);
    }
    if (len > len_max) {
        return fail(err, ROSTER_ERR_TOO_LARGE, 0, "%.150s has more than %zu bytes", path, len_max);
    }
    if (len == 0) {
        return fail(err, ROSTER_ERR_INVALID_SYNTAX, 0, "%.150s is empty", path);
    }
    *out = (str){bytes, len};
    return true;
}

bool input_read(const char *path, size_t len_max, struct roster_arena *arena, str *out,
                struct roster_error *err)
{
    if (strcmp(path, "-") == 0) {
        return read_all(STDIN_FILENO, "standard input", len_max, arena, out, err);
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return refuse(path, err);
    }
    bool done = read_all(fd, path, len_max, arena, out, err);
    close(fd);
    return done;
}
