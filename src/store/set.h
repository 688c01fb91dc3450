// store/set.h: a filter as sets of row numbers: what where.c makes and query.c writes as SQL.
//
// Each set holds at least the rows that match its part of the filter; `exact` says that it holds
// no others. Only fragments of this layer become SQL; what a client sent is bound.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_SET_H
#define STORE_SET_H

#include "store/index.h"
#include "store/search.h"

enum set_kind {
    SET_NONE,
    SET_ALL,
    SET_ROWS,  // rows of one table under a condition
    SET_AND,
    SET_OR,
    SET_NOT,
};

// How the rows of a set are come by, the cheapest first.
enum set_rank {
    RANK_FEW,    // a probe; few rows however large the tenant
    RANK_MANY,   // a probe of a value that many may share; in order of rows
    RANK_RANGE,  // part of an index, to be sorted by rows
    RANK_INDEX,  // a whole index
    RANK_ALL,    // every resource of the type
};

struct set {
    enum set_kind kind;
    enum set_rank rank;
    bool exact;
    bool repeats;  // a row may come twice
    // SET_ROWS: SELECT column FROM table WHERE tenant = $1 AND condition
    const char *table;
    const char *column;
    str condition;
    str beside;                 // ... and rows of unique_value under this one; empty: none
    bool probes;                // a single row is tested cheaply
    const struct index *index;  // NULL: none
    struct set *child;          // of AND, OR, NOT
    struct set *next;
};

// Parameters of every query; those of the filter follow.
enum {
    PARAMETER_TENANT = 1,
    PARAMETER_TYPE,
    PARAMETER_AFTER,
    PARAMETER_LIMIT,
    PARAMETER_SKIP,
    PARAMETER_FIRST,
};

struct argument {
    bool is_number;
    int64_t number;
    str bytes;
    struct argument *next;
};

struct where {
    struct store *store;
    const struct search *search;
    struct roster_arena *arena;
    struct argument *arguments;
    struct argument **tail;
    int next_parameter;
    bool full;  // sticky: the arena was
};

void where_init(struct where *where, struct store *store, const struct search *search,
                struct roster_arena *arena);
// The parameter that stands for a value; bytes are not copied.
int where_number(struct where *where, int64_t number);
int where_bytes(struct where *where, str bytes);

struct set *set_all(struct where *where, bool exact);
struct set *set_none(struct where *where);
struct set *set_not(struct where *where, struct set *child);
struct set *set_or(struct where *where, struct set *a, struct set *b);
// SET_ROWS under a condition in the manner of printf.
struct set *set_rows(struct where *where, const char *table, const char *column, enum set_rank rank,
                     const char *format, ...) ROSTER_PRINTF(5, 6);

// The rows that may match. NULL only when the arena is full.
struct set *where_filter(struct where *where, const struct roster_filter *filter);
// Of `set`, those that the search may see.
struct set *where_owned(struct where *where, struct set *set);
// The parts of it that other attributes than indexed ones need.
struct set *where_common(struct where *where, const struct roster_filter *filter);
struct set *where_edges(struct where *where, const struct roster_filter *filter);
struct set *where_index(struct where *where, const struct roster_filter *filter,
                        const struct index *index);
struct set *where_values(struct where *where, const struct roster_filter *filter);

// What a condition on keys means for the rows of an index.
struct key_condition {
    str text;  // "key = $7"
    enum set_rank rank;
    bool exact;
};
MUST_CHECK bool where_key(struct where *where, const struct roster_filter *filter,
                          const struct index *index, struct key_condition *out);

enum sort_kind { SORT_ROW, SORT_MODIFIED, SORT_ID, SORT_INDEX, SORT_OTHER };
struct sort {
    enum sort_kind kind;
    const struct index *index;
    bool descending;           // the order in which rows are read
    const struct place *from;  // only what comes behind it in that order; NULL: all
};

// One statement over part of an order: its rows in pages, and how many there are. SQL; NULL texts
// when the arena is full. PARAMETER_AFTER is a row number that all rows lie behind.
struct leg {
    str page;
    str count;
    bool absent;  // of those without a value
};
// In the order of rows.
struct leg query_rows(struct where *where, const struct set *set, const struct sort *sort);
// All resources of the type, whole, in the order of rows.
struct leg query_whole(struct where *where, const struct sort *sort);
// By a key, which stands behind the row where the sort is by an index.
struct leg query_sorted(struct where *where, const struct set *set, const struct sort *sort);
// Those without a value of the index, in the order of rows.
struct leg query_absent(struct where *where, const struct set *set, const struct sort *sort);
// How many rows a set has.
str query_count(struct where *where, const struct set *set);
// Whether the rows come off the index that they are sorted by.
bool query_is_direct(const struct set *set, const struct sort *sort);
// Whether all that comes off the index is in the set, so that none is passed over.
bool query_is_all_direct(const struct set *set, const struct sort *sort);

#endif
