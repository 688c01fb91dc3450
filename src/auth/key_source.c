// key_source.c: a document is small, whole and from an address that may be asked, or it is none.
// SPDX-License-Identifier: Apache-2.0
#include "auth/key_source.h"

#include "auth/keys.h"
#include "http/client.h"
#include "http/reach.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct key_source {
    bool (*may_ask)(void *ctx, const char *address);
    void *ctx;
    struct http_client *client;
    struct roster_arena *arena;
    bool only_here;  // the URL under way is one without TLS
    _Atomic bool stopped;
};

static bool is_stopped(void *ctx)
{
    struct key_source *source = ctx;
    return atomic_load(&source->stopped);
}

static bool may_connect(void *ctx, const char *address)
{
    const struct key_source *source = ctx;
    if (source->only_here && !reach_is_loopback(address)) {
        return false;
    }
    return reach_is_public(address) ||
           (source->may_ask != NULL && source->may_ask(source->ctx, address));
}

struct key_source *key_source_open(bool (*may_ask)(void *ctx, const char *address), void *ctx,
                                   const char *ca_path, struct roster_error *err)
{
    struct key_source *source = calloc(1, sizeof(*source));
    if (source == NULL) {
        fail_memory(err);
        return NULL;
    }
    const struct http_client_options options = {
        .timeout_ms = KEYS_TIMEOUT_MS,
        .body_max = JWKS_BYTES_MAX,
        .user_agent = "roster",
        .ca_path = ca_path,
        .cancelled = is_stopped,
        .may_connect = may_connect,
        .ctx = source,
    };
    source->may_ask = may_ask;
    source->ctx = ctx;
    source->client = http_client_open(&options, err);
    source->arena = roster_arena_open(KEYS_ARENA_MAX);
    if (source->client == NULL || source->arena == NULL) {
        key_source_close(source);
        fail_memory(err);
        return NULL;
    }
    return source;
}

void key_source_close(struct key_source *source)
{
    if (source != NULL) {
        http_client_close(source->client);
        roster_arena_close(source->arena);
        free(source);
    }
}

void key_source_stop(struct key_source *source)
{
    atomic_store(&source->stopped, true);
}

bool key_source_is_file(str source)
{
    return source.len > 0 && source.ptr[0] == '/';
}

static struct file_mark mark_of(const struct stat *is)
{
    return (struct file_mark){
        .changed_ns = (int64_t)is->st_mtim.tv_sec * 1000000000 + is->st_mtim.tv_nsec,
        .size = is->st_size,
        .inode = is->st_ino,
    };
}

bool file_mark_is_other(const char *path, const struct file_mark *mark)
{
    struct stat is;
    if (stat(path, &is) != 0) {
        return false;
    }
    struct file_mark now = mark_of(&is);
    return now.changed_ns != mark->changed_ns || now.size != mark->size || now.inode != mark->inode;
}

static bool read_all(int fd, struct roster_arena *arena, str *out)
{
    char *bytes = arena_alloc(arena, JWKS_BYTES_MAX + 1);
    size_t len = 0;
    ssize_t got = bytes == NULL ? -1 : 1;
    while (got > 0 && len <= JWKS_BYTES_MAX) {
        got = read(fd, bytes + len, JWKS_BYTES_MAX + 1 - len);
        len += got > 0 ? (size_t)got : 0;
    }
    *out = (str){bytes, len};
    return got >= 0;
}

static bool read_file(const char *path, struct roster_arena *arena, str *out,
                      struct file_mark *mark, struct roster_error *err)
{
    struct stat is;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &is) != 0) {
        fail(err, ROSTER_ERR_INVALID_VALUE, 0, "%.120s cannot be read: %s", path, strerror(errno));
    } else if (!S_ISREG(is.st_mode)) {
        fail(err, ROSTER_ERR_INVALID_VALUE, 0, "%.120s is no file", path);
    } else if (!read_all(fd, arena, out)) {
        fail(err, ROSTER_ERR_INVALID_VALUE, 0, "%.120s cannot be read", path);
    } else if (out->len > JWKS_BYTES_MAX) {
        fail(err, ROSTER_ERR_INVALID_VALUE, 0, "%.120s is larger than %zu bytes", path,
             JWKS_BYTES_MAX);
    } else {
        *mark = mark_of(&is);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    return err->code == ROSTER_OK;
}

