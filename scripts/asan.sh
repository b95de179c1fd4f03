#!/usr/bin/env bash
# Under AddressSanitizer: the unit tests of the crates with unsafe modules, and the tests that run BEAM programs and serve models
# on them, those on Mesa's driver and ONNX Runtime where they are there.
# The pinned stable compiler takes the flag only with RUSTC_BOOTSTRAP; build scripts and proc macros are not instrumented
# (--target).
#
#   scripts/asan.sh                                         all of it; what follows goes to the test programs
#   ASAN_PACKAGES="dala-beam" ASAN_TESTS= scripts/asan.sh   unit tests of these crates alone
#   ASAN_PACKAGES= ASAN_TESTS="beam_mutated" scripts/asan.sh
#   ASAN_PACKAGES="dala-gpu" ASAN_TESTS="serving pipeline" scripts/asan.sh
#   scripts/asan.sh programs [MODE] [NAME...]               the differential programs (scripts/diff.sh) on an instrumented `dala`;
#                                                           what machine code does is seen in the functions that it calls
set -euo pipefail
cd "$(dirname "$0")/.."
host=$(rustc -vV | sed -n 's/^host: //p')
export RUSTC_BOOTSTRAP=1
export RUSTFLAGS="-Zsanitizer=address ${RUSTFLAGS:-}"
# A size that no machine has must come back as null, as it does without the sanitizer.
export ASAN_OPTIONS="detect_leaks=0:allocator_may_return_null=1:${ASAN_OPTIONS:-}"
export CARGO_TARGET_DIR=target/asan
# What is built once needs no record for building it again, which takes gigabytes.
export CARGO_INCREMENTAL=0

if [ "${1:-}" = programs ]; then
  cargo build --target "$host" -p dala-beam --bin dala --features dala/system-alloc
  # The driver is an ordinary program; a run is some times slower.
  export DALA_BIN=$PWD/$CARGO_TARGET_DIR/$host/debug/dala DALA_DIFF_TIMEOUT=${DALA_DIFF_TIMEOUT:-300}
  unset CARGO_TARGET_DIR CARGO_INCREMENTAL RUSTC_BOOTSTRAP RUSTFLAGS
  exec ./scripts/diff.sh "${@:2}"
fi

what=()
for package in ${ASAN_PACKAGES-dala-ir dala dala-beam dala-gpu}; do what+=(-p "$package"); done
[ ${#what[@]} -eq 0 ] || what+=(--lib)
# cargo reads the pattern, not the shell.
set -f
# Not hostile_sizes: it limits the address space, of which the sanitizer reserves terabytes.
for test in ${ASAN_TESTS-beam_mutated fuzz_inputs interop_* serving pipeline}; do
  what+=(--test "$test")
  case $test in serving | pipeline) package=dala-gpu ;; *) package=dala-tests ;; esac
  [[ " ${what[*]} " == *" -p $package "* ]] || what+=(-p "$package")
done
set +f
# Blocks of the free lists are the system's then: a pool would hide what is used after it was freed.
features=(--features dala/system-alloc)
[ "${ASAN_PACKAGES:-}" != dala-ir ] || features=(--features ir)
[[ " ${what[*]} " != *" -p dala-gpu "* ]] || features+=(--features dala-gpu/wgpu)
# The one that counts blocks of the free lists has none to count.
exec cargo test --target "$host" --no-fail-fast "${what[@]}" "${features[@]}" -- --skip one_block_of_a_free_list_each "$@"
