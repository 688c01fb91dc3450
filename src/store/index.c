// index.c: what is indexed of a resource, and the rows of it.
// SPDX-License-Identifier: Apache-2.0
#include "store/index.h"

#include "base/limits.h"
#include "scim/compare.h"
#include "store/conn.h"
#include "store/schemas.h"
#include "store/sql.h"
#include "sys/sys.h"

#include <string.h>

static_assert(KEY_PREFIX_MAX + DIGEST_LEN == INDEX_KEY_MAX, "a cut key fills its room");

bool index_cut(str key, struct roster_arena *arena, str *out, bool *truncated)
{
    *truncated = key.len >= INDEX_KEY_MAX;
    *out = key;
    if (!*truncated) {
        return true;
    }
    unsigned char *cut = arena_alloc(arena, INDEX_KEY_MAX);
    if (cut == NULL) {
        return false;
    }
    memcpy(cut, key.ptr, KEY_PREFIX_MAX);
    digest_of(key, cut + KEY_PREFIX_MAX);
    *out = (str){(const char *)cut, INDEX_KEY_MAX};
    return true;
}

const struct attr *index_attr(const struct index *index)
{
    return index->sub != NULL ? index->sub : index->attr;
}

const struct index *index_of_path(const struct index_set *set, const struct path *path)
{
    for (size_t at = 0; at < set->count; at++) {
        const struct index *index = &set->indexes[at];
        if (index->attr == path->attr && index->sub == path->sub && !index->building) {
            return index;
        }
    }
    return NULL;
}

bool index_set_has(const struct index_set *set, const struct path *path)
{
    return index_of_path(set, path) != NULL;
}

static bool bind(const struct store *store, const struct roster_resource_type *type,
                 const struct declaration *declaration, struct index *out)
{
    const char *extension = declaration->extension;
    *out = (struct index){
        .number = store_attribute(store, type->number, str_of(declaration->path)),
        .names_one = declaration->names_one,
        .marks_absent = declaration->marks_absent,
        .only_false = declaration->only_false,
        .beside = declaration->beside == NULL
                      ? 0
                      : store_attribute(store, type->number, str_of(declaration->beside)),
    };
    out->extension = extension == NULL ? NULL : type_extension(type, str_of(extension));
    if (extension == NULL) {
        out->attr = type_attr(type, str_of(declaration->attr));
    } else if (out->extension != NULL) {
        out->attr = schema_attr(out->extension, str_of(declaration->attr));
    }
    if (out->number == 0 || out->attr == NULL) {
        return false;
    }
    if (declaration->sub != NULL) {
        out->sub = attr_sub(out->attr, str_of(declaration->sub));
        out->kind = out->attr->multi_valued ? attr_sub(out->attr, STR("type")) : NULL;
    }
    out->unique = index_attr(out)->uniqueness != ATTR_UNIQUE_NONE && !out->attr->multi_valued;
    return declaration->sub == NULL || out->sub != NULL;
}

// False: the path names nothing that can be indexed.
static bool bind_declared(const struct scope *scope, const struct declared_row *declared,
                          struct index *out)
{
    struct path path = {0};
    struct roster_error ignored = {0};
    if (!path_parse_name(scope, declared->path, &path, &ignored) || path.unknown ||
        path.attr == NULL) {
        return false;
    }
    *out = (struct index){
        .number = declared->attribute,
        .extension = path.extension,
        .attr = path.attr,
        .sub = path.sub,
        .kind =
            path.sub != NULL && path.attr->multi_valued ? attr_sub(path.attr, STR("type")) : NULL,
        .unique = declared->unique,
        .names_one = declared->unique,
        .building = !declared->complete,
    };
    return index_attr(out)->type != ATTR_COMPLEX;
}

static bool add_declared(const struct roster_resource_type *type,
                         const struct declared_row *declared, struct roster_arena *arena,
                         struct index_set *set, struct roster_error *err)
{
    struct roster_quirks quirks = {0};
    struct scope scope = {type, &quirks, arena};
    for (; declared != NULL; declared = declared->next) {
        if (declared->type != type->number || declared->after == INDEX_REMOVING) {
            continue;
        }
        if (!bind_declared(&scope, declared, &set->indexes[set->count])) {
            return fail(err, ROSTER_ERR_INTERNAL, 0, "the index over \"%.*s\" is damaged",
                        STR_ARGS(declared->path));
        }
        set->count++;
    }
    return true;
}

static size_t count_declared(const struct declared_row *declared)
{
    size_t count = 0;
    for (; declared != NULL; declared = declared->next) {
        count++;
    }
    return count;
}

