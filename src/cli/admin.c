// admin.c: a command owns the store for a moment, or asks the process that does.
// SPDX-License-Identifier: Apache-2.0
#include "cli/admin.h"

#include "base/limits.h"
#include "cli/input.h"
#include "cli/progress.h"
#include "cli/wire.h"
#include "scim/fold.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ANSWER_BYTES = 16, PASSWD_BYTES = 4096, RETRY_MS = 20 };

void admin_actor(uid_t user, char out[ADMIN_ACTOR_BYTES])
{
    struct passwd row;
    struct passwd *found = NULL;
    char bytes[PASSWD_BYTES];
    if (getpwuid_r(user, &row, bytes, sizeof(bytes), &found) == 0 && found != NULL) {
        snprintf(out, ADMIN_ACTOR_BYTES, "cli:%.*s", ADMIN_ACTOR_BYTES - 5, row.pw_name);
    } else {
        snprintf(out, ADMIN_ACTOR_BYTES, "cli:%lu", (unsigned long)user);
    }
}

int admin_turn(const struct line *line, struct conn *writer, const char *actor,
               struct roster_arena *arena, struct io *io, bool *again)
{
    const struct admin admin = {
        .writer = writer, .env = &env_system, .arena = arena, .actor = actor, .address = "local"};
    struct call call = {.command = line->command,
                        .options = &line->options,
                        .admin = &admin,
                        .arena = arena,
                        .io = io,
                        .input = line->input,
                        .progress = line->progress};
    int code = line->command->run(&call);
    *again = call.again;
    return code;
}

void admin_rewind(const struct arena_mark *mark, struct roster_arena *arena, const struct io *io)
{
    if (io->out.len == 0 && io->err.len == 0) {
        arena_rewind(arena, *mark);
    }
}

void admin_pause(const struct line *line, struct io *io)
{
    io->again = true;
    io->done = line->progress->done;
    io->total = line->progress->total;
}

static int run_here(const struct line *line, struct store *store, struct roster_arena *arena,
                    struct io *io)
{
    char actor[ADMIN_ACTOR_BYTES];
    struct arena_mark mark = arena_mark(arena);
    bool again = false;
    int code = EX_OK;
    admin_actor(geteuid(), actor);
    do {
        code = admin_turn(line, store_writer(store), actor, arena, io, &again);
        if (again) {
            admin_rewind(&mark, arena, io);
        }
        if (again && line->command->shows_progress) {
            progress_show(line->progress->done, line->progress->total);
        }
    } while (again);
    return code;
}

static int exchange(int fd, const struct line *line, str request, struct roster_arena *arena,
                    struct io *io)
{
    struct wire wire = {fd, -1, ADMIN_MESSAGE_MS};
    struct roster_error err = {0};
    str message = {0};
    int code = EX_OK;
    // A server that refuses may answer before it has read all, and that says more than our failure.
    bool sent = wire_write(&wire, request, &err);
    wire.timeout_ms = line->command->slow ? ADMIN_SLOW_MS : ADMIN_REPLY_MS;
    if (wire_read(&wire, ADMIN_REPLY_MAX, arena, &message, &err) &&
        reply_parse(message, arena, io, &code, &err)) {
        return code;
    }
    return sent ? io_stop(io, EX_TEMPFAIL,
                          "the server that owns the store did not answer (%s): look whether the "
                          "command was carried out before you try again",
                          err.detail)
                : io_stop(io, EX_TEMPFAIL, "the server that owns the store does not listen: %s",
                          err.detail);
}

// In a folder where others may write, somebody else could own the name of the socket.
static bool is_trusted(int fd)
{
    uid_t owner = 0;
    return wire_peer(fd, &owner) && (geteuid() == 0 || owner == 0 || owner == geteuid());
}

enum try_outcome { TRY_DONE, TRY_AGAIN, TRY_NEXT };

