// reader.c: one segment after the other, read in whole as far as it is there.
// SPDX-License-Identifier: Apache-2.0
#include "journal/reader.h"

#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_BYTES_MAX = 2 * JOURNAL_SEGMENT_BYTES };

struct reader {
    int folder;
    int64_t number;  // of the segment at hand; -1: none yet
    int fd;          // -1: there is none, or it is gone
    int64_t base;    // where in the segment `bytes` were read
    char *bytes;
    size_t len;
    size_t at;     // of the next block in `bytes`, or record that stands alone
    bool started;  // its head was read
    bool broken;   // nothing more is to be had from it
    struct segment_names names;
    struct block block;  // before `at`
    size_t damaged;
};

struct reader *reader_open(const char *folder, int64_t since_ms, struct roster_error *err)
{
    struct segment_list list;
    struct reader *reader = calloc(1, sizeof(*reader));
    if (reader == NULL) {
        fail_memory(err);
        return NULL;
    }
    reader->fd = -1;
    reader->number = -1;
    reader->folder = folder_open(folder, false);
    if (reader->folder < 0 || !segments_list(reader->folder, &list)) {
        fail(err, errno == ENOENT ? ROSTER_ERR_NOT_FOUND : ROSTER_ERR_UNAVAILABLE, 0, "%s: %s",
             folder, strerror(errno));
        reader_close(reader);
        return NULL;
    }
    // A segment ends where the next one begins.
    for (size_t at = 1; at < list.count && list.numbers[at] < since_ms; at++) {
        reader->number = list.numbers[at - 1];
    }
    return reader;
}

static void leave_segment(struct reader *reader)
{
    if (reader->fd >= 0) {
        close(reader->fd);
    }
    free(reader->bytes);
    reader->fd = -1;
    reader->base = 0;
    reader->bytes = NULL;
    reader->len = 0;
    reader->at = 0;
    reader->started = false;
    reader->broken = false;
    reader->block.left = (str){0};
}

void reader_close(struct reader *reader)
{
    if (reader != NULL) {
        leave_segment(reader);
        if (reader->folder >= 0) {
            close(reader->folder);
        }
        free(reader);
    }
}

// The number of the segment at hand: another one by now, when a clock that was ahead had given it.
static int64_t number_now(const struct reader *reader, const struct segment_list *list)
{
    struct stat own;
    struct stat other;
    char name[SEGMENT_NAME_BYTES];
    if (list->count == 0 || list->numbers[list->count - 1] >= reader->number || reader->fd < 0 ||
        fstat(reader->fd, &own) != 0) {
        return reader->number;
    }
    for (size_t at = list->count; at > 0; at--) {
        segment_name(list->numbers[at - 1], name);
        if (fstatat(reader->folder, name, &other, AT_SYMLINK_NOFOLLOW) == 0 &&
            other.st_ino == own.st_ino) {
            return list->numbers[at - 1];
        }
    }
    return reader->number;
}

static bool find_next(const struct reader *reader, int64_t *number)
{
    struct segment_list list;
    if (!segments_list(reader->folder, &list)) {
        return false;
    }
    int64_t before = number_now(reader, &list);
    for (size_t at = 0; at < list.count; at++) {
        if (list.numbers[at] > before) {
            *number = list.numbers[at];
            return true;
        }
    }
    return false;
}

// From the segment at hand to the one behind it. False: there is none.
static bool enter_next(struct reader *reader)
{
    char name[SEGMENT_NAME_BYTES];
    int64_t number = 0;
    if (!find_next(reader, &number)) {
        return false;
    }
    reader->damaged += reader->broken || reader->at < reader->len;
    leave_segment(reader);
    segment_name(number, name);
    reader->number = number;
    reader->fd = openat(reader->folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    return true;
}

static void fill(struct reader *reader, size_t size)
{
    while (reader->len < size) {
        ssize_t len = pread(reader->fd, reader->bytes + reader->len, size - reader->len,
                            reader->base + (off_t)reader->len);
        if (len < 0 && errno == EINTR) {
            continue;
        }
        if (len <= 0) {
            return;
        }
        reader->len += (size_t)len;
    }
}

// Reads from the next block on to the end of the file. False: it has not grown.
static bool read_on(struct reader *reader)
{
    struct stat stat;
    int64_t known = reader->base + (int64_t)reader->len;
    if (reader->fd < 0 || reader->broken || fstat(reader->fd, &stat) != 0 ||
        stat.st_size <= known) {
        return false;
    }
    reader->base += (int64_t)reader->at;
    int64_t left = stat.st_size - reader->base;
    size_t size = left > (int64_t)READ_BYTES_MAX ? READ_BYTES_MAX : (size_t)left;
    free(reader->bytes);
    reader->at = 0;
    reader->len = 0;
    reader->bytes = malloc(size);
    if (reader->bytes != NULL) {
        fill(reader, size);
    }
    return reader->len > 0;
}

static str unread(const struct reader *reader)
{
    return (str){reader->bytes + reader->at, reader->len - reader->at};
}

static void read_head(struct reader *reader)
{
    size_t len = 0;
    reader->started = segment_head_read(unread(reader), &reader->names, &len);
    reader->broken = !reader->started;
    reader->at += len;
}

static enum record_outcome take_alone(struct reader *reader, struct record *out)
{
    size_t len = 0;
    enum record_outcome outcome = record_get(unread(reader), out, &len);
    reader->at += len;
    return outcome;
}

static enum record_outcome take_of_block(struct reader *reader, struct record *out)
{
    for (;;) {
        size_t len = 0;
        enum record_outcome outcome = block_take(&reader->block, out);
        if (outcome != RECORD_CUT) {
            return outcome;
        }
        outcome = block_read(unread(reader), &reader->block, &len);
        if (outcome != RECORD_OK) {
            return outcome;
        }
        reader->at += len;
    }
}

// From what was read already.
static bool take(struct reader *reader, struct record *out)
{
    if (reader->bytes != NULL && !reader->started && !reader->broken) {
        read_head(reader);
    }
    if (reader->bytes == NULL || reader->broken) {
        return false;
    }
    enum record_outcome outcome =
        reader->names.alone ? take_alone(reader, out) : take_of_block(reader, out);
    reader->broken = outcome == RECORD_BROKEN;
    if (outcome != RECORD_OK) {
        return false;
    }
    segment_translate(&reader->names, &out->facts);
    return true;
}

bool reader_next(struct reader *reader, struct record *out)
{
    while (!take(reader, out)) {
        if (!read_on(reader) && !enter_next(reader)) {
            return false;
        }
    }
    return true;
}

size_t reader_damaged(const struct reader *reader)
{
    return reader->damaged + (reader->broken || reader->at < reader->len);
}
