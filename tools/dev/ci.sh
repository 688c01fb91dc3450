# shellcheck shell=bash disable=SC2034,SC2154
# Everything that a change has to pass. A step that fails does not stop the following ones.
# SPDX-License-Identifier: Apache-2.0

fuzz_seconds=${ROSTER_FUZZ_SECONDS:-20}
mutations=${ROSTER_MUTATIONS:-30}

# ci_step NAME COMMAND...: one case, its output shown only when it fails.
ci_step() {
    local name=$1 log=$build/ci/${1//[^a-z0-9]/-}.log started=$SECONDS
    shift
    mkdir -p "$build/ci"
    printf '%-44s ' "$name"
    if ("$@") >"$log" 2>&1; then
        printf 'ok, %d s\n' "$((SECONDS - started))"
        add_counts "1 0 0"
    else
        printf 'FAILED, %d s\n' "$((SECONDS - started))"
        tail -n 60 "$log"
        add_counts "0 1 0"
    fi
}

# ci_cases NAME COMMAND...: a ./dev command that ends with its own counts, shown as it runs.
ci_cases() {
    local name=$1 log=$build/ci/${1//[^a-z0-9]/-}.log line
    shift
    step "$name"
    mkdir -p "$build/ci"
    "$@" 2>&1 | tee "$log" || true
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1 || true)
    if [ -n "$line" ]; then
        add_counts "$(sed -E 's/([0-9]+) passed, ([0-9]+) failed(, ([0-9]+) skipped)?/\1 \2 0\4/' \
            <<<"$line")"
    else
        add_counts "0 1 0"
    fi
}

build_gcc_strict() {
    prepare gcc-strict gcc -- -Dbuildtype=debugoptimized -Dhardening=true -Dwerror=true
}

build_clang_strict() { prepare clang "$clang" -- "${clang_arguments[@]}" -Dwerror=true; }

# gcc 12 takes every empty slice for a NULL that is read, and what a thread keeps for a leak; the
# analyzer of clang-tidy and LeakSanitizer see these two kinds without the noise.
build_analyzer() {
    local flags="-fanalyzer -Wno-analyzer-null-dereference -Wno-analyzer-malloc-leak"
    prepare analyzer gcc roster:executable -- -Dbuildtype=debugoptimized -Dhardening=false \
        -Dwerror=true -Dc_args="$flags"
}

# ThreadSanitizer of gcc 12 needs addresses where they were before kernels spread them wider.
fix_addresses() {
    if setarch "$(uname -m)" -R true 2>/dev/null; then
        runner=(setarch "$(uname -m)" -R)
    fi
}

# Names of a suite in a meson folder: is there anything to run?
has_suite() { meson test -C "$build/$1" --list --suite "$2" 2>/dev/null | grep . >/dev/null; }

ci_threads() {
    step "ThreadSanitizer"
    if ! prepare tsan gcc -- -Dbuildtype=debugoptimized -Db_sanitize=thread -Dhardening=false; then
        add_counts "0 1 0"
    elif has_suite tsan threads; then
        fix_addresses
        TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1 \
            meson_tests tsan "" --suite threads
        runner=()
    else
        say "no test is in the suite threads yet"
    fi
}

ci_long() {
    step "long tests"
    if has_suite test long; then
        meson_tests test "" --suite long
    fi
    ROSTER_LONG=1 e2e_tests "$build/roster" long "" "$root/tests/e2e"
    step "crash tests, 50 kills and 50 power cuts"
    ROSTER_LONG=1 e2e_tests "$build/roster" "long or not long" "" "$root/tests/crash"
}

ci_fuzz() {
    local name
    step "fuzzing, $fuzz_seconds seconds each"
    ci_step "fuzz targets build" build_fuzzers
    for name in $(fuzz_names); do
        ci_step "fuzz $name" fuzz_one "$name" "$fuzz_seconds"
    done
}

cmd_ci() {
    local check
    export CI=true
    setup check
    step "checks"
    for check in "${lint_checks[@]}"; do
        ci_step "lint ${check//_/-}" "lint_$check"
    done
    ci_step "gcc, no warnings" build_gcc_strict
    ci_step "clang, no warnings" build_clang_strict
    ci_step "gcc analyzer" build_analyzer
    ci_step "optimised program" build_release
    ci_step "a server of others, with roster check" ci_peer
    ci_cases "tests" "$root/dev" test
    ci_step "requirements, report up to date" "$root/dev" conformance --reuse --compare
    ci_cases "mutations of $mutations requirements" "$root/dev" conformance --mutate "$mutations"
    ci_cases "suites of others" "$root/dev" outside
    ci_threads
    ci_long
    ci_fuzz
    printf '\ntook %d:%02d minutes\n' "$((SECONDS / 60))" "$((SECONDS % 60))"
    finish_counts
}
