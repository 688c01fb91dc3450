// patch_apply.c: the operations of a PATCH, one after the other, on one resource.
//
// A row of `targets` says what an operation does to its kind of target; edges that the caller keeps
// elsewhere are listed instead. The first failure ends it all.
// SPDX-License-Identifier: Apache-2.0
#include "scim/patch_run.h"

#include "base/limits.h"
#include "scim/compare.h"
#include "scim/value.h"

enum target {
    TARGET_EXTENSION,   // the whole container
    TARGET_SINGLE,      // a single value, simple or complex
    TARGET_SUB,         // a sub-attribute of one
    TARGET_LIST,        // all values of a multi-valued attribute
    TARGET_VALUES,      // those that match a filter
    TARGET_VALUE_SUBS,  // a sub-attribute in all of them, or in those that match
};

static enum target target_of(const struct path *path)
{
    if (path->attr == NULL) {
        return TARGET_EXTENSION;
    }
    if (!path->attr->multi_valued) {
        return path->sub == NULL ? TARGET_SINGLE : TARGET_SUB;
    }
    if (path->sub != NULL) {
        return TARGET_VALUE_SUBS;
    }
    return path->filter == NULL ? TARGET_LIST : TARGET_VALUES;
}

// Setting a whole extension is many operations; what is left is taking it away.
static bool remove_extension(struct patch_run *run, const struct patch_operation *op)
{
    assert(patch_is_removal(op));
    struct roster_json *container = json_find(run->resource, op->path.extension->id);
    if (container != NULL) {
        json_remove(run->resource, container);
    }
    return true;
}

static bool (*const targets[])(struct patch_run *run, const struct patch_operation *op) = {
    [TARGET_EXTENSION] = remove_extension,
    [TARGET_SINGLE] = patch_single,
    [TARGET_SUB] = patch_sub,
    [TARGET_LIST] = patch_list,
    [TARGET_VALUES] = patch_values,
    [TARGET_VALUE_SUBS] = patch_value_subs,
};

bool patch_visit(struct patch_run *run, size_t count)
{
    run->budget.left -= (int64_t)count;
    return run->budget.left >= 0 || fail(run->err, ROSTER_ERR_TOO_MANY, 0,
                                         "the PATCH looks at too many values: send it in parts");
}

bool patch_select(struct patch_run *run, const struct roster_filter *filter,
                  const struct roster_json *element, bool *matches)
{
    enum filter_outcome got = filter_decide(filter, element, true, &run->budget, run->scope->arena);
    *matches = got == FILTER_MATCHES;
    return got == FILTER_NO_MEMORY ? fail_memory(run->err) : patch_visit(run, 0);
}

bool patch_is_removal(const struct patch_operation *op)
{
    return op->op == PATCH_REMOVE || op->value == NULL;
}

bool patch_container(struct patch_run *run, const struct patch_operation *op, bool make,
                     struct roster_json **out)
{
    *out = resource_container(run->resource, op->path.extension, make, run->scope->arena);
    return *out != NULL || !make || fail_memory(run->err);
}

bool patch_put_copy(struct patch_run *run, struct roster_json *object, str name,
                    const struct roster_json *value)
{
    struct roster_json *copy = json_copy(run->scope->arena, value);
    if (copy == NULL) {
        return fail_memory(run->err);
    }
    json_replace(object, name, copy);
    return true;
}

static bool lists_uri(const struct roster_json *list, str uri)
{
    const struct roster_json *element = json_is(list, JSON_ARRAY) ? list->first : NULL;
    while (element != NULL &&
           !(element->kind == JSON_STRING && str_equal_nocase(element->text, uri))) {
        element = element->next;
    }
    return element != NULL;
}

// Taking a URI out of `schemas` takes its container away; the base stays (P-232).
static bool apply_schemas(struct patch_run *run, const struct patch_operation *op)
{
    const struct roster_resource_type *type = run->scope->type;
    if (!resource_list_schemas(run->scope, run->resource)) {
        return fail_memory(run->err);
    }
    if (!targets[target_of(&op->path)](run, op)) {
        return false;
    }
    patch_close_index(run);
    const struct roster_json *list = json_find(run->resource, STR("schemas"));
    if (!lists_uri(list, type->schema->id)) {
        return fail(run->err, ROSTER_ERR_MUTABILITY, 0, "schemas must keep \"%.*s\"",
                    STR_ARGS(type->schema->id));
    }
    for (size_t at = 0; at < type->extension_count; at++) {
        struct roster_json *container = json_find(run->resource, type->extensions[at].schema->id);
        if (container != NULL && !lists_uri(list, type->extensions[at].schema->id)) {
            json_remove(run->resource, container);
        }
    }
    return true;
}

