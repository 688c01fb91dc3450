// credential.c: what commands about credentials share.
// SPDX-License-Identifier: Apache-2.0
#include "cli/credential.h"

#include "cli/duration.h"
#include "core/certificates.h"

#include <string.h>

enum { WARN_DAYS = 30 };

#define DAY_MS INT64_C(86400000)

str credential_state(const struct call *call, const struct token_row *row)
{
    if (row->revoked_ms != 0) {
        return STR("revoked");
    }
    if (row->expires_ms != 0 && row->expires_ms <= env_now_ms(call->admin->env)) {
        return STR("expired");
    }
    return row->tenant_suspended ? STR("suspended") : STR("active");
}

bool credential_put_times(struct roster_json *out, struct roster_arena *arena,
                          const struct token_row *row)
{
    return json_put_made(out, STR("created"), json_time(arena, row->created_ms)) &&
           json_put_made(out, STR("expires"), json_time(arena, row->expires_ms)) &&
           json_put_made(out, STR("used"), json_time(arena, row->used_ms)) &&
           json_put_made(out, STR("address"), json_text(arena, row->used_address)) &&
           json_put_made(out, STR("revoked"), json_time(arena, row->revoked_ms));
}

static bool put_certificate(struct roster_json *out, struct roster_arena *arena,
                            const struct token_row *row)
{
    str text = {0};
    return row->thumbprint.len == 0 || (certificate_print(row->thumbprint, arena, &text) &&
                                        json_put_string(out, arena, STR("certificate"), text) &&
                                        json_put_string(out, arena, STR("subject"), row->subject));
}

static bool put_authority(struct roster_json *out, struct roster_arena *arena,
                          const struct token_row *row)
{
    return row->authority.len == 0 ||
           (json_put_string(out, arena, STR("authority"), row->authority) &&
            json_put_string(out, arena, STR("kind"), row->name_kind) &&
            json_put_string(out, arena, STR("name"), row->subject));
}

struct roster_json *credential_json(const struct call *call, const struct token_row *row,
                                    const struct secret *secret)
{
    struct roster_arena *arena = call->arena;
    struct roster_json *out = json_new(arena, JSON_OBJECT);
    bool ok = out != NULL &&
              (secret == NULL ||
               json_put_string(out, arena, STR("secret"), (str){secret->text, TOKEN_TEXT_LEN})) &&
              json_put_i64(out, arena, STR("id"), row->token) &&
              json_put_string(out, arena, STR("tenant"), row->tenant_name) &&
              json_put_string(out, arena, STR("label"), row->label) &&
              json_put_string(out, arena, STR("source"), row->source_name) &&
              json_put_made(out, STR("user"), json_text(arena, row->user_id)) &&
              json_put_string(out, arena, STR("scope"), row->scopes) &&
              json_put_string(out, arena, STR("state"), credential_state(call, row)) &&
              put_certificate(out, arena, row) && put_authority(out, arena, row) &&
              credential_put_times(out, arena, row);
    return ok ? out : NULL;
}

// Days left where they are few: 0 is the last one. -1: there is nothing to warn of.
static int64_t days_left(const struct token_row *row, int64_t now_ms)
{
    int64_t left_ms = row->expires_ms - now_ms;
    bool live = row->revoked_ms == 0 && row->expires_ms != 0 && left_ms > 0;
    return live && left_ms / DAY_MS < WARN_DAYS ? left_ms / DAY_MS : -1;
}

static str print_expiry(const struct token_row *row, int64_t now_ms, struct roster_arena *arena)
{
    str when = print_minute(row->expires_ms, STR("never"), arena);
    int64_t days = days_left(row, now_ms);
    str out = {0};
    if (days < 0) {
        return when;
    }
    return arena_format(arena, &out, "%.*s (in %lldd)", STR_ARGS(when), (long long)days) ? out
                                                                                         : when;
}

bool credential_fill(const struct call *call, const struct token_row *row, str *cells)
{
    struct roster_arena *arena = call->arena;
    cells[1] = row->tenant_name;
    cells[2] = credential_state(call, row);
    cells[3] = row->scopes;
    cells[4] = row->source_name;
    cells[5] = print_minute(row->created_ms, STR("-"), arena);
    cells[6] = print_expiry(row, env_now_ms(call->admin->env), arena);
    cells[7] = print_minute(row->used_ms, STR("never"), arena);
    cells[8] = row->used_address.len > 0 ? row->used_address : STR("-");
    cells[9] = row->label.len > 0 ? row->label : STR("-");
    cells[10] = row->subject;
    return arena_format(arena, &cells[0], "%lld", (long long)row->token) &&
           (row->thumbprint.len == 0 || certificate_print(row->thumbprint, arena, &cells[11])) &&
           (row->authority.len == 0 ||
            (arena_format(arena, &cells[10], "%.*s %.*s", STR_ARGS(row->name_kind),
                          STR_ARGS(row->subject)) &&
             arena_format(arena, &cells[11], "any by %.*s", STR_ARGS(row->authority))));
}

