# shellcheck shell=bash disable=SC2034,SC2154
# The requirement report and its mutation check.
# SPDX-License-Identifier: Apache-2.0

conformance() { PYTHONDONTWRITEBYTECODE=1 "$python" "$root/tools/conformance/main.py" "$@"; }

# Is the list in order: are its scenarios there, is the code to be broken where it says?
lint_conformance() { conformance check; }

# Runs the tied tests by the ordinary runners: conformance_run TESTLOG JUNIT.
conformance_run() {
    local programs files=() log=conformance
    mapfile -t programs < <(conformance needs unit)
    mapfile -t files < <(conformance needs e2e)
    build_sanitized || die "the build failed"
    step "C tests that requirements are tied to"
    UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 meson test -C "$build/test" --no-rebuild \
        --logbase "$log" --quiet "${programs[@]}" || true
    mv "$build/test/meson-logs/$log.json" "$1"
    step "end-to-end tests that requirements are tied to"
    mapfile -t files < <(find "$root/tests/e2e" "$root/tests/crash" -name '*.py' |
        grep -F -e "$(printf '/%s\n' "${files[@]}")" | sort)
    ROSTER_BIN=$(binary_in test) ROSTER_LONG=${ROSTER_LONG:-} PYTHONDONTWRITEBYTECODE=1 \
        UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
        "$python" -m pytest "${files[@]}" --rootdir "$root" -q -m "not long" \
        -p no:cacheprovider --junitxml="$2" || true
}

cmd_conformance() {
    local results=$build/results compare=() mutating=() reuse=false
    setup test
    if [ "${1:-}" = --mutate ]; then
        shift
        mutating=(--meson="-Dprivate_rpath=$(yyjson_libdir)")
        (lock mutate && conformance mutate "$@" "${mutating[@]}" 9>&-)
        return
    fi
    while [ $# -gt 0 ]; do
        case $1 in
        --compare) compare=(--compare) ;;
        --reuse) reuse=true ;;
        *) die "conformance knows --compare, --reuse and --mutate [N] [--seed S] [--only P-nnn,...]" 64 ;;
        esac
        shift
    done
    conformance check || die "the list of requirements is not in order"
    mkdir -p "$results"
    if [ "$reuse" = false ]; then
        conformance_run "$results/testlog.json" "$results/junit.xml"
    fi
    step "requirements"
    conformance report "$results/testlog.json" "$results/junit.xml" "${compare[@]}" ||
        die "conformance: see the lines above"
    say "docs/generated/conformance.md says the rest"
}
