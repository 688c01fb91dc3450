// check_page.c: paging by index and by cursor.
// SPDX-License-Identifier: Apache-2.0
#include "probe/people.h"
#include "probe/template.h"

#include <ctype.h>
#include <string.h>

#define PAGE "/Users?filter=" PEOPLE

// Which of the three have been seen, how often, on the pages of a walk.
struct seen {
    size_t count;
    int times[3];
};

static bool see_page(struct probe *probe, struct seen *seen)
{
    static const char *const names[] = {"pada", "pbob", "pcyd"};
    const struct roster_json *list = json_find(probe->reply.json, STR("Resources"));
    for (const struct roster_json *at = json_is(list, JSON_ARRAY) ? list->first : NULL; at != NULL;
         at = at->next) {
        str name = json_find_text(at, STR("userName"));
        for (size_t i = 0; i < COUNT_OF(names); i++) {
            size_t len = strlen(names[i]);
            seen->times[i] +=
                name.len > len && memcmp(name.ptr + name.len - len, names[i], len) == 0;
        }
        seen->count++;
    }
    return json_is(list, JSON_ARRAY) && list->count > 0;
}

static bool judge_walk(struct probe *probe, const struct seen *seen)
{
    for (size_t i = 0; i < COUNT_OF(seen->times); i++) {
        if (seen->times[i] != 1) {
            return probe_unmet(probe, "one of three users came %d times on %zu pages",
                               seen->times[i], seen->count);
        }
    }
    return seen->count == COUNT_OF(seen->times) ||
           probe_unmet(probe, "%zu users came instead of 3", seen->count);
}

static int64_t total(const struct probe *probe)
{
    const struct roster_json *value = json_find(probe->reply.json, STR("totalResults"));
    int64_t number = 0;
    return json_is(value, JSON_NUMBER) && str_to_i64(value->text, &number) ? number : 0;
}

static void walk_by_index(struct probe *probe)
{
    struct seen seen = {0};
    bool more = true;
    for (int at = 1; more && at <= PROBE_PAGES_MAX; at++) {
        str path = {0};
        if (!arena_format(probe->scratch, &path, "%s&count=1&startIndex=%d", PAGE, at)) {
            return;
        }
        const struct check_step step = {.method = "GET", .path = path.ptr, .status = "200"};
        if (!probe_step(probe, &step)) {
            return;
        }
        more = see_page(probe, &seen) && at < total(probe);
    }
    (void)judge_walk(probe, &seen);
}

static bool is_unreserved(str cursor)
{
    for (size_t i = 0; i < cursor.len; i++) {
        unsigned char c = (unsigned char)cursor.ptr[i];
        if (c >= 0x80 || (!isalnum(c) && (c == '\0' || strchr("-._~", c) == NULL))) {
            return false;
        }
    }
    return true;
}

// A page of one by GET; `cursor` as it stood in the page before. False: the check is decided.
static bool turn_page(struct probe *probe, str cursor, str *next)
{
    str encoded = {0};
    str path = {0};
    if (!template_encode_segment(cursor, probe->scratch, &encoded) ||
        !arena_format(probe->scratch, &path, "%s&count=1&cursor=%.*s", PAGE, STR_ARGS(encoded))) {
        return probe_unmet(probe, "out of memory");
    }
    const struct check_step step = {.method = "GET", .path = path.ptr, .status = "200"};
    if (!probe_step(probe, &step)) {
        return false;
    }
    *next = json_find_text(probe->reply.json, STR("nextCursor"));
    return is_unreserved(*next) ||
           probe_unmet(probe, "nextCursor has characters that are not unreserved: %.*s",
                       STR_ARGS(*next));
}

static void walk_by_cursor(struct probe *probe)
{
    struct seen seen = {0};
    str cursor = {0};
    int pages = 0;
    do {
        if (!turn_page(probe, cursor, &cursor)) {
            return;
        }
        (void)see_page(probe, &seen);
        pages++;
    } while (cursor.len > 0 && pages < PROBE_PAGES_MAX);
    if (cursor.len > 0) {
        probe_unmet(probe, "there is still a nextCursor on page %d", pages);
        return;
    }
    (void)judge_walk(probe, &seen);
}

static void walk_back(struct probe *probe)
{
    str cursor = {0};
    if (!turn_page(probe, (str){0}, &cursor)) {
        return;
    }
    if (json_find(probe->reply.json, STR("previousCursor")) != NULL) {
        probe_unmet(probe, "the first page has a previousCursor");
    }
}

