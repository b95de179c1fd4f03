//! Terms to bytes, as OTP 25's `term_to_binary/1,2` writes them.

use std::io::Write;

use dala_ir::abi::{Atom, Word};
use dala_ir::term::view::{self, BitsRef, ListIter, TermView};
use dala_ir::term::{BigRef, FunRef, cmp_exact};

use super::{LocalNode, tags};

/// Most bytes of an encoded term: a small term can name the same large binary any number of times.
const MAX_BYTES: usize = 1 << 32;

/// How to encode.
#[derive(Clone, Copy, Debug)]
pub struct EncodeOptions {
    /// 0: floats as text; 1: floats as IEEE doubles (the default of OTP 25); 2: atoms as UTF-8 too (of OTP 26).
    pub minor_version: u8,
    /// zlib level 1 to 9, used where it makes the result smaller.
    pub compression: Option<u32>,
    /// Whether big maps are written in key order rather than the order they iterate in (OTP 26).
    pub deterministic: bool,
    /// Whether only this runtime shall be able to decode it (OTP 26); excludes compression.
    pub local: bool,
    /// Name that local pids, ports and references go by.
    pub node: LocalNode,
}

impl Default for EncodeOptions {
    fn default() -> EncodeOptions {
        EncodeOptions {
            minor_version: 1,
            compression: None,
            deterministic: false,
            local: false,
            node: LocalNode::default(),
        }
    }
}

/// Why a term has no encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// A binary or other part is over the format's 32-bit lengths, or the whole over 4 GiB (`system_limit`).
    #[error("part of {0} units is too large for the external format")]
    TooLarge(usize),
    /// The word is no term that programs see.
    #[error("not a term")]
    NotATerm,
}

/// `term_to_binary(Term)`: the version byte and the term.
///
/// # Errors
/// When a part of it is too large for the format.
pub fn encode(term: Word, options: &EncodeOptions) -> Result<Vec<u8>, EncodeError> {
    let mut out = vec![tags::VERSION];
    if options.local {
        out.push(tags::LOCAL_EXT);
        out.extend([0; 8]);
        encode_term(term, &mut out, options)?;
        let seal = super::local_seal(&out[10..]);
        out[2..10].copy_from_slice(&seal);
        return Ok(out);
    }
    encode_term(term, &mut out, options)?;
    let Some(level) = options.compression else { return Ok(out) };
    let plain = &out[1..];
    let mut packed = vec![tags::VERSION, tags::COMPRESSED];
    let Ok(size) = u32::try_from(plain.len()) else { return Ok(out) };
    packed.extend(size.to_be_bytes());
    let mut encoder = flate2::write::ZlibEncoder::new(packed, flate2::Compression::new(level.min(9)));
    // Writing to a vector does not fail.
    let packed = encoder.write_all(plain).and_then(|()| encoder.finish());
    match packed {
        Ok(packed) if packed.len() < out.len() => Ok(packed),
        _ => Ok(out),
    }
}

/// Appends the term without a version byte.
///
/// # Errors
/// As [`encode`]; `out` then ends with an unfinished term.
pub fn encode_term(term: Word, out: &mut Vec<u8>, options: &EncodeOptions) -> Result<(), EncodeError> {
    encode_at_most(term, out, options, MAX_BYTES)
}

fn encode_at_most(
    term: Word,
    out: &mut Vec<u8>,
    options: &EncodeOptions,
    limit: usize,
) -> Result<(), EncodeError> {
    let mut encoder = Encoder { out, options, pending: vec![Step::Term(term)] };
    while let Some(step) = encoder.pending.pop() {
        if encoder.out.len() > limit {
            return Err(EncodeError::TooLarge(encoder.out.len()));
        }
        match step {
            Step::Term(word) => encoder.term(word)?,
            Step::Terms(words) => {
                if let Some((&first, rest)) = words.split_first() {
                    if !rest.is_empty() {
                        encoder.pending.push(Step::Terms(rest));
                    }
                    encoder.term(first)?;
                }
            }
            Step::Elements(list) => match view::cons(list) {
                Some((head, tail)) => {
                    encoder.pending.push(Step::Elements(tail));
                    encoder.term(head)?;
                }
                None => encoder.term(list)?,
            },
            Step::FunSize(start) => {
                let size = length(encoder.out.len() - start)?;
                encoder.out[start..start + 4].copy_from_slice(&size.to_be_bytes());
            }
        }
    }
    Ok(())
}

enum Step<'a> {
    Term(Word),
    Terms(&'a [Word]),
    /// Rest of a list, with its tail.
    Elements(Word),
    /// A fun is complete: its size goes to this place.
    FunSize(usize),
}

struct Encoder<'a> {
    out: &'a mut Vec<u8>,
    options: &'a EncodeOptions,
    pending: Vec<Step<'a>>,
}

fn length(count: usize) -> Result<u32, EncodeError> {
    u32::try_from(count).map_err(|_| EncodeError::TooLarge(count))
}

