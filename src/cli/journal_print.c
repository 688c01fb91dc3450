// journal_print.c: one record as a line, as a page and as JSON.
// SPDX-License-Identifier: Apache-2.0
#include "cli/journal_print.h"

#include "base/time.h"
#include "base/visible.h"
#include "cli/journal_advice.h"
#include "cli/journal_explain.h"
#include "cli/print.h"
#include "roster/quirks.h"

static const char *const places[RECORD_PLACES] = {"loop", "worker", "writer"};

static const char *const bodies[BODY_STATES] = {
    [BODY_NONE] = "none",
    [BODY_KEPT] = "kept without secrets",
    [BODY_LARGE] = "not kept: larger than journal-body",
    [BODY_NO_JSON] = "not kept: it is no JSON, so nobody knows what is secret in it",
    [BODY_UNKNOWN] = "not kept: the sender had no valid credential",
};

static str time_of(const struct record *record, char out[TIME_TEXT_LEN])
{
    time_print(record->facts.time_us / 1000, out);
    return (str){out, TIME_TEXT_LEN};
}

static void add_target(const struct record *record, struct text *out)
{
    visible_add(out, record->texts[RECORD_METHOD]);
    text_char(out, ' ');
    visible_add(out, record->texts[RECORD_PATH]);
    if (record->texts[RECORD_QUERY].len > 0) {
        text_char(out, '?');
        visible_add(out, record->texts[RECORD_QUERY]);
    }
}

static void add_or(struct text *out, str text, const char *none)
{
    visible_add(out, text.len > 0 ? text : str_of(none));
}

static void add_milliseconds(const struct record *record, struct text *out)
{
    text_format(out, "%.1f ms", (double)record->facts.took_us / 1000);
}

static const char *type_of(const struct record *record)
{
    const char *type = record->facts.code == ROSTER_OK
                           ? NULL
                           : roster_error_type((enum roster_code)record->facts.code);
    return type == NULL ? "" : type;
}

static void add_quirk_names(const struct record *record, struct text *out)
{
    for (uint64_t bits = record->facts.quirks_used; bits != 0; bits &= bits - 1) {
        text_format(out, " +%s", roster_quirk_name((enum roster_quirk)__builtin_ctzll(bits)));
    }
}

void journal_line(const struct record *record, struct text *out)
{
    char time[TIME_TEXT_LEN];
    text_format(out, "%.*s ", STR_ARGS(time_of(record, time)));
    visible_add(out, record->texts[RECORD_REQUEST]);
    text_char(out, ' ');
    add_or(out, record->texts[RECORD_TENANT], "-");
    text_char(out, ' ');
    add_or(out, record->texts[RECORD_ACTOR], "-");
    text_format(out, " %d ", record->facts.status);
    add_milliseconds(record, out);
    text_char(out, ' ');
    add_target(record, out);
    add_quirk_names(record, out);
    if (record->texts[RECORD_DETAIL].len > 0) {
        text_lit(out, " | ");
        visible_add(out, record->texts[RECORD_DETAIL]);
    }
    text_char(out, '\n');
}

enum { LABEL_WIDTH = 12 };

static void label(struct text *out, const char *name)
{
    text_format(out, "%-*s", LABEL_WIDTH, name);
}

// Text of several lines under one label.
static void add_lines(struct text *out, const char *name, str lines)
{
    while (lines.len > 0) {
        str line = {0};
        str_cut(lines, '\n', &line, &lines);
        label(out, name);
        visible_add(out, line);
        text_char(out, '\n');
        name = "";
    }
}

static void add_who(const struct record *record, struct text *out)
{
    label(out, "tenant");
    add_or(out, record->texts[RECORD_TENANT], "unknown: no valid credential");
    text_char(out, '\n');
    label(out, "who");
    add_or(out, record->texts[RECORD_ACTOR], "unknown");
    if (record->facts.source != 0) {
        text_format(out, " (source %lld)", (long long)record->facts.source);
    }
    text_lit(out, " from ");
    visible_add(out, record->texts[RECORD_ADDRESS]);
    text_char(out, '\n');
}

static void add_body(const struct record *record, struct text *out)
{
    if (record->facts.body == BODY_NONE) {
        return;
    }
    label(out, "body");
    text_format(out, "%u bytes, %s\n", record->facts.bytes_in, bodies[record->facts.body]);
    add_lines(out, "", record->texts[RECORD_BODY]);
}

static void add_answer(const struct record *record, struct text *out)
{
    label(out, "answered");
    text_format(out, "%d%s%s", record->facts.status, type_of(record)[0] != '\0' ? " " : "",
                type_of(record));
    if (record->texts[RECORD_DETAIL].len > 0) {
        text_lit(out, ": ");
        visible_add(out, record->texts[RECORD_DETAIL]);
    } else if ((record->facts.flags & RECORD_STREAMED) != 0) {
        text_lit(out, ", streamed");
    } else {
        text_format(out, ", %u bytes", record->facts.bytes_out);
    }
    text_lit(out, " in ");
    add_milliseconds(record, out);
    text_format(out, " on the %s\n", places[record->facts.place]);
}

static void add_change(const struct record *record, struct text *out)
{
    const struct record_facts *facts = &record->facts;
    bool wrote = facts->place == RECORD_ON_WRITER && facts->status < 300;
    if (!wrote || record->texts[RECORD_ID].len == 0) {
        return;
    }
    label(out, "changed");
    visible_add(out, record->texts[RECORD_TYPE]);
    text_char(out, ' ');
    visible_add(out, record->texts[RECORD_ID]);
    if ((facts->flags & RECORD_CHANGED) != 0) {
        text_format(out, ", now at revision %lld\n", (long long)facts->revision);
    } else {
        text_lit(out, ": nothing, it was so already\n");
    }
}

