// store/member.h: membership as edges (tenant, group, member): a change costs the same in a group
// of ten and of a million, and two changes never overwrite each other.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_MEMBER_H
#define STORE_MEMBER_H

#include "store/resource.h"

struct member_row {
    int64_t row;  // of the member
    int type;     // number of its resource type
    str id;
    str display;  // only when asked for
};

// STORE_TAKEN: it is a member already.
MUST_CHECK enum store_outcome member_insert(struct conn *writer, int64_t tenant, int64_t group,
                                            const struct member_row *member);
// STORE_NONE: it was no member.
MUST_CHECK enum store_outcome member_delete(struct conn *writer, int64_t tenant, int64_t group,
                                            int64_t member);
MUST_CHECK enum store_outcome member_delete_all(struct conn *writer, int64_t tenant, int64_t group,
                                                int64_t *count);
// Looks at every edge of the group.
MUST_CHECK enum store_outcome member_count(struct conn *conn, int64_t tenant, int64_t group,
                                           int64_t *count);
// Whether the edge is there: STORE_OK or STORE_NONE.
MUST_CHECK enum store_outcome member_find(struct conn *conn, int64_t tenant, int64_t group,
                                          int64_t member);
// Members behind row number `after`, in order of row numbers, at most `limit`. Takes memory for
// those that there are; *members is NULL when there are none.
MUST_CHECK enum store_outcome member_page(struct conn *conn, int64_t tenant, int64_t group,
                                          int64_t after, size_t limit, bool with_display,
                                          struct roster_arena *arena, struct member_row **members,
                                          size_t *count);

// What a bounded look at a group found.
struct member_page {
    struct member_row *rows;
    size_t count;
    size_t looked;  // edges
    int64_t after;  // where it ended
    bool more;      // there may be others behind
};
// Of the next `looks` edges those whose members belong to `owner`, with their display: what is of
// others is passed over, and there may be millions of them.
MUST_CHECK enum store_outcome member_page_owned(struct conn *conn, int64_t tenant, int64_t group,
                                                int64_t owner, int64_t after, size_t looks,
                                                struct roster_arena *arena,
                                                struct member_page *page);

struct group_row {
    int64_t row;
    str id;
    str display;
    int64_t revision;
    int64_t owner;
    bool direct;  // false: through a nested group
};

struct group_list {
    struct group_row *rows;
    size_t count;
};

// Groups of a member, direct ones first and then level by level, each once, cycles followed once,
// GROUPS_DEPTH_MAX deep, not more than GROUPS_USER_MAX of a member. STORE_LARGE behind
// GROUPS_LINKS_MAX nested edges, or GROUPS_LINKS_WORKER_MAX with a deadline. The arena takes the
// groups that occur and what is shown, no more; it must not be the connection's scratch.
MUST_CHECK enum store_outcome groups_of(struct conn *conn, int64_t tenant, int64_t member,
                                        struct roster_arena *arena, struct group_list *out);
// The same for all members of a page, in as many statements; out[n] belongs to members[n].
MUST_CHECK enum store_outcome groups_of_each(struct conn *conn, int64_t tenant,
                                             const int64_t *members, size_t count,
                                             struct roster_arena *arena, struct group_list *out);
// Only the direct groups, at most `limit`, behind row number `after`: what a delete has to touch.
MUST_CHECK enum store_outcome groups_direct(struct conn *conn, int64_t tenant, int64_t member,
                                            int64_t after, size_t limit, struct roster_arena *arena,
                                            struct group_list *out);

// A display name that more than one group has, compared as it is indexed.
struct group_duplicate {
    str display;  // in the spelling of one of them
    int64_t count;
};
// At most `limit` of a tenant, in order of their keys; *count is 0 when each name is there once.
MUST_CHECK enum store_outcome group_duplicates(struct conn *conn, int64_t tenant, size_t limit,
                                               struct roster_arena *arena,
                                               struct group_duplicate **rows, size_t *count);

#endif
