// config.c: settings from options and from an ini file without sections.
// SPDX-License-Identifier: Apache-2.0
#include "cli/config.h"

#include "base/limits.h"
#include "cli/duration.h"
#include "cli/nearest.h"

#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { CHECKPOINT_INTERVAL_DEFAULT_MS = 3600 * 1000 };
enum { DRAIN_DEFAULT_S = 10, DRAIN_MAX_S = 3600, PORT_DEFAULT = 8080 };

const struct cli_option serve_options[] = {
    {"config", "FILE", "read settings from this file; options win over it (default: none)", false},
#define SETTING_OPTION(name, text, value, kind, help) {text, value, help, false},
    SETTINGS(SETTING_OPTION)
#undef SETTING_OPTION
        {0},
};

typedef bool take_fn(str value, struct roster_arena *arena, struct settings *out,
                     struct roster_error *err);

static bool copy_text(str value, struct roster_arena *arena, const char **out,
                      struct roster_error *err)
{
    str copy = {0};
    if (!arena_copy(arena, value, &copy)) {
        return fail_memory(err);
    }
    *out = copy.ptr;
    return true;
}

static bool take_store(str value, struct roster_arena *arena, struct settings *out,
                       struct roster_error *err)
{
    // Which stores there are is checked where the store is chosen.
    return copy_text(value, arena, &out->store, err);
}

static bool take_listen(str value, struct roster_arena *arena, struct settings *out,
                        struct roster_error *err)
{
    return address_parse(value, &out->listen, err);
}

static bool take_public_url(str value, struct roster_arena *arena, struct settings *out,
                            struct roster_error *err)
{
    str url = {0};
    return url_check(value, &url, err) && copy_text(url, arena, &out->public_url, err);
}

static bool take_domain(str value, struct roster_arena *arena, struct settings *out,
                        struct roster_error *err)
{
    return domain_check(value, err) && copy_text(value, arena, &out->domain, err);
}

static bool take_tls_cert(str value, struct roster_arena *arena, struct settings *out,
                          struct roster_error *err)
{
    return copy_text(value, arena, &out->tls_cert, err);
}

static bool take_tls_key(str value, struct roster_arena *arena, struct settings *out,
                         struct roster_error *err)
{
    return copy_text(value, arena, &out->tls_key, err);
}

static bool take_networks(str value, const char *what, struct network out[PROXIES_MAX], int *count,
                          struct roster_error *err)
{
    *count = 0;
    for (bool more = true; more;) {
        str one = {0};
        more = str_cut(value, ',', &one, &value);
        if (*count == PROXIES_MAX) {
            return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "there are more than %d %s", PROXIES_MAX,
                        what);
        }
        if (!network_parse(str_trim(one), &out[(*count)++], err)) {
            return false;
        }
    }
    return true;
}

static bool take_behind_proxy(str value, struct roster_arena *arena, struct settings *out,
                              struct roster_error *err)
{
    return take_networks(value, "proxies", out->proxies, &out->proxy_count, err);
}

static bool take_jwks_networks(str value, struct roster_arena *arena, struct settings *out,
                               struct roster_error *err)
{
    return take_networks(value, "networks", out->jwks_networks, &out->jwks_network_count, err);
}

static bool take_log_level(str value, struct roster_arena *arena, struct settings *out,
                           struct roster_error *err)
{
    static const char *const names[] = {
        [LOG_LEVEL_DEBUG] = "debug",
        [LOG_LEVEL_INFO] = "info",
        [LOG_LEVEL_WARNING] = "warning",
        [LOG_LEVEL_ERROR] = "error",
    };
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (str_equal(value, str_of(names[i]))) {
            out->log_level = (enum log_level)i;
            return true;
        }
    }
    return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "it is debug, info, warning or error");
}

static bool take_rate(str value, struct roster_arena *arena, struct settings *out,
                      struct roster_error *err)
{
    return rate_parse(value, &out->rate) ||
           fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                "it is N/BURST or N (requests a second, and at once; 1 to %d) or unlimited",
                RATE_MAX);
}

