// judge_test.c: every check can pass, and every part of every check can fail.
//
// The good server is Roster itself in one thread, without sockets. Between it and the probe stands
// a transport that spoils one answer: the status, a header, or one place of what the step's
// pattern names. No such answer may be believed. Checks that are functions have their spoilt
// answers in a table. Whatever happened, nothing may be left on the server.
// SPDX-License-Identifier: Apache-2.0
#include "kit/rig.h"
#include "probe/check.h"
#include "unit/probe/spoil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
// After what it needs.
#include <cmocka.h>

enum { CHECKS_MAX = 400, VARIANTS_MAX = 60, STATUS_SPOILT = 500, ONLY_BYTES = 20000 };

#define BASE "http://rig.example/scim/v2"
#define RUN "roster-check-11111111"

// What is done to one answer of a step.
enum spoil { SPOIL_STATUS, SPOIL_HEADER, SPOIL_BODY, SPOIL_PLACE };

struct variant {
    size_t step;
    enum spoil spoil;
    size_t place;
};

// A check, and the ways in which the answers to its steps can be spoilt.
struct subject {
    const struct check *check;
    size_t index;
    struct variant variants[VARIANTS_MAX];
    size_t count;
};

// An answer to a check that is a function, spoilt by hand.
struct forgery {
    const char *name;
    const char *check;
    const char *request;  // what "METHOD path" begins with
    int nth;              // of those that begin so; 0: every one
    int status;           // 0: as it was
    const char *header;   // that is taken away
    const char *from;     // in the body, the first time; NULL: the body becomes `to`
    const char *to;       // NULL: the body stays
};

struct stage {
    struct rig rig;
    struct secret token;
    struct roster_arena *arena;  // of one run
    struct subject subjects[CHECKS_MAX];
    size_t subject_count;

    const struct subject *subject;  // whose check runs now
    size_t variant;                 // which of its variants is tried; VARIANTS_MAX: none
    const struct forgery *forgery;  // or this is
    size_t request;                 // of this check
    int met;                        // requests like the forgery's
    bool cleaning;
    size_t spoilt;  // answers that have been
};

static void same_random(void *ctx, void *out, size_t len)
{
    memset(out, 0x11, len);
}

static const struct env env_same = {.random = same_random};

// "$name" and "$run" in a pattern become what the check uses.
static struct roster_json *read_pattern(const struct subject *subject, const char *want,
                                        struct roster_arena *arena)
{
    struct roster_json *pattern = NULL;
    struct roster_error err = {0};
    struct text out;
    text_init(&out, arena, KIB(64));
    for (const char *at = want; *at != '\0';) {
        if (strncmp(at, "$name", 5) == 0) {
            text_format(&out, RUN "-%zu", subject->index);
            at += 5;
        } else if (strncmp(at, "$run", 4) == 0) {
            text_lit(&out, RUN);
            at += 4;
        } else {
            text_char(&out, *at++);
        }
    }
    assert_true(roster_json_read(text_str(&out), arena, &pattern, &err));
    return pattern;
}

static void add_variant(struct subject *subject, size_t step, enum spoil spoil, size_t place)
{
    assert_true(subject->count < VARIANTS_MAX);
    subject->variants[subject->count++] = (struct variant){step, spoil, place};
}

static void add_variants(struct stage *stage, struct subject *subject)
{
    const struct check_step *steps = subject->check->steps;
    for (size_t i = 0; steps != NULL && steps[i].method != NULL; i++) {
        const struct check_step *step = &steps[i];
        add_variant(subject, i, SPOIL_STATUS, 0);
        if (step->heads != NULL) {
            add_variant(subject, i, SPOIL_HEADER, 0);
        }
        if (step->want != NULL) {
            add_variant(subject, i, SPOIL_BODY, 0);
        }
        if (step->want != NULL && strcmp(step->want, "-") != 0) {
            size_t places = spoil_count(read_pattern(subject, step->want, stage->arena));
            for (size_t place = 0; place < places; place++) {
                add_variant(subject, i, SPOIL_PLACE, place);
            }
        }
    }
}

