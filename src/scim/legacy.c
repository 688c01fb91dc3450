// legacy.c: old schema URIs, as a table.
// SPDX-License-Identifier: Apache-2.0
#include "scim/legacy.h"

#include "scim/quirks.h"

enum legacy_kind { LEGACY_CORE, LEGACY_ENTERPRISE };

static const struct {
    const char *uri;
    enum legacy_kind kind;
} names[] = {
    {"urn:scim:schemas:core:1.0", LEGACY_CORE},
    {"urn:scim:schemas:core:2.0", LEGACY_CORE},
    {"urn:scim:schemas:core:2.0:User", LEGACY_CORE},
    {"urn:scim:schemas:core:2.0:Group", LEGACY_CORE},
    {"urn:scim:schemas:extension:enterprise:1.0", LEGACY_ENTERPRISE},
    {"urn:scim:schemas:extension:enterprise:2.0", LEGACY_ENTERPRISE},
    {"urn:scim:schemas:extension:enterprise:2.0:User", LEGACY_ENTERPRISE},
};

static bool is_legacy(str uri, enum legacy_kind kind)
{
    for (size_t at = 0; at < COUNT_OF(names); at++) {
        if (names[at].kind == kind && str_equal_nocase(uri, str_of(names[at].uri))) {
            return true;
        }
    }
    return false;
}

bool legacy_is_core(str uri)
{
    return is_legacy(uri, LEGACY_CORE);
}

const struct schema *legacy_extension(const struct scope *scope, str uri)
{
    const struct schema *found = type_extension(scope->type, uri);
    if (found != NULL || !is_legacy(uri, LEGACY_ENTERPRISE)) {
        return found;
    }
    found = type_extension(scope->type, URI_ENTERPRISE);
    return found != NULL && quirk_take(scope->quirks, ROSTER_QUIRK_LEGACY_SCHEMAS) ? found : NULL;
}

// The longest row that the path starts with, up to a ':'. COUNT_OF(names): there is none.
static size_t find_prefix(str path)
{
    size_t found = COUNT_OF(names);
    size_t longest = 0;
    for (size_t at = 0; at < COUNT_OF(names); at++) {
        str uri = str_of(names[at].uri);
        if (uri.len > longest && path.len > uri.len && path.ptr[uri.len] == ':' &&
            str_starts_nocase(path, uri)) {
            found = at;
            longest = uri.len;
        }
    }
    return found;
}

bool legacy_path(const struct scope *scope, str path, str *out)
{
    size_t row = find_prefix(path);
    *out = path;
    if (row == COUNT_OF(names) || !quirk_take(scope->quirks, ROSTER_QUIRK_LEGACY_SCHEMAS)) {
        return true;
    }
    str rest = str_tail(path, str_of(names[row].uri).len);
    str uri = names[row].kind == LEGACY_CORE ? scope->type->schema->id : URI_ENTERPRISE;
    return arena_format(scope->arena, out, "%.*s%.*s", STR_ARGS(uri), STR_ARGS(rest));
}
