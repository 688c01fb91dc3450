// mask.c: ids by their order, and what changes by itself left out.
// SPDX-License-Identifier: Apache-2.0
#include "cli/mask.h"

#include "base/limits.h"
#include "cli/ids.h"

// The number of the id, which it gets now if it has none. False: no room.
static bool number_of(struct mask *mask, str id, size_t *out)
{
    for (*out = 0; *out < mask->count; (*out)++) {
        if (str_equal(mask->ids[*out], id)) {
            return true;
        }
    }
    str *ids = mask->count == REPLAY_IDS_MAX
                   ? NULL
                   : arena_room(mask->arena, mask->ids, mask->count, &mask->cap, sizeof(*ids));
    if (ids == NULL) {
        return false;
    }
    mask->ids = ids;
    return arena_copy(mask->arena, id, &mask->ids[mask->count++]);
}

static bool write_number(void *ctx, str id, struct text *out)
{
    size_t number = 0;
    if (!number_of(ctx, id, &number)) {
        return false;
    }
    text_format(out, "#%zu", number + 1);
    return true;
}

static bool is_volatile(str name)
{
    static const str names[] = {STR_INIT("created"), STR_INIT("lastModified"), STR_INIT("version"),
                                STR_INIT("nextCursor"), STR_INIT("previousCursor")};
    for (size_t at = 0; at < COUNT_OF(names); at++) {
        if (str_equal(name, names[at])) {
            return true;
        }
    }
    return false;
}

static void drop_volatile(struct roster_json *value)
{
    struct roster_json *next = NULL;
    for (struct roster_json *at = value->first; at != NULL; at = next) {
        next = at->next;
        if (value->kind == JSON_OBJECT && is_volatile(at->key)) {
            json_remove(value, at);
        } else {
            drop_volatile(at);
        }
    }
}

bool mask_body(struct mask *mask, str body, struct roster_arena *arena, str *out)
{
    struct roster_json *json = NULL;
    struct roster_error ignored = {0};
    str text = body;
    if (body.len > 0 && roster_json_read(body, arena, &json, &ignored)) {
        drop_volatile(json);
        if (!roster_json_print(json, arena, &text)) {
            return false;
        }
    }
    return ids_replace(text, write_number, mask, arena, out);
}
