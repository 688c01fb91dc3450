// tenant_print.c: tenants as JSON and as tables.
// SPDX-License-Identifier: Apache-2.0
#include "cli/tenant_print.h"

#include "core/silence.h"

enum { LIST_COLUMNS = 7, QUIRK_COLUMNS = 4 };

static const char *state_of(const struct tenant_row *row, const struct tenant_settings *settings)
{
    if (settings->removing) {
        return "removing";
    }
    return row->suspended ? "suspended" : "active";
}

static bool is_on(const struct tenant_settings *settings, enum roster_quirk quirk)
{
    return (settings->quirks_on >> quirk & 1) != 0;
}

static str rate_text(struct roster_arena *arena, const struct tenant_settings *settings)
{
    char text[RATE_TEXT_LEN];
    str copy = {0};
    if (!settings->bounds.has_rate) {
        return STR("default");
    }
    rate_print(settings->bounds.rate, text);
    return arena_copy(arena, str_of(text), &copy) ? copy : (str){0};
}

static str quota_text(struct roster_arena *arena, int64_t max)
{
    str text = {0};
    if (max == 0) {
        return STR("unlimited");
    }
    return arena_format(arena, &text, "%lld", (long long)max) ? text : (str){0};
}

static bool put_quota(struct roster_json *out, struct roster_arena *arena, str key, int64_t max)
{
    return max > 0 ? json_put_i64(out, arena, key, max)
                   : json_put_made(out, key, json_new(arena, JSON_NULL));
}

static bool put_switches(struct roster_json *out, struct roster_arena *arena,
                         const struct tenant_settings *settings)
{
    for (int i = 0; i < TENANT_SWITCH_COUNT; i++) {
        enum tenant_switch which = (enum tenant_switch)i;
        if (!json_put_bool(out, arena, str_of(tenant_switch_name(which)),
                           tenant_switch_is_on(settings, which))) {
            return false;
        }
    }
    return true;
}

// Empty when the arena is full.
static str silence_text(struct roster_arena *arena, const struct tenant_settings *settings)
{
    struct text text;
    text_init(&text, arena, arena_max(arena));
    silence_setting_print(&text, settings->silence);
    return text.full ? (str){0} : text_str(&text);
}

// Names of the sources that are silent, as a list.
static struct roster_json *silent_json(struct roster_arena *arena, const struct tenant_row *row)
{
    struct roster_json *out = json_new(arena, JSON_ARRAY);
    str rest = row->silent;
    while (out != NULL && rest.len > 0) {
        str name = {0};
        (void)str_cut(rest, ',', &name, &rest);
        struct roster_json *one = json_string(arena, name);
        if (one == NULL) {
            return NULL;
        }
        json_push(out, one);
    }
    return out;
}

static bool put_budgets(struct roster_json *out, struct roster_arena *arena,
                        const struct tenant_settings *settings)
{
    for (int i = 0; i < GUARD_KIND_COUNT; i++) {
        struct text text;
        text_init(&text, arena, arena_max(arena));
        budget_print(&text, &settings->guard[i]);
        if (text.full || !json_put_string(out, arena, str_of(budget_setting((enum guard_kind)i)),
                                          text_str(&text))) {
            return false;
        }
    }
    return true;
}

static struct roster_json *quirks_json(struct roster_arena *arena,
                                       const struct tenant_settings *settings)
{
    struct roster_json *out = json_new(arena, JSON_OBJECT);
    for (int i = 0; out != NULL && i < ROSTER_QUIRK_COUNT; i++) {
        enum roster_quirk quirk = (enum roster_quirk)i;
        if (!json_put_bool(out, arena, str_of(roster_quirk_name(quirk)), is_on(settings, quirk))) {
            return NULL;
        }
    }
    return out;
}

// What the settings column sets apart from the profile; never NULL but for a full arena.
static struct roster_json *set_apart(struct roster_arena *arena, const struct tenant_row *row)
{
    struct roster_json *settings = NULL;
    struct roster_error err = {0};
    if (row->settings.len > 0 && roster_json_read(row->settings, arena, &settings, &err)) {
        const struct roster_json *quirks = json_find(settings, STR("quirks"));
        if (json_is(quirks, JSON_OBJECT)) {
            return json_copy(arena, quirks);
        }
    }
    return json_new(arena, JSON_OBJECT);
}

