// document.c: resource trees to stored text.
// SPDX-License-Identifier: Apache-2.0
#include "core/document.h"

struct roster_json *document_find_manager(struct roster_json *resource)
{
    return json_find(json_find(resource, URI_ENTERPRISE), STR("manager"));
}

static struct roster_json *take(struct roster_json *resource, str name)
{
    struct roster_json *member = json_find(resource, name);
    if (member != NULL) {
        json_remove(resource, member);
    }
    return member;
}

struct document_parts document_detach(const struct roster_resource_type *type,
                                      struct roster_json *resource)
{
    struct roster_json *external_id = take(resource, STR("externalId"));
    struct document_parts parts = {0};
    if (json_is(external_id, JSON_STRING)) {
        parts.external_id = external_id->text;
    }
    if (type_members(type) != NULL) {
        parts.members = take(resource, STR("members"));
    }
    if (type_groups(type) != NULL) {
        take(resource, STR("groups"));
    }
    take(resource, STR("meta"));
    return parts;
}

static str last_segment(str uri)
{
    str head = {0};
    while (str_cut(uri, '/', &head, &uri)) {
    }
    return head;
}

bool document_normalize(struct roster_json *resource, struct roster_arena *arena)
{
    struct roster_json *manager = document_find_manager(resource);
    if (manager == NULL) {
        return true;
    }
    str id = json_find_text(manager, STR("value"));
    if (id.len == 0) {
        id = last_segment(json_find_text(manager, STR("$ref")));
    }
    struct roster_json *container = json_find(resource, URI_ENTERPRISE);
    json_remove(container, manager);
    if (id.len > 0) {
        struct roster_json *fresh = json_new(arena, JSON_OBJECT);
        if (fresh == NULL || !json_put_string(fresh, arena, STR("value"), id)) {
            return false;
        }
        json_put(container, STR("manager"), fresh);
    } else if (container->first == NULL) {
        json_remove(resource, container);
    }
    return true;
}

static void write_member(struct text *out, const struct roster_json *member)
{
    text_char(out, ',');
    json_write_string(out, member->key);
    text_char(out, ':');
    json_write(out, member);
}

// An extension object, noting where its manager starts.
static void write_container(struct text *out, const struct roster_json *container,
                            size_t *manager_at)
{
    text_char(out, ',');
    json_write_string(out, container->key);
    text_lit(out, ":{");
    for (const struct roster_json *child = container->first; child != NULL; child = child->next) {
        if (child != container->first) {
            text_char(out, ',');
        }
        json_write_string(out, child->key);
        text_char(out, ':');
        if (str_equal(child->key, STR("manager"))) {
            *manager_at = out->len;
        }
        json_write(out, child);
    }
    text_char(out, '}');
}

static str display_of(const struct roster_json *resource)
{
    str display = json_find_text(resource, STR("displayName"));
    return display.len > 0 ? display : json_find_text(resource, STR("userName"));
}

bool document_print(const struct roster_json *resource, struct roster_arena *arena,
                    struct resource_row *row)
{
    struct text out;
    text_init(&out, arena, arena_max(arena));
    text_reserve(&out, 2048);
    text_lit(&out, "{\"schemas\":");
    json_write(&out, json_find(resource, STR("schemas")));
    text_lit(&out, ",\"id\":");
    json_write_string(&out, row->id);
    row->manager_at = 0;
    for (const struct roster_json *child = resource->first; child != NULL; child = child->next) {
        if (str_equal(child->key, STR("schemas")) || str_equal(child->key, STR("id"))) {
            continue;
        }
        if (str_equal(child->key, URI_ENTERPRISE)) {
            write_container(&out, child, &row->manager_at);
        } else {
            write_member(&out, child);
        }
    }
    text_char(&out, '}');
    row->document = text_str(&out);
    row->display = display_of(resource);
    return !out.full;
}

bool document_manager(const struct resource_row *row, struct roster_arena *arena, str *id,
                      size_t *end)
{
    static const str head = {"{\"value\":\"", 10};
    size_t from = row->manager_at + head.len;
    size_t at = from;
    bool escaped = false;
    if (row->manager_at == 0 || from >= row->document.len ||
        !str_equal((str){row->document.ptr + row->manager_at, head.len}, head)) {
        return false;
    }
    while (at < row->document.len && row->document.ptr[at] != '"') {
        escaped |= row->document.ptr[at] == '\\';
        at += row->document.ptr[at] == '\\' ? 2 : 1;
    }
    if (at >= row->document.len) {
        return false;
    }
    *end = at + 1;
    *id = (str){row->document.ptr + from, at - from};
    if (escaped) {
        struct roster_json *text = NULL;
        struct roster_error err = {0};
        str quoted = {row->document.ptr + from - 1, at - from + 2};
        if (!roster_json_read(quoted, arena, &text, &err)) {
            return false;
        }
        *id = text->text;
    }
    return true;
}
