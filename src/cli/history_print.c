// history_print.c: the answers of roster audit show.
// SPDX-License-Identifier: Apache-2.0
#include "cli/history_print.h"

#include "base/visible.h"

enum { NAME_WIDTH = 24, VALUE_BYTES = 65536 };

static const char *const presences[] = {
    [HISTORY_NONE] = "unknown",
    [HISTORY_NOT_YET] = "not created",
    [HISTORY_THERE] = "there",
    [HISTORY_GONE] = "deleted",
};

const char *history_kind_name(enum change_kind kind)
{
    switch (kind) {
    case CHANGE_CREATE:
        return "created";
    case CHANGE_REPLACE:
        return "replaced";
    case CHANGE_PATCH:
        return "changed";
    case CHANGE_DELETE:
        return "deleted";
    case CHANGE_TENANT:
    case CHANGE_TOKEN:
    case CHANGE_SCHEMA:
    case CHANGE_GUARD:
    case CHANGE_SOURCE:
    case CHANGE_ERASE:
    case CHANGE_HOLD:
        break;
    }
    return "administered";
}

void history_print_value(struct text *out, const struct roster_json *value)
{
    struct text text;
    if (value == NULL) {
        text_char(out, '-');
        return;
    }
    text_init(&text, out->arena, VALUE_BYTES);
    json_write(&text, value);
    visible_add(out, text.full ? STR("(too long)") : text_str(&text));
}

static void print_time(struct text *out, int64_t ms)
{
    char text[TIME_TEXT_LEN];
    time_print(ms, text);
    text_add(out, (str){text, sizeof(text)});
}

static bool is_active(const struct history_resource *resource)
{
    return resource->document != NULL &&
           !json_is(json_find(resource->document, STR("active")), JSON_FALSE);
}

static void print_name(struct text *out, str name)
{
    text_lit(out, "  ");
    visible_add(out, name);
    text_format(out, "%*s", name.len < NAME_WIDTH ? (int)(NAME_WIDTH - name.len) : 1, "");
}

static void print_document(struct text *out, const struct roster_json *document)
{
    const struct roster_json *member = document->first;
    for (; member != NULL; member = member->next) {
        if (!str_equal(member->key, STR("schemas"))) {
            print_name(out, member->key);
            history_print_value(out, member);
            text_char(out, '\n');
        }
    }
}

static void print_groups(struct text *out, const struct history_membership *group)
{
    text_add(out, group == NULL ? STR("in no group\n") : STR("groups:\n"));
    for (; group != NULL; group = group->next) {
        print_name(out, group->display.len > 0 ? group->display : STR("(no name)"));
        visible_add(out, group->id);
        if (group->via != NULL) {
            text_lit(out, "  through ");
            visible_add(out, group->via->display.len > 0 ? group->via->display : group->via->id);
        }
        text_char(out, '\n');
    }
}

static void print_erased(struct text *out)
{
    text_lit(out, "attributes: not known any more, details of this time were erased\n");
}

static void print_head(struct text *out, const struct history_request *request,
                       const struct history_view *view)
{
    const struct history_resource *resource = &view->resource;
    bool there = resource->presence == HISTORY_THERE;
    const char *state = there && resource->document != NULL
                            ? is_active(resource) ? "active" : "not active"
                            : presences[resource->presence];
    text_add(out, view->type);
    text_char(out, ' ');
    visible_add(out, resource->id);
    text_lit(out, ", at ");
    print_time(out, request->at_ms);
    text_format(out, ": %s", state);
    if (resource->presence == HISTORY_NOT_YET) {
        text_lit(out, "; created at ");
        print_time(out, resource->created_ms);
    } else if (resource->presence == HISTORY_GONE) {
        text_lit(out, " since ");
        print_time(out, resource->modified_ms);
    }
    text_char(out, '\n');
}

static void print_view(struct text *out, const struct history_request *request,
                       const struct history_view *view)
{
    const struct history_resource *resource = &view->resource;
    print_head(out, request, view);
    if (resource->presence != HISTORY_THERE) {
        return;
    }
    text_format(out, "version %lld, created ", (long long)resource->revision);
    print_time(out, resource->created_ms);
    text_lit(out, ", last changed ");
    print_time(out, resource->modified_ms);
    text_char(out, '\n');
    if (resource->document == NULL) {
        print_erased(out);
    } else {
        print_document(out, resource->document);
    }
    print_groups(out, view->groups);
}

