// stored_fuzz.c: a damaged store. Any bytes, or any number, in one column of one row.
//
// The first byte says which column. Then everything that reads it is asked for. Oracle: whatever
// the store says, nothing is read or written beyond its bounds and every request is answered; and
// when the column is as it was, all answers are as they were.
// SPDX-License-Identifier: Apache-2.0
#include "kit/chain.h"
#include "kit/rig.h"
#include "sys/log.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { COLUMN_TEXT, COLUMN_BLOB, COLUMN_NUMBER };

// One row of each; `where` is that of a person with a manager, a group, or what the tenant has.
static const struct {
    int kind;
    const char *table;
    const char *column;
    const char *where;
} columns[] = {
    {COLUMN_TEXT, "resource", "document", "row = 2"},
    {COLUMN_NUMBER, "resource", "manager_at", "row = 2"},
    {COLUMN_NUMBER, "resource", "encoding", "row = 2"},
    {COLUMN_TEXT, "resource", "display", "row = 1"},
    {COLUMN_BLOB, "resource", "external_ids", "row = 2"},
    {COLUMN_NUMBER, "resource", "modified_ms", "row = 2"},
    {COLUMN_NUMBER, "resource", "revision", "row = 2"},
    {COLUMN_NUMBER, "resource", "type", "row = 2"},
    {COLUMN_TEXT, "resource", "document", "row = 3"},
    {COLUMN_TEXT, "tenant", "settings", "tenant = 1"},
    {COLUMN_TEXT, "source", "policy", "name = 'partner'"},
    {COLUMN_TEXT, "token", "scopes", "token = 1"},
    {COLUMN_TEXT, "token", "user_id", "token = 1"},
    {COLUMN_NUMBER, "token", "expires_ms", "token = 1"},
    {COLUMN_TEXT, "tenant_schema", "document", "tenant = 1"},
    {COLUMN_TEXT, "tenant_type", "endpoint", "tenant = 1"},
    {COLUMN_TEXT, "tenant_type", "schema", "tenant = 1"},
    {COLUMN_NUMBER, "tenant_type", "type", "tenant = 1"},
    {COLUMN_BLOB, "member", "id", "group_row = 3"},
    {COLUMN_NUMBER, "member", "type", "group_row = 3"},
    {COLUMN_NUMBER, "member", "member_row", "group_row = 3"},
    {COLUMN_TEXT, "guard", "spent", "tenant = 1"},
    {COLUMN_BLOB, "index_value", "key", "row = 2"},
    {COLUMN_BLOB, "unique_value", "key", "row = 2"},
    {COLUMN_TEXT, "audit_detail", "after", "sequence = 5"},
    {COLUMN_BLOB, "audit_detail", "salt", "sequence = 5"},
    {COLUMN_BLOB, "audit", "digest", "sequence = 5"},
};

static const struct {
    const char *method;
    const char *path;
    const char *body;
    const char *condition;
} requests[] = {
    {"GET", "/scim/v2/Users/#", "", NULL},
    {"GET", "/scim/v2/Users/#?attributes=userName,emails,externalId", "", NULL},
    {"GET", "/scim/v2/Users?filter=title%20pr%20or%20userName%20sw%20%22b%22", "", NULL},
    {"GET", "/scim/v2/Users?sortBy=name.familyName&count=2", "", NULL},
    {"GET", "/scim/v2/Users?count=1&cursor&sortBy=userName", "", NULL},
    {"GET", "/scim/v2/Groups", "", NULL},
    {"GET", "/scim/v2/Groups?filter=members.value%20eq%20%22#%22", "", NULL},
    {"GET", "/scim/v2/Widgets", "", NULL},
    {"GET", "/scim/v2/Schemas/urn:example:Widget", "", NULL},
    {"GET", "/scim/v2/", "", NULL},
    // Refused in the end, so that nothing is written.
    {"PATCH", "/scim/v2/Users/#",
     "{\"Operations\":[{\"op\":\"add\",\"path\":\"title\",\"value\":\"t\"},"
     "{\"op\":\"remove\",\"path\":\"userName\"}]}",
     NULL},
    {"PUT", "/scim/v2/Users/#", "{\"userName\":\"boss\"}", NULL},
    {"DELETE", "/scim/v2/Users/#", "", "W/\"77\""},
};

