# SPDX-License-Identifier: Apache-2.0
"""Groups that are too large to be answered from memory, and clients that read them slowly or not at all."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from expect import add_members, group, made, members, patch, total, user
from wire import Wire, bearer, connected, head

COUNT = 1200  # a loop thread reads up to 1,000 members itself; what is larger is streamed


@pytest.fixture(scope="module")
def tenant(server):
    """Whose groups are filled and emptied at once, which the guard would hold."""
    tenant = server.tenant()
    server.tell("tenant", "set", tenant.name, "guard=off")
    return tenant


@pytest.fixture(scope="module")
def everybody(tenant):
    """Ids of many people."""

    def create(number):
        with tenant.client() as http:
            return [made(http.post("/Users", json=user(f"p{number}-{i}"))) for i in range(COUNT // 12)]

    with ThreadPoolExecutor(12) as pool:
        return sorted(one for some in pool.map(create, range(12)) for one in some)


@pytest.fixture(scope="module")
def crowd(tenant, everybody):
    """A group that they were all put into by one PATCH."""
    with tenant.client() as http:
        crowd = made(http.post("/Groups", json=group("Crowd")))
        assert http.patch(f"/Groups/{crowd}", json=add_members(*everybody)).status_code == 204
    return crowd


def test_a_large_group_is_answered_whole(client, crowd, everybody):
    assert members(client, crowd) == everybody
    listed = client.get("/Groups", params={"filter": 'displayName eq "Crowd"'}).json()["Resources"]
    assert sorted(one["value"] for one in listed[0]["members"]) == everybody


def test_a_large_group_without_members_is_small(client, crowd):
    response = client.get(f"/Groups/{crowd}?excludedAttributes=members")
    assert response.status_code == 200 and len(response.content) < 2000


def test_each_member_knows_the_large_group(client, crowd, everybody):
    page = client.get("/Users", params={"filter": f'groups.value eq "{crowd}"', "count": 0})
    assert total(page) == COUNT
    assert client.get(f"/Users/{everybody[-1]}").json()["groups"][0]["value"] == crowd


def test_a_page_has_at_most_as_many_as_the_configuration_says(client, everybody):
    largest = client.get("/ServiceProviderConfig").json()["filter"]["maxResults"]
    page = client.get("/Users", params={"count": COUNT}).json()
    assert page["totalResults"] == COUNT and page["itemsPerPage"] == len(page["Resources"]) == largest < COUNT


def test_members_leave_one_by_one_and_together(client, everybody):
    leavers = made(client.post("/Groups", json=group("Leavers", *everybody)))
    some = [{"value": one} for one in everybody[:700]]
    change = patch({"op": "remove", "path": "members", "value": some})
    assert client.patch(f"/Groups/{leavers}", json=change).status_code == 204
    assert members(client, leavers) == everybody[700:]
    assert client.put(f"/Groups/{leavers}", json=group("Leavers", *everybody[600:])).status_code == 200
    assert members(client, leavers) == everybody[600:]
    assert (
        client.patch(f"/Groups/{leavers}", json=patch({"op": "remove", "path": "members"})).status_code == 204
    )
    assert members(client, leavers) == []


def ask_for(server, tenant, crowd):
    return Wire(server.address).send(head("GET", f"/scim/v2/Groups/{crowd}", bearer(tenant)))


def test_a_slow_reader_gets_the_whole_answer_and_blocks_nobody(server, tenant, client, crowd, everybody):
    slow = ask_for(server, tenant, crowd)
    for number in range(20):
        made(client.post("/Users", json=user(f"meanwhile{number}")))
    assert client.delete(f"/Groups/{made(client.post('/Groups', json=group('Short')))}").status_code == 204
    seen = json.loads(slow.reply().text)
    slow.close()
    assert sorted(one["value"] for one in seen["members"]) == everybody


def test_readers_that_go_away_in_the_middle_leave_nothing_behind(server, tenant, client, crowd, everybody):
    for _ in range(60):
        wire = ask_for(server, tenant, crowd)
        wire.socket.recv(100)
        wire.close()
    assert members(client, crowd) == everybody


def test_many_readers_of_a_large_group_are_all_answered_or_told_to_come_back(
    server, tenant, client, crowd, everybody
):
    wires = [ask_for(server, tenant, crowd) for _ in range(40)]
    replies = [wire.reply() for wire in wires]
    for wire in wires:
        wire.close()
    assert {reply.status for reply in replies} <= {200, 503}
    for reply in replies:
        if reply.status == 200:
            assert len(json.loads(reply.text)["members"]) == COUNT
        else:
            assert int(reply.headers["retry-after"]) >= 1
    assert members(client, crowd) == everybody


def test_head_of_a_large_group_has_no_body(server, tenant, crowd):
    with connected(server) as wire:
        seen = wire.send(head("HEAD", f"/scim/v2/Groups/{crowd}", bearer(tenant))).reply("HEAD")
        assert seen.status == 200, seen
        if seen.headers.get("connection", "").lower() == "close":
            assert wire.closed()
        else:
            assert wire.send(head("GET", "/healthz")).reply().status == 200


def test_deleting_people_shrinks_the_large_group(client, everybody):
    doomed = [made(client.post("/Users", json=user(f"doomed{number}"))) for number in range(5)]
    mixed = made(client.post("/Groups", json=group("Mixed", *everybody, *doomed)))
    for one in doomed:
        assert client.delete(f"/Users/{one}").status_code == 204
    assert members(client, mixed) == everybody
    assert client.delete(f"/Groups/{mixed}").status_code == 204
    assert "Mixed" not in client.get(f"/Users/{everybody[0]}").text
