// where_term.c: single comparisons: on indexed attributes, on elements in brackets, on common
// attributes, and on membership.
// SPDX-License-Identifier: Apache-2.0
#include "store/set.h"

#include "base/time.h"
#include "scim/fold.h"
#include "store/id.h"

static const char index_table[] = "index_value";
static const char unique_table[] = "unique_value";

static struct set *refuse_memory(struct where *where)
{
    where->full = true;
    return NULL;
}

static struct set *index_rows(struct where *where, const struct index *index,
                              const struct key_condition *condition, const char *more)
{
    struct set *set = set_rows(where, index->unique ? unique_table : index_table, "row",
                               condition->rank, "attribute = $%d AND %.*s%s",
                               where_number(where, index->number), STR_ARGS(condition->text), more);
    if (set != NULL) {
        set->exact = condition->exact;
        set->repeats = index->attr->multi_valued;
        set->index = index;
        if (index->beside > 0 &&
            !arena_format(where->arena, &set->beside, "attribute = $%d AND also = $%d AND %.*s",
                          where_number(where, index->beside), where_number(where, index->number),
                          STR_ARGS(condition->text))) {
            return refuse_memory(where);
        }
        // The key is whole in the condition, so the row that is tested completes a probe.
        set->probes = condition->rank <= RANK_MANY;
    }
    return set;
}

// Rows of an index that has one for `false` and one for no value at all.
static struct set *rows_of_key(struct where *where, const struct index *index, bool absent)
{
    struct key_condition condition = {.rank = RANK_MANY, .exact = true};
    str key = absent ? (str){0} : STR("0");
    if (!arena_format(where->arena, &condition.text, "key = $%d AND element %s",
                      where_bytes(where, key), absent ? "= -1" : ">= 0")) {
        return refuse_memory(where);
    }
    return index_rows(where, index, &condition, "");
}

static struct set *index_only_false(struct where *where, const struct roster_filter *filter,
                                    const struct index *index)
{
    bool is_true = str_equal(filter->text, STR("true"));
    if (filter->kind == FILTER_PRESENT) {
        return set_not(where, rows_of_key(where, index, true));
    }
    if (filter->kind != FILTER_EQ && filter->kind != FILTER_NE) {
        return set_all(where, false);
    }
    struct set *rows = rows_of_key(where, index, false);
    if (is_true) {
        rows = set_or(where, rows, rows_of_key(where, index, true));
    }
    return is_true == (filter->kind == FILTER_EQ) ? set_not(where, rows) : rows;
}

struct set *where_index(struct where *where, const struct roster_filter *filter,
                        const struct index *index)
{
    struct roster_filter equal = *filter;
    struct key_condition condition;
    if (index->only_false) {
        return index_only_false(where, filter, index);
    }
    if (filter->kind == FILTER_NE && index->attr->multi_valued) {
        return set_all(where, false);  // one other value is enough
    }
    if (filter->kind == FILTER_NE) {
        equal.kind = FILTER_EQ;
    }
    if (!where_key(where, &equal, index, &condition)) {
        return refuse_memory(where);
    }
    struct set *set =
        index_rows(where, index, &condition, index->marks_absent ? " AND element >= 0" : "");
    return filter->kind == FILTER_NE ? set_not(where, set) : set;
}

// Conditions of one element that go into the statement: more narrow nothing that a few do not, and
// the evaluator asks them all.
enum { BRACKET_CONDITIONS_MAX = 6 };

struct brackets {
    struct where *where;
    const struct index *index;
    struct key_condition all;
    size_t count;
    bool found;  // a condition on the indexed value
};

static bool add_condition(struct brackets *b, const struct key_condition *condition)
{
    b->all.rank = condition->rank < b->all.rank ? condition->rank : b->all.rank;
    b->all.exact &= condition->exact;
    return arena_format(b->where->arena, &b->all.text, "%.*s%s%.*s", STR_ARGS(b->all.text),
                        b->all.text.len > 0 ? " AND " : "", STR_ARGS(condition->text));
}

static bool add_kind(struct brackets *b, const struct roster_filter *term)
{
    str key = {0};
    bool ignored = false;
    struct key_condition condition = {.rank = RANK_ALL, .exact = true};
    return index_cut(term->key, b->where->arena, &key, &ignored) &&
           arena_format(b->where->arena, &condition.text, "kind = $%d",
                        where_bytes(b->where, key)) &&
           add_condition(b, &condition);
}

static bool is_positive(const struct roster_filter *term)
{
    return term->kind >= FILTER_PRESENT && term->kind != FILTER_NE;
}

// One of the terms that an element must satisfy all of. What cannot be said about an index row
// makes the set larger than the matches.
static bool add_term(struct brackets *b, const struct roster_filter *term)
{
    struct key_condition condition;
    if (b->count++ >= BRACKET_CONDITIONS_MAX) {
        b->all.exact = false;
        return true;
    }
    if (is_positive(term) && term->path.sub == b->index->sub) {
        b->found = true;
        return where_key(b->where, term, b->index, &condition) && add_condition(b, &condition);
    }
    if (term->kind == FILTER_EQ && term->path.sub == b->index->kind && b->index->kind != NULL) {
        return add_kind(b, term);
    }
    b->all.exact = false;
    return true;
}

