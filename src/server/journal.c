// journal.c: what is known of a request at its end, without looking anything up.
// SPDX-License-Identifier: Apache-2.0
#include "server/journal.h"

#include "journal/journal.h"
#include "server/routes.h"

// What changes an answer, and who the client says it is, by the lengths of their names.
enum { KEPT_NAMES = 2 };

static const str kept[][KEPT_NAMES] = {
    [6] = {STR_INIT("Accept"), STR_INIT("Prefer")},
    [8] = {STR_INIT("If-Match")},
    [10] = {STR_INIT("User-Agent")},
    [12] = {STR_INIT("Content-Type")},
    [13] = {STR_INIT("If-None-Match")},
};

static bool is_kept(str name)
{
    return name.len > 0 && name.len < COUNT_OF(kept) &&
           (str_equal_nocase(name, kept[name.len][0]) || str_equal_nocase(name, kept[name.len][1]));
}

static size_t add(char *out, size_t len, str text)
{
    if (text.len > 0) {
        memcpy(out + len, text.ptr, text.len);
    }
    return len + text.len;
}

static str copy_headers(const struct http_exchange *exchange, char out[JOURNAL_HEADERS_MAX])
{
    size_t len = 0;
    for (size_t at = 0; at < exchange->header_count; at++) {
        const struct http_header *header = &exchange->headers[at];
        size_t more = header->name.len + header->value.len + 3;
        if (is_kept(header->name) && more <= JOURNAL_HEADERS_MAX - len) {
            len = add(out, len, header->name);
            len = add(out, len, STR(": "));
            len = add(out, len, header->value);
            len = add(out, len, STR("\n"));
        }
    }
    return (str){out, len};
}

static enum record_place place_of(const struct pending *pending, bool waited)
{
    bool writes = pending->token != NULL ||
                  (pending->route != NULL && (pending->route->flags & ROUTE_WRITES) != 0);
    return !waited ? RECORD_ON_LOOP : writes ? RECORD_ON_WRITER : RECORD_ON_WORKER;
}

static bool was_written(const struct pending *pending)
{
    return pending->is_write && pending->exchange->reply.status < 300;
}

static unsigned flags_of(const struct pending *pending)
{
    return (pending->authenticated ? RECORD_KNOWN : 0U) |
           (pending->exchange->reply.read != NULL ? RECORD_STREAMED : 0U) |
           (was_written(pending) && pending->write.changed ? RECORD_CHANGED : 0U);
}

// Into its place at once: a copy would be made in larger pieces than were written, which waits.
static void fill_facts(const struct pending *pending, int64_t took_us, bool waited,
                       struct record_facts *out)
{
    const struct http_exchange *exchange = pending->exchange;
    bool refused = exchange->reply.status >= 400;
    out->time_us = pending->began_us;
    out->tenant = pending->actor.tenant;
    out->source = pending->actor.source;
    out->credential = pending->actor.credential;
    out->revision = was_written(pending) ? pending->write.row.revision : 0;
    out->quirks_on = pending->quirks.on;
    out->quirks_used = pending->quirks.used;
    out->took_us = took_us > UINT32_MAX ? UINT32_MAX : (uint32_t)took_us;
    out->bytes_in = (uint32_t)exchange->body.len;
    out->bytes_out = (uint32_t)exchange->reply.body.len;
    out->status = (uint16_t)exchange->reply.status;
    out->code = (uint8_t)(refused ? pending->err.code : ROSTER_OK);
    out->place = (uint8_t)place_of(pending, waited);
    out->flags = (uint8_t)flags_of(pending);
}

static void name_resource(const struct pending *pending, struct record *out)
{
    bool typed = pending->type != NULL;
    out->texts[RECORD_TYPE] = typed ? pending->type->name : (str){0};
    // Else the path says it.
    out->texts[RECORD_ID] = typed && was_written(pending) ? pending->write.row.id : (str){0};
}

static void fill_texts(const struct pending *pending, struct record *out)
{
    const struct http_exchange *exchange = pending->exchange;
    out->texts[RECORD_REQUEST] = pending->ctx.request_id;
    out->texts[RECORD_TENANT] = (str){pending->actor.tenant_name, pending->actor.tenant_name_len};
    out->texts[RECORD_ACTOR] = (str){pending->actor.name, pending->actor.name_len};
    out->texts[RECORD_ADDRESS] = pending->ctx.address;
    out->texts[RECORD_METHOD] = exchange->method_text;
    out->texts[RECORD_PATH] = exchange->path;
    out->texts[RECORD_QUERY] = exchange->query;
    out->texts[RECORD_DETAIL] = str_of(out->facts.code == ROSTER_OK ? "" : pending->err.detail);
    out->texts[RECORD_BODY] = exchange->body;
    name_resource(pending, out);
}

// The number of a type is never another's in its tenant.
static uint64_t kind_of(const struct pending *pending)
{
    enum http_method method = pending->exchange->method;
    uint64_t type = pending->type == NULL ? 0 : (uint64_t)pending->type->number;
    return method == HTTP_OTHER ? 0 : type << 8 | (method + 1U);
}

static void give_registry(void *held)
{
    tenant_registry_give(held);
}

void journal_note(struct lane *lane, const struct pending *pending, int64_t took_us, bool waited)
{
    if (lane->journal == NULL || pending->target.place == TARGET_SERVER) {
        return;
    }
    struct record *note = &lane->note;
    struct journal_held own;
    const struct journal_held *held = NULL;
    note->caller = pending->actor.lookup;
    note->kind = kind_of(pending);
    fill_facts(pending, took_us, waited, &note->facts);
    fill_texts(pending, note);
    note->texts[RECORD_HEADERS] = copy_headers(pending->exchange, lane->headers);
    if (pending->own != NULL) {
        own = (struct journal_held){pending->own->registry, give_registry,
                                    tenant_registry_take(pending->own)};
        held = &own;
    }
    journal_add(lane->journal, note, held);
}
