// issuer.c: signing as an issuer does.
// SPDX-License-Identifier: Apache-2.0
#include "kit/issuer.h"

#include "base/base64.h"
#include "base/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(bool ok)
{
    if (!ok) {
        fprintf(stderr, "issuer: a token could not be made\n");
        abort();
    }
}

struct sign_key issuer_key(const char *kid)
{
    struct sign_key key = {{1}};
    key.bytes[1] = (unsigned char)kid[0];
    return key;
}

str issuer_jwks(const char *kids, struct roster_arena *arena)
{
    struct text out;
    str rest = str_of(kids);
    text_init(&out, arena, KIB(64));
    text_lit(&out, "{\"keys\":[");
    for (bool more = rest.len > 0; more;) {
        struct sign_public public;
        str kid = {0};
        more = str_cut(rest, ' ', &kid, &rest);
        struct sign_key key = issuer_key(kid.ptr);
        must(sign_public_of(&key, &public));
        text_format(&out, "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"%.*s\",\"x\":\"",
                    STR_ARGS(kid));
        base64url_add(&out, public.bytes, sizeof(public.bytes));
        text_add(&out, more ? STR("\"},") : STR("\"}"));
    }
    text_lit(&out, "]}");
    must(!out.full);
    return text_str(&out);
}

void issuer_write(const char *path, const char *kids)
{
    char new[256];
    struct roster_arena *arena = roster_arena_open(KIB(256));
    must(arena != NULL);
    snprintf(new, sizeof(new), "%s.new", path);
    FILE *file = fopen(new, "we");
    must(file != NULL);
    str text = issuer_jwks(kids, arena);
    must(fwrite(text.ptr, 1, text.len, file) == text.len && fclose(file) == 0 &&
         rename(new, path) == 0);
    roster_arena_close(arena);
}

str issuer_sign(const char *kid, const char *header, const char *claims, struct roster_arena *arena)
{
    struct text out;
    unsigned char signature[SIGNATURE_LEN];
    struct sign_key key = issuer_key(kid);
    text_init(&out, arena, KIB(32));
    base64url_add(&out, (const unsigned char *)header, strlen(header));
    text_char(&out, '.');
    base64url_add(&out, (const unsigned char *)claims, strlen(claims));
    must(sign_make(&key, text_str(&out), signature));
    text_char(&out, '.');
    base64url_add(&out, signature, sizeof(signature));
    must(!out.full);
    return text_str(&out);
}
