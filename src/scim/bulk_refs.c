// bulk_refs.c: references to bulkIds in the data of operations: found, replaced, taken out.
//
// One walk does all of it, so that what is found is what is replaced.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "scim/bulk.h"

static const str mark = STR_INIT("bulkId:");

static bool starts_with_mark(str text)
{
    return text.len > mark.len && str_equal(str_head(text, mark.len), mark);
}

// Whether the last segment of "https://host/scim/v2/Users" names an endpoint.
static bool ends_in_endpoint(const struct roster_registry *registry, str text)
{
    size_t from = text.len;
    while (from > 0 && text.ptr[from - 1] != '/') {
        from--;
    }
    return registry_endpoint(registry, str_tail(text, from), true) != NULL;
}

bool bulk_reference(const struct roster_registry *registry, str text, str *prefix, str *name)
{
    size_t at = text.len;
    if (starts_with_mark(text)) {
        *prefix = (str){0};
        *name = str_tail(text, mark.len);
        return true;
    }
    while (at > 0 && text.ptr[at - 1] != '/') {
        at--;
    }
    if (at == 0 || !starts_with_mark(str_tail(text, at)) ||
        !ends_in_endpoint(registry, str_head(text, at - 1))) {
        return false;
    }
    *prefix = str_head(text, at);
    *name = str_tail(text, at + mark.len);
    return true;
}

// What a walk does with each reference.
struct walk {
    const struct bulk_scope *scope;
    uint32_t operation;        // collecting: whose data it is
    struct bulk_needs *needs;  // collecting; NULL otherwise
    const str *ids;            // replacing; NULL otherwise
    const bool *late;          // looking for references to these; NULL otherwise
    bool found;                // one of them
    struct roster_error *err;
};

static bool note(struct walk *w, str name)
{
    struct bulk_names *names = w->scope->names;
    uint32_t number = 0;
    if (!bulk_names_add(names, name, &number, w->err)) {
        return false;
    }
    if (names->rows[number].seen_by == w->operation) {
        return true;
    }
    names->rows[number].seen_by = w->operation;
    uint32_t *numbers = arena_room(names->arena, w->needs->numbers, w->needs->count, &w->needs->cap,
                                   sizeof(*numbers));
    if (numbers == NULL) {
        return fail_memory(w->err);
    }
    numbers[w->needs->count++] = number;
    w->needs->numbers = numbers;
    return true;
}

static bool visit_reference(struct walk *w, str prefix, str name, str *text)
{
    if (w->needs != NULL) {
        return note(w, name);
    }
    uint32_t number = bulk_names_find(w->scope->names, name);
    uint32_t creator = number == BULK_NONE ? BULK_NONE : w->scope->names->rows[number].creator;
    if (creator == BULK_NONE) {
        return true;
    }
    if (w->late != NULL) {
        w->found = w->found || w->late[creator];
        return true;
    }
    assert(w->ids != NULL);
    const str parts[] = {prefix, w->ids[creator]};
    return arena_join(w->scope->scratch, text, parts, COUNT_OF(parts)) || fail_memory(w->err);
}

static bool visit_text(struct walk *w, str *text)
{
    str prefix = {0};
    str name = {0};
    return !bulk_reference(w->scope->registry, *text, &prefix, &name) ||
           visit_reference(w, prefix, name, text);
}

// Behind the quoted text that begins at `at`.
static size_t literal_end(str path, size_t at)
{
    at++;
    while (at < path.len && path.ptr[at] != '"') {
        at += path.ptr[at] == '\\' ? 2 : 1;
    }
    return at < path.len ? at + 1 : path.len;
}

static bool visit_literal(struct walk *w, str literal, struct text *out)
{
    struct roster_json *value = NULL;
    struct roster_error ignored = {0};
    if (!roster_json_read(literal, w->scope->scratch, &value, &ignored) ||
        value->kind != JSON_STRING) {
        text_add(out, literal);
        return ignored.code != ROSTER_ERR_NO_MEMORY || fail_memory(w->err);
    }
    str before = value->text;
    if (!visit_text(w, &value->text)) {
        return false;
    }
    if (before.ptr == value->text.ptr) {
        text_add(out, literal);
    } else {
        json_write_string(out, value->text);
    }
    return true;
}

// The literals of the filters in a path: members[value eq "bulkId:u1"].
static bool visit_path(struct walk *w, str *path)
{
    struct text out;
    if (!str_contains(*path, mark)) {
        return true;
    }
    text_init(&out, w->scope->scratch, arena_max(w->scope->scratch));
    for (size_t at = 0; at < path->len;) {
        if (path->ptr[at] != '"') {
            text_char(&out, path->ptr[at++]);
            continue;
        }
        size_t end = literal_end(*path, at);
        if (!visit_literal(w, (str){path->ptr + at, end - at}, &out)) {
            return false;
        }
        at = end;
    }
    *path = text_str(&out);
    return !out.full || fail_memory(w->err);
}

static bool walk_value(struct walk *w, struct roster_json *value)
{
    if (value->kind == JSON_STRING) {
        return visit_text(w, &value->text);
    }
    for (struct roster_json *child = value->first; child != NULL; child = child->next) {
        if ((value->kind == JSON_OBJECT && !visit_path(w, &child->key)) || !walk_value(w, child)) {
            return false;
        }
    }
    return true;
}

