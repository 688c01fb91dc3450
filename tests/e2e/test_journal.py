# SPDX-License-Identifier: Apache-2.0
"""The journal of a real server, read beside it, behind it and after its death."""

import contextlib
import json
import os
import stat
import subprocess

import httpx
import pytest

from daemon import Daemon, binary, roster, wait_for
from expect import group, made, patch, user

PASSWORD = "Tr0ub4dor-and-3-zebras"


def records(daemon, *options):
    return [json.loads(line) for line in daemon.do("journal", "list", "--json", *options).splitlines()]


def record(daemon, method, path, status):
    """The newest record of that kind, as soon as it is written."""

    def find():
        found = records(daemon, "--method", method, "--path", path, "--status", str(status))
        return found[-1] if found else None

    return wait_for(find, f"{method} {path} {status} in the journal")


def shown(daemon, request):
    return daemon.do("journal", "show", request)


def test_a_refusal_is_explained_with_its_remedy(server):
    tenant = server.tenant()
    with tenant.client() as http:
        http.post("/Users", json=user("twice", password=PASSWORD))
        assert http.post("/Users", json=user("twice", password=PASSWORD)).status_code == 409
    found = record(server, "POST", "/scim/v2/Users", 409)
    text = shown(server, found["request"])
    assert f"tenant      {tenant.name}\n" in text
    assert '"userName":"twice","password":"***"' in text
    assert "answered    409 uniqueness: userName is already in use by another User in" in text
    assert "\nremedy      Somebody has this value already" in text
    assert PASSWORD not in text


def test_a_patch_is_explained_operation_by_operation(server):
    with server.tenant().client() as http:
        person = made(http.post("/Users", json=user("patched")))
        http.patch(
            f"/Users/{person}",
            json=patch({"op": "Replace", "value": {"active": "False", "name.givenName": "P"}}),
        )
    found = record(server, "PATCH", person, 200)
    assert found["quirks"] == ["coerce-boolean", "path-keys", "op-any-case"]
    text = shown(server, found["request"])
    assert 'understood  1: replace active = false\n            1: replace name.givenName = "P"\n' in text
    assert f"changed     User {person}, now at revision 2\n" in text


def test_what_a_person_was_subject_of_is_found_by_id_and_by_name(server):
    tenant = server.tenant()
    with tenant.client() as http:
        person = made(http.post("/Users", json=user("found@example.com")))
        made(http.post("/Users", json=user("other@example.com")))
        http.get("/Users", params={"filter": 'userName eq "found@example.com"'})
        http.delete(f"/Users/{person}")
    record(server, "DELETE", person, 204)
    by_name = records(server, "--tenant", tenant.name, "--user", "FOUND@example.com")
    assert [one["method"] for one in by_name] == ["POST", "GET"]
    by_id = records(server, "--tenant", tenant.name, "--user", person)
    assert [one["method"] for one in by_id] == ["POST", "DELETE"]


def test_a_tenants_journal_is_its_own(server):
    first, second = server.tenant(), server.tenant()
    for tenant in (first, second):
        with tenant.client() as http:
            http.get(f"/Users/of-{tenant.name}")
    record(server, "GET", f"of-{second.name}", 404)
    assert {one["tenant"] for one in records(server, "--tenant", first.name)} == {first.name}


