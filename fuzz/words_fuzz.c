// words_fuzz.c: readers and writers of small pieces of text: times, octets, names, cells, ids.
//
// The first byte says which one the rest is for. Oracles: what was read, printed and read again is
// the same, what prepares a text leaves a prepared one alone, and second implementations.
// SPDX-License-Identifier: Apache-2.0
#include "base/base64.h"
#include "base/hex.h"
#include "base/limits.h"
#include "base/time.h"
#include "base/visible.h"
#include "cli/audit_entry.h"
#include "cli/disguise.h"
#include "cli/ids.h"
#include "cli/mask.h"
#include "scim/fold.h"
#include "scim/number.h"
#include "scim/precis.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 4096, ID_LEN = 36 };

static struct roster_arena *arena;

static struct text fresh(void)
{
    struct text text;
    text_init(&text, arena, KIB(64));
    return text;
}

static const int64_t year_0_ms = INT64_C(-62167219200000);
static const int64_t year_10000_ms = INT64_C(253402300800000);

// The C library says the same of the moment.
static void check_time(str input)
{
    int64_t ms = 0;
    int64_t again = 0;
    int rest = 0;
    char text[TIME_TEXT_LEN];
    char libc[TIME_TEXT_LEN + 8];
    struct tm parts;
    if (!time_parse(input, &ms)) {
        return;
    }
    bool exact = time_parse_exact(input, &again, &rest);
    assert(exact && again == ms && rest >= 0 && rest < 1000000);
    if (ms < year_0_ms || ms >= year_10000_ms) {
        return;
    }
    time_print(ms, text);
    bool parsed = time_parse((str){text, sizeof(text)}, &again);
    assert(parsed && again == ms);
    int64_t part = (ms % 1000 + 1000) % 1000;
    time_t seconds = (time_t)((ms - part) / 1000);
    gmtime_r(&seconds, &parts);
    snprintf(libc, sizeof(libc), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900,
             parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, (int)part);
    assert(memcmp(libc, text, sizeof(text)) == 0);
}

static void check_base64(str input)
{
    unsigned char octets[INPUT_MAX];
    unsigned char again[INPUT_MAX + 8];
    struct text text = fresh();
    size_t len = 0;
    size_t again_len = 0;
    if (base64_decode(input, octets, &len)) {
        assert(len <= input.len / 4 * 3 + 3);
        base64url_add(&text, octets, len);
        bool read = base64url_read(text_str(&text), arena, again, &again_len);
        assert(read && again_len == len && memcmp(again, octets, len) == 0);
    }
    if (base64url_read(input, arena, octets, &len)) {
        text = fresh();
        base64url_add(&text, octets, len);
        assert(str_equal(text_str(&text), input));
    }
    if (input.len > 2000) {
        return;
    }
    text = fresh();
    base64url_add(&text, (const unsigned char *)input.ptr, input.len);
    bool decoded = base64_decode(text_str(&text), octets, &len);
    assert(decoded && str_equal((str){(const char *)octets, len}, input));
}

static void check_hex(str input)
{
    unsigned char octets[INPUT_MAX];
    char digits[2 * INPUT_MAX];
    if (hex_parse(input, octets)) {
        assert(input.len % 2 == 0);
        hex_print((str){(const char *)octets, input.len / 2}, digits);
        assert(str_equal_nocase((str){digits, input.len}, input));
    }
    hex_print(input, digits);
    bool parsed = hex_parse((str){digits, 2 * input.len}, octets);
    assert(parsed && str_equal((str){(const char *)octets, input.len}, input));
}

// A cell of RFC 4180 that is read again, and what no spreadsheet takes for a formula.
static void check_csv(str input)
{
    char cell[2 * INPUT_MAX];
    size_t len = 0;
    struct text text = fresh();
    csv_print_text(&text, input);
    str printed = text_str(&text);
    assert(printed.len >= 2 && printed.ptr[0] == '"' && printed.ptr[printed.len - 1] == '"');
    for (size_t at = 1; at + 1 < printed.len; at++) {
        cell[len++] = printed.ptr[at];
        if (printed.ptr[at] == '"') {
            assert(at + 2 < printed.len && printed.ptr[at + 1] == '"');
            at++;
        }
    }
    bool neutral = len > 0 && cell[0] == '\'' && len == input.len + 1;
    assert(str_equal((str){cell + neutral, len - neutral}, input));
    size_t first = 0;
    while (first < len && cell[first] == ' ') {
        first++;
    }
    assert(first == len || strchr("=+-@\t\r\n", cell[first]) == NULL || cell[first] == '\0');
}

