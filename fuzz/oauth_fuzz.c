// oauth_fuzz.c: any bytes as the body of a request for an access token, as an Authorization header,
// as scopes, and as an access token.
//
// Oracle: a form that is read, written with every octet escaped and read again, has the same
// values; what a client gets is what it would get by asking for just that; only the one access
// token that was given opens, letter for letter, and only for its secret.
// SPDX-License-Identifier: Apache-2.0
#include "auth/auth.h"
#include "base/limits.h"
#include "server/token_form.h"
#include "sys/log.h"

#include <string.h>

enum { NOW_MS = 1790000000 };

static const unsigned char digest[DIGEST_LEN] = {1, 2, 3};
static const unsigned char other[DIGEST_LEN] = {1, 2, 4};

struct world {
    struct roster_arena *lasting;
    struct roster_arena *arena;  // one input
    struct keyring *keys;
    str genuine;
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

static struct world *world_open(void)
{
    static struct world world;
    if (world.lasting == NULL) {
        const struct access access = {
            .secret = 7, .expires_ms = NOW_MS, .scopes = STR("read:User")};
        log_threshold(LOG_LEVEL_ERROR + 1);
        world.lasting = roster_arena_open(MIB(1));
        world.arena = roster_arena_open(MIB(4));
        // Nothing can be saved there: the key stays in memory.
        world.keys = keyring_open("/dev/null/keys", "fuzz", &env);
        assert(world.lasting != NULL && world.arena != NULL && world.keys != NULL);
        bool printed =
            access_print(world.keys, &env, &access, digest, world.lasting, &world.genuine);
        assert(printed);
    }
    roster_arena_reset(world.arena);
    return &world;
}

static void escape(struct text *out, str value)
{
    for (size_t at = 0; at < value.len; at++) {
        text_format(out, "%%%02X", (unsigned char)value.ptr[at]);
    }
}

static void check_form(struct world *w, str input)
{
    static const char *const names[] = {
        [FIELD_GRANT_TYPE] = "grant_type",
        [FIELD_CLIENT_ID] = "client_id",
        [FIELD_CLIENT_SECRET] = "client_secret",
        [FIELD_SCOPE] = "scope",
        [FIELD_ASSERTION_TYPE] = "client_assertion_type",
        [FIELD_ASSERTION] = "client_assertion",
    };
    static_assert(COUNT_OF(names) == FIELD_COUNT, "a name for each field");
    struct token_form form = {0};
    struct token_form again = {0};
    struct text text;
    if (token_form_read(input, w->arena, &form) != FORM_OK) {
        return;
    }
    text_init(&text, w->arena, MIB(1));
    for (size_t at = 0; at < FIELD_COUNT; at++) {
        text_format(&text, "%s%s=", at > 0 ? "&" : "", names[at]);
        escape(&text, form.values[at]);
    }
    if (text.full) {
        return;
    }
    enum form_outcome outcome = token_form_read(text_str(&text), w->arena, &again);
    assert(outcome == FORM_OK);
    for (size_t at = 0; at < FIELD_COUNT; at++) {
        assert(str_equal(form.values[at], again.values[at]));
    }
}

static void check_header(struct world *w, str input)
{
    struct credentials credentials = {0};
    str id = {0};
    str secret = {0};
    if (auth_header_read(input, &credentials) == AUTH_OK) {
        assert(credentials.text.len > 0 && credentials.text.len < input.len);
    }
    if (auth_basic_read(input, w->arena, &id, &secret)) {
        assert(id.len + secret.len < input.len);
        assert(memchr(id.ptr, ':', id.len) == NULL);
    }
}

static void check_scopes(str input)
{
    static const char has[] = "read,write:Group,write:Device";
    str gets = {0};
    str again = {0};
    str wide = {0};
    if (!scope_narrow(str_of(has), input, &gets)) {
        return;
    }
    bool same = scope_narrow(str_of(has), gets, &again);
    bool wider = scope_narrow(STR("write"), gets, &wide);
    assert(same && str_equal(gets, again));
    assert(wider);
}

static void check_access(struct world *w, str input)
{
    struct access access = {0};
    bool genuine = str_equal(input, w->genuine);
    bool opened = access_open(w->keys, input, digest, w->arena, &access);
    assert(opened == genuine);
    assert(!opened || (access.secret == 7 && str_equal(access.scopes, STR("read:User"))));
    opened = access_open(w->keys, input, other, w->arena, &access);
    assert(!opened);
    assert(access_secret(input, w->arena) == 7 || !genuine);
}

// Each pair of octets changes one character of the genuine token.
static void check_changed(struct world *w, str changes)
{
    char text[ACCESS_TEXT_MAX];
    memcpy(text, w->genuine.ptr, w->genuine.len);
    for (size_t pair = 0; pair + 1 < changes.len; pair += 2) {
        size_t place = (unsigned char)changes.ptr[pair] % w->genuine.len;
        text[place] = (char)(text[place] ^ changes.ptr[pair + 1]);
    }
    check_access(w, (str){text, w->genuine.len});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world *w = world_open();
    str input = {(const char *)data, size};
    check_form(w, input);
    check_header(w, input);
    check_scopes(input);
    check_access(w, input);
    check_changed(w, input);
    return 0;
}
