// chain.c: what the digests of the audit chain cover.
// SPDX-License-Identifier: Apache-2.0
#include "store/chain.h"

#include <string.h>

static const char version[] = "roster-audit-1";

static void print_number(uint64_t number, unsigned char out[8])
{
    for (int at = 0; at < 8; at++) {
        out[at] = (unsigned char)(number >> (56 - 8 * at));
    }
}

static void add_text(struct digest *digest, str text)
{
    unsigned char len[8];
    print_number(text.len, len);
    digest_add(digest, len, sizeof(len));
    digest_add(digest, text.ptr, text.len);
}

static void add_number(struct digest *digest, int64_t number)
{
    unsigned char bytes[8];
    print_number((uint64_t)number, bytes);
    add_text(digest, (str){(const char *)bytes, sizeof(bytes)});
}

void chain_detail_begin(struct digest *digest, str salt, str before, str after)
{
    digest_begin(digest);
    add_text(digest, salt);
    add_text(digest, before);
    add_text(digest, after);
}

void chain_detail_member(struct digest *digest, int64_t member, str id, bool added)
{
    add_number(digest, member);
    add_text(digest, id);
    add_number(digest, added);
}

void chain_detail_end(struct digest *digest, unsigned char out[DIGEST_LEN])
{
    digest_end(digest, out);
}

void chain_row(struct digest *digest, const unsigned char previous[DIGEST_LEN],
               const struct audit_row *row, unsigned char out[DIGEST_LEN])
{
    const struct change *change = &row->change;
    digest_begin(digest);
    digest_add(digest, version, strlen(version));
    digest_add(digest, previous, DIGEST_LEN);
    add_number(digest, row->tenant);
    add_number(digest, change->sequence);
    add_number(digest, change->time_ms);
    add_number(digest, change->kind);
    add_number(digest, change->type);
    add_number(digest, change->row);
    add_text(digest, change->id);
    add_number(digest, change->revision);
    add_text(digest, change->actor);
    add_number(digest, change->credential);
    add_text(digest, change->address);
    add_text(digest, change->request_id);
    add_number(digest, row->detail);
    add_text(digest, row->detail_digest);
    digest_end(digest, out);
}
