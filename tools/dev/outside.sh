# shellcheck shell=bash disable=SC2034,SC2154
# Suites that others wrote, against the optimised program.
# SPDX-License-Identifier: Apache-2.0

outside_environment=$build/outside

# A virtual environment with exactly what requirements.txt lists; made anew when that changes.
outside_prepare() {
    local wanted=$root/tests/outside/requirements.txt log=$stamps/outside.log
    if cmp -s "$wanted" "$outside_environment/requirements.txt"; then
        return 0
    fi
    say "installing what tests/outside/requirements.txt lists into build/outside"
    rm -rf "$outside_environment"
    if ! { "$python" -m venv "$outside_environment" &&
        "$outside_environment/bin/pip" install --quiet --disable-pip-version-check --no-deps \
            --requirement "$wanted" &&
        "$outside_environment/bin/pip" check; } >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        die "the suites of others cannot be installed. Remedy: check that pip reaches its package index"
    fi
    cp "$wanted" "$outside_environment/requirements.txt"
}

cmd_outside() {
    setup check
    build_release
    (lock outside && outside_prepare)
    ROSTER_BIN=$build/roster PYTHONDONTWRITEBYTECODE=1 \
        "$python" "$root/tests/outside/suite.py" "$outside_environment"
}
