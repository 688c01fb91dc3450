// silence.c: gaps by day.
// SPDX-License-Identifier: Apache-2.0
#include "core/silence.h"

#include "base/duration.h"
#include "json/value.h"

#include <stdlib.h>

static const int64_t day_ms = INT64_C(86400000);

bool silence_setting_parse(str text, int64_t *setting)
{
    *setting = str_equal(text, STR("off")) ? SILENCE_OFF : SILENCE_AUTO;
    return *setting == SILENCE_OFF || str_equal(text, STR("auto")) ||
           (duration_parse(text, setting) && *setting >= SILENCE_MIN_MS);
}

void silence_setting_print(struct text *out, int64_t setting)
{
    if (setting == SILENCE_AUTO || setting == SILENCE_OFF) {
        text_add(out, setting == SILENCE_OFF ? STR("off") : STR("auto"));
        return;
    }
    duration_print(out, setting);
}

static bool parse_day(const struct roster_json *json, struct silence_day *out)
{
    const struct roster_json *day = json_is(json, JSON_ARRAY) ? json->first : NULL;
    const struct roster_json *gap = day == NULL ? NULL : day->next;
    if (day == NULL || gap == NULL || gap->next != NULL) {
        return false;
    }
    return json_is(day, JSON_NUMBER) && json_is(gap, JSON_NUMBER) &&
           str_to_i64(day->text, &out->day) && str_to_i64(gap->text, &out->gap_ms) &&
           out->gap_ms >= 0;
}

bool silence_parse(str json, struct roster_arena *arena, struct silence *out)
{
    struct roster_json *list = NULL;
    struct roster_error err = {0};
    *out = (struct silence){0};
    if (json.len == 0) {
        return true;
    }
    if (!roster_json_read(json, arena, &list, &err) || !json_is(list, JSON_ARRAY) ||
        list->count > COUNT_OF(out->days)) {
        return false;
    }
    for (const struct roster_json *one = list->first; one != NULL; one = one->next) {
        if (!parse_day(one, &out->days[out->count++])) {
            return false;
        }
    }
    return true;
}

bool silence_print(const struct silence *silence, struct roster_arena *arena, str *out)
{
    struct text text;
    text_init(&text, arena, arena_max(arena));
    text_char(&text, '[');
    for (size_t at = 0; at < silence->count; at++) {
        text_format(&text, "%s[%lld,%lld]", at == 0 ? "" : ",", (long long)silence->days[at].day,
                    (long long)silence->days[at].gap_ms);
    }
    text_char(&text, ']');
    *out = text_str(&text);
    return !text.full;
}

static struct silence_day *day_of(struct silence *silence, int64_t day)
{
    size_t last = silence->count == 0 ? 0 : silence->count - 1;
    // A clock that is set back goes on with the day it left.
    if (silence->count > 0 && silence->days[last].day >= day) {
        return &silence->days[last];
    }
    if (silence->count == COUNT_OF(silence->days)) {
        memmove(silence->days, silence->days + 1, last * sizeof(silence->days[0]));
        silence->count--;
    }
    struct silence_day *added = &silence->days[silence->count++];
    *added = (struct silence_day){.day = day};
    return added;
}

void silence_learn(struct silence *silence, int64_t now_ms, int64_t gap_ms)
{
    assert(gap_ms >= 0);
    struct silence_day *day = day_of(silence, now_ms / day_ms);
    day->gap_ms = gap_ms > day->gap_ms ? gap_ms : day->gap_ms;
}

static int compare_gaps(const void *a, const void *b)
{
    int64_t left = ((const struct silence_day *)a)->gap_ms;
    int64_t right = ((const struct silence_day *)b)->gap_ms;
    return (left > right) - (left < right);
}

static struct silence sorted(const struct silence *silence)
{
    struct silence copy = *silence;
    if (copy.count > 0) {
        qsort(copy.days, copy.count, sizeof(copy.days[0]), compare_gaps);
    }
    return copy;
}

int64_t silence_usual_ms(const struct silence *silence)
{
    struct silence by_gap = sorted(silence);
    return silence->count < SILENCE_DAYS_MIN ? 0 : by_gap.days[by_gap.count / 2].gap_ms;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int64_t silence_limit_ms(const struct silence *silence, int64_t setting)
{
    static_assert(SILENCE_DAYS_MIN >= 2, "there is a second largest gap");
    if (setting != SILENCE_AUTO) {
        return setting == SILENCE_OFF ? 0 : setting;
    }
    if (silence->count < SILENCE_DAYS_MIN) {
        return 0;
    }
    struct silence by_gap = sorted(silence);
    // The largest may be an outage; a weekend comes twice in fourteen days.
    int64_t rare_ms = by_gap.days[by_gap.count - 2].gap_ms;
    int64_t several_ms = SILENCE_FACTOR * silence_usual_ms(silence);
    return larger(SILENCE_FLOOR_MS, larger(several_ms, rare_ms + rare_ms / 4));
}
