// rig.c: requests through admit, begin, write or work, and finish, in one thread.
// SPDX-License-Identifier: Apache-2.0
#include "kit/rig.h"

#include "core/clients.h"
#include "core/schemas.h"
#include "scim/fold.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

static void must(bool ok, const struct roster_error *err)
{
    if (!ok) {
        fprintf(stderr, "rig: %s\n", err->detail);
        abort();
    }
}

static int64_t now_of(void *ctx)
{
    const struct rig *rig = ctx;
    return rig->stopped_ms > 0 ? rig->stopped_ms : env_now_ms(&env_system) + rig->ahead_ms;
}

static void random_of(void *ctx, void *out, size_t len)
{
    env_random(&env_system, out, len);
}

static int64_t monotonic_of(void *ctx)
{
    struct rig *rig = ctx;
    rig->now_us += rig->tick_us;
    return rig->now_us;
}

void rig_skip(struct rig *rig, int64_t us)
{
    rig->now_us += us;
}

void rig_clock(struct rig *rig, int64_t now_ms)
{
    rig->stopped_ms = now_ms;
}

static void open_server(struct rig *rig)
{
    struct roster_error err = {0};
    // -1: the faulty driver, which fails only when it is told to.
    struct store_options options = {
        .url = rig->url, .unicode = fold_unicode_version(), .fail_at = -1};
    rig->store = store_open(&options, &err);
    must(rig->store != NULL, &err);
    struct app_options app = {
        .store = rig->store,
        .env = &rig->env,
        .public_url = STR("http://rig.example"),
        .domain = STR("rig.example"),
    };
    must(app_open(&rig->app, &app, &err), &err);
    must(lane_open(&rig->lane, &rig->app, STORE_READER_CACHE_KIB, &err), &err);
    rig->arena = roster_arena_open(ARENA_REQUEST_MAX);
}

static void close_server(struct rig *rig)
{
    roster_arena_close(rig->arena);
    lane_close(&rig->lane);
    app_close(&rig->app);
    store_close(rig->store);
}

static void open_in(struct rig *rig, const char *parent)
{
    struct roster_error err = {0};
    memset(rig, 0, sizeof(*rig));
    rig->env = (struct env){now_of, random_of, rig, monotonic_of};
    snprintf(rig->folder, sizeof(rig->folder), "%s/roster-rig-XXXXXX", parent);
    must(mkdtemp(rig->folder) != NULL, &err);
    snprintf(rig->url, sizeof(rig->url), "sqlite:%s/roster.db", rig->folder);
    open_server(rig);
}

void rig_open(struct rig *rig)
{
    open_in(rig, "/tmp");
}

void rig_open_in_memory(struct rig *rig)
{
    static const char shared[] = "/dev/shm";
    struct statvfs room;
    bool fits = access(shared, W_OK) == 0 && statvfs(shared, &room) == 0 &&
                (uint64_t)room.f_bavail * room.f_frsize >= MIB(512);
    open_in(rig, fits ? shared : "/tmp");
}

void rig_restart(struct rig *rig)
{
    close_server(rig);
    open_server(rig);
}

// A folder of files.
static void remove_folder(const char *path)
{
    DIR *dir = opendir(path);
    for (struct dirent *entry = dir == NULL ? NULL : readdir(dir); entry != NULL;
         entry = readdir(dir)) {
        (void)unlinkat(dirfd(dir), entry->d_name, 0);
    }
    if (dir != NULL) {
        closedir(dir);
    }
    (void)rmdir(path);
}

void rig_close(struct rig *rig)
{
    static const char *const folders[] = {"/keys", "/roster.db.journal", ""};
    char path[128];
    close_server(rig);
    for (size_t at = 0; at < COUNT_OF(folders); at++) {
        snprintf(path, sizeof(path), "%s%s", rig->folder, folders[at]);
        remove_folder(path);
    }
}

struct admin rig_admin(struct rig *rig)
{
    app_forget_actors(&rig->app);
    roster_arena_reset(rig->arena);
    return (struct admin){
        .writer = store_writer(rig->store),
        .env = &rig->env,
        .arena = rig->arena,
        .actor = "rig",
        .address = "",
    };
}

void rig_tenant(struct rig *rig, const char *tenant, const char *profile)
{
    struct admin admin = rig_admin(rig);
    struct tenant_row row = {0};
    struct roster_error err = {0};
    must(tenants_add(&admin, str_of(tenant), str_of(profile), &row, &err), &err);
}

int64_t rig_token_as(struct rig *rig, const struct token_request *request, struct secret *token)
{
    struct admin admin = rig_admin(rig);
    struct token_row row = {0};
    struct roster_error err = {0};
    must(tokens_add(&admin, request, token, &row, &err), &err);
    return row.token;
}

