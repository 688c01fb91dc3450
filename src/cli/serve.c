// serve.c: roster serve: owns the store, serves it, and runs the commands of other processes on it.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "cli/admin.h"
#include "cli/checkpoints.h"
#include "cli/config.h"
#include "cli/help.h"
#include "cli/notify.h"
#include "cli/privilege.h"
#include "cli/signals.h"
#include "cli/socket.h"
#include "cli/store_url.h"
#include "cli/tls.h"
#include "cli/wire.h"
#include "scim/fold.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { RETRY_MS = 20 };

// All that is open while the server runs; zero is nothing.
struct serving {
    const struct options *options;
    struct settings settings;
    struct server_sockets sockets;  // handed over, or opened as root; else the server's own
    struct identity identity;       // whom it became; no name: nobody else
    struct tls_watch certificate;
    struct store *store;
    struct server *server;
    struct admin_socket *socket;
    struct signals *signals;
    struct checkpoints *checkpoints;  // NULL: none are wanted
};

static void log_refusal(enum log_level level, const char *event, const struct roster_error *err)
{
    log_event(level, event, LOG_TEXT("detail", str_of(err->detail)));
}

// One turn of a command that came over the socket, on the writer's thread.
struct turn {
    const struct line *line;
    const char *actor;
    struct roster_arena *arena;
    struct io *io;
    int code;
    bool again;
};

static void take_turn(void *ctx, struct conn *writer)
{
    struct turn *turn = ctx;
    turn->code = admin_turn(turn->line, writer, turn->actor, turn->arena, turn->io, &turn->again);
}

// On the writer's thread, or beside it what only reads.
static bool run_turn(struct serving *serving, struct turn *turn)
{
    if (!turn->line->command->reads) {
        return server_call(serving->server, take_turn, turn);
    }
    struct conn *reader = store_reader(serving->store, STORE_READER_CACHE_KIB);
    if (reader != NULL) {
        take_turn(turn, reader);
    }
    conn_close(reader);
    return reader != NULL;
}

// A command is told again from the caller's side when it has printed something or took its time.
static bool is_turn_over(const struct line *line, const struct io *io, int64_t until_us)
{
    return line->command->shows_progress &&
           (io->later || io->out.len > 0 || sys_monotonic_us() > until_us);
}

static int run_line(struct serving *serving, const struct line *line, uid_t peer,
                    struct roster_arena *arena, struct io *io)
{
    char actor[ADMIN_ACTOR_BYTES];
    struct arena_mark mark = arena_mark(arena);
    struct turn turn = {.line = line, .actor = actor, .arena = arena, .io = io};
    admin_actor(peer, actor);
    const int64_t until_us = sys_monotonic_us() + ADMIN_TURNS_US;
    do {
        if (!run_turn(serving, &turn)) {
            return io_stop(io, EX_TEMPFAIL, "the server is stopping: try again");
        }
        if (turn.again && is_turn_over(line, io, until_us)) {
            admin_pause(line, io);
            return turn.code;
        }
        if (turn.again) {
            admin_rewind(&mark, arena, io);
        }
    } while (turn.again);
    log_event(LOG_LEVEL_INFO, "administration", LOG_TEXT("command", str_of(line->command->name)),
              LOG_TEXT("actor", str_of(actor)), LOG_NUMBER("exit", turn.code));
    return turn.code;
}

static int run_command(void *ctx, const struct wire_request *request, uid_t peer,
                       struct roster_arena *arena, struct io *io)
{
    struct roster_error err = {0};
    struct schema_progress progress = {0};
    struct line line;
    if (!line_read(request->argc, request->argv, arena, &line, &err)) {
        return io_refuse(io, &err);
    }
    line.input = request->input;
    if (!io_set_state(io, request->state)) {
        return io_stop(io, EX_USAGE, "the state of the command is none of this version");
    }
    line.progress = &progress;
    if (line.help) {
        return help_line(&line, arena, io);
    }
    return line.command->place == PLACE_STORE
               ? run_line(ctx, &line, peer, arena, io)
               : io_stop(io, EX_USAGE, "%s is no command for a server", line.command->name);
}

