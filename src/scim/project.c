// project.c: which attributes an answer shows (P-134 to P-142).
//
//   returned    no parameter    attributes      excludedAttributes
//   always      shown           shown           shown
//   default     shown           when named      unless named
//   request     hidden          when named      hidden
//   never       hidden          hidden          hidden
//
// What stands under `request` is also shown to the client that has just written it (P-136).
// SPDX-License-Identifier: Apache-2.0
#include "scim/project.h"

#include "base/limits.h"
#include "roster/resource.h"

struct named {
    const struct schema *extension;  // with neither attr nor sub: all of it
    const struct attr *attr;
    const struct attr *sub;
};

struct projection {
    bool excludes;
    size_t count;
    struct named *names;
};

struct view {
    const struct projection *projection;
    const struct scope *scope;
};

// Takes the next name off the list. Commas between brackets or quotes separate nothing.
static str take_name(str *list)
{
    int depth = 0;
    bool is_quoted = false;
    size_t at = 0;
    for (; at < list->len && (depth > 0 || list->ptr[at] != ','); at++) {
        char c = list->ptr[at];
        is_quoted = c == '"' && depth > 0 ? !is_quoted : is_quoted;
        if (c == '\\' && is_quoted) {
            at += at + 1 < list->len;
        } else if (!is_quoted) {
            depth += (c == '[') - (c == ']' && depth > 0);
        }
    }
    str name = str_trim(str_head(*list, at));
    *list = str_tail(*list, at < list->len ? at + 1 : at);
    return name;
}

static size_t count_names(str list)
{
    size_t count = 0;
    while (list.len > 0) {
        count += take_name(&list).len > 0;
    }
    return count;
}

// A filter in brackets is left out: the whole attribute is meant.
static bool bind_name(const struct scope *scope, str text, struct projection *projection,
                      struct roster_error *err)
{
    struct path path = {0};
    struct roster_error unknown = {0};
    str rest = {0};
    (void)str_cut(text, '[', &text, &rest);
    if (!path_parse_name(scope, text, &path, &unknown)) {
        return unknown.code != ROSTER_ERR_NO_MEMORY || fail_memory(err);
    }
    if (!path.unknown) {
        projection->names[projection->count++] =
            (struct named){path.extension, path.attr, path.sub};
    }
    return true;
}

bool projection_parse(const struct scope *scope, str attributes, str excluded,
                      const struct projection **out, struct roster_error *err)
{
    size_t wanted = count_names(attributes);
    size_t unwanted = count_names(excluded);
    *out = NULL;
    if (wanted > 0 && unwanted > 0) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "attributes and excludedAttributes exclude each other: send one of them");
    }
    if (wanted + unwanted > PROJECTION_NAMES_MAX) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "at most %d attributes can be named",
                    PROJECTION_NAMES_MAX);
    }
    if (wanted + unwanted == 0) {
        return true;
    }
    struct projection *projection = arena_alloc(scope->arena, sizeof(*projection));
    struct named *names = arena_array(scope->arena, wanted + unwanted, sizeof(*names));
    if (projection == NULL || names == NULL) {
        return fail_memory(err);
    }
    *projection = (struct projection){.excludes = unwanted > 0, .names = names};
    for (str list = wanted > 0 ? attributes : excluded; list.len > 0;) {
        str name = take_name(&list);
        if (name.len > 0 && !bind_name(scope, name, projection, err)) {
            return false;
        }
    }
    *out = projection;
    return true;
}

// Whether the extension that the attribute is of was named as a whole.
static bool names_extension(const struct projection *projection, const struct attr *attr)
{
    for (size_t at = 0; projection != NULL && at < projection->count; at++) {
        const struct named *named = &projection->names[at];
        if (named->attr == NULL && named->extension == attr->schema) {
            return true;
        }
    }
    return false;
}

static bool names_itself(const struct projection *projection, const struct attr *attr)
{
    for (size_t at = 0; projection != NULL && at < projection->count; at++) {
        const struct named *named = &projection->names[at];
        if (named->attr == attr && named->sub == NULL) {
            return true;
        }
    }
    return false;
}

static bool names_attr(const struct projection *projection, const struct attr *attr)
{
    return names_itself(projection, attr) || names_extension(projection, attr);
}

