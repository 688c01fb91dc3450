// wire.c: bounded messages over a local socket.
// SPDX-License-Identifier: Apache-2.0
#include "cli/wire.h"

#include "base/limits.h"
#include "sys/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD_BYTES = 4, VERSION = 1 };

static int64_t now_ms(void)
{
    return sys_monotonic_us() / 1000;
}

// Waits until `events` are there. Always before a read or write, so that a stop is seen at once.
static bool wait_for(const struct wire *wire, short events, int64_t deadline_ms,
                     struct roster_error *err)
{
    struct pollfd fds[] = {{wire->fd, events, 0}, {wire->stop_fd, POLLIN, 0}};
    for (;;) {
        int64_t left = deadline_ms - now_ms();
        int ready = left > 0 ? poll(fds, COUNT_OF(fds), (int)left) : 0;
        if (ready < 0 && errno == EINTR) {
            continue;
        }
        if (ready <= 0) {
            return fail(err, ROSTER_ERR_UNAVAILABLE, 0, "the other side took too long");
        }
        if (fds[1].revents != 0) {
            return fail(err, ROSTER_ERR_UNAVAILABLE, 0, "the server is stopping");
        }
        return true;
    }
}

// One step of a transfer: bytes moved, or 0 for "try again". False when the connection is lost.
static bool moved(ssize_t got, size_t *out, struct roster_error *err)
{
    bool again = got < 0 && (errno == EAGAIN || errno == EINTR);
    if (got <= 0 && !again) {
        return fail(err, ROSTER_ERR_UNAVAILABLE, 0, "the other side closed the connection");
    }
    *out = again ? 0 : (size_t)got;
    return true;
}

static bool write_bytes(const struct wire *wire, str bytes, int64_t deadline_ms,
                        struct roster_error *err)
{
    while (bytes.len > 0) {
        size_t count = 0;
        if (!wait_for(wire, POLLOUT, deadline_ms, err) ||
            !moved(send(wire->fd, bytes.ptr, bytes.len, MSG_NOSIGNAL), &count, err)) {
            return false;
        }
        bytes = str_tail(bytes, count);
    }
    return true;
}

static bool read_bytes(const struct wire *wire, char *out, size_t len, int64_t deadline_ms,
                       struct roster_error *err)
{
    for (size_t have = 0; have < len;) {
        size_t count = 0;
        if (!wait_for(wire, POLLIN, deadline_ms, err) ||
            !moved(recv(wire->fd, out + have, len - have, 0), &count, err)) {
            return false;
        }
        have += count;
    }
    return true;
}

bool wire_write(const struct wire *wire, str message, struct roster_error *err)
{
    assert(message.len > 0 && message.len <= ADMIN_REPLY_MAX);
    int64_t deadline_ms = now_ms() + wire->timeout_ms;
    const char head[HEAD_BYTES] = {(char)(message.len >> 24), (char)(message.len >> 16),
                                   (char)(message.len >> 8), (char)message.len};
    return write_bytes(wire, (str){head, sizeof(head)}, deadline_ms, err) &&
           write_bytes(wire, message, deadline_ms, err);
}

