// sources.c: sources come, get their policy, and go.
// SPDX-License-Identifier: Apache-2.0
#include "core/sources.h"

#include "base/limits.h"
#include "core/admin_context.h"

struct work {
    const struct admin *admin;
    const struct source_request *request;
    struct admin_context context;
    int64_t tenant;
    struct source_view *out;
    int64_t taken;
    struct roster_error *err;
};

static bool begin(struct work *w)
{
    if (!admin_context_begin(w->admin, w->request->tenant, true, &w->context, w->err)) {
        return false;
    }
    w->tenant = w->context.actor.tenant;
    return true;
}

// STORE_NONE: there is none of that name.
static enum store_outcome find(const struct work *w, str name, struct source_row *out)
{
    struct source_row *row = NULL;
    enum store_outcome got = source_list(w->admin->writer, w->tenant, w->admin->arena, &row);
    while (row != NULL && !str_equal(row->name, name)) {
        row = row->next;
    }
    if (got == STORE_OK && row != NULL) {
        *out = *row;
    }
    return got == STORE_OK && row == NULL ? STORE_NONE : got;
}

static bool find_named(const struct work *w, str name, struct source_row *out)
{
    enum store_outcome got = find(w, name, out);
    if (got == STORE_NONE) {
        return fail(w->err, ROSTER_ERR_NOT_FOUND, 0, "the tenant has no source \"%.*s\"",
                    STR_ARGS(str_head(name, name.len < 100 ? name.len : 100)));
    }
    return got == STORE_OK || admin_refuse(got, w->err);
}

static bool fill_view(const struct admin *admin, int64_t tenant, struct source_view *view,
                      struct roster_error *err)
{
    view->is_default = source_owner(&view->row) == 0;
    enum store_outcome got =
        source_count(admin->writer != NULL ? admin->writer : admin->reader, tenant, &view->row,
                     env_now_ms(admin->env), &view->counts);
    return got == STORE_OK ? policy_read(view->row.policy, admin->arena, &view->policy, err)
                           : admin_refuse(got, err);
}

static bool list_tenant(const struct admin *admin, const struct tenant_row *tenant,
                        struct source_view ***tail, struct roster_error *err)
{
    struct source_row *row = NULL;
    enum store_outcome got = source_list(admin->writer, tenant->tenant, admin->arena, &row);
    if (got != STORE_OK) {
        return admin_refuse(got, err);
    }
    for (; row != NULL; row = row->next) {
        struct source_view *view = arena_alloc(admin->arena, sizeof(*view));
        if (view == NULL) {
            return fail_memory(err);
        }
        view->tenant = tenant->name;
        view->row = *row;
        if (!fill_view(admin, tenant->tenant, view, err)) {
            return false;
        }
        **tail = view;
        *tail = &view->next;
    }
    return true;
}

static bool list_all(const struct admin *admin, struct source_view ***tail,
                     struct roster_error *err)
{
    struct tenant_row *tenant = NULL;
    enum store_outcome got = tenant_list(admin->writer, admin->arena, &tenant);
    if (got != STORE_OK) {
        return admin_refuse(got, err);
    }
    for (; tenant != NULL; tenant = tenant->next) {
        if (!list_tenant(admin, tenant, tail, err)) {
            return false;
        }
    }
    return true;
}

bool sources_list(const struct admin *admin, str tenant, struct source_view **first,
                  struct roster_error *err)
{
    struct source_view **tail = first;
    struct tenant_row row = {0};
    *first = NULL;
    if (!admin_begin(admin, err)) {
        return false;
    }
    bool listed = tenant.len == 0 ? list_all(admin, &tail, err)
                                  : admin_tenant(admin, tenant, &row, err) &&
                                        list_tenant(admin, &row, &tail, err);
    return listed ? admin_done(admin) : admin_undo(admin, false);
}

// An attribute of User as it is written in documents: "title", "urn:...:User:department".
static bool name_attribute(const struct work *w, struct roster_json *word)
{
    const struct context *ctx = &w->context.ctx;
    struct path path = {0};
    struct roster_quirks strict = {0};
    struct scope scope = context_scope(ctx, roster_registry_type(ctx->view->registry, STR("User")));
    struct roster_error ignored = {0};
    scope.quirks = &strict;
    bool found = path_parse_name(&scope, word->text, &path, &ignored) && !path.unknown &&
                 path.attr != NULL && path.sub == NULL && path.attr->schema != NULL &&
                 path.attr->mutability != ATTR_READ_ONLY;
    if (!found) {
        return fail(w->err, ROSTER_ERR_INVALID_VALUE, 0,
                    "owns: User has no attribute \"%.*s\" that clients write",
                    STR_ARGS(word->text));
    }
    return path.extension == NULL
               ? arena_copy(ctx->arena, path.attr->name, &word->text)
               : arena_format(ctx->arena, &word->text, "%.*s:%.*s", STR_ARGS(path.extension->id),
                              STR_ARGS(path.attr->name));
}