bool index_set_build(struct store *store, const struct roster_resource_type *type,
                     const struct declared_row *declared, struct roster_arena *arena,
                     const struct index_set **out, struct roster_error *err)
{
    size_t count = declaration_count + count_declared(declared);
    struct index_set *set = arena_alloc(arena, sizeof(*set) + count * sizeof(set->indexes[0]));
    if (set == NULL) {
        return fail_memory(err);
    }
    set->type = type->number;
    for (size_t at = 0; at < declaration_count; at++) {
        if (declarations[at].type == type->number &&
            bind(store, type, &declarations[at], &set->indexes[set->count])) {
            set->count++;
        }
    }
    *out = set;
    return add_declared(type, declared, arena, set, err);
}

struct extraction {
    struct roster_arena *arena;
    struct index_entry **first;
    struct index_entry **tail;
    size_t count;
    struct roster_error *err;
};

static struct index_entry *add_entry(struct extraction *x, const struct index *index)
{
    struct index_entry *entry = arena_alloc(x->arena, sizeof(*entry));
    if (entry == NULL || ++x->count > INDEX_VALUES_MAX) {
        (void)(entry == NULL ? fail_memory(x->err)
                             : fail(x->err, ROSTER_ERR_INVALID_VALUE, 0,
                                    "a resource may have at most %d values that are searchable",
                                    INDEX_VALUES_MAX));
        return NULL;
    }
    entry->attr = index->number;
    entry->unique = index->unique;
    entry->name = index_attr(index);
    *x->tail = entry;
    x->tail = &entry->next;
    return entry;
}

// Whether a unique value stands in the same resource already: it has one row.
static bool is_twin(const struct extraction *x, const struct index *index, str key)
{
    for (const struct index_entry *entry = *x->first; entry != NULL; entry = entry->next) {
        if (entry->attr == index->number && str_equal(entry->key, key)) {
            return true;
        }
    }
    return false;
}

// `element` is the complex value around `value`, or NULL.
static bool add_value(struct extraction *x, const struct index *index,
                      const struct roster_json *value, const struct roster_json *element, int at)
{
    str key = {0};
    bool truncated = false;
    const struct roster_json *kind =
        index->kind == NULL ? NULL : json_find(element, index->kind->name);
    if (json_is_unassigned(value) || (index->only_false && json_is(value, JSON_TRUE))) {
        return true;
    }
    if (!value_key(index_attr(index), value, x->arena, &key)) {
        return fail(x->err, ROSTER_ERR_INVALID_VALUE, 0, "%.*s is of the wrong type or too long",
                    STR_ARGS(index_attr(index)->name));
    }
    if (!index_cut(key, x->arena, &key, &truncated)) {
        return fail_memory(x->err);
    }
    if (index->unique && index->attr->multi_valued && is_twin(x, index, key)) {
        return true;
    }
    struct index_entry *entry = add_entry(x, index);
    if (entry == NULL) {
        return false;
    }
    entry->element = index->unique ? 0 : at;  // where it stands says nothing about a unique value
    entry->key = key;
    entry->truncated = truncated;
    if (kind != NULL && !index->unique && value_key(index->kind, kind, x->arena, &key)) {
        bool ignored = false;
        return index_cut(key, x->arena, &entry->type, &ignored) || fail_memory(x->err);
    }
    return true;
}

static bool add_elements(struct extraction *x, const struct index *index,
                         const struct roster_json *list)
{
    int at = 0;
    for (const struct roster_json *element = list->first; element != NULL;
         element = element->next) {
        const struct roster_json *value =
            index->sub == NULL ? element : json_find(element, index->sub->name);
        if (!add_value(x, index, value, element, at++)) {
            return false;
        }
    }
    return true;
}

static bool add_index(struct extraction *x, const struct index *index,
                      const struct roster_json *resource)
{
    const struct roster_json *container =
        index->extension == NULL ? resource : json_find(resource, index->extension->id);
    const struct roster_json *value = json_find(container, index->attr->name);
    if (json_is_unassigned(value)) {
        if (index->marks_absent) {
            struct index_entry *entry = add_entry(x, index);
            if (entry == NULL) {
                return false;
            }
            entry->element = ELEMENT_ABSENT;
        }
        return true;
    }
    if (value->kind == JSON_ARRAY) {
        return add_elements(x, index, value);
    }
    return add_value(x, index, index->sub == NULL ? value : json_find(value, index->sub->name),
                     NULL, 0);
}

static const struct index *index_of_number(const struct index_set *set, int number)
{
    for (size_t at = 0; at < set->count; at++) {
        if (set->indexes[at].number == number) {
            return &set->indexes[at];
        }
    }
    return NULL;
}

// Lets the row of each unique key stand for the first ordinary one that may be beside it.
static void share_rows(const struct index_set *set, struct index_entry *first)
{
    for (struct index_entry *unique = first; unique != NULL; unique = unique->next) {
        struct index_entry *entry = unique->unique ? first : NULL;
        for (; entry != NULL && unique->also == NULL; entry = entry->next) {
            const struct index *index = index_of_number(set, entry->attr);
            if (index->beside == unique->attr && str_equal(entry->key, unique->key)) {
                unique->also = entry;
                entry->shared = true;
            }
        }
    }
}

