// undo_edges.c: the pass over memberships, edge by edge, in pages.
// SPDX-License-Identifier: Apache-2.0
#include "core/undo_inner.h"

#include "base/limits.h"
#include "core/admin.h"

// One edge, as the window has changed it.
struct edge {
    bool selected;   // a selected change touched it
    bool was;        // before the first one behind a foreign change
    bool first_was;  // before the first one
    int64_t last;    // the last selected change, and the place of its delta in that
    int64_t last_place;
    str blocker;
};

static bool touch(struct undo *undo, const struct history_delta *delta, struct edge *edge,
                  struct roster_error *err)
{
    enum undo_side side = UNDO_IGNORED;
    if (!undo_side_of(undo, &delta->change, &side, err)) {
        return false;
    }
    if (side == UNDO_FOREIGN) {
        edge->blocker = edge->selected ? delta->change.actor : edge->blocker;
    }
    if (side != UNDO_SELECTED) {
        return true;
    }
    edge->first_was = edge->selected ? edge->first_was : !delta->added;
    if (!edge->selected || edge->blocker.len > 0) {
        edge->was = !delta->added;
        edge->blocker = (str){0};
    }
    edge->selected = true;
    edge->last = delta->change.sequence;
    edge->last_place = delta->place;
    return true;
}

static bool touch_all(struct undo *undo, int64_t member, str group, struct edge *edge,
                      struct roster_error *err)
{
    struct history_delta *delta = NULL;
    const struct context *ctx = undo->ctx;
    enum store_outcome got = history_edge(ctx->conn, ctx->actor->tenant, member, group,
                                          undo->walk->begin, UNDO_DELTAS_MAX, ctx->arena, &delta);
    if (got != STORE_OK) {
        return admin_refuse(got, err);
    }
    for (; delta != NULL; delta = delta->next) {
        if (!touch(undo, delta, edge, err)) {
            return false;
        }
    }
    return true;
}

struct page {
    struct undo *undo;
    const struct audit_row *row;
    struct undo_plan group;
    struct undo_edge *edges;
};

static bool add_edge(struct page *page, str id, bool joins, str why, struct roster_error *err)
{
    struct undo_edge *edge = arena_alloc(page->undo->ctx->arena, sizeof(*edge));
    if (edge == NULL) {
        return fail_memory(err);
    }
    *edge = (struct undo_edge){id, joins, why, page->edges};
    page->edges = edge;
    return true;
}

// Somebody who is not there now: he comes back before his edges do, when that is only planned.
static bool look_for_gone(struct page *page, str id, str *why, struct roster_error *err)
{
    struct undo_plan plan;
    if (!page->undo->request->apply) {
        if (!undo_plan_resource(page->undo, id, &plan, err)) {
            return false;
        }
        if (plan.was_there && plan.first != 0 && !plan.erased) {
            return true;
        }
    }
    *why = STR("the member is gone");
    return true;
}

static bool settle_edge(struct page *page, const struct change_member *delta,
                        const struct edge *edge, const struct resource_row *member,
                        struct roster_error *err)
{
    const struct undo *undo = page->undo;
    const struct context *ctx = undo->ctx;
    bool blocked = edge->blocker.len > 0 && !undo->request->force;
    bool wanted = edge->blocker.len > 0 ? edge->first_was : edge->was;
    enum store_outcome got = STORE_NONE;
    str why = {0};
    if (page->group.is_there && member->row != 0) {
        got = member_find(ctx->conn, ctx->actor->tenant, page->group.row.row, member->row);
    }
    if (got != STORE_OK && got != STORE_NONE) {
        return admin_refuse(got, err);
    }
    if ((got == STORE_OK) == wanted || (member->row == 0 && !wanted)) {
        return true;
    }
    if (blocked &&
        !arena_format(ctx->arena, &why, "changed later by %.*s", STR_ARGS(edge->blocker))) {
        return fail_memory(err);
    }
    if (!blocked && member->row == 0 && !look_for_gone(page, delta->member_id, &why, err)) {
        return false;
    }
    return add_edge(page, delta->member_id, wanted, why, err);
}

static bool is_asked_for(const struct undo *undo, const struct audit_row *row, str member)
{
    str resource = undo->request->resource;
    return resource.len == 0 || str_equal(resource, row->change.id) || str_equal(resource, member);
}

static bool look_at(struct page *page, const struct change_member *delta, int64_t place,
                    struct roster_error *err)
{
    const struct context *ctx = page->undo->ctx;
    struct resource_row member = {0};
    struct edge edge = {0};
    if (!is_asked_for(page->undo, page->row, delta->member_id) ||
        !touch_all(page->undo, delta->member, page->row->change.id, &edge, err)) {
        return err->code == ROSTER_OK;
    }
    if (edge.last != page->row->change.sequence || edge.last_place != place) {
        return true;
    }
    enum store_outcome got =
        resource_find_head(ctx->conn, ctx->actor->tenant, 0, delta->member_id, ctx->arena, &member);
    if (got != STORE_OK && got != STORE_NONE) {
        return admin_refuse(got, err);
    }
    // Who came back has another row, and changes of its edges since.
    if (got == STORE_OK && member.row != delta->member &&
        !touch_all(page->undo, member.row, page->row->change.id, &edge, err)) {
        return false;
    }
    return settle_edge(page, delta, &edge, &member, err);
}

static void count(struct undo *undo, const struct undo_item *item)
{
    struct undo_counts *counts = &undo->walk->counts;
    for (const struct undo_edge *edge = item->edges; edge != NULL; edge = edge->next) {
        if (edge->why.len > 0 || item->why.len > 0) {
            counts->conflicts++;
        } else if (edge->joins) {
            counts->joined++;
        } else {
            counts->parted++;
        }
    }
}

static bool has_any(const struct undo_edge *edge)
{
    while (edge != NULL && edge->why.len > 0) {
        edge = edge->next;
    }
    return edge != NULL;
}

static bool finish(struct page *page, struct roster_error *err)
{
    struct undo *undo = page->undo;
    if (page->edges == NULL) {
        return true;
    }
    page->group.first = page->row->change.sequence;
    page->group.last = page->row->change.sequence;
    page->group.erased = false;  // edges are noted apart from details
    struct undo_item *item = undo_note(undo, &page->group, UNDO_MEMBERS, err);
    if (item == NULL) {
        return false;
    }
    item->edges = page->edges;
    if (!page->group.is_there && (undo->request->apply || !page->group.was_there)) {
        item->why = STR("the group is gone");
    }
    if (undo->request->apply && item->why.len == 0 && has_any(item->edges) &&
        !undo_write_edges(undo, &page->group, item->edges, &item->why, err)) {
        return false;
    }
    count(undo, item);
    return true;
}

bool undo_members(struct undo *undo, const struct audit_row *row, struct roster_error *err)
{
    struct page page = {.undo = undo, .row = row};
    struct change_member *delta = NULL;
    enum store_outcome got = audit_list_members(undo->ctx->conn, row, undo->walk->skip,
                                                UNDO_STEP_EDGES, undo->ctx->arena, &delta);
    if (got != STORE_OK) {
        return admin_refuse(got, err);
    }
    if (delta == NULL) {
        undo->walk->skip = 0;
        return true;
    }
    if (!undo_plan_resource(undo, row->change.id, &page.group, err)) {
        return false;
    }
    int64_t place = undo->walk->skip;
    for (; delta != NULL; delta = delta->next) {
        if (!look_at(&page, delta, ++place, err)) {
            return false;
        }
    }
    undo->walk->skip = place - undo->walk->skip < UNDO_STEP_EDGES ? 0 : place;
    return finish(&page, err);
}