static bool same(void *ctx, str id, struct text *out)
{
    size_t *count = ctx;
    assert(id.len == ID_LEN);
    (*count)++;
    text_add(out, id);
    return true;
}

static bool is_id(str text)
{
    for (size_t at = 0; at < ID_LEN; at++) {
        bool dash = at == 8 || at == 13 || at == 18 || at == 23;
        char c = text.ptr[at];
        bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        if (dash ? c != '-' : !digit) {
            return false;
        }
    }
    return true;
}

static size_t count_ids(str text)
{
    size_t count = 0;
    for (size_t at = 0; at + ID_LEN <= text.len; at++) {
        if (is_id(str_tail(text, at))) {
            count++;
            at += ID_LEN - 1;
        }
    }
    return count;
}

static void check_ids(str input)
{
    str out = {0};
    size_t count = 0;
    bool replaced = ids_replace(input, same, &count, arena, &out);
    assert(!replaced || (str_equal(out, input) && count == count_ids(input)));
}

static void check_mask(str input)
{
    struct mask mask = {.arena = arena};
    struct mask other = {.arena = arena};
    str first = {0};
    str second = {0};
    if (mask_body(&mask, input, arena, &first)) {
        // The same every time, and a number for each id.
        bool masked = mask_body(&other, input, arena, &second);
        assert(masked && str_equal(first, second) && mask.count == other.count);
        assert(mask.count == 0 || str_contains(first, STR("#")));
    }
}

static void check_visible(str input)
{
    struct text text = fresh();
    struct text again = fresh();
    visible_add(&text, input);
    str shown = text_str(&text);
    assert(shown.len <= input.len && fold_is_utf8(shown));
    visible_add(&again, shown);
    assert(str_equal(text_str(&again), shown));
    for (size_t at = 0; at < shown.len; at++) {
        unsigned char c = (unsigned char)shown.ptr[at];
        assert(c >= ' ' && c != 0x7f);
    }
    for (str rest = shown; rest.len > 0;) {
        size_t len = visible_len(rest);
        assert(len > 0 && len <= 4 && !visible_is_harmful(str_head(rest, len)));
        rest = str_tail(rest, len);
    }
}

static void check_folds(str input)
{
    typedef bool fold_fn(str text, struct roster_arena * arena, str * out);
    static fold_fn *const folds[] = {fold_username, fold_lower, fold_width};
    if (!fold_is_utf8(input)) {
        return;
    }
    for (size_t at = 0; at < COUNT_OF(folds); at++) {
        str once = {0};
        str twice = {0};
        bool folded = folds[at](input, arena, &once) && folds[at](once, arena, &twice);
        assert(!folded || (str_equal(once, twice) && fold_is_utf8(once)));
    }
    for (int exact = 0; exact < 2; exact++) {
        str once = {0};
        str twice = {0};
        bool folded = fold_key(input, exact, arena, &once) && fold_key(once, exact, arena, &twice);
        assert(!folded || (str_equal(once, twice) && fold_is_utf8(once)));
    }
}

static void check_precis(str input)
{
    const char *why = NULL;
    str once = {0};
    str twice = {0};
    str key = {0};
    if (!fold_is_utf8(input)) {
        return;
    }
    enum precis_outcome name = precis_check_username(input, arena, &why);
    assert(name != PRECIS_REFUSED || why != NULL);
    if (name == PRECIS_OK && fold_username(input, arena, &key)) {
        // What a name is compared as is a name itself.
        assert(precis_check_username(key, arena, &why) != PRECIS_REFUSED);
        assert(input.len > 0);
    }
    enum precis_outcome opaque = precis_opaque(input, arena, &once, &why);
    assert(opaque != PRECIS_REFUSED || why != NULL);
    if (opaque == PRECIS_OK) {
        opaque = precis_opaque(once, arena, &twice, &why);
        assert(opaque == PRECIS_FULL || (opaque == PRECIS_OK && str_equal(once, twice)));
    }
}

