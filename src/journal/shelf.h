// journal/shelf.h: writing segments, and taking away what is too much or too old.
// SPDX-License-Identifier: Apache-2.0
#ifndef JOURNAL_SHELF_H
#define JOURNAL_SHELF_H

#include "journal/segment.h"
#include "sys/sys.h"

struct shelf {
    const struct env *env;
    size_t size_max;  // of all segments
    int64_t age_ms;   // of a record
    int folder;
    int fd;  // of the segment that grows; -1: none yet
    int64_t number;
    size_t size;
};

// False and errno. A segment is begun with the first append.
MUST_CHECK bool shelf_open(struct shelf *shelf, const char *folder);
void shelf_close(struct shelf *shelf);
// A whole block. False: nothing of it is in the files, errno says why.
MUST_CHECK bool shelf_append(struct shelf *shelf, str block);
// What is due by age goes even if nothing is appended.
void shelf_trim(struct shelf *shelf);

#endif
