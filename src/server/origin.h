// server/origin.h: where a request comes from, seen through the proxies that are believed.
// SPDX-License-Identifier: Apache-2.0
#ifndef SERVER_ORIGIN_H
#define SERVER_ORIGIN_H

#include "server/app.h"

// Whether the address is one of --behind-proxy.
bool origin_is_proxy(const struct app *app, str address);
// The client's address as text: that of the connection, or what proxies say in X-Forwarded-For,
// read from its end as long as they are ours. Lives in the arena of the exchange.
str origin_address(const struct app *app, const struct http_exchange *exchange);

#endif
