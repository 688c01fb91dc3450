// unit/store/rig.h: what every test of the store starts from: a store in a folder of its own, with
// one tenant.
// SPDX-License-Identifier: Apache-2.0
#ifndef UNIT_STORE_RIG_H
#define UNIT_STORE_RIG_H

// Ours first: cmocka has a macro called fail.
#include "base/limits.h"
#include "scim/filter.h"
#include "scim/fold.h"
#include "store/audit.h"
#include "store/member.h"
#include "store/search.h"
#include "store/tenant.h"
#include "sys/log.h"
#include "sys/sys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct rig {
    char folder[64];
    char path[96];
    char url[128];
    long fail_at;  // for the next open, as in store_options
    long page_max;
    const char *unicode;
    struct store *store;
    struct conn *writer;
    struct conn *reader;
    struct roster_arena *arena;
    const struct roster_registry *registry;
    const struct roster_resource_type *user;
    const struct roster_resource_type *group;
    const struct index_set *user_set;
    const struct index_set *group_set;
    int64_t tenant;
    int64_t source;
    int64_t now_ms;
};

void rig_open(struct rig *rig);
void rig_close(struct rig *rig);  // removes the folder
// Closes and opens the store; the tenant stays.
void rig_stop(struct rig *rig);
void rig_start(struct rig *rig);
// Tries to open the store again and expects a refusal whose text has `part`.
void rig_expect_refused(struct rig *rig, const char *part);

void rig_begin(struct rig *rig);
void rig_commit(struct rig *rig);

// A tenant with its default source.
int64_t rig_tenant(struct rig *rig, const char *name, int64_t *source);

// A resource as the core would make it: the text is its document without externalId.
struct given_resource {
    int64_t tenant;                           // 0: that of the rig
    const struct roster_resource_type *type;  // NULL: user
    const char *id;                           // NULL: a new UUID
    const char *json;
    const char *external_id;  // NULL: none
};
enum store_outcome rig_insert(struct rig *rig, const struct given_resource *given,
                              struct resource_row *row);
// The same in a transaction of its own, and it must succeed.
struct resource_row rig_create(struct rig *rig, const struct given_resource *given);
struct index_entry *rig_entries(struct rig *rig, const struct roster_resource_type *type,
                                str document);

// Three changes with audit rows 1 to 3: a create with a detail, a change of two members, and
// administration without a detail.
void rig_add_changes(struct rig *rig, int64_t tenant);

// Runs SQL on the file behind the store's back. The store must be stopped, or only be read.
void rig_sql(struct rig *rig, const char *sql);
int64_t rig_sql_i64(struct rig *rig, const char *sql);

// Fixtures of cmocka: *state is an open rig.
int rig_setup(void **state);
int rig_teardown(void **state);
#define IN_RIG(what_it_says) cmocka_unit_test_setup_teardown(what_it_says, rig_setup, rig_teardown)

void expect_str(str got, str want);

#define RUN(tests)                                                                                 \
    int main(void)                                                                                 \
    {                                                                                              \
        cmocka_set_message_output(CM_OUTPUT_TAP);                                                  \
        log_threshold(LOG_LEVEL_ERROR + 1);                                                        \
        return cmocka_run_group_tests(tests, NULL, NULL);                                          \
    }

#endif
