// origin.c: the address that a request comes from.
// SPDX-License-Identifier: Apache-2.0
#include "server/origin.h"

bool origin_is_proxy(const struct app *app, str address)
{
    for (int at = 0; at < app->options.proxy_count; at++) {
        if (str_equal(address, str_of(app->options.proxies[at]))) {
            return true;
        }
    }
    return false;
}

static bool is_address(str text)
{
    for (size_t at = 0; at < text.len; at++) {
        char c = text.ptr[at];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') ||
              c == '.' || c == ':')) {
            return false;
        }
    }
    return text.len > 0 && text.len <= ADDRESS_TEXT_MAX;
}

// The last address of X-Forwarded-For is the one our proxy saw; anybody can claim earlier ones.
str origin_address(const struct app *app, const struct http_exchange *exchange)
{
    str list = {0};
    str last = {0};
    if (!origin_is_proxy(app, exchange->remote)) {
        return exchange->remote;
    }
    for (size_t at = 0; at < exchange->header_count; at++) {
        if (str_equal_nocase(exchange->headers[at].name, STR("X-Forwarded-For"))) {
            list = exchange->headers[at].value;
        }
    }
    while (str_cut(list, ',', &last, &list)) {
    }
    last = str_trim(last);
    return is_address(last) ? last : exchange->remote;
}