static void collect(struct stage *stage)
{
    size_t index = 0;
    for (const struct check *const *area = probe_areas; *area != NULL; area++) {
        for (const struct check *check = *area; check->about.id != NULL; check++) {
            assert_true(stage->subject_count < CHECKS_MAX);
            struct subject *subject = &stage->subjects[stage->subject_count++];
            *subject = (struct subject){.check = check, .index = ++index};
            add_variants(stage, subject);
        }
    }
}

static const struct subject *find_subject(const struct stage *stage, const char *id)
{
    for (size_t i = 0; i < stage->subject_count; i++) {
        if (strcmp(stage->subjects[i].check->about.id, id) == 0) {
            return &stage->subjects[i];
        }
    }
    return NULL;
}

static void begins(void *ctx, const struct check_about *about, size_t index, size_t count)
{
    struct stage *stage = ctx;
    stage->subject = find_subject(stage, about->id);
    stage->request = 0;
    stage->met = 0;
}

static void cleans(void *ctx, bool now)
{
    struct stage *stage = ctx;
    stage->cleaning = now;
}

static void drop_header(struct http_answer *answer, str name)
{
    size_t kept = 0;
    for (size_t i = 0; i < answer->header_count; i++) {
        if (!str_equal_nocase(answer->headers[i].name, name)) {
            answer->headers[kept++] = answer->headers[i];
        }
    }
    answer->header_count = kept;
}

static void spoil_body(const struct check_step *step, struct http_answer *answer)
{
    bool none = strcmp(step->want, "-") == 0;
    answer->body = none ? STR("{\"spoilt\":true}") : STR("<html>spoilt</html>");
}

static void spoil_json(const struct subject *subject, const struct variant *variant,
                       struct http_answer *answer, struct roster_arena *arena)
{
    struct roster_json *json = NULL;
    struct roster_error err = {0};
    const char *want = subject->check->steps[variant->step].want;
    assert_true(roster_json_read(answer->body, arena, &json, &err));
    spoil_place(read_pattern(subject, want, arena), json, variant->place, arena);
    assert_true(roster_json_print(json, arena, &answer->body));
}

static void spoil_step(struct stage *stage, struct roster_arena *arena, struct http_answer *answer)
{
    const struct subject *subject = stage->subject;
    const struct variant *variant = &subject->variants[stage->variant];
    const struct check_step *step = &subject->check->steps[variant->step];
    str name = {0};
    str rest = {0};
    stage->spoilt++;
    switch (variant->spoil) {
    case SPOIL_STATUS:
        answer->status = STATUS_SPOILT;
        return;
    case SPOIL_HEADER:
        str_cut(str_of(step->heads), ':', &name, &rest);
        drop_header(answer, name);
        return;
    case SPOIL_BODY:
        spoil_body(step, answer);
        return;
    case SPOIL_PLACE:
        spoil_json(subject, variant, answer, arena);
        return;
    }
}

static void replace_text(const struct forgery *forgery, struct roster_arena *arena,
                         struct http_answer *answer)
{
    str copy = {0};
    if (forgery->from == NULL) {
        answer->body = str_of(forgery->to);
        return;
    }
    assert_true(arena_copy(arena, answer->body, &copy));
    const char *at = strstr(copy.ptr, forgery->from);
    assert_non_null(at);
    str after = str_of(at + strlen(forgery->from));
    assert_true(arena_format(arena, &answer->body, "%.*s%s%.*s", (int)(at - copy.ptr), copy.ptr,
                             forgery->to, STR_ARGS(after)));
}

static void forge(struct stage *stage, const struct http_request *request,
                  struct roster_arena *arena, struct http_answer *answer)
{
    const struct forgery *forgery = stage->forgery;
    str line = {0};
    str path = str_tail(request->url, strlen(BASE));
    assert_true(arena_format(arena, &line, "%.*s %.*s", STR_ARGS(request->method), STR_ARGS(path)));
    if (strncmp(line.ptr, forgery->request, strlen(forgery->request)) != 0 ||
        (++stage->met != forgery->nth && forgery->nth != 0)) {
        return;
    }
    stage->spoilt++;
    answer->status = forgery->status != 0 ? forgery->status : answer->status;
    if (forgery->header != NULL) {
        drop_header(answer, str_of(forgery->header));
    }
    if (forgery->to != NULL) {
        replace_text(forgery, arena, answer);
    }
}

