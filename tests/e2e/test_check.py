# SPDX-License-Identifier: Apache-2.0
"""`roster check`: against Roster itself in both profiles, and against servers that mean harm."""

import json
import os
import pty
import signal
import ssl
import subprocess

import pytest

from bad_server import Bad, Counting, Handler, gate, serving
from daemon import PATIENCE_S, SANITIZER, binary, roster

SECRET = "a-secret-that-nobody-prints"
ENVIRONMENT = {"no_proxy": "127.0.0.1", "NO_PROXY": "127.0.0.1"}


def check(url, token, *options):
    done = roster("check", url, *options, environment={**ENVIRONMENT, "ROSTER_CHECK_TOKEN": token})
    assert SANITIZER.search(done.stderr) is None, done.stderr
    assert token not in done.stdout + done.stderr
    return done


def check_tenant(tenant, *options):
    return check(tenant.server.url + "/scim/v2", tenant.token, *options)


def unmet(done):
    """Ids of the checks that are not met, by what the lines begin with."""
    lines = [line.split() for line in done.stdout.splitlines()]
    return {words[1]: words[0] for words in lines if words[0] in ("FAIL", "SHOULD", "note")}


def resources(tenant):
    with tenant.client() as http:
        return [http.get(f"/{kind}?count=0").json()["totalResults"] for kind in ("Users", "Groups")]


def test_in_the_strict_profile_nothing_fails(server):
    tenant = server.tenant(profile="rfc")
    done = check_tenant(tenant)
    assert unmet(done) == {}
    assert done.returncode == 0
    assert resources(tenant) == [0, 0]


def test_in_the_lenient_profile_one_documented_quirk_fails(server):
    tenant = server.tenant(profile="interop")
    done = check_tenant(tenant)
    found = unmet(done)
    assert {name for name, kind in found.items() if kind != "note"} == {"patch.replace.no-match"}
    assert found["patch.replace.no-match"] == "FAIL"
    assert done.returncode == 1
    server.do("tenant", "set", tenant.name, "patch-create-on-no-match=off")
    done = check_tenant(tenant, "--only", "patch")
    assert "FAIL" not in unmet(done).values()
    assert done.returncode == 0
    assert resources(tenant) == [0, 0]


def test_what_was_there_before_stays_as_it_was(server):
    tenant = server.tenant(profile="rfc")
    with tenant.client() as http:
        user = http.post("/Users", json={"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada"})
        before = http.get(f"/Users/{user.json()['id']}")
        assert check_tenant(tenant).returncode == 0
        after = http.get(f"/Users/{user.json()['id']}")
    assert (after.content, after.headers["ETag"]) == (before.content, before.headers["ETag"])
    assert resources(tenant) == [1, 0]


def test_json_tells_everything_and_lists_are_without_a_server(server):
    tenant = server.tenant(profile="rfc")
    listed = json.loads(roster("check", "--list", "--json").stdout)["checks"]
    ids = [row["id"] for row in listed]
    assert len(set(ids)) == len(ids) > 150
    assert all(row["section"].startswith("RFC ") and row["requirements"] for row in listed)
    report = json.loads(check_tenant(tenant, "--json", "--only", "read,put.replace").stdout)
    assert report["complete"] and report["left"] == [] and report["prefix"].startswith("roster-check-")
    assert {row["id"] for row in report["checks"]} == {name for name in ids if name.startswith("read.")} | {"put.replace"}
    assert report["summary"]["passed"] == len(report["checks"])
    assert {row["verdict"] for row in report["checks"]} == {"passed"}
    assert [row["sent"].split()[0] for row in report["checks"] if row["id"] == "put.replace"] == ["GET"]


def test_verbose_prints_every_check(server):
    done = check_tenant(server.tenant(profile="rfc"), "--only", "delete", "--verbose")
    assert [line.split()[0] for line in done.stdout.splitlines()[:-1]] == ["ok"] * 6


def test_tokens_come_from_a_file_an_option_or_the_environment(server, tmp_path):
    tenant = server.tenant(profile="rfc")
    url = server.url + "/scim/v2"
    file = tmp_path / "token"
    file.write_text(tenant.token + "\n")
    only = ("--only", "read.user")
    assert roster("check", url, "--token-file", str(file), *only, environment=ENVIRONMENT).returncode == 0
    assert roster("check", url, "--token", tenant.token, *only, environment=ENVIRONMENT).returncode == 0
    assert check(url, tenant.token, *only).returncode == 0
    assert roster("check", url, "--token-file", str(tmp_path / "none"), *only).returncode == 66
    assert roster("check", url, "--token", "a", "--token-file", str(file)).returncode == 64


