// audit_line.c: an entry in a line for people.
// SPDX-License-Identifier: Apache-2.0
#include "cli/audit_entry.h"

#include "base/limits.h"
#include "base/visible.h"

enum { NAMES_SHOWN_MAX = 5 };

static bool stands_before(const struct roster_json *object, const struct roster_json *member)
{
    return object != NULL && json_find(object, member->key) != NULL;
}

// Names of the attributes of both objects, each once.
static void add_names(struct text *out, const struct roster_json *object,
                      const struct roster_json *other, size_t *count)
{
    for (const struct roster_json *member = json_is(object, JSON_OBJECT) ? object->first : NULL;
         member != NULL; member = member->next) {
        if (stands_before(other, member)) {
            continue;
        }
        if (*count < NAMES_SHOWN_MAX) {
            text_add(out, *count == 0 ? STR(": ") : STR(", "));
            visible_add(out, member->key);
        } else if (*count == NAMES_SHOWN_MAX) {
            text_lit(out, ", ...");
        }
        *count += 1;
    }
}

static struct roster_json *read_detail(str json, struct roster_arena *arena)
{
    struct roster_json *tree = NULL;
    struct roster_error ignored = {0};
    return json.len > 0 && roster_json_read(json, arena, &tree, &ignored) ? tree : NULL;
}

static bool add_members(struct call *call, const struct entry *entry, struct roster_error *err)
{
    struct change_member *member = NULL;
    int added = 0;
    int removed = 0;
    if (!entry_members(call->admin, entry, 0, AUDIT_MEMBERS_PIECE, &member, err)) {
        return false;
    }
    for (; member != NULL; member = member->next) {
        added += member->added;
        removed += !member->added;
    }
    if (added + removed > 0) {
        text_format(&call->io->out, "; members +%d -%d%s", added, removed,
                    added + removed == AUDIT_MEMBERS_PIECE ? " and more" : "");
    }
    return true;
}

static void add_head(struct text *out, const struct entry *entry)
{
    const struct change *change = &entry->row->change;
    const char *kind = entry_kind_name(change->kind);
    char time[TIME_TEXT_LEN];
    time_print(change->time_ms, time);
    text_format(out, "%.*s  ", TIME_TEXT_LEN, time);
    if (entry->tenant.len > 0) {
        visible_add(out, entry->tenant);
    } else {
        text_format(out, "(removed tenant %lld)", (long long)entry->row->tenant);
    }
    text_format(out, " %lld  %s", (long long)change->sequence, kind != NULL ? kind : "?");
    if (entry->type.len > 0) {
        text_char(out, ' ');
        visible_add(out, entry->type);
    }
    text_char(out, ' ');
    visible_add(out, change->id);
    text_lit(out, "  by ");
    visible_add(out, change->actor);
    text_lit(out, " from ");
    visible_add(out, change->address);
}

bool entry_print_line(struct call *call, const struct entry *entry, struct roster_error *err)
{
    struct text *out = &call->io->out;
    const struct change *change = &entry->row->change;
    size_t names = 0;
    add_head(out, entry);
    if (entry->row->erased) {
        text_lit(out, ": (erased)");
    } else {
        const struct roster_json *before = read_detail(change->before, call->arena);
        add_names(out, before, NULL, &names);
        add_names(out, read_detail(change->after, call->arena), before, &names);
    }
    if (!add_members(call, entry, err)) {
        return false;
    }
    text_char(out, '\n');
    return true;
}
