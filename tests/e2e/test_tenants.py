# SPDX-License-Identifier: Apache-2.0
"""No tenant sees, changes or guesses another's data, by any route; nor does one source another's externalId."""

import pytest

from daemon import Daemon
from expect import ENTERPRISE, SEARCH, add_members, group, made, members, patch, refused, total, user
from wire import bearer, connected, head

DOMAIN = "roster.example"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    daemon = Daemon(tmp_path_factory.mktemp("server"), "--domain", DOMAIN).start()
    yield daemon
    daemon.stop()


@pytest.fixture
def mine(server):
    tenant = server.tenant()
    with tenant.client() as http:
        http.tenant = tenant
        yield http


@pytest.fixture
def theirs(server):
    tenant = server.tenant()
    with tenant.client() as http:
        http.tenant = tenant
        yield http


@pytest.fixture
def person(mine):
    return made(
        mine.post(
            "/Users",
            json=user(
                "ada", externalId="e1", displayName="Ada", emails=[{"value": "ada@x.example", "type": "work"}]
            ),
        )
    )


@pytest.fixture
def team(mine, person):
    return made(mine.post("/Groups", json=group("Team", person, externalId="g1")))


def test_reading_an_id_of_another_tenant_is_404(theirs, person, team):
    for path in (f"/Users/{person}", f"/Groups/{team}", f"/Groups/{person}", f"/Users/{team}"):
        refused(theirs.get(path), 404)
        assert theirs.head(path).status_code == 404


def test_the_answer_for_a_foreign_id_is_that_for_an_unknown_id(theirs, person):
    unknown = person[:-4] + ("0000" if person[-4:] != "0000" else "1111")
    foreign, none = theirs.get(f"/Users/{person}"), theirs.get(f"/Users/{unknown}")
    assert foreign.text.replace(person, "ID") == none.text.replace(unknown, "ID")


def test_writing_an_id_of_another_tenant_is_404_and_changes_nothing(mine, theirs, person, team):
    before = [mine.get(f"/Users/{person}").text, mine.get(f"/Groups/{team}").text]
    change = patch({"op": "replace", "path": "displayName", "value": "taken"})
    for path, body in ((f"/Users/{person}", user("ada2")), (f"/Groups/{team}", group("Taken"))):
        refused(theirs.put(path, json=body), 404)
        refused(theirs.patch(path, json=change), 404)
        refused(theirs.delete(path), 404)
    refused(theirs.put(f"/Users/{person}", json=user("ada"), headers={"If-Match": "*"}), 404)
    assert before == [mine.get(f"/Users/{person}").text, mine.get(f"/Groups/{team}").text]


FOREIGN_FILTERS = [
    'id eq "{person}"',
    'userName eq "ada"',
    'externalId eq "e1"',
    "userName pr",
    'displayName co "d"',
    'emails.value eq "ada@x.example"',
    'groups.value eq "{team}"',
    'not (userName eq "nobody")',
    "meta.created pr",
    'id eq "{person}" or userName pr',
]


@pytest.mark.parametrize("text", FOREIGN_FILTERS)
def test_a_filter_finds_nobody_of_another_tenant(mine, theirs, person, team, text):
    text = text.format(person=person, team=team)
    assert total(theirs.get("/Users", params={"filter": text})) == 0
    assert total(theirs.post("/Users/.search", json={"schemas": [SEARCH], "filter": text})) == 0
    assert total(mine.get("/Users", params={"filter": text})) == 1


def test_lists_and_searches_at_the_base_stay_inside_the_tenant(theirs, person, team):
    for path in (
        "/Users",
        "/Groups",
        "/?filter=meta.created%20pr",
        "/Users?sortBy=userName",
        "/Users?startIndex=1&count=200",
    ):
        assert total(theirs.get(path)) == 0
    assert total(theirs.post("/.search", json={"schemas": [SEARCH], "filter": f'id eq "{person}"'})) == 0


def test_members_of_another_tenant_are_not_found_by_filter(theirs, person, team):
    assert total(theirs.get("/Groups", params={"filter": f'members.value eq "{person}"'})) == 0
    assert total(theirs.get("/Groups", params={"filter": f'members[value eq "{person}"]'})) == 0


def test_a_person_of_another_tenant_cannot_become_a_member(mine, theirs, person):
    own = made(theirs.post("/Users", json=user("own")))
    crowd = made(theirs.post("/Groups", json=group("Crowd")))
    assert theirs.patch(f"/Groups/{crowd}", json=add_members(person, own)).status_code == 204
    assert members(theirs, crowd) == [own]
    assert theirs.put(f"/Groups/{crowd}", json=group("Crowd", person)).status_code == 200
    assert members(theirs, crowd) == []
    assert "groups" not in mine.get(f"/Users/{person}").json()


