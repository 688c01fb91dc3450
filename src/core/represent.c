// represent.c: splicing stored documents into answers.
// SPDX-License-Identifier: Apache-2.0
#include "core/represent.h"

#include "base/time.h"
#include "core/document.h"
#include "core/links.h"
#include "core/location.h"
#include "core/sight.h"

// The derived parts of one resource, gathered before anything is written.
struct derived {
    str manager_id;  // empty: no manager, or unknown in this tenant
    str manager_display;
    size_t manager_end;  // byte behind the manager's value in the document
    struct group_list groups;
    uint32_t hash;
};

void represent_init(struct representation *rep, const struct context *ctx,
                    const struct roster_resource_type *type, const struct projection *projection)
{
    uint32_t shown = projection == NULL ? type->known_shown : projection_known(projection, type);
    *rep = (struct representation){
        .ctx = ctx,
        .type = type,
        .projection = projection,
        .shown = shown,
        .members_left = MEMBERS_INLINE_MAX,
    };
}

static bool shows(const struct representation *rep, enum known_attr attr)
{
    return (rep->shown >> attr & 1) != 0;
}

bool represent_wants_groups(const struct representation *rep)
{
    return shows(rep, KNOWN_GROUPS);
}

static uint32_t mix(uint32_t hash, str text)
{
    uint64_t wide = str_hash(text, hash);
    uint32_t folded = (uint32_t)(wide ^ wide >> 32);
    return folded == 0 ? 1 : folded;  // 0 means: nothing derived
}

static void hash_groups(struct derived *derived)
{
    for (size_t at = 0; at < derived->groups.count; at++) {
        const struct group_row *group = &derived->groups.rows[at];
        derived->hash = mix(derived->hash, group->id);
        derived->hash = mix(derived->hash, group->display);
        derived->hash = mix(derived->hash, group->direct ? STR("d") : STR("i"));
    }
}

static enum store_outcome derive_manager(const struct representation *rep,
                                         const struct resource_row *row, struct derived *derived)
{
    const struct context *ctx = rep->ctx;
    struct resource_row manager = {0};
    str id = {0};
    if (!document_manager(row, ctx->arena, &id, &derived->manager_end)) {
        return STORE_OK;
    }
    enum store_outcome got = resource_find_head(ctx->conn, ctx->actor->tenant, TYPE_NUMBER_USER, id,
                                                ctx->arena, &manager);
    got = sight_of(ctx, got, &manager);
    if (got == STORE_OK) {
        derived->manager_id = manager.id;
        derived->manager_display = manager.display;
        derived->hash = mix(derived->hash, manager.display);
    }
    return got == STORE_NONE ? STORE_OK : got;
}

static enum store_outcome derive(const struct representation *rep, const struct resource_row *row,
                                 const struct group_list *groups, struct derived *derived)
{
    const struct context *ctx = rep->ctx;
    if (row->manager_at > 0 && shows(rep, KNOWN_MANAGER)) {
        enum store_outcome got = derive_manager(rep, row, derived);
        if (got != STORE_OK) {
            return got;
        }
    }
    if (represent_wants_groups(rep)) {
        if (groups != NULL) {
            derived->groups = *groups;
        } else {
            enum store_outcome got =
                groups_of(ctx->conn, ctx->actor->tenant, row->row, ctx->arena, &derived->groups);
            if (got != STORE_OK && got != STORE_NONE) {
                return got;
            }
        }
        sight_groups(ctx, &derived->groups);
        hash_groups(derived);
    }
    return STORE_OK;
}

static void write_manager_parts(struct text *out, const struct context *ctx,
                                const struct derived *derived)
{
    text_lit(out, ",\"$ref\":\"");
    location_write(out, ctx->base, STR("/Users"), derived->manager_id);
    text_lit(out, "\"");
    if (derived->manager_display.len > 0) {
        text_lit(out, ",\"displayName\":");
        json_write_string(out, derived->manager_display);
    }
}

// The stored text without its last brace.
static void splice_document(struct text *out, const struct context *ctx,
                            const struct resource_row *row, const struct derived *derived)
{
    str rest = str_head(row->document, row->document.len - 1);
    if (derived->manager_id.len > 0) {
        text_add(out, str_head(rest, derived->manager_end));
        write_manager_parts(out, ctx, derived);
        rest = str_tail(rest, derived->manager_end);
    }
    text_add(out, rest);
}

