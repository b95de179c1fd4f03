#!/usr/bin/env bash
# A project that `dala new` makes builds, runs and passes the tests of both halves, without a network. It shares this
# workspace's target folder: what it compiles with the workspace's options is not built again.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-$PWD/target}

dala=${DALA_BIN:-$target/debug/dala}
[ -n "${DALA_BIN:-}" ] || cargo build -q -p dala-beam --bin dala
rm -rf "$target/new"
mkdir -p "$target/new"
"$dala" new "$target/new/fresh-app"

export CARGO_TARGET_DIR=$target CARGO_NET_OFFLINE=true
cd "$target/new/fresh-app"
cargo test
printed=$(printf 'Ann\nBen\nAnn\n' | cargo run -q)
expected='Hello, Ann! That is 1.
Hello, Ben! That is 1.
Hello, Ann! That is 2.'
if [ "$printed" != "$expected" ]; then
    printf 'it printed:\n%s\n' "$printed"
    exit 1
fi

# What the Rust half says is what the Elixir half has.
generated=$("$dala" gen elixir)
if ! grep -q 'counter.ex is up to date' <<< "$generated"; then
    printf 'dala gen elixir says:\n%s\n' "$generated"
    exit 1
fi
sed -i 's/fn count(&mut self, name: String)/fn count(\&mut self, name: String, by: u64)/; s/\*times += 1/*times += by/' src/counter.rs
if said=$(cargo run -q <<< Ann 2>&1) || ! grep -q 'Counter was written for another Counter' <<< "$said"; then
    printf 'the app takes a module for other messages:\n%s\n' "$said"
    exit 1
fi
"$dala" gen elixir
grep -q 'def count(server, name, by,' elixir/lib/fresh_app/counter.ex
if said=$("$dala" gen elixir --check) && ! grep -q 'up to date' <<< "$said"; then
    exit 1
fi

# A mistake in Elixir is an error of the build, with its place.
echo 'defmodule FreshApp.Wrong do def x(, do: 1 end' > elixir/lib/wrong.ex
if said=$(cargo build 2>&1) || ! grep -q 'error: .*lib/wrong.ex:1' <<< "$said"; then
    printf 'the mistake in Elixir is not shown:\n%s\n' "$said"
    exit 1
fi
