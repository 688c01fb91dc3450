// place.h: a store of its own for a test, and whole commands on it.
//
//   assert_int_equal(do_line(place, "roster tenant add acme"), EX_OK);
//   assert_true(str_equal(said(place), STR("tenant acme: added\n...")));
// SPDX-License-Identifier: Apache-2.0
#ifndef TEST_CLI_PLACE_H
#define TEST_CLI_PLACE_H

#include "cli/admin.h"
#include "store/store.h"

enum { FOLDER_BYTES = 64 };

struct place {
    char folder[FOLDER_BYTES];
    char url[FOLDER_BYTES + 16];
    struct store *store;
    struct roster_arena *arena;
    str input;     // of commands that read a file
    struct io io;  // of the last command
    int code;
};

// Set-up and tear-down of a test.
int open_place(void **state);
int close_place(void **state);
#define IN_PLACE(name_of_test)                                                                     \
    cmocka_unit_test_setup_teardown(name_of_test, open_place, close_place)

// `fail_at` as in struct store_options. False: the store could not even be opened.
bool try_store(struct place *place, long fail_at);
void open_store(struct place *place);

// Runs a command line whose words have one blank between them; '_' in a word stands for a blank.
// Gives its exit code.
int do_line(struct place *place, const char *text);
// What the last command printed.
str out(const struct place *place);
str said(const struct place *place);
// The JSON that a command prints when it succeeds.
struct roster_json *do_json(struct place *place, const char *text);
// Names of the members, each with the letter of its kind: n(ull), b(oolean), i(nteger), s(tring),
// a(rray), o(bject).
const char *shape(struct place *place, const struct roster_json *object);
str text_of(const struct roster_json *object, const char *name);
// Puts a resource into the store as a client's request would have.
void add_resource(struct place *place, const char *tenant, const char *type_name, const char *id,
                  const char *document);

#endif
