# SPDX-License-Identifier: Apache-2.0
"""The commands, with the server up and down: data on standard output, the rest elsewhere, codes of sysexits.h."""

import json
import os
import re
import signal
import subprocess

import pytest

from daemon import Daemon, binary, roster, wait_for
from expect import group, made, refused, total, user

USAGE, SYSEXITS = 64, range(64, 79)
TOKEN = re.compile(r"^rst_[0-9A-Za-z]{20,}$")


class Offline:
    """The same commands over a store that no server owns."""

    def __init__(self, folder):
        self.store = f"sqlite:{folder}/roster.db"

    def command(self, *arguments):
        return roster(*arguments, "--store", self.store)


@pytest.fixture(params=["server up", "server down"])
def admin(request, tmp_path):
    """Something with `command`, once beside a running server and once alone with the store."""
    if request.param == "server down":
        yield Offline(tmp_path)
        return
    daemon = Daemon(tmp_path).start()
    yield daemon
    daemon.stop()


def did(done):
    assert done.returncode == 0, done.stderr
    return done.stdout


def failed(done, codes=SYSEXITS):
    """A refusal: nothing on standard output, one clear line on standard error."""
    assert done.returncode in codes, f"{done.returncode}: {done.stdout}{done.stderr}"
    assert done.stdout == "" and done.stderr.endswith("\n") and done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def as_json(done):
    return json.loads(did(done))


def rows(done):
    """The rows of a list command in JSON."""
    answer = as_json(done)
    assert isinstance(answer, list)
    return answer


def test_a_tenant_is_added_listed_shown_changed_and_removed(admin):
    did(admin.command("tenant", "add", "acme"))
    did(admin.command("tenant", "add", "strict-1", "--profile", "rfc"))
    assert {row["name"]: row["profile"] for row in rows(admin.command("tenant", "list", "--json"))} == {
        "acme": "interop",
        "strict-1": "rfc",
    }
    assert as_json(admin.command("tenant", "show", "acme", "--json"))["name"] == "acme"
    did(admin.command("tenant", "set", "acme", "profile=rfc"))
    assert as_json(admin.command("tenant", "show", "acme", "--json"))["profile"] == "rfc"
    did(admin.command("tenant", "remove", "acme", "--yes"))
    assert [row["name"] for row in rows(admin.command("tenant", "list", "--json"))] == ["strict-1"]


def test_a_list_for_people_names_every_tenant(admin):
    did(admin.command("tenant", "add", "acme"))
    did(admin.command("tenant", "add", "zeta"))
    shown = did(admin.command("tenant", "list"))
    assert "acme" in shown and "zeta" in shown
    assert "acme" in did(admin.command("tenant", "show", "acme"))


@pytest.mark.parametrize("name", ["", "Acme", "a_b", "a.b", "a/b", "a b", "x" * 64, "ä", "a\nb", "../a"])
def test_a_name_that_is_none_is_refused(admin, name):
    failed(admin.command("tenant", "add", name))
    assert rows(admin.command("tenant", "list", "--json")) == []


@pytest.mark.parametrize("name", ["a", "0", "x" * 63, "a-b-c"])
def test_names_at_the_limits_are_taken(admin, name):
    did(admin.command("tenant", "add", name))
    assert [row["name"] for row in rows(admin.command("tenant", "list", "--json"))] == [name]


def test_a_tenant_is_added_once(admin):
    did(admin.command("tenant", "add", "acme"))
    assert "acme" in failed(admin.command("tenant", "add", "acme"))


def test_an_unknown_tenant_is_named_in_the_refusal(admin):
    for arguments in (
        ["tenant", "show", "nobody"],
        ["tenant", "remove", "nobody", "--yes"],
        ["tenant", "suspend", "nobody"],
        ["tenant", "set", "nobody", "profile=rfc"],
        ["token", "add", "--tenant", "nobody"],
        ["token", "list", "--tenant", "nobody"],
    ):
        assert "nobody" in failed(admin.command(*arguments))


def test_an_unknown_profile_or_setting_is_refused(admin):
    failed(admin.command("tenant", "add", "acme", "--profile", "loose"))
    did(admin.command("tenant", "add", "acme"))
    failed(admin.command("tenant", "set", "acme", "profile=loose"))
    failed(admin.command("tenant", "set", "acme", "no-such-setting=1"))
    failed(admin.command("tenant", "set", "acme", "profile"))
    assert as_json(admin.command("tenant", "show", "acme", "--json"))["profile"] == "interop"