static void stop(void *ctx)
{
    struct serving *serving = ctx;
    notify_stopping();
    log_event(LOG_LEVEL_INFO, "stopping");
    server_stop(serving->server);
}

// Takes what may change while the server runs, and names what may not.
static void take_live(struct serving *serving, const struct settings *fresh)
{
    for (int i = 0; i < SETTING_COUNT; i++) {
        enum setting setting = (enum setting)i;
        if (!str_equal(fresh->given[i], serving->settings.given[i]) && !setting_is_live(setting)) {
            log_event(LOG_LEVEL_WARNING, "setting-needs-restart",
                      LOG_TEXT("setting", str_of(setting_name(setting))));
        }
    }
    log_threshold(fresh->log_level);
    server_set_rate(serving->server, fresh->rate);
}

static void reload(void *ctx)
{
    struct serving *serving = ctx;
    struct roster_error err = {0};
    struct settings fresh;
    struct roster_arena *arena = roster_arena_open(ARENA_REQUEST_MAX);
    notify_reloading();
    if (arena == NULL) {
        log_event(LOG_LEVEL_ERROR, "reload-refused");
    } else if (settings_read(serving->options, arena, &fresh, &err)) {
        take_live(serving, &fresh);
        if (serving->certificate.tls == NULL || tls_reload(&serving->certificate)) {
            log_event(LOG_LEVEL_INFO, "reloaded");
        }
    } else {
        log_refusal(LOG_LEVEL_ERROR, "reload-refused", &err);
    }
    roster_arena_close(arena);
    notify_ready();
}

// What a large request freed lies between what other requests use, where the heap keeps it. Giving
// it back takes locks of threads for milliseconds, so it is not done with each request.
static void give_memory_back(const struct serving *serving)
{
#ifdef __GLIBC__
    if (server_heap_is_loose(serving->server)) {
        (void)malloc_trim(0);
    }
#endif
}

static void tick(void *ctx)
{
    struct serving *serving = ctx;
    if (serving->certificate.tls != NULL) {
        tls_look(&serving->certificate);
    }
    give_memory_back(serving);
}

static int open_tls(struct serving *serving, struct io *io)
{
    const struct settings *settings = &serving->settings;
    struct roster_error err = {0};
    return settings->tls_cert == NULL ||
                   tls_open(&serving->certificate, settings->tls_cert, settings->tls_key, &err)
               ? EX_OK
               : io_stop(io, EX_CONFIG, "%s", err.detail);
}

// An inherited socket takes the place of --listen.
static int take_socket(struct serving *serving, struct io *io)
{
    int count = notify_sockets(&serving->sockets.fds[0]);
    if (count < 0 || count > 1) {
        return io_stop(io, EX_CONFIG,
                       count < 0 ? "cannot take over the socket of the service"
                                 : "more than one socket was handed over");
    }
    serving->sockets.count = count;
    if (count == 1 && !address_of_socket(serving->sockets.fds[0], &serving->settings.listen)) {
        return io_stop(io, EX_CONFIG, "the socket that was handed over is not TCP");
    }
    return EX_OK;
}

static int check_exposure(const struct settings *settings, struct io *io)
{
    return address_is_loopback(&settings->listen) || settings->proxy_count > 0 ||
                   settings->tls_cert != NULL
               ? EX_OK
               : io_stop(io, EX_CONFIG,
                         "%s can be reached from other machines: give --tls-cert and --tls-key, "
                         "put a TLS proxy in front and name it with --behind-proxy, or listen on "
                         "127.0.0.1",
                         settings->listen.host);
}

// Another server is up for as long as it likes, a command gives the store back in a moment.
static bool is_served(const char *url, struct roster_arena *arena)
{
    str path = {0};
    int fd = store_socket_path(url, arena, &path) ? wire_connect(path.ptr) : -1;
    if (fd >= 0) {
        close(fd);
    }
    return fd >= 0;
}

