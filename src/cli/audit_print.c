// audit_print.c: reports and keys, for people and as JSON.
// SPDX-License-Identifier: Apache-2.0
#include "cli/audit_print.h"

#include "base/hex.h"

enum { KEY_DIGITS = 8, PUBLIC_DIGITS = 2 * SIGN_KEY_LEN };

static bool put_finding(struct call *call, struct roster_json *out,
                        const struct audits_report *report)
{
    struct roster_arena *arena = call->arena;
    const struct audit_finding *found = &report->found;
    return json_put_made(out, STR("tenant"), json_text(arena, report->tenant_name)) &&
           json_put_i64(out, arena, STR("tenantNumber"), found->tenant) &&
           json_put_i64(out, arena, STR("sequence"), found->sequence) &&
           json_put_string(out, arena, STR("fault"), str_of(audit_fault_name(found->fault))) &&
           json_put_string(out, arena, STR("detail"), str_of(audit_fault_text(found->fault)));
}

static int print_json(struct call *call, const struct audit_walk *walk,
                      const struct audits_report *report)
{
    struct roster_arena *arena = call->arena;
    struct roster_json *out = json_new(arena, JSON_OBJECT);
    bool whole = report->found.fault == AUDIT_WHOLE;
    bool ok = out != NULL && json_put_bool(out, arena, STR("whole"), whole) &&
              json_put_i64(out, arena, STR("tenants"), walk->tenants) &&
              json_put_i64(out, arena, STR("entries"), walk->rows) &&
              json_put_i64(out, arena, STR("erased"), walk->erased) &&
              json_put_made(out, STR("checkpoint"), json_time(arena, report->checkpoint_ms)) &&
              (whole || put_finding(call, out, report));
    return io_json(call->io, ok ? out : NULL);
}

static void print_finding(struct call *call, const struct audits_report *report)
{
    struct text *out = &call->io->out;
    const struct audit_finding *found = &report->found;
    if (report->tenant_name.len > 0) {
        text_format(out, "broken: tenant %.*s, ", STR_ARGS(report->tenant_name));
    } else {
        text_format(out, "broken: removed tenant %lld, ", (long long)found->tenant);
    }
    text_format(out, "entry %lld: %s\n", (long long)found->sequence,
                audit_fault_text(found->fault));
}

static void print_whole(struct call *call, const struct audit_walk *walk)
{
    text_format(&call->io->out, "whole: %lld %s of %lld %s", (long long)walk->rows,
                walk->rows == 1 ? "entry" : "entries", (long long)walk->tenants,
                walk->tenants == 1 ? "tenant" : "tenants");
    if (walk->erased > 0) {
        text_format(&call->io->out, ", %lld with an erased detail", (long long)walk->erased);
    }
    text_char(&call->io->out, '\n');
}

int audit_print_report(struct call *call, const struct audit_walk *walk,
                       const struct audits_report *report)
{
    bool whole = report->found.fault == AUDIT_WHOLE;
    if (wants_json(call)) {
        int code = print_json(call, walk, report);
        return code == EX_OK && !whole ? EXIT_BROKEN : code;
    }
    if (!whole) {
        print_finding(call, report);
        return EXIT_BROKEN;
    }
    print_whole(call, walk);
    if (report->checkpoint_ms == 0) {
        io_note(call->io, "without a checkpoint nobody can tell whether the newest entries were "
                          "cut off together with the record of the chain's end: see roster audit "
                          "checkpoint");
    }
    return EX_OK;
}

static int print_keys_json(struct call *call, const struct sign_name *keys, size_t count)
{
    struct roster_arena *arena = call->arena;
    struct roster_json *out = json_new(arena, JSON_ARRAY);
    for (size_t at = 0; out != NULL && at < count; at++) {
        struct roster_json *key = json_new(arena, JSON_OBJECT);
        char *id = arena_alloc(arena, KEY_DIGITS);
        char *digits = arena_alloc(arena, PUBLIC_DIGITS);
        char *pem = arena_alloc(arena, SIGN_PEM_MAX);
        if (key == NULL || id == NULL || digits == NULL || pem == NULL ||
            !sign_print_pem(&keys[at].public, pem)) {
            return io_json(call->io, NULL);
        }
        str_put_hex32(keys[at].id, id);
        hex_print((str){(const char *)keys[at].public.bytes, SIGN_KEY_LEN}, digits);
        if (!json_put_string(key, arena, STR("id"), (str){id, KEY_DIGITS}) ||
            !json_put_made(key, STR("created"), json_time(arena, keys[at].created_ms)) ||
            !json_put_bool(key, arena, STR("signs"), at == 0) ||
            !json_put_string(key, arena, STR("public"), (str){digits, PUBLIC_DIGITS}) ||
            !json_put_string(key, arena, STR("pem"), str_of(pem))) {
            return io_json(call->io, NULL);
        }
        json_push(out, key);
    }
    return io_json(call->io, out);
}

int audit_print_keys(struct call *call, const struct sign_name *keys, size_t count)
{
    static const char *const headings[] = {"KEY", "CREATED", "PUBLIC KEY"};
    enum { COLUMNS = COUNT_OF(headings) };
    if (wants_json(call)) {
        return print_keys_json(call, keys, count);
    }
    str *cells = arena_array(call->arena, count * COLUMNS + 1, sizeof(*cells));
    for (size_t at = 0; cells != NULL && at < count; at++) {
        char *id = arena_alloc(call->arena, KEY_DIGITS);
        char *digits = arena_alloc(call->arena, PUBLIC_DIGITS);
        if (id == NULL || digits == NULL) {
            cells = NULL;
            break;
        }
        str_put_hex32(keys[at].id, id);
        hex_print((str){(const char *)keys[at].public.bytes, SIGN_KEY_LEN}, digits);
        str *row = &cells[at * COLUMNS];
        row[0] = (str){id, KEY_DIGITS};
        row[1] = print_minute(keys[at].created_ms, STR("-"), call->arena);
        row[2] = (str){digits, PUBLIC_DIGITS};
    }
    if (cells == NULL) {
        return io_json(call->io, NULL);
    }
    table_print(&call->io->out, &(struct table){headings, COLUMNS, cells, count});
    return EX_OK;
}
