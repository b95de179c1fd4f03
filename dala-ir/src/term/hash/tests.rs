use super::*;
use crate::abi::atoms;
use crate::term::owned::Fragment;
use crate::term::writer::TermWriter;

#[test]
fn phash2_gives_what_otp_gives() {
    let w = &mut Fragment::new();
    let atom = |text| Word::atom(Atom::new(text));
    let int = Word::small_int;
    let big = w.big(false, &[0, 64]);
    let minus_big = w.big(true, &[0, 64]);
    let half = w.float(1.5);
    let minus_zero = w.float(-0.0);
    let empty = w.tuple(&[]);
    let pair = w.tuple(&[atom("a"), int(1)]);
    let string = w.charlist("abcde");
    let improper = w.cons(atom("a"), atom("b"));
    let binary = w.binary(b"hello world, hello");
    let bits = w.bitstring(BitsRef::new(&[5 << 5], 0, 3));
    let map = crate::term::map::from_pairs(w, &[(atom("a"), int(1)), (atom("b"), int(2))]);
    let wide = w.list(&[int(300), int(1), int(2), int(3)], Word::NIL);
    let expected = [
        (int(0), 88723725),
        (int(-1), 44071773),
        (int(134217727), 112602999),
        (int(134217728), 12354923),
        (int(-134217729), 76739502),
        (big, 131422029),
        (minus_big, 20532417),
        (half, 10380315),
        (minus_zero, 20875736),
        (atom("foo"), 27999),
        (Word::NIL, 113427502),
        (empty, 87486268),
        (pair, 72425156),
        (string, 71169904),
        (improper, 74710280),
        (binary, 33871882),
        (bits, 133543196),
        (map, 103634663),
        (atom("é"), 233),
        (wide, 70719780),
    ];
    for (index, (term, hash)) in expected.into_iter().enumerate() {
        assert_eq!(phash2(term), hash, "row {index}: {term:?}");
    }
    assert_eq!(phash2(Word::atom(atoms::OK)), phash2(atom("ok")));
}

#[test]
fn deep_terms_hash_without_recursion() {
    let w = &mut Fragment::new();
    let mut term = Word::NIL;
    for _ in 0..1_000_000 {
        term = w.tuple(&[term]);
    }
    assert_eq!(phash2(term), phash2(term));
    assert_eq!(map_key_hash(term), map_key_hash(term));
}
