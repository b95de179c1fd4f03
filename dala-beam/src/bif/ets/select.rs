//! `ets:select`, `match`, `match_object` and theirs: match specifications over a table.
//!
//! A table is walked in steps of [`KEYS_PER_STEP`] keys at most, each under the lock and then matched without it. A
//! continuation is `{Table, LastKey, Spec, Limit, {Mode, IsReverse}, Waiting}`, where `Waiting` are results of the
//! last key, or of keys that the pattern named, that went over the limit: what changes behind that key is seen later.

use std::sync::Arc;

use dala_ir::abi::{Word, atoms};
use dala_ir::interp::Exception;
use dala_ir::term::compare::eq_exact;
use dala_ir::term::resource::{self, Resource};
use dala_ir::term::{OwnedTerm, TermWriter, view};

use super::key::Prefix;
use super::match_spec::{Dialect, MatchSpec};
use super::match_spec_lint::lint;
use super::table::{Rows, Table, TableType};
use super::tables::Access;
use super::{badarg_because, end_of_table, table};
use crate::bif::Answer;
use crate::bif::arguments::{as_boolean, badarg, index, list, named, small, tuple};
use crate::heap::own;
use crate::process::Process;

/// Keys that are read under one lock.
const KEYS_PER_STEP: usize = 512;

/// What a pattern argument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Spec,
    Objects,
    Variables,
}

impl Mode {
    fn compile(self, pattern: Word, found: &Table) -> Result<MatchSpec, Exception> {
        match self {
            Mode::Spec => MatchSpec::compile(pattern, found.key_position),
            Mode::Objects => MatchSpec::of_pattern(pattern, true, found.key_position),
            Mode::Variables => MatchSpec::of_pattern(pattern, false, found.key_position),
        }
    }

    const fn number(self) -> i64 {
        self as i64
    }

    fn from_number(number: i64) -> Option<Mode> {
        [Mode::Spec, Mode::Objects, Mode::Variables].into_iter().find(|mode| mode.number() == number)
    }
}

/// A walk over the rows that a specification can match, in the table's order.
struct Walk {
    found: Arc<Table>,
    /// Keys that are asked for, when the specification names them; last first.
    keys: Option<Vec<Word>>,
    /// What all keys begin with, where the table is ordered and the specification says it.
    prefix: Option<Prefix>,
    last: Option<OwnedTerm>,
    is_reverse: bool,
    is_done: bool,
}

impl Walk {
    fn new(found: Arc<Table>, spec: &MatchSpec, is_reverse: bool) -> Walk {
        let keys = spec.keys().map(|keys| {
            let mut distinct: Vec<Word> = Vec::with_capacity(keys.len());
            for key in keys {
                if !distinct.iter().any(|&other| found.same_key(other, key)) {
                    distinct.push(key);
                }
            }
            if found.kind == TableType::OrderedSet {
                distinct.sort_by(|&left, &right| dala_ir::term::compare::cmp(left, right));
                if is_reverse {
                    distinct.reverse();
                }
            }
            distinct.reverse();
            distinct
        });
        let prefix = spec.prefix().filter(|_| found.kind == TableType::OrderedSet);
        Walk { found, keys, prefix, last: None, is_reverse, is_done: false }
    }

    /// The rows of the next keys, so many at most; empty at the end.
    fn step(&mut self, most: usize) -> Result<Vec<Rows>, Exception> {
        if self.is_done {
            return Ok(Vec::new());
        }
        if let Some(keys) = &mut self.keys {
            while let Some(key) = keys.pop() {
                let rows = self.found.with_rows(key, |rows| Rows::from(rows))?;
                if !rows.is_empty() {
                    return Ok(vec![rows]);
                }
            }
            self.is_done = true;
            return Ok(Vec::new());
        }
        let is_reverse = self.is_reverse && self.found.kind == TableType::OrderedSet;
        let last = self.last.as_ref().map(OwnedTerm::root);
        let (chunk, is_all) = self.found.chunk(last, is_reverse, most, self.prefix)?;
        self.is_done = is_all;
        if let Some(rows) = chunk.last() {
            self.stand_at(rows);
        }
        Ok(chunk)
    }

