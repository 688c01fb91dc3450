// search.c: planning a query and writing its ListResponse.
//
// A loop thread runs only what is bounded by one page of index rows; everything else is deferred
// to a worker, which runs the same code under a deadline.
// SPDX-License-Identifier: Apache-2.0
#include "core/search.h"

#include "core/query.h"
#include "core/sight.h"

static bool parse_filter(struct query *q, struct search_part *part, struct roster_error *err)
{
    const struct search_request *request = q->call->request;
    struct roster_quirks lenient = *q->ctx->quirks;
    struct scope scope = context_scope(q->ctx, part->type);
    if (!request->has_filter) {
        return true;
    }
    if (q->call->type == NULL) {
        // RFC 7644 section 3.4.2.1: at the base an attribute that a type lacks has no value.
        lenient.on |= UINT64_C(1) << ROSTER_QUIRK_UNKNOWN_FILTER_ATTRIBUTE;
        scope.quirks = &lenient;
    }
    if (!filter_parse(&scope, request->filter, &part->filter, err)) {
        if (err->code == ROSTER_ERR_SENSITIVE && q->call->in_body) {
            err->code = ROSTER_ERR_INVALID_FILTER;
        }
        return false;
    }
    q->ctx->quirks->used |= lenient.used & q->ctx->quirks->on;
    return true;
}

static bool refuse_sort(str name, struct roster_error *err)
{
    return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "sortBy: resources cannot be sorted by \"%.*s\"",
                STR_ARGS(name));
}

static bool parse_sort(struct query *q, struct search_part *part, struct path *sort,
                       struct roster_error *err)
{
    str name = q->call->request->sort_by;
    struct scope scope = context_scope(q->ctx, part->type);
    if (name.len == 0) {
        return true;
    }
    if (!path_parse_name(&scope, name, sort, err)) {
        return refuse_sort(name, err);
    }
    if (sort->unknown) {
        // Another type may have it (at the base); at one endpoint it is a mistake.
        return q->call->type == NULL || refuse_sort(name, err);
    }
    if (sort->attr == NULL) {
        return refuse_sort(name, err);
    }
    if (sort->attr->type == ATTR_COMPLEX && sort->sub == NULL) {
        sort->sub = sort->attr->multi_valued ? attr_sub(sort->attr, STR("value")) : NULL;
    }
    const struct attr *leaf = sort->sub != NULL ? sort->sub : sort->attr;
    if (leaf->type == ATTR_COMPLEX || leaf->type == ATTR_BINARY || leaf->returned == ATTR_NEVER) {
        return refuse_sort(name, err);
    }
    part->sort = sort;
    return true;
}

static bool parse_order(struct query *q, struct roster_error *err)
{
    str order = q->call->request->sort_order;
    q->page.descending = str_equal_nocase(order, STR("descending"));
    if (order.len > 0 && !q->page.descending && !str_equal_nocase(order, STR("ascending"))) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "sortOrder must be \"ascending\" or \"descending\"");
    }
    return true;
}

const struct cursor_binding *query_binding(struct query *q)
{
    const struct actor *actor = q->ctx->actor;
    const struct cursor_scope scope = {
        .tenant = actor->tenant,
        .credential = actor->credential,
        .type = q->call->type == NULL ? 0 : q->call->type->number,
        .in_body = q->call->in_body,
        .request = q->call->request,
    };
    if (!q->bound) {
        q->binding = cursor_bind(&scope);
        q->bound = true;
    }
    return &q->binding;
}

struct walk_key query_walk_key(struct query *q, int64_t index)
{
    return (struct walk_key){
        .binding = *query_binding(q),
        .index = index,
        .connection = q->ctx->connection,
        .now_ms = env_now_ms(q->ctx->env),
        .descending = q->page.descending,
    };
}

static bool parse_cursor(struct query *q, struct roster_error *err)
{
    const struct context *ctx = q->ctx;
    struct cursor_text given = {
        .text = q->call->request->cursor,
        .now_ms = env_now_ms(ctx->env),
        .count = q->page.limit,
    };
    if (given.text.len == 0) {
        return true;
    }
    if (!cursor_parse(ctx->keys, query_binding(q), &given, ctx->arena, &q->cursor, err)) {
        return false;
    }
    q->page.backward = q->cursor.backward;
    q->page.from = q->cursor.edge ? NULL : &q->cursor.place;
    return true;
}

// Where an earlier page said that this one begins.
static void find_walk(struct query *q)
{
    if (q->start_index == 1) {
        return;
    }
    struct walk_key key = query_walk_key(q, q->start_index);
    if (walks_find(q->ctx->walks, &key, q->ctx->arena, &q->walk)) {
        q->page.from = &q->walk.place;
        q->page.skip = 0;
    }
}

