// query.c: sets as SQL.
//
// A set is written in two ways: as a SELECT that gives its rows, and as a condition that tests one
// row. A test is a probe where that is possible, and otherwise membership in a list that SQLite
// makes once for the statement; never a search in part of an index for each row.
// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "scim/compare.h"
#include "store/set.h"
#include "store/statements.h"

enum { SQL_LEN_MAX = 512 * 1024 };

static void add_rows(struct text *out, const struct set *set);

static void add_leaf(struct text *out, const struct set *set)
{
    text_format(out, "SELECT %s AS row FROM %s WHERE tenant = $1 AND %.*s", set->column, set->table,
                STR_ARGS(set->condition));
    if (set->beside.len > 0) {
        text_format(out, " UNION ALL SELECT row FROM unique_value WHERE tenant = $1 AND %.*s",
                    STR_ARGS(set->beside));
    }
}

static void add_probe(struct text *out, const struct set *set, const char *row)
{
    text_format(out, "(EXISTS (SELECT 1 FROM %s WHERE tenant = $1 AND %.*s AND %s = %s)",
                set->table, STR_ARGS(set->condition), set->column, row);
    if (set->beside.len > 0) {
        text_format(
            out, " OR EXISTS (SELECT 1 FROM unique_value WHERE tenant = $1 AND %.*s AND row = %s)",
            STR_ARGS(set->beside), row);
    }
    text_char(out, ')');
}

// `row` is the number that is tested, as SQL.
static void add_test(struct text *out, const struct set *set, const char *row)
{
    const char *between = set->kind == SET_OR ? " OR " : " AND ";
    if (set->kind == SET_ROWS && set->probes) {
        add_probe(out, set, row);
        return;
    }
    if (set->kind == SET_ROWS) {
        text_format(out, "%s IN (", row);
        add_leaf(out, set);
        text_char(out, ')');
        return;
    }
    text_lit(out, "(");
    if (set->kind == SET_NOT) {
        text_lit(out, "NOT ");
    }
    for (const struct set *child = set->child; child != NULL; child = child->next) {
        text_add(out, child == set->child ? (str){0} : str_of(between));
        add_test(out, child, row);
    }
    text_lit(out, ")");
}

static void add_scan(struct text *out, const struct set *set)
{
    text_lit(out, "SELECT s.row AS row FROM resource AS s WHERE s.tenant = $1 AND s.type = $2");
    if (set->kind != SET_ALL) {
        text_lit(out, " AND ");
        add_test(out, set, "s.row");
    }
}

// The first child gives the rows, the others test them.
static void add_tested(struct text *out, const struct set *set)
{
    text_lit(out, "SELECT d.row FROM (");
    add_rows(out, set->child);
    text_lit(out, ") AS d");
    for (const struct set *child = set->child->next; child != NULL; child = child->next) {
        text_add(out, child == set->child->next ? STR(" WHERE ") : STR(" AND "));
        add_test(out, child, "d.row");
    }
}

static void add_rows(struct text *out, const struct set *set)
{
    if (set->rank == RANK_ALL) {
        add_scan(out, set);
    } else if (set->kind == SET_ROWS) {
        add_leaf(out, set);
    } else if (set->kind == SET_AND) {
        add_tested(out, set);
    } else {
        for (const struct set *child = set->child; child != NULL; child = child->next) {
            text_add(out, child == set->child ? (str){0} : STR(" UNION "));
            // In parentheses a part may have a WHERE of its own in any engine.
            text_lit(out, "SELECT row FROM (");
            add_rows(out, child);
            text_format(out, ") AS part");
        }
    }
}

static str finish(struct where *where, struct text *text)
{
    where->full |= text->full;
    return text->full ? (str){0} : text_str(text);
}

static const char *distinct(const struct set *set)
{
    return set->repeats && set->rank != RANK_ALL ? "DISTINCT " : "";
}

