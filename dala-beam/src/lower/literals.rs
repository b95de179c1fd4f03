//! Constant terms that do not fit into a word: the file's literals, and those that code implies.

use std::collections::HashMap;

use dala_ir::abi::Word;
use dala_ir::ir::{Constant, LiteralId};
use dala_ir::term::{Fragment, OwnedTerm, TermWriter, map, view};

use super::Lowering;
use crate::etf::{self, CodeLookup, DecodeOptions};
use crate::load::{BeamFile, LoadError, limits};
use crate::opcode::error::DecodeErrorKind;
use crate::opcode::operand::Source;

/// What a literal that code implies is made from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Implied {
    Binary(Vec<u8>),
    /// Sign, and absolute value, least significant limb first.
    Integer(bool, Vec<u64>),
    /// The keys of a map, immediates.
    Keys(Vec<Constant>),
}

/// The literals of a module under construction.
#[derive(Debug)]
pub(super) struct LiteralPool {
    terms: Vec<OwnedTerm>,
    /// Those added to the file's.
    added: HashMap<Implied, LiteralId>,
}

impl LiteralPool {
    /// Starts with the literals of the file.
    pub(super) fn new(file: &BeamFile, code: &mut dyn CodeLookup) -> Result<LiteralPool, LoadError> {
        let options =
            DecodeOptions { max_uncompressed: limits::MAX_LITERAL_BYTES, ..DecodeOptions::default() };
        let mut terms = Vec::with_capacity(file.literals.len());
        for (index, external) in file.literals.iter().enumerate() {
            let mut fragment = Fragment::new();
            let decoded = etf::decode(external, &mut fragment, code, &options).map_err(|error| {
                let reason = format!("literal {index}: {error}");
                LoadError::chunk("LitT", file.literals.offset(index), DecodeErrorKind::Literal(reason))
            })?;
            terms.push(OwnedTerm::copy_of(decoded.term));
        }
        Ok(LiteralPool { terms, added: HashMap::new() })
    }

    pub(super) fn finish(self) -> Vec<OwnedTerm> {
        self.terms
    }

    fn add(&mut self, implied: Implied) -> Constant {
        let terms = &mut self.terms;
        let id = *self.added.entry(implied).or_insert_with_key(|implied| {
            terms.push(OwnedTerm::build(|writer| match implied {
                Implied::Binary(bytes) => writer.binary(bytes),
                Implied::Integer(is_negative, limbs) => writer.big(*is_negative, limbs),
                Implied::Keys(keys) => {
                    let words = keys.iter().filter_map(|key| key.word());
                    let pairs: Vec<(Word, Word)> = words.map(|key| (key, Word::NIL)).collect();
                    map::from_pairs(writer, &pairs)
                }
            }));
            LiteralId::new(terms.len() - 1)
        });
        Constant::Literal(id)
    }

    /// A binary.
    pub(super) fn binary(&mut self, bytes: &[u8]) -> Constant {
        self.add(Implied::Binary(bytes.to_vec()))
    }

    /// A map with these keys, immediates that differ, and values that do not matter.
    pub(super) fn map_of(&mut self, keys: Vec<Constant>) -> Constant {
        debug_assert!(keys.iter().all(|key| key.word().is_some()), "immediates");
        self.add(Implied::Keys(keys))
    }

    /// An integer; immediate when it fits.
    pub(super) fn integer(&mut self, value: i64) -> Constant {
        let constant = Constant::Int(value);
        if constant.word().is_some() {
            return constant;
        }
        self.add(Implied::Integer(value < 0, vec![value.unsigned_abs()]))
    }

    /// An integer, big endian two's complement.
    pub(super) fn big_integer(&mut self, bytes: &[u8]) -> Constant {
        let is_negative = bytes.first().is_some_and(|first| first & 0x80 != 0);
        let fill = if is_negative { 0xff } else { 0 };
        let mut limbs: Vec<u64> = bytes
            .rchunks(8)
            .map(|chunk| {
                let mut wide = [fill; 8];
                wide[8 - chunk.len()..].copy_from_slice(chunk);
                u64::from_be_bytes(wide)
            })
            .collect();
        if let [limb] = limbs[..] {
            return self.integer(limb as i64);
        }
        if is_negative {
            let mut carry = true;
            for limb in &mut limbs {
                (*limb, carry) = (!*limb).overflowing_add(u64::from(carry));
            }
            // The most negative value of a width needs one more limb.
            if carry {
                limbs.push(1);
            }
        }
        while limbs.last() == Some(&0) {
            limbs.pop();
        }
        if let [] | [_] = limbs[..] {
            let magnitude = i128::from(limbs.first().copied().unwrap_or(0));
            let value = if is_negative { -magnitude } else { magnitude };
            if let Ok(value) = i64::try_from(value) {
                return self.integer(value);
            }
        }
        self.add(Implied::Integer(is_negative, limbs))
    }

    /// The constant that a source is, unless it is a register.
    pub(super) fn constant(&mut self, source: &Source) -> Option<Constant> {
        Some(match source {
            Source::Register(..) => return None,
            Source::Integer(value) => self.integer(*value),
            Source::BigInteger(bytes) => self.big_integer(bytes),
            Source::Atom(atom) => Constant::Atom(*atom),
            Source::Nil => Constant::Nil,
            Source::Literal(literal) => Constant::Literal(LiteralId::new(literal.0 as usize)),
        })
    }
}

/// The texts of a literal that is a list of atoms.
pub(super) fn atom_list(term: &OwnedTerm) -> Lowering<Vec<&'static str>> {
    let elements = view::list_to_vec(term.root());
    let atoms = elements
        .and_then(|elements| elements.into_iter().map(|element| Some(element.as_atom()?.text())).collect());
    atoms.ok_or_else(|| "the flags of a segment are no list of atoms".into())
}

impl LiteralPool {
    /// A literal of the file.
    pub(super) fn term(&self, literal: crate::opcode::operand::Literal) -> Option<&OwnedTerm> {
        self.terms.get(literal.0 as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dala_ir::term::big;

    fn text(bytes: &[u8]) -> String {
        let mut pool = LiteralPool { terms: Vec::new(), added: HashMap::new() };
        match pool.big_integer(bytes) {
            Constant::Int(value) => value.to_string(),
            Constant::Atom(_) | Constant::Nil | Constant::Literal(_) => {
                big::to_text(pool.terms[0].root(), 10).unwrap()
            }
        }
    }

    #[test]
    fn integers_of_any_width_keep_their_value() {
        assert_eq!(text(&[0, 0, 0, 0, 0, 0, 0, 0, 5]), "5");
        assert_eq!(text(&[0xff; 9]), "-1");
        assert_eq!(text(&[0x80]), "-128");
        assert_eq!(text(&[0x80, 0, 0, 0, 0, 0, 0, 0]), "-9223372036854775808");
        assert_eq!(text(&[0, 0x80, 0, 0, 0, 0, 0, 0, 0]), "9223372036854775808");
        assert_eq!(text(&[0xff, 0, 0, 0, 0, 0, 0, 0, 0]), "-18446744073709551616");
        assert_eq!(text(&[0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), i128::MIN.to_string());
    }

    #[test]
    fn equal_integers_share_a_literal() {
        let mut pool = LiteralPool { terms: Vec::new(), added: HashMap::new() };
        assert_eq!(pool.integer(i64::MIN), Constant::Literal(LiteralId::new(0)));
        assert_eq!(pool.integer(i64::MIN), Constant::Literal(LiteralId::new(0)));
    }
}
