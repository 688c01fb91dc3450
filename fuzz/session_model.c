// session_model.c: looks behind each request.
// SPDX-License-Identifier: Apache-2.0
#include "fuzz/session_model.h"

#include "fuzz/session_answer.h"

#include <stdio.h>
#include <string.h>

enum { PAGES_MAX = 20, PAGE_SIZE = 3, PEOPLE_MAX = 64, TRIES_MAX = 3 };

static size_t full_of(int tenant)
{
    return tenant == TENANT_A ? FULL_A : FULL_B;
}

static uint64_t hash_of(str text)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t at = 0; at < text.len; at++) {
        hash = (hash ^ (unsigned char)text.ptr[at]) * UINT64_C(1099511628211);
    }
    return hash;
}

static uint64_t hash_of_content(struct roster_json *json, struct roster_arena *arena)
{
    str text = {0};
    struct roster_json *meta = json_find(json, STR("meta"));
    if (meta != NULL) {
        json_remove(json, meta);
    }
    bool printed = roster_json_print(json, arena, &text);
    assert(printed);
    return hash_of(text);
}

// A read of the model, which waits where others may not.
static struct rig_reply ask(struct world *world, int tenant, const char *target)
{
    struct rig_reply reply = {.status = 429};
    for (int times = 0; times < TRIES_MAX && reply.status == 429; times++) {
        rig_skip(&world->rig, times * INT64_C(1000000) * RATE_UNITS_MAX);
        reply = world_send(world, full_of(tenant), STR("GET"), str_of(target), NULL, 0, (str){0});
    }
    return reply;
}

static struct view look(struct world *world, int tenant, const char *path)
{
    char target[PATH_BYTES + 16];
    struct view view = {0};
    struct roster_json *json = NULL;
    struct roster_error err = {0};
    snprintf(target, sizeof(target), "/scim/v2/%s", path);
    struct rig_reply reply = ask(world, tenant, target);
    view.status = reply.status;
    if (reply.status == 200) {
        bool read = roster_json_read(reply.body, world->rig.arena, &json, &err);
        assert(read);
        snprintf(view.tag, sizeof(view.tag), "%.*s", STR_ARGS(answer_header(reply.reply, "ETag")));
        view.whole = hash_of(reply.body);
        view.content = hash_of_content(json, world->rig.arena);
        assert(view.tag[0] != '\0');
    }
    return view;
}

// "Users/ID" of ".../scim/v2/Users/ID".
static str tail_of(str location)
{
    size_t at = location.len;
    for (int slashes = 0; at > 0; at--) {
        slashes += location.ptr[at - 1] == '/';
        if (slashes == 2) {
            break;
        }
    }
    return str_tail(location, at);
}

static void learn(struct model *model, struct world *world, int tenant, str location)
{
    str path = tail_of(location);
    size_t count = model->count[tenant];
    if (count == KNOWN_MAX || path.len == 0 || path.len >= PATH_BYTES) {
        return;
    }
    for (size_t at = 0; at < count; at++) {
        if (str_equal(path, str_of(model->known[tenant][at].path))) {
            return;
        }
    }
    struct known *known = &model->known[tenant][count];
    *known = (struct known){0};
    memcpy(known->path, path.ptr, path.len);
    known->view = look(world, tenant, known->path);
    model->count[tenant]++;
}

str model_id(const struct model *model, int tenant, size_t n)
{
    str type = {0};
    str id = {0};
    if (n < model->count[tenant]) {
        str_cut(str_of(model->known[tenant][n].path), '/', &type, &id);
    }
    return id;
}

static void learn_all(struct model *model, struct world *world, int tenant, const char *target)
{
    char found[KNOWN_MAX][PATH_BYTES];
    size_t count = 0;
    struct roster_json *json = NULL;
    struct roster_error err = {0};
    struct rig_reply reply = ask(world, tenant, target);
    bool read = roster_json_read(reply.body, world->rig.arena, &json, &err);
    assert(reply.status == 200 && read);
    const struct roster_json *list = json_find(json, STR("Resources"));
    const struct roster_json *one = json_is(list, JSON_ARRAY) ? list->first : NULL;
    for (; one != NULL && count < KNOWN_MAX; one = one->next) {
        str location = json_find_text(json_find(one, STR("meta")), STR("location"));
        snprintf(found[count++], PATH_BYTES, "%.*s", STR_ARGS(location));
    }
    for (size_t at = 0; at < count; at++) {
        learn(model, world, tenant, str_of(found[at]));
    }
}