def test_wrong_lines_and_refused_tokens_have_their_exit_codes(server):
    url = server.url + "/scim/v2"
    refused = check(url, "rst_nonsense")
    assert (refused.returncode, refused.stdout) == (77, "")
    assert "does not accept the token" in refused.stderr
    for arguments in ([], [url], [url, "--only", "nothing"], ["ftp://x"], [url, "--timeout", "0"]):
        environment = {"ROSTER_CHECK_TOKEN": "x" if len(arguments) > 1 else ""}
        assert roster("check", *arguments, environment=environment).returncode == 64, arguments
    assert check(url, "a b").returncode == 64


def test_a_server_that_is_not_there_has_its_exit_code(server):
    with serving(Handler) as url:
        pass
    gone = check(url, SECRET)
    assert (gone.returncode, gone.stdout) == (69, "")
    # Another service of the same host speaks HTTP, but not SCIM.
    assert check(server.url, SECRET).returncode == 69


# What is to be said of each way in which bad_server.py answers.
SAID_OF_BAD_ANSWERS = (
    "came 500 with <html><h1>.]0;owned.Error",
    "the body is no JSON",
    "no whole answer within 1000 ms",
    "larger than",
    "came 307 without a body",
    "came 299 with",
    "no answer: Transferred a partial file",
)


def test_a_bad_server_is_survived_and_leads_nowhere_else():
    Counting.seen = Bad.turn = Bad.hangs = Bad.floods = 0
    with serving(Counting) as elsewhere, serving(Bad) as url:
        Bad.elsewhere = elsewhere
        done = check(url, SECRET, "--timeout", "1")
        Bad.released.set()
    assert done.returncode in (1, 69), done.stderr
    assert "FAIL" in unmet(done).values()
    assert Counting.seen == 0
    for said in SAID_OF_BAD_ANSWERS:
        assert said in done.stdout, said
    for text in (done.stdout, done.stderr):
        assert all(c == "\n" or c.isprintable() for c in text), repr(text)


def started(url, token):
    return subprocess.Popen(
        [binary(), "check", url + "/scim/v2", "--timeout", str(PATIENCE_S)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **ENVIRONMENT, "ROSTER_CHECK_TOKEN": token},
    )


def test_progress_is_for_terminals_alone(server):
    tenant = server.tenant(profile="rfc")
    url, only = server.url + "/scim/v2", ("--only", "delete")
    assert check(url, tenant.token, *only).stderr == ""
    ours, theirs = pty.openpty()
    environment = {**os.environ, **ENVIRONMENT, "ROSTER_CHECK_TOKEN": tenant.token}
    done = subprocess.run([binary(), "check", url, *only], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=theirs, env=environment, timeout=PATIENCE_S, check=True)
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert "1 of 6  delete.status" in shown and "6 of 6  delete.unknown" in shown
    assert b"delete" not in done.stdout


def test_ctrl_c_deletes_even_what_nobody_told_of(server):
    tenant = server.tenant(profile="rfc")
    posts = []

    def fifth_post(method, path):
        posts.append(method == "POST")
        return method == "POST" and sum(posts) == 5

    handler, reached, opened = gate(server.url, fifth_post)
    with serving(handler) as url:
        process = started(url, tenant.token)
        assert reached.wait(PATIENCE_S)
        assert resources(tenant)[0] == 1
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_S)
        opened.set()
    assert process.returncode == 130
    assert SANITIZER.search(err) is None, err
    assert "stopped before all checks" in err and "left" not in out
    assert resources(tenant) == [0, 0]


def test_a_second_ctrl_c_ends_at_once_and_tells_what_is_left(server):
    tenant = server.tenant(profile="rfc")
    handler, reached, opened = gate(server.url, lambda method, path: method == "POST" or "/Users?filter" in path)
    with serving(handler) as url:
        process = started(url, tenant.token)
        assert reached.wait(PATIENCE_S)
        reached.clear()
        process.send_signal(signal.SIGINT)
        assert reached.wait(PATIENCE_S)  # it looks for what it may have made
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_S)
        opened.set()
    assert process.returncode == 130
    assert "left   /Users named roster-check-" in out, out
    assert SANITIZER.search(err) is None, err
    assert resources(tenant)[0] == 1


def test_a_certificate_is_believed_only_when_that_is_asked_for(tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
         "-subj", "/CN=127.0.0.1", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )

    class Refusing(Handler):
        def do_GET(self):
            self.answer(401, b"{}")

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with serving(Refusing, tls=context) as url:
        assert check(url, SECRET).returncode == 69
        assert check(url, SECRET, "--insecure").returncode == 77
