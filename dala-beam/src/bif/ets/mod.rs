//! Module `ets`: term storage shared by processes (OTP manual: stdlib, "ets").
//!
//! Rows are [`OwnedTerm`]s in a hash table, or in a tree for an ordered set, behind a read-write lock per table: O(1) or
//! O(log n) for one key. Iteration may go on behind any key, whether or not the table is fixed and the key still there.
//! Inserting copies in (literals are shared), looking up copies out.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, RwLock};

use dala::pid::NOBODY;
use dala_ir::abi::{Atom, Pid, Word, atoms};
use dala_ir::interp::Exception;
use dala_ir::term::compare::eq_exact;
use dala_ir::term::{OwnedTerm, TermWriter, view};
use smallvec::{SmallVec, smallvec};

use super::Answer;
use super::arguments::{
    as_boolean, atom, badarg, badarg_because, boolean, index, list, named, option_list, small, tuple,
};
use super::erlang::time::monotonic;
use crate::heap::own;
use crate::process::Process;

mod concurrency;
mod fixes;
mod hashed;
mod info;
mod key;
pub(crate) mod match_spec;
pub(crate) mod match_spec_lint;
mod recent;
mod select;
mod store;
mod table;
mod tables;
mod update;

use concurrency::{Concurrency, Writers};
use fixes::Fixes;
pub(crate) use info::{info_1, info_2};
use recent::with_table;
pub(crate) use select::*;
use store::Store;
use table::{Guard, Heir, Name, Owner, Protection, Table, TableType};
use tables::Access;
pub use tables::{TableName, Tables, Transfer};
pub(crate) use update::{update_counter_3, update_counter_4, update_element};

const TRUE: Word = Word::atom(atoms::TRUE);

pub(crate) fn end_of_table() -> Word {
    Word::atom(named!("$end_of_table"))
}

fn table(p: &Process, word: Word, access: Access) -> Result<Arc<Table>, Exception> {
    p.system.builtins.tables.get(word, p.pid, access)
}

/// `ets:new(Name, Options)`.
pub(crate) fn new(p: &mut Process, [name, options]: [Word; 2]) -> Answer {
    let mut made = plain(&p.system.builtins.tables, atom(name)?, p.pid);
    for option in option_list(options)? {
        match option.as_atom() {
            Some(option) => match option.text() {
                "set" => made.kind = TableType::Set,
                "ordered_set" => made.kind = TableType::OrderedSet,
                "bag" => made.kind = TableType::Bag,
                "duplicate_bag" => made.kind = TableType::DuplicateBag,
                "named_table" => made.is_named = true,
                "compressed" => made.is_compressed = true,
                other => made.guard.set(Protection::named(other).ok_or(Exception::badarg())?),
            },
            None => match *tuple(option)? {
                [tag, value] => match atom(tag)?.text() {
                    "keypos" => match index(value)? {
                        position if position >= 1 => made.key_position = position,
                        _ => return badarg(),
                    },
                    "read_concurrency" => {
                        made.concurrency.reads = as_boolean(value).ok_or(Exception::badarg())?
                    }
                    "write_concurrency" => made.concurrency.writers = Writers::read(value)?,
                    "decentralized_counters" => {
                        made.concurrency.decentralized = Some(as_boolean(value).ok_or(Exception::badarg())?);
                    }
                    "heir" if tables::is_no_heir(value) => set_heir(&made, None),
                    _ => return badarg(),
                },
                [tag, pid, data] if tag == Word::atom(named!("heir")) => {
                    let pid = pid.as_pid().ok_or(Exception::badarg())?;
                    set_heir(&made, Some(Heir { pid, data: own(data) }));
                }
                _ => return badarg(),
            },
        }
    }
    made.store = RwLock::new(Some(Store::new(made.kind, made.key_position)));
    made.concurrency = made.concurrency.settle(made.kind, made.guard.get())?;
    let made = Arc::new(made);
    if !p.system.builtins.tables.add(Arc::clone(&made)) {
        return badarg_because(named!("already_exists"));
    }
    Ok(Tables::name_of(&made).to_word(&mut p.heap))
}

