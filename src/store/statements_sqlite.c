// statements_sqlite.c: the fixed statements, for SQLite.
//
// Nearly all of it is the dialect that PostgreSQL shares; json_each is not.
// SPDX-License-Identifier: Apache-2.0
#include "store/statements.h"

#define TENANT_COLUMNS                                                                             \
    "t.tenant, t.name, t.settings, t.suspended, t.created_ms, t.schemas,"                          \
    " coalesce((SELECT count FROM counter AS u WHERE u.tenant = t.tenant AND u.type = 1), 0),"     \
    " coalesce((SELECT count FROM counter AS g WHERE g.tenant = t.tenant AND g.type = 2), 0),"     \
    " coalesce((SELECT group_concat(s.name, ',') FROM silence AS q JOIN source AS s"               \
    " ON s.tenant = q.tenant AND s.source = q.source"                                              \
    " WHERE q.tenant = t.tenant AND q.alarmed_ms > 0), '')"

#define SILENCE_COLUMNS                                                                            \
    "q.tenant, q.source, q.heard_ms, q.from_ms, q.alarm_at_ms, q.alarmed_ms, q.days"

#define TOKEN_COLUMNS                                                                              \
    "k.token, k.tenant, k.source, s.name, k.label, k.user_id, k.client, k.scopes, k.digest,"       \
    " k.created_ms, k.expires_ms, k.revoked_ms, k.used_ms, k.used_address, t.suspended,"           \
    " t.name, t.settings, t.schemas, c.thumbprint, coalesce(c.subject, a.name), s.policy,"         \
    " EXISTS (SELECT 1 FROM source AS p WHERE p.tenant = k.tenant AND p.policy <> '')"             \
    ", i.url, a.kind, a.subject"

#define TOKEN_TABLES                                                                               \
    "token AS k JOIN tenant AS t ON t.tenant = k.tenant"                                           \
    " JOIN source AS s ON s.tenant = k.tenant AND s.source = k.source"                             \
    " LEFT JOIN certificate AS c ON c.tenant = k.tenant AND c.token = k.token"                     \
    " LEFT JOIN issuer AS i ON i.tenant = k.tenant AND i.token = k.token"                          \
    " LEFT JOIN authority AS a ON a.tenant = k.tenant AND a.token = k.token"

#define ISSUER_COLUMNS                                                                             \
    TOKEN_COLUMNS                                                                                  \
    ", i.source, i.audience, i.subject, i.claims, i.client, i.plain, i.fetched_ms,"                \
    " i.key_count, i.error"

// As in AUDIT_LIST.
#define HISTORY_COLUMNS                                                                            \
    "a.sequence, a.time_ms, a.kind, a.type, a.row, a.id, a.revision, a.actor, a.credential,"       \
    " a.address, a.request_id, a.detail, a.detail_digest, a.digest"

