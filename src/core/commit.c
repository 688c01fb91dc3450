// commit.c: the one file that writes resources.
//
// Every function here first reads and refuses, then writes; a failure after the first write is
// OUTCOME_BROKEN and the caller rolls its transaction back.
// SPDX-License-Identifier: Apache-2.0
#include "core/commit.h"

#include "core/assigned.h"
#include "core/document.h"
#include "core/etag.h"
#include "core/federation.h"
#include "core/guard.h"
#include "core/made.h"
#include "core/password.h"
#include "core/reports.h"
#include "core/sight.h"
#include "store/external.h"
#include "store/password.h"

static enum outcome refuse_memory(struct roster_error *err)
{
    fail_memory(err);
    return OUTCOME_REFUSED;
}

static bool check_conditions(const struct write *write, int64_t revision, struct roster_error *err)
{
    if (write->if_match.len > 0 && !etag_list_has_revision(write->if_match, revision)) {
        return fail(err, ROSTER_ERR_PRECONDITION_FAILED, 0,
                    "the resource has changed: it is at version %lld now, read it again",
                    (long long)revision);
    }
    if (write->if_none_match.len > 0 && etag_list_has_revision(write->if_none_match, revision)) {
        return fail(err, ROSTER_ERR_PRECONDITION_FAILED, 0,
                    "the resource is at version %lld, which If-None-Match rules out",
                    (long long)revision);
    }
    return true;
}

enum outcome commit_load(const struct context *ctx, const struct write *write,
                         struct current *current, struct roster_error *err)
{
    enum store_outcome got =
        resource_find(ctx->conn, ctx->actor->tenant, write->type->number, write->id,
                      ctx->actor->source, ctx->arena, &current->row);
    got = sight_of(ctx, got, &current->row);
    if (got == STORE_NONE) {
        fail(err, ROSTER_ERR_NOT_FOUND, 0, "there is no %.*s with this id",
             STR_ARGS(write->type->name));
        return OUTCOME_REFUSED;
    }
    if (got != STORE_OK) {
        return outcome_of_store(got, err);
    }
    if (!check_conditions(write, current->row.revision, err)) {
        return OUTCOME_REFUSED;
    }
    if (roster_json_read(current->row.document, ctx->arena, &current->resource, err) &&
        index_extract(context_indexes(ctx, write->type), current->resource, ctx->arena,
                      &current->entries, err)) {
        return federation_check_target(ctx, write, current, err);
    }
    if (err->code != ROSTER_ERR_NO_MEMORY) {
        fail(err, ROSTER_ERR_INTERNAL, 0, "the stored resource is damaged: restore it");
    }
    return OUTCOME_REFUSED;
}

static enum outcome refuse_taken(const struct context *ctx, const struct write *write,
                                 const struct index_entry *entry, struct roster_error *err)
{
    if (sight_is_limited(ctx, write->type)) {
        return sight_refuse_taken(err);
    }
    fail(err, ROSTER_ERR_UNIQUENESS, 0, "%.*s is already in use by another %.*s",
         STR_ARGS(entry->name->name), STR_ARGS(write->type->name));
    return OUTCOME_REFUSED;
}

static bool is_group_name(const struct write *write, const struct index_entry *entry)
{
    return write->type->number == TYPE_NUMBER_GROUP && entry->name->parent == NULL &&
           str_equal(entry->name->name, STR("displayName"));
}

static bool has_key(const struct index_entry *entries, const struct index_entry *entry)
{
    while (entries != NULL &&
           (entries->attr != entry->attr || !str_equal(entries->key, entry->key))) {
        entries = entries->next;
    }
    return entries != NULL;
}