/// A table with no options.
fn plain(tables: &Tables, name: Atom, owner: Pid) -> Table {
    Table {
        id: tables.next_id(),
        kind: TableType::Set,
        is_named: false,
        guard: Guard::new(Protection::Protected),
        key_position: 1,
        is_compressed: false,
        concurrency: Concurrency::default(),
        owner: Owner::new(owner),
        name: Name::new(name),
        heir: RwLock::new(None),
        store: RwLock::new(Some(Store::new(TableType::Set, 1))),
        size: AtomicUsize::new(0),
        words: AtomicUsize::new(0),
        fixes: Fixes::default(),
        is_deleted: AtomicBool::new(false),
    }
}

impl Tables {
    /// Makes a public, named set that belongs to no process: what OTP's start-up makes before any program runs.
    pub(crate) fn add_public(&self, name: Atom) {
        let table = Table { is_named: true, ..plain(self, name, NOBODY) };
        table.guard.set(Protection::Public);
        self.add(Arc::new(table));
    }
}

fn set_heir(table: &Table, heir: Option<Heir>) {
    *table.heir.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = heir;
}

/// `ets:setopts(Table, Options)`: `{heir, Pid, Data}` or `{heir, none}`, and `{protection, Protection}`; all of them or none.
pub(crate) fn setopts(p: &mut Process, [word, options]: [Word; 2]) -> Answer {
    let found = table(p, word, Access::Own)?;
    let options = if options.is_cons() || options.is_nil() { list(options)? } else { vec![options] };
    let (mut heir, mut protection) = (None, None);
    for option in options {
        match *tuple(option)? {
            [tag, value]
                if tag == Word::atom(named!("heir")) && tables::is_no_heir(value) && heir.is_none() =>
            {
                heir = Some(None);
            }
            [tag, pid, data] if tag == Word::atom(named!("heir")) && heir.is_none() => {
                let pid = pid.as_pid().ok_or(Exception::badarg())?;
                heir = Some(Some(Heir { pid, data: own(data) }));
            }
            [tag, value] if tag == Word::atom(named!("protection")) && protection.is_none() => {
                protection = Some(Protection::named(atom(value)?.text()).ok_or(Exception::badarg())?);
            }
            _ => return badarg(),
        }
    }
    if let Some(heir) = heir {
        set_heir(&found, heir);
    }
    if let Some(protection) = protection {
        found.guard.set(protection);
    }
    Ok(TRUE)
}

/// Rows that are to be inserted, with their keys in the argument.
type NewRows = SmallVec<[(Word, OwnedTerm); 1]>;

/// The rows of an argument of `insert`, copied: one tuple or a list of them, each long enough.
fn rows_of(found: &Table, argument: Word) -> Result<NewRows, Exception> {
    let owned = |row| Ok((found.key_of(row).ok_or(Exception::badarg())?, own(row)));
    if argument.is_cons() || argument.is_nil() {
        return list(argument)?.into_iter().map(owned).collect();
    }
    Ok(smallvec![owned(argument)?])
}

/// `ets:insert(Table, Tuple | [Tuple])`.
pub(crate) fn insert(p: &mut Process, [word, argument]: [Word; 2]) -> Answer {
    with_table(p, word, Access::Write, |p, found| {
        let rows = rows_of(found, argument)?;
        p.charge(rows.len());
        found.write(|writer| {
            for (key, row) in rows {
                writer.insert(key, row);
            }
        })?;
        Ok(TRUE)
    })
}

/// `ets:insert_new(Table, Tuple | [Tuple])`: all or nothing.
pub(crate) fn insert_new(p: &mut Process, [word, argument]: [Word; 2]) -> Answer {
    let found = table(p, word, Access::Write)?;
    let rows = rows_of(&found, argument)?;
    p.charge(rows.len());
    let is_inserted = found.write(|writer| {
        if rows.iter().any(|&(key, _)| !writer.lookup(key).is_empty()) {
            return false;
        }
        for (key, row) in rows {
            writer.insert(key, row);
        }
        true
    })?;
    Ok(boolean(is_inserted))
}

fn copy_rows(p: &mut Process, rows: &[OwnedTerm]) -> Word {
    rows.iter().rev().fold(Word::NIL, |copies, row| {
        let row = p.heap.copy_owned(row);
        p.heap.cons(row, copies)
    })
}

