#!/usr/bin/env bash
# Fuzzes what takes bytes from others, each target for TIME seconds (60): all of them, or those named.
#
#   TIME=600 scripts/fuzz.sh external typed
#   JIT=1 scripts/fuzz.sh passes run   machine code too
#   scripts/fuzz.sh --if-there       for the gate: without its tools it says so and succeeds
#   scripts/fuzz.sh --replay FILE... runs what was found (fuzz/artifacts/TARGET/...) once more
#
# Needs a nightly Rust, for libFuzzer and AddressSanitizer; installs cargo-fuzz itself. What it starts from is made of the
# installed OTP and Elixir. What a fuzzer finds stays in fuzz/artifacts; mended, it moves to fuzz/regressions/TARGET,
# which `cargo test -p dala-tests --test fuzz_inputs` replays.
set -uo pipefail
cd "$(dirname "$0")/.."
nightly=${NIGHTLY:-nightly}
time=${TIME:-60}
all="load run external typed ir_text term_text passes"
# Code of modules that were loaded is never freed, so a process does not go on for ever.
round=300

is_optional=
case ${1:-} in
    --if-there) is_optional=yes; shift ;;
esac

lacking() {
    if [ -n "$is_optional" ]; then
        echo "fuzz: skipped: $1"
        exit 0
    fi
    printf 'fuzz: %s\nfuzz: please install it: %s\n' "$1" "$2" >&2
    exit 1
}

cargo "+$nightly" --version >/dev/null 2>&1 ||
    lacking "there is no Rust toolchain \`$nightly\`" "rustup toolchain install $nightly (or NIGHTLY=name)"
if ! command -v cargo-fuzz >/dev/null; then
    [ -z "$is_optional" ] || lacking "there is no cargo-fuzz" "cargo install cargo-fuzz"
    echo "fuzz: installing cargo-fuzz" >&2
    cargo "+$nightly" install -q --locked cargo-fuzz ||
        lacking "cargo-fuzz could not be installed" "cargo install --locked cargo-fuzz"
fi

fuzz() { cargo "+$nightly" fuzz "$1" --target-dir target/fuzz ${JIT:+--features jit} "${@:2}"; }

# A leak is no fault here: atoms, code and export entries stay for good.
options=(-timeout=60 -detect_leaks=0 -rss_limit_mb=6000 -print_final_stats=0 -verbosity=0 -max_len=32768)
export ASAN_OPTIONS="allocator_may_return_null=1:detect_leaks=0:${ASAN_OPTIONS:-}"

if [ "${1:-}" = --replay ]; then
    shift
    for file in "$@"; do
        fuzz run "$(basename "$(dirname "$file")")" "$file" -- -timeout=60 -detect_leaks=0 || exit 1
    done
    exit 0
fi

# shellcheck disable=SC2086
set -- ${*:-$all}
for target in "$@"; do
    case " $all " in
        *" $target "*) ;;
        *) echo "fuzz: no target $target (there are: $all)" >&2; exit 2 ;;
    esac
done
if [ ! -e fuzz/corpus/.made ]; then
    cargo run -q -p dala-tests --example fuzz_corpus -- fuzz/corpus || exit 1
    mkdir -p fuzz/corpus/passes && touch fuzz/corpus/.made
fi
started=$SECONDS
fuzz build || exit 1
echo "fuzz: built in $((SECONDS - started)) s"

found=()
for target in "$@"; do
    log=target/fuzz/$target.log
    : >"$log"
    # What is not a program asks for memory in proportion to its input.
    limits=()
    [ "$target" = run ] || limits=(-malloc_limit_mb=256)
    for ((left = time; left > 0; left -= round)); do
        if ! fuzz run "$target" -- "${options[@]}" "${limits[@]}" -max_total_time=$((left < round ? left : round)) >>"$log" 2>&1; then
            found+=("$target")
            break
        fi
    done
    accepted=$(grep -a '^accepted:' "$log" | tail -n 1)
    runs=$(grep -a '^Done ' "$log" | awk '{ runs += $2 } END { print runs + 0 }')
    echo "fuzz: $target: $runs runs in ${time} s; ${accepted:-accepted: none}"
done
if [ ${#found[@]} -ne 0 ]; then
    echo "fuzz: FOUND something in: ${found[*]}; see target/fuzz/TARGET.log and fuzz/artifacts" >&2
    exit 1
fi
