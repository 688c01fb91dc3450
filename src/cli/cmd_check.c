// cmd_check.c: roster check.
//
// The first Ctrl-C ends the checks and deletes what they made, the second one ends that, too.
// SPDX-License-Identifier: Apache-2.0
#include "cli/address.h"
#include "cli/check_print.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_FAILURES = 1, EXIT_INTERRUPTED = 128 + SIGINT, PROGRESS_COLUMNS = 60 };

// Written by the signal's function, read by everybody else.
static volatile sig_atomic_t interrupts;

static void count_interrupt(int number)
{
    (void)number;
    interrupts++;
}

struct session {
    struct http_client *client;
    bool cleaning;
    bool progress;  // standard error is a terminal
};

static bool is_cancelled(void *ctx)
{
    const struct session *session = ctx;
    return interrupts > (session->cleaning ? 1 : 0);
}

static bool is_stopped(void *ctx)
{
    (void)ctx;
    return interrupts > 0;
}

static void set_cleaning(void *ctx, bool now)
{
    struct session *session = ctx;
    session->cleaning = now;
}

static void show_progress(void *ctx, const struct check_about *about, size_t index, size_t count)
{
    const struct session *session = ctx;
    if (session->progress) {
        fprintf(stderr, "\r%zu of %zu  %-*.*s", index + 1, count, PROGRESS_COLUMNS,
                PROGRESS_COLUMNS, about->id);
    }
}

static void end_progress(const struct session *session)
{
    if (session->progress) {
        fprintf(stderr, "\r%*s\r", PROGRESS_COLUMNS + 20, "");
    }
}

static enum http_sent send_request(void *ctx, const struct http_request *request,
                                   struct roster_arena *arena, struct http_answer *out,
                                   struct roster_error *err)
{
    const struct session *session = ctx;
    return http_client_call(session->client, request, arena, out, err);
}

