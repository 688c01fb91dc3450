// undo_resources.c: the passes over resources: those that were made, deleted, and changed.
// SPDX-License-Identifier: Apache-2.0
#include "core/undo_inner.h"

static str name_of(const struct undo_plan *plan)
{
    static const str names[] = {STR_INIT("userName"), STR_INIT("displayName")};
    for (size_t at = 0; at < COUNT_OF(names); at++) {
        str now = json_find_text(plan->now, names[at]);
        if (now.len > 0) {
            return now;
        }
        for (const struct undo_touch *touch = plan->touches; touch != NULL; touch = touch->next) {
            if (touch->container.len == 0 && str_equal(touch->name, names[at]) &&
                json_is(touch->to, JSON_STRING)) {
                return touch->to->text;
            }
        }
    }
    return (str){0};
}

struct undo_item *undo_note(struct undo *undo, const struct undo_plan *plan, enum undo_pass pass,
                            struct roster_error *err)
{
    struct undo_item *item = arena_alloc(undo->ctx->arena, sizeof(*item));
    if (item == NULL) {
        (void)fail_memory(err);
        return NULL;
    }
    *item = (struct undo_item){
        .pass = pass,
        .id = plan->id,
        .type = context_type_name(undo->ctx, plan->type),
        .name = name_of(plan),
        .first = plan->first,
        .last = plan->last,
    };
    if (item->type.len == 0) {
        item->why = STR("its resource type is gone");
    } else if (plan->erased && pass != UNDO_CREATED) {
        item->why = STR("what it had was erased, and is not known any more");
    }
    *undo->tail = item;
    undo->tail = &item->next;
    return item;
}

static bool refuse_blocked(const struct undo *undo, const struct undo_plan *plan,
                           struct undo_item *item, struct roster_error *err)
{
    if (item->why.len > 0 || plan->blocker.len == 0 || undo->request->force) {
        return true;
    }
    return arena_format(undo->ctx->arena, &item->why, "changed later by %.*s",
                        STR_ARGS(plan->blocker)) ||
           fail_memory(err);
}

static void count(struct undo *undo, int64_t *what, const struct undo_item *item)
{
    if (item->why.len > 0) {
        undo->walk->counts.conflicts++;
    } else {
        ++*what;
    }
}

bool undo_created(struct undo *undo, const struct audit_row *row, struct roster_error *err)
{
    struct undo_plan plan;
    if (row->change.kind != CHANGE_CREATE) {
        return true;
    }
    if (!undo_plan_resource(undo, row->change.id, &plan, err)) {
        return false;
    }
    if (plan.was_there || !plan.is_there || plan.first != row->change.sequence) {
        return true;
    }
    struct undo_item *item = undo_note(undo, &plan, UNDO_CREATED, err);
    if (item == NULL) {
        return false;
    }
    if (!undo->request->created) {
        undo->walk->counts.left++;
        return true;
    }
    if (!refuse_blocked(undo, &plan, item, err) ||
        (undo->request->apply && item->why.len == 0 &&
         !undo_write_delete(undo, &plan, &item->why, err))) {
        return false;
    }
    count(undo, &undo->walk->counts.removed, item);
    return true;
}

bool undo_recreate(struct undo *undo, const struct audit_row *row, struct roster_error *err)
{
    struct undo_plan plan;
    bool last = false;
    if (row->change.kind != CHANGE_DELETE) {
        return true;
    }
    if (!undo_is_last(undo, &row->change, &last, err)) {
        return false;
    }
    if (!last) {
        return true;
    }
    if (!undo_plan_resource(undo, row->change.id, &plan, err)) {
        return false;
    }
    if (!plan.was_there || plan.is_there) {
        return true;
    }
    struct undo_item *item = undo_note(undo, &plan, UNDO_RECREATE, err);
    if (item == NULL || !refuse_blocked(undo, &plan, item, err)) {
        return false;
    }
    if (item->why.len == 0) {
        if (!undo_attributes(undo, &plan, &item->attributes)) {
            return fail_memory(err);
        }
        bool looked = undo->request->apply
                          ? undo_write_create(undo, &plan, item->attributes, &item->why, err)
                          : undo_check(undo, &plan, item->attributes, &item->why, err);
        if (!looked) {
            return false;
        }
    }
    count(undo, &undo->walk->counts.recreated, item);
    return true;
}

static bool has_any(const struct undo_attribute *attribute)
{
    while (attribute != NULL && attribute->why.len > 0) {
        attribute = attribute->next;
    }
    return attribute != NULL;
}

// Before the deleted ones come back: what is refused now is tried again behind them.
static bool change_early(struct undo *undo, const struct undo_plan *plan,
                         struct undo_attribute *attributes, struct roster_error *err)
{
    str why = {0};
    if (!undo->request->apply || plan->erased || !has_any(attributes)) {
        return true;
    }
    if (!undo_write_change(undo, plan, attributes, &why, err)) {
        return false;
    }
    if (why.len > 0) {
        return true;
    }
    struct undo_item *item = undo_note(undo, plan, UNDO_EARLY, err);
    if (item == NULL) {
        return false;
    }
    // Conflicts are listed behind, with what is still different then.
    for (struct undo_attribute **at = &attributes; *at != NULL;) {
        if ((*at)->why.len > 0) {
            *at = (*at)->next;
        } else {
            at = &(*at)->next;
        }
    }
    item->attributes = attributes;
    undo->walk->counts.changed++;
    return true;
}

static bool change_late(struct undo *undo, const struct undo_plan *plan,
                        struct undo_attribute *attributes, struct roster_error *err)
{
    struct undo_item *item = undo_note(undo, plan, UNDO_CHANGE, err);
    if (item == NULL) {
        return false;
    }
    if (item->why.len > 0) {
        undo->walk->counts.conflicts++;
        return true;
    }
    item->attributes = attributes;
    for (const struct undo_attribute *at = attributes; at != NULL; at = at->next) {
        undo->walk->counts.conflicts += at->why.len > 0;
    }
    if (!has_any(attributes)) {
        return true;
    }
    bool looked = undo->request->apply ? undo_write_change(undo, plan, attributes, &item->why, err)
                                       : undo_check(undo, plan, attributes, &item->why, err);
    count(undo, &undo->walk->counts.changed, item);
    return looked;
}

static bool change_plan(struct undo *undo, const struct undo_plan *plan, struct roster_error *err)
{
    struct undo_attribute *attributes = NULL;
    if (!undo_attributes(undo, plan, &attributes)) {
        return fail_memory(err);
    }
    if (attributes == NULL && !plan->erased) {
        return true;
    }
    return undo->walk->pass == UNDO_EARLY ? change_early(undo, plan, attributes, err)
                                          : change_late(undo, plan, attributes, err);
}

bool undo_change(struct undo *undo, const struct audit_row *row, struct roster_error *err)
{
    struct undo_plan plan;
    bool last = false;
    if (!undo_is_last(undo, &row->change, &last, err)) {
        return false;
    }
    if (!last) {
        return true;
    }
    return undo_plan_resource(undo, row->change.id, &plan, err) &&
           (!plan.was_there || !plan.is_there || change_plan(undo, &plan, err));
}