static bool name_attributes(const struct work *w, const struct roster_json *json)
{
    const struct roster_json *list = json_find(json, STR("owns"));
    struct roster_json *word = list == NULL ? NULL : list->first;
    while (word != NULL && name_attribute(w, word)) {
        word = word->next;
    }
    return word == NULL;
}

// The policy with the settings of the request in it.
static bool make_policy(const struct work *w, struct source_row *row)
{
    const struct source_request *request = w->request;
    struct roster_arena *arena = w->admin->arena;
    struct roster_json *json = NULL;
    bool ok = row->policy.len == 0 || roster_json_read(row->policy, arena, &json, w->err);
    json = json == NULL ? json_new(arena, JSON_OBJECT) : json;
    if (!ok || json == NULL) {
        return ok ? fail_memory(w->err) : false;
    }
    for (size_t at = 0; at < request->count; at++) {
        if (!policy_put(json, &request->settings[at], arena, w->err)) {
            return false;
        }
    }
    if (!name_attributes(w, json)) {
        return false;
    }
    row->policy = (str){0};
    return json->count == 0 || roster_json_print(json, arena, &row->policy) || fail_memory(w->err);
}

static bool refuse_shared(const struct work *w, const char *what, str word,
                          const struct policy *other)
{
    return fail(w->err, ROSTER_ERR_UNIQUENESS, 0,
                "the %s %.*s belongs to the source \"%.*s\" already: take it from that one first",
                what, STR_ARGS(word), STR_ARGS(other->source->name));
}

// What belongs to one source can belong to no other.
static bool check_shared(const struct work *w, const struct policy *own, const struct policy *first)
{
    size_t count = 0;
    for (const struct policy *other = first; other != NULL; other = other->next) {
        count++;
        if (other->source->source == own->source->source) {
            continue;
        }
        const struct roster_json *word = own->domains == NULL ? NULL : own->domains->first;
        for (; word != NULL; word = word->next) {
            if (policy_lists(other->domains, word->text)) {
                return refuse_shared(w, "domain", word->text, other);
            }
        }
        word = own->owns == NULL ? NULL : own->owns->first;
        for (; word != NULL; word = word->next) {
            if (policy_lists(other->owns, word->text)) {
                return refuse_shared(w, "attribute", word->text, other);
            }
        }
    }
    return count <= POLICIES_TENANT_MAX ||
           fail(w->err, ROSTER_ERR_INVALID_VALUE, 0, "at most %d sources of a tenant have a policy",
                POLICIES_TENANT_MAX);
}

// A walk over the people of a domain that is claimed.
struct claim {
    struct work *w;
    const struct policy *first;
    bool broken;
};

// Gives one person to whom the addresses say.
static bool take(void *ctx, int64_t number)
{
    struct claim *claim = ctx;
    const struct admin *admin = claim->w->admin;
    struct arena_mark mark = arena_mark(admin->arena);
    struct resource_row row = {0};
    struct roster_json *person = NULL;
    struct domain *domains = NULL;
    struct roster_error ignored = {0};
    int64_t tenant = claim->w->tenant;
    claim->broken =
        resource_load(admin->writer, tenant, number, 0, admin->arena, &row) != STORE_OK ||
        !roster_json_read(row.document, admin->arena, &person, &ignored) ||
        !policy_domains(claim->first, person, admin->arena, &domains);
    const struct domain *claimed = claim->broken ? NULL : domain_claimed(domains);
    int64_t owner = claimed == NULL ? row.owner : source_owner(claimed->claimed->source);
    if (owner != row.owner) {
        claim->broken = resource_set_owner(admin->writer, tenant, number, owner) != STORE_OK;
        claim->w->taken++;
    }
    arena_rewind(admin->arena, mark);
    return !claim->broken;
}

static bool take_people(struct work *w, const struct policy *own, const struct policy *first)
{
    struct claim claim = {.w = w, .first = first};
    const struct roster_json *domain = own->domains == NULL ? NULL : own->domains->first;
    for (; domain != NULL; domain = domain->next) {
        enum store_outcome got =
            source_claimed(w->admin->writer, w->tenant, domain->text, take, &claim);
        if (got != STORE_OK || claim.broken) {
            return admin_refuse(got == STORE_OK ? STORE_FAILED : got, w->err);
        }
    }
    return true;
}

// The row with its new policy, everywhere it has to be.
static bool save(struct work *w, const struct source_row *row)
{
    struct policy *first = NULL;
    struct roster_arena *arena = w->admin->arena;
    enum store_outcome got = source_save(w->admin->writer, w->tenant, row);
    if (got == STORE_OK) {
        got = policies_load(w->admin->writer, w->tenant, arena, &first);
    }
    if (got != STORE_OK) {
        return admin_refuse(got, w->err);
    }
    const struct policy *own = first;
    while (own != NULL && own->source->source != row->source) {
        own = own->next;
    }
    return own == NULL || (check_shared(w, own, first) && take_people(w, own, first));
}