static bool is_certificate(const struct token_row *row)
{
    return row->thumbprint.len > 0 || row->authority.len > 0;
}

int credential_table(struct call *call, const struct token_row *first,
                     const struct credential_view *view)
{
    size_t count = 0;
    for (const struct token_row *row = first; row != NULL; row = row->next) {
        count++;
    }
    str *cells = arena_array(call->arena, count * view->columns + CREDENTIAL_SPARE, sizeof(*cells));
    struct table table = {.headings = view->headings, .columns = view->columns, .cells = cells};
    for (const struct token_row *row = first; row != NULL; row = row->next) {
        if (cells == NULL || !view->fill(call, row, cells + table.rows++ * view->columns)) {
            return io_stop(call->io, EX_TEMPFAIL, "there are too many: name a --tenant");
        }
    }
    table_print(&call->io->out, &table);
    return EX_OK;
}

static int print_json(struct call *call, const struct token_row *first,
                      const struct credential_view *view)
{
    struct roster_json *out = json_new(call->arena, JSON_ARRAY);
    for (const struct token_row *row = first; out != NULL && row != NULL; row = row->next) {
        struct roster_json *one = view->json(call, row);
        if (one == NULL) {
            return io_json(call->io, NULL);
        }
        json_push(out, one);
    }
    return io_json(call->io, out);
}

int credential_print(struct call *call, const struct token_row *first,
                     const struct credential_view *view)
{
    if (wants_json(call)) {
        return print_json(call, first, view);
    }
    if (first == NULL) {
        io_note(call->io, "%s", view->none);
        return EX_OK;
    }
    return credential_table(call, first, view);
}

static struct token_row *pick(struct token_row *first, bool certificates)
{
    struct token_row *picked = NULL;
    struct token_row **tail = &picked;
    for (struct token_row *row = first; row != NULL; row = row->next) {
        if (is_certificate(row) == certificates && row->issuer.len == 0) {
            *tail = row;
            tail = &row->next;
        }
    }
    *tail = NULL;
    return picked;
}

static struct roster_json *listed_json(const struct call *call, const struct token_row *row)
{
    return credential_json(call, row, NULL);
}

int credentials_list(struct call *call, bool certificates, const char *none)
{
    static const char *const headings[CREDENTIAL_COLUMNS] = {
        "ID",      "TENANT",    "STATE", "SCOPE", "SOURCE",  "CREATED",
        "EXPIRES", "LAST USED", "FROM",  "LABEL", "SUBJECT", "CERTIFICATE"};
    // Of certificates the last two columns too.
    const struct credential_view view = {headings,
                                         CREDENTIAL_COLUMNS - (certificates ? 0 : CREDENTIAL_SPARE),
                                         credential_fill, listed_json, none};
    struct token_row *first = NULL;
    struct roster_error err = {0};
    if (!tokens_list(call->admin, options_text(call->options, "tenant"), &first, &err)) {
        return io_refuse(call->io, &err);
    }
    return credential_print(call, pick(first, certificates), &view);
}

bool credential_take_request(const struct call *call, struct token_request *out,
                             struct roster_error *err)
{
    const struct options *options = call->options;
    out->tenant = options_text(options, "tenant");
    out->label = options_text(options, "label");
    out->source = options_text(options, "source");
    out->user_id = options_text(options, "user");
    out->scopes = options_text(options, "scope");
    return !options_has(options, "expires") ||
           expiry_parse(options_text(options, "expires"), env_now_ms(call->admin->env),
                        &out->expires_ms, err);
}

bool credential_take_id(const struct call *call, int64_t *out, struct roster_error *err)
{
    const char *text = call->options->arguments[0];
    return (str_to_i64(str_of(text), out) && *out > 0) ||
           fail(err, ROSTER_ERR_BAD_REQUEST, 0, "\"%.40s\" is no number: see roster %.*s list",
                text, (int)strcspn(call->command->name, " "), call->command->name);
}

int credential_revoke(struct call *call, const char *what)
{
    struct token_row row = {0};
    struct roster_error err = {0};
    int64_t token = 0;
    if (!credential_take_id(call, &token, &err) || !tokens_revoke(call->admin, token, &row, &err)) {
        return io_refuse(call->io, &err);
    }
    if (wants_json(call)) {
        return io_json(call->io, credential_json(call, &row, NULL));
    }
    io_note(call->io, "%s %lld of tenant %.*s is revoked", what, (long long)token,
            STR_ARGS(row.tenant_name));
    return EX_OK;
}