enum outcome commit_check_unique(const struct context *ctx, const struct write *write,
                                 const struct index_entry *entries, const struct current *current,
                                 struct roster_error *err)
{
    bool group_names = quirk_is_on(ctx->quirks, ROSTER_QUIRK_GROUP_NAME_UNIQUE);
    int64_t own = current == NULL ? 0 : current->row.row;
    const struct index_entry *before = current == NULL ? NULL : current->entries;
    for (const struct index_entry *entry = entries; entry != NULL; entry = entry->next) {
        int64_t row = 0;
        enum store_outcome got = STORE_NONE;
        if (entry->unique && !has_key(before, entry)) {
            got = unique_find(ctx->conn, ctx->actor->tenant, write->type->number, entry, &row);
        } else if (!entry->unique && group_names && is_group_name(write, entry)) {
            got = index_find(ctx->conn, ctx->actor->tenant, write->type->number, entry, own, &row);
        }
        if (got == STORE_OK && row != own) {
            if (!entry->unique) {
                (void)quirk_take(ctx->quirks, ROSTER_QUIRK_GROUP_NAME_UNIQUE);
            }
            return refuse_taken(ctx, write, entry, err);
        }
        if (got != STORE_OK && got != STORE_NONE) {
            return outcome_of_store(got, err);
        }
    }
    return OUTCOME_DONE;
}

enum outcome commit_check_manager(const struct context *ctx, const struct resource_row *before,
                                  const struct resource_row *row, struct roster_error *err)
{
    struct resource_row manager = {0};
    str id = {0};
    str old_id = {0};
    size_t end = 0;
    if (quirk_is_on(ctx->quirks, ROSTER_QUIRK_MANAGER_UNCHECKED) ||
        !document_manager(row, ctx->arena, &id, &end) ||
        (before != NULL && document_manager(before, ctx->arena, &old_id, &end) &&
         str_equal(id, old_id))) {
        return OUTCOME_DONE;
    }
    enum store_outcome got = resource_find_head(ctx->conn, ctx->actor->tenant, TYPE_NUMBER_USER, id,
                                                ctx->arena, &manager);
    got = sight_of(ctx, got, &manager);
    if (got == STORE_NONE) {
        fail(err, ROSTER_ERR_INVALID_VALUE, 0, "manager: there is no user with the id \"%.*s\"",
             STR_ARGS(id));
        return OUTCOME_REFUSED;
    }
    return outcome_of_store(got, err);
}

enum outcome commit_record(const struct context *ctx, struct change *change,
                           struct roster_error *err)
{
    unsigned char salt[16];
    env_random(ctx->env, salt, sizeof(salt));
    change->actor = str_of(ctx->actor->name);
    change->credential = ctx->actor->credential;
    change->address = ctx->address;
    change->request_id = ctx->request_id;
    return outcome_of_store(change_insert(ctx->conn, ctx->actor->tenant, change, salt), err);
}

static struct change change_of(const struct write *write, enum change_kind kind,
                               const struct resource_row *row, const struct edge_plan *edges)
{
    return (struct change){
        .time_ms = row->modified_ms,
        .kind = kind,
        .type = write->type->number,
        .row = row->row,
        .id = row->id,
        .revision = row->revision,
        .members = edges == NULL ? NULL : edges->changes,
    };
}

// STORE_TAKEN would be a key that appeared between check and write: one thread writes, so never.
static enum outcome written(enum store_outcome got, struct roster_error *err)
{
    enum outcome outcome = outcome_of_store(got, err);
    return outcome == OUTCOME_REFUSED ? OUTCOME_BROKEN : outcome;
}

// The document without secrets that the server made: no history holds them.
static bool print_document(const struct context *ctx, const struct roster_resource_type *type,
                           str document, str *out)
{
    struct roster_json *resource = NULL;
    struct roster_error ignored = {0};
    *out = document;
    if (!type->makes) {
        return true;
    }
    if (!roster_json_read(document, ctx->arena, &resource, &ignored)) {
        return false;
    }
    made_strip(type, resource);
    return roster_json_print(resource, ctx->arena, out);
}

// externalIds stand outside the document, each under the number of its source, and belong to the
// history of the resource all the same: "externalIds":{"3":"00u1"}.
static void print_externals(struct text *text, str packed)
{
    struct external external;
    bool first = true;
    for (; external_next(&packed, &external); first = false) {
        text_add(text, first ? STR(",\"externalIds\":{\"") : STR(",\""));
        text_i64(text, external.source);
        text_lit(text, "\":");
        json_write_string(text, external.value);
    }
    text_add(text, first ? (str){0} : STR("}"));
}