    /// Goes on behind the key of these rows.
    fn stand_at(&mut self, rows: &Rows) {
        if let Some(key) = rows.first().and_then(|row| self.found.key_of(row.root())) {
            self.last = Some(OwnedTerm::copy_of(key));
        }
    }
}

/// All results, in order.
fn all(p: &mut Process, word: Word, pattern: Word, mode: Mode, is_reverse: bool) -> Answer {
    let found = table(p, word, Access::Read)?;
    let spec = mode.compile(pattern, &found)?;
    let mut results = Vec::new();
    let mut walk = Walk::new(found, &spec, is_reverse);
    loop {
        let chunk = walk.step(KEYS_PER_STEP)?;
        if chunk.is_empty() {
            return Ok(p.heap.list(&results, Word::NIL));
        }
        p.charge(chunk.len());
        for row in chunk.iter().flatten() {
            results.extend(spec.run(p, row.root()));
        }
    }
}

/// Up to `limit` results behind `after`, and a continuation.
fn some(
    p: &mut Process,
    word: Word,
    pattern: Word,
    limit: usize,
    mode: Mode,
    is_reverse: bool,
    state: (Option<Word>, Vec<Word>),
) -> Answer {
    if limit == 0 {
        return badarg();
    }
    let found = table(p, word, Access::Read)?;
    let spec = mode.compile(pattern, &found)?;
    let (after, mut results) = state;
    let mut walk = Walk::new(found, &spec, is_reverse);
    if let Some(after) = after {
        // What asks for keys was answered whole by the first call.
        walk.is_done = walk.keys.is_some();
        walk.last = Some(OwnedTerm::copy_of(after));
    }
    // Few keys at first: those that nobody waits for would be read again.
    let mut keys = limit.clamp(8, KEYS_PER_STEP);
    while results.len() < limit {
        let chunk = walk.step(keys)?;
        if chunk.is_empty() {
            break;
        }
        keys = (2 * keys).min(KEYS_PER_STEP);
        for (index, rows) in chunk.iter().enumerate() {
            p.charge(1);
            for row in rows {
                results.extend(spec.run(p, row.root()));
            }
            if results.len() >= limit && walk.keys.is_none() {
                // What comes behind this key, at once or later, is for the next call.
                walk.is_done = false;
                if index + 1 < chunk.len() {
                    walk.stand_at(rows);
                }
                break;
            }
        }
    }
    if walk.keys.is_some() && !walk.is_done {
        loop {
            let chunk = walk.step(KEYS_PER_STEP)?;
            if chunk.is_empty() {
                break;
            }
            for row in chunk.iter().flatten() {
                results.extend(spec.run(p, row.root()));
            }
        }
    }
    if results.is_empty() {
        return Ok(end_of_table());
    }
    let waiting = results.split_off(limit.min(results.len()));
    let given = p.heap.list(&results, Word::NIL);
    let continuation = if walk.is_done && waiting.is_empty() && results.len() < limit {
        end_of_table()
    } else {
        let last = match &walk.last {
            Some(key) => p.heap.copy_owned(key),
            None => Word::NIL,
        };
        let last = p.heap.cons(last, boolean_small(walk.is_done));
        let waiting = p.heap.list(&waiting, Word::NIL);
        let how = p.heap.tuple(&[
            Word::small_int(mode.number()),
            Word::atom(if is_reverse { atoms::TRUE } else { atoms::FALSE }),
        ]);
        p.heap.tuple(&[word, last, pattern, Word::small_int(limit as i64), how, waiting])
    };
    Ok(p.heap.tuple(&[given, continuation]))
}

fn boolean_small(value: bool) -> Word {
    Word::small_int(i64::from(value))
}

/// Goes on with a continuation.
fn more(p: &mut Process, continuation: Word) -> Answer {
    if continuation == end_of_table() {
        return Ok(continuation);
    }
    let &[word, last, pattern, limit, how, waiting] = tuple(continuation)? else { return badarg() };
    let &[mode, is_reverse] = tuple(how)? else { return badarg() };
    let mode = Mode::from_number(small(mode)?).ok_or(Exception::badarg())?;
    let is_reverse = as_boolean(is_reverse).ok_or(Exception::badarg())?;
    let (last, is_done) = view::cons(last).ok_or(Exception::badarg())?;
    let waiting = list(waiting)?;
    let limit = index(limit)?;
    if is_done == boolean_small(true) && waiting.is_empty() {
        return Ok(end_of_table());
    }
    some(p, word, pattern, limit, mode, is_reverse, (Some(last), waiting))
}

