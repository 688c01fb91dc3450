"""Breaks the code on purpose: the test that is tied to a requirement must fail when its code is wrong.

One scratch tree and one meson folder under build/mutate, kept between runs. A mutation edits one file, ninja builds
the one program that the tied test needs, and only that test is looked at. It is a failure of this check when the test
passes all the same, when the edit does not compile, or when the test fails without any edit.
SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import random
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from results import Results, pytest_name
from rows import PROFILES, ROOT, Wrong, parse_reference, scenario_profiles

PLACE = ROOT / "build" / "mutate"
TREE = PLACE / "tree"
BUILD = PLACE / "build"
HANG_S = 60  # a mutant that does not end is a mutant that was noticed


@dataclass
class Mutant:
    row: object
    mutation: dict
    reference: str
    profile: str


def run(arguments, **options):
    return subprocess.run(arguments, capture_output=True, text=True, check=False, **options)


def tracked_files():
    listed = run(["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard", "-z"]).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def same(left, right):
    return right.exists() and left.stat().st_size == right.stat().st_size and left.read_bytes() == right.read_bytes()


def refresh_tree():
    """A copy of the tree as it is; what did not change keeps its time, so that ninja leaves it alone."""
    wanted = set(tracked_files())
    for name in wanted:
        source, copy = ROOT / name, TREE / name
        if not same(source, copy):
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copy)
            copy.chmod(source.stat().st_mode)
    for copy in [path for path in TREE.rglob("*") if path.is_file() or path.is_symlink()]:
        if str(copy.relative_to(TREE)) not in wanted:
            copy.unlink()


def configure(meson_options):
    if (BUILD / "build.ninja").exists():
        done = run(["ninja", "-C", str(BUILD), "build.ninja"])  # takes in what meson.build files say now
    else:
        done = run(["meson", "setup", str(BUILD), str(TREE), "-Dbuildtype=plain", "-Dhardening=false", *meson_options])
    if done.returncode != 0:
        raise Wrong(f"meson cannot configure the scratch tree:\n{done.stdout[-3000:]}{done.stderr[-1000:]}")


def programs():
    """meson's names of tests -> (program, arguments, environment)."""
    found = {}
    for test in json.loads(run(["meson", "introspect", "--tests", str(BUILD)]).stdout):
        found[test["name"]] = (Path(test["cmd"][0]), test["cmd"][1:], test["env"])
    return found


class Bench:
    """The scratch build: builds one program, runs one test."""

    def __init__(self, scenarios):
        self.scenarios = scenarios
        self.programs = programs()

    def program_of(self, reference):
        kind, name = parse_reference(reference, "")
        if kind in ("e2e", "probe"):
            return BUILD / "src" / "cli" / "roster"
        meson_name = {"scenario": "scenarios", "fuzz": f"fuzz corpus {name}"}.get(kind, name.partition(": ")[0])
        if meson_name not in self.programs:
            raise Wrong(f"no test program is called {meson_name}")
        return self.programs[meson_name][0]

    def build(self, paths):
        targets = [str(path.relative_to(BUILD)) for path in paths]
        return run(["ninja", "-C", str(BUILD), *targets])

    def passes(self, reference, profile):
        """Whether the test passes in the scratch build as it stands."""
        kind, name = parse_reference(reference, "")
        try:
            if kind in ("e2e", "probe"):
                return self.passes_e2e(pytest_name(kind, name, profile))
            return self.passes_unit(kind, name, reference, profile)
        except subprocess.TimeoutExpired:
            return False

    def passes_unit(self, kind, name, reference, profile):
        meson_name = {"scenario": "scenarios", "fuzz": f"fuzz corpus {name}"}.get(kind, name.partition(": ")[0])
        program, arguments, environment = self.programs[meson_name]
        if kind == "scenario":
            path = self.scenarios[name]["path"].relative_to(ROOT)
            arguments = [str(TREE / "tests" / "scenarios"), f"{path.parent.name}/{path.name}"]
        done = run([str(program), *arguments], timeout=HANG_S, env={**os.environ, **environment}, errors="replace")
        results = Results(self.scenarios)
        outcome = "OK" if done.returncode == 0 else "FAIL"
        results.add_program({"name": meson_name, "result": outcome, "stdout": done.stdout})
        if kind == "scenario":
            case = f"{name}, {profile}" if self.scenarios[name]["both"] else name
            return results.cases.get(("scenarios", case), False)
        outcomes = results.find(reference, profile)
        return bool(outcomes) and all(outcomes)

    def passes_e2e(self, name):
        path, _, test = name.partition("::")
        folder = next(p.parent for p in (TREE / "tests").glob(f"*/{path}"))
        environment = {**os.environ, "ROSTER_BIN": str(BUILD / "src" / "cli" / "roster"),
                       "PYTHONDONTWRITEBYTECODE": "1", "ROSTER_LONG": "1"}
        done = run([sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--rootdir", str(TREE),
                    f"{folder / path}::{test}"], timeout=4 * HANG_S, env=environment)
        if done.returncode not in (0, 1):
            raise Wrong(f"pytest did not run {name}: {done.stdout[-1500:]}{done.stderr[-500:]}")
        return done.returncode == 0