def test_a_token_is_printed_alone_and_only_once(admin):
    did(admin.command("tenant", "add", "acme"))
    done = admin.command(
        "token", "add", "--tenant", "acme", "--label", "first", "--source", "hr", "--expires", "90d"
    )
    secret = did(done)
    assert secret.endswith("\n") and TOKEN.match(secret.strip())
    listed = rows(admin.command("token", "list", "--tenant", "acme", "--json"))
    assert [(row["label"], row["source"]) for row in listed] == [("first", "hr")]
    assert secret.strip() not in json.dumps(listed) + did(admin.command("token", "list", "--tenant", "acme"))


def test_tokens_are_all_different(admin):
    did(admin.command("tenant", "add", "acme"))
    assert len({did(admin.command("token", "add", "--tenant", "acme")) for _ in range(5)}) == 5


@pytest.mark.parametrize(
    "options",
    [
        ["--expires", "soon"],
        ["--expires", "-1d"],
        ["--scope", "root"],
        ["--user", "no-such-id"],
        ["--label", "x" * 5000],
    ],
)
def test_a_token_with_a_wrong_option_is_refused(admin, options):
    did(admin.command("tenant", "add", "acme"))
    failed(admin.command("token", "add", "--tenant", "acme", *options))
    assert rows(admin.command("token", "list", "--tenant", "acme", "--json")) == []


def test_a_token_needs_a_tenant(admin):
    failed(admin.command("token", "add"), [USAGE])


WRONG = [
    ["conquer"],
    ["tenant"],
    ["tenant", "conquer"],
    ["tenant", "add"],
    ["tenant", "add", "a", "b"],
    ["--conquer"],
    ["tenant", "list", "--conquer"],
    ["token", "add", "--tenant"],
    ["serve", "--listen"],
    ["serve", "--conquer"],
    ["serve", "now"],
    ["serve", "--listen", "nowhere"],
    ["serve", "--listen", "127.0.0.1:99999"],
]


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_a_wrong_command_line_is_64_and_says_what_is_wrong(tmp_path, arguments):
    done = roster(*arguments, environment={"ROSTER_STORE": f"sqlite:{tmp_path}/roster.db"})
    assert done.returncode == USAGE and done.stdout == "" and done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["help"],
        ["--help"],
        ["help", "tenant"],
        ["tenant", "--help"],
        ["help", "serve"],
        ["serve", "--help"],
        ["token", "add", "--help"],
    ],
    ids=" ".join,
)
def test_help_goes_to_standard_output(arguments):
    done = roster(*arguments)
    assert (
        done.returncode == 0
        and done.stderr == ""
        and "roster" in done.stdout
        and len(done.stdout.splitlines()) > 3
    )


def test_help_names_every_command():
    shown = roster("help").stdout
    assert [name for name in ("serve", "tenant", "token", "version", "help") if name not in shown] == []


def test_help_of_a_command_names_its_options():
    for words, options in (
        (["serve"], ["--store", "--listen", "--config", "--public-url", "--domain", "--behind-proxy", "--tls-cert", "--tls-key"]),
        (["token", "add"], ["--tenant", "--label", "--source", "--user", "--expires", "--scope"]),
        (["tenant", "add"], ["--profile"]),
    ):
        shown = roster("help", *words).stdout
        assert [option for option in options if option not in shown] == []


def test_a_bare_roster_prints_help():
    assert did(roster()) == did(roster("help"))


def test_version_is_one_line_or_json():
    assert re.match(r"^roster \d+\.\d+\.\d+[^\n]*\n$", did(roster("version")))
    assert did(roster("--version")) == did(roster("version"))
    assert re.match(r"\d+\.\d+", as_json(roster("version", "--json"))["roster"])


def test_the_store_may_come_from_the_environment(tmp_path):
    environment = {"ROSTER_STORE": f"sqlite:{tmp_path}/roster.db"}
    did(roster("tenant", "add", "acme", environment=environment))
    assert [row["name"] for row in rows(roster("tenant", "list", "--json", environment=environment))] == [
        "acme"
    ]


def test_the_default_store_lies_in_the_state_directory(tmp_path):
    environment = {"STATE_DIRECTORY": str(tmp_path), "ROSTER_STORE": "", "HOME": "/nonexistent"}
    did(roster("tenant", "add", "acme", environment=environment))
    assert (tmp_path / "roster.db").exists()


def test_a_second_owner_of_the_store_is_one_clear_line(own_server):
    done = roster("serve", "--store", own_server.store, "--listen", "127.0.0.1:0")
    line = failed(done)
    assert str(own_server.database) in line
    with own_server.tenant().client() as http:
        assert total(http.get("/Users")) == 0


