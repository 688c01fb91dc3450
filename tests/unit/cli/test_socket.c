// test_socket.c: the messages between a command and a server, and the socket that carries them.
// SPDX-License-Identifier: Apache-2.0
#include "cli/socket.h"
#include "cli/wire.h"

#include "base/limits.h"
#include "sys/sys.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
// After what it needs.
#include <cmocka.h>

struct place {
    struct roster_arena *arena;
    char folder[64];
    char path[384];
    struct admin_socket *socket;
    atomic_int runs;
};

// Says what it was told: the words and the input on one text, the user on the other, the number of
// words as exit code. "again" is answered as not finished.
static int run(void *ctx, const struct wire_request *request, uid_t peer,
               struct roster_arena *arena, struct io *io)
{
    struct place *place = ctx;
    atomic_fetch_add(&place->runs, 1);
    for (int at = 0; at < request->argc; at++) {
        text_format(&io->out, "[%s]", request->argv[at]);
    }
    text_add(&io->out, request->input);
    io_note(io, "user %d", peer == geteuid());
    io->again = strcmp(request->argv[request->argc - 1], "again") == 0;
    io->done = 7;
    io->total = 9;
    return request->argc;
}

static int open_place(void **state)
{
    struct place *place = calloc(1, sizeof(*place));
    *state = place;
    place->arena = roster_arena_open(ARENA_REQUEST_MAX);
    snprintf(place->folder, sizeof(place->folder), "/tmp/roster-socket-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    snprintf(place->path, sizeof(place->path), "%s/r.db.sock", place->folder);
    return 0;
}

static void open_socket(struct place *place)
{
    struct roster_error err = {0};
    place->socket = socket_open(place->path, run, place, &err);
    assert_string_equal(err.detail, "");
    assert_non_null(place->socket);
}

static int close_place(void **state)
{
    struct place *place = *state;
    socket_close(place->socket);
    unlink(place->path);
    rmdir(place->folder);
    roster_arena_close(place->arena);
    free(place);
    return 0;
}

static int connect_to(const struct place *place)
{
    int fd = wire_connect(place->path);
    assert_true(fd >= 0);
    return fd;
}

// One command over the socket: its exit code.
static int ask_with(struct place *place, const struct wire_request *asked, struct io *io)
{
    struct roster_error err = {0};
    str request = {0};
    str message = {0};
    int code = -1;
    struct wire wire = {connect_to(place), -1, ADMIN_MESSAGE_MS};
    io_init(io, place->arena);
    assert_true(request_print(asked, place->arena, &request, &err));
    assert_true(wire_write(&wire, request, &err));
    assert_true(wire_read(&wire, ADMIN_REPLY_MAX, place->arena, &message, &err));
    assert_true(reply_parse(message, place->arena, io, &code, &err));
    close(wire.fd);
    return code;
}

static int ask(struct place *place, int argc, char **argv, struct io *io)
{
    const struct wire_request asked = {argc, argv, {0}, {0}};
    return ask_with(place, &asked, io);
}

static void a_file_and_a_state_of_things_travel_along(void **state)
{
    char *argv[] = {"roster", "again", NULL};
    const struct wire_request asked = {2, argv, STR("{\"a\":\"\\n\"}\n"), {0}};
    struct io io;
    open_socket(*state);
    assert_int_equal(ask_with(*state, &asked, &io), 2);
    assert_true(str_equal(text_str(&io.out), STR("[roster][again]{\"a\":\"\\n\"}\n")));
    assert_true(io.again);
    assert_int_equal(io.done, 7);
    assert_int_equal(io.total, 9);
    argv[1] = "enough";
    assert_int_equal(ask_with(*state, &asked, &io), 2);
    assert_false(io.again);
}

static void a_command_is_run_and_answered(void **state)
{
    char *argv[] = {"roster", "tenant", "add", "d\xc3\xa9j\xc3\xa0 \"vu\"\n", "", NULL};
    struct io io;
    open_socket(*state);
    assert_int_equal(ask(*state, 5, argv, &io), 5);
    assert_true(
        str_equal(text_str(&io.out), STR("[roster][tenant][add][d\xc3\xa9j\xc3\xa0 \"vu\"\n][]")));
    assert_true(str_equal(text_str(&io.err), STR("user 1\n")));
}

static void commands_are_run_one_after_the_other(void **state)
{
    struct place *place = *state;
    char *argv[] = {"roster", NULL};
    struct io io;
    open_socket(place);
    for (int i = 1; i <= 20; i++) {
        assert_int_equal(ask(place, 1, argv, &io), 1);
        assert_int_equal(atomic_load(&place->runs), i);
    }
}

static void only_the_owner_may_use_the_socket_under_any_umask(void **state)
{
    struct place *place = *state;
    struct stat info;
    mode_t before = umask(0);
    open_socket(place);
    umask(before);
    assert_int_equal(stat(place->path, &info), 0);
    assert_true(S_ISSOCK(info.st_mode));
    assert_int_equal(info.st_mode & 07777, 0600);
    socket_close(place->socket);
    place->socket = NULL;
    assert_int_equal(access(place->path, F_OK), -1);
    before = umask(0777);
    open_socket(place);
    umask(before);
    assert_int_equal(stat(place->path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
}

static void what_a_dead_server_left_is_replaced(void **state)
{
    struct place *place = *state;
    struct sockaddr_un address;
    struct roster_error err = {0};
    int folder_fd = -1;
    char *argv[] = {"roster", NULL};
    struct io io;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(wire_address(place->path, &address, &folder_fd, &err));
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    close(fd);
    open_socket(place);
    assert_int_equal(ask(place, 1, argv, &io), 1);
}

static void a_file_that_is_no_socket_stays(void **state)
{
    struct place *place = *state;
    struct roster_error err = {0};
    int fd = open(place->path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
    assert_null(socket_open(place->path, run, place, &err));
    assert_non_null(strstr(err.detail, "it is no socket"));
    assert_int_equal(access(place->path, F_OK), 0);
}

static void a_path_of_any_length_can_be_reached(void **state)
{
    struct place *place = *state;
    char *argv[] = {"roster", NULL};
    char folder[256];
    struct io io;
    snprintf(folder, sizeof(folder), "%s/%0120d", place->folder, 0);
    assert_int_equal(mkdir(folder, 0700), 0);
    snprintf(place->path, sizeof(place->path), "%s/r.db.sock", folder);
    open_socket(place);
    assert_int_equal(ask(place, 1, argv, &io), 1);
    socket_close(place->socket);
    place->socket = NULL;
    assert_int_equal(access(place->path, F_OK), -1);
    assert_int_equal(rmdir(folder), 0);
}

static void a_silent_peer_does_not_hold_up_the_end(void **state)
{
    struct place *place = *state;
    open_socket(place);
    int fd = connect_to(place);
    assert_int_equal(write(fd, "\0\0", 2), 2);
    int64_t before = sys_monotonic_us();
    socket_close(place->socket);
    place->socket = NULL;
    assert_true(sys_monotonic_us() - before < INT64_C(1000) * ADMIN_MESSAGE_MS / 2);
    assert_int_equal(atomic_load(&place->runs), 0);
    close(fd);
}

static const struct bytes_case {
    const char *name;
    const char *bytes;
    size_t len;
    const char *err;  // the beginning of what comes back; NULL: nothing does
} wrong_bytes[] = {
#define BYTES(text) text, sizeof(text) - 1
    {"a giant length is refused", BYTES("\xff\xff\xff\xff"),
     "roster: a message of 4294967295 bytes"},
    {"a length over the maximum is refused", BYTES("\x00\x40\x00\x01"),
     "roster: a message of 4194305 bytes"},
    {"an empty message is refused", BYTES("\0\0\0\0"), "roster: a message of 0 bytes"},
    {"broken JSON is refused", BYTES("\0\0\0\2{]"), "roster: "},
    {"another shape is refused", BYTES("\0\0\0\2{}"), "roster: the message is not a command"},
    {"another version is refused", BYTES("\0\0\0\x1f{\"version\":2,\"arguments\":[\"a\"]}"),
     "roster: the message is not a command"},
    {"no words are refused", BYTES("\0\0\0\x1c{\"version\":1,\"arguments\":[]}"),
     "roster: the message is not a command"},
    {"a number is no word", BYTES("\0\0\0\x1d{\"version\":1,\"arguments\":[1]}"),
     "roster: the message is not a command"},
    {"half a message gets no answer", BYTES("\0\0\0\2{"), NULL},
    {"nothing gets no answer", BYTES(""), NULL},
};

static void wrong_messages_are_never_run(void **state)
{
    struct place *place = *state;
    open_socket(place);
    for (size_t i = 0; i < COUNT_OF(wrong_bytes); i++) {
        struct roster_error err = {0};
        struct io io;
        str message = {0};
        int code = 0;
        struct wire wire = {connect_to(place), -1, ADMIN_MESSAGE_MS};
        io_init(&io, place->arena);
        print_message("  %s\n", wrong_bytes[i].name);
        assert_int_equal(write(wire.fd, wrong_bytes[i].bytes, wrong_bytes[i].len),
                         wrong_bytes[i].len);
        shutdown(wire.fd, SHUT_WR);
        bool answered = wire_read(&wire, ADMIN_REPLY_MAX, place->arena, &message, &err);
        close(wire.fd);
        assert_int_equal(answered, wrong_bytes[i].err != NULL);
        if (answered) {
            assert_true(reply_parse(message, place->arena, &io, &code, &err));
            assert_true(code == EX_USAGE || code == EX_DATAERR);
            assert_memory_equal(io.err.ptr, wrong_bytes[i].err, strlen(wrong_bytes[i].err));
        }
    }
    assert_int_equal(atomic_load(&place->runs), 0);
}

static void words_that_are_no_text_are_refused_at_home(void **state)
{
    struct place *place = *state;
    char *argv[] = {"roster", "\xff", NULL};
    struct roster_error err = {0};
    str request = {0};
    const struct wire_request asked = {2, argv, {0}, {0}};
    assert_false(request_print(&asked, place->arena, &request, &err));
    assert_string_equal(err.detail, "the command line, or the file, is not UTF-8 text");
}

static void a_command_line_has_a_greatest_length(void **state)
{
    struct place *place = *state;
    char *word = calloc(1, ADMIN_REQUEST_MAX);
    struct roster_error err = {0};
    str request = {0};
    memset(word, 'a', ADMIN_REQUEST_MAX - 1);
    char *argv[] = {"roster", word, NULL};
    const struct wire_request asked = {2, argv, {0}, {0}};
    assert_false(request_print(&asked, place->arena, &request, &err));
    assert_string_equal(err.detail, "the command line is too long");
    free(word);
}

static void an_answer_that_is_too_large_says_so(void **state)
{
    struct place *place = *state;
    struct roster_error err = {0};
    struct io io;
    struct io back;
    int code = 0;
    io_init(&io, place->arena);
    io_init(&back, place->arena);
    io.out.full = true;
    assert_true(
        reply_parse(reply_print(&io, EX_OK, place->arena), place->arena, &back, &code, &err));
    assert_int_equal(code, EX_TEMPFAIL);
    assert_int_equal(back.out.len, 0);
    assert_true(str_equal(text_str(&back.err), STR("roster: the answer is too large\n")));
}

#define IN_PLACE(name_of_test)                                                                     \
    cmocka_unit_test_setup_teardown(name_of_test, open_place, close_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(a_command_is_run_and_answered),
        IN_PLACE(a_file_and_a_state_of_things_travel_along),
        IN_PLACE(commands_are_run_one_after_the_other),
        IN_PLACE(only_the_owner_may_use_the_socket_under_any_umask),
        IN_PLACE(what_a_dead_server_left_is_replaced),
        IN_PLACE(a_file_that_is_no_socket_stays),
        IN_PLACE(a_path_of_any_length_can_be_reached),
        IN_PLACE(a_silent_peer_does_not_hold_up_the_end),
        IN_PLACE(wrong_messages_are_never_run),
        IN_PLACE(words_that_are_no_text_are_refused_at_home),
        IN_PLACE(a_command_line_has_a_greatest_length),
        IN_PLACE(an_answer_that_is_too_large_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
