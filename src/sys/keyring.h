// sys/keyring.h: secret keys of one purpose, in a folder of their own, each for a day.
//
//   FOLDER (0700) / NAME-1a2b3c4d.key (0600)
//
// The first key is made when one is needed, the next when that is KEY_FRESH_MS old; a key opens
// what it sealed until KEY_KEPT_MS, then its file goes. A key is used once its file and folder are
// on disk. Where that is impossible it is used from memory, so that a full disk stops no reader,
// and saving is tried again. Any thread may call; no thread that opens something waits for a disk.
// SPDX-License-Identifier: Apache-2.0
#ifndef SYS_KEYRING_H
#define SYS_KEYRING_H

#include "sys/seal.h"

struct keyring;

// Reads the keys that are there; makes nothing yet. `folder` and `name` are copied. NULL: no
// memory.
MUST_CHECK struct keyring *keyring_open(const char *folder, const char *name,
                                        const struct env *env);
void keyring_close(struct keyring *ring);  // NULL is accepted
// The key to seal with now.
void keyring_current(struct keyring *ring, uint32_t *id, struct seal_key *key);
// The key of that id, while it is kept.
MUST_CHECK bool keyring_find(struct keyring *ring, uint32_t id, struct seal_key *key);

#endif
