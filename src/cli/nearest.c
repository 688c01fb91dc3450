// nearest.c: names ranked by the number of typing mistakes between them.
// SPDX-License-Identifier: Apache-2.0
#include "cli/nearest.h"

enum { WORD_MAX = 48 };

static size_t least(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

// Characters to put in, take out, replace or swap with their neighbour: row n of the usual matrix
// is made from the two rows above it.
static size_t mistakes(str a, str b)
{
    size_t rows[3][WORD_MAX + 1];
    for (size_t to = 0; to <= b.len; to++) {
        rows[0][to] = to;
    }
    for (size_t from = 1; from <= a.len; from++) {
        size_t *row = rows[from % 3];
        const size_t *above = rows[(from + 2) % 3];
        const size_t *two_above = rows[(from + 1) % 3];
        row[0] = from;
        for (size_t to = 1; to <= b.len; to++) {
            bool same = a.ptr[from - 1] == b.ptr[to - 1];
            row[to] = least(above[to] + 1, row[to - 1] + 1, above[to - 1] + !same);
            if (from > 1 && to > 1 && a.ptr[from - 1] == b.ptr[to - 2] &&
                a.ptr[from - 2] == b.ptr[to - 1]) {
                row[to] = least(row[to], two_above[to - 2] + 1, row[to]);
            }
        }
    }
    return rows[a.len % 3][b.len];
}

void nearest_try(struct nearest *nearest, str name)
{
    if (nearest->word.len > WORD_MAX || name.len > WORD_MAX) {
        return;
    }
    size_t distance = mistakes(nearest->word, name);
    if (nearest->name.len == 0 || distance < nearest->distance) {
        nearest->name = name;
        nearest->distance = distance;
    }
}

str nearest_name(const struct nearest *nearest)
{
    // A third of the word may be wrong: "lsit" is list, "foo" is nothing.
    return nearest->distance <= (nearest->word.len + 2) / 3 ? nearest->name : (str){0};
}