static bool add_manager_parts(const struct context *ctx, const struct derived *derived,
                              struct roster_json *resource)
{
    struct roster_json *manager = document_find_manager(resource);
    str reference = {0};
    if (manager == NULL || derived->manager_id.len == 0) {
        return true;
    }
    return location_make(ctx->arena, ctx->base, STR("/Users"), derived->manager_id, &reference) &&
           json_put_string(manager, ctx->arena, STR("$ref"), reference) &&
           (derived->manager_display.len == 0 ||
            json_put_string(manager, ctx->arena, STR("displayName"), derived->manager_display));
}

// The visible part of the document without its last brace. False when the arena is full.
static bool project_document(struct text *out, const struct representation *rep,
                             const struct resource_row *row, const struct derived *derived)
{
    const struct context *ctx = rep->ctx;
    struct scope scope = context_scope(ctx, rep->type);
    struct roster_json *resource = NULL;
    struct roster_error err = {0};
    if (!roster_json_read(row->document, ctx->arena, &resource, &err) ||
        !add_manager_parts(ctx, derived, resource) ||
        !links_show(ctx, rep->type, ctx->arena, resource)) {
        return false;
    }
    struct roster_json *visible = projection_apply(rep->projection, &scope, resource, ctx->written);
    if (visible == NULL) {
        return false;
    }
    json_write(out, visible);
    if (!out->full) {
        out->len--;
    }
    return !out->full;
}

static void write_groups(struct text *out, const struct representation *rep,
                         const struct group_list *groups)
{
    bool value = shows(rep, KNOWN_GROUPS_VALUE);
    bool reference = shows(rep, KNOWN_GROUPS_REF);
    bool display = shows(rep, KNOWN_GROUPS_DISPLAY);
    bool type = shows(rep, KNOWN_GROUPS_TYPE);
    text_lit(out, ",\"groups\":[");
    for (size_t at = 0; at < groups->count; at++) {
        const struct group_row *group = &groups->rows[at];
        const char *comma = "";
        text_add(out, at == 0 ? STR("{") : STR(",{"));
        if (value) {
            text_lit(out, "\"value\":");
            json_write_string(out, group->id);
            comma = ",";
        }
        if (reference) {
            text_add(out, str_of(comma));
            text_lit(out, "\"$ref\":\"");
            location_write(out, rep->ctx->base, STR("/Groups"), group->id);
            text_char(out, '"');
            comma = ",";
        }
        if (display && group->display.len > 0) {
            text_add(out, str_of(comma));
            text_lit(out, "\"display\":");
            json_write_string(out, group->display);
            comma = ",";
        }
        if (type) {
            text_add(out, str_of(comma));
            text_add(out,
                     group->direct ? STR("\"type\":\"direct\"") : STR("\"type\":\"indirect\""));
        }
        text_char(out, '}');
    }
    text_char(out, ']');
}

static unsigned member_parts(const struct representation *rep)
{
    return (shows(rep, KNOWN_MEMBERS_VALUE) ? MEMBER_VALUE : 0u) |
           (shows(rep, KNOWN_MEMBERS_REF) ? MEMBER_REF : 0u) |
           (shows(rep, KNOWN_MEMBERS_TYPE) ? MEMBER_TYPE : 0u) |
           (shows(rep, KNOWN_MEMBERS_DISPLAY) ? MEMBER_DISPLAY : 0u);
}

// Members that fit are written; larger groups become a piece that is pulled.
static enum store_outcome write_members(struct representation *rep, const struct resource_row *row,
                                        struct answer *answer)
{
    const struct context *ctx = rep->ctx;
    unsigned parts = member_parts(rep);
    struct member_page page = {0};
    enum store_outcome got = sight_page(ctx, row->row, 0, rep->members_left + 1,
                                        (parts & MEMBER_DISPLAY) != 0, ctx->arena, &page);
    if (got != STORE_OK && got != STORE_NONE) {
        return got;
    }
    if (page.count == 0 && !page.more) {
        rep->members_left -= page.looked;
        return STORE_OK;
    }
    text_lit(&answer->text, ",\"members\":[");
    if (!page.more) {
        answer_write_members(&answer->text, ctx, page.rows, page.count, parts, true);
        rep->members_left -= page.looked;
    } else {
        rep->too_large |= !ctx->snapshot;
        answer_members(answer, row->row, parts);
    }
    text_char(&answer->text, ']');
    return STORE_OK;
}

