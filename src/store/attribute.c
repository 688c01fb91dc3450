// attribute.c: the table of indexed attributes, and their numbers.
// SPDX-License-Identifier: Apache-2.0
#include "store/attribute.h"

#include "store/conn.h"
#include "store/sql.h"

#include <stdlib.h>

#define ENTERPRISE "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

const struct declaration declarations[] = {
    {.type = TYPE_NUMBER_USER, .path = "userName", .attr = "userName", .names_one = true},
    // Sorting by it needs to know who has none; so does `active eq true`.
    {.type = TYPE_NUMBER_USER,
     .path = "displayName",
     .attr = "displayName",
     .names_one = true,
     .marks_absent = true},
    {.type = TYPE_NUMBER_USER,
     .path = "active",
     .attr = "active",
     .marks_absent = true,
     .only_false = true},
    {.type = TYPE_NUMBER_USER,
     .path = "emails.value",
     .attr = "emails",
     .sub = "value",
     .names_one = true,
     .beside = "userName"},
    {.type = TYPE_NUMBER_USER,
     .path = ENTERPRISE ":employeeNumber",
     .extension = ENTERPRISE,
     .attr = "employeeNumber",
     .names_one = true},
    {.type = TYPE_NUMBER_USER,
     .path = ENTERPRISE ":manager.value",
     .extension = ENTERPRISE,
     .attr = "manager",
     .sub = "value"},
    {.type = TYPE_NUMBER_GROUP,
     .path = "displayName",
     .attr = "displayName",
     .names_one = true,
     .marks_absent = true},
    {.type = TYPE_NUMBER_ROLE, .path = "value", .attr = "value", .names_one = true},
    {.type = TYPE_NUMBER_ENTITLEMENT, .path = "value", .attr = "value", .names_one = true},
};

const size_t declaration_count = COUNT_OF(declarations);

static bool refuse(struct roster_error *err)
{
    return fail(err, ROSTER_ERR_UNAVAILABLE, 0, "the store cannot be read: the log says why");
}

int store_attribute(const struct store *store, int type, str path)
{
    for (size_t at = 0; at < store->attribute_count; at++) {
        const struct attribute *attribute = &store->attributes[at];
        if (attribute->type == type && str_equal(attribute->path, path)) {
            return attribute->number;
        }
    }
    return 0;
}

static bool add_attribute(struct store *store, const struct attribute *attribute)
{
    size_t size = store->attribute_count * sizeof(*attribute);
    struct attribute *grown =
        arena_grow(store->arena, store->attributes, size, size + sizeof(*attribute));
    if (grown == NULL) {
        return false;
    }
    store->attributes = grown;
    store->attributes[store->attribute_count++] = *attribute;
    return true;
}

static enum store_outcome load_numbers(struct store *store)
{
    struct sql q = sql_begin(store->writer, STATEMENT_ATTRIBUTE_LIST);
    while (sql_step(&q) == SQL_ROW) {
        struct attribute attribute = {(int)sql_column_i64(&q, 0), (int)sql_column_i64(&q, 1), {0}};
        sql_column_copy(&q, 2, store->arena, &attribute.path);
        if (!add_attribute(store, &attribute)) {
            sql_fail(&q);
        }
    }
    return sql_end(&q);
}

static enum store_outcome give_number(struct store *store, const struct declaration *declaration)
{
    int64_t number = 0;
    enum store_outcome got = number_take(store->writer, NUMBER_ATTRIBUTE, &number);
    if (got != STORE_OK) {
        return got;
    }
    struct attribute attribute = {(int)number, declaration->type, str_of(declaration->path)};
    struct sql q = sql_begin(store->writer, STATEMENT_ATTRIBUTE_INSERT);
    sql_i64(&q, 1, number);
    sql_i64(&q, 2, declaration->type);
    sql_text(&q, 3, attribute.path);
    got = sql_run(&q, NULL);
    return got == STORE_OK && !add_attribute(store, &attribute) ? STORE_FAILED : got;
}

static enum store_outcome give_missing(struct store *store)
{
    enum store_outcome got = conn_begin(store->writer);
    for (size_t at = 0; at < declaration_count && got == STORE_OK; at++) {
        if (store_attribute(store, declarations[at].type, str_of(declarations[at].path)) == 0) {
            got = give_number(store, &declarations[at]);
        }
    }
    if (got == STORE_OK) {
        got = conn_commit(store->writer);
    }
    if (got != STORE_OK) {
        conn_rollback(store->writer);
    }
    return got;
}

static enum store_outcome load_truncated(struct store *store)
{
    struct sql q = sql_begin(store->writer, STATEMENT_TRUNCATED_LIST);
    while (sql_step(&q) == SQL_ROW) {
        if (!store_note_truncated(store, sql_column_i64(&q, 0), (int)sql_column_i64(&q, 1))) {
            sql_fail(&q);
        }
    }
    return sql_end(&q);
}

bool attributes_load(struct store *store, struct roster_error *err)
{
    if (load_numbers(store) != STORE_OK || give_missing(store) != STORE_OK ||
        load_truncated(store) != STORE_OK) {
        return refuse(err);
    }
    return true;
}

// Sorted by tenant, then attribute: where the pair is or would be.
static size_t place_of(const struct store *store, int64_t tenant, int attr)
{
    size_t low = 0;
    size_t high = store->truncated_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct truncated *pair = &store->truncated[middle];
        if (pair->tenant < tenant || (pair->tenant == tenant && pair->attr < attr)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool is_at(const struct store *store, size_t place, int64_t tenant, int attr)
{
    return place < store->truncated_count && store->truncated[place].tenant == tenant &&
           store->truncated[place].attr == attr;
}

bool store_is_truncated(struct store *store, int64_t tenant, int attr)
{
    pthread_rwlock_rdlock(&store->truncated_lock);
    bool found = is_at(store, place_of(store, tenant, attr), tenant, attr);
    pthread_rwlock_unlock(&store->truncated_lock);
    return found;
}

static bool insert_truncated(struct store *store, int64_t tenant, int attr)
{
    size_t place = place_of(store, tenant, attr);
    if (is_at(store, place, tenant, attr)) {
        return true;
    }
    if (store->truncated_count == store->truncated_cap) {
        size_t cap = store->truncated_cap == 0 ? 16 : store->truncated_cap * 2;
        struct truncated *grown = realloc(store->truncated, cap * sizeof(*grown));
        if (grown == NULL) {
            return false;
        }
        store->truncated = grown;
        store->truncated_cap = cap;
    }
    for (size_t at = store->truncated_count; at > place; at--) {
        store->truncated[at] = store->truncated[at - 1];
    }
    store->truncated[place] = (struct truncated){tenant, attr};
    store->truncated_count++;
    return true;
}

bool store_note_truncated(struct store *store, int64_t tenant, int attr)
{
    pthread_rwlock_wrlock(&store->truncated_lock);
    bool noted = insert_truncated(store, tenant, attr);
    pthread_rwlock_unlock(&store->truncated_lock);
    return noted;
}
