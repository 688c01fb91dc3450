// unit/scim/given.h: what every test of the protocol library starts from.
// SPDX-License-Identifier: Apache-2.0
#ifndef UNIT_SCIM_GIVEN_H
#define UNIT_SCIM_GIVEN_H

// Ours first: cmocka has a macro called fail.
#include "base/limits.h"
#include "scim/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct given {
    struct roster_arena *arena;
    struct roster_arena *scratch;
    const struct roster_registry *registry;
    const struct roster_resource_type *user;
    const struct roster_resource_type *group;
    struct roster_quirks quirks;
    struct scope scope;  // of user
    struct roster_error err;
};

static inline void given_open(struct given *g, enum roster_profile profile)
{
    *g = (struct given){0};
    g->arena = roster_arena_open(MIB(16));
    g->scratch = roster_arena_open(MIB(16));
    assert_non_null(g->arena);
    assert_non_null(g->scratch);
    g->registry = roster_registry_builtin(g->arena, &g->err);
    assert_non_null(g->registry);
    g->user = roster_registry_type(g->registry, STR("User"));
    g->group = roster_registry_type(g->registry, STR("Group"));
    assert_non_null(g->user);
    assert_non_null(g->group);
    g->quirks = roster_quirks_of(profile);
    g->scope = (struct scope){g->user, &g->quirks, g->arena};
}

static inline void given_close(struct given *g)
{
    roster_arena_close(g->arena);
    roster_arena_close(g->scratch);
}

static inline struct roster_json *given_json(struct given *g, const char *text)
{
    struct roster_json *json = NULL;
    if (!roster_json_read(str_of(text), g->arena, &json, &g->err)) {
        fail_msg("%s: %s", text, g->err.detail);
    }
    return json;
}

static inline void expect_text(const char *row, str got, const char *want)
{
    if (!str_equal(got, str_of(want))) {
        fail_msg("%s\n  got:  %.*s\n  want: %s", row, STR_ARGS(got), want);
    }
}

#define RUN(tests)                                                                                 \
    int main(void)                                                                                 \
    {                                                                                              \
        cmocka_set_message_output(CM_OUTPUT_TAP);                                                  \
        return cmocka_run_group_tests(tests, NULL, NULL);                                          \
    }

#endif
