// journal_explain.c: filters and operations, parsed anew as they were, and printed canonically.
// SPDX-License-Identifier: Apache-2.0
#include "cli/journal_explain.h"

#include "base/limits.h"
#include "base/percent.h"
#include "journal/redact.h"
#include "scim/filter.h"
#include "scim/patch.h"
#include "scim/quirks.h"

struct explaining {
    const struct record *record;
    const struct roster_resource_type *type;
    struct roster_quirks quirks;
    struct roster_arena *arena;
    struct text *out;
};

static struct scope scope_of(struct explaining *explaining)
{
    return (struct scope){explaining->type, &explaining->quirks, explaining->arena};
}

// What was known then and is not now has been declared by the tenant.
static bool is_foreign(const struct explaining *explaining)
{
    const uint64_t unknown = UINT64_C(1) << ROSTER_QUIRK_UNKNOWN_FILTER_ATTRIBUTE |
                             UINT64_C(1) << ROSTER_QUIRK_UNKNOWN_PATCH_ATTRIBUTE;
    return (explaining->quirks.used & ~explaining->record->facts.quirks_used & unknown) != 0;
}

static void note_foreign(struct explaining *explaining)
{
    text_lit(explaining->out, "it names attributes that the tenant has declared itself\n");
}

static void explain_filter(struct explaining *explaining, str text)
{
    const struct scope scope = scope_of(explaining);
    const struct roster_filter *filter = NULL;
    struct roster_error err = {0};
    if (str_equal(text, REDACTED)) {
        text_lit(explaining->out, "filter: it names something secret\n");
    } else if (!filter_parse(&scope, text, &filter, &err)) {
        text_lit(explaining->out, "filter: not at all, see the answer\n");
    } else if (is_foreign(explaining)) {
        note_foreign(explaining);
    } else {
        text_lit(explaining->out, "filter: ");
        filter_write(filter, explaining->out);
        text_char(explaining->out, '\n');
    }
}

static bool find_parameter(const struct explaining *explaining, str wanted, str *out)
{
    str query = explaining->record->texts[RECORD_QUERY];
    for (bool more = query.len > 0; more;) {
        str part = {0};
        str name = {0};
        str value = {0};
        more = str_cut(query, '&', &part, &query);
        if (str_cut(part, '=', &name, &value) && str_equal(name, wanted)) {
            return percent_decode(value, true, explaining->arena, out);
        }
    }
    return false;
}

static void write_operation(const struct patch_operation *operation, struct text *out)
{
    static const char *const words[] = {
        [PATCH_ADD] = "add", [PATCH_REPLACE] = "replace", [PATCH_REMOVE] = "remove"};
    text_format(out, "%d: %s ", operation->index + 1, words[operation->op]);
    path_print(&operation->path, out);
    if (operation->value != NULL) {
        text_lit(out, " = ");
        json_write(out, operation->value);
    }
    text_char(out, '\n');
}

static void explain_patch(struct explaining *explaining, const struct roster_json *message)
{
    const struct scope scope = scope_of(explaining);
    struct patch patch = {0};
    struct roster_error err = {0};
    if (!patch_parse(&scope, message, &patch, &err)) {
        if (err.operation >= 0) {
            text_format(explaining->out, "operation %d: %s\n", err.operation + 1, err.detail);
        } else {
            text_format(explaining->out, "no operations: %s\n", err.detail);
        }
        return;
    }
    if (is_foreign(explaining)) {
        note_foreign(explaining);
    }
    for (const struct patch_operation *at = patch.first; at != NULL; at = at->next) {
        write_operation(at, explaining->out);
    }
    if (patch.has_password) {
        text_lit(explaining->out, "the password is set or removed\n");
    }
}

static void explain_body(struct explaining *explaining)
{
    const struct record *record = explaining->record;
    struct roster_json *body = NULL;
    struct roster_error ignored = {0};
    if (record->facts.body != BODY_KEPT ||
        !roster_json_read(record->texts[RECORD_BODY], explaining->arena, &body, &ignored)) {
        return;
    }
    str filter = json_find_text(body, STR("filter"));
    if (str_equal(record->texts[RECORD_METHOD], STR("PATCH"))) {
        explain_patch(explaining, body);
    } else if (filter.len > 0) {
        explain_filter(explaining, filter);
    }
}

void explain_record(const struct record *record, const struct roster_registry *registry,
                    struct roster_arena *arena, struct text *out)
{
    struct explaining explaining = {
        .record = record,
        .type = roster_registry_type(registry, record->texts[RECORD_TYPE]),
        .quirks = {.on = record->facts.quirks_on},
        .arena = arena,
        .out = out,
    };
    str filter = {0};
    if (explaining.type == NULL) {
        return;
    }
    if (find_parameter(&explaining, STR("filter"), &filter)) {
        explain_filter(&explaining, filter);
    }
    explain_body(&explaining);
}
