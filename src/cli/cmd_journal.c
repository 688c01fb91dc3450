// cmd_journal.c: roster journal ...
//
// The files are read without asking the server that writes them, whether it is up or down.
// SPDX-License-Identifier: Apache-2.0
#include "cli/cmd_journal.h"
#include "cli/anonymise.h"
#include "cli/journal_filter.h"
#include "cli/journal_print.h"
#include "cli/store_url.h"
#include "journal/purge.h"
#include "journal/reader.h"
#include "store/store.h"

#include <stdlib.h>
#include <time.h>

enum { LIST_DEFAULT = 100, TAIL_DEFAULT = 10, POLL_MS = 250 };

struct reading {
    struct call *call;
    struct journal_filter filter;
    struct reader *reader;
    const struct roster_registry *registry;
    char **kept;  // the last records that match, a ring of `max`
    size_t max;
    size_t seen;
};

static int open_reader(struct reading *reading, const struct options *options)
{
    struct call *call = reading->call;
    struct surroundings around = surroundings_of_process();
    struct roster_error err = {0};
    const char *url = NULL;
    str folder = {0};
    int code =
        store_url_choose(options_text(options, "store"), &around, call->arena, call->io, &url);
    if (code != EX_OK) {
        return code;
    }
    if (!store_journal_path(url, call->arena, &folder)) {
        return io_stop(call->io, EX_UNAVAILABLE, "the store has no journal beside it");
    }
    reading->registry = roster_registry_builtin(call->arena, &err);
    reading->reader = reading->registry == NULL
                          ? NULL
                          : reader_open(folder.ptr, reading->filter.since_us / 1000, &err);
    if (reading->reader != NULL) {
        return EX_OK;
    }
    return err.code == ROSTER_ERR_NOT_FOUND
               ? io_stop(call->io, EX_NOINPUT,
                         "there is no journal of this store: %s. roster serve keeps one unless "
                         "journal-size is 0",
                         err.detail)
               : io_refuse(call->io, &err);
}

static bool next(struct reading *reading, struct record *out)
{
    while (reader_next(reading->reader, out)) {
        if (journal_filter_match(&reading->filter, out, reading->call->arena)) {
            return true;
        }
    }
    return false;
}

static bool keep(struct reading *reading, struct record *record)
{
    char **slot = &reading->kept[reading->seen % reading->max];
    free(*slot);
    *slot = malloc(record_size(record));
    if (*slot == NULL) {
        return false;
    }
    record_put(record, *slot);
    reading->seen++;
    return true;
}

static void print_record(struct reading *reading, const struct record *record, bool whole)
{
    struct call *call = reading->call;
    if (wants_json(call)) {
        (void)io_json(call->io, journal_json(record, whole, reading->registry, call->arena));
    } else if (whole) {
        journal_explain(record, reading->registry, call->arena, &call->io->out);
    } else {
        journal_line(record, &call->io->out);
    }
}

static void print_kept(struct reading *reading, bool whole)
{
    size_t count = reading->seen < reading->max ? reading->seen : reading->max;
    for (size_t at = reading->seen - count; at < reading->seen; at++) {
        struct record record;
        record_view(reading->kept[at % reading->max], &record);
        print_record(reading, &record, whole);
    }
}

static int read_kept(struct reading *reading, bool whole)
{
    struct record record;
    reading->kept = calloc(reading->max, sizeof(*reading->kept));
    while (reading->kept != NULL && next(reading, &record)) {
        if (!whole) {
            record.texts[RECORD_BODY] = (str){0};
        }
        if (!keep(reading, &record)) {
            break;
        }
    }
    if (reading->kept == NULL) {
        return io_stop(reading->call->io, EX_OSERR, "out of memory");
    }
    print_kept(reading, whole);
    return EX_OK;
}

static void close_reading(struct reading *reading)
{
    for (size_t at = 0; at < reading->max && reading->kept != NULL; at++) {
        free(reading->kept[at]);
    }
    free(reading->kept);
    reader_close(reading->reader);
}

static void note_damage(const struct reading *reading)
{
    size_t damaged = reader_damaged(reading->reader);
    if (damaged > 0) {
        io_note(reading->call->io, "%zu segments of the journal end in records that were cut off",
                damaged);
    }
}

static int begin_reading(struct reading *reading, struct call *call)
{
    struct roster_error err = {0};
    reading->call = call;
    if (!journal_filter_read(call->options, env_now_ms(&env_system), &reading->filter, &err)) {
        return io_refuse(call->io, &err);
    }
    return open_reader(reading, call->options);
}