static bool print_whole(const struct context *ctx, const struct roster_resource_type *type,
                        const struct resource_row *row, str externals, str *out)
{
    struct text text;
    str document = {0};
    if (!print_document(ctx, type, row->document, &document)) {
        return false;
    }
    text_init(&text, ctx->arena, arena_max(ctx->arena));
    text_add(&text, str_head(document, document.len - 1));
    print_externals(&text, externals);
    text_char(&text, '}');
    *out = text_str(&text);
    return !text.full;
}

static bool is_inactive(const struct write *write, const struct roster_json *resource)
{
    return write->type->number == TYPE_NUMBER_USER && resource != NULL &&
           json_is(json_find(resource, STR("active")), JSON_FALSE);
}

// Keeps count of those who are inactive. NULL: the resource is not there, before or after.
static enum outcome count_inactive(const struct context *ctx, const struct write *write,
                                   const struct roster_json *before,
                                   const struct roster_json *after, struct roster_error *err)
{
    int more = is_inactive(write, after) - is_inactive(write, before);
    return more == 0 ? OUTCOME_DONE
                     : written(guard_count_inactive(ctx->conn, ctx->actor->tenant, more), err);
}

enum outcome commit_create(const struct context *ctx, struct write *write,
                           const struct edge_plan *edges, struct roster_error *err)
{
    struct resource_row *row = &write->row;
    struct edge_plan applied = *edges;
    bool has_password = false;
    enum outcome outcome = password_settle(ctx, write, 0, &has_password, err);
    if (outcome != OUTCOME_DONE) {
        return outcome;
    }
    row->revision = 1;
    row->created_ms = env_now_ms(ctx->env);
    row->modified_ms = row->created_ms;
    row->external_id = write->external_id;
    row->source = ctx->actor->source;
    row->owner = ctx->actor->owner;
    outcome = written(resource_insert(ctx->conn, ctx->actor->tenant, row, write->entries), err);
    if (outcome == OUTCOME_DONE && has_password) {
        outcome = written(password_write(ctx, write, row->row), err);
    }
    if (outcome == OUTCOME_DONE) {
        outcome = count_inactive(ctx, write, NULL, write->sent, err);
    }
    if (outcome == OUTCOME_DONE) {
        outcome = edges_apply(ctx, row->row, &applied, err);
    }
    if (outcome != OUTCOME_DONE) {
        return outcome;
    }
    write->changed = true;
    struct change change = change_of(write, CHANGE_CREATE, row, &applied);
    str externals = {0};
    if (!external_pack((str){0}, row->source, row->external_id, ctx->arena, &externals) ||
        !print_whole(ctx, write->type, row, externals, &change.after)) {
        fail_memory(err);
        return OUTCOME_BROKEN;
    }
    return commit_record(ctx, &change, err);
}

// Members of `from` that `other` does not have in the same form, as one JSON object.
static bool print_difference(const struct context *ctx, const struct roster_json *from,
                             const struct roster_json *other, str *out)
{
    struct text text;
    bool first = true;
    text_init(&text, ctx->arena, arena_max(ctx->arena));
    text_char(&text, '{');
    for (const struct roster_json *child = from->first; child != NULL; child = child->next) {
        if (!json_equal(child, json_find(other, child->key))) {
            text_add(&text, first ? (str){0} : STR(","));
            json_write_string(&text, child->key);
            text_char(&text, ':');
            json_write(&text, child);
            first = false;
        }
    }
    text_char(&text, '}');
    *out = text_str(&text);
    return !text.full;
}

