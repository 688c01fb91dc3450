// filter_match.c: what a filter means: a tree of terms against a tree of values.
//
// Logic has two values: an attribute that is absent makes `ne` true and every other comparison
// false, and `not` inverts exactly (P-166, P-168). On several values a term is true when one of
// them satisfies it, `ne` also when there is none (P-152, P-167). A value that does not fit its
// type differs from every operand.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "scim/compare.h"
#include "scim/filter.h"

#include <string.h>

struct matcher {
    struct roster_arena *scratch;
    struct filter_budget *budget;
    bool full;  // sticky: then the whole filter does not match
};

// False: nothing more may be looked at.
static bool spend(struct matcher *m, size_t steps)
{
    m->budget->left -= m->budget->left >= 0 ? (int64_t)steps : 0;
    return m->budget->left >= 0;
}

static const struct attr *target_of(const struct path *path)
{
    return path->sub != NULL ? path->sub : path->attr;
}

// Non-empty text, any number or boolean, a list or object with something present (P-164).
static bool is_present(const struct roster_json *value)
{
    if (json_is_unassigned(value)) {
        return false;
    }
    if (value->kind == JSON_STRING) {
        return value->text.len > 0;
    }
    if (value->kind != JSON_ARRAY && value->kind != JSON_OBJECT) {
        return true;
    }
    for (const struct roster_json *child = value->first; child != NULL; child = child->next) {
        if (is_present(child)) {
            return true;
        }
    }
    return false;
}

static bool starts(str text, str with)
{
    return text.len >= with.len && str_equal(str_head(text, with.len), with);
}

static bool ends(str text, str with)
{
    return text.len >= with.len && str_equal(str_tail(text, text.len - with.len), with);
}

static bool compare_keys(enum filter_kind kind, str key, str operand)
{
    switch (kind) {
    case FILTER_EQ:
        return str_equal(key, operand);
    case FILTER_NE:
        return !str_equal(key, operand);
    case FILTER_CO:
        return str_contains(key, operand);
    case FILTER_SW:
        return starts(key, operand);
    case FILTER_EW:
        return ends(key, operand);
    case FILTER_GT:
        return str_compare(key, operand) > 0;
    case FILTER_GE:
        return str_compare(key, operand) >= 0;
    case FILTER_LT:
        return str_compare(key, operand) < 0;
    case FILTER_LE:
        return str_compare(key, operand) <= 0;
    case FILTER_AND:
    case FILTER_OR:
    case FILTER_NOT:
    case FILTER_VALUES:
    case FILTER_NEVER:
    case FILTER_PRESENT:
        break;
    }
    assert(false);
    return false;
}

static enum key_outcome key_of(struct matcher *m, const struct roster_filter *filter,
                               const struct roster_json *value, str *key)
{
    const struct attr *target = target_of(&filter->path);
    bool searches =
        filter->kind == FILTER_CO || filter->kind == FILTER_SW || filter->kind == FILTER_EW;
    if (!searches) {
        return value_key_of(target, value, m->scratch, key);
    }
    return value->kind == JSON_STRING ? value_fold(target, value->text, m->scratch, key)
                                      : KEY_MISFIT;
}

// One assigned value that is no list.
static bool match_one(struct matcher *m, const struct roster_filter *filter,
                      const struct roster_json *value)
{
    if (filter->kind == FILTER_PRESENT) {
        return is_present(value);
    }
    if (!spend(m, 1 + value->text.len / FILTER_STEP_BYTES)) {
        return false;
    }
    struct arena_mark mark = arena_mark(m->scratch);
    str key = {0};
    bool matches = false;
    switch (key_of(m, filter, value, &key)) {
    case KEY_FOUND:
        matches = compare_keys(filter->kind, key, filter->key);
        break;
    case KEY_MISFIT:
        matches = filter->kind == FILTER_NE;
        break;
    case KEY_FULL:
        m->full = true;
        break;
    }
    arena_rewind(m->scratch, mark);
    return matches;
}

typedef bool matching(struct matcher *m, const struct roster_filter *filter,
                      const struct roster_json *value);

