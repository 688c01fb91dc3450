// target.c: reading the path and host of a request.
// SPDX-License-Identifier: Apache-2.0
#include "server/target.h"

#include "base/limits.h"
#include "base/percent.h"

// Takes the next non-empty raw segment. False at the end of the path.
static bool take_segment(str *path, str *segment, bool *collapsed)
{
    while (path->len > 0) {
        str_cut(*path, '/', segment, path);
        if (segment->len > 0) {
            return true;
        }
        *collapsed |= path->len > 0;
    }
    return false;
}

static bool is_version(str segment)
{
    if (segment.len < 2 || (segment.ptr[0] != 'v' && segment.ptr[0] != 'V')) {
        return false;
    }
    for (size_t at = 1; at < segment.len; at++) {
        if (segment.ptr[at] < '0' || segment.ptr[at] > '9') {
            return false;
        }
    }
    return true;
}

static bool is_tenant_name(str name)
{
    for (size_t at = 0; at < name.len; at++) {
        char c = name.ptr[at];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) {
            return false;
        }
    }
    return name.len > 0 && name.len <= TENANT_NAME_MAX;
}

// Host names have no case (RFC 4343), names of tenants are lower case.
static bool lower_label(str label, struct roster_arena *arena, str *out)
{
    char *bytes = arena_alloc(arena, label.len + 1);
    for (size_t at = 0; bytes != NULL && at < label.len; at++) {
        char c = label.ptr[at];
        bytes[at] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
    str lower = {bytes, bytes == NULL ? 0 : label.len};
    bool named = is_tenant_name(lower);
    *out = named ? lower : (str){0};
    return named;
}

// The tenant that a host name names: one label before ".DOMAIN".
static void read_host(str host, str domain, struct roster_arena *arena, struct target *out)
{
    str name = {0};
    str port = {0};
    str_cut(host, ':', &name, &port);
    if (domain.len == 0 || name.len < domain.len + 2) {
        return;
    }
    size_t at = name.len - domain.len;
    if (!str_equal_nocase(str_tail(name, at), domain) || name.ptr[at - 1] != '.') {
        return;
    }
    str label = str_head(name, at - 1);
    if (lower_label(label, arena, &out->tenant)) {
        out->host = name;
    }
}

static bool read_tenant(str *path, struct target *out, struct roster_arena *arena,
                        struct roster_error *err)
{
    str raw = {0};
    str name = {0};
    if (!take_segment(path, &raw, &out->collapsed)) {
        return true;
    }
    if (!percent_decode(raw, false, arena, &name) || !is_tenant_name(name)) {
        return fail(err, ROSTER_ERR_BAD_REQUEST, 0, "the tenant in the path is malformed");
    }
    if (out->tenant.len > 0 && !str_equal(out->tenant, name)) {
        return fail(err, ROSTER_ERR_NOT_FOUND, 0, "host and path name different tenants");
    }
    out->tenant = name;
    return true;
}

static bool read_version(str *path, struct target *out, struct roster_error *err)
{
    str rest = *path;
    str segment = {0};
    bool collapsed = out->collapsed;
    if (!take_segment(&rest, &segment, &collapsed) || !is_version(segment)) {
        return true;
    }
    if (!str_equal_nocase(segment, STR("v2"))) {
        return fail(err, ROSTER_ERR_INVALID_VERS, 0,
                    "version \"%.*s\" of SCIM is not offered: use v2", STR_ARGS(segment));
    }
    *path = rest;
    out->collapsed = collapsed;
    return true;
}

static bool read_segments(str path, struct target *out, struct roster_arena *arena,
                          struct roster_error *err)
{
    str raw = {0};
    while (take_segment(&path, &raw, &out->collapsed)) {
        if (out->segment_count == TARGET_SEGMENTS_MAX) {
            return fail(err, ROSTER_ERR_NOT_FOUND, 0, NULL);
        }
        if (!percent_decode(raw, false, arena, &out->segments[out->segment_count++])) {
            return fail(err, ROSTER_ERR_BAD_REQUEST, 0, "the path has a malformed escape");
        }
    }
    return true;
}

// What is there besides SCIM.
static enum target_place other_place(str path)
{
    static const str pages[] = {STR_INIT("/healthz"), STR_INIT("/readyz"), STR_INIT("/metrics")};
    for (size_t at = 0; at < COUNT_OF(pages); at++) {
        if (str_equal(path, pages[at])) {
            return TARGET_SERVER;
        }
    }
    return TARGET_NOWHERE;
}

// What follows "/.well-known/oauth-authorization-server".
static bool read_metadata(str rest, struct target *out, struct roster_arena *arena,
                          struct roster_error *err)
{
    str segment = {0};
    out->place = TARGET_METADATA;
    if (!take_segment(&rest, &segment, &out->collapsed)) {
        return true;
    }
    if (!str_equal(segment, STR("t"))) {
        out->place = TARGET_NOWHERE;
        return true;
    }
    return read_tenant(&rest, out, arena, err);
}

static bool read_oauth(str segment, str rest, bool by_path, struct target *out,
                       struct roster_arena *arena, struct roster_error *err)
{
    str second = {0};
    (void)take_segment(&rest, &second, &out->collapsed);
    if (str_equal(segment, STR("oauth")) && str_equal(second, STR("token"))) {
        out->place = rest.len == 0 ? TARGET_TOKEN : TARGET_NOWHERE;
    } else if (!by_path && str_equal(segment, STR(".well-known")) &&
               str_equal(second, STR("oauth-authorization-server"))) {
        by_path = rest.len > 0;
        if (!read_metadata(rest, out, arena, err)) {
            return false;
        }
    }
    const str parts[] = {STR("/t/"), out->tenant};
    return !by_path || arena_join(arena, &out->prefix, parts, COUNT_OF(parts)) || fail_memory(err);
}

bool target_parse(str path, str host, str domain, struct roster_arena *arena, struct target *out,
                  struct roster_error *err)
{
    str rest = path.len > 0 && path.ptr[0] == '/' ? str_tail(path, 1) : path;
    str segment = {0};
    *out = (struct target){0};
    read_host(host, domain, arena, out);
    if (!take_segment(&rest, &segment, &out->collapsed)) {
        return true;
    }
    bool by_path = str_equal(segment, STR("t"));
    if (by_path) {
        if (!read_tenant(&rest, out, arena, err)) {
            return false;
        }
        if (!take_segment(&rest, &segment, &out->collapsed)) {
            return true;
        }
    }
    if (!str_equal(segment, STR("scim"))) {
        out->place = other_place(path);
        out->segments[0] = segment;
        out->segment_count = 1;
        return read_oauth(segment, rest, by_path, out, arena, err);
    }
    out->place = TARGET_SCIM;
    size_t before = rest.len;
    if (!read_version(&rest, out, err)) {
        return false;
    }
    bool has_version = rest.len != before;
    const str parts[] = {by_path ? STR("/t/") : (str){0}, by_path ? out->tenant : (str){0},
                         STR("/scim"), has_version ? STR("/v2") : (str){0}};
    if (!arena_join(arena, &out->prefix, parts, COUNT_OF(parts))) {
        return fail_memory(err);
    }
    return read_segments(rest, out, arena, err);
}
