// probe.c: a run: discovery, one check after the other, and nothing left behind.
// SPDX-License-Identifier: Apache-2.0
#include "probe/made.h"
#include "probe/people.h"
#include "probe/service.h"

#include <stdio.h>
#include <string.h>

// Each check of every area, in order.
struct walk {
    const struct check *const *area;
    const struct check *at;
};

static const struct check *walk_next(struct walk *walk)
{
    while (walk->at == NULL || walk->at->about.id == NULL) {
        if (*walk->area == NULL) {
            return NULL;
        }
        walk->at = *walk->area++;
    }
    return walk->at++;
}

void probe_checks(void (*each)(void *ctx, const struct check_about *about), void *ctx)
{
    struct walk walk = {.area = probe_areas};
    for (const struct check *check = NULL; (check = walk_next(&walk)) != NULL;) {
        each(ctx, &check->about);
    }
}

static bool is_named(const struct check_about *about, str word)
{
    str id = str_of(about->id);
    bool begins = word.len > 0 && id.len >= word.len && str_equal(str_head(id, word.len), word);
    return begins && (id.len == word.len || id.ptr[word.len] == '.');
}

bool probe_knows(str word)
{
    struct walk walk = {.area = probe_areas};
    for (const struct check *check = NULL; (check = walk_next(&walk)) != NULL;) {
        if (is_named(&check->about, word)) {
            return true;
        }
    }
    return false;
}

static bool is_wanted(const struct probe *probe, const struct check *check)
{
    str rest = probe->options->only;
    bool any = false;
    while (rest.len > 0) {
        str word = {0};
        str_cut(rest, ',', &word, &rest);
        any = any || is_named(&check->about, str_trim(word));
    }
    return any || probe->options->only.len == 0;
}

static size_t count_wanted(const struct probe *probe)
{
    struct walk walk = {.area = probe_areas};
    size_t count = 0;
    for (const struct check *check = NULL; (check = walk_next(&walk)) != NULL;) {
        count += is_wanted(probe, check);
    }
    return count;
}

static void tell_cleaning(const struct probe *probe, bool now)
{
    const struct probe_watch *watch = &probe->options->watch;
    if (watch->cleaning != NULL) {
        watch->cleaning(watch->ctx, now);
    }
}

static bool is_stopped(const struct probe *probe)
{
    const struct probe_watch *watch = &probe->options->watch;
    return watch->stop != NULL && watch->stop(watch->ctx);
}

static void clean(struct probe *probe, size_t first, bool shared)
{
    tell_cleaning(probe, true);
    made_delete(probe, first, shared);
    tell_cleaning(probe, false);
}

static void judge(struct probe *probe)
{
    const struct check *check = probe->check;
    if (!service_suits(probe, check)) {
        return;
    }
    if ((check->needs & NEED_PEOPLE) != 0 && !people_make(probe)) {
        return;
    }
    for (const struct check_step *step = check->steps; step != NULL && step->method != NULL;
         step++) {
        if (!probe_step(probe, step)) {
            return;
        }
    }
    if (check->run != NULL) {
        check->run(probe);
    }
}

static void begin_check(struct probe *probe, const struct check *check, size_t index)
{
    roster_arena_reset(probe->scratch);
    probe->check = check;
    probe->check_index = index;
    probe->id_count = 0;
    probe->etag = probe->modified = probe->location = probe->sent = (str){0};
    probe->reply = (struct reply){0};
    *probe->result = (struct probe_result){.about = &check->about};
}

static void run_check(struct probe *probe, const struct check *check, size_t index)
{
    begin_check(probe, check, index);
    judge(probe);
    if (probe->result->verdict == VERDICT_NONE) {
        probe->result->verdict = VERDICT_PASS;
        probe->result->sent = probe_show(probe->sent, probe->keep);
        probe->result->status = probe->reply.answer.status;
    }
}

static void run_checks(struct probe *probe, struct probe_report *out)
{
    const struct probe_watch *watch = &probe->options->watch;
    struct walk walk = {.area = probe_areas};
    size_t wanted = count_wanted(probe);
    size_t index = 0;
    for (const struct check *check = NULL; (check = walk_next(&walk)) != NULL;) {
        index++;
        if (!is_wanted(probe, check)) {
            continue;
        }
        if (is_stopped(probe) || probe->failures >= PROBE_FAILURES_MAX) {
            break;
        }
        if (watch->begins != NULL) {
            watch->begins(watch->ctx, &check->about, out->count, wanted);
        }
        size_t first = probe->made_count;
        probe->result = &out->results[out->count++];
        run_check(probe, check, index);
        clean(probe, first, false);
    }
    if (is_stopped(probe)) {
        out->end = PROBE_STOPPED;
        out->detail = STR("stopped before all checks had run");
    } else if (probe->failures >= PROBE_FAILURES_MAX) {
        out->end = PROBE_UNREACHABLE;
        out->detail = STR("the server does not answer any more");
    }
}

// A second try for what could not be deleted behind its check.
static void finish(struct probe *probe, struct probe_report *out)
{
    roster_arena_reset(probe->scratch);
    probe->failures = 0;
    clean(probe, 0, true);
    out->left_count = made_left(probe, &out->left);
}

static void run_all(struct probe *probe, struct probe_report *out)
{
    struct check none = {0};
    struct probe_result ignored = {0};
    probe->check = &none;
    probe->result = &ignored;
    probe->scratch = probe->facts;
    out->end = service_discover(probe, &out->detail);
    if (out->end != PROBE_DONE) {
        return;
    }
    probe->scratch = roster_arena_open(ARENA_REQUEST_MAX);
    size_t count = count_wanted(probe);
    out->results = arena_array(probe->keep, count + 1, sizeof(*out->results));
    probe->made = arena_array(probe->facts, PROBE_MADE_MAX, sizeof(*probe->made));
    if (probe->scratch == NULL || out->results == NULL || probe->made == NULL) {
        out->end = PROBE_NO_MEMORY;
    } else {
        out->detail = (str){0};
        run_checks(probe, out);
        finish(probe, out);
    }
    roster_arena_close(probe->scratch);
}

void probe_run(const struct probe_options *options, struct roster_arena *arena,
               struct probe_report *out)
{
    uint32_t number = 0;
    struct probe probe = {.options = options, .keep = arena};
    str run = {0};
    *out = (struct probe_report){.end = PROBE_NO_MEMORY, .detail = STR("out of memory")};
    env_random(options->env, &number, sizeof(number));
    snprintf(probe.run, sizeof(probe.run), "roster-check-%08x", (unsigned)number);
    probe.facts = roster_arena_open(ARENA_REQUEST_MAX);
    if (probe.facts != NULL && arena_copy(arena, str_of(probe.run), &run)) {
        out->run = run.ptr;
        run_all(&probe, out);
    }
    roster_arena_close(probe.facts);
}
