// tests/unit/server/lives.h: random lives of people and groups of a tenant "acme", the same at
// every run, and what a GET showed of each of them after each change.
// SPDX-License-Identifier: Apache-2.0
#ifndef UNIT_SERVER_LIVES_H
#define UNIT_SERVER_LIVES_H

#include "kit/rig.h"

enum { STEPS = 220, LIVES_MAX = 24, MOMENTS_MAX = STEPS * LIVES_MAX };

struct life {
    char id[UUID_TEXT_LEN + 1];
    bool group;
    bool dead;
    bool mourned;  // and seen so
};

// What two GETs showed of a life at a time; NULL: it was not there.
struct moment {
    int64_t time_ms;
    size_t life;
    char *seen;
};

extern struct rig rig;
extern int64_t now_ms;  // of the fake clock
extern const struct env env_fake;
extern struct life lives[LIVES_MAX];
extern size_t life_count;
extern struct moment *moments;
extern size_t moment_count;

// A tenant whose people live STEPS changes long; end_lives closes all that it opened.
void live(uint64_t seed);
void end_lives(void);
unsigned chance(unsigned below);
// What two GETs, one of each source, show now, as JSON; NULL: it is not there. For free().
char *look(const struct life *life);

// In the arena of the rig; they assert that there is room.
struct roster_json *object_of(void);
void must_put(bool put);
void put_group(struct roster_json *groups, str id, str display, bool direct);
void drop(struct roster_json *object, const char *name);
char *kept(const struct roster_json *json);

#endif
