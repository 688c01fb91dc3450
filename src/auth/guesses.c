// guesses.c: a table of buckets in sets of eight; the fullest bucket of a set makes room.
// SPDX-License-Identifier: Apache-2.0
#include "auth/guesses.h"

#include "base/limits.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>

enum { SET_SLOTS = 8, IPV4_IN_IPV6 = 12 };

struct slot {
    uint64_t key;
    struct bucket bucket;
};

struct guesses {
    uint64_t seed;
    struct rate rate;
    pthread_mutex_t lock;
    struct slot slots[GUESSES_MAX];
};

static_assert(GUESSES_MAX % SET_SLOTS == 0, "the table has whole sets");

struct guesses *guesses_open(uint64_t seed, struct rate rate)
{
    struct guesses *guesses = calloc(1, sizeof(*guesses));
    if (guesses != NULL) {
        guesses->seed = seed;
        guesses->rate = rate;
        pthread_mutex_init(&guesses->lock, NULL);
    }
    return guesses;
}

void guesses_close(struct guesses *guesses)
{
    if (guesses != NULL) {
        pthread_mutex_destroy(&guesses->lock);
        free(guesses);
    }
}

// What one client cannot change at will: an IPv4 address, the network of an IPv6 address. A text
// that is neither counts as it stands.
static uint64_t key_of(const struct guesses *guesses, str address)
{
    static const unsigned char mapped[IPV4_IN_IPV6] = {[10] = 0xFF, [11] = 0xFF};
    char text[ADDRESS_TEXT_MAX + 1] = {0};
    unsigned char bytes[sizeof(struct in6_addr)];
    if (address.len > 0 && address.len <= ADDRESS_TEXT_MAX) {
        memcpy(text, address.ptr, address.len);
    }
    if (inet_pton(AF_INET, text, bytes) == 1) {
        address = (str){(const char *)bytes, sizeof(struct in_addr)};
    } else if (inet_pton(AF_INET6, text, bytes) == 1) {
        bool is_ipv4 = memcmp(bytes, mapped, sizeof(mapped)) == 0;
        address = is_ipv4 ? (str){(const char *)bytes + IPV4_IN_IPV6, sizeof(struct in_addr)}
                          : (str){(const char *)bytes, 8};
    }
    return str_hash(address, guesses->seed);
}

static struct slot *find(struct guesses *guesses, uint64_t key)
{
    struct slot *set = &guesses->slots[key % (GUESSES_MAX / SET_SLOTS) * SET_SLOTS];
    struct slot *fullest = set;
    for (struct slot *slot = set; slot < set + SET_SLOTS; slot++) {
        if (slot->key == key) {
            return slot;
        }
        if (atomic_load(&slot->bucket.full_ns) < atomic_load(&fullest->bucket.full_ns)) {
            fullest = slot;
        }
    }
    fullest->key = key;
    atomic_store(&fullest->bucket.full_ns, 0);
    return fullest;
}

bool guesses_take(struct guesses *guesses, str address, int64_t now_us, int *wait_s)
{
    uint64_t key = key_of(guesses, address);
    pthread_mutex_lock(&guesses->lock);
    bool taken = bucket_take(&find(guesses, key)->bucket, guesses->rate, now_us, 1, wait_s);
    pthread_mutex_unlock(&guesses->lock);
    return taken;
}
