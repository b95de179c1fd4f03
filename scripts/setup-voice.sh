#!/usr/bin/env bash
# Makes target/voice/speech.wav, in which a synthetic voice (espeak-ng) says four sentences with pauses. Installs
# Debian's espeak-ng when it is missing. Never fails: without it, it says so, and the test that needs it skips.
set -uo pipefail
cd "$(dirname "$0")/.."

say() { printf 'setup-voice: %s\n' "$*" >&2; }

into=target/voice
[ -e "$into/speech.wav" ] && exit 0
mkdir -p "$into"

if ! command -v espeak-ng >/dev/null; then
    as_root=
    [ "$(id -u)" = 0 ] || as_root=sudo
    say "installing with apt-get: espeak-ng"
    install() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends espeak-ng >&2; }
    command -v apt-get >/dev/null && { install || { $as_root apt-get update -q >&2 && install; }; } ||
        { say "no espeak-ng: the voice example needs a WAV file (its argument)"; exit 0; }
fi

text="<speak><break time='700ms'/>Hello, this is Dala.<break time='900ms'/>A runtime for actors, in Rust and Elixir.
<break time='1500ms'/>One of them listens to you.<break time='600ms'/>It will be crashed once, and go on.
<break time='800ms'/></speak>"
espeak-ng -m -v en -s 150 -w "$into/new.wav" "$text" && mv "$into/new.wav" "$into/speech.wav" ||
    say "espeak-ng failed: the voice example needs a WAV file (its argument)"
exit 0
