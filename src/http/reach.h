// http/reach.h: which addresses belong to the public internet.
//
// A URL that somebody else chose must not lead to the inside: to this machine, its neighbours, or
// the metadata service of a cloud.
// SPDX-License-Identifier: Apache-2.0
#ifndef HTTP_REACH_H
#define HTTP_REACH_H

#include <stdbool.h>

// Whether a numeric address is globally reachable unicast (the registries of RFC 6890). IPv4 within
// IPv6 counts as the IPv4 that it leads to. What is no address is not public.
bool reach_is_public(const char *numeric);
bool reach_is_loopback(const char *numeric);

#endif