// The users of people.c are made in front of the first check that needs them.
static bool makes_people(const struct http_request *request)
{
    return str_equal(request->method, STR("POST")) &&
           (str_contains(request->body, STR(RUN "-pada\"")) ||
            str_contains(request->body, STR(RUN "-pbob\"")) ||
            str_contains(request->body, STR(RUN "-pcyd\""))) &&
           str_contains(request->body, STR("givenName"));
}

static void take_reply(const struct http_reply *reply, str body, struct roster_arena *arena,
                       struct http_answer *out)
{
    out->status = reply->status;
    for (size_t i = 0; i < reply->header_count; i++) {
        struct http_header *header = &out->headers[out->header_count++];
        assert_true(arena_copy(arena, str_of(reply->headers[i].name), &header->name));
        assert_true(arena_copy(arena, reply->headers[i].value, &header->value));
    }
    assert_true(arena_copy(arena, body, &out->body));
}

static enum http_sent rig_call(void *ctx, const struct http_request *request,
                               struct roster_arena *arena, struct http_answer *out,
                               struct roster_error *err)
{
    struct stage *stage = ctx;
    str path = str_tail(request->url, strlen("http://rig.example"));
    struct rig_reply reply = rig_send(&stage->rig, request->method, path, request->headers,
                                      request->header_count, request->body);
    *out = (struct http_answer){0};
    take_reply(reply.reply, reply.body, arena, out);
    if (stage->cleaning || stage->subject == NULL || makes_people(request)) {
        return HTTP_SENT;
    }
    size_t request_index = stage->request++;
    const struct subject *subject = stage->subject;
    if (stage->forgery != NULL) {
        forge(stage, request, arena, out);
    } else if (stage->variant < subject->count &&
               subject->variants[stage->variant].step == request_index) {
        spoil_step(stage, arena, out);
    }
    return HTTP_SENT;
}

static void nothing_is_left(struct stage *stage, const struct probe_report *report)
{
    static const char *const endpoints[] = {"/scim/v2/Users", "/scim/v2/Groups"};
    char bearer[128];
    snprintf(bearer, sizeof(bearer), "Bearer %s", stage->token.text);
    const struct http_header header = {STR("Authorization"), str_of(bearer)};
    assert_int_equal(report->left_count, 0);
    for (size_t i = 0; i < COUNT_OF(endpoints); i++) {
        struct rig_reply reply =
            rig_send(&stage->rig, STR("GET"), str_of(endpoints[i]), &header, 1, (str){0});
        assert_int_equal(reply.status, 200);
        assert_true(str_contains(reply.body, STR("\"totalResults\":0")));
    }
}

static struct probe_report run(struct stage *stage, str only)
{
    const struct transport transport = {.call = rig_call, .ctx = stage};
    struct probe_report report;
    const struct probe_options options = {
        .url = STR(BASE),
        .token = str_of(stage->token.text),
        .only = only,
        .transport = &transport,
        .env = &env_same,
        .watch = {.begins = begins, .cleaning = cleans, .ctx = stage},
    };
    roster_arena_reset(stage->arena);
    stage->subject = NULL;
    stage->spoilt = 0;
    probe_run(&options, stage->arena, &report);
    assert_int_equal(report.end, PROBE_DONE);
    nothing_is_left(stage, &report);
    return report;
}

static void checks_are_whole(void **state)
{
    const struct stage *stage = *state;
    for (size_t i = 0; i < stage->subject_count; i++) {
        const struct check *check = stage->subjects[i].check;
        print_message("  %s\n", check->about.id);
        assert_ptr_equal(find_subject(stage, check->about.id), &stage->subjects[i]);
        assert_true(strncmp(check->about.requirements, "P-", 2) == 0);
        assert_true(strncmp(check->about.section, "RFC ", 4) == 0);
        assert_true(check->about.title[0] != '\0');
        assert_true((check->steps != NULL) != (check->run != NULL));
        assert_true(probe_knows(str_of(check->about.id)));
    }
}

// What this server does not have yet is skipped, and cannot be judged here.
static bool is_judged(const struct probe_report *report, const struct subject *subject)
{
    for (size_t i = 0; i < report->count; i++) {
        if (report->results[i].about == &subject->check->about) {
            return report->results[i].verdict == VERDICT_PASS;
        }
    }
    return false;
}

