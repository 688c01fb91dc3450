# SPDX-License-Identifier: Apache-2.0
"""Nothing that was acknowledged is lost: not when the process is killed, not when the power goes.

A kill alone proves nothing about fsync, because the kernel keeps the pages of a dead process. So the second
mode preloads power.c, which keeps a shadow of the store that holds only what was synced, and puts the shadow
in the store's place after every kill. Its control, a sync that does nothing, must lose data.
"""

import json
import random
import shutil
import sqlite3
import time
from pathlib import Path

from consistency import audited_people, broken_rules
from daemon import Daemon, wait_for
from expect import group, made, user
from keepers import QUIET_SOURCE
from ledger import Ledger, Person, Token, judge
from load import Load
from preload import build, preloaded
from wire import connected, head

KILL_AFTER_S = (0.06, 0.31)
PAGE = 200
RUNS_A_STORE = 10  # all that a store was ever told is checked after each run, so it must not grow forever
# The guard counts, but does not stop: this load deletes more in a second than a provider does in a year.
WIDE_BUDGETS = ["guard-deletions=1000000,100%/1d", "guard-removals=1000000,100%/1d"]
TAMPERINGS = [
    "UPDATE audit SET actor = 'nobody' WHERE tenant = 1 AND sequence = 3",
    "UPDATE audit SET time_ms = time_ms + 1 WHERE tenant = 1 AND sequence = 4",
    "UPDATE audit_detail SET after = after || ' ' WHERE tenant = 1 AND sequence = 5",
    "DELETE FROM audit WHERE tenant = 1 AND sequence = 4",
    "DELETE FROM audit WHERE sequence = (SELECT max(sequence) FROM audit WHERE tenant = 1)",
    "DELETE FROM resource WHERE row = (SELECT min(member_row) FROM member)",
]


class Seen:
    """What a server shows of the tenant."""

    def __init__(self, tenant, group_id):
        self.server = tenant.server
        with tenant.client() as http:
            self.people = {one["userName"]: one for one in walk(http)}
            self.members = {one["value"] for one in http.get(f"/Groups/{group_id}").json().get("members", [])}

        [guard] = [
            row
            for row in self.told("guard", "show", "--tenant", tenant.name)
            if (row["source"], row["kind"]) == (QUIET_SOURCE, "deletions")
        ]
        self.single = {"guard": guard["state"], "users-max": self.told("tenant", "show", tenant.name)["users-max"]}
        self.lists = {
            "source": {row["name"] for row in self.told("source", "list", "--tenant", tenant.name)},
            "role": {row["value"] for row in self.told("role", "list", "--tenant", tenant.name)},
        }

    def told(self, *command):
        return json.loads(self.server.tell(*command, "--json"))

    def shows(self, name):
        """What is so of a fact of the administration."""
        return self.single[name] if isinstance(name, str) else name[1] in self.lists[name[0]]

    def works(self, token):
        request = head("GET", "/scim/v2/Users?count=0", f"Authorization: Bearer {token}")
        with connected(self.server) as wire:
            return wire.send(request).reply().status == 200


def is_left(name, folder):
    """Whether any file of a store still has the name of somebody who was erased."""
    return any(name.encode() in path.read_bytes() for path in folder.glob("roster.db*") if path.is_file())


def walk(http):
    people, total = [], None
    while total is None or len(people) < total:
        page = http.get(f"/Users?startIndex={len(people) + 1}&count={PAGE}&attributes=userName,title").json()
        total = page["totalResults"]
        people += page["Resources"]
        assert page["Resources"] or len(people) == total, f"{len(people)} of {total} people are shown"
    return people


class Kill:
    """The process dies; the kernel keeps what it wrote."""

    def __init__(self, folder):
        self.store = folder / "store"
        self.store.mkdir()
        self.environment = {}

    def survive(self):
        """Nothing to do: the files are as they are."""


