// value_role.c: roles that arrive as JSON text inside `value`.
//
// One mode of Entra ID sends {"value": "{\"id\":…,\"value\":\"Admin\",\"displayName\":\"Admin\"}"}.
// SPDX-License-Identifier: Apache-2.0
#include "scim/value.h"

#include "scim/quirks.h"

static bool looks_like_object(str text)
{
    text = str_trim(text);
    return text.len > 0 && text.ptr[0] == '{';
}

// A copy of `value` with the name from inside, and what else is only there.
static struct roster_json *unpacked(const struct scope *scope, const struct roster_json *value,
                                    const struct roster_json *inside)
{
    static const char *const names[] = {"displayName", "display", "type", "primary"};
    struct roster_json *role = json_copy(scope->arena, value);
    struct roster_json *name = json_copy(scope->arena, json_find(inside, STR("value")));
    if (role == NULL || name == NULL) {
        return NULL;
    }
    json_replace(role, STR("value"), name);
    for (size_t at = 0; at < COUNT_OF(names); at++) {
        const struct roster_json *part = json_find(inside, str_of(names[at]));
        if (part == NULL || json_find(role, str_of(names[at])) != NULL) {
            continue;
        }
        struct roster_json *copy = json_copy(scope->arena, part);
        if (copy == NULL) {
            return NULL;
        }
        json_put(role, str_of(names[at]), copy);
    }
    return role;
}

// Text that is no JSON stays text; only a full arena is a failure.
static bool read_text(const struct scope *scope, str text, struct roster_json **out,
                      struct roster_error *err)
{
    struct roster_error inner = {0};
    *out = NULL;
    if (roster_json_read(text, scope->arena, out, &inner)) {
        return true;
    }
    *out = NULL;
    return inner.code != ROSTER_ERR_NO_MEMORY || fail_memory(err);
}

bool value_unpack_role(const struct scope *scope, const struct roster_json *value,
                       const struct roster_json **out, struct roster_error *err)
{
    str packed = json_find_text(value, STR("value"));
    struct roster_json *inside = NULL;
    *out = value;
    if (!looks_like_object(packed) || !quirk_is_on(scope->quirks, ROSTER_QUIRK_ROLES_JSON_TEXT)) {
        return true;
    }
    if (!read_text(scope, packed, &inside, err)) {
        return false;
    }
    str name = json_find_text(inside, STR("value"));
    // A name that is JSON text again would be unpacked once more at the next write.
    if (name.len == 0 || looks_like_object(name)) {
        return true;
    }
    struct roster_json *role = unpacked(scope, value, inside);
    if (role == NULL) {
        return fail_memory(err);
    }
    (void)quirk_take(scope->quirks, ROSTER_QUIRK_ROLES_JSON_TEXT);
    *out = role;
    return true;
}
