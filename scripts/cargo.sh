#!/usr/bin/env bash
# cargo on the whole workspace, as `make test` builds it: what that built is not built again. Selecting one package by `-p` would
# ask less of the crates that it shares with others, and build those anew, Cranelift among them.
#
#   scripts/cargo.sh test -q --test diff -- lists
#   FEATURES=dala-tests/linked scripts/cargo.sh test --test cli_linked
exec cargo "$1" --workspace --features "dala-beam/tracing,dala-gpu/wgpu${FEATURES:+,$FEATURES}" "${@:2}"
