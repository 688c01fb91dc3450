// entries.c: walking through the audit of one tenant or all.
// SPDX-License-Identifier: Apache-2.0
#include "core/entries.h"

#include "base/limits.h"
#include "scim/schema.h"

#include <stdlib.h>

// Without a default, so that the compiler asks for the name of a new kind.
const char *entry_kind_name(enum change_kind kind)
{
    switch (kind) {
    case CHANGE_CREATE:
        return "create";
    case CHANGE_REPLACE:
        return "replace";
    case CHANGE_PATCH:
        return "patch";
    case CHANGE_DELETE:
        return "delete";
    case CHANGE_TENANT:
        return "tenant";
    case CHANGE_TOKEN:
        return "token";
    case CHANGE_SCHEMA:
        return "schema";
    case CHANGE_GUARD:
        return "guard";
    case CHANGE_SOURCE:
        return "source";
    case CHANGE_ERASE:
        return "erase";
    case CHANGE_HOLD:
        return "hold";
    }
    return NULL;
}

void entries_init(struct entries *entries, const struct admin *admin, int64_t tenant,
                  struct entries_place place)
{
    assert(admin->reader != NULL);
    *entries = (struct entries){.admin = admin, .only = tenant, .place = place};
    if (tenant != 0) {
        entries->place.tenant = tenant;
    }
}

static bool refuse(enum store_outcome got, struct roster_error *err)
{
    return got == STORE_OK || admin_refuse(got, err);
}

static bool find_names(struct entries *entries, struct roster_error *err)
{
    const struct admin *admin = entries->admin;
    struct tenant_row row = {0};
    struct schema_rows rows = {0};
    enum store_outcome got = tenant_load(admin->reader, entries->place.tenant, admin->arena, &row);
    if (got == STORE_OK && row.schemas > 0) {
        got = schema_rows_load(admin->reader, entries->place.tenant, admin->arena, &rows);
    }
    entries->tenant_name = row.name;
    entries->types = rows.types;
    entries->named = true;
    return got == STORE_NONE || refuse(got, err);
}

static str find_type(const struct entries *entries, int number)
{
    if (number == TYPE_NUMBER_USER) {
        return STR("User");
    }
    if (number == TYPE_NUMBER_GROUP) {
        return STR("Group");
    }
    for (const struct type_row *type = entries->types; type != NULL; type = type->next) {
        if (type->type == number) {
            return type->name;
        }
    }
    return (str){0};
}

// Reads the next page, of the next tenant where one is through. No page: there is none.
static bool turn_page(struct entries *entries, struct roster_error *err)
{
    const struct admin *admin = entries->admin;
    enum store_outcome got = STORE_OK;
    bool first = entries->place.tenant == 0;
    while (got == STORE_OK && entries->page == NULL) {
        if (!first) {
            got = audit_list(admin->reader, entries->place.tenant, entries->place.sequence,
                             AUDIT_PAGE_ROWS, admin->arena, &entries->page);
        }
        if (got != STORE_OK || entries->page != NULL || entries->only != 0) {
            break;
        }
        int64_t next = 0;
        got = audit_next_tenant(admin->reader, entries->place.tenant, &next);
        if (next == 0) {
            break;
        }
        entries->place = (struct entries_place){.tenant = next};
        entries->named = false;
        first = false;
    }
    return refuse(got, err);
}

bool entries_next(struct entries *entries, bool detailed, struct entry *out,
                  struct roster_error *err)
{
    *out = (struct entry){0};
    if (entries->page == NULL && !turn_page(entries, err)) {
        return false;
    }
    struct audit_row *row = entries->page;
    if (row == NULL) {
        return true;
    }
    if (!entries->named && !find_names(entries, err)) {
        return false;
    }
    entries->page = row->next;
    entries->place.sequence = row->change.sequence;
    *out = (struct entry){row, entries->tenant_name, find_type(entries, row->change.type)};
    return !detailed ||
           refuse(audit_load_detail(entries->admin->reader, entries->admin->arena, row), err);
}

bool entry_members(const struct admin *admin, const struct entry *entry, int64_t skip, int rows_max,
                   struct change_member **first, struct roster_error *err)
{
    *first = NULL;
    if (entry->row->detail == 0) {
        return true;
    }
    return refuse(
        audit_list_members(admin->reader, entry->row, skip, rows_max, admin->arena, first), err);
}

// The newest ones of several tenants so far.
struct newest {
    struct entry *entries;
    size_t count;
};

static int compare_time(const void *a, const void *b)
{
    const struct audit_row *one = ((const struct entry *)a)->row;
    const struct audit_row *two = ((const struct entry *)b)->row;
    if (one->change.time_ms != two->change.time_ms) {
        return one->change.time_ms < two->change.time_ms ? -1 : 1;
    }
    if (one->tenant != two->tenant) {
        return one->tenant < two->tenant ? -1 : 1;
    }
    return one->change.sequence < two->change.sequence ? -1 : 1;
}

// The last `count` of one tenant, behind what is there.
static bool add_newest(const struct admin *admin, int64_t tenant, int count, struct newest *newest,
                       struct roster_error *err)
{
    int64_t last = 0;
    struct entries entries;
    struct entry entry = {0};
    enum store_outcome got = change_sequence(admin->reader, tenant, &last);
    if (got != STORE_OK) {
        return admin_refuse(got, err);
    }
    const struct entries_place place = {tenant, last > count ? last - count : 0};
    entries_init(&entries, admin, tenant, place);
    for (int at = 0; at < count; at++) {
        if (!entries_next(&entries, true, &entry, err)) {
            return false;
        }
        if (entry.row == NULL) {
            break;
        }
        newest->entries[newest->count++] = entry;
    }
    return true;
}

static bool add_all(const struct admin *admin, int count, struct newest *newest,
                    struct roster_error *err)
{
    int64_t tenant = 0;
    for (int tenants = 0;; tenants++) {
        enum store_outcome got = audit_next_tenant(admin->reader, tenant, &tenant);
        if (got != STORE_OK) {
            return admin_refuse(got, err);
        }
        if (tenant == 0) {
            return true;
        }
        if (tenants * count > AUDIT_NEWEST_ROWS_MAX) {
            return fail(err, ROSTER_ERR_TOO_MANY, 0,
                        "there are too many tenants to look for their newest entries: name one");
        }
        if (!add_newest(admin, tenant, count, newest, err)) {
            return false;
        }
        qsort(newest->entries, newest->count, sizeof(*newest->entries), compare_time);
        if (newest->count > (size_t)count) {
            size_t over = newest->count - (size_t)count;
            memmove(newest->entries, newest->entries + over,
                    (size_t)count * sizeof(*newest->entries));
            newest->count = (size_t)count;
        }
    }
}

bool entries_newest(const struct admin *admin, int64_t tenant, int count, struct entry **out,
                    size_t *found, struct roster_error *err)
{
    struct newest newest = {.entries =
                                arena_array(admin->arena, (size_t)count * 2, sizeof(struct entry))};
    if (newest.entries == NULL) {
        return fail_memory(err);
    }
    bool good = tenant != 0 ? add_newest(admin, tenant, count, &newest, err)
                            : add_all(admin, count, &newest, err);
    *out = newest.entries;
    *found = newest.count;
    return good;
}
