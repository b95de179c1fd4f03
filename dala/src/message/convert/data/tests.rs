//! Forms of plain data, round trips, and what does not convert.

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;

use dala_ir::abi::{Atom, Word};
use dala_ir::term::{Fragment, OwnedTerm, TermWriter};
use dashu_int::{IBig, UBig};
use proptest::prelude::*;

use super::super::text_of;
use crate::Term;
use crate::message::{Bytes, Source, StableLayout};

#[derive(Term, Clone, Debug, PartialEq)]
struct Plain {
    name: String,
    #[term(name = "unit price")]
    price: u64,
    note: Option<String>,
    #[term(default)]
    tags: Vec<Atom>,
}

#[derive(Term, Clone, Debug, PartialEq)]
#[term(module = "Elixir.Cart.Item", none = "undefined")]
struct Item {
    id: u32,
    note: Option<String>,
    #[term(none = "none")]
    other: Option<i8>,
}

#[derive(Term, Clone, Debug, PartialEq)]
#[term(keyword)]
struct Options {
    limit: Option<u32>,
    #[term(default)]
    is_open: bool,
}

#[derive(Term, Clone, Debug, PartialEq)]
#[term(tuple)]
struct Point {
    x: i16,
    y: i16,
}

#[derive(Term, Clone, Debug, PartialEq)]
struct Pair(i16, String);

#[derive(Term, Clone, Debug, PartialEq)]
struct Meters(f64);

#[derive(Term, Clone, Debug, PartialEq)]
#[term(record, name = "file info")]
struct Record {
    size: u64,
    items: Vec<Item>,
}

#[derive(Term, Clone, Debug, PartialEq)]
struct Nothing;

#[derive(Term, Clone, Debug, PartialEq)]
#[term(none = "undefined")]
enum Event {
    Opened,
    #[term(name = "moved to")]
    Moved(Point, Option<u8>),
    Priced {
        price: u64,
    },
    #[term(map)]
    Failed {
        code: u8,
        reason: Option<String>,
    },
    #[term(keyword)]
    Configured {
        limit: u8,
    },
}

#[derive(Term, Clone, Debug, PartialEq)]
struct Page<T> {
    items: Vec<T>,
    next: Option<Box<Page<T>>>,
}

#[derive(Term, Clone, Debug, PartialEq)]
enum Tree {
    Leaf(i64),
    Node { left: Box<Tree>, right: Vec<Tree> },
}

/// Plain data inside a message.
#[crate::message]
#[derive(Clone, Debug, PartialEq)]
struct Order {
    item: Item,
    at: Pair,
}

fn read<T: StableLayout>(build: impl FnOnce(&mut Fragment) -> Word) -> Result<T, String> {
    let term = OwnedTerm::build(build);
    T::read_term(Source::new(term.root())).map_err(|error| error.to_string())
}

fn keeps<T: StableLayout + PartialEq + std::fmt::Debug>(value: T) -> Result<(), TestCaseError> {
    prop_assert_eq!(read::<T>(|writer| value.write_term(writer)), Ok(value));
    Ok(())
}

fn atom(text: &str) -> Word {
    Word::atom(Atom::new(text))
}

#[test]
fn structs_have_the_form_that_their_attributes_say() {
    let plain = Plain { name: "tea".into(), price: 1, note: None, tags: vec![Atom::new("hot")] };
    assert_eq!(text_of(&plain), "#{name => <<\"tea\">>,note => nil,tags => [hot],'unit price' => 1}");
    let item = Item { id: 1, note: None, other: None };
    assert_eq!(
        text_of(&item),
        "#{'__struct__' => 'Elixir.Cart.Item',id => 1,note => undefined,other => none}"
    );
    assert_eq!(text_of(&Options { limit: Some(1), is_open: true }), "[{limit,1},{is_open,true}]");
    assert_eq!(text_of(&Point { x: 1, y: -1 }), "{1,-1}");
    assert_eq!(text_of(&Pair(1, "a".into())), "{1,<<\"a\">>}");
    assert_eq!(text_of(&Meters(0.5)), "0.5");
    assert_eq!(text_of(&Record { size: 1, items: Vec::new() }), "{'file info',1,[]}");
    assert_eq!(text_of(&Nothing), "nothing");
    let order = Order { item, at: Pair(1, "a".into()) };
    assert!(text_of(&order).starts_with("{order,#{'__struct__'"), "{}", text_of(&order));
}