static struct roster_json *tenant_json(struct roster_arena *arena, const struct tenant_row *row,
                                       const struct tenant_settings *settings)
{
    struct roster_json *out = json_new(arena, JSON_OBJECT);
    bool ok = out != NULL && json_put_string(out, arena, STR("name"), row->name) &&
              json_put_string(out, arena, STR("state"), str_of(state_of(row, settings))) &&
              json_put_string(out, arena, STR("profile"),
                              str_of(tenant_profile_name(settings->profile))) &&
              json_put_made(out, STR("created"), json_time(arena, row->created_ms)) &&
              json_put_i64(out, arena, STR("users"), row->user_count) &&
              json_put_i64(out, arena, STR("groups"), row->group_count) &&
              json_put_made(out, STR("silent"), silent_json(arena, row)) &&
              json_put_bool(out, arena, STR("strict-attributes"),
                            !is_on(settings, ROSTER_QUIRK_UNKNOWN_ATTRIBUTE)) &&
              put_switches(out, arena, settings) &&
              json_put_string(out, arena, STR("rate"), rate_text(arena, settings)) &&
              put_quota(out, arena, STR("users-max"), settings->bounds.users_max) &&
              put_quota(out, arena, STR("groups-max"), settings->bounds.groups_max) &&
              json_put_i64(out, arena, STR("access-seconds"), settings->bounds.access_seconds) &&
              put_budgets(out, arena, settings) &&
              json_put_string(out, arena, STR("silence-alarm"), silence_text(arena, settings)) &&
              json_put_made(out, STR("quirks"), quirks_json(arena, settings)) &&
              json_put_made(out, STR("set"), set_apart(arena, row));
    return ok ? out : NULL;
}

static bool read_settings(const struct call *call, const struct tenant_row *row,
                          struct tenant_settings *out, struct roster_error *err)
{
    return tenant_settings_read(row->settings, call->arena, out, err);
}

static bool fill_cells(const struct call *call, const struct tenant_row *row, str *cells,
                       struct roster_error *err)
{
    struct tenant_settings settings = {0};
    if (!read_settings(call, row, &settings, err)) {
        return false;
    }
    cells[0] = row->name;
    cells[1] = str_of(state_of(row, &settings));
    cells[2] = str_of(tenant_profile_name(settings.profile));
    cells[5] = print_minute(row->created_ms, STR("-"), call->arena);
    cells[6] = row->silent.len > 0 ? row->silent : STR("-");
    return (arena_format(call->arena, &cells[3], "%lld", (long long)row->user_count) &&
            arena_format(call->arena, &cells[4], "%lld", (long long)row->group_count)) ||
           fail_memory(err);
}

int tenant_print_list(const struct call *call, const struct tenant_row *first)
{
    static const char *const headings[LIST_COLUMNS] = {"NAME",   "STATE",   "PROFILE", "USERS",
                                                       "GROUPS", "CREATED", "SILENT"};
    struct roster_error err = {0};
    size_t count = 0;
    for (const struct tenant_row *row = first; row != NULL; row = row->next) {
        count++;
    }
    str *cells = arena_array(call->arena, count * LIST_COLUMNS + 1, sizeof(*cells));
    if (cells == NULL) {
        return io_stop(call->io, EX_TEMPFAIL, "there are too many tenants to list");
    }
    struct table table = {.headings = headings, .columns = LIST_COLUMNS, .cells = cells};
    for (const struct tenant_row *row = first; row != NULL; row = row->next) {
        if (!fill_cells(call, row, cells + table.rows++ * LIST_COLUMNS, &err)) {
            return io_refuse(call->io, &err);
        }
    }
    table_print(&call->io->out, &table);
    return EX_OK;
}

int tenant_print_list_json(const struct call *call, const struct tenant_row *first)
{
    struct roster_json *out = json_new(call->arena, JSON_ARRAY);
    struct roster_error err = {0};
    for (const struct tenant_row *row = first; out != NULL && row != NULL; row = row->next) {
        struct tenant_settings settings = {0};
        if (!read_settings(call, row, &settings, &err)) {
            return io_refuse(call->io, &err);
        }
        struct roster_json *tenant = tenant_json(call->arena, row, &settings);
        if (tenant == NULL) {
            return io_json(call->io, NULL);
        }
        json_push(out, tenant);
    }
    return io_json(call->io, out);
}

