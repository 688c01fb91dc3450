// side.c: starting a server, telling it of tenants, and sending it requests.
// SPDX-License-Identifier: Apache-2.0
#include "cli/side.h"

#include "base/limits.h"
#include "base/text.h"
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORDS_MAX = 8 + 64, SAID_MAX = 1024, TREE_DESCRIPTORS = 8 };

#define SOURCES_TEXT_MAX MIB(1)  // of the list of a tenant's sources

struct sender {
    str tenant;
    int64_t source;
    str token;
    struct sender *next;
};

struct side {
    const char *program;
    char folder[256];
    char store[288];
    char url[128];
    pid_t pid;  // 0: there is none
    int said;   // what the server prints; -1: none
    struct roster_arena *arena;
    struct sender *senders;
    size_t sender_count;
    struct http_client *client;
};

extern char **environ;

static bool refuse(const struct side *side, struct roster_error *err, const char *what)
{
    return fail(err, ROSTER_ERR_UNAVAILABLE, 0, "%.100s: %.100s", side->program, what);
}

// Starts the program with its standard output in a pipe.
static bool spawn(const struct side *side, const char *const *words, pid_t *pid, int *said)
{
    posix_spawn_file_actions_t actions;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return false;
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    bool done = posix_spawn(pid, side->program, &actions, NULL, (char *const *)words, environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (!done) {
        close(ends[0]);
    }
    *said = ends[0];
    return done;
}

// A line of what a process says, without its end. False when none comes.
static bool read_line(int fd, char out[SAID_MAX])
{
    size_t len = 0;
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    while (len < SAID_MAX - 1 && poll(&wait, 1, REPLAY_START_MS) > 0) {
        ssize_t got = read(fd, out + len, 1);
        if (got <= 0 || out[len] == '\n') {
            break;
        }
        len++;
    }
    out[len] = '\0';
    return len > 0;
}

static bool ends_well(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// Runs a command of the program to its end; `out` gets its first line.
static bool run(const struct side *side, const char *const *words, char out[SAID_MAX])
{
    pid_t pid = 0;
    int said = -1;
    if (!spawn(side, words, &pid, &said)) {
        return false;
    }
    (void)read_line(said, out);
    close(said);
    return ends_well(pid);
}

// The same for a command that prints JSON.
static bool run_json(const struct side *side, const char *const *words, struct roster_arena *arena,
                     struct roster_json **out)
{
    pid_t pid = 0;
    int said = -1;
    size_t len = 0;
    struct roster_error ignored = {0};
    char *text = arena_alloc(arena, SOURCES_TEXT_MAX);
    if (text == NULL || !spawn(side, words, &pid, &said)) {
        return false;
    }
    for (ssize_t got = 1; got > 0 && len<SOURCES_TEXT_MAX; len += got> 0 ? (size_t)got : 0) {
        got = read(said, text + len, SOURCES_TEXT_MAX - len);
    }
    close(said);
    return ends_well(pid) && roster_json_read((str){text, len}, arena, out, &ignored);
}

static bool start(struct side *side, struct roster_error *err)
{
    static const char before[] = "listening on ";
    char line[SAID_MAX];
    const char *const words[] = {side->program, "serve",       "--store", side->store,
                                 "--listen",    "127.0.0.1:0", NULL};
    if (!spawn(side, words, &side->pid, &side->said)) {
        side->pid = 0;
        return refuse(side, err, strerror(errno));
    }
    if (!read_line(side->said, line) || strncmp(line, before, sizeof(before) - 1) != 0) {
        return refuse(side, err, "it does not serve");
    }
    snprintf(side->url, sizeof(side->url), "%.120s", line + sizeof(before) - 1);
    return true;
}

static bool begin_store(const struct side *side, const char *store, struct roster_error *err)
{
    return store == NULL || store_copy(store, strchr(side->store, ':') + 1, err);
}

struct side *side_open(const char *program, const char *store, struct roster_error *err)
{
    const struct http_client_options client = {.timeout_ms = REPLAY_START_MS,
                                               .body_max = HTTP_REPLY_MAX,
                                               .user_agent = "roster-replay/" ROSTER_VERSION};
    struct side *side = calloc(1, sizeof(*side));
    if (side == NULL) {
        fail_memory(err);
        return NULL;
    }
    side->program = program;
    side->said = -1;
    const char *above = getenv("TMPDIR");
    snprintf(side->folder, sizeof(side->folder), "%.200s/roster-replay-XXXXXX",
             above != NULL ? above : "/tmp");
    side->arena = roster_arena_open(REPLAY_MEMORY_MAX);
    side->client = http_client_open(&client, err);
    if (mkdtemp(side->folder) == NULL) {
        side->folder[0] = '\0';
        (void)refuse(side, err, "there is no room for its store in TMPDIR");
    }
    snprintf(side->store, sizeof(side->store), "sqlite:%s/roster.db", side->folder);
    if (side->folder[0] == '\0' || side->arena == NULL || side->client == NULL ||
        !begin_store(side, store, err) || !start(side, err)) {
        side_close(side);
        return NULL;
    }
    return side;
}

static int remove_one(const char *path, const struct stat *stat, int kind, struct FTW *walk)
{
    return remove(path);
}

static void end_process(struct side *side)
{
    int status = 0;
    if (side->pid != 0) {
        (void)kill(side->pid, SIGTERM);
        while (waitpid(side->pid, &status, 0) < 0 && errno == EINTR) {
        }
    }
    if (side->said >= 0) {
        close(side->said);
    }
}

void side_close(struct side *side)
{
    if (side == NULL) {
        return;
    }
    end_process(side);
    if (side->folder[0] != '\0') {
        (void)nftw(side->folder, remove_one, TREE_DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
    }
    http_client_close(side->client);
    roster_arena_close(side->arena);
    free(side);
}

static bool has_tenant(const struct side *side, str tenant)
{
    for (const struct sender *at = side->senders; at != NULL; at = at->next) {
        if (str_equal(at->tenant, tenant)) {
            return true;
        }
    }
    return false;
}

// The tenant as it is to be for the session, whether it was there or not.
static bool make_tenant(struct side *side, const struct side_sender *who, const char *name,
                        struct roster_error *err)
{
    char said[SAID_MAX];
    char profile[SAID_MAX];
    const char *const show[] = {side->program, "tenant",    "show", name,
                                "--store",     side->store, NULL};
    const char *const add[] = {side->program, "tenant", "add", name, "--store", side->store, NULL};
    if (!run(side, show, said) && !run(side, add, said)) {
        return refuse(side, err, "it did not make the tenant");
    }
    snprintf(profile, sizeof(profile), "profile=%.20s", who->profile);
    const char *set[WORDS_MAX] = {side->program, "tenant",    "set",  name,
                                  "--store",     side->store, profile};
    size_t count = 7;
    for (size_t at = 0; who->settings[at] != NULL && count < WORDS_MAX - 1; at++) {
        set[count++] = who->settings[at];
    }
    return run(side, set, said) || refuse(side, err, "it did not take the tenant's settings");
}

// The name of the source of a number; a new one where there is none.
static bool name_source(struct side *side, const char *tenant, int64_t number, str *out)
{
    struct roster_json *list = NULL;
    const char *const words[] = {side->program, "source",  "list",      "--tenant", tenant,
                                 "--json",      "--store", side->store, NULL};
    bool listed = run_json(side, words, side->arena, &list);
    for (const struct roster_json *at = listed ? list->first : NULL; at != NULL; at = at->next) {
        const struct roster_json *known = json_find(at, STR("number"));
        int64_t value = 0;
        if (json_is(known, JSON_NUMBER) && str_to_i64(known->text, &value) && value == number) {
            return arena_copy(side->arena, json_find_text(at, STR("name")), out);
        }
    }
    return arena_format(side->arena, out, "s%lld", (long long)number);
}

static bool make_token(struct side *side, const char *tenant, int64_t number, str *out,
                       struct roster_error *err)
{
    char said[SAID_MAX];
    str name = {0};
    if (!name_source(side, tenant, number, &name)) {
        return fail_memory(err);
    }
    const char *source = name.ptr;
    const char *const words[] = {side->program, "token",    "add",       "--tenant",
                                 tenant,        "--source", source,      "--expires",
                                 "never",       "--store",  side->store, NULL};
    return (run(side, words, said) && said[0] != '\0' &&
            arena_copy(side->arena, str_of(said), out)) ||
           refuse(side, err, "it did not make a token");
}

static const struct sender *find_sender(struct side *side, const struct side_sender *who,
                                        struct roster_error *err)
{
    for (const struct sender *at = side->senders; at != NULL; at = at->next) {
        if (str_equal(at->tenant, who->tenant) && at->source == who->source) {
            return at;
        }
    }
    struct sender *made = arena_alloc(side->arena, sizeof(*made));
    if (made == NULL || side->sender_count == REPLAY_SENDERS_MAX ||
        !arena_copy(side->arena, who->tenant, &made->tenant)) {
        fail(err, ROSTER_ERR_NO_MEMORY, 0, "there are more than %d tenants and sources",
             REPLAY_SENDERS_MAX);
        return NULL;
    }
    if ((!has_tenant(side, who->tenant) && !make_tenant(side, who, made->tenant.ptr, err)) ||
        !make_token(side, made->tenant.ptr, who->source, &made->token, err)) {
        return NULL;
    }
    made->source = who->source;
    made->next = side->senders;
    side->senders = made;
    side->sender_count++;
    return made;
}

// What the sender sent, but with our token.
static bool make_headers(str lines, str token, struct roster_arena *arena,
                         struct http_header out[HTTP_HEADERS_MAX], size_t *count)
{
    out[0].name = STR("Authorization");
    *count = 1;
    if (!arena_format(arena, &out[0].value, "Bearer %.*s", STR_ARGS(token))) {
        return false;
    }
    while (lines.len > 0 && *count < HTTP_HEADERS_MAX) {
        str line = {0};
        str name = {0};
        str value = {0};
        str_cut(lines, '\n', &line, &lines);
        if (str_cut(line, ':', &name, &value) && !str_equal_nocase(name, STR("User-Agent"))) {
            out[(*count)++] = (struct http_header){name, str_trim(value)};
        }
    }
    return true;
}

// The body without the address, which is another one each time.
static bool without_url(str body, str url, struct roster_arena *arena, str *out)
{
    struct text text;
    text_init(&text, arena, body.len);
    text_reserve(&text, body.len);
    while (body.len > 0) {
        const char *found = memmem(body.ptr, body.len, url.ptr, url.len);
        size_t len = found == NULL ? body.len : (size_t)(found - body.ptr);
        text_add(&text, str_head(body, len));
        body = str_tail(body, found == NULL ? len : len + url.len);
    }
    *out = text_str(&text);
    return !text.full;
}

bool side_send(struct side *side, const struct side_request *request, struct roster_arena *arena,
               int *status, str *body, struct roster_error *err)
{
    struct http_header headers[HTTP_HEADERS_MAX];
    struct http_answer answer;
    struct http_request sent = {.method = request->method,
                                .headers = headers,
                                .body = request->body,
                                .has_body = request->body.len > 0};
    const struct sender *sender = find_sender(side, request->sender, err);
    if (sender == NULL) {
        return false;
    }
    if (!make_headers(request->headers, sender->token, arena, headers, &sent.header_count) ||
        !arena_format(arena, &sent.url, "%s%.*s", side->url, STR_ARGS(request->target))) {
        return fail_memory(err);
    }
    // A session is sent faster than it was recorded: a rate is waited for.
    for (int tries = 0; tries < REPLAY_TRIES_MAX; tries++) {
        if (http_client_call(side->client, &sent, arena, &answer, err) != HTTP_SENT) {
            return false;
        }
        if (answer.status != 429) {
            break;
        }
        (void)sleep(1);
    }
    *status = answer.status;
    return without_url(answer.body, str_of(side->url), arena, body) || fail_memory(err);
}
