# SPDX-License-Identifier: Apache-2.0
"""A wall clock that jumps: an hour back, a year ahead, and home again, while clients write.

Nothing waits for a clock to come round, nothing is answered with a failure, and no chain breaks."""

import itertools
import json
import threading
from datetime import datetime

import httpx
import pytest

from daemon import Daemon, wait_for
from expect import add_members, group, made, patch, total, user
from issuer import ASSERTION, Key, claims
from preload import Clock

HOUR, YEAR = 3600, 365 * 86400
JUMPS = [-HOUR, 0, YEAR, 0, YEAR, -HOUR, 0]


@pytest.fixture
def server(tmp_path):
    clock = Clock(tmp_path)
    daemon = Daemon(tmp_path, environment=clock.environment).start()
    daemon.clock = clock
    yield daemon
    daemon.end()


def at(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


class Writing(threading.Thread):
    """One client that creates, changes, joins and deletes, and keeps what it was told."""

    def __init__(self, tenant, crowd, name):
        super().__init__()
        self.tenant, self.crowd, self.name = tenant, crowd, name
        self.over, self.turns, self.odd, self.kept, self.ids = threading.Event(), 0, [], {}, []

    def run(self):
        with self.tenant.client() as http:
            for number in itertools.count():
                if self.over.is_set():
                    return
                self.turn(http, number)
                self.turns += 1

    def told(self, response, status):
        if response.status_code != status:
            self.odd.append(f"{response.request.method} {response.request.url}: {response.status_code} {response.text}")
        return response

    def turn(self, http, number):
        name = f"{self.name}-{number}"
        created = self.told(http.post("/Users", json=user(name)), 201).json()
        one = created["id"]
        self.ids.append(one)
        changed = patch({"op": "add", "path": "title", "value": name})
        changed = self.told(http.patch(f"/Users/{one}", json=changed), 200).json()
        if at(changed["meta"]["lastModified"]) < at(created["meta"]["created"]):
            self.odd.append(f"{name} was changed before it was made: {changed['meta']}")
        if changed["meta"]["version"] == created["meta"]["version"]:
            self.odd.append(f"{name} has the version of before")
        self.told(http.patch(f"/Groups/{self.crowd}", json=add_members(one)), 204)
        if number % 3 == 0:
            self.told(http.delete(f"/Users/{one}"), 204)
        else:
            self.kept[one] = name


def test_a_clock_that_jumps_neither_stops_nor_confuses_writers(server):
    tenant = server.tenant("acme")
    server.tell("tenant", "set", "acme", "guard-deletions=1000000,100%/1h", "guard-removals=1000000,100%/1h")
    with tenant.client() as http:
        crowd = made(http.post("/Groups", json=group("Crowd")))
    writers = [Writing(tenant, crowd, f"w{number}") for number in range(4)]
    for writer in writers:
        writer.start()
    for offset in JUMPS:
        before = [writer.turns for writer in writers]
        server.clock.set(offset)
        wait_for(lambda: all(writer.turns > turns + 2 for writer, turns in zip(writers, before)), "every writer goes on")
    for writer in writers:
        writer.over.set()
    for writer in writers:
        writer.join()
    assert [odd for writer in writers for odd in writer.odd] == []
    kept = {one: name for writer in writers for one, name in writer.kept.items()}
    with tenant.client() as http:
        assert shown(http) == kept
        assert len({one for writer in writers for one in writer.ids}) == sum(len(writer.ids) for writer in writers)
    server.do("audit", "verify")
    entries = server.do("audit", "export", "--tenant", "acme", "--json").splitlines()
    server.restart()
    server.do("audit", "verify")
    with tenant.client() as http:
        assert shown(http) == kept
        made(http.post("/Users", json=user("after")))
    assert len(server.do("audit", "export", "--tenant", "acme", "--json").splitlines()) == len(entries) + 1


def shown(http):
    people, more = {}, "/Users?count=100&cursor&attributes=userName"
    while more:
        page = http.get(more).json()
        people.update({one["id"]: one["userName"] for one in page["Resources"]})
        more = f"/Users?count=100&attributes=userName&cursor={page['nextCursor']}" if "nextCursor" in page else None
    return people


def status(server, token):
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(f"{server.url}/scim/v2/Users?count=0", headers=headers, trust_env=False).status_code


def test_credentials_end_by_the_clock_and_live_again_when_it_was_wrong(server):
    tenant = server.tenant("acme")
    client, secret = server.do("client", "add", "--tenant", "acme").split()
    form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
    answer = httpx.post(f"{server.url}/t/acme/oauth/token", data=form, trust_env=False).json()
    short, access = server.token("acme", "--expires", "2h"), answer["access_token"]
    every = [tenant.token, short, access]
    seen = {}
    for offset in (0, -HOUR, YEAR, 0):
        server.clock.set(offset)
        seen[offset] = [status(server, one) for one in every]
    assert seen == {0: [200, 200, 200], -HOUR: [200, 200, 200], YEAR: [200, 401, 401]}


def test_an_assertion_that_was_used_is_not_good_again_when_the_clock_comes_back(server, tmp_path):
    server.tenant("acme")
    key, issuer = Key(tmp_path, "k", "EdDSA"), "https://issuer.example"
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [key.jwk()]}))
    said = ["--tenant", "acme", "--issuer", issuer, "--audience", "api://roster", "--jwks-file", str(tmp_path / "keys.json")]
    _, client = server.do("issuer", "add", *said).split()

    def exchange(assertion):
        form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION, "client_assertion": assertion}
        return httpx.post(f"{server.url}/t/acme/oauth/token", data=form, trust_env=False).status_code

    used = key.token(claims(issuer), typ="JWT")
    assert exchange(used) == 200
    for offset in (0, -HOUR, YEAR, 0):
        server.clock.set(offset)
        assert exchange(used) in (400, 401), offset
    assert exchange(key.token(claims(issuer), typ="JWT")) == 200