static bool names_sub(const struct projection *projection, const struct attr *attr,
                      const struct attr *sub)
{
    for (size_t at = 0; projection != NULL && at < projection->count; at++) {
        const struct named *named = &projection->names[at];
        if (named->attr == attr && (sub == NULL ? named->sub != NULL : named->sub == sub)) {
            return true;
        }
    }
    return false;
}

// The table at the top, for an attribute or sub-attribute that was named or not.
static bool is_shown(const struct projection *projection, const struct attr *attr, bool is_named)
{
    bool includes = projection != NULL && !projection->excludes;
    switch (attr->returned) {
    case ATTR_ALWAYS:
        return true;
    case ATTR_BY_DEFAULT:
        return projection == NULL || is_named == includes;
    case ATTR_ON_REQUEST:
        return includes && is_named;
    case ATTR_NEVER:
        return false;
    }
    return false;
}

// `attributes=emails.type` shows something of emails, `excludedAttributes=emails.type` most of it.
// An extension that is named shows its attributes as if there were no parameter.
static bool wants_attr(const struct projection *projection, const struct attr *attr)
{
    bool includes = projection != NULL && !projection->excludes;
    bool is_named = includes ? names_itself(projection, attr) || names_sub(projection, attr, NULL)
                             : names_attr(projection, attr);
    if (includes && !is_named && names_extension(projection, attr)) {
        return is_shown(NULL, attr, false);
    }
    return is_shown(projection, attr, is_named);
}

// A parent that is named shows its sub-attributes as if there were no parameter (P-137).
static bool wants_sub(const struct projection *projection, const struct attr *sub)
{
    bool is_named = names_sub(projection, sub->parent, sub);
    bool includes = projection != NULL && !projection->excludes;
    if (includes && !is_named && names_attr(projection, sub->parent)) {
        return is_shown(NULL, sub, false);
    }
    // What is always shown of a parent that was not named at all is the parent's own affair.
    bool is_named_at_all = includes && names_sub(projection, sub->parent, NULL);
    if (includes && !is_named_at_all && sub->parent->returned == ATTR_ALWAYS) {
        return is_shown(NULL, sub, false);
    }
    return is_shown(projection, sub, is_named);
}

bool projection_wants(const struct projection *projection, const struct attr *attr)
{
    if (attr->parent == NULL) {
        return wants_attr(projection, attr);
    }
    return wants_attr(projection, attr->parent) && wants_sub(projection, attr);
}

static_assert(KNOWN_COUNT <= 32, "what is shown is one 32-bit word");

uint32_t projection_known(const struct projection *projection,
                          const struct roster_resource_type *type)
{
    uint32_t shown = 0;
    for (size_t at = 0; at < KNOWN_COUNT; at++) {
        const struct attr *attr = type->known[at];
        bool wanted = attr != NULL && projection_wants(projection, attr);
        shown |= (uint32_t)wanted << at;
    }
    return shown;
}

// A node of its own for the list of the view; the children stay those of the resource.
static struct roster_json *share(const struct view *v, const struct roster_json *value)
{
    struct roster_json *node = json_new(v->scope->arena, value->kind);
    if (node != NULL) {
        *node = *value;
        node->next = NULL;
    }
    return node;
}

// Which sub-attributes of one attribute are shown: decided once, whatever the number of elements.
struct sub_view {
    const struct view *view;
    const struct attr *attr;
    bool *shows;  // by index of the sub-attribute
    bool shows_all;
};

// For elements it is enough that the first one that was written has the sub-attribute.
static bool is_written(const struct attr *sub, const struct roster_json *written)
{
    const struct roster_json *object = json_is(written, JSON_ARRAY) ? written->first : written;
    return sub->returned == ATTR_ON_REQUEST && json_find(object, sub->name) != NULL;
}

static bool open_sub_view(const struct view *v, const struct attr *attr,
                          const struct roster_json *written, struct sub_view *out)
{
    *out = (struct sub_view){.view = v, .attr = attr, .shows_all = true};
    out->shows = arena_array(v->scope->arena, attr->sub_count + 1, sizeof(*out->shows));
    for (size_t at = 0; out->shows != NULL && at < attr->sub_count; at++) {
        const struct attr *sub = &attr->subs[at];
        out->shows[at] = wants_sub(v->projection, sub) || is_written(sub, written);
        out->shows_all = out->shows_all && out->shows[at];
    }
    return out->shows != NULL;
}

