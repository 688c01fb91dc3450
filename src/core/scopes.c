// scopes.c: names of resource types to numbers, and scopes in standard form.
// SPDX-License-Identifier: Apache-2.0
#include "core/scopes.h"

#include "scim/registry.h"
#include "store/schemas.h"

static void mean_type(struct actor_scope *scope, int type, bool writes)
{
    int at = 0;
    while (at < scope->count && scope->types[at] != type) {
        at++;
    }
    if (at == SCOPES_MAX) {
        return;
    }
    scope->types[at] = type;
    scope->count += at == scope->count;
    scope->writes_type |= writes ? 1u << at : 0;
}

struct actor_scope scopes_mean(str text, const struct roster_registry *registry)
{
    struct actor_scope scope = {0};
    struct scope_term term = {0};
    while (scope_take(&text, &term) == SCOPE_TERM) {
        if (term.type.len == 0) {
            scope.writes |= term.writes;
            scope.reads = true;
            continue;
        }
        const struct roster_resource_type *type = roster_registry_type(registry, term.type);
        if (type != NULL) {
            mean_type(&scope, type->number, term.writes);
        }
    }
    return scope;
}

// The name as the type spells it; empty when the tenant has no such type.
static str spell_type(const struct schema_rows *rows, str name)
{
    size_t count = 0;
    const struct registry_type *types = registry_builtin_types(&count);
    for (size_t at = 0; at < count; at++) {
        if (str_equal_nocase(types[at].name, name)) {
            return types[at].name;
        }
    }
    for (const struct type_row *row = rows->types; row != NULL; row = row->next) {
        if (str_equal_nocase(row->name, name)) {
            return row->name;
        }
    }
    return (str){0};
}

static bool is_there(str scopes, const struct scope_term *term)
{
    struct scope_term other = {0};
    while (scope_take(&scopes, &other) == SCOPE_TERM) {
        if (other.writes == term->writes && str_equal(other.type, term->type)) {
            return true;
        }
    }
    return false;
}

static bool add_term(const struct schema_rows *rows, struct scope_term *term, struct text *out,
                     struct roster_error *err)
{
    str name = spell_type(rows, term->type);
    if (term->type.len > 0 && name.len == 0) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "scope: the tenant has no resource type \"%.*s\"",
                    STR_ARGS(str_head(term->type, term->type.len < 100 ? term->type.len : 100)));
    }
    term->type = name;
    if (!is_there(text_str(out), term)) {
        text_add(out, out->len > 0 ? STR(",") : (str){0});
        text_add(out, term->writes ? STR("write") : STR("read"));
        text_add(out, name.len > 0 ? STR(":") : (str){0});
        text_add(out, name);
    }
    return true;
}

bool scopes_check(const struct admin *admin, int64_t tenant, str text, str *out,
                  struct roster_error *err)
{
    struct schema_rows rows = {0};
    struct scope_term term = {0};
    struct text made;
    int count = 0;
    text_init(&made, admin->arena, SCOPES_TEXT_MAX);
    enum store_outcome got = schema_rows_load(admin->writer, tenant, admin->arena, &rows);
    if (got != STORE_OK) {
        return admin_refuse(got, err);
    }
    enum scope_outcome taken = scope_take(&text, &term);
    for (; taken == SCOPE_TERM; taken = scope_take(&text, &term)) {
        if (!add_term(&rows, &term, &made, err)) {
            return false;
        }
        count++;
    }
    if (taken == SCOPE_MALFORMED || count == 0) {
        return fail(err, ROSTER_ERR_BAD_REQUEST, 0,
                    "scopes are read, write, read:TYPE and write:TYPE, such as "
                    "read,write:Group");
    }
    *out = text_str(&made);
    return (count <= SCOPES_MAX && !made.full) ||
           fail(err, ROSTER_ERR_INVALID_VALUE, 0, "scope: at most %d scopes and %d bytes",
                SCOPES_MAX, SCOPES_TEXT_MAX);
}
