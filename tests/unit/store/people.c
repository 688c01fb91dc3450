// people.c: random users, groups and filters.
// SPDX-License-Identifier: Apache-2.0
#include "store/people.h"

#include "base/time.h"

static const char *const names[] = {
    "anna",         "Anna",          "ANNA",         "annabel", "bert", "Bj\xc3\xb6rn", "bjorn",
    "BJ\xc3\x96RN", "stra\303\237e", "STRASSE",      "x",       "%",    "a_b",          "o'hara",
    "zo\\\"e",      "\xc3\xa9mile",  "e\xcc\x81mile"};
static const char *const kinds[] = {"work", "home", "Work", "other"};
static const char *const numbers[] = {"1", "10", "2", "007", "A-1", "a-1"};
static const char *const text_operators[] = {"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"};

uint64_t crowd_random(struct crowd *crowd, uint64_t below)
{
    crowd->seed ^= crowd->seed << 13;
    crowd->seed ^= crowd->seed >> 7;
    crowd->seed ^= crowd->seed << 17;
    return crowd->seed % below;
}

static const char *pick(struct crowd *crowd, const char *const list[], size_t count)
{
    return list[crowd_random(crowd, count)];
}

#define PICK(crowd, list) pick(crowd, list, COUNT_OF(list))

static bool one_in(struct crowd *crowd, uint64_t count)
{
    return crowd_random(crowd, count) == 0;
}

// Long texts of one name share a beginning that is longer than what an index row keeps.
static void add_text(struct crowd *crowd, struct text *out, const char *value)
{
    text_add(out, str_of(value));
    int more = crowd->long_values && one_in(crowd, 6) ? 200 + (int)crowd_random(crowd, 100) : 0;
    for (int at = 0; at < more; at++) {
        text_char(out, 'l');
    }
}

// `own`, when it is not empty, is the userName: as in life it often is the address, too.
static void add_emails(struct crowd *crowd, struct text *out, str own)
{
    uint64_t count = crowd_random(crowd, 4);
    if (count == 0) {
        return;
    }
    text_lit(out, ",\"emails\":[");
    for (uint64_t at = 0; at < count; at++) {
        text_add(out, at == 0 ? (str){0} : STR(","));
        text_lit(out, "{\"primary\":false");
        if (own.len > 0 && one_in(crowd, 2)) {
            text_format(out, ",\"value\":\"%.*s\"", STR_ARGS(own));
        } else if (!one_in(crowd, 8)) {
            text_lit(out, ",\"value\":\"");
            add_text(crowd, out, one_in(crowd, 10) ? "" : PICK(crowd, names));
            text_format(out, "@%s\"", one_in(crowd, 2) ? "corp.example" : "home.example");
        }
        if (!one_in(crowd, 4)) {
            text_format(out, ",\"type\":\"%s\"", PICK(crowd, kinds));
        }
        text_char(out, '}');
    }
    text_char(out, ']');
}

static void add_enterprise(struct crowd *crowd, struct text *out)
{
    text_lit(out, ",\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\":{");
    text_format(out, "\"employeeNumber\":\"%s\"", PICK(crowd, numbers));
    if (crowd->user_count > 0 && one_in(crowd, 2)) {
        const struct resource_row *manager =
            &crowd->users[crowd_random(crowd, crowd->user_count < 5 ? crowd->user_count : 5)];
        text_format(out, ",\"manager\":{\"value\":\"%.*s\"}", STR_ARGS(manager->id));
    }
    text_char(out, '}');
}