static void every_check_passes_on_a_good_server(void **state)
{
    struct stage *stage = *state;
    stage->variant = VARIANTS_MAX;
    struct probe_report report = run(stage, (str){0});
    assert_int_equal(report.count, stage->subject_count);
    for (size_t i = 0; i < report.count; i++) {
        const struct probe_result *result = &report.results[i];
        print_message("  %s: %.*s\n", result->about->id, STR_ARGS(result->detail));
        assert_int_not_equal(result->verdict, VERDICT_UNMET);
    }
}

static void judge_spoilt(const struct stage *stage, const struct probe_result *result)
{
    const struct subject *subject = find_subject(stage, result->about->id);
    const struct variant *variant = &subject->variants[stage->variant];
    bool prepares = subject->check->steps[variant->step].prepares;
    print_message("  %s, step %zu, way %d, place %zu: %.*s\n", result->about->id, variant->step,
                  (int)variant->spoil, variant->place, STR_ARGS(result->detail));
    assert_int_equal(result->verdict, prepares ? VERDICT_SKIP : VERDICT_UNMET);
    assert_true(result->detail.len > 0);
}

// The n-th variant of every check that has so many, in one run.
static void no_spoilt_answer_is_believed(void **state)
{
    struct stage *stage = *state;
    char only[ONLY_BYTES];
    size_t tried = 0;
    stage->variant = VARIANTS_MAX;
    struct probe_report good = run(stage, (str){0});
    bool judged[CHECKS_MAX];
    for (size_t i = 0; i < stage->subject_count; i++) {
        judged[i] = is_judged(&good, &stage->subjects[i]);
    }
    for (stage->variant = 0; stage->variant < VARIANTS_MAX; stage->variant++) {
        size_t len = 0;
        size_t count = 0;
        for (size_t i = 0; i < stage->subject_count; i++) {
            const struct subject *subject = &stage->subjects[i];
            if (judged[i] && stage->variant < subject->count) {
                len += (size_t)snprintf(only + len, sizeof(only) - len, "%s%s", len > 0 ? "," : "",
                                        subject->check->about.id);
                count++;
            }
        }
        assert_true(len < sizeof(only));
        if (count == 0) {
            break;
        }
        struct probe_report report = run(stage, (str){only, len});
        for (size_t i = 0; i < report.count; i++) {
            if (stage->variant < find_subject(stage, report.results[i].about->id)->count) {
                judge_spoilt(stage, &report.results[i]);
                tried++;
            }
        }
        assert_int_equal(stage->spoilt, count);
    }
    print_message("%zu spoilt answers\n", tried);
    assert_true(tried > stage->subject_count);
}

