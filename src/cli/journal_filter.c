// journal_filter.c: from options to what is asked for, and comparing records with it.
// SPDX-License-Identifier: Apache-2.0
#include "cli/journal_filter.h"

#include "base/time.h"
#include "cli/duration.h"
#include "journal/names.h"

static bool take_time(str text, const char *name, int64_t now_ms, int64_t *out_us,
                      struct roster_error *err)
{
    int64_t ms = 0;
    if (text.len == 0) {
        return true;
    }
    if (duration_parse(text, &ms)) {
        ms = now_ms - ms;
    } else if (!time_parse(text, &ms)) {
        return fail(err, ROSTER_ERR_BAD_REQUEST, 0,
                    "--%s is a time (2026-11-24T10:00:00Z) or how long ago (15m, 2h, 7d)", name);
    }
    *out_us = ms * 1000;
    return true;
}

static bool take_status(str text, struct journal_filter *out, struct roster_error *err)
{
    int64_t number = 0;
    bool is_class = text.len == 3 && str_equal_nocase(str_tail(text, 1), STR("xx"));
    if (text.len == 0) {
        return true;
    }
    if (!str_to_i64(is_class ? str_head(text, 1) : text, &number) ||
        number < (is_class ? 1 : 100) || number > (is_class ? 5 : 599)) {
        return fail(err, ROSTER_ERR_BAD_REQUEST, 0, "--status is a number (409) or a class (4xx)");
    }
    out->status_from = (int)number * (is_class ? 100 : 1);
    out->status_to = out->status_from + (is_class ? 99 : 0);
    return true;
}

bool journal_filter_read(const struct options *options, int64_t now_ms, struct journal_filter *out,
                         struct roster_error *err)
{
    *out = (struct journal_filter){
        .tenant = options_text(options, "tenant"),
        .method = options_text(options, "method"),
        .path = options_text(options, "path"),
        .user = options_text(options, "user"),
        .actor = options_text(options, "actor"),
        .refused = options_has(options, "refused"),
        .quirks = options_has(options, "quirks"),
    };
    return take_status(options_text(options, "status"), out, err) &&
           take_time(options_text(options, "since"), "since", now_ms, &out->since_us, err) &&
           take_time(options_text(options, "until"), "until", now_ms, &out->until_us, err);
}

static bool text_fits(str wanted, str text)
{
    return wanted.len == 0 || str_equal_nocase(wanted, text);
}

static bool facts_fit(const struct journal_filter *filter, const struct record_facts *facts)
{
    return (filter->since_us == 0 || facts->time_us >= filter->since_us) &&
           (filter->until_us == 0 || facts->time_us < filter->until_us) &&
           (filter->status_from == 0 ||
            (facts->status >= filter->status_from && facts->status <= filter->status_to)) &&
           (!filter->refused || facts->status >= 400) &&
           (!filter->quirks || facts->quirks_used != 0);
}

bool journal_filter_match(const struct journal_filter *filter, const struct record *record,
                          struct roster_arena *scratch)
{
    const str *texts = record->texts;
    return facts_fit(filter, &record->facts) && text_fits(filter->tenant, texts[RECORD_TENANT]) &&
           text_fits(filter->method, texts[RECORD_METHOD]) &&
           text_fits(filter->request, texts[RECORD_REQUEST]) &&
           text_fits(filter->actor, texts[RECORD_ACTOR]) &&
           (filter->path.len == 0 || record_target_has(record, filter->path, scratch)) &&
           (filter->user.len == 0 || record_names(record, filter->user, scratch));
}