static bool put_group(struct roster_json *list, struct roster_arena *arena,
                      const struct history_membership *group)
{
    struct roster_json *out = json_new(arena, JSON_OBJECT);
    bool ok = out != NULL && json_put_string(out, arena, STR("value"), group->id) &&
              json_put_made(out, STR("display"), json_text(arena, group->display)) &&
              json_put_bool(out, arena, STR("direct"), group->via == NULL) &&
              json_put_made(out, STR("via"),
                            json_text(arena, group->via == NULL ? (str){0} : group->via->id));
    if (ok) {
        json_push(list, out);
    }
    return ok;
}

static struct roster_json *groups_json(struct roster_arena *arena,
                                       const struct history_membership *group)
{
    struct roster_json *list = json_new(arena, JSON_ARRAY);
    for (; list != NULL && group != NULL; group = group->next) {
        if (!put_group(list, arena, group)) {
            return NULL;
        }
    }
    return list;
}

static struct roster_json *document_json(struct roster_arena *arena,
                                         const struct history_resource *resource)
{
    return resource->document == NULL ? json_new(arena, JSON_NULL)
                                      : json_copy(arena, resource->document);
}

static struct roster_json *view_json(struct roster_arena *arena,
                                     const struct history_request *request,
                                     const struct history_view *view)
{
    const struct history_resource *resource = &view->resource;
    bool there = resource->presence == HISTORY_THERE;
    bool gone = resource->presence == HISTORY_GONE;
    struct roster_json *active = there && resource->document != NULL
                                     ? json_bool(arena, is_active(resource))
                                     : json_new(arena, JSON_NULL);
    struct roster_json *out = json_new(arena, JSON_OBJECT);
    bool ok =
        out != NULL && json_put_string(out, arena, STR("id"), resource->id) &&
        json_put_made(out, STR("type"), json_text(arena, view->type)) &&
        json_put_made(out, STR("at"), json_time(arena, request->at_ms)) &&
        json_put_string(out, arena, STR("state"), str_of(presences[resource->presence])) &&
        json_put_made(out, STR("active"), active) &&
        json_put_made(out, STR("created"), json_time(arena, resource->created_ms)) &&
        json_put_made(out, STR("modified"), json_time(arena, there ? resource->modified_ms : 0)) &&
        json_put_made(out, STR("deleted"), json_time(arena, gone ? resource->modified_ms : 0)) &&
        json_put_i64(out, arena, STR("version"), resource->revision) &&
        json_put_bool(out, arena, STR("erased"), resource->erased) &&
        json_put_made(out, STR("resource"), document_json(arena, resource)) &&
        json_put_made(out, STR("groups"), groups_json(arena, view->groups));
    return ok ? out : NULL;
}

static void note_person(const struct call *call, const struct person *person)
{
    if (person->namesakes > 0) {
        io_note(call->io,
                "%zu more who were called so are deleted: this is the last one, name "
                "another by id",
                person->namesakes);
    }
}

int history_print_view(const struct call *call, const struct history_request *request,
                       const struct history_view *view)
{
    note_person(call, &view->person);
    if (wants_json(call)) {
        return io_json(call->io, view_json(call->arena, request, view));
    }
    print_view(&call->io->out, request, view);
    return EX_OK;
}

static void print_attributes(struct text *out, const struct history_line *line)
{
    const struct history_attribute *attribute = line->attributes;
    for (; attribute != NULL; attribute = attribute->next) {
        if (str_equal(attribute->name, STR("schemas")) || str_equal(attribute->name, STR("id"))) {
            continue;
        }
        text_lit(out, "    ");
        visible_add(out, attribute->name);
        text_lit(out, ": ");
        history_print_value(out, attribute->from);
        text_lit(out, " -> ");
        history_print_value(out, attribute->to);
        text_char(out, '\n');
    }
}

