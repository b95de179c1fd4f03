//! Round trips of every type through a term, and what does not convert.

use dala_ir::abi::{Atom, Pid, Word};
use dala_ir::term::{Fragment, OwnedTerm, TermWriter, view};
use proptest::prelude::*;

use super::{Source, StableLayout};
use crate::message::{Bytes, Message, write_field_of};

fn round_trip<T: StableLayout>(value: &T) -> Result<T, super::ConvertError> {
    let term = OwnedTerm::build(|writer| value.write_term(writer));
    T::read_term(Source::new(term.root()))
}

fn keeps<T: StableLayout + PartialEq + std::fmt::Debug>(value: T) -> Result<(), TestCaseError> {
    prop_assert_eq!(round_trip(&value), Ok(value));
    Ok(())
}

/// Reads a term that `build` makes; the text of the error if it does not convert.
fn read<T: StableLayout>(build: impl FnOnce(&mut Fragment) -> Word) -> Result<T, String> {
    let term = OwnedTerm::build(build);
    T::read_term(Source::new(term.root())).map_err(|error| error.to_string())
}

#[crate::message]
#[derive(Clone, Debug, PartialEq)]
struct Deposit {
    amount: u64,
    memo: Option<String>,
}

#[crate::message]
#[derive(Clone, Copy, Debug, PartialEq)]
struct Point(i16, f64);

#[crate::message]
#[derive(Clone, Debug, PartialEq)]
enum Command {
    Open {
        id: u64,
        owner: Pid,
    },
    Move(Point, bool),
    Close,
    #[message(name = "paid in")]
    Paid(Vec<Deposit>, u128),
}

#[crate::message]
#[derive(Clone, Copy, Debug, PartialEq)]
enum Level {
    Low,
    VeryHigh,
}

#[crate::message(name = "get_it")]
#[derive(Clone, Copy, Debug, PartialEq)]
struct Get;

#[crate::message]
#[derive(Clone, Debug, PartialEq)]
enum Tree {
    Leaf(i64),
    Node(Box<Tree>, Vec<Tree>),
}

fn deposits() -> impl Strategy<Value = Deposit> {
    (any::<u64>(), any::<Option<String>>()).prop_map(|(amount, memo)| Deposit { amount, memo })
}

fn pids() -> impl Strategy<Value = Pid> {
    any::<u64>().prop_map(Pid::from_bits)
}

fn commands() -> impl Strategy<Value = Command> {
    prop_oneof![
        (any::<u64>(), pids()).prop_map(|(id, owner)| Command::Open { id, owner }),
        (any::<i16>(), -1e300..1e300f64, any::<bool>())
            .prop_map(|(x, y, flag)| Command::Move(Point(x, y), flag)),
        Just(Command::Close),
        (prop::collection::vec(deposits(), 0..4), any::<u128>()).prop_map(|(list, n)| Command::Paid(list, n)),
    ]
}

