// driver_sqlite_copy.c: another file with what a store holds now.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "store/driver_sqlite.h"
#include "store/lock.h"
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool refuse(const char *path, const char *why, struct roster_error *err)
{
    return fail(err, ROSTER_ERR_UNAVAILABLE, 0, "cannot copy the store %.120s: %.100s", path, why);
}

// All pages in one step: that is one transaction of reads, so the copy is of one moment.
static bool copy_pages(sqlite3 *from, sqlite3 *to)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    int code = backup == NULL ? SQLITE_ERROR : sqlite3_backup_step(backup, -1);
    return sqlite3_backup_finish(backup) == SQLITE_OK && code == SQLITE_DONE;
}

static bool copy_into(sqlite3 *from, const char *place, const char *path, struct roster_error *err)
{
    sqlite3 *to = NULL;
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return refuse(place, strerror(errno), err);
    }
    close(fd);
    bool opened = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK;
    bool copied = opened && copy_pages(from, to);
    if (!copied) {
        (void)refuse(place, opened ? sqlite3_errmsg(to) : "out of memory", err);
    }
    return sqlite3_close(to) == SQLITE_OK && copied;
}

bool store_copy(const char *url, const char *path, struct roster_error *err)
{
    char whole[URL_TEXT_MAX + 3];
    sqlite3 *from = NULL;
    const char *place = lock_place(url, err);
    if (place == NULL) {
        return false;
    }
    // A relative path that begins with "file:" would be taken for a URI.
    snprintf(whole, sizeof(whole), "%s%s", place[0] == '/' ? "" : "./", place);
    bool opened = sqlite3_open_v2(whole, &from, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK;
    bool copied = opened ? copy_into(from, place, path, err)
                         : refuse(place, from != NULL ? sqlite3_errmsg(from) : "no memory", err);
    (void)sqlite3_close(from);
    return copied;
}