def test_a_strict_tenant_refuses_a_member_of_another(server, person):
    with server.tenant(profile="rfc").client() as strict:
        refused(strict.post("/Groups", json=group("Crowd", person)), 400, "invalidValue")
        assert total(strict.get("/Groups")) == 0


def test_a_group_of_another_tenant_cannot_be_nested(theirs, team):
    crowd = made(theirs.post("/Groups", json=group("Crowd", team)))
    assert members(theirs, crowd) == []


def test_a_manager_of_another_tenant_is_never_looked_up(theirs, person):
    boss = {ENTERPRISE: {"manager": {"value": person}}}
    minion = made(
        theirs.post(
            "/Users",
            json=user("minion", schemas=["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE], **boss),
        )
    )
    manager = theirs.get(f"/Users/{minion}").json()[ENTERPRISE]["manager"]
    assert manager["value"] == person and "displayName" not in manager


def test_a_version_of_another_tenant_is_no_hint(mine, theirs, person):
    tag = mine.get(f"/Users/{person}").headers["etag"]
    refused(theirs.get(f"/Users/{person}", headers={"If-None-Match": tag}), 404)
    refused(theirs.delete(f"/Users/{person}", headers={"If-Match": tag}), 404)


def test_names_are_unique_only_within_a_tenant(mine, theirs, person, team):
    made(theirs.post("/Users", json=user("ada", externalId="e1")))
    made(theirs.post("/Groups", json=group("Team", externalId="g1")))
    refused(mine.post("/Users", json=user("ADA")), 409, "uniqueness")


def prefixed(tenant, token=None):
    return tenant.client(token=token, prefix=f"/t/{tenant.name}/scim/v2")


def test_the_path_may_name_the_tenant_and_locations_keep_it(mine, person):
    with prefixed(mine.tenant) as http:
        seen = http.get(f"/Users/{person}")
        assert seen.status_code == 200
        assert seen.json()["meta"]["location"].endswith(f"/t/{mine.tenant.name}/scim/v2/Users/{person}")
        location = http.post("/Users", json=user("pathed")).headers["location"]
        assert location.startswith(str(http.base_url).rstrip("/") + "/Users/")


def test_a_path_of_a_tenant_with_the_token_of_another_is_401(mine, theirs, person):
    with prefixed(mine.tenant, token=theirs.tenant.token) as http:
        refused(http.get(f"/Users/{person}"), 401)
        refused(http.get("/Users"), 401)
        refused(http.post("/Users", json=user("intruder")), 401)
        refused(http.delete(f"/Users/{person}"), 401)
    assert total(mine.get("/Users")) == 1


def test_an_unknown_tenant_in_the_path_is_401_as_well(server, theirs):
    with theirs.tenant.client(prefix="/t/no-such-tenant/scim/v2") as http:
        refused(http.get("/Users"), 401)


@pytest.mark.parametrize("name", ["T1", "a.b", "a_b", "x" * 64, "-%20-", "%74%31%00", ".."])
def test_a_tenant_segment_that_is_no_name_finds_nothing(server, tenant, name):
    with connected(server) as wire:
        reply = wire.send(head("GET", f"/t/{name}/scim/v2/Users", bearer(tenant))).reply()
        assert reply.status in (400, 401, 404)


def by_host(server, tenant, host, target="/scim/v2/Users"):
    with connected(server) as wire:
        return wire.send(head("GET", target, bearer(tenant), host=host)).reply()


def test_the_host_may_name_the_tenant(server, mine, theirs, person):
    assert by_host(server, mine.tenant, f"{mine.tenant.name}.{DOMAIN}").status == 200
    assert by_host(server, mine.tenant, f"{mine.tenant.name.upper()}.{DOMAIN.upper()}:8443").status == 200
    for host in (f"{mine.tenant.name}.{DOMAIN}", f"{mine.tenant.name.upper()}.{DOMAIN}:443"):
        for target in ("/scim/v2/Users", f"/scim/v2/Users/{person}"):
            assert by_host(server, theirs.tenant, host, target).status == 401


def test_a_host_and_a_path_that_disagree_are_refused(server, mine, theirs):
    target = f"/t/{mine.tenant.name}/scim/v2/Users"
    for tenant in (mine.tenant, theirs.tenant):
        assert by_host(server, tenant, f"{theirs.tenant.name}.{DOMAIN}", target).status in (400, 401, 404)


def test_a_host_outside_the_domain_names_nobody(server, mine):
    assert by_host(server, mine.tenant, "somewhere.else.example").status == 200
    assert by_host(server, mine.tenant, f"no-such-tenant.{DOMAIN}").status == 401


def test_a_foreign_host_header_does_not_reach_locations(server, mine, person):
    reply = by_host(server, mine.tenant, "evil.example", f"/scim/v2/Users/{person}")
    assert reply.status == 200 and "evil" not in reply.text and "evil" not in str(reply.headers)


@pytest.fixture
def sources(server, mine):
    """Two clients of one tenant whose tokens belong to different sources."""
    tokens = [server.token(mine.tenant.name, "--source", name) for name in ("hr", "okta")]
    with mine.tenant.client(token=tokens[0]) as hr, mine.tenant.client(token=tokens[1]) as okta:
        yield hr, okta


def by_external_id(client, value, path="/Users"):
    return client.get(path, params={"filter": f'externalId eq "{value}"'}).json()["Resources"]


def test_an_external_id_is_seen_by_its_source_only(sources):
    hr, okta = sources
    person = made(hr.post("/Users", json=user("eve", externalId="x-1")))
    assert hr.get(f"/Users/{person}").json()["externalId"] == "x-1"
    assert "externalId" not in okta.get(f"/Users/{person}").json()
    assert "externalId" not in okta.get("/Users").json()["Resources"][0]
    assert [one["id"] for one in by_external_id(hr, "x-1")] == [person]
    assert by_external_id(okta, "x-1") == []
    assert total(okta.get("/Users", params={"filter": "externalId pr"})) == 0


def test_each_source_keeps_its_own_external_id_of_one_person(sources):
    hr, okta = sources
    person = made(hr.post("/Users", json=user("eve", externalId="x-1")))
    change = patch({"op": "replace", "path": "externalId", "value": "00u7"})
    assert okta.patch(f"/Users/{person}", json=change).json()["externalId"] == "00u7"
    assert hr.get(f"/Users/{person}").json()["externalId"] == "x-1"
    assert okta.put(f"/Users/{person}", json=user("eve", externalId="00u8")).status_code == 200
    assert hr.get(f"/Users/{person}").json()["externalId"] == "x-1"
    assert (
        okta.patch(f"/Users/{person}", json=patch({"op": "remove", "path": "externalId"})).status_code == 200
    )
    assert hr.get(f"/Users/{person}").json()["externalId"] == "x-1"
    assert [one["id"] for one in by_external_id(hr, "x-1")] == [person]


def test_one_source_cannot_take_over_the_person_of_another_by_external_id(sources):
    hr, okta = sources
    victim = made(hr.post("/Users", json=user("victim", externalId="boss")))
    intruder = made(okta.post("/Users", json=user("intruder", externalId="boss")))
    assert [one["id"] for one in by_external_id(hr, "boss")] == [victim]
    assert [one["id"] for one in by_external_id(okta, "boss")] == [intruder]


def test_groups_have_an_external_id_for_each_source_too(sources):
    hr, okta = sources
    crowd = made(hr.post("/Groups", json=group("Crowd", externalId="g-1")))
    assert "externalId" not in okta.get(f"/Groups/{crowd}").json()
    assert by_external_id(okta, "g-1", "/Groups") == []
    assert [one["id"] for one in by_external_id(hr, "g-1", "/Groups")] == [crowd]


def test_tokens_of_one_source_share_its_external_ids(server, mine, sources):
    hr, _ = sources
    person = made(hr.post("/Users", json=user("eve", externalId="x-1")))
    with mine.tenant.client(token=server.token(mine.tenant.name, "--source", "hr")) as rotated:
        assert rotated.get(f"/Users/{person}").json()["externalId"] == "x-1"


def test_a_read_token_reads_and_cannot_write(server, mine, person):
    token = server.token(mine.tenant.name, "--scope", "read")
    with mine.tenant.client(token=token) as reader:
        assert reader.get(f"/Users/{person}").status_code == 200
        assert reader.post("/Users/.search", json={"schemas": [SEARCH]}).status_code == 200
        refused(reader.post("/Users", json=user("no")), 403)
        refused(
            reader.patch(f"/Users/{person}", json=patch({"op": "replace", "path": "title", "value": "x"})),
            403,
        )
        refused(reader.put(f"/Users/{person}", json=user("ada")), 403)
        refused(reader.delete(f"/Users/{person}"), 403)
    assert total(mine.get("/Users")) == 1