static struct rig rig;
static sqlite3 *db;
static char authorization[96];
static char person[64];
static int64_t genuine[COUNT_OF(requests)];  // hashes of the answers of an undamaged store

static void must(bool holds)
{
    if (!holds) {
        fprintf(stderr, "stored: %s\n", db == NULL ? "" : sqlite3_errmsg(db));
        abort();
    }
}

// `form` with the person's id in place of '#'.
static struct rig_reply ask(const char *method, const char *form, const char *body,
                            const char *condition)
{
    char path[256];
    const char *place = strchr(form, '#');
    struct http_header headers[2] = {{STR("Authorization"), str_of(authorization)}};
    snprintf(path, sizeof(path), "%.*s%s%s",
             place == NULL ? (int)strlen(form) : (int)(place - form), form,
             place == NULL ? "" : person, place == NULL ? "" : place + 1);
    headers[1] = (struct http_header){STR("If-Match"), str_of(condition)};
    return rig_send(&rig, str_of(method), str_of(path), headers, condition == NULL ? 1 : 2,
                    str_of(body));
}

static int64_t hash_of(struct rig_reply reply)
{
    return (int64_t)str_hash(reply.body, (uint64_t)reply.status);
}

// Cursors are never the same twice.
static bool is_steady(size_t at)
{
    return strstr(requests[at].path, "cursor") == NULL;
}

static void make(const char *path, const char *body, char id[64])
{
    struct roster_json *json = NULL;
    struct roster_error err = {0};
    struct rig_reply reply = ask("POST", path, body, NULL);
    must(reply.status == 201 && roster_json_read(reply.body, rig.arena, &json, &err));
    snprintf(id, 64, "%.*s", STR_ARGS(json_find_text(json, STR("id"))));
}

static void make_all(void)
{
    static const char widget[] =
        "[{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:Schema\"],"
        "\"id\":\"urn:example:Widget\",\"name\":\"Widget\",\"attributes\":["
        "{\"name\":\"label\",\"type\":\"string\",\"required\":true}]},"
        "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:ResourceType\"],"
        "\"name\":\"Widget\",\"endpoint\":\"/Widgets\",\"schema\":\"urn:example:Widget\"}]";
    struct secret token;
    struct roster_error err = {0};
    char body[512];
    char boss[64];
    char ignored[64];
    rig_open_in_memory(&rig);
    rig_tenant(&rig, "acme", "interop");
    rig_token(&rig, "acme", "partner", &token);
    must(rig_schema(&rig, "acme", str_of(widget), (str){0}, false, &err));
    snprintf(authorization, sizeof(authorization), "Bearer %.*s", TOKEN_TEXT_LEN, token.text);
    make("/scim/v2/Users", "{\"userName\":\"boss\",\"displayName\":\"The Boss\"}", boss);
    snprintf(body, sizeof(body),
             "{\"userName\":\"bob\",\"externalId\":\"e\",\"emails\":[{\"value\":\"b@x.example\"}],"
             "\"name\":{\"familyName\":\"B\"},\"urn:ietf:params:scim:schemas:extension:enterprise:"
             "2.0:User\":{\"manager\":{\"value\":\"%s\"},\"department\":\"D\"}}",
             boss);
    make("/scim/v2/Users", body, person);
    snprintf(body, sizeof(body), "{\"displayName\":\"g\",\"members\":[{\"value\":\"%s\"}]}",
             person);
    make("/scim/v2/Groups", body, ignored);
    // The guard remembers who went.
    make("/scim/v2/Users", "{\"userName\":\"gone\"}", ignored);
    snprintf(body, sizeof(body), "/scim/v2/Users/%s", ignored);
    must(ask("DELETE", body, "", NULL).status == 204);
}

