// headers_fuzz.c: what clients and proxies say in headers, queries and paths.
//
// The first byte says which reader the rest is for. Oracles: second implementations that take the
// text apart in the simplest way, and that what is read is read again the same in another spelling.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "base/percent.h"
#include "core/etag.h"
#include "http/reach.h"
#include "scim/quirks.h"
#include "server/media.h"
#include "server/origin.h"
#include "server/parameters.h"
#include "server/prefer.h"
#include "server/target.h"

#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PARTS_MAX = 64 };

static struct roster_arena *arena;

// All parts between separators; PARTS_MAX when there are too many.
static size_t split(str text, char separator, str out[PARTS_MAX])
{
    size_t count = 0;
    size_t begin = 0;
    for (size_t at = 0; at <= text.len && count < PARTS_MAX; at++) {
        if (at == text.len || text.ptr[at] == separator) {
            out[count++] = (str){text.ptr + begin, at - begin};
            begin = at + 1;
        }
    }
    return count;
}

// ---- the address behind proxies

static bool is_ours(const struct app *app, str address)
{
    struct ip ip;
    bool ours = false;
    for (int at = 0; ip_parse(address, &ip) && at < app->options.proxy_count; at++) {
        ours = ours || network_has(&app->options.proxies[at], &ip);
    }
    return ours;
}

// The same from the right, over texts.
static void follow_slowly(const struct app *app, const char *remote, str list,
                          char out[ADDRESS_TEXT_MAX + 1])
{
    str parts[PARTS_MAX];
    struct ip ip;
    size_t count = split(list, ',', parts);
    snprintf(out, ADDRESS_TEXT_MAX + 1, "%s", remote);
    for (size_t hop = 0; hop < PROXY_HOPS_MAX && hop < count && is_ours(app, str_of(out)); hop++) {
        if (!ip_parse_hop(parts[count - 1 - hop], &ip)) {
            break;
        }
        ip_print(&ip, out);
    }
}

static void check_origin(str input)
{
    static const char *const proxies[] = {"10.0.0.0/8", "::1", "2001:db8::/32",
                                          "::ffff:192.0.2.0/120"};
    static struct network networks[COUNT_OF(proxies)];
    static struct app app = {.options = {.proxies = networks, .proxy_count = COUNT_OF(proxies)}};
    struct roster_error err = {0};
    char slow[ADDRESS_TEXT_MAX + 1];
    str parts[PARTS_MAX];
    for (size_t at = 0; at < COUNT_OF(proxies); at++) {
        bool parsed = network_parse(str_of(proxies[at]), &networks[at], &err);
        assert(parsed);
    }
    const struct http_header headers[] = {{STR("x-forwarded-for"), input}};
    struct http_exchange exchange = {
        .remote = STR("10.1.2.3"), .headers = headers, .header_count = 1, .arena = arena};
    str got = origin_address(&app, &exchange);
    assert(got.len > 0 && got.len <= ADDRESS_TEXT_MAX);
    struct ip ip;
    bool is_address = ip_parse(got, &ip);
    assert(is_address);
    if (input.len > 0 && split(input, ',', parts) < PARTS_MAX) {
        follow_slowly(&app, "10.1.2.3", input, slow);
        assert(str_equal(got, str_of(slow)));
    }
    // Whom no proxy of ours sent is who he is.
    exchange.remote = STR("203.0.113.7");
    assert(str_equal(origin_address(&app, &exchange), exchange.remote));
}

static void check_reach(str input)
{
    char text[ADDRESS_TEXT_MAX + 1];
    struct ip ip;
    char usual[ADDRESS_TEXT_MAX + 1];
    if (!ip_parse(input, &ip)) {
        return;
    }
    snprintf(text, sizeof(text), "%.*s", STR_ARGS(input));
    ip_print(&ip, usual);
    // The spelling does not matter, and nobody is both.
    assert(reach_is_public(text) == reach_is_public(usual));
    assert(reach_is_loopback(text) == reach_is_loopback(usual));
    assert(!reach_is_public(text) || !reach_is_loopback(text));
}

