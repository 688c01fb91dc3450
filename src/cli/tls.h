// cli/tls.h: the server's certificate: opened, replaced when its files are, and reported on.
//
// What happens to it stands in the log: tls-certificate with its end, tls-certificate-expires when
// that is near, tls-reload-refused for files that cannot be used. One thread calls all of this.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_TLS_H
#define CLI_TLS_H

#include "http/tls.h"

struct tls_watch {
    struct http_tls *tls;  // NULL: plain HTTP
    int64_t reported_ms;
};

// As http_tls_open; http_tls_close ends it.
MUST_CHECK bool tls_open(struct tls_watch *watch, const char *certificate_path,
                         const char *key_path, struct roster_error *err);
// False: the old one stays, and the log says why.
bool tls_reload(struct tls_watch *watch);
// After the process became another user: warns when that one could not take a renewed certificate.
void tls_rehearse(struct tls_watch *watch);
// To be called now and then: reloads when the files are others than before, and reminds once a day
// of an end that is near.
void tls_look(struct tls_watch *watch);

#endif
