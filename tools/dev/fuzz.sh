# shellcheck shell=bash disable=SC2034,SC2154
# Fuzzing with libFuzzer. What it learns stays in build/fuzz-out; what is worth keeping is copied
# into fuzz/corpus by hand, and every `./dev test` replays it.
# SPDX-License-Identifier: Apache-2.0

fuzz_out=$build/fuzz-out
clang_arguments=(-Dbuildtype=debugoptimized -Dhardening=false -Db_lundef=false)

build_fuzzers() {
    prepare fuzz "$clang" -- "${clang_arguments[@]}" -Dfuzzers=true -Db_sanitize=address,undefined
}

# The names of the targets: programs that meson put into fuzz/, without a prefix fuzz_.
fuzz_names() {
    find "$build/fuzz/fuzz" -maxdepth 1 -type f -perm -u+x -printf '%f\n' 2>/dev/null |
        sed 's/^fuzz_//' | sort
}

fuzz_program() {
    local name
    for name in "$1" "fuzz_$1"; do
        if [ -x "$build/fuzz/fuzz/$name" ]; then
            printf '%s' "$build/fuzz/fuzz/$name"
            return
        fi
    done
    return 1
}

# fuzz_one NAME SECONDS
fuzz_one() {
    local name=$1 seconds=$2 program dictionary options
    program=$(fuzz_program "$name") ||
        die "there is no fuzz target \"$name\". There are: $(fuzz_names | tr '\n' ' ')" 64
    mkdir -p "$fuzz_out/$name/corpus" "$fuzz_out/$name/findings"
    options=(-max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1
        -artifact_prefix="$fuzz_out/$name/findings/")
    for dictionary in "$root/fuzz/$name.dict" "$root/fuzz/dict/$name.dict"; do
        [ -e "$dictionary" ] && options+=(-dict="$dictionary")
    done
    # What a target needs besides: libFuzzer's words, blanks between them.
    if [ -e "$root/fuzz/$name.options" ]; then
        local more
        read -ra more <"$root/fuzz/$name.options"
        options+=("${more[@]}")
    fi
    step "fuzz $name, $seconds seconds"
    local corpora=("$fuzz_out/$name/corpus") corpus
    for corpus in "$root/fuzz/corpus/$name" "$root/fuzz/$name"; do
        [ -d "$corpus" ] && corpora+=("$corpus")
    done
    if ! UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
        "$program" "${options[@]}" "${corpora[@]}" >"$fuzz_out/$name/log" 2>&1; then
        tail -n 40 "$fuzz_out/$name/log" >&2
        warn "fuzz $name: an input that breaks it is in build/fuzz-out/$name/findings"
        return 1
    fi
    grep -E '^(Done|stat::number_of_executed_units)' "$fuzz_out/$name/log" || true
}

cmd_fuzz() {
    local seconds=${2:-60} name bad=()
    setup check
    build_fuzzers || die "the fuzz targets do not build"
    if [ -n "${1:-}" ]; then
        fuzz_one "$1" "$seconds"
        return
    fi
    for name in $(fuzz_names); do
        fuzz_one "$name" "$seconds" || bad+=("$name")
    done
    [ "${#bad[@]}" -eq 0 ] || die "fuzz: ${bad[*]}"
}
