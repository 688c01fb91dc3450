# SPDX-License-Identifier: Apache-2.0
"""Bulk jobs against the real server: limits, fairness, stopping in the middle, hostile jobs."""

import json
import select
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx

from daemon import Daemon, wait_for
from expect import ENTERPRISE, group, made, members, refused, total, turned_away, user
from wire import Wire, ask, bearer, connected, head, with_body

BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
OPERATIONS = 1000
PAYLOAD = 16 * 1024 * 1024


def job(operations, **more):
    return {"schemas": [BULK], "Operations": list(operations), **more}


def post(number, data, path="/Users"):
    return {"method": "POST", "path": path, "bulkId": f"b{number}", "data": data}


def creates(prefix, count=OPERATIONS, **more):
    return job(post(number, user(f"{prefix}-{number}", **more)) for number in range(count))


def ran(response):
    """The operations of an answer."""
    assert response.status_code == 200, response.text[:500]
    return response.json()["Operations"]


def statuses(response):
    return [one["status"] for one in ran(response)]


def ids(operations):
    return [one["location"].rpartition("/")[2] for one in operations]


def metric(server, name):
    text = httpx.get(f"{server.url}/metrics", trust_env=False).text
    return sum(int(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(name))


def test_a_thousand_creations_are_answered_in_their_order(server, client):
    before = metric(server, 'roster_bulk_operations_total{status="2xx"}')
    operations = ran(client.post("/Bulk", json=creates("many")))
    assert [one["bulkId"] for one in operations] == [f"b{number}" for number in range(OPERATIONS)]
    assert {one["status"] for one in operations} == {"201"}
    assert total(client.get("/Users?count=0")) == OPERATIONS
    for number in (0, 1, 63, 64, 500, OPERATIONS - 1):
        assert client.get(f"/Users/{ids(operations)[number]}").json()["userName"] == f"many-{number}"
    assert metric(server, 'roster_bulk_operations_total{status="2xx"}') - before == OPERATIONS
    repeated = statuses(client.post("/Bulk", json=creates("many")))
    assert set(repeated) == {"409"}


def test_the_configuration_tells_the_limits_that_hold(client):
    offer = client.get("/ServiceProviderConfig").json()["bulk"]
    assert offer == {"supported": True, "maxOperations": OPERATIONS, "maxPayloadSize": PAYLOAD}
    over = refused(client.post("/Bulk", json=creates("over", OPERATIONS + 1)), 413)
    assert "maxOperations" in over["detail"] and str(OPERATIONS) in over["detail"]
    assert total(client.get("/Users?count=0")) == 0


def test_a_payload_that_is_announced_too_large_is_refused_unread(server, tenant):
    with connected(server) as wire:
        wire.send(head("POST", "/scim/v2/Bulk", bearer(tenant), f"Content-Length: {PAYLOAD + 1}"))
        reply = turned_away(wire.reply(), 413)
        assert "maxPayloadSize" in reply["detail"] and str(PAYLOAD) in reply["detail"]


def test_a_payload_that_becomes_too_large_is_refused(server, tenant):
    with connected(server) as wire:
        wire.send(head("POST", "/scim/v2/Bulk", bearer(tenant), "Transfer-Encoding: chunked"))
        piece = b" " * 1_000_000
        for _ in range(PAYLOAD // len(piece) + 1):
            wire.send_while_open(b"%x\r\n%s\r\n" % (len(piece), piece))
        wire.send_while_open(b"0\r\n\r\n")
        assert "maxPayloadSize" in turned_away(wire.reply(), 413)["detail"]


def test_a_job_of_all_that_is_allowed_runs(client):
    big = creates("big", displayName="")
    room = (PAYLOAD - len(json.dumps(big))) // OPERATIONS
    # Many values, not one long text: it is values that take memory.
    phones = [{"value": f"+32 9 {number:08}", "type": "work"} for number in range(room // 50)]
    for operation in big["Operations"]:
        operation["data"]["phoneNumbers"] = phones
    text = json.dumps(big)
    text += " " * (PAYLOAD - len(text))
    assert len(text) == PAYLOAD
    assert set(statuses(client.post("/Bulk", content=text))) == {"201"}
    [person] = client.get('/Users?filter=userName eq "big-999"').json()["Resources"]
    assert len(person["phoneNumbers"]) == len(phones)


def is_answered(wire):
    return bool(select.select([wire.socket], [], [], 0)[0])


def test_single_creations_go_on_beside_a_long_job(server, tenant):
    other = server.tenant()
    beside = 0
    with connected(server) as wire:
        wire.send(with_body("POST", "/scim/v2/Bulk", tenant, creates("long")))
        while not is_answered(wire):
            who = tenant if beside % 2 else other
            assert ask(server, who, "POST", "/scim/v2/Users", user(f"beside-{beside}")).status == 201
            beside += not is_answered(wire)
        assert wire.reply("POST").status == 200
    assert beside > 1


def test_jobs_of_two_tenants_do_not_meet(server):
    tenants = [server.tenant() for _ in range(4)]

    def run(tenant):
        with tenant.client() as http:
            people = creates("same", 300)["Operations"]
            crowd = post("g", group("Crowd", *(f"bulkId:b{number}" for number in range(300))), "/Groups")
            operations = ran(http.post("/Bulk", json=job([crowd, *people])))
            assert {one["status"] for one in operations} == {"201"}
            assert members(http, ids(operations)[0]) == sorted(ids(operations)[1:])
            return set(ids(operations))

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(run, tenants))
    assert len(set.union(*found)) == 4 * 301


def test_a_job_needs_a_token_of_its_tenant_that_may_write(server, tenant):
    other = server.tenant()
    reading = server.token(tenant.name, "--scope", "read")
    body = creates("no", 1)
    with tenant.client(prefix=f"/t/{other.name}/scim/v2") as http:
        refused(http.post("/Bulk", json=body), 401)
    with tenant.client(token=reading) as http:
        refused(http.post("/Bulk", json=body), 403)
    for one in (tenant, other):
        with one.client() as http:
            assert total(http.get("/Users?count=0")) == 0


def test_a_thousand_references_to_one_person(client):
    groups = [post(f"g{number}", group(f"G{number}", "bulkId:b0"), "/Groups") for number in range(OPERATIONS - 1)]
    operations = ran(client.post("/Bulk", json=job([*groups, post(0, user("one"))])))
    assert {one["status"] for one in operations} == {"201"}
    [person] = ids(operations[-1:])
    assert len(client.get(f"/Users/{person}").json()["groups"]) == OPERATIONS - 1


def boss(number):
    return {ENTERPRISE: {"manager": {"value": f"bulkId:b{number}"}}}


def test_a_chain_of_a_thousand_in_the_wrong_order(client):
    chain = [post(number, user(f"c{number}", **boss(number + 1))) for number in range(OPERATIONS - 1)]
    operations = ran(client.post("/Bulk", json=job([*chain, post(OPERATIONS - 1, user("top"))])))
    assert {(one["status"], one["version"]) for one in operations} == {("201", 'W/"1"')}
    assert client.get(f"/Users/{ids(operations)[7]}").json()[ENTERPRISE]["manager"]["value"] == ids(operations)[8]


def test_a_circle_of_a_thousand_is_closed(client):
    circle = [post(number, user(f"o{number}", **boss((number + 1) % OPERATIONS))) for number in range(OPERATIONS)]
    operations = ran(client.post("/Bulk", json=job(circle)))
    assert {one["status"] for one in operations} == {"201"}
    for number in (0, 500, OPERATIONS - 1):
        shown = client.get(f"/Users/{ids(operations)[number]}").json()
        assert shown[ENTERPRISE]["manager"]["value"] == ids(operations)[(number + 1) % OPERATIONS]


def test_a_circle_of_a_thousand_that_cannot_be_closed_leaves_nothing(client):
    made(client.post("/Users", json=user("o999")))
    circle = [post(number, user(f"o{number}", **boss((number + 1) % OPERATIONS))) for number in range(OPERATIONS)]
    assert set(statuses(client.post("/Bulk", json=job(circle)))) == {"409"}
    assert total(client.get("/Users?count=0")) == 1


def test_a_chain_that_breaks_at_its_beginning_fails_as_a_whole(client):
    chain = [post(number, group(f"G{number}", f"bulkId:b{number - 1}"), "/Groups") for number in range(1, OPERATIONS)]
    broken = {"method": "POST", "path": "/Groups", "bulkId": "b0", "data": {}}
    operations = ran(client.post("/Bulk", json=job([broken, *chain])))
    assert [one["status"] for one in operations] == ["400"] + ["409"] * (OPERATIONS - 1)
    assert total(client.get("/Groups?count=0")) == 0


def test_every_group_holds_every_other(client):
    names = [f"bulkId:b{number}" for number in range(40)]
    groups = [post(number, group(f"G{number}", *names), "/Groups") for number in range(40)]
    operations = ran(client.post("/Bulk", json=job(groups)))
    assert {one["status"] for one in operations} == {"201"}
    for one in ids(operations):
        assert members(client, one) == sorted(ids(operations))


def test_json_that_is_too_deep_is_refused_before_anything_runs(client):
    deep = creates("deep", 2)
    text = json.dumps(deep).replace('"deep-1"', "[" * 5000 + "]" * 5000)
    refused(client.post("/Bulk", content=text), 400, "invalidSyntax")
    assert total(client.get("/Users?count=0")) == 0


def test_many_empty_operations_are_refused_cheaply(client):
    refused(client.post("/Bulk", content='{"Operations":[' + ",".join(["{}"] * 1_000_000) + "]}"), 413)
    answered = statuses(client.post("/Bulk", content='{"Operations":[' + ",".join(["{}"] * OPERATIONS) + "]}"))
    assert answered == ["400"] * OPERATIONS


def test_a_job_whose_client_is_gone_runs_to_its_end(own_server):
    tenant = own_server.tenant()
    wire = Wire(own_server.address)
    wire.send(with_body("POST", "/scim/v2/Bulk", tenant, creates("left")))
    wire.close()
    with tenant.client() as http:
        wait_for(lambda: total(http.get("/Users?count=0")) == OPERATIONS, "the job to end")
        assert http.post("/Users", json=user("after")).status_code == 201


def test_a_server_that_is_told_to_stop_answers_a_job_that_runs(own_server):
    tenant = own_server.tenant()
    with tenant.client() as http:
        wire = Wire(own_server.address)
        wire.send(with_body("POST", "/scim/v2/Bulk", tenant, creates("stop")))
        wait_for(lambda: total(http.get("/Users?count=0")) > 0, "the job to begin")
    own_server.send_signal(signal.SIGTERM)
    reply = wire.reply("POST")
    assert reply is not None and reply.status == 200
    operations = json.loads(reply.text)["Operations"]
    assert len(operations) == OPERATIONS and {one["status"] for one in operations} <= {"201", "503"}
    wire.close()
    own_server.wait_for_end()
    own_server.start()
    with tenant.client() as http:
        done = [one for one in operations if one["status"] == "201"]
        assert total(http.get("/Users?count=0")) == len(done)
        assert http.get(f"/Users/{ids(done)[-1]}").status_code == 200


def test_a_server_without_time_to_drain_keeps_what_it_acknowledged(tmp_path):
    daemon = Daemon(tmp_path, "--drain", "0").start()
    tenant = daemon.tenant()
    with tenant.client() as http:
        wire = Wire(daemon.address)
        wire.send(with_body("POST", "/scim/v2/Bulk", tenant, creates("cut")))
        wait_for(lambda: total(http.get("/Users?count=0")) > 0, "the job to begin")
    daemon.send_signal(signal.SIGTERM)
    with suppress(OSError):
        wire.reply("POST")
    wire.close()
    daemon.wait_for_end()
    daemon.start()
    with tenant.client() as http:
        kept = total(http.get("/Users?count=0"))
        assert 0 < kept <= OPERATIONS
        names = {one["userName"] for one in http.get("/Users?count=200").json()["Resources"]}
        assert "cut-0" in names
    daemon.stop()
