// audit_csv.c: cells of CSV (RFC 4180) that no spreadsheet takes for formulas.
// SPDX-License-Identifier: Apache-2.0
#include "cli/audit_entry.h"

// What a formula may begin with: the signs, blanks that spreadsheets skip, and the signs in full
// width (U+FF1D, U+FF0B, U+FF0D, U+FF20), which some take as the narrow ones.
static const char *const formula_starts[] = {
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "\xef\xbc\x9d",
    "\xef\xbc\x8b",
    "\xef\xbc\x8d",
    "\xef\xbc\xa0",
};

static bool is_formula(str text)
{
    for (size_t at = 0; at < COUNT_OF(formula_starts); at++) {
        str start = str_of(formula_starts[at]);
        if (text.len >= start.len && str_equal(str_head(text, start.len), start)) {
            return true;
        }
    }
    return false;
}

void csv_print_text(struct text *out, str text)
{
    text_char(out, '"');
    // Blanks in front are skipped by some programs too, so what follows them counts.
    size_t blanks = 0;
    while (blanks < text.len && text.ptr[blanks] == ' ') {
        blanks++;
    }
    if (is_formula(str_tail(text, blanks))) {
        text_char(out, '\'');
    }
    for (size_t at = 0; at < text.len; at++) {
        text_add(out, text.ptr[at] == '"' ? STR("\"\"") : (str){text.ptr + at, 1});
    }
    text_char(out, '"');
}
