#!/usr/bin/env bash
# The example of an app that Prometheus scrapes: what one scrape shows has the metrics of its counter. It is a workspace of its own,
# with a target folder in this one's.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/target}/prometheus"
cargo clippy -q --locked --manifest-path examples/prometheus/Cargo.toml --all-targets -- -D warnings
scraped=$(cargo run -q --locked --manifest-path examples/prometheus/Cargo.toml)
for line in 'messages_total.* 100' 'mailbox_depth_bucket.*le="1".* ' 'run_seconds_bucket.*le="+Inf".* 100' 'wait_seconds_count.* 100'; do
    if ! grep -q "^dala_.*${line}$\|^dala_${line}" <<< "$scraped"; then
        printf 'no line with `%s` in what was scraped:\n%s\n' "$line" "$scraped"
        exit 1
    fi
done
