# SPDX-License-Identifier: Apache-2.0
"""What requests and replies agree on beside the resource: media types, conditions, preferences, credentials."""

import itertools

import pytest

from daemon import SCIM
from expect import add_members, group, made, patch, refused, turned_away, user
from wire import connected, head

JSON = "application/json"
TITLE = patch({"op": "replace", "path": "title", "value": "changed"})


@pytest.fixture(scope="module", params=["interop", "rfc"])
def tenant(server, request):
    return server.tenant(profile=request.param)


NUMBERS = itertools.count()


def some_name():
    return f"person.{next(NUMBERS)}"


@pytest.fixture
def person(client):
    return made(client.post("/Users", json=user(some_name())))


# Media types


ACCEPTABLE = {
    SCIM: SCIM,
    JSON: JSON,
    "*/*": SCIM,
    "application/*": SCIM,
    "APPLICATION/SCIM+JSON; charset=utf-8": SCIM,
    f"{JSON}, {SCIM};q=0.1": SCIM,
    f"text/html, {JSON};q=0.1": JSON,
    "text/html, */*;q=0.1": SCIM,
    f"{SCIM};q=0, {JSON}": JSON,
    f"{SCIM};q=0, */*": JSON,
    f"*/*, {SCIM};q=0.000": JSON,
    f"application/*;q=0, {SCIM}": SCIM,
    f"application/*;q=0, {JSON};q=0.5, */*": JSON,
}


@pytest.mark.parametrize("accept,kind", ACCEPTABLE.items(), ids=ACCEPTABLE.keys())
def test_json_is_answered_only_where_scim_json_is_not_acceptable(client, accept, kind):
    response = client.get("/Users?count=0", headers={"Accept": accept})
    assert response.status_code == 200 and response.headers["content-type"] == kind


@pytest.mark.parametrize("accept", ["text/html", "text/*", "*/*;q=0", f"{SCIM};q=0, {JSON};q=0.0", "application/xml"])
def test_nothing_acceptable_is_406_where_the_profile_is_strict(client, tenant, accept, strict):
    response = client.get("/Users?count=0", headers={"Accept": accept})
    if strict:
        refused(response, 406)
    else:
        assert response.status_code == 200 and response.headers["content-type"] == SCIM


@pytest.fixture
def strict(request):
    return request.node.callspec.params["tenant"] == "rfc"


def test_an_error_is_answered_in_the_media_type_that_was_asked_for(client):
    response = client.get("/Users/none", headers={"Accept": JSON})
    assert response.status_code == 404 and response.headers["content-type"] == JSON


def test_a_415_says_which_media_types_are_taken(client):
    response = client.post("/Users", content="<xml/>", headers={"Content-Type": "application/xml"})
    refused(response, 415)
    assert response.headers["accept"] == f"{SCIM}, {JSON}"


# Conditional requests


def tag_of(client, target):
    return client.get(target).headers["etag"]


def test_a_read_whose_if_match_does_not_hold_is_412(client, person):
    target = f"/Users/{person}"
    refused(client.get(target, headers={"If-Match": 'W/"99"'}), 412)
    assert client.head(target, headers={"If-Match": 'W/"99"'}).status_code == 412
    for holds in ("*", tag_of(client, target), f'"99", {tag_of(client, target)}'):
        assert client.get(target, headers={"If-Match": holds}).status_code == 200
    refused(client.get("/Users/none", headers={"If-Match": "*"}), 404)


def test_if_match_is_looked_at_before_if_none_match(client, person):
    target = f"/Users/{person}"
    tag = tag_of(client, target)
    refused(client.get(target, headers={"If-Match": 'W/"99"', "If-None-Match": tag}), 412)
    assert client.get(target, headers={"If-Match": tag, "If-None-Match": tag}).status_code == 304


def test_head_of_a_known_version_is_304(client, person):
    response = client.head(f"/Users/{person}", headers={"If-None-Match": tag_of(client, f"/Users/{person}")})
    assert response.status_code == 304 and response.headers["etag"]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_write_whose_if_none_match_names_the_version_is_412_and_changes_nothing(client, person, method):
    target = f"/Users/{person}"
    tag = tag_of(client, target)
    body = {"PUT": user(some_name(), title="changed"), "PATCH": TITLE}.get(method)
    for condition in ("*", tag, f'"77", {tag}'):
        refused(client.request(method, target, json=body, headers={"If-None-Match": condition}), 412)
    assert tag_of(client, target) == tag
    done = client.request(method, target, json=body, headers={"If-None-Match": '"77"'})
    assert done.status_code in (200, 204)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_a_write_to_what_is_not_there_is_404_whatever_its_conditions(client, method):
    body = {"PUT": user(some_name()), "PATCH": TITLE}.get(method)
    for name in ("If-Match", "If-None-Match"):
        refused(client.request(method, "/Users/none", json=body, headers={name: "*"}), 404)