fn trees() -> impl Strategy<Value = Tree> {
    let leaf = any::<i64>().prop_map(Tree::Leaf);
    leaf.prop_recursive(5, 40, 4, |inner| {
        (inner.clone(), prop::collection::vec(inner, 0..4))
            .prop_map(|(first, rest)| Tree::Node(Box::new(first), rest))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn integers_keep_their_value(a: i8, b: u8, c: i16, d: u16, e: i32, f: u32, g: i64, h: u64, i: i128, j: u128) {
        keeps((a, b, c, d))?;
        keeps((e, f, g, h))?;
        keeps((i, j))?;
        keeps((g as isize, h as usize))?;
    }

    #[test]
    fn finite_floats_keep_their_bits(wide in prop::num::f64::NORMAL | prop::num::f64::ZERO | prop::num::f64::SUBNORMAL, narrow in prop::num::f32::NORMAL | prop::num::f32::ZERO) {
        prop_assert_eq!(round_trip(&wide).map(f64::to_bits), Ok(wide.to_bits()));
        prop_assert_eq!(round_trip(&narrow).map(f32::to_bits), Ok(narrow.to_bits()));
    }

    #[test]
    fn texts_bytes_and_letters_keep_their_value(text: String, bytes in prop::collection::vec(any::<u8>(), 0..200), letter: char, flag: bool) {
        keeps((text, letter, flag))?;
        keeps(Bytes::from(bytes.clone()))?;
        keeps(bytes)?;
    }

    #[test]
    fn compounds_keep_their_value(list: Vec<Option<u8>>, result: Result<String, i64>, done: Result<(), u8>, array: [i32; 3]) {
        keeps(list)?;
        keeps(result)?;
        keeps(done)?;
        keeps(array)?;
        keeps(Box::new(array))?;
    }

    #[test]
    fn maps_keep_their_value(hash: std::collections::HashMap<u32, String>, tree in prop::collection::btree_map(any::<String>(), any::<Option<i64>>(), 0..100)) {
        keeps(hash)?;
        keeps(tree)?;
    }

    #[test]
    fn messages_keep_their_value(command in commands(), deposit in deposits(), tree in trees()) {
        keeps(command)?;
        keeps(deposit)?;
        keeps(tree)?;
    }

    #[test]
    fn fields_read_in_place_by_shape_are_those_of_the_term(command in commands()) {
        let whole = OwnedTerm::build(|writer| Message::to_term(&command, writer));
        let shape = command.shape();
        prop_assert_eq!(view::tuple_elements(whole.root()).map_or(0, <[Word]>::len), shape.tuple_arity());
        for (position, field) in shape.fields().iter().enumerate() {
            let element = view::tuple_elements(whole.root()).expect("it has fields")[position + 1];
            let part = OwnedTerm::build(|writer| write_field_of(&command, position, writer).expect("a field"));
            prop_assert!(dala_ir::term::compare::eq_exact(part.root(), element), "{}", field.name);
        }
        prop_assert!(write_field_of(&command, shape.fields().len(), &mut Fragment::new()).is_none());
    }

    #[test]
    fn no_term_makes_reading_panic(command in commands(), tree in trees()) {
        let command = OwnedTerm::build(|writer| Message::to_term(&command, writer));
        let tree = OwnedTerm::build(|writer| StableLayout::write_term(&tree, writer));
        for term in [&command, &tree] {
            let source = Source::new(term.root());
            let _ = <u8 as StableLayout>::read_term(source);
            let _ = <Deposit as StableLayout>::read_term(source);
            let _ = <Vec<Command> as StableLayout>::read_term(source);
            let _ = <(String, Option<Tree>) as StableLayout>::read_term(source);
        }
    }
}

#[test]
fn messages_are_tuples_and_atoms() {
    let term =
        OwnedTerm::build(|writer| StableLayout::write_term(&Deposit { amount: 7, memo: None }, writer));
    let elements = view::tuple_elements(term.root()).unwrap();
    let nil = Word::atom(Atom::new("nil"));
    assert_eq!(elements, [Word::atom(Atom::new("deposit")), Word::small_int(7), nil]);
    let atom = |message: &dyn Fn(&mut Fragment) -> Word| OwnedTerm::build(message).root().as_atom();
    assert_eq!(atom(&|writer| Message::to_term(&Get, writer)), Some(Atom::new("get_it")));
    assert_eq!(
        atom(&|writer| StableLayout::write_term(&Level::VeryHigh, writer)),
        Some(Atom::new("very_high"))
    );
    assert_eq!(atom(&|writer| StableLayout::write_term(&Command::Close, writer)), Some(Atom::new("close")));
    assert_eq!(Command::SHAPES.all()[3].name().text(), "paid in");
    assert_eq!(format!("{:?}", Command::SHAPES.all()[0]), "{open, id: u64, owner: pid}");
}

#[test]
fn misfits_say_where_and_what() {
    let deposit = |amount: i64| {
        move |writer: &mut Fragment| {
            let memo = writer.list(&[Word::small_int(1)], Word::NIL);
            writer.tuple(&[Word::atom(Atom::new("deposit")), Word::small_int(amount), memo])
        }
    };
    assert_eq!(
        read::<Deposit>(deposit(-1)).unwrap_err(),
        "amount: expected an integer from 0 to 18446744073709551615, found the integer -1"
    );
    assert_eq!(
        read::<Deposit>(deposit(1)).unwrap_err(),
        "memo: expected a binary with text in UTF-8, found a list"
    );
    assert_eq!(
        read::<Vec<Option<Deposit>>>(|writer| {
            let deposit = deposit(-1)(writer);
            let nil = Word::atom(Atom::new("nil"));
            writer.list(&[nil, deposit], Word::NIL)
        })
        .unwrap_err(),
        "[1].amount: expected an integer from 0 to 18446744073709551615, found the integer -1"
    );
    assert_eq!(
        read::<Level>(|_| Word::atom(Atom::new("lo"))).unwrap_err(),
        "expected `low` or `very_high`, found the atom `lo`"
    );
    assert_eq!(
        read::<Vec<u8>>(|writer| writer.cons(Word::small_int(1), Word::small_int(2))).unwrap_err(),
        "expected the end of a list, found the integer 2"
    );
    assert_eq!(
        read::<u8>(|_| Word::small_int(256)).unwrap_err(),
        "expected an integer from 0 to 255, found the integer 256"
    );
    assert!(read::<f32>(|writer| writer.float(1e300)).is_err());
    assert!(read::<char>(|_| Word::small_int(0xd800)).is_err());
    assert!(read::<String>(|writer| writer.binary(&[0xff])).is_err());
    assert!(read::<(u8,)>(|writer| writer.tuple(&[])).is_err());
}

#[test]
fn floats_that_erlang_lacks_are_atoms() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let back = round_trip(&value).unwrap();
        assert!(back == value || back.is_nan() && value.is_nan());
    }
    assert_eq!(read::<f64>(|_| Word::small_int(3)), Ok(3.0));
    assert!(read::<f64>(|_| Word::small_int((1 << 53) + 1)).is_err(), "not exact");
}