static void show_budgets(struct text *out, const struct tenant_settings *settings)
{
    for (int i = 0; i < GUARD_KIND_COUNT; i++) {
        text_format(out, "%-20s ", budget_setting((enum guard_kind)i));
        budget_print(out, &settings->guard[i]);
        text_char(out, '\n');
    }
}

static void show_head(const struct call *call, const struct tenant_row *row,
                      const struct tenant_settings *settings)
{
    struct text *out = &call->io->out;
    bool strict = !is_on(settings, ROSTER_QUIRK_UNKNOWN_ATTRIBUTE);
    text_format(out, "name                 %.*s\n", STR_ARGS(row->name));
    text_format(out, "state                %s\n", state_of(row, settings));
    text_format(out, "created              %.*s\n",
                STR_ARGS(print_minute(row->created_ms, STR("-"), call->arena)));
    text_format(out, "users                %lld\n", (long long)row->user_count);
    text_format(out, "groups               %lld\n", (long long)row->group_count);
    text_format(out, "profile              %s\n", tenant_profile_name(settings->profile));
    text_format(out, "strict-attributes    %s\n", strict ? "on" : "off");
    for (int i = 0; i < TENANT_SWITCH_COUNT; i++) {
        enum tenant_switch which = (enum tenant_switch)i;
        text_format(out, "%-20s %s\n", tenant_switch_name(which),
                    tenant_switch_is_on(settings, which) ? "on" : "off");
    }
    text_format(out, "rate                 %.*s\n", STR_ARGS(rate_text(call->arena, settings)));
    text_format(out, "users-max            %.*s\n",
                STR_ARGS(quota_text(call->arena, settings->bounds.users_max)));
    text_format(out, "groups-max           %.*s\n",
                STR_ARGS(quota_text(call->arena, settings->bounds.groups_max)));
    text_format(out, "access-seconds       %lld\n", (long long)settings->bounds.access_seconds);
    show_budgets(out, settings);
    text_format(out, "silence-alarm        %.*s\n", STR_ARGS(silence_text(call->arena, settings)));
    text_format(out, "silent               %.*s\n",
                STR_ARGS(row->silent.len > 0 ? row->silent : STR("-")));
    text_char(out, '\n');
}

static int show_quirks(const struct call *call, const struct tenant_row *row,
                       const struct tenant_settings *settings)
{
    static const char *const headings[QUIRK_COLUMNS] = {"QUIRK", "STATE", "BY", "WHEN ON"};
    str(*rows)[QUIRK_COLUMNS] = arena_array(call->arena, ROSTER_QUIRK_COUNT, sizeof(*rows));
    struct roster_json *set = set_apart(call->arena, row);
    if (rows == NULL || set == NULL) {
        return io_json(call->io, NULL);
    }
    for (int i = 0; i < ROSTER_QUIRK_COUNT; i++) {
        enum roster_quirk quirk = (enum roster_quirk)i;
        str *at = rows[i];
        at[0] = str_of(roster_quirk_name(quirk));
        at[1] = is_on(settings, quirk) ? STR("on") : STR("off");
        at[2] = json_find(set, at[0]) != NULL ? STR("setting") : STR("profile");
        at[3] = str_of(roster_quirk_text(quirk));
    }
    struct table table = {headings, QUIRK_COLUMNS, rows[0], ROSTER_QUIRK_COUNT};
    table_print(&call->io->out, &table);
    return EX_OK;
}

int tenant_print_json(const struct call *call, const struct tenant_row *row)
{
    struct tenant_settings settings = {0};
    struct roster_error err = {0};
    return read_settings(call, row, &settings, &err)
               ? io_json(call->io, tenant_json(call->arena, row, &settings))
               : io_refuse(call->io, &err);
}

int tenant_print(const struct call *call, const struct tenant_row *row)
{
    struct tenant_settings settings = {0};
    struct roster_error err = {0};
    if (!read_settings(call, row, &settings, &err)) {
        return io_refuse(call->io, &err);
    }
    show_head(call, row, &settings);
    return show_quirks(call, row, &settings);
}
