use super::*;
use crate::load::installed;
use proptest::prelude::*;
use std::sync::LazyLock;

#[test]
fn every_installed_module_parses() {
    let files = installed::beam_files();
    assert!(files.len() > 500, "only {} files found: are OTP and Elixir installed?", files.len());
    for path in files {
        let bytes = std::fs::read(&path).unwrap();
        let file = BeamFile::parse(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(path.file_stem().unwrap().to_str().unwrap(), file.name.text());
        assert!(!file.code.is_empty());
    }
}

#[test]
fn digest_is_the_one_that_otp_computes() {
    for module in ["lists", "gen_server", "erl_scan", "base64"] {
        let program = format!(
            "io:format(\"~s\", [[io_lib:format(\"~2.16.0b\", [B]) || <<B>> <= {module}:module_info(md5)]]), halt()."
        );
        let output =
            std::process::Command::new("erl").args(["-noshell", "-eval", &program]).output().unwrap();
        let file = BeamFile::parse(&installed::module(module)).unwrap();
        let hex: String = file.md5.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, String::from_utf8(output.stdout).unwrap(), "{module}");
    }
}

#[test]
fn compressed_file_is_the_same_module() {
    use std::io::Write;
    let plain = installed::module("lists");
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&plain).unwrap();
    let (plain, packed) =
        (BeamFile::parse(&plain).unwrap(), BeamFile::parse(&encoder.finish().unwrap()).unwrap());
    assert_eq!((plain.name, plain.md5, plain.code), (packed.name, packed.md5, packed.code));
}

#[test]
fn file_of_a_newer_release_says_so() {
    let mut bytes = installed::module("lists");
    let code = bytes.windows(4).position(|window| window == b"Code").unwrap();
    bytes[code + 19] = 250;
    let error = BeamFile::parse(&bytes).unwrap_err();
    assert!(error.to_string().contains("compiled for a newer OTP"), "{error}");
}

/// Modules with every kind of chunk, small enough to parse many times.
static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    ["base64", "queue", "gen_event", "proplists"].iter().map(|name| installed::module(name)).collect()
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn mutated_files_never_panic(
        seed in 0..4_usize,
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..8),
    ) {
        let mut bytes = SEEDS[seed].clone();
        for (at, value, kind) in edits {
            let at = at.index(bytes.len());
            match kind {
                0 => bytes[at] = value,
                1 => bytes[at] ^= 1 << (value & 7),
                _ => bytes.truncate(at.max(1)),
            }
        }
        let _ = BeamFile::parse(&bytes);
    }

    #[test]
    fn random_bytes_behind_a_header_never_panic(tail in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut bytes = b"FOR1".to_vec();
        bytes.extend((tail.len() as u32 + 4).to_be_bytes());
        bytes.extend(b"BEAM");
        bytes.extend(tail);
        let _ = BeamFile::parse(&bytes);
    }
}
