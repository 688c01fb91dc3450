// secrets.c: names of secret attributes, and looking for them in texts.
//
// A text is taken apart into words, which are what can be part of an attribute's name. A secret
// sub-attribute counts only where its parent is named too: many attributes have a `value`.
// SPDX-License-Identifier: Apache-2.0
#include "journal/secrets.h"

#include "journal/hints.h"

struct secrets {
    const struct attr **items;
    size_t count;
    struct hints hints;  // of all that may give away a secret
};

// What else is called so is no business of a journal either.
static const str marks[] = {STR_INIT("password"), STR_INIT("passwd"), STR_INIT("passphrase"),
                            STR_INIT("secret"),   STR_INIT("token"),  STR_INIT("credential"),
                            STR_INIT("assertion")};

// Of schemas that are shipped, where the tenant has not switched them on.
static const str shipped[] = {STR_INIT("irk"), STR_INIT("bootstrapKey"), STR_INIT("fdoVoucher")};

// Tokens, secrets of clients, access tokens: auth/token.h and auth/access.h.
static const str token_starts[] = {STR_INIT("rst_"), STR_INIT("rsc_"), STR_INIT("rat_")};

enum { START_LEN = 4, TOKEN_REST_MIN = 32 };  // characters that any of them has

// A token that an issuer signed (RFC 7515) is JSON in base64url, which begins with {", and a dot.
static const str signed_start = STR_INIT("eyJ");

static bool is_secret(const struct attr *attr)
{
    return attr->mutability == ATTR_WRITE_ONLY || attr->returned == ATTR_NEVER;
}

// With `out` NULL it only counts.
static size_t gather(const struct roster_registry *registry, const struct attr **out)
{
    size_t count = 0;
    for (size_t schema = 0; schema < registry->schema_count; schema++) {
        for (size_t at = 0; at < registry->schemas[schema].attr_count; at++) {
            const struct attr *attr = &registry->schemas[schema].attrs[at];
            for (size_t sub = 0; sub <= attr->sub_count; sub++) {
                const struct attr *one = sub == 0 ? attr : &attr->subs[sub - 1];
                if (is_secret(one) && out != NULL) {
                    out[count] = one;
                }
                count += is_secret(one);
            }
        }
    }
    return count;
}

static void add_hints(struct hints *hints, const str *words, size_t count)
{
    for (size_t at = 0; at < count; at++) {
        hints_add(hints, words[at]);
    }
}

static void fill_hints(struct secrets *secrets)
{
    memset(&secrets->hints, 0, sizeof(secrets->hints));
    add_hints(&secrets->hints, marks, COUNT_OF(marks));
    add_hints(&secrets->hints, shipped, COUNT_OF(shipped));
    add_hints(&secrets->hints, token_starts, COUNT_OF(token_starts));
    add_hints(&secrets->hints, &signed_start, 1);
    for (size_t at = 0; at < secrets->count; at++) {
        hints_add(&secrets->hints, secrets->items[at]->name);
    }
}

const struct secrets *secrets_of(const struct roster_registry *registry, struct roster_arena *arena)
{
    struct secrets *secrets = arena_alloc(arena, sizeof(*secrets));
    if (secrets == NULL) {
        return NULL;
    }
    secrets->count = gather(registry, NULL);
    secrets->items = arena_array(arena, secrets->count + 1, sizeof(struct attr *));
    if (secrets->items == NULL) {
        return NULL;
    }
    (void)gather(registry, secrets->items);
    fill_hints(secrets);
    return secrets;
}

bool secrets_absent(const struct secrets *secrets, str text)
{
    return hints_absent(&secrets->hints, text);
}

// Bit n of a set stands for the byte n.
#define BIT(c) (UINT64_C(1) << ((c)&63))
#define BITS(from, to) ((BIT(to) - BIT(from)) | BIT(to))

static const uint64_t words[4] = {BITS('0', '9') | BIT('-') | BIT('$'),
                                  BITS('A', 'Z') | BITS('a', 'z') | BIT('_')};
static const uint64_t plain[4] = {BITS('0', '9') | BIT('-') | BIT('$') | BIT('.') | BIT(':') |
                                      BIT(','),
                                  BITS('A', 'Z') | BITS('a', 'z') | BIT('_')};
static const uint64_t digits[4] = {BITS('0', '9'), BITS('A', 'F') | BITS('a', 'f')};

