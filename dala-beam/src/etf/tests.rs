use std::collections::HashMap;
use std::ptr::NonNull;

use dala_ir::abi::{Atom, ExportHead, FunHead, Word};
use dala_ir::term::{Fragment, TermWriter, cmp, eq_exact, phash2};
use proptest::prelude::*;

use super::*;

/// Leaks an entry for every fun it is asked for.
#[derive(Default)]
struct Exports(HashMap<(Atom, Atom, u32), NonNull<ExportHead>>);

// SAFETY: leaked entries live for ever.
#[expect(unsafe_code, reason = "gives out leaked entries")]
unsafe impl CodeLookup for Exports {
    fn export(&mut self, module: Atom, function: Atom, arity: u32) -> Option<NonNull<ExportHead>> {
        let make = || NonNull::from(Box::leak(Box::new(ExportHead { module, function, arity })));
        Some(*self.0.entry((module, function, arity)).or_insert_with(make))
    }

    fn fun(&mut self, identity: &FunHead) -> Option<NonNull<FunHead>> {
        Some(NonNull::from(Box::leak(Box::new(*identity))))
    }
}

fn golden() -> impl Iterator<Item = (u32, Vec<u8>)> {
    include_str!("tests/golden.txt").lines().map(|line| {
        let (hash, hex) = line.split_once(' ').unwrap();
        let bytes = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap());
        (hash.parse().unwrap(), bytes.collect())
    })
}

fn decode_all(bytes: &[u8], writer: &mut Fragment) -> Word {
    let decoded = decode(bytes, writer, &mut Exports::default(), &DecodeOptions::default()).unwrap();
    assert_eq!(decoded.used, bytes.len());
    decoded.term
}

#[test]
fn otps_bytes_decode_hash_and_encode_as_in_otp() {
    let writer = &mut Fragment::new();
    for (row, (hash, bytes)) in golden().enumerate() {
        let term = decode_all(&bytes, writer);
        assert_eq!(phash2(term), hash, "row {row}");
        assert_eq!(encode(term, &EncodeOptions::default()).unwrap(), bytes, "row {row}");
    }
}

#[test]
fn otps_sorted_terms_ascend_here_too() {
    let writer = &mut Fragment::new();
    let terms: Vec<Word> = golden().map(|(_, bytes)| decode_all(&bytes, writer)).collect();
    for (row, pair) in terms.windows(2).enumerate() {
        assert!(cmp(pair[0], pair[1]).is_le(), "rows {row} and {}", row + 1);
    }
}

#[test]
fn compressed_terms_round_trip() {
    let writer = &mut Fragment::new();
    let list: Vec<Word> = (0..10_000).map(|value| Word::small_int(value % 7 + 1000)).collect();
    let term = writer.list(&list, Word::NIL);
    let options = EncodeOptions { compression: Some(6), ..EncodeOptions::default() };
    let bytes = encode(term, &options).unwrap();
    assert!(bytes.len() < 5_000 && bytes[1] == tags::COMPRESSED);
    let back = decode_all(&bytes, writer);
    assert!(eq_exact(term, back));
    let small = DecodeOptions { max_uncompressed: 100, ..DecodeOptions::default() };
    let error = decode(&bytes, writer, &mut NoCode, &small).unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::TooLarge);
}

#[test]
fn local_terms_decode_unless_changed() {
    let writer = &mut Fragment::new();
    let term = writer.tuple(&[Word::small_int(1), Word::small_int(2)]);
    let local = EncodeOptions { local: true, ..EncodeOptions::default() };
    let mut bytes = encode(term, &local).unwrap();
    let back = decode_all(&bytes, writer);
    assert!(eq_exact(term, back));
    *bytes.last_mut().unwrap() = 3;
    let error = decode(&bytes, writer, &mut NoCode, &DecodeOptions::default()).unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::Foreign);
}

