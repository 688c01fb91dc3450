// answer.c: building and pulling bodies.
// SPDX-License-Identifier: Apache-2.0
#include "core/answer.h"

#include "core/location.h"
#include "core/sight.h"

#include <string.h>

void answer_init(struct answer *answer, struct roster_arena *arena)
{
    *answer = (struct answer){.arena = arena};
    text_init(&answer->text, arena, HTTP_REPLY_MAX);
}

static struct piece *add_piece(struct answer *answer)
{
    struct piece *piece = arena_alloc(answer->arena, sizeof(*piece));
    if (piece == NULL) {
        answer->full = true;
        return NULL;
    }
    if (answer->last == NULL) {
        answer->first = piece;
    } else {
        answer->last->next = piece;
    }
    answer->last = piece;
    return piece;
}

static void flush_text(struct answer *answer)
{
    answer->full |= answer->text.full;
    struct piece *piece = add_piece(answer);
    if (piece != NULL) {
        piece->text = text_str(&answer->text);
    }
}

void answer_members(struct answer *answer, int64_t group, unsigned parts)
{
    flush_text(answer);
    text_init(&answer->text, answer->arena, HTTP_REPLY_MAX);
    struct piece *piece = add_piece(answer);
    if (piece != NULL) {
        piece->group = group;
        piece->parts = parts;
    }
    answer->streamed = true;
}

bool answer_end(struct answer *answer)
{
    flush_text(answer);
    return !answer->full;
}

static void write_part(struct text *out, bool *first, str name, str value)
{
    text_add(out, *first ? STR("\"") : STR(",\""));
    text_add(out, name);
    text_lit(out, "\":");
    json_write_string(out, value);
    *first = false;
}

static void write_reference(struct text *out, const struct context *ctx, bool *first,
                            const struct roster_resource_type *type, str id)
{
    text_add(out, *first ? STR("\"$ref\":\"") : STR(",\"$ref\":\""));
    location_write(out, ctx->base, type->endpoint, id);
    text_char(out, '"');
    *first = false;
}

void answer_write_members(struct text *out, const struct context *ctx,
                          const struct member_row *members, size_t count, unsigned parts,
                          bool first)
{
    for (size_t at = 0; at < count; at++) {
        const struct member_row *member = &members[at];
        const struct roster_resource_type *type =
            registry_type_number(ctx->view->registry, member->type);
        bool first_part = true;
        text_add(out, first && at == 0 ? STR("{") : STR(",{"));
        if (parts & MEMBER_VALUE) {
            write_part(out, &first_part, STR("value"), member->id);
        }
        if (parts & MEMBER_REF && type != NULL) {
            write_reference(out, ctx, &first_part, type, member->id);
        }
        if (parts & MEMBER_TYPE && type != NULL) {
            write_part(out, &first_part, STR("type"), type->name);
        }
        if (parts & MEMBER_DISPLAY && member->display.len > 0) {
            write_part(out, &first_part, STR("display"), member->display);
        }
        text_char(out, '}');
    }
}

// Renders the next members of the current piece. False when the store failed.
static bool next_page(struct answer_reader *reader)
{
    struct member_page page = {0};
    struct text out;
    roster_arena_reset(reader->arena);
    enum store_outcome got =
        sight_page(&reader->ctx, reader->piece->group, reader->after, MEMBERS_INLINE_MAX,
                   (reader->piece->parts & MEMBER_DISPLAY) != 0, reader->arena, &page);
    if (got != STORE_OK && got != STORE_NONE) {
        return false;
    }
    text_init(&out, reader->arena, arena_max(reader->arena));
    answer_write_members(&out, &reader->ctx, page.rows, page.count, reader->piece->parts,
                         !reader->wrote);
    // Whoever sees none of a page gets a blank, so that each call ends behind a page.
    text_add(&out, page.count == 0 && page.more ? STR(" ") : (str){0});
    reader->wrote |= page.count > 0;
    reader->exhausted = !page.more;
    reader->after = page.after;
    reader->page = text_str(&out);
    reader->offset = 0;
    return !out.full;
}

// Bytes of the current piece that are ready, or an empty slice when a page has to be fetched.
static str ready_bytes(const struct answer_reader *reader)
{
    str all = reader->piece->group > 0 ? reader->page : reader->piece->text;
    return str_tail(all, reader->offset);
}

static void next_piece(struct answer_reader *reader)
{
    reader->piece = reader->piece->next;
    reader->offset = 0;
    reader->page = (str){0};
    reader->after = 0;
    reader->wrote = false;
    reader->exhausted = false;
}

long answer_read(struct answer_reader *reader, char *out, size_t max)
{
    size_t len = 0;
    bool looked = false;
    while (reader->piece != NULL && len < max) {
        str ready = ready_bytes(reader);
        if (ready.len > 0) {
            size_t piece = ready.len < max - len ? ready.len : max - len;
            memcpy(out + len, ready.ptr, piece);
            len += piece;
            reader->offset += piece;
        } else if (reader->piece->group > 0 && !reader->exhausted) {
            if (looked && len > 0) {
                break;
            }
            if (!next_page(reader)) {
                return -1;
            }
            looked = true;
        } else {
            next_piece(reader);
        }
    }
    return (long)len;
}