// Asks the owner of the store. TRY_AGAIN: it does not listen now, as another command's process
// does not at all and a server not yet or no more. TRY_NEXT: it has done a part.
static enum try_outcome try_owner(const struct line *line, const char *url, str request,
                                  struct roster_arena *arena, struct io *io, int *code)
{
    str path = {0};
    if (!store_socket_path(url, arena, &path)) {
        *code = io_stop(io, EX_UNAVAILABLE, "the store has no socket to reach its owner by");
        return TRY_DONE;
    }
    int fd = wire_connect(path.ptr);
    if (fd >= 0) {
        io->again = false;
        *code = is_trusted(fd)
                    ? exchange(fd, line, request, arena, io)
                    : io_stop(io, EX_NOPERM, "%.*s belongs to another user", STR_ARGS(path));
        close(fd);
        // Only what may be asked again is, whatever the owner says.
        bool again = io->again && *code == EX_OK && line->command->shows_progress;
        if (again) {
            progress_show(io->done, io->total);
        }
        return again ? TRY_NEXT : TRY_DONE;
    }
    if (errno == EACCES || errno == EPERM) {
        *code = io_stop(io, EX_NOPERM, "the store belongs to another user: %.*s: %s",
                        STR_ARGS(path), strerror(errno));
        return TRY_DONE;
    }
    return TRY_AGAIN;
}

static enum try_outcome try_once(const struct line *line, const char *url, str request,
                                 struct roster_arena *arena, struct io *io, int *code)
{
    const struct store_options options = {.url = url, .unicode = fold_unicode_version()};
    struct roster_error err = {0};
    if (store_is_owned(url)) {
        return try_owner(line, url, request, arena, io, code);
    }
    struct store *store = store_open(&options, &err);
    if (store != NULL) {
        *code = run_here(line, store, arena, io);
        store_close(store);
        return TRY_DONE;
    }
    if (store_is_owned(url)) {
        return TRY_AGAIN;
    }
    *code = io_refuse(io, &err);
    return TRY_DONE;
}

static int run_anywhere(const struct line *line, const char *url, str request,
                        struct roster_arena *arena, struct io *io)
{
    const struct timespec pause = {.tv_nsec = RETRY_MS * 1000000L};
    struct arena_mark mark = arena_mark(arena);
    int code = EX_OK;
    for (int waited_ms = 0; waited_ms < ADMIN_OWNER_MS; waited_ms += RETRY_MS) {
        enum try_outcome outcome = try_once(line, url, request, arena, io, &code);
        while (outcome == TRY_NEXT) {
            waited_ms = 0;
            admin_rewind(&mark, arena, io);
            outcome = try_once(line, url, request, arena, io, &code);
        }
        if (outcome == TRY_DONE) {
            progress_end();
            return code;
        }
        nanosleep(&pause, NULL);
    }
    return io_stop(io, EX_UNAVAILABLE,
                   "another process owns the store %s and does not listen for commands: if it is a "
                   "server that is starting or stopping, try again",
                   url);
}

static bool agrees(const char *answer)
{
    str text = str_of(answer);
    while (text.len > 0 && text.ptr[text.len - 1] == '\n') {
        text.len--;
    }
    text = str_trim(text);
    return str_equal_nocase(text, STR("y")) || str_equal_nocase(text, STR("yes"));
}

static int confirm(const struct line *line, struct io *io)
{
    char answer[ANSWER_BYTES] = "";
    if (line->command->confirm == NULL || options_has(&line->options, "yes")) {
        return EX_OK;
    }
    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
        return io_stop(io, EX_USAGE, "nobody can be asked here: confirm with --yes");
    }
    const char *before = line->command->confirm;
    const char *behind = strstr(before, "%s");
    assert(behind != NULL);
    fprintf(stderr, "%.*s%s%s [y/N] ", (int)(behind - before), before, line->options.arguments[0],
            behind + 2);
    if (fgets(answer, sizeof(answer), stdin) == NULL || !agrees(answer)) {
        return io_stop(io, EX_USAGE, "nothing was done");
    }
    return EX_OK;
}

int admin_run(struct line *line, int argc, char **argv, struct roster_arena *arena, struct io *io)
{
    struct schema_progress progress = {0};
    struct surroundings around = surroundings_of_process();
    struct roster_error err = {0};
    const char *url = NULL;
    str request = {0};
    line->progress = &progress;
    if (line->command->takes_input &&
        !input_read(line->options.arguments[line->options.argument_count - 1], arena, &line->input,
                    &err)) {
        return io_refuse(io, &err);
    }
    // Checked in any case: what the store is told has to be text.
    const struct wire_request asked = {argc, argv, line->input};
    if (!request_print(&asked, arena, &request, &err)) {
        return io_refuse(io, &err);
    }
    int code = confirm(line, io);
    if (code == EX_OK) {
        code = store_url_choose(options_text(&line->options, "store"), &around, arena, io, &url);
    }
    return code == EX_OK ? run_anywhere(line, url, request, arena, io) : code;
}