/// Length of a proper list of bytes, if it fits `STRING_EXT`.
fn string_len(list: Word) -> Option<u16> {
    let mut iter = ListIter::new(list);
    let mut count = 0u16;
    for item in iter.by_ref() {
        item.as_small().and_then(|value| u8::try_from(value).ok())?;
        count = count.checked_add(1)?;
    }
    iter.ended_proper().then_some(count)
}

impl<'a> Encoder<'a> {
    fn term(&mut self, word: Word) -> Result<(), EncodeError> {
        match word.view() {
            TermView::Small(value) => self.small(value),
            TermView::Big(big) => self.big(big)?,
            TermView::Float(value) => self.float(value),
            TermView::Atom(atom) => self.atom(atom),
            TermView::Nil => self.out.push(tags::NIL_EXT),
            TermView::Cons(..) => self.list(word)?,
            TermView::Tuple(elements) => {
                match u8::try_from(elements.len()) {
                    Ok(arity) => self.out.extend([tags::SMALL_TUPLE_EXT, arity]),
                    Err(_) => self.tag_and_length(tags::LARGE_TUPLE_EXT, elements.len())?,
                }
                self.pending.push(Step::Terms(elements));
            }
            TermView::Map(map) => {
                self.tag_and_length(tags::MAP_EXT, map.len())?;
                let mut pairs: Vec<(Word, Word)> = map.iter().collect();
                if self.options.deterministic {
                    pairs.sort_by(|a, b| cmp_exact(a.0, b.0));
                }
                for (key, value) in pairs.into_iter().rev() {
                    self.pending.push(Step::Term(value));
                    self.pending.push(Step::Term(key));
                }
            }
            TermView::Bits(bits) => self.bits(bits)?,
            TermView::Pid(pid) => {
                let node = self.options.node;
                self.pid(node.name, pid.slot(), pid.generation(), node.creation);
            }
            TermView::ExternalPid(pid) => {
                self.pid(pid.node, pid.number(0) as u32, pid.number(1) as u32, pid.creation);
            }
            TermView::Port(id) => {
                let node = self.options.node;
                self.port(node.name, id, node.creation);
            }
            TermView::ExternalPort(port) => self.port(port.node, port.number(0), port.creation),
            TermView::Reference(reference) => {
                let node = self.options.node;
                let halves = [reference.low, reference.low >> 32, reference.high, reference.high >> 32];
                let count = if halves[3] == 0 { 3 } else { 4 };
                self.reference(node.name, node.creation, &halves[..count]);
            }
            TermView::ExternalReference(reference) => {
                let numbers: Vec<u64> = reference.numbers().collect();
                self.reference(reference.node, reference.creation, &numbers);
            }
            TermView::ExportFun(fun) => {
                self.out.push(tags::EXPORT_EXT);
                self.atom(fun.head.module);
                self.atom(fun.head.function);
                self.out.extend([tags::SMALL_INTEGER_EXT, fun.head.arity as u8]);
            }
            TermView::Fun(fun) => self.fun(fun)?,
            TermView::Hidden => return Err(EncodeError::NotATerm),
        }
        Ok(())
    }

    fn tag_and_length(&mut self, tag: u8, count: usize) -> Result<(), EncodeError> {
        let count = length(count)?;
        self.out.push(tag);
        self.out.extend(count.to_be_bytes());
        Ok(())
    }

    fn small(&mut self, value: i64) {
        if let Ok(byte) = u8::try_from(value) {
            self.out.extend([tags::SMALL_INTEGER_EXT, byte]);
        } else if let Ok(value) = i32::try_from(value) {
            self.out.push(tags::INTEGER_EXT);
            self.out.extend(value.to_be_bytes());
        } else {
            let bytes = value.unsigned_abs().to_le_bytes();
            let len = 8 - value.unsigned_abs().leading_zeros() as usize / 8;
            self.out.extend([tags::SMALL_BIG_EXT, len as u8, u8::from(value < 0)]);
            self.out.extend(&bytes[..len]);
        }
    }

    fn big(&mut self, big: BigRef<'_>) -> Result<(), EncodeError> {
        let skip = big.limbs.last().map_or(0, |limb| limb.leading_zeros() as usize / 8);
        let len = big.limbs.len() * 8 - skip;
        match u8::try_from(len) {
            Ok(len) => self.out.extend([tags::SMALL_BIG_EXT, len]),
            Err(_) => self.tag_and_length(tags::LARGE_BIG_EXT, len)?,
        }
        self.out.push(u8::from(big.negative));
        let start = self.out.len();
        self.out.extend(big.limbs.iter().flat_map(|limb| limb.to_le_bytes()));
        self.out.truncate(start + len);
        Ok(())
    }

