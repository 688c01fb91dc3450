// schema_load.c: a Schema resource becomes a struct schema.
//
// Tenants upload schemas, so everything is checked: names, keywords, shapes, sizes, nesting and
// repeated names. Texts are copied, the JSON may go away. Left-out characteristics get the defaults
// of RFC 7643 section 2.2. Schemas of the product say more than the RFC has words for.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "scim/registry.h"

struct loader {
    struct roster_arena *arena;
    struct roster_error *err;
    const struct schema *schema;
    const struct schema_own *own;     // NULL: a tenant's
    const struct roster_json *inner;  // list of URIs; NULL: none
    struct attr *top;                 // the attributes of the schema, with room for inner ones
    size_t *total;                    // attributes of the whole schema
    str parent;  // name of the attribute that is being loaded, and of the one around it
    str name;
};

// Refuses with the name of the attribute in front.
static bool refuse(const struct loader *l, enum roster_code code, const char *member,
                   const char *why)
{
    bool has_parent = l->parent.len > 0;
    return fail(l->err, code, 0, "attribute \"%.*s%s%.*s\": \"%s\" %s", STR_ARGS(l->parent),
                has_parent ? "." : "", STR_ARGS(l->name), member, why);
}

static bool copy(const struct loader *l, str from, str *out)
{
    return arena_copy(l->arena, from, out) || fail_memory(l->err);
}

static bool load_text(const struct loader *l, const char *member, const struct roster_json *value,
                      size_t len_max, str *out)
{
    if (value->kind != JSON_STRING) {
        return refuse(l, ROSTER_ERR_INVALID_SYNTAX, member, "must be a string");
    }
    if (value->text.len > len_max) {
        return refuse(l, ROSTER_ERR_INVALID_VALUE, member, "is too long");
    }
    return copy(l, value->text, out);
}

static bool load_bool(const struct loader *l, const char *member, const struct roster_json *value,
                      bool *out)
{
    if (!json_is_bool(value)) {
        return refuse(l, ROSTER_ERR_INVALID_SYNTAX, member, "must be true or false");
    }
    *out = value->kind == JSON_TRUE;
    return true;
}

static bool load_words(const struct loader *l, const char *member, const struct roster_json *value,
                       const str **out, size_t *count)
{
    if (value->kind != JSON_ARRAY) {
        return refuse(l, ROSTER_ERR_INVALID_SYNTAX, member, "must be a list of strings");
    }
    if (value->count > SCHEMA_WORDS_MAX) {
        return refuse(l, ROSTER_ERR_INVALID_VALUE, member, "has too many values");
    }
    str *words = arena_array(l->arena, value->count, sizeof(*words));
    if (words == NULL) {
        return fail_memory(l->err);
    }
    *count = 0;
    for (const struct roster_json *word = value->first; word != NULL; word = word->next) {
        if (!load_text(l, member, word, SCHEMA_TEXT_MAX, &words[(*count)++])) {
            return false;
        }
    }
    *out = words;
    return true;
}

static bool load_attrs(struct loader *l, const char *member, const struct roster_json *list,
                       const struct attr *parent, const struct attr **out, size_t *count);

static bool load_name(struct loader *l, const char *member, const struct roster_json *value,
                      struct attr *attr)
{
    if (!load_text(l, member, value, SCHEMA_NAME_MAX, &attr->name)) {
        return false;
    }
    return attr_name_is_valid(attr->name) ||
           refuse(l, ROSTER_ERR_INVALID_VALUE, member,
                  "must begin with a letter and go on with letters, digits, $, - and _");
}

static bool load_description(struct loader *l, const char *member, const struct roster_json *value,
                             struct attr *attr)
{
    return load_text(l, member, value, SCHEMA_TEXT_MAX, &attr->description);
}

static bool load_type(struct loader *l, const char *member, const struct roster_json *value,
                      struct attr *attr)
{
    return (value->kind == JSON_STRING && attr_type_find(value->text, &attr->type)) ||
           refuse(l, ROSTER_ERR_INVALID_VALUE, member,
                  "must be string, boolean, decimal, integer, dateTime, binary, reference or "
                  "complex");
}

static bool load_mutability(struct loader *l, const char *member, const struct roster_json *value,
                            struct attr *attr)
{
    return (value->kind == JSON_STRING && attr_mutability_find(value->text, &attr->mutability)) ||
           refuse(l, ROSTER_ERR_INVALID_VALUE, member,
                  "must be readOnly, readWrite, immutable or writeOnly");
}