static str user_text(struct crowd *crowd, size_t number)
{
    struct text out;
    text_init(&out, crowd->rig->arena, MIB(1));
    text_format(&out, "{\"userName\":\"%s%zu", PICK(crowd, names), number);
    add_text(crowd, &out, one_in(crowd, 2) ? "@corp.example" : "");
    str own = str_tail(text_str(&out), strlen("{\"userName\":\""));
    assert_true(arena_copy(crowd->rig->arena, own, &own));
    text_lit(&out, "\"");
    if (!one_in(crowd, 5)) {
        text_lit(&out, ",\"displayName\":\"");
        add_text(crowd, &out, one_in(crowd, 12) ? "" : PICK(crowd, names));
        text_lit(&out, "\"");
    }
    if (!one_in(crowd, 6)) {
        text_format(&out, ",\"active\":%s", one_in(crowd, 3) ? "false" : "true");
    }
    if (one_in(crowd, 3)) {
        text_format(&out, ",\"title\":\"%s\"", PICK(crowd, names));
    }
    add_emails(crowd, &out, one_in(crowd, 2) ? own : (str){0});
    if (one_in(crowd, 2)) {
        add_enterprise(crowd, &out);
    }
    text_lit(&out, "}");
    text_char(&out, '\0');
    assert_false(out.full);
    return str_of(out.ptr);
}

static struct resource_row add_one(struct crowd *crowd, const struct given_resource *given)
{
    struct resource_row row;
    crowd->rig->now_ms += (int64_t)crowd_random(crowd, 3) * 500;
    assert_int_equal(rig_insert(crowd->rig, given, &row), STORE_OK);
    return row;
}

static void add_users(struct crowd *crowd, size_t count)
{
    struct rig *rig = crowd->rig;
    int64_t source = 0;
    int64_t other = rig_tenant(rig, "other", &source);
    rig_begin(rig);
    for (size_t at = 0; at < count; at++) {
        char external[32];
        snprintf(external, sizeof(external), "%s%zu", PICK(crowd, names), at % 7);
        str kept = {0};
        assert_true(arena_copy(rig->arena, str_of(external), &kept));
        struct given_resource given = {.json = user_text(crowd, at).ptr};
        given.external_id = one_in(crowd, 3) ? NULL : kept.ptr;
        if (one_in(crowd, 9)) {
            char id[32];
            snprintf(id, sizeof(id), "imported-%zu", at);
            assert_true(arena_copy(rig->arena, str_of(id), &kept));
            given.id = kept.ptr;
        }
        crowd->users[crowd->user_count] = add_one(crowd, &given);
        crowd->user_count++;
        given.tenant = other;
        (void)add_one(crowd, &given);
    }
    rig_commit(rig);
}

static void add_member(struct crowd *crowd, const struct resource_row *group,
                       const struct resource_row *member)
{
    struct member_row row = {member->row, member->type, member->id, {0}};
    enum store_outcome got =
        member_insert(crowd->rig->writer, crowd->rig->tenant, group->row, &row);
    assert_true(got == STORE_OK || got == STORE_TAKEN);
}

static void add_groups(struct crowd *crowd, size_t count)
{
    struct rig *rig = crowd->rig;
    rig_begin(rig);
    for (size_t at = 0; at < count; at++) {
        str json = {0};
        assert_true(one_in(crowd, 6) ? arena_format(rig->arena, &json, "{}")
                                     : arena_format(rig->arena, &json, "{\"displayName\":\"%s\"}",
                                                    PICK(crowd, names)));
        crowd->groups[crowd->group_count++] =
            add_one(crowd, &(struct given_resource){.type = rig->group, .json = json.ptr});
    }
    for (size_t at = 0; at < count * 6; at++) {
        const struct resource_row *group = &crowd->groups[crowd_random(crowd, count)];
        bool nested = one_in(crowd, 5);
        add_member(crowd, group,
                   nested ? &crowd->groups[crowd_random(crowd, count)]
                          : &crowd->users[crowd_random(crowd, crowd->user_count)]);
    }
    rig_commit(rig);
}

void crowd_make(struct crowd *crowd, size_t users, size_t groups)
{
    crowd->users = arena_array(crowd->rig->arena, users, sizeof(*crowd->users));
    crowd->groups = arena_array(crowd->rig->arena, groups, sizeof(*crowd->groups));
    add_users(crowd, users);
    add_groups(crowd, groups);
}