static void add_quirks(const struct record *record, struct text *out)
{
    const char *name = "quirks";
    for (uint64_t bits = record->facts.quirks_used; bits != 0; bits &= bits - 1) {
        enum roster_quirk quirk = (enum roster_quirk)__builtin_ctzll(bits);
        const char *advice = advice_of_quirk(quirk);
        label(out, name);
        text_format(out, "%s: %s\n", roster_quirk_name(quirk),
                    advice != NULL ? advice : roster_quirk_text(quirk));
        name = "";
    }
}

static const char *advice_of(const struct record *record)
{
    return record->facts.status < 400 ? NULL : advice_of_code((enum roster_code)record->facts.code);
}

static str explanation(const struct record *record, const struct roster_registry *registry,
                       struct roster_arena *arena)
{
    struct text text;
    text_init(&text, arena, arena_max(arena));
    explain_record(record, registry, arena, &text);
    return text.full ? (str){0} : text_str(&text);
}

void journal_explain(const struct record *record, const struct roster_registry *registry,
                     struct roster_arena *arena, struct text *out)
{
    char time[TIME_TEXT_LEN];
    label(out, "request");
    visible_add(out, record->texts[RECORD_REQUEST]);
    text_format(out, " at %.*s\n", STR_ARGS(time_of(record, time)));
    add_who(record, out);
    label(out, "asked");
    add_target(record, out);
    text_char(out, '\n');
    add_lines(out, "headers", record->texts[RECORD_HEADERS]);
    add_body(record, out);
    add_lines(out, "understood", explanation(record, registry, arena));
    add_answer(record, out);
    add_change(record, out);
    add_quirks(record, out);
    if (advice_of(record) != NULL) {
        add_lines(out, "remedy", str_of(advice_of(record)));
    }
}

static struct roster_json *quirks_json(uint64_t quirks, struct roster_arena *arena)
{
    struct roster_json *out = json_new(arena, JSON_ARRAY);
    for (uint64_t bits = quirks; bits != 0 && out != NULL; bits &= bits - 1) {
        const char *name = roster_quirk_name((enum roster_quirk)__builtin_ctzll(bits));
        struct roster_json *item = json_string(arena, str_of(name));
        if (item == NULL) {
            return NULL;
        }
        json_push(out, item);
    }
    return out;
}

static bool put_texts(struct roster_json *out, const struct record *record,
                      struct roster_arena *arena)
{
    static const struct {
        str name;
        enum record_text text;
    } rows[] = {
        {STR_INIT("request"), RECORD_REQUEST}, {STR_INIT("tenant"), RECORD_TENANT},
        {STR_INIT("actor"), RECORD_ACTOR},     {STR_INIT("address"), RECORD_ADDRESS},
        {STR_INIT("method"), RECORD_METHOD},   {STR_INIT("path"), RECORD_PATH},
        {STR_INIT("query"), RECORD_QUERY},     {STR_INIT("type"), RECORD_TYPE},
        {STR_INIT("id"), RECORD_ID},           {STR_INIT("detail"), RECORD_DETAIL},
    };
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        str text = record->texts[rows[at].text];
        if (text.len > 0 && !json_put_string(out, arena, rows[at].name, text)) {
            return false;
        }
    }
    return true;
}

static bool put_facts(struct roster_json *out, const struct record *record,
                      struct roster_arena *arena)
{
    const struct record_facts *facts = &record->facts;
    struct roster_json *quirks = quirks_json(facts->quirks_used, arena);
    bool ok =
        json_put_i64(out, arena, STR("status"), facts->status) &&
        json_put_i64(out, arena, STR("took_us"), facts->took_us) &&
        json_put_string(out, arena, STR("ran_on"), str_of(places[facts->place])) &&
        json_put_i64(out, arena, STR("bytes_in"), facts->bytes_in) &&
        json_put_i64(out, arena, STR("bytes_out"), facts->bytes_out) &&
        json_put_i64(out, arena, STR("source"), facts->source) &&
        (type_of(record)[0] == '\0' ||
         json_put_string(out, arena, STR("scimType"), str_of(type_of(record)))) &&
        (facts->revision == 0 || json_put_i64(out, arena, STR("revision"), facts->revision)) &&
        quirks != NULL;
    if (ok) {
        json_put(out, STR("quirks"), quirks);
    }
    return ok;
}

static bool put_optional(struct roster_json *out, struct roster_arena *arena, str name, str text)
{
    return text.len == 0 || json_put_string(out, arena, name, text);
}

static bool put_whole(struct roster_json *out, const struct record *record,
                      const struct roster_registry *registry, struct roster_arena *arena)
{
    return json_put_string(out, arena, STR("body_state"), str_of(bodies[record->facts.body])) &&
           json_put_made(out, STR("quirks_on"), quirks_json(record->facts.quirks_on, arena)) &&
           put_optional(out, arena, STR("headers"), record->texts[RECORD_HEADERS]) &&
           put_optional(out, arena, STR("body"), record->texts[RECORD_BODY]) &&
           put_optional(out, arena, STR("understood"), explanation(record, registry, arena)) &&
           put_optional(out, arena, STR("remedy"), str_of(advice_of(record)));
}

struct roster_json *journal_json(const struct record *record, bool whole,
                                 const struct roster_registry *registry, struct roster_arena *arena)
{
    char time[TIME_TEXT_LEN];
    str copy = {0};
    struct roster_json *out = json_new(arena, JSON_OBJECT);
    bool ok = out != NULL && arena_copy(arena, time_of(record, time), &copy) &&
              json_put_string(out, arena, STR("time"), copy) && put_texts(out, record, arena) &&
              put_facts(out, record, arena) && (!whole || put_whole(out, record, registry, arena));
    return ok ? out : NULL;
}
