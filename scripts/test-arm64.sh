#!/usr/bin/env bash
# The workspace on arm64, built here and run by an emulator (qemu-user): unit tests, filetests and random functions in all
# engines, actors, mixed applications, and the differential suite with the interpreter, the JIT, and machine code made ahead of
# time. Slow, and not part of the gate. An emulator shows nothing of speed and little of weak memory: loom stays the proof of
# orderings.
#
#   scripts/test-arm64.sh              all of it
#   scripts/test-arm64.sh NAME...      of the differential suite the programs with these names in theirs
#   PARTS="unit ir actors interop diff" chooses parts
#
# Installs Debian's packages when they are missing, and says so.
set -uo pipefail
cd "$(dirname "$0")/.."
./scripts/setup.sh || exit 1

say() { printf 'test-arm64: %s\n' "$*" >&2; }
triple=aarch64-unknown-linux-gnu

# A standard library for arm64: rustup's if it is there, else Debian's, with the compiler that it belongs to.
has_rustup_std() { [ -d "$(rustc --print sysroot)/lib/rustlib/$triple" ]; }
debian_std=/usr/lib/rustlib/$triple
packages=
command -v qemu-aarch64 >/dev/null || packages="$packages qemu-user"
command -v aarch64-linux-gnu-gcc >/dev/null || packages="$packages gcc-aarch64-linux-gnu libc6-dev-arm64-cross"
[ -e /lib/ld-linux-aarch64.so.1 ] || packages="$packages libc6:arm64"
has_rustup_std || [ -d "$debian_std" ] || packages="$packages rustc-web libstd-rust-web-dev:arm64"
if [ -n "$packages" ]; then
    as_root=
    [ "$(id -u)" = 0 ] || as_root=sudo
    command -v apt-get >/dev/null ||
        { say "there is no apt-get: please install by hand:$packages (or: rustup target add $triple)"; exit 1; }
    say "installing with apt-get:$packages"
    $as_root dpkg --add-architecture arm64 && $as_root apt-get update -q >&2 &&
        # shellcheck disable=SC2086
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $packages >&2 ||
        { say "could not install:$packages"; exit 1; }
fi
has_rustup_std || export RUSTC=/usr/bin/rustc

export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
# Not the cross compiler's C library, which need not be of the same build as the loader's.
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER=qemu-aarch64
# Another compiler's output has a place of its own. What is built once needs no record for building it again.
export CARGO_TARGET_DIR=$PWD/target/arm64 CARGO_INCREMENTAL=0 CARGO_PROFILE_DEV_DEBUG=0

parts=${PARTS:-unit ir actors interop diff}
status=0
part() {
    local name=$1
    shift
    case " $parts " in *" $name "*) ;; *) return 0 ;; esac
    printf '\n== %s: %s\n' "$name" "$*"
    "$@" || { say "failed: $name"; status=1; }
}

part unit    cargo test -q --target $triple -p dala-ir -p dala-beam --lib
part ir      cargo test -q --target $triple -p dala-ir --features jit --test filetests --test random_functions
part actors  cargo test -q --target $triple -p dala --tests
part interop cargo test -q --target $triple -p dala-tests --test semantic --test 'interop_*' --test mixed_elixir

differential() {
    cargo build -q --target $triple -p dala-beam --bin dala || return 1
    # The suite runs here and Dala there.
    local dala=$CARGO_TARGET_DIR/dala-by-emulator
    printf '#!/bin/sh\nexec qemu-aarch64 "%s" "$@"\n' "$CARGO_TARGET_DIR/$triple/debug/dala" >"$dala"
    chmod +x "$dala"
    suite() {
        local mode=$1
        shift
        printf '== differential suite on arm64: DALA_JIT=%s %s\n' "$mode" "$*"
        env -u RUSTC -u CARGO_TARGET_DIR -u CARGO_PROFILE_DEV_DEBUG DALA_BIN="$dala" DALA_JIT="$mode" \
            DALA_DIFF_TIMEOUT=600 cargo test -q -p dala-tests --test diff -- "$@" || failed=1
    }
    local failed=0
    # All programs: a second or two each.
    suite off "$@"
    suite on "$@"
    # Half a minute each, for the code generator is emulated, too: one or two of each kind.
    local some="binaries_match exceptions_stack guards_select selective_receive funs_closures maps_small ex_exceptions"
    # shellcheck disable=SC2086
    suite eager ${@:-$some}
    # shellcheck disable=SC2086
    suite ahead ${@:-$some}
    return $failed
}
part diff differential "$@"
exit $status
