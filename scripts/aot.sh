#!/usr/bin/env bash
# What runs where no memory becomes executable: a `dala` command without a code generator. Programs that are built on it
# with machine code, and the differential suite, interpreted.
set -uo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-$PWD/target}
mkdir -p "$target/aot"

# The one that builds, then the one that programs are made of.
[ -n "${DALA_BIN:-}" ] || cargo build -q -p dala-beam --bin dala || exit 1
cp "${DALA_BIN:-$target/debug/dala}" "$target/aot/dala" || exit 1
cargo build -q -p dala-beam --no-default-features --features aot --bin dala || exit 1
cp "$target/debug/dala" "$target/aot/runtime" || exit 1
if grep -q cranelift "$target/aot/runtime"; then
    echo "aot.sh: the runtime has a code generator in it" >&2
    exit 1
fi

status=0
DALA_BIN=$target/aot/dala DALA_RUNTIME=$target/aot/runtime FEATURES=dala-tests/linked ./scripts/cargo.sh test -q \
    --test cli_release --test cli_linked || status=1
DALA_BIN=$target/aot/runtime ./scripts/cargo.sh test -q --test diff -- "$@" || status=1
exit "$status"
