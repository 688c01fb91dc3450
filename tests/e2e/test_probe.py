# SPDX-License-Identifier: Apache-2.0
"""What `roster check` says of the server itself: one case for each check and profile."""

import json

import pytest

from daemon import binary, roster

PROFILES = ("rfc", "interop")
# Where the lenient profile departs from the RFC on purpose, and by which quirk.
DEPARTURES = {
    ("interop", "patch.replace.no-match"): "patch-create-on-no-match",
    ("interop", "patch.refuse.unknown"): "unknown-patch-attribute",
}


def check_ids():
    done = roster("check", "--list", "--json")
    assert done.returncode == 0, f"{binary()}: {done.stderr}"
    return [one["id"] for one in json.loads(done.stdout)["checks"]]


@pytest.fixture(scope="module")
def reports(server):
    """Of each profile: the checks by their ids."""
    found = {}
    for profile in PROFILES:
        tenant = server.tenant(profile=profile)
        done = roster("check", f"{server.url}/scim/v2", "--token", tenant.token, "--json")
        assert done.stdout, done.stderr
        found[profile] = {one["id"]: one for one in json.loads(done.stdout)["checks"]}
    return found


@pytest.mark.parametrize("check", check_ids())
@pytest.mark.parametrize("profile", PROFILES)
def test_the_server_passes_its_own_probe(reports, profile, check):
    one = reports[profile][check]
    if one["verdict"] == "skipped":
        pytest.skip(one["detail"])
    departs = (profile, check) in DEPARTURES
    assert (one["verdict"] == "passed") != departs, f"{one['title']}: {one['sent']} {one['status']}: {one['detail']}"
