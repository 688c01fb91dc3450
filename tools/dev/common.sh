# shellcheck shell=bash disable=SC2034,SC2154
# Shared by every part of ./dev: messages, paths and the machine's description.
# SPDX-License-Identifier: Apache-2.0

build=$root/build
stamps=$build/.dev

say() { printf '%s\n' "$*"; }
step() { printf '\n== %s\n' "$*"; }
warn() { printf 'dev: %s\n' "$*" >&2; }
die() {
    warn "$1"
    exit "${2:-1}"
}

have() { command -v "$1" >/dev/null 2>&1; }
is_root() { [ "$(id -u)" -eq 0 ]; }
cores() { nproc 2>/dev/null || echo 2; }

# The release name of the distribution: bookworm, trixie, ...
codename() {
    # shellcheck disable=SC1091
    (. /etc/os-release 2>/dev/null && printf '%s' "${VERSION_CODENAME:-unknown}")
}

# Debian's own Python, because pytest and httpx come from Debian's packages; a Python that a
# developer put in front of it in PATH does not see them.
python=/usr/bin/python3

# One process at a time in the region that follows, as long as the caller's subshell lives.
lock() {
    mkdir -p "$stamps"
    exec 9>"$stamps/$1.lock"
    if ! flock -n 9; then
        warn "waiting for another ./dev to finish with $1"
        flock 9
    fi
}