static void put_time(struct crowd *crowd, struct roster_json *meta, str name, int64_t ms)
{
    char text[TIME_TEXT_LEN];
    str kept = {0};
    time_print(ms, text);
    assert_true(arena_copy(crowd->rig->arena, (str){text, sizeof(text)}, &kept));
    assert_true(json_put_string(meta, crowd->rig->arena, name, kept));
}

static void put_value(struct crowd *crowd, struct roster_json *list, str id)
{
    struct roster_json *element = json_new(crowd->rig->arena, JSON_OBJECT);
    assert_true(json_put_string(element, crowd->rig->arena, STR("value"), id));
    json_push(list, element);
}

static void put_members(struct crowd *crowd, struct roster_json *list, int64_t group)
{
    struct rig *rig = crowd->rig;
    struct member_row *members = NULL;
    size_t count = 0;
    assert_int_equal(
        member_page(rig->reader, rig->tenant, group, 0, 1000, false, rig->arena, &members, &count),
        STORE_OK);
    for (size_t at = 0; at < count; at++) {
        put_value(crowd, list, members[at].id);
    }
}

static void put_groups(struct crowd *crowd, struct roster_json *list, int64_t member)
{
    struct rig *rig = crowd->rig;
    struct group_list groups = {0};
    assert_int_equal(groups_of(rig->reader, rig->tenant, member, rig->arena, &groups), STORE_OK);
    for (size_t at = 0; at < groups.count; at++) {
        put_value(crowd, list, groups.rows[at].id);
    }
}

struct roster_json *crowd_view(struct crowd *crowd, const struct roster_resource_type *type,
                               const struct resource_row *row)
{
    struct rig *rig = crowd->rig;
    struct roster_error err = {0};
    struct roster_json *resource = NULL;
    struct roster_json *meta = json_new(rig->arena, JSON_OBJECT);
    struct roster_json *list = json_new(rig->arena, JSON_ARRAY);
    assert_true(roster_json_read(row->document, rig->arena, &resource, &err));
    assert_true(json_put_string(resource, rig->arena, STR("id"), row->id));
    if (row->external_id.len > 0) {
        assert_true(json_put_string(resource, rig->arena, STR("externalId"), row->external_id));
    }
    assert_true(json_put_string(meta, rig->arena, STR("resourceType"), type->name));
    put_time(crowd, meta, STR("created"), row->created_ms);
    put_time(crowd, meta, STR("lastModified"), row->modified_ms);
    json_put(resource, STR("meta"), meta);
    if (type == rig->group) {
        put_members(crowd, list, row->row);
        json_put(resource, STR("members"), list);
    } else {
        put_groups(crowd, list, row->row);
        json_put(resource, STR("groups"), list);
    }
    return resource;
}

static str some_id(struct crowd *crowd)
{
    if (one_in(crowd, 8)) {
        return STR("nobody");
    }
    return one_in(crowd, 2) ? crowd->users[crowd_random(crowd, crowd->user_count)].id
                            : crowd->groups[crowd_random(crowd, crowd->group_count)].id;
}

static void add_text_term(struct crowd *crowd, struct text *out, const char *name)
{
    if (one_in(crowd, 8)) {
        text_format(out, "%s pr", name);
        return;
    }
    const char *value = one_in(crowd, 15) ? "" : PICK(crowd, names);
    text_format(out, "%s %s \"%s", name, PICK(crowd, text_operators), value);
    if (one_in(crowd, 4)) {
        text_format(out, "%d", (int)crowd_random(crowd, 10));
    }
    if (one_in(crowd, 6)) {
        text_lit(out, "@corp.example");
    }
    if (crowd->long_values && one_in(crowd, 5)) {
        for (uint64_t at = 200 + crowd_random(crowd, 100); at > 0; at--) {
            text_char(out, 'l');
        }
    }
    text_char(out, '"');
}

