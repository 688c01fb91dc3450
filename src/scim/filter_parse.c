// filter_parse.c: text to filter, by recursive descent, one function for each rule.
//
//   filter    = or
//   or        = and *( WS "or" WS and )
//   and       = factor *( WS "and" WS factor )
//   factor    = "not" [WS] "(" or ")" / "(" or ")" / term
//   term      = attrPath WS "pr" / attrPath WS op WS value / attrPath [WS] "[" or "]"
//
// RFC 7644 section 3.4.2.2 with errata 4690, 7319 and 7322. Brackets do not nest. Words
// are taken apart in filter_scan.c, what they mean is decided in filter_check.c.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "scim/filter_scan.h"
#include "scim/fold.h"
#include "scim/quirks.h"

struct parser {
    struct scan scan;
    size_t terms;
    const struct path *parent;  // inside brackets: what stands in front of them
    bool negated;               // inside a `not`
};

static struct roster_filter *new_node(struct parser *p, enum filter_kind kind)
{
    struct roster_filter *node = arena_alloc(p->scan.scope->arena, sizeof(*node));
    if (node == NULL) {
        fail_memory(p->scan.err);
        return NULL;
    }
    node->kind = kind;
    return node;
}

// Children of one AND or OR. A child of the same kind gives its own children instead of itself, so
// that `(a and b) and c` is one list of three.
struct list {
    enum filter_kind kind;
    struct roster_filter *first;
    struct roster_filter *last;
};

static void list_add(struct list *list, struct roster_filter *node)
{
    assert(node != NULL);
    struct roster_filter *from = node->kind == list->kind ? node->child : node;
    if (list->last == NULL) {
        list->first = from;
    } else {
        list->last->next = from;
    }
    list->last = from;
    while (list->last->next != NULL) {
        list->last = list->last->next;
    }
}

static bool list_close(struct parser *p, const struct list *list, struct roster_filter **out)
{
    *out = list->first;
    if (list->first == list->last) {
        return true;
    }
    *out = new_node(p, list->kind);
    if (*out != NULL) {
        (*out)->child = list->first;
    }
    return *out != NULL;
}

static bool count_term(struct parser *p)
{
    if (++p->terms > FILTER_TERMS_MAX) {
        return scan_refuse(&p->scan, p->scan.at, "it has too many terms");
    }
    return true;
}

// What comes behind the name of a term: an operator, perhaps a value.
static bool parse_comparison(struct parser *p, struct term *term, struct roster_filter **out)
{
    scan_blanks(&p->scan);
    term->negated = p->negated;
    term->unchecked = p->parent != NULL && p->parent->unknown;
    if (!scan_comparison(&p->scan, term) || !count_term(p)) {
        return false;
    }
    *out = new_node(p, FILTER_NEVER);
    return *out != NULL && filter_check(p->scan.scope, term, *out, p->scan.err);
}

static bool bind_name(struct parser *p, str name, struct path *out)
{
    size_t at = p->scan.at;
    if (!path_parse_name(p->scan.scope, name, out, p->scan.err)) {
        p->scan.err->code = ROSTER_ERR_INVALID_FILTER;
        p->scan.err->offset += at;
        return false;
    }
    return true;
}

// Inside brackets: a sub-attribute of the parent, before which its URI is tolerated (P-155).
static bool bind_inner_name(struct parser *p, str name, struct path *out)
{
    const struct path *parent = p->parent;
    *out = (struct path){.text = name};
    const struct schema *schema = parent->unknown ? NULL : parent->attr->schema;
    if (schema != NULL && name.len > schema->id.len + 1 && str_starts_nocase(name, schema->id) &&
        name.ptr[schema->id.len] == ':') {
        name = str_tail(name, schema->id.len + 1);
    }
    if (!attr_name_is_valid(name)) {
        return scan_refuse(&p->scan, p->scan.at,
                           "inside brackets the names are those of sub-attributes, without a dot");
    }
    if (parent->unknown || !path_bind_sub(parent->attr, name, &out->sub)) {
        out->unknown = true;
        return true;
    }
    out->extension = parent->extension;
    out->attr = parent->attr;
    return true;
}

static bool parse_or(struct parser *p, int depth, struct roster_filter **out);

