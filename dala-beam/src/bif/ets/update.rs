//! `ets:update_counter/3,4`, `ets:update_element/3`.

use dala_ir::abi::{Word, atoms};
use dala_ir::interp::Exception;
use dala_ir::term::compare::cmp;
use dala_ir::term::{TermWriter, big, view};
use smallvec::SmallVec;

use super::recent::with_table;
use super::table::Table;
use super::tables::Access;
use crate::bif::Answer;
use crate::bif::arguments::{badarg, badarg_because, because, boolean, list, named, small, tuple};
use crate::heap::own;
use crate::process::Process;

/// One change of a counter.
struct Step {
    place: usize,
    increment: Word,
    /// Threshold, and the value that replaces what goes past it.
    wrap: Option<(Word, Word)>,
}

/// Elements of a row, and what comes of one.
type Elements = SmallVec<[Word; 8]>;

/// `ets:update_counter(Table, Key, Operations)`.
pub(crate) fn update_counter_3(p: &mut Process, [word, key, operations]: [Word; 3]) -> Answer {
    update_counter(p, word, key, operations, None)
}

/// `ets:update_counter(Table, Key, Operations, Default)`.
pub(crate) fn update_counter_4(p: &mut Process, [word, key, operations, default]: [Word; 4]) -> Answer {
    update_counter(p, word, key, operations, Some(default))
}

fn update_counter(p: &mut Process, word: Word, key: Word, operations: Word, default: Option<Word>) -> Answer {
    with_table(p, word, Access::Write, |p, found| update_in(p, found, key, operations, default))
}

fn update_in(p: &mut Process, found: &Table, key: Word, operations: Word, default: Option<Word>) -> Answer {
    if !found.is_unique() {
        return badarg();
    }
    // One small number that is added to another is nearly all that counters see.
    if let Ok(Step { place, increment, wrap: None }) = Step::read(found, operations)
        && let Some(increment) = increment.as_small()
        && default.is_none_or(|default| has_place_for_key(found, default))
        && let Some(sum) = found.write(|writer| writer.add_small(key, place, increment))?
    {
        return Ok(sum);
    }
    if default.is_none() && !found.has(key)? {
        return badarg_because(atoms::BADKEY);
    }
    let is_list = operations.is_cons() || operations.is_nil();
    let operations = if is_list { list(operations)?.into() } else { Elements::from([operations].as_slice()) };
    let steps = operations
        .into_iter()
        .map(|operation| Step::read(found, operation))
        .collect::<Result<SmallVec<[Step; 1]>, _>>()?;
    if default.is_some_and(|default| !has_place_for_key(found, default)) {
        return badarg();
    }
    let results = found.write(|writer| -> Result<Elements, Exception> {
        let (mut elements, is_new) = match (writer.lookup(key).first(), default) {
            (Some(row), _) => (Elements::from_slice(tuple(row.root())?), false),
            (None, Some(default)) => {
                let mut elements = Elements::from_slice(tuple(default)?);
                elements[found.key_position - 1] = key;
                (elements, true)
            }
            (None, None) => return badarg_because(atoms::BADKEY),
        };
        let mut results = Elements::with_capacity(steps.len());
        for step in &steps {
            let value =
                *elements.get(step.place).ok_or_else(|| because(named!("position"))(Exception::badarg()))?;
            let changed = step.apply(p, value)?;
            elements[step.place] = changed;
            results.push(changed);
        }
        let changes: SmallVec<[(usize, Word); 2]> =
            steps.iter().map(|step| (step.place, elements[step.place])).collect();
        if is_new || !writer.overwrite(key, &changes) {
            let row = own(p.heap.tuple(&elements));
            if is_new { writer.insert(key, row) } else { writer.replace(key, row) }
        }
        Ok(results)
    })??;
    // A counter that is a big integer of the table's row may be among the results.
    let results: Elements = results.into_iter().map(|word| p.heap.copy(word)).collect();
    if is_list { Ok(p.heap.list(&results, Word::NIL)) } else { Ok(results[0]) }
}

fn has_place_for_key(table: &Table, row: Word) -> bool {
    view::tuple_elements(row).is_some_and(|elements| elements.len() >= table.key_position)
}

impl Step {
    fn read(table: &Table, operation: Word) -> Result<Step, Exception> {
        if view::is_integer(operation) {
            return Ok(Step { place: table.key_position, increment: operation, wrap: None });
        }
        let place = |position: Word| place(table, position);
        let integer = |word: Word| if view::is_integer(word) { Ok(word) } else { badarg() };
        match *tuple(operation)? {
            [position, increment] => {
                Ok(Step { place: place(position)?, increment: integer(increment)?, wrap: None })
            }
            [position, increment, threshold, set] => Ok(Step {
                place: place(position)?,
                increment: integer(increment)?,
                wrap: Some((integer(threshold)?, integer(set)?)),
            }),
            _ => badarg(),
        }
    }

    fn apply(&self, p: &mut Process, value: Word) -> Answer {
        let sum = big::add(&mut p.heap, value, self.increment).map_err(|_| Exception::badarg())?;
        let Some((threshold, set)) = self.wrap else { return Ok(sum) };
        let is_down = cmp(self.increment, Word::small_int(0)).is_lt();
        let past = cmp(sum, threshold);
        Ok(if (is_down && past.is_lt()) || (!is_down && past.is_gt()) { set } else { sum })
    }
}

/// The index of an element that may change, by its position.
fn place(table: &Table, position: Word) -> Result<usize, Exception> {
    match small(position)? {
        position if position < 1 => badarg(),
        position if position as usize == table.key_position => badarg_because(named!("keypos")),
        position => Ok(position as usize - 1),
    }
}

/// `ets:update_element(Table, Key, {Position, Value} | [..])`.
pub(crate) fn update_element(p: &mut Process, [word, key, changes]: [Word; 3]) -> Answer {
    with_table(p, word, Access::Write, |p, found| change_in(p, found, key, changes))
}

fn change_in(p: &mut Process, found: &Table, key: Word, changes: Word) -> Answer {
    if !found.is_unique() {
        return badarg();
    }
    let changes = if changes.is_cons() || changes.is_nil() { list(changes)? } else { vec![changes] };
    // What would be changed of a row that is not there is not looked at.
    if !found.has(key)? {
        return Ok(boolean(false));
    }
    let mut places = Vec::with_capacity(changes.len());
    for change in changes {
        let &[position, value] = tuple(change)? else { return badarg() };
        places.push((place(found, position)?, value));
    }
    let is_there = found.write(|writer| -> Result<bool, Exception> {
        let Some(row) = writer.lookup(key).first() else { return Ok(false) };
        let mut elements = Elements::from_slice(tuple(row.root())?);
        for &(place, value) in &places {
            *elements.get_mut(place).ok_or_else(|| because(named!("position"))(Exception::badarg()))? = value;
        }
        if !writer.overwrite(key, &places) {
            let row = p.heap.tuple(&elements);
            writer.replace(key, own(row));
        }
        Ok(true)
    })??;
    Ok(boolean(is_there))
}
