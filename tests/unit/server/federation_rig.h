// federation_rig.h: a tenant of two partners with a person and a group each, people of the company,
// and a group of all.
// SPDX-License-Identifier: Apache-2.0
#ifndef UNIT_SERVER_FEDERATION_RIG_H
#define UNIT_SERVER_FEDERATION_RIG_H

#include "kit/rig.h"

#include "core/sources.h"

enum { TEXT_MAX = 4096 };

// Who acts: A and B are partners with domains who see their own, H has owned attributes, D is the
// default source without a policy.
enum who { A, B, H, D, WHO_COUNT };

extern struct rig rig;

int open_rig(void **state);
int close_rig(void **state);
#define IN_RIG(what_it_says) cmocka_unit_test_setup_teardown(what_it_says, open_rig, close_rig)

// "{A}" and "{B}" in path and body are the partners' people, "{H}" the company's; "{G}" and "{K}"
// are the groups of A and B, "{S}" has all three.
struct rig_reply ask(enum who who, const char *method, const char *path, const char *body);
// A PATCH with what administration does between its head and its commit; gives the status.
int change_late(enum who who, const char *path, const char *body, void (*meanwhile)(void));
// Adds a source or sets its policy. False: refused.
bool change_source(const char *name, const char *key, const char *value, bool add,
                   struct roster_error *err);
void set(const char *name, const char *key, const char *value);

// One request and what its answer has to be like. Texts may be NULL.
struct call_step {
    enum who who;
    const char *method;
    const char *path;
    const char *body;
    long status;
    const char *has;
    const char *lacks;
};

void run(const struct call_step *steps, size_t count);

#define PATCH_OF(OP, PATH, VALUE)                                                                  \
    "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"],\"Operations\":[{\"op\":"    \
    "\"" OP "\",\"path\":\"" PATH "\",\"value\":" VALUE "}]}"

#endif