#[test]
fn enums_are_atoms_and_tagged_tuples() {
    assert_eq!(text_of(&Event::Opened), "opened");
    assert_eq!(text_of(&Event::Moved(Point { x: 1, y: 2 }, None)), "{'moved to',{1,2},undefined}");
    assert_eq!(text_of(&Event::Priced { price: 3 }), "{priced,3}");
    assert_eq!(
        text_of(&Event::Failed { code: 1, reason: None }),
        "{failed,#{code => 1,reason => undefined}}"
    );
    assert_eq!(text_of(&Event::Configured { limit: 1 }), "{configured,[{limit,1}]}");
}

#[test]
fn keys_may_be_more_and_in_any_order_and_some_may_be_missing() {
    let plain = read::<Plain>(|writer| {
        let name = writer.binary(b"tea");
        let pairs = [(atom("unit price"), Word::small_int(1)), (atom("name"), name), (Word::NIL, Word::NIL)];
        dala_ir::term::map::from_pairs(writer, &pairs)
    });
    assert_eq!(plain, Ok(Plain { name: "tea".into(), price: 1, note: None, tags: Vec::new() }));
    let options = read::<Options>(|writer| {
        let items = [("is_open", atom("true")), ("other", Word::NIL), ("is_open", Word::NIL)]
            .map(|(name, value)| writer.tuple(&[atom(name), value]));
        writer.list(&items, Word::NIL)
    });
    assert_eq!(options, Ok(Options { limit: None, is_open: true }));
}

#[test]
fn misfits_show_what_was_found_what_was_expected_and_the_path_to_it() {
    let wrong = Record { size: 1, items: vec![Item { id: 1, note: Some("a".into()), other: None }] };
    #[derive(Term, Debug)]
    #[term(record, name = "file info")]
    struct Other {
        _size: u64,
        _items: Vec<OtherItem>,
    }
    #[derive(Term, Debug)]
    #[term(module = "Elixir.Cart.Item", none = "undefined")]
    struct OtherItem {
        #[term(name = "note")]
        _note: Option<i32>,
    }
    assert_eq!(
        read::<Other>(|writer| wrong.write_term(writer)).unwrap_err(),
        "_items[0].note: expected an integer from -2147483648 to 2147483647, found the binary \"a\""
    );
    assert_eq!(
        read::<Vec<Item>>(|writer| vec![Nothing].write_term(writer)).unwrap_err(),
        "[0]: expected `%Cart.Item{id: u32, note: string or nil, other: i8 or nil}`, found the atom `nothing`"
    );
    assert_eq!(
        read::<Item>(|writer| (1_i64..=2).write_term(writer)).unwrap_err(),
        "expected `%Cart.Item{id: u32, note: string or nil, other: i8 or nil}`, found the struct `%Range{}`"
    );
    assert_eq!(
        read::<Plain>(|writer| dala_ir::term::map::from_pairs(writer, &[])).unwrap_err(),
        "expected a map with the key `name`, found a map of 0 keys"
    );
    assert_eq!(
        read::<Options>(|writer| vec![1_u8].write_term(writer)).unwrap_err(),
        "expected `[limit: u32 or nil, is_open: bool]`, found a list"
    );
    assert_eq!(
        read::<Event>(|_| atom("closed")).unwrap_err(),
        "expected `opened` or `{moved to, Point, u8 or nil}` or `{priced, price: u64}` or `{failed, %{code: u8, \
         reason: string or nil}}` or `{configured, [limit: u8]}`, found the atom `closed`"
    );
    assert_eq!(
        read::<Event>(|writer| {
            let map = dala_ir::term::map::from_pairs(writer, &[(atom("code"), Word::small_int(256))]);
            writer.tuple(&[atom("failed"), map])
        })
        .unwrap_err(),
        "failed.code: expected an integer from 0 to 255, found the integer 256"
    );
    assert_eq!(
        read::<RangeInclusive<i64>>(|writer| Range { first: 5, last: 1, step: -1 }.write_term(writer))
            .unwrap_err(),
        "expected a range of step 1, found the struct `%Range{}`"
    );
    assert_eq!(
        read::<UBig>(|_| Word::small_int(-1)).unwrap_err(),
        "expected an integer not below zero, found the integer -1"
    );
    assert!(read::<Point>(|writer| (1_u8, 2_u8, 3_u8).write_term(writer)).is_err());
}

/// Elixir's, with any step.
#[derive(Term)]
#[term(module = "Elixir.Range")]
struct Range {
    first: i64,
    last: i64,
    step: i64,
}

