//! What it costs to make a term of a struct, and a struct of a term.

use std::hint::black_box;
use std::time::Instant;

use dala::StableLayout;
use dala::message::Source;
use dala_ir::term::{Fragment, OwnedTerm};

/// A struct of ten fields, as a map in Erlang.
#[derive(Clone, Debug, PartialEq, dala::Term)]
#[term(map)]
struct Map {
    a: i64,
    b: u32,
    c: bool,
    d: f64,
    e: i64,
    f: u8,
    g: Option<i64>,
    h: dala::Atom,
    i: i64,
    j: u16,
}

/// The same as a tuple.
#[derive(Clone, Debug, PartialEq)]
#[dala::message]
struct Tuple {
    a: i64,
    b: u32,
    c: bool,
    d: f64,
    e: i64,
    f: u8,
    g: Option<i64>,
    h: dala::Atom,
    i: i64,
    j: u16,
}

/// Prints the four figures.
pub(crate) fn measure(times: u32) {
    let (d, h, i) = (0.5, dala::Atom::new("h"), 1 << 40);
    both("tuple", times, &Tuple { a: 1, b: 2, c: true, d, e: -1, f: 3, g: None, h, i, j: 4 });
    both("map", times, &Map { a: 1, b: 2, c: true, d, e: -1, f: 3, g: None, h, i, j: 4 });
}

fn both<T: StableLayout + PartialEq>(name: &str, times: u32, value: &T) {
    // A message is made on memory of its own: that is part of it, spread over a few.
    const BATCH: u32 = 50;
    let write = || {
        let begin = Instant::now();
        for _ in 0..times / BATCH {
            let mut writer = Fragment::new();
            for _ in 0..BATCH {
                black_box(black_box(value).write_term(&mut writer));
            }
        }
        begin.elapsed().as_secs_f64() * 1e9 / f64::from(times / BATCH * BATCH)
    };
    let term = OwnedTerm::build(|writer| value.write_term(writer));
    let read = || {
        let begin = Instant::now();
        for _ in 0..times {
            let read = T::read_term(Source::new(black_box(term.root())));
            assert!(read.is_ok_and(|read| read == *value), "it is what was written");
        }
        begin.elapsed().as_secs_f64() * 1e9 / f64::from(times)
    };
    // Warms up.
    write();
    read();
    println!("{name}_to_term {:.1}", write());
    println!("{name}_from_term {:.1}", read());
}