macro_rules! selects {
    ($($(#[$doc:meta])* $mode:ident $reverse:literal: $all:ident, $some:ident;)*) => {
        $($(#[$doc])* pub(crate) fn $all(p: &mut Process, [word, pattern]: [Word; 2]) -> Answer {
            all(p, word, pattern, Mode::$mode, $reverse)
        }
        $(#[$doc])* pub(crate) fn $some(p: &mut Process, [word, pattern, limit]: [Word; 3]) -> Answer {
            let limit = index(limit)?;
            some(p, word, pattern, limit, Mode::$mode, $reverse, (None, Vec::new()))
        })*
    };
}

selects! {
    /// `ets:select/2,3`.
    Spec false: select_2, select_3;
    /// `ets:select_reverse/2,3`.
    Spec true: select_reverse_2, select_reverse_3;
    /// `ets:match_object/2,3`.
    Objects false: match_object_2, match_object_3;
    /// `ets:match/2,3`.
    Variables false: match_2, match_3;
}

/// `ets:repair_continuation(Continuation, Spec)`: as it is, since it holds its specification as a term; what an external term
/// brings back is no other.
pub(crate) fn repair_continuation(_: &mut Process, [continuation, _]: [Word; 2]) -> Answer {
    let is_one = match view::tuple_elements(continuation) {
        Some(&[_, _, _, limit, how, waiting]) => {
            limit.as_small().is_some()
                && view::tuple_elements(how).is_some()
                && view::list_len(waiting).is_some()
        }
        _ => continuation == end_of_table(),
    };
    if is_one { Ok(continuation) } else { Err(Exception::error_atom(atoms::FUNCTION_CLAUSE)) }
}

/// `ets:select/1`, `select_reverse/1`, `match/1`, `match_object/1`.
pub(crate) fn continue_1(p: &mut Process, [continuation]: [Word; 1]) -> Answer {
    more(p, continuation)
}

/// Calls `act` for each row for which the specification gives `true`; returns how often.
fn for_each_true(
    p: &mut Process,
    word: Word,
    pattern: Word,
    access: Access,
    act: impl Fn(&Table, Word) -> Result<usize, Exception>,
) -> Answer {
    let found = table(p, word, access)?;
    let spec = MatchSpec::compile(pattern, found.key_position)?;
    let mut walk = Walk::new(Arc::clone(&found), &spec, false);
    let mut count = 0;
    loop {
        let chunk = walk.step(KEYS_PER_STEP)?;
        if chunk.is_empty() {
            return Ok(Word::small_int(count as i64));
        }
        p.charge(chunk.len());
        for row in chunk.iter().flatten() {
            if spec.is_true(p, row.root()) {
                count += act(&found, row.root())?;
            }
        }
    }
}

/// `ets:select_count(Table, Spec)`.
pub(crate) fn select_count(p: &mut Process, [word, pattern]: [Word; 2]) -> Answer {
    for_each_true(p, word, pattern, Access::Read, |_, _| Ok(1))
}

/// `ets:internal_select_delete(Table, Spec)`.
pub(crate) fn select_delete(p: &mut Process, [word, pattern]: [Word; 2]) -> Answer {
    for_each_true(p, word, pattern, Access::Write, |found, row| {
        let Some(key) = found.key_of(row) else { return Ok(0) };
        found.write(|writer| writer.delete_where(key, |other| eq_exact(other, row)))
    })
}

/// `ets:select_replace(Table, Spec)`: the key must stay.
pub(crate) fn select_replace(p: &mut Process, [word, pattern]: [Word; 2]) -> Answer {
    let found = table(p, word, Access::Write)?;
    if found.kind == TableType::Bag {
        return badarg_because(named!("table_type"));
    }
    let spec = MatchSpec::compile(pattern, found.key_position)?;
    let mut walk = Walk::new(Arc::clone(&found), &spec, false);
    let mut count = 0;
    loop {
        let chunk = walk.step(KEYS_PER_STEP)?;
        if chunk.is_empty() {
            return Ok(Word::small_int(count));
        }
        p.charge(chunk.len());
        for row in chunk.iter().flatten() {
            count += i64::from(replace_row(p, &found, &spec, row.clone())?);
        }
    }
}

/// Replaces a row by what the specification makes of it. What another process puts in the place of the one row of a key meanwhile
/// is replaced, or stays, as the specification says of that.
fn replace_row(
    p: &mut Process,
    found: &Table,
    spec: &MatchSpec,
    mut row: OwnedTerm,
) -> Result<bool, Exception> {
    while let Some(replacement) = spec.run(p, row.root()) {
        let key = match (found.key_of(replacement), found.key_of(row.root())) {
            (Some(new_key), Some(key)) if eq_exact(new_key, key) => key,
            _ => return badarg(),
        };
        let new = own(replacement);
        if found.write(|writer| writer.replace_if(key, row.root(), new))? {
            return Ok(true);
        }
        let now = found.with_rows(key, |rows| rows.first().filter(|_| found.is_unique()).cloned())?;
        let Some(now) = now else { break };
        row = now;
    }
    Ok(false)
}

/// A specification that was compiled by itself, and the term that it refers to.
struct Compiled {
    spec: MatchSpec,
    _term: OwnedTerm,
}

/// `ets:match_spec_compile(Spec)`: a reference to it. An empty specification is none here.
pub(crate) fn match_spec_compile(p: &mut Process, [spec]: [Word; 1]) -> Answer {
    view::cons(spec).ok_or(Exception::badarg())?;
    let term = own(spec);
    let spec = MatchSpec::compile(term.root(), 1)?;
    Ok(Resource::new(Compiled { spec, _term: term }).write(&mut p.heap))
}

/// `ets:is_compiled_ms(Term)`.
pub(crate) fn is_compiled_ms(_: &mut Process, [word]: [Word; 1]) -> Answer {
    Ok(crate::bif::arguments::boolean(resource::get::<Compiled>(word).is_some()))
}

/// `ets:match_spec_run_r(Objects, Compiled, Accumulator)`: results in reverse before the accumulator.
pub(crate) fn match_spec_run_r(p: &mut Process, [objects, word, accumulator]: [Word; 3]) -> Answer {
    let compiled = Resource::<Compiled>::of_term(word).ok_or(Exception::badarg())?;
    let spec = &compiled.spec;
    let objects = list(objects)?;
    p.charge(objects.len());
    let mut result = accumulator;
    for object in objects {
        if let Some(value) = spec.run(p, object) {
            result = p.heap.cons(value, result);
        }
    }
    Ok(result)
}

/// `erlang:match_spec_test(Object, Spec, table)`: `{ok, Result, [], []}`.
pub(crate) fn match_spec_test(p: &mut Process, [object, spec, kind]: [Word; 3]) -> Answer {
    if kind == Word::atom(named!("trace")) {
        view::list_len(object).ok_or(Exception::badarg())?;
        let tested = crate::bif::erlang::trace::test_spec(p, object, spec);
        return Ok(tested.unwrap_or_else(|| malformed(p, spec, Dialect::Trace)));
    }
    if kind != Word::atom(named!("table")) {
        return badarg();
    }
    let value = match view::cons(spec).ok_or(Exception::badarg()).and_then(|_| MatchSpec::compile(spec, 1)) {
        Ok(spec) => spec.run(p, object).unwrap_or(Word::atom(atoms::FALSE)),
        Err(_) => return Ok(malformed(p, spec, Dialect::Table)),
    };
    Ok(p.heap.tuple(&[Word::atom(atoms::OK), value, Word::NIL, Word::NIL]))
}

/// What `match_spec_test/3` says of one that is none.
fn malformed(p: &mut Process, spec: Word, dialect: Dialect) -> Word {
    let error = Word::atom(atoms::ERROR);
    let errors: Vec<Word> = lint(spec, dialect)
        .into_iter()
        .map(|text| {
            let text = p.heap.charlist(&text);
            p.heap.tuple(&[error, text])
        })
        .collect();
    let errors = p.heap.list(&errors, Word::NIL);
    p.heap.tuple(&[error, errors])
}