bool index_extract(const struct index_set *set, const struct roster_json *resource,
                   struct roster_arena *arena, struct index_entry **first, struct roster_error *err)
{
    struct extraction x = {arena, first, first, 0, err};
    *first = NULL;
    for (size_t at = 0; at < set->count; at++) {
        if (!add_index(&x, &set->indexes[at], resource)) {
            return false;
        }
    }
    share_rows(set, *first);
    return true;
}

// Three parameters from `parameter` on.
static void bind_also(struct sql *q, int parameter, const struct index_entry *also)
{
    sql_i64(q, parameter, also == NULL ? 0 : also->attr);
    sql_i64(q, parameter + 1, also == NULL ? 0 : also->element);
    sql_blob(q, parameter + 2, also == NULL ? (str){0} : also->type);
}

static enum store_outcome insert_unique(struct conn *writer, int64_t tenant, int64_t row,
                                        const struct index_entry *entry)
{
    int64_t count = 0;
    struct sql q = sql_begin(writer, STATEMENT_UNIQUE_INSERT);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, entry->attr);
    sql_blob(&q, 3, entry->key);
    sql_i64(&q, 4, row);
    sql_i64(&q, 5, entry->truncated);
    bind_also(&q, 6, entry->also);
    enum store_outcome got = sql_run(&q, &count);
    return got == STORE_OK && count == 0 ? STORE_TAKEN : got;
}

enum store_outcome index_set_also(struct conn *writer, int64_t tenant, int64_t row,
                                  const struct index_entry *entry)
{
    struct sql q = sql_begin(writer, STATEMENT_UNIQUE_SET_ALSO);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, entry->attr);
    sql_blob(&q, 3, entry->key);
    sql_i64(&q, 4, row);
    bind_also(&q, 5, entry->also);
    return sql_run(&q, NULL);
}

enum store_outcome index_write(struct conn *writer, enum statement statement, int64_t tenant,
                               int64_t row, const struct index_entry *entry)
{
    struct sql q = sql_begin(writer, statement);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, entry->attr);
    sql_blob(&q, 3, entry->key);
    sql_i64(&q, 4, row);
    sql_i64(&q, 5, entry->element);
    sql_blob(&q, 6, entry->type);
    sql_i64(&q, 7, entry->truncated);
    return sql_run(&q, NULL);
}

enum store_outcome index_insert(struct conn *writer, int64_t tenant, int64_t row,
                                const struct index_entry *entry)
{
    if (entry->truncated && !store_note_truncated(writer->store, tenant, entry->attr)) {
        return STORE_FAILED;
    }
    if (entry->unique) {
        return insert_unique(writer, tenant, row, entry);
    }
    if (entry->shared) {
        return STORE_OK;
    }
    return index_write(writer, STATEMENT_INDEX_INSERT, tenant, row, entry);
}

enum store_outcome index_delete(struct conn *writer, int64_t tenant, int64_t row,
                                const struct index_entry *entry)
{
    if (entry->shared) {
        return STORE_OK;
    }
    struct sql q =
        sql_begin(writer, entry->unique ? STATEMENT_UNIQUE_DELETE : STATEMENT_INDEX_DELETE);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, entry->attr);
    sql_blob(&q, 3, entry->key);
    sql_i64(&q, 4, row);
    if (!entry->unique) {
        sql_i64(&q, 5, entry->element);
    }
    return sql_run(&q, NULL);
}

static enum store_outcome find_one(struct sql *q, int64_t *row)
{
    bool found = sql_step(q) == SQL_ROW;
    *row = found ? sql_column_i64(q, 0) : 0;
    enum store_outcome got = sql_end(q);
    return got == STORE_OK && !found ? STORE_NONE : got;
}

enum store_outcome unique_find(struct conn *conn, int64_t tenant, int type,
                               const struct index_entry *entry, int64_t *row)
{
    struct sql q = sql_begin(conn, STATEMENT_UNIQUE_FIND);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, entry->attr);
    sql_blob(&q, 3, entry->key);
    return find_one(&q, row);
}

enum store_outcome index_find(struct conn *conn, int64_t tenant, int type,
                              const struct index_entry *entry, int64_t except, int64_t *row)
{
    assert(!entry->unique && !entry->shared);
    if (entry->element == ELEMENT_ABSENT) {
        *row = 0;
        return STORE_NONE;
    }
    struct sql q = sql_begin(conn, STATEMENT_INDEX_FIND);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, entry->attr);
    sql_blob(&q, 3, entry->key);
    sql_i64(&q, 4, except);
    return find_one(&q, row);
}
