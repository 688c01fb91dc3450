// reach.c: the special-purpose networks, as a table.
// SPDX-License-Identifier: Apache-2.0
#include "http/reach.h"

#include "base/check.h"

#include <arpa/inet.h>
#include <string.h>

struct prefix {
    unsigned char bytes[16];
    int bits;
};

// IPv4 that is not public, of the registry of RFC 6890.
static const struct prefix closed_v4[] = {
    {{0}, 8},              // this network
    {{10}, 8},             // private
    {{100, 64}, 10},       // shared by carriers
    {{127}, 8},            // loopback
    {{169, 254}, 16},      // link-local: metadata of clouds
    {{172, 16}, 12},       // private
    {{192, 0, 0}, 24},     // protocol assignments
    {{192, 0, 2}, 24},     // documentation
    {{192, 88, 99}, 24},   // relays of 6to4
    {{192, 168}, 16},      // private
    {{198, 18}, 15},       // benchmarks
    {{198, 51, 100}, 24},  // documentation
    {{203, 0, 113}, 24},   // documentation
    {{224}, 3},            // multicast, reserved, broadcast
};

// Within 2000::/3, which is all of IPv6 that is given out.
static const struct prefix open_v6 = {{0x20}, 3};
static const struct prefix closed_v6[] = {
    {{0x20, 0x01, 0x00}, 23},        // protocol assignments, Teredo
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x20, 0x02}, 16},              // 6to4, which leads to an IPv4
    {{0x3f, 0xff, 0x00}, 20},        // documentation
};
static const struct prefix mapped = {{[10] = 0xff, [11] = 0xff}, 96};

static bool has(const struct prefix *prefix, const unsigned char *address)
{
    size_t whole = (size_t)prefix->bits / 8;
    unsigned mask = 0xff00u >> (prefix->bits % 8) & 0xff;
    return memcmp(prefix->bytes, address, whole) == 0 &&
           (mask == 0 || (prefix->bytes[whole] & mask) == (address[whole] & mask));
}

static bool any_has(const struct prefix *prefixes, size_t count, const unsigned char *address)
{
    size_t at = 0;
    while (at < count && !has(&prefixes[at], address)) {
        at++;
    }
    return at < count;
}

// IPv4 as its four bytes, also when it is written within IPv6. 0: it is no address.
static int parse(const char *numeric, unsigned char out[16])
{
    if (inet_pton(AF_INET, numeric, out) == 1) {
        return 4;
    }
    if (inet_pton(AF_INET6, numeric, out) != 1) {
        return 0;
    }
    if (has(&mapped, out)) {
        memmove(out, out + 12, 4);
        return 4;
    }
    return 16;
}

bool reach_is_public(const char *numeric)
{
    unsigned char address[16] = {0};
    switch (parse(numeric, address)) {
    case 4:
        return !any_has(closed_v4, COUNT_OF(closed_v4), address);
    case 16:
        return has(&open_v6, address) && !any_has(closed_v6, COUNT_OF(closed_v6), address);
    default:
        return false;
    }
}

bool reach_is_loopback(const char *numeric)
{
    static const unsigned char loopback[16] = {[15] = 1};
    unsigned char address[16] = {0};
    int len = parse(numeric, address);
    return len == 4 ? address[0] == 127 : len == 16 && memcmp(address, loopback, 16) == 0;
}
