// network.c: addresses and networks.
// SPDX-License-Identifier: Apache-2.0
#include "server/network.h"

#include "base/error.h"

#include <arpa/inet.h>
#include <string.h>

enum { BITS = 128, BITS_V4 = 32 };

static const unsigned char v4_begin[12] = {[10] = 0xff, [11] = 0xff};

static bool is_v4(const struct ip *ip)
{
    return memcmp(ip->bytes, v4_begin, sizeof(v4_begin)) == 0;
}

bool ip_parse(str text, struct ip *out)
{
    char copy[ADDRESS_TEXT_MAX + 1];
    if (text.len == 0 || text.len > ADDRESS_TEXT_MAX || memchr(text.ptr, '\0', text.len) != NULL) {
        return false;
    }
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    memcpy(out->bytes, v4_begin, sizeof(v4_begin));
    return inet_pton(AF_INET, copy, out->bytes + sizeof(v4_begin)) == 1 ||
           inet_pton(AF_INET6, copy, out->bytes) == 1;
}

static size_t count_of(str text, char c)
{
    size_t count = 0;
    for (size_t at = 0; at < text.len; at++) {
        count += text.ptr[at] == c;
    }
    return count;
}

bool ip_parse_hop(str text, struct ip *out)
{
    str rest = {0};
    text = str_trim(text);
    if (text.len > 0 && text.ptr[0] == '[') {
        return str_cut(str_tail(text, 1), ']', &text, &rest) && ip_parse(text, out);
    }
    if (count_of(text, ':') == 1) {
        str_cut(text, ':', &text, &rest);
    }
    return ip_parse(text, out);
}

void ip_print(const struct ip *ip, char out[ADDRESS_TEXT_MAX + 1])
{
    bool v4 = is_v4(ip);
    const char *done =
        inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? ip->bytes + sizeof(v4_begin) : ip->bytes, out,
                  ADDRESS_TEXT_MAX + 1);
    assert(done != NULL);
    (void)done;
}

static bool shares_bits(const struct ip *a, const struct ip *b, int bits)
{
    size_t whole = (size_t)bits / 8;
    int rest = bits % 8;
    unsigned char mask = (unsigned char)(0xff00 >> rest);
    return memcmp(a->bytes, b->bytes, whole) == 0 &&
           (rest == 0 || ((a->bytes[whole] ^ b->bytes[whole]) & mask) == 0);
}

bool network_has(const struct network *network, const struct ip *ip)
{
    return shares_bits(&network->first, ip, network->bits);
}

static bool ends_in_zeros(const struct network *network)
{
    struct network longer = *network;
    for (int bit = network->bits; bit < BITS; bit++) {
        longer.first.bytes[bit / 8] &= (unsigned char)~(0x80 >> bit % 8);
    }
    return shares_bits(&network->first, &longer.first, BITS);
}

bool network_parse(str text, struct network *out, struct roster_error *err)
{
    str address = {0};
    str length = {0};
    int64_t bits = 0;
    str shown = str_head(text, text.len < 60 ? text.len : 60);
    bool has_length = str_cut(text, '/', &address, &length);
    if (!ip_parse(address, &out->first)) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "\"%.*s\" is no numeric address or network",
                    STR_ARGS(shown));
    }
    bool v4 = is_v4(&out->first) && count_of(address, ':') == 0;
    int most = v4 ? BITS_V4 : BITS;
    if (has_length && (!str_to_i64(length, &bits) || bits < 1 || bits > most)) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "\"%.*s\": behind the / is a number from 1 to %d", STR_ARGS(shown), most);
    }
    out->bits = has_length ? (int)bits + BITS - most : BITS;
    return ends_in_zeros(out) ||
           fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                "\"%.*s\": the address goes on behind its %d bits: end it in zeros",
                STR_ARGS(shown), (int)bits);
}
