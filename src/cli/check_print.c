// check_print.c: a report as lines and as JSON.
// SPDX-License-Identifier: Apache-2.0
#include "cli/check_print.h"

#include <string.h>

static const char *level_name(enum level level)
{
    switch (level) {
    case LEVEL_MUST:
        return "MUST";
    case LEVEL_SHOULD:
        return "SHOULD";
    case LEVEL_NOTE:
        break;
    }
    return "note";
}

// What an unmet check counts as.
static const char *unmet_name(enum level level)
{
    switch (level) {
    case LEVEL_MUST:
        return "FAIL";
    case LEVEL_SHOULD:
        return "SHOULD";
    case LEVEL_NOTE:
        break;
    }
    return "note";
}

static const char *verdict_name(const struct probe_result *result)
{
    switch (result->verdict) {
    case VERDICT_NONE:
    case VERDICT_SKIP:
        return "skip";
    case VERDICT_PASS:
        return "ok";
    case VERDICT_UNMET:
        break;
    }
    return unmet_name(result->about->level);
}

struct check_counts check_count(const struct probe_report *report)
{
    struct check_counts counts = {0};
    for (size_t i = 0; i < report->count; i++) {
        const struct probe_result *result = &report->results[i];
        bool unmet = result->verdict == VERDICT_UNMET;
        counts.passed += result->verdict == VERDICT_PASS;
        counts.skipped += result->verdict == VERDICT_SKIP;
        counts.failed += unmet && result->about->level == LEVEL_MUST;
        counts.advised += unmet && result->about->level == LEVEL_SHOULD;
        counts.noted += unmet && result->about->level == LEVEL_NOTE;
    }
    return counts;
}

static void print_result(struct text *out, const struct probe_result *result)
{
    const struct check_about *about = result->about;
    text_format(out, "%-6s %s (%s; %s): %s", verdict_name(result), about->id, about->section,
                about->requirements, about->title);
    if (result->verdict == VERDICT_UNMET) {
        text_format(out, " | %.*s -> %d | %.*s", STR_ARGS(result->sent), result->status,
                    STR_ARGS(result->detail));
    } else if (result->verdict == VERDICT_SKIP) {
        text_format(out, " | %.*s", STR_ARGS(result->detail));
    }
    text_char(out, '\n');
}

static void print_summary(struct text *out, const struct probe_report *report, str url)
{
    struct check_counts counts = check_count(report);
    text_format(out,
                "%.*s: %zu checks, %zu passed, %zu failed, %zu SHOULD not met, %zu notes, "
                "%zu skipped\n",
                STR_ARGS(url), report->count, counts.passed, counts.failed, counts.advised,
                counts.noted, counts.skipped);
}

void check_print(struct text *out, const struct probe_report *report, str url, bool all)
{
    for (size_t i = 0; i < report->count; i++) {
        if (all || report->results[i].verdict == VERDICT_UNMET) {
            print_result(out, &report->results[i]);
        }
    }
    for (size_t i = 0; i < report->left_count; i++) {
        text_format(out, "left   %.*s could not be deleted\n", STR_ARGS(report->left[i]));
    }
    print_summary(out, report, url);
}

static bool put(struct roster_json *object, struct roster_arena *arena, str key, str text)
{
    return json_put_string(object, arena, key, text);
}

static struct roster_json *words_json(struct roster_arena *arena, const char *words)
{
    struct roster_json *out = json_new(arena, JSON_ARRAY);
    str rest = str_of(words);
    while (out != NULL && rest.len > 0) {
        str word = {0};
        str_cut(rest, ' ', &word, &rest);
        struct roster_json *element = json_string(arena, word);
        if (element == NULL) {
            return NULL;
        }
        json_push(out, element);
    }
    return out;
}

static struct roster_json *about_json(struct roster_arena *arena, const struct check_about *about)
{
    struct roster_json *out = json_new(arena, JSON_OBJECT);
    bool ok = out != NULL && put(out, arena, STR("id"), str_of(about->id)) &&
              json_put_made(out, STR("requirements"), words_json(arena, about->requirements)) &&
              put(out, arena, STR("level"), str_of(level_name(about->level))) &&
              put(out, arena, STR("section"), str_of(about->section)) &&
              put(out, arena, STR("title"), str_of(about->title));
    return ok ? out : NULL;
}

