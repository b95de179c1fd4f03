#!/usr/bin/env bash
# The runtime is checked for systems that nobody here has: what is behind `cfg` for macOS, iOS and Android compiles. Skipped, and
# said, where rustup cannot fetch their standard libraries.
set -euo pipefail
cd "$(dirname "$0")/.."

targets=(aarch64-apple-darwin aarch64-apple-ios aarch64-linux-android)
if ! rustup target add "${targets[@]}" 2>/dev/null; then
    echo "targets: SKIPPED, there is no rustup, or it cannot fetch ${targets[*]}"
    exit 0
fi
cargo clippy -q -p dala "${targets[@]/#/--target=}" -- -D warnings