class PowerCut(Kill):
    """The process dies and all that was not synced with it."""

    def __init__(self, folder):
        super().__init__(folder)
        self.shadow, self.lie, self.eio = folder / "shadow", folder / "lie", folder / "eio"
        self.shadow.mkdir()
        self.environment = {
            **preloaded(build(Path(__file__).with_name("power.c"), folder)),
            "POWER_FOLDER": str(self.store.resolve()),
            "POWER_SHADOW": str(self.shadow),
            "POWER_LIE": str(self.lie),
            "POWER_EIO": str(self.eio),
        }

    def survive(self):
        keep_names(self.shadow)
        shutil.rmtree(self.store)
        shutil.copytree(self.shadow, self.store, ignore=shutil.ignore_patterns(".names"))


def keep_names(folder):
    """A file whose name was never synced is not there after a power cut."""
    names = (folder / ".names").read_text().split("\n") if (folder / ".names").exists() else []
    for path in folder.iterdir():
        if path.name != ".names" and path.name not in names:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        elif path.is_dir():
            keep_names(path)


class Victim:
    """A server that dies again and again over one store."""

    def __init__(self, folder, mode):
        self.folder, self.mode, self.ledger, self.run, self.verified = folder, mode, Ledger(), 0, 0
        self.server = Daemon(
            folder, store=f"sqlite:{mode.store}/roster.db", environment=mode.environment
        ).start()
        self.tenant = self.server.tenant("crash")
        self.server.tell("tenant", "set", "crash", "roles=on", *WIDE_BUDGETS)
        self.server.tell("source", "add", QUIET_SOURCE, "--tenant", "crash")
        with self.tenant.client() as http:
            self.group = made(http.post("/Groups", json=group("Everybody")))

    def die(self, at_least=1, mixed=False):
        """Runs the load, kills the server in the middle of it, and takes away what did not survive. `mixed`:
        not before everybody who administers has done something."""
        self.run += 1
        load = Load(self.server, self.tenant, self.group, self.run, self.ledger.facts)
        load.start()
        wait_for(lambda: load.acknowledged >= at_least and (load.is_mixed or not mixed), "the first answers")
        time.sleep(random.uniform(*KILL_AFTER_S))
        load.over.set()
        self.server.kill()
        load.join(self.ledger)
        self.server.hold_to_sanitizers()
        self.mode.survive()

    def look(self):
        """Looks at a copy of the files, so that the server itself has to recover them."""
        copy = self.folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.mode.store, copy, ignore=shutil.ignore_patterns("*.sock", "*-shm"))
        assert broken_rules(copy / "roster.db") == []
        assert [name for name in self.ledger.erased if is_left(name, copy)] == []
        return audited_people(copy / "roster.db")

    def live_again(self):
        """Starts the server and says what it got wrong."""
        audited = self.look()
        self.server.start()
        wrong = judge(self.ledger, Seen(self.tenant, self.group)) + self.broken_chains()
        return (
            wrong if audited == self.people() else [*wrong, f"the audit has {audited}, not {self.people()}"]
        )

    def broken_chains(self):
        """What the server itself says of its audit, compared with the newest checkpoint that was made."""
        newest = self.ledger.checkpoints[-1:]
        against = [word for path in newest for word in ("--checkpoint", str(path))]
        done = self.server.command("audit", "verify", *against, "--json")
        self.verified += 1
        return [] if done.returncode == 0 and json.loads(done.stdout)["whole"] else [done.stdout + done.stderr]

    def people(self):
        """How many people were ever created, and how many deleted, now that nothing is in doubt."""
        created = [person for person in self.ledger.people if person.id is not None]
        return len(created), sum(person.exists == {False} for person in created)


def die_often(folder, mode, runs):
    """Kills servers, each several times over one store; says what was counted when nothing is wrong."""
    acknowledged = verified = 0
    for first in range(0, runs, RUNS_A_STORE):
        place = folder / f"from-run-{first}"
        place.mkdir()
        victim = Victim(place, mode(place))
        for _ in range(min(RUNS_A_STORE, runs - first)):
            victim.die(mixed=True)
            assert victim.live_again() == []
        victim.server.stop()
        acknowledged += victim.ledger.acknowledged
        verified += victim.verified
    return f"{runs} runs, {acknowledged} acknowledged writes, 0 lost, {verified} verifications, 0 chains broken"


