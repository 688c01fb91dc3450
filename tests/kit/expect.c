// expect.c: reading and judging the checks of a scenario.
// SPDX-License-Identifier: Apache-2.0
#include "kit/expect.h"

#include "base/limits.h"

static const struct roster_json *find_exact(const struct roster_json *object, str name)
{
    const struct roster_json *member = json_find(object, name);
    return member != NULL && str_equal(member->key, name) ? member : NULL;
}

// A header that is there more than once is one list with commas (RFC 9110 section 5.3).
static const struct roster_json *header_value(const struct http_reply *reply, str name,
                                              struct roster_arena *arena)
{
    struct text value;
    size_t found = 0;
    text_init(&value, arena, KIB(8));
    for (size_t at = 0; at < reply->header_count; at++) {
        if (str_equal_nocase(str_of(reply->headers[at].name), name)) {
            text_add(&value, found++ > 0 ? STR(", ") : (str){0});
            text_add(&value, reply->headers[at].value);
        }
    }
    return found > 0 ? json_string(arena, text_str(&value)) : NULL;
}

static const struct roster_json *element_at(const struct roster_json *array, int64_t index)
{
    const struct roster_json *element = json_is(array, JSON_ARRAY) ? array->first : NULL;
    for (; element != NULL && index > 0; index--) {
        element = element->next;
    }
    return element;
}

static bool prints_as(const struct roster_json *value, str text)
{
    if (json_is_bool(value)) {
        return str_equal(text, value->kind == JSON_TRUE ? STR("true") : STR("false"));
    }
    return value != NULL && (value->kind == JSON_STRING || value->kind == JSON_NUMBER) &&
           str_equal(value->text, text);
}

static const struct roster_json *element_with(const struct roster_json *array, str name, str text)
{
    const struct roster_json *element = json_is(array, JSON_ARRAY) ? array->first : NULL;
    while (element != NULL && !prints_as(find_exact(element, name), text)) {
        element = element->next;
    }
    return element;
}

static const struct roster_json *walk(const struct roster_json *value, str path,
                                      struct roster_arena *arena);

static const struct roster_json *spread(const struct roster_json *array, str rest,
                                        struct roster_arena *arena)
{
    struct roster_json *found = json_new(arena, JSON_ARRAY);
    if (!json_is(array, JSON_ARRAY) || found == NULL) {
        return NULL;
    }
    bool nested = str_contains(rest, STR("[*]"));
    for (const struct roster_json *element = array->first; element != NULL;
         element = element->next) {
        const struct roster_json *value = walk(element, rest, arena);
        if (value == NULL) {
            continue;
        }
        if (!nested) {
            json_push(found, json_copy(arena, value));
            continue;
        }
        for (const struct roster_json *inner = value->first; inner != NULL; inner = inner->next) {
            json_push(found, json_copy(arena, inner));
        }
    }
    return found;
}

// What stands between brackets: a quoted name, an index, a star, or name=text.
static const struct roster_json *walk_bracket(const struct roster_json *value, str inside, str rest,
                                              struct roster_arena *arena)
{
    int64_t index = 0;
    str name = {0};
    str text = {0};
    if (str_equal(inside, STR("*"))) {
        return spread(value, rest, arena);
    }
    if (inside.len >= 2 && inside.ptr[0] == '"') {
        return walk(find_exact(value, (str){inside.ptr + 1, inside.len - 2}), rest, arena);
    }
    if (str_to_i64(inside, &index)) {
        return walk(element_at(value, index), rest, arena);
    }
    str_cut(inside, '=', &name, &text);
    return walk(element_with(value, name, text), rest, arena);
}

static const struct roster_json *walk(const struct roster_json *value, str path,
                                      struct roster_arena *arena)
{
    str inside = {0};
    if (path.len == 0 || value == NULL) {
        return value;
    }
    if (path.ptr[0] == '[') {
        str_cut(str_tail(path, 1), ']', &inside, &path);
        return walk_bracket(value, inside, path, arena);
    }
    assert(path.ptr[0] == '.');
    size_t end = 1;
    while (end < path.len && path.ptr[end] != '.' && path.ptr[end] != '[') {
        end++;
    }
    return walk(find_exact(value, (str){path.ptr + 1, end - 1}), str_tail(path, end), arena);
}

const struct roster_json *expect_read(str left, const struct seen *seen, struct roster_arena *arena)
{
    if (str_equal(left, STR("status"))) {
        return json_i64(arena, seen->status);
    }
    if (str_equal(left, STR("body"))) {
        return json_string(arena, seen->body);
    }
    if (str_starts_nocase(left, STR("header."))) {
        return header_value(seen->reply, str_tail(left, 7), arena);
    }
    return left.len > 0 && left.ptr[0] == '$' ? walk(seen->json, str_tail(left, 1), arena) : NULL;
}

