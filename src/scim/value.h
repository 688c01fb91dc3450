// scim/value.h: one value of one attribute, checked and in canonical form.
//
// What the checks of whole resources and of PATCH have in common: JSON types, the shapes that
// SCALAR_SHAPES allows, references that the server computes, at most one primary value. What comes
// out is always a new tree that shares text with what came in; unassigned values come out as NULL.
// SPDX-License-Identifier: Apache-2.0
#ifndef SCIM_VALUE_H
#define SCIM_VALUE_H

#include "scim/path.h"

enum value_mode {
    VALUE_BODY,   // part of a resource: unassigned sub-attributes are left out
    VALUE_PATCH,  // value of an operation: an empty text may be unassigned (EMPTY_STRING_CLEARS)
    VALUE_MERGE,  // the same; unassigned sub-attributes stay as null, so that a merge clears them
};

// `element`: the value stands for one element of a multi-valued attribute.
MUST_CHECK bool value_check(const struct scope *scope, enum value_mode mode,
                            const struct attr *attr, const struct roster_json *value, bool element,
                            struct roster_json **out, struct roster_error *err);
// A value of a simple type, shape already settled. Never NULL.
MUST_CHECK bool value_check_simple(const struct scope *scope, const struct attr *attr,
                                   const struct roster_json *value, struct roster_json **out,
                                   struct roster_error *err);
// Base64 and base64url, with or without padding and blanks, in standard form unless values are
// kept as sent; certificates are then looked at as well (P-015, P-072).
MUST_CHECK bool value_check_binary(const struct scope *scope, const struct attr *attr, str text,
                                   str *out, struct roster_error *err);
// The form that RFC 7643 calls canonical: of addresses, numbers, labels and times (P-026, P-068).
// *out is `text` itself where there is no other. False when the arena is full.
MUST_CHECK bool value_canonical(const struct attr *attr, str text, struct roster_arena *arena,
                                str *out);
// Of several primary values the last one stays under TWO_PRIMARIES, else INVALID_VALUE. `old` was
// primary before: it does not count and loses. NULL: none was.
MUST_CHECK bool value_settle_primaries(const struct scope *scope, const struct attr *attr,
                                       struct roster_json *list, const struct roster_json *old,
                                       struct roster_error *err);
// A role whose value is JSON text, unpacked under ROLES_JSON_TEXT; else *out is `value` itself.
MUST_CHECK bool value_unpack_role(const struct scope *scope, const struct roster_json *value,
                                  const struct roster_json **out, struct roster_error *err);

// Whether a complex value has its required sub-attributes, else INVALID_VALUE. Secret ones have to
// be in what a client sent, and are in nothing that is stored.
MUST_CHECK bool value_check_subs(const struct attr *attr, const struct roster_json *value,
                                 bool is_sent, struct roster_error *err);

// What a schema of the product says besides (struct attr: form, closed), of a value of its type.
MUST_CHECK bool value_check_form(const struct attr *attr, const struct roster_json *value,
                                 struct roster_error *err);
// Whether attributes that exclude each other (struct attr: not_with) stand apart in what was sent.
MUST_CHECK bool value_check_apart(const struct schema *schema, const struct roster_json *container,
                                  struct roster_error *err);
// The refusal of it. Always false.
bool value_fail_apart(struct roster_error *err, const struct attr *attr);

// `detail` is "emails.value " and the sentence.
bool value_fail(struct roster_error *err, enum roster_code code, const struct attr *attr,
                const char *sentence);
// Whether `value` is a JSON object whose `primary` is true.
bool value_is_primary(const struct roster_json *value);

// The sub-attribute `value` of a complex attribute, or NULL.
const struct attr *attr_value_sub(const struct attr *attr);
// Complex attributes that point at a resource by `value`: their `$ref` is computed when they are
// shown, so it is read but not kept (manager, members).
bool attr_is_link(const struct attr *attr);
// Lists of links, such as members: sets keyed by `value`, whose elements change as a whole only.
bool attr_is_edges(const struct attr *attr);
bool attr_is_core_user(const struct attr *attr, str name);
// Checked, then dropped: nothing ever stores a password, or what else is never returned.
bool attr_is_secret(const struct attr *attr);
// The last path segment of a reference: the id it names.
str reference_id(str reference);

#endif