static enum outcome apply_update(const struct context *ctx, struct write *write,
                                 const struct current *current, struct index_entry *entries,
                                 bool document_changed, struct roster_error *err)
{
    struct resource_row *row = &write->row;
    int64_t tenant = ctx->actor->tenant;
    int64_t now = env_now_ms(ctx->env);
    row->revision = current->row.revision + 1;
    row->modified_ms = now > current->row.modified_ms ? now : current->row.modified_ms;
    if (document_changed) {
        return written(resource_update(ctx->conn, tenant, row, current->entries, entries), err);
    }
    return written(resource_touch(ctx->conn, tenant, row->row, row->revision, row->modified_ms),
                   err);
}

// Of an update only that of the source which writes can change.
static bool put_external(const struct context *ctx, struct roster_json *resource, str external_id)
{
    str source = {0};
    struct roster_json *list = json_new(ctx->arena, JSON_OBJECT);
    if (external_id.len == 0) {
        return true;
    }
    if (list == NULL || !arena_format(ctx->arena, &source, "%lld", (long long)ctx->actor->source) ||
        !json_put_string(list, ctx->arena, source, external_id)) {
        return false;
    }
    json_put(resource, STR("externalIds"), list);
    return true;
}

static enum outcome record_update(const struct context *ctx, struct write *write,
                                  const struct current *current, struct roster_json *after,
                                  const struct edge_plan *edges, struct roster_error *err)
{
    struct change change = change_of(
        write, write->kind == WRITE_PATCH ? CHANGE_PATCH : CHANGE_REPLACE, &write->row, edges);
    made_strip(write->type, current->resource);
    made_strip(write->type, after);
    if (!put_external(ctx, current->resource, current->row.external_id) ||
        !put_external(ctx, after, write->row.external_id) ||
        !print_difference(ctx, current->resource, after, &change.before) ||
        !print_difference(ctx, after, current->resource, &change.after)) {
        fail_memory(err);
        return OUTCOME_BROKEN;
    }
    return commit_record(ctx, &change, err);
}

enum outcome commit_update(const struct context *ctx, struct write *write,
                           const struct current *current, struct roster_json *after,
                           str external_id, const struct edge_plan *edges, struct roster_error *err)
{
    struct resource_row *row = &write->row;
    struct index_entry *entries = NULL;
    struct edge_plan applied = *edges;
    bool document_changed = !json_equal(current->resource, after);
    bool external_changed = !str_equal(current->row.external_id, external_id);
    *row = current->row;
    row->external_id = external_id;
    if (document_changed) {
        if (!document_print(after, ctx->arena, row)) {
            return refuse_memory(err);
        }
        if (!index_extract(context_indexes(ctx, write->type), after, ctx->arena, &entries, err)) {
            return OUTCOME_REFUSED;
        }
        enum outcome outcome = commit_check_unique(ctx, write, entries, current, err);
        if (outcome == OUTCOME_DONE) {
            outcome = commit_check_manager(ctx, &current->row, row, err);
        }
        if (outcome == OUTCOME_DONE) {
            outcome = assigned_check(ctx, write->type, current->resource, after, err);
        }
        if (outcome != OUTCOME_DONE) {
            return outcome;
        }
    }
    bool password_changed = false;
    struct guard_cost cost = guard_cost_update(ctx, write, row, current->resource, after, edges);
    enum outcome outcome = password_settle(ctx, write, row->row, &password_changed, err);
    if (outcome == OUTCOME_DONE) {
        outcome = guard_ask(ctx, write, &cost, err);
    }
    if (outcome == OUTCOME_DONE) {
        outcome = edges_apply(ctx, row->row, &applied, err);
    }
    if (outcome != OUTCOME_DONE) {
        return outcome;
    }
    write->changed =
        document_changed || external_changed || password_changed || applied.change_count > 0;
    if (!write->changed) {
        return OUTCOME_DONE;
    }
    if (external_changed) {
        outcome = written(external_set(ctx->conn, ctx->actor->tenant, row->type, row->row,
                                       ctx->actor->source, external_id),
                          err);
    }
    if (outcome == OUTCOME_DONE && password_changed) {
        outcome = written(password_write(ctx, write, row->row), err);
    }
    if (outcome == OUTCOME_DONE) {
        outcome = apply_update(ctx, write, current, entries, document_changed, err);
    }
    if (outcome == OUTCOME_DONE) {
        outcome = count_inactive(ctx, write, current->resource, after, err);
    }
    return outcome == OUTCOME_DONE ? record_update(ctx, write, current, after, &applied, err)
                                   : outcome;
}

