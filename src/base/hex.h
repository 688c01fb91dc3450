// base/hex.h: bytes as hexadecimal digits, in lower case alone, so that bytes have one text.
// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include "base/str.h"

// Two digits for each byte, without NUL.
void hex_print(str bytes, char *out);
// Fills in text.len / 2 bytes. False when it is not all such digits, in pairs.
bool hex_parse(str text, unsigned char *out);

#endif
