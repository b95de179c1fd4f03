//! Hashes of terms: `erlang:phash2`, which is the same on every node for ever, and the one that orders big maps.
//!
//! Both are Bob Jenkins' 1996 mix over a walk of the term, as OTP 25 does it (erts, `make_hash2` and
//! `make_internal_hash`), because programs see the results: `phash2` directly, the other as the order in which maps
//! of more than 32 keys iterate. Atoms' places in that order depend on their table index, in OTP too.

use smallvec::SmallVec;

use super::map::MapIter;
use super::view::{self, BitsRef, MapRef, TermView};
use crate::abi::{Atom, Word};

const GOLDEN: u32 = 0x9e37_79b9;

/// `GOLDEN * n`: what tells the kinds of terms apart.
const fn salt(n: u32) -> u32 {
    GOLDEN.wrapping_mul(n)
}

#[inline]
fn mix(a: u32, b: u32, c: u32) -> u32 {
    mix_all(a, b, c)[2]
}

#[inline]
fn mix_all(mut a: u32, mut b: u32, mut c: u32) -> [u32; 3] {
    a = a.wrapping_sub(b).wrapping_sub(c) ^ (c >> 13);
    b = b.wrapping_sub(c).wrapping_sub(a) ^ (a << 8);
    c = c.wrapping_sub(a).wrapping_sub(b) ^ (b >> 13);
    a = a.wrapping_sub(b).wrapping_sub(c) ^ (c >> 12);
    b = b.wrapping_sub(c).wrapping_sub(a) ^ (a << 16);
    c = c.wrapping_sub(a).wrapping_sub(b) ^ (b >> 5);
    a = a.wrapping_sub(b).wrapping_sub(c) ^ (c >> 3);
    b = b.wrapping_sub(c).wrapping_sub(a) ^ (a << 10);
    c = c.wrapping_sub(a).wrapping_sub(b) ^ (b >> 15);
    [a, b, c]
}

#[inline]
fn mix2(hash: u32, x: u32, y: u32, salt: u32) -> u32 {
    mix(salt.wrapping_add(x), salt.wrapping_add(y), hash)
}

#[inline]
fn mix1(hash: u32, x: u32, salt: u32) -> u32 {
    mix2(hash, x, 0, salt)
}

#[inline]
fn mix_u64(hash: u32, x: u64, salt: u32) -> u32 {
    mix2(hash, x as u32, (x >> 32) as u32, salt)
}

fn block(bytes: impl Fn(usize) -> u8, len: usize, initial: u32) -> u32 {
    let word = |at: usize| u32::from_le_bytes([bytes(at), bytes(at + 1), bytes(at + 2), bytes(at + 3)]);
    let (mut a, mut b, mut c) = (GOLDEN, GOLDEN, initial);
    let mut at = 0;
    while len - at >= 12 {
        a = a.wrapping_add(word(at));
        b = b.wrapping_add(word(at + 4));
        c = c.wrapping_add(word(at + 8));
        [a, b, c] = mix_all(a, b, c);
        at += 12;
    }
    c = c.wrapping_add(len as u32);
    for (place, at) in (at..len).enumerate() {
        let byte = u32::from(bytes(at));
        match place {
            0..4 => a = a.wrapping_add(byte << (8 * place)),
            4..8 => b = b.wrapping_add(byte << (8 * (place - 4))),
            // The low byte of `c` holds the length.
            _ => c = c.wrapping_add(byte << (8 * (place - 7))),
        }
    }
    mix(a, b, c)
}

fn hash_bits(hash: u32, bits: BitsRef<'_>) -> u32 {
    let initial = salt(13).wrapping_add(hash);
    if bits.bit_len == 0 {
        return initial;
    }
    let whole = bits.bit_len / 8;
    let hash = if bits.bit_offset == 0 {
        let bytes = bits.bytes;
        block(|at| bytes[at], whole, initial)
    } else {
        block(|at| bits.byte(at), whole, initial)
    };
    let rest = bits.bit_len % 8;
    if rest == 0 {
        return hash;
    }
    mix2(hash, rest as u32, u32::from(bits.byte(whole) >> (8 - rest)), salt(15))
}

