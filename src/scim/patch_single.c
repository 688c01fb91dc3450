// patch_single.c: operations on single values and their sub-attributes.
//
//   target            add, replace                        remove, or null
//   simple            set                                 unassigned
//   complex           merged: what is not named stays     unassigned
//   sub-attribute     set; a missing parent is made       unassigned; an empty parent goes too
//
// SPDX-License-Identifier: Apache-2.0
#include "scim/compare.h"
#include "scim/patch_run.h"
#include "scim/value.h"

static bool keys_same(const struct attr *attr, const struct roster_json *a,
                      const struct roster_json *b, struct roster_arena *arena, bool *same)
{
    str left = {0};
    str right = {0};
    enum key_outcome first = value_key_of(attr, a, arena, &left);
    enum key_outcome second = first == KEY_FOUND ? value_key_of(attr, b, arena, &right) : first;
    *same = first == KEY_FOUND && second == KEY_FOUND ? str_equal(left, right) : json_equal(a, b);
    return first != KEY_FULL && second != KEY_FULL;
}

bool patch_same_value(struct patch_run *run, const struct attr *attr, const struct roster_json *a,
                      const struct roster_json *b, bool *same)
{
    assert(a != NULL && b != NULL);
    struct arena_mark mark = arena_mark(run->scope->arena);
    if (a->kind == JSON_ARRAY || b->kind == JSON_ARRAY) {
        *same = value_equal(attr, a, b, run->scope->arena);
        return true;
    }
    bool ok = keys_same(attr, a, b, run->scope->arena, same);
    arena_rewind(run->scope->arena, mark);
    return ok || fail_memory(run->err);
}

static bool refuse_change(struct patch_run *run, const struct attr *attr)
{
    return value_fail(run->err, ROSTER_ERR_MUTABILITY, attr, "cannot be changed once it is set");
}

static bool remove_sub(struct patch_run *run, struct roster_json *object, const struct attr *sub,
                       struct roster_json *old)
{
    if (old == NULL) {
        return true;
    }
    if (sub->mutability == ATTR_IMMUTABLE) {
        return refuse_change(run, sub);
    }
    json_remove(object, old);
    return true;
}

bool patch_set_sub(struct patch_run *run, enum patch_op op, struct roster_json *object,
                   const struct attr *sub, const struct roster_json *value)
{
    struct roster_json *old = json_find(object, sub->name);
    if (json_is_unassigned(value)) {
        return remove_sub(run, object, sub, old);
    }
    if (old == NULL) {
        return patch_put_copy(run, object, sub->name, value);
    }
    bool same = false;
    if (sub->mutability == ATTR_IMMUTABLE) {
        return patch_same_value(run, sub, old, value, &same) && (same || refuse_change(run, sub));
    }
    if (sub->multi_valued && op == PATCH_ADD) {
        return patch_append(run, sub, old, value);
    }
    return json_equal(old, value) || patch_put_copy(run, object, sub->name, value);
}

bool patch_merge(struct patch_run *run, enum patch_op op, const struct attr *attr,
                 struct roster_json *object, const struct roster_json *value)
{
    for (const struct roster_json *member = value->first; member != NULL; member = member->next) {
        const struct attr *sub = attr_sub(attr, member->key);
        assert(sub != NULL);
        if (!patch_set_sub(run, op, object, sub, member)) {
            return false;
        }
    }
    return true;
}

static bool put_object(struct patch_run *run, struct roster_json *container, str name,
                       struct roster_json **out)
{
    *out = json_new(run->scope->arena, JSON_OBJECT);
    if (*out == NULL) {
        return fail_memory(run->err);
    }
    json_replace(container, name, *out);
    return true;
}

bool patch_single(struct patch_run *run, const struct patch_operation *op)
{
    const struct attr *attr = op->path.attr;
    struct roster_json *container = NULL;
    if (!patch_container(run, op, !patch_is_removal(op), &container)) {
        return false;
    }
    struct roster_json *old = json_find(container, attr->name);
    if (patch_is_removal(op)) {
        if (old != NULL) {
            json_remove(container, old);
        }
        return true;
    }
    if (attr->type != ATTR_COMPLEX) {
        return json_equal(old, op->value) || patch_put_copy(run, container, attr->name, op->value);
    }
    if (!json_is(old, JSON_OBJECT) && !put_object(run, container, attr->name, &old)) {
        return false;
    }
    return patch_merge(run, op->op, attr, old, op->value);
}

bool patch_sub(struct patch_run *run, const struct patch_operation *op)
{
    struct roster_json *container = NULL;
    if (!patch_container(run, op, !patch_is_removal(op), &container)) {
        return false;
    }
    struct roster_json *parent = json_find(container, op->path.attr->name);
    if (!json_is(parent, JSON_OBJECT)) {
        if (patch_is_removal(op)) {
            return true;
        }
        if (!put_object(run, container, op->path.attr->name, &parent)) {
            return false;
        }
    }
    const struct roster_json *value = patch_is_removal(op) ? NULL : op->value;
    if (!patch_set_sub(run, op->op, parent, op->path.sub, value)) {
        return false;
    }
    if (parent->first == NULL) {
        json_remove(container, parent);
    }
    return true;
}
