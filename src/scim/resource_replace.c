// resource_replace.c: what a resource becomes when the body of a PUT replaces it.
//
//   mutability   in the body                    absent
//   readWrite    replaces                       cleared
//   writeOnly    replaces                       kept
//   immutable    must agree, or be the first    kept
//   readOnly     ignored                        kept
//
// RFC 7644 section 3.5.1; the rows are in `rules` below.
// SPDX-License-Identifier: Apache-2.0
#include "scim/compare.h"
#include "scim/quirks.h"
#include "scim/resource.h"
#include "scim/value.h"
#include "scim/value_index.h"

struct replace {
    const struct scope *scope;
    const struct roster_json *current;
    const struct roster_json *sent;
    struct roster_error *err;
};

static const struct {
    bool replaces;  // by a value of the body
    bool keeps;     // when the body has none
    bool agrees;    // a value that exists cannot change
} rules[] = {
    [ATTR_READ_WRITE] = {true, false, false},
    [ATTR_WRITE_ONLY] = {true, true, false},
    [ATTR_IMMUTABLE] = {true, true, true},
    [ATTR_READ_ONLY] = {false, true, false},
};

// Whether a readWrite attribute that the body leaves out stays as it is.
static bool is_kept_by_quirk(const struct replace *r, const struct attr *attr)
{
    if (attr_is_core_user(attr, STR("active"))) {
        return quirk_take(r->scope->quirks, ROSTER_QUIRK_PUT_KEEPS_ACTIVE);
    }
    return attr == type_members(r->scope->type) &&
           quirk_take(r->scope->quirks, ROSTER_QUIRK_PUT_KEEPS_MEMBERS);
}

static bool is_kept(const struct replace *r, const struct attr *attr,
                    const struct roster_json *current, const struct roster_json *sent)
{
    if (current == NULL) {
        return false;
    }
    bool is_absent = sent == NULL;
    bool is_active = attr_is_core_user(attr, STR("active"));
    // What has to agree agrees by now, perhaps in another spelling: the stored one stays. A null
    // clears on purpose, but it must not enable anybody (P-211, put-keeps-active).
    return (is_absent && rules[attr->mutability].keeps) || rules[attr->mutability].agrees ||
           !rules[attr->mutability].replaces ||
           ((is_absent || (is_active && sent->kind == JSON_NULL)) && is_kept_by_quirk(r, attr));
}

static bool check_immutable(const struct replace *r, const struct attr *attr,
                            const struct roster_json *current, const struct roster_json *sent)
{
    if (!rules[attr->mutability].agrees || current == NULL || sent == NULL ||
        value_equal(attr, current, sent, r->scope->arena)) {
        return true;
    }
    return value_fail(r->err, ROSTER_ERR_MUTABILITY, attr, "cannot be changed once it is set");
}

static bool put_copy(const struct replace *r, const struct roster_json *value, str name,
                     struct roster_json *to)
{
    struct roster_json *copy = json_copy(r->scope->arena, value);
    if (copy == NULL) {
        return fail_memory(r->err);
    }
    json_put(to, name, copy);
    return true;
}

static bool replace_attr(const struct replace *r, const struct attr *attr,
                         const struct roster_json *current, const struct roster_json *sent,
                         struct roster_json *to);

// Sub-attributes are replaced by the same rules as attributes (P-213).
static bool replace_subs(const struct replace *r, const struct attr *attr,
                         const struct roster_json *current, const struct roster_json *sent,
                         struct roster_json *to)
{
    struct roster_json *value = json_new(r->scope->arena, JSON_OBJECT);
    if (value == NULL) {
        return fail_memory(r->err);
    }
    for (size_t at = 0; at < attr->sub_count; at++) {
        const struct attr *sub = &attr->subs[at];
        if (!replace_attr(r, sub, json_find(current, sub->name), json_find(sent, sub->name),
                          value)) {
            return false;
        }
    }
    json_put(to, attr->name, value);
    return true;
}

