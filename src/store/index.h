// store/index.h: index rows inside this layer: the parts of an index_set, and keys that fit.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_INDEX_H
#define STORE_INDEX_H

#include "base/limits.h"
#include "store/attribute.h"
#include "store/resource.h"
#include "store/statements.h"

struct index {
    int number;
    const struct schema *extension;  // NULL: core
    const struct attr *attr;
    const struct attr *sub;   // NULL: the attribute itself
    const struct attr *kind;  // sub-attribute `type` of a multi-valued one; NULL: none
    bool unique;
    bool names_one;
    bool marks_absent;
    bool only_false;
    bool building;  // kept up to date by writes, but older resources may be missing: not for reads
    int beside;     // number of the unique attribute whose rows may stand for this one's; 0: none
};

struct index_set {
    int type;
    size_t count;
    struct index indexes[];
};

enum {
    ELEMENT_ABSENT = -1,                  // the row says that there is no value
    KEY_PREFIX_MAX = INDEX_KEY_MAX - 32,  // bytes of a cut key that are those of the value
};

// The key as it stands in an index row: a long one is cut and ends with the digest of the whole, so
// that two are equal exactly when the values are. Whole keys are shorter than any cut one.
MUST_CHECK bool index_cut(str key, struct roster_arena *arena, str *out, bool *truncated);

// The attribute a value of `index` belongs to.
const struct attr *index_attr(const struct index *index);
// The index over the attribute that a path names; NULL when there is none that is complete.
const struct index *index_of_path(const struct index_set *set, const struct path *path);

// The row of an ordinary entry, by a statement that takes the parameters of an insertion.
enum store_outcome index_write(struct conn *writer, enum statement statement, int64_t tenant,
                               int64_t row, const struct index_entry *entry);
// Of an entry that shares the row of a unique one nothing is written.
enum store_outcome index_insert(struct conn *writer, int64_t tenant, int64_t row,
                                const struct index_entry *entry);
enum store_outcome index_delete(struct conn *writer, int64_t tenant, int64_t row,
                                const struct index_entry *entry);
// Writes anew what the row of a unique key stands for besides.
enum store_outcome index_set_also(struct conn *writer, int64_t tenant, int64_t row,
                                  const struct index_entry *entry);

#endif