static int open_store(struct serving *serving, const char *url, struct roster_arena *arena,
                      struct io *io)
{
    const struct store_options options = {.url = url, .unicode = fold_unicode_version()};
    const struct timespec pause = {.tv_nsec = RETRY_MS * 1000000L};
    struct roster_error err = {0};
    for (int waited_ms = 0; waited_ms < ADMIN_OWNER_MS; waited_ms += RETRY_MS) {
        serving->store = store_open(&options, &err);
        if (serving->store != NULL) {
            return EX_OK;
        }
        if (!store_is_owned(url) || is_served(url, arena)) {
            break;
        }
        nanosleep(&pause, NULL);
    }
    return io_refuse(io, &err);
}

// The journal keeps the text of the folder's name: it lives in `arena`.
static bool choose_journal(const struct settings *settings, const char *url,
                           struct roster_arena *arena, struct journal_options *out)
{
    str folder = {0};
    if (settings->journal_size == 0) {
        return true;
    }
    if (!store_journal_path(url, arena, &folder)) {
        return false;
    }
    *out = (struct journal_options){
        .folder = folder.ptr,
        .env = &env_system,
        .size_max = settings->journal_size,
        .age_ms = settings->journal_age_ms,
        .body_max = settings->journal_body,
    };
    return true;
}

static int open_server(struct serving *serving, const char *url, struct roster_arena *arena,
                       struct io *io)
{
    const struct settings *settings = &serving->settings;
    struct roster_error err = {0};
    struct server_options options = {
        .store = serving->store,
        .env = &env_system,
        .address = settings->listen.host,
        .port = settings->listen.port,
        .sockets = serving->sockets,
        .tls = serving->certificate.tls,
        .public_url = settings->public_url,
        .domain = settings->domain,
        .proxy_count = settings->proxy_count,
        .jwks_network_count = settings->jwks_network_count,
        .jwks_ca = settings->jwks_ca,
        .rate = settings->rate,
        .drain_ms = settings->drain_ms,
    };
    memcpy(options.proxies, settings->proxies, sizeof(options.proxies));
    memcpy(options.jwks_networks, settings->jwks_networks, sizeof(options.jwks_networks));
    if (!choose_journal(settings, url, arena, &options.journal)) {
        return io_stop(io, EX_UNAVAILABLE, "the path of the journal is too long");
    }
    serving->server = server_open(&options, &err);
    // Its loops have copies; these here would go on listening when it has stopped.
    server_sockets_close(&serving->sockets);
    // Nearly always the address: it is taken, or not one of this machine.
    return serving->server != NULL ? EX_OK : io_stop(io, EX_UNAVAILABLE, "%s", err.detail);
}

static int open_control(struct serving *serving, const char *url, struct roster_arena *arena,
                        struct io *io)
{
    const struct signal_actions actions = {stop, reload, tick, SERVE_TICK_MS, serving};
    struct roster_error err = {0};
    str path = {0};
    if (!store_socket_path(url, arena, &path)) {
        return io_stop(io, EX_UNAVAILABLE, "the path of the administration socket is too long");
    }
    serving->socket = socket_open(path.ptr, run_command, serving, &err);
    if (serving->socket != NULL) {
        serving->signals = signals_open(&actions, &err);
    }
    return serving->signals != NULL ? EX_OK : io_refuse(io, &err);
}

static int open_checkpoints(struct serving *serving, struct io *io)
{
    const struct checkpoints_options options = {
        .store = serving->store,
        .env = &env_system,
        .folder = serving->settings.checkpoint_dir,
        .interval_ms = serving->settings.checkpoint_interval_ms,
    };
    struct roster_error err = {0};
    if (options.folder == NULL) {
        return EX_OK;
    }
    serving->checkpoints = checkpoints_open(&options, &err);
    return serving->checkpoints != NULL
               ? EX_OK
               : io_stop(io, EX_CANTCREAT, "--checkpoint-dir: %s", err.detail);
}

