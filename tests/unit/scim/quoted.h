// unit/scim/quoted.h: JSON in rows of tests that people can read, and how a patch row is checked.
//
// In these texts ' stands for a double quote, and ` for one inside a string:
//   {'path':'emails[type eq `work`].value'}
// SPDX-License-Identifier: Apache-2.0
#ifndef UNIT_SCIM_QUOTED_H
#define UNIT_SCIM_QUOTED_H

#include "scim/patch.h"
#include "unit/scim/given.h"

#define ENTERPRISE "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

static inline const char *unquoted(struct roster_arena *arena, const char *text)
{
    struct text out;
    text_init(&out, arena, MIB(1));
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '`') {
            text_char(&out, '\\');
        }
        text_char(&out, *at == '\'' || *at == '`' ? '"' : *at);
    }
    text_char(&out, '\0');
    assert_false(out.full);
    return text_str(&out).ptr;
}

static inline struct roster_json *quoted(struct given *g, const char *text)
{
    return given_json(g, unquoted(g->arena, text));
}

static inline str printed(struct given *g, const struct roster_json *value)
{
    str text = {0};
    assert_true(roster_json_print(value, g->arena, &text));
    return text;
}

// `schemas` counts only in rows that write it.
static inline void expect_json(struct given *g, const char *row, struct roster_json *got,
                               const char *want)
{
    struct roster_json *wanted = quoted(g, want);
    struct roster_json *schemas = json_find(got, STR("schemas"));
    if (schemas != NULL && json_find(wanted, STR("schemas")) == NULL) {
        json_remove(got, schemas);
    }
    if (!json_equal(got, wanted)) {
        fail_msg("%s\n  got:  %.*s\n  want: %s", row, STR_ARGS(printed(g, got)), want);
    }
}

// `want` is JSON, or the name of a refusal and perhaps a word of its detail: "NO_TARGET emails".
static inline void expect_outcome(struct given *g, const char *row, bool ok,
                                  struct roster_json *got, const char *want)
{
    if (want[0] == '{') {
        if (!ok) {
            fail_msg("%s\n  refused: %s: %s", row, error_name(g->err.code), g->err.detail);
        }
        expect_json(g, row, got, want);
        return;
    }
    if (ok) {
        fail_msg("%s\n  accepted: %.*s\n  want: %s", row, STR_ARGS(printed(g, got)), want);
    }
    str name = {0};
    str word = {0};
    (void)str_cut(str_of(want), ' ', &name, &word);
    if (!str_equal(name, str_of(error_name(g->err.code))) ||
        !str_contains(str_of(g->err.detail), word)) {
        fail_msg("%s\n  refused: %s: %s\n  want: %s", row, error_name(g->err.code), g->err.detail,
                 want);
    }
}

// Applies the operations (a list, or a whole message) and checks that nothing else was touched.
static inline bool apply_quoted(struct given *g, const struct roster_resource_type *type,
                                const char *resource, const char *operations,
                                struct roster_json **out)
{
    struct roster_json *before = quoted(g, resource);
    struct roster_json *untouched = quoted(g, resource);
    struct roster_json *message = quoted(g, operations);
    if (message->kind == JSON_ARRAY) {
        struct roster_json *whole =
            quoted(g, "{'schemas':['urn:ietf:params:scim:api:messages:2.0:PatchOp']}");
        json_put(whole, STR("Operations"), message);
        message = whole;
    }
    str sent = printed(g, message);
    g->err = (struct roster_error){0};
    *out = NULL;
    bool ok = roster_patch_apply(type, before, message, &g->quirks, g->arena, out, &g->err);
    assert_true(json_equal(before, untouched));
    assert_true(str_equal(sent, printed(g, message)));
    assert_true(ok == (*out != NULL));
    return ok;
}

struct patch_case {
    const char *name;
    const char *operations;
    const char *interop;  // what becomes of it in each profile; NULL: as in interop
    const char *rfc;
};

static inline void expect_patch(enum roster_profile profile, bool of_group, const char *resource,
                                const struct patch_case *row)
{
    struct given g;
    struct roster_json *got = NULL;
    given_open(&g, profile);
    bool is_rfc = profile == ROSTER_PROFILE_RFC && row->rfc != NULL;
    bool ok = apply_quoted(&g, of_group ? g.group : g.user, resource, row->operations, &got);
    expect_outcome(&g, row->name, ok, got, is_rfc ? row->rfc : row->interop);
    given_close(&g);
}

static inline void expect_patches(bool of_group, const char *resource,
                                  const struct patch_case *rows, size_t count)
{
    for (size_t at = 0; at < count; at++) {
        expect_patch(ROSTER_PROFILE_INTEROP, of_group, resource, &rows[at]);
        expect_patch(ROSTER_PROFILE_RFC, of_group, resource, &rows[at]);
    }
}

#endif
