// audit_entry.c: one table of fields, printed as JSON or CSV.
//
// The members of an entry may be 100,000 and stand at its end, so that they can be printed in
// pieces, each in a turn of its own.
// SPDX-License-Identifier: Apache-2.0
#include "cli/audit_entry.h"

#include "base/hex.h"
#include "base/limits.h"

struct printing {
    struct roster_arena *arena;
    struct text *out;
    const struct entry *entry;
    enum entry_format format;
};

static void put_text(const struct printing *p, str text)
{
    if (p->format == ENTRY_CSV) {
        csv_print_text(p->out, text);
    } else if (text.len == 0) {
        text_lit(p->out, "null");
    } else {
        json_write_string(p->out, text);
    }
}

static void put_number(const struct printing *p, int64_t number)
{
    text_i64(p->out, number);
}

static void put_tenant(const struct printing *p)
{
    put_text(p, p->entry->tenant);
}

static void put_tenant_number(const struct printing *p)
{
    put_number(p, p->entry->row->tenant);
}

static void put_sequence(const struct printing *p)
{
    put_number(p, p->entry->row->change.sequence);
}

static void put_time(const struct printing *p)
{
    char time[TIME_TEXT_LEN];
    time_print(p->entry->row->change.time_ms, time);
    put_text(p, (str){time, sizeof(time)});
}

static void put_kind(const struct printing *p)
{
    put_text(p, str_of(entry_kind_name(p->entry->row->change.kind)));
}

static void put_type(const struct printing *p)
{
    put_text(p, p->entry->type);
}

static void put_id(const struct printing *p)
{
    put_text(p, p->entry->row->change.id);
}

static void put_revision(const struct printing *p)
{
    put_number(p, p->entry->row->change.revision);
}

static void put_actor(const struct printing *p)
{
    put_text(p, p->entry->row->change.actor);
}

static void put_credential(const struct printing *p)
{
    put_number(p, p->entry->row->change.credential);
}

static void put_address(const struct printing *p)
{
    put_text(p, p->entry->row->change.address);
}

static void put_request(const struct printing *p)
{
    put_text(p, p->entry->row->change.request_id);
}

static void put_digest(const struct printing *p)
{
    str digest = p->entry->row->digest;
    char digits[2 * DIGEST_LEN];
    size_t len = digest.len < DIGEST_LEN ? digest.len : DIGEST_LEN;
    hex_print(str_head(digest, len), digits);
    put_text(p, (str){digits, 2 * len});
}

static void put_erased(const struct printing *p)
{
    text_add(p->out, p->entry->row->erased ? STR("true") : STR("false"));
}

// Stored JSON that somebody changed may be none: then it is printed as text.
static void put_json(const struct printing *p, str json)
{
    struct roster_json *tree = NULL;
    struct roster_error ignored = {0};
    if (p->format == ENTRY_CSV || json.len == 0 ||
        !roster_json_read(json, p->arena, &tree, &ignored)) {
        put_text(p, json);
    } else {
        json_write(p->out, tree);
    }
}

static void put_before(const struct printing *p)
{
    put_json(p, p->entry->row->change.before);
}

static void put_after(const struct printing *p)
{
    put_json(p, p->entry->row->change.after);
}

static const struct field {
    const char *name;
    void (*put)(const struct printing *p);
} fields[] = {
    {"tenant", put_tenant},
    {"tenantNumber", put_tenant_number},
    {"sequence", put_sequence},
    {"time", put_time},
    {"kind", put_kind},
    {"resourceType", put_type},
    {"id", put_id},
    {"revision", put_revision},
    {"actor", put_actor},
    {"credential", put_credential},
    {"address", put_address},
    {"requestId", put_request},
    {"digest", put_digest},
    {"before", put_before},
    {"after", put_after},
    {"erased", put_erased},
};

bool entry_format_parse(str name, enum entry_format *out)
{
    *out = str_equal(name, STR("csv")) ? ENTRY_CSV : ENTRY_NDJSON;
    return name.len == 0 || *out == ENTRY_CSV || str_equal(name, STR("ndjson"));
}

void entry_print_head(struct text *out, enum entry_format format)
{
    for (size_t at = 0; format == ENTRY_CSV && at < COUNT_OF(fields); at++) {
        text_format(out, "%s,", fields[at].name);
    }
    text_add(out, format == ENTRY_CSV ? STR("members\r\n") : STR(""));
}

static void print_fields(const struct printing *p)
{
    bool csv = p->format == ENTRY_CSV;
    text_add(p->out, csv ? STR("") : STR("{"));
    for (size_t at = 0; at < COUNT_OF(fields); at++) {
        if (!csv) {
            text_format(p->out, "\"%s\":", fields[at].name);
        }
        fields[at].put(p);
        text_char(p->out, ',');
    }
    text_add(p->out, csv ? STR("\"[") : STR("\"members\":["));
}

// Within a cell of CSV each quote is two.
static void add_doubled(struct text *out, str text)
{
    for (size_t at = 0; at < text.len; at++) {
        text_add(out, text.ptr[at] == '"' ? STR("\"\"") : (str){text.ptr + at, 1});
    }
}

static void print_member(struct text *out, const struct change_member *member)
{
    text_lit(out, "{\"value\":");
    json_write_string(out, member->member_id);
    text_add(out, member->added ? STR(",\"added\":true}") : STR(",\"added\":false}"));
}

bool entry_print_piece(struct call *call, const struct entry *entry, enum entry_format format,
                       int64_t *place, struct roster_error *err)
{
    const struct printing p = {call->arena, &call->io->out, entry, format};
    struct change_member *members = NULL;
    struct text piece;
    int64_t first = *place;
    if (!entry_members(call->admin, entry, first, AUDIT_MEMBERS_PIECE, &members, err)) {
        return false;
    }
    if (first == 0) {
        print_fields(&p);
    }
    text_init(&piece, call->arena, ADMIN_REPLY_MAX);
    for (const struct change_member *member = members; member != NULL; member = member->next) {
        text_add(&piece, *place > 0 ? STR(",") : STR(""));
        print_member(&piece, member);
        *place += 1;
    }
    if (piece.full) {
        return fail_memory(err);
    }
    if (format == ENTRY_CSV) {
        add_doubled(p.out, text_str(&piece));
    } else {
        text_add(p.out, text_str(&piece));
    }
    if (*place - first < AUDIT_MEMBERS_PIECE) {
        text_add(p.out, format == ENTRY_CSV ? STR("]\"\r\n") : STR("]}\n"));
        *place = 0;
    }
    return true;
}
