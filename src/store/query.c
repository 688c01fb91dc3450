// query.c: sets as SQL.
//
// A set is written in two ways: as a SELECT that gives its rows, and as a condition that tests one
// row. A test is a probe where that is possible, and otherwise membership in a list that SQLite
// makes once for the statement; never a search in part of an index for each row.
// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
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

str query_rows(struct where *where, const struct set *set, bool descending)
{
    struct text text;
    text_init(&text, where->arena, SQL_LEN_MAX);
    text_format(&text, "SELECT %sc.row FROM (", distinct(set));
    add_rows(&text, set);
    text_format(&text, ") AS c WHERE c.row > $3 ORDER BY c.row%s LIMIT $4 OFFSET $5",
                descending ? " DESC" : "");
    return finish(where, &text);
}

str query_whole(struct where *where, bool descending)
{
    struct text text;
    text_init(&text, where->arena, SQL_LEN_MAX);
    text_format(&text,
                "SELECT " RESOURCE_COLUMNS " FROM resource AS r"
                " WHERE r.tenant = $1 AND r.type = $2 AND r.row > $3"
                " ORDER BY r.row%s LIMIT $4 OFFSET $5",
                descending ? " DESC" : "");
    return finish(where, &text);
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

// In the order of an index. Within equal keys the order of rows, whatever the direction.
static void add_by_index(struct where *where, struct text *out, const struct set *set,
                         const struct sort *sort)
{
    const struct index *index = sort->index;
    const struct set *direct = direct_part(set, sort);
    text_format(out, "SELECT s.row FROM %s AS s WHERE s.tenant = $1 AND ",
                index->unique ? "unique_value" : "index_value");
    if (direct != NULL) {
        text_add(out, direct->condition);
    } else {
        text_format(out, "s.attribute = $%d%s", where_number(where, index->number),
                    index->marks_absent ? " AND s.element >= 0" : "");
    }
    add_rest(out, set, direct);
    text_format(out, " ORDER BY s.key%s, s.row", sort->descending ? " DESC" : "");
}

str query_sorted(struct where *where, const struct set *set, const struct sort *sort)
{
    // The plus keeps the engine from choosing an index by type, which would mean to sort.
    struct text text;
    assert(sort->kind == SORT_INDEX || sort->kind == SORT_MODIFIED || sort->kind == SORT_ID);
    text_init(&text, where->arena, SQL_LEN_MAX);
    if (sort->kind == SORT_INDEX) {
        add_by_index(where, &text, set, sort);
    } else {
        text_format(&text, "SELECT s.row FROM resource AS s WHERE s.tenant = $1 AND %ss.type = $2",
                    sort->kind == SORT_ID ? "+" : "");
        add_rest(&text, set, NULL);
        text_format(&text, " ORDER BY %s%s, s.row",
                    sort->kind == SORT_ID ? "s.id" : "s.modified_ms",
                    sort->descending ? " DESC" : "");
    }
    text_lit(&text, " LIMIT $4 OFFSET $5");
    return finish(where, &text);
}

str query_absent(struct where *where, const struct set *set, const struct index *index)
{
    struct text text;
    text_init(&text, where->arena, SQL_LEN_MAX);
    text_format(&text,
                "SELECT s.row FROM index_value AS s WHERE s.tenant = $1 AND s.attribute = $%d"
                " AND s.key = $%d AND s.element = -1",
                where_number(where, index->number), where_bytes(where, (str){0}));
    add_rest(&text, set, NULL);
    text_lit(&text, " ORDER BY s.row LIMIT $4 OFFSET $5");
    return finish(where, &text);
}
