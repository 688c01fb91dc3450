// scim/legacy.h: schema URIs of SCIM 1 and of drafts of SCIM 2, as some clients still send them.
// SPDX-License-Identifier: Apache-2.0
#ifndef SCIM_LEGACY_H
#define SCIM_LEGACY_H

#include "scim/path.h"

// Whether the URI is an old name of the base schemas. No quirk is asked.
bool legacy_is_core(str uri);
// The extension that a URI names: its own URI or, under LEGACY_SCHEMAS, an old name of it.
const struct schema *legacy_extension(const struct scope *scope, str uri);
// A path with an old URI in front gets the present one, under the same quirk; others stay.
MUST_CHECK bool legacy_path(const struct scope *scope, str path, str *out);

#endif
