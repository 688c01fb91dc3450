# SPDX-License-Identifier: Apache-2.0
"""References: written in every form, answered absolute, found by filters (RFC 7643 sections 2.3.7 and 2.4)."""

import pytest

from expect import ENTERPRISE, GROUP, USER, made, refused, total, user


@pytest.fixture(scope="module", params=["interop", "rfc"])
def tenant(server, request):
    return server.tenant(profile=request.param)


@pytest.fixture(scope="module")
def org(tenant):
    """A boss, a report, and a team of both."""
    with tenant.client() as http:
        boss = made(http.post("/Users", json=user("boss", displayName="The Boss")))
        report = made(http.post("/Users", json=reports_to("report", value=boss)))
        body = {"schemas": [GROUP], "displayName": "team", "members": [{"value": boss}, {"value": report}]}
        return {"boss": boss, "report": report, "team": made(http.post("/Groups", json=body))}


def reports_to(name, **manager):
    return {**user(name), "schemas": [USER, ENTERPRISE], ENTERPRISE: {"manager": manager}}


def found(client, endpoint, text):
    response = client.get(endpoint, params={"filter": text})
    assert response.status_code == 200, response.text
    return [one["id"] for one in response.json()["Resources"]]


FORMS = ["Users/{}", "../Users/{}", "/scim/v2/Users/{}", "{base}/Users/{}", "https://elsewhere.example/v1/Users/{}"]


@pytest.mark.parametrize("form", FORMS)
def test_a_reference_may_be_written_in_every_form_and_is_answered_absolute(client, org, form):
    base = f"{client.base_url}".rstrip("/")
    written = form.format(org["boss"], base=base)
    person = made(client.post("/Users", json=reports_to(f"form.{FORMS.index(form)}", **{"$ref": written})))
    manager = client.get(f"/Users/{person}").json()[ENTERPRISE]["manager"]
    assert manager == {"value": org["boss"], "$ref": f"{base}/Users/{org['boss']}", "displayName": "The Boss"}
    assert client.get(manager["$ref"]).json()["userName"] == "boss"
    assert client.delete(f"/Users/{person}").status_code == 204


@pytest.mark.parametrize("version", ["v2/", "v1/", ""])
def test_members_groups_and_managers_are_found_by_reference_in_any_version(client, org, version):
    base = f"{client.base_url}".rstrip("/").removesuffix("v2") + version
    reference = f"{base}Users/{org['boss']}"
    assert found(client, "/Groups", f'members.$ref eq "{reference}"') == [org["team"]]
    assert found(client, "/Groups", f'members[$ref eq "{reference}" and type eq "User"]') == [org["team"]]
    manager = f"{ENTERPRISE}:manager"
    assert found(client, "/Users", f'{manager}.$ref eq "{reference}"') == [org["report"]]
    team = f"{base}Groups/{org['team']}"
    assert set(found(client, "/Users", f'groups.$ref eq "{team}"')) == {org["boss"], org["report"]}
    assert found(client, "/Groups", f'members.$ref eq "{base}Users/none"') == []


def test_people_are_found_and_sorted_by_the_name_of_their_manager(client, org):
    manager = f"{ENTERPRISE}:manager"
    assert found(client, "/Users", f'{manager}.displayName eq "the boss"') == [org["report"]]
    assert found(client, "/Users", f"{manager}.$ref pr") == [org["report"]]
    ordered = client.get("/Users", params={"sortBy": f"{manager}.displayName"}).json()["Resources"]
    assert ordered[0]["id"] == org["report"]


def test_a_value_and_a_reference_that_disagree_are_refused(client, org):
    members = [{"value": org["boss"], "$ref": f"../Users/{org['report']}"}]
    body = {"schemas": [GROUP], "displayName": "torn", "members": members}
    refused(client.post("/Groups", json=body), 400, "invalidValue")
    assert total(client.get("/Groups", params={"filter": 'displayName eq "torn"'})) == 0
