// store_url.c: the store by option, environment or default.
// SPDX-License-Identifier: Apache-2.0
#include "cli/store_url.h"

#include "base/limits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SQLITE STR("sqlite:")

struct surroundings surroundings_of_process(void)
{
    return (struct surroundings){
        .roster_store = getenv("ROSTER_STORE"),
        .state_directory = getenv("STATE_DIRECTORY"),
        .xdg_state_home = getenv("XDG_STATE_HOME"),
        .home = getenv("HOME"),
    };
}

static bool starts_with(str text, str prefix)
{
    return text.len >= prefix.len && str_equal(str_head(text, prefix.len), prefix);
}

static int refuse_place(struct io *io, const char *what, const char *path)
{
    int code = errno == EACCES || errno == EPERM ? EX_NOPERM : EX_CANTCREAT;
    return io_stop(io, code, "%s, %s, cannot be used: %s", what, path, strerror(errno));
}

// The folder above a path, "." for a name alone. NULL when the arena is full.
static const char *folder_of(str path, struct roster_arena *arena)
{
    const char *slash = memrchr(path.ptr, '/', path.len);
    str folder = STR(".");
    if (slash != NULL) {
        folder = str_head(path, slash == path.ptr ? 1 : (size_t)(slash - path.ptr));
    }
    return arena_copy(arena, folder, &folder) ? folder.ptr : NULL;
}

// What this user cannot reach at all is told apart here; all else is the store's to say.
static int check_place(str path, struct roster_arena *arena, struct io *io)
{
    str file = {0};
    const char *folder = folder_of(path, arena);
    if (folder == NULL || !arena_copy(arena, path, &file)) {
        return io_stop(io, EX_TEMPFAIL, "the path of the store is too long");
    }
    if (access(folder, R_OK | X_OK) != 0) {
        return refuse_place(io, "the folder of the store", folder);
    }
    if (access(file.ptr, R_OK | W_OK) == 0) {
        return EX_OK;
    }
    if (errno != ENOENT) {
        return refuse_place(io, "the store", file.ptr);
    }
    return access(folder, W_OK) == 0 ? EX_OK : refuse_place(io, "the folder of the store", folder);
}

static int check_url(str url, struct roster_arena *arena, struct io *io)
{
    if (starts_with(url, STR("postgresql:")) || starts_with(url, STR("postgres:"))) {
        return io_stop(io, EX_CONFIG,
                       "postgresql: stores are not supported by this build yet: use sqlite:PATH");
    }
    if (!starts_with(url, SQLITE) || url.len == SQLITE.len || url.len > URL_TEXT_MAX) {
        return io_stop(io, EX_CONFIG, "\"%.*s\" is no store: use sqlite:PATH",
                       STR_ARGS(str_head(url, url.len < 200 ? url.len : 200)));
    }
    return check_place(str_tail(url, SQLITE.len), arena, io);
}

// Makes one folder for this user alone; one that is there stays as it is.
static bool make_folder(const char *path)
{
    return mkdir(path, S_IRWXU) == 0 || errno == EEXIST;
}

// Makes the folder and every missing one above it.
static int make_folders(char *path, struct io *io)
{
    for (char *at = path + 1; *at != '\0'; at++) {
        if (*at == '/') {
            *at = '\0';
            (void)make_folder(path);  // the last one says what is wrong
            *at = '/';
        }
    }
    if (make_folder(path)) {
        return EX_OK;
    }
    int code = errno == EACCES || errno == EPERM ? EX_NOPERM : EX_CANTCREAT;
    return io_stop(io, code, "cannot make the folder %s for the store: %s", path, strerror(errno));
}

bool store_url_is_there(const char *url)
{
    str path = str_of(url);
    return !starts_with(path, SQLITE) || access(path.ptr + SQLITE.len, F_OK) == 0;
}

static bool is_given(const char *text)
{
    return text != NULL && text[0] != '\0';
}

// The folder of the default store; empty when nothing says where.
static bool default_folder(const struct surroundings *around, struct roster_arena *arena, str *out)
{
    str first = {0};
    str rest = {0};
    *out = (str){0};
    if (is_given(around->state_directory)) {
        str_cut(str_of(around->state_directory), ':', &first, &rest);
        return arena_copy(arena, first, out);
    }
    if (is_given(around->xdg_state_home) && around->xdg_state_home[0] == '/') {
        return arena_format(arena, out, "%s/roster", around->xdg_state_home);
    }
    return !is_given(around->home) ||
           arena_format(arena, out, "%s/.local/state/roster", around->home);
}

static int choose_default(const struct surroundings *around, struct roster_arena *arena,
                          struct io *io, str *url)
{
    str folder = {0};
    if (!default_folder(around, arena, &folder)) {
        return io_stop(io, EX_TEMPFAIL, "the path of the store is too long");
    }
    if (folder.len == 0) {
        return io_stop(io, EX_CONFIG, "there is no HOME to keep the store in: use --store");
    }
    int code = make_folders((char *)folder.ptr, io);
    if (code != EX_OK) {
        return code;
    }
    return arena_format(arena, url, "sqlite:%.*s/roster.db", STR_ARGS(folder))
               ? EX_OK
               : io_stop(io, EX_TEMPFAIL, "the path of the store is too long");
}

int store_url_choose(str given, const struct surroundings *around, struct roster_arena *arena,
                     struct io *io, const char **out)
{
    str url = given.len > 0 ? given : str_of(around->roster_store);
    str copy = {0};
    int code = url.len > 0 ? EX_OK : choose_default(around, arena, io, &url);
    if (code == EX_OK) {
        code = check_url(url, arena, io);
    }
    if (code == EX_OK && !arena_copy(arena, url, &copy)) {
        code = io_stop(io, EX_TEMPFAIL, "the path of the store is too long");
    }
    *out = copy.ptr;
    return code;
}