// What all rows lie behind: the row that PARAMETER_AFTER names.
static const char *behind(const struct sort *sort)
{
    return sort->descending ? "<" : ">";
}

static const char *direction(const struct sort *sort)
{
    return sort->descending ? " DESC" : "";
}

// `rows` gives the rows as a page shows them, `counted` as they are counted.
static struct leg make_leg(struct where *where, const struct text *rows, const struct text *counted,
                           str order)
{
    struct leg leg = {0};
    struct text page;
    struct text count;
    text_init(&page, where->arena, SQL_LEN_MAX);
    text_init(&count, where->arena, SQL_LEN_MAX);
    text_add(&page, text_str(rows));
    text_add(&page, order);
    text_lit(&page, " LIMIT $4 OFFSET $5");
    text_lit(&count, "SELECT count(*) FROM (");
    text_add(&count, text_str(counted));
    text_lit(&count, " LIMIT $4) AS counted");
    where->full |= rows->full || counted->full;
    leg.page = finish(where, &page);
    leg.count = finish(where, &count);
    return leg;
}

struct leg query_rows(struct where *where, const struct set *set, const struct sort *sort)
{
    struct text rows;
    text_init(&rows, where->arena, SQL_LEN_MAX);
    text_format(&rows, "SELECT %sc.row FROM (", distinct(set));
    add_rows(&rows, set);
    text_format(&rows, ") AS c WHERE c.row %s $3", behind(sort));
    return make_leg(where, &rows, &rows,
                    sort->descending ? STR(" ORDER BY c.row DESC") : STR(" ORDER BY c.row"));
}

struct leg query_whole(struct where *where, const struct sort *sort)
{
    static const char from[] =
        " FROM resource AS r WHERE r.tenant = $1 AND r.type = $2 AND r.row %s $3";
    struct text rows;
    struct text counted;
    text_init(&rows, where->arena, SQL_LEN_MAX);
    text_init(&counted, where->arena, SQL_LEN_MAX);
    text_lit(&rows, "SELECT " RESOURCE_COLUMNS);
    text_format(&rows, from, behind(sort));
    text_lit(&counted, "SELECT r.row");
    text_format(&counted, from, behind(sort));
    return make_leg(where, &rows, &counted,
                    sort->descending ? STR(" ORDER BY r.row DESC") : STR(" ORDER BY r.row"));
}

str query_count(struct where *where, const struct set *set)
{
    struct text text;
    text_init(&text, where->arena, SQL_LEN_MAX);
    text_format(&text, "SELECT count(*) FROM (SELECT %sc.row FROM (", distinct(set));
    add_rows(&text, set);
    text_lit(&text, ") AS c LIMIT $4) AS counted");
    return finish(where, &text);
}

static const struct set *direct_part(const struct set *set, const struct sort *sort)
{
    const struct set *part = set->kind == SET_AND ? set->child : set;
    while (part != NULL && (part->kind != SET_ROWS || part->index != sort->index)) {
        part = set->kind == SET_AND ? part->next : NULL;
    }
    return sort->kind == SORT_INDEX ? part : NULL;
}

bool query_is_direct(const struct set *set, const struct sort *sort)
{
    return direct_part(set, sort) != NULL;
}

bool query_is_all_direct(const struct set *set, const struct sort *sort)
{
    return set->kind == SET_ALL || direct_part(set, sort) == set;
}

// What remains to be tested of rows that come off the index of the sort.
static void add_rest(struct text *out, const struct set *set, const struct set *done)
{
    if (set->kind == SET_ALL || set == done) {
        return;
    }
    if (set->kind != SET_AND) {
        text_lit(out, " AND ");
        add_test(out, set, "s.row");
        return;
    }
    for (const struct set *child = set->child; child != NULL; child = child->next) {
        if (child != done) {
            text_lit(out, " AND ");
            add_test(out, child, "s.row");
        }
    }
}

