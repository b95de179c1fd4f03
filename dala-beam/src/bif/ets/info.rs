//! `ets:info/1,2`.

use std::sync::atomic::Ordering;

use dala_ir::abi::{Word, atoms};
use dala_ir::term::{OwnedTerm, TermWriter};

use super::table::{Protection, Table, TableType};
use crate::bif::Answer;
use crate::bif::arguments::{atom, badarg, badarg_because, boolean, named};
use crate::bif::erlang::info::buffers_list;
use crate::bif::erlang::time::timestamp_of;
use crate::heap::buffers_of;
use crate::process::Process;

/// Words of an empty table, for what `info(memory)` reports.
const TABLE_WORDS: usize = size_of::<Table>() / 8;

const ITEMS: &[&str] = &[
    "id",
    "decentralized_counters",
    "read_concurrency",
    "write_concurrency",
    "compressed",
    "memory",
    "owner",
    "heir",
    "name",
    "size",
    "node",
    "named_table",
    "type",
    "keypos",
    "protection",
];

/// `ets:info(Table)`.
pub(crate) fn info_1(p: &mut Process, [word]: [Word; 1]) -> Answer {
    let Some(found) = p.system.builtins.tables.existing(word) else { return missing(word) };
    let mut pairs = Vec::new();
    for name in ITEMS {
        if let Some(value) = item(p, &found, name) {
            let name = Word::atom(dala_ir::abi::Atom::new(name));
            pairs.push(p.heap.tuple(&[name, value]));
        }
    }
    Ok(p.heap.list(&pairs, Word::NIL))
}

/// `ets:info(Table, Item)`.
pub(crate) fn info_2(p: &mut Process, [word, name]: [Word; 2]) -> Answer {
    let name = atom(name)?;
    let Some(found) = p.system.builtins.tables.existing(word) else { return missing(word) };
    item(p, &found, name.text()).map_or_else(badarg, Ok)
}

fn missing(word: Word) -> Answer {
    // References of other kinds never named a table.
    let is_name = word.is_atom() || dala_ir::term::view::reference(word).is_some_and(|found| found.high != 0);
    if is_name { Ok(Word::atom(atoms::UNDEFINED)) } else { badarg_because(named!("type")) }
}

fn item(p: &mut Process, table: &Table, name: &str) -> Option<Word> {
    let count = |value: usize| Word::small_int(value as i64);
    Some(match name {
        "id" => p.heap.reference(table.id.0, table.id.1),
        "decentralized_counters" => table.concurrency.decentralized_word(),
        "read_concurrency" => boolean(table.concurrency.reads),
        "write_concurrency" => table.concurrency.writers.word(p),
        "compressed" => boolean(table.is_compressed),
        "memory" => count(TABLE_WORDS + table.words.load(Ordering::Relaxed)),
        "owner" => Word::pid(table.owner.get()),
        "heir" => {
            let heir = table.heir.read().unwrap_or_else(|poisoned| poisoned.into_inner());
            heir.as_ref().map_or(Word::atom(named!("none")), |heir| Word::pid(heir.pid))
        }
        "name" => Word::atom(table.name.get()),
        "size" => count(table.size.load(Ordering::Relaxed)),
        "node" => Word::atom(atoms::NONODE),
        "named_table" => boolean(table.is_named),
        "type" => Word::atom(match table.kind {
            TableType::Set => named!("set"),
            TableType::OrderedSet => named!("ordered_set"),
            TableType::Bag => named!("bag"),
            TableType::DuplicateBag => named!("duplicate_bag"),
        }),
        "keypos" => count(table.key_position),
        "protection" => Word::atom(match table.guard.get() {
            Protection::Public => named!("public"),
            Protection::Protected => named!("protected"),
            Protection::Private => named!("private"),
        }),
        "fixed" => boolean(table.fixes.is_fixed()),
        "safe_fixed" | "safe_fixed_monotonic_time" => match table.fixes.all() {
            None => boolean(false),
            Some((since, by)) => {
                let by: Vec<Word> = by
                    .into_iter()
                    .map(|(pid, times)| p.heap.tuple(&[Word::pid(pid), count(times)]))
                    .collect();
                let by = p.heap.list(&by, Word::NIL);
                let since = if name == "safe_fixed" { timestamp_of(p, since) } else { p.heap.integer(since) };
                p.heap.tuple(&[since, by])
            }
        },
        "binary" => {
            let mut buffers = Vec::new();
            let see = |row: &OwnedTerm| buffers.extend(buffers_of(row.root()));
            if table.for_each_row(see).is_err() {
                return Some(Word::atom(atoms::UNDEFINED));
            }
            p.charge(table.size.load(Ordering::Relaxed) + buffers.len());
            buffers_list(p, &buffers)
        }
        "stats" => Word::NIL,
        _ => return None,
    })
}
