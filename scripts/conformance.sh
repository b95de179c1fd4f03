#!/usr/bin/env bash
# Runs OTP's own test suites on Dala and on the installed OTP and compares what becomes of each case.
#
#   scripts/conformance.sh              all suites of tests/conformance/suites; writes docs/conformance.md
#   scripts/conformance.sh NAME...      these suites, and shows their rows
#   scripts/conformance.sh -c CASE NAME one case of a suite on Dala, and what it printed
#
# The suites come from Debian's source package of the installed erlang-base (fetched once, into target/conformance);
# nothing of them is kept in this repository. tests/conformance/conformance.erl runs them with our own small `ct` and
# `test_server`, the same on both. tests/conformance/skips.tsv lists the cases that Dala does not run (suite, case,
# reason: peer, internals or driver) and failures.tsv those that are known to fail (suite, case, cause). Any other case
# that fails, and any listed one that passes, makes this script fail.
#
# OTP's results are kept between runs. DALA_BIN names the command to test; without it cargo builds one.
# CASE_LIMIT and SUITE_LIMIT are in seconds; JOBS suites run at a time (1).
set -euo pipefail
cd "$(dirname "$0")/.."

one_case=
if [ "${1:-}" = -c ]; then
    one_case=$2
    shift 2
fi
CASE_LIMIT=${CASE_LIMIT:-240}
SUITE_LIMIT=${SUITE_LIMIT:-1800}
JOBS=${JOBS:-1}
work=$PWD/target/conformance
own=$PWD/tests/conformance
mkdir -p "$work"

say() { printf 'conformance: %s\n' "$*" >&2; }

if [ -z "${DALA_BIN:-}" ]; then
    cargo build -q --release -p dala-beam --bin dala
    DALA_BIN=$PWD/${CARGO_TARGET_DIR:-target}/release/dala
fi

