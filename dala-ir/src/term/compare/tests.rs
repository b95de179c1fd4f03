use proptest::prelude::*;

use super::*;
use crate::abi::{Atom, Pid};
use crate::term::owned::{Fragment, OwnedTerm};
use crate::term::writer::TermWriter;

fn leaf() -> impl Strategy<Value = OwnedTerm> {
    prop_oneof![
        (-3..3i64).prop_map(|value| OwnedTerm::copy_of(Word::small_int(value))),
        (-3..3i32).prop_map(|value| OwnedTerm::build(|w| w.float(f64::from(value) / 2.0))),
        any::<i128>().prop_map(|value| OwnedTerm::build(|w| w.integer_i128(value >> 2))),
        "[ab]{0,2}".prop_map(|text| OwnedTerm::from(Atom::new(&text))),
        (0..3u32).prop_map(|slot| OwnedTerm::copy_of(Word::pid(Pid::from_parts(slot, 0)))),
        (0..3u64).prop_map(|low| OwnedTerm::build(|w| w.reference(low, 0))),
        (prop::collection::vec(0..3u8, 0..4), 0..8usize).prop_map(|(bytes, cut)| {
            let bits = (bytes.len() * 8).saturating_sub(cut);
            OwnedTerm::build(|w| w.bitstring(BitsRef::new(&bytes, 0, bits)))
        }),
        Just(OwnedTerm::copy_of(Word::NIL)),
    ]
}

fn terms() -> impl Strategy<Value = OwnedTerm> {
    leaf().prop_recursive(4, 40, 4, |inner| {
        let parts = prop::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            parts.clone().prop_map(|parts| OwnedTerm::build(|w| {
                let words: Vec<Word> = parts.iter().map(OwnedTerm::root).collect();
                w.tuple(&words)
            })),
            (parts.clone(), inner.clone()).prop_map(|(parts, tail)| OwnedTerm::build(|w| {
                let words: Vec<Word> = parts.iter().map(OwnedTerm::root).collect();
                let tail = if words.len().is_multiple_of(2) { Word::NIL } else { tail.root() };
                w.list(&words, tail)
            })),
            prop::collection::vec((inner.clone(), inner), 0..3).prop_map(|pairs| OwnedTerm::build(|w| {
                let pairs: Vec<_> = pairs.iter().map(|(key, value)| (key.root(), value.root())).collect();
                super::super::map::from_pairs(w, &pairs)
            })),
        ]
    })
}

proptest! {
    #[test]
    fn order_is_total(a in terms(), b in terms(), c in terms()) {
        let (a, b, c) = (a.root(), b.root(), c.root());
        for order in [cmp, cmp_exact] {
            prop_assert_eq!(order(a, a), Ordering::Equal);
            prop_assert_eq!(order(a, b), order(b, a).reverse());
            if order(a, b).is_le() && order(b, c).is_le() {
                prop_assert!(order(a, c).is_le());
            }
        }
    }

    #[test]
    fn equality_agrees_with_order(a in terms(), b in terms()) {
        let (a, b) = (a.root(), b.root());
        prop_assert_eq!(eq_exact(a, b), cmp_exact(a, b).is_eq());
        prop_assert_eq!(eq_loose(a, b), cmp(a, b).is_eq());
    }

    #[test]
    fn copies_are_equal_and_hash_alike(a in terms()) {
        let copy = OwnedTerm::copy_of(a.root());
        prop_assert!(eq_exact(a.root(), copy.root()));
        prop_assert_eq!(super::super::hash::phash2(a.root()), super::super::hash::phash2(copy.root()));
    }
}

#[test]
fn types_are_ordered_as_the_manual_says() {
    let w = &mut Fragment::new();
    let ascending = [
        Word::small_int(5),
        Word::atom(Atom::new("a")),
        w.reference(1, 0),
        Word::port(3),
        Word::pid(Pid::from_parts(0, 0)),
        w.tuple(&[]),
        super::super::map::from_pairs(w, &[]),
        Word::NIL,
        w.cons(Word::small_int(1), Word::NIL),
        w.binary(b""),
    ];
    for (i, &x) in ascending.iter().enumerate() {
        for (j, &y) in ascending.iter().enumerate() {
            assert_eq!(cmp(x, y), i.cmp(&j), "{x:?} {y:?}");
        }
    }
}

#[test]
fn big_maps_compare_by_keys_first_then_values() {
    let w = &mut Fragment::new();
    let mut make = |skip: i64, value: i64| {
        let pairs: Vec<_> = (0..41)
            .filter(|&key| key != skip)
            .map(|key| (Word::small_int(key), Word::small_int(if key == 20 { value } else { 0 })))
            .collect();
        super::super::map::from_pairs(w, &pairs)
    };
    let (a, b, c) = (make(3, 1), make(4, 0), make(3, 2));
    // Without 3 the first differing key is 4, which is larger than the other's 3.
    assert_eq!(cmp(a, b), Ordering::Greater);
    assert_eq!(cmp(a, c), Ordering::Less);
}

#[test]
fn deep_terms_compare_without_recursion() {
    let w = &mut Fragment::new();
    let mut build = |end: Word| {
        let mut term = end;
        for level in 0..1_000_000 {
            term = if level % 2 == 0 { w.tuple(&[term]) } else { w.cons(term, Word::NIL) };
        }
        term
    };
    let (a, b, c) = (build(Word::NIL), build(Word::NIL), build(Word::small_int(1)));
    assert!(eq_exact(a, b) && cmp(a, b).is_eq());
    assert!(!eq_loose(a, c) && cmp(a, c).is_gt());
}
