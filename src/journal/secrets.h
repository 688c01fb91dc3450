// journal/secrets.h: whether a text speaks of a secret.
// SPDX-License-Identifier: Apache-2.0
#ifndef JOURNAL_SECRETS_H
#define JOURNAL_SECRETS_H

#include "journal/redact.h"

// A name as it stands before a value: "password", "urn:…:User:password", "vault.code". `context` is
// the name or path of what it stands in; empty: nothing.
bool secrets_name(const struct secrets *secrets, str name, str context);
// A text that is a value: not a bare name, and a secret attribute is named in it.
bool secrets_value(const struct secrets *secrets, str text);
// A path or filter, where names stand outside of quotes.
bool secrets_expression(const struct secrets *secrets, str text);
// A sentence of ours about a request. One that begins with a name and goes on in our words only
// says nothing but the name; any other that names a secret may quote what stood beside it.
bool secrets_sentence(const struct secrets *secrets, str text);
// Whether nothing that any of these look for stands anywhere in a text, JSON or not. One pass, so
// that what most texts are is found out for little; false says nothing.
bool secrets_absent(const struct secrets *secrets, str text);
// The same of the query of a URL, encoded.
bool secrets_absent_from_query(const struct secrets *secrets, str query);
// Whether all of it may be part of a list of attribute paths.
bool secrets_is_plain(str text);
// The same for a path of a URL: names and ids between slashes.
bool secrets_is_plain_path(str path);
// The same, and that there is no token in it.
bool secrets_absent_from_path(str path);
// Whether it holds a token of ours, or one that an issuer signed.
bool secrets_token(str text);

#endif
