// session_answer.h: what every answer has to be, whatever was asked.
// SPDX-License-Identifier: Apache-2.0
#ifndef SESSION_ANSWER_H
#define SESSION_ANSWER_H

#include "fuzz/session_world.h"

// Asserts it. *json gets the body, NULL when there is none; it lives in the rig's arena.
void answer_check(struct world *world, size_t sender, str method, str path,
                  const struct rig_reply *reply, struct roster_json **json);
str answer_header(const struct http_reply *reply, const char *name);

#endif
