// filter_print.c: filter to canonical text: names as the schema spells them, as few parentheses as
// the precedence of not, and, or allows.
// SPDX-License-Identifier: Apache-2.0
#include "scim/filter.h"

static const char *const op_words[] = {
    [FILTER_PRESENT] = "pr", [FILTER_EQ] = "eq", [FILTER_NE] = "ne", [FILTER_CO] = "co",
    [FILTER_SW] = "sw",      [FILTER_EW] = "ew", [FILTER_GT] = "gt", [FILTER_GE] = "ge",
    [FILTER_LT] = "lt",      [FILTER_LE] = "le",
};

static void write(const struct roster_filter *filter, bool inside, struct text *out);

static void write_list(const struct roster_filter *filter, bool inside, struct text *out)
{
    bool conjunction = filter->kind == FILTER_AND;
    for (const struct roster_filter *child = filter->child; child != NULL; child = child->next) {
        bool group = conjunction && child->kind == FILTER_OR;
        if (child != filter->child) {
            text_add(out, conjunction ? STR(" and ") : STR(" or "));
        }
        text_add(out, group ? STR("(") : (str){0});
        write(child, inside, out);
        text_add(out, group ? STR(")") : (str){0});
    }
}

static void write_name(const struct path *path, bool inside, struct text *out)
{
    if (!inside || path->unknown) {
        path_print(path, out);
    } else {
        text_add(out, path->sub != NULL ? path->sub->name : STR("value"));
    }
}

static void write_term(const struct roster_filter *filter, bool inside, struct text *out)
{
    write_name(&filter->path, inside, out);
    text_char(out, ' ');
    text_add(out, str_of(op_words[filter->kind]));
    if (filter->operand == OPERAND_NONE) {
        return;
    }
    text_char(out, ' ');
    if (filter->operand == OPERAND_STRING) {
        json_write_string(out, filter->text);
    } else {
        text_add(out, filter->text);
    }
}

static void write(const struct roster_filter *filter, bool inside, struct text *out)
{
    switch (filter->kind) {
    case FILTER_AND:
    case FILTER_OR:
        write_list(filter, inside, out);
        break;
    case FILTER_NOT:
        text_lit(out, "not (");
        write(filter->child, inside, out);
        text_char(out, ')');
        break;
    case FILTER_VALUES:
        write_name(&filter->path, inside, out);
        text_char(out, '[');
        write(filter->child, true, out);
        text_char(out, ']');
        break;
    case FILTER_NEVER:
        // What is unknown matches nothing, however it is compared.
        write_name(&filter->path, inside, out);
        text_lit(out, " pr");
        break;
    case FILTER_PRESENT:
    case FILTER_EQ:
    case FILTER_NE:
    case FILTER_CO:
    case FILTER_SW:
    case FILTER_EW:
    case FILTER_GT:
    case FILTER_GE:
    case FILTER_LT:
    case FILTER_LE:
        write_term(filter, inside, out);
        break;
    }
}

void filter_write(const struct roster_filter *filter, struct text *out)
{
    write(filter, false, out);
}

void filter_write_values(const struct roster_filter *filter, struct text *out)
{
    write(filter, true, out);
}

bool roster_filter_print(const struct roster_filter *filter, struct roster_arena *arena,
                         roster_str *out)
{
    struct text text;
    text_init(&text, arena, arena_max(arena));
    filter_write(filter, &text);
    *out = text_str(&text);
    return !text.full;
}
