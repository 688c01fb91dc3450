# SPDX-License-Identifier: Apache-2.0
"""Tokens and OAuth clients on the real server: made by commands, used over HTTP, kept over restarts, never shown again."""

import httpx
import pytest

from daemon import PATIENCE_S, Daemon, wait_for
from wire import connected, head

DOMAIN = "roster.example"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    daemon = Daemon(tmp_path_factory.mktemp("server"), "--domain", DOMAIN).start()
    yield daemon
    daemon.stop()


def client_of(server, tenant, *options):
    return server.do("client", "add", "--tenant", tenant, *options).split()


def ask(server, client, path="/oauth/token", headers=None, **more):
    form = {"grant_type": "client_credentials", "client_id": client[0], "client_secret": client[1], **more}
    return httpx.post(server.url + path, data=form, headers=headers, timeout=PATIENCE_S, trust_env=False)


def status(server, token):
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(server.url + "/scim/v2/Users", headers=headers, trust_env=False).status_code


def test_an_access_token_survives_a_restart_and_dies_with_its_client(own_server):
    tenant = own_server.tenant("acme")
    client = client_of(own_server, tenant.name)
    token = ask(own_server, client).json()["access_token"]
    assert status(own_server, token) == 200
    own_server.restart()
    assert status(own_server, token) == 200
    own_server.do("client", "revoke", client[0])
    assert status(own_server, token) == 401
    assert ask(own_server, client).status_code == 401


def test_the_host_may_name_the_tenant_of_a_client(server):
    mine, theirs = server.tenant(), server.tenant()
    client = client_of(server, mine.name)
    own = {"Host": f"{mine.name}.{DOMAIN}"}
    assert ask(server, client, headers=own).json()["token_type"] == "Bearer"
    other = ask(server, client, headers={"Host": f"{theirs.name}.{DOMAIN}"})
    assert (other.status_code, other.json()["error"]) == (401, "invalid_client")
    metadata = httpx.get(server.url + "/.well-known/oauth-authorization-server", headers=own).json()
    assert metadata["token_endpoint"].endswith("/oauth/token")
    assert f"//{mine.name}.{DOMAIN}" in metadata["issuer"]


def test_a_client_of_another_tenant_gets_nothing_by_the_path(server):
    mine, theirs = server.tenant(), server.tenant()
    client = client_of(server, mine.name)
    assert ask(server, client, f"/t/{mine.name}/oauth/token").status_code == 200
    foreign = ask(server, client, f"/t/{theirs.name}/oauth/token")
    unknown = ask(server, client, "/t/nobody-has-this-name/oauth/token")
    assert (foreign.status_code, foreign.text) == (401, unknown.text)


def test_a_form_that_is_too_long_or_of_unknown_length_is_not_read(server):
    for framing in (f"Content-Length: {1 << 20}", "Transfer-Encoding: chunked"):
        with connected(server) as wire:
            reply = wire.send(head("POST", "/oauth/token", f"Content-Type: {FORM}", framing)).reply("POST")
            assert reply.status in (400, 413)


def test_clients_are_listed_rotated_and_revoked_and_their_secrets_never_shown(server):
    tenant = server.tenant()
    made = server.do_json("client", "add", "--tenant", tenant.name, "--label", "entra", "--scope", "read:User")
    assert made["secret"].startswith("rsc_") and made["client"].startswith("rci_")
    name = made["client"]
    second = server.do_json("client", "rotate", name, "--keep")
    [listed] = server.do_json("client", "list", "--tenant", tenant.name)
    assert set(listed) == {"client", "tenant", "label", "source", "user", "scope", "secrets"}
    assert (listed["client"], listed["label"], listed["scope"]) == (name, "entra", "read:User")
    assert [one["state"] for one in listed["secrets"]] == ["active", "active"]
    server.do("client", "revoke", name, "--secret", str(listed["secrets"][0]["id"]))
    [listed] = server.do_json("client", "list", "--tenant", tenant.name)
    assert [one["state"] for one in listed["secrets"]] == ["revoked", "active"]
    table = server.do("client", "list", "--tenant", tenant.name)
    assert made["secret"] not in table and second["secret"] not in table and name in table
    assert server.do_json("token", "list", "--tenant", tenant.name)[0]["tenant"] == tenant.name
    assert len(server.do_json("token", "list", "--tenant", tenant.name)) == 1
    assert ask(server, (name, second["secret"])).json()["scope"] == "read:User"


@pytest.mark.parametrize(
    "arguments, code",
    [
        (["client", "rotate", "rci_nobody"], 66),
        (["client", "revoke", "rci_nobody"], 66),
        (["client", "revoke", "rci_nobody", "--secret", "x"], 64),
        (["client", "rotate", "rci_nobody", "--keep", "--overlap", "1h"], 64),
        (["client", "rotate", "rci_nobody", "--overlap", "soon"], 64),
        (["client", "add", "--tenant", "nobody"], 66),
        (["client", "add"], 64),
        (["client", "add", "--tenant", "t", "--scope", "all"], 66),
    ],
)
def test_a_client_that_is_none_is_refused_with_its_code(server, arguments, code):
    done = server.command(*arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith("roster: ")


def test_a_secret_of_a_client_is_no_token_to_rotate(server):
    tenant = server.tenant()
    made = server.do_json("client", "add", "--tenant", tenant.name)
    done = server.command("token", "revoke", str(made["secrets"][0]["id"]))
    assert done.returncode == 65 and made["client"] in done.stderr


def test_last_uses_are_written_when_the_server_stops(own_server):
    tenant = own_server.tenant("acme")
    client = client_of(own_server, tenant.name)
    token = ask(own_server, client).json()["access_token"]
    assert status(own_server, token) == 200
    with tenant.client() as http:
        assert http.get("/Users").status_code == 200
    own_server.stop()
    [used] = own_server.do_json("token", "list")
    assert used["used"] and used["address"] == "127.0.0.1"
    [used] = own_server.do_json("client", "list")
    assert used["secrets"][0]["used"] and used["secrets"][0]["address"] == "127.0.0.1"
    own_server.start()


def test_what_ends_soon_is_told_by_metric_and_list(own_server):
    own_server.tenant("acme")
    own_server.token("acme", "--label", "entra", "--expires", "60d")
    own_server.token("acme", "--label", "hr", "--expires", "31d")
    number = next(row["id"] for row in own_server.do_json("token", "list") if row["label"] == "hr")
    own_server.do("token", "rotate", str(number), "--overlap", "20h")
    assert "(in 0d)" in own_server.do("token", "list")
    own_server.restart()
    line = wait_for(lambda: expiry_line(own_server), "the metric")
    assert line.startswith('roster_credential_expiry_seconds{tenant="acme"} ')
    assert 0 < int(line.split()[1]) <= 20 * 3600


def expiry_line(server):
    lines = httpx.get(server.url + "/metrics", trust_env=False).text.splitlines()
    return next((line for line in lines if line.startswith("roster_credential_expiry_seconds{")), None)


def test_no_log_line_and_no_file_holds_a_client_secret_or_an_access_token(own_server):
    tenant = own_server.tenant("acme")
    client = client_of(own_server, tenant.name)
    token = ask(own_server, client).json()["access_token"]
    ask(own_server, (client[0], client[1][:-1] + "x"))
    status(own_server, token)
    own_server.stop()
    for path in own_server.folder.rglob("*"):
        if path.is_file() and not path.is_socket():
            data = path.read_bytes()
            assert client[1].encode() not in data and token.encode() not in data
            assert client[1][4:-7].encode() not in data
    own_server.start()
