// record.c: records to bytes and back.
// SPDX-License-Identifier: Apache-2.0
#include "journal/record.h"

#include "base/limits.h"

enum { LENGTH_BYTES = 8, TEXTS_AT = LENGTH_BYTES + sizeof(struct record_facts) };
enum { BYTES_AT = TEXTS_AT + RECORD_TEXTS * sizeof(uint32_t) };

static_assert(sizeof(struct record_facts) == 80, "facts are written as they are: no gaps");

// Of texts in a record of version 1: it stands in files.
static const enum record_text order[RECORD_TEXTS] = {
    RECORD_REQUEST, RECORD_TENANT,  RECORD_ACTOR,  RECORD_ADDRESS, RECORD_METHOD, RECORD_PATH,
    RECORD_QUERY,   RECORD_HEADERS, RECORD_DETAIL, RECORD_TYPE,    RECORD_ID,     RECORD_BODY,
};

size_t record_size(const struct record *record)
{
    size_t len = BYTES_AT;
    for (size_t at = 0; at < RECORD_TEXTS; at++) {
        len += record->texts[at].len;
    }
    return (len + 7) & ~(size_t)7;
}

void record_put(const struct record *record, char *out)
{
    uint32_t lengths[RECORD_TEXTS];
    uint32_t whole = (uint32_t)record_size(record);
    char *to = out + BYTES_AT;
    for (size_t at = 0; at < RECORD_TEXTS; at++) {
        str text = record->texts[order[at]];
        lengths[at] = (uint32_t)text.len;
        if (text.len > 0) {
            memcpy(to, text.ptr, text.len);
            to += text.len;
        }
    }
    memset(to, 0, (size_t)(out + whole - to));
    memcpy(out, &whole, sizeof(whole));
    memset(out + sizeof(whole), 0, LENGTH_BYTES - sizeof(whole));
    memcpy(out + LENGTH_BYTES, &record->facts, sizeof(record->facts));
    memcpy(out + TEXTS_AT, lengths, sizeof(lengths));
}

static uint64_t mix(uint64_t sum, const char *bytes)
{
    uint64_t word = 0;
    memcpy(&word, bytes, sizeof(word));
    sum = (sum ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return sum ^ sum >> 29;
}

// Four sums that do not wait for each other take a quarter of the time.
uint32_t record_checksum(const char *bytes, size_t len)
{
    uint64_t sums[4] = {len, 1, 2, 3};
    size_t at = 0;
    assert(len % sizeof(sums[0]) == 0);
    for (; at + sizeof(sums) <= len; at += sizeof(sums)) {
        for (size_t lane = 0; lane < COUNT_OF(sums); lane++) {
            sums[lane] = mix(sums[lane], bytes + at + lane * sizeof(sums[0]));
        }
    }
    for (; at < len; at += sizeof(sums[0])) {
        sums[0] = mix(sums[0], bytes + at);
    }
    for (size_t lane = 1; lane < COUNT_OF(sums); lane++) {
        sums[0] = mix(sums[0], (const char *)&sums[lane]);
    }
    return (uint32_t)(sums[0] >> 32);
}

static uint32_t length_of(const char *bytes)
{
    uint32_t len = 0;
    memcpy(&len, bytes, sizeof(len));
    return len;
}

void record_view(const char *bytes, struct record *out)
{
    const char *from = bytes + BYTES_AT;
    uint32_t lengths[RECORD_TEXTS];
    memcpy(&out->facts, bytes + LENGTH_BYTES, sizeof(out->facts));
    memcpy(lengths, bytes + TEXTS_AT, sizeof(lengths));
    for (size_t at = 0; at < RECORD_TEXTS; at++) {
        out->texts[order[at]] = (str){from, lengths[at]};
        from += lengths[at];
    }
}

static bool lengths_fit(const char *bytes, size_t len)
{
    uint32_t lengths[RECORD_TEXTS];
    uint64_t sum = BYTES_AT;
    memcpy(lengths, bytes + TEXTS_AT, sizeof(lengths));
    for (size_t at = 0; at < RECORD_TEXTS; at++) {
        sum += lengths[at];
    }
    return sum <= len && len - sum < sizeof(uint64_t);
}

bool record_is_known(const struct record_facts *facts)
{
    return facts->place < RECORD_PLACES && facts->body < BODY_STATES;
}

enum record_outcome record_get(str bytes, struct record *out, size_t *len)
{
    if (bytes.len < LENGTH_BYTES) {
        return RECORD_CUT;
    }
    uint32_t whole = length_of(bytes.ptr);
    uint32_t sum = 0;
    if (whole < BYTES_AT || whole % sizeof(uint64_t) != 0 || whole > JOURNAL_RECORD_MAX) {
        return RECORD_BROKEN;
    }
    if (whole > bytes.len) {
        return RECORD_CUT;
    }
    memcpy(&sum, bytes.ptr + sizeof(whole), sizeof(sum));
    if (sum != record_checksum(bytes.ptr + LENGTH_BYTES, whole - LENGTH_BYTES) ||
        !lengths_fit(bytes.ptr, whole)) {
        return RECORD_BROKEN;
    }
    record_view(bytes.ptr, out);
    *len = whole;
    return record_is_known(&out->facts) ? RECORD_OK : RECORD_BROKEN;
}
