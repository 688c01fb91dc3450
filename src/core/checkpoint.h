// core/checkpoint.h: checkpoints of the audit: signed statements of where each chain ended.
//
// A checkpoint is text, kept outside the store. Whoever has one sees that a chain lacks an end, or
// was written anew, though it fits together. Each line is a JSON object; the last one has the
// Ed25519 signature over all bytes before it:
//
//   {"checkpoint":1,"store":"...","time":"...","key":"1a2b3c4d","product":"0.1.0","tenants":1}
//   {"tenant":1,"name":"acme","sequence":7,"digest":"64 digits"}
//   {"signature":"128 digits"}
//
// A removed tenant has the name null. Digits are hexadecimal, in lower case.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_CHECKPOINT_H
#define CORE_CHECKPOINT_H

#include "core/tenants.h"
#include "store/audit.h"
#include "sys/sign.h"

struct checkpoint {
    str store;  // which one it is of
    int64_t time_ms;
    uint32_t key;
    str product;
    struct audit_mark *marks;  // by tenant
    size_t mark_count;
};

// Signs the ends of all chains with the youngest key, and makes the first one. UNAVAILABLE: there
// is no key that can be used, or the checkpoint would exceed CHECKPOINT_BYTES_MAX.
MUST_CHECK bool checkpoint_make(const struct admin *admin, str *out, struct roster_error *err);

// Reads a checkpoint of this store and checks its signature: with `key` (SIGN_KEY_LEN bytes as
// digits), or, when that is empty, with the store's own key that it names. INVALID_VALUE says what
// is wrong with it.
MUST_CHECK bool checkpoint_open(const struct admin *admin, str text, str key,
                                struct checkpoint *out, struct roster_error *err);

// The store's keys that sign checkpoints, youngest first: at most SIGN_KEYS_MAX.
MUST_CHECK bool checkpoint_keys(const struct admin *admin, struct sign_name **keys, size_t *count,
                                struct roster_error *err);
// Makes one that signs from now on; the others go on proving what they signed.
MUST_CHECK bool checkpoint_key_add(const struct admin *admin, struct roster_error *err);

#endif