static void serving_close(struct serving *serving)
{
    signals_close(serving->signals);
    // The socket goes while the store is still ours, so that we never take another server's away.
    socket_close(serving->socket);
    if (serving->server != NULL) {
        server_close(serving->server);
    }
    // Behind the last write, so that the last checkpoint has it.
    checkpoints_close(serving->checkpoints);
    if (serving->store != NULL) {
        store_close(serving->store);
    }
    server_sockets_close(&serving->sockets);
    http_tls_close(serving->certificate.tls);
}

// Printed at once, for whoever waits for it; a closed standard output is nobody waiting.
static void announce(const struct serving *serving, bool json)
{
    const struct address *address = &serving->settings.listen;
    printf(json ? "{\"url\":\"%s://%s%s%s:%u\"}\n" : "listening on %s://%s%s%s:%u\n",
           serving->certificate.tls != NULL ? "https" : "http", address->ipv6 ? "[" : "",
           address->host, address->ipv6 ? "]" : "", server_port(serving->server));
    (void)fflush(stdout);
}

// A port below 1024 is root's, and a key may be; what is made from here on is the user's.
static bool become_user(struct serving *serving, struct roster_arena *arena,
                        struct roster_error *err)
{
    const struct settings *settings = &serving->settings;
    return identity_find(settings->user, arena, &serving->identity, err) &&
           (serving->sockets.count > 0 ||
            server_listen(settings->listen.host, settings->listen.port, &serving->sockets, err)) &&
           identity_take(&serving->identity, err);
}

static int exit_of_user(enum roster_code code)
{
    return code == ROSTER_ERR_NOT_FOUND       ? EX_NOUSER
           : code == ROSTER_ERR_INVALID_VALUE ? EX_CONFIG
           : code == ROSTER_ERR_INTERNAL      ? EX_UNAVAILABLE  // the address, as everywhere
                                              : exit_of(code);
}

static int give_up(struct serving *serving, struct call *call)
{
    struct roster_error err = {0};
    if (serving->settings.user != NULL && !become_user(serving, call->arena, &err)) {
        return io_stop(call->io, exit_of_user(err.code), "--user: %s", err.detail);
    }
    if (!privilege_seal(serving->settings.core_dumps, &err)) {
        return io_refuse(call->io, &err);
    }
    if (serving->settings.user != NULL && serving->certificate.tls != NULL) {
        tls_rehearse(&serving->certificate);
    }
    return EX_OK;
}

// Root's own places are none of the user that it became.
static int choose_store(struct serving *serving, struct call *call, const char **url)
{
    struct surroundings around = surroundings_of_process();
    const char *user = serving->identity.name;
    if (user != NULL) {
        around.xdg_state_home = NULL;
        around.home = serving->identity.home;
    }
    int code =
        store_url_choose(str_of(serving->settings.store), &around, call->arena, call->io, url);
    if (code == EX_NOPERM && user != NULL) {
        io_note(call->io,
                "The server runs as %s now: give it a folder of its own, "
                "install -d -o %s -m 700 FOLDER, or the one that is there, chown -R %s FOLDER",
                user, user, user);
    }
    return code;
}

static void log_start(const struct serving *serving)
{
    log_event(LOG_LEVEL_INFO, "started", LOG_TEXT("version", str_of(ROSTER_VERSION)),
              LOG_TEXT("address", str_of(serving->settings.listen.host)),
              LOG_NUMBER("port", server_port(serving->server)));
    if (geteuid() == 0) {
        log_event(LOG_LEVEL_WARNING, "running-as-root",
                  LOG_TEXT("detail", STR("give --user NAME, or start it as another user")));
    }
}

static int open_all(struct serving *serving, struct call *call)
{
    const char *url = NULL;
    int code = take_socket(serving, call->io);
    code = code == EX_OK ? check_exposure(&serving->settings, call->io) : code;
    code = code == EX_OK ? open_tls(serving, call->io) : code;
    code = code == EX_OK ? give_up(serving, call) : code;
    code = code == EX_OK ? choose_store(serving, call, &url) : code;
    code = code == EX_OK ? open_store(serving, url, call->arena, call->io) : code;
    code = code == EX_OK ? open_server(serving, url, call->arena, call->io) : code;
    code = code == EX_OK ? open_checkpoints(serving, call->io) : code;
    return code == EX_OK ? open_control(serving, url, call->arena, call->io) : code;
}

