# shellcheck shell=bash disable=SC2034,SC2154
# A server to play with: one tenant, one token, everything it keeps under var/.
# SPDX-License-Identifier: Apache-2.0

demo_token=$root/var/demo.token

# roster_admin COMMAND...: an administrative command on the demo store.
roster_admin() { "$build/roster" "$@" --store "$demo_store"; }

check_port() {
    local host=${1%:*} port=${1##*:}
    host=${host#[}
    host=${host%]}
    if [ "$port" != 0 ] && (exec 3<>"/dev/tcp/$host/$port") 2>/dev/null; then
        die "port $port on $host is taken by another program.
  Remedy: stop it, or choose another: ROSTER_LISTEN=127.0.0.1:8081 ./dev run" 69
    fi
}

# A store that was deleted by hand gets its tenant again, and then the old token is worth nothing.
ensure_demo() {
    local error=$root/var/demo.error
    if ! roster_admin tenant show demo >/dev/null 2>&1; then
        rm -f "$demo_token"
        if ! roster_admin tenant add demo >/dev/null 2>"$error"; then
            cat "$error" >&2
            die "cannot make the tenant demo in $demo_store"
        fi
    fi
    if [ ! -s "$demo_token" ]; then
        (umask 077 && roster_admin token add --tenant demo --label "dev run" >"$demo_token.new") ||
            die "cannot make a token for the tenant demo"
        mv "$demo_token.new" "$demo_token"
    fi
    rm -f "$error"
}

print_welcome() {
    local url=http://$1/scim/v2 token
    token=$(cat "$demo_token")
    cat <<END

  Tenant URL:    $url
  Secret Token:  $token

  Try it:
    curl -H 'Authorization: Bearer $token' '$url/Users'

  Ctrl-C stops the server. What it keeps is in var/; remove that folder to begin anew.

END
}

cmd_run() {
    local listen=${ROSTER_LISTEN:-127.0.0.1:8080}
    demo_store=${ROSTER_STORE:-sqlite:$root/var/roster.db}
    setup build
    build_release
    check_port "$listen"
    (umask 077 && mkdir -p "$root/var")
    ensure_demo
    print_welcome "$listen"
    exec "$build/roster" serve --listen "$listen" --store "$demo_store" "$@"
}