static int take_limit(const struct call *call, size_t usual, size_t *out)
{
    str text = options_text(call->options, "last");
    int64_t limit = (int64_t)usual;
    if (text.len > 0 && (!str_to_i64(text, &limit) || limit < 1 || limit > JOURNAL_LIST_MAX)) {
        return io_stop(call->io, EX_USAGE, "--last is a number from 1 to %d", JOURNAL_LIST_MAX);
    }
    *out = (size_t)limit;
    return EX_OK;
}

static int run_list(struct call *call)
{
    struct reading reading = {0};
    int code = take_limit(call, LIST_DEFAULT, &reading.max);
    code = code == EX_OK ? begin_reading(&reading, call) : code;
    code = code == EX_OK ? read_kept(&reading, false) : code;
    if (code == EX_OK) {
        note_damage(&reading);
    }
    close_reading(&reading);
    return code;
}

// Prints what is new, until the process is ended or nobody reads any more.
static int follow(struct reading *reading)
{
    struct call *call = reading->call;
    const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};
    struct record record;
    int code = io_flush(call->io, EX_OK);
    while (code == EX_OK) {
        struct arena_mark mark = arena_mark(call->arena);
        io_init(call->io, call->arena);
        while (next(reading, &record)) {
            print_record(reading, &record, false);
            if (call->io->out.len > KIB(256)) {
                break;
            }
        }
        bool idle = call->io->out.len == 0;
        code = io_flush(call->io, EX_OK);
        arena_rewind(call->arena, mark);
        if (idle) {
            nanosleep(&pause, NULL);
        }
    }
    io_init(call->io, call->arena);
    return code;
}

static int run_tail(struct call *call)
{
    struct reading reading = {0};
    int code = take_limit(call, TAIL_DEFAULT, &reading.max);
    code = code == EX_OK ? begin_reading(&reading, call) : code;
    code = code == EX_OK ? read_kept(&reading, false) : code;
    if (code == EX_OK && options_has(call->options, "follow")) {
        code = follow(&reading);
    }
    close_reading(&reading);
    return code;
}

static int run_show(struct call *call)
{
    struct reading reading = {.call = call, .max = 1};
    reading.filter.request = str_of(call->options->arguments[0]);
    int code = open_reader(&reading, call->options);
    code = code == EX_OK ? read_kept(&reading, true) : code;
    if (code == EX_OK && reading.seen == 0) {
        code =
            io_stop(call->io, EX_NOINPUT,
                    "the journal has no request %s: it is older than what is kept, or was dropped "
                    "(roster_journal_dropped_total)",
                    call->options->arguments[0]);
    }
    close_reading(&reading);
    return code;
}

static void next_piece(struct call *call, const struct arena_mark *mark)
{
    arena_rewind(call->arena, *mark);
    io_init(call->io, call->arena);
}

// `disguise` NULL: as it was.
static int export_record(const struct reading *reading, struct disguise *disguise,
                         struct record *record)
{
    struct call *call = reading->call;
    bool ok = disguise == NULL || anonymise_record(disguise, record, call->arena);
    return io_json(call->io,
                   ok ? journal_json(record, true, reading->registry, call->arena) : NULL);
}

static int run_export(struct call *call)
{
    struct reading reading = {0};
    struct record record;
    struct disguise *disguise = NULL;
    int code = begin_reading(&reading, call);
    if (code == EX_OK && options_has(call->options, "anonymise")) {
        disguise = disguise_open(&env_system, call->arena);
        code = disguise == NULL ? io_stop(call->io, EX_OSERR, "out of memory") : code;
    }
    struct arena_mark mark = arena_mark(call->arena);
    while (code == EX_OK && next(&reading, &record)) {
        code = export_record(&reading, disguise, &record);
        if (code == EX_OK && call->io->out.len > KIB(64)) {
            code = io_flush(call->io, EX_OK);
            next_piece(call, &mark);
        }
    }
    if (code == EX_OK) {
        note_damage(&reading);
    }
    close_reading(&reading);
    return code;
}

// A server writes what it has in memory yet before long, and then it can be found.
static void let_server_write(const char *url)
{
    const struct timespec pause = {.tv_nsec = 2L * JOURNAL_FLUSH_MS * 1000000L};
    if (store_is_owned(url)) {
        nanosleep(&pause, NULL);
    }
}

