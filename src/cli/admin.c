// admin.c: a command owns the store for a moment, or asks the process that does.
// SPDX-License-Identifier: Apache-2.0
#include "cli/admin.h"

#include "base/limits.h"
#include "cli/input.h"
#include "cli/progress.h"
#include "cli/save.h"
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

int admin_turn(const struct line *line, struct conn *conn, const char *actor,
               struct roster_arena *arena, struct io *io, bool *again)
{
    bool reads = line->command->reads;
    const struct admin admin = {.writer = reads ? NULL : conn,
                                .reader = reads ? conn : NULL,
                                .env = &env_system,
                                .arena = arena,
                                .actor = actor,
                                .address = "local"};
    struct call call = {.command = line->command,
                        .options = &line->options,
                        .admin = &admin,
                        .arena = arena,
                        .io = io,
                        .input = line->input,
                        .progress = line->progress};
    int code = line->command->run(&call);
    *again = call.again;
    io->later = call.later;
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

// A command on its way: the same words from turn to turn, wherever it runs.
struct errand {
    const struct line *line;
    int argc;
    char **argv;
    const char *url;
    struct roster_arena *arena;
    struct arena_mark mark;  // behind it is what one turn needs
    struct io *io;
};

// Prints what a turn left, and frees what it took. EX_OK, or why it could not be printed.
static int end_turn(struct errand *errand)
{
    struct io *io = errand->io;
    struct turn_state state = io->state;
    int code = EX_OK;
    bool between = io->out.len > 0 && isatty(STDOUT_FILENO);  // a bar would stand in the text
    if (io->out.len > 0 || io->err.len > 0) {
        code = io_flush(io, EX_OK);
    }
    if (io->total > 0 && !between) {
        progress_show(io->done, io->total);
    }
    arena_rewind(errand->arena, errand->mark);
    io_init(io, errand->arena);
    io->state = state;
    return code;
}

enum try_outcome { TRY_DONE, TRY_AGAIN, TRY_NEXT, TRY_LATER };

static struct conn *open_conn(const struct errand *errand, struct store *store)
{
    return errand->line->command->reads ? store_reader(store, STORE_READER_CACHE_KIB)
                                        : store_writer(store);
}

// TRY_LATER: the store may be closed until then.
static enum try_outcome run_turns(struct errand *errand, struct conn *conn, int *code)
{
    char actor[ADMIN_ACTOR_BYTES];
    bool again = true;
    admin_actor(geteuid(), actor);
    while (again) {
        *code = admin_turn(errand->line, conn, actor, errand->arena, errand->io, &again);
        if (!again) {
            break;
        }
        bool later = errand->io->later;
        admin_pause(errand->line, errand->io);
        int printed = end_turn(errand);
        if (printed != EX_OK) {
            *code = printed;
            break;
        }
        if (later) {
            return TRY_LATER;
        }
    }
    return TRY_DONE;
}

static enum try_outcome run_here(struct errand *errand, struct store *store, int *code)
{
    struct conn *conn = open_conn(errand, store);
    enum try_outcome outcome = TRY_DONE;
    if (conn == NULL) {
        *code = io_stop(errand->io, EX_IOERR, "the store cannot be read: the log says why");
    } else {
        outcome = run_turns(errand, conn, code);
    }
    if (errand->line->command->reads) {
        conn_close(conn);
    }
    return outcome;
}

static int exchange(int fd, struct errand *errand)
{
    struct wire wire = {fd, -1, ADMIN_MESSAGE_MS};
    struct io *io = errand->io;
    struct roster_error err = {0};
    str request = {0};
    str message = {0};
    int code = EX_OK;
    const struct wire_request asked = {errand->argc, errand->argv, errand->line->input,
                                       (str){io->state.text, io->state.len}};
    if (!request_print(&asked, errand->arena, &request, &err)) {
        return io_refuse(io, &err);
    }
    // A server that refuses may answer before it has read all, and that says more than our failure.
    bool sent = wire_write(&wire, request, &err);
    wire.timeout_ms = errand->line->command->slow ? ADMIN_SLOW_MS : ADMIN_REPLY_MS;
    if (wire_read(&wire, ADMIN_REPLY_MAX, errand->arena, &message, &err) &&
        reply_parse(message, errand->arena, io, &code, &err)) {
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

// One message each way. TRY_NEXT and TRY_LATER: it has done a part.
static enum try_outcome ask_owner(struct errand *errand, int fd, int *code)
{
    struct io *io = errand->io;
    io->again = false;
    *code = exchange(fd, errand);
    // Only what may be asked again is, whatever the owner says.
    if (!io->again || *code != EX_OK || !errand->line->command->shows_progress) {
        return TRY_DONE;
    }
    bool later = io->later;
    int printed = end_turn(errand);
    if (printed != EX_OK) {
        *code = printed;
        return TRY_DONE;
    }
    return later ? TRY_LATER : TRY_NEXT;
}

// Asks the owner of the store. TRY_AGAIN: it does not listen now, as another command's process
// does not at all and a server not yet or no more.
static enum try_outcome try_owner(struct errand *errand, int *code)
{
    struct io *io = errand->io;
    str path = {0};
    if (!store_socket_path(errand->url, errand->arena, &path)) {
        *code = io_stop(io, EX_UNAVAILABLE, "the store has no socket to reach its owner by");
        return TRY_DONE;
    }
    int fd = wire_connect(path.ptr);
    if (fd >= 0) {
        enum try_outcome outcome = TRY_DONE;
        if (is_trusted(fd)) {
            outcome = ask_owner(errand, fd, code);
        } else {
            *code = io_stop(io, EX_NOPERM, "%.*s belongs to another user", STR_ARGS(path));
        }
        close(fd);
        return outcome;
    }
    if (errno == EACCES || errno == EPERM) {
        *code = io_stop(io, EX_NOPERM, "the store belongs to another user: %.*s: %s",
                        STR_ARGS(path), strerror(errno));
        return TRY_DONE;
    }
    return TRY_AGAIN;
}

static enum try_outcome try_once(struct errand *errand, int *code)
{
    const struct store_options options = {.url = errand->url, .unicode = fold_unicode_version()};
    struct roster_error err = {0};
    if (store_is_owned(errand->url)) {
        return try_owner(errand, code);
    }
    // What only reads must not make a store where a path is mistyped.
    if (errand->line->command->reads && !store_url_is_there(errand->url)) {
        *code = io_stop(errand->io, EX_NOINPUT, "there is no store %s", errand->url);
        return TRY_DONE;
    }
    struct store *store = store_open(&options, &err);
    if (store != NULL) {
        enum try_outcome outcome = run_here(errand, store, code);
        store_close(store);
        return outcome;
    }
    if (store_is_owned(errand->url)) {
        return TRY_AGAIN;
    }
    *code = io_refuse(errand->io, &err);
    return TRY_DONE;
}

static void pause_ms(long ms)
{
    const struct timespec pause = {.tv_nsec = ms * 1000000L};
    nanosleep(&pause, NULL);
}

static int run_anywhere(struct errand *errand)
{
    int code = EX_OK;
    for (int waited_ms = 0; waited_ms < ADMIN_OWNER_MS;) {
        switch (try_once(errand, &code)) {
        case TRY_DONE:
            progress_end();
            return code;
        case TRY_NEXT:
            waited_ms = 0;
            break;
        case TRY_LATER:
            waited_ms = 0;
            pause_ms(ADMIN_FOLLOW_MS);
            break;
        case TRY_AGAIN:
            waited_ms += RETRY_MS;
            pause_ms(RETRY_MS);
            break;
        }
    }
    return io_stop(errand->io, EX_UNAVAILABLE,
                   "another process owns the store %s and does not listen for commands: if it is a "
                   "server that is starting or stopping, try again",
                   errand->url);
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

static int save_output(const struct line *line, struct io *io)
{
    const char *path = options_text(&line->options, line->command->saves).ptr;
    struct roster_error err = {0};
    bool saved = save_file(path, text_str(&io->out), &err);
    io->out.len = 0;
    if (!saved) {
        io->err.len = 0;  // it says what is there now
        return io_refuse(io, &err);
    }
    return EX_OK;
}

static bool read_input(struct line *line, struct roster_arena *arena, struct roster_error *err)
{
    const struct command *command = line->command;
    const struct options *options = &line->options;
    if (command->takes_input) {
        return input_read(options->arguments[options->argument_count - 1], SCHEMA_FILE_MAX, arena,
                          &line->input, err);
    }
    return command->input == NULL || !options_has(options, command->input) ||
           input_read(options_text(options, command->input).ptr, CHECKPOINT_BYTES_MAX, arena,
                      &line->input, err);
}

// Checked in any case: what the store is told has to be text.
static bool check_words(const struct line *line, int argc, char **argv, struct roster_arena *arena,
                        struct roster_error *err)
{
    const struct wire_request asked = {argc, argv, line->input, (str){0}};
    struct arena_mark mark = arena_mark(arena);
    str request = {0};
    bool good = request_print(&asked, arena, &request, err);
    arena_rewind(arena, mark);
    return good;
}

int admin_run(struct line *line, int argc, char **argv, struct roster_arena *arena, struct io *io)
{
    struct schema_progress progress = {0};
    struct surroundings around = surroundings_of_process();
    struct roster_error err = {0};
    struct errand errand = {.line = line, .argc = argc, .argv = argv, .arena = arena, .io = io};
    line->progress = &progress;
    if (!read_input(line, arena, &err) || !check_words(line, argc, argv, arena, &err)) {
        return io_refuse(io, &err);
    }
    int code = confirm(line, io);
    if (code == EX_OK) {
        code = store_url_choose(options_text(&line->options, "store"), &around, arena, io,
                                &errand.url);
    }
    if (code != EX_OK) {
        return code;
    }
    errand.mark = arena_mark(arena);
    code = run_anywhere(&errand);
    return code == EX_OK && line->command->saves != NULL &&
                   options_has(&line->options, line->command->saves)
               ? save_output(line, io)
               : code;
}