// Two numbers between a blank: their keys have their order.
static void check_number(str input)
{
    str left = {0};
    str right = {0};
    struct number a = {0};
    struct number b = {0};
    str a_key = {0};
    str b_key = {0};
    int64_t a_value = 0;
    int64_t b_value = 0;
    str_cut(input, ' ', &left, &right);
    if (!number_parse(left, &a) || !number_parse(right, &b) || !number_key(&a, arena, &a_key) ||
        !number_key(&b, arena, &b_key)) {
        return;
    }
    size_t len = a_key.len < b_key.len ? a_key.len : b_key.len;
    int order = memcmp(a_key.ptr, b_key.ptr, len);
    order = order != 0 ? order : (a_key.len > b_key.len) - (a_key.len < b_key.len);
    if (str_to_i64(left, &a_value) && str_to_i64(right, &b_value)) {
        int want = (a_value > b_value) - (a_value < b_value);
        assert((order > 0) - (order < 0) == want);
    }
}

// ---- made-up texts

static void no_random(void *ctx, void *out, size_t len)
{
    memset(out, 7, len);
}

// One for all inputs: its vocabulary takes long to make.
static struct disguise *open_disguise(void)
{
    static const struct env env = {.random = no_random};
    static struct disguise *disguise;
    if (disguise == NULL) {
        struct roster_arena *lasting = roster_arena_open(MIB(32));
        assert(lasting != NULL);
        disguise = disguise_open(&env, lasting);
        assert(disguise != NULL);
    }
    return disguise;
}

static str lower_of(str text)
{
    str out = {0};
    bool lowered = fold_lower(text, arena, &out);
    assert(lowered);
    return out;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_plain(str text)
{
    for (size_t at = 0; at < text.len; at++) {
        if (!is_letter(text.ptr[at]) && text.ptr[at] != ' ') {
            return false;
        }
    }
    return true;
}

// Of letters and blanks alone: the shape stays, and words are equal when they were.
static void check_shape(struct disguise *disguise, str input, str made)
{
    str left = {0};
    str right = {0};
    str made_left = {0};
    str made_right = {0};
    struct text lower = fresh();
    assert(made.len == input.len);
    for (size_t at = 0; at < made.len; at++) {
        assert(is_letter(made.ptr[at]) == is_letter(input.ptr[at]));
        assert((made.ptr[at] & 0x20) == (input.ptr[at] & 0x20));
    }
    bool written = disguise_text(disguise, DISGUISE_DATA, lower_of(input), arena, &lower);
    assert(written && str_equal(text_str(&lower), lower_of(made)));
    if (str_cut(input, ' ', &left, &right) && memchr(right.ptr, ' ', right.len) == NULL) {
        str_cut(made, ' ', &made_left, &made_right);
        assert(str_equal_nocase(left, right) == str_equal_nocase(made_left, made_right));
    }
}

static void check_disguise(str input)
{
    struct disguise *disguise = open_disguise();
    for (int mode = DISGUISE_DATA; mode <= DISGUISE_FACTS; mode++) {
        struct text once = fresh();
        struct text twice = fresh();
        bool written = disguise_text(disguise, (enum disguise_mode)mode, input, arena, &once) &&
                       disguise_text(disguise, (enum disguise_mode)mode, input, arena, &twice);
        assert(!written || str_equal(text_str(&once), text_str(&twice)));
        assert(!written || !fold_is_utf8(input) || fold_is_utf8(text_str(&once)));
        if (written && mode == DISGUISE_DATA && is_plain(input)) {
            check_shape(disguise, input, text_str(&once));
        }
    }
}

static void check_expression(str input)
{
    struct disguise *disguise = open_disguise();
    struct text once = fresh();
    struct text twice = fresh();
    str name = {0};
    bool written = disguise_expression(disguise, input, arena, &once, &name) &&
                   disguise_expression(disguise, input, arena, &twice, NULL);
    assert(!written || str_equal(text_str(&once), text_str(&twice)));
    assert(!written || !fold_is_utf8(input) || fold_is_utf8(text_str(&once)));
}

static void (*const checks[])(str input) = {
    check_time,    check_base64, check_hex,    check_csv,    check_ids,      check_mask,
    check_visible, check_folds,  check_precis, check_number, check_disguise, check_expression,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (arena == NULL) {
        arena = roster_arena_open(MIB(16));
        assert(arena != NULL);
    }
    roster_arena_reset(arena);
    if (size > 0 && size <= INPUT_MAX) {
        str input = {(const char *)data + 1, size - 1};
        checks[data[0] % COUNT_OF(checks)](input);
    }
    return 0;
}