/// `ets:lookup(Table, Key)`.
pub(crate) fn lookup(p: &mut Process, [word, key]: [Word; 2]) -> Answer {
    with_table(p, word, Access::Read, |p, found| found.with_rows(key, |rows| copy_rows(p, rows)))
}

/// `ets:lookup_element(Table, Key, Position)`.
pub(crate) fn lookup_element(p: &mut Process, [word, key, position]: [Word; 3]) -> Answer {
    with_table(p, word, Access::Read, |p, found| {
        let place = match small(position)? {
            position if position >= 1 => position as usize - 1,
            _ => return badarg(),
        };
        found.with_rows(key, |rows| {
            if rows.is_empty() {
                return badarg_because(atoms::BADKEY);
            }
            let mut elements: SmallVec<[Word; 1]> = SmallVec::with_capacity(rows.len());
            for row in rows {
                match view::tuple_elements(row.root()).and_then(|elements| elements.get(place)) {
                    Some(&element) => elements.push(p.heap.copy(element)),
                    None => return badarg(),
                }
            }
            if found.is_unique() { Ok(elements[0]) } else { Ok(p.heap.list(&elements, Word::NIL)) }
        })?
    })
}

/// `ets:member(Table, Key)`.
pub(crate) fn member(p: &mut Process, [word, key]: [Word; 2]) -> Answer {
    with_table(p, word, Access::Read, |_, found| Ok(boolean(found.has(key)?)))
}

/// `ets:take(Table, Key)`.
pub(crate) fn take(p: &mut Process, [word, key]: [Word; 2]) -> Answer {
    with_table(p, word, Access::Write, |p, found| {
        let rows = found.write(|writer| writer.delete(key))?;
        Ok(copy_rows(p, &rows))
    })
}

/// `ets:delete(Table)`.
pub(crate) fn delete_table(p: &mut Process, [word]: [Word; 1]) -> Answer {
    let found = table(p, word, Access::Write)?;
    p.charge(found.size.load(Ordering::Relaxed) / 16);
    p.system.builtins.tables.remove(&found);
    Ok(TRUE)
}

/// `ets:delete(Table, Key)`.
pub(crate) fn delete(p: &mut Process, [word, key]: [Word; 2]) -> Answer {
    with_table(p, word, Access::Write, |_, found| {
        found.write(|writer| writer.delete(key))?;
        Ok(TRUE)
    })
}

/// `ets:delete_object(Table, Object)`.
pub(crate) fn delete_object(p: &mut Process, [word, object]: [Word; 2]) -> Answer {
    let found = table(p, word, Access::Write)?;
    tuple(object)?;
    if let Some(key) = found.key_of(object) {
        found.write(|writer| writer.delete_where(key, |row| eq_exact(row, object)))?;
    }
    Ok(TRUE)
}

/// `ets:internal_delete_all(Table, _)`: how many rows there were.
pub(crate) fn delete_all(p: &mut Process, [word, _]: [Word; 2]) -> Answer {
    let found = table(p, word, Access::Write)?;
    let count = found.write(|writer| writer.clear())?;
    p.charge(count / 16);
    Ok(Word::small_int(count as i64))
}

/// `ets:first(Table)`.
pub(crate) fn first(p: &mut Process, [word]: [Word; 1]) -> Answer {
    step(p, word, None, false)
}

/// `ets:last(Table)`.
pub(crate) fn last(p: &mut Process, [word]: [Word; 1]) -> Answer {
    step(p, word, None, true)
}

/// `ets:next(Table, Key)`.
pub(crate) fn next(p: &mut Process, [word, key]: [Word; 2]) -> Answer {
    step(p, word, Some(key), false)
}

/// `ets:prev(Table, Key)`.
pub(crate) fn prev(p: &mut Process, [word, key]: [Word; 2]) -> Answer {
    step(p, word, Some(key), true)
}