static bool parse_page(struct query *q, struct roster_error *err)
{
    const struct search_request *request = q->call->request;
    int64_t count = request->has_count ? request->count : PAGE_DEFAULT;
    if (request->has_cursor && request->has_start_index) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "send cursor or startIndex, not both");
    }
    q->by_cursor = request->has_cursor;
    q->start_index =
        request->has_start_index && request->start_index > 1 ? request->start_index : 1;
    q->page.skip = q->start_index - 1;
    q->page.limit = (size_t)(count < 0 ? 0 : (count > PAGE_MAX ? PAGE_MAX : count));
    if (q->by_cursor) {
        return parse_cursor(q, err);
    }
    find_walk(q);
    return true;
}

static bool parse_part(struct query *q, const struct roster_resource_type *type,
                       struct roster_error *err)
{
    const struct search_request *request = q->call->request;
    struct search_part *part = &q->parts[q->part_count];
    struct scope scope = context_scope(q->ctx, type);
    part->type = type;
    if (!parse_filter(q, part, err) || !parse_sort(q, part, &q->sorts[q->part_count], err) ||
        !projection_parse(&scope, request->attributes, request->excluded,
                          &q->projections[q->part_count], err)) {
        return false;
    }
    q->sorted |= part->sort != NULL;
    q->part_count++;
    return true;
}

static bool parse_parts(struct query *q, struct roster_error *err)
{
    const struct roster_registry *registry = q->ctx->view->registry;
    if (q->call->type != NULL) {
        return parse_part(q, q->call->type, err);
    }
    assert(registry->type_count <= PARTS_MAX);
    // At the base, what the credential may not read is not there.
    for (size_t at = 0; at < registry->type_count; at++) {
        if (scope_may_read(&q->ctx->actor->scope, registry->types[at].number) &&
            !parse_part(q, &registry->types[at], err)) {
            return false;
        }
    }
    return q->part_count > 0 ||
           fail(err, ROSTER_ERR_FORBIDDEN, 0, "this credential may read no resource type");
}

// Types come one after the other: a page is in one of them, done with some, and before others.
static void begin_in_turn(const struct query *q, struct search_part *part, struct search *search)
{
    const struct place *from = q->page.from;
    int order = from == NULL ? 0 : part->type->number - from->type;
    part->place_type = part->type->number;
    part->skipped = q->page.backward ? order > 0 : order < 0;
    search->from = order == 0 ? from : NULL;
}

// All resources of a type without the attribute stand where values are absent, in order of rows.
static void begin_absent(const struct query *q, struct search_part *part, struct search *search)
{
    const struct place *from = q->page.from;
    bool down = q->page.descending != q->page.backward;
    part->lacks_sort = true;
    part->skipped = from != NULL && !from->absent && down;
    search->from = from != NULL && from->absent ? from : NULL;
    search->backward = down;
}

static bool compile_part(struct query *q, struct search_part *part, struct roster_error *err)
{
    const struct context *ctx = q->ctx;
    struct search search = {
        .tenant = ctx->actor->tenant,
        .source = ctx->actor->source,
        .owned = sight_is_limited(ctx, part->type),
        .owner = ctx->actor->owner,
        .type = part->type,
        .indexes = context_indexes(ctx, part->type),
        .filter = part->filter,
        .sort = part->sort,
        .descending = q->page.descending,
        .backward = q->page.backward,
    };
    if (!q->sorted) {
        begin_in_turn(q, part, &search);
    } else if (part->sort != NULL) {
        search.from = q->page.from;
    } else {
        begin_absent(q, part, &search);
    }
    if (q->sorted && q->part_count > 1 && !q->by_cursor) {
        search.from = NULL;  // all are put in order in memory
        part->skipped = false;
    }
    part->begun = search.from != NULL;
    part->whole = part->filter == NULL && !search.owned;
    if (!search_compile(ctx->store, &search, ctx->arena, &part->plan, err)) {
        return false;
    }
    part->traits = search_traits(part->plan);
    return true;
}

static bool parse(struct query *q, struct roster_error *err)
{
    if (!parse_order(q, err) || !parse_page(q, err) || !parse_parts(q, err)) {
        return false;
    }
    q->page.descending &= q->sorted;
    for (size_t at = 0; at < q->part_count; at++) {
        if (!compile_part(q, &q->parts[at], err)) {
            return false;
        }
    }
    return true;
}

// The groups of all users of the page at once; NULL where no answer shows them.
static enum store_outcome fetch_groups(const struct query *q, const struct found_page *found,
                                       struct group_list **out)
{
    const struct context *ctx = q->ctx;
    int64_t *members = arena_array(ctx->arena, found->count + 1, sizeof(*members));
    *out = arena_array(ctx->arena, found->count + 1, sizeof(**out));
    if (members == NULL || *out == NULL) {
        return STORE_FAILED;
    }
    for (size_t at = 0; at < found->count; at++) {
        members[at] = found->items[at].row.row;
    }
    return groups_of_each(ctx->conn, ctx->actor->tenant, members, found->count, ctx->arena, *out);
}

