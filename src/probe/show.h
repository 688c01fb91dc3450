// probe/show.h: making what a server sent fit to be read.
// SPDX-License-Identifier: Apache-2.0
#ifndef PROBE_SHOW_H
#define PROBE_SHOW_H

#include "base/text.h"

// Appends `text` up to `len_max` bytes, then "..."; control bytes, what is no UTF-8 and what
// changes the direction of text become '.', runs of white space one blank.
void show_add(struct text *out, str text, size_t len_max);

#endif