bool keys_read_file(str path, struct jwks *out, struct roster_error *err)
{
    struct roster_arena *arena = roster_arena_open(KEYS_ARENA_MAX);
    struct file_mark ignored;
    str copy = {0};
    str text = {0};
    bool ok = arena != NULL && arena_copy(arena, path, &copy);
    ok = ok ? read_file(copy.ptr, arena, &text, &ignored, err) && jwks_read(text, arena, out, err)
            : fail_memory(err);
    roster_arena_close(arena);
    return ok;
}

// max-age of RFC 9111 section 5.2.2.1, within what is sensible for keys.
static int64_t freshness_of(const struct http_answer *answer)
{
    str list = {0};
    int64_t seconds = KEYS_FRESH_S;
    (void)http_answer_header(answer, STR("Cache-Control"), &list);
    for (bool more = list.len > 0; more;) {
        str directive = {0};
        str name = {0};
        str value = {0};
        int64_t said = 0;
        more = str_cut(list, ',', &directive, &list);
        str_cut(str_trim(directive), '=', &name, &value);
        if (str_equal_nocase(name, STR("max-age")) && str_to_i64(value, &said)) {
            seconds = said;
        }
    }
    seconds = seconds < KEYS_FLOOR_S ? KEYS_FLOOR_S : seconds;
    return seconds > KEYS_CEILING_S ? KEYS_CEILING_S : seconds;
}

static bool call(struct key_source *source, const char *url, str *text, int64_t *fresh_s,
                 struct roster_error *err)
{
    static const struct http_header headers[] = {
        {STR_INIT("Accept"), STR_INIT("application/jwk-set+json, application/json")}};
    const struct http_request request = {
        .method = STR("GET"),
        .url = str_of(url),
        .headers = headers,
        .header_count = COUNT_OF(headers),
    };
    struct http_answer *answer = arena_alloc(source->arena, sizeof(*answer));
    if (answer == NULL) {
        return fail_memory(err);
    }
    source->only_here = !str_starts_nocase(str_of(url), STR("https:"));
    if (http_client_call(source->client, &request, source->arena, answer, err) != HTTP_SENT) {
        return false;
    }
    if (answer->status != 200) {
        return fail(err, ROSTER_ERR_UNAVAILABLE, 0,
                    "the answer is %d, not 200: give the URL of the document itself",
                    answer->status);
    }
    *text = answer->body;
    *fresh_s = freshness_of(answer);
    return true;
}

bool key_source_get(struct key_source *source, const char *from, struct fetched *out,
                    struct roster_error *err)
{
    bool is_file = key_source_is_file(str_of(from));
    str text = {0};
    if (atomic_load(&source->stopped)) {
        return fail(err, ROSTER_ERR_UNAVAILABLE, 0, "the server stops");
    }
    roster_arena_reset(source->arena);
    *out = (struct fetched){.fresh_s = KEYS_CEILING_S, .keys = calloc(1, sizeof(*out->keys))};
    bool ok = out->keys == NULL ? fail_memory(err)
              : is_file         ? read_file(from, source->arena, &text, &out->mark, err)
                                : call(source, from, &text, &out->fresh_s, err);
    if (ok && jwks_read(text, source->arena, out->keys, err)) {
        return true;
    }
    if (out->keys != NULL) {
        jwks_release(out->keys);
        free(out->keys);
        out->keys = NULL;
    }
    return false;
}

static bool is_url_text(str url)
{
    for (size_t at = 0; at < url.len; at++) {
        if (url.ptr[at] <= ' ' || url.ptr[at] > '~' || url.ptr[at] == '#' || url.ptr[at] == '@' ||
            url.ptr[at] == '"' || url.ptr[at] == '\\') {
            return false;
        }
    }
    return true;
}

static bool is_here(str url)
{
    static const str here[] = {STR_INIT("http://127.0.0.1"), STR_INIT("http://[::1]"),
                               STR_INIT("http://localhost")};
    for (size_t at = 0; at < COUNT_OF(here); at++) {
        str rest = url.len > here[at].len ? str_tail(url, here[at].len) : (str){0};
        if (str_starts_nocase(url, here[at]) && rest.len > 0 &&
            (rest.ptr[0] == ':' || rest.ptr[0] == '/')) {
            return true;
        }
    }
    return false;
}

bool keys_check_source(str source, struct roster_error *err)
{
    static const str https = STR_INIT("https://");
    if (source.len > ISSUER_URL_MAX) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "it is longer than %d bytes", ISSUER_URL_MAX);
    }
    if (key_source_is_file(source)) {
        return true;
    }
    bool is_url = source.len > https.len && str_starts_nocase(source, https);
    return (is_url_text(source) && (is_url || is_here(source))) ||
           fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                "keys come from an https URL, or from a file by its absolute path");
}