def choose(sections, count, seed, only):
    rows = [row for section in sections for row in section.rows if row.mutations]
    if only:
        rows = [row for row in rows if row.id in only]
    chooser = random.Random(seed)
    chosen = rows if count == 0 or only else chooser.sample(rows, min(count, len(rows)))
    return [mutant(row, mutation) for row in sorted(chosen, key=lambda row: row.id)
            for mutation in (row.mutations if count == 0 or only else [chooser.choice(row.mutations)])]


def mutant(row, mutation):
    for profile in [mutation["profile"]] if "profile" in mutation else PROFILES:
        tests = [mutation["test"]] if "test" in mutation else row.tests[profile][:1]
        if tests and tests[0] in row.tests[profile]:
            return Mutant(row, mutation, tests[0], profile)
    raise Wrong(f"{row.id}: a mutation without a test")


def kill(bench, one):
    """None when the test noticed, else what is wrong."""
    path = TREE / one.mutation["file"]
    before = path.read_text()
    path.write_text(before.replace(one.mutation["find"], one.mutation["put"], 1))
    try:
        built = bench.build([bench.program_of(one.reference)])
        if built.returncode != 0:
            return "does not compile:\n" + "\n".join(built.stdout.splitlines()[-15:])
        return "survives" if bench.passes(one.reference, one.profile) else None
    finally:
        path.write_text(before)


def baseline(bench, mutants):
    """Every tied test passes while nothing is broken; else its failing later would say nothing."""
    built = bench.build(sorted({bench.program_of(one.reference) for one in mutants}))
    if built.returncode != 0:
        raise Wrong(f"the scratch tree does not build:\n{built.stdout[-3000:]}")
    for reference, profile in sorted({(one.reference, one.profile) for one in mutants}):
        if not bench.passes(reference, profile):
            raise Wrong(f"{reference} fails under {profile} without any mutation")


def check(sections, count, seed, only, meson_options):
    """Runs the mutation check; returns (noticed, bad)."""
    started = time.monotonic()
    seed = random.randrange(1 << 32) if seed is None else seed
    mutants = choose(sections, count, seed, only)
    print(f"breaking {len(mutants)} requirements, --seed {seed}")
    refresh_tree()
    configure(meson_options)
    bench = Bench(scenario_profiles())
    baseline(bench, mutants)
    bad = 0
    for one in mutants:
        wrong = kill(bench, one)
        bad += wrong is not None
        print(f"{'ok    ' if wrong is None else 'NOT OK'} {one.row.id} {one.mutation['file']}: {one.row.title}")
        if wrong is not None:
            print(f"       {one.reference} ({one.profile}): {wrong}")
        sys.stdout.flush()
    print(f"took {time.monotonic() - started:.0f} s")
    return len(mutants) - bad, bad
