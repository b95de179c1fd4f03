#!/usr/bin/env bash
# Makes sure that what the demo and the tests need beside Rust is there: a linker, Erlang/OTP (24 to
# 28) with EUnit, and Elixir (1.14 or later). Installs Debian's packages when they are missing, and says so.
# Quiet and quick when there is nothing to do.
#
# erlang-base holds erlc, stdlib, kernel, compiler and sasl; elixir brings elixirc, Elixir's own .beam
# files and the five small Erlang packages that elixirc loads. EUnit's code is erlang-eunit, and its header is in
# erlang-dev. Recommended packages (sctp, docs) stay out.
set -euo pipefail

say() { printf 'setup: %s\n' "$*" >&2; }

# By the folder that erl is in, which is quicker than to ask it.
has_eunit() {
    local root
    root=$(dirname "$(dirname "$(readlink -f "$(command -v erl)")")")
    compgen -G "$root/lib/eunit-*/ebin/eunit.beam" >/dev/null && compgen -G "$root/lib/eunit-*/include/eunit.hrl" >/dev/null && return
    erl -noshell -eval 'halt(case filelib:is_file(filename:join([code:lib_dir(eunit), "include", "eunit.hrl"])) of true -> 0; false -> 1 end).' \
        >/dev/null 2>&1
}

missing_tools() {
    command -v cargo >/dev/null || echo cargo
    command -v cc >/dev/null || echo cc
    command -v erl >/dev/null && command -v erlc >/dev/null || echo erlc
    command -v elixir >/dev/null && command -v elixirc >/dev/null || echo elixirc
    if command -v erl >/dev/null; then has_eunit || echo eunit; else echo eunit; fi
}

explain_and_stop() {
    say "cannot install it here: $1"
    say "please install by hand, then run the same command again:"
    for tool in $missing; do
        case $tool in
            cargo)   say "  Rust, at least 1.95: https://rustup.rs (this repository's rust-toolchain.toml picks the version)" ;;
            cc)      say "  a C linker (\`cc\`): Debian gcc and libc6-dev, Fedora gcc, Alpine build-base, macOS xcode-select --install" ;;
            erlc)    say "  Erlang/OTP 24 to 28 with \`erl\` and \`erlc\`: Debian erlang-base, Fedora erlang, Alpine erlang-dev, Arch erlang, Homebrew erlang" ;;
            eunit)   say "  EUnit of that Erlang/OTP: Debian erlang-eunit and erlang-dev; others have it with Erlang" ;;
            elixirc) say "  Elixir 1.14 or later with \`elixir\` and \`elixirc\`: the package is called elixir in all of these" ;;
        esac
    done
    exit 1
}

missing=$(missing_tools | tr '\n' ' ')
[ -n "${missing// /}" ] || exit 0
say "not found: $missing"

case " $missing" in
    *" cargo "*) explain_and_stop "Rust does not come from the system's packages" ;;
esac
command -v apt-get >/dev/null || explain_and_stop "there is no apt-get (this is not Debian or a system made from it)"

packages=
for tool in $missing; do
    case $tool in
        cc)      packages="$packages gcc libc6-dev" ;;
        erlc)    packages="$packages erlang-base" ;;
        eunit)   packages="$packages erlang-eunit erlang-dev" ;;
        elixirc) packages="$packages elixir" ;;
    esac
done

as_root=
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || explain_and_stop "not root, and there is no sudo"
    as_root=sudo
fi

say "installing with apt-get:$packages"
install_packages() {
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends $packages >&2
}
# The package lists of a fresh machine or container may be absent or old: fetch them only then.
if ! install_packages; then
    say "fetching the package lists first"
    $as_root apt-get update -q >&2 || explain_and_stop "apt-get update failed"
    install_packages || explain_and_stop "apt-get install$packages failed"
fi

missing=$(missing_tools | tr '\n' ' ')
[ -z "${missing// /}" ] || explain_and_stop "still missing after the installation: $missing"
say "ready: OTP $(erl -noshell -eval 'io:put_chars(erlang:system_info(otp_release)), halt().'), $(elixirc --version 2>/dev/null | tail -n 1)"
