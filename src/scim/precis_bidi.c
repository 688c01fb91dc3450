// precis_bidi.c: names that read the same from both sides are refused (RFC 5893 section 2).
// SPDX-License-Identifier: Apache-2.0
#include "scim/precis_inner.h"

#include <utf8proc.h>

#define CLASS(name) (UINT32_C(1) << UTF8PROC_BIDI_CLASS_##name)

enum { CLASS_COUNT = UTF8PROC_BIDI_CLASS_PDI + 1 };
static_assert(CLASS_COUNT <= 32, "a set of classes is one word");

static uint32_t class_of(int32_t point)
{
    return UINT32_C(1) << utf8proc_get_property(point)->bidi_class;
}

static uint32_t classes_of(struct points text)
{
    uint32_t all = 0;
    for (size_t at = 0; at < text.count; at++) {
        all |= class_of(text.at[at]);
    }
    return all;
}

// The class of the last character that is no mark; 0 where there is none.
static uint32_t last_class(struct points text)
{
    size_t at = text.count;
    while (at > 0 && class_of(text.at[at - 1]) == CLASS(NSM)) {
        at--;
    }
    return at == 0 ? 0 : class_of(text.at[at - 1]);
}

static bool only_has(uint32_t classes, uint32_t allowed)
{
    return (classes & ~allowed) == 0;
}

bool precis_bidi_holds(struct points text)
{
    const uint32_t neutral =
        CLASS(EN) | CLASS(ES) | CLASS(CS) | CLASS(ET) | CLASS(ON) | CLASS(BN) | CLASS(NSM);
    const uint32_t right = CLASS(R) | CLASS(AL);
    uint32_t all = classes_of(text);
    if ((all & (right | CLASS(AN))) == 0) {
        return true;
    }
    // A text that begins from left to right may have none of these at all.
    uint32_t last = last_class(text);
    return (class_of(text.at[0]) & right) != 0 && only_has(all, neutral | right | CLASS(AN)) &&
           (last & (right | CLASS(EN) | CLASS(AN))) != 0 &&
           (all & (CLASS(EN) | CLASS(AN))) != (CLASS(EN) | CLASS(AN));
}