// It is read with each fetch; that it cannot be read is said at the start.
static bool take_jwks_ca(str value, struct roster_arena *arena, struct settings *out,
                         struct roster_error *err)
{
    return copy_text(value, arena, &out->jwks_ca, err) &&
           (access(out->jwks_ca, R_OK) == 0 ||
            fail(err, ROSTER_ERR_INVALID_VALUE, 0, "%.150s cannot be read: %m", out->jwks_ca));
}

static bool take_checkpoint_dir(str value, struct roster_arena *arena, struct settings *out,
                                struct roster_error *err)
{
    return copy_text(value, arena, &out->checkpoint_dir, err);
}

static bool take_checkpoint_interval(str value, struct roster_arena *arena, struct settings *out,
                                     struct roster_error *err)
{
    return duration_parse(value, &out->checkpoint_interval_ms) ||
           fail(err, ROSTER_ERR_INVALID_VALUE, 0, "it is a duration: 30s, 15m, 1h, 1d");
}

static bool take_user(str value, struct roster_arena *arena, struct settings *out,
                      struct roster_error *err)
{
    return copy_text(value, arena, &out->user, err);
}

static bool take_core_dumps(str value, struct roster_arena *arena, struct settings *out,
                            struct roster_error *err)
{
    out->core_dumps = str_equal(value, STR("yes"));
    return out->core_dumps || str_equal(value, STR("no")) ||
           fail(err, ROSTER_ERR_INVALID_VALUE, 0, "it is yes or no");
}

static bool take_drain(str value, struct roster_arena *arena, struct settings *out,
                       struct roster_error *err)
{
    int64_t seconds = 0;
    if (!str_to_i64(value, &seconds) || seconds < 0 || seconds > DRAIN_MAX_S) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "it is a number of seconds from 0 to %d",
                    DRAIN_MAX_S);
    }
    out->drain_ms = (int)seconds * 1000;
    return true;
}

static bool take_count(str value, int64_t max, const char *unit, size_t one, size_t *out,
                       struct roster_error *err)
{
    int64_t count = 0;
    if (!str_to_i64(value, &count) || count < 0 || count > max) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "it is a number of %s from 0 to %lld", unit,
                    (long long)max);
    }
    *out = (size_t)count * one;
    return true;
}

static bool take_journal_size(str value, struct roster_arena *arena, struct settings *out,
                              struct roster_error *err)
{
    return take_count(value, JOURNAL_SIZE_MAX_MIB, "MiB", MIB(1), &out->journal_size, err);
}

static bool take_journal_age(str value, struct roster_arena *arena, struct settings *out,
                             struct roster_error *err)
{
    return duration_parse(value, &out->journal_age_ms) ||
           fail(err, ROSTER_ERR_INVALID_VALUE, 0, "it is a duration: 12h, 7d, 4w");
}

static bool take_journal_body(str value, struct roster_arena *arena, struct settings *out,
                              struct roster_error *err)
{
    return take_count(value, JOURNAL_BODY_MAX / KIB(1), "KiB", KIB(1), &out->journal_body, err);
}

static const struct {
    const char *name;
    enum setting_kind kind;
} rows[] = {
#define SETTING_ROW(name, text, value, kind, help) [SETTING_##name] = {text, kind},
    SETTINGS(SETTING_ROW)
#undef SETTING_ROW
};

static take_fn *const takes[] = {
    [SETTING_STORE] = take_store,
    [SETTING_LISTEN] = take_listen,
    [SETTING_PUBLIC_URL] = take_public_url,
    [SETTING_DOMAIN] = take_domain,
    [SETTING_TLS_CERT] = take_tls_cert,
    [SETTING_TLS_KEY] = take_tls_key,
    [SETTING_BEHIND_PROXY] = take_behind_proxy,
    [SETTING_JWKS_NETWORKS] = take_jwks_networks,
    [SETTING_JWKS_CA] = take_jwks_ca,
    [SETTING_LOG_LEVEL] = take_log_level,
    [SETTING_RATE] = take_rate,
    [SETTING_CHECKPOINT_DIR] = take_checkpoint_dir,
    [SETTING_CHECKPOINT_INTERVAL] = take_checkpoint_interval,
    [SETTING_USER] = take_user,
    [SETTING_CORE_DUMPS] = take_core_dumps,
    [SETTING_DRAIN] = take_drain,
    [SETTING_JOURNAL_SIZE] = take_journal_size,
    [SETTING_JOURNAL_AGE] = take_journal_age,
    [SETTING_JOURNAL_BODY] = take_journal_body,
};
static_assert(COUNT_OF(takes) == SETTING_COUNT, "each setting has a function that takes it");

