// roster/quirks.h: the named departures from the RFCs that a caller may switch on.
//
// A set of quirks says what is tolerated (`on`); the library adds what it made use of (`used`), so
// that nothing is tolerated silently.
// SPDX-License-Identifier: Apache-2.0
#ifndef ROSTER_QUIRKS_H
#define ROSTER_QUIRKS_H

#include "roster/types.h"

// X(NAME, "name", on in interop, on in rfc, "what it does when on")
#define ROSTER_QUIRKS(X)                                                                           \
    X(PATCH_CREATE_ON_NO_MATCH, "patch-create-on-no-match", 1, 0,                                  \
      "add and replace to a filtered path without a match make the element from its eq terms")     \
    X(COERCE_BOOLEAN, "coerce-boolean", 1, 0,                                                      \
      "the strings \"True\" and \"false\", in any case, are taken as booleans")                    \
    X(PATCH_REMOVE_VALUES, "patch-remove-values", 1, 0,                                            \
      "remove with a list of values removes just those values")                                    \
    X(SKIP_UNKNOWN_MEMBERS, "skip-unknown-members", 1, 0,                                          \
      "unknown members of a group are skipped and reported, the known ones applied")               \
    X(UNKNOWN_FILTER_ATTRIBUTE, "unknown-filter-attribute", 1, 0,                                  \
      "a filter on an unknown attribute matches nothing")                                          \
    X(UNKNOWN_PATCH_ATTRIBUTE, "unknown-patch-attribute", 1, 0,                                    \
      "a PATCH operation on an unknown attribute is left out")                                     \
    X(UNKNOWN_ATTRIBUTE, "unknown-attribute", 1, 1,                                                \
      "unknown attributes of a body are dropped (off: setting strict-attributes)")                 \
    X(UNKNOWN_SCHEMA_URI, "unknown-schema-uri", 1, 0, "unknown URIs in schemas are ignored")       \
    X(LEGACY_SCHEMAS, "legacy-schemas", 1, 0,                                                      \
      "missing or SCIM 1 schemas are inferred from the endpoint")                                  \
    X(PUT_KEEPS_ACTIVE, "put-keeps-active", 1, 0, "a PUT without active leaves it as it is")       \
    X(PUT_KEEPS_MEMBERS, "put-keeps-members", 1, 0,                                                \
      "a PUT without members leaves them as they are")                                             \
    X(TWO_PRIMARIES, "two-primaries", 1, 0,                                                        \
      "of several primary values in one body the last one wins")                                   \
    X(SCALAR_SHAPES, "scalar-shapes", 1, 0,                                                        \
      "a text for a complex value, one value for a list and a list of one are accepted")           \
    X(MANAGER_UNCHECKED, "manager-unchecked", 1, 0, "the manager need not exist")                  \
    X(PATH_KEYS, "path-keys", 1, 0, "names inside a value without path may be paths themselves")   \
    X(READONLY_IN_PATCH, "readonly-in-patch", 1, 0,                                                \
      "read-only attributes inside a value without path are ignored")                              \
    X(OP_ANY_CASE, "op-any-case", 1, 0, "op of a PATCH and method of a bulk job, in any case")     \
    X(OPERATION_EXTRAS, "operation-extras", 1, 0, "unknown members of an operation are ignored")   \
    X(EMPTY_OPERATIONS, "empty-operations", 1, 0, "a PATCH or bulk job may have no operations")    \
    X(FILTER_BARE_WORDS, "filter-bare-words", 1, 0, "an unquoted word is taken as a string")       \
    X(FILTER_VALUE_PATH_SUB, "filter-value-path-sub", 1, 0,                                        \
      "a filter may name a sub-attribute behind its brackets")                                     \
    X(GROUP_NAME_UNIQUE, "group-name-unique", 1, 0, "a displayName belongs to one group only")     \
    X(VALUES_AS_SENT, "values-as-sent", 1, 0, "values are kept byte for byte")                     \
    X(EMPTY_STRING_CLEARS, "empty-string-clears", 1, 0,                                            \
      "an empty text in a PATCH removes an optional attribute")                                    \
    X(ACCEPT_ANYTHING, "accept-anything", 1, 0, "any Accept and text/json are accepted")           \
    X(ROLES_JSON_TEXT, "roles-json-text", 1, 0, "JSON text inside a role's value is unpacked")     \
    X(COLLAPSE_SLASHES, "collapse-slashes", 1, 0, "repeated slashes in a path count as one")       \
    X(ENDPOINT_ANY_CASE, "endpoint-any-case", 1, 0, "endpoints may be written in any case")        \
    X(USERNAME_ANY_TEXT, "username-any-text", 1, 0, "userName need not follow the PRECIS profile") \
    X(BULK_ID_OPTIONAL, "bulk-id-optional", 1, 0, "a POST of a bulk job may do without a bulkId")

enum roster_quirk {
#define ROSTER_QUIRK_NAME(name, text, interop, rfc, doc) ROSTER_QUIRK_##name,
    ROSTER_QUIRKS(ROSTER_QUIRK_NAME)
#undef ROSTER_QUIRK_NAME
        ROSTER_QUIRK_COUNT
};

// Bit n stands for enum roster_quirk n.
struct roster_quirks {
    uint64_t on;
    uint64_t used;
};

enum roster_profile { ROSTER_PROFILE_INTEROP, ROSTER_PROFILE_RFC };

ROSTER_API struct roster_quirks roster_quirks_of(enum roster_profile profile);
// "coerce-boolean"; never NULL.
ROSTER_API const char *roster_quirk_name(enum roster_quirk quirk);
ROSTER_API const char *roster_quirk_text(enum roster_quirk quirk);
// False when no quirk has that name.
ROSTER_API bool roster_quirk_find(roster_str name, enum roster_quirk *out);

#endif
