// origin.c: the address that a request comes from.
// SPDX-License-Identifier: Apache-2.0
#include "server/origin.h"

static bool is_one_of(const struct app *app, const struct ip *ip)
{
    for (int at = 0; at < app->options.proxy_count; at++) {
        if (network_has(&app->options.proxies[at], ip)) {
            return true;
        }
    }
    return false;
}

bool origin_is_proxy(const struct app *app, str address)
{
    struct ip ip;
    return app->options.proxy_count > 0 && ip_parse(address, &ip) && is_one_of(app, &ip);
}

// Takes the last element off the list.
static str take_last(str *list)
{
    size_t at = list->len;
    while (at > 0 && list->ptr[at - 1] != ',') {
        at--;
    }
    str last = str_tail(*list, at);
    *list = str_head(*list, at > 0 ? at - 1 : 0);
    return last;
}

// Each proxy appends whom it saw, so the list is read from its end: as long as one of our proxies
// was seen, what that one wrote counts; before the first stranger stands what the stranger claims.
static struct ip follow(const struct app *app, struct ip seen, str list)
{
    for (int hop = 0; hop < PROXY_HOPS_MAX && list.len > 0 && is_one_of(app, &seen); hop++) {
        struct ip before;
        if (!ip_parse_hop(take_last(&list), &before)) {
            break;
        }
        seen = before;
    }
    return seen;
}

str origin_address(const struct app *app, const struct http_exchange *exchange)
{
    struct ip seen;
    char text[ADDRESS_TEXT_MAX + 1];
    str list = {0};
    str out = {0};
    if (app->options.proxy_count == 0 || !ip_parse(exchange->remote, &seen) ||
        !is_one_of(app, &seen) ||
        !http_header_list(exchange, STR("X-Forwarded-For"), exchange->arena, &list)) {
        return exchange->remote;
    }
    seen = follow(app, seen, list);
    ip_print(&seen, text);
    return arena_copy(exchange->arena, str_of(text), &out) ? out : exchange->remote;
}
