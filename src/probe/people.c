// people.c: Ada, Bob and Cyd. Ada's first address sorts behind everybody's, her primary one before.
// SPDX-License-Identifier: Apache-2.0
#include "probe/people.h"

static const struct check_step people[] = {
    {
        .method = "POST",
        .path = "/Users",
        .body = "{" USER(
            "$run-pada") ","
                         "\"externalId\":\"$run-pada-x\",\"displayName\":\"$run Ada\","
                         "\"title\":\"$run Boss\",\"active\":true,"
                         "\"name\":{\"givenName\":\"Ada\",\"familyName\":\"Zeta\"},"
                         "\"emails\":[{\"value\":\"$run-z@work.example\",\"type\":\"work\"},"
                         "{\"value\":\"$run-m@home.example\",\"type\":\"home\",\"primary\":true}]}",
        .status = "201",
        .prepares = true,
    },
    {
        .method = "POST",
        .path = "/Users",
        .body = "{" USER(
            "$run-pbob") ","
                         "\"externalId\":\"$run-pbob-x\",\"displayName\":\"$run "
                         "bob\",\"active\":false,"
                         "\"name\":{\"givenName\":\"Bob\",\"familyName\":\"Yota\"},"
                         "\"emails\":[{\"value\":\"$run-n@home.example\",\"type\":\"home\"}]}",
        .status = "201",
        .prepares = true,
    },
    {
        .method = "POST",
        .path = "/Users",
        .body = "{" USER(
            "$run-pcyd") ","
                         "\"externalId\":\"$run-pcyd-x\",\"displayName\":\"$run Cyd\","
                         "\"title\":\"$run Clerk\",\"active\":true,"
                         "\"name\":{\"givenName\":\"Cyd\",\"familyName\":\"Xeno\"},"
                         "\"emails\":[{\"value\":\"$run-o@work.example\",\"type\":\"work\","
                         "\"primary\":true}]}",
        .status = "201",
        .prepares = true,
    },
};

bool people_make(struct probe *probe)
{
    bool made = !probe->people_failed;
    if (!made) {
        return probe_skip(probe, "the users that queries are tried on could not be made");
    }
    for (size_t i = 0; i < COUNT_OF(people) && made && !probe->people; i++) {
        size_t first = probe->made_count;
        made = probe_step(probe, &people[i]);
        for (size_t at = first; at < probe->made_count; at++) {
            probe->made[at].shared = made;
        }
    }
    probe->people = made;
    probe->people_failed = !made;
    // $id1 and so on belong to the check.
    probe->id_count = 0;
    return made;
}