// An attribute that cannot change once it is set may be given its own value again (P-230).
static bool apply_immutable(struct patch_run *run, const struct patch_operation *op)
{
    patch_close_index(run);
    struct roster_json *container = json_find(run->resource, STR("schemas"));
    if (!patch_container(run, op, false, &container)) {
        return false;
    }
    const struct roster_json *old = json_find(container, op->path.attr->name);
    struct roster_json *before = old == NULL ? NULL : json_copy(run->scope->arena, old);
    if (old != NULL && before == NULL) {
        return fail_memory(run->err);
    }
    if (!targets[target_of(&op->path)](run, op)) {
        return false;
    }
    patch_close_index(run);
    const struct roster_json *after = json_find(container, op->path.attr->name);
    if (before != NULL && !value_equal(op->path.attr, before, after, run->scope->arena)) {
        return value_fail(run->err, ROSTER_ERR_MUTABILITY, op->path.attr,
                          "cannot be changed once it is set");
    }
    return true;
}

static bool apply_one(struct patch_run *run, const struct patch_operation *op)
{
    const struct attr *attr = op->path.attr;
    if (target_of(&op->path) != TARGET_LIST) {
        patch_close_index(run);
    }
    if (attr != NULL && attr == type_attr(run->scope->type, STR("schemas"))) {
        return apply_schemas(run, op);
    }
    if (attr != NULL && attr->mutability == ATTR_IMMUTABLE) {
        return apply_immutable(run, op);
    }
    return targets[target_of(&op->path)](run, op);
}

struct edge_list {
    struct edge_change *first;
    struct edge_change **tail;
};

static enum edge_op edge_op_of(const struct patch_operation *op)
{
    if (op->path.filter != NULL) {
        return EDGE_FILTER;
    }
    if (op->has_values) {
        return EDGE_REMOVE;
    }
    return op->op == PATCH_ADD && op->value != NULL ? EDGE_ADD : EDGE_REPLACE;
}

static bool push_edges(struct patch_run *run, const struct patch_operation *op,
                       struct edge_list *edges)
{
    assert(op->path.sub == NULL && attr_is_edges(op->path.attr));
    struct edge_change *change = arena_alloc(run->scope->arena, sizeof(*change));
    if (change == NULL) {
        return fail_memory(run->err);
    }
    *change = (struct edge_change){.op = edge_op_of(op),
                                   .attr = op->path.attr,
                                   .values = op->value,
                                   .filter = op->path.filter,
                                   .index = op->index};
    *edges->tail = change;
    edges->tail = &change->next;
    return true;
}

static bool check_guards(const struct patch_run *run, const struct patch_guard *guard)
{
    for (; guard != NULL; guard = guard->next) {
        const struct roster_json *container =
            resource_container(run->resource, guard->extension, false, run->scope->arena);
        if (!json_is_unassigned(json_find(container, guard->attr->not_with))) {
            run->err->operation = guard->index;
            return value_fail_apart(run->err, guard->attr);
        }
    }
    return true;
}

bool patch_apply(const struct scope *scope, const struct patch *patch, struct roster_json *resource,
                 const struct attr *external, struct edge_change **edges, struct roster_error *err)
{
    assert(external == NULL || edges != NULL);
    struct patch_run run = {
        .scope = scope, .resource = resource, .err = err, .budget = {PATCH_VISITS_MAX}};
    struct edge_list list = {0};
    struct lacks lacks = {0};
    list.tail = &list.first;
    if (!resource_lacks(scope, resource, &lacks, err)) {
        return false;
    }
    for (const struct patch_operation *op = patch->first; op != NULL; op = op->next) {
        bool is_external = external != NULL && op->path.attr == external;
        if (is_external ? !push_edges(&run, op, &list) : !apply_one(&run, op)) {
            err->operation = op->index;
            return false;
        }
    }
    patch_close_index(&run);
    if (!resource_finish_change(scope, resource, &lacks, err) ||
        !check_guards(&run, patch->guards)) {
        return false;
    }
    if (edges != NULL) {
        *edges = list.first;
    }
    return true;
}

bool roster_patch_apply(const struct roster_resource_type *type, const struct roster_json *resource,
                        const struct roster_json *message, struct roster_quirks *quirks,
                        struct roster_arena *arena, struct roster_json **out,
                        struct roster_error *err)
{
    struct scope scope = {type, quirks, arena};
    struct patch patch = {0};
    if (!patch_parse(&scope, message, &patch, err)) {
        return false;
    }
    struct roster_json *copy = json_copy(arena, resource);
    if (copy == NULL) {
        return fail_memory(err);
    }
    if (!patch_apply(&scope, &patch, copy, NULL, NULL, err)) {
        return false;
    }
    *out = copy;
    return true;
}