@pytest.mark.parametrize(
    "store",
    ["sqlite:/nonexistent/folder/roster.db", "sqlite:/proc/roster.db", "sqlite:/", "mysql:x", "sqlite:"],
)
def test_a_store_that_cannot_be_opened_is_one_clear_line(store):
    failed(roster("serve", "--store", store, "--listen", "127.0.0.1:0"))
    failed(roster("tenant", "list", "--store", store))


def test_a_file_that_is_no_store_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "roster.db"
    path.write_text("this is somebody's diary, not a database\n" * 200)
    before = path.read_bytes()
    failed(roster("serve", "--store", f"sqlite:{path}", "--listen", "127.0.0.1:0"))
    failed(roster("tenant", "list", "--store", f"sqlite:{path}"))
    assert path.read_bytes() == before


def test_an_address_in_use_is_one_clear_line(own_server, tmp_path):
    host, port = own_server.address
    failed(roster("serve", "--store", f"sqlite:{tmp_path}/second.db", "--listen", f"{host}:{port}"))


def test_a_public_address_needs_tls_or_a_proxy(tmp_path):
    done = roster("serve", "--store", f"sqlite:{tmp_path}/roster.db", "--listen", "0.0.0.0:0")
    failed(done)
    assert "--tls-cert" in done.stderr and "--behind-proxy" in done.stderr


