# SPDX-License-Identifier: Apache-2.0
"""A store that an earlier version left behind opens, has everything, and goes on."""

import tarfile

import pytest

from daemon import ROOT, Daemon, Tenant
from expect import made, members, patch, refused, total, user

STORES = sorted((ROOT / "tests" / "data" / "stores").glob("*.tar.gz"))
BADGE = "urn:example:badge:2.0:User"


@pytest.fixture(params=STORES, ids=lambda path: path.name.removesuffix(".tar.gz"))
def old(request, tmp_path):
    """The store of an earlier version, unpacked; no server runs on it yet."""
    with tarfile.open(request.param) as archive:
        archive.extractall(tmp_path)
    daemon = Daemon(tmp_path, store=f"sqlite:{tmp_path / 'store.db'}")
    yield daemon
    if daemon.process is not None:
        daemon.end()


NEWER = pytest.mark.parametrize("old", STORES[1:], indirect=True, ids=["migration-13"])


def client_of(daemon, name):
    token = daemon.do("token", "add", "--tenant", name).strip()
    return Tenant(daemon, name, token).client()


def test_its_tenants_and_tokens_are_there(old):
    tenants = {row["name"]: row for row in old.do_json("tenant", "list")}
    assert {name: row["profile"] for name, row in tenants.items()} == {"acme": "interop", "strict": "rfc"}
    tokens = [row["source"] for row in old.do_json("token", "list")]
    assert set(tokens) == {"default", "partner"}


def test_its_people_are_there(old):
    old.start()
    with client_of(old, "acme") as http:
        [ada] = http.get('/Users?filter=userName eq "USER1@acme.example"').json()["Resources"]
        [gone] = http.get("/Users?filter=active eq false").json()["Resources"]
        [staff] = http.get('/Groups?filter=displayName eq "staff"').json()["Resources"]
        assert ada[BADGE] == {"number": "B1"} and ada["name"]["familyName"] == "Ünal"
        assert ada["externalId"] == "x1" and gone["userName"] == "user2@acme.example"
        assert members(http, staff["id"]) == sorted([ada["id"], gone["id"]])
        assert total(http.get("/Users")) == 2
    with client_of(old, "strict") as http:
        assert total(http.get("/Users")) == 2


def test_it_goes_on(old):
    old.start()
    with client_of(old, "acme") as http:
        refused(http.post("/Users", json=user("User1@ACME.example")), 409, "uniqueness")
        [gone] = http.get("/Users?filter=active eq false").json()["Resources"]
        back = {"op": "replace", "path": "active", "value": True}
        assert http.patch(f"/Users/{gone['id']}", json=patch(back)).json()["active"] is True
        made(http.post("/Users", json=user("user3@acme.example")))
    old.restart()
    with client_of(old, "acme") as http:
        assert total(http.get("/Users")) == 3


def test_its_history_can_be_told_and_taken_back(old):
    """Changes of 0.1.0 note one externalId, which belongs to the source of their credential."""
    entries = old.do_json("audit", "show", "user1@acme.example", "--tenant", "acme")["changes"]
    assert entries[0]["attributes"]["externalIds"]["to"] == {"default": "x1"}
    then = old.do_json("audit", "show", "x1", "--tenant", "acme", "--at", entries[0]["time"])
    assert then["resource"]["externalIds"] == {"default": "x1"} and then["resource"][BADGE] == {"number": "B1"}
    old.do("undo", "--tenant", "acme", "--since", entries[0]["time"])


def test_its_chains_are_whole_before_and_after_it_goes_on(old):
    before = old.do_json("audit", "verify")
    assert before["whole"] is True and before["tenants"] == 2 and before["entries"] >= 16
    old.do("audit", "checkpoint", "--out", str(old.folder / "checkpoint"))
    old.start()
    with client_of(old, "strict") as http:
        made(http.post("/Users", json=user("only3")))
    after = old.do_json("audit", "verify", "--checkpoint", str(old.folder / "checkpoint"))
    assert after["whole"] is True and after["entries"] > before["entries"]


@NEWER
def test_its_credentials_sources_orders_and_holds_are_there(old):
    acme = old.do_json("tenant", "show", "acme")
    assert acme["users-max"] == 500 and acme["roles"] is True and acme["silence-alarm"] == "6h"
    [branch] = [row for row in old.do_json("source", "list", "--tenant", "acme") if row["name"] == "branch"]
    assert (branch["domains"], branch["sees"], branch["writes"]) == (["branch.example"], "own", "own")
    [client] = old.do_json("client", "list", "--tenant", "acme")
    assert client["label"] == "nightly" and client["secrets"]
    [issuer] = old.do_json("issuer", "list", "--tenant", "acme")
    assert issuer["jwks"] == "https://issuer.example/keys" and issuer["audience"] == "api://roster"
    [certificate] = old.do_json("cert", "list", "--tenant", "acme")
    assert certificate["state"] == "active"
    assert {row["value"] for row in old.do_json("role", "list", "--tenant", "acme")} == {"admin", "auditor"}
    [hold] = old.do_json("hold", "list", "--tenant", "acme")
    assert hold["reason"] == "matter-1"
    rows = old.do_json("guard", "show", "--tenant", "acme")
    assert [row["kind"] for row in rows if row["state"] == "denied"] == ["deletions"]
    assert old.do_json("audit", "verify")["erased"] >= 2
