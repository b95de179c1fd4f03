#!/usr/bin/env bash
# Compiles OTP's own stdlib and compiler (Debian's package erlang-src) with the installed compiler twice, on OTP and on
# Dala (`dala erlc`), with `+deterministic`, and compares what comes out byte for byte, warnings and errors too.
#
#   scripts/compile-otp.sh             all sources of stdlib and compiler
#   scripts/compile-otp.sh NAME...     those whose names (without .erl) are given
#
# DALA_BIN names the command to test; without it cargo builds one.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ -z "${DALA_BIN:-}" ]; then
    cargo build -q --release -p dala-beam --bin dala
    DALA_BIN=$PWD/${CARGO_TARGET_DIR:-target}/release/dala
fi
lib=$(erl -noshell -eval 'io:put_chars(code:lib_dir()), halt().')
sources() { compgen -G "$lib/stdlib-*/src/*.erl" && compgen -G "$lib/compiler-*/src/*.erl"; }
if ! sources >/dev/null; then
    command -v apt-get >/dev/null || { echo "compile-otp: install OTP's sources (Debian: erlang-src)" >&2; exit 1; }
    echo "compile-otp: installing erlang-src" >&2
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo)
    install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends erlang-src)
    "${install[@]}" >&2 || { "${as_root[@]}" apt-get update -q >&2; "${install[@]}" >&2; }
fi

out=$PWD/target/compile-otp
rm -rf "$out"
mkdir -p "$out"
export DALA_BIN lib out

compare() {
    local source=$1 name folder
    name=$(basename "$source" .erl)
    folder=$(dirname "$source")
    local options=(+deterministic +debug_info -I "$folder" -I "$folder/../include"
        -I "$(compgen -G "$lib/kernel-*/include")" -I "$(compgen -G "$lib/stdlib-*/include")")
    mkdir -p "$out/otp/$name" "$out/dala/$name"
    local theirs=0 ours=0
    (cd "$out/otp/$name" && erlc "${options[@]}" "$source") >"$out/otp/$name/said" 2>&1 || theirs=$?
    (cd "$out/dala/$name" && timeout 300 "$DALA_BIN" erlc "${options[@]}" "$source") >"$out/dala/$name/said" 2>&1 || ours=$?
    if [ "$theirs" != "$ours" ]; then
        echo "$name: status $theirs on OTP, $ours on Dala"
    elif ! diff -rq "$out/otp/$name" "$out/dala/$name" >/dev/null; then
        echo "$name: differs"
    elif [ "$theirs" != 0 ]; then
        echo "$name: same refusal"
    else
        echo "$name: same"
    fi
}
export -f compare

sources | while read -r source; do
    if [ $# -eq 0 ] || [[ " $* " == *" $(basename "$source" .erl) "* ]]; then printf '%s\n' "$source"; fi
done | xargs -r -P "$(nproc)" -n 1 bash -c 'compare "$0"' >"$out/results"

grep -vE ': same( refusal)?$' "$out/results" || true
[ -s "$out/results" ] || { echo "compile-otp: no such source: $*" >&2; exit 1; }
same=$(grep -c ': same$' "$out/results" || true)
refused=$(grep -c ': same refusal$' "$out/results" || true)
all=$(wc -l <"$out/results")
echo "$all sources: $same compiled the same, $refused refused by both alike, $((all - same - refused)) differ"
[ "$((same + refused))" -eq "$all" ]