static void close_all(void)
{
    sqlite3_close(db);
    rig_close(&rig);
}

static void open_all(void)
{
    char path[128];
    log_threshold(LOG_LEVEL_ERROR + 1);
    make_all();
    snprintf(path, sizeof(path), "%s/roster.db", rig.folder);
    must(sqlite3_open(path, &db) == SQLITE_OK);
    for (size_t at = 0; at < COUNT_OF(requests); at++) {
        genuine[at] = hash_of(
            ask(requests[at].method, requests[at].path, requests[at].body, requests[at].condition));
    }
    atexit(close_all);
}

static void run(sqlite3_stmt *statement)
{
    int code = sqlite3_step(statement);
    must(code == SQLITE_DONE || code == SQLITE_CONSTRAINT || (code & 0xff) == SQLITE_CONSTRAINT);
    sqlite3_finalize(statement);
}

static void put(size_t at, const uint8_t *bytes, size_t len)
{
    char sql[256];
    sqlite3_stmt *statement = NULL;
    int64_t number = 0;
    snprintf(sql, sizeof(sql), "UPDATE %s SET %s = ?1 WHERE %s", columns[at].table,
             columns[at].column, columns[at].where);
    must(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK);
    memcpy(&number, bytes, len < sizeof(number) ? len : sizeof(number));
    switch (columns[at].kind) {
    case COLUMN_TEXT:
        sqlite3_bind_text(statement, 1, (const char *)bytes, (int)len, SQLITE_TRANSIENT);
        break;
    case COLUMN_BLOB:
        sqlite3_bind_blob(statement, 1, bytes, (int)len, SQLITE_TRANSIENT);
        break;
    default:
        sqlite3_bind_int64(statement, 1, number);
        break;
    }
    run(statement);
}

// What stood there, to be put back.
static uint8_t *take(size_t at, size_t *len)
{
    uint8_t *copy = NULL;
    char sql[256];
    sqlite3_stmt *statement = NULL;
    snprintf(sql, sizeof(sql), "SELECT %s FROM %s WHERE %s", columns[at].column, columns[at].table,
             columns[at].where);
    must(sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK);
    must(sqlite3_step(statement) == SQLITE_ROW);
    int64_t number = sqlite3_column_int64(statement, 0);
    bool is_number = columns[at].kind == COLUMN_NUMBER;
    *len = is_number ? sizeof(number) : (size_t)sqlite3_column_bytes(statement, 0);
    copy = malloc(*len + 1);
    must(copy != NULL);
    if (*len > 0) {
        memcpy(copy, is_number ? (const void *)&number : sqlite3_column_blob(statement, 0), *len);
    }
    sqlite3_finalize(statement);
    return copy;
}

static void ask_all(bool damaged)
{
    for (size_t at = 0; at < COUNT_OF(requests); at++) {
        app_forget_actors(&rig.app);
        struct rig_reply reply =
            ask(requests[at].method, requests[at].path, requests[at].body, requests[at].condition);
        must(reply.status >= 200 && reply.status < 600);
        must(damaged || !is_steady(at) || hash_of(reply) == genuine[at]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (db == NULL) {
        open_all();
    }
    if (size == 0) {
        return 0;
    }
    size_t column = data[0] % COUNT_OF(columns);
    size_t len = 0;
    int64_t rows = 0;
    int64_t broken = 0;
    uint8_t *before = take(column, &len);
    put(column, data + 1, size - 1);
    ask_all(true);
    (void)verify_chain(rig.lane.conn, 0, &rows, &broken);
    put(column, before, len);
    free(before);
    ask_all(false);
    return 0;
}
