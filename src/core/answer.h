// core/answer.h: a body as pieces: text, and members of large groups that are pulled in pages while
// the answer is sent, so that no answer needs memory in proportion to a group.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_ANSWER_H
#define CORE_ANSWER_H

#include "core/context.h"

// Which sub-attributes of a member are shown.
enum member_part {
    MEMBER_VALUE = 1,
    MEMBER_REF = 2,
    MEMBER_TYPE = 4,
    MEMBER_DISPLAY = 8,
};

struct piece {
    str text;
    int64_t group;   // > 0: instead of text, the members of this group
    unsigned parts;  // of enum member_part
    struct piece *next;
};

struct answer {
    struct roster_arena *arena;
    struct text text;  // the piece that grows
    struct piece *first;
    struct piece *last;
    bool streamed;  // holds members that are pulled
    bool full;
};

void answer_init(struct answer *answer, struct roster_arena *arena);
// From here on the members of `group`, as elements of an array without its brackets.
void answer_members(struct answer *answer, int64_t group, unsigned parts);
// Ends the last text. False when the arena is full.
MUST_CHECK bool answer_end(struct answer *answer);
// Writes members as array elements, with a comma before each but the very first of the array.
void answer_write_members(struct text *out, const struct context *ctx,
                          const struct member_row *members, size_t count, unsigned parts,
                          bool first);

// Pulls a streamed answer: fills `out` with the next bytes, looking at one page of members at most
// where there is one byte before them. 0: the end; -1: the store failed. The
// context's connection holds a snapshot, and its arena is rewound between calls.
struct answer_reader {
    struct context ctx;
    const struct piece *piece;
    size_t offset;               // in the text of the piece, or in `page`
    str page;                    // rendered members
    int64_t after;               // row number of the last member that was looked at
    bool wrote;                  // a member of this piece
    bool exhausted;              // the members of this piece are all in `page`
    struct roster_arena *arena;  // for pages only
};
long answer_read(struct answer_reader *reader, char *out, size_t max);

#endif
