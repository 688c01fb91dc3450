# SPDX-License-Identifier: Apache-2.0
"""Trusted issuers on the real server: keys over HTTP and from files, rollover, and an issuer that misbehaves."""

import json
import threading

import httpx
import pytest

from certificates import Maker
from daemon import PATIENCE_S, Daemon, roster, wait_for
from issuer import ASSERTION, Key, claims, publishing

ISSUER = "https://issuer.example/v2.0"
HERE = ["--jwks-networks", "127.0.0.0/8"]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    daemon = Daemon(tmp_path_factory.mktemp("server"), *HERE).start()
    yield daemon
    daemon.stop()


@pytest.fixture
def key(tmp_path):
    return Key(tmp_path, "first")


def issuer_of(tmp_path):
    return f"{ISSUER}/{tmp_path.name}"


def trust(server, tenant, issuer, source, *options, audience="api://roster"):
    where = ["--jwks-file", str(source)] if str(source).startswith("/") else ["--jwks", source]
    said = ["--tenant", tenant.name, "--issuer", issuer, "--audience", audience, *where, *options]
    return server.do("issuer", "add", *said).split()


def get(server, token, prefix="/scim/v2"):
    headers = {"Authorization": f"Bearer {token}"}
    # Without TLS: loading certificates takes longer than most tests.
    return httpx.get(f"{server.url}{prefix}/Users", headers=headers, timeout=PATIENCE_S, trust_env=False, verify=False)


def exchange(server, assertion, path="/oauth/token", **more):
    form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION, "client_assertion": assertion, **more}
    return httpx.post(server.url + path, data=form, timeout=PATIENCE_S, trust_env=False, verify=False)


