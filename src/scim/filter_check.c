// filter_check.c: which operator suits which type, and what a term means for its attribute.
// SPDX-License-Identifier: Apache-2.0
#include "scim/compare.h"
#include "scim/filter_parse.h"
#include "scim/quirks.h"

#define OP(kind) (1u << (kind))
#define OPS_EQUAL (OP(FILTER_EQ) | OP(FILTER_NE))
#define OPS_TEXT (OP(FILTER_CO) | OP(FILTER_SW) | OP(FILTER_EW))
#define OPS_ORDER (OP(FILTER_GT) | OP(FILTER_GE) | OP(FILTER_LT) | OP(FILTER_LE))

// Comparisons by type; `pr` and null suit every type (RFC 7644 section 3.4.2.2, table 3).
static const struct {
    unsigned ops;
    enum filter_operand operand;
} suits[] = {
    [ATTR_STRING] = {OPS_EQUAL | OPS_TEXT | OPS_ORDER, OPERAND_STRING},
    [ATTR_BOOLEAN] = {OPS_EQUAL, OPERAND_BOOLEAN},
    [ATTR_DECIMAL] = {OPS_EQUAL | OPS_ORDER, OPERAND_NUMBER},
    [ATTR_INTEGER] = {OPS_EQUAL | OPS_ORDER, OPERAND_NUMBER},
    [ATTR_DATETIME] = {OPS_EQUAL | OPS_ORDER, OPERAND_STRING},
    [ATTR_BINARY] = {OPS_EQUAL, OPERAND_STRING},
    [ATTR_REFERENCE] = {OPS_EQUAL | OPS_TEXT | OPS_ORDER, OPERAND_STRING},
    [ATTR_COMPLEX] = {0, OPERAND_NONE},
};

static const char *const operand_words[] = {
    [OPERAND_NONE] = "nothing",
    [OPERAND_STRING] = "a string in double quotes",
    [OPERAND_NUMBER] = "a number",
    [OPERAND_BOOLEAN] = "true or false",
};

static const enum filter_operand operand_of[] = {
    [LITERAL_NONE] = OPERAND_NONE,       [LITERAL_NULL] = OPERAND_NONE,
    [LITERAL_BOOLEAN] = OPERAND_BOOLEAN, [LITERAL_NUMBER] = OPERAND_NUMBER,
    [LITERAL_STRING] = OPERAND_STRING,
};

// Whether the term is true of an attribute without a value.
static bool matches_absence(const struct term *term)
{
    return term->op == (term->literal.kind == LITERAL_NULL ? FILTER_EQ : FILTER_NE);
}

// A comparison with nothing is false. Where that would select everybody, because the filter asks
// for what is not so, a misspelt name is dangerous and refused in any profile.
static bool check_unknown(const struct scope *scope, const struct term *term,
                          struct roster_filter *node, struct roster_error *err)
{
    bool harmless = !term->negated && !matches_absence(term);
    if (!term->unchecked &&
        !(harmless && quirk_take(scope->quirks, ROSTER_QUIRK_UNKNOWN_FILTER_ATTRIBUTE))) {
        return fail(err, ROSTER_ERR_INVALID_FILTER, term->name_at,
                    "the filter names \"%.*s\", which is no attribute of %.*s",
                    STR_ARGS(term->path.text), STR_ARGS(scope->type->name));
    }
    node->kind = FILTER_NEVER;
    node->path = term->path;
    return true;
}

static const struct attr *target_of(const struct path *path)
{
    return path->sub != NULL ? path->sub : path->attr;
}

static bool check_visible(const struct term *term, struct roster_error *err)
{
    const struct path *path = &term->path;
    if (path->attr == NULL) {
        return fail(err, ROSTER_ERR_INVALID_FILTER, term->name_at,
                    "the filter names the schema \"%.*s\" where it needs an attribute",
                    STR_ARGS(path->text));
    }
    if (path->attr->returned == ATTR_NEVER || target_of(path)->returned == ATTR_NEVER) {
        return fail(err, ROSTER_ERR_SENSITIVE, term->name_at,
                    "\"%.*s\" is never returned and cannot be part of a filter",
                    STR_ARGS(target_of(path)->name));
    }
    return true;
}

