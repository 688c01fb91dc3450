// core/people.h: whom a word of the command line names.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_PEOPLE_H
#define CORE_PEOPLE_H

#include "core/context.h"

struct person {
    str id;
    bool deleted;      // found among those who are gone
    size_t namesakes;  // others who are gone and had the same name
};

// By id (of any resource there ever was), userName, externalId of any source, or userName or
// externalId of somebody who is deleted by now, the last one of that name: of those the last
// HISTORY_DELETED_MAX are looked at. Refused: NOT_FOUND; UNIQUENESS for an externalId that means
// different people to different sources.
MUST_CHECK bool people_find(const struct context *ctx, str name, struct person *out,
                            struct roster_error *err);

#endif