void rig_client_as(struct rig *rig, const struct token_request *request, char *id,
                   struct secret *secret)
{
    struct admin admin = rig_admin(rig);
    struct token_row row = {0};
    struct roster_error err = {0};
    must(clients_add(&admin, request, secret, &row, &err), &err);
    memcpy(id, row.client.ptr, row.client.len);
    id[row.client.len] = '\0';
}

void rig_token(struct rig *rig, const char *tenant, const char *source, struct secret *token)
{
    const struct token_request request = {.tenant = str_of(tenant), .source = str_of(source)};
    (void)rig_token_as(rig, &request, token);
}

void rig_set(struct rig *rig, const char *tenant, const char *key, const char *value)
{
    struct admin admin = rig_admin(rig);
    struct tenant_row row = {0};
    struct roster_error err = {0};
    const struct tenant_setting setting = {.key = str_of(key), .value = str_of(value)};
    must(tenants_set(&admin, str_of(tenant), &setting, 1, &row, &err), &err);
}

bool rig_schema(struct rig *rig, const char *tenant, str text, str extends, bool required,
                struct roster_error *err)
{
    struct admin admin = rig_admin(rig);
    struct schema_effect_row *effects = NULL;
    const struct schema_request request = {str_of(tenant), text, extends, required};
    bool added = schemas_add(&admin, &request, &effects, err);
    return added;
}

static enum http_method method_of(str name)
{
    static const struct {
        str name;
        enum http_method method;
    } methods[] = {
        {STR("GET"), HTTP_GET},         {STR("HEAD"), HTTP_HEAD},   {STR("POST"), HTTP_POST},
        {STR("PUT"), HTTP_PUT},         {STR("PATCH"), HTTP_PATCH}, {STR("DELETE"), HTTP_DELETE},
        {STR("OPTIONS"), HTTP_OPTIONS},
    };
    for (size_t at = 0; at < COUNT_OF(methods); at++) {
        if (str_equal(methods[at].name, name)) {
            return methods[at].method;
        }
    }
    return HTTP_OTHER;
}

// Pulls a streamed body into one text.
static str read_body(struct rig *rig, struct http_reply *reply)
{
    struct text out;
    char piece[512];
    if (reply->read == NULL) {
        return reply->body;
    }
    text_init(&out, rig->arena, arena_max(rig->arena));
    for (long len = 1; len > 0;) {
        len = reply->read(reply->read_ctx, piece, sizeof(piece));
        if (len > 0) {
            text_add(&out, (str){piece, (size_t)len});
        }
    }
    reply->read_close(reply->read_ctx);
    return text_str(&out);
}

struct waiting {
    struct pending *const *requests;
    size_t count;
};

static struct pending *take_waiting(struct batch *batch)
{
    const struct waiting *waiting = batch->ctx;
    return batch->count < waiting->count ? waiting->requests[batch->count] : NULL;
}

bool rig_write(struct rig *rig, struct pending *const *requests, size_t *count)
{
    struct waiting waiting = {requests, *count};
    struct batch batch = {.next = take_waiting, .ctx = &waiting};
    bool known = app_write(&rig->app, &batch);
    *count = batch.count;
    return known;
}

static void run(struct rig *rig, struct pending *pending, struct rig_reply *out)
{
    enum step step = app_begin(&rig->lane, pending);
    out->waited = step != STEP_DONE;
    if (step == STEP_KEYS) {
        app_fetch(&rig->app, pending);
        step = app_again(&rig->lane, pending);
        out->waited = step != STEP_DONE;
    }
    while (step != STEP_DONE) {
        pending->step = STEP_DONE;
        size_t count = 1;
        if (step == STEP_WORK) {
            app_work(&rig->lane, pending);
        } else if (!rig_write(rig, &pending, &count)) {
            must(store_reopen_writer(rig->store), &pending->err);
        }
        step = pending->step;
    }
    if (out->waited) {
        app_finish(&rig->lane, pending);
    }
}

struct rig_reply rig_send(struct rig *rig, str method, str path, const struct http_header *headers,
                          size_t header_count, str body)
{
    struct rig_reply out = {0};
    roster_arena_reset(rig->arena);
    struct http_exchange *exchange = arena_alloc(rig->arena, sizeof(*exchange));
    must(exchange != NULL, &(struct roster_error){0});
    exchange->method = method_of(method);
    exchange->method_text = method;
    exchange->arena = rig->arena;
    exchange->body = body;
    exchange->remote = STR("127.0.0.1");
    exchange->connection = 1;
    exchange->client = rig->client;
    exchange->headers = headers;
    exchange->header_count = header_count;
    str_cut(path, '?', &exchange->path, &exchange->query);
    struct pending *pending = app_admit(&rig->lane, exchange);
    must(pending != NULL, &(struct roster_error){0});
    run(rig, pending, &out);
    conn_rest(rig->lane.conn);
    out.reply = &exchange->reply;
    out.status = exchange->reply.status;
    out.body = exchange->method == HTTP_HEAD ? (str){0} : read_body(rig, &exchange->reply);
    app_release(pending);
    return out;
}
