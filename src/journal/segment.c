// segment.c: the folder of a journal and the heads of its files.
// SPDX-License-Identifier: Apache-2.0
#include "journal/segment.h"

#include "base/error.h"
#include "base/limits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC STR("rosterj2")
#define MAGIC_ALONE STR("rosterj1")

enum { NUMBER_DIGITS = 16, HEAD_BYTES = 16, HEAD_TEXT_MAX = 4096 };

static const char suffix[] = ".log";

void segment_name(int64_t number, char out[SEGMENT_NAME_BYTES])
{
    snprintf(out, SEGMENT_NAME_BYTES, "%0*lld%s", NUMBER_DIGITS, (long long)number, suffix);
}

int folder_open(const char *path, bool make)
{
    bool made = make && mkdir(path, 0700) == 0;
    if (make && !made && errno != EEXIST) {
        return -1;
    }
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

int folder_lock(int folder)
{
    int lock = openat(folder, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    while (lock >= 0 && flock(lock, LOCK_EX) != 0) {
        if (errno != EINTR) {
            close(lock);
            return -1;
        }
    }
    return lock;
}

void folder_unlock(int lock)
{
    close(lock);
}

static bool number_of(const char *name, int64_t *out)
{
    str text = str_of(name);
    return text.len == NUMBER_DIGITS + sizeof(suffix) - 1 &&
           str_equal(str_tail(text, NUMBER_DIGITS), str_of(suffix)) &&
           str_to_i64(str_head(text, NUMBER_DIGITS), out) && *out >= 0;
}

static void insert(struct segment_list *list, int64_t number)
{
    size_t at = list->count;
    while (at > 0 && list->numbers[at - 1] > number) {
        at--;
    }
    if (list->count == COUNT_OF(list->numbers)) {
        if (at == 0) {
            return;
        }
        at--;
        memmove(list->numbers, list->numbers + 1, at * sizeof(number));
    } else {
        memmove(list->numbers + at + 1, list->numbers + at, (list->count - at) * sizeof(number));
        list->count++;
    }
    list->numbers[at] = number;
}

bool segments_list(int folder, struct segment_list *out)
{
    int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    out->count = 0;
    if (dir == NULL) {
        if (fd >= 0) {
            close(fd);
        }
        return false;
    }
    // Nobody else reads this stream.
    // NOLINTNEXTLINE(concurrency-mt-unsafe)
    for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        int64_t number = 0;
        if (number_of(entry->d_name, &number)) {
            insert(out, number);
        }
    }
    closedir(dir);
    return true;
}

static void write_names(struct text *out)
{
    text_format(out, "%s\n", ROSTER_VERSION);
    for (int quirk = 0; quirk < ROSTER_QUIRK_COUNT; quirk++) {
        text_format(out, "%s%s", quirk > 0 ? " " : "", roster_quirk_name((enum roster_quirk)quirk));
    }
    text_lit(out, "\n");
    for (int code = 0; code < JOURNAL_CODES; code++) {
        text_format(out, "%s%s", code > 0 ? " " : "", error_name((enum roster_code)code));
    }
    text_lit(out, "\n");
}

void segment_head_write(struct text *out)
{
    uint32_t lengths[2] = {0};
    text_add(out, MAGIC);
    size_t at = out->len;
    text_add(out, (str){(const char *)lengths, sizeof(lengths)});
    write_names(out);
    while (out->len % sizeof(uint64_t) != 0 && !out->full) {
        text_char(out, ' ');
    }
    if (!out->full) {
        lengths[0] = (uint32_t)(out->len - HEAD_BYTES);
        memcpy(out->ptr + at, lengths, sizeof(lengths));
    }
}

static int find_quirk(str name)
{
    enum roster_quirk quirk = 0;
    return roster_quirk_find(name, &quirk) ? (int)quirk : -1;
}

static int find_code(str name)
{
    for (int code = 0; code < JOURNAL_CODES; code++) {
        if (str_equal(name, str_of(error_name((enum roster_code)code)))) {
            return code;
        }
    }
    return -1;
}

static void read_names(str line, int (*find)(str name), int *out, size_t max)
{
    for (size_t at = 0; at < max; at++) {
        str name = {0};
        str_cut(line, ' ', &name, &line);
        out[at] = name.len > 0 ? find(name) : -1;
    }
}

bool segment_head_read(str bytes, struct segment_names *out, size_t *len)
{
    uint32_t text_len = 0;
    str line = {0};
    if (bytes.len < HEAD_BYTES) {
        return false;
    }
    out->alone = str_equal(str_head(bytes, MAGIC.len), MAGIC_ALONE);
    if (!out->alone && !str_equal(str_head(bytes, MAGIC.len), MAGIC)) {
        return false;
    }
    memcpy(&text_len, bytes.ptr + MAGIC.len, sizeof(text_len));
    if (text_len > HEAD_TEXT_MAX || text_len > bytes.len - HEAD_BYTES) {
        return false;
    }
    str text = {bytes.ptr + HEAD_BYTES, text_len};
    str_cut(text, '\n', &line, &text);
    snprintf(out->version, sizeof(out->version), "%.*s", STR_ARGS(line));
    str_cut(text, '\n', &line, &text);
    read_names(line, find_quirk, out->quirks, COUNT_OF(out->quirks));
    str_cut(text, '\n', &line, &text);
    read_names(line, find_code, out->codes, COUNT_OF(out->codes));
    *len = HEAD_BYTES + text_len;
    return true;
}

static uint64_t translate_bits(const struct segment_names *names, uint64_t bits)
{
    uint64_t out = 0;
    for (; bits != 0; bits &= bits - 1) {
        int quirk = names->quirks[__builtin_ctzll(bits)];
        out |= quirk < 0 ? 0 : UINT64_C(1) << quirk;
    }
    return out;
}

void segment_translate(const struct segment_names *names, struct record_facts *facts)
{
    int code = names->codes[facts->code];
    facts->quirks_on = translate_bits(names, facts->quirks_on);
    facts->quirks_used = translate_bits(names, facts->quirks_used);
    facts->code = (uint8_t)(code < 0 ? 0 : code);
}
