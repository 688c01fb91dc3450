// patch_values.c: operations on the values of a multi-valued attribute that match a filter, and on
// a sub-attribute in some or all of them.
//
//   target             add                  replace              remove, or null
//   attr[filter]       merged into each     each is replaced     each is removed
//   attr[filter].sub   set in each          set in each          unassigned in each
//   attr.sub           set in all           set in all           unassigned in all
//
// Without a match removing does nothing, and anything else needs PATCH_CREATE_ON_NO_MATCH.
// SPDX-License-Identifier: Apache-2.0
#include "scim/filter.h"
#include "scim/patch_run.h"
#include "scim/quirks.h"
#include "scim/value.h"

// One list, while an operation goes over it.
struct visitor {
    struct patch_run *run;
    const struct patch_operation *op;
    struct roster_json *old_primary;
    size_t matches;
};

static bool refuse_target(struct patch_run *run, const struct patch_operation *op)
{
    return fail(run->err, ROSTER_ERR_NO_TARGET, 0, "no value matches the path %.*s",
                STR_ARGS(op->path.text));
}

static bool is_conjunction(const struct roster_filter *filter)
{
    if (filter->kind == FILTER_EQ) {
        return filter->path.sub != NULL && filter->path.sub->mutability != ATTR_READ_ONLY;
    }
    const struct roster_filter *child = filter->kind == FILTER_AND ? filter->child : NULL;
    if (child == NULL) {
        return false;
    }
    while (child != NULL && is_conjunction(child)) {
        child = child->next;
    }
    return child == NULL;
}

static struct roster_json *literal(const struct roster_filter *filter, struct roster_arena *arena)
{
    if (filter->path.sub->type == ATTR_BOOLEAN) {
        return json_bool(arena, str_equal(filter->key, STR("1")));
    }
    struct roster_json *value = json_string(arena, filter->text);
    if (value != NULL && filter->operand == OPERAND_NUMBER) {
        value->kind = JSON_NUMBER;
    }
    return value;
}

// Makes the element have what the terms of the filter say.
static bool set_terms(struct patch_run *run, const struct roster_filter *filter,
                      struct roster_json *element)
{
    if (filter->kind != FILTER_EQ) {
        const struct roster_filter *child = filter->child;
        while (child != NULL && set_terms(run, child, element)) {
            child = child->next;
        }
        return child == NULL;
    }
    struct roster_json *value = NULL;
    struct roster_json *sent = literal(filter, run->scope->arena);
    if (sent == NULL) {
        return fail_memory(run->err);
    }
    if (!value_check(run->scope, VALUE_BODY, filter->path.sub, sent, true, &value, run->err)) {
        return false;
    }
    if (value != NULL) {
        json_replace(element, filter->path.sub->name, value);
    }
    return true;
}

bool patch_make_element(struct patch_run *run, const struct patch_operation *op,
                        struct roster_json **out)
{
    const struct roster_filter *filter = op->path.filter;
    if (filter == NULL || op->path.attr->type != ATTR_COMPLEX || !is_conjunction(filter) ||
        !quirk_take(run->scope->quirks, ROSTER_QUIRK_PATCH_CREATE_ON_NO_MATCH)) {
        return refuse_target(run, op);
    }
    struct roster_json *element = json_new(run->scope->arena, JSON_OBJECT);
    if (element == NULL) {
        return fail_memory(run->err);
    }
    if (!set_terms(run, filter, element)) {
        return false;
    }
    // Terms that contradict each other are true of nothing.
    bool matches = false;
    if (!patch_select(run, filter, element, &matches)) {
        return false;
    }
    if (!matches) {
        return refuse_target(run, op);
    }
    *out = element;
    return true;
}

// Does what the operation says to one element. *keeps: whether it stays in the list.
typedef bool changer(struct visitor *v, struct roster_json *element, bool *keeps);

