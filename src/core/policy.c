// policy.c: policies as JSON, and whose an address is.
// SPDX-License-Identifier: Apache-2.0
#include "core/policy.h"

#include "base/limits.h"
#include "scim/fold.h"

#include <string.h>

static const struct roster_json *list_of(const struct roster_json *json, str key)
{
    const struct roster_json *list = json_find(json, key);
    return json_is(list, JSON_ARRAY) && list->count > 0 ? list : NULL;
}

static bool says_own(const struct roster_json *json, str key)
{
    return str_equal(json_find_text(json, key), STR("own"));
}

bool policy_read(str json, struct roster_arena *arena, struct policy *out, struct roster_error *err)
{
    struct roster_json *read = NULL;
    *out = (struct policy){0};
    if (json.len == 0) {
        return true;
    }
    if (!roster_json_read(json, arena, &read, err)) {
        return false;
    }
    out->sees_own = says_own(read, STR("sees"));
    out->writes_own = says_own(read, STR("writes"));
    out->domains = list_of(read, STR("domains"));
    out->owns = list_of(read, STR("owns"));
    return true;
}

bool policy_lists(const struct roster_json *list, str word)
{
    const struct roster_json *one = list == NULL ? NULL : list->first;
    while (one != NULL && !str_equal_nocase(one->text, word)) {
        one = one->next;
    }
    return one != NULL;
}

// A name of ASCII letters, digits, dots and hyphens with a dot in it, in lower case.
static bool check_domain(str word, struct roster_arena *arena, str *out, struct roster_error *err)
{
    bool good =
        word.len > 0 && word.len <= DOMAIN_NAME_MAX && memchr(word.ptr, '.', word.len) != NULL;
    char before = '.';
    for (size_t at = 0; good && at < word.len; at++) {
        char c = word.ptr[at];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        good = letter || c == '-' || (c == '.' && before != '.');
        before = c;
    }
    if (!good || before == '.') {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "\"%.*s\" is no domain: write partner.example, international names as xn--",
                    STR_ARGS(str_head(word, word.len < 100 ? word.len : 100)));
    }
    return fold_lower(word, arena, out) || fail_memory(err);
}

// What every request carries, or what has rules of its own, cannot belong to one source.
static bool check_attribute(str word, struct roster_arena *arena, str *out,
                            struct roster_error *err)
{
    static const str never[] = {STR_INIT("schemas"),  STR_INIT("id"),       STR_INIT("externalId"),
                                STR_INIT("meta"),     STR_INIT("userName"), STR_INIT("emails"),
                                STR_INIT("password"), STR_INIT("groups")};
    bool good = word.len > 0 && word.len <= SCHEMA_URI_MAX + SCHEMA_NAME_MAX;
    for (size_t at = 0; at < COUNT_OF(never) && good; at++) {
        good = !str_equal_nocase(word, never[at]);
    }
    if (!good ||
        (memchr(word.ptr, ':', word.len) == NULL && memchr(word.ptr, '.', word.len) != NULL)) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "\"%.*s\" cannot be owned: name an attribute of User such as title, or with "
                    "the URN of its extension",
                    STR_ARGS(str_head(word, word.len < 100 ? word.len : 100)));
    }
    *out = word;
    return true;
}

typedef bool check_fn(str word, struct roster_arena *arena, str *out, struct roster_error *err);

static bool put_list(struct roster_json *json, const struct tenant_setting *setting,
                     check_fn *check, struct roster_arena *arena, struct roster_error *err)
{
    struct roster_json *list = json_new(arena, JSON_ARRAY);
    str rest = setting->value;
    str word = {0};
    for (bool more = true; more && list != NULL;) {
        more = str_cut(rest, ',', &word, &rest);
        if (!check(str_trim(word), arena, &word, err)) {
            return false;
        }
        if (policy_lists(list, word)) {
            continue;
        }
        struct roster_json *text = json_string(arena, word);
        if (text == NULL) {
            return fail_memory(err);
        }
        if (list->count == POLICY_WORDS_MAX) {
            return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "%.*s are %d at most",
                        STR_ARGS(setting->key), POLICY_WORDS_MAX);
        }
        json_push(list, text);
    }
    if (list == NULL) {
        return fail_memory(err);
    }
    json_replace(json, setting->key, list);
    return true;
}

static bool put_domains(struct roster_json *json, const struct tenant_setting *setting,
                        struct roster_arena *arena, struct roster_error *err)
{
    return put_list(json, setting, check_domain, arena, err);
}

static bool put_owns(struct roster_json *json, const struct tenant_setting *setting,
                     struct roster_arena *arena, struct roster_error *err)
{
    return put_list(json, setting, check_attribute, arena, err);
}