def test_tail_follows_while_the_server_runs(server):
    tenant = server.tenant()
    tail = subprocess.Popen(
        [binary(), "journal", "tail", "--follow", "--tenant", tenant.name, "--store", server.store],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        with tenant.client() as http:
            for number in range(3):
                http.get(f"/Users/followed-{number}")
                assert f"GET /scim/v2/Users/followed-{number} | " in tail.stdout.readline()
    finally:
        tail.kill()
        tail.wait()
        tail.stdout.close()


def test_the_journal_is_read_without_a_server_and_after_a_kill(own_server):
    with own_server.tenant().client() as http:
        http.get("/Users/before-the-kill")
    record(own_server, "GET", "before-the-kill", 404)
    own_server.kill()
    assert record(own_server, "GET", "before-the-kill", 404)["status"] == 404
    own_server.start()
    assert record(own_server, "GET", "before-the-kill", 404)["status"] == 404


def test_a_clean_stop_writes_what_waits(own_server):
    with own_server.tenant().client() as http:
        http.get("/Users/at-the-end")
    own_server.stop()
    assert [one["status"] for one in records(own_server, "--path", "at-the-end")] == [404]


def test_bodies_of_refused_requests_are_whole(server):
    """They stand in memory that an error's text may take when nobody needs them any more."""
    with server.tenant().client() as http:
        body = user("whole", title="x" * 5000, emails="no list of objects", active=[1])
        assert http.post("/Users", json=body).status_code == 400
    found = record(server, "POST", "/scim/v2/Users", 400)
    assert '"title":"' + "x" * 5000 + '"' in shown(server, found["request"])


def test_a_body_that_is_too_large_to_be_read_is_noted(server):
    with server.tenant().client() as http, contextlib.suppress(httpx.TransportError):
        http.post("/Users", content=b" " * (17 << 20))  # the answer may come before all is sent
    assert record(server, "POST", "/scim/v2/Users", 413)["bytes_in"] == 0


def test_files_are_for_their_user_alone(server):
    folder = server.database.with_name(server.database.name + ".journal")
    wait_for(lambda: list(folder.glob("*.log")), "a file of the journal")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("option, value", [("--journal-size", "0"), ("--journal-body", "0")])
def test_the_journal_can_be_switched_off(tmp_path, option, value):
    daemon = Daemon(tmp_path, option, value).start()
    with daemon.tenant().client() as http:
        made(http.post("/Users", json=user("unseen@example.com")))
    daemon.stop()
    kept = b"".join(path.read_bytes() for path in daemon.folder.glob("*.journal/*.log"))
    assert b"unseen@example.com" not in kept
    assert (b"/scim/v2/Users" in kept) is (option == "--journal-body")


@pytest.mark.parametrize(
    "arguments, code, said",
    [
        (["list", "--status", "9xx"], 64, "--status is a number (409) or a class (4xx)"),
        (["list", "--since", "yesterday"], 64, "--since is a time"),
        (["tail", "--last", "0"], 64, "--last is a number from 1 to"),
        (["show", "0000000000000000"], 66, "the journal has no request 0000000000000000"),
    ],
)
def test_wrong_questions_are_refused_with_a_reason(server, arguments, code, said):
    with server.tenant().client() as http:
        http.get("/Users/asked")
    record(server, "GET", "asked", 404)
    done = server.command("journal", *arguments)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr


def test_a_store_without_a_journal_says_so(tmp_path):
    done = roster("journal", "list", "--store", f"sqlite:{tmp_path}/none.db")
    assert done.returncode == 66 and "there is no journal of this store" in done.stderr


def test_a_folder_that_cannot_be_made_stops_the_start(tmp_path):
    (tmp_path / "roster.db.journal").write_text("in the way")
    done = roster("serve", "--store", f"sqlite:{tmp_path}/roster.db", "--listen", "127.0.0.1:0")
    assert done.returncode == os.EX_UNAVAILABLE and "the folder of the journal" in done.stderr


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """An exported session: a person and a group come, change and go; a duplicate is refused."""
    daemon = Daemon(tmp_path_factory.mktemp("recorded")).start()
    tenant = daemon.tenant("recorded")
    with tenant.client() as http:
        person = made(http.post("/Users", json=user("ann@example.com", password=PASSWORD)))
        http.post("/Groups", json=group("staff", person))
        http.post("/Users", json=user("ann@example.com"))
        http.get("/Users", params={"filter": 'userName eq "ann@example.com"'})
        http.patch(f"/Users/{person}", json=patch({"op": "Replace", "path": "active", "value": "False"}))
        http.get(f"/Users/{person}")
        http.delete(f"/Users/{person}")
        http.get(f"/Users/{person}")
    daemon.stop()
    path = daemon.folder / "session.ndjson"
    path.write_text(daemon.do("journal", "export", "--tenant", "recorded"))
    return path


def test_an_exported_session_has_no_secrets_and_all_it_takes(session):
    lines = [json.loads(line) for line in session.read_text().splitlines()]
    assert [line["status"] for line in lines] == [201, 201, 409, 200, 200, 200, 204, 404]
    assert json.loads(lines[0]["body"])["password"] == "***"
    assert PASSWORD not in session.read_text()
    assert "userName" in lines[2]["detail"] and lines[2]["remedy"]


def test_a_session_is_answered_again_as_it_was_recorded(session):
    done = roster("journal", "replay", str(session))
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "8 exchanges compared, 0 skipped: no answer differs\n"


def test_another_profile_answers_differently_and_where_is_shown(session):
    done = roster("journal", "replay", str(session), "--profile", "rfc", "--json")
    assert done.returncode == 1, done.stderr
    said = json.loads(done.stdout)
    assert (said["same"], said["difference"]["line"]) == (False, 5)
    assert said["difference"]["here"]["status"] == 200
    assert said["difference"]["there"]["status"] == 400
    text = roster("journal", "replay", str(session), "--profile", "rfc").stdout
    assert "line 5, request " in text and "\nthere     400 " in text


def test_another_binary_gets_the_same_requests(session):
    done = roster("journal", "replay", str(session), "--binary", binary())
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_recorded_answer_that_changed_is_shown(session, tmp_path):
    lines = session.read_text().splitlines()
    wrong = json.loads(lines[4])
    wrong["status"] = 204
    changed = tmp_path / "changed.ndjson"
    changed.write_text("\n".join([*lines[:4], json.dumps(wrong), *lines[5:]]) + "\n")
    done = roster("journal", "replay", str(changed))
    assert done.returncode == 1 and "recorded  204\nhere      200" in done.stdout


@pytest.fixture(scope="module")
def later(tmp_path_factory):
    """A session about people that were there before it, and the store from before it."""
    daemon = Daemon(tmp_path_factory.mktemp("later")).start()
    tenant = daemon.tenant("later", profile="rfc")
    daemon.do("source", "add", "partner", "--tenant", "later", "sees=own")
    partner = daemon.token("later", "--source", "partner")
    with tenant.client() as http, tenant.client(partner) as other:
        person = made(http.post("/Users", json=user("old@example.com")))
        staff = made(http.post("/Groups", json=group("staff", person)))
        made(other.post("/Users", json=user("theirs@example.com", externalId="e1")))
        daemon.stop()
        backup = daemon.folder / "backup.db"
        backup.write_bytes(daemon.database.read_bytes())
        daemon.do("journal", "forget", "--tenant", "later", "--all")
        daemon.start()
    with tenant.client() as http, tenant.client(partner) as other:
        http.patch(f"/Users/{person}", json=patch({"op": "replace", "path": "active", "value": False}))
        http.post("/Users", json=user("old@example.com"))
        http.patch(f"/Groups/{staff}", json=patch({"op": "remove", "path": f'members[value eq "{person}"]'}))
        made(http.post("/Users", json=user("new@example.com")))
        assert other.get(f"/Users/{person}").status_code == 404  # of another source: a new one would see it
        http.get("/Users/0198c9a0-7a1e-7000-8000-000000000001")
        wait_for(lambda: len(records(daemon)) == 6, "six requests in the journal")
    path = daemon.folder / "session.ndjson"
    path.write_text(daemon.do("journal", "export"))
    yield path, f"sqlite:{backup}", daemon
    daemon.end()


def test_a_session_about_people_who_were_there_is_replayed_on_a_copy(later):
    session, backup, _ = later
    done = roster("journal", "replay", str(session), "--store", backup)
    assert (done.returncode, done.stderr) == (0, "6 exchanges compared, 0 skipped: no answer differs\n"), done.stdout
    alone = roster("journal", "replay", str(session))
    assert (alone.returncode, alone.stderr) == (0, "1 exchanges compared, 5 skipped: no answer differs\n")


def test_both_sides_of_a_comparison_begin_with_the_copy(later):
    session, backup, _ = later
    done = roster("journal", "replay", str(session), "--store", backup, "--binary", binary())
    assert done.returncode == 0 and done.stderr.startswith("6 exchanges compared")
    text = session.read_text().splitlines()
    changed = session.with_name("interop.ndjson")
    coerced = json.loads(text[0])
    coerced["body"] = coerced["body"].replace("false", '"False"')
    changed.write_text(json.dumps(coerced) + "\n")
    done = roster("journal", "replay", str(changed), "--store", backup, "--profile", "interop", "--json")
    difference = json.loads(done.stdout)["difference"]
    assert (difference["here"]["status"], difference["there"]["status"]) == (400, 200)


def test_a_store_in_use_is_copied_and_left_alone(later, tmp_path):
    session, backup, daemon = later
    before = sorted((path.name, path.read_bytes()) for path in daemon.folder.glob("backup*"))
    done = roster("journal", "replay", str(session), "--store", backup, environment={"TMPDIR": str(tmp_path)})
    assert done.returncode == 0 and list(tmp_path.iterdir()) == []
    assert sorted((path.name, path.read_bytes()) for path in daemon.folder.glob("backup*")) == before
    # After the session its people are gone or changed already: what differs is told, nothing is written.
    done = roster("journal", "replay", str(session), "--store", daemon.store, "--json")
    assert done.returncode == 1 and json.loads(done.stdout)["difference"]["recorded"] == 201
    assert daemon.do_json("audit", "verify")["whole"] and len(records(daemon)) == 6


@pytest.mark.parametrize("url, said", [("sqlite:/nowhere/roster.db", "cannot copy the store"), ("none", "sqlite:PATH")])
def test_a_store_that_cannot_be_copied_is_told(session, url, said):
    done = roster("journal", "replay", str(session), "--store", url)
    assert done.returncode == 69 and said in done.stderr


def test_a_replay_leaves_nothing_behind(session, tmp_path):
    done = roster("journal", "replay", str(session), environment={"TMPDIR": str(tmp_path)})
    assert done.returncode == 0 and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text, options, code, said",
    [
        ("no JSON\n", [], 65, "line 1 is no exchange of roster journal export"),
        ('{"status":200}\n', [], 65, "line 1 is no exchange"),
        ("", ["--profile", "odd"], 64, "--profile is interop or rfc"),
        ("", ["--binary", "/bin/true"], 69, "/bin/true: it does not serve"),
    ],
)
def test_what_cannot_be_replayed_is_refused(tmp_path, text, options, code, said):
    path = tmp_path / "session.ndjson"
    path.write_text(text)
    done = roster("journal", "replay", str(path), *options)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr


def test_who_is_forgotten_is_gone_while_the_server_goes_on(own_server):
    tenant = own_server.tenant()
    with tenant.client() as http:
        person = made(http.post("/Users", json=user("gone@example.com")))
        made(http.post("/Users", json=user("stays@example.com")))
        http.get(f"/Users/{person}")
        said = own_server.do("journal", "forget", "--tenant", tenant.name, person, "gone@example.com")
        assert said == "2 requests forgotten\n"
        folder = own_server.database.with_name(own_server.database.name + ".journal")
        kept = b"".join(path.read_bytes() for path in folder.iterdir())
        assert b"gone@example.com" not in kept and person.encode() not in kept
        assert b"stays@example.com" in kept
        http.get("/Users/afterwards")
    record(own_server, "GET", "afterwards", 404)


def test_a_tenant_of_which_the_journal_knows_nothing_is_more_likely_mistyped(own_server):
    with own_server.tenant("acme").client() as http:
        http.get("/Users")
    wait_for(lambda: own_server.do("journal", "list", "--tenant", "acme"), "the journal")
    mistyped = own_server.command("journal", "forget", "--tenant", "amce", "ann@example.com")
    assert mistyped.returncode == 66 and '"amce"' in mistyped.stderr and mistyped.stdout == ""
    assert own_server.do("journal", "forget", "--tenant", "acme", "ann@example.com") == "0 requests forgotten\n"
    # A tenant that was removed still has its records.
    own_server.do("tenant", "remove", "acme", "--yes")
    assert own_server.do("journal", "forget", "--tenant", "acme", "--all") == "1 request forgotten\n"


def test_forgetting_everybody_has_to_be_said(own_server):
    done = own_server.command("journal", "forget", "--tenant", "t1")
    assert done.returncode == 64 and "or --all of the tenant" in done.stderr
