// statements.c: SQL with and without the tenant.
// SPDX-License-Identifier: Apache-2.0
static const char sql_good[] = "SELECT body FROM resource WHERE tenant = $1 AND id = $2";
static const char sql_forgot[] = "SELECT body FROM resource WHERE id = $1";
static const char sql_split[] =
    "UPDATE resource"
    "   SET body = $2"
    " WHERE id = $1";
static const char sql_macro[] = "SELECT " COLUMNS " FROM member WHERE id = $1";
static const char sql_global[] = "SELECT value FROM meta WHERE key = $1";
static const char sql_both[] = "SELECT 1 FROM meta JOIN token ON token.id = meta.value";
static const char sql_function[] = "SELECT value FROM json_each($1)";
static const char sql_upsert[] =
    "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = $2";
static const char sql_like[] = "DELETE FROM change WHERE tenant_like = $1";
static const char *no_sql = "the update failed: FROM is no table here";
