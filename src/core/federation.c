// federation.c: whose person it is, and whose attribute.
// SPDX-License-Identifier: Apache-2.0
#include "core/federation.h"

#include "core/document.h"
#include "core/made.h"
#include "core/policy.h"

#include <string.h>

static enum outcome refuse_memory(struct roster_error *err)
{
    fail_memory(err);
    return OUTCOME_REFUSED;
}

// Behind the first write of a request nothing is refused any more.
static enum outcome break_off(struct roster_error *err)
{
    fail(err, ROSTER_ERR_UNAVAILABLE, 0, NULL);
    return OUTCOME_BROKEN;
}

static bool is_person(const struct context *ctx, const struct write *write)
{
    return ctx->actor->federated && write->type->number == TYPE_NUMBER_USER;
}

static enum outcome load(const struct context *ctx, struct policy **first, struct roster_error *err)
{
    return outcome_of_store(policies_load(ctx->conn, ctx->actor->tenant, ctx->arena, first), err);
}

static bool is_own(const struct context *ctx, const struct policy *policy)
{
    return policy->source->source == ctx->actor->source;
}

static enum outcome refuse_domain(str domain, struct roster_error *err)
{
    fail(err, ROSTER_ERR_FORBIDDEN, 0,
         "people of the domain \"%.*s\" belong to another source of this tenant: only that one may "
         "create or change them",
         STR_ARGS(domain));
    return OUTCOME_REFUSED;
}

enum outcome federation_check_target(const struct context *ctx, const struct write *write,
                                     const struct current *current, struct roster_error *err)
{
    struct policy *first = NULL;
    struct domain *domains = NULL;
    if (ctx->actor->writes_own && current->row.owner != ctx->actor->owner) {
        fail(err, ROSTER_ERR_FORBIDDEN, 0,
             "this %.*s belongs to another source of this tenant, and the source of this "
             "credential changes only what is its own",
             STR_ARGS(write->type->name));
        return OUTCOME_REFUSED;
    }
    if (!is_person(ctx, write)) {
        return OUTCOME_DONE;
    }
    enum outcome outcome = load(ctx, &first, err);
    if (outcome != OUTCOME_DONE) {
        return outcome;
    }
    if (!policy_domains(first, current->resource, ctx->arena, &domains)) {
        return refuse_memory(err);
    }
    const struct domain *claimed = domain_claimed(domains);
    return claimed == NULL || is_own(ctx, claimed->claimed) ? OUTCOME_DONE
                                                            : refuse_domain(claimed->name, err);
}

static bool has_domain(const struct domain *first, str name)
{
    while (first != NULL && !str_equal(first->name, name)) {
        first = first->next;
    }
    return first != NULL;
}

// Who has domains has people of these alone: the userName says it, or where that is no address, one
// of the e-mail addresses.
static bool is_home(const struct context *ctx, const struct domain *domains)
{
    bool named = domains != NULL && domains->of_name;
    const struct domain *one = domains;
    while (one != NULL && (one->claimed == NULL || !is_own(ctx, one->claimed))) {
        one = named ? NULL : one->next;
    }
    return one != NULL;
}

static const struct policy *own_policy(const struct context *ctx, const struct policy *first)
{
    while (first != NULL && !is_own(ctx, first)) {
        first = first->next;
    }
    return first;
}

static bool has_same_addresses(const struct roster_json *a, const struct roster_json *b)
{
    const struct roster_json *left = json_find(a, STR("emails"));
    const struct roster_json *right = json_find(b, STR("emails"));
    return str_equal(json_find_text(a, STR("userName")), json_find_text(b, STR("userName"))) &&
           (left == NULL || right == NULL ? left == right : json_equal(left, right));
}

