//! List operators and guards: `hd`, `tl`, `length`, `++`, `--`.

use std::collections::BTreeMap;

use crate::bif::order::ExactOrder;
use dala_ir::abi::Word;
use dala_ir::term::compare::eq_exact;
use dala_ir::term::{TermWriter, view};

use crate::bif::Answer;
use crate::bif::arguments::{badarg, list};
use crate::process::Process;

/// `hd(List)`.
pub(crate) fn hd(_: &mut Process, [items]: [Word; 1]) -> Answer {
    view::cons(items).map_or_else(badarg, |(head, _)| Ok(head))
}

/// `tl(List)`.
pub(crate) fn tl(_: &mut Process, [items]: [Word; 1]) -> Answer {
    view::cons(items).map_or_else(badarg, |(_, tail)| Ok(tail))
}

/// `length(List)`.
pub(crate) fn length(p: &mut Process, [items]: [Word; 1]) -> Answer {
    match view::list_len(items) {
        Some(len) => {
            p.charge(len / 16);
            Ok(Word::small_int(len as i64))
        }
        None => badarg(),
    }
}

/// `Left ++ Right`: copies `Left`, shares `Right`.
pub(crate) fn append(p: &mut Process, [left, right]: [Word; 2]) -> Answer {
    let Some(len) = view::list_len(left) else { return badarg() };
    if right.is_nil() {
        return Ok(left);
    }
    p.charge(len / 16);
    let mut rest = left;
    // It was just counted.
    let item = |_| {
        let (head, tail) = view::cons(rest).unwrap_or((Word::NIL, Word::NIL));
        rest = tail;
        head
    };
    Ok(p.heap.list_of(len, right, item))
}

/// So many elements are taken away by looking for each: fewer than a tree is worth.
const FEW: usize = 8;

/// `Left -- Right`: O((n + m) log m).
pub(crate) fn subtract(p: &mut Process, [left, right]: [Word; 2]) -> Answer {
    let items = list(left)?;
    let mut removed = list(right)?;
    if items.is_empty() || removed.is_empty() {
        return Ok(left);
    }
    p.charge((items.len() + removed.len()) / 4);
    if removed.len() <= FEW {
        let mut kept = Vec::with_capacity(items.len());
        for item in items {
            match removed.iter().position(|&other| eq_exact(other, item)) {
                Some(place) => drop(removed.swap_remove(place)),
                None => kept.push(item),
            }
        }
        return Ok(p.heap.list(&kept, Word::NIL));
    }
    let mut counts: BTreeMap<ExactOrder, usize> = BTreeMap::new();
    for item in removed {
        *counts.entry(ExactOrder(item)).or_default() += 1;
    }
    let mut kept = Vec::with_capacity(items.len());
    for item in items {
        match counts.get_mut(&ExactOrder(item)) {
            Some(count) if *count > 0 => *count -= 1,
            _ => kept.push(item),
        }
    }
    Ok(p.heap.list(&kept, Word::NIL))
}