static void print_line(struct text *out, const struct history_line *line)
{
    const struct history_entry *entry = line->entry;
    const struct change *change = &entry->row.change;
    print_time(out, change->time_ms);
    text_format(out, "  %lld  ", (long long)change->sequence);
    visible_add(out, change->actor);
    if (entry->is_membership) {
        text_add(out, entry->added ? STR("  joined group ") : STR("  left group "));
        visible_add(out, entry->display);
        text_add(out, entry->display.len > 0 ? STR(" ") : STR(""));
        text_lit(out, "(");
        visible_add(out, entry->group);
        text_lit(out, ")");
    } else {
        text_format(out, "  %s", history_kind_name(change->kind));
        text_add(out, entry->row.erased ? STR(", details erased") : (str){0});
    }
    text_char(out, '\n');
    print_attributes(out, line);
}

static bool put_attributes(struct roster_json *out, struct roster_arena *arena,
                           const struct history_attribute *attribute)
{
    struct roster_json *all = json_new(arena, JSON_OBJECT);
    for (; all != NULL && attribute != NULL; attribute = attribute->next) {
        struct roster_json *one = json_new(arena, JSON_OBJECT);
        bool ok = one != NULL &&
                  json_put_made(one, STR("from"),
                                attribute->from == NULL ? json_new(arena, JSON_NULL)
                                                        : json_copy(arena, attribute->from)) &&
                  json_put_made(one, STR("to"),
                                attribute->to == NULL ? json_new(arena, JSON_NULL)
                                                      : json_copy(arena, attribute->to));
        if (!ok) {
            return false;
        }
        json_put(all, attribute->name, one);
    }
    return json_put_made(out, STR("attributes"), all);
}

static bool put_membership(struct roster_json *out, struct roster_arena *arena,
                           const struct history_entry *entry)
{
    struct roster_json *group = json_new(arena, JSON_OBJECT);
    return group != NULL && json_put_string(group, arena, STR("value"), entry->group) &&
           json_put_made(group, STR("display"), json_text(arena, entry->display)) &&
           json_put_bool(group, arena, STR("added"), entry->added) &&
           json_put_made(out, STR("group"), group);
}

static struct roster_json *line_json(struct roster_arena *arena, const struct history_line *line)
{
    const struct history_entry *entry = line->entry;
    const struct change *change = &entry->row.change;
    const char *kind = entry->is_membership ? "membership" : history_kind_name(change->kind);
    struct roster_json *out = json_new(arena, JSON_OBJECT);
    bool ok = out != NULL && json_put_i64(out, arena, STR("sequence"), change->sequence) &&
              json_put_made(out, STR("time"), json_time(arena, change->time_ms)) &&
              json_put_string(out, arena, STR("actor"), change->actor) &&
              json_put_string(out, arena, STR("address"), change->address) &&
              json_put_string(out, arena, STR("request"), change->request_id) &&
              json_put_string(out, arena, STR("kind"), str_of(kind)) &&
              json_put_bool(out, arena, STR("erased"), entry->row.erased) &&
              (entry->is_membership ? put_membership(out, arena, entry)
                                    : put_attributes(out, arena, line->attributes));
    return ok ? out : NULL;
}

static struct roster_json *list_json(struct roster_arena *arena, const struct history_list *list)
{
    struct roster_json *changes = json_new(arena, JSON_ARRAY);
    struct roster_json *out = json_new(arena, JSON_OBJECT);
    for (const struct history_line *line = list->first; changes != NULL && line != NULL;
         line = line->next) {
        struct roster_json *json = line_json(arena, line);
        if (json == NULL) {
            return NULL;
        }
        json_push(changes, json);
    }
    bool ok = out != NULL && json_put_string(out, arena, STR("id"), list->person.id) &&
              json_put_bool(out, arena, STR("deleted"), list->person.deleted) &&
              json_put_bool(out, arena, STR("more"), list->more) &&
              json_put_made(out, STR("changes"), changes);
    return ok ? out : NULL;
}

int history_print_list(const struct call *call, const struct history_list *list)
{
    note_person(call, &list->person);
    if (wants_json(call)) {
        return io_json(call->io, list_json(call->arena, list));
    }
    for (const struct history_line *line = list->first; line != NULL; line = line->next) {
        print_line(&call->io->out, line);
    }
    if (list->more) {
        io_note(call->io, "there are older changes: --limit shows more");
    }
    return EX_OK;
}
