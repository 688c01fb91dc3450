// shelf.c: the segment that grows, and the end of old ones.
//
// A start, and a segment that is full or as old as a SEGMENT_SHARE of what is kept, begin a new
// one. So a block that a crash cut off is the last of its segment, and what is taken away are
// whole files.
// SPDX-License-Identifier: Apache-2.0
#include "journal/shelf.h"

#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD_MAX KIB(8)

enum { SEGMENT_SHARE = 8 };

bool shelf_open(struct shelf *shelf, const char *folder)
{
    shelf->fd = -1;
    shelf->folder = folder_open(folder, true);
    return shelf->folder >= 0;
}

static void end_segment(struct shelf *shelf)
{
    if (shelf->fd >= 0) {
        close(shelf->fd);
        shelf->fd = -1;
    }
}

void shelf_close(struct shelf *shelf)
{
    end_segment(shelf);
    if (shelf->folder >= 0) {
        close(shelf->folder);
        shelf->folder = -1;
    }
}

static size_t size_of(const struct shelf *shelf, const char *name)
{
    struct stat stat;
    return fstatat(shelf->folder, name, &stat, AT_SYMLINK_NOFOLLOW) == 0 ? (size_t)stat.st_size : 0;
}

// Removes from the oldest on until the rest may stay beside `more` bytes to come.
static void trim(struct shelf *shelf, const struct segment_list *list, size_t more)
{
    char name[SEGMENT_NAME_BYTES];
    int64_t oldest_ms = env_now_ms(shelf->env) - shelf->age_ms;
    size_t kept = more;
    for (size_t at = list->count; at > 0; at--) {
        segment_name(list->numbers[at - 1], name);
        kept += size_of(shelf, name);
        bool too_many = list->count - at >= JOURNAL_SEGMENTS_MAX - 1;
        if (kept > shelf->size_max || list->numbers[at - 1] < oldest_ms || too_many) {
            kept = SIZE_MAX / 2;  // and so everything before it
            (void)unlinkat(shelf->folder, name, 0);
        }
    }
}

static size_t segment_max(const struct shelf *shelf)
{
    size_t share = shelf->size_max / SEGMENT_SHARE;
    return share < JOURNAL_SEGMENT_BYTES ? share : JOURNAL_SEGMENT_BYTES;
}

static bool write_all(int fd, str bytes)
{
    while (bytes.len > 0) {
        ssize_t len = write(fd, bytes.ptr, bytes.len);
        if (len < 0 && errno == EINTR) {
            continue;
        }
        if (len <= 0) {
            return false;
        }
        bytes = str_tail(bytes, (size_t)len);
    }
    return true;
}

static bool write_head(struct shelf *shelf)
{
    struct text head;
    struct roster_arena *arena = roster_arena_open(4 * HEAD_MAX);
    if (arena == NULL) {
        errno = ENOMEM;
        return false;
    }
    text_init(&head, arena, HEAD_MAX);
    segment_head_write(&head);
    bool written = !head.full && write_all(shelf->fd, text_str(&head));
    shelf->size = head.len;
    roster_arena_close(arena);
    return written;
}

// Begun by a clock that was ahead then and was set back since. Its name would keep it for as long
// as the clock was wrong, so it is called what it would be called now.
static void rename_ahead(const struct shelf *shelf, struct segment_list *list, int64_t now_ms)
{
    char from[SEGMENT_NAME_BYTES];
    char to[SEGMENT_NAME_BYTES];
    for (size_t at = 0; at < list->count; at++) {
        int64_t before = at > 0 ? list->numbers[at - 1] : 0;
        int64_t number = now_ms - (int64_t)(list->count - at);
        if (list->numbers[at] - now_ms <= CLOCK_WRONG_MS || number <= before) {
            continue;
        }
        segment_name(list->numbers[at], from);
        segment_name(number, to);
        if (renameat(shelf->folder, from, shelf->folder, to) == 0) {
            list->numbers[at] = number;
        }
    }
}

static bool begin_segment(struct shelf *shelf)
{
    struct segment_list list;
    char name[SEGMENT_NAME_BYTES];
    if (!segments_list(shelf->folder, &list)) {
        return false;
    }
    int64_t now_ms = env_now_ms(shelf->env);
    rename_ahead(shelf, &list, now_ms);
    trim(shelf, &list, segment_max(shelf));
    int64_t last = list.count > 0 ? list.numbers[list.count - 1] : 0;
    shelf->number = now_ms > last ? now_ms : last + 1;
    segment_name(shelf->number, name);
    shelf->fd =
        openat(shelf->folder, name, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    if (shelf->fd >= 0 && !write_head(shelf)) {
        end_segment(shelf);
        (void)unlinkat(shelf->folder, name, 0);
    }
    return shelf->fd >= 0;
}

// Somebody who holds the lock may have taken it away, or put another in its place.
static bool is_gone(const struct shelf *shelf)
{
    struct stat stat;
    return fstat(shelf->fd, &stat) != 0 || stat.st_nlink == 0;
}

static bool is_due(const struct shelf *shelf)
{
    int64_t age_ms = env_now_ms(shelf->env) - shelf->number;
    return age_ms > shelf->age_ms / SEGMENT_SHARE || age_ms < -CLOCK_WRONG_MS;
}

static bool append(struct shelf *shelf, str block)
{
    if (shelf->fd >= 0 &&
        (is_gone(shelf) || is_due(shelf) || shelf->size + block.len > segment_max(shelf))) {
        end_segment(shelf);
    }
    if (shelf->fd < 0 && !begin_segment(shelf)) {
        return false;
    }
    if (write_all(shelf->fd, block)) {
        shelf->size += block.len;
        return true;
    }
    int why = errno;
    if (ftruncate(shelf->fd, (off_t)shelf->size) != 0) {
        end_segment(shelf);
    }
    errno = why;
    return false;
}

bool shelf_append(struct shelf *shelf, str block)
{
    int lock = folder_lock(shelf->folder);
    if (lock < 0) {
        return false;
    }
    bool appended = append(shelf, block);
    int why = errno;
    folder_unlock(lock);
    errno = why;
    return appended;
}

void shelf_trim(struct shelf *shelf)
{
    struct segment_list list;
    int lock = folder_lock(shelf->folder);
    if (lock < 0) {
        return;
    }
    if (shelf->fd >= 0 && is_due(shelf)) {
        end_segment(shelf);
    }
    if (segments_list(shelf->folder, &list)) {
        trim(shelf, &list, 0);
    }
    folder_unlock(lock);
}
