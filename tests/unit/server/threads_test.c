// threads_test.c: the running server under many clients and administration at once. Its worth is
// what ThreadSanitizer says of it; it also counts that nothing acknowledged is lost.
// SPDX-License-Identifier: Apache-2.0
#include "core/tenants.h"
#include "scim/fold.h"
#include "server/server.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

enum { CLIENTS = 8, ROUNDS = 25, REPLY_MAX = 8192 };

static struct {
    char folder[64];
    char url[96];
    struct store *store;
    struct server *server;
    pthread_t thread;
    struct secret token;
    char group[64];
} rig;

struct client {
    pthread_t thread;
    int number;
    int socket;
    int created;
    bool broken;
};

static void *serve(void *ctx)
{
    server_run(rig.server);
    return NULL;
}

static int connect_client(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(server_port(rig.server))};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

// Reads one reply with a Content-Length (or none); returns its status.
static int read_reply(int fd, char reply[REPLY_MAX])
{
    size_t len = 0;
    size_t need = 0;
    while (need == 0 || len < need) {
        ssize_t got = recv(fd, reply + len, REPLY_MAX - 1 - len, 0);
        if (got <= 0) {
            return -1;
        }
        len += (size_t)got;
        reply[len] = '\0';
        const char *end = strstr(reply, "\r\n\r\n");
        if (end != NULL) {
            const char *length = strcasestr(reply, "Content-Length:");
            size_t body = length == NULL ? 0 : (size_t)strtoul(length + 15, NULL, 10);
            need = (size_t)(end - reply) + 4 + body;
        }
    }
    return (int)strtol(reply + 9, NULL, 10);
}

static int exchange(int fd, const char *method, const char *path, const char *body,
                    char reply[REPLY_MAX])
{
    char request[2048];
    int len = snprintf(request, sizeof(request),
                       "%s /scim/v2%s HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer %s\r\n"
                       "Content-Length: %zu\r\n\r\n%s",
                       method, path, rig.token.text, strlen(body), body);
    return send(fd, request, (size_t)len, MSG_NOSIGNAL) == len ? read_reply(fd, reply) : -1;
}

static bool take_id(const char *reply, char id[64])
{
    const char *at = strstr(reply, "\"id\":\"");
    const char *end = at == NULL ? NULL : strchr(at + 6, '"');
    if (end == NULL || end - at - 6 >= 64) {
        return false;
    }
    memcpy(id, at + 6, (size_t)(end - at) - 6);
    id[end - at - 6] = '\0';
    return true;
}

static void play_round(struct client *client, int round, char reply[REPLY_MAX])
{
    char body[512];
    char path[256];
    char id[64];
    snprintf(body, sizeof(body), "{\"userName\":\"c%d-%d\"}", client->number, round);
    if (exchange(client->socket, "POST", "/Users", body, reply) != 201 || !take_id(reply, id)) {
        client->broken = true;
        return;
    }
    client->created++;
    snprintf(path, sizeof(path), "/Groups/%s", rig.group);
    snprintf(
        body, sizeof(body),
        "{\"Operations\":[{\"op\":\"add\",\"path\":\"members\",\"value\":[{\"value\":\"%s\"}]}]}",
        id);
    client->broken |= exchange(client->socket, "PATCH", path, body, reply) != 204;
    snprintf(path, sizeof(path), "/Users?filter=title+co+%%22x%%22&count=%d", round % 5);
    client->broken |= exchange(client->socket, "GET", path, "", reply) != 200;
    snprintf(path, sizeof(path), "/Users/%s", id);
    client->broken |= exchange(client->socket, "GET", path, "", reply) != 200;
}

// Two people and their membership, in one job.
static void play_job(struct client *client, int round, char reply[REPLY_MAX])
{
    char body[1024];
    snprintf(
        body, sizeof(body),
        "{\"Operations\":[{\"method\":\"PATCH\",\"path\":\"/Groups/%s\",\"data\":{\"Operations\":["
        "{\"op\":\"add\",\"path\":\"members\",\"value\":[{\"value\":\"bulkId:a\"},{\"value\":"
        "\"bulkId:b\"}]}]}},{\"method\":\"POST\",\"path\":\"/Users\",\"bulkId\":\"a\",\"data\":{"
        "\"userName\":\"a%d-%d\"}},{\"method\":\"POST\",\"path\":\"/Users\",\"bulkId\":\"b\","
        "\"data\":{\"userName\":\"b%d-%d\"}}]}",
        rig.group, client->number, round, client->number, round);
    client->broken |= exchange(client->socket, "POST", "/Bulk", body, reply) != 200 ||
                      strstr(reply, "\"response\"") != NULL;
    client->created += 2;
}