// ---- versions

static void check_etag(str input)
{
    struct etag tag = etag_make(17, 0xabcdef);
    struct etag plain = etag_make(17, 0);
    str parts[PARTS_MAX];
    char twice[1024];
    bool valid = etag_list_is_valid(input);
    bool has = etag_list_has_revision(input, 17);
    if (input.len > 400 || split(input, ',', parts) == PARTS_MAX) {
        return;
    }
    // One that is put in front, or behind, is found.
    snprintf(twice, sizeof(twice), "%.*s, %.*s", (int)tag.len, tag.text, STR_ARGS(input));
    assert(etag_list_has(str_of(twice), &tag) || memchr(input.ptr, '\0', input.len) != NULL);
    assert(etag_list_is_valid(str_of(twice)) == valid || strlen(twice) < input.len);
    assert(!etag_list_has(input, &tag) || etag_list_has_revision(input, 17));
    assert(!etag_list_has(input, &plain) || has);
    // What has a revision names it.
    bool star = str_equal(str_trim(input), STR("*"));
    assert(!has || star || str_contains(input, STR("17")));
    assert(!(star && !valid));
}

// ---- Accept and Prefer

static void check_media(str input)
{
    struct roster_quirks strict = {0};
    struct roster_quirks lenient = {.on = UINT64_MAX};
    char wide[2048];
    enum media media = media_negotiate(input, &strict);
    enum media taken = media_negotiate(input, &lenient);
    assert(taken == media || (media == MEDIA_NONE && taken == MEDIA_SCIM && lenient.used != 0));
    if (input.len > 0 && input.len < 1000) {
        // Ours by name is always good enough, unless it is refused by name before.
        snprintf(wide, sizeof(wide), "application/scim+json, %.*s", STR_ARGS(input));
        struct roster_quirks other = {0};
        assert(media_negotiate(str_of(wide), &other) == MEDIA_SCIM);
    }
    bool body = media_is_taken(input, &strict);
    assert(!body || media_is_taken(input, &lenient));
}

static void check_prefer(str input)
{
    str parts[PARTS_MAX];
    const struct http_header one[] = {{STR("prefer"), input}};
    const struct http_exchange exchange = {.headers = one, .header_count = 1};
    enum preference got = preference_read(&exchange);
    size_t count = split(input, ',', parts);
    if (count == PARTS_MAX) {
        return;
    }
    // Several headers are one list.
    struct http_header many[PARTS_MAX];
    for (size_t at = 0; at < count; at++) {
        many[at] = (struct http_header){STR("Prefer"), parts[at]};
    }
    const struct http_exchange apart = {.headers = many, .header_count = count};
    assert(preference_read(&apart) == got);
    assert(got == PREFER_NONE || str_contains_nocase(input, str_tail(preference_name(got), 7)));
}

// ---- queries and targets

static void escape(struct text *out, str value)
{
    for (size_t at = 0; at < value.len; at++) {
        text_format(out, "%%%02x", (unsigned char)value.ptr[at]);
    }
}

static void put(struct text *out, bool given, const char *name, str value)
{
    if (given) {
        text_format(out, "%s%s=", out->len > 0 ? "&" : "", name);
        escape(out, value);
    }
}

static void put_number(struct text *out, bool given, const char *name, int64_t value)
{
    if (given) {
        text_format(out, "%s%s=%lld", out->len > 0 ? "&" : "", name, (long long)value);
    }
}

