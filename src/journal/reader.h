// journal/reader.h: reading a journal, oldest record first, while it may be growing.
//
// Nobody has to be asked for it, and nothing is locked: a segment that is taken away meanwhile is
// simply no more. Everything in the files is untrusted.
// SPDX-License-Identifier: Apache-2.0
#ifndef JOURNAL_READER_H
#define JOURNAL_READER_H

#include "base/error.h"
#include "journal/segment.h"

struct reader;

// `since_ms`: segments that ended before are passed over. NULL and `err`: NOT_FOUND when there is
// no journal, else UNAVAILABLE.
MUST_CHECK struct reader *reader_open(const char *folder, int64_t since_ms,
                                      struct roster_error *err);
void reader_close(struct reader *reader);  // NULL is accepted
// The next record, in numbers of this version; its texts live until the next call. False: there is
// none now; later there may be.
MUST_CHECK bool reader_next(struct reader *reader, struct record *out);
// Segments whose end was cut off or damaged so far: what stands behind is lost too.
size_t reader_damaged(const struct reader *reader);

#endif