// The condition of an index without the bound that the place replaces: of two bounds on one side
// the engine takes any, and would read from the beginning of the filter's range to the place.
static void add_loosened(struct text *out, str condition, char sign)
{
    static const str key = STR_INIT("key ");
    for (size_t at = 0; at < condition.len; at++) {
        str rest = str_tail(condition, at);
        bool is_bound = rest.len > key.len && str_equal(str_head(rest, key.len), key) &&
                        rest.ptr[key.len] == sign;
        if (is_bound) {
            text_char(out, '+');
        }
        text_char(out, condition.ptr[at]);
    }
}

// In the order of an index.
static void add_by_index(struct where *where, struct text *out, const struct set *set,
                         const struct sort *sort)
{
    const struct index *index = sort->index;
    const struct set *direct = direct_part(set, sort);
    text_format(out, "SELECT s.row, s.key FROM %s AS s WHERE s.tenant = $1 AND ",
                index->unique ? "unique_value" : "index_value");
    if (direct == NULL) {
        text_format(out, "s.attribute = $%d%s", where_number(where, index->number),
                    index->marks_absent ? " AND s.element >= 0" : "");
    } else if (sort->from != NULL) {
        add_loosened(out, direct->condition, sort->descending ? '<' : '>');
    } else {
        text_add(out, direct->condition);
    }
    add_rest(out, set, direct);
}

static void add_behind_key(struct where *where, struct text *out, const char *column,
                           const struct sort *sort)
{
    const struct place *from = sort->from;
    int64_t ms = 0;
    int key = 0;
    if (sort->kind == SORT_MODIFIED) {
        // A key that is no time stands behind all of them, or before.
        key = where_number(where, time_of_key(from->key, &ms) ? ms : INT64_MAX);
    } else {
        key = where_bytes(where, from->key);
    }
    text_format(out, " AND (%s, s.row) %s ($%d, $%d)", column, behind(sort), key,
                where_number(where, from->row));
}

struct leg query_sorted(struct where *where, const struct set *set, const struct sort *sort)
{
    struct text rows;
    str order = {0};
    const char *column = sort->kind == SORT_INDEX      ? "s.key"
                         : sort->kind == SORT_MODIFIED ? "s.modified_ms"
                                                       : "s.id";
    assert(sort->kind == SORT_INDEX || sort->kind == SORT_MODIFIED || sort->kind == SORT_ID);
    text_init(&rows, where->arena, SQL_LEN_MAX);
    if (sort->kind == SORT_INDEX) {
        add_by_index(where, &rows, set, sort);
    } else {
        // The plus keeps the engine from choosing an index by type, which would mean to sort.
        text_format(&rows, "SELECT s.row FROM resource AS s WHERE s.tenant = $1 AND %ss.type = $2",
                    sort->kind == SORT_ID ? "+" : "");
        add_rest(&rows, set, NULL);
    }
    if (sort->from != NULL) {
        add_behind_key(where, &rows, column, sort);
    }
    if (!arena_format(where->arena, &order, " ORDER BY %s%s, s.row%s", column, direction(sort),
                      direction(sort))) {
        where->full = true;
    }
    return make_leg(where, &rows, &rows, order);
}

struct leg query_absent(struct where *where, const struct set *set, const struct sort *sort)
{
    struct text rows;
    text_init(&rows, where->arena, SQL_LEN_MAX);
    text_format(&rows,
                "SELECT s.row FROM index_value AS s WHERE s.tenant = $1 AND s.attribute = $%d"
                " AND s.key = $%d AND s.element = -1 AND s.row %s $3",
                where_number(where, sort->index->number), where_bytes(where, (str){0}),
                behind(sort));
    add_rest(&rows, set, NULL);
    struct leg leg =
        make_leg(where, &rows, &rows,
                 sort->descending ? STR(" ORDER BY s.row DESC") : STR(" ORDER BY s.row"));
    leg.absent = true;
    return leg;
}