static bool record(struct work *w, const struct source_row *row, str before, str after)
{
    struct change change = {
        .kind = CHANGE_SOURCE, .id = row->name, .before = before, .after = after};
    return admin_record(w->admin, w->tenant, &change, w->err);
}

// `row` is in the store without what the request says of it.
static bool apply(struct work *w, struct source_row *row, bool fresh)
{
    str before = row->policy;
    if (!make_policy(w, row)) {
        return false;
    }
    if (!fresh && str_equal(before, row->policy)) {
        return true;
    }
    str shown = row->policy.len == 0 ? STR("{}") : row->policy;
    return save(w, row) &&
           record(w, row, fresh ? (str){0} : (before.len == 0 ? STR("{}") : before), shown);
}

static bool end(struct work *w, bool done, const struct source_row *row, int64_t *taken)
{
    *w->out = (struct source_view){.tenant = w->request->tenant, .row = *row};
    *taken = w->taken;
    if (!done || !fill_view(w->admin, w->tenant, w->out, w->err)) {
        return admin_undo(w->admin, false);
    }
    return admin_commit(w->admin, w->err);
}

bool sources_add(const struct admin *admin, const struct source_request *request,
                 struct source_view *out, int64_t *taken, struct roster_error *err)
{
    struct work w = {.admin = admin, .request = request, .out = out, .err = err};
    struct source_row row = {.name = request->name};
    if (!admin_check_name("source", request->name, err) || !begin(&w)) {
        return false;
    }
    enum store_outcome got = find(&w, request->name, &row);
    if (got == STORE_OK) {
        return admin_undo(admin, fail(err, ROSTER_ERR_UNIQUENESS, 0,
                                      "the tenant has a source \"%.*s\" already",
                                      STR_ARGS(request->name)));
    }
    if (got == STORE_NONE) {
        got = source_ensure(admin->writer, w.tenant, request->name, &row.source);
    }
    if (got != STORE_OK) {
        return admin_undo(admin, admin_refuse(got, err));
    }
    return end(&w, apply(&w, &row, true), &row, taken);
}

bool sources_set(const struct admin *admin, const struct source_request *request,
                 struct source_view *out, int64_t *taken, struct roster_error *err)
{
    struct work w = {.admin = admin, .request = request, .out = out, .err = err};
    struct source_row row = {0};
    if (!begin(&w)) {
        return false;
    }
    bool done = find_named(&w, request->name, &row) && apply(&w, &row, false);
    return end(&w, done, &row, taken);
}

static bool refuse_used(const struct work *w, const struct source_counts *has)
{
    return fail(w->err, ROSTER_ERR_CONFLICT, 0,
                "the source \"%.*s\" has %lld people, %lld other resources and %lld credentials: "
                "revoke the credentials, and say with --to whose the others shall be",
                STR_ARGS(w->request->name), (long long)has->people,
                (long long)(has->resources - has->people), (long long)has->credentials);
}

static bool hand_over(const struct work *w, const struct source_row *row, str to)
{
    struct source_row heir = {0};
    int64_t count = 0;
    if (to.len == 0) {
        return true;
    }
    if (str_equal(to, row->name)) {
        return fail(w->err, ROSTER_ERR_INVALID_VALUE, 0, "--to names the source itself");
    }
    if (!find_named(w, to, &heir)) {
        return false;
    }
    enum store_outcome got = source_hand_over(w->admin->writer, w->tenant, source_owner(row),
                                              source_owner(&heir), &count);
    return got == STORE_OK || admin_refuse(got, w->err);
}

static bool remove_one(struct work *w, const struct source_row *row, str to)
{
    const struct source_counts *has = &w->out->counts;
    if (w->out->is_default) {
        return fail(w->err, ROSTER_ERR_INVALID_VALUE, 0,
                    "every tenant has the source \"default\": it cannot be removed");
    }
    if (has->credentials > 0 || (has->resources > 0 && to.len == 0)) {
        return refuse_used(w, has);
    }
    if (!hand_over(w, row, to)) {
        return false;
    }
    enum store_outcome got = source_delete(w->admin->writer, w->tenant, row->source);
    str before = row->policy.len == 0 ? STR("{}") : row->policy;
    return got == STORE_OK ? record(w, row, before, (str){0}) : admin_refuse(got, w->err);
}

bool sources_remove(const struct admin *admin, const struct source_request *request, str to,
                    struct source_view *out, struct roster_error *err)
{
    struct work w = {.admin = admin, .request = request, .out = out, .err = err};
    if (!begin(&w)) {
        return false;
    }
    *out = (struct source_view){.tenant = request->tenant};
    if (!find_named(&w, request->name, &out->row) || !fill_view(admin, w.tenant, out, err) ||
        !remove_one(&w, &out->row, to)) {
        return admin_undo(admin, false);
    }
    return admin_commit(admin, err);
}
