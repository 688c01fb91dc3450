// resource_finish.c: what holds at the end of every write, and where attributes live.
// SPDX-License-Identifier: Apache-2.0
#include "scim/resource.h"
#include "scim/value.h"

struct roster_json *resource_container(struct roster_json *resource, const struct schema *extension,
                                       bool make, struct roster_arena *arena)
{
    if (extension == NULL) {
        return resource;
    }
    struct roster_json *container = json_find(resource, extension->id);
    if (container == NULL && make) {
        container = json_new(arena, JSON_OBJECT);
        if (container != NULL) {
            json_put(resource, extension->id, container);
        }
    }
    return container;
}

// Takes the children out of a value, so that those that stay can be pushed back in one pass.
static struct roster_json *take_children(struct roster_json *value)
{
    struct roster_json *first = value->first;
    value->first = NULL;
    value->last = NULL;
    value->count = 0;
    return first;
}

// Drops what is unassigned, from the inside out. Returns whether anything is left: an empty text
// is a value, an empty list or object is none (P-032).
static bool prune(struct roster_json *value)
{
    if (value->kind != JSON_ARRAY && value->kind != JSON_OBJECT) {
        return value->kind != JSON_NULL;
    }
    struct roster_json *next = take_children(value);
    while (next != NULL) {
        struct roster_json *child = next;
        next = next->next;
        if (prune(child)) {
            json_push(value, child);
        }
    }
    return value->first != NULL;
}

static void push_all(struct roster_json *to, struct roster_json *from)
{
    struct roster_json *next = take_children(from);
    while (next != NULL) {
        struct roster_json *child = next;
        next = next->next;
        json_push(to, child);
    }
}

// `schemas` to the front, extension containers to the end, everything else as it was.
static void arrange(const struct roster_resource_type *type, struct roster_json *resource)
{
    struct roster_json first = {.kind = JSON_OBJECT};
    struct roster_json middle = {.kind = JSON_OBJECT};
    struct roster_json last = {.kind = JSON_OBJECT};
    struct roster_json *next = take_children(resource);
    while (next != NULL) {
        struct roster_json *member = next;
        next = next->next;
        bool is_schemas = str_equal_nocase(member->key, STR("schemas"));
        bool is_container = type_extension(type, member->key) != NULL;
        json_push(is_schemas ? &first : is_container ? &last : &middle, member);
    }
    push_all(resource, &first);
    push_all(resource, &middle);
    push_all(resource, &last);
}

// A walk over what is required. Without `faults` the first thing that is missing is refused, unless
// it is one of `allowed`; else all of them are noted.
struct finish {
    const struct scope *scope;
    const struct lacks *allowed;
    struct lacks *faults;
    struct roster_error *err;
};

static bool is_allowed(const struct finish *f, const void *what)
{
    for (size_t at = 0; f->allowed != NULL && at < f->allowed->count; at++) {
        if (f->allowed->items[at] == what) {
            return true;
        }
    }
    return false;
}

// `what` is the attribute or the extension that the fault is about. False: the walk ends here.
static bool note(const struct finish *f, const void *what)
{
    struct lacks *faults = f->faults;
    if (faults == NULL) {
        return is_allowed(f, what);
    }
    size_t size = faults->count * sizeof(*faults->items);
    const void **grown =
        arena_grow(f->scope->arena, faults->items, size, size + sizeof(*faults->items));
    if (grown == NULL) {
        return fail_memory(f->err);
    }
    faults->items = grown;
    faults->items[faults->count++] = what;
    return true;
}

static bool check_value(const struct finish *f, const struct attr *attr,
                        const struct roster_json *value)
{
    bool is_list = value->kind == JSON_ARRAY;
    for (const struct roster_json *element = is_list ? value->first : value; element != NULL;
         element = is_list ? element->next : NULL) {
        struct roster_error why = {0};
        if (!value_check_subs(attr, element, false, &why)) {
            if (note(f, attr)) {
                return true;
            }
            *f->err = f->faults == NULL ? why : *f->err;
            return false;
        }
    }
    return true;
}

static bool check_schema(const struct finish *f, const struct schema *schema,
                         const struct roster_json *container)
{
    for (size_t at = 0; at < schema->attr_count; at++) {
        const struct attr *attr = &schema->attrs[at];
        const struct roster_json *value = json_find(container, attr->name);
        bool is_kept_out = attr->mutability == ATTR_READ_ONLY || attr_is_secret(attr);
        if (value == NULL && attr->required && !is_kept_out && !note(f, attr)) {
            return f->faults == NULL &&
                   value_fail(f->err, ROSTER_ERR_INVALID_VALUE, attr, "is required");
        }
        if (value != NULL && attr->type == ATTR_COMPLEX && !check_value(f, attr, value)) {
            return false;
        }
    }
    return true;
}

static bool check_extension(const struct finish *f, const struct schema_extension *extension,
                            const struct roster_json *resource)
{
    const struct roster_json *container = json_find(resource, extension->schema->id);
    if (container != NULL) {
        return check_schema(f, extension->schema, container);
    }
    if (!extension->required || note(f, extension)) {
        return true;
    }
    return f->faults == NULL &&
           fail(f->err, ROSTER_ERR_INVALID_VALUE, 0, "the extension \"%.*s\" is required",
                STR_ARGS(extension->schema->id));
}

static bool check_required(const struct finish *f, const struct roster_json *resource)
{
    const struct roster_resource_type *type = f->scope->type;
    bool good = check_schema(f, type->schema, resource);
    for (size_t at = 0; at < type->extension_count && good; at++) {
        good = check_extension(f, &type->extensions[at], resource);
    }
    return good;
}

bool resource_lacks(const struct scope *scope, const struct roster_json *resource,
                    struct lacks *out, struct roster_error *err)
{
    struct finish f = {.scope = scope, .faults = out, .err = err};
    *out = (struct lacks){0};
    return check_required(&f, resource);
}

static bool push_uri(struct roster_json *list, str uri, struct roster_arena *arena)
{
    struct roster_json *element = json_string(arena, uri);
    if (element == NULL) {
        return false;
    }
    json_push(list, element);
    return true;
}

bool resource_list_schemas(const struct scope *scope, struct roster_json *resource)
{
    const struct roster_resource_type *type = scope->type;
    struct roster_json *list = json_new(scope->arena, JSON_ARRAY);
    if (list == NULL || !push_uri(list, type->schema->id, scope->arena)) {
        return false;
    }
    for (size_t at = 0; at < type->extension_count; at++) {
        str uri = type->extensions[at].schema->id;
        if (json_find(resource, uri) != NULL && !push_uri(list, uri, scope->arena)) {
            return false;
        }
    }
    json_replace(resource, STR("schemas"), list);
    return true;
}

bool resource_finish_change(const struct scope *scope, struct roster_json *resource,
                            const struct lacks *lacks, struct roster_error *err)
{
    struct finish f = {.scope = scope, .allowed = lacks, .err = err};
    assert(resource->kind == JSON_OBJECT);
    (void)prune(resource);
    if (!resource_list_schemas(scope, resource)) {
        return fail_memory(err);
    }
    arrange(scope->type, resource);
    return check_required(&f, resource);
}

bool resource_finish(const struct scope *scope, struct roster_json *resource,
                     struct roster_error *err)
{
    return resource_finish_change(scope, resource, NULL, err);
}
