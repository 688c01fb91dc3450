// main.c: the program `roster`: one command, from its words to its exit code.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "cli/admin.h"
#include "cli/help.h"
#include "sys/log.h"

#include <stdio.h>
#include <sys/stat.h>

static int run_line(struct line *line, int argc, char **argv, struct roster_arena *arena,
                    struct io *io)
{
    if (line->help) {
        return help_line(line, arena, io);
    }
    if (line->command->place == PLACE_STORE) {
        // What the server logs as its everyday business is noise under a command.
        log_threshold(LOG_LEVEL_WARNING);
        return admin_run(line, argc, argv, arena, io);
    }
    struct call call = {
        .command = line->command, .options = &line->options, .arena = arena, .io = io};
    return line->command->run(&call);
}

int main(int argc, char **argv)
{
    struct roster_error err = {0};
    struct line line;
    struct io io;
    struct roster_arena *arena = roster_arena_open(ARENA_REQUEST_MAX);
    if (arena == NULL) {
        fputs("roster: out of memory\n", stderr);
        return EX_OSERR;
    }
    // The store, its log, its lock and its socket are for this user alone.
    umask(S_IRWXG | S_IRWXO);
    io_init(&io, arena);
    int code = line_read(argc, argv, arena, &line, &err) ? run_line(&line, argc, argv, arena, &io)
                                                         : io_refuse(&io, &err);
    code = io_flush(&io, code);
    roster_arena_close(arena);
    return code;
}
