#!/usr/bin/env bash
# Random Erlang modules (tests/random/random_programs.erl) on OTP and on Dala: prints each that differs, with its source.
#
#   scripts/random.sh                        300 modules of seed 1
#   scripts/random.sh COUNT [SEED [FIRST]]   modules FIRST.. (1..) of a seed: `scripts/random.sh 1 7 4711` is one that failed
#
# One process of each engine runs 500 modules. DALA_BIN names the command to test; without it cargo builds one.
# DALA_JIT and the other variables of Dala hold here too.
set -euo pipefail
cd "$(dirname "$0")/.."

count=${1:-300} seed=${2:-1} first=${3:-1} batch=500
if [ -z "${DALA_BIN:-}" ]; then
    cargo build -q --release -p dala-beam --bin dala
    DALA_BIN=$PWD/${CARGO_TARGET_DIR:-target}/release/dala
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
erlc -o "$work" tests/random/random_programs.erl

different=0
for ((from = first; from < first + count; from += batch)); do
    size=$((first + count - from < batch ? first + count - from : batch))
    folder=$work/modules
    rm -rf "$folder" "$work"/*.txt
    erl -noshell -pa "$work" -eval "random_programs:make(\"$folder\", $seed, $from, $size), halt()." >"$work/said"
    # In a process of its own: one that compiled the sources knows atoms that the modules do not have.
    erl -noshell -pa "$work" -eval "random_programs:run(\"$folder\", $from, $size, \"$work/otp.txt\"), halt()."
    [ -s "$work/otp.txt" ] || { echo "random: OTP ran none of the modules"; exit 1; }
    (ulimit -v unlimited; timeout 1800 "$DALA_BIN" eval --pa "$work" --erl \
        "random_programs:run(\"$folder\", $from, $size, \"$work/dala.txt\").") >"$work/dala.said" 2>&1 ||
        { tail -n 5 "$work/dala.said"; echo "random: Dala ended in modules $from to $((from + size - 1)) of seed $seed"; different=$((different + 1)); }
    touch "$work/dala.txt"
    while IFS= read -r number; do
        different=$((different + 1))
        echo "random: module $number of seed $seed differs (scripts/random.sh 1 $seed $number)"
        [ "$different" -le 5 ] || continue
        cat "$folder/random_$number.erl"
        diff <(grep "^$number " "$work/otp.txt" | tr '\t' '\n') <(grep "^$number " "$work/dala.txt" | tr '\t' '\n') || true
    done < <(diff "$work/otp.txt" "$work/dala.txt" | sed -n 's/^< \([0-9]*\) .*/\1/p')
done
echo "random: $count modules of seed $seed, $different differ"
[ "$different" -eq 0 ]
