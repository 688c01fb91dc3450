// cli/disguise.h: made-up texts in place of what people are called, of the same shape.
//
// A word is a run of letters and digits. It becomes a word of as many letters and digits in the
// same places, which depends on a key: the same word always the same one, in any case of letters,
// and different words different ones. Everything between words stays. An id (a UUID) becomes
// another one, and a moment another one, at the same distance from all others.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_DISGUISE_H
#define CLI_DISGUISE_H

#include "base/text.h"
#include "sys/sys.h"

struct disguise;

enum disguise_mode {
    DISGUISE_DATA,   // every word
    DISGUISE_NAMES,  // every word but those of the protocol: paths, URIs, types
    DISGUISE_FACTS,  // numbers, versions and moments stay, any other text is DATA
};

// With a key of its own, which nothing can be found again without. NULL when the arena is full.
MUST_CHECK struct disguise *disguise_open(const struct env *env, struct roster_arena *arena);

// Writes the made-up text; `scratch` gets what is needed on the way. False when it is full.
MUST_CHECK bool disguise_text(struct disguise *disguise, enum disguise_mode mode, str text,
                              struct roster_arena *scratch, struct text *out);

// What the text of an attribute is, by the last part of its name: "emails.value", "urn:…:userName".
enum disguise_mode disguise_mode_of(str name);

// A path of PATCH, a filter, a list of attributes, or the name of a member that may be a path. The
// last name outside of brackets and quotes goes to `name`, which may be NULL.
MUST_CHECK bool disguise_expression(struct disguise *disguise, str text,
                                    struct roster_arena *scratch, struct text *out, str *name);

#endif
