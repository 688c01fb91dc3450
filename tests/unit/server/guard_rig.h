// guard_rig.h: a tenant "acme" with people and a group, and a clock that is told.
// SPDX-License-Identifier: Apache-2.0
#ifndef SERVER_GUARD_RIG_H
#define SERVER_GUARD_RIG_H

#include "core/guards.h"
#include "kit/rig.h"

#define HOUR INT64_C(3600000)
#define DAY (24 * HOUR)
#define NOW INT64_C(1800000000000)

enum { PEOPLE = 40, MEMBERS = 200, ID_SIZE = UUID_TEXT_LEN + 1 };

extern struct rig rig;
extern char authorization[80];
extern char people[MEMBERS][ID_SIZE];
extern char group[ID_SIZE];
extern char body[32768];

struct rig_reply send_text(const char *method, const char *path, const char *text);
void use_source(const char *source);
void add_people(size_t from, size_t to);
void let_days_pass(void);
void add_group(size_t count);
struct rig_reply change(const char *method, const char *type, const char *id, const char *text);
int set_active(size_t who, const char *value);
int patch_group(const char *operations_before, size_t from, size_t to, const char *behind);
int64_t audit_rows(void);
struct guard_view view_of(const char *source, enum guard_kind kind);
void release(const char *source, int64_t for_ms, int64_t count);
void deny(enum guard_kind kind, bool lift);
str header_of(struct rig_reply reply, const char *name);
size_t deactivate_all(void);
// Budgets that a test of a few people reaches.
void set_budgets(void);
int guard_open(void **state);
int guard_close(void **state);

#define WITH_GUARD(what_it_says)                                                                   \
    cmocka_unit_test_setup_teardown(what_it_says, guard_open, guard_close)

#endif
