// client_print.c: a client and its secrets.
// SPDX-License-Identifier: Apache-2.0
#include "cli/client_print.h"

enum { CLIENT_COLUMNS = 11 };

static struct roster_json *secrets_json(const struct call *call, const struct token_row *first,
                                        const struct token_row *end)
{
    struct roster_arena *arena = call->arena;
    struct roster_json *list = json_new(arena, JSON_ARRAY);
    for (const struct token_row *row = first; list != NULL && row != end; row = row->next) {
        struct roster_json *out = json_new(arena, JSON_OBJECT);
        if (out == NULL || !json_put_i64(out, arena, STR("id"), row->token) ||
            !json_put_string(out, arena, STR("state"), credential_state(call, row)) ||
            !credential_put_times(out, arena, row)) {
            return NULL;
        }
        json_push(list, out);
    }
    return list;
}

struct roster_json *client_json(const struct call *call, const struct token_row *first,
                                const struct token_row *end, const struct secret *secret)
{
    struct roster_arena *arena = call->arena;
    struct roster_json *out = json_new(arena, JSON_OBJECT);
    bool ok = out != NULL &&
              (secret == NULL ||
               json_put_string(out, arena, STR("secret"), (str){secret->text, TOKEN_TEXT_LEN})) &&
              json_put_string(out, arena, STR("client"), first->client) &&
              json_put_string(out, arena, STR("tenant"), first->tenant_name) &&
              json_put_string(out, arena, STR("label"), first->label) &&
              json_put_string(out, arena, STR("source"), first->source_name) &&
              json_put_made(out, STR("user"), json_text(arena, first->user_id)) &&
              json_put_string(out, arena, STR("scope"), first->scopes) &&
              json_put_made(out, STR("secrets"), secrets_json(call, first, end));
    return ok ? out : NULL;
}

static bool fill(const struct call *call, const struct token_row *row, str *cells)
{
    cells[0] = row->client;
    return credential_fill(call, row, cells + 1);
}

int clients_table(struct call *call, const struct token_row *first)
{
    static const char *const headings[CLIENT_COLUMNS] = {
        "CLIENT",  "SECRET",  "TENANT",    "STATE", "SCOPE", "SOURCE",
        "CREATED", "EXPIRES", "LAST USED", "FROM",  "LABEL"};
    static const struct credential_view view = {
        .headings = headings, .columns = CLIENT_COLUMNS, .fill = fill};
    return credential_table(call, first, &view);
}
