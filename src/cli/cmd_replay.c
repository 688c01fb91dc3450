// cmd_replay.c: roster journal replay.
// SPDX-License-Identifier: Apache-2.0
#include "base/visible.h"
#include "cli/cmd_journal.h"
#include "cli/replay.h"

enum { EXIT_DIFFERS = 1, SHOWN_MAX = 2000 };

static void print_text(struct text *out, const char *name, str text)
{
    if (text.len > 0) {
        text_format(out, "%-10s", name);
        visible_add(out, text.len > SHOWN_MAX ? str_head(text, SHOWN_MAX) : text);
        text_lit(out, "\n");
    }
}

static void print_answer(struct text *out, const char *name, const struct roster_json *answer)
{
    if (answer != NULL) {
        text_format(out, "%-10s%.*s ", name, STR_ARGS(json_find(answer, STR("status"))->text));
        print_text(out, "", json_find_text(answer, STR("body")));
    }
}

static void print_difference(const struct roster_json *difference, struct text *out)
{
    str query = json_find_text(difference, STR("query"));
    text_format(out, "line %.*s, request ", STR_ARGS(json_find(difference, STR("line"))->text));
    visible_add(out, json_find_text(difference, STR("request")));
    text_lit(out, ", is answered differently:\n");
    text_format(out, "%-10s", "asked");
    visible_add(out, json_find_text(difference, STR("method")));
    text_char(out, ' ');
    visible_add(out, json_find_text(difference, STR("path")));
    text_add(out, query.len > 0 ? STR("?") : (str){0});
    visible_add(out, query);
    text_char(out, '\n');
    print_text(out, "body", json_find_text(difference, STR("body")));
    text_format(out, "%-10s%.*s\n", "recorded",
                STR_ARGS(json_find(difference, STR("recorded"))->text));
    print_answer(out, "here", json_find(difference, STR("here")));
    print_answer(out, "there", json_find(difference, STR("there")));
}

static int print_json(struct call *call, const struct replay_report *report)
{
    struct roster_arena *arena = call->arena;
    struct roster_json *out = json_new(arena, JSON_OBJECT);
    bool ok = out != NULL && json_put_bool(out, arena, STR("same"), report->end == REPLAY_SAME) &&
              json_put_i64(out, arena, STR("compared"), (int64_t)report->compared) &&
              json_put_i64(out, arena, STR("skipped"), (int64_t)report->skipped);
    if (ok && report->difference != NULL) {
        json_put(out, STR("difference"), report->difference);
    }
    return io_json(call->io, ok ? out : NULL);
}

int run_replay(struct call *call)
{
    str profile = options_text(call->options, "profile");
    str program = options_text(call->options, "binary");
    str store = options_text(call->options, "store");
    const struct replay_options options = {
        .file = call->options->arguments[0],
        .profile = profile.len > 0 ? profile.ptr : NULL,
        .program = program.len > 0 ? program.ptr : NULL,
        .store = store.len > 0 ? store.ptr : NULL,
    };
    struct replay_report report;
    if (profile.len > 0 && !str_equal(profile, STR("interop")) && !str_equal(profile, STR("rfc"))) {
        return io_stop(call->io, EX_USAGE, "--profile is interop or rfc");
    }
    replay_run(&options, call->arena, &report);
    if (report.end == REPLAY_FAILED) {
        return io_refuse(call->io, &report.err);
    }
    int code = report.end == REPLAY_SAME ? EX_OK : EXIT_DIFFERS;
    if (wants_json(call)) {
        int printed = print_json(call, &report);
        return printed == EX_OK ? code : printed;
    }
    if (report.end == REPLAY_DIFFERS) {
        print_difference(report.difference, &call->io->out);
    }
    io_note(call->io, "%zu exchanges compared, %zu skipped%s", report.compared, report.skipped,
            report.end == REPLAY_SAME ? ": no answer differs" : "");
    return code;
}
