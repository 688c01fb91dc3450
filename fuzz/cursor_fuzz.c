// cursor_fuzz.c: any bytes as a cursor: as its text, as the octets behind it, and as changes of one
// that is genuine.
//
// Oracle: what opens is one of the texts that were sealed, letter for letter, for the request that
// it was sealed for; and all others are refused in the same words.
// SPDX-License-Identifier: Apache-2.0
#include "base/base64.h"
#include "base/limits.h"
#include "core/cursor.h"
#include "sys/log.h"

#include <string.h>

enum { GENUINE = 6, NOW_MS = 1790000000, REQUESTS = 2 };

struct world {
    struct roster_arena *lasting;
    struct roster_arena *arena;  // one input
    struct keyring *keys;
    struct cursor_binding bindings[REQUESTS];
    str genuine[GENUINE];  // the even ones are of the first request, the others of the second
};

static int64_t now_of(void *ctx)
{
    return NOW_MS;
}

// The same in every run, so that a corpus may hold what is genuine.
static void random_of(void *ctx, void *out, size_t len)
{
    static uint64_t state = UINT64_C(88172645463325252);
    unsigned char *to = out;
    for (size_t at = 0; at < len; at++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        to[at] = (unsigned char)state;
    }
}

static const struct env env = {now_of, random_of, NULL, NULL};

static void seal_all(struct world *w)
{
    static const struct search_request request = {.filter = STR_INIT("userName pr"),
                                                  .has_filter = true};
    static const char *const keys[GENUINE] = {"",  "anna", "\xff\xfe", "a long key of an order",
                                              "z", ""};
    for (size_t at = 0; at < REQUESTS; at++) {
        const struct cursor_scope scope = {
            .tenant = 1 + (int64_t)at, .credential = 1, .type = 1, .request = &request};
        w->bindings[at] = cursor_bind(&scope);
    }
    for (size_t at = 0; at < GENUINE; at++) {
        const struct cursor cursor = {
            .place = {.type = 1, .key = str_of(keys[at]), .row = (int64_t)at * 1000},
            .backward = at % 3 == 1,
            .edge = at == 5,
            .issued_ms = NOW_MS,
            .count = 100,
        };
        bool printed = cursor_print(w->keys, &w->bindings[at % REQUESTS], &cursor, &env, w->lasting,
                                    &w->genuine[at]);
        assert(printed);
    }
}

static struct world *world_open(void)
{
    static struct world world;
    if (world.lasting == NULL) {
        log_threshold(LOG_LEVEL_ERROR + 1);
        world.lasting = roster_arena_open(MIB(1));
        world.arena = roster_arena_open(MIB(1));
        // Nothing can be saved there: the key stays in memory.
        world.keys = keyring_open("/dev/null/keys", "fuzz", &env);
        assert(world.lasting != NULL && world.arena != NULL && world.keys != NULL);
        seal_all(&world);
    }
    roster_arena_reset(world.arena);
    return &world;
}

static bool is_genuine(const struct world *w, size_t request, str text)
{
    for (size_t at = request; at < GENUINE; at += REQUESTS) {
        if (str_equal(w->genuine[at], text)) {
            return true;
        }
    }
    return false;
}

static void check(struct world *w, str text)
{
    for (size_t request = 0; request < REQUESTS; request++) {
        struct roster_error err = {0};
        struct cursor cursor = {0};
        const struct cursor_text given = {.text = text, .now_ms = NOW_MS, .count = 100};
        bool opened = cursor_parse(w->keys, &w->bindings[request], &given, w->arena, &cursor, &err);
        assert(opened == is_genuine(w, request, text));
        assert(opened == (err.code == ROSTER_OK));
        assert(opened || err.code == ROSTER_ERR_INVALID_CURSOR);
        assert(!opened || cursor.place.key.len <= SORT_KEY_MAX);
    }
}

static void check_octets(struct world *w, str octets)
{
    struct text text;
    text_init(&text, w->arena, KIB(64));
    base64url_add(&text, (const unsigned char *)octets.ptr, octets.len);
    if (!text.full) {
        check(w, text_str(&text));
    }
}

// Each pair of octets changes one character of the text, or one octet behind it.
static void check_changed(struct world *w, str changes)
{
    for (size_t at = 0; at < GENUINE; at++) {
        unsigned char octets[CURSOR_TEXT_MAX];
        char text[CURSOR_TEXT_MAX];
        size_t len = 0;
        str from = w->genuine[at];
        bool decoded = base64_decode(from, octets, &len);
        assert(decoded);
        memcpy(text, from.ptr, from.len);
        for (size_t pair = 0; pair + 1 < changes.len; pair += 2) {
            unsigned char place = (unsigned char)changes.ptr[pair];
            unsigned char turned = (unsigned char)changes.ptr[pair + 1];
            text[place % from.len] = (char)(text[place % from.len] ^ turned);
            octets[place % len] = (unsigned char)(octets[place % len] ^ turned);
        }
        check(w, (str){text, from.len});
        check_octets(w, (str){(const char *)octets, len});
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world *w = world_open();
    str input = {(const char *)data, size};
    check(w, input);
    check_octets(w, input);
    check_changed(w, input);
    return 0;
}
