// settings.c: the settings of a tenant: a profile, quirks that differ from it, and switches.
//
//   {"profile":"rfc","quirks":{"coerce-boolean":true},"switches":{"store-passwords":true}}
//
// Only what was set is stored, so that a tenant follows its profile when that learns a new quirk.
// SPDX-License-Identifier: Apache-2.0
#include "core/admin.h"
#include "core/bounds.h"
#include "core/silence.h"

static const char *const profiles[] = {
    [ROSTER_PROFILE_INTEROP] = "interop",
    [ROSTER_PROFILE_RFC] = "rfc",
};

static const struct {
    const char *name;
    const char *text;
} switches[TENANT_SWITCH_COUNT] = {
    [TENANT_STORE_PASSWORDS] = {"store-passwords",
                                "the hash of a user's password is kept (Argon2id); off: it is "
                                "checked and dropped, and what was kept goes"},
    [TENANT_ADOPT_IDENTICAL] = {"adopt-identical",
                                "a create whose externalId and content a resource of the same "
                                "source has already is answered with that resource"},
    [TENANT_DEVICES] = {"devices", "the tenant has Devices and EndpointApps (RFC 9944)"},
    [TENANT_ROLES] = {"roles", "the tenant lists Roles and Entitlements (experimental)"},
    [TENANT_ROLES_ENFORCED] = {"roles-enforced",
                               "users get only roles and entitlements that the tenant lists "
                               "(experimental)"},
    [TENANT_BASIC] = {"basic", "requests may carry the id and secret of a client as user and "
                               "password (RFC 7617)"},
};

const char *tenant_switch_name(enum tenant_switch which)
{
    assert((size_t)which < COUNT_OF(switches));
    return switches[which].name;
}

const char *tenant_switch_text(enum tenant_switch which)
{
    assert((size_t)which < COUNT_OF(switches));
    return switches[which].text;
}

bool tenant_switch_is_on(const struct tenant_settings *settings, enum tenant_switch which)
{
    assert((size_t)which < COUNT_OF(switches));
    return (settings->switches_on >> which & 1) != 0;
}

static bool find_switch(str name, enum tenant_switch *out)
{
    for (size_t i = 0; i < COUNT_OF(switches); i++) {
        if (str_equal(name, str_of(switches[i].name))) {
            *out = (enum tenant_switch)i;
            return true;
        }
    }
    return false;
}

const char *tenant_profile_name(enum roster_profile profile)
{
    assert((size_t)profile < COUNT_OF(profiles));
    return profiles[profile];
}

static bool find_profile(str name, enum roster_profile *out)
{
    for (size_t i = 0; i < COUNT_OF(profiles); i++) {
        if (str_equal(name, str_of(profiles[i]))) {
            *out = (enum roster_profile)i;
            return true;
        }
    }
    return false;
}

bool tenant_settings_parse(str json, struct roster_arena *arena, struct roster_json **out,
                           struct roster_error *err)
{
    struct roster_error why = {0};
    if (json.len == 0) {
        *out = json_new(arena, JSON_OBJECT);
        return *out != NULL || fail_memory(err);
    }
    if (!roster_json_read(json, arena, out, &why) || !json_is(*out, JSON_OBJECT)) {
        return why.code == ROSTER_ERR_NO_MEMORY
                   ? fail_memory(err)
                   : fail(err, ROSTER_ERR_INTERNAL, 0, "the settings of the tenant are damaged");
    }
    return true;
}

static uint64_t quirk_bit(enum roster_quirk quirk)
{
    return UINT64_C(1) << quirk;
}

static void mean_guard(const struct roster_json *settings, struct tenant_settings *out)
{
    const struct roster_json *set = json_find(settings, STR("guard"));
    for (int i = 0; i < GUARD_KIND_COUNT; i++) {
        enum guard_kind kind = (enum guard_kind)i;
        str text = json_find_text(set, str_of(budget_name(kind)));
        if (text.len == 0 || !budget_parse(text, &out->guard[kind])) {
            out->guard[kind] = budget_default(kind);
        }
    }
}

