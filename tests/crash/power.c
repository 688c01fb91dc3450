// tests/crash/power.c: what a power cut leaves of a folder.
//
// A preloaded library. A killed process proves nothing about fsync: the kernel keeps its pages. So
// this keeps a shadow of the folder POWER_FOLDER in POWER_SHADOW that holds what was synced only:
// the bytes of a file as of its last fdatasync or fsync, and the names that the folder had when the
// folder itself was last synced; until then a renamed file has its old name. After a kill the test
// puts the shadow in the place of the folder.
// While the file POWER_LIE exists, every sync succeeds and does nothing: the control of the test.
// While the file POWER_EIO exists, every sync fails with EIO, and what was to be synced is lost for
// later syncs too, since the kernel takes such pages for clean from then on.
//
// The model does not reorder writes between two syncs, and a kill may cut a sync in the middle.
// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FILES_MAX = 64, RANGES_MAX = 4096, RENAMES_MAX = 64, COPY_BYTES = 1 << 16 };

struct range {
    off_t from, to;
};

// What was written to one file since its last sync. `whole`: too much to tell, or never synced.
struct dirty {
    dev_t device;
    ino_t inode;
    char name[NAME_MAX + 1];  // the same inode under another name is another file
    bool whole;
    size_t count;
    struct range ranges[RANGES_MAX];
};