#[test]
fn deep_terms_are_an_error_and_not_a_stack_overflow() {
    let error = read::<Tree>(|writer| {
        let leaf = [Word::atom(Atom::new("leaf")), Word::small_int(1)];
        let mut tree = writer.tuple(&leaf);
        for _ in 0..1_000_000 {
            tree = writer.tuple(&[Word::atom(Atom::new("node")), tree, Word::NIL]);
        }
        tree
    })
    .unwrap_err();
    assert!(error.ends_with("expected a term nested at most 128 deep, found a deeper one"), "{error}");
}

#[test]
fn long_bytes_are_shared_with_the_term() {
    let bytes = Bytes::from(vec![7; 1000]);
    let term = OwnedTerm::build(|writer| bytes.write_term(writer));
    assert_eq!(view::bytes(term.root()).unwrap().as_ptr(), bytes.as_slice().as_ptr());
    let back = Bytes::read_term(Source::new(term.root())).unwrap();
    assert_eq!(back.as_slice().as_ptr(), bytes.as_slice().as_ptr());
    // Also a part of them, which lives on when the whole term is gone, and goes back into one.
    let part = OwnedTerm::build(|writer| {
        let whole = back.write_term(writer);
        writer.sub_bits(whole, 100 * 8, 200 * 8).unwrap()
    });
    let part = Bytes::read_term(Source::new(part.root())).unwrap();
    assert_eq!((part.as_slice().as_ptr(), part.len()), (bytes[100..].as_ptr(), 200));
    let term = OwnedTerm::build(|writer| part.write_term(writer));
    assert_eq!(view::bytes(term.root()).unwrap().as_ptr(), bytes[100..].as_ptr());
}