def test_acknowledged_writes_survive_a_kill(tmp_path, runs, say):
    say(f"SIGKILL: {die_often(tmp_path, Kill, runs)}")


def test_acknowledged_writes_survive_a_power_cut(tmp_path, runs, say):
    say(f"power cut: {die_often(tmp_path, PowerCut, runs)}")


def test_a_sync_that_does_nothing_loses_data(tmp_path, say):
    mode = PowerCut(tmp_path)
    victim = Victim(tmp_path, mode)
    mode.lie.touch()
    victim.die(at_least=100)
    mode.lie.unlink()
    wrong = victim.live_again()
    victim.server.stop()
    lost = [sentence for sentence in wrong if sentence.endswith("is lost")]
    say(f"lying control: {victim.ledger.acknowledged} acknowledged writes, {len(lost)} people lost")
    assert lost, "nothing was lost without a sync: the power cut test proves nothing"


def create(http, name, status=201):
    response = http.post("/Users", json=user(name))
    assert response.status_code == status, response.text
    return response


def test_after_a_failed_sync_nothing_acknowledged_is_lost_by_a_power_cut(tmp_path):
    """The write of the failed sync is in doubt; what is acknowledged before and after it has to stay."""
    mode = PowerCut(tmp_path)
    victim = Victim(tmp_path, mode)
    with victim.tenant.client() as http:
        create(http, "before")
        mode.eio.touch()
        for number in range(3):
            assert "retry-after" in create(http, f"doubt{number}", 503).headers
        assert http.get('/Users?filter=userName eq "before"').json()["totalResults"] == 1
        mode.eio.unlink()
        wait_for(lambda: http.post("/Users", json=user("after")).status_code in (201, 409), "a healthy store")
        for number in range(5):
            create(http, f"after{number}")
    victim.server.kill()
    victim.server.hold_to_sanitizers()
    mode.survive()
    victim.look()
    victim.server.start()
    names = set(Seen(victim.tenant, victim.group).people)
    victim.server.stop()
    assert {"before", "after", *(f"after{number}" for number in range(5))} <= names


def test_tampering_with_the_audit_shows(tmp_path):
    victim = Victim(tmp_path, Kill(tmp_path))
    victim.die(at_least=100)
    assert victim.live_again() == []
    victim.server.stop()
    path = victim.mode.store / "roster.db"
    assert broken_rules(path) == []
    for statement in TAMPERINGS:
        copy = tmp_path / "tampered.db"
        shutil.copy(path, copy)
        database = sqlite3.connect(copy)
        assert database.execute(statement).rowcount == 1, statement
        database.commit()
        database.close()
        assert broken_rules(copy) != [], statement


def test_the_judge_finds_what_is_lost_back_or_changed():
    ledger = Ledger(
        people=[
            Person("lost", "1", {True}),
            Person("back", "2", {False}),
            Person("other", "3", {True}, {"x"}),
            Person("out", "4", {True}, member={True}),
            Person("doubt", None, {True, False}),
        ],
        tokens=[Token("t", {True})],
        facts={"users-max": {1, 2}, ("source", "s"): {True}},
    )
    shown = {
        "back": {"id": "2"},
        "other": {"id": "9", "title": "y"},
        "out": {"id": "4"},
        "ghost": {"id": "7"},
    }
    seen = type("Shown", (), {"people": shown, "members": {"8"}, "works": lambda self, token: False, "shows": lambda self, name: None})()
    wrong = judge(ledger, seen)
    assert len(wrong) == 10, wrong
    assert judge(ledger, seen) == ["ghost appeared from nowhere", "the group has 8, whom nobody knows"]