// One row an answer.
// clang-format off
static const struct forgery forgeries[] = {
    {"two users with one id", "create.id", "POST /Users", 0, 0, NULL, NULL,
     "{\"id\":\"7\"}"},
    {"an id that contains bulkId", "create.id", "POST /Users", 1, 0, NULL, "\"id\":\"",
     "\"id\":\"bulkId:"},
    {"two primary addresses", "create.primary", "GET /Users/", 1, 0, NULL, NULL,
     "{\"emails\":[{\"primary\":true},{\"primary\":true}]}"},
    {"a create that fails is no refusal", "create.primary", "POST /Users", 1, 500, NULL, NULL,
     NULL},
    {"no token is answered 403", "error.no-token", "GET /Users?count=1", 2, 403, NULL, NULL, NULL},
    {"no token is not challenged", "error.no-token", "GET /Users?count=1", 2, 0,
     "WWW-Authenticate", NULL, NULL},
    {"no token is answered with a page", "error.no-token-body", "GET /Users?count=1", 2, 0, NULL,
     NULL, "<html>401</html>"},
    {"no token has a number for a status", "error.no-token-body", "GET /Users?count=1", 2, 0, NULL,
     "\"401\"", "401"},
    {"a page comes twice", "page.walk", "GET /Users?filter", 2, 0, NULL, "pbob", "pada"},
    {"a page is not there", "page.walk", "GET /Users?filter", 2, 0, NULL, NULL,
     "{\"Resources\":[]}"},
    {"a walk ends with an error", "page.walk", "GET /Users?filter", 3, 500, NULL, NULL, NULL},
    {"a walk never ends", "page.walk", "GET /Users?filter", 0, 0, NULL, NULL,
     "{\"totalResults\":999,\"Resources\":[{\"userName\":\"x-pada\"}]}"},
    {"PATCH answers 204 with a body", "patch.answer", "PATCH /Users", 1, 204, NULL, NULL, "{}"},
    {"PATCH answers 200 with nothing", "patch.answer", "PATCH /Users", 1, 200, NULL, NULL, "{}"},
    {"PATCH answers 200 with the old resource", "patch.answer", "PATCH /Users", 1, 200, NULL,
     "\"title\":\"T\"", "\"title\":\"S\""},
    {"PATCH answers 202", "patch.answer", "PATCH /Users", 1, 202, NULL, NULL, NULL},
    {"there is no ETag", "etag.form", "GET /Users/", 1, 0, "ETag", NULL, NULL},
    {"a resource type cannot be read", "discovery.type", "GET /ResourceTypes/", 2, 404, NULL, NULL,
     NULL},
    {"a resource type is a list", "discovery.type", "GET /ResourceTypes/", 1, 0, NULL, NULL,
     "{\"Resources\":[]}"},
    {"a schema cannot be read", "discovery.schema", "GET /Schemas/", 3, 404, NULL, NULL, NULL},
    {"there are no schemas now", "discovery.schemas-of-types", "GET /Schemas", 1, 500, NULL, NULL,
     NULL},
    {"one schema comes", "discovery.paging", "GET /Schemas?", 1, 0, NULL, "\"Resources\":[",
     "\"Resources\":[],\"others\":["},
    {"one schema is counted", "discovery.paging", "GET /Schemas?", 1, 0, NULL,
     "\"totalResults\":", "\"totalResults\":1"},
};
// clang-format on

static void no_forged_answer_is_believed(void **state)
{
    struct stage *stage = *state;
    for (size_t i = 0; i < COUNT_OF(forgeries); i++) {
        stage->forgery = &forgeries[i];
        print_message("  %s\n", stage->forgery->name);
        struct probe_report report = run(stage, str_of(stage->forgery->check));
        bool found = false;
        for (size_t at = 0; at < report.count; at++) {
            if (strcmp(report.results[at].about->id, stage->forgery->check) == 0) {
                print_message("    %.*s\n", STR_ARGS(report.results[at].detail));
                assert_int_equal(report.results[at].verdict, VERDICT_UNMET);
                found = true;
            }
        }
        assert_true(found);
        assert_true(stage->spoilt > 0);
    }
    stage->forgery = NULL;
}

// What a server may lack has its answers in canned_test.c.
static void every_function_has_a_forgery(void **state)
{
    const struct stage *stage = *state;
    for (size_t i = 0; i < stage->subject_count; i++) {
        const struct check *check = stage->subjects[i].check;
        bool found = check->run == NULL || (check->needs & (NEED_BULK | NEED_CURSOR)) != 0;
        for (size_t at = 0; at < COUNT_OF(forgeries); at++) {
            found = found || strcmp(forgeries[at].check, check->about.id) == 0;
        }
        print_message("  %s\n", check->about.id);
        assert_true(found);
    }
}

static int open_stage(void **state)
{
    struct stage *stage = calloc(1, sizeof(*stage));
    assert_non_null(stage);
    stage->arena = roster_arena_open(ARENA_REQUEST_MAX);
    rig_open(&stage->rig);
    rig_tenant(&stage->rig, "t", "rfc");
    rig_token(&stage->rig, "t", "", &stage->token);
    // Strict, but for one quirk: two primary values are the server's to sort out, not to refuse.
    rig_set(&stage->rig, "t", "two-primaries", "on");
    collect(stage);
    *state = stage;
    return 0;
}

static int close_stage(void **state)
{
    struct stage *stage = *state;
    rig_close(&stage->rig);
    roster_arena_close(stage->arena);
    free(stage);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(checks_are_whole),
        cmocka_unit_test(every_check_passes_on_a_good_server),
        cmocka_unit_test(no_spoilt_answer_is_believed),
        cmocka_unit_test(no_forged_answer_is_believed),
        cmocka_unit_test(every_function_has_a_forgery),
    };
    return cmocka_run_group_tests(tests, open_stage, close_stage);
}
