// jwt.c: from three parts of base64url to claims.
// SPDX-License-Identifier: Apache-2.0
#include "auth/jwt.h"

#include "base/base64.h"
#include "base/limits.h"

static bool refuse(const char **why, const char *reason)
{
    *why = reason;
    return false;
}

static bool is_base64url(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

bool jwt_is_wellformed(str text)
{
    int parts = 1;
    size_t part_len = 0;
    for (size_t at = 0; at < text.len; at++) {
        bool ends = text.ptr[at] == '.';
        if ((ends && part_len == 0) || (!ends && !is_base64url(text.ptr[at]))) {
            return false;
        }
        parts += ends;
        part_len = ends ? 0 : part_len + 1;
    }
    return parts == 3 && part_len > 0 && text.len <= JWT_TEXT_MAX;
}

bool jwt_octets(str text, struct roster_arena *arena, str *out)
{
    unsigned char *octets = arena_alloc(arena, text.len / 4 * 3 + 3);
    size_t len = 0;
    if (octets == NULL || !base64url_read(text, arena, octets, &len)) {
        return false;
    }
    *out = (str){(const char *)octets, len};
    return true;
}

const struct roster_json *jwt_member(const struct roster_json *object, str name)
{
    const struct roster_json *found = json_find(object, name);
    return found != NULL && str_equal(found->key, name) ? found : NULL;
}

// False: there is such a member, and it is no string.
static bool take_text(const struct roster_json *object, str name, str *out)
{
    const struct roster_json *member = jwt_member(object, name);
    *out = member != NULL ? member->text : (str){0};
    return member == NULL || json_is(member, JSON_STRING);
}

bool jwt_alg_of(str name, enum key_alg *out)
{
    static const struct {
        str name;
        enum key_alg alg;
    } rows[] = {
        {STR_INIT("RS256"), KEY_RS256},   {STR_INIT("PS256"), KEY_PS256},
        {STR_INIT("ES256"), KEY_ES256},   {STR_INIT("EdDSA"), KEY_EDDSA},
        {STR_INIT("Ed25519"), KEY_EDDSA},
    };
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        if (str_equal(rows[at].name, name)) {
            *out = rows[at].alg;
            return true;
        }
    }
    return false;
}

static bool type_of(str name, enum jwt_type *out)
{
    static const struct {
        str name;
        enum jwt_type type;
    } rows[] = {
        {STR_INIT(""), JWT_PLAIN},
        {STR_INIT("jwt"), JWT_PLAIN},
        {STR_INIT("at+jwt"), JWT_ACCESS},
        {STR_INIT("client-authentication+jwt"), JWT_ASSERTION},
    };
    static const str media = STR_INIT("application/");
    str bare = str_starts_nocase(name, media) ? str_tail(name, media.len) : name;
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        if (str_equal_nocase(rows[at].name, bare)) {
            *out = rows[at].type;
            return true;
        }
    }
    return false;
}

static bool read_object(str part, struct roster_arena *arena, struct roster_json **out)
{
    struct roster_error ignored = {0};
    str text = {0};
    return jwt_octets(part, arena, &text) && roster_json_read(text, arena, out, &ignored) &&
           json_is(*out, JSON_OBJECT);
}

static bool read_header(str part, struct roster_arena *arena, struct jwt *out, const char **why)
{
    struct roster_json *header = NULL;
    str alg = {0};
    str type = {0};
    if (!read_object(part, arena, &header)) {
        return refuse(why, "its header is malformed");
    }
    if (json_find(header, STR("crit")) != NULL || json_find(header, STR("b64")) != NULL) {
        return refuse(why, "its header asks for an extension that is not known here");
    }
    if (!take_text(header, STR("alg"), &alg) || !jwt_alg_of(alg, &out->alg)) {
        return refuse(why, "its algorithm is none of RS256, PS256, ES256 and EdDSA");
    }
    if (!take_text(header, STR("typ"), &type) || !type_of(type, &out->type)) {
        return refuse(why, "its type is not known");
    }
    return (take_text(header, STR("kid"), &out->kid) && out->kid.len <= KID_TEXT_MAX) ||
           refuse(why, "its kid is no text, or too long");
}