static const struct index *index_of_attr(const struct index_set *set, const struct path *path)
{
    for (size_t at = 0; at < set->count; at++) {
        const struct index *index = &set->indexes[at];
        // The row of a unique value says nothing about the element around it.
        if (index->attr == path->attr && index->sub != NULL && index->attr->multi_valued &&
            !index->unique && !index->building) {
            return index;
        }
    }
    return NULL;
}

struct set *where_values(struct where *where, const struct roster_filter *filter)
{
    struct brackets b = {
        .where = where,
        .index = index_of_attr(where->search->indexes, &filter->path),
        .all = {.rank = RANK_ALL, .exact = true},
    };
    const struct roster_filter *child = filter->child;
    bool is_list = child->kind == FILTER_AND;
    if (b.index == NULL) {
        // members[value eq "…"]: one term says the same without brackets.
        struct set *set = is_positive(child) ? where_edges(where, child) : set_all(where, false);
        return set;
    }
    for (const struct roster_filter *term = is_list ? child->child : child; term != NULL;
         term = is_list ? term->next : NULL) {
        if (!add_term(&b, term)) {
            return refuse_memory(where);
        }
    }
    return b.found ? index_rows(where, b.index, &b.all, "") : set_all(where, false);
}

static struct set *row_test(struct set *set)
{
    if (set != NULL) {
        set->probes = true;
    }
    return set;
}

static struct set *where_id(struct where *where, const struct roster_filter *filter)
{
    if (filter->kind == FILTER_PRESENT) {
        return set_all(where, true);
    }
    if (filter->kind != FILTER_EQ) {
        return set_all(where, false);
    }
    struct id_form form = id_make(filter->text);
    str bytes = {0};
    if (form.len == 0) {
        return set_none(where);
    }
    if (!arena_copy(where->arena, id_str(&form), &bytes)) {
        return refuse_memory(where);
    }
    return row_test(set_rows(where, "resource", "row", RANK_FEW, "type = $%d AND id = $%d",
                             PARAMETER_TYPE, where_bytes(where, bytes)));
}

// Within one source; the type and the source stand before the key.
static struct set *where_external(struct where *where, const struct roster_filter *filter)
{
    static const struct index external = {.names_one = true};
    struct key_condition condition;
    bool searches = filter->kind == FILTER_CO || filter->kind == FILTER_EW;
    if (searches || filter->kind == FILTER_NE) {
        return set_all(where, false);  // keys that were cut are not counted here
    }
    if (!where_key(where, filter, &external, &condition)) {
        return refuse_memory(where);
    }
    struct set *set = set_rows(
        where, "external_id", "row", condition.rank, "type = $%d AND source = $%d AND %.*s",
        PARAMETER_TYPE, where_number(where, where->search->source), STR_ARGS(condition.text));
    if (set != NULL) {
        set->exact = condition.exact;
        set->probes = condition.rank == RANK_FEW;
    }
    return set;
}

static const char *time_sign(enum filter_kind kind)
{
    switch (kind) {
    case FILTER_EQ:
        return "=";
    case FILTER_GT:
        return ">";
    case FILTER_GE:
        return ">=";
    case FILTER_LT:
        return "<";
    case FILTER_LE:
        return "<=";
    case FILTER_AND:
    case FILTER_OR:
    case FILTER_NOT:
    case FILTER_VALUES:
    case FILTER_NEVER:
    case FILTER_PRESENT:
    case FILTER_NE:
    case FILTER_CO:
    case FILTER_SW:
    case FILTER_EW:
        break;
    }
    return NULL;
}

// The same for a moment between two that can be stored: behind the first, before the second.
static const char *time_sign_between(enum filter_kind kind)
{
    if (kind == FILTER_EQ) {
        return NULL;
    }
    return kind == FILTER_GE ? ">" : (kind == FILTER_LT ? "<=" : time_sign(kind));
}

static struct set *where_modified(struct where *where, const struct roster_filter *filter)
{
    int64_t ms = 0;
    struct roster_filter equal = *filter;
    if (filter->kind == FILTER_PRESENT) {
        return set_all(where, true);
    }
    if (filter->kind == FILTER_NE) {
        equal.kind = FILTER_EQ;
        return set_not(where, where_modified(where, &equal));
    }
    int rest_ns = 0;
    if (!time_parse_exact(filter->text, &ms, &rest_ns)) {
        return set_all(where, false);
    }
    // What is stored are whole milliseconds: a moment between two of them is behind the first.
    const char *sign = rest_ns == 0 ? time_sign(filter->kind) : time_sign_between(filter->kind);
    if (sign == NULL) {
        return set_all(where, false);
    }
    return row_test(set_rows(where, "resource", "row", RANK_RANGE,
                             "type = $%d AND modified_ms %s $%d", PARAMETER_TYPE, sign,
                             where_number(where, ms)));
}

