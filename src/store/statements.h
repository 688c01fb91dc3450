// store/statements.h: every fixed statement by name, and its text for each engine.
//
// $1 is the tenant wherever a statement has one. Columns are read by their place in the text.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_STATEMENTS_H
#define STORE_STATEMENTS_H

#define STATEMENTS(X)                                                                              \
    X(MIGRATION_LIST)                                                                              \
    X(MIGRATION_INSERT)                                                                            \
    X(META_FIND)                                                                                   \
    X(META_SET)                                                                                    \
    X(NUMBER_TAKE)                                                                                 \
    X(ATTRIBUTE_LIST)                                                                              \
    X(ATTRIBUTE_INSERT)                                                                            \
    X(TRUNCATED_LIST)                                                                              \
    X(PING)                                                                                        \
    X(TENANT_INSERT)                                                                               \
    X(TENANT_FIND)                                                                                 \
    X(TENANT_LOAD)                                                                                 \
    X(TENANT_LIST)                                                                                 \
    X(TENANT_SAVE)                                                                                 \
    X(SOURCE_INSERT)                                                                               \
    X(SOURCE_LIST)                                                                                 \
    X(SOURCE_FIND)                                                                                 \
    X(SOURCE_SAVE)                                                                                 \
    X(SOURCE_DELETE)                                                                               \
    X(SOURCE_COUNT)                                                                                \
    X(SOURCE_HAND_OVER)                                                                            \
    X(SOURCE_END_CERTIFICATES)                                                                     \
    X(SOURCE_END_ISSUERS)                                                                          \
    X(SOURCE_END_AUTHORITIES)                                                                      \
    X(SOURCE_END_TOKENS)                                                                           \
    X(SOURCE_END_GUARD)                                                                            \
    X(SOURCE_END_SILENCE)                                                                          \
    X(SOURCE_CLAIMED)                                                                              \
    X(TOKEN_INSERT)                                                                                \
    X(TOKEN_FIND)                                                                                  \
    X(TOKEN_LIST)                                                                                  \
    X(TOKEN_LOAD)                                                                                  \
    X(TOKEN_REVOKE)                                                                                \
    X(TOKEN_EXPIRE)                                                                                \
    X(TOKEN_TOUCH)                                                                                 \
    X(TOKEN_FORGET)                                                                                \
    X(CERTIFICATE_INSERT)                                                                          \
    X(CERTIFICATE_ANY)                                                                             \
    X(REMOVE_CERTIFICATES)                                                                         \
    X(ASSERTION_INSERT)                                                                            \
    X(ASSERTION_LIST)                                                                              \
    X(ASSERTION_TRIM)                                                                              \
    X(REMOVE_ASSERTIONS)                                                                           \
    X(AUTHORITY_INSERT)                                                                            \
    X(AUTHORITY_FIND)                                                                              \
    X(REMOVE_AUTHORITIES)                                                                          \
    X(ISSUER_INSERT)                                                                               \
    X(ISSUER_FIND)                                                                                 \
    X(ISSUER_LIST)                                                                                 \
    X(ISSUER_LOAD)                                                                                 \
    X(ISSUER_NOTE)                                                                                 \
    X(REMOVE_ISSUERS)                                                                              \
    X(TOKEN_ENDING)                                                                                \
    X(CLIENT_LIST)                                                                                 \
    X(CLIENT_FIND)                                                                                 \
    X(RESOURCE_FIND)                                                                               \
    X(RESOURCE_FIND_GROUPED)                                                                       \
    X(RESOURCE_LOAD)                                                                               \
    X(RESOURCE_FIND_HEAD)                                                                          \
    X(RESOURCE_NEWEST)                                                                             \
    X(RESOURCE_EXTERNALS)                                                                          \
    X(RESOURCE_INSERT)                                                                             \
    X(RESOURCE_UPDATE)                                                                             \
    X(RESOURCE_TOUCH)                                                                              \
    X(RESOURCE_SET_EXTERNALS)                                                                      \
    X(RESOURCE_SET_OWNER)                                                                          \
    X(RESOURCE_RETURN)                                                                             \
    X(RESOURCE_DELETE)                                                                             \
    X(RESOURCE_EACH)                                                                               \
    X(UNIQUE_FIND)                                                                                 \
    X(UNIQUE_INSERT)                                                                               \
    X(UNIQUE_SET_ALSO)                                                                             \
    X(UNIQUE_DELETE)                                                                               \
    X(INDEX_FIND)                                                                                  \
    X(INDEX_INSERT)                                                                                \
    X(INDEX_DELETE)                                                                                \
    X(EXTERNAL_FIND)                                                                               \
    X(EXTERNAL_INSERT)                                                                             \
    X(EXTERNAL_DELETE)                                                                             \
    X(COUNTER_FIND)                                                                                \
    X(COUNTER_ADD)                                                                                 \
    X(MEMBER_INSERT)                                                                               \
    X(MEMBER_DELETE)                                                                               \
    X(MEMBER_DELETE_ALL)                                                                           \
    X(MEMBER_FIND)                                                                                 \
    X(MEMBER_PAGE)                                                                                 \
    X(MEMBER_PAGE_DISPLAY)                                                                         \
    X(MEMBER_PAGE_OWNED)                                                                           \
    X(GROUPS_DIRECT)                                                                               \
    X(GROUPS_OF)                                                                                   \
    X(GROUPS_OF_SPAN)                                                                              \
    X(GROUPS_NESTED)                                                                               \
    X(GROUPS_OF_EACH)                                                                              \
    X(GROUPS_ABOVE)                                                                                \
    X(GROUPS_HEADS)                                                                                \
    X(GROUP_DUPLICATES)                                                                            \
    X(SCHEMA_LIST)                                                                                 \
    X(SCHEMA_PUT)                                                                                  \
    X(SCHEMA_REMOVE)                                                                               \
    X(SCHEMAS_TOUCH)                                                                               \
    X(TYPE_LIST)                                                                                   \
    X(TYPE_PUT)                                                                                    \
    X(TYPE_REMOVE)                                                                                 \
    X(EXTENSION_LIST)                                                                              \
    X(EXTENSION_PUT)                                                                               \
    X(EXTENSION_REMOVE)                                                                            \
    X(DECLARED_LIST)                                                                               \
    X(DECLARED_PUT)                                                                                \
    X(DECLARED_REMOVE)                                                                             \
    X(HOLDERS_COUNT)                                                                               \
    X(HOLDERS_SINCE)                                                                               \
    X(FILL_ROWS)                                                                                   \
    X(INDEX_FILL)                                                                                  \
    X(DROP_INDEX)                                                                                  \
    X(DROP_UNIQUE)                                                                                 \
    X(OWN_LIST)                                                                                    \
    X(CHAIN_FIND)                                                                                  \
    X(CHAIN_SET)                                                                                   \
    X(AUDIT_INSERT)                                                                                \
    X(AUDIT_LIST)                                                                                  \
    X(AUDIT_NEXT_TENANT)                                                                           \
    X(AUDIT_HEADS)                                                                                 \
    X(AUDIT_MEASURE)                                                                               \
    X(DETAIL_EACH)                                                                                 \
    X(CHANGE_MEMBER_EACH)                                                                          \
    X(DETAIL_INSERT)                                                                               \
    X(DETAIL_FIND)                                                                                 \
    X(CHANGE_MEMBER_INSERT)                                                                        \
    X(CHANGE_MEMBER_LIST)                                                                          \
    X(HOLD_INSERT)                                                                                 \
    X(HOLD_DELETE)                                                                                 \
    X(HOLD_FIND)                                                                                   \
    X(HOLD_LIST)                                                                                   \
    X(ERASE_DETAILS)                                                                               \
    X(ERASE_SPAN)                                                                                  \
    X(HISTORY_TIME)                                                                                \
    X(HISTORY_LAST)                                                                                \
    X(HISTORY_CREATION)                                                                            \
    X(HISTORY_BEHIND)                                                                              \
    X(HISTORY_BEFORE)                                                                              \
    X(HISTORY_DELETIONS)                                                                           \
    X(HISTORY_GROUPS)                                                                              \
    X(HISTORY_EDGE)                                                                                \
    X(HISTORY_WINDOW)                                                                              \
    X(HISTORY_DELTAS)                                                                              \
    X(CLEAR_INDEX)                                                                                 \
    X(CLEAR_UNIQUE)                                                                                \
    X(CLEAR_EXTERNALS)                                                                             \
    X(REMOVE_MEMBERS)                                                                              \
    X(REMOVE_CHANGE_MEMBERS)                                                                       \
    X(REMOVE_INDEX)                                                                                \
    X(REMOVE_UNIQUE)                                                                               \
    X(REMOVE_EXTERNALS)                                                                            \
    X(REMOVE_DETAILS_TO)                                                                           \
    X(REMOVE_DETAILS)                                                                              \
    X(REMOVE_RESOURCES)                                                                            \
    X(REMOVE_SCHEMAS)                                                                              \
    X(REMOVE_TYPES)                                                                                \
    X(REMOVE_EXTENSIONS)                                                                           \
    X(REMOVE_DECLARED)                                                                             \
    X(PASSWORD_SAVE)                                                                               \
    X(PASSWORD_DELETE)                                                                             \
    X(PASSWORD_FIND)                                                                               \
    X(GUARD_LOAD)                                                                                  \
    X(GUARD_SAVE)                                                                                  \
    X(GUARD_POPULATION)                                                                            \
    X(SILENCE_LOAD)                                                                                \
    X(SILENCE_SAVE)                                                                                \
    X(SILENCE_DUE)                                                                                 \
    X(SILENCE_COUNT)                                                                               \
    X(SILENCE_AGAIN)                                                                               \
    X(SILENCE_REST)                                                                                \
    X(SILENCE_SOURCE)                                                                              \
    X(MEMBER_COUNT)                                                                                \
    X(REMOVE_PASSWORDS_SOME)                                                                       \
    X(REMOVE_PASSWORDS)                                                                            \
    X(REMOVE_GUARDS)                                                                               \
    X(REMOVE_SILENCES)                                                                             \
    X(REMOVE_COUNTERS)                                                                             \
    X(REMOVE_TOKENS)                                                                               \
    X(REMOVE_SOURCES)                                                                              \
    X(REMOVE_TENANT)

enum statement {
#define STATEMENT_NAME(name) STATEMENT_##name,
    STATEMENTS(STATEMENT_NAME)
#undef STATEMENT_NAME
        STATEMENT_COUNT
};

extern const char *const statements_sqlite[STATEMENT_COUNT];

// Columns of every statement that loads whole resources, in this order.
#define RESOURCE_COLUMNS                                                                           \
    "r.row, r.type, r.id, r.revision, r.created_ms, r.modified_ms, r.encoding, r.manager_at, "     \
    "r.display, r.external_ids, r.document, r.owner"

enum resource_column {
    COLUMN_ROW,
    COLUMN_TYPE,
    COLUMN_ID,
    COLUMN_REVISION,
    COLUMN_CREATED_MS,
    COLUMN_MODIFIED_MS,
    COLUMN_ENCODING,
    COLUMN_MANAGER_AT,
    COLUMN_DISPLAY,
    COLUMN_EXTERNAL_IDS,
    COLUMN_DOCUMENT,
    COLUMN_OWNER,
    COLUMN_COUNT,  // of a resource; what a statement selects besides stands behind them
    COLUMN_GROUPED = COLUMN_COUNT,  // of RESOURCE_FIND_GROUPED only
};

#endif
