// media.c: which media types are offered and taken.
// SPDX-License-Identifier: Apache-2.0
#include "server/media.h"

#include "scim/quirks.h"

// "q=0", "q=0.", "q=0.000" and the like: not acceptable.
static bool is_refused(str parameters)
{
    str one = {0};
    bool more = parameters.len > 0;
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

// What an Accept header says of one of our types: the most specific range decides (RFC 9110
// section 12.5.1).
struct offer {
    str name;
    int rank;  // of the range that decided so far: 0 none, 1 */*, 2 application/*, 3 itself
    bool accepted;
};

static int rank_of(str range, str name)
{
    if (str_equal(range, STR("*/*"))) {
        return 1;
    }
    if (str_equal_nocase(range, STR("application/*"))) {
        return 2;
    }
    return str_equal_nocase(range, name) ? 3 : 0;
}

static void weigh(struct offer *offer, str range, bool accepted)
{
    int rank = rank_of(range, offer->name);
    if (rank > offer->rank) {
        offer->rank = rank;
        offer->accepted = accepted;
    }
}

enum media media_negotiate(str accept, struct roster_quirks *quirks)
{
    struct offer scim = {.name = media_name(MEDIA_SCIM)};
    struct offer json = {.name = media_name(MEDIA_JSON)};
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
        weigh(&scim, str_trim(name), !is_refused(parameters));
        weigh(&json, str_trim(name), !is_refused(parameters));
    }
    if (scim.accepted) {
        return MEDIA_SCIM;
    }
    if (json.accepted) {
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