const char *setting_name(enum setting setting)
{
    return rows[setting].name;
}

bool setting_is_live(enum setting setting)
{
    return rows[setting].kind == SETTING_LIVE;
}

static struct settings defaults(void)
{
    return (struct settings){
        .listen = {.host = "127.0.0.1", .port = PORT_DEFAULT},
        .log_level = LOG_LEVEL_INFO,
        .rate = {RATE_PER_S, RATE_BURST},
        .checkpoint_interval_ms = CHECKPOINT_INTERVAL_DEFAULT_MS,
        .drain_ms = DRAIN_DEFAULT_S * 1000,
        .journal_size = MIB(JOURNAL_SIZE_MIB),
        .journal_age_ms = JOURNAL_AGE_MS,
        .journal_body = KIB(JOURNAL_BODY_KIB),
    };
}

static bool take(enum setting setting, str value, struct roster_arena *arena, struct settings *out,
                 struct roster_error *err)
{
    if (!arena_copy(arena, value, &out->given[setting])) {
        return fail_memory(err);
    }
    return takes[setting](out->given[setting], arena, out, err);
}

// A file that is being read by inih, which knows neither the line it is at nor how to stop.
struct reading {
    str rest;
    int line;
    struct roster_arena *arena;
    struct settings *out;
    int wrong_line;  // 0: none yet
    struct roster_error err;
};

static bool wrong(struct reading *reading, const char *format, ...) ROSTER_PRINTF(2, 3);

static bool wrong(struct reading *reading, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (reading->wrong_line == 0) {
        reading->wrong_line = reading->line;
        fail(&reading->err, ROSTER_ERR_INVALID_VALUE, 0, NULL);
        vsnprintf(reading->err.detail, sizeof(reading->err.detail), format, args);
    }
    va_end(args);
    return false;
}

// In the manner of fgets: one line with its end.
static char *read_line(char *out, int size, void *stream)
{
    struct reading *reading = stream;
    str line = {0};
    if (reading->rest.len == 0 || size < 2) {
        return NULL;
    }
    bool ended = str_cut(reading->rest, '\n', &line, &reading->rest);
    reading->line++;
    size_t room = (size_t)size - 2;
    if (line.len > room) {
        wrong(reading, "the line is longer than %zu bytes", room);
        line = str_head(line, room);
    }
    memcpy(out, line.ptr, line.len);
    memcpy(out + line.len, ended ? "\n" : "", ended ? 2 : 1);
    return out;
}

static bool find_setting(const char *name, enum setting *out)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (strcmp(rows[i].name, name) == 0) {
            *out = (enum setting)i;
            return true;
        }
    }
    return false;
}

static bool wrong_name(struct reading *reading, const char *name)
{
    struct nearest nearest = {.word = str_of(name)};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        nearest_try(&nearest, str_of(rows[i].name));
    }
    str found = nearest_name(&nearest);
    return found.len > 0 ? wrong(reading, "there is no setting \"%.60s\"; did you mean \"%.*s\"?",
                                 name, STR_ARGS(found))
                         : wrong(reading, "there is no setting \"%.60s\"", name);
}