static bool load_returned(struct loader *l, const char *member, const struct roster_json *value,
                          struct attr *attr)
{
    return (value->kind == JSON_STRING && attr_returned_find(value->text, &attr->returned)) ||
           refuse(l, ROSTER_ERR_INVALID_VALUE, member, "must be always, never, default or request");
}

static bool load_uniqueness(struct loader *l, const char *member, const struct roster_json *value,
                            struct attr *attr)
{
    return (value->kind == JSON_STRING && attr_uniqueness_find(value->text, &attr->uniqueness)) ||
           refuse(l, ROSTER_ERR_INVALID_VALUE, member, "must be none, server or global");
}

static bool load_multi_valued(struct loader *l, const char *member, const struct roster_json *value,
                              struct attr *attr)
{
    return load_bool(l, member, value, &attr->multi_valued);
}

static bool load_required(struct loader *l, const char *member, const struct roster_json *value,
                          struct attr *attr)
{
    return load_bool(l, member, value, &attr->required);
}

static bool load_case_exact(struct loader *l, const char *member, const struct roster_json *value,
                            struct attr *attr)
{
    return load_bool(l, member, value, &attr->case_exact);
}

static bool load_canonical(struct loader *l, const char *member, const struct roster_json *value,
                           struct attr *attr)
{
    return load_words(l, member, value, &attr->canonical_values, &attr->canonical_count);
}

static bool load_references(struct loader *l, const char *member, const struct roster_json *value,
                            struct attr *attr)
{
    return load_words(l, member, value, &attr->reference_types, &attr->reference_count);
}

static bool load_form(struct loader *l, const char *member, const struct roster_json *value,
                      struct attr *attr)
{
    return load_text(l, member, value, SCHEMA_NAME_MAX, &attr->form);
}

static bool load_not_with(struct loader *l, const char *member, const struct roster_json *value,
                          struct attr *attr)
{
    return load_text(l, member, value, SCHEMA_NAME_MAX, &attr->not_with);
}

static bool load_made_without(struct loader *l, const char *member, const struct roster_json *value,
                              struct attr *attr)
{
    return load_text(l, member, value, SCHEMA_NAME_MAX, &attr->made_without);
}

static bool load_closed(struct loader *l, const char *member, const struct roster_json *value,
                        struct attr *attr)
{
    return load_bool(l, member, value, &attr->closed);
}

static bool load_subs(struct loader *l, const char *member, const struct roster_json *value,
                      struct attr *attr)
{
    struct loader inner = *l;
    inner.parent = l->name;
    return load_attrs(&inner, member, value, attr, &attr->subs, &attr->sub_count);
}

static const struct characteristic {
    const char *name;
    bool (*load)(struct loader *l, const char *member, const struct roster_json *value,
                 struct attr *attr);
    bool own;  // in schemas of the product only
} characteristics[] = {
    {"name", load_name, false},
    {"description", load_description, false},
    {"type", load_type, false},
    {"multiValued", load_multi_valued, false},
    {"required", load_required, false},
    {"caseExact", load_case_exact, false},
    {"mutability", load_mutability, false},
    {"returned", load_returned, false},
    {"uniqueness", load_uniqueness, false},
    {"canonicalValues", load_canonical, false},
    {"referenceTypes", load_references, false},
    {"subAttributes", load_subs, false},
    {"form", load_form, true},
    {"notWith", load_not_with, true},
    {"madeWithout", load_made_without, true},
    {"closed", load_closed, true},
};

static bool load_characteristic(struct loader *l, const struct roster_json *member,
                                struct attr *attr)
{
    for (size_t at = 0; at < COUNT_OF(characteristics); at++) {
        const struct characteristic *row = &characteristics[at];
        if (str_equal_nocase(member->key, str_of(row->name)) && (!row->own || l->own != NULL)) {
            return json_is_unassigned(member) || row->load(l, row->name, member, attr);
        }
    }
    return fail(l->err, ROSTER_ERR_INVALID_SYNTAX, 0,
                "attribute \"%.*s\": \"%.*s\" is no characteristic of an attribute",
                STR_ARGS(l->name), STR_ARGS(member->key));
}