// One group that loses a deleted member: its edge, its version, and a change row of its own.
static enum outcome leave_group(const struct context *ctx, const struct write *write,
                                const struct group_row *group, const struct resource_row *member,
                                struct roster_error *err)
{
    int64_t now = env_now_ms(ctx->env);
    struct change_member gone = {
        .member = member->row, .member_id = member->id, .added = false, .next = NULL};
    struct change change = {
        .time_ms = now,
        .kind = CHANGE_PATCH,
        .type = TYPE_NUMBER_GROUP,
        .row = group->row,
        .id = group->id,
        .revision = group->revision + 1,
        .members = &gone,
    };
    enum outcome outcome =
        written(member_delete(ctx->conn, ctx->actor->tenant, group->row, member->row), err);
    if (outcome == OUTCOME_DONE) {
        outcome = written(
            resource_touch(ctx->conn, ctx->actor->tenant, group->row, group->revision + 1, now),
            err);
    }
    return outcome == OUTCOME_DONE ? commit_record(ctx, &change, err) : outcome;
}

static enum outcome leave_groups(const struct context *ctx, const struct write *write,
                                 const struct resource_row *member, struct roster_error *err)
{
    struct group_list groups = {.count = 1};
    struct arena_mark mark = arena_mark(ctx->arena);
    while (groups.count > 0) {
        // Always from the start: what was seen is gone. Nothing of a page is needed behind it.
        arena_rewind(ctx->arena, mark);
        enum store_outcome got = groups_direct(ctx->conn, ctx->actor->tenant, member->row, 0,
                                               MEMBERS_INLINE_MAX, ctx->arena, &groups);
        if (got == STORE_NONE) {
            return OUTCOME_DONE;
        }
        if (got != STORE_OK) {
            return written(got, err);
        }
        for (size_t at = 0; at < groups.count; at++) {
            enum outcome outcome = leave_group(ctx, write, &groups.rows[at], member, err);
            if (outcome != OUTCOME_DONE) {
                return outcome;
            }
        }
    }
    return OUTCOME_DONE;
}

// One user whose manager is deleted: the reference goes, as a change of its own.
static enum outcome leave_manager(const struct context *ctx, const struct write *write,
                                  const struct resource_row *report, struct roster_error *err)
{
    struct current current = {.row = *report};
    struct write update = {.kind = WRITE_PATCH, .type = write->type, .id = report->id};
    const struct index_set *indexes = context_indexes(ctx, write->type);
    struct edge_plan none = {0};
    if (!roster_json_read(report->document, ctx->arena, &current.resource, err) ||
        !index_extract(indexes, current.resource, ctx->arena, &current.entries, err)) {
        return OUTCOME_BROKEN;
    }
    struct roster_json *after = json_copy(ctx->arena, current.resource);
    struct roster_json *manager = after == NULL ? NULL : document_find_manager(after);
    if (manager == NULL) {
        fail_memory(err);
        return OUTCOME_BROKEN;
    }
    json_remove(json_find(after, URI_ENTERPRISE), manager);
    struct scope scope = context_scope(ctx, write->type);
    struct lacks lacks = {0};
    if (!resource_lacks(&scope, current.resource, &lacks, err) ||
        !resource_finish_change(&scope, after, &lacks, err)) {
        return OUTCOME_BROKEN;
    }
    enum outcome outcome =
        commit_update(ctx, &update, &current, after, report->external_id, &none, err);
    return outcome == OUTCOME_REFUSED ? OUTCOME_BROKEN : outcome;
}