fn hash_limbs(hash: u32, negative: bool, limbs: &[u64]) -> u32 {
    let salt = if negative { salt(10) } else { salt(11) };
    limbs.iter().fold(hash, |hash, &limb| mix_u64(hash, limb, salt))
}

/// PJW hash of the atom's text, where a Latin-1 letter counts as the one byte it was before OTP 16.
fn atom_hash(atom: Atom) -> u32 {
    let bytes = atom.text().as_bytes();
    let mut hash: u32 = 0;
    let mut at = 0;
    while at < bytes.len() {
        let mut value = u32::from(bytes[at]);
        at += 1;
        if value & 0xfe == 0xc2 && at < bytes.len() {
            value = (value << 6 | u32::from(bytes[at] & 0x3f)) & 0xff;
            at += 1;
        }
        hash = (hash << 4).wrapping_add(value);
        let high = hash & 0xf000_0000;
        if high != 0 {
            hash ^= high >> 24;
            hash ^= high;
        }
    }
    hash
}

/// One step of a hash walk.
enum Step<'a> {
    Term(Word),
    Terms(&'a [Word]),
    /// End of a key and its value in a map.
    PairDone,
    /// End of a map: the hash and pair sum from before it.
    MapDone(u32, u32),
    /// The tail of an improper list, or its last nil, was hashed.
    TailDone,
}

/// What is still to be hashed. Keys are seldom deep, so nearly always without an allocation.
type Steps<'a> = SmallVec<[Step<'a>; 6]>;

/// Leading bytes of a list, four by four, as strings are hashed. Returns what follows them and the unfinished four.
fn take_bytes(hash: &mut u32, list: Word) -> (Word, u32, u32) {
    let (mut rest, mut word, mut count) = (list, 0u32, 0);
    while let Some((head, tail)) = view::cons(rest)
        && let Some(byte) = head.as_small().and_then(|value| u8::try_from(value).ok())
    {
        word = word << 8 | u32::from(byte);
        count += 1;
        if count == 4 {
            *hash = mix1(*hash, word, salt(4));
            (word, count) = (0, 0);
        }
        rest = tail;
    }
    (rest, word, count)
}

