// parameters.c: query text to a search request.
// SPDX-License-Identifier: Apache-2.0
#include "server/parameters.h"

#include "base/limits.h"
#include "base/percent.h"

enum parameter {
    PARAM_FILTER,
    PARAM_SORT_BY,
    PARAM_SORT_ORDER,
    PARAM_ATTRIBUTES,
    PARAM_EXCLUDED,
    PARAM_START_INDEX,
    PARAM_COUNT,
    PARAM_CURSOR,
    PARAMETER_COUNT,
};

static const str names[PARAMETER_COUNT] = {
    [PARAM_FILTER] = STR("filter"),
    [PARAM_SORT_BY] = STR("sortBy"),
    [PARAM_SORT_ORDER] = STR("sortOrder"),
    [PARAM_ATTRIBUTES] = STR("attributes"),
    [PARAM_EXCLUDED] = STR("excludedAttributes"),
    [PARAM_START_INDEX] = STR("startIndex"),
    [PARAM_COUNT] = STR("count"),
    [PARAM_CURSOR] = STR("cursor"),
};

static bool read_number(enum parameter parameter, str value, int64_t *out, struct roster_error *err)
{
    if (!str_to_i64(str_trim(value), out)) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "%.*s must be a whole number",
                    STR_ARGS(names[parameter]));
    }
    return true;
}

static bool store_value(enum parameter parameter, str value, struct search_request *out,
                        struct roster_error *err)
{
    switch (parameter) {
    case PARAM_FILTER:
        out->filter = value;
        out->has_filter = true;
        return true;
    case PARAM_SORT_BY:
        out->sort_by = str_trim(value);
        return true;
    case PARAM_SORT_ORDER:
        out->sort_order = str_trim(value);
        return true;
    case PARAM_ATTRIBUTES:
        out->attributes = value;
        return true;
    case PARAM_EXCLUDED:
        out->excluded = value;
        return true;
    case PARAM_START_INDEX:
        out->has_start_index = true;
        return read_number(parameter, value, &out->start_index, err);
    case PARAM_COUNT:
        out->has_count = true;
        return read_number(parameter, value, &out->count, err);
    case PARAM_CURSOR:
        out->cursor = value;
        out->has_cursor = true;
        return true;
    case PARAMETER_COUNT:
        break;
    }
    return true;
}

static enum parameter find(str name)
{
    enum parameter at = PARAM_FILTER;
    while (at < PARAMETER_COUNT && !str_equal_nocase(names[at], name)) {
        at++;
    }
    return at;
}

bool parameters_read(str query, struct roster_arena *arena, struct search_request *out,
                     struct roster_error *err)
{
    unsigned seen = 0;
    *out = (struct search_request){0};
    for (bool more = query.len > 0; more;) {
        str pair = {0};
        str name = {0};
        str value = {0};
        more = str_cut(query, '&', &pair, &query);
        str_cut(pair, '=', &name, &value);
        if (!percent_decode(name, true, arena, &name)) {
            return fail(err, ROSTER_ERR_BAD_REQUEST, 0, "the name of a parameter is badly escaped");
        }
        enum parameter parameter = find(name);
        if (parameter == PARAMETER_COUNT) {
            continue;
        }
        if (seen & 1u << parameter) {
            return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "the parameter %.*s is given twice",
                        STR_ARGS(names[parameter]));
        }
        seen |= 1u << parameter;
        if (!percent_decode(value, true, arena, &value)) {
            return fail(err, ROSTER_ERR_BAD_REQUEST, 0, "the parameter %.*s is badly escaped",
                        STR_ARGS(names[parameter]));
        }
        if (!store_value(parameter, value, out, err)) {
            return false;
        }
    }
    return true;
}
