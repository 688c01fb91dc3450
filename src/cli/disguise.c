// disguise.c: words and ids under a key.
//
// A word is permuted among all words of its shape by a Feistel network whose round function is
// SHA-256 (as in NIST SP 800-38G): nothing of a word shows how it begins or ends.
// SPDX-License-Identifier: Apache-2.0
#include "cli/disguise.h"

#include "base/time.h"
#include "cli/ids.h"
#include "cli/vocabulary.h"
#include "scim/fold.h"

#define DAY_MS INT64_C(86400000)
enum { KEY_BYTES = 32, SHIFT_DAYS_MAX = 1000, ROUNDS = 8 };

// Where what a place of a word may hold begins, and how many there are.
enum { CYRILLIC = 0x430, CYRILLIC_COUNT = 32, CHINESE = 0x4e00, CHINESE_COUNT = 20902 };

struct disguise {
    const struct vocabulary *vocabulary;
    unsigned char key[KEY_BYTES];
    int64_t shift_ms;
};

// A place of a word: `value` is less than `count`, `from` is added when it is written.
struct place {
    uint32_t value;
    uint32_t count;
    uint32_t from;
};

struct disguise *disguise_open(const struct env *env, struct roster_arena *arena)
{
    struct disguise *out = arena_alloc(arena, sizeof(*out));
    uint32_t days = 0;
    if (out == NULL) {
        return NULL;
    }
    out->vocabulary = vocabulary_open(arena);
    env_random(env, out->key, sizeof(out->key));
    env_random(env, &days, sizeof(days));
    out->shift_ms = -(int64_t)(1 + days % SHIFT_DAYS_MAX) * DAY_MS;
    return out->vocabulary == NULL ? NULL : out;
}

// What half of the word is moved by, from the other half.
static void digest_half(const struct disguise *disguise, uint32_t round, const struct place *half,
                        size_t count, unsigned char out[DIGEST_LEN])
{
    struct digest *digest = digest_of_thread();
    digest_begin(digest);
    digest_add(digest, disguise->key, sizeof(disguise->key));
    digest_add(digest, &round, sizeof(round));
    for (size_t at = 0; at < count; at++) {
        digest_add(digest, &half[at].value, sizeof(half[at].value));
    }
    digest_end(digest, out);
}

static void move_half(struct place *half, size_t count, const unsigned char seed[DIGEST_LEN])
{
    uint32_t numbers[DIGEST_LEN / sizeof(uint32_t)];
    struct digest *digest = digest_of_thread();
    for (size_t at = 0; at < count; at++) {
        size_t slot = at % COUNT_OF(numbers);
        if (slot == 0) {
            digest_begin(digest);
            digest_add(digest, seed, DIGEST_LEN);
            digest_add(digest, &at, sizeof(at));
            digest_end(digest, (unsigned char *)numbers);
        }
        half[at].value = (half[at].value + numbers[slot] % half[at].count) % half[at].count;
    }
}

static void permute(const struct disguise *disguise, struct place *places, size_t count)
{
    unsigned char seed[DIGEST_LEN];
    size_t middle = count / 2;
    for (uint32_t round = 0; round < ROUNDS && count > 1; round++) {
        bool first = round % 2 == 0;
        digest_half(disguise, round, first ? places + middle : places,
                    first ? count - middle : middle, seed);
        move_half(first ? places : places + middle, first ? middle : count - middle, seed);
    }
    // One alone would be moved by nothing as likely as by anything else.
    if (count == 1 && places->count > 1) {
        digest_half(disguise, ROUNDS, NULL, 0, seed);
        places->value = (places->value + 1 + seed[0] % (places->count - 1)) % places->count;
    }
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_ascii_letter(char c)
{
    return is_upper(c) || (c >= 'a' && c <= 'z');
}

// The character at the start of `text`, and its length; a byte that begins none is one of its own.
static uint32_t point_at(str text, size_t *len)
{
    unsigned char first = (unsigned char)text.ptr[0];
    size_t want = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    uint32_t point = want == 1 ? first : first & (0x7fu >> want);
    *len = want <= text.len ? want : 1;
    for (size_t at = 1; at < *len; at++) {
        point = point << 6 | ((unsigned char)text.ptr[at] & 0x3f);
    }
    return point;
}

// Beyond ASCII everything is part of a word but blanks, punctuation of all scripts, and pictures.
static bool is_wide_letter(uint32_t point)
{
    static const uint32_t others[][2] = {
        {0x80, 0xbf},     {0xd7, 0xd7},     {0xf7, 0xf7},     {0x2000, 0x2bff}, {0x3000, 0x303f},
        {0xe000, 0xf8ff}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}, {0xfff0, 0xffff}, {0x1f000, 0x1faff}};
    for (size_t at = 0; at < COUNT_OF(others); at++) {
        if (point >= others[at][0] && point <= others[at][1]) {
            return false;
        }
    }
    return point >= 0x80;
}

