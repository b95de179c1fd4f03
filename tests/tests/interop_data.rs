//! Plain data (`#[derive(dala::Term)]`) as Elixir sees it: on Dala it goes there and back, and real Elixir compares it with
//! the value of the source text that a person would write for it.

use std::collections::BTreeMap;
use std::process::Command;

use dala::message::Source;
use dala::{Bytes, IBig, StableLayout, Term, UBig};
use dala_beam::etf::{EncodeOptions, encode};
use dala_tests::beam;
use dala_tests::border::{Stage, term};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

#[derive(Term, Clone, Debug, PartialEq)]
#[term(module = "Elixir.Data.Item")]
struct Item {
    name: String,
    price: u128,
    note: Option<f64>,
}

#[derive(Term, Clone, Debug, PartialEq)]
struct Place {
    x: i64,
    #[term(name = "y?")]
    y: bool,
}

#[derive(Term, Clone, Debug, PartialEq)]
#[term(keyword, none = "undefined")]
struct Settings {
    limit: Option<IntegerText>,
    place: Place,
}

/// A newtype: an integer of any size.
#[derive(Term, Clone, Debug, PartialEq)]
struct IntegerText(IBig);

#[derive(Term, Clone, Debug, PartialEq)]
enum Event {
    Closed,
    Bought(Item, std::ops::RangeInclusive<i64>),
    #[term(map)]
    Failed {
        result: Result<u8, String>,
        data: Bytes,
    },
    Nested(Vec<Event>, BTreeMap<u8, Settings>),
}

/// What a person would write for a value in Elixir.
trait Written {
    fn source(&self) -> String;
}

impl Written for String {
    fn source(&self) -> String {
        let letters = self.chars().map(|letter| format!("\\u{{{:x}}}", letter as u32));
        format!("\"{}\"", letters.collect::<String>())
    }
}

impl Written for Item {
    fn source(&self) -> String {
        let note = self.note.map_or("nil".to_owned(), |note| format!("{note:?}"));
        format!("%Data.Item{{name: {}, price: {}, note: {note}}}", self.name.source(), self.price)
    }
}

impl Written for Place {
    fn source(&self) -> String {
        format!("%{{x: {}, y?: {}}}", self.x, self.y)
    }
}

impl Written for Settings {
    fn source(&self) -> String {
        let limit = self.limit.as_ref().map_or(":undefined".to_owned(), |limit| limit.0.to_string());
        format!("[limit: {limit}, place: {}]", self.place.source())
    }
}

impl Written for Event {
    fn source(&self) -> String {
        match self {
            Event::Closed => ":closed".to_owned(),
            Event::Bought(item, range) => {
                format!("{{:bought, {}, {}..{}//1}}", item.source(), range.start(), range.end())
            }
            Event::Failed { result, data } => {
                let result = match result {
                    Ok(code) => format!("{{:ok, {code}}}"),
                    Err(text) => format!("{{:error, {}}}", text.source()),
                };
                let bytes: Vec<String> = data.iter().map(u8::to_string).collect();
                format!("{{:failed, %{{result: {result}, data: <<{}>>}}}}", bytes.join(", "))
            }
            Event::Nested(events, settings) => {
                let events: Vec<String> = events.iter().map(Event::source).collect();
                let settings: Vec<String> =
                    settings.iter().map(|(key, value)| format!("{key} => {}", value.source())).collect();
                format!("{{:nested, [{}], %{{{}}}}}", events.join(", "), settings.join(", "))
            }
        }
    }
}

fn texts() -> impl Strategy<Value = String> {
    prop::collection::vec(any::<char>(), 0..6).prop_map(|letters| letters.into_iter().collect())
}

fn items() -> impl Strategy<Value = Item> {
    (texts(), any::<u128>(), prop::option::of(-1e9..1e9_f64)).prop_map(|(name, price, note)| Item {
        name,
        price,
        note,
    })
}

fn settings() -> impl Strategy<Value = Settings> {
    let integer =
        (any::<bool>(), prop::collection::vec(any::<u64>(), 0..5)).prop_map(|(is_negative, words)| {
            let value = IBig::from(UBig::from_words(&words));
            IntegerText(if is_negative { -value } else { value })
        });
    (prop::option::of(integer), any::<i64>(), any::<bool>())
        .prop_map(|(limit, x, y)| Settings { limit, place: Place { x, y } })
}

fn events() -> impl Strategy<Value = Event> {
    let bytes = prop::collection::vec(any::<u8>(), 0..100).prop_map(Bytes::from);
    let leaf = prop_oneof![
        Just(Event::Closed),
        (items(), any::<i64>(), any::<i64>())
            .prop_map(|(item, first, last)| Event::Bought(item, first..=last)),
        (prop::result::maybe_ok(any::<u8>(), texts()), bytes)
            .prop_map(|(result, data)| Event::Failed { result, data }),
    ];
    leaf.prop_recursive(4, 16, 4, |inner| {
        (prop::collection::vec(inner, 0..4), prop::collection::btree_map(any::<u8>(), settings(), 0..40))
            .prop_map(|(events, settings)| Event::Nested(events, settings))
    })
}

/// Always the same.
fn some_events() -> Vec<Event> {
    let mut runner = TestRunner::deterministic();
    (0..100).map(|_| events().new_tree(&mut runner).expect("the strategy makes values").current()).collect()
}

#[test]
fn data_goes_to_elixir_and_back() {
    let stage = Stage::new();
    let events = some_events();
    let back = stage.begin_in("Elixir.Data.Check", "same", &events).value();
    assert_eq!(Vec::<Event>::read_term(Source::new(back.root())), Ok(events));
}

#[test]
fn real_elixir_sees_what_a_person_would_write() {
    let pairs: Vec<(Bytes, String)> = some_events()
        .iter()
        .map(|event| {
            let bytes = encode(term(event).root(), &EncodeOptions::default()).expect("it is small");
            (Bytes::from(bytes), event.source())
        })
        .collect();
    let file = tempfile::NamedTempFile::new().expect("a file can be made");
    let bytes = encode(term(&pairs).root(), &EncodeOptions::default()).expect("it is small");
    std::fs::write(file.path(), bytes).expect("it can be written");
    let elixir = Command::new("elixir")
        .env("ERL_CRASH_DUMP_SECONDS", "0")
        .arg("-pa")
        .arg(beam::modules())
        .arg("-e")
        .arg(format!("Data.Check.compare({:?})", file.path()))
        .output()
        .expect("Elixir is installed");
    let errors = String::from_utf8_lossy(&elixir.stderr);
    assert_eq!(String::from_utf8_lossy(&elixir.stdout), "compared 100\n", "{errors}");
}

#[test]
fn a_large_binary_goes_to_elixir_and_back_without_a_copy() {
    let stage = Stage::new();
    let bytes = Bytes::from(vec![7_u8; 1 << 20]);
    let back = stage.begin_in("Elixir.Data.Check", "same", &bytes).value();
    let back = Bytes::read_term(Source::new(back.root())).expect("it is a binary");
    assert_eq!(back.as_ptr(), bytes.as_ptr());
}