// `before` is NULL for a new person. An address in another's domain that was there may stay.
static enum outcome check_addresses(const struct context *ctx, const struct policy *first,
                                    const struct roster_json *before,
                                    const struct roster_json *after, struct roster_error *err)
{
    struct domain *old = NULL;
    struct domain *domains = NULL;
    if (before != NULL && has_same_addresses(before, after)) {
        return OUTCOME_DONE;
    }
    if (!policy_domains(first, before, ctx->arena, &old) ||
        !policy_domains(first, after, ctx->arena, &domains)) {
        return refuse_memory(err);
    }
    for (const struct domain *one = domains; one != NULL; one = one->next) {
        if (one->claimed != NULL && !is_own(ctx, one->claimed) && !has_domain(old, one->name)) {
            return refuse_domain(one->name, err);
        }
    }
    const struct policy *own = own_policy(ctx, first);
    if (own != NULL && own->domains != NULL && !is_home(ctx, domains)) {
        fail(err, ROSTER_ERR_FORBIDDEN, 0,
             "the source of this credential may only have people of its own domains, such as "
             "\"%.*s\": give the person a userName there",
             STR_ARGS(own->domains->first->text));
        return OUTCOME_REFUSED;
    }
    return OUTCOME_DONE;
}

// An attribute by its name in a policy: "title", "urn:...:User:department".
struct place_of {
    str container;  // URN of the extension; empty: none
    str name;
};

static struct place_of find_place(str word)
{
    size_t at = word.len;
    while (at > 0 && word.ptr[at - 1] != ':') {
        at--;
    }
    return (struct place_of){str_head(word, at == 0 ? 0 : at - 1), str_tail(word, at)};
}

static struct roster_json *container_of(const struct place_of *place,
                                        const struct roster_json *resource)
{
    return place->container.len == 0 ? (struct roster_json *)resource
                                     : json_find(resource, place->container);
}

static struct roster_json *value_of(const struct place_of *place,
                                    const struct roster_json *resource)
{
    const struct roster_json *container = container_of(place, resource);
    return container == NULL ? NULL : json_find(container, place->name);
}

// Gives `after` the value that `before` has. False: the arena is full.
static bool restore(const struct context *ctx, const struct place_of *place,
                    const struct roster_json *value, struct roster_json *after)
{
    struct roster_json *container = container_of(place, after);
    if (container == NULL) {
        container = json_new(ctx->arena, JSON_OBJECT);
        if (container == NULL) {
            return false;
        }
        json_put(after, place->container, container);
    }
    if (json_find(container, place->name) != NULL) {
        json_remove(container, json_find(container, place->name));
    }
    struct roster_json *copy = value == NULL ? NULL : json_copy(ctx->arena, value);
    if (copy != NULL) {
        json_put(container, place->name, copy);
    }
    return value == NULL || copy != NULL;
}

static enum outcome check_attribute(const struct context *ctx, const struct write *write, str word,
                                    const struct roster_json *before, struct roster_json *after,
                                    bool *restored, struct roster_error *err)
{
    const struct place_of place = find_place(word);
    const struct roster_json *old = before == NULL ? NULL : value_of(&place, before);
    const struct roster_json *new = value_of(&place, after);
    if (old == NULL || new == NULL ? old == new : json_equal(old, new)) {
        return OUTCOME_DONE;
    }
    if (write->kind == WRITE_PATCH) {
        fail(err, ROSTER_ERR_MUTABILITY, 0,
             "%.*s belongs to another source of this tenant: leave it out", STR_ARGS(word));
        return OUTCOME_REFUSED;
    }
    *restored = true;
    return restore(ctx, &place, old, after) ? OUTCOME_DONE : refuse_memory(err);
}

static enum outcome check_attributes(const struct context *ctx, const struct policy *first,
                                     const struct write *write, const struct roster_json *before,
                                     struct roster_json *after, bool *restored,
                                     struct roster_error *err)
{
    enum outcome outcome = OUTCOME_DONE;
    const struct policy *own = own_policy(ctx, first);
    for (const struct policy *policy = first; policy != NULL; policy = policy->next) {
        const struct roster_json *one = policy->owns == NULL ? NULL : policy->owns->first;
        for (; one != NULL && outcome == OUTCOME_DONE && policy != own; one = one->next) {
            outcome = check_attribute(ctx, write, one->text, before, after, restored, err);
        }
    }
    return outcome;
}

// The resource as a whole again: which schemas it has, and what is derived. It may lack what it
// lacks now.
static enum outcome finish(const struct context *ctx, const struct write *write,
                           struct roster_json *after, struct roster_error *err)
{
    struct scope scope = context_scope(ctx, write->type);
    struct lacks lacks = {0};
    if (!resource_lacks(&scope, after, &lacks, err) ||
        !resource_finish_change(&scope, after, &lacks, err)) {
        return OUTCOME_REFUSED;
    }
    return document_normalize(after, ctx->arena) && made_fill(ctx, write->type, after)
               ? OUTCOME_DONE
               : refuse_memory(err);
}