// Bytes of the word at the start of `text`; 0: there is none.
static size_t word_len(str text, bool *wide)
{
    size_t at = 0;
    size_t len = 0;
    *wide = false;
    for (; at < text.len; at += len) {
        char c = text.ptr[at];
        len = 1;
        if (is_digit(c) || is_ascii_letter(c)) {
            continue;
        }
        if ((unsigned char)c < 0x80 || !is_wide_letter(point_at(str_tail(text, at), &len))) {
            break;
        }
        *wide = true;
    }
    return at;
}

// Two bytes become Cyrillic letters, three and four Chinese characters: letters under every rule,
// and neighbours of one script stay different. A number keeps the zeros it begins with, and gets
// none.
static struct place place_of(uint32_t point, size_t len, bool leads)
{
    char c = (char)point;
    if (len > 2) {
        return (struct place){point % CHINESE_COUNT, CHINESE_COUNT, CHINESE};
    }
    if (point >= 0x80) {
        return (struct place){point % CYRILLIC_COUNT, CYRILLIC_COUNT, CYRILLIC};
    }
    if (!is_digit(c)) {
        uint32_t from = is_upper(c) ? 'A' : 'a';
        return (struct place){point - from, 26, from};
    }
    return !leads     ? (struct place){point - '0', 10, '0'}
           : c == '0' ? (struct place){0, 1, '0'}
                      : (struct place){point - '1', 9, '1'};
}

static void add_point(uint32_t point, struct text *out)
{
    if (point < 0x80) {
        text_char(out, (char)point);
        return;
    }
    const char bytes[] = {(char)(0xe0 | point >> 12), (char)(0x80 | (point >> 6 & 0x3f)),
                          (char)(0x80 | (point & 0x3f))};
    const char two[] = {(char)(0xc0 | point >> 6), bytes[2]};
    text_add(out, point < 0x800 ? (str){two, sizeof(two)} : (str){bytes, sizeof(bytes)});
}

static bool add_places(const struct disguise *disguise, struct place *places, size_t count,
                       struct text *out)
{
    permute(disguise, places, count);
    for (size_t at = 0; at < count; at++) {
        add_point(places[at].from + places[at].value, out);
    }
    return !out->full;
}

static bool add_word(const struct disguise *disguise, str word, struct roster_arena *scratch,
                     struct text *out)
{
    struct place *places = arena_array(scratch, word.len, sizeof(*places));
    size_t count = 0;
    size_t len = 1;
    bool leads = true;
    for (size_t at = 0; at < word.len && places != NULL; at += len) {
        uint32_t point = point_at(str_tail(word, at), &len);
        places[count++] = place_of(point, len, leads);
        leads = leads && point == '0';
    }
    return places != NULL && add_places(disguise, places, count, out);
}

