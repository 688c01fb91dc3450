// session_world.c: tenants, credentials, the store and the journal of the session fuzzer.
// SPDX-License-Identifier: Apache-2.0
#include "fuzz/session_world.h"

#include "base/base64.h"
#include "core/clients.h"
#include "core/sources.h"
#include "journal/journal.h"
#include "journal/reader.h"
#include "kit/chain.h"
#include "sys/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STORE_INPUTS = 256, CLOCK_MS = 1000 };  // a store is made anew behind so many inputs

static const int64_t begin_ms = INT64_C(1790000000000);

const struct sender senders[SENDERS] = {
    [FULL_A] = {'a', TENANT_A, "", "", false, false, NULL},
    {'q', TENANT_A, "other", "", false, false, NULL},
    {'p', TENANT_A, "partner", "", false, true, NULL},
    {'r', TENANT_A, "", "read", false, false, NULL},
    {'u', TENANT_A, "", "write:User", false, false, NULL},
    {'m', TENANT_A, "", "", true, false, NULL},
    [FULL_B] = {'b', TENANT_B, "", "", false, false, NULL},
    {'c', TENANT_A, "", "", false, false, "basic"},
    {'t', TENANT_A, "", "", false, false, "access"},
    {'n', NO_TENANT, "", "", false, false, "none"},
    {'x', NO_TENANT, "", "", false, false, "wrong"},
};

// What a letter of the first line sets in tenant A.
static const struct {
    char letter;
    const char *key;
    const char *value;
} settings[] = {
    {'r', "profile", "rfc"},
    {'g', "guard-deactivations", "1,1%/1h"},
    {'g', "guard-deletions", "1,1%/1h"},
    {'g', "guard-removals", "1,1%/1h"},
    {'d', "devices", "on"},
    {'o', "roles", "on"},
    {'e', "roles-enforced", "on"},
    {'h', "adopt-identical", "on"},
    {'n', "group-name-unique", "off"},
    {'s', "strict-attributes", "on"},
    {'l', "users-max", "4"},
    {'v', "rate", "1/4"},
    {'b', "basic", "on"},
};

static const char widget[] =
    "[{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:Schema\"],"
    "\"id\":\"urn:example:Widget\",\"name\":\"Widget\",\"attributes\":["
    "{\"name\":\"label\",\"type\":\"string\",\"required\":true,\"uniqueness\":\"server\"},"
    "{\"name\":\"parts\",\"type\":\"complex\",\"multiValued\":true,\"subAttributes\":["
    "{\"name\":\"value\",\"type\":\"integer\"},{\"name\":\"when\",\"type\":\"dateTime\"}]}]},"
    "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:ResourceType\"],"
    "\"name\":\"Widget\",\"endpoint\":\"/Widgets\",\"schema\":\"urn:example:Widget\"}]";

static void must(bool ok, const struct roster_error *err)
{
    if (!ok) {
        fprintf(stderr, "session: %s\n", err->detail);
        abort();
    }
}

// The same in every run.
static void random_of(void *ctx, void *out, size_t len)
{
    static uint64_t state = UINT64_C(88172645463325252);
    unsigned char *to = out;
    for (size_t at = 0; at < len; at++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        to[at] = (unsigned char)(state >> 32);
    }
}

size_t world_sender(char letter)
{
    size_t at = 0;
    while (at < SENDERS && senders[at].letter != letter) {
        at++;
    }
    return at;
}

// ---- the store, which many inputs share

static void open_journal(struct world *world)
{
    struct roster_error err = {0};
    snprintf(world->journal, sizeof(world->journal), "%s/roster.db.journal", world->rig.folder);
    const struct journal_options options = {.folder = world->journal,
                                            .env = &env_system,
                                            .size_max = MIB(64),
                                            .age_ms = JOURNAL_AGE_MS,
                                            .body_max = KIB(64)};
    world->rig.app.journal = journal_open(&options, world->rig.app.registry, &err);
    must(world->rig.app.journal != NULL, &err);
    world->rig.lane.journal = journal_lane(world->rig.app.journal);
    must(world->rig.lane.journal != NULL, &err);
}