static enum outcome leave_managers(const struct context *ctx, const struct write *write,
                                   const struct resource_row *manager, struct roster_error *err)
{
    size_t done = 0;
    size_t count = 1;
    struct arena_mark mark = arena_mark(ctx->arena);
    while (count > 0) {
        struct resource_row *rows = NULL;
        arena_rewind(ctx->arena, mark);
        enum outcome outcome = reports_find(ctx, write->type, manager->id, &rows, &count, err);
        for (size_t at = 0; at < count && outcome == OUTCOME_DONE; at++) {
            outcome = leave_manager(ctx, write, &rows[at], err);
        }
        done += count;
        if (outcome != OUTCOME_DONE) {
            return outcome;
        }
        if (done > EDGES_REQUEST_MAX) {
            fail(err, ROSTER_ERR_TOO_LARGE, 0, "more than %d people have this manager",
                 EDGES_REQUEST_MAX);
            return OUTCOME_BROKEN;
        }
    }
    return OUTCOME_DONE;
}

// The members of a group that goes, each noted in its history. Of a group that is larger than one
// request may note, the edges go without.
static enum outcome leave_members(const struct context *ctx, const struct resource_row *group,
                                  struct edge_plan *edges, struct roster_error *err)
{
    int64_t count = 0;
    struct edge_plan all = {0};
    struct actor actor;
    struct context whole = sight_lift(ctx, &actor);  // members that it may not see go too
    enum outcome outcome = edges_resolve_values(&whole, EDGE_REPLACE, NULL, &all, err);
    if (outcome == OUTCOME_DONE) {
        outcome = edges_check(&whole, group->row, &all, err);
    }
    if (outcome == OUTCOME_REFUSED && err->code == ROSTER_ERR_TOO_LARGE) {
        *err = (struct roster_error){0};
        return written(member_delete_all(ctx->conn, ctx->actor->tenant, group->row, &count), err);
    }
    if (outcome == OUTCOME_DONE) {
        outcome = edges_apply(&whole, group->row, &all, err);
    }
    *edges = all;
    return outcome == OUTCOME_REFUSED ? OUTCOME_BROKEN : outcome;
}

enum outcome commit_delete(const struct context *ctx, struct write *write,
                           const struct current *current, struct roster_error *err)
{
    int64_t tenant = ctx->actor->tenant;
    struct edge_plan edges = {0};
    str externals = {0};
    write->row = current->row;
    write->changed = true;
    struct guard_cost cost = {0};
    enum outcome outcome =
        written(external_list(ctx->conn, tenant, current->row.row, ctx->arena, &externals), err);
    if (outcome == OUTCOME_DONE) {
        outcome = guard_cost_delete(ctx, write, &current->row, &cost, err);
    }
    if (outcome == OUTCOME_DONE) {
        outcome = guard_ask(ctx, write, &cost, err);
    }
    if (outcome == OUTCOME_DONE) {
        outcome = leave_groups(ctx, write, &current->row, err);
    }
    if (outcome == OUTCOME_DONE && write->type->number == TYPE_NUMBER_USER) {
        outcome = leave_managers(ctx, write, &current->row, err);
        if (outcome == OUTCOME_DONE) {
            outcome = written(password_delete(ctx->conn, tenant, current->row.row), err);
        }
    }
    if (outcome == OUTCOME_DONE && write->type->number == TYPE_NUMBER_GROUP) {
        outcome = leave_members(ctx, &current->row, &edges, err);
    }
    if (outcome == OUTCOME_DONE) {
        outcome = written(resource_delete(ctx->conn, tenant, &current->row, current->entries), err);
    }
    if (outcome == OUTCOME_DONE) {
        outcome = count_inactive(ctx, write, current->resource, NULL, err);
    }
    if (outcome != OUTCOME_DONE) {
        return outcome;
    }
    write->row.modified_ms = env_now_ms(ctx->env);
    struct change change = change_of(write, CHANGE_DELETE, &write->row, &edges);
    if (!print_whole(ctx, write->type, &current->row, externals, &change.before)) {
        fail_memory(err);
        return OUTCOME_BROKEN;
    }
    return commit_record(ctx, &change, err);
}
