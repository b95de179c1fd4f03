#!/usr/bin/env bash
# loom's models of the lock-free parts: mailbox push and take, the lifecycle word, credits, capabilities on their way, park and unpark, the slot
# that others steal from, pid reclamation; of the tensor region's counts. LOOM_MAX_PREEMPTIONS bounds the search: 3 is thorough (minutes),
# 2 is the gate's form.
set -euo pipefail
cd "$(dirname "$0")/.."
export LOOM_MAX_PREEMPTIONS="${LOOM_MAX_PREEMPTIONS:-3}"
export RUSTFLAGS="--cfg loom ${RUSTFLAGS:-}"
export CARGO_TARGET_DIR=target/loom
exec cargo test -p dala -p dala-gpu --lib -- models:: "$@"
