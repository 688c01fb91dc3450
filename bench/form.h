// form.h: requests with gaps.
//
// A form is a request as text: its method and target, headers, an empty line, the body.
// Host and Content-Length are added. Gaps are filled for each request:
//
//   {{n}}    the number of the job's item, seven digits
//   {{n%K}}  the same, modulo K
//   {{h}}    a scrambled form of it: eight hexadecimal digits, different for each number
//   {{i}}    the number of the job, which never repeats in a run
//   {{v}}    the item's line of the values file
// SPDX-License-Identifier: Apache-2.0
#ifndef BENCH_FORM_H
#define BENCH_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer {
    char *bytes;
    size_t len;
    size_t cap;
};

// Ends the program when memory runs out.
void buffer_reserve(struct buffer *buffer, size_t more);
void buffer_add(struct buffer *buffer, const char *bytes, size_t len);

struct fill {
    uint64_t number;
    uint64_t job;
    const char *value;
    size_t value_len;
};

struct form;

// Reads a form; ends the program with a message when it cannot.
struct form *form_load(const char *path);
// The same from a text without head: what a reply has to contain.
struct form *form_of_text(const char *text);
void form_render(const struct form *form, const struct fill *fill, struct buffer *out);

#endif
