// search.c: planning a query and writing its ListResponse.
//
// A loop thread runs only what is bounded by one page of index rows; everything else is deferred
// to a worker, which runs the same code under a deadline.
// SPDX-License-Identifier: Apache-2.0
#include "core/search.h"

#include "core/collect.h"

enum { PARTS_MAX = TYPES_TENANT_MAX + 2 };

struct query {
    const struct context *ctx;
    const struct search_call *call;
    struct search_part parts[PARTS_MAX];
    size_t part_count;
    const struct projection *projections[PARTS_MAX];
    struct path sorts[PARTS_MAX];
    struct page page;
    int64_t start_index;
};

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

static void parse_page(struct query *q)
{
    const struct search_request *request = q->call->request;
    int64_t count = request->has_count ? request->count : PAGE_DEFAULT;
    q->start_index =
        request->has_start_index && request->start_index > 1 ? request->start_index : 1;
    q->page.skip = q->start_index - 1;
    q->page.limit = (size_t)(count < 0 ? 0 : (count > PAGE_MAX ? PAGE_MAX : count));
}

static bool add_part(struct query *q, const struct roster_resource_type *type,
                     struct roster_error *err)
{
    const struct context *ctx = q->ctx;
    const struct search_request *request = q->call->request;
    struct search_part *part = &q->parts[q->part_count];
    struct scope scope = context_scope(ctx, type);
    part->type = type;
    if (!parse_filter(q, part, err) || !parse_sort(q, part, &q->sorts[q->part_count], err) ||
        !projection_parse(&scope, request->attributes, request->excluded,
                          &q->projections[q->part_count], err)) {
        return false;
    }
    struct search search = {
        .tenant = ctx->actor->tenant,
        .source = ctx->actor->source,
        .type = type,
        .indexes = context_indexes(ctx, type),
        .filter = part->filter,
        .sort = part->sort,
        .descending = q->page.descending,
    };
    if (!search_compile(ctx->store, &search, ctx->arena, &part->plan, err)) {
        return false;
    }
    part->traits = search_traits(part->plan);
    q->part_count++;
    return true;
}

static bool add_parts(struct query *q, struct roster_error *err)
{
    const struct roster_registry *registry = q->ctx->view->registry;
    if (q->call->type != NULL) {
        return add_part(q, q->call->type, err);
    }
    assert(registry->type_count <= PARTS_MAX);
    for (size_t at = 0; at < registry->type_count; at++) {
        if (!add_part(q, &registry->types[at], err)) {
            return false;
        }
    }
    return true;
}

// Whether the store alone gives the page: what it finds is right and in the right order.
static bool is_direct(const struct query *q)
{
    for (size_t at = 0; at < q->part_count; at++) {
        const struct search_part *part = &q->parts[at];
        if (!part->traits.exact || !part->traits.sorted ||
            (q->part_count > 1 && part->sort != NULL)) {
            return false;
        }
    }
    return true;
}

// Whether a loop thread may do it: only probes, or a shallow page of everything.
static bool is_inline(const struct query *q)
{
    for (size_t at = 0; at < q->part_count; at++) {
        const struct search_part *part = &q->parts[at];
        bool shallow = q->page.skip <= PAGE_DEPTH_INLINE && part->traits.exact &&
                       part->traits.sorted &&
                       (part->filter == NULL || part->traits.cost == SEARCH_INDEX);
        if (part->traits.cost != SEARCH_POINT && !shallow) {
            return false;
        }
    }
    return true;
}

// Whether the candidates of every part are few enough to be looked at one by one on a loop.
static bool is_few(const struct query *q)
{
    for (size_t at = 0; at < q->part_count; at++) {
        int64_t count = 0;
        if (search_count(q->ctx->conn, q->parts[at].plan, COLLECT_INLINE_MAX, &count) != STORE_OK ||
            count > COLLECT_INLINE_MAX) {
            return false;
        }
    }
    return true;
}