static void watch_interrupts(void)
{
    struct sigaction action = {.sa_handler = count_interrupt};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static bool is_token(str token)
{
    for (size_t i = 0; i < token.len; i++) {
        if ((unsigned char)token.ptr[i] <= ' ' || (unsigned char)token.ptr[i] >= 0x7F) {
            return false;
        }
    }
    return token.len > 0 && token.len <= TOKEN_TEXT_MAX;
}

// The first line of a file, which may be a pipe.
static bool read_token(struct call *call, str path, str *out, struct roster_error *err)
{
    char *text = arena_alloc(call->arena, TOKEN_TEXT_MAX + 2);
    int fd = open(path.ptr, O_RDONLY | O_CLOEXEC);
    ssize_t len = 0;
    str rest = {0};
    if (fd < 0 || text == NULL) {
        return fail(err, ROSTER_ERR_NOT_FOUND, 0, "cannot read %.*s: %s", STR_ARGS(path),
                    strerror(errno));
    }
    for (ssize_t got = 1; got > 0 && len <= (ssize_t)TOKEN_TEXT_MAX; len += got > 0 ? got : 0) {
        got = read(fd, text + len, TOKEN_TEXT_MAX + 1 - (size_t)len);
    }
    close(fd);
    str_cut((str){text, (size_t)len}, '\n', out, &rest);
    *out = str_trim(*out);
    if (out->len > 0 && out->ptr[out->len - 1] == '\r') {
        out->len--;
    }
    return true;
}

static bool find_token(struct call *call, str *out, struct roster_error *err)
{
    str path = options_text(call->options, "token-file");
    *out = options_text(call->options, "token");
    if (out->len > 0 && path.len > 0) {
        return fail(err, ROSTER_ERR_BAD_REQUEST, 0, "--token and --token-file: give one of them");
    }
    if (path.len > 0 && !read_token(call, path, out, err)) {
        return false;
    }
    if (out->len == 0 && path.len == 0) {
        *out = str_of(getenv("ROSTER_CHECK_TOKEN"));
    }
    if (out->len == 0) {
        return fail(err, ROSTER_ERR_BAD_REQUEST, 0,
                    "a token is needed: --token-file FILE, ROSTER_CHECK_TOKEN or --token TOKEN");
    }
    return is_token(*out) || fail(err, ROSTER_ERR_BAD_REQUEST, 0,
                                  "the token is no bearer token: blanks, control characters or "
                                  "more than %zu bytes",
                                  TOKEN_TEXT_MAX);
}

static bool check_only(str only, struct roster_error *err)
{
    while (only.len > 0) {
        str word = {0};
        str_cut(only, ',', &word, &only);
        word = str_trim(word);
        if (!probe_knows(word)) {
            return fail(err, ROSTER_ERR_BAD_REQUEST, 0,
                        "there is no check \"%.*s\": see roster check --list",
                        (int)(word.len < 60 ? word.len : 60), word.ptr);
        }
    }
    return true;
}

static bool read_timeout(const struct call *call, int *timeout_ms, struct roster_error *err)
{
    int64_t seconds = 0;
    str text = options_text(call->options, "timeout");
    *timeout_ms = PROBE_TIMEOUT_MS;
    if (text.len == 0) {
        return true;
    }
    if (!str_to_i64(text, &seconds) || seconds < 1 || seconds > PROBE_TIMEOUT_S_MAX) {
        return fail(err, ROSTER_ERR_BAD_REQUEST, 0, "--timeout is a number of seconds, 1 to %d",
                    PROBE_TIMEOUT_S_MAX);
    }
    *timeout_ms = (int)seconds * 1000;
    return true;
}

static bool read_call(struct call *call, struct probe_options *probe,
                      struct http_client_options *client, struct roster_error *err)
{
    probe->only = options_text(call->options, "only");
    client->body_max = PROBE_REPLY_MAX;
    client->insecure = options_has(call->options, "insecure");
    client->user_agent = "roster-check/" ROSTER_VERSION;
    if (!url_check(str_of(call->options->arguments[0]), &probe->url, err)) {
        err->code = ROSTER_ERR_BAD_REQUEST;
        return false;
    }
    return find_token(call, &probe->token, err) && check_only(probe->only, err) &&
           read_timeout(call, &client->timeout_ms, err);
}

// A token that travels in clear is everybody's.
static void warn_of_clear_text(struct call *call, str url)
{
    static const char *const here[] = {"http://127.", "http://localhost", "http://[::1]"};
    bool clear = str_starts_nocase(url, STR("http://"));
    for (size_t i = 0; i < COUNT_OF(here); i++) {
        clear = clear && !str_starts_nocase(url, str_of(here[i]));
    }
    if (clear) {
        io_note(call->io, "warning: without https everybody on the way can read the token");
    }
}

static int exit_code(const struct probe_report *report)
{
    switch (report->end) {
    case PROBE_STOPPED:
        return EXIT_INTERRUPTED;
    case PROBE_NO_HOST:
        return EX_NOHOST;
    case PROBE_REFUSED:
        return EX_NOPERM;
    case PROBE_NO_MEMORY:
        return EX_OSERR;
    case PROBE_UNREACHABLE:
        return EX_UNAVAILABLE;
    case PROBE_DONE:
        break;
    }
    return check_count(report).failed > 0 ? EXIT_FAILURES : EX_OK;
}

static int print_report(struct call *call, const struct probe_report *report, str url)
{
    int code = exit_code(report);
    if (report->end != PROBE_DONE) {
        io_stop(call->io, code, "%.*s", STR_ARGS(report->detail));
    }
    if (wants_json(call)) {
        int printed = io_json(call->io, check_json(call->arena, report, url));
        return printed != EX_OK ? printed : code;
    }
    if (report->count > 0) {
        check_print(&call->io->out, report, url, options_has(call->options, "verbose"));
    }
    return code;
}

static int run_probe(struct call *call, struct probe_options options,
                     struct http_client_options client)
{
    struct session session = {.progress = isatty(STDERR_FILENO) != 0};
    struct transport transport = {.call = send_request, .ctx = &session};
    struct roster_error err = {0};
    struct probe_report report;
    client.cancelled = is_cancelled;
    client.ctx = &session;
    session.client = http_client_open(&client, &err);
    if (session.client == NULL) {
        return io_refuse(call->io, &err);
    }
    options.transport = &transport;
    options.env = &env_system;
    options.watch = (struct probe_watch){
        .begins = show_progress, .stop = is_stopped, .cleaning = set_cleaning, .ctx = &session};
    warn_of_clear_text(call, options.url);
    watch_interrupts();
    probe_run(&options, call->arena, &report);
    end_progress(&session);
    http_client_close(session.client);
    return print_report(call, &report, options.url);
}

static int run_check(struct call *call)
{
    struct probe_options options = {0};
    struct http_client_options client = {0};
    struct roster_error err = {0};
    if (options_has(call->options, "list")) {
        return check_print_list(call);
    }
    if (call->options->argument_count == 0) {
        return io_stop(call->io, EX_USAGE, "usage: roster check URL [OPTION]...");
    }
    if (!read_call(call, &options, &client, &err)) {
        return io_refuse(call->io, &err);
    }
    return run_probe(call, options, client);
}

static const struct cli_option check_options[] = {
    {"token", "TOKEN", "the bearer token; others on this machine can see a command line", false},
    {"token-file", "FILE", "its first line is the token", false},
    {"only", "ID,...", "these checks or areas alone: patch,filter.eq", false},
    {"list", NULL, "print all checks with their requirements, without a server", false},
    {"verbose", NULL, "print every check, not only what is not met", false},
    {"timeout", "SECONDS", "for one answer (default 10)", false},
    {"insecure", NULL, "accept any certificate of the server", false},
    {0},
};

const struct command check_commands[] = {
    {
        .name = "check",
        .arguments = "URL",
        .argument_max = 1,
        .help = "probe any SCIM server against the RFCs",
        .about = "Sends requests to the SCIM server at URL (https://host/scim/v2) and judges what\n"
                 "comes back by RFC 7643, 7644 and 9865. What the server's ServiceProviderConfig\n"
                 "says it does not support is skipped. Prints one line for each requirement that\n"
                 "is not met: FAIL for a MUST, SHOULD for a SHOULD, note for what the RFCs leave\n"
                 "open; then what was sent, what came back, and a summary.\n"
                 "\n"
                 "It makes users and groups whose names begin with roster-check- and a random\n"
                 "number, deletes them again, after Ctrl-C too, and touches nothing else. A\n"
                 "second Ctrl-C ends at once and prints what is left.\n"
                 "\n"
                 "With --json an object: url, complete, stopped, prefix, summary, left, and\n"
                 "checks with id, requirements, level, section, title, verdict (passed, failed,\n"
                 "noted, skipped), sent, status, detail. With --list --json an object with\n"
                 "checks.\n"
                 "\n"
                 "Exit codes of this command: 0 every MUST is met, 1 one is not, 64 the command\n"
                 "line is wrong, 66 the token file cannot be read, 68 the host has no address,\n"
                 "69 no SCIM server answers, 77 the token is refused, 130 interrupted.\n"
                 "\n"
                 "The token is taken from ROSTER_CHECK_TOKEN where no option gives one, a proxy\n"
                 "from http_proxy, https_proxy and no_proxy.",
        .examples = "roster check https://scim.example.com/scim/v2 --token-file token\n"
                    "roster check https://scim.example.com/scim/v2 --only patch,filter --json\n"
                    "roster check https://127.0.0.1:8443/scim/v2 --token-file token --insecure\n"
                    "roster check --list",
        .options = check_options,
        .place = PLACE_HERE,
        .run = run_check,
    },
    {0},
};
