# shellcheck shell=bash disable=SC2034,SC2154
# Installs what is missing, once: the second call costs a look at a stamp file.
# SPDX-License-Identifier: Apache-2.0

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Prints those packages of a group that the machine lacks.
missing_packages() {
    local package
    while IFS= read -r package; do
        is_installed "$package" || printf '%s\n' "$package"
    done < <(group_packages "$1")
}

# Asks only a person; root and CI have decided already.
confirm_install() {
    local answer
    if [ ! -t 0 ] || is_root || [ "${CI:-}" = true ]; then
        return 0
    fi
    read -r -p "Install them with sudo apt-get? [y/n] " answer
    case $answer in
    y | Y | yes) return 0 ;;
    *) return 1 ;;
    esac
}

# Runs a command as root, or says how a person does it.
as_root() {
    if is_root; then
        "$@"
    elif have sudo && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
        sudo "$@"
    else
        return 1
    fi
}

install_packages() {
    local options=(-y --no-install-recommends) log=$stamps/apt.log
    local by_hand="apt-get update && apt-get install --no-install-recommends $*"
    say "dev: this machine lacks: $*"
    confirm_install || die "nothing was installed. Remedy, as root: $by_hand"
    as_root true || die "root is needed to install packages. Remedy, as root: $by_hand"
    say "dev: installing them with apt-get (log: build/.dev/apt.log)"
    # A new machine may never have fetched its package lists, an old one may have stale ones.
    as_root apt-get -q update >"$log" 2>&1 || warn "apt-get update had errors, trying all the same"
    if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install "${options[@]}" "$@" \
        >>"$log" 2>&1; then
        tail -n 20 "$log" >&2
        die "apt-get could not install them. Remedy: see above, then, as root: $by_hand"
    fi
}

# setup GROUP [again]: makes sure of the packages of a group (build, test, check) and of yyjson.
setup() {
    local group=$1 stamp missing=()
    stamp=$stamps/setup-$group-$({
        codename
        group_packages "$group"
    } | sha256sum | cut -c 1-16)
    if [ "${2:-}" = again ] || [ ! -e "$stamp" ]; then
        setup_machine "$group"
        touch "$stamp"
    fi
    yyjson_setup_once
    yyjson_export
}

setup_machine() {
    local missing
    if ! have dpkg-query || ! have apt-get; then
        die "setup knows Debian and its relatives only. Remedy: install the libraries of README.md
  yourself and use meson directly"
    fi
    mkdir -p "$stamps"
    (
        lock setup
        mapfile -t missing < <(missing_packages "$1")
        if [ "${#missing[@]}" -gt 0 ]; then
            install_packages "${missing[@]}"
        fi
    )
}

yyjson_setup_once() {
    yyjson_is_private || return 0
    (
        lock setup
        yyjson_setup
    )
}
