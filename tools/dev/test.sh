# shellcheck shell=bash disable=SC2034,SC2154
# Tests: the C programs under sanitizers, then the end-to-end tests on the sanitized program.
# SPDX-License-Identifier: Apache-2.0

sanitized=(-Dbuildtype=debugoptimized -Dhardening=false '-Db_sanitize=address,undefined')
passed=0
failed=0
skipped=0
results=   # where the results of a whole run are left for ./dev conformance --reuse
workers=() # of the end-to-end tests: none, or how many and how the files go round
runner=()  # what meson is run by: nothing, or a program and its arguments

# add_counts "PASSED FAILED SKIPPED"
add_counts() {
    local p f s
    read -r p f s <<<"$1"
    passed=$((passed + p))
    failed=$((failed + f))
    skipped=$((skipped + s))
}

# The closing line, in the form that machines read; the exit status says the same.
finish_counts() {
    local line="$passed passed, $failed failed"
    [ "$skipped" -eq 0 ] || line+=", $skipped skipped"
    if [ "$((passed + failed))" -eq 0 ]; then
        warn "no test ran${1:+: nothing is called \"$1\"}"
    fi
    printf '\n%s\n' "$line"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

# meson_tests DIR SUBSTRING ARGUMENT...: runs meson tests, adds their individual cases.
meson_tests() {
    local dir=$build/$1 substring=$2 log=testlog-$$ counts names=()
    shift 2
    if [ -n "$substring" ]; then
        mapfile -t names < <("$python" "$root/tools/dev/cases.py" select "$dir" "$substring")
        [ "${#names[@]}" -gt 0 ] || return 0
    fi
    ROSTER_TEST_FILTER=$substring "${runner[@]}" meson test -C "$dir" --no-rebuild --logbase "$log" \
        --print-errorlogs "$@" "${names[@]}" || true
    [ -e "$dir/meson-logs/$log.json" ] || return 0
    counts=$("$python" "$root/tools/dev/cases.py" count "$dir/meson-logs/$log.json" "$substring")
    [ -z "$results" ] || cp "$dir/meson-logs/$log.json" "$results/testlog.json"
    rm -f "$dir/meson-logs/$log".json "$dir/meson-logs/$log".junit.xml
    find "$dir/meson-logs" -name 'testlog-*.txt' -mtime +0 -delete
    add_counts "$counts"
}

# e2e_ids SUBSTRING MARKER BINARY: the ids of the tests whose id contains the text.
e2e_ids() {
    ROSTER_BIN=$3 "$python" -m pytest "$root/tests/e2e" "$root/tests/crash" --rootdir "$root" --collect-only -q -m "$2" \
        -p no:cacheprovider 2>/dev/null | grep -F '::' | grep -iF -- "$1" || true
}

# e2e_tests BINARY MARKER SUBSTRING [FOLDER...]: adds pytest's counts. The tests themselves look for what a
# sanitizer wrote.
e2e_tests() {
    local binary=$1 marker=$2 substring=$3 out=$build/e2e-$$.xml
    shift 3
    local what=("$@")
    [ "${#what[@]}" -gt 0 ] || what=("$root/tests/e2e" "$root/tests/crash")
    if [ -n "$substring" ]; then
        mapfile -t what < <(e2e_ids "$substring" "$marker" "$binary")
        [ "${#what[@]}" -gt 0 ] || return 0
    fi
    ROSTER_BIN=$binary PYTHONDONTWRITEBYTECODE=1 \
        UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
        "$python" -m pytest "${what[@]}" --rootdir "$root" -q -m "$marker" \
        "${workers[@]}" -p no:cacheprovider --junitxml="$out" || true
    add_counts "$("$python" "$root/tools/dev/cases.py" junit "$out")"
    [ -z "$results" ] || cp "$out" "$results/junit.xml"
    rm -f "$out"
}

build_sanitized() { prepare test gcc -- "${sanitized[@]}"; }

cmd_test() {
    local substring=${1:-} marker="not long" suites=(--no-suite long)
    setup test
    if [ "${ROSTER_LONG:-}" = 1 ]; then
        marker="long or not long"
        suites=()
    fi
    if [ -z "$substring" ]; then
        results=$build/results
        workers=(-n "$(nproc)" --dist loadfile)
        mkdir -p "$results"
    fi
    step "building with AddressSanitizer and UndefinedBehaviorSanitizer"
    build_sanitized || die "the build failed"
    step "C tests"
    UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
        meson_tests test "$substring" "${suites[@]}"
    step "end-to-end tests"
    e2e_tests "$(binary_in test)" "$marker" "$substring"
    finish_counts "$substring"
}
