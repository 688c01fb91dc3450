// core/silence.h: how long a source is usually quiet, and from when on that is unusual. Pure.
//
// Providers call in bursts: every forty minutes, every night, whenever somebody is hired. What
// counts is the longest gap of each day on which the source called, over the last SILENCE_DAYS of
// them: nights and weekends are in it, and one outage of ours or theirs does not spoil it.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_SILENCE_H
#define CORE_SILENCE_H

#include "base/check.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/text.h"

struct silence_day {
    int64_t day;  // since 1970
    int64_t gap_ms;
};

struct silence {
    struct silence_day days[SILENCE_DAYS];  // oldest first
    size_t count;
};

// What a tenant's setting silence-alarm says.
enum { SILENCE_AUTO = 0, SILENCE_OFF = -1 };
// "auto", "off", or a duration from SILENCE_MIN_MS on.
MUST_CHECK bool silence_setting_parse(str text, int64_t *setting);
void silence_setting_print(struct text *out, int64_t setting);

// JSON of silence_print; an empty text has learned nothing. False when it is damaged, or the arena
// is full.
MUST_CHECK bool silence_parse(str json, struct roster_arena *arena, struct silence *out);
MUST_CHECK bool silence_print(const struct silence *silence, struct roster_arena *arena, str *out);
// A call at `now_ms`, so long after the one before.
void silence_learn(struct silence *silence, int64_t now_ms, int64_t gap_ms);
// The usual longest gap of a day; 0: not known yet.
int64_t silence_usual_ms(const struct silence *silence);
// From how long on it is an alarm: several times what is usual. 0: never, because it is off or not
// enough is known.
int64_t silence_limit_ms(const struct silence *silence, int64_t setting);

#endif
