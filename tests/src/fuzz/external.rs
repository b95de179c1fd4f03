//! The external term format.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ptr::NonNull;

use dala_beam::etf::{
    CodeLookup, DecodeError, DecodeErrorKind, DecodeOptions, Decoded, EncodeError, EncodeOptions, NoCode,
    decode, encode,
};
use dala_beam::load::BeamFile;
use dala_ir::abi::{Atom, ExportHead, FunHead, Word};
use dala_ir::term::{Fragment, Style, cmp_exact, eq_exact, phash2, print};

use super::{Sources, Verdict};
use crate::mutated::Random;

/// Enough to get past every check, little enough to be quick.
const MAX_UNCOMPRESSED: usize = 1 << 24;

/// Knows every function, by leaked entries.
#[derive(Default)]
struct Everything {
    exports: HashMap<(Atom, Atom, u32), NonNull<ExportHead>>,
    funs: HashMap<FunHead, NonNull<FunHead>>,
}

// SAFETY: leaked entries live for ever.
#[expect(unsafe_code, reason = "gives out leaked entries")]
unsafe impl CodeLookup for Everything {
    fn export(&mut self, module: Atom, function: Atom, arity: u32) -> Option<NonNull<ExportHead>> {
        let make = || NonNull::from(Box::leak(Box::new(ExportHead { module, function, arity })));
        Some(*self.exports.entry((module, function, arity)).or_insert_with(make))
    }

    fn fun(&mut self, identity: &FunHead) -> Option<NonNull<FunHead>> {
        let make = || NonNull::from(Box::leak(Box::new(*identity)));
        Some(*self.funs.entry(*identity).or_insert_with(make))
    }
}

/// As `binary_to_term` with all code known.
pub(super) fn decode_all(bytes: &[u8], writer: &mut Fragment, safe: bool) -> Result<Decoded, DecodeError> {
    thread_local!(static CODE: RefCell<Everything> = RefCell::default());
    let options = DecodeOptions { safe, max_uncompressed: MAX_UNCOMPRESSED, ..DecodeOptions::default() };
    CODE.with_borrow_mut(|code| decode(bytes, writer, code, &options))
}

/// Bytes are refused at a place within them, or the term that they are:
/// - is the same in safe mode, which makes no atoms, unless that refuses it;
/// - is written by every way of encoding so that it reads back as itself, and the same way again as the same bytes;
/// - can be compared, hashed and printed.
pub(super) fn check(bytes: &[u8]) -> Verdict {
    let mut writer = Fragment::new();
    let atoms = Atom::count();
    let safe = decode_all(bytes, &mut writer, true);
    // Only there nobody else makes atoms meanwhile.
    assert!(!cfg!(fuzzing) || Atom::count() == atoms, "safe mode made an atom");
    let found = match decode_all(bytes, &mut writer, false) {
        Ok(found) => found,
        Err(error) => {
            assert!(error.offset <= bytes.len().max(MAX_UNCOMPRESSED), "{error}");
            assert!(!error.to_string().is_empty());
            assert!(safe.is_err(), "safe mode takes more");
            return Verdict::Refused;
        }
    };
    assert!(found.used <= bytes.len());
    match safe {
        Ok(safe) => assert!(safe.used == found.used && eq_exact(safe.term, found.term)),
        Err(error) => assert!(
            matches!(error.kind, DecodeErrorKind::NewAtom | DecodeErrorKind::UnknownFun),
            "safe mode says {error}"
        ),
    }
    if let Err(error) = decode(bytes, &mut writer, &mut NoCode, &DecodeOptions::default()) {
        assert_eq!(error.kind, DecodeErrorKind::UnknownFun, "without code: {error}");
    }
    round_trips(found.term, &mut writer);
    Verdict::Accepted
}

/// The ways of encoding.
fn ways() -> impl Iterator<Item = EncodeOptions> {
    let plain = EncodeOptions::default();
    [
        plain,
        EncodeOptions { minor_version: 0, ..plain },
        EncodeOptions { minor_version: 2, ..plain },
        EncodeOptions { compression: Some(1), ..plain },
        EncodeOptions { deterministic: true, ..plain },
        EncodeOptions { local: true, ..plain },
    ]
    .into_iter()
}

