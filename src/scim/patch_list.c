// patch_list.c: operations on all values of a multi-valued attribute.
//
//   add       appends what is not there yet; equal in `value` and `type` is the same element and
//             takes over the other sub-attributes (P-241, P-242)
//   replace   the list becomes the given one
//   remove    the list goes or, with values, just those
//
// Consecutive operations on one list share an index of it, so that ten thousand additions to ten
// thousand values cost their sum, not their product.
// SPDX-License-Identifier: Apache-2.0
#include "scim/patch_run.h"
#include "scim/value.h"

// A list and how to find its elements; the list is on its own, or that of the run.
struct lister {
    struct patch_run *run;
    const struct attr *attr;
    struct roster_json *list;
    struct value_index *index;
};

void patch_close_index(struct patch_run *run)
{
    if (run->list != NULL && run->has_holes) {
        struct roster_json *next = run->list->first;
        run->list->first = NULL;
        run->list->last = NULL;
        run->list->count = 0;
        while (next != NULL) {
            struct roster_json *element = next;
            next = next->next;
            if (element->kind != JSON_NULL) {
                json_push(run->list, element);
            }
        }
    }
    run->list = NULL;
    run->has_holes = false;
}

static bool build_index(struct lister *l)
{
    value_index_init(l->index, l->attr, l->list->count, l->run->scope->arena);
    if (!patch_visit(l->run, l->list->count)) {
        return false;
    }
    for (struct roster_json *element = l->list->first; element != NULL; element = element->next) {
        str key = {0};
        if (!value_index_key(l->index, element, &key, l->run->err) ||
            (key.len > 0 && !value_index_add(l->index, key, element, l->run->err))) {
            return false;
        }
    }
    return true;
}

static bool open_index(struct patch_run *run, const struct attr *attr, struct roster_json *list)
{
    if (run->list == list) {
        return true;
    }
    patch_close_index(run);
    struct lister l = {run, attr, list, &run->index};
    if (!build_index(&l)) {
        return false;
    }
    run->list = list;
    return true;
}

// Whether an element has all that `value` says, as far as clients can say it.
static bool has_all(const struct lister *l, const struct roster_json *element,
                    const struct roster_json *value, bool *has)
{
    if (l->attr->type != ATTR_COMPLEX) {
        return patch_same_value(l->run, l->attr, element, value, has);
    }
    *has = true;
    for (const struct roster_json *member = value->first; member != NULL && *has;
         member = member->next) {
        const struct attr *sub = attr_sub(l->attr, member->key);
        const struct roster_json *mine = json_find(element, member->key);
        if (sub != NULL && mine != NULL) {
            if (!patch_same_value(l->run, sub, mine, member, has)) {
                return false;
            }
        } else {
            // A primary that is not said is false.
            *has = mine == NULL && member->kind == JSON_FALSE;
        }
    }
    return true;
}

// The `type` of a value that is given must be that of the element.
static bool has_type(const struct lister *l, const struct roster_json *element,
                     const struct roster_json *value, bool *has)
{
    const struct attr *sub = attr_sub(l->attr, STR("type"));
    const struct roster_json *given = sub == NULL ? NULL : json_find(value, sub->name);
    const struct roster_json *mine = sub == NULL ? NULL : json_find(element, sub->name);
    *has = given == NULL;
    return given == NULL || mine == NULL || patch_same_value(l->run, sub, given, mine, has);
}

typedef bool matcher(const struct lister *l, const struct roster_json *element,
                     const struct roster_json *value, bool *is_match);

static bool is_edge(const struct lister *l, const struct roster_json *element,
                    const struct roster_json *value, bool *is_match)
{
    // The key says it all; a value without an id names nobody.
    *is_match = json_find_text(value, STR("value")).len > 0;
    return true;
}

// The next element behind `after` that matches, among those with the key of `value`, or among all
// when it has none.
static bool find_next(const struct lister *l, str key, const struct roster_json *value,
                      matcher *matches, struct roster_json *after, struct roster_json **out)
{
    bool has = false;
    struct roster_json *element = after;
    *out = NULL;
    while (!has) {
        if (key.len > 0) {
            if (!value_index_find(l->index, key, element, &element, l->run->err)) {
                return false;
            }
        } else {
            element = element == NULL ? l->list->first : element->next;
        }
        if (element == NULL) {
            return true;
        }
        if (!patch_visit(l->run, 1)) {
            return false;
        }
        if (element->kind != JSON_NULL && !matches(l, element, value, &has)) {
            return false;
        }
    }
    *out = element;
    return true;
}