const char *const statements_sqlite[STATEMENT_COUNT] = {
    // The store itself
    [STATEMENT_MIGRATION_LIST] = "SELECT number, digest FROM migration ORDER BY number",
    [STATEMENT_MIGRATION_INSERT] =
        "INSERT INTO migration (number, name, digest) VALUES ($1, $2, $3)",
    [STATEMENT_META_FIND] = "SELECT text FROM meta WHERE name = $1",
    [STATEMENT_META_SET] = "INSERT INTO meta (name, number, text) VALUES ($1, 0, $2)"
                           " ON CONFLICT (name) DO UPDATE SET text = excluded.text",
    // Gives the last number of the block.
    [STATEMENT_NUMBER_TAKE] = "INSERT INTO meta (name, number, text) VALUES ($1, $2, '')"
                              " ON CONFLICT (name) DO UPDATE"
                              " SET number = meta.number + excluded.number"
                              " RETURNING number",
    [STATEMENT_ATTRIBUTE_LIST] = "SELECT attribute, type, path FROM attribute",
    [STATEMENT_ATTRIBUTE_INSERT] =
        "INSERT INTO attribute (attribute, type, path) VALUES ($1, $2, $3)",
    [STATEMENT_TRUNCATED_LIST] =
        "SELECT DISTINCT tenant, attribute FROM index_value WHERE truncated = 1"
        " UNION SELECT DISTINCT tenant, attribute FROM unique_value WHERE truncated = 1"
        " UNION SELECT DISTINCT tenant, also FROM unique_value WHERE truncated = 1",
    [STATEMENT_PING] = "SELECT 1 FROM meta LIMIT 1",

    // Tenants, sources, tokens
    [STATEMENT_TENANT_INSERT] = "INSERT INTO tenant (tenant, name, settings, suspended, created_ms)"
                                " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name) DO NOTHING",
    [STATEMENT_TENANT_FIND] = "SELECT " TENANT_COLUMNS " FROM tenant AS t WHERE t.name = $1",
    [STATEMENT_TENANT_LOAD] = "SELECT " TENANT_COLUMNS " FROM tenant AS t WHERE t.tenant = $1",
    [STATEMENT_TENANT_LIST] = "SELECT " TENANT_COLUMNS " FROM tenant AS t ORDER BY t.name",
    [STATEMENT_TENANT_SAVE] = "UPDATE tenant SET settings = $2, suspended = $3 WHERE tenant = $1",
    [STATEMENT_SOURCE_INSERT] = "INSERT INTO source (tenant, source, name) VALUES ($1, $2, $3)",
    [STATEMENT_SOURCE_LIST] = "SELECT source, name, policy FROM source WHERE tenant = $1"
                              " ORDER BY name",
    [STATEMENT_SOURCE_SAVE] = "UPDATE source SET policy = $3 WHERE tenant = $1 AND source = $2",
    [STATEMENT_SOURCE_DELETE] = "DELETE FROM source WHERE tenant = $1 AND source = $2",
    // Of $2: what it owns, as $3; its people among that; its credentials that may be used at $4.
    [STATEMENT_SOURCE_COUNT] =
        "SELECT count(*), coalesce(sum(type = 1), 0),"
        " (SELECT count(*) FROM token AS k WHERE k.tenant = $1 AND k.source = $2"
        "  AND k.revoked_ms = 0 AND (k.expires_ms = 0 OR k.expires_ms > $4))"
        " FROM resource AS r WHERE r.tenant = $1 AND r.owner > 0 AND r.owner = $3",
    [STATEMENT_SOURCE_HAND_OVER] =
        "UPDATE resource SET owner = $3 WHERE tenant = $1 AND owner > 0 AND owner = $2",
    [STATEMENT_SOURCE_END_CERTIFICATES] =
        "DELETE FROM certificate WHERE tenant = $1 AND token IN"
        " (SELECT token FROM token WHERE tenant = $1 AND source = $2)",
    [STATEMENT_SOURCE_END_ISSUERS] = "DELETE FROM issuer WHERE tenant = $1 AND token IN"
                                     " (SELECT token FROM token WHERE tenant = $1 AND source = $2)",
    [STATEMENT_SOURCE_END_AUTHORITIES] =
        "DELETE FROM authority WHERE tenant = $1 AND token IN"
        " (SELECT token FROM token WHERE tenant = $1 AND source = $2)",
    [STATEMENT_SOURCE_END_TOKENS] = "DELETE FROM token WHERE tenant = $1 AND source = $2",
    [STATEMENT_SOURCE_END_GUARD] = "DELETE FROM guard WHERE tenant = $1 AND source = $2",
    [STATEMENT_SOURCE_END_SILENCE] = "DELETE FROM silence WHERE tenant = $1 AND source = $2",
    // People with an address that ends in $4, by their userName ($2) or e-mail ($3). A key that was
    // cut may hide its end.
    [STATEMENT_SOURCE_CLAIMED] =
        "SELECT row FROM unique_value WHERE tenant = $1 AND attribute = $2"
        " AND (substr(key, -length($4)) = $4 OR truncated = 1)"
        " UNION SELECT row FROM index_value WHERE tenant = $1 AND attribute = $3"
        " AND (substr(key, -length($4)) = $4 OR truncated = 1)",
    [STATEMENT_SOURCE_FIND] = "SELECT source FROM source WHERE tenant = $1 AND name = $2",
    [STATEMENT_TOKEN_INSERT] =
        "INSERT INTO token (tenant, token, source, label, user_id, scopes, digest, created_ms,"
        " expires_ms, revoked_ms, used_ms, client)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (digest) DO "
        "NOTHING",
    // A digest names its tenant; so does the number of a token.
    [STATEMENT_TOKEN_FIND] = "SELECT " TOKEN_COLUMNS " FROM " TOKEN_TABLES
                             " WHERE k.tenant = t.tenant AND k.digest = $1",
    [STATEMENT_TOKEN_LIST] = "SELECT " TOKEN_COLUMNS " FROM " TOKEN_TABLES
                             " WHERE ($1 = 0 OR k.tenant = $1) AND k.client = '' ORDER BY k.token",
    [STATEMENT_CLIENT_LIST] = "SELECT " TOKEN_COLUMNS " FROM " TOKEN_TABLES
                              " WHERE ($1 = 0 OR k.tenant = $1) AND k.client <> ''"
                              " ORDER BY t.name, k.client, k.token",
    // The id of a client names its tenant.
    [STATEMENT_CLIENT_FIND] = "SELECT " TOKEN_COLUMNS " FROM " TOKEN_TABLES
                              " WHERE k.tenant = t.tenant AND k.client = $1 AND k.client <> ''"
                              " ORDER BY k.token",
    [STATEMENT_TOKEN_LOAD] =
        "SELECT " TOKEN_COLUMNS " FROM " TOKEN_TABLES " WHERE k.tenant = t.tenant AND k.token = $1",
    [STATEMENT_TOKEN_REVOKE] = "UPDATE token SET revoked_ms = $2"
                               " WHERE (tenant, token) IN"
                               " (SELECT tenant, token FROM token WHERE token = $1)",
    [STATEMENT_TOKEN_EXPIRE] = "UPDATE token SET expires_ms = $2"
                               " WHERE (tenant, token) IN"
                               " (SELECT tenant, token FROM token WHERE token = $1)",
    [STATEMENT_TOKEN_TOUCH] = "UPDATE token SET used_ms = $2, used_address = $3"
                              " WHERE (tenant, token) IN (SELECT tenant, token FROM token"
                              " WHERE token = $1 AND (used_ms < $2 OR used_ms > $4))",
    [STATEMENT_TOKEN_FORGET] = "UPDATE token SET digest = $2"
                               " WHERE (tenant, token) IN"
                               " (SELECT tenant, token FROM token WHERE token = $1)",
    [STATEMENT_CERTIFICATE_INSERT] = "INSERT INTO certificate (tenant, token, thumbprint, subject)"
                                     " VALUES ($1, $2, $3, $4)",
    [STATEMENT_CERTIFICATE_ANY] = "SELECT 1 FROM certificate WHERE tenant > 0"
                                  " UNION ALL SELECT 1 FROM authority WHERE tenant > 0 LIMIT 1",
    [STATEMENT_ASSERTION_INSERT] = "INSERT INTO assertion (tenant, digest, expires_ms)"
                                   " VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    [STATEMENT_ASSERTION_LIST] = "SELECT tenant, digest, expires_ms FROM assertion"
                                 " WHERE tenant > 0 AND expires_ms > $1 LIMIT $2",
    [STATEMENT_ASSERTION_TRIM] = "DELETE FROM assertion WHERE (tenant, digest) IN"
                                 " (SELECT tenant, digest FROM assertion WHERE expires_ms <= $1"
                                 " LIMIT $2)",
    [STATEMENT_AUTHORITY_INSERT] =
        "INSERT INTO authority (tenant, token, kind, name, subject, certificates)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
    // Which tenant a certificate is for is found out by this.
    [STATEMENT_AUTHORITY_FIND] = "SELECT " TOKEN_COLUMNS ", a.certificates FROM " TOKEN_TABLES
                                 " WHERE k.tenant = t.tenant AND a.kind = $1 AND a.name = $2"
                                 " AND k.revoked_ms = 0 ORDER BY k.token LIMIT $3",
    [STATEMENT_ISSUER_INSERT] =
        "INSERT INTO issuer (tenant, token, url, source, audience, subject, claims, client, plain,"
        " fetched_ms, key_count, error) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, '')",
    // Which tenant a token is for is found out by this.
    [STATEMENT_ISSUER_FIND] = "SELECT " ISSUER_COLUMNS " FROM " TOKEN_TABLES
                              " WHERE k.tenant = t.tenant AND i.url = $1 AND k.revoked_ms = 0"
                              " ORDER BY k.token LIMIT $2",
    [STATEMENT_ISSUER_LIST] = "SELECT " ISSUER_COLUMNS " FROM " TOKEN_TABLES
                              " WHERE ($1 = 0 OR k.tenant = $1) AND i.url IS NOT NULL"
                              " ORDER BY k.token",
    [STATEMENT_ISSUER_LOAD] = "SELECT " ISSUER_COLUMNS " FROM " TOKEN_TABLES
                              " WHERE k.tenant = t.tenant AND k.token = $1 AND i.url IS NOT NULL",
    [STATEMENT_ISSUER_NOTE] = "UPDATE issuer SET fetched_ms = $2, key_count = $3, error = $4"
                              " WHERE tenant > 0 AND source = $1",
    [STATEMENT_TOKEN_ENDING] = "SELECT " TOKEN_COLUMNS " FROM " TOKEN_TABLES
                               " WHERE k.tenant = t.tenant AND k.revoked_ms = 0"
                               " AND k.expires_ms > $1 AND k.expires_ms > 0 AND t.suspended = 0"
                               " ORDER BY k.expires_ms, k.token LIMIT $2",

    // Resources and their index rows
    [STATEMENT_RESOURCE_FIND] =
        "SELECT " RESOURCE_COLUMNS " FROM resource AS r WHERE r.tenant = $1 AND r.id = $2",
    [STATEMENT_RESOURCE_FIND_GROUPED] =
        "SELECT " RESOURCE_COLUMNS
        ", EXISTS (SELECT 1 FROM member AS m WHERE m.tenant = r.tenant AND m.member_row = r.row)"
        " FROM resource AS r WHERE r.tenant = $1 AND r.id = $2",
    [STATEMENT_RESOURCE_LOAD] =
        "SELECT " RESOURCE_COLUMNS " FROM resource AS r WHERE r.row = $2 AND r.tenant = $1",
    [STATEMENT_RESOURCE_FIND_HEAD] = "SELECT row, type, id, revision, display, owner FROM resource"
                                     " WHERE tenant = $1 AND id = $2",
    [STATEMENT_RESOURCE_NEWEST] = "SELECT created_ms FROM resource"
                                  " WHERE tenant = $1 AND type = $2 ORDER BY row DESC LIMIT 1",
    [STATEMENT_RESOURCE_EXTERNALS] =
        "SELECT external_ids FROM resource WHERE row = $2 AND tenant = $1",
    [STATEMENT_RESOURCE_INSERT] =
        "INSERT INTO resource (row, tenant, type, id, revision, created_ms, modified_ms, encoding,"
        " manager_at, display, external_ids, document, owner)"
        " VALUES ($2, $1, $3, $4, $5, $6, $7, 0, $8, $9, $10, $11, $12)"
        " ON CONFLICT (tenant, id) DO NOTHING",
    [STATEMENT_RESOURCE_UPDATE] =
        "UPDATE resource SET revision = $3, modified_ms = $4, manager_at = $5, display = $6,"
        " document = $7 WHERE row = $2 AND tenant = $1",
    [STATEMENT_RESOURCE_TOUCH] = "UPDATE resource SET revision = $3, modified_ms = $4"
                                 " WHERE row = $2 AND tenant = $1",
    [STATEMENT_RESOURCE_SET_EXTERNALS] =
        "UPDATE resource SET external_ids = $3 WHERE row = $2 AND tenant = $1",
    [STATEMENT_RESOURCE_SET_OWNER] =
        "UPDATE resource SET owner = $3 WHERE row = $2 AND tenant = $1",
    // To the source whose credential made it first, while there is that
    [STATEMENT_RESOURCE_RETURN] =
        "UPDATE resource SET owner = coalesce((SELECT"
        "  CASE WHEN s.name = 'default' THEN 0 ELSE s.source END FROM audit AS a"
        "  JOIN token AS k ON k.tenant = a.tenant AND k.token = a.credential"
        "  JOIN source AS s ON s.tenant = k.tenant AND s.source = k.source"
        "  WHERE a.tenant = $1 AND a.id = resource.id AND a.kind = 1 AND a.type > 0"
        "  ORDER BY a.sequence LIMIT 1), 0)"
        " WHERE row = $2 AND tenant = $1",
    [STATEMENT_RESOURCE_DELETE] = "DELETE FROM resource WHERE row = $2 AND tenant = $1",
    // For rebuilding keys: whole tenants after one another, by the order of rows.
    [STATEMENT_RESOURCE_EACH] = "SELECT " RESOURCE_COLUMNS ", r.tenant FROM resource AS r"
                                " JOIN tenant AS t ON t.tenant = r.tenant"
                                " WHERE r.row > $1"
                                " AND r.tenant = CASE WHEN $3 > 0 THEN $3"
                                " WHEN t.schemas = 0 THEN r.tenant END"
                                " ORDER BY r.row LIMIT $2",
    [STATEMENT_UNIQUE_FIND] =
        "SELECT row FROM unique_value WHERE tenant = $1 AND attribute = $2 AND key = $3",
    [STATEMENT_UNIQUE_INSERT] =
        "INSERT INTO unique_value (tenant, attribute, key, row, truncated, also, element, kind)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        " ON CONFLICT (tenant, attribute, key) DO NOTHING",
    [STATEMENT_UNIQUE_SET_ALSO] = "UPDATE unique_value SET also = $5, element = $6, kind = $7"
                                  " WHERE tenant = $1 AND attribute = $2 AND key = $3 AND row = $4",
    [STATEMENT_UNIQUE_DELETE] = "DELETE FROM unique_value"
                                " WHERE tenant = $1 AND attribute = $2 AND key = $3 AND row = $4",
    [STATEMENT_INDEX_FIND] =
        "SELECT row FROM index_value"
        " WHERE tenant = $1 AND attribute = $2 AND key = $3 AND element >= 0 AND row <> $4"
        " ORDER BY row LIMIT 1",
    [STATEMENT_INDEX_INSERT] =
        "INSERT INTO index_value (tenant, attribute, key, row, element, kind, truncated)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
    [STATEMENT_INDEX_DELETE] = "DELETE FROM index_value WHERE tenant = $1 AND attribute = $2"
                               " AND key = $3 AND row = $4 AND element = $5",
    [STATEMENT_EXTERNAL_FIND] =
        "SELECT row FROM external_id"
        " WHERE tenant = $1 AND type = $2 AND source = $3 AND key = $4 ORDER BY row LIMIT 1",
    [STATEMENT_EXTERNAL_INSERT] = "INSERT INTO external_id (tenant, type, source, key, row)"
                                  " VALUES ($1, $2, $3, $4, $5)",
    [STATEMENT_EXTERNAL_DELETE] = "DELETE FROM external_id WHERE tenant = $1 AND type = $2"
                                  " AND source = $3 AND key = $4 AND row = $5",
    [STATEMENT_COUNTER_FIND] = "SELECT count FROM counter WHERE tenant = $1 AND type = $2",
    [STATEMENT_COUNTER_ADD] = "INSERT INTO counter (tenant, type, count) VALUES ($1, $2, $3)"
                              " ON CONFLICT (tenant, type)"
                              " DO UPDATE SET count = counter.count + excluded.count",

    // Membership
    [STATEMENT_MEMBER_INSERT] =
        "INSERT INTO member (tenant, group_row, member_row, id, type) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (tenant, group_row, member_row) DO NOTHING",
    [STATEMENT_MEMBER_DELETE] =
        "DELETE FROM member WHERE tenant = $1 AND group_row = $2 AND member_row = $3",
    [STATEMENT_MEMBER_DELETE_ALL] = "DELETE FROM member WHERE tenant = $1 AND group_row = $2",
    [STATEMENT_MEMBER_COUNT] = "SELECT count(*) FROM member WHERE tenant = $1 AND group_row = $2",
    [STATEMENT_MEMBER_FIND] =
        "SELECT 1 FROM member WHERE tenant = $1 AND group_row = $2 AND member_row = $3",
    [STATEMENT_MEMBER_PAGE] =
        "SELECT member_row, type, id FROM member"
        " WHERE tenant = $1 AND group_row = $2 AND member_row > $3 ORDER BY member_row LIMIT $4",
    [STATEMENT_MEMBER_PAGE_DISPLAY] =
        "SELECT m.member_row, m.type, m.id, r.display"
        " FROM member AS m LEFT JOIN resource AS r ON r.row = m.member_row"
        " WHERE m.tenant = $1 AND m.group_row = $2 AND m.member_row > $3"
        " ORDER BY m.member_row LIMIT $4",
    // Members, and whether one source owns them
    [STATEMENT_MEMBER_PAGE_OWNED] =
        "SELECT m.member_row, m.type, m.id, r.display, r.owner = $5 FROM"
        " (SELECT member_row, type, id FROM member"
        "  WHERE tenant = $1 AND group_row = $2 AND member_row > $3 ORDER BY member_row LIMIT $4)"
        " AS m LEFT JOIN resource AS r ON r.row = m.member_row AND r.tenant = $1"
        " ORDER BY m.member_row",
    [STATEMENT_GROUPS_DIRECT] = "SELECT r.row, r.id, r.display, r.revision, r.owner"
                                " FROM member AS m JOIN resource AS r ON r.row = m.group_row"
                                " WHERE m.tenant = $1 AND m.member_row = $2 AND m.group_row > $3"
                                " ORDER BY m.group_row LIMIT $4",
    // The groups of one member, and whether each is in a group itself: looked up only for tenants
    // that nest groups at all, which the first EXISTS finds out once.
    [STATEMENT_GROUPS_OF] =
        "SELECT r.row, r.id, r.display, r.revision, r.owner, CASE WHEN"
        " EXISTS (SELECT 1 FROM member AS a INDEXED BY member_nested"
        "  WHERE a.tenant = $1 AND a.type = 2)"
        " THEN EXISTS (SELECT 1 FROM member AS n INDEXED BY member_nested"
        "  WHERE n.tenant = $1 AND n.type = 2 AND n.member_row = m.group_row)"
        " ELSE 0 END"
        " FROM member AS m CROSS JOIN resource AS r"
        " WHERE m.tenant = $1 AND m.member_row = $2 AND r.row = m.group_row AND r.tenant = $1"
        " LIMIT $3",
    [STATEMENT_GROUPS_OF_SPAN] = "SELECT member_row, group_row FROM member"
                                 " WHERE tenant = $1 AND member_row BETWEEN $2 AND $3"
                                 " ORDER BY member_row, group_row",
    [STATEMENT_GROUPS_NESTED] =
        "SELECT 1 FROM member INDEXED BY member_nested WHERE tenant = $1 AND type = 2 LIMIT 1",
    // CROSS JOIN keeps the order of the list, and the index that of the groups: groups.c relies on
    // the edges of one row standing together.
    [STATEMENT_GROUPS_OF_EACH] = "SELECT w.key, m.group_row"
                                 " FROM json_each($2) AS w CROSS JOIN member AS m"
                                 " WHERE m.tenant = $1 AND m.member_row = w.value",
    // Only groups are looked up here, in an index of its own that most tenants leave empty.
    [STATEMENT_GROUPS_ABOVE] =
        "SELECT w.key, m.group_row"
        " FROM json_each($2) AS w CROSS JOIN member AS m INDEXED BY member_nested"
        " WHERE m.tenant = $1 AND m.type = 2 AND m.member_row = w.value",
    [STATEMENT_GROUPS_HEADS] = "SELECT w.key, r.id, r.display, r.revision, r.owner"
                               " FROM json_each($2) AS w CROSS JOIN resource AS r"
                               " WHERE r.row = w.value AND r.tenant = $1",
    [STATEMENT_GROUP_DUPLICATES] =
        "SELECT r.display, d.count FROM"
        " (SELECT key, min(row) AS row, count(*) AS count FROM index_value"
        "  WHERE tenant = $1 AND attribute = $2 AND element >= 0"
        "  GROUP BY key HAVING count(*) > 1 ORDER BY key LIMIT $3) AS d"
        " JOIN resource AS r ON r.row = d.row ORDER BY d.key",

    // Schemas and resource types of tenants
    [STATEMENT_SCHEMA_LIST] = "SELECT document FROM tenant_schema WHERE tenant = $1 ORDER BY name",
    [STATEMENT_SCHEMA_PUT] = "INSERT INTO tenant_schema (tenant, name, document)"
                             " VALUES ($1, $2, $3) ON CONFLICT (tenant, name)"
                             " DO UPDATE SET document = excluded.document",
    [STATEMENT_SCHEMA_REMOVE] = "DELETE FROM tenant_schema WHERE tenant = $1 AND name = $2",
    [STATEMENT_SCHEMAS_TOUCH] = "UPDATE tenant SET schemas = schemas + 1 WHERE tenant = $1",
    [STATEMENT_TYPE_LIST] = "SELECT type, name, endpoint, description, schema FROM tenant_type"
                            " WHERE tenant = $1 ORDER BY type",
    [STATEMENT_TYPE_PUT] =
        "INSERT INTO tenant_type (tenant, type, name, endpoint, description, schema)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant, type)"
        " DO UPDATE SET description = excluded.description",
    [STATEMENT_TYPE_REMOVE] = "DELETE FROM tenant_type WHERE tenant = $1 AND type = $2",
    [STATEMENT_EXTENSION_LIST] = "SELECT type, schema, required FROM tenant_extension"
                                 " WHERE tenant = $1 ORDER BY type, schema",
    [STATEMENT_EXTENSION_PUT] = "INSERT INTO tenant_extension (tenant, type, schema, required)"
                                " VALUES ($1, $2, $3, $4) ON CONFLICT (tenant, type, schema)"
                                " DO UPDATE SET required = excluded.required",
    [STATEMENT_EXTENSION_REMOVE] =
        "DELETE FROM tenant_extension WHERE tenant = $1 AND type = $2 AND schema = $3",
    [STATEMENT_DECLARED_LIST] =
        "SELECT attribute, type, path, only_once, complete, after FROM tenant_index"
        " WHERE tenant = $1 ORDER BY attribute",
    [STATEMENT_DECLARED_PUT] =
        "INSERT INTO tenant_index (tenant, attribute, type, path, only_once, complete, after)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant, attribute)"
        " DO UPDATE SET complete = excluded.complete, after = excluded.after",
    [STATEMENT_DECLARED_REMOVE] = "DELETE FROM tenant_index WHERE tenant = $1 AND attribute = $2",
    // Of the next $5 resources behind row $3: how many hold the text $4, and where it ends.
    [STATEMENT_HOLDERS_COUNT] =
        "SELECT count(*), coalesce(sum(instr(document, $4) > 0), 0), coalesce(max(row), 0) FROM"
        " (SELECT row, document FROM resource WHERE tenant = $1 AND type = $2 AND row > $3"
        "  ORDER BY row LIMIT $5)",
    [STATEMENT_HOLDERS_SINCE] =
        "SELECT count(*) FROM resource"
        " WHERE tenant = $1 AND type = $2 AND modified_ms >= $3 AND instr(document, $4) > 0",
    [STATEMENT_FILL_ROWS] = "SELECT row, document FROM resource"
                            " WHERE tenant = $1 AND type = $2 AND row > $3 ORDER BY row LIMIT $4",
    // A write that came first has made the row already.
    [STATEMENT_INDEX_FILL] =
        "INSERT INTO index_value (tenant, attribute, key, row, element, kind, truncated)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)"
        " ON CONFLICT (tenant, attribute, key, row, element) DO NOTHING",
    [STATEMENT_DROP_INDEX] =
        "DELETE FROM index_value WHERE (tenant, attribute, key, row, element) IN"
        " (SELECT tenant, attribute, key, row, element FROM index_value"
        "  WHERE tenant = $1 AND attribute = $2 LIMIT $3)",
    [STATEMENT_DROP_UNIQUE] = "DELETE FROM unique_value WHERE (tenant, attribute, key) IN"
                              " (SELECT tenant, attribute, key FROM unique_value"
                              "  WHERE tenant = $1 AND attribute = $2 LIMIT $3)",
    [STATEMENT_OWN_LIST] = "SELECT tenant FROM tenant WHERE schemas > 0 ORDER BY tenant",

    // Changes and audit
    [STATEMENT_CHAIN_FIND] = "SELECT sequence, digest FROM audit_head WHERE tenant = $1",
    [STATEMENT_CHAIN_SET] = "INSERT INTO audit_head (tenant, sequence, digest) VALUES ($1, $2, $3)"
                            " ON CONFLICT (tenant)"
                            " DO UPDATE SET sequence = excluded.sequence, digest = excluded.digest",
    [STATEMENT_AUDIT_INSERT] =
        "INSERT INTO audit (tenant, sequence, time_ms, kind, type, row, id, revision, actor,"
        " credential, address, request_id, detail, detail_digest, digest)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    [STATEMENT_AUDIT_LIST] =
        "SELECT sequence, time_ms, kind, type, row, id, revision, actor, credential, address,"
        " request_id, detail, detail_digest, digest"
        " FROM audit WHERE tenant = $1 AND sequence > $2 ORDER BY sequence",
    [STATEMENT_DETAIL_INSERT] =
        "INSERT INTO audit_detail (detail, tenant, sequence, salt, before, after)"
        " VALUES ($2, $1, $3, $4, $5, $6)",
    [STATEMENT_DETAIL_FIND] = "SELECT sequence, salt, before, after FROM audit_detail"
                              " WHERE detail = $2 AND tenant = $1",
    [STATEMENT_CHANGE_MEMBER_INSERT] =
        "INSERT INTO change_member (tenant, sequence, place, member_row, id, added)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
    [STATEMENT_CHANGE_MEMBER_LIST] =
        "SELECT member_row, id, added, place FROM change_member"
        " WHERE tenant = $1 AND sequence = $2 AND place > $3 ORDER BY place",
    [STATEMENT_AUDIT_NEXT_TENANT] =
        "SELECT tenant FROM (SELECT min(tenant) AS tenant FROM audit WHERE tenant > $1"
        "  UNION ALL SELECT min(tenant) FROM audit_head WHERE tenant > $1)"
        " WHERE tenant IS NOT NULL ORDER BY tenant LIMIT 1",
    [STATEMENT_AUDIT_HEADS] = "SELECT tenant, sequence, digest FROM audit_head ORDER BY tenant",
    [STATEMENT_AUDIT_MEASURE] =
        "SELECT (SELECT coalesce(sum(sequence), 0) FROM audit_head WHERE $1 IN (0, tenant)),"
        " (SELECT coalesce(max(detail), 0) FROM audit_detail)",
    // Whether the entry of a detail, or of members, refers to it
    [STATEMENT_DETAIL_EACH] =
        "SELECT d.detail, d.tenant, d.sequence, a.detail IS d.detail FROM audit_detail AS d"
        " LEFT JOIN audit AS a ON a.tenant = d.tenant AND a.sequence = d.sequence"
        " WHERE d.detail > $1 ORDER BY d.detail",
    [STATEMENT_CHANGE_MEMBER_EACH] =
        "SELECT m.tenant, m.sequence, coalesce(a.detail, 0) <> 0 FROM change_member AS m"
        " LEFT JOIN audit AS a ON a.tenant = m.tenant AND a.sequence = m.sequence"
        " WHERE (m.tenant, m.sequence) > ($1, $2) GROUP BY m.tenant, m.sequence"
        " ORDER BY m.tenant, m.sequence",

    // Details that go, and who is held against that
    [STATEMENT_HOLD_INSERT] = "INSERT INTO hold (tenant, id, reason, actor, since_ms)"
                              " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant, id) DO NOTHING",
    [STATEMENT_HOLD_DELETE] = "DELETE FROM hold WHERE tenant = $1 AND id = $2",
    [STATEMENT_HOLD_FIND] =
        "SELECT id, reason, actor, since_ms FROM hold WHERE tenant = $1 AND id = $2",
    [STATEMENT_HOLD_LIST] =
        "SELECT id, reason, actor, since_ms FROM hold WHERE tenant = $1 ORDER BY since_ms, id",
    [STATEMENT_ERASE_DETAILS] =
        "DELETE FROM audit_detail WHERE detail IN"
        " (SELECT detail FROM audit WHERE tenant = $1 AND id = $2 AND type > 0 AND detail > 0)",
    [STATEMENT_ERASE_SPAN] =
        "DELETE FROM audit_detail WHERE detail IN"
        " (SELECT a.detail FROM audit AS a WHERE a.tenant = $1 AND a.sequence > $2"
        "  AND a.sequence <= $3 AND a.detail > 0 AND NOT EXISTS"
        "  (SELECT 1 FROM hold AS h WHERE h.tenant = $1 AND h.id = a.id))",

    // What a resource was
    [STATEMENT_HISTORY_TIME] = "SELECT time_ms FROM audit WHERE tenant = $1 AND sequence = $2",
    [STATEMENT_HISTORY_LAST] =
        "SELECT " HISTORY_COLUMNS " FROM audit AS a WHERE a.tenant = $1 AND a.id = $2"
        " AND a.type > 0 AND a.sequence <= $3 ORDER BY a.sequence DESC LIMIT 1",
    [STATEMENT_HISTORY_CREATION] =
        "SELECT " HISTORY_COLUMNS " FROM audit AS a WHERE a.tenant = $1 AND a.id = $2"
        " AND a.type > 0 AND a.kind = 1 AND a.sequence <= $3 ORDER BY a.sequence DESC LIMIT 1",
    [STATEMENT_HISTORY_BEHIND] =
        "SELECT " HISTORY_COLUMNS " FROM audit AS a WHERE a.tenant = $1 AND a.id = $2"
        " AND a.type > 0 AND a.sequence > $3 ORDER BY a.sequence LIMIT $4",
    [STATEMENT_HISTORY_BEFORE] =
        "SELECT " HISTORY_COLUMNS " FROM audit AS a WHERE a.tenant = $1 AND a.id = $2"
        " AND a.type > 0 AND a.sequence < $3 ORDER BY a.sequence DESC LIMIT $4",
    // 4 is CHANGE_DELETE, and a constant so that the index of deletions is used.
    [STATEMENT_HISTORY_DELETIONS] =
        "SELECT " HISTORY_COLUMNS " FROM audit AS a WHERE a.tenant = $1 AND a.kind = 4"
        " AND a.type = $2 AND a.sequence < $3 ORDER BY a.sequence DESC LIMIT $4",
    // Groups whose edge did not change since, and those whose first change since took it away. The
    // deltas of one change are numbered from its end.
    [STATEMENT_HISTORY_GROUPS] =
        "SELECT e.group_row AS grp, r.id AS id FROM member AS e JOIN resource AS r"
        " ON r.row = e.group_row WHERE e.tenant = $1 AND e.member_row = $2"
        " EXCEPT SELECT a.row, a.id FROM change_member AS m JOIN audit AS a"
        "  ON a.tenant = m.tenant AND a.sequence = m.sequence"
        "  WHERE m.tenant = $1 AND m.member_row = $2 AND m.sequence > $3"
        " UNION ALL SELECT grp, id FROM"
        " (SELECT a.row AS grp, a.id AS id, m.added AS added,"
        "  row_number() OVER (PARTITION BY a.row ORDER BY m.sequence, m.place DESC) AS nth"
        "  FROM change_member AS m JOIN audit AS a"
        "  ON a.tenant = m.tenant AND a.sequence = m.sequence"
        "  WHERE m.tenant = $1 AND m.member_row = $2 AND m.sequence > $3) AS d"
        " WHERE nth = 1 AND added = 0 ORDER BY grp LIMIT $4",
    [STATEMENT_HISTORY_EDGE] =
        "SELECT " HISTORY_COLUMNS ", m.added, m.place FROM change_member AS m JOIN audit AS a"
        " ON a.tenant = m.tenant AND a.sequence = m.sequence"
        " WHERE m.tenant = $1 AND m.member_row = $2 AND m.sequence > $3 AND a.id = $5"
        " ORDER BY m.sequence, m.place DESC LIMIT $4",
    [STATEMENT_HISTORY_WINDOW] =
        "SELECT " HISTORY_COLUMNS " FROM audit AS a WHERE a.tenant = $1 AND a.sequence > $2"
        " AND a.sequence < $3 AND a.type > 0 ORDER BY a.sequence DESC LIMIT $4",
    [STATEMENT_HISTORY_DELTAS] =
        "SELECT " HISTORY_COLUMNS ", m.added, m.place FROM change_member AS m JOIN audit AS a"
        " ON a.tenant = m.tenant AND a.sequence = m.sequence"
        " WHERE m.tenant = $1 AND m.member_row = $2 AND m.sequence < $3"
        " ORDER BY m.sequence DESC, m.place LIMIT $4",

    // Rebuilding the keys of all tenants, $1 rows at a time
    [STATEMENT_CLEAR_INDEX] =
        "DELETE FROM index_value WHERE (tenant, attribute, key, row, element) IN"
        " (SELECT tenant, attribute, key, row, element FROM index_value LIMIT $1)",
    [STATEMENT_CLEAR_UNIQUE] = "DELETE FROM unique_value WHERE (tenant, attribute, key) IN"
                               " (SELECT tenant, attribute, key FROM unique_value LIMIT $1)",
    [STATEMENT_CLEAR_EXTERNALS] =
        "DELETE FROM external_id WHERE (tenant, type, source, key, row) IN"
        " (SELECT tenant, type, source, key, row FROM external_id LIMIT $1)",

    // Removing a tenant, $2 rows at a time
    [STATEMENT_REMOVE_MEMBERS] =
        "DELETE FROM member WHERE (tenant, group_row, member_row) IN"
        " (SELECT tenant, group_row, member_row FROM member WHERE tenant = $1 LIMIT $2)",
    [STATEMENT_REMOVE_CHANGE_MEMBERS] =
        "DELETE FROM change_member WHERE (tenant, sequence, place) IN"
        " (SELECT tenant, sequence, place FROM change_member WHERE tenant = $1 LIMIT $2)",
    [STATEMENT_REMOVE_INDEX] =
        "DELETE FROM index_value WHERE (tenant, attribute, key, row, element) IN"
        " (SELECT tenant, attribute, key, row, element FROM index_value WHERE tenant = $1"
        " LIMIT $2)",
    [STATEMENT_REMOVE_UNIQUE] =
        "DELETE FROM unique_value WHERE (tenant, attribute, key) IN"
        " (SELECT tenant, attribute, key FROM unique_value WHERE tenant = $1 LIMIT $2)",
    [STATEMENT_REMOVE_EXTERNALS] =
        "DELETE FROM external_id WHERE (tenant, type, source, key, row) IN"
        " (SELECT tenant, type, source, key, row FROM external_id WHERE tenant = $1 LIMIT $2)",
    // The audit row stays, and so does its reference: how far we are is written down in meta.
    [STATEMENT_REMOVE_DETAILS_TO] =
        "SELECT max(sequence) FROM (SELECT sequence FROM audit"
        " WHERE tenant = $1 AND sequence > $3 ORDER BY sequence LIMIT $2)",
    [STATEMENT_REMOVE_DETAILS] =
        "DELETE FROM audit_detail WHERE detail IN"
        " (SELECT detail FROM audit WHERE tenant = $1 AND sequence > $2 AND sequence <= $3)",
    [STATEMENT_REMOVE_RESOURCES] = "DELETE FROM resource WHERE row IN"
                                   " (SELECT row FROM resource WHERE tenant = $1 LIMIT $2)",
    [STATEMENT_REMOVE_SCHEMAS] = "DELETE FROM tenant_schema WHERE tenant = $1",
    [STATEMENT_REMOVE_TYPES] = "DELETE FROM tenant_type WHERE tenant = $1",
    [STATEMENT_REMOVE_EXTENSIONS] = "DELETE FROM tenant_extension WHERE tenant = $1",
    [STATEMENT_REMOVE_DECLARED] = "DELETE FROM tenant_index WHERE tenant = $1",
    [STATEMENT_PASSWORD_SAVE] = "INSERT INTO password (tenant, row, hash) VALUES ($1, $2, $3)"
                                " ON CONFLICT (tenant, row) DO UPDATE SET hash = excluded.hash",
    [STATEMENT_PASSWORD_DELETE] = "DELETE FROM password WHERE tenant = $1 AND row = $2",
    [STATEMENT_PASSWORD_FIND] = "SELECT hash FROM password WHERE tenant = $1 AND row = $2",
    [STATEMENT_GUARD_LOAD] =
        "SELECT spent, seen, held_count, held_since_ms, held_ms, told_ms, released_until_ms,"
        " released_left, denied FROM guard WHERE tenant = $1 AND source = $2 AND kind = $3",
    [STATEMENT_GUARD_SAVE] =
        "INSERT INTO guard (tenant, source, kind, spent, seen, held_count, held_since_ms, held_ms,"
        " told_ms, released_until_ms, released_left, denied)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
        " ON CONFLICT (tenant, source, kind) DO UPDATE SET spent = excluded.spent,"
        " seen = excluded.seen, held_count = excluded.held_count,"
        " held_since_ms = excluded.held_since_ms, held_ms = excluded.held_ms,"
        " told_ms = excluded.told_ms, released_until_ms = excluded.released_until_ms,"
        " released_left = excluded.released_left, denied = excluded.denied",
    // One column for each kind, in their order.
    [STATEMENT_GUARD_POPULATION] =
        "SELECT coalesce(sum(CASE type WHEN 1 THEN count WHEN -1 THEN -count ELSE 0 END), 0),"
        " coalesce(sum(CASE WHEN type > 0 AND type <> 2 THEN count ELSE 0 END), 0),"
        " coalesce(sum(CASE type WHEN -2 THEN count ELSE 0 END), 0)"
        " FROM counter WHERE tenant = $1",
    [STATEMENT_SILENCE_LOAD] =
        "SELECT " SILENCE_COLUMNS " FROM silence AS q WHERE q.tenant = $1 AND q.source = $2",
    [STATEMENT_SILENCE_SAVE] =
        "INSERT INTO silence (tenant, source, heard_ms, from_ms, alarm_at_ms, alarmed_ms, days)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)"
        " ON CONFLICT (tenant, source) DO UPDATE SET heard_ms = excluded.heard_ms,"
        " from_ms = excluded.from_ms, alarm_at_ms = excluded.alarm_at_ms,"
        " alarmed_ms = excluded.alarmed_ms, days = excluded.days",
    [STATEMENT_SILENCE_DUE] = "SELECT " SILENCE_COLUMNS " FROM silence AS q"
                              " WHERE q.alarm_at_ms > 0 AND q.alarm_at_ms <= $1"
                              " ORDER BY q.alarm_at_ms, q.tenant, q.source LIMIT $2",
    [STATEMENT_SILENCE_COUNT] = "SELECT count(*) FROM silence AS q"
                                " JOIN tenant AS t ON t.tenant = q.tenant WHERE q.alarmed_ms > 0",
    [STATEMENT_SILENCE_AGAIN] =
        "UPDATE silence SET alarm_at_ms = 1, alarmed_ms = 0, from_ms = max(from_ms, $2)"
        " WHERE tenant = $1",
    [STATEMENT_SILENCE_REST] =
        "UPDATE silence SET alarm_at_ms = 0, alarmed_ms = 0 WHERE tenant = $1",
    [STATEMENT_SILENCE_SOURCE] =
        "SELECT s.name, EXISTS (SELECT 1 FROM token AS k WHERE k.tenant = s.tenant"
        " AND k.source = s.source AND k.revoked_ms = 0)"
        " FROM source AS s WHERE s.tenant = $1 AND s.source = $2",
    [STATEMENT_REMOVE_SILENCES] = "DELETE FROM silence WHERE tenant = $1",
    [STATEMENT_REMOVE_GUARDS] = "DELETE FROM guard WHERE tenant = $1",
    [STATEMENT_REMOVE_PASSWORDS] = "DELETE FROM password WHERE tenant = $1",
    [STATEMENT_REMOVE_PASSWORDS_SOME] =
        "DELETE FROM password WHERE (tenant, row) IN"
        " (SELECT tenant, row FROM password WHERE tenant = $1 LIMIT $2)",
    [STATEMENT_REMOVE_COUNTERS] = "DELETE FROM counter WHERE tenant = $1",
    [STATEMENT_REMOVE_ISSUERS] = "DELETE FROM issuer WHERE tenant = $1",
    [STATEMENT_REMOVE_ASSERTIONS] = "DELETE FROM assertion WHERE tenant = $1",
    [STATEMENT_REMOVE_AUTHORITIES] = "DELETE FROM authority WHERE tenant = $1",
    [STATEMENT_REMOVE_CERTIFICATES] = "DELETE FROM certificate WHERE tenant = $1",
    [STATEMENT_REMOVE_TOKENS] = "DELETE FROM token WHERE tenant = $1",
    [STATEMENT_REMOVE_SOURCES] = "DELETE FROM source WHERE tenant = $1",
    [STATEMENT_REMOVE_TENANT] = "DELETE FROM tenant WHERE tenant = $1",
};