def test_a_create_a_list_and_a_search_have_no_version_to_compare(client):
    made(client.post("/Users", json=user(some_name()), headers={"If-None-Match": "*"}))
    made(client.post("/Users", json=user(some_name()), headers={"If-Match": 'W/"9"'}))
    for name in ("If-Match", "If-None-Match"):
        response = client.get("/Users?count=0", headers={name: 'W/"9"'})
        assert response.status_code == 200 and "etag" not in response.headers


# Preferences


def test_a_create_that_wants_little_back_gets_its_place_and_version(client):
    response = client.post("/Users", json=user(some_name()), headers={"Prefer": "return=minimal"})
    assert response.status_code == 201 and response.content == b""
    assert response.headers["preference-applied"] == "return=minimal"
    assert client.get(response.headers["location"]).headers["etag"] == response.headers["etag"]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_change_that_wants_little_back_is_204(client, person, method):
    body = user(some_name(), title="changed") if method == "PUT" else TITLE
    response = client.request(method, f"/Users/{person}", json=body, headers={"Prefer": "return=minimal"})
    assert response.status_code == 204 and response.content == b""
    assert response.headers["preference-applied"] == "return=minimal"
    assert response.headers["etag"] == tag_of(client, f"/Users/{person}")
    assert client.get(f"/Users/{person}").json()["title"] == "changed"


def test_a_group_is_answered_whole_to_who_prefers_it(client, person):
    target = "/Groups/" + made(client.post("/Groups", json=group(some_name())))
    response = client.patch(target, json=add_members(person), headers={"Prefer": "return=representation"})
    assert response.status_code == 200 and response.json()["members"][0]["value"] == person
    assert response.headers["preference-applied"] == "return=representation"


PREFERENCES = {
    "RETURN=MINIMAL": "return=minimal",
    'return="minimal"': "return=minimal",
    "respond-async, return = minimal ; x=1": "return=minimal",
    "return=minimal, return=representation": "return=minimal",
    "return=representation, return=minimal": "return=representation",
    "return=everything": None,
    "return": None,
    "wait=10": None,
}


@pytest.mark.parametrize("prefer,applied", PREFERENCES.items(), ids=PREFERENCES.keys())
def test_a_preference_is_applied_or_ignored(client, person, prefer, applied):
    response = client.patch(f"/Users/{person}", json=TITLE, headers={"Prefer": prefer})
    assert response.status_code == (204 if applied == "return=minimal" else 200)
    assert response.headers.get("preference-applied") == applied


@pytest.mark.parametrize("parameter", ["attributes=title", "excludedAttributes=name"])
def test_attributes_that_are_asked_for_win_over_a_preference_for_little(client, person, parameter):
    response = client.patch(f"/Users/{person}?{parameter}", json=TITLE, headers={"Prefer": "return=minimal"})
    assert response.status_code == 200 and response.json()["title"] == "changed"
    assert "preference-applied" not in response.headers


def test_a_refusal_applies_no_preference(client, person):
    response = client.put(f"/Users/{person}", json={}, headers={"Prefer": "return=minimal"})
    refused(response, 400)
    assert "preference-applied" not in response.headers


# Credentials


MALFORMED = ["Bearer", "Bearer a b", "Bearer %%%", "Bearer a,b", "bearer ="]


@pytest.mark.parametrize("authorization", MALFORMED)
def test_a_malformed_bearer_credential_is_400_invalid_request(server, authorization):
    with connected(server) as wire:
        reply = wire.send(head("GET", "/scim/v2/Users", f"Authorization: {authorization}")).reply()
        turned_away(reply, 400)
        assert reply.headers["www-authenticate"] == 'Bearer realm="roster", error="invalid_request"'


@pytest.mark.parametrize("authorization", [None, "Basic eDp5", "Digest username=x"])
def test_a_request_without_a_bearer_credential_is_challenged_without_an_error_code(server, authorization):
    extra = [f"Authorization: {authorization}"] if authorization else []
    with connected(server) as wire:
        reply = wire.send(head("GET", "/scim/v2/Users", *extra)).reply()
        turned_away(reply, 401)
        assert reply.headers["www-authenticate"] == 'Bearer realm="roster"'


def test_an_unknown_token_is_401_invalid_token(client):
    response = client.get("/Users", headers={"Authorization": "Bearer nobodys"})
    refused(response, 401)
    assert response.headers["www-authenticate"] == 'Bearer realm="roster", error="invalid_token"'


def test_a_token_that_may_only_read_is_told_that_its_scope_is_insufficient(server, tenant, person):
    token = server.token(tenant.name, "--scope", "read")
    with tenant.client(token=token) as http:
        for method, target, body in [
            ("POST", "/Users", user(some_name())),
            ("PUT", f"/Users/{person}", user("x")),
            ("PATCH", f"/Users/{person}", TITLE),
            ("DELETE", f"/Users/{person}", None),
        ]:
            response = http.request(method, target, json=body)
            refused(response, 403)
            assert response.headers["www-authenticate"] == 'Bearer realm="roster", error="insufficient_scope"'
        assert http.get(f"/Users/{person}").status_code == 200
        search = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "count": 0}
        assert http.post("/Users/.search", json=search).status_code == 200
