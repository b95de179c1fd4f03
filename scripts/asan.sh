#!/usr/bin/env bash
# Unit tests of the crates with unsafe modules under AddressSanitizer. The pinned stable compiler takes
# the flag only with RUSTC_BOOTSTRAP; build scripts and proc macros are not instrumented (--target).
set -euo pipefail
cd "$(dirname "$0")/.."
host=$(rustc -vV | sed -n 's/^host: //p')
export RUSTC_BOOTSTRAP=1
export RUSTFLAGS="-Zsanitizer=address ${RUSTFLAGS:-}"
# A size that no machine has must come back as null, as it does without the sanitizer.
export ASAN_OPTIONS="detect_leaks=0:allocator_may_return_null=1:${ASAN_OPTIONS:-}"
export CARGO_TARGET_DIR=target/asan
packages=()
for package in ${ASAN_PACKAGES:-dala-ir dala dala-beam dala-gpu}; do packages+=(-p "$package"); done
# Blocks of the free lists are the system's then: a pool would hide what is used after it was freed.
features=(--features dala/system-alloc)
[ "${ASAN_PACKAGES:-}" != dala-ir ] || features=(--features ir)
exec cargo test --target "$host" "${packages[@]}" "${features[@]}" --lib -- "$@"
