//! Everything a message can be: structs of all kinds, enums, all field types, aliases, types that contain themselves.
#![forbid(unsafe_code)]
#![deny(warnings)]

use std::collections::{BTreeMap, HashMap};

type Money = u64;

#[dala::message]
#[derive(Clone, Debug, PartialEq)]
pub struct Deposit {
    pub amount: Money,
    pub memo: Option<String>,
    pub tags: Vec<dala::Atom>,
}

#[dala::message]
struct Everything {
    bytes: dala::Bytes,
    owner: dala::Pid,
    pair: (i8, f32),
    array: [u16; 4],
    letter: char,
    done: Result<(), String>,
    by_name: HashMap<String, Deposit>,
    by_id: BTreeMap<u128, bool>,
    r#type: Box<i128>,
}

#[dala::message(name = "get")]
struct GetBalance;

#[dala::message]
struct Wrapped(Deposit, ());

#[dala::message]
pub(crate) enum Command {
    Open { id: u64 },
    Close,
    #[message(name = "moved")]
    Move(i32, i32),
}

#[dala::message]
enum Tree {
    Leaf(i64),
    Node(Box<Tree>, Vec<Tree>),
}

/// Inside a function, with a name that hides the prelude's.
fn local() -> &'static str {
    #[allow(dead_code)]
    struct Option;
    #[allow(dead_code)]
    struct Result;

    #[dala::message]
    #[allow(dead_code)]
    struct Some {
        none: u8,
    }
    use dala::Message as _;
    Some { none: 1 }.shape().name().text()
}

fn main() {
    use dala::Message as _;
    assert_eq!(Deposit::SHAPES.size(), std::mem::size_of::<Deposit>());
    assert_eq!(GetBalance.shape().name().text(), "get");
    assert_eq!(Command::Move(1, 2).shape().name().text(), "moved");
    assert_eq!(local(), "some");
    let tree = Tree::Node(Box::new(Tree::Leaf(1)), vec![Tree::Leaf(2)]);
    assert_eq!(tree.shape().fields().len(), 2);
    let everything = Everything {
        bytes: dala::Bytes::from(b"bytes"),
        owner: dala::Pid::from_bits(1),
        pair: (1, 2.0),
        array: [1, 2, 3, 4],
        letter: 'ä',
        done: Ok(()),
        by_name: HashMap::new(),
        by_id: BTreeMap::new(),
        r#type: Box::new(5),
    };
    assert!(everything.shape().field("type").is_some());
    let wrapped = Wrapped(Deposit { amount: 1, memo: None, tags: Vec::new() }, ());
    assert_eq!(format!("{:?}", wrapped.shape()), "{wrapped, Deposit, unit}");
    let _ = (Command::Open { id: 1 }, Command::Close);
}
