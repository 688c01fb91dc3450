# SPDX-License-Identifier: Apache-2.0
"""Clients that write until the server is gone, and keep a ledger of what they were told."""

import itertools
import json
import threading

from expect import ENTERPRISE, add_members, patch, remove_member, user
from keepers import KINDS, Client, Tokens
from ledger import Gone, Person
from wire import Wire

WRITERS = 15  # one more writes jobs, and three administer


class Writer(Client):
    """Creates people, changes and replaces them, moves them in and out of the group, deletes some."""

    def run(self):
        try:
            self.wire = Wire(self.server.address)
            for number in itertools.count():
                self.live(number)
        except (Gone, OSError):
            pass

    def live(self, number):
        person = Person(f"{self.prefix}-{number}")
        self.create(person)
        self.title(person, f"title {number}")
        self.change(person.member, True, "PATCH", f"/Groups/{self.group}", add_members(person.id), 204)
        if number % 2 == 0:
            whole = user(person.name, title=f"put {number}")
            self.change(person.title, whole["title"], "PUT", f"/Users/{person.id}", whole, 200)
        if number % 3 == 0:
            self.change(person.member, False, "PATCH", f"/Groups/{self.group}", remove_member(person.id), 204)
        if number % 4 == 0:
            self.change(person.exists, False, "DELETE", f"/Users/{person.id}", None, 204)


class JobWriter(Writer):
    """Does the same by bulk jobs of all sizes, whose operations refer to each other, also in a circle."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.leaving = []  # of the job before

    def live(self, number):
        people = [Person(f"{self.prefix}-{number}-{at}") for at in range(1 + number * 37 % 150)]
        self.ledger.people += people
        leaving, joining, titled = self.leaving, people[::2], people[::3]
        operations = [self.creation(at, person, people) for at, person in enumerate(people)]
        operations.insert(0 if number % 2 else len(people), self.joining(joining))
        operations += [self.titling(person) for person in titled]
        operations += [{"method": "DELETE", "path": f"/Users/{person.id}"} for person in leaving]
        facts = [(person.exists, True) for person in people] + [(person.member, True) for person in joining]
        facts += [(person.title, person.name) for person in titled]
        facts += [(person.exists, False) for person in leaving]
        for fact, value in facts:
            fact.add(value)
        answers = json.loads(self.told("POST", "/Bulk", {"Operations": operations}, 200))["Operations"]
        self.hold_to(operations, answers)
        for fact, value in facts:
            fact.intersection_update({value})
        names = {person.name: person for person in people}
        for answer in answers:
            if answer.get("bulkId") in names:
                names[answer["bulkId"]].id = answer["location"].rpartition("/")[2]
        self.ledger.acknowledged += len(answers) - 1
        self.leaving = people[::4]

    def creation(self, at, person, people):
        """The first ones are each other's manager."""
        circle = [{ENTERPRISE: {"manager": {"value": f"bulkId:{other.name}"}}} for other in people[1::-1]]
        more = circle[at] if at < len(circle) else {}
        return {"method": "POST", "path": "/Users", "bulkId": person.name, "data": user(person.name, **more)}

    def joining(self, people):
        data = add_members(*(f"bulkId:{person.name}" for person in people))
        return {"method": "PATCH", "path": f"/Groups/{self.group}", "data": data}

    def titling(self, person):
        data = patch({"op": "add", "path": "title", "value": person.name})
        return {"method": "PATCH", "path": f"/Users/bulkId:{person.name}", "data": data}

    def hold_to(self, operations, answers):
        expected = {"POST": "201", "PATCH": "200", "DELETE": "204"}
        odd = [answer for answer in answers if answer["status"] != expected[answer["method"]]]
        if odd or len(answers) != len(operations):
            self.ledger.surprises.append(f"a job of {len(operations)}: {len(answers)} answers, {odd[:3]}")
            raise Gone


class Load:
    """The clients, each on a thread of its own. Kinds of administration take turns from run to run."""

    def __init__(self, server, tenant, group, run, known):
        self.clients = [Writer(server, tenant, group, f"r{run}w{number}") for number in range(WRITERS)]
        self.clients.append(JobWriter(server, tenant, group, f"r{run}jobs"))
        self.over = threading.Event()
        kinds = [Tokens, KINDS[2 * run % len(KINDS)], KINDS[(2 * run + 1) % len(KINDS)]]
        self.keepers = [kind(server, tenant, group, f"r{run}{kind.__name__.lower()}", self.over, known) for kind in kinds]
        self.clients += self.keepers
        self.threads = [threading.Thread(target=client.run) for client in self.clients]

    def start(self):
        for thread in self.threads:
            thread.start()

    @property
    def acknowledged(self):
        return sum(client.ledger.acknowledged for client in self.clients)

    @property
    def is_mixed(self):
        """Whether each of those who administer has done its work once, or cannot go on."""
        return all(keeper.rounds > 0 or keeper.ledger.surprises for keeper in self.keepers)

    def join(self, into):
        """Waits for the clients of a dead server and takes over what they know."""
        for thread in self.threads:
            thread.join()
        into.sum(client.ledger for client in self.clients)
