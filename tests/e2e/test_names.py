# SPDX-License-Identifier: Apache-2.0
"""User names under PRECIS (RFC 7644 section 5, RFC 8265): which are accepted, and which are the same."""

import json

import pytest

from expect import made, patch, refused, total, user

REFUSED = {
    "a space": "foo bar",
    "a control character": "a\u0007b",
    "a space without break": "a\u00a0b",
    "a Roman numeral": "henry\u2163",
    "a symbol": "\u221e",
    "an emoji": "a\U0001f600",
    "a joiner": "a\u200db",
    "mixed directions": "a\u05d0",
    "an unassigned character": "a\u0378",
}
ACCEPTED = ["juliet@example.com", "fu\u00dfball", "\u03c0", "\u5f20\u4f1f", "\u05d0\u05d1", "\uff21\uff22", "M\u00fcller"]
SAME = {
    "capitals": ("Ana@Example.com", "aNA@eXAMPLE.COM"),
    "wide letters": ("\uff21\uff42", "aB"),
    "sigma": ("\u03a3x", "\u03c3X"),
    "a letter taken apart": ("Zoe\u0308", "ZO\u00cb"),
}
APART = {"sharp s": ("fussball", "fu\u00dfball"), "the last sigma": ("x\u03c3", "x\u03c2"), "a dotless i": ("i1", "\u01311")}


@pytest.fixture(scope="module")
def strict(server):
    with server.tenant(profile="rfc").client() as http:
        yield http


@pytest.fixture(params=["interop", "rfc"])
def people(server, request):
    with server.tenant(profile=request.param).client() as http:
        yield http


def found(client, text):
    response = client.get("/Users", params={"filter": f"userName eq {json.dumps(text)}"})
    assert response.status_code == 200, response.text
    return [one["userName"] for one in response.json()["Resources"]]


@pytest.mark.parametrize("name", REFUSED.values(), ids=REFUSED.keys())
def test_a_name_outside_the_profile_is_refused_where_the_tenant_is_strict(strict, client, name):
    refused(strict.post("/Users", json=user(name)), 400, "invalidValue")
    assert client.post("/Users", json=user(name)).status_code == 201
    assert found(client, name) == [name]


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_name_of_the_profile_is_kept_as_it_was_sent(strict, name):
    response = strict.post("/Users", json=user(name))
    assert response.status_code == 201 and response.json()["userName"] == name
    assert found(strict, name) == [name]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_change_to_a_name_outside_the_profile_is_refused(strict, method):
    person = made(strict.post("/Users", json=user(f"change.{method}")))
    change = patch({"op": "replace", "path": "userName", "value": "with space"})
    body = change if method == "PATCH" else user("with space")
    refused(strict.request(method, f"/Users/{person}", json=body), 400, "invalidValue")
    assert strict.get(f"/Users/{person}").json()["userName"] == f"change.{method}"


@pytest.mark.parametrize("one,other", SAME.values(), ids=SAME.keys())
def test_names_that_the_profile_makes_equal_are_taken_once_and_found_by_both(people, one, other):
    made(people.post("/Users", json=user(one)))
    refused(people.post("/Users", json=user(other)), 409, "uniqueness")
    assert found(people, one) == found(people, other) == [one]
    start = other[:1]
    assert total(people.get("/Users", params={"filter": f'userName sw "{start}"'})) == 1


@pytest.mark.parametrize("one,other", APART.values(), ids=APART.keys())
def test_names_that_the_profile_keeps_apart_are_two_people(people, one, other):
    for name in (one, other):
        made(people.post("/Users", json=user(name)))
    assert found(people, one) == [one] and found(people, other) == [other]


def test_names_stay_what_they_are_when_the_profile_is_switched(server):
    tenant = server.tenant()
    names = ["with space", "\uff21\uff42", "fu\u00dfball", "fussball", "plain"]
    with tenant.client() as http:
        people = {name: made(http.post("/Users", json=user(name))) for name in names}
        for setting in ("profile=rfc", "username-any-text=on", "username-any-text=off", "profile=interop"):
            server.do("tenant", "set", tenant.name, setting)
            for name in names:
                assert found(http, name) == [name], (setting, name)
            refused(http.post("/Users", json=user("AB")), 409, "uniqueness")
            refused(http.post("/Users", json=user("FU\u00dfBALL")), 409, "uniqueness")
            ordered = http.get("/Users?sortBy=userName").json()["Resources"]
            assert [one["userName"] for one in ordered] == ["\uff21\uff42", "fussball", "fu\u00dfball", "plain", "with space"]
            title = patch({"op": "replace", "path": "title", "value": setting})
            assert http.patch(f"/Users/{people['with space']}", json=title).status_code == 200
        server.do("tenant", "set", tenant.name, "profile=rfc")
        refused(http.put(f"/Users/{people['with space']}", json=user("with space")), 400, "invalidValue")
