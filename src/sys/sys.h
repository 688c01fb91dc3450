// sys/sys.h: what the product wants from the machine: time, randomness, digests.
//
// Tests own time and randomness by giving another `env`; nothing else in the product asks the
// system for them.
// SPDX-License-Identifier: Apache-2.0
#ifndef SYS_SYS_H
#define SYS_SYS_H

#include "base/arena.h"
#include "base/check.h"

struct env {
    int64_t (*now_ms)(void *ctx);  // since 1970, UTC
    void (*random)(void *ctx, void *out, size_t len);
    void *ctx;
    int64_t (*monotonic_us)(void *ctx);  // NULL: sys_monotonic_us
};

// The real one.
extern const struct env env_system;

int64_t env_now_ms(const struct env *env);
void env_random(const struct env *env, void *out, size_t len);
// Monotonic microseconds for what is counted in time: rates.
int64_t env_monotonic_us(const struct env *env);
// Monotonic microseconds, for durations only.
int64_t sys_monotonic_us(void);

// From now on the calling thread gives way to those of a lower number (nice(2), Linux).
void sys_give_way(int nice);

enum { DIGEST_LEN = 32, UUID_TEXT_LEN = 36 };

// SHA-256 over parts. One context belongs to one thread.
struct digest;
MUST_CHECK struct digest *digest_open(void);
void digest_close(struct digest *digest);  // NULL is accepted
void digest_begin(struct digest *digest);
void digest_add(struct digest *digest, const void *data, size_t len);
void digest_end(struct digest *digest, unsigned char out[DIGEST_LEN]);
// The calling thread's own, for one digest at a time.
struct digest *digest_of_thread(void);
// One-shot, with a context of the calling thread.
void digest_of(str data, unsigned char out[DIGEST_LEN]);
// Equal in constant time.
bool secret_equal(const void *a, const void *b, size_t len);
void secret_wipe(void *secret, size_t len);

// UUIDv7 (RFC 9562) as text, without NUL; ids of one process grow even within a millisecond.
void uuid_print(const struct env *env, char out[UUID_TEXT_LEN]);

#endif