// `attr[f].sub op value` is attr[f and sub op value].
static bool parse_behind(struct parser *p, const struct path *parent, struct roster_filter **inner)
{
    if (!quirk_take(p->scan.scope->quirks, ROSTER_QUIRK_FILTER_VALUE_PATH_SUB)) {
        return scan_refuse(&p->scan, p->scan.at,
                           "nothing may follow the brackets: put the comparison inside");
    }
    p->scan.at++;
    struct term term = {.name_at = p->scan.at};
    str name = scan_word(&p->scan);
    struct list both = {.kind = FILTER_AND};
    struct roster_filter *behind = NULL;
    p->parent = parent;
    bool parsed = bind_inner_name(p, name, &term.path);
    p->scan.at += name.len;
    parsed = parsed && parse_comparison(p, &term, &behind);
    p->parent = NULL;
    if (!parsed) {
        return false;
    }
    list_add(&both, *inner);
    list_add(&both, behind);
    return list_close(p, &both, inner);
}

static bool check_depth(struct parser *p, int depth)
{
    return depth < FILTER_DEPTH_MAX || scan_refuse(&p->scan, p->scan.at, "it is nested too deeply");
}

static bool parse_inside(struct parser *p, int depth, const struct path *parent,
                         struct roster_filter **out)
{
    if (!check_depth(p, depth)) {
        return false;
    }
    p->parent = parent;
    bool parsed = parse_or(p, depth + 1, out);
    p->parent = NULL;
    if (!parsed) {
        return false;
    }
    return scan_char(&p->scan, ']') ||
           scan_refuse(&p->scan, p->scan.at, "a closing bracket ] is missing");
}

static bool check_parent(struct parser *p, const struct term *term)
{
    const struct path *path = &term->path;
    if (path->unknown) {
        return true;
    }
    if (path->attr == NULL || path->sub != NULL) {
        return scan_refuse(&p->scan, term->name_at,
                           "brackets follow an attribute, not a schema or sub-attribute");
    }
    if (path->attr->type != ATTR_COMPLEX && !path->attr->multi_valued) {
        return scan_refuse(&p->scan, term->name_at,
                           "brackets follow an attribute that has sub-attributes");
    }
    return true;
}

static bool parse_value_path(struct parser *p, int depth, struct term *term,
                             struct roster_filter **out)
{
    if (p->parent != NULL) {
        return scan_refuse(&p->scan, p->scan.at, "brackets cannot stand inside brackets");
    }
    struct roster_filter *inner = NULL;
    size_t open_at = p->scan.at++;
    if (!check_parent(p, term) || !parse_inside(p, depth, &term->path, &inner) ||
        (scan_peek(&p->scan) == '.' && !parse_behind(p, &term->path, &inner))) {
        return false;
    }
    *out = new_node(p, FILTER_VALUES);
    if (*out == NULL) {
        return false;
    }
    if (term->path.unknown || term->path.attr->returned == ATTR_NEVER) {
        // Decided as for `attr pr`, which matches the same nothing.
        term->op = FILTER_PRESENT;
        term->op_at = open_at;
        term->negated = p->negated;
        return filter_check(p->scan.scope, term, *out, p->scan.err);
    }
    (*out)->path = term->path;
    (*out)->child = inner;
    return true;
}

static bool parse_term(struct parser *p, int depth, struct roster_filter **out)
{
    struct term term = {.name_at = p->scan.at};
    str name = scan_word(&p->scan);
    if (name.len == 0) {
        return scan_refuse(&p->scan, p->scan.at, "the name of an attribute is expected");
    }
    if (!(p->parent != NULL ? bind_inner_name(p, name, &term.path)
                            : bind_name(p, name, &term.path))) {
        return false;
    }
    p->scan.at += name.len;
    size_t behind = p->scan.at;
    scan_blanks(&p->scan);
    if (scan_peek(&p->scan) == '[') {
        return parse_value_path(p, depth, &term, out);
    }
    p->scan.at = behind;
    return parse_comparison(p, &term, out);
}

static bool parse_group(struct parser *p, int depth, struct roster_filter **out)
{
    if (!check_depth(p, depth) || !parse_or(p, depth + 1, out)) {
        return false;
    }
    return scan_char(&p->scan, ')') ||
           scan_refuse(&p->scan, p->scan.at, "a closing parenthesis is missing");
}