static bool view_object(const struct sub_view *s, const struct roster_json *value,
                        struct roster_json *to)
{
    for (const struct roster_json *member = value->first; member != NULL; member = member->next) {
        const struct attr *sub = attr_sub(s->attr, member->key);
        if (sub == NULL || !s->shows[sub - s->attr->subs]) {
            continue;
        }
        struct roster_json *node = share(s->view, member);
        if (node == NULL) {
            return false;
        }
        json_push(to, node);
    }
    return true;
}

static bool view_list(const struct sub_view *s, const struct roster_json *value,
                      struct roster_json *to)
{
    for (const struct roster_json *element = value->first; element != NULL;
         element = element->next) {
        struct roster_json *object = json_new(s->view->scope->arena, JSON_OBJECT);
        if (object == NULL || !view_object(s, element, object)) {
            return false;
        }
        if (object->first != NULL) {
            json_push(to, object);
        }
    }
    return true;
}

// NULL: the arena is full. Empty when nothing of the value is shown.
static struct roster_json *view_value(const struct view *v, const struct attr *attr,
                                      const struct roster_json *value,
                                      const struct roster_json *written)
{
    struct sub_view subs = {0};
    if (attr->type != ATTR_COMPLEX) {
        return share(v, value);
    }
    if (!open_sub_view(v, attr, written, &subs)) {
        return NULL;
    }
    if (subs.shows_all) {
        return share(v, value);
    }
    struct roster_json *node = json_new(v->scope->arena, value->kind);
    bool ok = node != NULL && (value->kind == JSON_ARRAY ? view_list(&subs, value, node)
                                                         : view_object(&subs, value, node));
    return ok ? node : NULL;
}

static bool view_attr(const struct view *v, const struct attr *attr,
                      const struct roster_json *member, const struct roster_json *written,
                      struct roster_json *to)
{
    const struct roster_json *sent = json_find(written, attr->name);
    bool shows_written = attr->returned == ATTR_ON_REQUEST && sent != NULL;
    if (!shows_written && !wants_attr(v->projection, attr)) {
        return true;
    }
    struct roster_json *node = view_value(v, attr, member, sent);
    if (node == NULL) {
        return false;
    }
    bool is_nothing = (node->kind == JSON_OBJECT || node->kind == JSON_ARRAY) &&
                      node->first == NULL && member->first != NULL;
    if (!is_nothing) {
        json_put(to, member->key, node);
    }
    return true;
}

static bool view_extension(const struct view *v, const struct schema *extension,
                           const struct roster_json *container, const struct roster_json *written,
                           struct roster_json *to)
{
    struct roster_json *node = json_new(v->scope->arena, JSON_OBJECT);
    if (node == NULL) {
        return false;
    }
    for (const struct roster_json *member = container->first; member != NULL;
         member = member->next) {
        const struct attr *attr = schema_attr(extension, member->key);
        if (attr != NULL && !view_attr(v, attr, member, written, node)) {
            return false;
        }
    }
    if (node->first != NULL) {
        json_put(to, container->key, node);
    }
    return true;
}

struct roster_json *projection_apply(const struct projection *projection, const struct scope *scope,
                                     const struct roster_json *resource,
                                     const struct roster_json *written)
{
    struct view v = {projection, scope};
    struct roster_json *to = json_new(scope->arena, JSON_OBJECT);
    for (const struct roster_json *member = resource->first; member != NULL && to != NULL;
         member = member->next) {
        const struct attr *attr = type_attr(scope->type, member->key);
        const struct schema *extension = type_extension(scope->type, member->key);
        bool ok = true;
        if (attr != NULL) {
            ok = view_attr(&v, attr, member, written, to);
        } else if (extension != NULL) {
            ok = view_extension(&v, extension, member, json_find(written, extension->id), to);
        }
        to = ok ? to : NULL;
    }
    return to;
}

bool roster_resource_project(const struct roster_resource_type *type,
                             const struct roster_json *resource, roster_str attributes,
                             roster_str excluded, struct roster_arena *arena,
                             struct roster_json **out, struct roster_error *err)
{
    struct roster_quirks quirks = roster_quirks_of(ROSTER_PROFILE_INTEROP);
    struct scope scope = {type, &quirks, arena};
    const struct projection *projection = NULL;
    if (!projection_parse(&scope, attributes, excluded, &projection, err)) {
        return false;
    }
    struct roster_json *view = projection_apply(projection, &scope, resource, NULL);
    if (view == NULL) {
        return fail_memory(err);
    }
    *out = view;
    return true;
}