bool wire_read(const struct wire *wire, size_t len_max, struct roster_arena *arena, str *out,
               struct roster_error *err)
{
    int64_t deadline_ms = now_ms() + wire->timeout_ms;
    unsigned char head[HEAD_BYTES];
    if (!read_bytes(wire, (char *)head, sizeof(head), deadline_ms, err)) {
        return false;
    }
    size_t len = (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
    if (len == 0 || len > len_max) {
        return fail(err, ROSTER_ERR_INVALID_SYNTAX, 0, "a message of %zu bytes is not allowed here",
                    len);
    }
    char *bytes = arena_alloc(arena, len);
    if (bytes == NULL) {
        return fail_memory(err);
    }
    *out = (str){bytes, len};
    return read_bytes(wire, bytes, len, deadline_ms, err);
}

static struct roster_json *words_json(int argc, char *const *argv, struct roster_arena *arena)
{
    struct roster_json *out = json_new(arena, JSON_ARRAY);
    for (int at = 0; out != NULL && at < argc; at++) {
        struct roster_json *word = json_string(arena, str_of(argv[at]));
        if (word == NULL) {
            return NULL;
        }
        json_push(out, word);
    }
    return out;
}

bool request_print(const struct wire_request *request, struct roster_arena *arena, str *out,
                   struct roster_error *err)
{
    struct text text;
    struct roster_json *read_back = NULL;
    struct roster_json *json = json_new(arena, JSON_OBJECT);
    if (json == NULL || !json_put_i64(json, arena, STR("version"), VERSION) ||
        !json_put_made(json, STR("arguments"), words_json(request->argc, request->argv, arena)) ||
        (request->input.len > 0 && !json_put_string(json, arena, STR("input"), request->input)) ||
        (request->state.len > 0 && !json_put_string(json, arena, STR("state"), request->state))) {
        return fail_memory(err);
    }
    text_init(&text, arena, ADMIN_REQUEST_MAX);
    json_write(&text, json);
    if (text.full || request->argc > ADMIN_ARGUMENTS_MAX) {
        return fail(err, ROSTER_ERR_BAD_REQUEST, 0, "the command line is too long");
    }
    *out = text_str(&text);
    // The strict reader knows best whether these words are text.
    return roster_json_read(*out, arena, &read_back, err) ||
           fail(err, ROSTER_ERR_BAD_REQUEST, 0, "the command line, or the file, is not UTF-8 text");
}

static bool refuse_request(struct roster_error *err)
{
    return fail(err, ROSTER_ERR_BAD_REQUEST, 0,
                "the message is not a command of this version: is the server of another one?");
}

bool request_parse(str message, struct roster_arena *arena, struct wire_request *out,
                   struct roster_error *err)
{
    struct roster_json *json = NULL;
    int64_t version = 0;
    if (!roster_json_read(message, arena, &json, err)) {
        return false;
    }
    const struct roster_json *number = json_find(json, STR("version"));
    const struct roster_json *words = json_find(json, STR("arguments"));
    if (!json_is(number, JSON_NUMBER) || !str_to_i64(number->text, &version) ||
        version != VERSION || !json_is(words, JSON_ARRAY) || words->count == 0 ||
        words->count > ADMIN_ARGUMENTS_MAX) {
        return refuse_request(err);
    }
    *out = (struct wire_request){.input = json_find_text(json, STR("input")),
                                 .state = json_find_text(json, STR("state"))};
    out->argv = arena_array(arena, words->count + 1, sizeof(*out->argv));
    for (const struct roster_json *word = words->first; out->argv != NULL && word != NULL;
         word = word->next) {
        str copy = {0};
        if (!json_is(word, JSON_STRING)) {
            return refuse_request(err);
        }
        if (!arena_copy(arena, word->text, &copy)) {
            return fail_memory(err);
        }
        out->argv[out->argc++] = (char *)copy.ptr;
    }
    return out->argv != NULL || fail_memory(err);
}

str reply_print(const struct io *io, int code, struct roster_arena *arena)
{
    struct text text;
    struct roster_json *json = json_new(arena, JSON_OBJECT);
    bool ok = !io->out.full && !io->err.full && json != NULL &&
              json_put_i64(json, arena, STR("code"), code) &&
              json_put_string(json, arena, STR("out"), text_str(&io->out)) &&
              json_put_string(json, arena, STR("err"), text_str(&io->err)) &&
              (!io->again ||
               (json_put_bool(json, arena, STR("again"), true) &&
                json_put_bool(json, arena, STR("later"), io->later) &&
                json_put_string(json, arena, STR("state"), (str){io->state.text, io->state.len}) &&
                json_put_i64(json, arena, STR("done"), io->done) &&
                json_put_i64(json, arena, STR("total"), io->total)));
    text_init(&text, arena, ADMIN_REPLY_MAX);
    if (ok) {
        json_write(&text, json);
    }
    return ok && !text.full
               ? text_str(&text)
               : STR("{\"code\":75,\"out\":\"\",\"err\":\"roster: the answer is too large\\n\"}");
}

static int64_t take_count(const struct roster_json *json, str name)
{
    const struct roster_json *member = json_find(json, name);
    int64_t count = 0;
    return json_is(member, JSON_NUMBER) && str_to_i64(member->text, &count) ? count : 0;
}

static bool refuse_reply(struct roster_error *err)
{
    return fail(err, ROSTER_ERR_INVALID_SYNTAX, 0, "the server's answer makes no sense");
}

bool reply_parse(str message, struct roster_arena *arena, struct io *io, int *code,
                 struct roster_error *err)
{
    struct roster_json *json = NULL;
    int64_t number = 0;
    if (!roster_json_read(message, arena, &json, err)) {
        return false;
    }
    const struct roster_json *member = json_find(json, STR("code"));
    if (!json_is(member, JSON_NUMBER) || !str_to_i64(member->text, &number) || number < 0 ||
        number > 255 || !json_is(json_find(json, STR("out")), JSON_STRING) ||
        !json_is(json_find(json, STR("err")), JSON_STRING)) {
        return refuse_reply(err);
    }
    if (!io_set_state(io, json_find_text(json, STR("state")))) {
        return refuse_reply(err);
    }
    io->again = json_is(json_find(json, STR("again")), JSON_TRUE);
    io->later = json_is(json_find(json, STR("later")), JSON_TRUE);
    io->done = take_count(json, STR("done"));
    io->total = take_count(json, STR("total"));
    text_add(&io->out, json_find_text(json, STR("out")));
    text_add(&io->err, json_find_text(json, STR("err")));
    *code = (int)number;
    return true;
}

// A path through the folder's descriptor, which is short whatever the folder is called.
static bool short_path(const char *path, char *out, size_t size, int *folder_fd)
{
    const char *slash = strrchr(path, '/');
    char folder[URL_TEXT_MAX];
    if (slash == NULL || (size_t)(slash - path) >= sizeof(folder)) {
        return false;
    }
    snprintf(folder, sizeof(folder), "%.*s", slash == path ? 1 : (int)(slash - path), path);
    *folder_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int len = snprintf(out, size, "/proc/self/fd/%d/%s", *folder_fd, slash + 1);
    return *folder_fd >= 0 && len > 0 && (size_t)len < size;
}

bool wire_address(const char *path, struct sockaddr_un *out, int *folder_fd,
                  struct roster_error *err)
{
    size_t len = strlen(path);
    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    *folder_fd = -1;
    if (len < sizeof(out->sun_path)) {
        memcpy(out->sun_path, path, len);
        return true;
    }
    if (short_path(path, out->sun_path, sizeof(out->sun_path), folder_fd)) {
        return true;
    }
    if (*folder_fd >= 0) {
        close(*folder_fd);
        *folder_fd = -1;
    }
    return fail(err, ROSTER_ERR_UNAVAILABLE, 0, "the path of the socket is too long: %.120s", path);
}

// Closes a descriptor of a failed call, whose errno the caller wants to see.
static void close_keeping_errno(int fd)
{
    int why = errno;
    if (fd >= 0) {
        close(fd);
    }
    errno = why;
}

int wire_connect(const char *path)
{
    struct sockaddr_un address;
    struct roster_error err = {0};
    int folder_fd = -1;
    if (!wire_address(path, &address, &folder_fd, &err)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    // A local connection is made at once or not at all.
    bool ok = fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
    close_keeping_errno(folder_fd);
    if (!ok) {
        close_keeping_errno(fd);
    }
    return ok ? fd : -1;
}

bool wire_peer(int fd, uid_t *user)
{
    struct ucred credentials = {0};
    socklen_t len = sizeof(credentials);
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &len) != 0) {
        return false;
    }
    *user = credentials.uid;
    return true;
}
