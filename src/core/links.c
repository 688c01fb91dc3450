// links.c: where the resources are that a document names by id.
// SPDX-License-Identifier: Apache-2.0
#include "core/links.h"

#include "core/location.h"
#include "scim/value.h"

struct showing {
    const struct context *ctx;
    const struct roster_resource_type *type;
    struct roster_arena *arena;
};

// Of the first type that the schema names. NULL: the registry has it not.
static const struct roster_resource_type *target_of(const struct showing *s,
                                                    const struct attr *attr)
{
    const struct attr *ref = attr_sub(attr, STR("$ref"));
    return ref->reference_count == 0
               ? NULL
               : roster_registry_type(s->type->registry, ref->reference_types[0]);
}

static bool show_list(const struct showing *s, const struct attr *attr, struct roster_json *list)
{
    const struct roster_resource_type *target = target_of(s, attr);
    assert(list != NULL);
    for (struct roster_json *one = list->first; one != NULL && target != NULL; one = one->next) {
        str id = json_find_text(one, STR("value"));
        str reference = {0};
        if (id.len > 0 &&
            (!location_make(s->arena, s->ctx->base, target->endpoint, id, &reference) ||
             !json_put_string(one, s->arena, STR("$ref"), reference))) {
            return false;
        }
    }
    return true;
}

static bool show_all(const struct showing *s, const struct schema *schema,
                     struct roster_json *container)
{
    for (size_t at = 0; at < schema->attr_count && container != NULL; at++) {
        const struct attr *attr = &schema->attrs[at];
        struct roster_json *list = attr_is_edges(attr) && attr != s->type->known[KNOWN_MEMBERS]
                                       ? json_find(container, attr->name)
                                       : NULL;
        if (json_is(list, JSON_ARRAY) && !show_list(s, attr, list)) {
            return false;
        }
    }
    return true;
}

bool links_show(const struct context *ctx, const struct roster_resource_type *type,
                struct roster_arena *arena, struct roster_json *resource)
{
    struct showing s = {ctx, type, arena};
    bool shown = !type->links || show_all(&s, type->schema, resource);
    for (size_t at = 0; at < type->extension_count && type->links && shown; at++) {
        const struct schema *extension = type->extensions[at].schema;
        shown = show_all(&s, extension, json_find(resource, extension->id));
    }
    return shown;
}
