// purge.c: segments without some of their records.
// SPDX-License-Identifier: Apache-2.0
#include "journal/purge.h"

#include "base/limits.h"
#include "journal/names.h"
#include "journal/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char fresh[] = "fresh";

struct purging {
    const struct journal_purge *what;
    struct roster_arena *scratch;
    struct roster_arena *thinner;  // of the draft
    struct block block;
    struct block_draft draft;
    int folder;
    struct journal_purged done;
};

// Of a record of the tenant.
static bool is_meant(const struct purging *purging, const struct record *record)
{
    const struct journal_purge *what = purging->what;
    for (size_t at = 0; at < what->count; at++) {
        if (record_names(record, what->names[at], purging->scratch)) {
            return true;
        }
    }
    return what->count == 0;
}

// Whether a record goes; those of the tenant are counted.
static bool judge(struct purging *purging, const struct record *record)
{
    if (!str_equal(record->texts[RECORD_TENANT], purging->what->tenant)) {
        return false;
    }
    bool goes = is_meant(purging, record);
    purging->done.dropped += goes;
    purging->done.kept += !goes;
    return goes;
}

static size_t keep_alone(struct purging *purging, char *bytes, size_t at, size_t len)
{
    struct record record;
    size_t kept = at;
    size_t size = 0;
    for (; record_get((str){bytes + at, len - at}, &record, &size) == RECORD_OK; at += size) {
        if (!judge(purging, &record)) {
            memmove(bytes + kept, bytes + at, size);
            kept += size;
        }
    }
    return kept;
}

// A block without some of its records, never longer than it was; empty when none is left. False
// without memory.
static bool thin_out(struct purging *purging, str *out)
{
    struct block *block = &purging->block;
    uint16_t numbers[JOURNAL_COMMONS_MAX] = {0};
    struct block_draft *draft = &purging->draft;
    struct record record;
    bool kept = false;
    bool fits = true;
    block_begin(draft, purging->thinner, block->clock_us);
    while (fits && block_take(block, &record) == RECORD_OK) {
        size_t at = block->number - 1U;
        if (!judge(purging, &record)) {
            fits = block_add(draft, &numbers[at], block->commons[at], block->own);
            kept = true;
        }
    }
    *out = kept ? block_end(draft) : (str){0};
    return fits;
}

// False without memory.
static bool keep_blocks(struct purging *purging, char *bytes, size_t at, size_t len, size_t *kept)
{
    size_t size = 0;
    *kept = at;
    for (; block_read((str){bytes + at, len - at}, &purging->block, &size) == RECORD_OK;
         at += size) {
        str thin = {0};
        bool done = thin_out(purging, &thin);
        assert(thin.len <= size);
        if (done && thin.len > 0) {
            memcpy(bytes + *kept, thin.ptr, thin.len);
            *kept += thin.len;
        }
        if (!done) {
            errno = ENOMEM;
            return false;
        }
    }
    return true;
}

// Moves what stays together; *kept is its length. What is damaged goes too: nobody knows whom it is
// about. False without memory.
static bool keep_others(struct purging *purging, char *bytes, size_t len, size_t *kept)
{
    struct segment_names names;
    size_t at = 0;
    *kept = 0;
    if (!segment_head_read((str){bytes, len}, &names, &at)) {
        return true;
    }
    if (names.alone) {
        *kept = keep_alone(purging, bytes, at, len);
        return true;
    }
    return keep_blocks(purging, bytes, at, len, kept);
}

static bool write_whole(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t done = write(fd, bytes, len);
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done <= 0) {
            return false;
        }
        bytes += done;
        len -= (size_t)done;
    }
    return true;
}

// In one step: there is the old segment or the new one.
static bool replace(const struct purging *purging, const char *name, const char *bytes, size_t len)
{
    (void)unlinkat(purging->folder, fresh, 0);
    int fd = openat(purging->folder, fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool written = fd >= 0 && write_whole(fd, bytes, len) && fsync(fd) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return written && renameat(purging->folder, fresh, purging->folder, name) == 0;
}

static bool read_whole(const struct purging *purging, const char *name, char **out, size_t *len)
{
    struct stat stat;
    int fd = openat(purging->folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    *len = 0;
    *out = NULL;
    if (fd < 0) {
        return false;
    }
    size_t size = fstat(fd, &stat) == 0 ? (size_t)stat.st_size : 0;
    *out = malloc(size + 1);
    for (ssize_t got = 1; *out != NULL && got > 0 && *len < size;) {
        got = read(fd, *out + *len, size - *len);
        *len += got > 0 ? (size_t)got : 0;
    }
    close(fd);
    return *out != NULL && *len == size;
}

static bool purge_one(struct purging *purging, int64_t number)
{
    char name[SEGMENT_NAME_BYTES];
    char *bytes = NULL;
    size_t len = 0;
    size_t kept = 0;
    segment_name(number, name);
    bool done = read_whole(purging, name, &bytes, &len) &&
                keep_others(purging, bytes, len, &kept) &&
                (kept == len || replace(purging, name, bytes, kept));
    free(bytes);
    return done;
}

static bool purge_all(struct purging *purging)
{
    struct segment_list list;
    if (!segments_list(purging->folder, &list)) {
        return false;
    }
    for (size_t at = 0; at < list.count; at++) {
        if (!purge_one(purging, list.numbers[at])) {
            return false;
        }
    }
    return fsync(purging->folder) == 0;
}

static bool purge_locked(struct purging *purging)
{
    int lock = folder_lock(purging->folder);
    if (lock < 0) {
        return false;
    }
    bool done = purge_all(purging);
    int why = errno;
    folder_unlock(lock);
    errno = why;
    return done;
}

bool journal_purge(const char *folder, const struct journal_purge *what, struct journal_purged *out,
                   struct roster_error *err)
{
    struct purging purging = {.what = what, .folder = folder_open(folder, false)};
    *out = (struct journal_purged){0};
    if (purging.folder < 0) {
        return errno == ENOENT ||
               fail(err, ROSTER_ERR_UNAVAILABLE, 0, "%.150s: %s", folder, strerror(errno));
    }
    purging.scratch = roster_arena_open(MIB(1));
    purging.thinner = roster_arena_open(4 * JOURNAL_BLOCK_MAX);
    bool done = purging.scratch != NULL && purging.thinner != NULL && purge_locked(&purging);
    if (!done) {
        fail(err, ROSTER_ERR_UNAVAILABLE, 0, "the journal %.150s: %s", folder, strerror(errno));
    }
    *out = purging.done;
    roster_arena_close(purging.thinner);
    roster_arena_close(purging.scratch);
    close(purging.folder);
    return done;
}
