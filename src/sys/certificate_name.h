// sys/certificate_name.h: names by which a client certificate is known (RFC 8705 section 2.1.2).
//
// A name is declared as text and looked up as text, so both sides are brought into one form.
// Wildcards mean nothing: a certificate for *.example names "*.example", which nobody can declare.
// SPDX-License-Identifier: Apache-2.0
#ifndef SYS_CERTIFICATE_NAME_H
#define SYS_CERTIFICATE_NAME_H

#include "base/limits.h"
#include "sys/sys.h"

enum name_kind { NAME_SUBJECT, NAME_DNS, NAME_URI, NAME_IP, NAME_EMAIL, NAME_KINDS };

struct certificate_name {
    enum name_kind kind;
    str text;
};

// "subject", "san-dns", "san-uri", "san-ip", "san-email".
extern const char *const name_kinds[NAME_KINDS];

// The form of a declared name that certificates are compared with, in the arena. A subject is
// written as in RFC 4514, the most specific part first; letter case counts in its values.
// INVALID_VALUE: it cannot be the whole name of a certificate.
MUST_CHECK bool name_normal(enum name_kind kind, str text, struct roster_arena *arena, str *out,
                            struct roster_error *err);

// The names of the first certificate in `der`, in the same form, as far as they can be declared:
// the subject, then others in their order, CERTIFICATE_NAMES_MAX at most. 0: it has none, or it is
// no certificate.
size_t names_read(str der, struct roster_arena *arena,
                  struct certificate_name names[CERTIFICATE_NAMES_MAX]);

#endif
