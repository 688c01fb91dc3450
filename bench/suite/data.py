# SPDX-License-Identifier: Apache-2.0
"""The people that everything is measured with, and prepared stores full of them."""

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from . import machine
from .server import SCIM, Broken, Roster, admin

# As Entra ID sends it by its default mapping; about 1.5 KB as answered. {{h}} scrambles the order,
# so that keys arrive as they do in life: all over the index.
USER = {
    "schemas": [
        "urn:ietf:params:scim:schemas:core:2.0:User",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    ],
    "externalId": "{{h}}",
    "userName": "{{h}}.{{n}}@contoso.example",
    "active": True,
    "displayName": "Ana {{h}} Ruiz",
    "title": "Senior Engineer, Division {{n%40}}",
    "preferredLanguage": "en-GB",
    "emails": [{"primary": True, "type": "work", "value": "{{h}}.{{n}}@contoso.example"}],
    "name": {"formatted": "Ana {{h}} Ruiz", "familyName": "Ruiz {{h}}", "givenName": "Ana"},
    "phoneNumbers": [
        {"type": "work", "value": "+44 20 7946 {{n}}"},
        {"type": "mobile", "value": "+44 7700 90{{n}}"},
    ],
    "addresses": [
        {
            "type": "work",
            "formatted": "{{n%900}} Long Street\nLondon EC1A 1BB\nUnited Kingdom",
            "streetAddress": "{{n%900}} Long Street",
            "locality": "London",
            "region": "Greater London",
            "postalCode": "EC1A 1BB",
            "country": "GB",
        },
        {"type": "other", "formatted": "Building {{n%12}}, Floor {{n%9}}"},
    ],
    "roles": [],
    "meta": {"resourceType": "User"},
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
        "employeeNumber": "{{n}}",
        "department": "Department {{n%50}}",
        "division": "Division {{n%40}}",
        "organization": "Contoso Limited",
        "costCenter": "CC-{{n%200}}",
    },
}
USER_NAME = "{{h}}.{{n}}@contoso.example"

GROUPED_FIVE = 1000  # first users of the tenant "grouped": 5 groups each
GROUPED_TEN = 9000   # the others: 10 groups each
GROUPS = 200
MEMBERS_A_REQUEST = 10000


def head(method, target, token):
    return f"{method} /scim/v2/{target}\nAuthorization: Bearer {token}\nAccept: {SCIM}\n"


def head_with_body(method, target, token):
    return head(method, target, token) + f"Content-Type: {SCIM}\n\n"


def create_form(token):
    return head_with_body("POST", "Users", token) + json.dumps(USER, separators=(",", ":"))


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


@dataclass
class Prepared:
    """A store that nobody writes to; copy() gives one that may be changed."""

    folder: Path
    users: int
    tokens: dict

    def ids(self, name):
        return self.folder / f"{name}.ids"

    def copy(self, name):
        target = machine.WORK / "copies" / name
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        shutil.copyfile(self.folder / "roster.db", target / "roster.db")
        keys = self.folder / "keys"
        if keys.exists():
            shutil.copytree(keys, target / "keys")
        return target

    @staticmethod
    def drop(copy):
        shutil.rmtree(copy, ignore_errors=True)


def fingerprint(binary):
    """Changes whenever a store of today would be laid out differently."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "roster.db"
        admin(binary, store, "tenant", "add", "people")
        with contextlib.closing(sqlite3.connect(store)) as connection:
            rows = connection.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall()
            rows += connection.execute("PRAGMA page_size").fetchall()
    text = json.dumps([rows, USER, GROUPED_FIVE, GROUPED_TEN, GROUPS])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def add_tenant(binary, store, name):
    admin(binary, store, "tenant", "add", name)
    return admin(binary, store, "token", "add", "--tenant", name, "--expires", "never")


def load_users(generator, server, token, count, first, folder):
    """Creates users first … first + count over many connections; gives their ids in that order."""
    saved = folder / "saved"
    answer = generator.run(
        server.port,
        [generator.form(create_form(token))],
        status=201,
        jobs=count,
        first=first,
        seconds=0,
        connections=256,
        save=saved,
    )
    rows = sorted(line.split("\t") for line in saved.read_text().splitlines())
    saved.unlink()
    if len(rows) != count:
        raise Broken(f"of {count} users {len(rows)} were created: {answer['first_wrong'][:300]}")
    ids = {int(number): identifier for number, identifier in rows}
    return [ids[number] for number in sorted(ids)]


def add_group(server, token, name, ids):
    """A group with these members, in pieces that one request may have."""
    members = [{"value": identifier} for identifier in ids]
    group = server.create(
        token,
        "Groups",
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
            "displayName": name,
            "members": members[:MEMBERS_A_REQUEST],
        },
    )
    for at in range(MEMBERS_A_REQUEST, len(members), MEMBERS_A_REQUEST):
        operation = {"op": "add", "path": "members", "value": members[at : at + MEMBERS_A_REQUEST]}
        body = {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [operation],
        }
        status, text = server.ask("PATCH", f"/scim/v2/Groups/{group}", token, body)
        if status not in (200, 204):
            raise Broken(f"adding members was answered {status}: {text[:200]}")
    return group


def add_grouped(generator, server, token, folder):
    five = load_users(generator, server, token, GROUPED_FIVE, 0, folder)
    ten = load_users(generator, server, token, GROUPED_TEN, GROUPED_FIVE, folder)
    members = [[] for _ in range(GROUPS)]
    for at, identifier in enumerate(five + ten):
        for step in range(5 if at < GROUPED_FIVE else 10):
            members[(at * 7 + step * 19) % GROUPS].append(identifier)
    for at, ids in enumerate(members):
        add_group(server, token, f"Group {at}", ids)
    (folder / "grouped.ids").write_text("".join(f"{identifier}\n" for identifier in ten))


def prepare(binary, generator, users, with_groups):
    """The prepared store with that many users; made when there is none of today's kind."""
    kind = "grouped" if with_groups else "plain"
    stores = machine.WORK / "stores"
    folder = stores / f"{users}-{kind}-{fingerprint(binary)}"
    ready = folder / "ready.json"
    if ready.exists():
        return Prepared(folder, users, json.loads(ready.read_text()))
    for old in stores.glob(f"{users}-{kind}-*"):
        shutil.rmtree(old)
    folder.mkdir(parents=True, mode=0o700)
    say(f"preparing a store with {users} users through the server (kept for the next run)")
    store = folder / "roster.db"
    tokens = {"people": add_tenant(binary, store, "people")}
    if with_groups:
        tokens["grouped"] = add_tenant(binary, store, "grouped")
    server = Roster(binary, folder, core=None)
    try:
        ids = load_users(generator, server, tokens["people"], users, 0, folder)
        (folder / "people.ids").write_text("".join(f"{identifier}\n" for identifier in ids))
        if with_groups:
            add_grouped(generator, server, tokens["grouped"], folder)
        server.stop()
    finally:
        server.kill()
    with open(os.open(ready, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as out:
        json.dump(tokens, out)
    return Prepared(folder, users, tokens)
