// base/visible.h: text that others wrote, fit for a terminal.
//
// Names come from identity providers, documents from customers: what they hold must not move the
// cursor, colour the screen or turn the direction of the text around it.
// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_VISIBLE_H
#define BASE_VISIBLE_H

#include "base/text.h"

// Bytes of the well-formed sequence at the start of `text`, which is not empty; 0: there is none.
size_t visible_len(str text);
// Whether one well-formed sequence drives a terminal, cannot be seen, or turns what can be.
bool visible_is_harmful(str point);
// Appends `text`; what is harmful or no UTF-8 becomes '.'.
void visible_add(struct text *out, str text);

#endif
