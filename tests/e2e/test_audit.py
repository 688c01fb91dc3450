# SPDX-License-Identifier: Apache-2.0
"""The audit by its commands, on a real store, with the server up and down."""

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess

import pytest

from daemon import Daemon, binary, roster, wait_for
from expect import group, made, user

BROKEN, NO_INPUT, DATA = 1, 66, 65


@pytest.fixture
def filled(tmp_path):
    """A server that has written entries of two tenants, people and a group among them."""
    daemon = Daemon(tmp_path).start()
    for name in ("acme", "beta"):
        tenant = daemon.tenant(name)
        with tenant.client() as client:
            people = [made(client.post("/Users", json=user(f"{name}{n}"))) for n in range(3)]
            made(client.post("/Groups", json=group("ops", *people)))
            client.delete(f"/Users/{people[0]}")
    yield daemon
    daemon.end()


def alter(daemon, *statements):
    database = sqlite3.connect(daemon.database)
    for statement in statements:
        assert database.execute(statement).rowcount > 0, statement
    database.commit()
    database.close()


def verify(daemon, *options):
    done = daemon.command("audit", "verify", "--json", *options)
    return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr


def checkpoint(daemon, path):
    daemon.do("audit", "checkpoint", "--out", str(path))
    assert path.stat().st_mode & 0o777 == 0o600
    return str(path)


def say(daemon, *words, state):
    """One message over the socket, with a state that no command gave."""
    with socket.socket(socket.AF_UNIX) as wire:
        wire.settimeout(60)
        wire.connect(f"{daemon.database}.sock")
        message = json.dumps({"version": 1, "arguments": ["roster", *words], "state": state}).encode()
        wire.sendall(len(message).to_bytes(4, "big") + message)
        with wire.makefile("rb") as answer:
            return json.loads(answer.read(int.from_bytes(answer.read(4), "big")))


CUT = (
    "DELETE FROM audit_detail WHERE tenant = 1 AND sequence = 8",
    "DELETE FROM audit WHERE tenant = 1 AND sequence = 8",
    "UPDATE audit_head SET sequence = 7, digest = (SELECT digest FROM audit WHERE tenant = 1 AND sequence = 7)"
    " WHERE tenant = 1",
)


def test_a_checkpoint_that_cannot_be_saved_is_neither_printed_nor_announced(filled, tmp_path):
    done = filled.command("audit", "checkpoint", "--out", str(tmp_path / "nowhere" / "it"))
    assert done.returncode == 69
    assert done.stdout == ""
    assert done.stderr.startswith("roster: cannot write ")


def test_an_audit_is_verified_beside_the_server_and_without_it(filled):
    up = verify(filled)
    filled.stop()
    assert verify(filled) == up
    code, report = up
    assert code == 0 and report["whole"] and report["tenants"] == 2 and report["entries"] == 16
    assert report["checkpoint"] is None


def test_a_change_behind_the_servers_back_is_named_with_tenant_and_entry(filled):
    alter(filled, "UPDATE audit SET actor = 'token:9' WHERE tenant = 2 AND sequence = 4")
    for stop in (False, True):
        if stop:
            filled.stop()
        code, report = verify(filled)
        assert code == BROKEN
        assert (report["tenant"], report["sequence"], report["fault"]) == ("beta", 4, "changed")
        said = filled.command("audit", "verify")
        assert said.returncode == BROKEN and said.stdout.startswith("broken: tenant beta, entry 4: ")


def test_a_cut_tail_is_found_with_a_checkpoint_and_without_one_it_is_said_that_it_cannot_be(filled, tmp_path):
    path = checkpoint(filled, tmp_path / "monday")
    assert verify(filled, "--checkpoint", path)[0] == 0
    filled.stop()
    assert verify(filled, "--checkpoint", path)[0] == 0
    alter(filled, *CUT)
    blind = filled.command("audit", "verify")
    assert blind.returncode == 0 and "without a checkpoint nobody can tell" in blind.stderr
    code, report = verify(filled, "--checkpoint", path)
    assert code == BROKEN
    assert (report["tenant"], report["sequence"], report["fault"]) == ("acme", 8, "cut")


def test_an_auditor_checks_a_copy_elsewhere_with_the_public_key_alone(filled, tmp_path):
    path = checkpoint(filled, tmp_path / "monday")
    (key,) = filled.do_json("audit", "key")
    filled.stop()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(filled.database, elsewhere / "copy.db")
    copy = f"sqlite:{elsewhere}/copy.db"
    without = roster("audit", "verify", "--store", copy, "--checkpoint", path)
    assert without.returncode == DATA and "--key" in without.stderr
    done = roster("audit", "verify", "--store", copy, "--checkpoint", path, "--key", key["public"])
    assert done.returncode == 0 and done.stdout == "whole: 16 entries of 2 tenants\n"


