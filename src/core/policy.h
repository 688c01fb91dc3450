// core/policy.h: what a tenant allows one of its sources.
//
//   {"domains":["partner.example"],"sees":"own","writes":"own","owns":["title"]}
//
// A person belongs to the source that claims the domain of the userName or of an e-mail address,
// and otherwise, as everything else, to the source that made it. docs/decisions/0028-federation.md
// says what follows.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_POLICY_H
#define CORE_POLICY_H

#include "core/admin.h"
#include "scim/schema.h"
#include "store/source.h"

struct policy {
    const struct source_row *source;  // NULL: not known
    bool sees_own;
    bool writes_own;
    const struct roster_json *domains;  // lists of strings; NULL: none
    const struct roster_json *owns;
    struct policy *next;
};

// An empty text is the policy of a source without one: everything is allowed.
MUST_CHECK bool policy_read(str json, struct roster_arena *arena, struct policy *out,
                            struct roster_error *err);
// Puts one setting in: "domains" and "owns" take lists with commas, "sees" and "writes" own or all;
// "default" takes it out. INVALID_VALUE for what it cannot be.
MUST_CHECK bool policy_put(struct roster_json *json, const struct tenant_setting *setting,
                           struct roster_arena *arena, struct roster_error *err);
// The policies of a tenant, in the order of names, without sources that have none.
MUST_CHECK enum store_outcome policies_load(struct conn *conn, int64_t tenant,
                                            struct roster_arena *arena, struct policy **first);

// Who claims a domain; NULL: nobody.
const struct policy *policy_claims(const struct policy *first, str domain);
// The domains of a person's userName and e-mail addresses, in this order.
struct domain {
    str name;
    const struct policy *claimed;  // by whom; NULL: nobody
    bool of_name;                  // of the userName, which is an address then
    struct domain *next;
};
// Without those that are no domain. False: the arena is full.
MUST_CHECK bool policy_domains(const struct policy *first, const struct roster_json *person,
                               struct roster_arena *arena, struct domain **out);
// The first that somebody claims: it says whose person it is. NULL: none.
const struct domain *domain_claimed(const struct domain *first);
// Whether the list has the word, ignoring case.
bool policy_lists(const struct roster_json *list, str word);

#endif
