# shellcheck shell=bash disable=SC2034,SC2154
# The rules as programs: tidy, clang-format, clang-tidy, shellcheck.
# SPDX-License-Identifier: Apache-2.0

c_folders=(bench examples fuzz include src tests tools)
# Other versions lay some tables out differently, so only this one judges.
format_version=14

c_files() {
    local folder
    for folder in "${c_folders[@]}"; do
        [ -d "$root/$folder" ] || continue
        find "$root/$folder" \( -name test-data -o -name node_modules -o -name generated \) -prune \
            -o -name '*.[ch]' -print
    done | sort
}

shell_files() {
    printf '%s\n' "$root/dev" "$root/.ci/run"
    find "$root" -path "$build" -prune -o -path "$root/.git" -prune -o -name node_modules -prune \
        -o -name '*.sh' -print | sort
    if [ -x "$root/bench/run" ] && head -n 1 "$root/bench/run" | grep -q bash; then
        printf '%s\n' "$root/bench/run"
    fi
}

can_format() { [[ $("$clang_format" --version) == *"version $format_version."* ]]; }

# Built without meson, so that it says what is wrong even when the tree does not configure.
lint_tidy() {
    mkdir -p "$build/tools"
    gcc -std=gnu17 -O1 -Wall -Wextra -I"$root/tools" "$root"/tools/tidy/*.c -o "$build/tools/tidy" &&
        "$build/tools/tidy" "$root"
}

lint_format() {
    if ! can_format; then
        say "skipped: clang-format $format_version judges the layout, this machine has another"
        return 0
    fi
    c_files | xargs -r -P "$(cores)" -n 20 "$clang_format" --dry-run -Werror ||
        { warn "Remedy: ./dev fmt" && return 1; }
}

# All .c files in CI; else those that changed since HEAD, and those that include a changed header.
files_to_analyse() {
    local changed header
    if [ "${CI:-}" = true ] || ! git -C "$root" rev-parse -q --verify HEAD >/dev/null 2>&1; then
        c_files | grep '/src/.*\.c$' || true
        return 0
    fi
    changed=$(git -C "$root" diff --name-only HEAD &&
        git -C "$root" ls-files --others --exclude-standard)
    {
        grep '^src/.*\.c$' <<<"$changed" || true
        while IFS= read -r header; do
            grep -rlF --include='*.c' "\"${header#*/}\"" "$root/src" |
                sed "s#^$root/##" || true
        done < <(grep -E '^(src|include)/.*\.h$' <<<"$changed" || true)
    } | sort -u | while IFS= read -r header; do
        [ -e "$root/$header" ] && printf '%s/%s\n' "$root" "$header"
    done || true
}

lint_clang_tidy() {
    local files log=$build/clang/clang-tidy.log
    mapfile -t files < <(files_to_analyse)
    if [ "${#files[@]}" -eq 0 ]; then
        say "no changed C file"
        return 0
    fi
    (lock clang && configure clang "$clang" "${clang_arguments[@]}") || return 1
    say "${#files[@]} files"
    if ! printf '%s\n' "${files[@]}" |
        xargs -P "$(cores)" -n 4 "$clang_tidy" -p "$build/clang" --quiet >"$log" 2>/dev/null; then
        cat "$log"
        return 1
    fi
    # Warnings that are no errors are printed all the same.
    cat "$log"
}

lint_shell() {
    if ! have shellcheck; then
        say "skipped: shellcheck is not installed"
        return 0
    fi
    shell_files | xargs -r shellcheck -x
}

python_files() {
    find "$root" -path "$build" -prune -o -path "$root/.git" -prune -o -name node_modules -prune \
        -o -name '*.py' -print | sort
}

# Does it parse? Nothing is written beside the sources.
lint_python() {
    python_files | xargs -r "$python" -c 'import ast, sys
for path in sys.argv[1:]:
    ast.parse(open(path, encoding="utf-8").read(), path)'
}

lint_checks=(tidy format clang_tidy shell python conformance)

cmd_lint() {
    local check bad=()
    setup check
    for check in "${lint_checks[@]}"; do
        step "lint: ${check//_/-}"
        "lint_$check" || bad+=("${check//_/-}")
    done
    [ "${#bad[@]}" -eq 0 ] || die "lint: ${bad[*]}"
    printf '\nlint: nothing to report\n'
}

cmd_fmt() {
    setup check
    can_format || die "fmt needs clang-format $format_version, this machine has another: the layout
  of tables would differ. Remedy: format on Debian 12" 69
    c_files | xargs -r -P "$(cores)" -n 20 "$clang_format" -i
    say "formatted $(c_files | wc -l) files"
}
