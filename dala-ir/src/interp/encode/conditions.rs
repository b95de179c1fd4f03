//! Emitting tests.

use super::EncodeError;
use super::emit::{FunctionEmitter, Label};
use super::instruction::Ins;
use super::moves::Place;
use crate::abi::Word;
use crate::interp::opcode::Opcode;
use crate::ir::{Constant, Immediate, InstData, Op};

impl FunctionEmitter<'_, '_, '_> {
    /// A test whose value is kept: `1` or `0` as a small integer.
    pub(super) fn test_value(&mut self, inst: &InstData, result: Option<Place>) -> Result<(), EncodeError> {
        let to = self.result(result);
        let (otherwise, end) = (self.new_label(), self.new_label());
        self.emit_test(inst, otherwise)?;
        self.moves(vec![(to, Place::Word(Word::small_int(1).to_bits()))])?;
        let at = self.push(Ins::new(Opcode::Jump, 1))?;
        self.target(at, 0, true, end);
        self.bind(otherwise);
        self.moves(vec![(to, Place::Word(Word::small_int(0).to_bits()))])?;
        self.bind(end);
        Ok(())
    }

    /// A test that goes on behind it when it holds, else to the label.
    pub(super) fn emit_test(&mut self, inst: &InstData, otherwise: Label) -> Result<(), EncodeError> {
        let op = match inst.op {
            Op::IsInteger => Opcode::IsInteger,
            Op::IsFloat => Opcode::IsFloat,
            Op::IsNumber => Opcode::IsNumber,
            Op::IsAtom => Opcode::IsAtom,
            Op::IsBoolean => Opcode::IsBoolean,
            Op::IsPid => Opcode::IsPid,
            Op::IsReference => Opcode::IsReference,
            Op::IsPort => Opcode::IsPort,
            Op::IsNil => Opcode::IsNil,
            Op::IsCons => Opcode::IsCons,
            Op::IsList => Opcode::IsList,
            Op::IsTuple => Opcode::IsTuple,
            Op::IsMap => Opcode::IsMap,
            Op::IsBinary => Opcode::IsBinary,
            Op::IsBitstring => Opcode::IsBitstring,
            Op::IsFunction => Opcode::IsFunction,
            _ => return self.emit_wide_test(inst, otherwise),
        };
        let mut ins = Ins::new(op, 1);
        let operand = ins.operand(self.place(inst.args[0]))?;
        let at = self.push(ins.a(operand))?;
        self.target(at, 0, true, otherwise);
        Ok(())
    }

    /// Tests with the label in their second word.
    pub(super) fn emit_wide_test(&mut self, inst: &InstData, otherwise: Label) -> Result<(), EncodeError> {
        let places: Vec<Place> = inst.args.iter().map(|&value| self.place(value)).collect();
        let word_of = |index: usize, exact: bool| {
            let constant = self.constant(*inst.args.get(index)?)?;
            match constant {
                Constant::Int(_) if !exact => None,
                _ => constant.word(),
            }
        };
        let (op, extra, places): (Opcode, Option<u64>, &[Place]) = match inst.op {
            Op::EqExact | Op::NeExact | Op::Eq | Op::Ne => {
                let exact = matches!(inst.op, Op::EqExact | Op::NeExact);
                let equal = matches!(inst.op, Op::EqExact | Op::Eq);
                match (word_of(0, exact), word_of(1, exact)) {
                    (_, Some(word)) => (
                        if equal { Opcode::EqWord } else { Opcode::NeWord },
                        Some(word.to_bits()),
                        &places[..1],
                    ),
                    (Some(word), None) => (
                        if equal { Opcode::EqWord } else { Opcode::NeWord },
                        Some(word.to_bits()),
                        &places[1..],
                    ),
                    (None, None) => (
                        match inst.op {
                            Op::EqExact => Opcode::EqExact,
                            Op::NeExact => Opcode::NeExact,
                            Op::Eq => Opcode::Eq,
                            _ => Opcode::Ne,
                        },
                        None,
                        &places[..],
                    ),
                }
            }
            Op::Lt | Op::Ge => {
                let small = match self.constant(inst.args[1]) {
                    Some(Constant::Int(value)) => Word::small(value),
                    _ => None,
                };
                match (inst.op, small) {
                    (Op::Lt, Some(word)) => (Opcode::LtSmall, Some(word.to_bits()), &places[..1]),
                    (_, Some(word)) => (Opcode::GeSmall, Some(word.to_bits()), &places[..1]),
                    (Op::Lt, None) => (Opcode::Lt, None, &places[..]),
                    _ => (Opcode::Ge, None, &places[..]),
                }
            }
            Op::IsFunctionArity => (Opcode::IsFunctionArity, None, &places[..]),
            Op::MapHasKey => (Opcode::MapHasKey, None, &places[..]),
            Op::HasArity => (Opcode::HasArity, None, &places[..]),
            Op::IsTagged => (Opcode::IsTagged, Some(0), &places[..]),
            Op::BsTestTail => (Opcode::BsTestTail, Some(u64::from(Self::index(inst))), &places[..]),
            Op::BsTestUnit => (Opcode::BsTestUnit, Some(u64::from(Self::index(inst))), &places[..]),
            Op::BsTestSize => (Opcode::BsTestSize, Some(u64::from(Self::index(inst))), &places[..]),
            _ => return self.match_string(inst, otherwise),
        };
        let mut ins = Ins::new(op, 2 + usize::from(extra.is_some()));
        let mut fields = [0; 2];
        for (field, &place) in fields.iter_mut().zip(places) {
            *field = ins.operand(place)?;
        }
        if let Some(extra) = extra {
            ins = ins.word(2, extra);
        }
        match &inst.immediate {
            Immediate::Index(arity) if inst.op == Op::HasArity => ins = ins.word(1, u64::from(*arity) << 32),
            Immediate::ArityAndTag(arity, tag) => {
                ins = ins.word(1, u64::from(*arity) << 32).word(2, Word::atom(*tag).to_bits());
            }
            _ => {}
        }
        let at = self.push(ins.a(fields[0]).b(fields[1]))?;
        self.target(at, 1, false, otherwise);
        Ok(())
    }
}
