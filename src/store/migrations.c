// migrations.c: the append-only list of migrations.
//
// A migration that was released is never edited: its checksum stands in every store it was applied
// to. How rows are laid out is chosen for few and full pages:
//
// - Resources and details are long and live in tables by number: a row goes behind the last one.
//   What is short lives in tables by key (WITHOUT ROWID), one tree each.
// - A unique value stands in unique_value alone, an ordinary one in index_value alone. An e-mail
//   address that is the userName, as most are, has no row of its own: `also` says that the row of
//   the unique value stands for it too. It would be one more page for nearly every create.
// - Keys are bytes in the order of memcmp; a key that is too long is cut and ends with a digest, so
//   that equality stays exact (truncated = 1). element -1 with an empty key says that a resource
//   has no value, where an index needs to know that.
// - The externalIds of a resource stand in its row, by source (read with it), and in external_id
//   (found by it).
// - Own ids are the 16 bytes of their UUID, others their text behind a mark; see id.h.
// SPDX-License-Identifier: Apache-2.0
#include "store/migrations.h"

const struct migration migrations[] = {
    {
        .name = "the first tables",
        .sqlite =
            "CREATE TABLE meta ("
            "    name TEXT PRIMARY KEY, number INTEGER NOT NULL, text TEXT NOT NULL"
            ") WITHOUT ROWID, STRICT;"

            "CREATE TABLE tenant ("
            "    tenant INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, settings TEXT NOT NULL,"
            "    suspended INTEGER NOT NULL, created_ms INTEGER NOT NULL"
            ") STRICT;"

            "CREATE TABLE source ("
            "    tenant INTEGER NOT NULL, source INTEGER NOT NULL, name TEXT NOT NULL,"
            "    PRIMARY KEY (tenant, source), UNIQUE (tenant, name)"
            ") WITHOUT ROWID, STRICT;"

            "CREATE TABLE token ("
            "    tenant INTEGER NOT NULL, token INTEGER NOT NULL UNIQUE, source INTEGER NOT NULL,"
            "    label TEXT NOT NULL, user_id TEXT NOT NULL, scope INTEGER NOT NULL,"
            "    digest BLOB NOT NULL UNIQUE, created_ms INTEGER NOT NULL,"
            "    expires_ms INTEGER NOT NULL, revoked_ms INTEGER NOT NULL,"
            "    used_ms INTEGER NOT NULL,"
            "    PRIMARY KEY (tenant, token)"
            ") WITHOUT ROWID, STRICT;"

            "CREATE TABLE attribute ("
            "    attribute INTEGER PRIMARY KEY, type INTEGER NOT NULL, path TEXT NOT NULL,"
            "    UNIQUE (type, path)"
            ") STRICT;"

            "CREATE TABLE resource ("
            "    row INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, type INTEGER NOT NULL,"
            "    id BLOB NOT NULL, revision INTEGER NOT NULL, created_ms INTEGER NOT NULL,"
            "    modified_ms INTEGER NOT NULL, encoding INTEGER NOT NULL,"
            "    manager_at INTEGER NOT NULL, display TEXT NOT NULL, external_ids BLOB NOT NULL,"
            "    document TEXT NOT NULL"
            ") STRICT;"
            "CREATE UNIQUE INDEX resource_id ON resource (tenant, id);"
            "CREATE INDEX resource_type ON resource (tenant, type);"
            "CREATE INDEX resource_modified ON resource (tenant, type, modified_ms);"

            "CREATE TABLE unique_value ("
            "    tenant INTEGER NOT NULL, attribute INTEGER NOT NULL, key BLOB NOT NULL,"
            "    row INTEGER NOT NULL, truncated INTEGER NOT NULL, also INTEGER NOT NULL,"
            "    element INTEGER NOT NULL, kind BLOB NOT NULL,"
            "    PRIMARY KEY (tenant, attribute, key)"
            ") WITHOUT ROWID, STRICT;"
            "CREATE INDEX unique_value_truncated ON unique_value (tenant, attribute)"
            "    WHERE truncated = 1;"

            "CREATE TABLE index_value ("
            "    tenant INTEGER NOT NULL, attribute INTEGER NOT NULL, key BLOB NOT NULL,"
            "    row INTEGER NOT NULL, element INTEGER NOT NULL, kind BLOB NOT NULL,"
            "    truncated INTEGER NOT NULL,"
            "    PRIMARY KEY (tenant, attribute, key, row, element)"
            ") WITHOUT ROWID, STRICT;"
            "CREATE INDEX index_value_truncated ON index_value (tenant, attribute)"
            "    WHERE truncated = 1;"

            "CREATE TABLE external_id ("
            "    tenant INTEGER NOT NULL, type INTEGER NOT NULL, source INTEGER NOT NULL,"
            "    key BLOB NOT NULL, row INTEGER NOT NULL,"
            "    PRIMARY KEY (tenant, type, source, key, row)"
            ") WITHOUT ROWID, STRICT;"

            "CREATE TABLE member ("
            "    tenant INTEGER NOT NULL, group_row INTEGER NOT NULL, member_row INTEGER NOT NULL,"
            "    id BLOB NOT NULL, type INTEGER NOT NULL,"
            "    PRIMARY KEY (tenant, group_row, member_row)"
            ") WITHOUT ROWID, STRICT;"
            "CREATE INDEX member_of ON member (tenant, member_row);"
            "CREATE INDEX member_nested ON member (tenant, member_row) WHERE type = 2;"

            "CREATE TABLE counter ("
            "    tenant INTEGER NOT NULL, type INTEGER NOT NULL, count INTEGER NOT NULL,"
            "    PRIMARY KEY (tenant, type)"
            ") WITHOUT ROWID, STRICT;"

            "CREATE TABLE audit ("
            "    tenant INTEGER NOT NULL, sequence INTEGER NOT NULL, time_ms INTEGER NOT NULL,"
            "    kind INTEGER NOT NULL, type INTEGER NOT NULL, row INTEGER NOT NULL,"
            "    id BLOB NOT NULL, revision INTEGER NOT NULL, actor TEXT NOT NULL,"
            "    credential INTEGER NOT NULL, address TEXT NOT NULL, request_id TEXT NOT NULL,"
            "    detail INTEGER NOT NULL, detail_digest BLOB NOT NULL, digest BLOB NOT NULL,"
            "    PRIMARY KEY (tenant, sequence)"
            ") WITHOUT ROWID, STRICT;"

            "CREATE TABLE audit_detail ("
            "    detail INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, sequence INTEGER NOT NULL,"
            "    salt BLOB NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL"
            ") STRICT;"

            "CREATE TABLE audit_head ("
            "    tenant INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, digest BLOB NOT NULL"
            ") STRICT;"

            "CREATE TABLE change_member ("
            "    tenant INTEGER NOT NULL, sequence INTEGER NOT NULL, place INTEGER NOT NULL,"
            "    member_row INTEGER NOT NULL, id BLOB NOT NULL, added INTEGER NOT NULL,"
            "    PRIMARY KEY (tenant, sequence, place)"
            ") WITHOUT ROWID, STRICT;"
            "CREATE INDEX change_member_of ON change_member (tenant, member_row, sequence);",
    },
    {
        // tenant.schemas counts changes of what follows; 0: the tenant has the built-in schemas
        // alone. `name` is the URI in lower case. Numbers of types and attributes are never reused.
        .name = "schemas and resource types of tenants",
        .sqlite = "ALTER TABLE tenant ADD COLUMN schemas INTEGER NOT NULL DEFAULT 0;"

                  "CREATE TABLE tenant_schema ("
                  "    tenant INTEGER NOT NULL, name TEXT NOT NULL, document TEXT NOT NULL,"
                  "    PRIMARY KEY (tenant, name)"
                  ") WITHOUT ROWID, STRICT;"

                  "CREATE TABLE tenant_type ("
                  "    tenant INTEGER NOT NULL, type INTEGER NOT NULL, name TEXT NOT NULL,"
                  "    endpoint TEXT NOT NULL, description TEXT NOT NULL, schema TEXT NOT NULL,"
                  "    PRIMARY KEY (tenant, type)"
                  ") WITHOUT ROWID, STRICT;"

                  "CREATE TABLE tenant_extension ("
                  "    tenant INTEGER NOT NULL, type INTEGER NOT NULL, schema TEXT NOT NULL,"
                  "    required INTEGER NOT NULL,"
                  "    PRIMARY KEY (tenant, type, schema)"
                  ") WITHOUT ROWID, STRICT;"

                  "CREATE TABLE tenant_index ("
                  "    tenant INTEGER NOT NULL, attribute INTEGER NOT NULL, type INTEGER NOT NULL,"
                  "    path TEXT NOT NULL, only_once INTEGER NOT NULL, complete INTEGER NOT NULL,"
                  "    after INTEGER NOT NULL,"
                  "    PRIMARY KEY (tenant, attribute)"
                  ") WITHOUT ROWID, STRICT;",
    },
    {
        // Hashes only, as PHC strings. `row` is that of the user.
        .name = "passwords",
        .sqlite = "CREATE TABLE password ("
                  "    tenant INTEGER NOT NULL, row INTEGER NOT NULL, hash TEXT NOT NULL,"
                  "    PRIMARY KEY (tenant, row)"
                  ") WITHOUT ROWID, STRICT;",
    },
    {
        // Scopes as text, "read,write:Group"; where a token was used last; and, for the secret of
        // an OAuth client, the client's id.
        .name = "scopes, addresses and clients of tokens",
        .sqlite = "ALTER TABLE token ADD COLUMN scopes TEXT NOT NULL DEFAULT 'write';"
                  "UPDATE token SET scopes = 'read' WHERE scope = 1;"
                  "ALTER TABLE token DROP COLUMN scope;"
                  "ALTER TABLE token ADD COLUMN used_address TEXT NOT NULL DEFAULT '';"
                  "ALTER TABLE token ADD COLUMN client TEXT NOT NULL DEFAULT '';"
                  "CREATE INDEX token_client ON token (client) WHERE client <> '';"
                  "CREATE INDEX token_ending ON token (expires_ms)"
                  "    WHERE revoked_ms = 0 AND expires_ms > 0;",
    },
    {
        // What checkpoints of the audit call the store.
        .name = "an id of the store",
        .sqlite = "INSERT INTO meta (name, number, text)"
                  " VALUES ('store', 0, lower(hex(randomblob(16))));",
    },
    {
        // A token with a row here is no secret but a client certificate: its digest is made from
        // the thumbprint, SHA-256 of the certificate.
        .name = "client certificates",
        .sqlite = "CREATE TABLE certificate ("
                  "    tenant INTEGER NOT NULL, token INTEGER NOT NULL, thumbprint BLOB NOT NULL,"
                  "    subject TEXT NOT NULL,"
                  "    PRIMARY KEY (tenant, token)"
                  ") WITHOUT ROWID, STRICT;",
    },
    {
        // What became of one resource, and who was deleted: without reading the whole trail.
        .name = "history by resource",
        .sqlite = "CREATE INDEX audit_of ON audit (tenant, id, sequence);"
                  "CREATE INDEX audit_deletion ON audit (tenant, type, sequence) WHERE kind = 4;",
    },
    {
        // Counters below 0 count no resources: -1 inactive people, -2 memberships. `spent` is JSON.
        .name = "the guard",
        .sqlite = "CREATE TABLE guard ("
                  "    tenant INTEGER NOT NULL, source INTEGER NOT NULL, kind INTEGER NOT NULL,"
                  "    spent TEXT NOT NULL, seen INTEGER NOT NULL, held_count INTEGER NOT NULL,"
                  "    held_since_ms INTEGER NOT NULL, held_ms INTEGER NOT NULL,"
                  "    told_ms INTEGER NOT NULL, released_until_ms INTEGER NOT NULL,"
                  "    released_left INTEGER NOT NULL, denied INTEGER NOT NULL,"
                  "    PRIMARY KEY (tenant, source, kind)"
                  ") WITHOUT ROWID, STRICT;"

                  "INSERT INTO counter (tenant, type, count)"
                  " SELECT i.tenant, -1, count(*) FROM index_value AS i"
                  " JOIN attribute AS a ON a.attribute = i.attribute"
                  " WHERE a.type = 1 AND a.path = 'active' AND i.element >= 0 GROUP BY i.tenant;"

                  "INSERT INTO counter (tenant, type, count)"
                  " SELECT tenant, -2, count(*) FROM member GROUP BY tenant;",
    },
    {
        // `days` is JSON.
        .name = "silence of sources",
        .sqlite = "CREATE TABLE silence ("
                  "    tenant INTEGER NOT NULL, source INTEGER NOT NULL, heard_ms INTEGER NOT NULL,"
                  "    from_ms INTEGER NOT NULL, alarm_at_ms INTEGER NOT NULL,"
                  "    alarmed_ms INTEGER NOT NULL, days TEXT NOT NULL,"
                  "    PRIMARY KEY (tenant, source)"
                  ") WITHOUT ROWID, STRICT;"
                  "CREATE INDEX silence_due ON silence (alarm_at_ms) WHERE alarm_at_ms > 0;"
                  "CREATE INDEX silence_alarmed ON silence (tenant) WHERE alarmed_ms > 0;",
    },
    {
        // `policy` is JSON, empty for none. `owner` is the number of a source, or 0: the tenant's
        // default source, which owns what was made before there were owners too.
        .name = "policies of sources, and owners",
        .sqlite = "ALTER TABLE source ADD COLUMN policy TEXT NOT NULL DEFAULT '';"
                  "ALTER TABLE resource ADD COLUMN owner INTEGER NOT NULL DEFAULT 0;"
                  "CREATE INDEX resource_owner ON resource (tenant, type, owner) WHERE owner > 0;",
    },
    {
        // A token with a row here is no secret but trust in an issuer (its digest is random): what
        // a token of `url` must have, and where the keys that sign such tokens are. The last three
        // are what became of those.
        .name = "trusted issuers",
        .sqlite = "CREATE TABLE issuer ("
                  "    tenant INTEGER NOT NULL, token INTEGER NOT NULL, url TEXT NOT NULL,"
                  "    source TEXT NOT NULL, audience TEXT NOT NULL, subject TEXT NOT NULL,"
                  "    claims TEXT NOT NULL, client TEXT NOT NULL, plain INTEGER NOT NULL,"
                  "    fetched_ms INTEGER NOT NULL, key_count INTEGER NOT NULL,"
                  "    error TEXT NOT NULL,"
                  "    PRIMARY KEY (tenant, token)"
                  ") WITHOUT ROWID, STRICT;"
                  "CREATE INDEX issuer_url ON issuer (url);",
    },
    {
        // Whose details are neither erased nor pruned, there or gone.
        .name = "legal holds",
        .sqlite = "CREATE TABLE hold ("
                  "    tenant INTEGER NOT NULL, id BLOB NOT NULL, reason TEXT NOT NULL,"
                  "    actor TEXT NOT NULL, since_ms INTEGER NOT NULL,"
                  "    PRIMARY KEY (tenant, id)"
                  ") WITHOUT ROWID, STRICT;",
    },
    {
        // A token with a row here is no secret (its digest is random) but every client certificate
        // that one of `certificates`, in PEM, signed, and that has the name. `kind` is what of name
        // it is, as options of roster cert add are called; `subject` is the authority's.
        .name = "authorities of client certificates",
        .sqlite = "CREATE TABLE authority ("
                  "    tenant INTEGER NOT NULL, token INTEGER NOT NULL, kind TEXT NOT NULL,"
                  "    name TEXT NOT NULL, subject TEXT NOT NULL, certificates TEXT NOT NULL,"
                  "    PRIMARY KEY (tenant, token)"
                  ") WITHOUT ROWID, STRICT;"
                  "CREATE INDEX authority_name ON authority (name, kind);",
    },
    {
        // Digests of assertions that were taken, until these end.
        .name = "assertions that were used",
        .sqlite = "CREATE TABLE assertion ("
                  "    tenant INTEGER NOT NULL, digest BLOB NOT NULL, expires_ms INTEGER NOT NULL,"
                  "    PRIMARY KEY (tenant, digest)"
                  ") WITHOUT ROWID, STRICT;"
                  "CREATE INDEX assertion_end ON assertion (expires_ms);",
    },
};

const size_t migration_count = COUNT_OF(migrations);
