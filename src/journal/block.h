// journal/block.h: records as they stand in a segment: many at a time, and once what they share.
//
// A record has a part in common with others of its client and kind, and a part of its own. A block
// is
//
//   u32 length | u32 checksum | i64 clock | entries | zeros to a multiple of 8
//
// The length is that of the clock and the entries; the checksum covers those and the zeros. So a
// block that a crash or a full disk cut off is told from a whole one. The clock is what is added to
// the time of a record to have microseconds since 1970. An entry is
//
//   u16 number | common part, when the number is 0 | own part
//
// A common part gets the next number of its block, from 1. Either part is numbers, then the texts
// whose lengths are the last of them; before the numbers of an own part stand facts of fixed size:
//
//   i64 time | u32 took | u32 bytes in | u32 bytes out | u16 status | u8 code | u8 place | u8 flags
//   | u8 body
//
// A number has seven bits a byte, the lowest first; all bytes but the last have the top bit. What
// is of fixed size is in the order of the machine, which is little endian wherever the product
// runs.
// SPDX-License-Identifier: Apache-2.0
#ifndef JOURNAL_BLOCK_H
#define JOURNAL_BLOCK_H

#include "base/limits.h"
#include "base/text.h"
#include "journal/record.h"

// Whether two records have their common part in common.
bool common_equal(const struct record *a, const struct record *b);
// Bytes that a part takes at most.
size_t common_room(const struct record *record);
size_t own_room(const struct record *record);
// Gives the bytes that were written. `out` has the room.
size_t common_write(const struct record *record, char *out);
size_t own_write(const struct record *record, char *out);
// Takes a part from the start of `bytes`, whose texts point into them; nothing else of `out` is
// touched. Untrusted: false when they hold none.
MUST_CHECK bool common_take(str *bytes, struct record *out);
MUST_CHECK bool own_take(str *bytes, struct record *out);
// Whether what own_write wrote has no text but the request id and the path, as that of most reads,
// and then its path. False says nothing.
bool own_is_brief(str own, str *path);

// A block that is being written. Zeros before its first use.
struct block_draft {
    struct text text;
    uint16_t commons;
};

// Anew in `memory`, which has nothing else in it, or in what the draft has of it already.
void block_begin(struct block_draft *draft, struct roster_arena *memory, int64_t clock_us);
// One record more, up to JOURNAL_BLOCK_MAX. *number is that of its common part in this block, or 0
// and it gets one. False without memory: then the draft is lost, until it is begun anew.
MUST_CHECK bool block_add(struct block_draft *draft, uint16_t *number, str common, str own);
// Whether it should be ended before something is added.
bool block_is_full(const struct block_draft *draft);
// Its bytes, as they are written; empty when it is lost.
str block_end(struct block_draft *draft);

// A block that is being read.
struct block {
    int64_t clock_us;
    str left;
    size_t count;
    str commons[JOURNAL_COMMONS_MAX];
    // Of the record that was taken last.
    uint16_t number;
    str own;
};

// The block at the start of `bytes`; *len gets its size. Untrusted.
MUST_CHECK enum record_outcome block_read(str bytes, struct block *out, size_t *len);
// Its next record, whose texts point into it, in the numbers of its segment. RECORD_CUT: there is
// none. Untrusted.
MUST_CHECK enum record_outcome block_take(struct block *block, struct record *out);

#endif
