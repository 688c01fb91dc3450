// cli/address.h: addresses, URLs and host names as settings hold them.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_ADDRESS_H
#define CLI_ADDRESS_H

#include "base/check.h"
#include "base/error.h"

#include <netinet/in.h>

struct address {
    char host[INET6_ADDRSTRLEN];  // numeric, without brackets
    bool ipv6;
    uint16_t port;
};

// "127.0.0.1:8080", "[::1]:8080". Refused with INVALID_VALUE, as all of these.
MUST_CHECK bool address_parse(str text, struct address *out, struct roster_error *err);
// A numeric address without a port, in its usual spelling.
MUST_CHECK bool address_parse_host(str text, char out[INET6_ADDRSTRLEN], struct roster_error *err);
// The local end of a listening socket. False when it is no TCP socket over IPv4 or IPv6.
MUST_CHECK bool address_of_socket(int fd, struct address *out);
// Whether only this machine can reach it.
bool address_is_loopback(const struct address *address);

// An absolute http or https URL without user, query and fragment. *out is without slashes at its
// end, a slice of `text`.
MUST_CHECK bool url_check(str text, str *out, struct roster_error *err);
// A host name such as scim.example.com, of at least one label.
MUST_CHECK bool domain_check(str text, struct roster_error *err);

#endif
