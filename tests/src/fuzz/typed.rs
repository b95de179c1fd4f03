//! Terms that others send, read as messages and data of Rust.

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;

use dala::message::{Message, Source};
use dala::{Atom, Bytes, IBig, Pid, StableLayout, Term, UBig};
use dala_beam::etf::{EncodeOptions, encode};
use dala_ir::abi::Word;
use dala_ir::term::{Fragment, OwnedTerm, eq_exact};

use super::external::{self, decode_all, show};
use super::{Sources, Verdict};

#[derive(Term, Clone, Debug)]
#[term(module = "Elixir.Item")]
struct Item {
    name: String,
    price: u128,
    note: Option<f64>,
}

#[derive(Term, Clone, Debug)]
struct Place {
    x: i64,
    #[term(name = "y?")]
    y: bool,
}

#[derive(Term, Clone, Debug)]
#[term(keyword, none = "undefined")]
struct Settings {
    limit: Option<Wide>,
    place: Place,
}

/// An integer of any size.
#[derive(Term, Clone, Debug)]
struct Wide(IBig);

#[derive(Term, Clone, Debug)]
#[term(record)]
struct Row(u16, char, Box<[u8; 2]>);

#[derive(Term, Clone, Debug)]
enum Event {
    Closed,
    Bought(Item, RangeInclusive<i64>),
    #[term(map)]
    Failed {
        result: Result<u8, String>,
        data: Bytes,
    },
    Nested(Vec<Event>, BTreeMap<u8, Settings>),
}

#[dala::message]
#[derive(Clone, Debug)]
enum Order {
    Stop,
    Add { by: i8, to: (Atom, f32) },
    Tell { what: OwnedTerm, who: Option<Pid> },
    Take(Vec<Event>),
}

/// Bytes are no term, or the term does not convert to a type, with an error that says why, or it does, and what the value
/// is written as converts to what is written as the same.
pub(super) fn check(bytes: &[u8]) -> Verdict {
    let mut writer = Fragment::new();
    let Ok(decoded) = decode_all(bytes, &mut writer, false) else { return Verdict::Refused };
    let term = decoded.term;
    let reads = [
        message::<Order>(term),
        data::<Event>(term),
        data::<Item>(term),
        data::<Settings>(term),
        data::<Row>(term),
        data::<(i64, u64, UBig)>(term),
        data::<(i128, u8)>(term),
        data::<Vec<f32>>(term),
        data::<HashMap<String, Vec<bool>>>(term),
        data::<BTreeMap<char, Result<(), Atom>>>(term),
        data::<Option<Vec<Bytes>>>(term),
        data::<RangeInclusive<u32>>(term),
        data::<Vec<Pid>>(term),
    ];
    Verdict::of(reads.contains(&true))
}

fn data<T: StableLayout>(term: Word) -> bool {
    again(term, T::read_term, T::write_term)
}

fn message<M: Message>(term: Word) -> bool {
    again(term, M::from_term, M::to_term)
}

fn again<T, E: std::fmt::Display>(
    term: Word,
    read: impl Fn(Source<'_>) -> Result<T, E>,
    write: impl Fn(&T, &mut dyn dala_ir::term::TermWriter) -> Word,
) -> bool {
    let value = match read(Source::new(term)) {
        Ok(value) => value,
        Err(error) => {
            let text = error.to_string();
            assert!(!text.is_empty() && text.len() < 1 << 16, "{} bytes of reason", text.len());
            return false;
        }
    };
    let mut writer = Fragment::new();
    let written = write(&value, &mut writer);
    let back = read(Source::new(written))
        .unwrap_or_else(|error| panic!("{} was written as {}: {error}", show(term), show(written)));
    let rewritten = write(&back, &mut writer);
    assert!(eq_exact(written, rewritten), "{} became {}", show(written), show(rewritten));
    true
}

/// A value of each kind, and terms of modules.
pub(super) fn seeds(sources: &Sources) -> Vec<Vec<u8>> {
    let item = || Item { name: "ä".into(), price: 1 << 90, note: Some(0.5) };
    let settings = || Settings { limit: Some(Wide((-7).into())), place: Place { x: -1, y: true } };
    let events = || {
        vec![
            Event::Closed,
            Event::Bought(item(), 1..=9),
            Event::Failed { result: Err("no".into()), data: Bytes::from(vec![1, 2]) },
            Event::Nested(vec![Event::Closed], BTreeMap::from([(3, settings())])),
        ]
    };
    let orders = [
        Order::Stop,
        Order::Add { by: -1, to: (Atom::new("all"), 1.5) },
        Order::Tell { what: OwnedTerm::from(Atom::new("x")), who: None },
        Order::Take(events()),
    ];
    let mut seeds: Vec<Vec<u8>> = orders.iter().map(|order| external(|w| order.to_term(w))).collect();
    seeds.extend(events().iter().map(of));
    seeds.extend([of(&item()), of(&settings()), of(&Row(7, 'x', Box::new([1, 2])))]);
    seeds.extend([of(&(1_i64, 2_u64, UBig::ONE << 70)), of(&(-1_i128 << 80, 9_u8)), of(&vec![1.0_f32, 2.0])]);
    seeds.extend([of(&HashMap::from([("k".to_owned(), vec![true])])), of(&(3_u32..=4))]);
    seeds.push(of(&BTreeMap::from([('a', Ok(())), ('b', Err::<(), _>(Atom::new("no")))])));
    seeds.push(of(&Some(vec![Bytes::from(vec![0])])));
    seeds.extend(external::thinned(external::seeds(sources), 300));
    seeds
}

fn of<T: StableLayout>(value: &T) -> Vec<u8> {
    external(|writer| value.write_term(writer))
}

fn external(write: impl FnOnce(&mut dyn dala_ir::term::TermWriter) -> Word) -> Vec<u8> {
    let mut writer = Fragment::new();
    let term = write(&mut writer);
    encode(term, &EncodeOptions::default()).expect("it is small")
}
