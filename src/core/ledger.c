// ledger.c: buckets of what was spent.
// SPDX-License-Identifier: Apache-2.0
#include "core/ledger.h"

#include "json/value.h"

enum { NUMBERS = 4 };

static bool parse_bucket(const struct roster_json *json, struct ledger_bucket *out)
{
    int64_t numbers[NUMBERS] = {0};
    size_t count = 0;
    const struct roster_json *one = json_is(json, JSON_ARRAY) ? json->first : NULL;
    for (; one != NULL && count < NUMBERS; one = one->next) {
        if (!json_is(one, JSON_NUMBER) || !str_to_i64(one->text, &numbers[count++])) {
            return false;
        }
    }
    *out = (struct ledger_bucket){numbers[0], numbers[1], numbers[2], numbers[3]};
    return one == NULL && count == NUMBERS && out->lasting >= 0 && out->fresh >= 0;
}

bool ledger_parse(str json, struct roster_arena *arena, struct ledger *out)
{
    struct roster_json *list = NULL;
    struct roster_error err = {0};
    *out = (struct ledger){0};
    if (json.len == 0) {
        return true;
    }
    if (!roster_json_read(json, arena, &list, &err) || !json_is(list, JSON_ARRAY) ||
        list->count > COUNT_OF(out->buckets)) {
        return false;
    }
    for (const struct roster_json *one = list->first; one != NULL; one = one->next) {
        if (!parse_bucket(one, &out->buckets[out->count++])) {
            return false;
        }
    }
    return true;
}

bool ledger_print(const struct ledger *ledger, struct roster_arena *arena, str *out)
{
    struct text text;
    text_init(&text, arena, arena_max(arena));
    text_char(&text, '[');
    for (size_t at = 0; at < ledger->count; at++) {
        const struct ledger_bucket *bucket = &ledger->buckets[at];
        text_format(&text, "%s[%lld,%lld,%lld,%lld]", at == 0 ? "" : ",",
                    (long long)bucket->from_ms, (long long)bucket->to_ms,
                    (long long)bucket->lasting, (long long)bucket->fresh);
    }
    text_char(&text, ']');
    *out = text_str(&text);
    return !text.full;
}

void ledger_age(struct ledger *ledger, int64_t now_ms, int64_t window_ms)
{
    size_t kept = 0;
    for (size_t at = 0; at < ledger->count; at++) {
        int64_t to_ms = ledger->buckets[at].to_ms;
        if (to_ms > now_ms - window_ms && to_ms <= now_ms + window_ms) {
            ledger->buckets[kept++] = ledger->buckets[at];
        }
    }
    ledger->count = kept;
}

int64_t ledger_spent(const struct ledger *ledger)
{
    int64_t spent = 0;
    for (size_t at = 0; at < ledger->count; at++) {
        spent += ledger->buckets[at].lasting + ledger->buckets[at].fresh;
    }
    return spent;
}

// The bucket that is open at `now_ms`. A clock that is set back goes on with the one it left.
static struct ledger_bucket *open_bucket(struct ledger *ledger, int64_t now_ms, int64_t window_ms)
{
    struct ledger_bucket *last = ledger->count == 0 ? NULL : &ledger->buckets[ledger->count - 1];
    bool full = ledger->count == COUNT_OF(ledger->buckets);
    if (last != NULL && (full || now_ms < last->from_ms + window_ms / GUARD_BUCKETS)) {
        last->to_ms = now_ms > last->to_ms ? now_ms : last->to_ms;
        return last;
    }
    last = &ledger->buckets[ledger->count++];
    *last = (struct ledger_bucket){.from_ms = now_ms, .to_ms = now_ms};
    return last;
}

void ledger_spend(struct ledger *ledger, int64_t now_ms, int64_t window_ms, int64_t amount,
                  bool fresh)
{
    assert(amount >= 0 && window_ms > 0);
    struct ledger_bucket *bucket = open_bucket(ledger, now_ms, window_ms);
    bucket->fresh += fresh ? amount : 0;
    bucket->lasting += fresh ? 0 : amount;
}

void ledger_give_back(struct ledger *ledger, int64_t came)
{
    for (size_t at = ledger->count; at > 0 && came > 0; at--) {
        struct ledger_bucket *bucket = &ledger->buckets[at - 1];
        int64_t back = came < bucket->fresh ? came : bucket->fresh;
        bucket->fresh -= back;
        came -= back;
    }
}

int64_t ledger_wait_ms(const struct ledger *ledger, int64_t now_ms, int64_t window_ms,
                       int64_t amount)
{
    int64_t gone = 0;
    for (size_t at = 0; at < ledger->count && amount > 0; at++) {
        const struct ledger_bucket *bucket = &ledger->buckets[at];
        gone += bucket->lasting + bucket->fresh;
        if (gone >= amount) {
            int64_t wait_ms = bucket->to_ms + window_ms - now_ms;
            return wait_ms > 0 ? wait_ms : 0;
        }
    }
    return amount > 0 ? window_ms : 0;
}