fn round_trips(term: Word, writer: &mut Fragment) {
    assert!(cmp_exact(term, term).is_eq());
    let (hash, shown) = (phash2(term), show(term));
    for options in ways() {
        let encoded = match encode(term, &options) {
            Ok(encoded) => encoded,
            Err(EncodeError::TooLarge(_)) => continue,
            Err(error) => panic!("{shown}: {error}"),
        };
        let back = decode_all(&encoded, writer, false)
            .unwrap_or_else(|error| panic!("{shown} is written as {encoded:?} by {options:?}: {error}"));
        assert_eq!(back.used, encoded.len(), "{shown} by {options:?}");
        assert!(eq_exact(term, back.term), "{shown} comes back as {} by {options:?}", show(back.term));
        assert_eq!(phash2(back.term), hash, "{shown} by {options:?}");
        assert_eq!(encode(back.term, &options).as_ref(), Ok(&encoded), "{shown} by {options:?}");
    }
}

pub(super) fn show(term: Word) -> String {
    print(term, Style::Readable).limited(1000).to_string()
}

/// Literals and attributes of modules, and what OTP writes of each kind of term.
pub(super) fn seeds(sources: &Sources) -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = golden().collect();
    for module in &sources.modules {
        let Ok(file) = BeamFile::parse(module) else { continue };
        seeds.extend(file.literals.iter().map(<[u8]>::to_vec));
        seeds.push(file.attributes.attributes);
        seeds.push(file.attributes.compile);
    }
    seeds.retain(|seed| (1..4096).contains(&seed.len()));
    seeds.sort_by_key(|seed| (seed.len(), seed.clone()));
    seeds.dedup();
    thinned(seeds, 2000)
}

/// What `dala-beam`'s own tests compare with OTP.
fn golden() -> impl Iterator<Item = Vec<u8>> {
    include_str!("../../../dala-beam/src/etf/tests/golden.txt").lines().map(|line| {
        let (_, hex) = line.split_once(' ').expect("a hash and the bytes");
        let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("two digits");
        (0..hex.len()).step_by(2).map(byte).collect()
    })
}

/// At most `most` of them, evenly spread.
pub(super) fn thinned(items: Vec<Vec<u8>>, most: usize) -> Vec<Vec<u8>> {
    let step = items.len().div_ceil(most).max(1);
    items.into_iter().step_by(step).collect()
}

/// Another tag in the place of one, or a length that is a little wrong: what blind changes seldom do.
pub fn change(bytes: &[u8], seed: u64) -> Option<Vec<u8>> {
    const TAGS: &[u8] = b"\x61\x62\x63\x46\x64\x73\x76\x77\x67\x58\x66\x59\x65\x72\x5a\x68\x69\x6a\x6b\x6c\x6d\x4d\x6e\x6f\x70\x71\x74\x50\x79";
    let mut random = Random::new(seed);
    let mut bytes = bytes.to_vec();
    let tags: Vec<usize> = (0..bytes.len()).filter(|&at| TAGS.contains(&bytes[at])).collect();
    if tags.is_empty() {
        return None;
    }
    for _ in 0..1 + random.below(3) {
        let at = *random.pick(&tags);
        match random.below(4) {
            0 => bytes[at] = *random.pick(TAGS),
            1 if at + 1 < bytes.len() => bytes[at + 1] = random.number() as u8,
            2 if at + 4 < bytes.len() => bytes[at + 4] = bytes[at + 4].wrapping_add(1),
            // Part of the term in another place of it.
            _ => {
                let from = *random.pick(&tags);
                let len = (1 + random.below(16)).min(bytes.len() - from);
                let part = bytes[from..from + len].to_vec();
                bytes.splice(at..at, part);
                return Some(bytes);
            }
        }
    }
    Some(bytes)
}