#[test]
fn types_that_contain_themselves_are_described() {
    let (tree, page) = (Tree::FIELD, Page::<u8>::FIELD);
    assert!(tree.is_same(&Tree::FIELD) && page.is_same(&Page::<u8>::FIELD));
    assert!(!page.is_same(&Page::<u16>::FIELD) && !page.is_same(&tree));
    let dala_ir::abi::shape::FieldType::Data(data) = page else { panic!("no data") };
    assert_eq!(format!("{:?}", (data.forms)()), "[%{items: list of u8, next: Page or nil}]");
}

#[test]
fn deep_data_is_an_error_and_not_a_stack_overflow() {
    let error = read::<Page<u8>>(|writer| {
        let mut page = atom("nil");
        for _ in 0..100_000 {
            page =
                dala_ir::term::map::from_pairs(writer, &[(atom("items"), Word::NIL), (atom("next"), page)]);
        }
        page
    })
    .unwrap_err();
    assert!(error.ends_with("expected a term nested at most 128 deep, found a deeper one"), "{error}");
}

fn items() -> impl Strategy<Value = Item> {
    (any::<u32>(), any::<Option<String>>(), any::<Option<i8>>()).prop_map(|(id, note, other)| Item {
        id,
        note,
        other,
    })
}

fn events() -> impl Strategy<Value = Event> {
    prop_oneof![
        Just(Event::Opened),
        (any::<i16>(), any::<i16>(), any::<Option<u8>>())
            .prop_map(|(x, y, size)| Event::Moved(Point { x, y }, size)),
        any::<u64>().prop_map(|price| Event::Priced { price }),
        (any::<u8>(), any::<Option<String>>()).prop_map(|(code, reason)| Event::Failed { code, reason }),
        any::<u8>().prop_map(|limit| Event::Configured { limit }),
    ]
}

fn trees() -> impl Strategy<Value = Tree> {
    any::<i64>().prop_map(Tree::Leaf).prop_recursive(5, 40, 4, |inner| {
        (inner.clone(), prop::collection::vec(inner, 0..4))
            .prop_map(|(left, right)| Tree::Node { left: Box::new(left), right })
    })
}

fn integers() -> impl Strategy<Value = IBig> {
    (any::<bool>(), prop::collection::vec(any::<u64>(), 0..6)).prop_map(|(is_negative, words)| {
        let value = IBig::from(UBig::from_words(&words));
        if is_negative { -value } else { value }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn structs_keep_their_value(name: String, price: u64, note: Option<String>, is_open: bool, limit: Option<u32>, items in prop::collection::vec(items(), 0..5)) {
        keeps(Plain { name: name.clone(), price, note, tags: vec![Atom::new("a"), Atom::new("b")] })?;
        keeps(Options { limit, is_open })?;
        keeps(Pair(7, name))?;
        keeps(Record { size: price, items: items.clone() })?;
        keeps(items.into_iter().map(|item| Order { item, at: Pair(1, String::new()) }).collect::<Vec<_>>())?;
        keeps((Nothing, Meters(0.5), Point { x: i16::MIN, y: 1 }))?;
    }

    #[test]
    fn enums_and_types_that_contain_themselves_keep_their_value(events in prop::collection::vec(events(), 0..5), tree in trees(), pages in prop::collection::vec(prop::collection::vec(items(), 0..3), 0..4)) {
        let page = pages.into_iter().fold(None, |next, items| Some(Box::new(Page { items, next })));
        keeps(page)?;
        keeps(tree)?;
        keeps(events)?;
    }

    #[test]
    fn collections_of_data_keep_their_value(hash in prop::collection::hash_map(any::<u16>(), events(), 0..40), tree in prop::collection::btree_map(any::<String>(), items(), 0..10)) {
        let (hash, tree): (HashMap<u16, Event>, BTreeMap<String, Item>) = (hash, tree);
        keeps(hash)?;
        keeps(tree)?;
    }

    #[test]
    fn integers_of_any_size_and_ranges_keep_their_value(integer in integers(), first: i64, last: u64, bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        keeps(UBig::try_from(integer.clone()).unwrap_or_default())?;
        keeps(integer.clone()..=IBig::from(1))?;
        keeps(integer)?;
        keeps(first..=first)?;
        keeps(0..=last)?;
        keeps(Bytes::from(bytes))?;
    }

    #[test]
    fn no_term_makes_reading_data_panic(events in prop::collection::vec(events(), 0..5), tree in trees()) {
        for term in [OwnedTerm::build(|writer| events.write_term(writer)), OwnedTerm::build(|writer| tree.write_term(writer))] {
            let source = Source::new(term.root());
            let _ = Plain::read_term(source);
            let _ = Vec::<Tree>::read_term(source);
            let _ = Options::read_term(source);
            let _ = Record::read_term(source);
            let _ = RangeInclusive::<u8>::read_term(source);
        }
    }
}
