# shellcheck shell=bash disable=SC2034,SC2154
# `roster check` against a SCIM server that nobody here wrote (tests/peer): it has to report what
# tests/peer/expected.txt lists, and nothing else.
# SPDX-License-Identifier: Apache-2.0

peer=$build/peer

# Node.js comes from the distribution where the machine has none.
peer_setup() {
    local missing=()
    have node || missing+=(nodejs)
    have npm || missing+=(npm)
    if [ "${#missing[@]}" -gt 0 ]; then
        mkdir -p "$stamps"
        (lock setup && install_packages "${missing[@]}")
    fi
}

# The packages of package-lock.json, checked by their digests; no script of theirs is run.
peer_install() {
    local stamp=$peer/.installed want
    want=$(cat "$root/tests/peer/package-lock.json" "$root/tests/peer/.npmrc" | sha256sum)
    mkdir -p "$peer"
    cp "$root"/tests/peer/{package.json,package-lock.json,.npmrc,server.js} "$peer"
    if [ "$(cat "$stamp" 2>/dev/null)" != "$want" ]; then
        (cd "$peer" && npm ci --ignore-scripts --no-audit --no-fund) || return 1
        printf '%s\n' "$want" >"$stamp"
    fi
}

# What a run reports, without what differs from run to run: "FAIL patch.urn RFC 7644 3.10".
peer_report() {
    sed -nE 's/^(FAIL|SHOULD|note) +([^ ]+) \((RFC [0-9]+ [0-9.]+); .*/\1 \2 \3/p' | sort
}

peer_compare() {
    local url=$1 token=$2 code=0
    ROSTER_CHECK_TOKEN=$token no_proxy=127.0.0.1 "$build/roster" check "$url/scim/v2" >"$peer/report.txt" || code=$?
    cat "$peer/report.txt"
    [ "$code" -eq 1 ] || { warn "roster check ended with $code" && return 1; }
    if grep '^left ' "$peer/report.txt"; then
        return 1
    fi
    grep -v '^ *#' "$root/tests/peer/expected.txt" | sed -E 's/ +#.*//; /^$/d' | sort >"$peer/expected.txt"
    peer_report <"$peer/report.txt" | diff -u "$peer/expected.txt" - &&
        say "as expected: $(wc -l <"$peer/expected.txt") deviations"
}

ci_peer() {
    local token=peer-$$ url='' server code=0
    peer_setup && peer_install || return 1
    PEER_TOKEN=$token node "$peer/server.js" >"$peer/server.out" 2>"$peer/server.err" &
    server=$!
    for _ in $(seq 300); do
        url=$(sed -n 's/^listening on //p' "$peer/server.out")
        [ -z "$url" ] || break
        sleep 0.1
    done
    if [ -n "$url" ]; then
        peer_compare "$url" "$token" || code=1
    else
        cat "$peer/server.err"
        code=1
    fi
    kill "$server"
    wait "$server" 2>/dev/null || true
    return "$code"
}