struct tenant_settings tenant_settings_mean(const struct roster_json *settings)
{
    struct tenant_settings out = {.profile = ROSTER_PROFILE_INTEROP};
    // An unknown profile, from a newer version, is the default one.
    (void)find_profile(json_find_text(settings, STR("profile")), &out.profile);
    out.quirks_on = roster_quirks_of(out.profile).on;
    out.removing = json_is(json_find(settings, STR("removing")), JSON_TRUE);
    for (size_t i = 0; i < COUNT_OF(switches); i++) {
        const struct roster_json *set =
            json_find(json_find(settings, STR("switches")), str_of(switches[i].name));
        out.switches_on |= json_is(set, JSON_TRUE) ? 1u << i : 0;
    }
    const struct roster_json *quirks = json_find(settings, STR("quirks"));
    const struct roster_json *member = json_is(quirks, JSON_OBJECT) ? quirks->first : NULL;
    for (; member != NULL; member = member->next) {
        enum roster_quirk quirk;
        if (json_is_bool(member) && roster_quirk_find(member->key, &quirk)) {
            out.quirks_on = json_is(member, JSON_TRUE) ? out.quirks_on | quirk_bit(quirk)
                                                       : out.quirks_on & ~quirk_bit(quirk);
        }
    }
    bounds_mean(settings, &out.bounds);
    mean_guard(settings, &out);
    if (!silence_setting_parse(json_find_text(settings, STR("silence-alarm")), &out.silence)) {
        out.silence = SILENCE_AUTO;
    }
    return out;
}

bool tenant_settings_read(str json, struct roster_arena *arena, struct tenant_settings *out,
                          struct roster_error *err)
{
    struct roster_json *settings = NULL;
    if (!tenant_settings_parse(json, arena, &settings, err)) {
        return false;
    }
    *out = tenant_settings_mean(settings);
    return true;
}

static bool put_profile(struct roster_json *settings, str value, struct roster_arena *arena,
                        struct roster_error *err)
{
    enum roster_profile profile;
    if (!find_profile(value, &profile)) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "profile is interop or rfc");
    }
    struct roster_json *name = json_string(arena, str_of(tenant_profile_name(profile)));
    if (name == NULL) {
        return fail_memory(err);
    }
    json_replace(settings, STR("profile"), name);
    return true;
}

// A setting that is a text; "default" takes it out.
static bool put_text(struct roster_json *settings, str key, str value, struct roster_arena *arena,
                     struct roster_error *err)
{
    struct roster_json *set = json_find(settings, key);
    if (str_equal(value, STR("default"))) {
        if (set != NULL) {
            json_remove(settings, set);
        }
        return true;
    }
    struct roster_json *text = json_string(arena, value);
    if (text == NULL) {
        return fail_memory(err);
    }
    json_replace(settings, key, text);
    return true;
}

static bool put_silence(struct roster_json *settings, str value, struct roster_arena *arena,
                        struct roster_error *err)
{
    int64_t ignored = 0;
    if (!str_equal(value, STR("default")) && !silence_setting_parse(value, &ignored)) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "silence-alarm is auto (several times what is usual for the source), off, or a "
                    "duration of 5m or more, such as 6h");
    }
    return put_text(settings, STR("silence-alarm"), value, arena, err);
}

enum choice { CHOICE_ON, CHOICE_OFF, CHOICE_DEFAULT, CHOICE_NONE };

static enum choice choice_of(str value)
{
    static const char *const names[] = {
        [CHOICE_ON] = "on", [CHOICE_OFF] = "off", [CHOICE_DEFAULT] = "default"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (str_equal(value, str_of(names[i]))) {
            return (enum choice)i;
        }
    }
    return CHOICE_NONE;
}

static struct roster_json *ensure_object(struct roster_json *settings, str key,
                                         struct roster_arena *arena)
{
    struct roster_json *object = json_find(settings, key);
    if (!json_is(object, JSON_OBJECT)) {
        object = json_new(arena, JSON_OBJECT);
        if (object != NULL) {
            json_replace(settings, key, object);
        }
    }
    return object;
}

