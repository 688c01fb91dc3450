// schema_write.c: schemas and resource types as the resources of the discovery endpoints.
//
// Every characteristic is written, also where it has its default, and no member is null: clients
// flatten these documents without knowing the defaults. Complex attributes have no caseExact and no
// uniqueness (EID 6004).
// SPDX-License-Identifier: Apache-2.0
#include "scim/schema.h"

// A builder whose first failure sticks, so that a document reads from top to bottom.
struct writer {
    struct roster_arena *arena;
    bool full;
};

static void put(struct writer *w, struct roster_json *object, str key, struct roster_json *value)
{
    if (object == NULL || value == NULL) {
        w->full = true;
        return;
    }
    json_put(object, key, value);
}

static void push(struct writer *w, struct roster_json *array, struct roster_json *value)
{
    if (array == NULL || value == NULL) {
        w->full = true;
        return;
    }
    json_push(array, value);
}

static void put_text(struct writer *w, struct roster_json *object, str key, str text)
{
    if (text.len > 0) {
        put(w, object, key, json_string(w->arena, text));
    }
}

static void put_word(struct writer *w, struct roster_json *object, str key, const char *word)
{
    put_text(w, object, key, str_of(word));
}

static void put_bool(struct writer *w, struct roster_json *object, str key, bool value)
{
    put(w, object, key, json_bool(w->arena, value));
}

static void put_words(struct writer *w, struct roster_json *object, str key, const str *words,
                      size_t count)
{
    if (count == 0) {
        return;
    }
    struct roster_json *list = json_new(w->arena, JSON_ARRAY);
    for (size_t at = 0; at < count; at++) {
        push(w, list, json_string(w->arena, words[at]));
    }
    put(w, object, key, list);
}

static struct roster_json *attrs_json(struct writer *w, const struct attr *attrs, size_t count);

static struct roster_json *attr_json(struct writer *w, const struct attr *attr)
{
    struct roster_json *json = json_new(w->arena, JSON_OBJECT);
    bool complex = attr->type == ATTR_COMPLEX;
    put_text(w, json, STR("name"), attr->name);
    put_word(w, json, STR("type"), attr_type_name(attr->type));
    put_bool(w, json, STR("multiValued"), attr->multi_valued);
    put_text(w, json, STR("description"), attr->description);
    put_bool(w, json, STR("required"), attr->required);
    put_words(w, json, STR("canonicalValues"), attr->canonical_values, attr->canonical_count);
    if (!complex) {
        put_bool(w, json, STR("caseExact"), attr->case_exact);
    }
    put_word(w, json, STR("mutability"), attr_mutability_name(attr->mutability));
    put_word(w, json, STR("returned"), attr_returned_name(attr->returned));
    if (!complex) {
        put_word(w, json, STR("uniqueness"), attr_uniqueness_name(attr->uniqueness));
    }
    put_words(w, json, STR("referenceTypes"), attr->reference_types, attr->reference_count);
    if (complex) {
        put(w, json, STR("subAttributes"), attrs_json(w, attr->subs, attr->sub_count));
    }
    return json;
}

static struct roster_json *attrs_json(struct writer *w, const struct attr *attrs, size_t count)
{
    struct roster_json *list = json_new(w->arena, JSON_ARRAY);
    for (size_t at = 0; at < count && !w->full; at++) {
        // An extension inside this one is a schema of its own.
        if (!attrs[at].inner) {
            push(w, list, attr_json(w, &attrs[at]));
        }
    }
    return list;
}

static struct roster_json *resource_json(struct writer *w, str schema, str id)
{
    struct roster_json *json = json_new(w->arena, JSON_OBJECT);
    put_words(w, json, STR("schemas"), &schema, 1);
    put_text(w, json, STR("id"), id);
    return json;
}

struct roster_json *schema_json(const struct schema *schema, struct roster_arena *arena)
{
    struct writer w = {arena, false};
    struct roster_json *json = resource_json(&w, URI_SCHEMA, schema->id);
    put_text(&w, json, STR("name"), schema->name);
    put_text(&w, json, STR("description"), schema->description);
    put(&w, json, STR("attributes"), attrs_json(&w, schema->attrs, schema->attr_count));
    return w.full ? NULL : json;
}

static struct roster_json *extension_json(struct writer *w,
                                          const struct schema_extension *extension)
{
    struct roster_json *json = json_new(w->arena, JSON_OBJECT);
    put_text(w, json, STR("schema"), extension->schema->id);
    put_bool(w, json, STR("required"), extension->required);
    return json;
}

struct roster_json *type_json(const struct roster_resource_type *type, struct roster_arena *arena)
{
    struct writer w = {arena, false};
    struct roster_json *json = resource_json(&w, URI_RESOURCE_TYPE, type->name);
    put_text(&w, json, STR("name"), type->name);
    put_text(&w, json, STR("description"), type->description);
    put_text(&w, json, STR("endpoint"), type->endpoint);
    put_text(&w, json, STR("schema"), type->schema->id);
    if (type->extension_count > 0) {
        struct roster_json *list = json_new(arena, JSON_ARRAY);
        for (size_t at = 0; at < type->extension_count; at++) {
            push(&w, list, extension_json(&w, &type->extensions[at]));
        }
        put(&w, json, STR("schemaExtensions"), list);
    }
    return w.full ? NULL : json;
}
