"""What the ordinary runners said, by the names that the list of requirements uses.

    unit: PROGRAM                 a C test program of meson (PROGRAM is meson's name)
    unit: PROGRAM: CASE           one case of it, as its TAP line says
    fuzz: NAME                    the replay of a fuzz target's corpus with its oracle
    scenario: NAME                a scenario, by both runners
    probe: CHECK                  a check of `roster check`, on the server itself
    e2e: FILE.py::TEST            a test of pytest with all its parameters, or with [one]
SPDX-License-Identifier: Apache-2.0
"""
import json
import re
import xml.etree.ElementTree
from pathlib import Path

from rows import parse_reference

TAP = re.compile(r"^\s*(ok|not ok)\b\s*\d*\s*-?\s*(.*)$")
SKIP = re.compile(r"#\s*skip", re.IGNORECASE)
SCENARIO = re.compile(r"test_scenario\[[\w.-]+: (.*)\]$", re.DOTALL)


def pytest_name(kind, name, profile):
    return f"test_probe.py::test_the_server_passes_its_own_probe[{profile}-{name}]" if kind == "probe" else name


class Results:
    """Outcomes: True passed, False failed; a test that is not here did not run."""

    def __init__(self, scenarios):
        self.scenarios = scenarios
        self.programs = {}  # meson's name -> outcome
        self.cases = {}  # (meson's name, case) -> outcome
        self.pytest = {}  # "file.py::test[param]" -> outcome
        self.told = {}  # scenario case -> outcome of pytest

    def read_meson(self, path):
        for line in Path(path).read_text().splitlines():
            if line.strip():
                self.add_program(json.loads(line))

    def add_program(self, test):
        # "roster:scim / scim path" in logs of suites, "scim path" in others.
        name = test["name"].split(" / ")[-1]
        if test["result"] == "SKIP":
            return
        self.programs[name] = test["result"] == "OK"
        for line in test.get("stdout", "").splitlines():
            found = TAP.match(line)
            if found and not SKIP.search(found[2]):
                self.cases[name, found[2].strip()] = found[1] == "ok"

    def read_junit(self, path):
        for case in xml.etree.ElementTree.parse(path).getroot().iter("testcase"):
            if case.find("skipped") is not None:
                continue
            passed = case.find("failure") is None and case.find("error") is None
            name = case.get("name")
            key = f"{case.get('classname').rpartition('.')[2]}.py::{name}"
            # A test with a broken fixture is two cases of one name.
            self.pytest[key] = passed and self.pytest.get(key, True)
            scenario = SCENARIO.match(name)
            if scenario:
                self.told[scenario[1]] = self.pytest[key]

    def find(self, reference, profile):
        """The outcomes of a test under a profile; empty when no runner knows it."""
        kind, name = parse_reference(reference, "")
        if kind in ("unit", "fuzz"):
            return self.find_unit(name, kind)
        if kind == "scenario":
            return self.find_scenario(name, profile)
        name = pytest_name(kind, name, profile)
        return [ok for key, ok in self.pytest.items() if key == name or key.startswith(f"{name}[")]

    def find_unit(self, name, kind):
        program, colon, case = name.partition(": ")
        if kind == "fuzz":
            program = f"fuzz corpus {name}"
        elif colon:
            return [self.cases[program, case]] if (program, case) in self.cases else []
        return [self.programs[program]] if program in self.programs else []

    def find_scenario(self, name, profile):
        case = f"{name}, {profile}" if self.scenarios[name]["both"] else name
        here = [self.cases["scenarios", case]] if ("scenarios", case) in self.cases else []
        there = [self.told[case]] if case in self.told else []
        # A runner that does not know the case has not proven it.
        return here + there if here and there else []