static void write_time(struct text *out, str name, int64_t ms, const char **comma)
{
    char text[TIME_TEXT_LEN];
    time_print(ms, text);
    text_add(out, str_of(*comma));
    text_char(out, '"');
    text_add(out, name);
    text_lit(out, "\":\"");
    text_add(out, (str){text, sizeof(text)});
    text_char(out, '"');
    *comma = ",";
}

static void write_meta(struct text *out, const struct representation *rep,
                       const struct resource_row *row, const struct etag *tag)
{
    const char *comma = "";
    if (!shows(rep, KNOWN_META)) {
        return;
    }
    text_lit(out, ",\"meta\":{");
    if (shows(rep, KNOWN_META_TYPE)) {
        text_lit(out, "\"resourceType\":");
        json_write_string(out, rep->type->name);
        comma = ",";
    }
    if (shows(rep, KNOWN_META_CREATED)) {
        write_time(out, STR("created"), row->created_ms, &comma);
    }
    if (shows(rep, KNOWN_META_MODIFIED)) {
        write_time(out, STR("lastModified"), row->modified_ms, &comma);
    }
    if (shows(rep, KNOWN_META_LOCATION)) {
        text_add(out, str_of(comma));
        text_lit(out, "\"location\":\"");
        if (rep->location.len > 0) {
            text_add(out, rep->location);
        } else {
            location_write(out, rep->ctx->base, rep->type->endpoint, row->id);
        }
        text_char(out, '"');
        comma = ",";
    }
    if (shows(rep, KNOWN_META_VERSION)) {
        text_add(out, str_of(comma));
        text_lit(out, "\"version\":");
        json_write_string(out, etag_str(tag));
    }
    text_char(out, '}');
}

enum store_outcome represent_write(struct representation *rep, const struct resource_row *row,
                                   const struct group_list *groups, struct answer *answer,
                                   struct etag *tag)
{
    struct derived derived = {0};
    enum store_outcome got = derive(rep, row, groups, &derived);
    if (got != STORE_OK) {
        return got;
    }
    *tag = etag_make(row->revision, derived.hash);
    text_reserve(&answer->text, row->document.len + 512);
    if (rep->projection == NULL && !rep->type->hides && !rep->type->links) {
        splice_document(&answer->text, rep->ctx, row, &derived);
    } else if (!project_document(&answer->text, rep, row, &derived)) {
        answer->full = true;
        return STORE_FAILED;
    }
    if (row->external_id.len > 0 && shows(rep, KNOWN_EXTERNAL_ID)) {
        text_lit(&answer->text, ",\"externalId\":");
        json_write_string(&answer->text, row->external_id);
    }
    if (derived.groups.count > 0) {
        write_groups(&answer->text, rep, &derived.groups);
    }
    if (shows(rep, KNOWN_MEMBERS)) {
        got = write_members(rep, row, answer);
        if (got != STORE_OK) {
            return got;
        }
    }
    write_meta(&answer->text, rep, row, tag);
    text_char(&answer->text, '}');
    return STORE_OK;
}

static bool put_time(struct roster_json *object, struct roster_arena *arena, str name, int64_t ms)
{
    char text[TIME_TEXT_LEN];
    str copy = {0};
    time_print(ms, text);
    return arena_copy(arena, (str){text, sizeof(text)}, &copy) &&
           json_put_string(object, arena, name, copy);
}

static bool put_meta(const struct context *ctx, const struct roster_resource_type *type,
                     const struct resource_row *row, struct roster_arena *arena,
                     struct roster_json *resource)
{
    struct roster_json *meta = json_new(arena, JSON_OBJECT);
    struct etag tag = etag_make(row->revision, 0);
    str location = {0};
    str version = {0};
    if (meta == NULL || !json_put_string(meta, arena, STR("resourceType"), type->name) ||
        !put_time(meta, arena, STR("created"), row->created_ms) ||
        !put_time(meta, arena, STR("lastModified"), row->modified_ms) ||
        !location_make(arena, ctx->base, type->endpoint, row->id, &location) ||
        !json_put_string(meta, arena, STR("location"), location) ||
        !arena_copy(arena, etag_str(&tag), &version) ||
        !json_put_string(meta, arena, STR("version"), version)) {
        return false;
    }
    json_replace(resource, STR("meta"), meta);
    return true;
}

// One element of `groups` or `members`.
struct link {
    str value;
    str endpoint;  // empty: its resource type is gone
    str type;
    str display;
};

