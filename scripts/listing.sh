#!/usr/bin/env bash
# Compares `dala disasm` with OTP's beam_disasm, operation by operation, on every module of the installed OTP and Elixir.
#
#   scripts/listing.sh              all modules
#   scripts/listing.sh FILE.beam... these
#
# DALA_BIN names the command to test; without it cargo builds one.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ -z "${DALA_BIN:-}" ]; then
    cargo build -q --release -p dala-beam --bin dala
    DALA_BIN=$PWD/${CARGO_TARGET_DIR:-target}/release/dala
fi
out=$PWD/target/listing
mkdir -p "$out"
erlc -o "$out" tests/listing/listing.erl
files=("$@")
if [ ${#files[@]} -eq 0 ]; then
    otp=$(erl -noshell -eval 'io:put_chars(code:lib_dir()), halt().')
    elixir=$(dirname "$(dirname "$(readlink -f "$(command -v elixirc)")")")/lib
    files=("$otp"/*/ebin/*.beam "$elixir"/*/ebin/*.beam)
fi
exec erl +fnu -noshell -pa "$out" -eval 'io:setopts([{encoding, unicode}]), listing:main(init:get_plain_arguments()).' \
    -extra "$DALA_BIN" "${files[@]}"