def write_keys(path, *keys):
    new = path.with_suffix(".new")
    new.write_text(json.dumps({"keys": [one.jwk() for one in keys]}))
    new.rename(path)


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256", "EdDSA"])
def test_an_access_token_of_a_trusted_issuer_opens_the_tenant(server, tmp_path, alg):
    tenant, issuer, key = server.tenant(), issuer_of(tmp_path), Key(tmp_path, "k", alg)
    with publishing(key) as published:
        number, client = trust(server, tenant, issuer, published.url)
        assert client.startswith("rci_")
        for _ in range(3):
            assert get(server, key.token(claims(issuer))).status_code == 200
        assert published.asked == 1
        made = httpx.post(
            server.url + "/scim/v2/Users",
            json={"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "by-issuer"},
            headers={"Authorization": f"Bearer {key.token(claims(issuer))}"},
        )
        assert made.status_code == 201
        assert f"issuer:{number}" in server.do("audit", "export", "--tenant", tenant.name)
        assert get(server, key.token(claims(issuer, audience="api://other"))).status_code == 401


def test_a_new_key_is_fetched_when_it_signs_first(server, tmp_path, key):
    tenant, issuer, second = server.tenant(), issuer_of(tmp_path), Key(tmp_path, "second")
    with publishing(key) as published:
        trust(server, tenant, issuer, published.url)
        assert get(server, key.token(claims(issuer))).status_code == 200
        published.keys.append(second)
        answers = [get(server, one.token(claims(issuer))).status_code for one in (key, second, key, second)]
        assert (answers, published.asked) == ([200] * 4, 2)
        stranger = Key(tmp_path, "stranger")
        assert [get(server, stranger.token(claims(issuer))).status_code for _ in range(3)] == [401] * 3
        assert published.asked == 2, "an unknown key id makes it fetch once a minute"


def test_an_issuer_that_cannot_be_had_is_a_plain_refusal_and_then_works(server, tmp_path, key):
    tenant, issuer = server.tenant(), issuer_of(tmp_path)
    with publishing(key) as published:
        published.status = 500
        trust(server, tenant, issuer, published.url)
        refused = get(server, key.token(claims(issuer)))
        assert refused.status_code == 401
        assert "keys of its issuer" in refused.json()["detail"]
        assert 'error="invalid_token"' in refused.headers["WWW-Authenticate"]
    assert "issuer-keys-failed" in server.log
    metrics = httpx.get(server.url + "/metrics").text
    assert "roster_issuer_keys_failed_total" in metrics


BAD = {
    "garbage": {"body": b"<html>no</html>"},
    "no key": {"body": b'{"keys":[]}'},
    "a redirect": {"status": 302, "headers": {"Location": "/elsewhere"}},
    "too much": {"body": b'{"keys":[' + b" " * 300_000 + b"]}"},
    "a secret key": {"body": b'{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}'},
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_set_of_keys_opens_nothing(server, tmp_path, key, name):
    tenant, issuer = server.tenant(), issuer_of(tmp_path)
    with publishing(key) as published:
        for attribute, value in BAD[name].items():
            setattr(published, attribute, value)
        trust(server, tenant, issuer, published.url)
        assert get(server, key.token(claims(issuer))).status_code == 401
        assert published.asked == 1


def test_others_are_served_while_a_slow_issuer_is_asked(server, tmp_path, key):
    tenant, issuer = server.tenant(), issuer_of(tmp_path)
    with publishing(key) as published:
        published.gate.clear()
        trust(server, tenant, issuer, published.url)
        with httpx.Client(timeout=PATIENCE_S, trust_env=False) as slow:
            answers = []
            headers = {"Authorization": f"Bearer {key.token(claims(issuer))}"}
            waiting = threading.Thread(
                target=lambda: answers.append(slow.get(server.url + "/scim/v2/Users", headers=headers).status_code)
            )
            waiting.start()
            wait_for(lambda: published.asked, "the issuer to be asked")
            assert [get(server, tenant.token).status_code for _ in range(3)] == [200] * 3  # a fetch ends after 5 s
            assert answers == []
            published.gate.set()
            waiting.join()
            assert answers == [200]


def test_keys_are_not_fetched_from_the_inside_unless_that_is_allowed(own_server, tmp_path, key):
    tenant, issuer = own_server.tenant(), issuer_of(tmp_path)
    with publishing(key) as published:
        trust(own_server, tenant, issuer, published.url)
        assert get(own_server, key.token(claims(issuer))).status_code == 401
        assert published.asked == 0
    assert "127.0.0.1 is not one that may be asked" in own_server.log


def test_a_file_of_keys_is_read_again_when_it_is_replaced(server, tmp_path, key):
    tenant, issuer, second = server.tenant(), issuer_of(tmp_path), Key(tmp_path, "second")
    path = tmp_path / "keys.json"
    write_keys(path, key)
    trust(server, tenant, issuer, path)
    old = key.token(claims(issuer))
    assert get(server, old).status_code == 200
    write_keys(path, second)
    wait_for(lambda: get(server, second.token(claims(issuer))).status_code == 200, "the new key")
    assert get(server, old).status_code == 401, "a key that was taken back signs nothing any more"


def test_trust_that_is_removed_ends_tokens_and_what_was_given_for_assertions(server, tmp_path, key):
    tenant, issuer = server.tenant(), issuer_of(tmp_path)
    path = tmp_path / "keys.json"
    write_keys(path, key)
    number, client = trust(server, tenant, issuer, path)
    token = key.token(claims(issuer))
    given = exchange(server, key.token(claims(issuer), typ="JWT"), client_id=client).json()
    assert given["token_type"] == "Bearer" and given["expires_in"] == 3600
    assert [get(server, one).status_code for one in (token, given["access_token"])] == [200, 200]
    server.do("issuer", "remove", number)
    assert [get(server, one).status_code for one in (token, given["access_token"])] == [401, 401]
    assert exchange(server, key.token(claims(issuer), typ="JWT")).status_code == 401
    assert [one["state"] for one in server.do_json("issuer", "list", "--tenant", tenant.name)] == ["revoked"]
    trust(server, tenant, issuer, path)
    assert get(server, token).status_code == 200


@pytest.fixture(scope="module")
def maker(tmp_path_factory):
    return Maker(tmp_path_factory.mktemp("certificates"))


@pytest.mark.parametrize("name, options, good", [
    ("known", [], True), ("unknown", [], False), ("other-host", ["DNS:elsewhere.example"], False), ("over", [], False)])
def test_keys_come_over_https_from_who_has_a_certificate_for_that_host(tmp_path, maker, key, name, options, good):
    ours, theirs = maker.make(f"{name}-ca", kind="ca"), maker.make(f"{name}-other", kind="ca")
    signer = theirs if name == "unknown" else ours
    ends = -1 if name == "over" else 90
    extensions = f"subjectAltName = {options[0]}" if options else None
    shown = maker.make(f"{name}-server", signer, begins=-9, ends=ends, extensions=extensions)
    daemon = Daemon(tmp_path, *HERE, "--jwks-ca", str(ours.path)).start()
    with publishing(key, certificate=shown) as published:
        assert published.url.startswith("https://")
        tenant, issuer = daemon.tenant(), issuer_of(tmp_path)
        number = trust(daemon, tenant, issuer, published.url)[0]
        assert get(daemon, key.token(claims(issuer))).status_code == (200 if good else 401)
        assert published.asked == (1 if good else 0)
        if not good:
            wait_for(lambda: "last error   -" not in daemon.do("issuer", "show", number), "the error")
            assert "certificate" in daemon.do("issuer", "show", number).partition("last error")[2]
    daemon.stop()


def test_authorities_that_cannot_be_read_are_said_at_the_start(tmp_path):
    done = roster("serve", "--store", f"sqlite:{tmp_path}/r.db", "--jwks-ca", str(tmp_path / "nowhere.pem"))
    assert done.returncode == 64 and "nowhere.pem cannot be read" in done.stderr


def test_an_assertion_is_good_once(server, tmp_path, key):
    tenant, issuer = server.tenant(), issuer_of(tmp_path)
    path = tmp_path / "keys.json"
    write_keys(path, key)
    trust(server, tenant, issuer, path)
    assertion = key.token(claims(issuer), typ="JWT")
    assert exchange(server, assertion, scope="scim").status_code == 200
    again = exchange(server, assertion, scope="scim")
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client")
    assert "used already" in again.json()["error_description"]
    same = key.token(claims(issuer, jti="x"), typ="JWT"), key.token(claims(issuer, jti="x", sub="other"), typ="JWT")
    assert [exchange(server, one).status_code for one in same] == [200, 401]


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_an_assertion_is_good_once_over_a_restart_too(own_server, tmp_path, key, end):
    issuer, path = issuer_of(tmp_path), tmp_path / "keys.json"
    write_keys(path, key)
    trust(own_server, own_server.tenant(), issuer, path)
    used, unused = (key.token(claims(issuer), typ="JWT") for _ in range(2))
    assert exchange(own_server, used).status_code == 200
    getattr(own_server, end)()
    own_server.start()
    assert "used already" in exchange(own_server, used).json()["error_description"]
    # One that was signed before the restart and not used is as good as before.
    assert exchange(own_server, unused).status_code == 200
    assert exchange(own_server, unused).status_code == 401


def test_what_one_tenant_has_used_is_not_used_for_another(server, tmp_path, key):
    ours, theirs, issuer = server.tenant(), server.tenant(), issuer_of(tmp_path)
    path = tmp_path / "keys.json"
    write_keys(path, key)
    trust(server, ours, issuer, path, audience="api://ours")
    trust(server, theirs, issuer, path, audience="api://theirs")
    for audience in ("api://ours", "api://theirs"):
        assertion = key.token(claims(issuer, audience=audience, jti="one"), typ="JWT")
        assert [exchange(server, assertion).status_code for _ in range(2)] == [200, 401]


def test_the_journal_says_whose_requests_for_tokens_came(server, tmp_path, key):
    tenant, issuer = server.tenant(), issuer_of(tmp_path)
    path = tmp_path / "keys.json"
    write_keys(path, key)
    number, client = trust(server, tenant, issuer, path)
    assertion = key.token(claims(issuer), typ="JWT")
    assert [exchange(server, assertion).status_code for _ in range(2)] == [200, 401]
    refused = exchange(server, key.token(claims(issuer), typ="JWT"), grant_type="password")
    assert refused.json()["error"] == "unsupported_grant_type"

    def noted():
        lines = server.do("journal", "list", "--tenant", tenant.name, "--json").splitlines()
        records = [json.loads(line) for line in lines]
        return records if len(records) == 3 else None
    records = wait_for(noted, "the journal")
    assert {(one["tenant"], one["actor"]) for one in records} == {(tenant.name, f"issuer:{number}")}
    assert sorted(one["status"] for one in records) == [200, 400, 401]
    assert assertion not in json.dumps(records) and assertion.rpartition(".")[2] not in json.dumps(records)


def test_one_issuer_opens_two_tenants_by_its_audiences(server, tmp_path, key):
    ours, theirs, issuer = server.tenant(), server.tenant(), issuer_of(tmp_path)
    path = tmp_path / "keys.json"
    write_keys(path, key)
    trust(server, ours, issuer, path, audience="api://ours")
    trust(server, theirs, issuer, path, audience="api://theirs/.default")
    for one, other, audience in ((ours, theirs, "api://ours/.default"), (theirs, ours, "api://theirs")):
        token = key.token(claims(issuer, audience=audience))
        assert get(server, token, f"/t/{one.name}/scim/v2").status_code == 200
        assert get(server, token, f"/t/{other.name}/scim/v2").status_code == 401
        assertion = key.token(claims(issuer, audience=audience), typ="JWT")
        assert exchange(server, assertion, f"/t/{other.name}/oauth/token").status_code == 401
        assert exchange(server, assertion, f"/t/{one.name}/oauth/token").status_code == 200
    taken = server.command("issuer", "add", "--tenant", ours.name, "--issuer", issuer, "--jwks-file", str(path),
                           "--audience", "api://theirs")
    assert taken.returncode != 0 and "trusts the issuer for such tokens already" in taken.stderr


def test_a_trust_is_shown_with_its_conditions_and_survives_a_restart(own_server, tmp_path, key):
    tenant, issuer = own_server.tenant(), issuer_of(tmp_path)
    path = tmp_path / "keys.json"
    write_keys(path, key)
    number, _ = trust(own_server, tenant, issuer, path, "--label", "ci", "--scope", "read", "tid=t-1")
    shown = own_server.do("issuer", "show", number)
    assert "last fetch   never" in shown and '{"tid":"t-1"}' in shown
    assert get(own_server, key.token(claims(issuer))).status_code == 401
    assert get(own_server, key.token(claims(issuer, tid="t-1"))).status_code == 200
    assert issuer not in own_server.do("token", "list")
    own_server.restart()
    assert get(own_server, key.token(claims(issuer, tid="t-1"))).status_code == 200