static bool change_value(struct visitor *v, struct roster_json *element, bool *keeps)
{
    const struct patch_operation *op = v->op;
    *keeps = !patch_is_removal(op);
    if (!*keeps || json_equal(element, op->value)) {
        return true;
    }
    if (op->op == PATCH_ADD && op->path.attr->type == ATTR_COMPLEX) {
        return patch_merge(v->run, op->op, op->path.attr, element, op->value);
    }
    struct roster_json *copy = json_copy(v->run->scope->arena, op->value);
    if (copy == NULL) {
        return fail_memory(v->run->err);
    }
    // The node stays, so that the list and the old primary value still point to it.
    copy->next = element->next;
    *element = *copy;
    return true;
}

static bool change_sub(struct visitor *v, struct roster_json *element, bool *keeps)
{
    const struct roster_json *value = patch_is_removal(v->op) ? NULL : v->op->value;
    if (!patch_set_sub(v->run, v->op->op, element, v->op->path.sub, value)) {
        return false;
    }
    *keeps = element->first != NULL;
    return true;
}

static bool visit(struct visitor *v, struct roster_json *element, changer *change, bool *keeps)
{
    *keeps = true;
    if (!patch_visit(v->run, 1)) {
        return false;
    }
    v->old_primary = value_is_primary(element) ? element : v->old_primary;
    bool matches = true;
    if (v->op->path.filter != NULL &&
        !patch_select(v->run, v->op->path.filter, element, &matches)) {
        return false;
    }
    v->matches += matches;
    return !matches || change(v, element, keeps);
}

static bool visit_all(struct visitor *v, struct roster_json *list, changer *change)
{
    struct roster_json *next = list->first;
    list->first = NULL;
    list->last = NULL;
    list->count = 0;
    while (next != NULL) {
        struct roster_json *element = next;
        next = next->next;
        bool keeps = true;
        if (!visit(v, element, change, &keeps)) {
            return false;
        }
        if (keeps) {
            json_push(list, element);
        }
    }
    return true;
}

static bool find_list(struct visitor *v, struct roster_json **container, struct roster_json **list)
{
    str name = v->op->path.attr->name;
    if (!patch_container(v->run, v->op, !patch_is_removal(v->op), container)) {
        return false;
    }
    *list = json_find(*container, name);
    if (json_is(*list, JSON_ARRAY) || patch_is_removal(v->op)) {
        return true;
    }
    *list = json_new(v->run->scope->arena, JSON_ARRAY);
    if (*list == NULL) {
        return fail_memory(v->run->err);
    }
    json_replace(*container, name, *list);
    return true;
}

static bool add_element(struct visitor *v, struct roster_json *list)
{
    struct roster_json *element = NULL;
    const struct patch_operation *op = v->op;
    if (!patch_make_element(v->run, op, &element)) {
        return false;
    }
    json_push(list, element);
    if (op->path.sub != NULL) {
        return patch_set_sub(v->run, op->op, element, op->path.sub, op->value);
    }
    return patch_merge(v->run, op->op, op->path.attr, element, op->value);
}

static bool run_over(struct patch_run *run, const struct patch_operation *op, changer *change)
{
    struct visitor v = {.run = run, .op = op};
    struct roster_json *container = NULL;
    struct roster_json *list = NULL;
    if (!find_list(&v, &container, &list)) {
        return false;
    }
    if (!json_is(list, JSON_ARRAY)) {
        return true;
    }
    if (!visit_all(&v, list, change) ||
        (v.matches == 0 && !patch_is_removal(op) && !add_element(&v, list)) ||
        !value_settle_primaries(run->scope, op->path.attr, list, v.old_primary, run->err)) {
        return false;
    }
    if (list->first == NULL && op->path.attr->required) {
        return value_fail(run->err, ROSTER_ERR_MUTABILITY, op->path.attr,
                          "is required: its last value cannot be removed");
    }
    if (list->first == NULL) {
        json_remove(container, list);
    }
    return true;
}

bool patch_values(struct patch_run *run, const struct patch_operation *op)
{
    return run_over(run, op, change_value);
}

bool patch_value_subs(struct patch_run *run, const struct patch_operation *op)
{
    return run_over(run, op, change_sub);
}