#[test]
fn old_and_text_forms_decode() {
    let writer = &mut Fragment::new();
    let half = decode_all(b"\x83c1.50000000000000000000e+00\0\0\0\0\0", writer);
    assert_eq!(dala_ir::term::view::float(half), Some(1.5));
    let text = EncodeOptions { minor_version: 0, ..EncodeOptions::default() };
    assert_eq!(encode(half, &text).unwrap(), b"\x83c1.50000000000000000000e+00\0\0\0\0\0");
    let latin1 = decode_all(b"\x83s\x01\xe9", writer);
    assert_eq!(latin1, Word::atom(Atom::new("é")));
    let newest = EncodeOptions { minor_version: 2, ..EncodeOptions::default() };
    assert_eq!(encode(latin1, &newest).unwrap(), b"\x83w\x02\xc3\xa9");
}

#[test]
fn funs_keep_their_free_variables_and_size() {
    let writer = &mut Fragment::new();
    // fun with index 3, uniq 0, free variables [7, {ok}] of module m
    let mut bytes = vec![131, tags::NEW_FUN_EXT, 0, 0, 0, 0, 1];
    bytes.extend([9; 16]);
    bytes.extend([0, 0, 0, 3, 0, 0, 0, 2, 100, 0, 1, b'm', 97, 3, 97, 0, 88, 100, 0, 13]);
    bytes.extend(b"nonode@nohost");
    bytes.extend([0; 12]);
    bytes.extend([97, 7, 104, 1, 100, 0, 2, b'o', b'k']);
    let size = bytes.len() as u32 - 2;
    bytes[2..6].copy_from_slice(&size.to_be_bytes());
    let fun = decode_all(&bytes, writer);
    assert_eq!(dala_ir::term::view::fun(fun).unwrap().free[0], Word::small_int(7));
    assert_eq!(encode(fun, &EncodeOptions::default()).unwrap(), bytes);
}

#[test]
fn safe_mode_makes_no_atoms() {
    let safe = DecodeOptions { safe: true, ..DecodeOptions::default() };
    let bytes = b"\x83w\x12never seen so far!";
    let error = decode(bytes, &mut Fragment::new(), &mut NoCode, &safe).unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::NewAtom);
    assert!(Atom::existing("never seen so far!").is_none());
}

#[test]
fn map_keys_that_stand_twice_are_refused() {
    let error = decode(
        &[131, 116, 0, 0, 0, 2, 97, 1, 97, 1, 97, 1, 97, 2],
        &mut Fragment::new(),
        &mut NoCode,
        &DecodeOptions::default(),
    );
    assert_eq!(error.unwrap_err().kind, DecodeErrorKind::DuplicateKey);
}

#[test]
fn deep_terms_round_trip_without_recursion() {
    let mut bytes = vec![131];
    for level in 0..1_000_000 {
        if level % 2 == 0 { bytes.extend([104, 1]) } else { bytes.extend([108, 0, 0, 0, 1]) }
    }
    bytes.push(106);
    bytes.extend(std::iter::repeat_n(106, 500_000));
    let writer = &mut Fragment::new();
    let term = decode_all(&bytes, writer);
    assert_eq!(encode(term, &EncodeOptions::default()).unwrap(), bytes);
}

proptest! {
    #[test]
    fn any_bytes_decode_or_say_where_not(mut bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        bytes.insert(0, tags::VERSION);
        let writer = &mut Fragment::new();
        // Small atom table: names in the bytes are random, so stay with the existing ones.
        let options = DecodeOptions { safe: true, ..DecodeOptions::default() };
        match decode(&bytes, writer, &mut NoCode, &options) {
            Ok(decoded) => {
                let again = encode(decoded.term, &EncodeOptions::default()).unwrap();
                let back = decode(&again, writer, &mut NoCode, &options).unwrap();
                prop_assert!(eq_exact(decoded.term, back.term));
            }
            Err(error) => prop_assert!(error.offset <= bytes.len()),
        }
    }

    #[test]
    fn damaged_terms_never_panic(row in any::<prop::sample::Index>(), damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let rows: Vec<Vec<u8>> = golden().map(|(_, bytes)| bytes).filter(|bytes| bytes.len() < 2000).collect();
        let mut bytes = rows[row.index(rows.len())].clone();
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let options = DecodeOptions { safe: true, max_uncompressed: 1 << 20, ..DecodeOptions::default() };
        let writer = &mut Fragment::new();
        if let Ok(decoded) = decode(&bytes, writer, &mut Exports::default(), &options) {
            prop_assert!(encode(decoded.term, &EncodeOptions::default()).is_ok());
        }
    }
}
