# SPDX-License-Identifier: Apache-2.0
"""What the server acknowledged, and what it may or may not have done when it died.

Every fact is a set of the values that may be true: one value once an answer came, two while a request is
under way. Each client owns its people, so nothing here needs a lock.
"""

from dataclasses import dataclass, field


class Gone(Exception):
    """The server did not answer any more."""


@dataclass
class Person:
    name: str
    id: str = None
    exists: set = field(default_factory=lambda: {False})
    title: set = field(default_factory=lambda: {None})
    member: set = field(default_factory=lambda: {False})


@dataclass
class Token:
    secret: str
    works: set


@dataclass
class Ledger:
    people: list = field(default_factory=list)
    tokens: list = field(default_factory=list)
    facts: dict = field(default_factory=dict)  # of the administration: name to what may be so
    checkpoints: list = field(default_factory=list)  # files
    erased: list = field(default_factory=list)  # names of which nothing may be left
    acknowledged: int = 0
    surprises: list = field(default_factory=list)

    def sum(self, others):
        for other in others:
            self.people += other.people
            self.tokens += other.tokens
            self.facts.update(other.facts)
            self.checkpoints += other.checkpoints
            self.erased += other.erased
            self.acknowledged += other.acknowledged
            self.surprises += other.surprises


def judge(ledger, seen):
    """Compares the ledger with what the restarted server shows; a sentence for each fact that is wrong."""
    wrong = list(ledger.surprises)
    for person in ledger.people:
        wrong += judge_person(person, seen.people.get(person.name), seen.members)
    for token in ledger.tokens:
        works = seen.works(token.secret)
        if works not in token.works:
            wrong.append(f"a token is {'alive' if works else 'dead'} that should not be")
        token.works = {works}
    for name, values in ledger.facts.items():
        is_so = seen.shows(name)
        if is_so not in values:
            wrong.append(f"{name} is {is_so}, not {values}")
        ledger.facts[name] = {is_so}
    known = {person.name for person in ledger.people}
    wrong += [f"{name} appeared from nowhere" for name in seen.people if name not in known]
    present = {shown["id"] for shown in seen.people.values()}
    wrong += [f"the group has {member}, whom nobody knows" for member in seen.members - present]
    return wrong


def judge_person(person, shown, members):
    wrong = []
    if (shown is not None) not in person.exists:
        wrong.append(f"{person.name} {'is lost' if shown is None else 'is back'}")
    if shown is not None:
        if person.id is not None and shown["id"] != person.id:
            wrong.append(f"{person.name} has another id")
        if shown.get("title") not in person.title:
            wrong.append(f"{person.name} has the title {shown.get('title')}, not {person.title}")
        if (shown["id"] in members) not in person.member:
            wrong.append(
                f"{person.name} is {'' if shown['id'] in members else 'not '}a member, against its word"
            )
    settle(person, shown, members)
    return wrong


def settle(person, shown, members):
    """What was in doubt is known now; the next run holds the server to it."""
    person.exists = {shown is not None}
    if shown is not None:
        person.id = shown["id"]
        person.title = {shown.get("title")}
        person.member = {shown["id"] in members}
