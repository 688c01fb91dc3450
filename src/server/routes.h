// server/routes.h: which method on which endpoint does what.
//
// A row holds everything that must be right before its function runs, so that no handler can
// forget it.
// SPDX-License-Identifier: Apache-2.0
#ifndef SERVER_ROUTES_H
#define SERVER_ROUTES_H

#include "server/app.h"

enum route_flag {
    ROUTE_ANONYMOUS = 1,    // answered without a credential
    ROUTE_BODY = 2,         // a JSON body is needed
    ROUTE_WRITES = 4,       // needs a credential that may write
    ROUTE_ME = 32,          // of the user that the credential acts for
    ROUTE_UNREAD = 16,      // its body is read elsewhere: it may be large
    ROUTE_UNSUPPORTED = 8,  // 501: known, and chosen not to be offered
};

struct route {
    unsigned flags;
    enum step (*run)(struct lane *lane, struct pending *pending, const struct roster_json *body);
};

enum route_outcome {
    ROUTE_FOUND,
    ROUTE_NO_PATTERN,  // 404
    ROUTE_NO_METHOD,   // 405
};

// Fills pending->route, type and id. HEAD finds the row of GET.
enum route_outcome route_find(struct pending *pending);
// The methods of the pattern that the target matches: "GET, HEAD, POST".
str route_allow(const struct target *target, struct pending *pending);

#endif