static void add_brackets(struct crowd *crowd, struct text *out)
{
    static const char *const inner[] = {"and", "or"};
    text_lit(out, "emails[");
    text_add(out, one_in(crowd, 8) ? STR("not (") : (str){0});
    bool negated = out->ptr[out->len - 1] == '(';
    add_text_term(crowd, out, "value");
    text_add(out, negated ? STR(")") : (str){0});
    if (!one_in(crowd, 3)) {
        text_format(out, " %s type %s \"%s\"", PICK(crowd, inner), one_in(crowd, 4) ? "ne" : "eq",
                    PICK(crowd, kinds));
    }
    if (one_in(crowd, 6)) {
        text_lit(out, " and primary eq false");
    }
    text_char(out, ']');
}

static void add_time_term(struct crowd *crowd, struct text *out)
{
    static const char *const operators[] = {"eq", "ne", "gt", "ge", "lt", "le"};
    char time[TIME_TEXT_LEN];
    time_print(crowd->users[crowd_random(crowd, crowd->user_count)].modified_ms, time);
    text_format(out, "meta.lastModified %s \"%.*s\"", PICK(crowd, operators), TIME_TEXT_LEN, time);
}

static void add_other_term(struct crowd *crowd, struct text *out, bool user)
{
    static const char *const active[] = {"active eq true", "active eq false", "active ne true",
                                         "active ne false", "active pr"};
    static const char *const types[] = {"meta.resourceType eq \"User\"",
                                        "meta.resourceType ne \"User\"", "meta.resourceType pr",
                                        "id pr", "externalId pr"};
    const char *edges = user ? "groups" : "members";
    switch (crowd_random(crowd, 7)) {
    case 0:
        text_add(out, str_of(user ? PICK(crowd, active) : "displayName pr"));
        break;
    case 1:
        text_add(out, str_of(PICK(crowd, types)));
        break;
    case 2:
        text_format(out, "%s.value eq \"%.*s\"", edges, STR_ARGS(some_id(crowd)));
        break;
    case 3:
        text_format(out, "%s[value eq \"%.*s\"]", edges, STR_ARGS(some_id(crowd)));
        break;
    case 4:
        text_format(out, one_in(crowd, 2) ? "%s pr" : "%s.value pr", edges);
        break;
    case 5:
        text_format(out, "id %s \"%.*s\"", one_in(crowd, 4) ? "sw" : "eq",
                    STR_ARGS(some_id(crowd)));
        break;
    default:
        add_time_term(crowd, out);
        break;
    }
}

static void add_term(struct crowd *crowd, struct text *out, bool user)
{
    static const char *const user_names[] = {
        "userName",
        "displayName",
        "emails.value",
        "emails",
        "title",
        "externalId",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber"};
    static const char *const group_names[] = {"displayName", "externalId"};
    if (one_in(crowd, 3)) {
        add_other_term(crowd, out, user);
    } else if (user && one_in(crowd, 4)) {
        add_brackets(crowd, out);
    } else if (user && one_in(crowd, 10)) {
        text_format(out, "manager.value eq \"%.*s\"",
                    STR_ARGS(crowd->users[crowd_random(crowd, 6)].id));
    } else {
        add_text_term(crowd, out, user ? PICK(crowd, user_names) : PICK(crowd, group_names));
    }
}

static void add_filter(struct crowd *crowd, struct text *out, bool user, int depth)
{
    uint64_t shape = depth == 0 ? 0 : crowd_random(crowd, 6);
    if (shape < 3) {
        add_term(crowd, out, user);
        return;
    }
    if (shape == 3) {
        text_lit(out, "not (");
        add_filter(crowd, out, user, depth - 1);
        text_lit(out, ")");
        return;
    }
    for (uint64_t at = 0, count = 2 + crowd_random(crowd, 3); at < count; at++) {
        text_add(out, at == 0 ? (str){0} : (shape == 4 ? STR(" and ") : STR(" or ")));
        text_lit(out, "(");
        add_filter(crowd, out, user, depth - 1);
        text_lit(out, ")");
    }
}

str crowd_filter(struct crowd *crowd, const struct roster_resource_type *type)
{
    struct text out;
    text_init(&out, crowd->rig->arena, MIB(1));
    add_filter(crowd, &out, type == crowd->rig->user, (int)crowd_random(crowd, 4));
    assert_false(out.full);
    return text_str(&out);
}
