#!/usr/bin/env bash
# Bytes of the stripped example `hello_dala`, with an actor, and of `hello_tokio`, with tokio's tasks and channels alone; both as the profile
# `release` builds them, and neither uses what `dala` does not need.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo build -q --release -p dala --example hello_dala --example hello_tokio
for name in hello_dala hello_tokio; do
  stripped=$(mktemp)
  strip -o "$stripped" "${CARGO_TARGET_DIR:-target}/release/examples/$name"
  echo "$name $(stat -c %s "$stripped") bytes"
  rm "$stripped"
done
