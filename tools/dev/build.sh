# shellcheck shell=bash disable=SC2034,SC2154
# Meson folders: one for each purpose, all under build/.
# SPDX-License-Identifier: Apache-2.0

# configure DIR COMPILER ARGUMENT...: makes a meson folder, or makes it anew when the arguments or
# the place of the tree have changed. Costs nothing when it stands.
configure() {
    local dir=$build/$1 compiler=$2 want
    shift 2
    want=$(printf '%s\n' "$root" "$compiler" "$(yyjson_libdir)" "$@")
    if [ -e "$dir/build.ninja" ] && [ "$(cat "$dir/.dev-arguments" 2>/dev/null)" = "$want" ]; then
        return 0
    fi
    rm -rf "$dir"
    mkdir -p "$dir"
    if ! CC=$compiler meson setup "$dir" "$root" -Dprivate_rpath="$(yyjson_libdir)" "$@" \
        >"$dir/setup.log" 2>&1; then
        cat "$dir/setup.log" >&2
        die "meson could not configure $dir. Remedy: see its last lines above; ./dev setup renews
  what is installed"
    fi
    printf '%s\n' "$want" >"$dir/.dev-arguments"
}

# compile DIR [TARGET...]: prints what ninja prints only when it fails, or warnings.
compile() {
    local dir=$build/$1 log=$build/$1/compile.log
    shift
    if ! meson compile -C "$dir" "$@" >"$log" 2>&1; then
        grep -vE '^(INFO|ninja: Entering|\[[0-9]+/[0-9]+\] (Compiling|Linking))' "$log" >&2 || true
        return 1
    fi
    if grep -q 'warning:' "$log"; then
        grep -A 5 'warning:' "$log" >&2
    fi
}

# prepare DIR COMPILER [TARGET] -- ARGUMENT...: configures and compiles, one ./dev at a time.
prepare() {
    local dir=$1 compiler=$2 targets=()
    shift 2
    while [ "$1" != -- ]; do
        targets+=("$1")
        shift
    done
    shift
    (
        lock "$dir"
        configure "$dir" "$compiler" "$@"
        compile "$dir" "${targets[@]}" 9>&-
    )
}

# The program in a meson folder, wherever its layer puts it.
binary_in() {
    find "$build/$1" -name roster -type f -perm -u+x -not -path '*/meson-*' -print -quit
}

cmd_build() {
    setup build
    build_release
    say "built build/roster"
}

# Optimised, hardened, with symbols. Renamed into place, so that a running one is no obstacle.
build_release() {
    local made
    prepare release gcc roster:executable -- \
        -Dbuildtype=debugoptimized -Db_lto=true -Db_lto_threads="$(cores)" -Db_pie=true -Dhardening=true || die "the build failed"
    made=$(binary_in release)
    [ -n "$made" ] || die "the build made no program called roster"
    if ! cmp -s "$made" "$build/roster"; then
        cp "$made" "$build/roster.new"
        mv -f "$build/roster.new" "$build/roster"
    fi
}

cmd_bench() {
    setup test
    [ -x "$root/bench/run" ] || die "bench/run is not there yet" 69
    build_release
    ROSTER_BIN=$build/roster exec "$root/bench/run" "$@"
}
