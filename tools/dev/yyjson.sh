# shellcheck shell=bash disable=SC2034,SC2154
# yyjson for a distribution that has none: the two leaf packages of the next Debian, unpacked into
# build/apt. Nothing is installed, no root is needed, and apt checks Debian's signatures.
# SPDX-License-Identifier: Apache-2.0

yyjson_dir=$build/apt
yyjson_sysroot=$yyjson_dir/sysroot
yyjson_suite=trixie

# Is yyjson a matter for this file at all?
yyjson_is_private() { [ "$(codename)" = bookworm ] && ! [ -e /usr/include/yyjson.h ]; }

# The private pkg-config file, whatever the machine's multiarch folder is called; empty if none.
yyjson_pc() { compgen -G "$yyjson_sysroot/usr/lib/*/pkgconfig/yyjson.pc" | head -n 1 || true; }

# The folder for an rpath; empty when the system has yyjson.
yyjson_libdir() {
    local pc
    pc=$(yyjson_pc)
    if yyjson_is_private && [ -n "$pc" ]; then
        dirname "$(dirname "$pc")"
    fi
}

# Lets meson find the private yyjson.
yyjson_export() {
    local libdir
    libdir=$(yyjson_libdir)
    if [ -n "$libdir" ]; then
        export PKG_CONFIG_PATH=$libdir/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
    fi
}

# The mirrors that this machine's apt takes its own release from. Asking apt reads both kinds of
# sources, and works before the first `apt-get update`.
yyjson_mirrors() {
    apt-get --print-uris update 2>/dev/null |
        sed -nE "s#^'(.*)/dists/(bookworm|stable|oldstable)/InRelease'.*#\1#p" | sort -u
}

yyjson_apt() {
    local options=(
        -o "Dir::Etc::SourceList=$yyjson_dir/$yyjson_suite.sources" -o Dir::Etc::SourceParts=-
        -o "Dir::State::Lists=$yyjson_dir/lists" -o "Dir::Cache=$yyjson_dir/cache"
        -o Acquire::Languages=none -o Acquire::Retries=3 -o APT::Update::Post-Invoke-Success::=true
    )
    is_root && options+=(-o APT::Sandbox::User=root)
    apt-get -q "${options[@]}" "$@"
}

# Downloads the packages from one mirror; fails quietly so that the next one can be tried.
yyjson_fetch() {
    rm -rf "$yyjson_dir"
    mkdir -p "$yyjson_dir"/{lists/partial,cache/archives/partial,debs}
    printf '%s\n' 'Types: deb' "URIs: $1" "Suites: $yyjson_suite" 'Components: main' \
        'Targets: Packages' 'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg' \
        >"$yyjson_dir/$yyjson_suite.sources"
    yyjson_apt update >"$yyjson_dir/log" 2>&1 &&
        (cd "$yyjson_dir/debs" && yyjson_apt download libyyjson0 libyyjson-dev) \
            >>"$yyjson_dir/log" 2>&1
}

# Unpacks beside the final place and renames, so that a half-unpacked folder is never used.
yyjson_unpack() {
    local deb
    for deb in "$yyjson_dir"/debs/*.deb; do
        dpkg-deb -x "$deb" "$yyjson_sysroot.new"
    done
    rm -rf "$yyjson_sysroot"
    mv "$yyjson_sysroot.new" "$yyjson_sysroot"
}

yyjson_download() {
    local mirror
    say "yyjson: $(codename) has none; unpacking Debian $yyjson_suite's packages into build/apt"
    while IFS= read -r mirror; do
        if yyjson_fetch "$mirror"; then
            yyjson_unpack
            rm -rf "$yyjson_dir"/{lists,cache}
            return
        fi
    done < <(yyjson_mirrors)
    [ -e "$yyjson_dir/log" ] && cat "$yyjson_dir/log" >&2
    die "cannot get yyjson from the mirrors that apt is configured with.
  Remedy: check the network and the mirror; where a signature is refused, renew the keys:
      apt-get update && apt-get install debian-archive-keyring"
}

# Makes the private yyjson ready. The .pc file names its folder absolutely, so that PKG_CONFIG_PATH
# alone is enough; a tree that was moved gets it written again.
yyjson_setup() {
    local pc prefix=$yyjson_sysroot/usr
    yyjson_is_private || return 0
    [ -n "$(yyjson_pc)" ] || yyjson_download
    pc=$(yyjson_pc)
    if ! grep -qxF "prefix=$prefix" "$pc"; then
        sed -i -E "s#^([a-z_]*prefix|[a-z]*dir)=.*/usr#\\1=$prefix#" "$pc"
    fi
}