fn step(p: &mut Process, word: Word, key: Option<Word>, is_reverse: bool) -> Answer {
    let found = table(p, word, Access::Read)?;
    // Only an ordered table has two directions; in others both are the one of next/2.
    let is_reverse = is_reverse && found.kind == TableType::OrderedSet;
    if let Some(key) = key
        && match found.kind {
            // No key, even where it is one.
            TableType::OrderedSet => key == end_of_table(),
            _ => !found.fixes.is_fixed() && !found.has(key)?,
        }
    {
        return badarg_because(atoms::BADKEY);
    }
    Ok(found.with_next(key, is_reverse, |next| p.heap.copy(next))?.unwrap_or_else(end_of_table))
}

/// `ets:slot(Table, I)`: the rows of key number I, `'$end_of_table'` behind the last.
pub(crate) fn slot(p: &mut Process, [word, place]: [Word; 2]) -> Answer {
    let found = table(p, word, Access::Read)?;
    let place = super::arguments::index(place)?;
    match found.slot(place)? {
        Some(rows) => Ok(copy_rows(p, &rows)),
        None if place == found.key_count()? => Ok(end_of_table()),
        None => badarg(),
    }
}

/// `ets:whereis(Name)`.
pub(crate) fn whereis(p: &mut Process, [name]: [Word; 1]) -> Answer {
    let name = Word::atom(atom(name)?);
    Ok(match p.system.builtins.tables.existing(name) {
        Some(found) => p.heap.reference(found.id.0, found.id.1),
        None => Word::atom(atoms::UNDEFINED),
    })
}

/// `ets:rename(Table, Name)`.
pub(crate) fn rename(p: &mut Process, [word, name]: [Word; 2]) -> Answer {
    let found = table(p, word, Access::Write)?;
    let name = atom(name)?;
    if !p.system.builtins.tables.rename(&found, name) {
        return badarg_because(named!("already_exists"));
    }
    Ok(Tables::name_of(&found).to_word(&mut p.heap))
}

/// `ets:safe_fixtable(Table, Bool)`.
pub(crate) fn safe_fixtable(p: &mut Process, [word, fixed]: [Word; 2]) -> Answer {
    let found = table(p, word, Access::Read)?;
    let fixed = as_boolean(fixed).ok_or(Exception::badarg())?;
    if fixed {
        found.fixes.add(p.pid, monotonic(&p.system));
    } else {
        found.fixes.remove(p.pid);
    }
    Ok(TRUE)
}

/// `ets:all()`.
pub(crate) fn all(p: &mut Process, []: [Word; 0]) -> Answer {
    let names: Vec<Word> = p
        .system
        .builtins
        .tables
        .list()
        .iter()
        .map(|found| Tables::name_of(found))
        .collect::<Vec<_>>()
        .into_iter()
        .map(|name| name.to_word(&mut p.heap))
        .collect();
    Ok(p.heap.list(&names, Word::NIL))
}

/// `ets:give_away(Table, Pid, Data)`: the new owner gets `{'ETS-TRANSFER', Table, Owner, Data}`.
pub(crate) fn give_away(p: &mut Process, [word, heir, data]: [Word; 3]) -> Answer {
    let found = table(p, word, Access::Own)?;
    let heir = heir.as_pid().ok_or(Exception::badarg())?;
    if heir == p.pid || !p.system.is_alive(heir) {
        return badarg();
    }
    found.owner.set(heir);
    let name = Tables::name_of(&found).to_word(&mut p.heap);
    let told = [Word::atom(named!("ETS-TRANSFER")), name, Word::pid(p.pid), data];
    let told = p.heap.tuple(&told);
    p.send_to(heir, told);
    Ok(TRUE)
}

/// `ets:internal_request_all()`: a reference; `{Reference, Tables}` follows.
pub(crate) fn internal_request_all(p: &mut Process, []: [Word; 0]) -> Answer {
    let reference = p.new_reference();
    // One answer a scheduler; all tables are the first one's.
    for scheduler in 0..p.system.runtime.workers() {
        let tables = if scheduler == 0 { all(p, [])? } else { Word::NIL };
        let reply = p.heap.tuple(&[reference, tables]);
        p.send_to(p.pid, reply);
    }
    Ok(reference)
}

/// `erts_internal:ets_super_user(Bool)`.
pub(crate) fn super_user(_: &mut Process, [value]: [Word; 1]) -> Answer {
    as_boolean(value).ok_or(Exception::badarg())?;
    Ok(Word::atom(atoms::OK))
}
