//! The example finds what Python's onnxruntime finds, and its Elixir process comes back.
#[path = "../../../dala-gpu/tests/fetched/skip.rs"]
mod skip;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn target() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target")
}

fn fetched() -> PathBuf {
    std::env::var_os("DALA_AI").map_or_else(|| target().join("ai"), PathBuf::from)
}

/// The Elixir modules, compiled.
fn ebin() -> PathBuf {
    let ebin = Path::new(env!("CARGO_TARGET_TMPDIR")).join("voice-ebin");
    std::fs::create_dir_all(&ebin).expect("the target folder is writable");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources = ["../../dala-gpu/elixir/stage.ex", "lib/decide.ex", "lib/conversation.ex"];
    let sources = sources.map(|source| root.join(source));
    let compiled = Command::new("elixirc").arg("-o").arg(&ebin).args(sources).output();
    let compiled = compiled.expect("elixirc is installed (scripts/setup.sh)");
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stderr));
    ebin
}

fn voice(arguments: &[&str], wav: &Path) -> Output {
    let svg = Path::new(env!("CARGO_TARGET_TMPDIR")).join("voice.svg");
    let mut command = Command::new(env!("CARGO_BIN_EXE_voice"));
    command.args(["--fast", "--ebin"]).arg(ebin()).arg("--svg").arg(svg).arg("--folder").arg(fetched());
    command.args(arguments).arg(wav).output().expect("the example runs")
}

/// Segments: start, end, confidence.
fn segments(text: &str) -> Vec<(u64, u64, f64)> {
    let segment = |line: &str| {
        let mut words = line.split(' ');
        Some((words.next()?.parse().ok()?, words.next()?.parse().ok()?, words.next()?.parse().ok()?))
    };
    text.lines().map_while(segment).collect()
}

/// What Python finds: asked now, if it is there; else what it found in the same file.
fn expected(wav: &Path, model: &Path) -> Option<Vec<(u64, u64, f64)>> {
    let python = fetched().join("venv/bin/python");
    if python.exists() {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/voice-segments.py");
        let output = Command::new(python).arg(script).arg(model).arg(wav).output().expect("Python runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        return Some(segments(&String::from_utf8_lossy(&output.stdout)));
    }
    let (head, found) = include_str!("expected.txt").split_once(".wav, made").and_then(|(_, rest)| {
        let (_, rest) = rest.split_once('\n')?;
        rest.split_once('\n')
    })?;
    let hash = dala_gpu::model::Hash::of(&std::fs::read(wav).ok()?).to_string();
    (hash == head).then(|| segments(found))
}

#[test]
fn it_finds_what_python_finds_and_loses_nothing_in_a_crash() {
    let wav = target().join("voice/speech.wav");
    let model = fetched().join("models/silero_ifless.onnx");
    if !wav.is_file() || !model.is_file() || !fetched().join("lib/libonnxruntime.so").is_file() {
        skip::skip("scripts/setup-ai.sh and scripts/setup-voice.sh fetch what it needs, which is not there");
        return;
    }
    let output = voice(&["--crash-at", "3"], &wav);
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}\n{errors}");
    let found = segments(&text);
    assert!(found.len() > 3, "{text}");
    match expected(&wav, &model) {
        Some(expected) => {
            assert_eq!(found.len(), expected.len(), "{found:?}, not {expected:?}");
            for (found, expected) in found.iter().zip(&expected) {
                assert_eq!((found.0, found.1), (expected.0, expected.1));
                assert!((found.2 - expected.2).abs() < 1e-3, "{found:?}, not {expected:?}");
            }
        }
        None => {
            skip::skip("nothing to compare with: another sound file than the recorded one, and no Python")
        }
    }
    assert!(text.ends_with("told again after a crash: 1; bytes copied: 0\n"), "{text}");
    assert!(errors.contains("told to crash at segment 3"), "{errors}");
    assert!(text.contains(&format!("the conversation: {} segments in", found.len())), "{text}");
    let calm = voice(&["--crash-at", "0"], &wav);
    let calm = String::from_utf8_lossy(&calm.stdout).into_owned();
    let conversation =
        |text: &str| text.lines().find(|line| line.starts_with("the conversation")).map(str::to_owned);
    assert_eq!(conversation(&calm), conversation(&text), "the crash changed nothing");
    assert!(calm.ends_with("told again after a crash: 0; bytes copied: 0\n"), "{calm}");
}

#[test]
fn a_file_that_is_no_sound_is_one_clear_line() {
    let text = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    for (wav, says) in [(text, "this is no WAV file"), (PathBuf::from("nowhere.wav"), "nowhere.wav")] {
        let output = voice(&[], &wav);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success());
        assert!(errors.lines().count() == 1 && errors.contains(says), "{errors}");
    }
}

#[test]
fn modules_that_are_not_compiled_are_one_clear_line() {
    let wav = Path::new(env!("CARGO_TARGET_TMPDIR")).join("second.wav");
    let mut bytes =
        b"RIFF\x24\x7d\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0data\0\x7d\0\0"
            .to_vec();
    bytes.resize(44 + 32_000, 0);
    std::fs::write(&wav, bytes).expect("writable");
    let output = Command::new(env!("CARGO_BIN_EXE_voice")).args(["--ebin", "nowhere"]).arg(wav).output();
    let output = output.expect("the example runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    let says = "error: nowhere/Elixir.Conversation.beam: not found";
    assert!(!output.status.success() && errors.starts_with(says) && errors.lines().count() == 1, "{errors}");
}

/// The stage is an ordinary GenServer: on OTP it finds the same.
#[test]
fn short_pauses_do_not_end_speech_and_clicks_are_none() {
    let frames = "List.duplicate(0.1, 3) ++ List.duplicate(0.9, 10) ++ List.duplicate(0.2, 3) ++ List.duplicate(0.4, 2) ++
        List.duplicate(0.1, 4) ++ List.duplicate(0.9, 7) ++ List.duplicate(0.0, 9)";
    let script = format!(
        "{{:ok, decide}} = GenServer.start_link(Decide, [])
         found = {frames} |> Enum.with_index() |> Enum.flat_map(fn {{chance, number}} ->
           GenServer.call(decide, {{:frame, chance, number, 0}})
         end)
         for {{first, stop, _}} <- found ++ GenServer.call(decide, :finish), do: IO.puts(\"#{{first}} #{{stop}}\")"
    );
    let output = Command::new("elixir").arg("-pa").arg(ebin()).args(["-e", &script]).output();
    let output = output.expect("elixir is installed (scripts/setup.sh)");
    let (text, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(text, "3 18\n", "{errors}");
}
