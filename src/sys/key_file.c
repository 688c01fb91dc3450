// key_file.c: 8 bytes of what it is, 8 of when it was made, 32 of key.
//
// A key is written under another name, synced, renamed, and then its folder is synced: it is there
// whole or not at all. Modes hold under any umask, and are put right where a restore widened them.
// SPDX-License-Identifier: Apache-2.0
#include "sys/key_file.h"

#include "sys/owner.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_MAX_LEN = 255, HEAD_LEN = 8, TIME_LEN = 8 };
enum { FILE_LEN = HEAD_LEN + TIME_LEN + SEAL_KEY_LEN };

static const char head[HEAD_LEN] = {'R', 'S', 'T', 'K', 'E', 'Y', '1', '\n'};
static const char whole[] = ".key";
static const char half[] = ".new";

bool key_place_init(struct key_place *place, const char *folder, const char *name)
{
    place->folder = strdup(folder);
    place->name = strdup(name);
    return place->folder != NULL && place->name != NULL;
}

void key_place_release(struct key_place *place)
{
    free(place->folder);
    free(place->name);
}

static bool print_name(const struct key_place *place, uint32_t id, const char *end,
                       char out[NAME_MAX_LEN + 1])
{
    int len = snprintf(out, NAME_MAX_LEN + 1, "%s-%08x%s", place->name, id, end);
    return len > 0 && len <= NAME_MAX_LEN;
}

// The id in a name that ends with `end`.
static bool read_name(const struct key_place *place, const char *name, const char *end,
                      uint32_t *id)
{
    char same[NAME_MAX_LEN + 1];
    size_t prefix = strlen(place->name);
    if (strncmp(name, place->name, prefix) != 0 || name[prefix] != '-') {
        return false;
    }
    *id = (uint32_t)strtoul(name + prefix + 1, NULL, 16);
    return print_name(place, *id, end, same) && strcmp(name, same) == 0;
}

static bool read_file(int folder, const char *name, struct key_file *out)
{
    unsigned char bytes[FILE_LEN + 1];
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    ssize_t len = fd < 0 ? -1 : read(fd, bytes, sizeof(bytes));
    if (fd >= 0) {
        close(fd);
    }
    bool good = len == FILE_LEN && memcmp(bytes, head, HEAD_LEN) == 0;
    uint64_t created = 0;
    for (size_t at = 0; good && at < TIME_LEN; at++) {
        created = created << 8 | bytes[HEAD_LEN + at];
    }
    if (good) {
        out->created_ms = (int64_t)created;
        memcpy(out->key.bytes, bytes + HEAD_LEN + TIME_LEN, SEAL_KEY_LEN);
    }
    secret_wipe(bytes, sizeof(bytes));
    return good;
}

void key_files_each(const struct key_place *place,
                    void (*each)(void *ctx, const struct key_file *file), void *ctx)
{
    DIR *folder = opendir(place->folder);
    if (folder == NULL) {
        return;
    }
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        struct key_file file = {0};
        uint32_t ignored = 0;
        if (read_name(place, entry->d_name, half, &ignored)) {
            (void)unlinkat(dirfd(folder), entry->d_name, 0);
        } else if (read_name(place, entry->d_name, whole, &file.id) &&
                   read_file(dirfd(folder), entry->d_name, &file)) {
            each(ctx, &file);
        }
        secret_wipe(&file, sizeof(file));
    }
    closedir(folder);
}

// The folder's own name stands in the one above it.
static bool sync_above(const char *folder)
{
    char above[4096];
    int len = snprintf(above, sizeof(above), "%s/..", folder);
    int fd = len > 0 && (size_t)len < sizeof(above)
                 ? open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                 : -1;
    bool synced = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return synced;
}

static int open_folder(const char *path)
{
    struct stat stat;
    bool made = mkdir(path, 0700) == 0;
    if (!made && errno != EEXIST) {
        return -1;
    }
    if (made && (chmod(path, 0700) != 0 || !sync_above(path))) {
        return -1;
    }
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    bool good = fd >= 0 && (!made || owner_follow(fd, path)) && fstat(fd, &stat) == 0 &&
                ((stat.st_mode & 0777) == 0700 || fchmod(fd, 0700) == 0);
    if (!good && fd >= 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static bool write_bytes(int folder, const struct key_place *place, const char *name,
                        const unsigned char bytes[FILE_LEN])
{
    (void)unlinkat(folder, name, 0);
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return false;
    }
    // The folder of keys is of the owner of the folder above it.
    bool written = owner_follow(fd, place->folder) && fchmod(fd, 0600) == 0 &&
                   write(fd, bytes, FILE_LEN) == FILE_LEN && fsync(fd) == 0;
    return close(fd) == 0 && written;
}

bool key_file_write(const struct key_place *place, const struct key_file *file)
{
    char from[NAME_MAX_LEN + 1];
    char to[NAME_MAX_LEN + 1];
    unsigned char bytes[FILE_LEN];
    if (!print_name(place, file->id, half, from) || !print_name(place, file->id, whole, to)) {
        return false;
    }
    int folder = open_folder(place->folder);
    if (folder < 0) {
        return false;
    }
    memcpy(bytes, head, HEAD_LEN);
    for (size_t at = 0; at < TIME_LEN; at++) {
        bytes[HEAD_LEN + at] = (unsigned char)((uint64_t)file->created_ms >> (56 - 8 * at));
    }
    memcpy(bytes + HEAD_LEN + TIME_LEN, file->key.bytes, SEAL_KEY_LEN);
    bool written = write_bytes(folder, place, from, bytes) &&
                   renameat(folder, from, folder, to) == 0 && fsync(folder) == 0;
    if (!written) {
        (void)unlinkat(folder, from, 0);
    }
    secret_wipe(bytes, sizeof(bytes));
    close(folder);
    return written;
}

void key_file_remove(const struct key_place *place, uint32_t id)
{
    char path[4096 + NAME_MAX_LEN + 2];
    char name[NAME_MAX_LEN + 1];
    if (print_name(place, id, whole, name)) {
        int len = snprintf(path, sizeof(path), "%s/%s", place->folder, name);
        if (len > 0 && (size_t)len < sizeof(path)) {
            (void)unlink(path);
        }
    }
}