def test_openssl_checks_the_signature_without_roster(filled, tmp_path):
    text = open(checkpoint(filled, tmp_path / "monday"), "rb").read()
    body, last = text[: text.rindex(b"{")], json.loads(text[text.rindex(b"{") :])
    (tmp_path / "key.pem").write_text(filled.do("audit", "key", "--pem"))
    (tmp_path / "body").write_bytes(body)
    (tmp_path / "signature").write_bytes(bytes.fromhex(last["signature"]))
    check = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-in", "body"]
    done = subprocess.run([*check, "-sigfile", "signature"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_export_has_all_entries_in_order_with_the_server_up_and_down(filled):
    up = filled.do("audit", "export")
    filled.stop()
    assert filled.do("audit", "export") == up
    entries = [json.loads(line) for line in up.splitlines()]
    assert [(e["tenantNumber"], e["sequence"]) for e in entries] == [
        (t, s) for t in (1, 2) for s in range(1, 9)
    ]
    by_kind = {e["kind"]: e for e in entries if e["tenant"] == "acme"}
    assert by_kind["delete"]["resourceType"] == "User" and by_kind["delete"]["before"]["userName"] == "acme0"
    assert sum(m["added"] for e in entries for m in e["members"]) == 6


def test_a_long_export_comes_in_turns_and_is_whole(filled):
    """More than fits into one answer of the server."""
    people = 200
    with filled.tenant("big").client() as client:
        for n in range(people):
            made(client.post("/Users", json=user(f"p{n}", title="x" * 20_000)))
    lines = filled.do("audit", "export", "--tenant", "big").splitlines()
    assert [json.loads(line)["sequence"] for line in lines] == list(range(1, people + 3))
    filled.stop()
    assert filled.do("audit", "export", "--tenant", "big").splitlines() == lines


def test_a_tail_follows_what_is_written_through_a_restart_of_the_server(filled, tmp_path):
    shown = tmp_path / "tail"
    with open(shown, "wb") as out:
        tail = subprocess.Popen(
            [binary(), "audit", "tail", "--tenant", "acme", "-n", "1", "--follow", "--store", filled.store],
            stdout=out,
        )
    try:
        wait_for(lambda: " 8  " in shown.read_text(), "the newest entry")
        filled.do("tenant", "suspend", "acme")
        wait_for(lambda: " 9  tenant acme" in shown.read_text(), "an entry that came")
        filled.restart()
        filled.do("tenant", "resume", "acme")
        wait_for(lambda: " 10  tenant acme" in shown.read_text(), "an entry behind the restart")
    finally:
        tail.send_signal(signal.SIGINT)
        tail.wait()
    assert len(shown.read_text().splitlines()) == 3


@pytest.mark.parametrize("state", ["zz", "00", "ff" * 24, "ff" * 40, "ff" * 120, "00" * 256, "0" * 600])
def test_a_place_that_the_server_did_not_give_is_refused_or_harmless(filled, state):
    for command in ("verify", "export", "tail --tenant acme --follow", "key"):
        reply = say(filled, *f"audit {command}".split(), state=state)
        assert reply["code"] in (0, 64) and (reply["code"] == 0 or reply["out"] == ""), reply
    assert verify(filled)[0] == 0


def test_a_server_writes_checkpoints_into_a_folder(tmp_path):
    folder = tmp_path / "checkpoints"
    folder.mkdir()
    daemon = Daemon(tmp_path, "--checkpoint-dir", str(folder), "--checkpoint-interval", "1s").start()
    daemon.tenant("acme")
    wait_for(lambda: len(os.listdir(folder)) >= 2, "a checkpoint with the tenant")
    daemon.do("tenant", "suspend", "acme")
    daemon.end()
    names = sorted(os.listdir(folder))
    assert all(re.fullmatch(r"checkpoint-\d{4}-\d\d-\d\dT\d{6}\.\d{3}Z\.jsonl", name) for name in names), names
    last = json.loads((folder / names[-1]).read_text().splitlines()[1])
    assert (last["name"], last["sequence"]) == ("acme", 3)
    for name in names:
        assert verify(daemon, "--checkpoint", str(folder / name))[0] == 0


def test_a_folder_that_cannot_be_written_stops_the_start(tmp_path):
    done = roster(
        *("serve", "--listen", "127.0.0.1:0", "--store", f"sqlite:{tmp_path}/roster.db"),
        *("--checkpoint-dir", str(tmp_path / "missing")),
    )
    assert done.returncode == 73 and f"--checkpoint-dir: there is no folder {tmp_path / 'missing'}: make it" in done.stderr


def test_a_mistyped_store_is_not_made_by_looking_at_it(tmp_path):
    for command in ("verify", "checkpoint", "key", "export", "tail"):
        done = roster("audit", command, "--store", f"sqlite:{tmp_path}/typo.db")
        assert done.returncode == NO_INPUT and "there is no store" in done.stderr
    assert os.listdir(tmp_path) == []
