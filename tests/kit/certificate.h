// tests/kit/certificate.h: a client certificate, signed by itself; nobody has its key any more.
// SPDX-License-Identifier: Apache-2.0
#ifndef KIT_CERTIFICATE_H
#define KIT_CERTIFICATE_H

#include <stdint.h>

static const char certificate_pem[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBSTCB8QIUCKIMge2t+/IW0VlZRP+TyqYRE18wCgYIKoZIzj0EAwIwKDESMBAG\n"
    "A1UEAwwJZMOpasOgIHZ1MRIwEAYDVQQKDAlBY21lLCBJbmMwHhcNMjYwMTAxMDAw\n"
    "MDAwWhcNNDkxMjMxMjM1OTU5WjAoMRIwEAYDVQQDDAlkw6lqw6AgdnUxEjAQBgNV\n"
    "BAoMCUFjbWUsIEluYzBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABIFvDOpCVXqu\n"
    "F4hSTz/DlP7hwdWUA0OxIveRYVTGP8V9tVlunwVImy46Obei8Ylhl7dvi3a1Ai+6\n"
    "6cLIqsl6+LwwCgYIKoZIzj0EAwIDRwAwRAIgF7VBqpAbVvqeVDWt70E37O9f3bF+\n"
    "LHcykp3q73K1jQsCIBZxDBiApAlkyQYDSpMjCDHQ6KZQL6ThJdf52BhCdsXN\n"
    "-----END CERTIFICATE-----\n";
// What openssl says of it: `openssl dgst -sha256 -binary`, in base64url; and its times.
static const char certificate_thumbprint[] = "upfKxxUZCj4zW-QwN6iZF8O5AF6pYlqwSYaiav-LDh0";
static const int64_t certificate_begins_ms = INT64_C(1767225600000);  // 2026-01-01T00:00:00Z
static const int64_t certificate_ends_ms = INT64_C(2524607999000);    // 2049-12-31T23:59:59Z

#endif
