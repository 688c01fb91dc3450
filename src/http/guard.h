// http/guard.h: which heads of requests are refused before anybody acts on them.
//
// Two servers in a row must never disagree about where a request ends or what it asks for. So
// whatever has two readings is refused with 400 and the connection is closed:
//
//   target      not in origin form ("/..."), over HTTP_TARGET_MAX (414), control characters,
//               spaces or '#', in the path a bad escape or %00
//   version     anything but HTTP/1.x
//   names       not a token (RFC 9110 section 5.6.2), such as "Foo " or the empty name
//   values      control characters but the tab
//   framing     a second Content-Length, even an equal one; any Transfer-Encoding but the one
//               field "chunked", or in HTTP/1.0; both together
//   Host        missing in HTTP/1.1, repeated, or with characters no host has
//   lines       folded over two lines, ended by a bare LF, with a NUL (see guard_lines)
//   number      more than HTTP_HEADERS_MAX fields (431)
//
// libmicrohttpd refuses some before this code runs, with a line of HTML of its own, and closes:
//
//   400  no colon in a line, a malformed Content-Length, a malformed chunk, a malformed version;
//        from 1.0 on an extension of a chunk, too, which RFC 9112 section 7.1.1 has ignored
//   413  a Content-Length or chunk size over 64 bits
//   414  a request line longer than the memory of the connection
//   431  fields longer than the memory of the connection
//   505  HTTP/0.9, HTTP/2.0 and later
//   closed without an answer: a request line without spaces
//   closed HTTP_HEAD_S or idle_s later (http.h): a head that does not end
//
// It accepts empty lines before a request, and bare LF in the framing of chunks.
// SPDX-License-Identifier: Apache-2.0
#ifndef HTTP_GUARD_H
#define HTTP_GUARD_H

#include "http/http.h"

struct guard_head {
    str method;
    str target;                         // as sent
    str version;                        // "HTTP/1.1"
    const struct http_header *headers;  // values with the spaces behind them
    size_t header_count;
};

// What a head says about the body behind it.
struct guard_framing {
    bool chunked;
    bool sized;       // there is a Content-Length
    uint64_t length;  // UINT64_MAX: too large to count
};

// Status to refuse with, or 0 when the head is fine and `framing` is filled.
MUST_CHECK int guard_check(const struct guard_head *head, struct guard_framing *framing);

// Whether the slices of `head` lie in `raw` as they do when each line ends in CRLF and no line is
// folded. `raw` is the head in the memory where libmicrohttpd 0.9.75 parsed it in place: the space
// behind method and target, each colon and each byte of line ends have become NUL. Whatever it is
// told, that version joins folded lines, and wrongly ("A: 1\r\n b" becomes "Ab: 1"), and takes bare
// LF; later ones refuse both when they are told to be strict. One thing it cannot tell, because
// both bytes are NUL by then: a NUL beside a bare LF looks like CRLF.
MUST_CHECK bool guard_lines(const struct guard_head *head, str raw);

#endif
