// budget.c: budgets as text and as numbers.
// SPDX-License-Identifier: Apache-2.0
#include "core/budget.h"

#include "base/duration.h"
#include "base/limits.h"

#define DAY_S 86400

static const struct {
    const char *name;
    const char *setting;
    const char *text;
    struct budget budget;
} kinds[GUARD_KIND_COUNT] = {
    [GUARD_DEACTIVATIONS] = {"deactivations",
                             "guard-deactivations",
                             "people that are made inactive, of those that are active",
                             {.count = 10, .percent = 10, .window_s = DAY_S}},
    [GUARD_DELETIONS] = {"deletions",
                         "guard-deletions",
                         "people and other resources that are deleted, groups not counted",
                         {.count = 25, .percent = 10, .window_s = DAY_S}},
    [GUARD_REMOVALS] = {"removals",
                        "guard-removals",
                        "memberships that are removed, also with their group",
                        {.count = 500, .percent = 20, .window_s = DAY_S}},
};

const char *budget_name(enum guard_kind kind)
{
    assert((size_t)kind < COUNT_OF(kinds));
    return kinds[kind].name;
}

const char *budget_text(enum guard_kind kind)
{
    assert((size_t)kind < COUNT_OF(kinds));
    return kinds[kind].text;
}

const char *budget_setting(enum guard_kind kind)
{
    assert((size_t)kind < COUNT_OF(kinds));
    return kinds[kind].setting;
}

struct budget budget_default(enum guard_kind kind)
{
    assert((size_t)kind < COUNT_OF(kinds));
    return kinds[kind].budget;
}

bool budget_find(str name, enum guard_kind *out)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (str_equal(name, str_of(kinds[i].name))) {
            *out = (enum guard_kind)i;
            return true;
        }
    }
    return false;
}

bool budget_find_setting(str name, enum guard_kind *out)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (str_equal(name, str_of(kinds[i].setting))) {
            *out = (enum guard_kind)i;
            return true;
        }
    }
    return false;
}

// A number without a sign, at most `max`.
static bool parse_number(str text, int64_t max, uint32_t *out)
{
    int64_t value = 0;
    if (text.len == 0 || text.ptr[0] < '0' || text.ptr[0] > '9' || !str_to_i64(text, &value) ||
        value > max) {
        return false;
    }
    *out = (uint32_t)value;
    return true;
}

bool budget_parse(str text, struct budget *out)
{
    str amount = {0};
    str window = {0};
    str count = {0};
    str percent = {0};
    int64_t window_ms = 0;
    *out = (struct budget){.off = str_equal(text, STR("off"))};
    if (out->off) {
        return true;
    }
    if (!str_cut(text, '/', &amount, &window) || !str_cut(amount, ',', &count, &percent) ||
        percent.len < 2 || percent.ptr[percent.len - 1] != '%' ||
        !parse_number(count, GUARD_COUNT_MAX, &out->count) ||
        !parse_number(str_head(percent, percent.len - 1), 100, &out->percent) ||
        !duration_parse(window, &window_ms) || window_ms < GUARD_WINDOW_MIN_S * INT64_C(1000) ||
        window_ms > GUARD_WINDOW_MAX_S * INT64_C(1000)) {
        return false;
    }
    out->window_s = (uint32_t)(window_ms / 1000);
    return true;
}

void budget_print(struct text *out, const struct budget *budget)
{
    if (budget->off) {
        text_lit(out, "off");
        return;
    }
    text_format(out, "%u,%u%%/", (unsigned)budget->count, (unsigned)budget->percent);
    duration_print(out, budget->window_s * INT64_C(1000));
}

int64_t budget_limit(const struct budget *budget, int64_t population)
{
    assert(population >= 0);
    int64_t share = population * budget->percent / 100;
    return share > budget->count ? share : budget->count;
}