/// The 32 bits behind `erlang:phash2`. Linear, worklist.
pub fn portable_hash(term: Word) -> u32 {
    let mut steps: Steps<'_> = Steps::new();
    let mut hash: u32 = 0;
    let mut pairs: u32 = 0;
    let mut current = term;
    loop {
        match current.view() {
            TermView::Small(value) if (-(1 << 27)..1 << 27).contains(&value) => {
                let value = value as i32;
                if value < 0 {
                    hash = mix1(hash, value.unsigned_abs(), GOLDEN);
                }
                hash = mix1(hash, value as u32, GOLDEN);
            }
            TermView::Small(value) => hash = hash_limbs(hash, value < 0, &[value.unsigned_abs()]),
            TermView::Big(big) => hash = hash_limbs(hash, big.negative, big.limbs),
            TermView::Float(value) => {
                let bits = (value + 0.0).to_bits();
                hash = mix2(hash, (bits >> 32) as u32, bits as u32, salt(12));
            }
            TermView::Atom(atom) => {
                let own = atom_hash(atom);
                hash = if hash == 0 { own } else { mix1(hash, own, salt(3)) };
            }
            TermView::Nil => hash = if hash == 0 { 3_468_870_702 } else { mix1(hash, 2, salt(2)) },
            TermView::Cons(..) => {
                let (rest, word, count) = take_bytes(&mut hash, current);
                if count > 0 {
                    hash = mix1(hash, word, salt(4));
                }
                match view::cons(rest) {
                    Some((head, tail)) => {
                        steps.push(Step::Term(tail));
                        current = head;
                    }
                    None => current = rest,
                }
                continue;
            }
            TermView::Tuple(elements) => {
                hash = mix1(hash, elements.len() as u32, salt(9));
                steps.push(Step::Terms(elements));
            }
            TermView::Map(map) => {
                hash = mix1(hash, map.len() as u32, salt(16));
                if !map.is_empty() {
                    steps.push(Step::MapDone(hash, pairs));
                    (hash, pairs) = (0, 0);
                    for (key, value) in MapIter::new(map) {
                        steps.push(Step::PairDone);
                        steps.push(Step::Term(value));
                        steps.push(Step::Term(key));
                    }
                }
            }
            TermView::Bits(bits) => hash = hash_bits(hash, bits),
            TermView::Pid(pid) => hash = mix1(hash, pid.slot(), salt(5)),
            TermView::Port(id) => hash = mix1(hash, id as u32, salt(6)),
            TermView::Reference(reference) => hash = mix1(hash, reference.low as u32, salt(7)),
            TermView::ExternalPid(pid) => hash = mix1(hash, pid.number(0) as u32, salt(5)),
            TermView::ExternalPort(port) => hash = mix1(hash, port.number(0) as u32, salt(6)),
            TermView::ExternalReference(reference) => hash = mix1(hash, reference.number(0) as u32, salt(7)),
            TermView::ExportFun(fun) => {
                hash = mix2(hash, fun.head.arity, atom_hash(fun.head.module), GOLDEN);
                hash = mix1(hash, atom_hash(fun.head.function), salt(14));
            }
            TermView::Fun(fun) => {
                hash = mix2(hash, fun.free.len() as u32, atom_hash(fun.head.module), GOLDEN);
                hash = mix2(hash, fun.head.index, fun.head.old_uniq, GOLDEN);
                steps.push(Step::Terms(fun.free));
            }
            TermView::Hidden => {}
        }
        current = loop {
            match steps.pop() {
                None => return hash,
                Some(Step::Term(word)) => break word,
                Some(Step::Terms(words)) => {
                    if let Some((&first, rest)) = words.split_first() {
                        if !rest.is_empty() {
                            steps.push(Step::Terms(rest));
                        }
                        break first;
                    }
                }
                Some(Step::PairDone) => {
                    pairs ^= hash;
                    hash = 0;
                }
                Some(Step::MapDone(before, pairs_before)) => {
                    hash = mix1(before, pairs, salt(19));
                    pairs = pairs_before;
                }
                Some(Step::TailDone) => {}
            }
        };
    }
}

/// `erlang:phash2(Term)`: 0 to 2^27 - 1.
pub fn phash2(term: Word) -> u32 {
    portable_hash(term) & ((1 << 27) - 1)
}

/// `erlang:phash2(Term, Range)` for a range of 1 to 2^32.
pub fn phash2_range(term: Word, range: u64) -> u32 {
    (u64::from(portable_hash(term)) % range.max(1)) as u32
}

/// OTP's 64-bit word of an immediate, as far as programs can tell it from iteration orders.
#[inline]
fn otp_word(term: Word) -> Option<u64> {
    match term.view() {
        TermView::Small(value) if (-(1 << 59)..1 << 59).contains(&value) => Some((value << 4) as u64 | 0xf),
        TermView::Atom(atom) => Some(u64::from(atom.index()) << 6 | 0x0b),
        TermView::Pid(pid) => Some(pid.to_bits() << 4 | 0x3),
        TermView::Port(id) => Some(id << 4 | 0x7),
        TermView::Nil => Some(0x3b),
        _ => None,
    }
}

fn rotate_in(hash: u32, salt: u32) -> u32 {
    (hash ^ salt).rotate_left(17)
}

/// OTP's start value, so that keys do not hash as `phash2` does.
const INTERNAL_START: u32 = 3_432_918_353;

/// The hash that big maps place keys by: OTP's for keys without atoms, pids, references and funs.
#[inline]
pub fn map_key_hash(key: Word) -> u32 {
    match otp_word(key) {
        Some(word) => mix_u64(INTERNAL_START, word, GOLDEN),
        None => internal_hash(key),
    }
}

