// steps.c: the judge: what came back against what the step wants.
// SPDX-License-Identifier: Apache-2.0
#include "probe/match.h"
#include "probe/show.h"
#include "probe/template.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { DETAIL_BYTES = 1024, DETAIL_SHOWN = 480 };

// The first decision counts: what follows from it is no news.
ROSTER_PRINTF(3, 0)
static void decide(struct probe *probe, enum verdict verdict, const char *format, va_list args)
{
    char line[DETAIL_BYTES];
    struct text detail;
    struct probe_result *result = probe->result;
    if (result->verdict != VERDICT_NONE) {
        return;
    }
    vsnprintf(line, sizeof(line), format, args);
    text_init(&detail, probe->keep, DETAIL_BYTES);
    show_add(&detail, str_of(line), DETAIL_SHOWN);
    result->verdict = verdict;
    result->detail = text_str(&detail);
    result->sent = probe_show(probe->sent, probe->keep);
    result->status = probe->reply.answer.status;
}

bool probe_unmet(struct probe *probe, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    decide(probe, VERDICT_UNMET, format, args);
    va_end(args);
    return false;
}

bool probe_skip(struct probe *probe, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    decide(probe, VERDICT_SKIP, format, args);
    va_end(args);
    return false;
}

// "the body is {...}", as far as it fits into a line.
static str excerpt(struct probe *probe)
{
    struct text out;
    str body = probe->reply.answer.body;
    text_init(&out, probe->scratch, DETAIL_BYTES);
    if (body.len == 0) {
        text_lit(&out, "without a body");
    } else {
        text_lit(&out, "with ");
        show_add(&out, body, PROBE_SHOWN_MAX);
    }
    return text_str(&out);
}

// A step that only prepares does not speak against the server.
static bool refuse(struct probe *probe, const struct check_step *step, const char *detail)
{
    return step->prepares ? probe_skip(probe, "could not be prepared: %s %s: %s", step->method,
                                       step->path, detail)
                          : probe_unmet(probe, "%s", detail);
}

static bool status_is_among(int status, const char *wanted)
{
    str rest = str_of(wanted);
    while (rest.len > 0) {
        str word = {0};
        str_cut(rest, ' ', &word, &rest);
        assert(word.len == 3);
        bool class = word.ptr[1] == 'x';
        int64_t number = 0;
        if (class ? status / 100 == word.ptr[0] - '0'
                  : str_to_i64(word, &number) && number == status) {
            return true;
        }
    }
    return false;
}

static bool judge_status(struct probe *probe, const struct check_step *step)
{
    char detail[DETAIL_BYTES];
    int status = probe->reply.answer.status;
    if (status_is_among(status, step->status)) {
        return true;
    }
    str shown = excerpt(probe);
    snprintf(detail, sizeof(detail), "wanted status %s, came %d %.*s", step->status, status,
             STR_ARGS(shown));
    return refuse(probe, step, detail);
}

static bool judge_heads(struct probe *probe, const struct check_step *step)
{
    char detail[DETAIL_BYTES];
    str line = {0};
    str name = {0};
    str wanted = {0};
    str value = {0};
    if (step->heads == NULL) {
        return true;
    }
    if (!template_fill(probe, step->heads, TEMPLATE_PLAIN, &line)) {
        return refuse(probe, step, "out of memory");
    }
    str_cut(line, ':', &name, &wanted);
    wanted = str_trim(wanted);
    bool found = http_answer_header(&probe->reply.answer, name, &value);
    if (found && value.len > 0 &&
        (str_equal(wanted, STR("*")) || str_starts_nocase(value, wanted))) {
        return true;
    }
    snprintf(detail, sizeof(detail), "wanted header %.*s, came %.*s%.*s", STR_ARGS(line),
             STR_ARGS(found ? STR("") : STR("none")), STR_ARGS(value));
    return refuse(probe, step, detail);
}

static bool judge_pattern(struct probe *probe, const struct check_step *step)
{
    char detail[DETAIL_BYTES];
    struct roster_json *pattern = NULL;
    struct roster_error err = {0};
    struct text why;
    str filled = {0};
    if (probe->reply.json == NULL) {
        snprintf(detail, sizeof(detail), "%.*s", STR_ARGS(probe->reply.why));
        return refuse(probe, step, detail);
    }
    if (!template_fill(probe, step->want, TEMPLATE_JSON, &filled)) {
        return refuse(probe, step, "out of memory");
    }
    bool read = roster_json_read(filled, probe->scratch, &pattern, &err);
    assert(read || err.code == ROSTER_ERR_NO_MEMORY);
    text_init(&why, probe->scratch, DETAIL_BYTES);
    if (read && match_json(pattern, probe->reply.json, &why)) {
        return true;
    }
    snprintf(detail, sizeof(detail), "%.*s",
             STR_ARGS(read ? text_str(&why) : STR("out of memory")));
    return refuse(probe, step, detail);
}

static bool judge_body(struct probe *probe, const struct check_step *step)
{
    if (step->want == NULL) {
        return true;
    }
    if (strcmp(step->want, "-") == 0) {
        return probe->reply.answer.body.len == 0 ||
               refuse(probe, step, "wanted no body, there is one");
    }
    return judge_pattern(probe, step);
}

static void take_variables(struct probe *probe)
{
    const struct roster_json *meta = json_find(probe->reply.json, STR("meta"));
    if (!http_answer_header(&probe->reply.answer, STR("ETag"), &probe->etag)) {
        probe->etag = json_find_text(meta, STR("version"));
    }
    if (!http_answer_header(&probe->reply.answer, STR("Location"), &probe->location)) {
        probe->location = json_find_text(meta, STR("location"));
    }
    probe->modified = json_find_text(meta, STR("lastModified"));
}

bool probe_step(struct probe *probe, const struct check_step *step)
{
    assert(step->status != NULL);
    if (!probe_send(probe, step)) {
        char detail[DETAIL_BYTES];
        snprintf(detail, sizeof(detail), "no answer: %.*s", STR_ARGS(probe->reply.why));
        bool stopped = probe->reply.sent == HTTP_SENT_CANCELLED;
        return stopped ? probe_skip(probe, "%s", detail) : refuse(probe, step, detail);
    }
    if (!judge_status(probe, step) || !judge_heads(probe, step) || !judge_body(probe, step)) {
        return false;
    }
    if (step->prepares) {
        take_variables(probe);
    }
    return true;
}
