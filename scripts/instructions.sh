#!/usr/bin/env bash
# Instructions of a hop of ping-pong and of a request with its reply, counted by callgrind: what they cost, also where a machine
# is too busy to time them. Fails when one takes a tenth more than its bound in benches/instructions.txt; that is the figure of the
# day it was written, lowered when it has got cheaper. Some seconds beside the build.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v valgrind >/dev/null; then
    echo "instructions: SKIPPED, there is no valgrind (Debian: apt-get install valgrind)"
    exit 0
fi

export CARGO_PROFILE_BENCH_LTO=off CARGO_PROFILE_BENCH_CODEGEN_UNITS=16
program=$(cargo bench -q -p dala --bench hops --no-run --message-format=json |
    sed -n 's/.*"name":"hops".*"executable":"\([^"]*\)".*/\1/p' | tail -1)
[ -n "$program" ] || { echo "instructions: the bench was not built"; exit 1; }

# All of a run with so many hops and requests.
count() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$1" "$2" 2>&1 >/dev/null |
        sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

base=$(count 20001 20000)
declare -A found
found[hop]=$((($(count 220001 20000) - base) / 200000))
found[request]=$((($(count 20001 120000) - base) / 100000))

failed=0
while read -r name bound; do
    case $name in "" | "#"*) continue ;; esac
    if [ "$((found[$name] * 100))" -gt "$((bound * 110))" ]; then
        echo "instructions: a $name takes ${found[$name]}, a tenth more than its bound of $bound"
        failed=1
    else
        echo "instructions: a $name takes ${found[$name]} (bound $bound and a tenth)"
    fi
done <benches/instructions.txt
exit "$failed"