// NumericDate of RFC 7519 section 2: seconds, perhaps with a fraction, which is dropped.
static bool take_time(const struct roster_json *claims, str name, int64_t *ms)
{
    static const int64_t seconds_max = INT64_C(253402300799);  // the end of year 9999
    const struct roster_json *member = jwt_member(claims, name);
    str whole = {0};
    str fraction = {0};
    int64_t seconds = 0;
    *ms = 0;
    if (member == NULL) {
        return true;
    }
    if (!json_is(member, JSON_NUMBER)) {
        return false;
    }
    str_cut(member->text, '.', &whole, &fraction);
    for (size_t at = 0; at < fraction.len; at++) {
        if (fraction.ptr[at] < '0' || fraction.ptr[at] > '9') {
            return false;
        }
    }
    if (!str_to_i64(whole, &seconds) || seconds <= 0 || seconds > seconds_max) {
        return false;
    }
    *ms = seconds * 1000;
    return true;
}

static bool read_claims(str part, struct roster_arena *arena, struct jwt *out, const char **why)
{
    struct roster_json *claims = NULL;
    if (!read_object(part, arena, &claims)) {
        return refuse(why, "its claims are malformed");
    }
    out->claims = claims;
    if (!take_text(claims, STR("iss"), &out->issuer) ||
        !take_text(claims, STR("sub"), &out->subject) || !take_text(claims, STR("jti"), &out->id) ||
        !take_text(claims, STR("client_id"), &out->client) || out->issuer.len == 0) {
        return refuse(why, "iss is missing, or iss, sub, jti or client_id is no text");
    }
    if (!take_time(claims, STR("exp"), &out->expires_ms) ||
        !take_time(claims, STR("nbf"), &out->begins_ms) ||
        !take_time(claims, STR("iat"), &out->issued_ms)) {
        return refuse(why, "exp, nbf or iat is no time");
    }
    return out->expires_ms > 0 || refuse(why, "it has no end (exp)");
}

bool jwt_read(str text, struct roster_arena *arena, struct jwt *out, const char **why)
{
    str header = {0};
    str claims = {0};
    str signature = {0};
    str rest = {0};
    *out = (struct jwt){0};
    if (!jwt_is_wellformed(text)) {
        return refuse(why, "it is no signed token");
    }
    str_cut(text, '.', &header, &rest);
    str_cut(rest, '.', &claims, &signature);
    out->signed_text = str_head(text, header.len + 1 + claims.len);
    return read_header(header, arena, out, why) && read_claims(claims, arena, out, why) &&
           (jwt_octets(signature, arena, &out->signature) ||
            refuse(why, "its signature is malformed"));
}

static bool is_scalar(const struct roster_json *value)
{
    return json_is(value, JSON_STRING) || json_is(value, JSON_NUMBER) || json_is_bool(value);
}

static bool value_is(const struct roster_json *value, str wanted)
{
    if (json_is_bool(value)) {
        return str_equal(wanted, json_is(value, JSON_TRUE) ? STR("true") : STR("false"));
    }
    return is_scalar(value) && str_equal(value->text, wanted);
}

bool jwt_claim_has(const struct jwt *jwt, str name, str value)
{
    const struct roster_json *claim = jwt_member(jwt->claims, name);
    if (claim == NULL || claim->kind != JSON_ARRAY) {
        return claim != NULL && value_is(claim, value);
    }
    const struct roster_json *element = claim->first;
    while (element != NULL && !value_is(element, value)) {
        element = element->next;
    }
    return element != NULL;
}

str audience_bare(str audience)
{
    static const str tail = STR_INIT("/.default");
    bool has =
        audience.len > tail.len && str_equal(str_tail(audience, audience.len - tail.len), tail);
    return has ? str_head(audience, audience.len - tail.len) : audience;
}

bool jwt_audience_has(const struct jwt *jwt, str audience)
{
    str bare = audience_bare(audience);
    const struct roster_json *claim = jwt_member(jwt->claims, STR("aud"));
    if (claim == NULL || bare.len == 0) {
        return false;
    }
    if (json_is(claim, JSON_STRING)) {
        return str_equal(audience_bare(claim->text), bare);
    }
    const struct roster_json *element = json_is(claim, JSON_ARRAY) ? claim->first : NULL;
    while (element != NULL &&
           !(json_is(element, JSON_STRING) && str_equal(audience_bare(element->text), bare))) {
        element = element->next;
    }
    return element != NULL;
}
