#!/usr/bin/env bash
# All tests of the workspace: build, run, and the sum of what ran. Arguments go to `cargo test`.
# Prints build time and test time apart: the test time has a limit (15 minutes), the build has none.
set -uo pipefail
cd "$(dirname "$0")/.."
./scripts/setup.sh || exit 1
./scripts/setup-ai.sh
./scripts/setup-voice.sh
# Where all was fetched no test of it may skip.
if ./scripts/setup-ai.sh check && [ -e target/voice/speech.wav ]; then export DALA_AI_REQUIRED=1; fi

log=target/test.log
mkdir -p target

started=$SECONDS
# Commands and tests in one build: without the tests cargo asks less of the crates that both have, and builds them twice.
./scripts/cargo.sh build --bins --examples --tests || exit 1
./scripts/cargo.sh test --no-run "$@" || exit 1
built=$SECONDS

target=${CARGO_TARGET_DIR:-target}
export DALA_BIN="${DALA_BIN:-$(cd "$target" && pwd)/debug/dala}"
./scripts/cargo.sh test --no-fail-fast "$@" 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
tested=$SECONDS

./scripts/sum-tests.sh "$log"
echo "build $((built - started)) s, tests $((tested - built)) s"
exit "$status"
