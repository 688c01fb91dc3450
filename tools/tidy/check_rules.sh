#!/usr/bin/env bash
# Runs tidy over the bad snippets in tools/test-data and compares each message, as TAP.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail

tidy=$1
expected=$2
data=$(dirname "$expected")/bad
number=0
failed=0

result() {
    number=$((number + 1))
    [ "$1" = ok ] || failed=1
    printf '%s %d - %s\n' "$1" "$number" "$2"
}

status=0
found=$("$tidy" "$data") || status=$?

if [ "$status" -eq 1 ]; then
    result ok "a tree with problems ends with status 1"
else
    result "not ok" "a tree with problems ends with status 1, not $status"
fi

while IFS= read -r message; do
    if grep -qxF -- "$message" <<<"$found"; then
        result ok "$message"
    else
        result "not ok" "missing: $message"
    fi
done <"$expected"

while IFS= read -r message; do
    grep -qxF -- "$message" "$expected" || result "not ok" "unexpected: $message"
done <<<"$found"

printf '1..%d\n' "$number"
exit "$failed"