static bool put_budget(struct roster_json *settings, enum guard_kind kind, str value,
                       struct roster_arena *arena, struct roster_error *err)
{
    struct budget budget;
    struct roster_json *object = ensure_object(settings, STR("guard"), arena);
    if (object == NULL) {
        return fail_memory(err);
    }
    if (!str_equal(value, STR("default")) && !budget_parse(value, &budget)) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "%s is COUNT,PERCENT%%/TIME (such as 3,10%%/1d: three, or a tenth of what "
                    "there is, within a day; 1m to 90d), off or default",
                    budget_setting(kind));
    }
    return put_text(object, str_of(budget_name(kind)), value, arena, err);
}

// All budgets at once.
static bool put_guard(struct roster_json *settings, str value, struct roster_arena *arena,
                      struct roster_error *err)
{
    bool on = str_equal(value, STR("on")) || str_equal(value, STR("default"));
    if (!on && !str_equal(value, STR("off"))) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "guard is on (the budgets of a new tenant) or off; guard-deactivations and "
                    "the like set one budget");
    }
    for (int i = 0; i < GUARD_KIND_COUNT; i++) {
        if (!put_budget(settings, (enum guard_kind)i, on ? STR("default") : value, arena, err)) {
            return false;
        }
    }
    return true;
}

// Sets or, for the default, takes out the member `name` of the object `key`.
static bool put_choice(struct roster_json *settings, str key, str name, enum choice choice,
                       struct roster_arena *arena, struct roster_error *err)
{
    struct roster_json *object = ensure_object(settings, key, arena);
    struct roster_json *value = json_bool(arena, choice == CHOICE_ON);
    if (object == NULL || value == NULL) {
        return fail_memory(err);
    }
    if (choice != CHOICE_DEFAULT) {
        json_replace(object, name, value);
    } else if (json_find(object, name) != NULL) {
        json_remove(object, json_find(object, name));
    }
    return true;
}

// The one setting whose name says what is refused, not what is tolerated.
static enum choice inverse(enum choice choice)
{
    switch (choice) {
    case CHOICE_ON:
        return CHOICE_OFF;
    case CHOICE_OFF:
        return CHOICE_ON;
    case CHOICE_DEFAULT:
    case CHOICE_NONE:
        break;
    }
    return choice;
}

bool tenant_settings_put(struct roster_json *settings, const struct tenant_setting *setting,
                         struct roster_arena *arena, struct roster_error *err)
{
    if (str_equal(setting->key, STR("profile"))) {
        return put_profile(settings, setting->value, arena, err);
    }
    if (bound_is_known(setting->key)) {
        return bound_put(settings, setting->key, setting->value, arena, err);
    }
    if (str_equal(setting->key, STR("silence-alarm"))) {
        return put_silence(settings, setting->value, arena, err);
    }
    enum guard_kind kind;
    if (str_equal(setting->key, STR("guard"))) {
        return put_guard(settings, setting->value, arena, err);
    }
    if (budget_find_setting(setting->key, &kind)) {
        return put_budget(settings, kind, setting->value, arena, err);
    }
    enum choice choice = choice_of(setting->value);
    enum roster_quirk quirk = ROSTER_QUIRK_UNKNOWN_ATTRIBUTE;
    enum tenant_switch ignored;
    bool is_switch = find_switch(setting->key, &ignored);
    bool strict = str_equal(setting->key, STR("strict-attributes"));
    str shown = str_head(setting->key, setting->key.len < 100 ? setting->key.len : 100);
    if (!strict && !is_switch && !roster_quirk_find(setting->key, &quirk)) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "there is no setting \"%.*s\": roster help tenant set lists them",
                    STR_ARGS(shown));
    }
    if (choice == CHOICE_NONE) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "%.*s is on, off or default",
                    STR_ARGS(shown));
    }
    if (is_switch) {
        return put_choice(settings, STR("switches"), setting->key, choice, arena, err);
    }
    return put_choice(settings, STR("quirks"), str_of(roster_quirk_name(quirk)),
                      strict ? inverse(choice) : choice, arena, err);
}