static void *run_client(void *ctx)
{
    struct client *client = ctx;
    char *reply = malloc(REPLY_MAX);
    for (int round = 0; round < ROUNDS && !client->broken; round++) {
        play_round(client, round, reply);
        play_job(client, round, reply);
    }
    free(reply);
    return NULL;
}

struct administration {
    struct roster_arena *arena;
    int number;
    bool done;
};

static void add_tenant(void *ctx, struct conn *writer)
{
    struct administration *administration = ctx;
    struct admin admin = {writer, &env_system, administration->arena, "test", "", NULL};
    struct tenant_row row = {0};
    struct roster_error err = {0};
    char name[32];
    snprintf(name, sizeof(name), "t%d", administration->number);
    administration->done = tenants_add(&admin, str_of(name), STR("interop"), &row, &err);
}

static void many_clients_and_administration_lose_nothing(void **state)
{
    static struct client clients[CLIENTS];
    struct administration administration = {.arena = roster_arena_open(ARENA_REQUEST_MAX)};
    char *reply = malloc(REPLY_MAX);
    char path[128];
    char total[32];
    int created = 0;
    for (int at = 0; at < CLIENTS; at++) {
        clients[at] = (struct client){.number = at, .socket = connect_client()};
        assert_int_equal(pthread_create(&clients[at].thread, NULL, run_client, &clients[at]), 0);
    }
    for (int at = 0; at < 10; at++) {
        administration.number = at;
        administration.done = false;
        assert_true(server_call(rig.server, add_tenant, &administration));
        assert_true(administration.done);
    }
    for (int at = 0; at < CLIENTS; at++) {
        pthread_join(clients[at].thread, NULL);
        assert_false(clients[at].broken);
        created += clients[at].created;
        close(clients[at].socket);
    }
    int fd = connect_client();
    assert_int_equal(created, 3 * CLIENTS * ROUNDS);
    snprintf(path, sizeof(path), "/Users?count=0&filter=groups.value+eq+%%22%s%%22", rig.group);
    assert_int_equal(exchange(fd, "GET", path, "", reply), 200);
    snprintf(total, sizeof(total), "\"totalResults\":%d,", created);
    assert_non_null(strstr(reply, total));
    close(fd);
    free(reply);
    roster_arena_close(administration.arena);
}

static void open_tenant(struct roster_arena *arena)
{
    struct admin admin = {store_writer(rig.store), &env_system, arena, "test", "", NULL};
    struct tenant_row tenant = {0};
    struct token_row row = {0};
    struct roster_error err = {0};
    struct token_request request = {.tenant = STR("acme")};
    assert_true(tenants_add(&admin, STR("acme"), STR("interop"), &tenant, &err));
    assert_true(tokens_add(&admin, &request, &rig.token, &row, &err));
}

static void open_group(void)
{
    char *reply = malloc(REPLY_MAX);
    int fd = connect_client();
    assert_int_equal(exchange(fd, "POST", "/Groups", "{\"displayName\":\"all\"}", reply), 201);
    assert_true(take_id(reply, rig.group));
    close(fd);
    free(reply);
}

static int open_server(void **state)
{
    struct roster_error err = {0};
    struct roster_arena *arena = roster_arena_open(ARENA_REQUEST_MAX);
    snprintf(rig.folder, sizeof(rig.folder), "/tmp/roster-threads-XXXXXX");
    assert_non_null(mkdtemp(rig.folder));
    snprintf(rig.url, sizeof(rig.url), "sqlite:%s/roster.db", rig.folder);
    struct store_options store = {.url = rig.url, .unicode = fold_unicode_version()};
    rig.store = store_open(&store, &err);
    assert_non_null(rig.store);
    open_tenant(arena);
    roster_arena_close(arena);
    struct server_options options = {.store = rig.store,
                                     .env = &env_system,
                                     .address = "127.0.0.1",
                                     .loops = 2,
                                     .drain_ms = 5000};
    rig.server = server_open(&options, &err);
    assert_non_null(rig.server);
    assert_int_equal(pthread_create(&rig.thread, NULL, serve, NULL), 0);
    open_group();
    return 0;
}

static int close_server(void **state)
{
    static const char *const files[] = {"roster.db", "roster.db-wal", "roster.db-shm",
                                        "roster.db.lock"};
    char path[128];
    server_stop(rig.server);
    pthread_join(rig.thread, NULL);
    server_close(rig.server);
    store_close(rig.store);
    for (size_t at = 0; at < COUNT_OF(files); at++) {
        snprintf(path, sizeof(path), "%s/%s", rig.folder, files[at]);
        (void)unlink(path);
    }
    return rmdir(rig.folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_clients_and_administration_lose_nothing),
    };
    return cmocka_run_group_tests(tests, open_server, close_server);
}