static bool push_link(const struct context *ctx, struct roster_json *array,
                      struct roster_arena *arena, const struct link *link)
{
    struct roster_json *element = json_new(arena, JSON_OBJECT);
    str ref = {0};
    if (element == NULL || !location_make(arena, ctx->base, link->endpoint, link->value, &ref) ||
        !json_put_string(element, arena, STR("value"), link->value) ||
        (link->endpoint.len > 0 && !json_put_string(element, arena, STR("$ref"), ref)) ||
        !json_put_string(element, arena, STR("type"), link->type) ||
        (link->display.len > 0 &&
         !json_put_string(element, arena, STR("display"), link->display))) {
        return false;
    }
    json_push(array, element);
    return true;
}

static enum store_outcome put_groups(const struct context *ctx, const struct resource_row *row,
                                     struct roster_arena *arena, struct roster_json *resource)
{
    struct group_list groups = {0};
    struct roster_json *array = json_new(arena, JSON_ARRAY);
    enum store_outcome got = groups_of(ctx->conn, ctx->actor->tenant, row->row, arena, &groups);
    if (got == STORE_NONE) {
        return STORE_OK;
    }
    if (got != STORE_OK || array == NULL) {
        return got == STORE_OK ? STORE_FAILED : got;
    }
    sight_groups(ctx, &groups);
    for (size_t at = 0; at < groups.count; at++) {
        const struct group_row *group = &groups.rows[at];
        struct link link = {group->id, STR("/Groups"),
                            group->direct ? STR("direct") : STR("indirect"), group->display};
        if (!push_link(ctx, array, arena, &link)) {
            return STORE_FAILED;
        }
    }
    json_replace(resource, STR("groups"), array);
    return STORE_OK;
}

static enum store_outcome put_members(const struct context *ctx, const struct resource_row *row,
                                      struct roster_arena *arena, struct roster_json *resource)
{
    struct member_page page = {0};
    struct roster_json *array = json_new(arena, JSON_ARRAY);
    enum store_outcome got =
        sight_page(ctx, row->row, 0, MEMBERS_FILTER_MAX + 1, true, arena, &page);
    if (got == STORE_NONE) {
        return STORE_OK;
    }
    if (got != STORE_OK || array == NULL || page.more) {
        return got != STORE_OK ? got : (array == NULL ? STORE_FAILED : STORE_TIMEOUT);
    }
    for (size_t at = 0; at < page.count; at++) {
        const struct member_row *member = &page.rows[at];
        const struct roster_resource_type *type =
            registry_type_number(ctx->view->registry, member->type);
        struct link link = {member->id, type == NULL ? (str){0} : type->endpoint,
                            context_type_name(ctx, member->type), member->display};
        if (!push_link(ctx, array, arena, &link)) {
            return STORE_FAILED;
        }
    }
    json_replace(resource, STR("members"), array);
    return STORE_OK;
}

static enum store_outcome put_manager(const struct context *ctx, const struct resource_row *row,
                                      struct roster_arena *arena, struct roster_json *resource)
{
    struct context inner = *ctx;
    struct representation rep = {.ctx = &inner};
    struct derived derived = {0};
    inner.arena = arena;
    enum store_outcome got = derive_manager(&rep, row, &derived);
    if (got == STORE_OK && !add_manager_parts(&inner, &derived, resource)) {
        return STORE_FAILED;
    }
    return got;
}

enum store_outcome represent_tree(const struct context *ctx,
                                  const struct roster_resource_type *type,
                                  const struct resource_row *row, unsigned parts,
                                  struct roster_arena *arena, struct roster_json **out)
{
    struct roster_error err = {0};
    if (!roster_json_read(row->document, arena, out, &err) ||
        !put_meta(ctx, type, row, arena, *out) || !links_show(ctx, type, arena, *out) ||
        (row->external_id.len > 0 &&
         !json_put_string(*out, arena, STR("externalId"), row->external_id))) {
        return STORE_FAILED;
    }
    enum store_outcome got = STORE_OK;
    if (parts & TREE_MANAGER) {
        got = put_manager(ctx, row, arena, *out);
    }
    if (got == STORE_OK && parts & TREE_GROUPS) {
        got = put_groups(ctx, row, arena, *out);
    }
    if (got == STORE_OK && parts & TREE_MEMBERS) {
        got = put_members(ctx, row, arena, *out);
    }
    return got;
}
