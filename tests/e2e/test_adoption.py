# SPDX-License-Identifier: Apache-2.0
"""A create whose answer was lost and that is sent again (tenant setting adopt-identical)."""

import pytest

from expect import ENTERPRISE, USER, group, made, patch, refused, total, user


@pytest.fixture(params=["interop", "rfc"])
def tenant(server, request):
    tenant = server.tenant(profile=request.param)
    server.do("tenant", "set", tenant.name, "adopt-identical=on")
    return tenant


def person(**more):
    body = user("ana", externalId="e-1", emails=[{"value": "ana@x.example", "type": "work", "primary": True}])
    return {**body, "schemas": [USER, ENTERPRISE], ENTERPRISE: {"department": "x"}, **more}


def test_a_create_that_is_repeated_is_answered_as_the_first_one_was(client):
    first = client.post("/Users", json=person())
    again = client.post("/Users", json=person())
    assert first.status_code == again.status_code == 201
    assert again.json() == first.json()
    for name in ("location", "etag"):
        assert again.headers[name] == first.headers[name]
    assert total(client.get("/Users?count=0")) == 1


def test_the_order_of_members_and_what_is_computed_do_not_matter(client):
    first = made(client.post("/Users", json=person()))
    body = dict(reversed(person(id="mine", meta={"version": "x"}, groups=[]).items()))
    assert made(client.post("/Users", json=body)) == first


DIFFERENT = {
    "another value": {"title": "changed"},
    "another externalId": {"externalId": "e-2"},
    "an attribute less": {"emails": []},
    "another department": {ENTERPRISE: {"department": "y"}},
    "another spelling of the name": {"userName": "Ana"},
}


@pytest.mark.parametrize("change", DIFFERENT.values(), ids=DIFFERENT.keys())
def test_a_create_that_differs_is_a_conflict(client, change):
    made(client.post("/Users", json=person()))
    refused(client.post("/Users", json=person(**change)), 409, "uniqueness")


def test_a_person_that_was_changed_since_is_not_adopted(client):
    first = made(client.post("/Users", json=person()))
    change = patch({"op": "replace", "path": "title", "value": "new"})
    assert client.patch(f"/Users/{first}", json=change).status_code == 200
    refused(client.post("/Users", json=person()), 409, "uniqueness")


def test_a_person_without_an_externalid_is_not_adopted(client):
    body = {name: value for name, value in person().items() if name != "externalId"}
    made(client.post("/Users", json=body))
    refused(client.post("/Users", json=body), 409, "uniqueness")


def test_what_another_source_made_is_not_adopted(server, tenant, client):
    made(client.post("/Users", json=person()))
    with tenant.client(token=server.token(tenant.name, "--source", "other")) as other:
        refused(other.post("/Users", json=person()), 409, "uniqueness")


def test_a_group_is_adopted_with_the_same_members_only(client):
    people = [made(client.post("/Users", json=user(name))) for name in ("a", "b", "c")]
    first = made(client.post("/Groups", json=group("team", *people[:2], externalId="g-1")))
    assert made(client.post("/Groups", json=group("team", *people[1::-1], externalId="g-1"))) == first
    for other in (people, people[:1], people[1:], []):
        response = client.post("/Groups", json=group("team", *other, externalId="g-1"))
        assert response.status_code == 409 or response.json()["id"] != first


def test_a_deleted_person_is_made_anew(client):
    first = made(client.post("/Users", json=person()))
    assert client.delete(f"/Users/{first}").status_code == 204
    assert made(client.post("/Users", json=person())) != first


def test_the_setting_is_off_in_a_new_tenant(server):
    with server.tenant().client() as http:
        made(http.post("/Users", json=person()))
        refused(http.post("/Users", json=person()), 409, "uniqueness")
