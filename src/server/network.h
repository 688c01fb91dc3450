// server/network.h: numeric addresses, and networks of them such as 10.0.0.0/8.
//
// IPv4 is the part ::ffff:0:0/96 of IPv6, so that both have one shape and one comparison.
// SPDX-License-Identifier: Apache-2.0
#ifndef SERVER_NETWORK_H
#define SERVER_NETWORK_H

#include "base/check.h"
#include "base/limits.h"
#include "base/str.h"

struct ip {
    unsigned char bytes[16];
};

struct network {
    struct ip first;
    int bits;  // that its addresses share, of 128
};

// "10.0.0.1", "::1". False: it is no numeric address.
MUST_CHECK bool ip_parse(str text, struct ip *out);
// What proxies write: an address, with or without a port, IPv6 in brackets when there is one.
MUST_CHECK bool ip_parse_hop(str text, struct ip *out);
// In its usual spelling, IPv4 as such.
void ip_print(const struct ip *ip, char out[ADDRESS_TEXT_MAX + 1]);

// An address, or ADDRESS/BITS. Refused with INVALID_VALUE: anything else, bits of the address
// behind its BITS, or no bits at all, which would be everybody.
MUST_CHECK bool network_parse(str text, struct network *out, struct roster_error *err);
bool network_has(const struct network *network, const struct ip *ip);

#endif