void model_begin(struct model *model, struct world *world)
{
    memset(model, 0, sizeof(*model));
    learn_all(model, world, TENANT_A, "/scim/v2/Users");
    learn_all(model, world, TENANT_B, "/scim/v2/Users");
    assert(model->count[TENANT_A] == 1 && model->count[TENANT_B] == 1);
}

static bool is_bulk(const struct asked *asked)
{
    return str_contains(asked->path, STR("/Bulk")) || str_contains(asked->path, STR("/bulk"));
}

static bool reads(const struct asked *asked)
{
    return str_equal(asked->method, STR("GET")) || str_equal(asked->method, STR("HEAD")) ||
           str_equal(asked->method, STR("OPTIONS"));
}

// Whether the answer acknowledges that the resource was deleted.
static bool is_deleted(const struct asked *asked, int status, const struct roster_json *answer,
                       const char *path)
{
    str id = {0};
    str type = {0};
    str_cut(str_of(path), '/', &type, &id);
    if (str_equal(asked->method, STR("DELETE"))) {
        return status == 204 &&
               (str_contains(asked->path, id) || str_contains(asked->path, STR("/Me")) ||
                str_contains(asked->path, STR("/me")));
    }
    const struct roster_json *list = json_find(answer, STR("Operations"));
    const struct roster_json *one = json_is(list, JSON_ARRAY) ? list->first : NULL;
    for (; one != NULL; one = one->next) {
        if (str_equal_nocase(json_find_text(one, STR("method")), STR("DELETE")) &&
            str_equal(json_find_text(one, STR("status")), STR("204")) &&
            str_contains(json_find_text(one, STR("location")), id)) {
            return true;
        }
    }
    return false;
}

// What only other sources see, or nobody, changes versions too.
static bool may_change_unseen(const struct asked *asked)
{
    const struct sender *sender = &senders[asked->sender];
    return sender->source[0] != '\0' || is_bulk(asked) || str_contains(asked->body, STR("assword"));
}

static void check(struct world *world, const struct asked *asked, int tenant, int status,
                  const struct roster_json *answer, struct known *known)
{
    struct view now = look(world, tenant, known->path);
    bool deleted = is_deleted(asked, status, answer, known->path);
    if (known->dead || now.status != 200) {
        assert(now.status == 404);
        assert(known->dead || deleted);
        known->dead = true;
        return;
    }
    assert(!deleted || str_equal(asked->method, STR("POST")));
    bool same = strcmp(now.tag, known->view.tag) == 0;
    bool refused = status >= 400 && !is_bulk(asked);
    assert(same || !(reads(asked) || refused));
    assert(!same || now.whole == known->view.whole);
    assert(same || now.content != known->view.content || may_change_unseen(asked));
    known->view = now;
}

static void learn_made(struct model *model, struct world *world, int tenant,
                       const struct roster_json *answer, str location)
{
    if (location.len > 0) {
        learn(model, world, tenant, location);
    }
    const struct roster_json *list = json_find(answer, STR("Operations"));
    const struct roster_json *one = json_is(list, JSON_ARRAY) ? list->first : NULL;
    for (; one != NULL; one = one->next) {
        if (str_equal(json_find_text(one, STR("status")), STR("201"))) {
            learn(model, world, tenant, json_find_text(one, STR("location")));
        }
    }
}

void model_after(struct model *model, struct world *world, const struct asked *asked, int status,
                 const struct roster_json *answer, str location)
{
    int tenant = senders[asked->sender].tenant;
    if (tenant == NO_TENANT) {
        tenant = TENANT_A;
    }
    for (size_t at = 0; at < model->count[tenant]; at++) {
        check(world, asked, tenant, status, answer, &model->known[tenant][at]);
    }
    if (status < 300 && str_equal(asked->method, STR("POST"))) {
        size_t before = model->count[tenant];
        learn_made(model, world, tenant, answer, location);
        // What one request made, the same may have changed or deleted again, but a single creation.
        for (size_t at = before; at < model->count[tenant]; at++) {
            struct known *known = &model->known[tenant][at];
            known->dead = known->view.status != 200;
            assert(!known->dead || (is_bulk(asked) && known->view.status == 404));
        }
    }
}

