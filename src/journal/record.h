// journal/record.h: one exchange, as the journal tells it.
//
// Segments have records in blocks (journal/block.h). Memory, and the segments of version 1, have
// them one by one:
//
//   u32 length | u32 checksum | struct record_facts | u32 length of each text | texts | zeros
//
// The length counts all of it and is a multiple of 8; the checksum covers what follows it, and is 0
// in memory. Numbers are in the order of the machine, which is little endian wherever the product
// runs.
// SPDX-License-Identifier: Apache-2.0
#ifndef JOURNAL_RECORD_H
#define JOURNAL_RECORD_H

#include "base/check.h"
#include "base/str.h"

// Which thread did the work. Append only: the numbers stand in files.
enum record_place { RECORD_ON_LOOP, RECORD_ON_WORKER, RECORD_ON_WRITER, RECORD_PLACES };

// What became of the body of the request. Append only.
enum record_body {
    BODY_NONE,     // there was none
    BODY_KEPT,     // redacted
    BODY_LARGE,    // over the setting journal-body
    BODY_NO_JSON,  // it cannot be read, so what is secret in it cannot be told
    BODY_UNKNOWN,  // of somebody without a valid credential
    BODY_STATES,
};

enum record_flag { RECORD_KNOWN = 1, RECORD_STREAMED = 2, RECORD_CHANGED = 4 };

// The order stands in files: never change it.
enum record_text {
    // What calls of one client have in common (journal/block.h).
    RECORD_TENANT,  // empty: the credential named none
    RECORD_ACTOR,
    RECORD_ADDRESS,
    RECORD_METHOD,
    RECORD_HEADERS,  // the few that change what an answer is: "Name: value\n" each
    RECORD_TYPE,     // name of the resource type
    RECORD_COMMONS,
    // The own ones of a record.
    RECORD_REQUEST = RECORD_COMMONS,  // id
    RECORD_PATH,                      // raw
    RECORD_QUERY,                     // raw, behind '?'
    RECORD_DETAIL,                    // of a refusal
    RECORD_ID,                        // of the resource that was written
    RECORD_BODY,
    RECORD_TEXTS,
};

struct record_facts {
    int64_t time_us;  // of its beginning, since 1970
    int64_t tenant;
    int64_t source;
    int64_t credential;
    int64_t revision;  // of the resource after a write; 0: none
    uint64_t quirks_on;
    uint64_t quirks_used;
    uint32_t took_us;
    uint32_t bytes_in;   // of the body
    uint32_t bytes_out;  // 0 of a streamed answer
    uint16_t status;
    uint8_t code;   // enum roster_code; 0: no refusal
    uint8_t place;  // enum record_place
    uint8_t flags;  // enum record_flag
    uint8_t body;   // enum record_body
    uint8_t unused[6];
};

struct record {
    // Numbers of the process, which are not written. Where one is the same, so is what it stands
    // for; 0 says nothing.
    uint64_t caller;  // tenant, source and credential, and their names
    uint64_t kind;    // method and resource type, of one tenant
    struct record_facts facts;
    str texts[RECORD_TEXTS];
};

// Bytes of the record alone, a multiple of 8.
size_t record_size(const struct record *record);
// Writes record_size bytes, without the checksum.
void record_put(const struct record *record, char *out);
// What record_put wrote.
void record_view(const char *bytes, struct record *out);

// Of `len` bytes, a multiple of 8. Against accidents, not against people: who can write the file
// can write checksums too.
uint32_t record_checksum(const char *bytes, size_t len);
// Whether all that is one of a few is one that this version knows.
bool record_is_known(const struct record_facts *facts);

enum record_outcome {
    RECORD_OK,
    RECORD_CUT,     // the bytes end before it does
    RECORD_BROKEN,  // it is none
};
// The record of version 1 at the start of `bytes`; *len gets its size. Its texts point into
// `bytes`. Untrusted.
MUST_CHECK enum record_outcome record_get(str bytes, struct record *out, size_t *len);

#endif
