//! Module `erts_debug`, and what is like it: sizes of terms in OTP's words, internal state.

use std::sync::atomic::Ordering;

use dala_ir::abi::{Kind, Word, atoms};
use dala_ir::interp::Exception;
use dala_ir::term::view::{self, MapRef, TermView};
use hashbrown::HashSet;

use crate::bif::Answer;
use crate::bif::arguments::{badarg, boolean, named, truth};
use crate::heap::is_literal;
use crate::process::Process;

/// `flat_size(Term)`: words of a copy, as OTP would lay it out.
pub(crate) fn flat_size(p: &mut Process, [term]: [Word; 1]) -> Answer {
    let words = words_of(term, |_| true);
    p.charge(words / 16);
    Ok(Word::small_int(words as i64))
}

/// `size_shared(Term)`: words, where an object that occurs several times counts once, and literals count nothing.
pub(crate) fn size_shared(p: &mut Process, [term]: [Word; 1]) -> Answer {
    let mut seen = HashSet::new();
    let is_own = |object: Word| !object.pointer().is_some_and(|object| is_literal(object));
    let words = words_of(term, |object| is_own(object) && seen.insert(object.to_bits()));
    p.charge(words / 16);
    Ok(Word::small_int(words as i64))
}

/// Integers from here on are big ones in OTP.
const SMALL_LIMIT: i64 = 1 << 59;

fn is_otp_small(value: i64) -> bool {
    (-SMALL_LIMIT..SMALL_LIMIT).contains(&value)
}

/// Largest binary that OTP keeps on the heap, in bytes.
const HEAP_BINARY: usize = 64;

/// Words of OTP's objects in `term`, of those that `counts` lets in. Linear, worklist.
fn words_of(term: Word, mut counts: impl FnMut(Word) -> bool) -> usize {
    let mut words = 0;
    let mut pending = vec![term];
    while let Some(mut current) = pending.pop() {
        // Along the list.
        while let Some((head, tail)) = view::cons(current) {
            if !counts(current) {
                current = Word::NIL;
                break;
            }
            words += 2;
            pending.push(head);
            current = tail;
        }
        if current.is_pointer() && !counts(current) {
            continue;
        }
        if let Some(children) = view::payload(current, Kind::TrieNode) {
            // The first word is the bitmap.
            words += children.len();
            pending.extend(&children[1..]);
            continue;
        }
        words += match current.view() {
            TermView::Small(value) => {
                if is_otp_small(value) {
                    0
                } else {
                    2
                }
            }
            TermView::Big(big) => 1 + big.limbs.len(),
            TermView::Float(_) => 2,
            TermView::Tuple(elements) => {
                pending.extend(elements);
                1 + elements.len()
            }
            TermView::Map(MapRef::Flat { keys_tuple, values, .. }) => {
                pending.push(keys_tuple);
                pending.extend(values);
                3 + values.len()
            }
            TermView::Map(MapRef::Trie { root, .. }) => {
                pending.push(root);
                1
            }
            TermView::Bits(bits) => {
                let bytes = bits.bit_len.div_ceil(8);
                let part = if bits.is_binary() { 0 } else { 5 };
                part + if bytes <= HEAP_BINARY { 2 + bytes.div_ceil(8) } else { 6 }
            }
            TermView::Fun(fun) => {
                pending.extend(fun.free);
                5 + fun.free.len()
            }
            TermView::ExportFun(_) => 5,
            TermView::Reference(_) => 3,
            TermView::ExternalPid(part) | TermView::ExternalPort(part) => 3 + part.len(),
            TermView::ExternalReference(part) => 4 + part.len().div_ceil(2),
            TermView::Atom(_)
            | TermView::Pid(_)
            | TermView::Port(_)
            | TermView::Nil
            | TermView::Cons(..)
            | TermView::Hidden => 0,
        };
    }
    words
}

/// `same(A, B)`: whether both are one object.
pub(crate) fn same(_: &mut Process, [left, right]: [Word; 2]) -> Answer {
    Ok(boolean(left == right))
}

/// `erts_internal:term_type(Term)`.
pub(crate) fn term_type(_: &mut Process, [term]: [Word; 1]) -> Answer {
    use TermView as V;
    Ok(Word::atom(match term.view() {
        V::Small(value) if is_otp_small(value) => named!("fixnum"),
        V::Small(_) | V::Big(_) => named!("bignum"),
        V::Float(_) => named!("hfloat"),
        V::Atom(_) => named!("atom"),
        V::Pid(_) => named!("pid"),
        V::Port(_) => atoms::PORT,
        V::Reference(_) => named!("reference"),
        V::Fun(_) => named!("fun"),
        V::ExportFun(_) => named!("export"),
        V::ExternalPid(_) => named!("external_pid"),
        V::ExternalPort(_) => named!("external_port"),
        V::ExternalReference(_) => named!("external_reference"),
        V::Nil => named!("nil"),
        V::Cons(..) => named!("list"),
        V::Tuple(_) => named!("tuple"),
        V::Map(MapRef::Flat { .. }) => named!("flatmap"),
        V::Map(MapRef::Trie { .. }) => named!("hashmap"),
        V::Bits(_) => named!("heap_binary"),
        V::Hidden => return badarg(),
    }))
}

/// Whether the calling program switched internal state on; `undef` where not, as in OTP.
fn internal_state_is_on(p: &Process) -> Result<(), Exception> {
    if p.system.builtins.has_internal_state.load(Ordering::Relaxed) {
        Ok(())
    } else {
        Err(Exception::error_atom(atoms::UNDEF))
    }
}

/// `set_internal_state(What, Value)`: what a test may change of the runtime.
pub(crate) fn set_internal_state(p: &mut Process, [what, value]: [Word; 2]) -> Answer {
    let name = what.as_atom().ok_or(Exception::badarg())?;
    if name.text() == "available_internal_state" {
        let former = p.system.builtins.has_internal_state.swap(truth(value)?, Ordering::Relaxed);
        return Ok(boolean(former));
    }
    internal_state_is_on(p)?;
    match name.text() {
        // Only down: a budget does not grow.
        "reds_left" => {
            let wanted = value.as_small().ok_or(Exception::badarg())?;
            let spent = p.reductions_left().saturating_sub(wanted);
            p.charge(usize::try_from(spent).unwrap_or(0));
            Ok(boolean(true))
        }
        // Nothing is put off that one could wait for.
        "wait" => Ok(Word::atom(atoms::OK)),
        // These loops are not cut short.
        "binary_loop_limit" | "unicode_loop_limit" | "re_loop_limit" => Ok(Word::small_int(-1)),
        "ets_force_trap" | "ets_force_split" => Ok(Word::atom(named!("notsup"))),
        _ => badarg(),
    }
}

/// `get_internal_state(What)`.
pub(crate) fn get_internal_state(p: &mut Process, [what]: [Word; 1]) -> Answer {
    match what.as_atom().map(dala_ir::abi::Atom::text) {
        Some("available_internal_state") => {
            Ok(boolean(p.system.builtins.has_internal_state.load(Ordering::Relaxed)))
        }
        Some("reds_left") => {
            internal_state_is_on(p)?;
            Ok(Word::small_int(p.reductions_left()))
        }
        _ => {
            internal_state_is_on(p)?;
            badarg()
        }
    }
}