bool expect_is_absent(const struct roster_json *value)
{
    return json_is_unassigned(value) || (value->kind == JSON_STRING && value->text.len == 0);
}

static bool is_same(const struct roster_json *left, const struct roster_json *right)
{
    return left == NULL ? json_is(right, JSON_NULL) : json_equal(left, right);
}

static bool has_element(const struct roster_json *array, const struct roster_json *value)
{
    const struct roster_json *element = array->first;
    while (element != NULL && !json_equal(element, value)) {
        element = element->next;
    }
    return element != NULL;
}

static bool holds(const struct roster_json *left, const struct roster_json *right)
{
    if (json_is(left, JSON_STRING)) {
        return right->kind == JSON_STRING && str_contains(left->text, right->text);
    }
    return json_is(left, JSON_ARRAY) && has_element(left, right);
}

static bool is_set(const struct roster_json *left, const struct roster_json *right)
{
    if (!json_is(left, JSON_ARRAY) || left->count != right->count) {
        return false;
    }
    for (const struct roster_json *one = left->first; one != NULL; one = one->next) {
        if (!has_element(right, one)) {
            return false;
        }
    }
    for (const struct roster_json *one = right->first; one != NULL; one = one->next) {
        if (!has_element(left, one)) {
            return false;
        }
    }
    return true;
}

static bool compare_numbers(const struct roster_json *left, const struct roster_json *right,
                            int *order)
{
    int64_t a = 0;
    int64_t b = 0;
    if (left == NULL || !str_to_i64(left->text, &a) || !str_to_i64(right->text, &b)) {
        return false;
    }
    *order = (a > b) - (a < b);
    return true;
}

static bool has_count(const struct roster_json *left, const struct roster_json *right)
{
    int64_t count = 0;
    return str_to_i64(right->text, &count) &&
           (json_is(left, JSON_ARRAY) ? left->count == count
                                      : json_is_unassigned(left) && count == 0);
}

static bool is_type(const struct roster_json *value, str word)
{
    static const struct {
        str word;
        enum json_kind kind;
    } types[] = {
        {STR("string"), JSON_STRING}, {STR("integer"), JSON_NUMBER}, {STR("array"), JSON_ARRAY},
        {STR("object"), JSON_OBJECT}, {STR("boolean"), JSON_TRUE},
    };
    for (size_t at = 0; at < COUNT_OF(types); at++) {
        if (str_equal(types[at].word, word)) {
            return types[at].kind == JSON_TRUE ? json_is_bool(value)
                                               : json_is(value, types[at].kind);
        }
    }
    return false;
}

static enum verdict judge(str operation, const struct roster_json *left,
                          const struct roster_json *right)
{
    int order = 0;
    bool yes = false;
    if (str_equal(operation, STR("=="))) {
        yes = is_same(left, right);
    } else if (str_equal(operation, STR("!="))) {
        yes = !is_same(left, right);
    } else if (str_equal(operation, STR(">="))) {
        yes = compare_numbers(left, right, &order) && order >= 0;
    } else if (str_equal(operation, STR("<="))) {
        yes = compare_numbers(left, right, &order) && order <= 0;
    } else if (str_equal(operation, STR("contains"))) {
        yes = holds(left, right);
    } else if (str_equal(operation, STR("lacks"))) {
        yes = !holds(left, right);
    } else if (str_equal(operation, STR("set"))) {
        yes = is_set(left, right);
    } else if (str_equal(operation, STR("count"))) {
        yes = has_count(left, right);
    } else if (str_equal(operation, STR("starts"))) {
        yes = json_is(left, JSON_STRING) && left->text.len >= right->text.len &&
              str_equal(str_head(left->text, right->text.len), right->text);
    } else {
        return VERDICT_MALFORMED;
    }
    return yes ? VERDICT_HOLDS : VERDICT_FAILS;
}

enum verdict expect_check(str sentence, const struct seen *seen, struct roster_arena *arena)
{
    str left = {0};
    str operation = {0};
    str right = {0};
    struct roster_json *literal = NULL;
    struct roster_error err = {0};
    str_cut(sentence, ' ', &left, &right);
    str_cut(right, ' ', &operation, &right);
    const struct roster_json *value = expect_read(left, seen, arena);
    if (str_equal(operation, STR("exists"))) {
        return expect_is_absent(value) ? VERDICT_FAILS : VERDICT_HOLDS;
    }
    if (str_equal(operation, STR("absent"))) {
        return expect_is_absent(value) ? VERDICT_HOLDS : VERDICT_FAILS;
    }
    if (str_equal(operation, STR("is"))) {
        return is_type(value, right) ? VERDICT_HOLDS : VERDICT_FAILS;
    }
    if (!roster_json_read(right, arena, &literal, &err)) {
        return VERDICT_MALFORMED;
    }
    return judge(operation, value, literal);
}