// The element that says all of `value` already, else the one that is to say it from now on.
static bool find_twin(const struct lister *l, str key, const struct roster_json *value,
                      struct roster_json **twin, bool *says_all)
{
    bool is_edges = attr_is_edges(l->attr);
    if (!find_next(l, key, value, is_edges ? is_edge : has_all, NULL, twin)) {
        return false;
    }
    *says_all = *twin != NULL;
    if (*says_all || is_edges || l->attr->type != ATTR_COMPLEX || key.len == 0) {
        return true;
    }
    return find_next(l, key, value, has_type, NULL, twin);
}

static bool add_element(const struct lister *l, const struct roster_json *value)
{
    str key = {0};
    struct roster_json *twin = NULL;
    bool says_all = false;
    if (!value_index_key(l->index, value, &key, l->run->err) ||
        !find_twin(l, key, value, &twin, &says_all)) {
        return false;
    }
    if (twin != NULL) {
        return says_all || patch_merge(l->run, PATCH_ADD, l->attr, twin, value);
    }
    struct roster_json *copy = json_copy(l->run->scope->arena, value);
    if (copy == NULL) {
        return fail_memory(l->run->err);
    }
    json_push(l->list, copy);
    return key.len == 0 || value_index_add(l->index, key, copy, l->run->err);
}

static bool add_all(const struct lister *l, const struct roster_json *values)
{
    for (const struct roster_json *value = values->first; value != NULL; value = value->next) {
        if (!add_element(l, value)) {
            return false;
        }
    }
    return true;
}

bool patch_append(struct patch_run *run, const struct attr *attr, struct roster_json *list,
                  const struct roster_json *values)
{
    struct value_index index;
    struct lister l = {run, attr, list, &index};
    return build_index(&l) && add_all(&l, values);
}

static struct roster_json *find_primary(const struct roster_json *list)
{
    struct roster_json *element = list->first;
    while (element != NULL && !value_is_primary(element)) {
        element = element->next;
    }
    return element;
}

static bool add(struct patch_run *run, const struct attr *attr, struct roster_json *list,
                const struct roster_json *values)
{
    struct lister l = {run, attr, list, &run->index};
    bool moves_primary = find_primary(values) != NULL;
    const struct roster_json *old = NULL;
    if (moves_primary) {
        if (!patch_visit(run, list->count)) {
            return false;
        }
        old = find_primary(list);
    }
    return open_index(run, attr, list) && add_all(&l, values) &&
           (!moves_primary || value_settle_primaries(run->scope, attr, list, old, run->err));
}

static bool remove_element(const struct lister *l, const struct roster_json *value)
{
    str key = {0};
    struct roster_json *found = NULL;
    matcher *matches = attr_is_edges(l->attr) ? is_edge : has_all;
    if (!value_index_key(l->index, value, &key, l->run->err)) {
        return false;
    }
    do {
        if (!find_next(l, key, value, matches, found, &found)) {
            return false;
        }
        if (found != NULL) {
            found->kind = JSON_NULL;
            l->run->has_holes = true;
        }
    } while (found != NULL);
    return true;
}

static bool remove_all(struct patch_run *run, const struct attr *attr, struct roster_json *list,
                       const struct roster_json *values)
{
    struct lister l = {run, attr, list, &run->index};
    if (!open_index(run, attr, list)) {
        return false;
    }
    for (const struct roster_json *value = values->first; value != NULL; value = value->next) {
        if (!remove_element(&l, value)) {
            return false;
        }
    }
    return true;
}

static bool drop_list(struct patch_run *run, struct roster_json *container,
                      struct roster_json *list)
{
    patch_close_index(run);
    if (list != NULL) {
        json_remove(container, list);
    }
    return true;
}

bool patch_list(struct patch_run *run, const struct patch_operation *op)
{
    const struct attr *attr = op->path.attr;
    struct roster_json *container = NULL;
    if (!patch_container(run, op, !patch_is_removal(op), &container)) {
        return false;
    }
    struct roster_json *list = json_find(container, attr->name);
    if (op->has_values) {
        return list == NULL || remove_all(run, attr, list, op->value);
    }
    if (patch_is_removal(op)) {
        return drop_list(run, container, list);
    }
    if (op->op == PATCH_ADD && json_is(list, JSON_ARRAY)) {
        return add(run, attr, list, op->value);
    }
    patch_close_index(run);
    return json_equal(list, op->value) || patch_put_copy(run, container, attr->name, op->value);
}
