//! Writes what fuzzing starts from, made of the installed OTP and Elixir: `fuzz_corpus FOLDER`.

use std::path::PathBuf;

fn main() -> std::io::Result<()> {
    let folder = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("fuzz/corpus"), PathBuf::from);
    dala_tests::fuzz::make_corpus(&folder, &dala_tests::fuzz::Sources::all())
}
