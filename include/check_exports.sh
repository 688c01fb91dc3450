#!/bin/sh
# Every symbol that libroster exports begins with roster_.
# SPDX-License-Identifier: Apache-2.0
set -eu
strange=$(nm -D --defined-only "$1" | awk '{print $3}' | grep -v '^roster_' | grep -vE '^(_init|_fini|__asan|__odr_asan|__ubsan)' || true)
count=$(nm -D --defined-only "$1" | grep -c ' roster_' || true)
echo 1..2
if [ -z "$strange" ]; then echo "ok 1 - every exported symbol begins with roster_"; else echo "not ok 1 - these do not begin with roster_: $strange"; fi
if [ "$count" -gt 5 ]; then echo "ok 2 - the library exports its interface"; else echo "not ok 2 - only $count symbols are exported"; fi
[ -z "$strange" ] && [ "$count" -gt 5 ]