// What one characteristic means for another.
static bool settle(struct loader *l, struct attr *attr)
{
    if (attr->name.len == 0) {
        return fail(l->err, ROSTER_ERR_INVALID_VALUE, 0, "an attribute of the schema has no name");
    }
    bool complex = attr->type == ATTR_COMPLEX;
    if (complex && attr->parent != NULL && (l->own == NULL || !l->own->nested)) {
        return refuse(l, ROSTER_ERR_INVALID_VALUE, "type",
                      "must not be complex: sub-attributes are simple");
    }
    if (complex != (attr->sub_count > 0)) {
        return refuse(l, ROSTER_ERR_INVALID_VALUE, "subAttributes",
                      complex ? "must have at least one entry: the type is complex"
                              : "belongs to the type complex only");
    }
    if (attr->mutability == ATTR_WRITE_ONLY && attr->returned != ATTR_NEVER) {
        return refuse(l, ROSTER_ERR_INVALID_VALUE, "returned",
                      "must be never: the attribute is writeOnly");
    }
    if (attr->parent != NULL && attr->multi_valued && attr->uniqueness != ATTR_UNIQUE_NONE) {
        return refuse(l, ROSTER_ERR_INVALID_VALUE, "uniqueness",
                      "must be none: the attribute is a list inside a complex value");
    }
    if (attr->returned == ATTR_NEVER && attr->uniqueness != ATTR_UNIQUE_NONE && !complex) {
        return refuse(l, ROSTER_ERR_INVALID_VALUE, "uniqueness",
                      "must be none: a value that is never returned is not kept");
    }
    // EID 6004: neither has a meaning for a complex value. References and octets are always exact.
    attr->uniqueness = complex ? ATTR_UNIQUE_NONE : attr->uniqueness;
    attr->case_exact = attr->type == ATTR_REFERENCE || attr->type == ATTR_BINARY ||
                       (attr->type == ATTR_STRING && attr->case_exact);
    return true;
}

static bool load_attr(struct loader *l, const struct roster_json *json, struct attr *attr)
{
    l->name = json_find_text(json, STR("name"));
    if (json->kind != JSON_OBJECT) {
        return fail(l->err, ROSTER_ERR_INVALID_SYNTAX, 0,
                    "an attribute of the schema is no object");
    }
    if (json_is(json_find(json, STR("mutability")), JSON_STRING) &&
        str_equal(json_find_text(json, STR("mutability")), STR("writeOnly"))) {
        attr->returned = ATTR_NEVER;  // unless the schema says something else, which is refused
    }
    for (const struct roster_json *member = json->first; member != NULL; member = member->next) {
        if (!load_characteristic(l, member, attr)) {
            return false;
        }
    }
    return settle(l, attr);
}

static bool is_repeated(const struct attr *attrs, size_t count)
{
    for (size_t at = 0; at < count; at++) {
        if (str_equal_nocase(attrs[at].name, attrs[count].name)) {
            return true;
        }
    }
    return false;
}

static bool load_attrs(struct loader *l, const char *member, const struct roster_json *list,
                       const struct attr *parent, const struct attr **out, size_t *count)
{
    if (!json_is(list, JSON_ARRAY) || list->count > SCHEMA_ATTRS_MAX) {
        return fail(l->err, ROSTER_ERR_INVALID_SYNTAX, 0,
                    "\"%s\" must be a list of at most %d attributes", member, SCHEMA_ATTRS_MAX);
    }
    *l->total += list->count;
    if (*l->total > SCHEMA_ATTRS_ALL_MAX) {
        return fail(l->err, ROSTER_ERR_INVALID_VALUE, 0,
                    "a schema has at most %d attributes and sub-attributes", SCHEMA_ATTRS_ALL_MAX);
    }
    size_t room = list->count + (parent == NULL && l->inner != NULL ? l->inner->count : 0);
    struct attr *attrs = arena_array(l->arena, room, sizeof(*attrs));
    if (attrs == NULL) {
        return fail_memory(l->err);
    }
    l->top = parent == NULL ? attrs : l->top;
    size_t at = 0;
    for (const struct roster_json *json = list->first; json != NULL; json = json->next, at++) {
        attrs[at].parent = parent;
        attrs[at].schema = l->schema;
        if (!load_attr(l, json, &attrs[at])) {
            return false;
        }
        if (is_repeated(attrs, at)) {
            return refuse(l, ROSTER_ERR_INVALID_VALUE, "name",
                          "is taken by another attribute (letter case does not count)");
        }
    }
    *out = attrs;
    *count = at;
    return true;
}