// Whether the source may make `after` of `before`, which is NULL of a create. `restored`: some
// attributes of `after` were set back.
static enum outcome check_person(const struct context *ctx, const struct write *write,
                                 const struct roster_json *before, struct roster_json *after,
                                 bool *restored, struct roster_error *err)
{
    struct policy *first = NULL;
    if (!is_person(ctx, write)) {
        return OUTCOME_DONE;
    }
    enum outcome outcome = load(ctx, &first, err);
    if (outcome == OUTCOME_DONE) {
        outcome = check_addresses(ctx, first, before, after, err);
    }
    return outcome == OUTCOME_DONE
               ? check_attributes(ctx, first, write, before, after, restored, err)
               : outcome;
}

enum outcome federation_check_create(const struct context *ctx, struct write *write,
                                     struct roster_error *err)
{
    bool restored = false;
    enum outcome outcome = check_person(ctx, write, NULL, write->sent, &restored, err);
    if (outcome == OUTCOME_DONE && restored) {
        outcome = finish(ctx, write, write->sent, err);
    }
    if (outcome != OUTCOME_DONE || !restored) {
        return outcome;
    }
    if (!document_print(write->sent, ctx->arena, &write->row)) {
        return refuse_memory(err);
    }
    return index_extract(context_indexes(ctx, write->type), write->sent, ctx->arena,
                         &write->entries, err)
               ? OUTCOME_DONE
               : OUTCOME_REFUSED;
}

enum outcome federation_check_update(const struct context *ctx, const struct write *write,
                                     const struct current *current, struct roster_json *after,
                                     struct roster_error *err)
{
    bool restored = false;
    enum outcome outcome = check_person(ctx, write, current->resource, after, &restored, err);
    return outcome == OUTCOME_DONE && restored ? finish(ctx, write, after, err) : outcome;
}

enum outcome federation_settle(const struct context *ctx, const struct write *write,
                               const struct roster_json *after, struct roster_error *err)
{
    struct policy *first = NULL;
    struct domain *domains = NULL;
    const struct actor *actor = ctx->actor;
    if (!is_person(ctx, write) || write->row.owner == actor->owner) {
        return OUTCOME_DONE;
    }
    enum outcome outcome = load(ctx, &first, err);
    if (outcome != OUTCOME_DONE || !policy_domains(first, after, ctx->arena, &domains)) {
        return break_off(err);
    }
    const struct domain *claimed = domain_claimed(domains);
    if (claimed == NULL || !is_own(ctx, claimed->claimed)) {
        return OUTCOME_DONE;
    }
    enum store_outcome got =
        resource_set_owner(ctx->conn, actor->tenant, write->row.row, actor->owner);
    return got == STORE_OK ? OUTCOME_DONE : break_off(err);
}

enum outcome federation_follow(const struct context *ctx, const struct write *write,
                               const struct roster_json *after, struct roster_error *err)
{
    struct policy *first = NULL;
    struct domain *domains = NULL;
    int64_t tenant = ctx->actor->tenant;
    if (write->type->number != TYPE_NUMBER_USER) {
        return OUTCOME_DONE;
    }
    enum store_outcome got = policies_load(ctx->conn, tenant, ctx->arena, &first);
    if (got != STORE_OK || !policy_domains(first, after, ctx->arena, &domains)) {
        return break_off(err);
    }
    const struct domain *claimed = domain_claimed(domains);
    if (claimed != NULL) {
        got = resource_set_owner(ctx->conn, tenant, write->row.row,
                                 source_owner(claimed->claimed->source));
    }
    return got == STORE_OK ? OUTCOME_DONE : break_off(err);
}

enum outcome federation_return(const struct context *ctx, const struct write *write,
                               struct roster_error *err)
{
    return resource_return(ctx->conn, ctx->actor->tenant, write->row.row) == STORE_OK
               ? federation_follow(ctx, write, write->sent, err)
               : break_off(err);
}
