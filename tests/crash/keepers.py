# SPDX-License-Identifier: Apache-2.0
"""Clients that administer, each in one way, until the server is gone. A command whose server dies may open
the store itself and go on: what it then acknowledges counts as much."""

import itertools
import json
import os
import time

from expect import patch, user
from ledger import Gone, Ledger, Person, Token
from wire import Wire, with_body

QUIET_SOURCE = "quiet"
LIMIT_AT_FIRST = 1000000  # of people: never reached
# What a command says when there is no server any more, or it went in between. All else is a surprise.
SERVER_GONE = {os.EX_UNAVAILABLE, os.EX_IOERR, os.EX_TEMPFAIL}


class Client:
    """Writes to one tenant and keeps a ledger."""

    def __init__(self, server, tenant, group, prefix):
        self.server, self.tenant, self.group, self.prefix = server, tenant, group, prefix
        self.ledger = Ledger()

    def told(self, method, path, body, status):
        """What the server answered, when that is what it has to answer."""
        request = with_body(method, f"/scim/v2{path}", self.tenant, "" if body is None else body)
        reply = self.wire.send(request).reply(method)
        if reply is None:
            raise Gone
        if reply.status != status:
            self.ledger.surprises.append(f"{method} {path}: {reply.status} {reply.text[:200]}")
            raise Gone
        self.ledger.acknowledged += 1
        return reply.text

    def change(self, fact, value, *request):
        """Both the old and the new value may be true until the answer is here."""
        fact.add(value)
        answer = self.told(*request)
        fact.intersection_update({value})
        return answer

    def create(self, person, **more):
        self.ledger.people.append(person)
        person.exists = {False, True}
        person.id = json.loads(self.told("POST", "/Users", user(person.name, **more), 201))["id"]
        person.exists = {True}

    def title(self, person, title):
        """The changed person, as the server answers it."""
        request = patch({"op": "add", "path": "title", "value": title})
        return json.loads(self.change(person.title, title, "PATCH", f"/Users/{person.id}", request, 200))


class Keeper(Client):
    """Does `live` again and again. `known`: facts of earlier runs, of which nothing is in doubt any more."""

    def __init__(self, server, tenant, group, prefix, over, known):
        super().__init__(server, tenant, group, prefix)
        self.over, self.known, self.rounds = over, known, 0

    def run(self):
        try:
            self.wire = Wire(self.server.address)
            for number in itertools.count():
                if self.over.is_set():
                    return
                self.live(number)
                self.rounds += 1
        except (Gone, OSError):
            pass

    def commanded(self, *arguments):
        done = self.server.command(*arguments)
        if done.returncode in SERVER_GONE:
            raise Gone
        if done.returncode != 0:
            self.ledger.surprises.append(f"{' '.join(arguments)}: {done.returncode} {done.stderr[:300]}")
            raise Gone
        self.ledger.acknowledged += 1
        return done.stdout

    def settle(self, fact, value, *arguments):
        """As `change`, by a command about the tenant."""
        fact.add(value)
        answer = self.commanded(*arguments, "--tenant", self.tenant.name)
        fact.intersection_update({value})
        return answer

    def fact(self, name, at_first):
        """What may be so of that name."""
        before = self.known.get(name, {at_first})
        return self.ledger.facts.setdefault(name, set(before))


class Tokens(Keeper):
    """Adds them and revokes every other one."""

    def live(self, number):
        added = json.loads(self.commanded("token", "add", "--tenant", self.tenant.name, "--json"))
        token = Token(added["secret"], {True})
        self.ledger.tokens.append(token)
        if number % 2 == 1:
            token.works.add(False)
            self.commanded("token", "revoke", str(added["id"]))
            token.works.intersection_update({False})


class Settings(Keeper):
    def live(self, number):
        limit = self.fact("users-max", None)
        value = max((one for one in limit if one), default=LIMIT_AT_FIRST) + 1
        limit.add(value)
        self.commanded("tenant", "set", self.tenant.name, f"users-max={value}")
        limit.intersection_update({value})


class Sources(Keeper):
    def live(self, number):
        name = f"{self.prefix}-{number}"
        there = self.fact(("source", name), False)
        self.settle(there, True, "source", "add", name, "writes=own")
        if number % 2 == 1:
            self.settle(there, False, "source", "remove", name)


class Roles(Keeper):
    def live(self, number):
        name = f"{self.prefix}-{number}"
        there = self.fact(("role", name), False)
        self.settle(there, True, "role", "add", name)
        if number % 2 == 1:
            self.settle(there, False, "role", "remove", name)


class Orders(Keeper):
    """To the guard, about a source that nobody writes by."""

    def live(self, number):
        state = self.fact("guard", "open")
        said = ["guard", "deny", "--source", QUIET_SOURCE, "--kind", "deletions"]
        self.settle(state, "denied", *said)
        self.settle(state, "open", *said, "--lift")


class Checkpoints(Keeper):
    """Each is to be kept: what it says of the chains holds forever."""

    def live(self, number):
        path = self.server.folder / f"{self.prefix}-{number}.checkpoint"
        self.commanded("audit", "checkpoint", "--out", str(path))
        self.ledger.checkpoints.append(path)


class Undoers(Keeper):
    """Changes a title and takes that back."""

    def live(self, number):
        person = Person(f"{self.prefix}-{number}")
        self.create(person)
        self.title(person, "meant")
        time.sleep(0.002)  # times have milliseconds
        since = self.title(person, "by mistake")["meta"]["lastModified"]
        self.settle(person.title, "meant", "undo", "--since", since, "--resource", person.id, "--apply")


class Erasers(Keeper):
    """People of whom nothing may be left once that was said."""

    def live(self, number):
        person = Person(f"{self.prefix}-{number}-{os.urandom(8).hex()}")
        self.create(person)
        self.title(person, f"title of {person.name}")
        said = ["erase", person.name, "--reason", "test", "--delete", "--yes"]
        self.settle(person.exists, False, *said)
        self.ledger.erased.append(person.name)


KINDS = [Checkpoints, Undoers, Settings, Erasers, Sources, Orders, Roles]