fn internal_hash(term: Word) -> u32 {
    let mut hash = INTERNAL_START;
    let mut current = term;
    let mut steps: Steps<'_> = Steps::new();
    loop {
        match current.view() {
            TermView::Cons(..) => {
                let (rest, word, count) = take_bytes(&mut hash, current);
                if count > 0 {
                    hash = mix2(hash, word, count, salt(22));
                }
                match view::cons(rest) {
                    Some((head, tail)) => {
                        hash = rotate_in(hash, salt(17));
                        steps.push(Step::Term(tail));
                        if !tail.is_cons() {
                            steps.push(Step::TailDone);
                        }
                        current = head;
                    }
                    None => current = rest,
                }
                continue;
            }
            TermView::Small(value) => {
                hash = match otp_word(current) {
                    Some(word) => mix_u64(hash, word, GOLDEN),
                    None => hash_limbs(hash, value < 0, &[value.unsigned_abs()]),
                };
            }
            TermView::Atom(_) | TermView::Pid(_) | TermView::Port(_) | TermView::Nil => {
                hash = mix_u64(hash, otp_word(current).unwrap_or(0), GOLDEN);
            }
            TermView::Big(big) => hash = hash_limbs(hash, big.negative, big.limbs),
            TermView::Float(value) => hash = mix_u64(hash, (value + 0.0).to_bits(), salt(12)),
            TermView::Tuple(elements) => {
                hash = mix1(hash, elements.len() as u32, salt(9));
                steps.push(Step::Terms(elements));
            }
            TermView::Map(map) => {
                hash = mix1(hash, map.len() as u32, salt(16));
                push_pairs(&mut steps, map);
            }
            TermView::Bits(bits) => hash = hash_bits(hash, bits),
            TermView::Reference(reference) => {
                hash = mix1(hash, reference.low as u32, salt(7));
                hash = mix2(hash, (reference.low >> 32) as u32, reference.high as u32, salt(8));
                hash = mix1(hash, (reference.high >> 32) as u32, salt(8));
            }
            TermView::ExternalPid(external)
            | TermView::ExternalPort(external)
            | TermView::ExternalReference(external) => {
                hash = mix2(hash, external.node.index(), external.creation, salt(7));
                // A short reference equals one with zeros behind it.
                let zeros = external.numbers().rev().take_while(|&number| number == 0).count();
                let count = external.numbers().count() - zeros;
                hash =
                    external.numbers().take(count).fold(hash, |hash, number| mix_u64(hash, number, salt(8)));
            }
            TermView::ExportFun(fun) => {
                hash = mix2(hash, fun.head.module.index(), fun.head.function.index(), salt(14));
                hash = mix1(hash, fun.head.arity, salt(14));
            }
            TermView::Fun(fun) => {
                hash = mix2(hash, fun.free.len() as u32, fun.head.module.index(), salt(20));
                hash = mix2(hash, fun.head.index, fun.head.old_uniq, salt(21));
                steps.push(Step::Terms(fun.free));
            }
            TermView::Hidden => {}
        }
        current = loop {
            match steps.pop() {
                None => return hash,
                Some(Step::Term(word)) => break word,
                Some(Step::Terms(words)) => {
                    if let Some((&first, rest)) = words.split_first() {
                        if !rest.is_empty() {
                            steps.push(Step::Terms(rest));
                        }
                        break first;
                    }
                }
                Some(Step::TailDone) => hash = rotate_in(hash, salt(18)),
                Some(Step::PairDone | Step::MapDone(..)) => {}
            }
        };
    }
}

/// Pairs of a map in the order that OTP walks them in for the internal hash.
fn push_pairs(steps: &mut Steps<'_>, map: MapRef<'_>) {
    let mut pairs: Vec<(Word, Word)> = MapIter::new(map).collect();
    pairs.reverse();
    for (key, value) in pairs {
        steps.push(Step::Term(value));
        steps.push(Step::Term(key));
    }
}

#[cfg(test)]
mod tests;
