// place.c: a store of its own for a test, and whole commands on it.
// SPDX-License-Identifier: Apache-2.0
#include "unit/cli/place.h"

#include "base/limits.h"
#include "scim/fold.h"
#include "scim/schema.h"
#include "store/resource.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
// After what it needs.
#include <cmocka.h>

enum { WORDS_MAX = 16, TURNS_MAX = 1000 };

bool try_store(struct place *place, long fail_at)
{
    const struct store_options options = {
        .url = place->url, .unicode = fold_unicode_version(), .fail_at = fail_at};
    struct roster_error err = {0};
    place->store = store_open(&options, &err);
    return place->store != NULL;
}

void open_store(struct place *place)
{
    assert_true(try_store(place, 0));
}

int open_place(void **state)
{
    struct place *place = calloc(1, sizeof(*place));
    *state = place;
    // Hundreds of stores are opened here, and none has to outlive the machine.
    snprintf(place->folder, sizeof(place->folder), "%s/roster-admin-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(place->folder));
    snprintf(place->url, sizeof(place->url), "sqlite:%s/r.db", place->folder);
    place->arena = roster_arena_open(ARENA_REQUEST_MAX);
    open_store(place);
    return 0;
}

static void empty_folder(const char *folder)
{
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        unlinkat(dirfd(entries), entry->d_name, 0);
    }
    closedir(entries);
}

int close_place(void **state)
{
    struct place *place = *state;
    char keys[FOLDER_BYTES + 8];
    snprintf(keys, sizeof(keys), "%s/keys", place->folder);
    store_close(place->store);
    if (access(keys, F_OK) == 0) {
        empty_folder(keys);
        rmdir(keys);
    }
    empty_folder(place->folder);
    rmdir(place->folder);
    roster_arena_close(place->arena);
    free(place);
    return 0;
}

int do_line(struct place *place, const char *text)
{
    struct line line;
    struct roster_error err = {0};
    char **argv = arena_array(place->arena, WORDS_MAX + 1, sizeof(*argv));
    int argc = 0;
    bool again = true;
    for (str rest = str_of(text); rest.len > 0 && argc < WORDS_MAX;) {
        str word = {0};
        str copy = {0};
        str_cut(rest, ' ', &word, &rest);
        assert_true(arena_copy(place->arena, word, &copy));
        for (char *at = (char *)copy.ptr; (at = strchr(at, '_')) != NULL;) {
            *at = ' ';
        }
        argv[argc++] = (char *)copy.ptr;
    }
    io_init(&place->io, place->arena);
    assert_true(line_read(argc, argv, place->arena, &line, &err));
    struct schema_progress progress = {0};
    line.progress = &progress;
    line.input = place->input;
    struct conn *writer = store_writer(place->store);
    struct conn *reader =
        line.command->reads ? store_reader(place->store, STORE_READER_CACHE_KIB) : NULL;
    for (int turn = 0; again; turn++) {
        assert_true(turn < TURNS_MAX);
        place->code = admin_turn(&line, line.command->reads ? reader : writer, "cli:test",
                                 place->arena, &place->io, &again);
        assert_false(conn_in_transaction(writer));
    }
    conn_close(reader);
    return place->code;
}

str out(const struct place *place)
{
    return text_str(&place->io.out);
}

str said(const struct place *place)
{
    return text_str(&place->io.err);
}

struct roster_json *do_json(struct place *place, const char *text)
{
    struct roster_json *json = NULL;
    struct roster_error err = {0};
    assert_int_equal(do_line(place, text), EX_OK);
    str printed = out(place);
    assert_true(printed.len > 0 && printed.ptr[printed.len - 1] == '\n');
    assert_true(roster_json_read(printed, place->arena, &json, &err));
    return json;
}

const char *shape(struct place *place, const struct roster_json *object)
{
    static const char letters[] = {
        [JSON_NULL] = 'n',   [JSON_FALSE] = 'b', [JSON_TRUE] = 'b',   [JSON_NUMBER] = 'i',
        [JSON_STRING] = 's', [JSON_ARRAY] = 'a', [JSON_OBJECT] = 'o',
    };
    struct text text;
    text_init(&text, place->arena, 1000);
    assert_true(json_is(object, JSON_OBJECT));
    for (const struct roster_json *member = object->first; member != NULL; member = member->next) {
        text_format(&text, "%s%.*s:%c", member == object->first ? "" : " ", STR_ARGS(member->key),
                    letters[member->kind]);
    }
    text_char(&text, '\0');
    return text.ptr;
}

str text_of(const struct roster_json *object, const char *name)
{
    return json_find_text(object, str_of(name));
}

void add_resource(struct place *place, const char *tenant, const char *type_name, const char *id,
                  const char *document)
{
    struct conn *writer = store_writer(place->store);
    struct roster_arena *arena = place->arena;
    struct roster_error err = {0};
    const struct roster_registry *registry = roster_registry_builtin(arena, &err);
    const struct roster_resource_type *type = roster_registry_type(registry, str_of(type_name));
    const struct index_set *set = NULL;
    struct index_entry *entries = NULL;
    struct roster_json *json = NULL;
    struct tenant_row row = {0};
    assert_true(index_set_build(place->store, type, NULL, arena, &set, &err));
    assert_true(roster_json_read(str_of(document), arena, &json, &err));
    assert_true(index_extract(set, json, arena, &entries, &err));
    struct resource_row resource = {.type = type->number,
                                    .id = str_of(id),
                                    .revision = 1,
                                    .created_ms = env_now_ms(&env_system),
                                    .modified_ms = env_now_ms(&env_system),
                                    .document = str_of(document),
                                    .display = json_find_text(json, STR("displayName"))};
    assert_int_equal(conn_begin(writer), STORE_OK);
    assert_int_equal(tenant_find(writer, str_of(tenant), arena, &row), STORE_OK);
    assert_int_equal(resource_insert(writer, row.tenant, &resource, entries), STORE_OK);
    assert_int_equal(conn_commit(writer), STORE_OK);
}