static bool take_purge(const struct call *call, str names[ADMIN_ARGUMENTS_MAX],
                       struct journal_purge *out, struct roster_error *err)
{
    const struct options *options = call->options;
    bool all = options_has(options, "all");
    for (size_t at = 0; at < options->argument_count; at++) {
        names[at] = str_of(options->arguments[at]);
    }
    *out = (struct journal_purge){options_text(options, "tenant"), names, options->argument_count};
    return all == (out->count == 0) ||
           fail(err, ROSTER_ERR_BAD_REQUEST, 0,
                "say whom to forget (an id, a userName), or --all of the tenant");
}

// A name that no record has is more likely mistyped than forgotten; a tenant that was removed still
// has its records, so that the store is not asked.
static int answer_forgotten(struct call *call, const struct journal_purge *purge,
                            const struct journal_purged *done)
{
    if (done->dropped == 0 && done->kept == 0) {
        return io_stop(call->io, EX_NOINPUT,
                       "the journal has no record of a tenant \"%.*s\": is that its name (roster "
                       "tenant list)? Else there is nothing to forget",
                       STR_ARGS(purge->tenant));
    }
    if (wants_json(call)) {
        struct roster_json *out = json_new(call->arena, JSON_OBJECT);
        bool ok =
            out != NULL && json_put_i64(out, call->arena, STR("forgotten"), (int64_t)done->dropped);
        return io_json(call->io, ok ? out : NULL);
    }
    text_format(&call->io->out, "%zu request%s forgotten\n", done->dropped,
                done->dropped == 1 ? "" : "s");
    return EX_OK;
}

static int run_forget(struct call *call)
{
    str names[ADMIN_ARGUMENTS_MAX];
    struct journal_purge purge;
    struct surroundings around = surroundings_of_process();
    struct roster_error err = {0};
    const char *url = NULL;
    str folder = {0};
    struct journal_purged done = {0};
    if (!take_purge(call, names, &purge, &err)) {
        return io_refuse(call->io, &err);
    }
    int code = store_url_choose(options_text(call->options, "store"), &around, call->arena,
                                call->io, &url);
    if (code != EX_OK) {
        return code;
    }
    let_server_write(url);
    if (!store_journal_path(url, call->arena, &folder)) {
        return io_stop(call->io, EX_UNAVAILABLE, "the store has no journal beside it");
    }
    return journal_purge(folder.ptr, &purge, &done, &err) ? answer_forgotten(call, &purge, &done)
                                                          : io_refuse(call->io, &err);
}

#define STORE_OPTION                                                                               \
    {                                                                                              \
        "store", "URL", "the store: sqlite:PATH (default: see Environment)", false                 \
    }

static const struct cli_option list_options[] = {
    {"last", "N", "print so many, the newest (default: 100)", false},
    JOURNAL_FILTER_OPTIONS,
    STORE_OPTION,
    {0},
};

static const struct cli_option tail_options[] = {
    {"follow", NULL, "go on with what is new until interrupted", false},
    {"last", "N", "begin with so many (default: 10)", false},
    JOURNAL_FILTER_OPTIONS,
    STORE_OPTION,
    {0},
};

static const struct cli_option export_options[] = {
    {"anonymise", NULL, "made-up names, addresses and ids in place of people's", false},
    JOURNAL_FILTER_OPTIONS,
    STORE_OPTION,
    {0},
};

static const struct cli_option forget_options[] = {
    {"tenant", "NAME", "whose records (required)", true},
    {"all", NULL, "every record of the tenant", false},
    STORE_OPTION,
    {0},
};

static const struct cli_option replay_options[] = {
    {"profile", "PROFILE", "compare with this profile: interop or rfc", false},
    {"binary", "FILE", "compare with this version of roster", false},
    {"store", "URL", "begin with a copy of this store: sqlite:PATH", false},
    {0},
};

static const struct cli_option show_options[] = {STORE_OPTION, {0}};

#define LINE_HELP                                                                                  \
    "A line says when it began, the request id, the tenant, the credential, the status,\n"         \
    "how long it took, what was asked, +QUIRK for each quirk that was made use of, and for\n"      \
    "a refusal why. With --json an object a line.\n\n"                                             \
    "The journal lies beside the store, in STORE.journal, and is read from there: the\n"           \
    "server need not run. It keeps what journal-size and journal-age of roster serve allow.\n"     \
    "Passwords, tokens and what a schema never returns are not in it."

