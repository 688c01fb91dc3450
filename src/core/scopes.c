// scopes.c: names of resource types to numbers, and scopes in standard form.
// SPDX-License-Identifier: Apache-2.0
#include "core/scopes.h"

#include "scim/modules.h"
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

// A resource type that a scope may name.
struct scope_type {
    str name;  // as the type spells it
    bool managed;
};

// The one at place `at` of those that the tenant has; false: there are no more.
static bool take_type(const struct schema_rows *rows, size_t at, struct scope_type *out)
{
    size_t count = 0;
    const struct registry_type *types = registry_builtin_types(&count);
    if (at < count) {
        *out = (struct scope_type){types[at].name, types[at].managed};
        return true;
    }
    const struct type_row *row = rows->types;
    for (; row != NULL && at > count; at--) {
        row = row->next;
    }
    if (row != NULL) {
        enum module ignored;
        const struct registry_type *shipped = module_type(row->type, &ignored);
        *out = (struct scope_type){row->name, shipped != NULL && shipped->managed};
    }
    return row != NULL;
}

static bool find_type(const struct schema_rows *rows, str name, struct scope_type *out)
{
    bool found = false;
    for (size_t at = 0; !found && take_type(rows, at, out); at++) {
        found = str_equal_nocase(out->name, name);
    }
    return found;
}

// Says which types there are, for reading or for writing.
static bool refuse_type(const struct schema_rows *rows, const struct scope_term *term,
                        const char *why, struct roster_arena *arena, struct roster_error *err)
{
    struct scope_type type = {0};
    struct text list;
    text_init(&list, arena, DETAIL_MAX / 2);
    for (size_t at = 0; take_type(rows, at, &type); at++) {
        if (!term->writes || !type.managed) {
            text_add(&list, list.len > 0 ? STR(", ") : (str){0});
            text_add(&list, type.name);
        }
    }
    str named = str_head(term->type, term->type.len < 40 ? term->type.len : 40);
    str types = list.full ? STR("see roster schema list") : text_str(&list);
    return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "scope: %s \"%.*s\"; there are: %.*s", why,
                STR_ARGS(named), STR_ARGS(types));
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
    struct scope_type type = {0};
    if (term->type.len > 0 && !find_type(rows, term->type, &type)) {
        return refuse_type(rows, term, "the tenant has no resource type", out->arena, err);
    }
    if (term->writes && type.managed) {
        return refuse_type(rows, term, "clients only read resources of the type", out->arena, err);
    }
    str name = term->type.len > 0 ? type.name : (str){0};
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