static bool is_in(const uint64_t set[4], char c)
{
    unsigned char byte = (unsigned char)c;
    return (set[byte / 64] >> (byte % 64) & 1) != 0;
}

// Whether blanks, quotes and the like alone are encoded, and no letter.
static bool escapes_are_plain(str query)
{
    const char *found = NULL;
    while (query.len > 0 && (found = memchr(query.ptr, '%', query.len)) != NULL) {
        query = str_tail(query, (size_t)(found - query.ptr) + 1);
        if (query.len < 2 || (query.ptr[0] != '2' && query.ptr[0] != '3') ||
            !is_in(digits, query.ptr[1])) {
            return false;
        }
    }
    return true;
}

bool secrets_absent_from_query(const struct secrets *secrets, str query)
{
    return query.len == 0 || (escapes_are_plain(query) && secrets_absent(secrets, query));
}

static bool is_word(char c)
{
    return is_in(words, c);
}

static bool all_in(const uint64_t set[4], str text)
{
    for (size_t at = 0; at < text.len; at++) {
        if (!is_in(set, text.ptr[at])) {
            return false;
        }
    }
    return true;
}

// The next word of *rest; empty at the end.
static str next_word(str *rest)
{
    size_t from = 0;
    while (from < rest->len && !is_word(rest->ptr[from])) {
        from++;
    }
    str word = str_tail(*rest, from);
    size_t len = 0;
    while (len < word.len && is_word(word.ptr[len])) {
        len++;
    }
    *rest = str_tail(word, len);
    return str_head(word, len);
}

static bool has_word(str text, str word)
{
    for (str found = next_word(&text); found.len > 0; found = next_word(&text)) {
        if (str_equal_nocase(found, word)) {
            return true;
        }
    }
    return false;
}

static bool has_mark(str text)
{
    for (size_t at = 0; at < COUNT_OF(marks); at++) {
        if (str_contains_nocase(text, marks[at])) {
            return true;
        }
    }
    for (size_t at = 0; at < COUNT_OF(shipped); at++) {
        if (has_word(text, shipped[at])) {
            return true;
        }
    }
    return false;
}

static bool names_attr(const struct secrets *secrets, str text, str context)
{
    for (size_t at = 0; at < secrets->count; at++) {
        const struct attr *attr = secrets->items[at];
        if (has_word(text, attr->name) &&
            (attr->parent == NULL || has_word(text, attr->parent->name) ||
             has_word(context, attr->parent->name))) {
            return true;
        }
    }
    return false;
}

bool secrets_is_plain(str text)
{
    return all_in(plain, text);
}

// What all bytes of a path are: of names and ids between slashes; neither '_' nor 'J', one of which
// is in each token. One look at each byte tells both.
enum { PATH_PLAIN = 1, PATH_TOKENLESS = 2, PATH_BOTH = 3 };

static const unsigned char path_bytes[256] = {
    ['$'] = PATH_BOTH,         [',' ... ':'] = PATH_BOTH, ['A' ... 'I'] = PATH_BOTH,
    ['J'] = PATH_PLAIN,        ['K' ... 'Z'] = PATH_BOTH, ['_'] = PATH_PLAIN,
    ['a' ... 'z'] = PATH_BOTH,
};

static unsigned look_at_path(str path)
{
    unsigned all = PATH_BOTH;
#pragma GCC unroll 4  // each path is looked at
    for (size_t at = 0; at < path.len; at++) {
        all &= path_bytes[(unsigned char)path.ptr[at]];
    }
    return all;
}

bool secrets_is_plain_path(str path)
{
    return (look_at_path(path) & PATH_PLAIN) != 0;
}

bool secrets_absent_from_path(str path)
{
    unsigned all = look_at_path(path);
    return all == PATH_BOTH || (all == PATH_PLAIN && !secrets_token(path));
}

static size_t word_len(str text)
{
    size_t len = 0;
    while (len < text.len && is_word(text.ptr[len])) {
        len++;
    }
    return len;
}

static bool is_alnum(char c)
{
    return is_word(c) && c != '_' && c != '-' && c != '$';
}

static bool starts_token(str text)
{
    for (size_t kind = 0; kind < COUNT_OF(token_starts); kind++) {
        str start = token_starts[kind];
        if (text.len >= start.len && str_equal(str_head(text, start.len), start)) {
            return true;
        }
    }
    return false;
}