static bool put_extent(struct roster_json *json, const struct tenant_setting *setting,
                       struct roster_arena *arena, struct roster_error *err)
{
    if (!str_equal(setting->value, STR("own"))) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "%.*s is all or own", STR_ARGS(setting->key));
    }
    struct roster_json *text = json_string(arena, setting->value);
    if (text == NULL) {
        return fail_memory(err);
    }
    json_replace(json, setting->key, text);
    return true;
}

bool policy_put(struct roster_json *json, const struct tenant_setting *setting,
                struct roster_arena *arena, struct roster_error *err)
{
    static const struct {
        str key;
        str none;  // takes it out, as "default" does
        bool (*put)(struct roster_json *json, const struct tenant_setting *setting,
                    struct roster_arena *arena, struct roster_error *err);
    } rows[] = {
        {STR_INIT("domains"), STR_INIT(""), put_domains},
        {STR_INIT("sees"), STR_INIT("all"), put_extent},
        {STR_INIT("writes"), STR_INIT("all"), put_extent},
        {STR_INIT("owns"), STR_INIT(""), put_owns},
    };
    size_t at = 0;
    while (at < COUNT_OF(rows) && !str_equal(rows[at].key, setting->key)) {
        at++;
    }
    if (at == COUNT_OF(rows)) {
        return fail(
            err, ROSTER_ERR_INVALID_VALUE, 0,
            "there is no setting \"%.*s\" of a source: domains, sees, writes and owns are",
            STR_ARGS(str_head(setting->key, setting->key.len < 100 ? setting->key.len : 100)));
    }
    if (!str_equal(setting->value, rows[at].none) && !str_equal(setting->value, STR("default"))) {
        return rows[at].put(json, setting, arena, err);
    }
    if (json_find(json, setting->key) != NULL) {
        json_remove(json, json_find(json, setting->key));
    }
    return true;
}

enum store_outcome policies_load(struct conn *conn, int64_t tenant, struct roster_arena *arena,
                                 struct policy **first)
{
    struct source_row *source = NULL;
    struct policy **tail = first;
    struct roster_error ignored = {0};
    enum store_outcome got = source_list(conn, tenant, arena, &source);
    *first = NULL;
    for (; source != NULL && got == STORE_OK; source = source->next) {
        if (source->policy.len == 0) {
            continue;
        }
        struct policy *policy = arena_alloc(arena, sizeof(*policy));
        if (policy == NULL || !policy_read(source->policy, arena, policy, &ignored)) {
            return STORE_FAILED;
        }
        policy->source = source;
        *tail = policy;
        tail = &policy->next;
    }
    return got;
}

const struct policy *policy_claims(const struct policy *first, str domain)
{
    while (first != NULL && !policy_lists(first->domains, domain)) {
        first = first->next;
    }
    return first;
}

// The domain of an address, as domains are compared; empty: it is no address.
static bool read_domain(str address, struct roster_arena *arena, str *domain)
{
    str text = {0};
    // What user names and e-mail addresses are compared by, both: neither may hide a domain, nor
    // where it begins.
    if (!fold_width(address, arena, &text) || !fold_key(text, false, arena, &text)) {
        return false;
    }
    size_t at = text.len;
    while (at > 0 && text.ptr[at - 1] != '@') {
        at--;
    }
    text = str_trim(str_tail(text, at));
    while (text.len > 0 && text.ptr[text.len - 1] == '.') {
        text.len--;
    }
    *domain = at == 0 ? (str){0} : text;
    return true;
}

static bool add_domain(const struct policy *first, str address, struct roster_arena *arena,
                       struct domain ***tail)
{
    struct domain *domain = arena_alloc(arena, sizeof(*domain));
    if (domain == NULL || !read_domain(address, arena, &domain->name)) {
        return false;
    }
    if (domain->name.len > 0) {
        domain->claimed = policy_claims(first, domain->name);
        **tail = domain;
        *tail = &domain->next;
    }
    return true;
}

bool policy_domains(const struct policy *first, const struct roster_json *person,
                    struct roster_arena *arena, struct domain **out)
{
    struct domain **tail = out;
    const struct roster_json *emails = json_find(person, STR("emails"));
    const struct roster_json *email = json_is(emails, JSON_ARRAY) ? emails->first : NULL;
    *out = NULL;
    bool room = add_domain(first, json_find_text(person, STR("userName")), arena, &tail);
    if (*out != NULL) {
        (*out)->of_name = true;
    }
    for (; email != NULL && room; email = email->next) {
        room = add_domain(first, json_find_text(email, STR("value")), arena, &tail);
    }
    return room;
}

const struct domain *domain_claimed(const struct domain *first)
{
    while (first != NULL && first->claimed == NULL) {
        first = first->next;
    }
    return first;
}
