// address.c: addresses, URLs and host names.
// SPDX-License-Identifier: Apache-2.0
#include "cli/address.h"

#include "base/limits.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

enum { DOMAIN_MAX = 253, LABEL_LEN_MAX = 63, PORT_MAX = 65535 };

static bool host_to_text(str text, char out[INET6_ADDRSTRLEN], bool *ipv6)
{
    char host[INET6_ADDRSTRLEN] = "";
    struct in6_addr address;
    if (text.len == 0 || text.len >= sizeof(host)) {
        return false;
    }
    memcpy(host, text.ptr, text.len);
    *ipv6 = memchr(host, ':', text.len) != NULL;
    int family = *ipv6 ? AF_INET6 : AF_INET;
    return inet_pton(family, host, &address) == 1 &&
           inet_ntop(family, &address, out, INET6_ADDRSTRLEN) != NULL;
}

bool address_parse_host(str text, char out[INET6_ADDRSTRLEN], struct roster_error *err)
{
    bool ipv6 = false;
    return host_to_text(text, out, &ipv6) ||
           fail(err, ROSTER_ERR_INVALID_VALUE, 0, "\"%.*s\" is no numeric address",
                STR_ARGS(str_head(text, text.len < 60 ? text.len : 60)));
}

static bool port_of(str text, uint16_t *out)
{
    int64_t port = 0;
    if (text.len == 0 || text.len > 5 || text.ptr[0] == '+' || text.ptr[0] == '-' ||
        !str_to_i64(text, &port) || port > PORT_MAX) {
        return false;
    }
    *out = (uint16_t)port;
    return true;
}

// Splits "[::1]:8080" and "127.0.0.1:8080". IPv6 needs its brackets, so that its port is no guess.
static bool split(str text, str *host, str *port, bool *brackets)
{
    *brackets = text.len > 0 && text.ptr[0] == '[';
    if (!*brackets) {
        return str_cut(text, ':', host, port);
    }
    return str_cut(str_tail(text, 1), ']', host, port) && port->len > 0 && port->ptr[0] == ':' &&
           (*port = str_tail(*port, 1), true);
}

bool address_parse(str text, struct address *out, struct roster_error *err)
{
    str host = {0};
    str port = {0};
    bool brackets = false;
    if (!split(text, &host, &port, &brackets) || !host_to_text(host, out->host, &out->ipv6) ||
        out->ipv6 != brackets || !port_of(port, &out->port)) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "\"%.*s\" is no numeric address with a port: 127.0.0.1:8080, [::1]:8080",
                    STR_ARGS(str_head(text, text.len < 60 ? text.len : 60)));
    }
    return true;
}

bool address_of_socket(int fd, struct address *out)
{
    struct sockaddr_storage storage = {0};
    socklen_t len = sizeof(storage);
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)&storage;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&storage;
    if (getsockname(fd, (struct sockaddr *)&storage, &len) != 0 ||
        (storage.ss_family != AF_INET && storage.ss_family != AF_INET6)) {
        return false;
    }
    out->ipv6 = storage.ss_family == AF_INET6;
    out->port = ntohs(out->ipv6 ? v6->sin6_port : v4->sin_port);
    const void *host = out->ipv6 ? (const void *)&v6->sin6_addr : (const void *)&v4->sin_addr;
    return inet_ntop(storage.ss_family, host, out->host, sizeof(out->host)) != NULL;
}

bool address_is_loopback(const struct address *address)
{
    struct in6_addr v6;
    struct in_addr v4;
    if (!address->ipv6) {
        return inet_pton(AF_INET, address->host, &v4) == 1 && ntohl(v4.s_addr) >> 24 == 127;
    }
    return inet_pton(AF_INET6, address->host, &v6) == 1 &&
           (IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127));
}

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_label(str label)
{
    if (label.len == 0 || label.len > LABEL_LEN_MAX || label.ptr[0] == '-' ||
        label.ptr[label.len - 1] == '-') {
        return false;
    }
    for (size_t at = 0; at < label.len; at++) {
        if (!is_alnum(label.ptr[at]) && label.ptr[at] != '-') {
            return false;
        }
    }
    return true;
}

static bool is_domain(str text)
{
    if (text.len == 0 || text.len > DOMAIN_MAX) {
        return false;
    }
    for (bool more = true; more;) {
        str label = {0};
        more = str_cut(text, '.', &label, &text);
        if (!is_label(label)) {
            return false;
        }
    }
    return true;
}

bool domain_check(str text, struct roster_error *err)
{
    return is_domain(text) ||
           fail(err, ROSTER_ERR_INVALID_VALUE, 0, "\"%.*s\" is no host name: scim.example.com",
                STR_ARGS(str_head(text, text.len < 60 ? text.len : 60)));
}

// Unreserved characters and slashes: what a base URL that others append to can be made of.
static bool is_url_path(str path)
{
    static const char also[] = {'-', '.', '_', '~', '/'};
    for (size_t at = 0; at < path.len; at++) {
        char c = path.ptr[at];
        if (!is_alnum(c) && memchr(also, c, sizeof(also)) == NULL) {
            return false;
        }
    }
    return true;
}

static bool is_authority(str text)
{
    struct address address;
    struct roster_error ignored = {0};
    str host = {0};
    str port = {0};
    uint16_t number = 0;
    if (text.len > 0 && text.ptr[0] == '[') {
        char only[INET6_ADDRSTRLEN];
        return text.ptr[text.len - 1] == ']'
                   ? address_parse_host((str){text.ptr + 1, text.len - 2}, only, &ignored)
                   : address_parse(text, &address, &ignored);
    }
    bool has_port = str_cut(text, ':', &host, &port);
    return is_domain(host) && (!has_port || port_of(port, &number));
}

bool url_check(str text, str *out, struct roster_error *err)
{
    str authority = {0};
    str path = {0};
    bool https = str_starts_nocase(text, STR("https://"));
    if (!https && !str_starts_nocase(text, STR("http://"))) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "a public URL begins with https:// or http://");
    }
    str rest = str_tail(text, https ? sizeof("https://") - 1 : sizeof("http://") - 1);
    str_cut(rest, '/', &authority, &path);
    if (text.len > URL_TEXT_MAX || !is_authority(authority) || !is_url_path(path)) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "\"%.*s\" is no base URL: https://id.example.com, without user, query and "
                    "fragment",
                    STR_ARGS(str_head(text, text.len < 100 ? text.len : 100)));
    }
    while (text.ptr[text.len - 1] == '/') {
        text.len--;
    }
    *out = text;
    return true;
}
