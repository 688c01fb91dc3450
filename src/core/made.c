// made.c: secrets that the server makes.
// SPDX-License-Identifier: Apache-2.0
#include "core/made.h"

#include "base/base64.h"
#include "base/limits.h"

// 256 bits: nobody guesses it.
static bool make(const struct context *ctx, str *out)
{
    unsigned char octets[MADE_OCTETS];
    struct text text;
    env_random(ctx->env, octets, sizeof(octets));
    text_init(&text, ctx->arena, sizeof(octets) * 2);
    base64url_add(&text, octets, sizeof(octets));
    secret_wipe(octets, sizeof(octets));
    *out = text_str(&text);
    return !text.full;
}

bool made_fill(const struct context *ctx, const struct roster_resource_type *type,
               struct roster_json *resource)
{
    for (size_t at = 0; at < type->schema->attr_count && type->makes; at++) {
        const struct attr *attr = &type->schema->attrs[at];
        str value = {0};
        if (attr->made_without.len == 0 || json_find(resource, attr->name) != NULL ||
            json_find(resource, attr->made_without) != NULL) {
            continue;
        }
        if (!make(ctx, &value) || !json_put_string(resource, ctx->arena, attr->name, value)) {
            return false;
        }
    }
    return true;
}

void made_strip(const struct roster_resource_type *type, struct roster_json *resource)
{
    for (size_t at = 0; at < type->schema->attr_count && type->makes; at++) {
        const struct attr *attr = &type->schema->attrs[at];
        struct roster_json *value =
            attr->made_without.len > 0 ? json_find(resource, attr->name) : NULL;
        if (value != NULL) {
            json_remove(resource, value);
        }
    }
}