static void write_cursor(struct text *out, const char *before, str cursor)
{
    if (cursor.len > 0) {
        text_add(out, str_of(before));
        text_add(out, cursor);
        text_char(out, '"');
    }
}

static void write_head(const struct query *q, const struct found_page *found, struct text *out)
{
    text_lit(out, "{\"schemas\":[\"");
    text_add(out, URI_LIST);
    text_lit(out, "\"],");
    if (!q->uncounted) {
        text_lit(out, "\"totalResults\":");
        text_i64(out, found->total);
        text_char(out, ',');
    }
    if (!q->by_cursor) {
        text_lit(out, "\"startIndex\":");
        text_i64(out, q->start_index);
        text_char(out, ',');
    }
    text_lit(out, "\"itemsPerPage\":");
    text_i64(out, (int64_t)found->count);
    write_cursor(out, ",\"previousCursor\":\"", q->previous);
    write_cursor(out, ",\"nextCursor\":\"", q->next);
    text_lit(out, ",\"Resources\":[");
}

// About what the items will take: growing a text copies it.
static size_t items_len(const struct found_page *found, const struct group_list *groups)
{
    enum { DERIVED_LEN = 512, GROUP_LEN = 192 };
    size_t len = 0;
    for (size_t at = 0; at < found->count; at++) {
        len += found->items[at].row.document.len + DERIVED_LEN;
        len += groups == NULL ? 0 : groups[at].count * GROUP_LEN;
    }
    return len;
}

static enum store_outcome write_items(const struct query *q, const struct found_page *found,
                                      struct answer *answer, bool *too_large)
{
    struct group_list *groups = NULL;
    struct representation rep = {.members_left = MEMBERS_PAGE_MAX};
    for (size_t at = 0; at < found->count; at++) {
        const struct found *item = &found->items[at];
        struct etag tag;
        enum store_outcome got = STORE_OK;
        if (at == 0 || item->part != found->items[at - 1].part) {
            size_t members_left = rep.members_left;
            represent_init(&rep, q->ctx, item->part->type, q->projections[item->part - q->parts]);
            rep.members_left = members_left;
        }
        if (groups == NULL && represent_wants_groups(&rep)) {
            got = fetch_groups(q, found, &groups);
        }
        if (got != STORE_OK && got != STORE_NONE) {
            return got;
        }
        if (at == 0) {
            text_reserve(&answer->text, items_len(found, groups));
        } else {
            text_char(&answer->text, ',');
        }
        got = represent_write(&rep, &item->row, groups == NULL ? NULL : &groups[at], answer, &tag);
        *too_large |= rep.too_large;
        if (got != STORE_OK || *too_large) {
            return got;
        }
    }
    return STORE_OK;
}

static enum outcome write_list(const struct query *q, const struct found_page *found,
                               struct search_result *out, struct roster_error *err)
{
    bool too_large = false;
    answer_init(&out->answer, q->ctx->arena);
    write_head(q, found, &out->answer.text);
    enum store_outcome got = write_items(q, found, &out->answer, &too_large);
    text_lit(&out->answer.text, "]}");
    if (!answer_end(&out->answer)) {
        fail(err, ROSTER_ERR_TOO_MANY, 0, "the page is too large: ask for fewer with count");
        return OUTCOME_REFUSED;
    }
    if (got != STORE_OK) {
        return outcome_of_read(q->ctx, got, err);
    }
    out->total = found->total;
    out->items = found->count;
    return too_large ? OUTCOME_STREAM : OUTCOME_DONE;
}

static enum outcome find(struct query *q, struct found_page *found, struct search_result *out,
                         struct roster_error *err)
{
    int64_t steps = q->ctx->on_worker ? SEARCH_STEPS_MAX : SEARCH_STEPS_INLINE;
    q->budget.left = steps;
    // A page of none is asked for its total, which only the other way counts whatever it costs.
    enum outcome outcome = q->by_cursor && q->page.limit > 0 ? find_by_cursor(q, found, err)
                                                             : find_by_index(q, found, err);
    out->steps = steps - q->budget.left;
    return outcome;
}

enum outcome search_run(const struct context *ctx, const struct search_call *call,
                        struct search_result *out, struct roster_error *err)
{
    struct query *q = arena_alloc(ctx->arena, sizeof(*q));
    struct found_page found = {0};
    out->steps = 0;
    if (q == NULL) {
        fail_memory(err);
        return OUTCOME_REFUSED;
    }
    q->ctx = ctx;
    q->call = call;
    q->page.budget = &q->budget;
    if (!parse(q, err)) {
        return OUTCOME_REFUSED;
    }
    enum outcome outcome = find(q, &found, out, err);
    return outcome == OUTCOME_DONE ? write_list(q, &found, out, err) : outcome;
}