// An id in capital letters is another one than that in small letters.
static bool add_id(const struct disguise *disguise, str id, struct text *out)
{
    struct place places[UUID_TEXT_LEN];
    char text[UUID_TEXT_LEN];
    size_t count = 0;
    bool shouts = false;
    for (size_t at = 0; at < id.len; at++) {
        char c = id.ptr[at];
        uint32_t value = is_digit(c) ? (uint32_t)(c - '0') : (uint32_t)((c | 0x20) - 'a') + 10;
        shouts = shouts || is_upper(c);
        if (c != '-') {
            places[count++] = (struct place){.value = value, .count = 16};
        }
    }
    permute(disguise, places, count);
    count = 0;
    for (size_t at = 0; at < id.len; at++) {
        const char *digits = shouts ? "0123456789ABCDEF" : "0123456789abcdef";
        text[at] = id.ptr[at] == '-' ? '-' : digits[places[count++].value];
    }
    text_add(out, (str){text, sizeof(text)});
    return !out->full;
}

// "https:" and its like say how to read what follows.
static bool is_scheme(str word, str after)
{
    static const str schemes[] = {STR_INIT("http"),   STR_INIT("https"), STR_INIT("tel"),
                                  STR_INIT("mailto"), STR_INIT("data"),  STR_INIT("bulkId")};
    for (size_t at = 0; at < COUNT_OF(schemes) && after.len > 0 && after.ptr[0] == ':'; at++) {
        if (str_equal_nocase(schemes[at], word)) {
            return true;
        }
    }
    return false;
}

static bool ends_with(str text, str end)
{
    return text.len >= end.len && str_equal_nocase(str_tail(text, text.len - end.len), end);
}

// Of "2.0", "q=0.9" and "utf-8".
static bool is_version_digit(str word, str before, str after)
{
    return word.len == 1 && is_digit(word.ptr[0]) &&
           (ends_with(before, STR(".")) || ends_with(before, STR("utf-")) ||
            (after.len > 0 && after.ptr[0] == '.'));
}

static bool stays(const struct disguise *disguise, enum disguise_mode mode, str word, str before,
                  str after)
{
    return is_scheme(word, after) ||
           (mode == DISGUISE_NAMES &&
            (vocabulary_has(disguise->vocabulary, word) || is_version_digit(word, before, after)));
}

static bool is_bool(str text)
{
    return str_equal_nocase(text, STR("true")) || str_equal_nocase(text, STR("false"));
}

// Digits with what stands between those of versions, tags and moments.
static bool is_fact(str text)
{
    bool digits = false;
    for (size_t at = 0; at < text.len; at++) {
        char c = text.ptr[at];
        digits = digits || is_digit(c);
        if (!is_digit(c) && !(c >= 'a' && c <= 'f') && strchr("W/\"-*:.TZ+, ", c) == NULL) {
            return false;
        }
    }
    return digits || str_equal(text, STR("*"));
}

static bool add_moment(const struct disguise *disguise, str text, struct text *out)
{
    char moved[TIME_TEXT_LEN];
    int64_t ms = 0;
    if (!time_parse(text, &ms)) {
        return false;
    }
    time_print(ms + disguise->shift_ms, moved);
    text_add(out, (str){moved, TIME_TEXT_LEN});
    return true;
}

bool disguise_text(struct disguise *disguise, enum disguise_mode mode, str text,
                   struct roster_arena *scratch, struct text *out)
{
    bool wide = false;
    bool ok = true;
    if (is_bool(text) || (mode == DISGUISE_FACTS && is_fact(text))) {
        text_add(out, text);
        return !out->full;
    }
    if (add_moment(disguise, text, out)) {
        return !out->full;
    }
    for (size_t at = 0; at < text.len && ok;) {
        str rest = str_tail(text, at);
        size_t len = word_len(rest, &wide);
        str word = str_head(rest, len > 0 ? len : 1);
        if (ids_begin(rest)) {
            word = str_head(rest, UUID_TEXT_LEN);
            ok = add_id(disguise, word, out);
        } else if (len == 0 ||
                   stays(disguise, mode, word, str_head(text, at), str_tail(rest, len))) {
            text_add(out, word);
        } else {
            str folded = word;
            ok = (!wide || fold_key(word, false, scratch, &folded)) &&
                 add_word(disguise, folded, scratch, out);
        }
        at += word.len;
    }
    return ok && !out->full;
}
