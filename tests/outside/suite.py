# SPDX-License-Identifier: Apache-2.0
"""The suites that no one here wrote, against the real program: scim2-cli's test in both profiles, and
scim2-client.

    suite.py ENVIRONMENT       a virtual environment with what requirements.txt lists

Ends with "N passed, N failed" as ./dev test does. An expected failure is one that expected-failures.json names with the
section of the RFC that justifies it; one that no longer occurs is a failure of this run: take it off the list.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

from daemon import Daemon  # noqa: E402

# What is refused as a certificate hides the checks behind it, so the strict profile is tried without that rule too.
RUNS = [("rfc", "rfc", []), ("rfc, values-as-sent", "rfc", ["values-as-sent=on"]), ("interop", "interop", [])]
RESULT = re.compile(r"^([A-Z]+) (\w+)$")
PATIENCE_S = 600  # how long a suite may take before it counts as hung


def run(server, profile, settings):
    """(status, check, reason) of everything that `scim test` looked at."""
    tenant = server.tenant(profile=profile)
    if settings:
        server.tell("tenant", "set", tenant.name, *settings)
    done = subprocess.run(
        [ENVIRONMENT / "bin" / "scim", "--url", f"{server.url}/scim/v2", "test"],
        env={**os.environ, "SCIM_CLI_HEADERS": f"Authorization: Bearer {tenant.token}", "NO_COLOR": "1"},
        capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )
    results = []
    for line in done.stdout.splitlines():
        found = RESULT.match(line)
        if found:
            results.append([found[1], found[2], ""])
        elif results:
            results[-1][2] += line.strip() + "\n"
    if not results:
        sys.exit(f"scim test said nothing of use:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return results


def judge(label, results, rules):
    """Counts of passed and expected checks, and the failures that nothing justifies."""
    passed = sum(1 for status, _, _ in results if status == "SUCCESS")
    failures = [(check, reason) for status, check, reason in results if status != "SUCCESS"]
    rules = [rule for rule in rules if label in rule["runs"]]
    used = dict.fromkeys((rule["reason"] for rule in rules), 0)
    bad = []
    for check, reason in failures:
        rule = next((one for one in rules if one["reason"] in reason), None)
        if rule is None:
            bad.append(f"{check}: {reason.strip()}")
        else:
            used[rule["reason"]] += 1
    bad += [f"expected and no longer seen, take it off the list: {text}" for text, count in used.items() if not count]
    return passed, sum(used.values()), bad


def suite(server, label, profile, settings, rules):
    passed, expected, bad = judge(label, run(server, profile, settings), rules)
    print(f"scim2-cli, {label}: {passed} checks passed, {expected} expected failures, {len(bad)} others")
    for line in bad:
        print(f"  {line}")
    return passed, len(bad)


def provision(server):
    tenant = server.tenant("provision", "rfc")
    # A thousand people who come and go within a minute are what the guard is there to hold.
    server.tell("tenant", "set", tenant.name, "guard=off")
    done = subprocess.run(
        [ENVIRONMENT / "bin" / "python", HERE / "provision.py", f"{server.url}/scim/v2"],
        env={**os.environ, "ROSTER_TOKEN": tenant.token},
        capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )
    print(f"scim2-client: {(done.stdout + done.stderr[-3000:]).strip()}")
    return done.returncode == 0


def main():
    rules = json.loads((HERE / "expected-failures.json").read_text())
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        server = Daemon(folder).start()
        for label, profile, settings in RUNS:
            good, bad = suite(server, label, profile, settings, rules)
            passed, failed = passed + good, failed + bad
        good = provision(server)
        passed, failed = passed + good, failed + (not good)
        server.stop()
    for rule in rules:
        print(f"expected: {rule['reason']} ({'; '.join(rule['runs'])}): {rule['section']}: {rule['why']}")
    print(f"{len(rules)} reasons for expected failures")
    print(f"\n{passed} passed, {failed} failed")
    return failed == 0


if __name__ == "__main__":
    ENVIRONMENT = Path(sys.argv[1]).resolve()
    sys.exit(0 if main() else 1)