static bool take_pair(struct reading *reading, const char *name, const char *value)
{
    enum setting setting;
    str whole = str_of(value);
    struct roster_error err = {0};
    if (!find_setting(name, &setting)) {
        return wrong_name(reading, name);
    }
    str before = reading->out->given[setting];
    if (before.len > 0 && rows[setting].kind != SETTING_LIST) {
        return wrong(reading, "%s is given twice", name);
    }
    if (whole.len == 0) {
        return wrong(reading, "%s has no value", name);
    }
    if (before.len > 0 &&
        !arena_format(reading->arena, &whole, "%.*s,%s", STR_ARGS(before), value)) {
        return wrong(reading, "the list is too long");
    }
    return take(setting, whole, reading->arena, reading->out, &err) ||
           wrong(reading, "%s: %s", name, err.detail);
}

static int take_line(void *ctx, const char *section, const char *name, const char *value)
{
    struct reading *reading = ctx;
    if (section[0] != '\0') {
        return wrong(reading, "there are no sections here: [%.60s]", section);
    }
    return take_pair(reading, name, value);
}

bool settings_parse_file(const char *path, str text, struct roster_arena *arena,
                         struct settings *out, struct roster_error *err)
{
    struct reading reading = {.rest = text, .arena = arena, .out = out};
    *out = defaults();
    int line = ini_parse_stream(read_line, &reading, take_line, &reading);
    // inih's own finding is the first wrong line too: one without a "=", when it is not ours.
    if (line > 0 && (reading.wrong_line == 0 || line < reading.wrong_line)) {
        reading.wrong_line = line;
        fail(&reading.err, ROSTER_ERR_INVALID_VALUE, 0, "it is no \"key = value\"");
    }
    if (reading.wrong_line == 0) {
        return line == 0 || fail_memory(err);
    }
    return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "%.100s:%d: %s", path, reading.wrong_line,
                reading.err.detail);
}

static bool read_whole(FILE *file, const char *path, struct roster_arena *arena, str *out,
                       struct roster_error *err)
{
    char *bytes = arena_alloc(arena, CONFIG_BYTES_MAX + 1);
    if (bytes == NULL) {
        return fail_memory(err);
    }
    *out = (str){bytes, fread(bytes, 1, CONFIG_BYTES_MAX + 1, file)};
    if (ferror(file) != 0) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "%.150s: %s", path, strerror(errno));
    }
    if (out->len > CONFIG_BYTES_MAX || memchr(bytes, '\0', out->len) != NULL) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "%.150s: a configuration is text of at most %zu bytes", path, CONFIG_BYTES_MAX);
    }
    return true;
}

static bool read_file(const char *path, struct roster_arena *arena, struct settings *out,
                      struct roster_error *err)
{
    str text = {0};
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "%.150s: %s", path, strerror(errno));
    }
    bool ok = read_whole(file, path, arena, &text, err);
    fclose(file);
    return ok && settings_parse_file(path, text, arena, out, err);
}

static bool take_option(const struct options *options, enum setting setting,
                        struct roster_arena *arena, struct settings *out, struct roster_error *err)
{
    const char *name = rows[setting].name;
    struct roster_error why = {0};
    str value = options_text(options, name);
    if (!options_has(options, name)) {
        return true;
    }
    if (value.len == 0) {
        return fail(err, ROSTER_ERR_BAD_REQUEST, 0, "--%s has an empty value", name);
    }
    return take(setting, value, arena, out, &why) ||
           fail(err, ROSTER_ERR_BAD_REQUEST, 0, "--%s: %s", name, why.detail);
}

static bool check_together(const struct settings *settings, struct roster_error *err)
{
    return (settings->tls_cert == NULL) == (settings->tls_key == NULL) ||
           fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                "tls-cert and tls-key belong together: %s is missing",
                settings->tls_cert == NULL ? "tls-cert" : "tls-key");
}

bool settings_read(const struct options *options, struct roster_arena *arena, struct settings *out,
                   struct roster_error *err)
{
    *out = defaults();
    if (options_has(options, "config") &&
        !read_file(options_text(options, "config").ptr, arena, out, err)) {
        return false;
    }
    for (int i = 0; i < SETTING_COUNT; i++) {
        if (!take_option(options, (enum setting)i, arena, out, err)) {
            return false;
        }
    }
    return check_together(out, err);
}
