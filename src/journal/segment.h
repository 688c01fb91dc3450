// journal/segment.h: the files of a journal: PATH.journal/0001764358842000.log, 0600.
//
// A segment is a head and blocks behind it. It is named for the millisecond it was begun in, so
// that names tell order and age. A head says what the numbers in the records stand for, so that
// another version of the product can read them:
//
//   "rosterj2" | u32 bytes of the text | u32 0 | text, filled with blanks to a multiple of 8:
//   version, names of quirks, names of refusals, each list on a line of its own, in order
//
// Version 1, "rosterj1", had records one by one behind the same head; it is read, not written.
// SPDX-License-Identifier: Apache-2.0
#ifndef JOURNAL_SEGMENT_H
#define JOURNAL_SEGMENT_H

#include "base/limits.h"
#include "base/text.h"
#include "journal/block.h"
#include "roster/quirks.h"

enum { SEGMENT_NAME_BYTES = 24 };

#define JOURNAL_CODE_COUNT(name, status, type, detail) +1
enum { JOURNAL_CODES = 1 ROSTER_ERRORS(JOURNAL_CODE_COUNT) };
#undef JOURNAL_CODE_COUNT

void segment_name(int64_t number, char out[SEGMENT_NAME_BYTES]);

// Opens the folder, with `make` also one that is not there yet (0700). -1 and errno.
MUST_CHECK int folder_open(const char *path, bool make);
// Who changes files of the folder holds its lock, for a moment. -1 and errno.
MUST_CHECK int folder_lock(int folder);
void folder_unlock(int lock);

struct segment_list {
    int64_t numbers[JOURNAL_SEGMENTS_MAX];  // the oldest first
    size_t count;
};
// More than the maximum: the oldest are left out. False and errno.
MUST_CHECK bool segments_list(int folder, struct segment_list *out);

// What a head says: how the numbers of its records translate into ours.
struct segment_names {
    bool alone;      // records one by one, not in blocks
    int quirks[64];  // enum roster_quirk, or -1
    int codes[256];  // enum roster_code, or -1
    char version[32];
};

void segment_head_write(struct text *out);
// False: it is no head of ours. *len: where the records begin.
MUST_CHECK bool segment_head_read(str bytes, struct segment_names *out, size_t *len);
void segment_translate(const struct segment_names *names, struct record_facts *facts);

#endif
