# shellcheck shell=bash disable=SC2034,SC2154
# The only list of what Roster needs from the distribution, and the only place that knows which
# version of clang a distribution has.
# SPDX-License-Identifier: Apache-2.0

case $(codename) in
bookworm)
    clang_version=14
    # Debian 12 has no yyjson: see yyjson.sh.
    yyjson_packages=()
    ;;
trixie)
    clang_version=19
    yyjson_packages=(libyyjson-dev)
    ;;
*)
    # Another Debian, Ubuntu or derivative: its default clang, whichever that is.
    clang_version=
    yyjson_packages=(libyyjson-dev)
    ;;
esac

clang=clang${clang_version:+-$clang_version}
clang_format=clang-format${clang_version:+-$clang_version}
clang_tidy=clang-tidy${clang_version:+-$clang_version}

# What `run` and `build` need; meson asks for cmocka whatever is built.
build_packages=(
    gcc libc6-dev meson ninja-build pkg-config curl ca-certificates
    libmicrohttpd-dev libgnutls28-dev libssl-dev libsqlite3-dev libutf8proc-dev libinih-dev libargon2-dev
    libcurl4-openssl-dev libsystemd-dev libcmocka-dev
    "${yyjson_packages[@]}"
)

# What `test` and `bench` need on top.
# systemd and python3-seccomp: the unit that is shipped is checked, and a server run under it.
test_packages=(python3 python3-pytest python3-pytest-xdist python3-httpx openssl systemd procps python3-seccomp mount)

# What `lint`, `fmt`, `fuzz`, `outside` and `ci` need on top.
check_packages=("$clang" "$clang_format" "$clang_tidy" shellcheck python3-venv)
if [ -n "$clang_version" ]; then
    check_packages+=("libclang-rt-$clang_version-dev" "llvm-$clang_version")
else
    check_packages+=(llvm)
fi

# The packages of one group: build, test or check; each includes those before it.
group_packages() {
    printf '%s\n' "${build_packages[@]}"
    [ "$1" = build ] && return
    printf '%s\n' "${test_packages[@]}"
    [ "$1" = test ] && return
    printf '%s\n' "${check_packages[@]}"
}
