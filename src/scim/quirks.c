// quirks.c: the quirks as rows: names, texts and the two profiles.
// SPDX-License-Identifier: Apache-2.0
#include "scim/quirks.h"

#include "base/check.h"
#include "base/str.h"

static const struct {
    const char *name;
    const char *text;
    bool in_profile[2];  // by enum roster_profile
} rows[ROSTER_QUIRK_COUNT] = {
#define QUIRK_ROW(id, name, interop, rfc, text)                                                    \
    [ROSTER_QUIRK_##                                                                               \
        id] = {name, text, {[ROSTER_PROFILE_INTEROP] = interop, [ROSTER_PROFILE_RFC] = rfc}},
    ROSTER_QUIRKS(QUIRK_ROW)
#undef QUIRK_ROW
};

static_assert(ROSTER_QUIRK_COUNT <= 64, "a set of quirks is one 64-bit word");

static uint64_t bit(enum roster_quirk quirk)
{
    assert((size_t)quirk < ROSTER_QUIRK_COUNT);
    return UINT64_C(1) << quirk;
}

struct roster_quirks roster_quirks_of(enum roster_profile profile)
{
    struct roster_quirks quirks = {0};
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        if (rows[at].in_profile[profile]) {
            quirks.on |= bit((enum roster_quirk)at);
        }
    }
    return quirks;
}

const char *roster_quirk_name(enum roster_quirk quirk)
{
    assert((size_t)quirk < COUNT_OF(rows));
    return rows[quirk].name;
}

const char *roster_quirk_text(enum roster_quirk quirk)
{
    assert((size_t)quirk < COUNT_OF(rows));
    return rows[quirk].text;
}

bool roster_quirk_find(roster_str name, enum roster_quirk *out)
{
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        if (str_equal(name, str_of(rows[at].name))) {
            *out = (enum roster_quirk)at;
            return true;
        }
    }
    return false;
}

bool quirk_take(struct roster_quirks *quirks, enum roster_quirk quirk)
{
    if (!quirk_is_on(quirks, quirk)) {
        return false;
    }
    quirks->used |= bit(quirk);
    return true;
}

bool quirk_is_on(const struct roster_quirks *quirks, enum roster_quirk quirk)
{
    return (quirks->on & bit(quirk)) != 0;
}
