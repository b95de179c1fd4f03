//! `phash/2`: the portable hash before `phash2`, which `sets` and `gb` libraries of old still use.
//!
//! A multiply-and-add hash over a walk of the term (erts, `make_hash`); the numbers are part of its definition.

use dala_ir::abi::{Atom, Word};
use dala_ir::term::view::{self, BitsRef, TermView};
use dala_ir::term::{TermWriter, hash};

use crate::bif::Answer;
use crate::bif::arguments::{badarg, index};
use crate::process::Process;

const ATOM: u32 = 268_440_163;
const BYTE: u32 = 268_439_161;
const POSITIVE: u32 = 268_435_459;
const NEGATIVE: u32 = 268_436_141;
const PID: u32 = 268_438_633;
const FLOAT: u32 = 268_437_017;
const LIST: u32 = 268_437_511;
const TUPLE: u32 = 268_439_627;
const FUN: u32 = 268_440_479;
const EXPORT: u32 = 268_440_577;
const BITS: u32 = 268_440_581;
const MAP: [u32; 2] = [268_440_593, 268_440_611];

/// `phash(Term, Range)`: 1 to `Range`, which is 1 to 2^32.
pub(crate) fn phash(p: &mut Process, [term, range]: [Word; 2]) -> Answer {
    let range = index(range)? as u64;
    if range == 0 || range > 1 << 32 {
        return badarg();
    }
    p.charge(1);
    let hash = u64::from(hash_of(term)) % range + 1;
    Ok(p.heap.unsigned(hash))
}

enum Step {
    Term(Word),
    /// What follows a list element.
    Tail(Word),
    ListEnd,
    TupleEnd(u32),
}

struct Hash(u32);

impl Hash {
    fn add(&mut self, factor: u32, value: u32) {
        self.0 = self.0.wrapping_mul(factor).wrapping_add(value);
    }

    fn add_bytes(&mut self, factor: u32, bytes: impl IntoIterator<Item = u8>) {
        for byte in bytes {
            self.add(factor, u32::from(byte));
        }
    }

    fn atom(&mut self, atom: Atom) {
        // The full hash of an atom is that of its text.
        self.add(ATOM, hash::portable_hash(Word::atom(atom)));
    }

    /// An integer's absolute value: whole limbs, the last one by half when that is enough.
    fn integer(&mut self, limbs: &[u64], negative: bool) {
        let (last, rest) = limbs.split_last().unwrap_or((&0, &[]));
        self.add_bytes(BYTE, rest.iter().flat_map(|limb| limb.to_le_bytes()));
        let len = if last >> 32 == 0 { 4 } else { 8 };
        self.add_bytes(BYTE, last.to_le_bytes().into_iter().take(len));
        self.add(if negative { NEGATIVE } else { POSITIVE }, 0);
    }

    fn bits(&mut self, bits: BitsRef<'_>) {
        let whole = bits.bit_len / 8;
        self.add_bytes(ATOM, (0..whole).map(|at| bits.byte(at)));
        let odd = (bits.bit_len % 8) as u32;
        if odd > 0 {
            self.add(ATOM, u32::from(bits.byte(whole) >> (8 - odd)));
            self.add(BITS, odd);
        }
        self.add(NEGATIVE, whole as u32);
    }
}

fn hash_of(term: Word) -> u32 {
    let mut hash = Hash(0);
    let mut pending = vec![Step::Term(term)];
    while let Some(step) = pending.pop() {
        let term = match step {
            Step::Term(term) => term,
            Step::Tail(tail) => {
                if !tail.is_cons() {
                    pending.push(Step::ListEnd);
                }
                tail
            }
            Step::ListEnd => {
                hash.add(LIST, 0);
                continue;
            }
            Step::TupleEnd(len) => {
                hash.add(TUPLE, len);
                continue;
            }
        };
        match term.view() {
            TermView::Nil => hash.add(POSITIVE, 1),
            TermView::Atom(atom) => hash.atom(atom),
            TermView::Small(value) => hash.integer(&[value.unsigned_abs()], value < 0),
            TermView::Big(big) => hash.integer(big.limbs, big.negative),
            TermView::Bits(bits) => hash.bits(bits),
            TermView::Float(value) => {
                let bits = if value == 0.0 { 0 } else { value.to_bits() };
                hash.add(FLOAT, bits as u32 ^ (bits >> 32) as u32);
            }
            TermView::Cons(..) => list(&mut hash, term, &mut pending),
            TermView::Tuple(elements) => {
                pending.push(Step::TupleEnd(elements.len() as u32));
                pending.extend(elements.iter().rev().map(|&element| Step::Term(element)));
            }
            TermView::Map(_) => {
                hash.add(MAP[0], MAP[1].wrapping_add(dala_ir::term::hash::portable_hash(term)));
            }
            TermView::ExportFun(fun) => {
                hash.add(EXPORT, fun.head.arity);
                hash.atom(fun.head.module);
                hash.atom(fun.head.function);
            }
            TermView::Fun(fun) => {
                hash.add(FUN, fun.head.free);
                hash.atom(fun.head.module);
                hash.add(BYTE, fun.head.index);
                hash.add(BYTE, fun.head.old_uniq);
                pending.extend(fun.free.iter().rev().map(|&word| Step::Term(word)));
            }
            TermView::Pid(pid) => numbered(&mut hash, pid.slot(), PID, FLOAT),
            TermView::Port(number) => numbered(&mut hash, number as u32, TUPLE, FUN),
            TermView::Reference(reference) => numbered(&mut hash, reference.low as u32, TUPLE, FUN),
            TermView::ExternalPid(pid) => numbered(&mut hash, pid.number(0) as u32, PID, FLOAT),
            TermView::ExternalPort(port) => numbered(&mut hash, port.number(0) as u32, TUPLE, FUN),
            TermView::ExternalReference(reference) => {
                numbered(&mut hash, reference.number(0) as u32, TUPLE, FUN);
            }
            TermView::Hidden => {}
        }
    }
    hash.0
}

fn numbered(hash: &mut Hash, number: u32, factor: u32, last: u32) {
    hash.add_bytes(factor, number.to_le_bytes());
    hash.add(last, 0);
}

/// Leading bytes of a list are hashed as such, which differs from what the same integers give elsewhere.
fn list(hash: &mut Hash, list: Word, pending: &mut Vec<Step>) {
    let mut rest = list;
    while let Some((head, tail)) = view::cons(rest) {
        match head.as_small().and_then(|value| u8::try_from(value).ok()) {
            Some(byte) => hash.add(BYTE, u32::from(byte)),
            None => {
                pending.extend([Step::Tail(tail), Step::Term(head)]);
                return;
            }
        }
        rest = tail;
    }
    pending.extend([Step::ListEnd, Step::Term(rest)]);
}