// Names below the folder, of which the folder has not been synced since.
struct renamed {
    char from[PATH_MAX], to[PATH_MAX];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct dirty files[FILES_MAX];
static size_t file_count;
static struct renamed renames[RENAMES_MAX];
static size_t rename_count;

static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static int (*real_renameat)(int, const char *, int, const char *);

static void die(const char *what)
{
    fprintf(stderr, "power: %s: %s\n", what, strerror(errno));
    abort();
}

static void load(void)
{
    if (real_write == NULL) {
        real_pwrite = (ssize_t(*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite64");
        real_writev = (ssize_t(*)(int, const struct iovec *, int))dlsym(RTLD_NEXT, "writev");
        real_renameat = (int (*)(int, const char *, int, const char *))dlsym(RTLD_NEXT, "renameat");
        real_write = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    }
}

// What of a path is below the watched folder, "" for the folder itself, NULL for all else.
static const char *below(const char *path)
{
    const char *folder = getenv("POWER_FOLDER");
    if (folder == NULL) {
        return NULL;
    }
    size_t prefix = strlen(folder);
    if (strncmp(path, folder, prefix) != 0 || (path[prefix] != '/' && path[prefix] != '\0')) {
        return NULL;
    }
    return path[prefix] == '/' ? path + prefix + 1 : path + prefix;
}

static const char *watched(int fd, char path[static PATH_MAX])
{
    char link[64];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t len = readlink(link, path, PATH_MAX - 1);
    path[len < 0 ? 0 : len] = '\0';
    return len < 0 ? NULL : below(path);
}

static struct dirty *dirty_of(int fd, const char *name)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        return NULL;
    }
    struct dirty *file = files, *end = files + file_count;
    while (file < end && (file->device != st.st_dev || file->inode != st.st_ino)) {
        file++;
    }
    if (file < end && strcmp(file->name, name) == 0) {
        return file;
    }
    if (file == files + FILES_MAX) {
        die("too many files");
    }
    file_count += file == end;
    *file = (struct dirty){.device = st.st_dev, .inode = st.st_ino, .whole = true};
    snprintf(file->name, sizeof(file->name), "%s", name);
    return file;
}

static void note(int fd, off_t from, ssize_t len)
{
    char path[PATH_MAX];
    const char *name = len > 0 ? watched(fd, path) : NULL;
    if (name == NULL) {
        return;
    }
    pthread_mutex_lock(&lock);
    struct dirty *file = dirty_of(fd, name);
    if (file != NULL && !file->whole) {
        struct range *last = file->count > 0 ? &file->ranges[file->count - 1] : NULL;
        if (last != NULL && last->to == from) {
            last->to = from + len;
        } else if (file->count < RANGES_MAX) {
            file->ranges[file->count++] = (struct range){from, from + len};
        } else {
            file->whole = true;
        }
    }
    pthread_mutex_unlock(&lock);
}

static void note_behind(int fd, ssize_t len)
{
    if (len > 0) {
        note(fd, lseek(fd, 0, SEEK_CUR) - len, len);
    }
}

static int shadow_file(const char *name, int flags)
{
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/%s", getenv("POWER_SHADOW"), name);
    for (char *slash = path + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
    int fd = open(path, flags | O_CLOEXEC, 0600);
    if (fd < 0) {
        die(path);
    }
    return fd;
}

static void copy(int from, int to, struct range range)
{
    static char piece[COPY_BYTES];
    while (range.from < range.to) {
        size_t want = (size_t)(range.to - range.from);
        ssize_t got = pread(from, piece, want < COPY_BYTES ? want : COPY_BYTES, range.from);
        if (got <= 0) {
            break;
        }
        if (real_pwrite(to, piece, (size_t)got, range.from) != got) {
            die("cannot write the shadow");
        }
        range.from += got;
    }
}

// The bytes of one file reach the disk. A file that was opened for writing only is read anew.
static void sync_file(int fd, const char *name)
{
    struct stat st;
    struct dirty *file = dirty_of(fd, name);
    char path[64];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    int from = open(path, O_RDONLY | O_CLOEXEC), to = shadow_file(name, O_WRONLY | O_CREAT);
    if (file == NULL || from < 0 || fstat(from, &st) != 0) {
        die("cannot read what is synced");
    }
    if (file->whole) {
        copy(from, to, (struct range){0, st.st_size});
    }
    for (size_t i = 0; i < file->count; i++) {
        copy(from, to, file->ranges[i]);
    }
    if (ftruncate(to, st.st_size) != 0) {
        die("cannot cut the shadow");
    }
    file->whole = false;
    file->count = 0;
    close(from);
    close(to);
}

static void shadow_path(const char *name, char out[static PATH_MAX])
{
    if (snprintf(out, PATH_MAX, "%s/%s", getenv("POWER_SHADOW"), name) >= PATH_MAX) {
        die("a path is too long");
    }
}

// What was synced under an old name is found under the new one from now on.
static void sync_renames(const char *folder)
{
    size_t kept = 0, len = strlen(folder);
    for (size_t i = 0; i < rename_count; i++) {
        char from[PATH_MAX], to[PATH_MAX];
        const char *slash = strrchr(renames[i].to, '/');
        size_t place = slash == NULL ? 0 : (size_t)(slash - renames[i].to);
        if (place != len || strncmp(renames[i].to, folder, len) != 0) {
            renames[kept++] = renames[i];
            continue;
        }
        shadow_path(renames[i].from, from);
        shadow_path(renames[i].to, to);
        if (real_renameat(AT_FDCWD, from, AT_FDCWD, to) != 0 && errno != ENOENT) {
            die("cannot rename in the shadow");
        }
    }
    rename_count = kept;
}

// The names in a folder reach the disk: the shadow keeps their list beside the files. A folder is
// journalled, so a kill in the middle of this leaves the old list or the new one, never half of it.
static void sync_names(int fd, const char *name)
{
    char list[PATH_MAX], path[PATH_MAX + 64], made[PATH_MAX + 64];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    snprintf(list, sizeof(list), "%s%s.names.new", name, *name == '\0' ? "" : "/");
    DIR *folder = opendir(path);
    int to = shadow_file(list, O_WRONLY | O_CREAT | O_TRUNC);
    if (folder == NULL) {
        die("cannot read a synced folder");
    }
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        dprintf(to, "%s\n", entry->d_name);
    }
    closedir(folder);
    close(to);
    sync_renames(name);
    snprintf(made, sizeof(made), "%s/%s", getenv("POWER_SHADOW"), list);
    snprintf(path, sizeof(path), "%.*s", (int)(strlen(made) - strlen(".new")), made);
    if (rename(made, path) != 0) {
        die("cannot keep the names");
    }
}

static bool told(const char *variable)
{
    const char *path = getenv(variable);
    return path != NULL && access(path, F_OK) == 0;
}

static int sync_fails(int fd, const char *name)
{
    struct dirty *file = dirty_of(fd, name);
    if (file != NULL) {
        file->whole = false;
        file->count = 0;
    }
    errno = EIO;
    return -1;
}

static int synced(int fd)
{
    char path[PATH_MAX];
    struct stat st;
    const char *name = watched(fd, path);
    load();
    if (name == NULL || fstat(fd, &st) != 0 || told("POWER_LIE")) {
        return 0;
    }
    int result = 0;
    pthread_mutex_lock(&lock);
    if (told("POWER_EIO")) {
        result = sync_fails(fd, name);
    } else if (S_ISDIR(st.st_mode)) {
        sync_names(fd, name);
    } else if (S_ISREG(st.st_mode)) {
        sync_file(fd, name);
    }
    pthread_mutex_unlock(&lock);
    return result;
}

int fdatasync(int fd)
{
    return synced(fd);
}

int fsync(int fd)
{
    return synced(fd);
}

ssize_t pwrite64(int fd, const void *data, size_t len, off64_t at)
{
    load();
    ssize_t done = real_pwrite(fd, data, len, at);
    note(fd, at, done);
    return done;
}

ssize_t pwrite(int fd, const void *data, size_t len, off_t at)
{
    return pwrite64(fd, data, len, at);
}

ssize_t write(int fd, const void *data, size_t len)
{
    load();
    ssize_t done = real_write(fd, data, len);
    int error = errno;
    note_behind(fd, done);
    errno = error;
    return done;
}

// A path that is relative to the working folder is none of the store's, which is named whole.
static const char *name_at(int folder, const char *path, char whole[static PATH_MAX])
{
    whole[0] = '\0';
    if (path[0] != '/' && folder != AT_FDCWD && watched(folder, whole) == NULL) {
        return NULL;
    }
    size_t len = strlen(whole);
    int more = snprintf(whole + len, PATH_MAX - len, "%s%s", len > 0 ? "/" : "", path);
    return (size_t)more < PATH_MAX - len ? below(whole) : NULL;
}

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    char from_path[PATH_MAX], to_path[PATH_MAX];
    load();
    const char *from_name = name_at(from_folder, from, from_path);
    const char *to_name = name_at(to_folder, to, to_path);
    int failed = real_renameat(from_folder, from, to_folder, to);
    if (failed == 0 && from_name != NULL && to_name != NULL) {
        pthread_mutex_lock(&lock);
        if (rename_count == RENAMES_MAX) {
            die("too many renames");
        }
        struct renamed *renamed = &renames[rename_count++];
        snprintf(renamed->from, PATH_MAX, "%s", from_name);
        snprintf(renamed->to, PATH_MAX, "%s", to_name);
        pthread_mutex_unlock(&lock);
    }
    return failed;
}

int rename(const char *from, const char *to)
{
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

ssize_t writev(int fd, const struct iovec *pieces, int count)
{
    load();
    ssize_t done = real_writev(fd, pieces, count);
    int error = errno;
    note_behind(fd, done);
    errno = error;
    return done;
}