// Every request of a tenant is in the journal, and no secret is.
static void check_journal(struct world *world)
{
    struct roster_error err = {0};
    struct record record;
    journal_sync(world->rig.app.journal);
    if (world->reader == NULL) {
        world->reader = reader_open(world->journal, 0, &err);
        must(world->reader != NULL, &err);
    }
    while (reader_next(world->reader, &record)) {
        world->read++;
        for (size_t text = 0; text < RECORD_TEXTS; text++) {
            if (str_contains(record.texts[text], STR(PASSWORD))) {
                fprintf(stderr, "session: in the journal: %.*s\n", STR_ARGS(record.texts[text]));
                abort();
            }
        }
    }
    assert(world->read + journal_dropped(world->rig.app.journal) >= world->noted);
}

static void check_chain(struct world *world, int64_t tenant)
{
    int64_t rows = 0;
    int64_t broken = 0;
    enum store_outcome outcome = verify_chain(world->rig.lane.conn, tenant, &rows, &broken);
    assert(outcome == STORE_OK && broken == 0);
}

static struct world *open_world;  // NULL: there is none

static void close_store(struct world *world)
{
    check_chain(world, 0);
    reader_close(world->reader);
    journal_close(world->rig.app.journal);
    rig_close(&world->rig);
    open_world = NULL;
}

// Nothing stays behind where a program ends.
static void close_last(void)
{
    if (open_world != NULL) {
        close_store(open_world);
    }
}

static void open_store(struct world *world)
{
    static bool is_registered;
    memset(world, 0, sizeof(*world));
    log_threshold(LOG_LEVEL_ERROR + 1);
    rig_open_in_memory(&world->rig);
    world->rig.env.random = random_of;
    rig_clock(&world->rig, begin_ms);
    open_journal(world);
    // Behind all that the libraries do at the end, so that it runs before that.
    if (!is_registered) {
        is_registered = atexit(close_last) == 0;
    }
}

// ---- the tenants of one input

static void add_tenant(struct world *world, int tenant)
{
    struct roster_error err = {0};
    struct tenant_row row = {0};
    snprintf(world->tenants[tenant], sizeof(world->tenants[tenant]), "%c%llu",
             tenant == TENANT_A ? 'a' : 'b', (unsigned long long)world->inputs);
    struct admin admin = rig_admin(&world->rig);
    must(tenants_add(&admin, str_of(world->tenants[tenant]), STR("interop"), &row, &err), &err);
    world->numbers[tenant] = row.tenant;
}

static void add_partner(struct world *world)
{
    static const struct tenant_setting policy[] = {
        {STR_INIT("domains"), STR_INIT("partner.example")},
        {STR_INIT("sees"), STR_INIT("own")},
        {STR_INIT("writes"), STR_INIT("own")},
    };
    const struct source_request request = {str_of(world->tenants[TENANT_A]), STR("partner"), policy,
                                           COUNT_OF(policy)};
    struct source_view view;
    struct roster_error err = {0};
    int64_t taken = 0;
    struct admin admin = rig_admin(&world->rig);
    must(sources_set(&admin, &request, &view, &taken, &err), &err);
    world->federated = true;
}

// A letter that cannot be set in this order (roles-enforced before roles) has no effect.
static bool set_up(struct world *world, str letters)
{
    struct roster_error err = {0};
    str tenant = str_of(world->tenants[TENANT_A]);
    for (size_t at = 0; at < letters.len; at++) {
        char letter = letters.ptr[at];
        for (size_t row = 0; row < COUNT_OF(settings); row++) {
            const struct tenant_setting one = {str_of(settings[row].key),
                                               str_of(settings[row].value)};
            struct tenant_row ignored = {0};
            struct admin admin = rig_admin(&world->rig);
            if (settings[row].letter == letter &&
                !tenants_set(&admin, tenant, &one, 1, &ignored, &err)) {
                err = (struct roster_error){0};
            }
        }
        if (letter == 'w' && at < 8) {
            (void)rig_schema(&world->rig, world->tenants[TENANT_A], str_of(widget), (str){0}, false,
                             &err);
        } else if (letter == 'f' && !world->federated) {
            add_partner(world);
        }
    }
    return letters.len <= 16;
}

static void print_basic(struct world *world, struct credential *out)
{
    char both[CLIENT_ID_LEN + TOKEN_TEXT_LEN + 2];
    struct text text;
    int len =
        snprintf(both, sizeof(both), "%s:%.*s", world->client, TOKEN_TEXT_LEN, out->secret.text);
    text_init(&text, world->rig.arena, KIB(1));
    base64url_add(&text, (const unsigned char *)both, (size_t)len);
    snprintf(out->header, sizeof(out->header), "Basic %.*s", STR_ARGS(text_str(&text)));
}