static bool walk_operation(struct walk *w, struct roster_json *operation)
{
    for (struct roster_json *child = operation->first; child != NULL; child = child->next) {
        bool is_path = child->kind == JSON_STRING && str_equal_nocase(child->key, STR("path"));
        if (is_path ? !visit_path(w, &child->text) : !walk_value(w, child)) {
            return false;
        }
    }
    return true;
}

static bool walk_patch(struct walk *w, struct roster_json *data)
{
    struct roster_json *operations = json_find(data, STR("Operations"));
    if (operations == NULL) {
        return true;
    }
    if (operations->kind == JSON_OBJECT) {
        return walk_operation(w, operations);
    }
    for (struct roster_json *one = operations->first; one != NULL; one = one->next) {
        if (!walk_operation(w, one)) {
            return false;
        }
    }
    return true;
}

static bool is_read_only(const struct attr *attr)
{
    return attr != NULL && attr->mutability == ATTR_READ_ONLY;
}

// `extension` NULL: at top level.
static bool is_ignored(const struct walk *w, const struct schema *extension, str name)
{
    return is_read_only(extension != NULL ? schema_attr(extension, name)
                                          : type_attr(w->scope->type, name));
}

static bool walk_resource(struct walk *w, const struct schema *extension, struct roster_json *data)
{
    for (struct roster_json *child = data->first; child != NULL; child = child->next) {
        const struct schema *inner =
            extension == NULL ? type_extension(w->scope->type, child->key) : NULL;
        if (is_ignored(w, extension, child->key)) {
            continue;
        }
        if (inner != NULL && child->kind == JSON_OBJECT ? !walk_resource(w, inner, child)
                                                        : !walk_value(w, child)) {
            return false;
        }
    }
    return true;
}

static bool walk_data(struct walk *w, struct roster_json *data)
{
    return w->scope->method == BULK_PATCH ? walk_patch(w, data) : walk_resource(w, NULL, data);
}

bool bulk_refs_collect(const struct bulk_scope *scope, uint32_t operation, struct roster_json *data,
                       struct bulk_needs *needs, struct roster_error *err)
{
    struct walk w = {.scope = scope, .operation = operation, .needs = needs, .err = err};
    return walk_data(&w, data);
}

bool bulk_refs_replace(const struct bulk_scope *scope, struct roster_json *data, const str *ids,
                       struct roster_error *err)
{
    struct walk w = {.scope = scope, .ids = ids, .err = err};
    return walk_data(&w, data);
}

// Taking out

static bool is_late(struct walk *w, struct roster_json *value, bool *late)
{
    w->found = false;
    bool walked = walk_value(w, value);
    *late = w->found;
    return walked;
}

static struct roster_json *put_twin(struct walk *w, struct roster_json *cut,
                                    const struct roster_json *of)
{
    struct roster_json *twin = json_new(w->scope->scratch, of->kind);
    if (twin == NULL) {
        fail_memory(w->err);
        return NULL;
    }
    json_put(cut, of->key, twin);
    return twin;
}

// The list is built anew: taking elements out one by one would cost its length each time.
static bool cut_elements(struct walk *w, struct roster_json *list, struct roster_json *cut)
{
    struct roster_json *one = list->first;
    struct roster_json *next = NULL;
    struct roster_json *twin = NULL;
    list->first = list->last = NULL;
    list->count = 0;
    for (; one != NULL; one = next) {
        bool late = false;
        next = one->next;
        if (!is_late(w, one, &late)) {
            return false;
        }
        twin = late && twin == NULL ? put_twin(w, cut, list) : twin;
        if (late && twin == NULL) {
            return false;
        }
        json_push(late ? twin : list, one);
    }
    return true;
}

static bool cut_members(struct walk *w, const struct schema *extension, struct roster_json *data,
                        struct roster_json *cut);

static bool cut_extension(struct walk *w, const struct schema *extension, struct roster_json *value,
                          struct roster_json *cut)
{
    struct roster_json *twin = json_new(w->scope->scratch, JSON_OBJECT);
    if (twin == NULL) {
        return fail_memory(w->err);
    }
    if (!cut_members(w, extension, value, twin)) {
        return false;
    }
    if (twin->first != NULL) {
        json_put(cut, value->key, twin);
    }
    return true;
}

static bool cut_members(struct walk *w, const struct schema *extension, struct roster_json *data,
                        struct roster_json *cut)
{
    struct roster_json *next = NULL;
    for (struct roster_json *child = data->first; child != NULL; child = next) {
        bool late = false;
        const struct schema *inner =
            extension == NULL ? type_extension(w->scope->type, child->key) : NULL;
        next = child->next;
        if (is_ignored(w, extension, child->key)) {
            continue;
        }
        if (inner != NULL && child->kind == JSON_OBJECT) {
            if (!cut_extension(w, inner, child, cut)) {
                return false;
            }
        } else if (child->kind == JSON_ARRAY) {
            if (!cut_elements(w, child, cut)) {
                return false;
            }
        } else if (!is_late(w, child, &late)) {
            return false;
        } else if (late) {
            json_remove(data, child);
            json_put(cut, child->key, child);
        }
    }
    return true;
}

bool bulk_refs_cut(const struct bulk_scope *scope, struct roster_json *data, const bool *late,
                   struct roster_json **cut, struct roster_error *err)
{
    struct walk w = {.scope = scope, .late = late, .err = err};
    *cut = json_new(scope->scratch, JSON_OBJECT);
    return *cut == NULL ? fail_memory(err) : cut_members(&w, NULL, data, *cut);
}
