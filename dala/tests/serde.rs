//! Types that only serde knows, as terms and back.

use std::collections::BTreeMap;

use dala::StableLayout;
use dala::message::convert::{MAX_DEPTH, Serde, text_of};
use dala::message::{ConvertError, Source};
use dala_ir::abi::Word;
use dala_ir::term::{Fragment, OwnedTerm, TermWriter as _};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Nothing;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Meters(f64);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Pair(i8, String);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Kind {
    Plain,
    One(u64),
    Two(i64, bool),
    Named { at: Meters, tags: Vec<String> },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
enum Tagged {
    Start { speed: u8 },
    Stop,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Either {
    Number(i64),
    Text(String),
    Many(Vec<Either>),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct All {
    kind: Kind,
    #[serde(rename = "aPair")]
    pair: Pair,
    nothing: Nothing,
    unit: (),
    big: i128,
    large: u128,
    letter: char,
    maybe: Option<Meters>,
    both: (u8, f32),
    by_name: BTreeMap<String, i32>,
    by_number: BTreeMap<u16, Vec<u8>>,
    tagged: Tagged,
    either: Either,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    left_out: Option<u8>,
}

fn term(value: &impl StableLayout) -> OwnedTerm {
    OwnedTerm::build(|writer| value.write_term(writer))
}

fn read<T: StableLayout>(value: &impl StableLayout) -> Result<T, ConvertError> {
    T::read_term(Source::new(term(value).root()))
}

fn kinds() -> impl Strategy<Value = Kind> {
    prop_oneof![
        Just(Kind::Plain),
        any::<u64>().prop_map(Kind::One),
        any::<(i64, bool)>().prop_map(|(a, b)| Kind::Two(a, b)),
        (-1e9..1e9, prop::collection::vec(".*", 0..4))
            .prop_map(|(at, tags)| Kind::Named { at: Meters(at), tags }),
    ]
}

fn eithers() -> impl Strategy<Value = Either> {
    let leaf = prop_oneof![any::<i64>().prop_map(Either::Number), ".*".prop_map(Either::Text)];
    leaf.prop_recursive(4, 20, 4, |inner| prop::collection::vec(inner, 0..4).prop_map(Either::Many))
}

prop_compose! {
    fn alls()(
        kind in kinds(),
        pair in any::<(i8, String)>(),
        (big, large, letter) in any::<(i128, u128, char)>(),
        maybe in prop::option::of(-1e9..1e9),
        both in (any::<u8>(), -1e9_f32..1e9),
        by_name in any::<BTreeMap<String, i32>>(),
        by_number in any::<BTreeMap<u16, Vec<u8>>>(),
        speed in any::<Option<u8>>(),
        either in eithers(),
        left_out in any::<Option<u8>>(),
    ) -> All {
        All {
            kind,
            pair: Pair(pair.0, pair.1),
            nothing: Nothing,
            unit: (),
            big,
            large,
            letter,
            maybe: maybe.map(Meters),
            both,
            by_name,
            by_number,
            tagged: speed.map_or(Tagged::Stop, |speed| Tagged::Start { speed }),
            either,
            left_out,
        }
    }
}

proptest! {
    #[test]
    fn a_value_comes_back_as_it_was(all in alls()) {
        prop_assert_eq!(read::<Serde<All>>(&Serde(all.clone())).map(|back| back.0), Ok(all));
    }

    /// Of any term something is read, or an error.
    #[test]
    fn what_is_of_another_type_is_an_error_and_no_panic(all in alls(), either in eithers()) {
        let _ = read::<Serde<Kind>>(&Serde(either.clone()));
        let _ = read::<Serde<All>>(&Serde(either));
        let _ = read::<Serde<Tagged>>(&Serde(all.clone()));
        let _ = read::<Serde<Either>>(&Serde(all));
    }
}

#[test]
fn forms_are_those_of_the_table() {
    let text = |kind| text_of(&Serde(kind));
    assert_eq!(text(Kind::Plain), "'Plain'");
    assert_eq!(text(Kind::One(7)), "{'One',7}");
    assert_eq!(text(Kind::Two(-1, true)), "{'Two',-1,true}");
    let named = Kind::Named { at: Meters(1.5), tags: vec!["a".to_owned()] };
    assert_eq!(text(named), "{'Named',#{at => 1.5,tags => [<<\"a\">>]}}");
    assert_eq!(text_of(&Serde(Pair(1, "x".to_owned()))), "{1,<<\"x\">>}");
    assert_eq!(text_of(&Serde((Nothing, (), None::<u8>, Some(3_u8)))), "{'Nothing',ok,nil,3}");
    assert_eq!(text_of(&Serde(Tagged::Start { speed: 3 })), "#{speed => 3,type => <<\"Start\">>}");
    assert_eq!(text_of(&Serde(BTreeMap::from([(1, 'a')]))), "#{1 => 97}");
}

#[test]
fn names_may_be_binaries_and_strings_atoms_and_a_tag_an_atom() {
    let mut scratch = Fragment::new();
    let atom = |text| Word::atom(dala::Atom::new(text));
    let named = {
        let (at, tags) = (scratch.binary(b"at"), scratch.binary(b"tags"));
        let list = scratch.list(&[atom("one")], Word::NIL);
        let map = dala_ir::term::map::from_pairs(&mut scratch, &[(at, Word::small_int(2)), (tags, list)]);
        scratch.tuple(&[atom("Named"), map])
    };
    let read = Serde::<Kind>::read_term(Source::new(named));
    assert_eq!(read.map(|kind| kind.0), Ok(Kind::Named { at: Meters(2.0), tags: vec!["one".to_owned()] }));
    let stop = dala_ir::term::map::from_pairs(&mut scratch, &[(atom("type"), atom("Stop"))]);
    assert_eq!(Serde::<Tagged>::read_term(Source::new(stop)).map(|tagged| tagged.0), Ok(Tagged::Stop));
}

#[test]
fn an_error_says_where_and_what() {
    let error = |result: Result<Serde<All>, ConvertError>| result.unwrap_err().to_string();
    assert_eq!(error(read(&5_u8)), "expected a map, found the integer 5");
    let wrong = Serde(BTreeMap::from([("kind".to_owned(), ("Two".to_owned(), 1, "yes".to_owned()))]));
    let text = error(read(&wrong));
    assert_eq!(
        text,
        " value of the binary \"kind\"[2]: expected `true` or `false`, found the binary \"yes\""
    );
    let text = error(read(&Serde(BTreeMap::from([("kind".to_owned(), "Plain".to_owned())]))));
    assert!(text.contains("missing field `aPair`"), "{text}");
    let unknown = read::<Serde<Kind>>(&Serde("Other".to_owned())).unwrap_err().to_string();
    assert!(unknown.contains("unknown variant `Other`"), "{unknown}");
}

#[test]
fn depth_is_bounded() {
    let mut scratch = Fragment::new();
    let mut deep = Word::NIL;
    for _ in 0..=usize::from(MAX_DEPTH) + 1 {
        deep = scratch.list(&[deep], Word::NIL);
    }
    let error = Serde::<Either>::read_term(Source::new(deep)).unwrap_err();
    assert!(
        error.to_string().contains("nested at most") || error.to_string().contains("did not match"),
        "{error}"
    );
}