// An element that is there already keeps its stored content (P-214).
static bool replace_edges(const struct replace *r, const struct attr *attr,
                          const struct roster_json *current, const struct roster_json *sent,
                          struct roster_json *to)
{
    struct value_index index;
    struct roster_json *list = json_new(r->scope->arena, JSON_ARRAY);
    str key = {0};
    value_index_init(&index, attr, current->count, r->scope->arena);
    if (list == NULL) {
        return fail_memory(r->err);
    }
    for (struct roster_json *old = current->first; old != NULL; old = old->next) {
        if (!value_index_key(&index, old, &key, r->err) ||
            !value_index_add(&index, key, old, r->err)) {
            return false;
        }
    }
    for (const struct roster_json *new = sent->first; new != NULL; new = new->next) {
        struct roster_json *old = NULL;
        if (!value_index_key(&index, new, &key, r->err) ||
            !value_index_find(&index, key, NULL, &old, r->err)) {
            return false;
        }
        struct roster_json *copy = json_copy(r->scope->arena, old != NULL ? old : new);
        if (copy == NULL) {
            return fail_memory(r->err);
        }
        json_push(list, copy);
    }
    json_put(to, attr->name, list);
    return true;
}

static bool replace_attr(const struct replace *r, const struct attr *attr,
                         const struct roster_json *current, const struct roster_json *sent,
                         struct roster_json *to)
{
    assert((size_t)attr->mutability < COUNT_OF(rules));
    if (!check_immutable(r, attr, current, sent)) {
        return false;
    }
    if (is_kept(r, attr, current, sent)) {
        return put_copy(r, current, attr->name, to);
    }
    if (json_is_unassigned(sent)) {
        return true;
    }
    if (json_is(current, JSON_OBJECT) && sent->kind == JSON_OBJECT) {
        return replace_subs(r, attr, current, sent, to);
    }
    if (attr_is_edges(attr) && json_is(current, JSON_ARRAY) && sent->kind == JSON_ARRAY) {
        return replace_edges(r, attr, current, sent, to);
    }
    return put_copy(r, sent, attr->name, to);
}

static bool replace_all(const struct replace *r, const struct attr *attrs, size_t count,
                        const struct roster_json *current, const struct roster_json *sent,
                        struct roster_json *to)
{
    for (size_t at = 0; at < count; at++) {
        if (!replace_attr(r, &attrs[at], json_find(current, attrs[at].name),
                          json_find(sent, attrs[at].name), to)) {
            return false;
        }
    }
    return true;
}

static bool replace_extension(const struct replace *r, const struct schema *extension,
                              struct roster_json *to)
{
    struct roster_json *container = resource_container(to, extension, true, r->scope->arena);
    return container != NULL ? replace_all(r, extension->attrs, extension->attr_count,
                                           json_find(r->current, extension->id),
                                           json_find(r->sent, extension->id), container)
                             : fail_memory(r->err);
}

// Without the quirk a PUT that does not say otherwise makes a person active (section 11).
static bool fill_active(const struct replace *r, struct roster_json *to)
{
    const struct attr *active = type_attr(r->scope->type, STR("active"));
    if (active == NULL || !attr_is_core_user(active, active->name) ||
        quirk_is_on(r->scope->quirks, ROSTER_QUIRK_PUT_KEEPS_ACTIVE) ||
        json_find(r->sent, active->name) != NULL) {
        return true;
    }
    struct roster_json *value = json_bool(r->scope->arena, true);
    if (value == NULL) {
        return fail_memory(r->err);
    }
    json_replace(to, active->name, value);
    return true;
}

bool resource_replace(const struct scope *scope, const struct roster_json *current,
                      const struct roster_json *sent, struct roster_json **out,
                      struct roster_error *err)
{
    const struct roster_resource_type *type = scope->type;
    struct replace r = {scope, current, sent, err};
    struct roster_json *to = json_new(scope->arena, JSON_OBJECT);
    if (to == NULL) {
        return fail_memory(err);
    }
    if (!replace_all(&r, type->registry->common, type->registry->common_count, current, sent, to) ||
        !replace_all(&r, type->schema->attrs, type->schema->attr_count, current, sent, to) ||
        !fill_active(&r, to)) {
        return false;
    }
    for (size_t at = 0; at < type->extension_count; at++) {
        if (!replace_extension(&r, type->extensions[at].schema, to)) {
            return false;
        }
    }
    if (!resource_finish(scope, to, err)) {
        return false;
    }
    *out = to;
    return true;
}
