# Everything a newcomer needs. Each target does its own set-up (scripts/setup.sh).
#
#   make demo            the main example on this machine's own package log
#   make demo LOG=path   the same on another file; ARGS="--kill-at 500" kills the Elixir process there
#   make demo-ai         models served by actors: batches, streams, what serving costs
#   make demo-files      types of files, told by a model to Rust actors and Elixir processes; draws what clients get
#   make demo-voice      speech in a sound file, found by a model, told to an Elixir process (WAV=path, ARGS="--fast")
#   make test            all tests, with the sum of what ran
#   make diff            the differential suite in all its modes (budget 1, GC stress, 1 and 2 workers)
#   make conformance     OTP's own test suites on Dala and on OTP; writes docs/conformance.md
#   make random          random Erlang modules on OTP and on Dala; ARGS="COUNT SEED" (300 1)
#   make bench           Dala beside its peers, in one run
#   make bench-ai        models asked through actors, beside those who run them alone
#   make loom            models of the lock-free parts
#   make instructions    what a hop and a request cost in instructions, against benches/instructions.txt
#   make test-arm64      all of it that an emulator of arm64 can run; ARGS="NAME..." (programs of the differential suite)
#   make asan            unit tests, and tests that run BEAM programs, under AddressSanitizer
#   make soak            actors spawned, killed, linked, timed and flooded for ten minutes; ARGS="SECONDS SEED WORKERS"
#   make fuzz            fuzzing of what takes bytes from others; TIME=seconds a target (60), ARGS="external run"
#   make check           what the gate runs (.ci/run)

LOG ?=
WAV ?=
ARGS ?=

.PHONY: test-arm64 instructions demo demo-ai demo-files demo-voice test diff bench bench-ai loom asan fuzz check setup conformance soak random

# Where ONNX Runtime's library could not be fetched, models run in Rust alone (ten minutes to build).
WITHOUT_LIBRARY = $$([ -e "$${DALA_AI:-target/ai}/lib/libonnxruntime.so" ] || echo --features tract)

setup:
	@./scripts/setup.sh

demo: setup target/mixed/ebin/.built
	@log="$(LOG)"; [ -n "$$log" ] || log=$$(./scripts/find-log.sh) || exit 1; \
	cargo run -q --release -p dala-examples --example mixed -- --ebin target/mixed/ebin $(ARGS) "$$log"

target/mixed/ebin/.built: $(wildcard examples/mixed/lib/*.ex) | setup
	@mkdir -p target/mixed/ebin
	elixirc --warnings-as-errors -o target/mixed/ebin examples/mixed/lib/*.ex
	@touch $@

demo-ai: setup
	@./scripts/setup-ai.sh
	cargo run -q --release -p dala-examples-ai $(WITHOUT_LIBRARY) --bin serve -- $(ARGS)

demo-files: setup target/files/ebin/.built
	@./scripts/setup-ai.sh
	cargo run -q --release -p dala-examples-files $(WITHOUT_LIBRARY) -- $(ARGS)

target/files/ebin/.built: $(wildcard examples/files/lib/*.ex dala-gpu/elixir/*.ex) | setup
	@mkdir -p target/files/ebin
	elixirc --warnings-as-errors -o target/files/ebin $(wildcard examples/files/lib/*.ex dala-gpu/elixir/*.ex)
	@touch $@

demo-voice: setup target/voice/ebin/.built
	@./scripts/setup-ai.sh
	@[ -n "$(WAV)" ] || ./scripts/setup-voice.sh
	cargo run -q --release -p dala-examples-voice $(WITHOUT_LIBRARY) -- $(ARGS) $(WAV)

target/voice/ebin/.built: $(wildcard examples/voice/lib/*.ex) dala-gpu/elixir/stage.ex | setup
	@mkdir -p target/voice/ebin
	elixirc --warnings-as-errors -o target/voice/ebin dala-gpu/elixir/stage.ex examples/voice/lib/*.ex
	@touch $@

test: setup
	@./scripts/test.sh

diff: setup
	@./scripts/diff.sh every

conformance: setup
	@./scripts/conformance.sh

random: setup
	@./scripts/random.sh $(ARGS)

bench:
	cargo run --release -p dala-benches --bin peers

bench-ai: setup
	@./scripts/setup-ai.sh python
	cargo run --release -p dala-benches-ai

instructions:
	./scripts/instructions.sh

loom:
	@./scripts/loom.sh

test-arm64:
	@./scripts/test-arm64.sh $(ARGS)

asan:
	@./scripts/asan.sh

soak: setup
	cargo run -q -p dala-tests --example soak -- $(ARGS)

fuzz: setup
	@TIME=$(or $(TIME),60) ./scripts/fuzz.sh $(ARGS)

check:
	@./.ci/run
