"""The list of requirements: data/conformance/*.json, read and checked.

What a row may hold is said in data/conformance/README.md. Nothing here runs a test.
SPDX-License-Identifier: Apache-2.0
"""
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "data" / "conformance"
SCENARIOS = ROOT / "tests" / "scenarios"
PROFILES = ("rfc", "interop")
LEVELS = {"MUST", "SHOULD", "MAY", "DEC", "CMP"}
ROLES = {"SP", "both", "CL"}
KINDS = {"unit", "scenario", "e2e", "fuzz", "probe"}
MEMBERS = {"id", "level", "role", "source", "title", "tests", "rfc", "interop", "not_done", "module", "mutations"}
MUTATION_MEMBERS = {"file", "find", "put", "test", "profile"}


class Wrong(Exception):
    """The list itself is wrong, whatever the tests say."""


@dataclass
class Row:
    id: str
    level: str
    role: str
    source: str
    title: str
    tests: dict  # by profile
    not_done: dict  # reason by profile
    module: str  # why a MUST need not be there; empty: it must
    mutations: list = field(default_factory=list)

    def binds(self):
        """A MUST that a service provider cannot leave out."""
        return self.level == "MUST" and self.role != "CL" and not self.module


@dataclass
class Section:
    number: str
    title: str
    rows: list


def scenario_profiles():
    """Names of scenarios, each with the profiles that it runs under."""
    found = {}
    for path in sorted(SCENARIOS.glob("*/*.json")):
        scenario = json.loads(path.read_text())
        both = scenario["profile"] == "both"
        if scenario["name"] in found:
            raise Wrong(f"two scenarios are called {scenario['name']}")
        found[scenario["name"]] = {
            "path": path,
            "both": both,
            "profiles": PROFILES if both else (scenario["profile"],),
        }
    return found


def parse_reference(text, row_id):
    kind, _, name = text.partition(": ")
    if kind not in KINDS or not name:
        raise Wrong(f"{row_id}: {text} is no test: begin with one of {', '.join(sorted(KINDS))}")
    return kind, name


def applies(reference, profile, scenarios, row_id):
    """Whether a test of both profiles' list says something about this one."""
    kind, name = parse_reference(reference, row_id)
    if kind != "scenario":
        return True
    if name not in scenarios:
        raise Wrong(f"{row_id}: no scenario is called {name}")
    return profile in scenarios[name]["profiles"]


def read_tests(raw, scenarios):
    tests = {}
    for profile in PROFILES:
        shared = [ref for ref in raw.get("tests", []) if applies(ref, profile, scenarios, raw["id"])]
        own = raw.get(profile, [])
        for ref in own:
            if not applies(ref, profile, scenarios, raw["id"]):
                raise Wrong(f"{raw['id']}: {ref} does not run under {profile}")
        tests[profile] = shared + own
    return tests


def read_reasons(raw):
    reason = raw.get("not_done", {})
    return dict.fromkeys(PROFILES, reason) if isinstance(reason, str) else reason


def read_row(raw, module, scenarios):
    unknown = set(raw) - MEMBERS
    if unknown:
        raise Wrong(f"{raw.get('id')}: unknown members {sorted(unknown)}")
    if raw["level"] not in LEVELS or raw["role"] not in ROLES or not raw["title"] or not raw["source"]:
        raise Wrong(f"{raw['id']}: level, role, source or title is none")
    row = Row(
        raw["id"], raw["level"], raw["role"], raw["source"], raw["title"],
        read_tests(raw, scenarios), read_reasons(raw), raw.get("module", module), raw.get("mutations", []),
    )
    check_row(row)
    return row


def check_row(row):
    if not re.fullmatch(r"P-\d{3}", row.id):
        raise Wrong(f"{row.id} is no number of a requirement")
    for profile in PROFILES:
        if not row.tests[profile] and not row.not_done.get(profile):
            raise Wrong(f"{row.id}: neither a test nor a reason under {profile}")
        if row.tests[profile] and row.not_done.get(profile):
            raise Wrong(f"{row.id}: both tests and a reason why it is not done under {profile}")
    for mutation in row.mutations:
        if not set(mutation) <= MUTATION_MEMBERS or not {"file", "find", "put"} <= set(mutation):
            raise Wrong(f"{row.id}: a mutation has file, find, put and perhaps test and profile")
        if mutation.get("test") and mutation["test"] not in sum(row.tests.values(), []):
            raise Wrong(f"{row.id}: {mutation['test']} is not tied to it")


def lost_mutations(sections):
    """Those whose text is not there any more, or is there more than once: all of them at once."""
    lost = []
    for section in sections:
        for row in section.rows:
            for mutation in row.mutations:
                path = ROOT / mutation["file"]
                count = path.read_text().count(mutation["find"]) if path.exists() else 0
                if count != 1:
                    lost.append(f"{row.id}: {mutation['file']} has the text to be broken {count} times: {mutation['find']!r}")
    return lost


def read_section(path, scenarios):
    raw = json.loads(path.read_text())
    module = raw.get("module", "")
    return Section(raw["section"], raw["title"], [read_row(row, module, scenarios) for row in raw["requirements"]])


def read_all():
    scenarios = scenario_profiles()
    sections, seen = [], set()
    for path in sorted(FOLDER.glob("*.json")):
        section = read_section(path, scenarios)
        for row in section.rows:
            if row.id in seen:
                raise Wrong(f"{row.id} is there twice")
            seen.add(row.id)
        sections.append(section)
    missing = [f"P-{n:03d}" for n in range(1, len(seen) + 1) if f"P-{n:03d}" not in seen]
    if missing:
        raise Wrong(f"the numbers have gaps: {', '.join(missing)}")
    lost = lost_mutations(sections)
    if lost:
        raise Wrong("\n".join(lost))
    return sections