static enum outcome count_part(const struct query *q, const struct search_part *part,
                               int64_t *count, struct roster_error *err)
{
    const struct context *ctx = q->ctx;
    bool bounded = !ctx->on_worker && part->filter != NULL;
    enum store_outcome got =
        search_count(ctx->conn, part->plan, bounded ? COUNT_INLINE_MAX : 0, count);
    if (got != STORE_OK && got != STORE_NONE) {
        return outcome_of_store(got, err);
    }
    return bounded && *count > COUNT_INLINE_MAX ? OUTCOME_DEFER : OUTCOME_DONE;
}

// One part's rows of the page; `skip` counts within the part.
static enum outcome page_part(const struct query *q, const struct search_part *part, int64_t skip,
                              struct found_page *found, struct roster_error *err)
{
    struct resource_row *rows = NULL;
    size_t count = 0;
    size_t left = q->page.limit - found->count;
    if (left == 0) {
        return OUTCOME_DONE;
    }
    enum store_outcome got =
        search_page(q->ctx->conn, part->plan, skip, 0, left, q->ctx->arena, &rows, &count);
    if (got != STORE_OK && got != STORE_NONE) {
        return outcome_of_store(got, err);
    }
    for (size_t at = 0; at < count; at++) {
        found->items[found->count++] = (struct found){rows[at], part};
    }
    return OUTCOME_DONE;
}

static enum outcome find_direct(const struct query *q, struct found_page *found,
                                struct roster_error *err)
{
    found->items = arena_array(q->ctx->arena, q->page.limit + 1, sizeof(*found->items));
    if (found->items == NULL) {
        fail_memory(err);
        return OUTCOME_REFUSED;
    }
    for (size_t at = 0; at < q->part_count; at++) {
        int64_t count = 0;
        enum outcome outcome = count_part(q, &q->parts[at], &count, err);
        if (outcome != OUTCOME_DONE) {
            return outcome;
        }
        int64_t skip = q->page.skip > found->total ? q->page.skip - found->total : 0;
        found->total += count;
        outcome = skip < count ? page_part(q, &q->parts[at], skip, found, err) : OUTCOME_DONE;
        if (outcome != OUTCOME_DONE) {
            return outcome;
        }
    }
    return OUTCOME_DONE;
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

static void write_head(const struct query *q, const struct found_page *found, struct text *out)
{
    text_lit(out, "{\"schemas\":[\"");
    text_add(out, URI_LIST);
    text_lit(out, "\"],\"totalResults\":");
    text_i64(out, found->total);
    text_lit(out, ",\"startIndex\":");
    text_i64(out, q->start_index);
    text_lit(out, ",\"itemsPerPage\":");
    text_i64(out, (int64_t)found->count);
    text_lit(out, ",\"Resources\":[");
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
        if (at > 0) {
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
    text_reserve(&out->answer.text, 512 + 2048 * found->count);
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

enum outcome search_run(const struct context *ctx, const struct search_call *call,
                        struct search_result *out, struct roster_error *err)
{
    struct query *q = arena_alloc(ctx->arena, sizeof(*q));
    struct found_page found = {0};
    if (q == NULL) {
        fail_memory(err);
        return OUTCOME_REFUSED;
    }
    q->ctx = ctx;
    q->call = call;
    parse_page(q);
    if (!parse_order(q, err) || !add_parts(q, err)) {
        return OUTCOME_REFUSED;
    }
    if (!ctx->on_worker && !is_inline(q)) {
        return OUTCOME_DEFER;
    }
    if (!ctx->on_worker && !is_direct(q) && !is_few(q)) {
        return OUTCOME_DEFER;
    }
    enum outcome outcome = is_direct(q)
                               ? find_direct(q, &found, err)
                               : collect(ctx, q->parts, q->part_count, &q->page, &found, err);
    return outcome == OUTCOME_DONE ? write_list(q, &found, out, err) : outcome;
}
