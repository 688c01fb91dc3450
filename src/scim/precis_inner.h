// scim/precis_inner.h: the parts of PRECIS among themselves: texts as code points.
// SPDX-License-Identifier: Apache-2.0
#ifndef SCIM_PRECIS_INNER_H
#define SCIM_PRECIS_INNER_H

#include "base/check.h"

struct range {
    int32_t first;
    int32_t last;
};
bool point_is_in(int32_t point, const struct range *ranges, size_t count);

// A text, taken apart.
struct points {
    const int32_t *at;
    size_t count;
};

// The rules of RFC 5892 appendix A for the code point at `index`, which needs one.
bool precis_context_holds(struct points text, size_t index);
// The Bidi Rule of RFC 5893 section 2; texts without right-to-left characters always satisfy it.
bool precis_bidi_holds(struct points text);

#endif