// Each connection takes a descriptor, and the usual soft limit is for programs that use select.
static void raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

// A page's memory goes back to the heap with each answer, and by default from there to the kernel:
// getting it again, zeroed page by page, takes a quarter of the time of a page.
static void keep_memory(void)
{
#ifdef __GLIBC__
    (void)mallopt(M_MMAP_THRESHOLD, (int)HEAP_BYTES_KEEP);
    (void)mallopt(M_TRIM_THRESHOLD, (int)HEAP_BYTES_KEEP);
#endif
}

static int run_serve(struct call *call)
{
    struct serving serving = {.options = call->options};
    struct roster_error err = {0};
    if (!settings_read(call->options, call->arena, &serving.settings, &err)) {
        return io_stop(call->io, err.code == ROSTER_ERR_BAD_REQUEST ? EX_USAGE : EX_CONFIG, "%s",
                       err.detail);
    }
    log_threshold(serving.settings.log_level);
    signals_block();
    raise_descriptors();
    keep_memory();
    int code = open_all(&serving, call);
    if (code == EX_OK) {
        announce(&serving, wants_json(call));
        log_start(&serving);
        notify_ready();
        server_run(serving.server);
    }
    serving_close(&serving);
    if (code == EX_OK) {
        log_event(LOG_LEVEL_INFO, "stopped");
    }
    return code;
}

const struct command serve_commands[] = {
    {
        .name = "serve",
        .arguments = "",
        .help = "serve SCIM to identity providers",
        .about =
            "Owns the store and serves it until it is asked to stop. Prints the line\n"
            "\"listening on http://ADDR:PORT\" when it is ready; its log are JSON lines on\n"
            "standard error. With --json the line is an object with url.\n\n"
            "With --tls-cert and --tls-key it serves HTTPS, TLS 1.3 and 1.2 (\"https\" in that\n"
            "line). SIGHUP, or replacing the files, makes new connections use the new ones;\n"
            "files that cannot be used change nothing and are reported in the log.\n\n"
            "SCIM is served at /scim/v2 (the token names the tenant) and /t/TENANT/scim/v2,\n"
            "and with --domain at TENANT.DOMAIN/scim/v2. An address that others can\n"
            "reach needs TLS or --behind-proxy.\n\n"
            "A configuration file holds the same settings as lines \"name = value\", comments\n"
            "after ; or #. SIGHUP reads it again: log-level and rate change at once, the\n"
            "others at the next start (the log names them). SIGTERM and SIGINT answer what\n"
            "was accepted and stop; a second one stops at once. A socket that systemd hands over\n"
            "takes the place of --listen.\n\n"
            "Started as root with --user, it listens and reads the TLS key as root, becomes that\n"
            "user for good, and opens the store as that user. A renewed key has to be readable\n"
            "for the user (chgrp, chmod 640); the log says so at the start when it is not.\n\n"
            "With --checkpoint-dir it signs where the audit ends, at the start, each interval and\n"
            "at the end, into files of that folder: see roster help audit checkpoint.\n\n"
            "While it runs, commands that need its store reach it over the socket\n"
            "STORE.sock beside the store, which only its user and root may use.",
        .examples = "roster serve\n"
                    "roster serve --store sqlite:/srv/roster/roster.db --listen 127.0.0.1:0\n"
                    "roster serve --listen 0.0.0.0:443 --tls-cert chain.pem --tls-key key.pem\n"
                    "roster serve --listen 0.0.0.0:8080 --behind-proxy 10.0.0.2 "
                    "--public-url https://id.example.com",
        .options = serve_options,
        .place = PLACE_HERE,
        .run = run_serve,
    },
    {0},
};