const struct command journal_commands[] = {
    {
        .name = "journal list",
        .arguments = "",
        .help = "list requests that were answered",
        .about = "Prints the newest requests that fit all options, oldest first.\n" LINE_HELP,
        .examples = "roster journal list --refused --since 1h\n"
                    "roster journal list --tenant acme --user bjensen@example.com --json",
        .options = list_options,
        .place = PLACE_HERE,
        .run = run_list,
    },
    {
        .name = "journal tail",
        .arguments = "",
        .help = "print the last requests, and those to come",
        .about = "Prints the last requests that fit all options, and with --follow every new one\n"
                 "within a second.\n" LINE_HELP,
        .examples =
            "roster journal tail --follow\nroster journal tail --follow --tenant acme --quirks",
        .options = tail_options,
        .place = PLACE_HERE,
        .run = run_tail,
    },
    {
        .name = "journal show",
        .arguments = "REQUEST-ID",
        .argument_min = 1,
        .argument_max = 1,
        .help = "explain one request",
        .about =
            "Prints all that is known about one request: who sent what, how its filter or PATCH\n"
            "was understood, what changed, how it was answered, which quirks helped, and for a\n"
            "refusal what to change at the sender. The id stands in roster journal list, in the\n"
            "log and in the audit trail.",
        .examples = "roster journal show 6f3a0c1200000007",
        .options = show_options,
        .place = PLACE_HERE,
        .run = run_show,
    },
    {
        .name = "journal export",
        .arguments = "",
        .help = "write a session, to be replayed or sent to support",
        .about =
            "Writes all requests that fit all options as JSON, one a line, oldest first, with\n"
            "headers, bodies and explanations. Secrets are not in it: they are not in the\n"
            "journal. Names and addresses of people are.\n\n"
            "With --anonymise every value becomes a made-up one of the same shape: the same value\n"
            "the same one in the whole session, in bodies, filters, paths and ids, so that it can\n"
            "be replayed. Names of attributes, types and schemas that roster ships stay, all "
            "others\n"
            "are made up too. Addresses of senders and what refusals said are left out. How long "
            "a\n"
            "word is, and whether two are the same, can still be seen.",
        .examples = "roster journal export --tenant acme --since 1h\n"
                    "roster journal export --tenant acme --anonymise",
        .options = export_options,
        .place = PLACE_HERE,
        .run = run_export,
    },
    {
        .name = "journal replay",
        .arguments = "FILE",
        .argument_min = 1,
        .argument_max = 1,
        .help = "run an exported session again, on a scratch store",
        .about =
            "Starts servers of its own on stores of their own, sends them the session (-: from\n"
            "standard input) and shows the first answer that differs.\n\n"
            "With --profile or --binary every request goes to this version as it was recorded\n"
            "and to the other one, and statuses and bodies of the two are compared, without\n"
            "ids, times, versions and cursors. With neither, statuses and refusals are compared\n"
            "with the recorded ones, where a request is only about what the session made.\n\n"
            "With --store the servers begin with what the store held: give one from before the\n"
            "session, a backup. It is copied, whether it is in use or not, and nothing else is\n"
            "done to it. Then all requests are compared, those about people who were there too.\n\n"
            "Ids of what is made are translated. Requests whose body was not kept are skipped.\n"
            "Exit code 0: no answer differs; 1: one does.",
        .examples = "roster journal replay session.ndjson\n"
                    "roster journal replay session.ndjson --profile rfc\n"
                    "roster journal replay session.ndjson --binary /opt/roster-0.9/roster\n"
                    "roster journal replay session.ndjson --store sqlite:/backup/roster.db",
        .options = replay_options,
        .place = PLACE_HERE,
        .run = run_replay,
    },
    {
        .name = "journal forget",
        .arguments = "[ID]...",
        .argument_max = ADMIN_ARGUMENTS_MAX,
        .help = "take somebody's requests out of the journal",
        .about =
            "Removes every record of the tenant that says one of these texts (ids, userNames)\n"
            "in its path, query, body or refusal, whether the server runs or not. A tenant of\n"
            "which the journal has no record at all is refused: the name may be mistyped.",
        .examples = "roster journal forget --tenant acme "
                    "0198c9a0-7a1e-7000-8000-000000000001 ann@example.com\n"
                    "roster journal forget --tenant acme --all",
        .options = forget_options,
        .place = PLACE_HERE,
        .run = run_forget,
    },
    {0},
};