// Whether any of the values, or the absence of all, satisfies the term.
static bool match_any(struct matcher *m, const struct roster_filter *filter,
                      const struct roster_json *value, matching *match)
{
    if (json_is_unassigned(value)) {
        return filter->kind == FILTER_NE;
    }
    if (value->kind != JSON_ARRAY) {
        return match(m, filter, value);
    }
    for (const struct roster_json *element = value->first; element != NULL && spend(m, 0);
         element = element->next) {
        if (match(m, filter, element)) {
            return true;
        }
    }
    return false;
}

static bool match_sub(struct matcher *m, const struct roster_filter *filter,
                      const struct roster_json *element)
{
    return match_any(m, filter, json_find(element, filter->path.sub->name), match_one);
}

static const struct roster_json *attr_value(const struct path *path,
                                            const struct roster_json *resource)
{
    const struct roster_json *container =
        path->extension == NULL ? resource : json_find(resource, path->extension->id);
    return json_find(container, path->attr->name);
}

static bool match_term(struct matcher *m, const struct roster_filter *filter,
                       const struct roster_json *resource, bool inside)
{
    matching *match = filter->path.sub == NULL ? match_one : match_sub;
    // Inside brackets the value at hand is one element already.
    return inside ? match(m, filter, resource)
                  : match_any(m, filter, attr_value(&filter->path, resource), match);
}

static bool match(struct matcher *m, const struct roster_filter *filter,
                  const struct roster_json *value, bool inside);

static bool match_element(struct matcher *m, const struct roster_filter *filter,
                          const struct roster_json *element)
{
    return match(m, filter->child, element, true);
}

// Whether some child gives `wanted`: AND looks for a false one, OR for a true one.
static bool has_child(struct matcher *m, const struct roster_filter *filter,
                      const struct roster_json *value, bool inside, bool wanted)
{
    const struct roster_filter *child = filter->child;
    while (child != NULL && match(m, child, value, inside) != wanted) {
        child = child->next;
    }
    return child != NULL;
}

static bool match(struct matcher *m, const struct roster_filter *filter,
                  const struct roster_json *value, bool inside)
{
    if (!spend(m, 1)) {
        return false;
    }
    switch (filter->kind) {
    case FILTER_AND:
        return !has_child(m, filter, value, inside, false);
    case FILTER_OR:
        return has_child(m, filter, value, inside, true);
    case FILTER_NOT:
        return !match(m, filter->child, value, inside);
    case FILTER_VALUES:
        return match_any(m, filter, attr_value(&filter->path, value), match_element);
    case FILTER_NEVER:
        return false;
    case FILTER_PRESENT:
    case FILTER_EQ:
    case FILTER_NE:
    case FILTER_CO:
    case FILTER_SW:
    case FILTER_EW:
    case FILTER_GT:
    case FILTER_GE:
    case FILTER_LT:
    case FILTER_LE:
        return match_term(m, filter, value, inside);
    }
    return false;
}

enum filter_outcome filter_decide(const struct roster_filter *filter,
                                  const struct roster_json *value, bool is_element,
                                  struct filter_budget *budget, struct roster_arena *scratch)
{
    struct matcher m = {scratch, budget, false};
    bool matches = match(&m, filter, value, is_element);
    if (m.full) {
        return FILTER_NO_MEMORY;
    }
    if (budget->left < 0) {
        return FILTER_TOO_MUCH;
    }
    return matches ? FILTER_MATCHES : FILTER_DIFFERS;
}

bool roster_filter_match(const struct roster_filter *filter, const struct roster_json *resource,
                         struct roster_arena *scratch)
{
    struct filter_budget budget = {INT64_MAX};
    return filter_decide(filter, resource, false, &budget, scratch) == FILTER_MATCHES;
}

bool filter_match_value(const struct roster_filter *filter, const struct roster_json *element,
                        struct roster_arena *scratch)
{
    struct filter_budget budget = {INT64_MAX};
    return filter_decide(filter, element, true, &budget, scratch) == FILTER_MATCHES;
}

bool filter_uses(const struct roster_filter *filter, const struct attr *attr)
{
    if (filter->path.attr == attr || (filter->path.sub == attr && attr != NULL)) {
        return true;
    }
    for (const struct roster_filter *child = filter->child; child != NULL; child = child->next) {
        if (filter_uses(child, attr)) {
            return true;
        }
    }
    return false;
}
