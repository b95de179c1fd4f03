#!/usr/bin/env bash
# The differential suite alone, in one mode or in all. Each program is run on real OTP (cached) and on
# Dala, and the transcripts are compared.
#
#   scripts/diff.sh                 as it is
#   scripts/diff.sh budget          one reduction an activation
#   scripts/diff.sh gc              a collection at every safepoint
#   scripts/diff.sh one-worker | two-workers
#   scripts/diff.sh every           all five, one after the other
#   scripts/diff.sh jit             machine code for each function that is called, not for hot ones alone
#   scripts/diff.sh jit-budget | jit-gc
#   scripts/diff.sh ahead           machine code of whole modules, as it is made ahead of time
#   scripts/diff.sh interpreter     a build that makes no machine code
#
# What follows the mode filters by name: scripts/diff.sh budget gen_server
set -uo pipefail
cd "$(dirname "$0")/.."
mode=${1:-plain}
[ $# -eq 0 ] || shift

run() {
    echo "== differential suite: $1"
    case $1 in
        plain)       ./scripts/cargo.sh test -q --test diff -- "${@:2}" ;;
        budget)      DALA_REDUCTIONS=1 ./scripts/cargo.sh test -q --test diff -- "${@:2}" ;;
        # A large heap is collected at each safepoint: hostile_sizes takes a minute.
        gc)          DALA_DIFF_TIMEOUT=300 DALA_GC_STRESS=1 ./scripts/cargo.sh test -q --test diff -- "${@:2}" ;;
        one-worker)  DALA_WORKERS=1 ./scripts/cargo.sh test -q --test diff -- "${@:2}" ;;
        two-workers) DALA_WORKERS=2 ./scripts/cargo.sh test -q --test diff -- "${@:2}" ;;
        jit)         DALA_JIT=eager ./scripts/cargo.sh test -q --test diff -- "${@:2}" ;;
        ahead)       DALA_JIT=ahead run plain "${@:2}" ;;
        jit-budget)  DALA_JIT=eager run budget "${@:2}" ;;
        jit-gc)      DALA_JIT=eager run gc "${@:2}" ;;
        interpreter)
            cargo build -q -p dala-beam --no-default-features --features aot --bin dala || return 1
            DALA_BIN=${CARGO_TARGET_DIR:-$PWD/target}/debug/dala ./scripts/cargo.sh test -q --test diff -- "${@:2}"
            ;;
        *)
            echo "diff.sh: unknown mode $1 (plain, budget, gc, one-worker, two-workers, jit, jit-budget, jit-gc," \
                "ahead, interpreter, every)" >&2
            return 2
            ;;
    esac
}

status=0
if [ "$mode" = every ]; then
    for each in plain budget gc one-worker two-workers; do
        run "$each" "$@" || status=1
    done
else
    run "$mode" "$@" || status=$?
fi
exit "$status"
