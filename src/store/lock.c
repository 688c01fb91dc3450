// lock.c: the lock beside a store.
// SPDX-License-Identifier: Apache-2.0
#include "store/lock.h"

#include "base/limits.h"
#include "sys/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char scheme[] = "sqlite:";

const char *lock_place(const char *url, struct roster_error *err)
{
    size_t len = strlen(scheme);
    if (strncmp(url, scheme, len) != 0 || url[len] == '\0') {
        fail(err, ROSTER_ERR_UNAVAILABLE, 0, "the store is given as sqlite:PATH");
        return NULL;
    }
    if (strlen(url) > URL_TEXT_MAX) {
        fail(err, ROSTER_ERR_UNAVAILABLE, 0, "the path of the store has more than %d bytes",
             URL_TEXT_MAX);
        return NULL;
    }
    return url + len;
}

static int open_lock(const char *place)
{
    char path[URL_TEXT_MAX + 8];
    snprintf(path, sizeof(path), "%s.lock", place);
    return open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
}

// Only a file of our own making may be given away.
static int make_lock(const char *place)
{
    char path[URL_TEXT_MAX + 8];
    snprintf(path, sizeof(path), "%s.lock", place);
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_CREAT | O_EXCL, 0600);
    if (fd < 0) {
        return errno == EEXIST ? open_lock(place) : -1;
    }
    if (!owner_follow(fd, path)) {
        close(fd);
        return -1;
    }
    return fd;
}

static void refuse_open(const char *place, int cause, struct roster_error *err)
{
    const char *slash = strrchr(place, '/');
    if (cause == ENOENT && slash != NULL) {
        fail(err, ROSTER_ERR_UNAVAILABLE, 0, "the folder %.*s does not exist: make it first",
             slash == place ? 1 : (int)(slash - place), place);
    } else {
        fail(err, ROSTER_ERR_UNAVAILABLE, 0, "cannot open %s.lock: %s", place, strerror(cause));
    }
}

int lock_take(const char *place, struct roster_error *err)
{
    int fd = make_lock(place);
    if (fd < 0) {
        refuse_open(place, errno, err);
        return -1;
    }
    if (fchmod(fd, 0600) != 0) {
        fail(err, ROSTER_ERR_UNAVAILABLE, 0, "cannot make %s.lock private: %s", place,
             strerror(errno));
        close(fd);
        return -1;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        fail(err, ROSTER_ERR_UNAVAILABLE, 0,
             errno == EWOULDBLOCK ? "another process has the store %s open: stop it first"
                                  : "cannot lock the store %s",
             place);
        close(fd);
        return -1;
    }
    return fd;
}

void lock_give(int lock)
{
    if (lock >= 0) {
        close(lock);
    }
}

bool lock_is_taken(const char *place)
{
    int fd = open_lock(place);
    if (fd < 0) {
        return false;
    }
    bool taken = flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    close(fd);
    return taken;
}