static void check_parameters(str input)
{
    struct search_request first = {0};
    struct search_request second = {0};
    struct roster_error err = {0};
    struct text text;
    if (!parameters_read(input, arena, &first, &err)) {
        assert(err.code == ROSTER_ERR_INVALID_VALUE || err.code == ROSTER_ERR_BAD_REQUEST);
        return;
    }
    text_init(&text, arena, KIB(256));
    put(&text, first.has_filter, "FILTER", first.filter);
    put(&text, first.sort_by.len > 0, "sortby", first.sort_by);
    put(&text, first.sort_order.len > 0, "sortOrder", first.sort_order);
    put(&text, first.attributes.len > 0, "attributes", first.attributes);
    put(&text, first.excluded.len > 0, "excludedAttributes", first.excluded);
    put(&text, first.has_cursor, "cursor", first.cursor);
    put_number(&text, first.has_start_index, "startIndex", first.start_index);
    put_number(&text, first.has_count, "count", first.count);
    if (text.full) {
        return;
    }
    bool read = parameters_read(text_str(&text), arena, &second, &err);
    assert(read && first.has_filter == second.has_filter);
    assert(str_equal(first.filter, second.filter) && str_equal(first.sort_by, second.sort_by));
    assert(str_equal(first.attributes, second.attributes));
    assert(str_equal(first.excluded, second.excluded));
    assert(str_equal(first.cursor, second.cursor) && first.has_cursor == second.has_cursor);
    assert(first.start_index == second.start_index && first.count == second.count);
}

// What was decoded, encoded again, names the same.
static void check_target(str input)
{
    struct target first = {0};
    struct target second = {0};
    struct roster_error err = {0};
    struct text text;
    if (!target_parse(input, STR("acme.rig.example"), STR("rig.example"), arena, &first, &err)) {
        assert(err.code == ROSTER_ERR_BAD_REQUEST || err.code == ROSTER_ERR_INVALID_VERS ||
               err.code == ROSTER_ERR_NOT_FOUND || err.code == ROSTER_ERR_NO_MEMORY);
        return;
    }
    assert(first.segment_count <= TARGET_SEGMENTS_MAX);
    assert(first.tenant.len == 0 || str_equal(first.tenant, STR("acme")));
    if (first.place != TARGET_SCIM) {
        return;
    }
    text_init(&text, arena, KIB(256));
    text_add(&text, first.prefix);
    for (size_t at = 0; at < first.segment_count; at++) {
        assert(first.segments[at].len == 0 ||
               memchr(first.segments[at].ptr, '\0', first.segments[at].len) == NULL);
        text_char(&text, '/');
        escape(&text, first.segments[at]);
    }
    bool parsed = target_parse(text_str(&text), STR("acme.rig.example"), STR("rig.example"), arena,
                               &second, &err);
    assert(parsed && second.place == TARGET_SCIM && str_equal(first.prefix, second.prefix));
    assert(first.segment_count == second.segment_count);
    for (size_t at = 0; at < first.segment_count; at++) {
        assert(str_equal(first.segments[at], second.segments[at]));
    }
}

// A Host that names a tenant names one that may be.
static void check_host(str input)
{
    struct target target = {0};
    struct roster_error err = {0};
    if (target_parse(STR("/scim/v2/Users"), input, STR("rig.example"), arena, &target, &err)) {
        assert(target.tenant.len <= TENANT_NAME_MAX);
        assert((target.tenant.len > 0) == (target.host.len > 0));
        for (size_t at = 0; at < target.tenant.len; at++) {
            char c = target.tenant.ptr[at];
            assert((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-');
        }
    }
}

static void (*const checks[])(str input) = {
    check_origin, check_reach,      check_etag,   check_media,
    check_prefer, check_parameters, check_target, check_host,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (arena == NULL) {
        arena = roster_arena_open(MIB(4));
        assert(arena != NULL);
    }
    roster_arena_reset(arena);
    // The HTTP face lets no line end and no NUL through.
    if (size > 0 && memchr(data, '\0', size) == NULL && memchr(data, '\n', size) == NULL) {
        str input = {(const char *)data + 1, size - 1};
        checks[data[0] % COUNT_OF(checks)](input);
    }
    return 0;
}