// The rare byte of its start is the last.
static bool has_signed(str text)
{
    const size_t before = signed_start.len - 1;
    for (size_t from = before; from < text.len; from++) {
        const char *end = memchr(text.ptr + from, 'J', text.len - from);
        if (end == NULL) {
            break;
        }
        from = (size_t)(end - text.ptr);
        str rest = str_tail(text, from - before);
        size_t len = str_equal(str_head(rest, signed_start.len), signed_start) ? word_len(rest) : 0;
        if (len >= TOKEN_REST_MIN && len < rest.len && rest.ptr[len] == '.') {
            return true;
        }
        from += len;  // once over each word
    }
    return false;
}

// A name such as "first_name" has the start of a token in it: there it takes the rest of one, too.
// The rare byte of a start is its last.
bool secrets_token(str text)
{
    for (size_t from = START_LEN - 1; from < text.len; from++) {
        const char *end = memchr(text.ptr + from, '_', text.len - from);
        if (end == NULL) {
            break;
        }
        from = (size_t)(end - text.ptr);
        size_t at = from - (START_LEN - 1);
        if (starts_token(str_tail(text, at)) &&
            (at == 0 || !is_alnum(text.ptr[at - 1]) ||
             word_len(str_tail(text, from + 1)) >= TOKEN_REST_MIN)) {
            return true;
        }
    }
    return has_signed(text);
}

bool secrets_name(const struct secrets *secrets, str name, str context)
{
    return secrets_token(name) || has_mark(name) || names_attr(secrets, name, context);
}

// JSON and the like inside a text: names stand in quotes there.
static bool is_nested(str text)
{
    str trimmed = str_trim(text);
    return trimmed.len > 0 && (trimmed.ptr[0] == '{' || trimmed.ptr[0] == '[');
}

bool secrets_value(const struct secrets *secrets, str text)
{
    if (secrets_token(text)) {
        return true;
    }
    return !secrets_is_plain(text) &&
           (names_attr(secrets, text, (str){0}) || (is_nested(text) && has_mark(text)));
}

bool secrets_sentence(const struct secrets *secrets, str text)
{
    if (!has_mark(text) && !names_attr(secrets, text, (str){0})) {
        return false;
    }
    str rest = str_tail(text, text.len > 0 && text.ptr[0] == '"');
    while (rest.len > 0 && secrets_is_plain(str_head(rest, 1))) {
        rest = str_tail(rest, 1);
    }
    rest = str_tail(rest, rest.len > 0 && rest.ptr[0] == '"');
    return memchr(rest.ptr, '"', rest.len) != NULL || memchr(rest.ptr, '[', rest.len) != NULL ||
           has_mark(rest) || names_attr(secrets, rest, (str){0});
}

// Behind a literal that begins with a quote; all of it when it does not end.
static str skip_literal(str text)
{
    for (size_t at = 1; at < text.len; at++) {
        if (text.ptr[at] == '\\') {
            at++;
        } else if (text.ptr[at] == '"') {
            return str_tail(text, at + 1);
        }
    }
    return (str){0};
}

static bool quotes_end(str text)
{
    bool inside = false;
    for (size_t at = 0; at < text.len; at++) {
        if (inside && text.ptr[at] == '\\') {
            at++;
        } else if (text.ptr[at] == '"') {
            inside = !inside;
        }
    }
    return !inside;
}

// Words outside of quotes. Each stretch is looked at with `text` as what it stands in.
static bool stretches_speak(const struct secrets *secrets, str text)
{
    str rest = text;
    while (rest.len > 0) {
        const char *quote = memchr(rest.ptr, '"', rest.len);
        size_t len = quote == NULL ? rest.len : (size_t)(quote - rest.ptr);
        str stretch = str_head(rest, len);
        if (has_mark(stretch) || names_attr(secrets, stretch, text)) {
            return true;
        }
        rest = quote == NULL ? (str){0} : skip_literal(str_tail(rest, len));
    }
    return false;
}

bool secrets_expression(const struct secrets *secrets, str text)
{
    if (secrets_token(text)) {
        return true;
    }
    if (secrets_is_plain(text)) {
        return false;
    }
    if (is_nested(text) || !quotes_end(text)) {
        return has_mark(text) || names_attr(secrets, text, (str){0});
    }
    return stretches_speak(secrets, text);
}
