// media.c: which media types are offered and taken.
// SPDX-License-Identifier: Apache-2.0
#include "server/media.h"

#include "scim/quirks.h"

// "q=0", "q=0.", "q=0.000" and the like: not acceptable.
static bool is_refused(str parameters)
{
    str one = {0};
    bool more = true;
    while (more) {
        more = str_cut(parameters, ';', &one, &parameters);
        one = str_trim(one);
        if (!str_starts_nocase(one, STR("q="))) {
            continue;
        }
        for (size_t at = 2; at < one.len; at++) {
            if (one.ptr[at] != '0' && one.ptr[at] != '.') {
                return false;
            }
        }
        return true;
    }
    return false;
}

enum media media_negotiate(str accept, struct roster_quirks *quirks)
{
    bool json = false;
    str range = {0};
    bool more = accept.len > 0;
    if (!more) {
        return MEDIA_SCIM;
    }
    while (more) {
        str name = {0};
        str parameters = {0};
        more = str_cut(accept, ',', &range, &accept);
        str_cut(range, ';', &name, &parameters);
        name = str_trim(name);
        if (is_refused(parameters)) {
            continue;
        }
        if (str_equal(name, STR("*/*")) || str_equal_nocase(name, STR("application/*")) ||
            str_equal_nocase(name, STR("application/scim+json"))) {
            return MEDIA_SCIM;
        }
        json |= str_equal_nocase(name, STR("application/json"));
    }
    if (json) {
        return MEDIA_JSON;
    }
    return quirk_take(quirks, ROSTER_QUIRK_ACCEPT_ANYTHING) ? MEDIA_SCIM : MEDIA_NONE;
}

bool media_is_taken(str content_type, struct roster_quirks *quirks)
{
    str name = {0};
    str parameters = {0};
    str_cut(content_type, ';', &name, &parameters);
    name = str_trim(name);
    if (name.len == 0 || str_equal_nocase(name, STR("application/scim+json")) ||
        str_equal_nocase(name, STR("application/json"))) {
        return true;
    }
    return str_equal_nocase(name, STR("text/json")) &&
           quirk_take(quirks, ROSTER_QUIRK_ACCEPT_ANYTHING);
}

str media_name(enum media media)
{
    return media == MEDIA_JSON ? STR("application/json") : STR("application/scim+json");
}