static const char *verdict_word(const struct probe_result *result)
{
    switch (result->verdict) {
    case VERDICT_NONE:
    case VERDICT_SKIP:
        return "skipped";
    case VERDICT_PASS:
        return "passed";
    case VERDICT_UNMET:
        break;
    }
    return result->about->level == LEVEL_NOTE ? "noted" : "failed";
}

static struct roster_json *result_json(struct roster_arena *arena,
                                       const struct probe_result *result)
{
    struct roster_json *out = about_json(arena, result->about);
    bool ok = out != NULL && put(out, arena, STR("verdict"), str_of(verdict_word(result))) &&
              json_put_made(out, STR("sent"), json_text(arena, result->sent)) &&
              json_put_made(out, STR("status"),
                            result->status == 0 ? json_new(arena, JSON_NULL)
                                                : json_i64(arena, result->status)) &&
              json_put_made(out, STR("detail"), json_text(arena, result->detail));
    return ok ? out : NULL;
}

static struct roster_json *results_json(struct roster_arena *arena,
                                        const struct probe_report *report)
{
    struct roster_json *out = json_new(arena, JSON_ARRAY);
    for (size_t i = 0; out != NULL && i < report->count; i++) {
        struct roster_json *row = result_json(arena, &report->results[i]);
        if (row == NULL) {
            return NULL;
        }
        json_push(out, row);
    }
    return out;
}

static struct roster_json *left_json(struct roster_arena *arena, const struct probe_report *report)
{
    struct roster_json *out = json_new(arena, JSON_ARRAY);
    for (size_t i = 0; out != NULL && i < report->left_count; i++) {
        struct roster_json *row = json_string(arena, report->left[i]);
        if (row == NULL) {
            return NULL;
        }
        json_push(out, row);
    }
    return out;
}

static struct roster_json *summary_json(struct roster_arena *arena,
                                        const struct probe_report *report)
{
    struct check_counts counts = check_count(report);
    struct roster_json *out = json_new(arena, JSON_OBJECT);
    bool ok = out != NULL && json_put_i64(out, arena, STR("checks"), (int64_t)report->count) &&
              json_put_i64(out, arena, STR("passed"), (int64_t)counts.passed) &&
              json_put_i64(out, arena, STR("failed"), (int64_t)counts.failed) &&
              json_put_i64(out, arena, STR("shouldNotMet"), (int64_t)counts.advised) &&
              json_put_i64(out, arena, STR("noted"), (int64_t)counts.noted) &&
              json_put_i64(out, arena, STR("skipped"), (int64_t)counts.skipped);
    return ok ? out : NULL;
}

struct roster_json *check_json(struct roster_arena *arena, const struct probe_report *report,
                               str url)
{
    struct roster_json *out = json_new(arena, JSON_OBJECT);
    bool ok = out != NULL && put(out, arena, STR("url"), url) &&
              json_put_bool(out, arena, STR("complete"), report->end == PROBE_DONE) &&
              json_put_made(out, STR("stopped"), json_text(arena, report->detail)) &&
              json_put_made(out, STR("prefix"), json_text(arena, str_of(report->run))) &&
              json_put_made(out, STR("summary"), summary_json(arena, report)) &&
              json_put_made(out, STR("checks"), results_json(arena, report)) &&
              json_put_made(out, STR("left"), left_json(arena, report));
    return ok ? out : NULL;
}

struct listing {
    struct call *call;
    struct roster_json *rows;  // NULL: lines for people, or the arena is full
};

static void list_line(void *ctx, const struct check_about *about)
{
    struct listing *listing = ctx;
    text_format(&listing->call->io->out, "%-6s %s (%s; %s): %s\n", level_name(about->level),
                about->id, about->section, about->requirements, about->title);
}

static void list_row(void *ctx, const struct check_about *about)
{
    struct listing *listing = ctx;
    struct roster_json *row = about_json(listing->call->arena, about);
    if (listing->rows != NULL && row != NULL) {
        json_push(listing->rows, row);
    } else {
        listing->rows = NULL;
    }
}

int check_print_list(struct call *call)
{
    struct listing listing = {.call = call};
    if (!wants_json(call)) {
        probe_checks(list_line, &listing);
        return EX_OK;
    }
    struct roster_json *out = json_new(call->arena, JSON_OBJECT);
    listing.rows = json_new(call->arena, JSON_ARRAY);
    probe_checks(list_row, &listing);
    bool ok = out != NULL && json_put_made(out, STR("checks"), listing.rows);
    return io_json(call->io, ok ? out : NULL);
}