// A URI with a scheme, in printable ASCII without quotes, brackets and the comma of lists of names.
static bool is_uri(str id)
{
    str scheme = {0};
    str rest = {0};
    if (id.len > SCHEMA_URI_MAX || !str_cut(id, ':', &scheme, &rest) || rest.len == 0 ||
        scheme.len == 0) {
        return false;
    }
    str allowed = STR("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                      "-._~:/?#@!$&'*+;=%");
    for (size_t at = 0; at < id.len; at++) {
        if (!str_contains(allowed, (str){id.ptr + at, 1})) {
            return false;
        }
    }
    return true;
}

static bool load_id(struct loader *l, const struct roster_json *json, struct schema *out)
{
    str id = json_find_text(json, STR("id"));
    if (!is_uri(id)) {
        return fail(l->err, ROSTER_ERR_INVALID_VALUE, 0,
                    "the \"id\" of a schema must be a URI of at most %d bytes, such as "
                    "urn:example:2.0:User",
                    SCHEMA_URI_MAX);
    }
    return copy(l, id, &out->id);
}

// Names and descriptions of schemas are optional (RFC 7643 section 7).
static bool load_title(struct loader *l, const struct roster_json *json, const char *member,
                       str *out)
{
    const struct roster_json *value = json_find(json, str_of(member));
    if (json_is_unassigned(value)) {
        return true;
    }
    if (value->kind != JSON_STRING || value->text.len > SCHEMA_TEXT_MAX) {
        return fail(l->err, ROSTER_ERR_INVALID_VALUE, 0,
                    "the \"%s\" of a schema must be a string of at most %zu bytes", member,
                    SCHEMA_TEXT_MAX);
    }
    return copy(l, value->text, out);
}

static const str inner_member = {"innerExtensions", 15};

// An extension inside this one is a complex attribute that is called by its URI.
static bool add_inner(const struct loader *l, str id, struct attr *attr)
{
    const struct schema *inner = registry_schema(l->own->registry, id);
    assert(inner != NULL);
    struct attr *subs = arena_array(l->arena, inner->attr_count, sizeof(*subs));
    if (subs == NULL) {
        return fail_memory(l->err);
    }
    *attr = (struct attr){.name = inner->id,
                          .type = ATTR_COMPLEX,
                          .inner = true,
                          .subs = subs,
                          .sub_count = inner->attr_count,
                          .schema = l->schema};
    for (size_t at = 0; at < inner->attr_count; at++) {
        subs[at] = inner->attrs[at];
        subs[at].parent = attr;
        subs[at].schema = l->schema;
    }
    return true;
}

static bool add_inners(const struct loader *l, struct schema *out)
{
    const struct roster_json *id = l->inner == NULL ? NULL : l->inner->first;
    for (; id != NULL; id = id->next) {
        if (!add_inner(l, id->text, &l->top[out->attr_count])) {
            return false;
        }
        out->attr_count++;
    }
    return true;
}

static bool check_members(const struct loader *l, const struct roster_json *json,
                          struct roster_error *err)
{
    static const char *const known[] = {"schemas", "id",          "externalId", "meta",
                                        "name",    "description", "attributes"};
    for (const struct roster_json *member = json->first; member != NULL; member = member->next) {
        size_t at = 0;
        while (at < COUNT_OF(known) && !str_equal_nocase(member->key, str_of(known[at]))) {
            at++;
        }
        bool is_inner = l->own != NULL && str_equal(member->key, inner_member);
        if (at == COUNT_OF(known) && !is_inner) {
            return fail(err, ROSTER_ERR_INVALID_SYNTAX, 0, "\"%.*s\" is no attribute of a schema",
                        STR_ARGS(member->key));
        }
    }
    return true;
}

bool schema_load(const struct roster_json *json, const struct schema_own *own,
                 struct roster_arena *arena, struct schema *out, struct roster_error *err)
{
    size_t total = 0;
    struct loader l = {.arena = arena, .err = err, .schema = out, .own = own, .total = &total};
    if (!json_is(json, JSON_OBJECT)) {
        return fail(err, ROSTER_ERR_INVALID_SYNTAX, 0, "a schema must be an object");
    }
    if (own != NULL && json_is(json_find(json, inner_member), JSON_ARRAY)) {
        l.inner = json_find(json, inner_member);
    }
    if (!check_members(&l, json, err) || !load_id(&l, json, out) ||
        !load_title(&l, json, "name", &out->name) ||
        !load_title(&l, json, "description", &out->description) ||
        !load_attrs(&l, "attributes", json_find(json, STR("attributes")), NULL, &out->attrs,
                    &out->attr_count) ||
        !add_inners(&l, out)) {
        return false;
    }
    return out->attr_count > 0 || own != NULL ||
           fail(err, ROSTER_ERR_INVALID_VALUE, 0, "a schema must have at least one attribute");
}