static void add_credential(struct world *world, size_t at, str first)
{
    const struct sender *sender = &senders[at];
    struct credential *out = &world->credentials[at];
    *out = (struct credential){0};
    if (sender->is != NULL && strcmp(sender->is, "wrong") == 0) {
        snprintf(out->header, sizeof(out->header), "Bearer rst_wrong");
    }
    const struct token_request request = {
        .tenant = str_of(world->tenants[sender->tenant % TENANTS]),
        .source = str_of(sender->source),
        .scopes = str_of(sender->scopes),
        .user_id = sender->acts ? first : (str){0},
    };
    if (sender->is == NULL) {
        struct secret secret;
        (void)rig_token_as(&world->rig, &request, &secret);
        snprintf(out->header, sizeof(out->header), "Bearer %.*s", TOKEN_TEXT_LEN, secret.text);
        out->secret = secret;
    } else if (strcmp(sender->is, "basic") == 0) {
        rig_client_as(&world->rig, &request, world->client, &out->secret);
        print_basic(world, out);
    }
}

static void make_first(struct world *world, size_t sender, const char *path, const char *body,
                       char id[UUID_TEXT_LEN + 1])
{
    struct roster_json *json = NULL;
    struct roster_error err = {0};
    struct rig_reply reply =
        world_send(world, sender, STR("POST"), str_of(path), NULL, 0, str_of(body));
    assert(reply.status == 201);
    must(roster_json_read(reply.body, world->rig.arena, &json, &err), &err);
    snprintf(id, UUID_TEXT_LEN + 1, "%.*s", STR_ARGS(json_find_text(json, STR("id"))));
}

bool world_begin(struct world *world, str letters)
{
    char id[UUID_TEXT_LEN + 1];
    if (open_world == NULL) {
        open_store(world);
        open_world = world;
    }
    world->inputs++;
    world->federated = false;
    world->access[0] = '\0';
    world->cursor[0] = '\0';
    add_tenant(world, TENANT_A);
    add_tenant(world, TENANT_B);
    add_credential(world, FULL_A, (str){0});
    make_first(world, FULL_A, "/scim/v2/Users",
               "{\"userName\":\"" MARKER_HIDDEN "\",\"displayName\":\"" MARKER_HIDDEN "\"}", id);
    for (size_t at = FULL_A + 1; at < SENDERS; at++) {
        add_credential(world, at, str_of(id));
    }
    make_first(world, FULL_B, "/scim/v2/Users",
               "{\"userName\":\"" MARKER_B "\",\"displayName\":\"" MARKER_B "\"}", id);
    return set_up(world, letters);
}

void world_end(struct world *world)
{
    check_chain(world, world->numbers[TENANT_A]);
    check_chain(world, world->numbers[TENANT_B]);
    check_journal(world);
    if (world->inputs == STORE_INPUTS) {
        close_store(world);
    }
}

void world_keep_access(struct world *world, str token)
{
    struct credential *access = &world->credentials[world_sender('t')];
    if (token.len < sizeof(world->access)) {
        memcpy(world->access, token.ptr, token.len);
        world->access[token.len] = '\0';
        snprintf(access->header, sizeof(access->header), "Bearer %.*s", STR_ARGS(token));
    }
}

struct rig_reply world_send(struct world *world, size_t sender, str method, str path,
                            const struct http_header *headers, size_t count, str body)
{
    struct http_header all[HTTP_HEADERS_MAX];
    size_t all_count = 0;
    const char *authorization = world->credentials[sender].header;
    if (authorization[0] != '\0') {
        all[all_count++] = (struct http_header){STR("Authorization"), str_of(authorization)};
    }
    for (size_t at = 0; at < count && all_count < COUNT_OF(all); at++) {
        all[all_count++] = headers[at];
    }
    world->noted += senders[sender].tenant != NO_TENANT && str_starts_nocase(path, STR("/scim/"));
    rig_clock(&world->rig, world->rig.stopped_ms + CLOCK_MS);
    rig_skip(&world->rig, CLOCK_MS * INT64_C(1000));
    return rig_send(&world->rig, method, path, all, all_count, body);
}
