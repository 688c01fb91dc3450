// form.c: a text cut into literals and gaps.
// SPDX-License-Identifier: Apache-2.0
#include "bench/form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum piece_kind { PIECE_TEXT, PIECE_NUMBER, PIECE_MODULO, PIECE_SCRAMBLED, PIECE_JOB, PIECE_VALUE };

enum { PIECES_MAX = 128 };

struct piece {
    enum piece_kind kind;
    const char *text;
    size_t len;
    uint64_t modulus;
};

struct part {
    struct piece pieces[PIECES_MAX];
    size_t count;
};

struct form {
    bool has_head;
    bool has_body;
    struct part head;
    struct part body;
};

static _Noreturn void die(const char *what, const char *detail)
{
    fprintf(stderr, "bench-load: %s: %s\n", what, detail);
    exit(EXIT_FAILURE);
}

void buffer_reserve(struct buffer *buffer, size_t more)
{
    if (buffer->cap - buffer->len >= more) {
        return;
    }
    size_t cap = buffer->cap == 0 ? 4096 : buffer->cap;
    while (cap - buffer->len < more) {
        cap *= 2;
    }
    char *bytes = realloc(buffer->bytes, cap);
    if (bytes == NULL) {
        die("out of memory", "a buffer");
    }
    buffer->bytes = bytes;
    buffer->cap = cap;
}

void buffer_add(struct buffer *buffer, const char *bytes, size_t len)
{
    buffer_reserve(buffer, len);
    memcpy(buffer->bytes + buffer->len, bytes, len);
    buffer->len += len;
}

static struct piece gap_of(const char *name, size_t len)
{
    static const struct {
        const char *name;
        enum piece_kind kind;
    } gaps[] = {{"n", PIECE_NUMBER}, {"h", PIECE_SCRAMBLED}, {"i", PIECE_JOB}, {"v", PIECE_VALUE}};
    for (size_t at = 0; at < sizeof(gaps) / sizeof(gaps[0]); at++) {
        if (len == 1 && *name == *gaps[at].name) {
            return (struct piece){.kind = gaps[at].kind};
        }
    }
    char *end = NULL;
    uint64_t modulus = len > 2 && memcmp(name, "n%", 2) == 0 ? strtoull(name + 2, &end, 10) : 0;
    if (modulus == 0 || end != name + len) {
        die("no such gap", name);
    }
    return (struct piece){.kind = PIECE_MODULO, .modulus = modulus};
}

static void add_piece(struct part *part, struct piece piece)
{
    if (piece.kind == PIECE_TEXT && piece.len == 0) {
        return;
    }
    if (part->count == PIECES_MAX) {
        die("too many gaps", piece.text == NULL ? "" : piece.text);
    }
    part->pieces[part->count++] = piece;
}

// `text` ends at `end` and lives as long as the program.
static void cut(struct part *part, const char *text, const char *end)
{
    while (text < end) {
        const char *open = memmem(text, (size_t)(end - text), "{{", 2);
        const char *close = open == NULL ? NULL : memmem(open, (size_t)(end - open), "}}", 2);
        if (close == NULL) {
            open = end;
        }
        add_piece(part, (struct piece){PIECE_TEXT, text, (size_t)(open - text), 0});
        if (close == NULL) {
            return;
        }
        add_piece(part, gap_of(open + 2, (size_t)(close - open - 2)));
        text = close + 2;
    }
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct buffer buffer = {0};
    size_t got = 0;
    if (file == NULL) {
        die("cannot read the form", path);
    }
    do {
        buffer_reserve(&buffer, 4096);
        got = fread(buffer.bytes + buffer.len, 1, 4095, file);
        buffer.len += got;
    } while (got > 0);
    fclose(file);
    buffer.bytes[buffer.len] = '\0';
    return buffer.bytes;
}

static struct form *allocate(void)
{
    struct form *form = calloc(1, sizeof(*form));
    if (form == NULL) {
        die("out of memory", "a form");
    }
    return form;
}

// The head of a request, each line with the end that HTTP wants.
static char *wire_head(const char *text, size_t len)
{
    struct buffer out = {0};
    const char *end = text + len;
    for (bool first = true; text < end; first = false) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *stop = newline == NULL ? end : newline;
        buffer_add(&out, text, (size_t)(stop - text));
        const char *tail = first ? " HTTP/1.1\r\nHost: 127.0.0.1\r\n" : "\r\n";
        buffer_add(&out, tail, strlen(tail));
        text = newline == NULL ? end : newline + 1;
    }
    buffer_add(&out, "", 1);
    return out.bytes;
}

struct form *form_load(const char *path)
{
    struct form *form = allocate();
    char *text = read_file(path);
    char *body = strstr(text, "\n\n");
    size_t head_len = body == NULL ? strlen(text) : (size_t)(body - text);
    while (head_len > 0 && text[head_len - 1] == '\n') {
        head_len--;
    }
    char *head = wire_head(text, head_len);
    form->has_head = true;
    cut(&form->head, head, head + strlen(head));
    if (body != NULL) {
        char *end = body + strlen(body);
        while (end > body && end[-1] == '\n') {
            end--;
        }
        if (end > body + 2) {
            form->has_body = true;
            cut(&form->body, body + 2, end);
        }
    }
    return form;
}

struct form *form_of_text(const char *text)
{
    struct form *form = allocate();
    cut(&form->body, text, text + strlen(text));
    return form;
}

// Odd, so that different numbers stay different; spreads neighbours over the whole range.
static uint32_t scramble(uint64_t number)
{
    uint32_t x = (uint32_t)number * 2654435761U;
    x ^= x >> 15;
    return x * 2246822519U;
}

static void render_part(const struct part *part, const struct fill *fill, struct buffer *out)
{
    for (size_t at = 0; at < part->count; at++) {
        const struct piece *piece = &part->pieces[at];
        char text[24];
        int len = 0;
        switch (piece->kind) {
        case PIECE_TEXT:
            buffer_add(out, piece->text, piece->len);
            continue;
        case PIECE_VALUE:
            buffer_add(out, fill->value, fill->value_len);
            continue;
        case PIECE_NUMBER:
            len = snprintf(text, sizeof(text), "%07llu", (unsigned long long)fill->number);
            break;
        case PIECE_MODULO:
            len = snprintf(text, sizeof(text), "%llu",
                           (unsigned long long)(fill->number % piece->modulus));
            break;
        case PIECE_SCRAMBLED:
            len = snprintf(text, sizeof(text), "%08x", scramble(fill->number));
            break;
        case PIECE_JOB:
            len = snprintf(text, sizeof(text), "%llu", (unsigned long long)fill->job);
            break;
        }
        buffer_add(out, text, (size_t)len);
    }
}

void form_render(const struct form *form, const struct fill *fill, struct buffer *out)
{
    static struct buffer body;
    char length[48];
    body.len = 0;
    render_part(&form->body, fill, &body);
    if (form->has_head) {
        render_part(&form->head, fill, out);
        int len = form->has_body
                      ? snprintf(length, sizeof(length), "Content-Length: %zu\r\n\r\n", body.len)
                      : snprintf(length, sizeof(length), "\r\n");
        buffer_add(out, length, (size_t)len);
    }
    if (body.len > 0) {
        buffer_add(out, body.bytes, body.len);
    }
}