def test_a_cursor_ends_by_the_clock_and_pages_go_on_when_it_comes_back(server):
    tenant = server.tenant()
    with tenant.client() as http:
        for number in range(6):
            made(http.post("/Users", json=user(f"p{number}")))
        cursor = http.get("/Users?cursor&count=2").json()["nextCursor"]
        seen = {}
        for offset in (0, -HOUR, YEAR, 0):
            server.clock.set(offset)
            seen[offset] = http.get(f"/Users?count=2&cursor={cursor}").status_code
            assert len(shown(http)) == 6
            first = http.get("/Users?startIndex=1&count=4").json()
            assert len(http.get("/Users?startIndex=5&count=4").json()["Resources"]) == 2 and first["totalResults"] == 6
        assert seen == {0: 200, -HOUR: 200, YEAR: 400}


def test_a_budget_of_the_guard_is_neither_lost_nor_closed_for_good_by_the_clock(server):
    tenant = server.tenant("acme")
    server.tell("tenant", "set", "acme", "guard-deletions=3,0%/1h")
    server.clock.set(-2 * HOUR)  # who was made within the window costs nothing
    with tenant.client() as http:
        people = [made(http.post("/Users", json=user(f"p{number}"))) for number in range(40)]
        server.clock.set(0)

        def delete():
            answer = http.delete(f"/Users/{people[-1]}").status_code
            if answer == 204:
                people.pop()
            return answer

        assert [delete() for _ in range(4)] == [204, 204, 204, 429]
        server.clock.set(-HOUR / 2)
        assert delete() == 429
        server.clock.set(YEAR)
        assert [delete() for _ in range(4)] == [204, 204, 204, 429]
        server.clock.set(0)
        spent = [delete() for _ in range(4)]
        assert spent.count(429) >= 1, "the budget has no end"
        server.clock.set(2 * HOUR)
        assert delete() == 204, "the budget does not come back"


def test_rates_are_counted_by_a_clock_that_nobody_sets(server):
    tenant = server.tenant("acme")
    server.tell("tenant", "set", "acme", "rate=1/2")
    with tenant.client() as http:
        for offset in (0, YEAR, -HOUR):
            server.clock.set(offset)
            answers = [http.get("/Users?count=0") for _ in range(6)]
            refused = [one for one in answers if one.status_code == 429]
            assert refused and all(1 <= int(one.headers["retry-after"]) <= 10 for one in refused)
            wait_for(lambda: http.get("/Users?count=0").status_code == 200, "the rate")
