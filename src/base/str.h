// base/str.h: slices. Nothing here allocates; ASCII rules only, Unicode is scim/fold.h.
// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_STR_H
#define BASE_STR_H

#include "roster/types.h"

#include <string.h>

typedef roster_str str;

#define STR(literal) ROSTER_STR(literal)
// In initialisers of static tables, where a compound literal is no constant.
// clang-format off
#define STR_INIT(literal) {"" literal, sizeof(literal) - 1}
// clang-format on
// For printf("%.*s", STR_ARGS(s)).
#define STR_ARGS(s) (int)(s).len, (s).ptr != NULL ? (s).ptr : ""

str str_of(const char *text);  // NULL gives the empty slice
bool str_starts_nocase(str s, str prefix);
// Inline, because most comparisons end with the length.
static inline bool str_equal(str a, str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}
static inline bool str_equal_nocase(str a, str b)
{
    return a.len == b.len && str_starts_nocase(a, b);
}
bool str_contains(str s, str part);
bool str_contains_nocase(str s, str part);
bool str_is_ascii(str s);
str str_head(str s, size_t len);   // first bytes; len <= s.len
str str_tail(str s, size_t from);  // from `from` on; from <= s.len
str str_trim(str s);               // without spaces and tabs at both ends
// Splits at the first `sep`: *head gets what is before it, *rest what follows (empty at the end).
// Returns false when there is no `sep`; *head is then all of `s`.
bool str_cut(str s, char sep, str *head, str *rest);
// Whole text as a decimal integer with an optional sign; false on anything else or overflow.
bool str_to_i64(str s, int64_t *out);
// Decimal digits with a minus where needed; gives how many bytes of `out` they take. No NUL.
enum { DIGITS_MAX = 20 };
size_t str_put_i64(int64_t value, char out[DIGITS_MAX]);
// Eight hexadecimal digits in lower case.
enum { HEX32_LEN = 8 };
void str_put_hex32(uint32_t value, char out[HEX32_LEN]);
// Bytes in the manner of memcmp: negative, 0, positive.
int str_compare(str a, str b);
// For hash maps and weak tags; never for secrets.
uint64_t str_hash(str s, uint64_t seed);

#endif