    fn float(&mut self, value: f64) {
        if self.options.minor_version > 0 {
            self.out.push(tags::NEW_FLOAT_EXT);
            self.out.extend(value.to_be_bytes());
            return;
        }
        self.out.push(tags::FLOAT_EXT);
        // C's "%.20e": Rust writes the exponent without padding.
        let text = format!("{value:.20e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let exponent: i32 = exponent.parse().unwrap_or(0);
        let sign = if exponent < 0 { '-' } else { '+' };
        let mut field = format!("{digits}e{sign}{:02}", exponent.unsigned_abs()).into_bytes();
        field.resize(31, 0);
        self.out.extend(field);
    }

    fn atom(&mut self, atom: Atom) {
        let text = atom.text();
        let latin1: Option<Vec<u8>> = text.chars().map(|point| u8::try_from(u32::from(point)).ok()).collect();
        let (bytes, long, short) = match &latin1 {
            Some(bytes) if self.options.minor_version < 2 => (&bytes[..], tags::ATOM_EXT, None),
            _ => (text.as_bytes(), tags::ATOM_UTF8_EXT, Some(tags::SMALL_ATOM_UTF8_EXT)),
        };
        match (short, u8::try_from(bytes.len())) {
            (Some(tag), Ok(len)) => self.out.extend([tag, len]),
            _ => {
                // At most 255 characters of at most 4 bytes.
                self.out.push(long);
                self.out.extend((bytes.len() as u16).to_be_bytes());
            }
        }
        self.out.extend(bytes);
    }

    fn list(&mut self, list: Word) -> Result<(), EncodeError> {
        if let Some(len) = string_len(list) {
            self.out.push(tags::STRING_EXT);
            self.out.extend(len.to_be_bytes());
            self.out.extend(ListIter::new(list).filter_map(|item| item.as_small()).map(|value| value as u8));
            return Ok(());
        }
        self.tag_and_length(tags::LIST_EXT, ListIter::new(list).count())?;
        self.pending.push(Step::Elements(list));
        Ok(())
    }

    fn bits(&mut self, bits: BitsRef<'_>) -> Result<(), EncodeError> {
        let len = bits.bit_len.div_ceil(8);
        let rest = bits.bit_len % 8;
        self.tag_and_length(if rest == 0 { tags::BINARY_EXT } else { tags::BIT_BINARY_EXT }, len)?;
        if rest != 0 {
            self.out.push(rest as u8);
        }
        self.out.try_reserve(len).map_err(|_| EncodeError::TooLarge(len))?;
        match bits.bit_offset {
            0 => self.out.extend(&bits.bytes[..len]),
            _ => self.out.extend((0..len).map(|index| bits.byte(index))),
        }
        if rest != 0
            && let Some(last) = self.out.last_mut()
        {
            *last &= 0xff << (8 - rest);
        }
        Ok(())
    }

    fn pid(&mut self, node: Atom, id: u32, serial: u32, creation: u32) {
        self.out.push(tags::NEW_PID_EXT);
        self.atom(node);
        for number in [id, serial, creation] {
            self.out.extend(number.to_be_bytes());
        }
    }

    fn port(&mut self, node: Atom, id: u64, creation: u32) {
        // OTP writes the longer form only for ids that need it.
        match u32::try_from(id).ok().filter(|&id| id < 1 << 28) {
            Some(id) => {
                self.out.push(tags::NEW_PORT_EXT);
                self.atom(node);
                self.out.extend(id.to_be_bytes());
            }
            None => {
                self.out.push(tags::V4_PORT_EXT);
                self.atom(node);
                self.out.extend(id.to_be_bytes());
            }
        }
        self.out.extend(creation.to_be_bytes());
    }

    fn reference(&mut self, node: Atom, creation: u32, numbers: &[u64]) {
        self.out.push(tags::NEWER_REFERENCE_EXT);
        self.out.extend((numbers.len() as u16).to_be_bytes());
        self.atom(node);
        self.out.extend(creation.to_be_bytes());
        for &number in numbers {
            self.out.extend((number as u32).to_be_bytes());
        }
    }

    fn fun(&mut self, fun: FunRef<'a>) -> Result<(), EncodeError> {
        self.out.push(tags::NEW_FUN_EXT);
        let start = self.out.len();
        self.out.extend([0; 4]);
        self.out.push(fun.head.arity as u8);
        self.out.extend(fun.head.uniq);
        self.out.extend(fun.head.index.to_be_bytes());
        self.out.extend(length(fun.free.len())?.to_be_bytes());
        self.atom(fun.head.module);
        self.small(i64::from(fun.head.index));
        self.small(i64::from(fun.head.old_uniq));
        // Who made the fun is not kept; the format wants some pid.
        let node = self.options.node;
        self.pid(node.name, 0, 0, node.creation);
        self.pending.push(Step::FunSize(start));
        // Last in, first out: the free variables come before the size.
        self.pending.push(Step::Terms(fun.free));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use dala_ir::term::{Fragment, TermWriter as _};

    use super::*;

    #[test]
    fn a_term_that_names_one_binary_too_often_is_refused() {
        let mut scratch = Fragment::new();
        let binary = scratch.binary(&[7; 100]);
        let list = scratch.list(&[binary; 10], Word::NIL);
        let mut out = Vec::new();
        let options = EncodeOptions::default();
        encode_at_most(list, &mut out, &options, 2000).unwrap();
        assert!(out.len() > 1000);
        let refused = encode_at_most(list, &mut Vec::new(), &options, 500);
        assert!(matches!(refused, Err(EncodeError::TooLarge(size)) if size < 700), "{refused:?}");
    }
}