// ---- the end

struct ids {
    uint64_t hashes[PEOPLE_MAX];
    size_t count;
};

// One page; `next` gets what the next one asks for.
static void read_page(struct world *world, const char *target, struct ids *out, int64_t *total,
                      char next[CURSOR_TEXT_MAX + 1])
{
    struct roster_json *json = NULL;
    struct roster_error err = {0};
    struct rig_reply reply = ask(world, TENANT_A, target);
    bool read = roster_json_read(reply.body, world->rig.arena, &json, &err);
    assert(reply.status == 200 && read);
    const struct roster_json *list = json_find(json, STR("Resources"));
    const struct roster_json *one = json_is(list, JSON_ARRAY) ? list->first : NULL;
    for (; one != NULL && out->count < PEOPLE_MAX; one = one->next) {
        out->hashes[out->count++] = hash_of(json_find_text(one, STR("id")));
    }
    const struct roster_json *number = json_find(json, STR("totalResults"));
    bool is_counted = json_is(number, JSON_NUMBER) && str_to_i64(number->text, total);
    assert(is_counted);
    snprintf(next, CURSOR_TEXT_MAX + 1, "%.*s", STR_ARGS(json_find_text(json, STR("nextCursor"))));
}

static void walk(struct world *world, bool by_cursor, struct ids *out)
{
    char cursor[CURSOR_TEXT_MAX + 1] = "";
    char target[CURSOR_TEXT_MAX + 64];
    int64_t total = 0;
    for (int page = 0; page < PAGES_MAX; page++) {
        if (by_cursor) {
            snprintf(target, sizeof(target), "/scim/v2/Users?count=%d&cursor=%s", PAGE_SIZE,
                     cursor);
        } else {
            snprintf(target, sizeof(target), "/scim/v2/Users?count=%d&startIndex=%d", PAGE_SIZE,
                     PAGE_SIZE * page + 1);
        }
        size_t before = out->count;
        read_page(world, target, out, &total, cursor);
        // A client stops at the end: indexes behind it may be those of another walk of its.
        if (out->count == before ||
            (by_cursor ? cursor[0] == '\0' : PAGE_SIZE * (page + INT64_C(1)) >= total)) {
            break;
        }
    }
    assert((int64_t)out->count == total || total > PAGE_SIZE * INT64_C(1) * PAGES_MAX);
}

static size_t count_in(const struct ids *ids, uint64_t hash)
{
    size_t count = 0;
    for (size_t at = 0; at < ids->count; at++) {
        count += ids->hashes[at] == hash;
    }
    return count;
}

static void check_pages(const struct model *model, struct world *world)
{
    struct ids by_cursor = {0};
    struct ids by_index = {0};
    walk(world, true, &by_cursor);
    walk(world, false, &by_index);
    assert(by_cursor.count == by_index.count);
    for (size_t at = 0; at < by_cursor.count; at++) {
        assert(by_cursor.hashes[at] == by_index.hashes[at]);
        assert(count_in(&by_cursor, by_cursor.hashes[at]) == 1);
    }
    for (size_t at = 0; at < model->count[TENANT_A]; at++) {
        const struct known *known = &model->known[TENANT_A][at];
        bool person = str_starts_nocase(str_of(known->path), STR("Users/"));
        size_t shown = count_in(&by_cursor, hash_of(model_id(model, TENANT_A, at)));
        assert(shown == (size_t)(person && !known->dead) || by_cursor.count == PEOPLE_MAX);
    }
}

void model_end(struct model *model, struct world *world, bool b_asked)
{
    check_pages(model, world);
    for (size_t at = 0; at < model->count[TENANT_B] && !b_asked; at++) {
        const struct known *known = &model->known[TENANT_B][at];
        struct view now = look(world, TENANT_B, known->path);
        assert(now.status == 200 && now.whole == known->view.whole);
    }
}