static void walk_by_search(struct probe *probe)
{
    const struct check_step first = {
        .method = "POST",
        .path = "/Users/.search",
        .body = "{\"schemas\":[\"" URN_SEARCH "\"],\"filter\":\"userName sw \\\"$run-p\\\"\","
                "\"count\":2,\"cursor\":\"\"}",
        .status = "200",
        .want = "{\"schemas\":[\"" URN_LIST "\"],\"nextCursor\":\"*string\",\"Resources\":\"*\"}",
    };
    (void)probe_step(probe, &first);
}

#define PAGE_ROW(id_, requirements_, title_)                                                       \
    .about = {"page." id_, requirements_, LEVEL_MUST, "RFC 7644 3.4.2.4", title_},                 \
    .needs = NEED_FILTER | NEED_INDEX | NEED_PEOPLE
#define CURSOR_ROW(id_, requirements_, level_, section_, title_)                                   \
    .about = {"cursor." id_, requirements_, level_, section_, title_},                             \
    .needs = NEED_FILTER | NEED_CURSOR | NEED_PEOPLE

// One row a check.
// clang-format off
const struct check page_checks[] = {
    {PAGE_ROW("count", "P-184 P-188", "count bounds the page, not totalResults"),
     .steps = STEPS(GETS(PAGE "&startIndex=1&count=2", "{\"totalResults\":3,\"Resources+\":[{}]}"),
                    GETS(PAGE "&startIndex=1&count=1", "{\"totalResults\":3,\"Resources\":[{}]}"))},
    {PAGE_ROW("partial", "P-124", "a page of a longer list has startIndex and itemsPerPage"),
     .steps = STEPS(GETS(PAGE "&startIndex=2&count=1", "{\"totalResults\":3,\"startIndex\":2,"
                         "\"itemsPerPage\":1,\"Resources\":[{}]}"))},
    {PAGE_ROW("count-zero", "P-184", "count=0 asks for the number of matches alone"),
     .steps = STEPS(GETS(PAGE "&count=0", "{\"totalResults\":3,\"Resources\":null}"))},
    {PAGE_ROW("count-negative", "P-184", "a negative count is read as 0"),
     .steps = STEPS(GETS(PAGE "&count=-3", "{\"totalResults\":3,\"Resources\":null}"))},
    {PAGE_ROW("start-zero", "P-183", "a startIndex below 1 is read as 1"),
     .steps = STEPS(GETS(PAGE "&startIndex=0&count=3",
                         "{\"totalResults\":3,\"Resources\":[" ADA "," BOB "," CYD "]}"),
                    GETS(PAGE "&startIndex=-5&count=3",
                         "{\"totalResults\":3,\"Resources\":[" ADA "," BOB "," CYD "]}"))},
    {.about = {"page.beyond", "P-187", LEVEL_NOTE, "RFC 7644 3.4.2.4",
               "a startIndex beyond the end answers 200 and nobody"},
     .needs = NEED_FILTER | NEED_INDEX | NEED_PEOPLE,
     .steps = STEPS(GETS(PAGE "&startIndex=50&count=2",
                         "{\"totalResults\":3,\"Resources\":null}"))},
    {PAGE_ROW("walk", "P-183 P-188", "page by page everybody comes once"), .run = walk_by_index},
    {.run = NULL},
};

const struct check cursor_checks[] = {
    {CURSOR_ROW("walk", "P-191 P-193", LEVEL_MUST, "RFC 9865 2",
                "cursor by cursor everybody comes once, and the last page has no nextCursor"),
     .run = walk_by_cursor},
    {CURSOR_ROW("first", "P-194", LEVEL_MUST, "RFC 9865 2",
                "the first page has no previousCursor"), .run = walk_back},
    {CURSOR_ROW("count", "P-192 P-184", LEVEL_MUST, "RFC 9865 2", "count bounds a cursor's page"),
     .steps = STEPS(GETS(PAGE "&cursor=&count=1",
                         "{\"Resources\":[{}],\"nextCursor\":\"*string\"}"))},
    {CURSOR_ROW("search", "P-202", LEVEL_MUST, "RFC 9865 3", ".search takes a cursor in its body"),
     .run = walk_by_search},
    {CURSOR_ROW("invalid", "P-198", LEVEL_SHOULD, "RFC 9865 2.1",
                "a cursor that the server did not make is refused with 400 invalidCursor"),
     .steps = STEPS({.method = "GET", .path = PAGE "&count=1&cursor=$name", .status = "400",
                     .want = "{\"scimType\":\"invalidCursor\"}"})},
    {.run = NULL},
};
// clang-format on