// All resources of a type have the same one.
static struct set *where_type(struct where *where, const struct roster_filter *filter)
{
    bool same = str_equal(filter->text, where->search->type->name);
    if (filter->kind == FILTER_EQ || filter->kind == FILTER_NE) {
        return same == (filter->kind == FILTER_EQ) ? set_all(where, true) : set_none(where);
    }
    return set_all(where, filter->kind == FILTER_PRESENT);
}

struct set *where_common(struct where *where, const struct roster_filter *filter)
{
    static const struct {
        const char *attr;
        const char *sub;
        struct set *(*where)(struct where *where, const struct roster_filter *filter);
    } common[] = {
        {"id", NULL, where_id},
        {"externalId", NULL, where_external},
        {"meta", "lastModified", where_modified},
        {"meta", "resourceType", where_type},
    };
    const struct path *path = &filter->path;
    for (size_t at = 0; at < COUNT_OF(common); at++) {
        str sub = path->sub == NULL ? (str){0} : path->sub->name;
        if (str_equal(path->attr->name, str_of(common[at].attr)) &&
            str_equal(sub, str_of(common[at].sub))) {
            return common[at].where(where, filter);
        }
    }
    return set_all(where, false);
}

// Whether somebody unseen may stand at the other end of an edge: then only the evaluator tells.
static struct set *if_all_seen(const struct where *where, struct set *set)
{
    if (set != NULL && where->search->owned) {
        set->exact = false;
    }
    return set;
}

// The row of an id at the other end of an edge, as SQL, if the search may see it.
static bool print_end(struct where *where, int id, str *out)
{
    struct roster_arena *arena = where->arena;
    return where->search->owned
               ? arena_format(arena, out,
                              "SELECT row, 1 FROM resource WHERE tenant = $%d AND id = $%d"
                              " AND owner = $%d",
                              PARAMETER_TENANT, id, where_number(where, where->search->owner))
               : arena_format(arena, out,
                              "SELECT row, 1 FROM resource WHERE tenant = $%d AND id = $%d",
                              PARAMETER_TENANT, id);
}

// Groups by member. The member may be of any type; groups alone have members.
static struct set *where_members(struct where *where, const struct roster_filter *filter,
                                 int member)
{
    str end = {0};
    if (filter->kind == FILTER_PRESENT) {
        return if_all_seen(where,
                           set_rows(where, "member", "group_row", RANK_INDEX, "member_row > 0"));
    }
    if (!print_end(where, member, &end)) {
        return refuse_memory(where);
    }
    return set_rows(where, "member", "group_row", RANK_MANY,
                    "member_row = (SELECT row FROM (%.*s) AS e)", STR_ARGS(end));
}

// Members by group: those of the group and of all groups below it, as deep as groups are shown.
static struct set *where_groups(struct where *where, const struct roster_filter *filter, int group)
{
    str end = {0};
    if (filter->kind == FILTER_PRESENT) {
        return if_all_seen(where, set_rows(where, "member", "member_row", RANK_INDEX, "type = $%d",
                                           PARAMETER_TYPE));
    }
    if (!print_end(where, group, &end)) {
        return refuse_memory(where);
    }
    return set_rows(where, "member", "member_row", RANK_MANY,
                    "type = $%d AND group_row IN"
                    " (WITH RECURSIVE below (row, depth) AS"
                    " (%.*s UNION SELECT m.member_row, below.depth + 1"
                    " FROM below JOIN member AS m ON m.group_row = below.row"
                    " WHERE m.tenant = $%d AND m.type = %d AND below.depth < %d)"
                    " SELECT row FROM below)",
                    PARAMETER_TYPE, STR_ARGS(end), PARAMETER_TENANT, TYPE_NUMBER_GROUP,
                    GROUPS_DEPTH_MAX);
}

struct set *where_edges(struct where *where, const struct roster_filter *filter)
{
    const struct path *path = &filter->path;
    const struct roster_resource_type *type = where->search->type;
    bool members = path->attr == type_members(type);
    bool value = path->sub != NULL && str_equal(path->sub->name, STR("value"));
    if ((!members && path->attr != type_groups(type)) || !value ||
        (filter->kind != FILTER_EQ && filter->kind != FILTER_PRESENT)) {
        return set_all(where, false);
    }
    struct id_form form = id_make(filter->text);
    str bytes = {0};
    if (filter->kind == FILTER_EQ && form.len == 0) {
        return set_none(where);
    }
    if (!arena_copy(where->arena, id_str(&form), &bytes)) {
        return refuse_memory(where);
    }
    int id = filter->kind == FILTER_EQ ? where_bytes(where, bytes) : 0;
    struct set *set = members ? where_members(where, filter, id) : where_groups(where, filter, id);
    if (set != NULL) {
        set->repeats = true;
        set->probes = true;
    }
    return set;
}
