// areas.c: the areas in the order in which they run.
// SPDX-License-Identifier: Apache-2.0
#include "probe/check.h"

const struct check *const probe_areas[] = {
    discovery_checks,     create_checks, read_checks,   error_checks,
    filter_checks,        sort_checks,   page_checks,   cursor_checks,
    projection_checks,    put_checks,    patch_checks,  patch_list_checks,
    patch_refusal_checks, group_checks,  delete_checks, etag_checks,
    bulk_checks,          NULL,
};