static bool parse_not(struct parser *p, int depth, struct roster_filter **out)
{
    if (!scan_char(&p->scan, '(')) {
        return scan_refuse(&p->scan, p->scan.at,
                           "not must be followed by an expression in parentheses");
    }
    struct roster_filter *inner = NULL;
    bool outer = p->negated;
    p->negated = true;
    bool parsed = parse_group(p, depth, &inner);
    p->negated = outer;
    if (!parsed) {
        return false;
    }
    *out = new_node(p, FILTER_NOT);
    if (*out != NULL) {
        (*out)->child = inner;
    }
    return *out != NULL;
}

static bool parse_factor(struct parser *p, int depth, struct roster_filter **out)
{
    if (scan_char(&p->scan, '(')) {
        return parse_group(p, depth, out);
    }
    str word = scan_word(&p->scan);
    if (str_equal_nocase(word, STR("not"))) {
        p->scan.at += word.len;
        return parse_not(p, depth, out);
    }
    return parse_term(p, depth, out);
}

static bool parse_and(struct parser *p, int depth, struct roster_filter **out)
{
    struct list list = {.kind = FILTER_AND};
    do {
        struct roster_filter *node = NULL;
        if (!parse_factor(p, depth, &node)) {
            return false;
        }
        list_add(&list, node);
    } while (scan_joint(&p->scan, STR("and")));
    return list_close(p, &list, out);
}

static bool parse_or(struct parser *p, int depth, struct roster_filter **out)
{
    struct list list = {.kind = FILTER_OR};
    do {
        struct roster_filter *node = NULL;
        if (!parse_and(p, depth, &node)) {
            return false;
        }
        list_add(&list, node);
    } while (scan_joint(&p->scan, STR("or")));
    return list_close(p, &list, out);
}

static bool check_text(str text, struct roster_error *err)
{
    if (str_trim(text).len == 0) {
        return fail(err, ROSTER_ERR_INVALID_FILTER, 0, "the filter is empty");
    }
    if (text.len > FILTER_TEXT_MAX) {
        return fail(err, ROSTER_ERR_INVALID_FILTER, FILTER_TEXT_MAX,
                    "the filter is longer than %zu bytes", FILTER_TEXT_MAX);
    }
    if (!fold_is_utf8(text)) {
        return fail(err, ROSTER_ERR_INVALID_FILTER, 0, "the filter is not valid UTF-8");
    }
    return true;
}

static bool check_rest(struct parser *p)
{
    scan_blanks(&p->scan);
    return scan_at_end(&p->scan) ||
           scan_refuse(&p->scan, p->scan.at, "and, or or the end is expected here");
}

bool filter_parse(const struct scope *scope, str text, const struct roster_filter **out,
                  struct roster_error *err)
{
    struct parser p = {.scan = {scope, err, text, 0}};
    struct roster_filter *root = NULL;
    if (!check_text(text, err) || !parse_or(&p, 0, &root) || !check_rest(&p)) {
        return false;
    }
    *out = root;
    return true;
}

bool filter_parse_values(const struct scope *scope, const struct attr *attr, str text,
                         const struct roster_filter **out, struct roster_error *err)
{
    struct path parent = {.attr = attr};
    struct parser p = {.scan = {scope, err, text, 0}, .parent = &parent};
    struct roster_filter *root = NULL;
    if (attr->schema != NULL && attr->schema != scope->type->schema) {
        parent.extension = attr->schema;
    }
    if (!check_text(text, err) || !parse_or(&p, 0, &root) || !check_rest(&p)) {
        return false;
    }
    *out = root;
    return true;
}

bool filter_parse_brackets(const struct scope *scope, const struct path *parent, str text,
                           size_t *at, const struct roster_filter **out, struct roster_error *err)
{
    struct parser p = {.scan = {scope, err, text, *at}};
    struct roster_filter *root = NULL;
    if (!check_text(text, err) || !parse_inside(&p, 0, parent, &root)) {
        return false;
    }
    *at = p.scan.at;
    *out = root;
    return true;
}

bool roster_filter_parse(const struct roster_resource_type *type, roster_str text,
                         struct roster_quirks *quirks, struct roster_arena *arena,
                         const struct roster_filter **out, struct roster_error *err)
{
    struct scope scope = {type, quirks, arena};
    return filter_parse(&scope, text, out, err);
}