# The source package of exactly the installed version, by package lists of our own: the system's need not have sources.
fetch() {
    local version apt=$work/apt
    command -v dpkg-query >/dev/null || { say "the suites come from Debian's source package; this is no Debian"; exit 1; }
    version=$(dpkg-query -W -f '${source:Version}' erlang-base)
    say "fetching the sources of erlang $version"
    mkdir -p "$apt/lists/partial" "$apt/cache/partial" "$apt/empty"
    # The system's own repositories, as sources of sources; a system has one kind of list or the other.
    { cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null || true; } | sed -n 's/^deb /deb-src /p' >"$apt/sources.list"
    { cat /etc/apt/sources.list.d/*.sources 2>/dev/null || true; } | sed 's/^Types:.*/Types: deb-src/' >"$apt/sources.sources"
    mkdir -p "$apt/parts"
    cp "$apt/sources.sources" "$apt/parts/own.sources"
    local options=(-o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts="$apt/parts"
        -o Dir::State::lists="$apt/lists" -o Dir::Cache="$apt/cache")
    apt-get "${options[@]}" update -q >&2
    (cd "$work" && apt-get "${options[@]}" source -q --download-only "erlang=$version" >&2)
}

sources=$work/sources
if [ ! -e "$sources/.unpacked" ]; then
    compgen -G "$work/erlang_*.orig.tar.xz" >/dev/null || fetch
    archive=$(compgen -G "$work/erlang_*.orig.tar.xz")
    say "unpacking the suites"
    mkdir -p "$sources"
    tar xJf "$archive" -C "$sources" --strip-components=1 --wildcards \
        '*/erts/emulator/test' '*/lib/stdlib/test' '*/lib/kernel/test' '*/lib/common_test/include' '*/lib/eunit/include' '*/lib/eunit/src'
    touch "$sources/.unpacked"
fi

shims=$work/ebin
mkdir -p "$shims"
# A suite wants eunit's parse transform, and eunit need not be installed.
erlc -o "$shims" "$own"/*.erl "$sources/lib/eunit/src/eunit_autoexport.erl"

# Compiles a suite and what stands beside it, once.
compile() {
    local folder=$1 suite=$2 out=$work/compiled/$2
    [ ! -e "$out/.complete" ] || return 0
    mkdir -p "$out"
    local options=(+nowarn_export_all -I "$sources/$folder" -I "$sources/lib" -pa "$shims" -o "$out")
    # `-include_lib("common_test/include/ct.hrl")` is found below lib: common_test itself need not be installed.
    (cd "$sources/$folder" && erlc "${options[@]}" -W0 "${suite}_SUITE.erl") >"$out/said" 2>&1 ||
        { cat "$out/said" >&2; say "cannot compile $suite"; return 1; }
    local beside=$work/compiled/beside-${folder//\//-}
    if [ ! -e "$beside" ]; then
        mkdir -p "$beside"
        local helper
        for helper in "$sources/$folder"/*.erl; do
            case $helper in
                *_SUITE.erl) ;;
                *) erlc -I "$sources/$folder" -I "$sources/lib" -o "$beside" "$helper" >/dev/null 2>&1 || true ;;
            esac
        done
    fi
    touch "$out/.complete"
}

# Runs a suite on one engine; starts it again behind a case that took the runtime down.
run_suite() {
    local engine=$1 folder=$2 suite=$3 out=$work/$1/$3
    [ -z "$one_case" ] || out=$work/one/$3
    local results=$out/results skips=$work/no-skips
    if [ "$engine" = otp ] && [ -e "$out/complete" ]; then return; fi
    rm -rf "$out"
    mkdir -p "$out/private"
    : >"$work/no-skips"
    [ "$engine" = otp ] || skips=$own/skips.tsv
    local beside=$work/compiled/beside-${folder//\//-}
    local paths=("$shims" "$work/compiled/$suite" "$beside")
    local call="conformance_main:run(\"$suite\", \"$sources/$folder\", \"$out\", \"$skips\", $CASE_LIMIT, \"$one_case\")"
    local began=$SECONDS status attempt
    for attempt in $(seq 20); do
        local left=$((SUITE_LIMIT - SECONDS + began))
        [ "$left" -gt 0 ] || break
        status=0
        if [ "$engine" = otp ]; then
            (cd "$out/private" && timeout -k 5 "$left" erl -enable-feature all -noinput -sname "conformance$BASHPID" $(printf -- '-pa %s ' "${paths[@]}") \
                -eval "$call, halt().") </dev/null >>"$out/said" 2>&1 || status=$?
        else
            (cd "$out/private" && timeout -k 5 "$left" "$DALA_BIN" eval $(printf -- '--pa %s ' "${paths[@]}") \
                --erl "$call.") </dev/null >>"$out/said" 2>&1 || status=$?
        fi
        if [ -e "$results" ] && [ "$(tail -n 1 "$results")" = end ]; then break; fi
        local last
        last=$(tail -n 1 "$results" 2>/dev/null || true)
        case $last in
            started*) printf 'failed\t%s\tthe runtime ended with status %s: %s\n' "${last#started	}" "$status" \
                "$(tail -n 3 "$out/said" | tr '\n\t' '  ' | cut -c 1-300)" >>"$results" ;;
            *) say "$suite on $engine ended with status $status outside of a case (see $out/said)"; break ;;
        esac
    done
    echo $((SECONDS - began)) >"$out/complete"
}

chosen() { [ ${#names[@]} -eq 0 ] || [[ " ${names[*]} " == *" $1 "* ]]; }

# One suite on both engines.
both() {
    run_suite otp "$1" "$2"
    run_suite dala "$1" "$2"
    say "$2: OTP $(cat "$work/otp/$2/complete") s, Dala $(cat "$work/dala/$2/complete") s"
}

names=("$@")
ran=()
while read -r folder suites; do
    for suite in $suites; do
        chosen "$suite" || continue
        ran+=("$suite")
        compile "$folder" "$suite" || continue
        if [ -n "$one_case" ]; then
            run_suite dala "$folder" "$suite"
            grep -v "^plan" "$work/one/$suite/results"
            cat "$work/one/$suite/log"
            exit
        fi
        while [ "$(jobs -rp | wc -l)" -ge "$JOBS" ]; do wait -n || true; done
        both "$folder" "$suite" &
    done
done < <(grep -v '^#' "$own/suites")
wait

[ ${#ran[@]} -gt 0 ] || { say "no such suite: $*"; exit 1; }
page=/dev/stdout
[ ${#names[@]} -gt 0 ] || page=$PWD/docs/conformance.md
erl -noinput -pa "$shims" -eval 'conformance_table:main().' -extra "$work" "$own" "$page" "${ran[@]}"