def test_serve_prints_nothing_but_its_address(tmp_path):
    with open(tmp_path / "log", "w") as log:
        process = subprocess.Popen(
            [binary(), "serve", "--store", f"sqlite:{tmp_path}/roster.db", "--listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        line = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate()
    assert (
        re.match(r"^listening on http://127\.0\.0\.1:\d+\n$", line) and rest == "" and process.returncode == 0
    )


def test_a_store_made_offline_is_served_and_stays_when_the_server_goes(tmp_path):
    offline = Offline(tmp_path)
    did(offline.command("tenant", "add", "early"))
    token = did(offline.command("token", "add", "--tenant", "early")).strip()
    daemon = Daemon(tmp_path).start()
    with daemon.tenant("late").client(token=token) as http:
        made(http.post("/Users", json=user("someone")))
    daemon.stop()
    assert [row["name"] for row in rows(offline.command("tenant", "list", "--json"))] == ["early", "late"]


def token_id(server, tenant, label):
    listed = server.do_json("token", "list", "--tenant", tenant.name)
    [found] = [str(row["id"]) for row in listed if row["label"] == label]
    return found


def test_a_revoked_token_is_dead_at_once(server, tenant, client):
    spare = server.token(tenant.name, "--label", "spare")
    with tenant.client(token=spare) as http:
        assert http.get("/Users").status_code == 200
        spare_id = token_id(server, tenant, "spare")
        server.do("token", "revoke", spare_id)
        refused(http.get("/Users"), 401)
        server.do("token", "revoke", spare_id)
    assert client.get("/Users").status_code == 200


def test_a_rotated_token_takes_the_place_of_the_old_one_at_once(server, tenant):
    first = server.token(tenant.name, "--label", "turn", "--source", "hr")
    with tenant.client(token=first) as old:
        person = made(old.post("/Users", json=user("turned", externalId="e")))
        second = server.do("token", "rotate", token_id(server, tenant, "turn")).strip()
        assert TOKEN.match(second) and second != first
        refused(old.get("/Users"), 401)
    with tenant.client(token=second) as new:
        assert new.get(f"/Users/{person}").json()["externalId"] == "e"


def test_a_rotated_token_may_live_on_for_an_overlap(server, tenant):
    first = server.token(tenant.name, "--label", "turn")
    first_id = token_id(server, tenant, "turn")
    second = server.do("token", "rotate", first_id, "--overlap", "24h").strip()
    with tenant.client(token=first) as old, tenant.client(token=second) as new:
        assert (old.get("/Users").status_code, new.get("/Users").status_code) == (200, 200)
        server.do("token", "revoke", first_id)
        refused(old.get("/Users"), 401)
        assert new.get("/Users").status_code == 200


def test_an_expired_token_is_dead(server, tenant):
    token = server.token(tenant.name, "--expires", "1s")
    with tenant.client(token=token) as http:
        wait_for(lambda: http.get("/Users").status_code == 401, "the token to expire")


@pytest.mark.parametrize("number", ["0", "-1", "x", "999999", "1 2", "9" * 30])
def test_a_token_that_is_not_there_is_refused(server, number):
    failed(server.command("token", "revoke", number))
    failed(server.command("token", "rotate", number))


def test_a_suspended_tenant_is_shut_out_and_comes_back_with_its_data(server, tenant, client):
    person = made(client.post("/Users", json=user("kept")))
    server.do("tenant", "suspend", tenant.name)
    response = client.get("/Users")
    assert response.status_code in (401, 403)
    refused(response, response.status_code)
    refused(client.post("/Users", json=user("late")), response.status_code)
    server.do("tenant", "resume", tenant.name)
    assert client.get(f"/Users/{person}").status_code == 200 and total(client.get("/Users")) == 1


def test_a_tenant_is_not_removed_where_nobody_can_be_asked(server, tenant, client):
    made(client.post("/Users", json=user("kept")))
    failed(server.command("tenant", "remove", tenant.name))
    assert total(client.get("/Users")) == 1


def test_a_removed_tenant_is_gone_with_its_people_and_tokens(server, tenant, client):
    made(client.post("/Users", json=user("gone")))
    server.do("tenant", "remove", tenant.name, "--yes")
    refused(client.get("/Users"), 401)
    with server.tenant(tenant.name).client() as again:
        assert total(again.get("/Users")) == 0
        made(again.post("/Users", json=user("gone")))
    refused(client.get("/Users"), 401)


def test_settings_are_all_taken_or_none(server, tenant):
    failed(server.command("tenant", "set", tenant.name, "profile=rfc", "coerce-boolean=perhaps"))
    assert server.do_json("tenant", "show", tenant.name)["profile"] == "interop"
    server.do("tenant", "set", tenant.name, "coerce-boolean=off")
    shown = server.do_json("tenant", "show", tenant.name)
    assert shown["quirks"]["coerce-boolean"] is False and shown["quirks"]["op-any-case"] is True


def test_a_quirk_can_be_set_apart_from_the_profile(server, tenant, client):
    server.do("tenant", "set", tenant.name, "coerce-boolean=off")
    refused(client.post("/Users", json=user("text", active="True")), 400, "invalidValue")
    server.do("tenant", "set", tenant.name, "coerce-boolean=default")
    made(client.post("/Users", json=user("text", active="True")))


def test_unique_group_names_cannot_be_demanded_while_some_are_not(server):
    tenant = server.tenant(profile="rfc")
    with tenant.client() as http:
        first, _ = made(http.post("/Groups", json=group("Twins"))), made(
            http.post("/Groups", json=group("twins"))
        )
        done = server.command("tenant", "set", tenant.name, "group-name-unique=on")
        assert done.returncode in SYSEXITS and "wins" in done.stderr
        made(http.post("/Groups", json=group("TWINS")))
        assert http.delete(f"/Groups/{first}").status_code == 204


def test_names_that_a_provider_gave_cannot_drive_the_terminal(server):
    tenant = server.tenant(profile="rfc")
    name = "d\x1b]0;owned\x07\x1b[31m\u009b\u202e\nroster: all fine"
    with tenant.client() as http:
        made(http.post("/Groups", json=group(name))), made(http.post("/Groups", json=group(name)))
    told = server.command("tenant", "set", tenant.name, "group-name-unique=on").stderr
    assert "d." in told and not {"\x1b", "\x07", "\u009b", "\u202e"} & set(told)
    assert "\nroster: all fine" not in told


def test_a_changed_profile_takes_effect_at_once(server, tenant, client):
    person = made(client.post("/Users", json=user("strict", active="True")))
    server.do("tenant", "set", tenant.name, "profile=rfc")
    refused(client.put(f"/Users/{person}", json=user("strict", active="True")), 400, "invalidValue")


def test_the_socket_disappears_with_the_server_and_a_dead_one_is_no_obstacle(own_server):
    socket = own_server.database.with_name(own_server.database.name + ".sock")
    assert socket.is_socket()
    own_server.kill()
    did(own_server.command("tenant", "add", "after-the-crash"))
    own_server.start()
    assert [row["name"] for row in own_server.do_json("tenant", "list")] == ["after-the-crash"]
    own_server.stop()
    assert not socket.exists()


def exit_codes(store, count):
    """Starts `tenant add` many times at once and waits for all."""
    commands = [[binary(), "tenant", "add", f"par{number}", "--store", store] for number in range(count)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    running = [subprocess.Popen(command, **quiet) for command in commands]
    return [one.wait() for one in running]


def test_commands_at_the_same_time_all_succeed(admin):
    did(admin.command("tenant", "add", "first"))
    assert exit_codes(admin.store, 10) == [0] * 10
    assert len(rows(admin.command("tenant", "list", "--json"))) == 11


def test_a_reader_that_goes_away_does_not_break_a_command(own_server):
    command = [binary(), "tenant", "list", "--store", own_server.store]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        process.stdout.close()
    assert process.returncode in (0, -signal.SIGPIPE, *SYSEXITS)


def test_output_that_cannot_be_written_is_an_error(own_server):
    name = own_server.tenant().name
    command = [binary(), "token", "add", "--tenant", name, "--store", own_server.store]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == os.EX_IOERR and done.stderr