// `eq null` is `not (pr)`, `ne null` is `pr` (P-165).
static bool settle_null(const struct scope *scope, const struct term *term,
                        struct roster_filter *node, struct roster_error *err)
{
    if (term->op != FILTER_EQ && term->op != FILTER_NE) {
        return fail(err, ROSTER_ERR_INVALID_FILTER, term->op_at,
                    "\"%.*s\": null can be compared by eq and ne only",
                    STR_ARGS(target_of(&term->path)->name));
    }
    node->kind = FILTER_PRESENT;
    node->path = term->path;
    if (term->op == FILTER_NE) {
        return true;
    }
    struct roster_filter *inner = arena_alloc(scope->arena, sizeof(*inner));
    if (inner == NULL) {
        return fail_memory(err);
    }
    *inner = *node;
    *node = (struct roster_filter){.kind = FILTER_NOT, .child = inner};
    return true;
}

// A complex attribute that is compared stands for its `value` (P-151).
static bool check_operator(const struct term *term, struct path *path, struct roster_error *err)
{
    if (target_of(path)->type == ATTR_COMPLEX && path->sub == NULL) {
        path->sub = attr_sub(path->attr, STR("value"));
    }
    const struct attr *target = target_of(path);
    if (target->type == ATTR_COMPLEX) {
        return fail(err, ROSTER_ERR_INVALID_FILTER, term->name_at,
                    "\"%.*s\" has several parts: name the one that is meant, such as %.*s.%.*s",
                    STR_ARGS(target->name), STR_ARGS(target->name), STR_ARGS(target->subs[0].name));
    }
    if ((suits[target->type].ops & OP(term->op)) == 0) {
        return fail(err, ROSTER_ERR_INVALID_FILTER, term->op_at,
                    "\"%.*s\" is of type %s, which this operator does not compare",
                    STR_ARGS(target->name), attr_type_name(target->type));
    }
    return true;
}

// "True" for true, in any case, from who tolerates that.
static void coerce_boolean(const struct scope *scope, struct literal *literal)
{
    bool yes = str_equal_nocase(literal->text, STR("true"));
    bool word = yes || str_equal_nocase(literal->text, STR("false"));
    if (literal->kind == LITERAL_STRING && word &&
        quirk_take(scope->quirks, ROSTER_QUIRK_COERCE_BOOLEAN)) {
        literal->kind = LITERAL_BOOLEAN;
        literal->text = yes ? STR("true") : STR("false");
    }
}

static bool make_key(const struct scope *scope, const struct attr *target,
                     const struct literal *literal, struct roster_filter *node,
                     struct roster_error *err)
{
    bool searches = (OPS_TEXT & OP(node->kind)) != 0;
    enum key_outcome outcome =
        searches ? value_fold(target, literal->text, scope->arena, &node->key)
                 : value_key_text_of(target, literal->text, scope->arena, &node->key);
    switch (outcome) {
    case KEY_FOUND:
        return true;
    case KEY_MISFIT:
        return fail(err, ROSTER_ERR_INVALID_FILTER, literal->at,
                    "\"%.*s\" is compared with something that is no %s", STR_ARGS(target->name),
                    attr_type_name(target->type));
    case KEY_FULL:
        return fail_memory(err);
    }
    return false;
}

static bool settle_comparison(const struct scope *scope, const struct term *term,
                              struct roster_filter *node, struct roster_error *err)
{
    struct literal literal = term->literal;
    node->kind = term->op;
    node->path = term->path;
    if (!check_operator(term, &node->path, err)) {
        return false;
    }
    const struct attr *target = target_of(&node->path);
    if (target->type == ATTR_BOOLEAN) {
        coerce_boolean(scope, &literal);
    }
    node->operand = operand_of[literal.kind];
    node->text = literal.text;
    if (node->operand != suits[target->type].operand) {
        return fail(err, ROSTER_ERR_INVALID_FILTER, literal.at,
                    "\"%.*s\" is of type %s and must be compared with %s", STR_ARGS(target->name),
                    attr_type_name(target->type), operand_words[suits[target->type].operand]);
    }
    return make_key(scope, target, &literal, node, err);
}

bool filter_check(const struct scope *scope, const struct term *term, struct roster_filter *node,
                  struct roster_error *err)
{
    if (term->path.unknown) {
        return check_unknown(scope, term, node, err);
    }
    if (!check_visible(term, err)) {
        return false;
    }
    if (term->op == FILTER_PRESENT) {
        node->kind = FILTER_PRESENT;
        node->path = term->path;
        return true;
    }
    return term->literal.kind == LITERAL_NULL ? settle_null(scope, term, node, err)
                                              : settle_comparison(scope, term, node, err);
}
