//! Emitting tests.

use super::EncodeError;
use super::emit::{FunctionEmitter, Label};
use super::instruction::Ins;
use super::moves::Place;
use crate::interp::opcode::Opcode;
use crate::ir::{Constant, Immediate, InstData, Op, Type};
use smallvec::SmallVec;

impl FunctionEmitter<'_, '_> {
    /// A test whose value is kept: `1` or `0` as a small integer.
    pub(super) fn test_value(&mut self, inst: &InstData, result: Option<Place>) -> Result<(), EncodeError> {
        let to = self.result(result);
        let (otherwise, end) = (self.new_label(), self.new_label());
        self.emit_test(inst, otherwise)?;
        self.moves(vec![(to, Place::Constant(Constant::Int(1)))])?;
        let at = self.push(Ins::new(Opcode::Jump, 1))?;
        self.target(at, 0, true, end);
        self.bind(otherwise);
        self.moves(vec![(to, Place::Constant(Constant::Int(0)))])?;
        self.bind(end);
        Ok(())
    }

    /// A test that goes on behind it when it holds, else to the label.
    pub(super) fn emit_test(&mut self, inst: &InstData, otherwise: Label) -> Result<(), EncodeError> {
        let Some(form) = form(inst.op) else { unreachable!("`{}` is no test", inst.op.name()) };
        let places: SmallVec<[Place; 2]> = inst.args.iter().map(|&value| self.place(value)).collect();
        let bits = || Extra::Bits(Self::index(inst).into());
        match form {
            Form::Kind(op) => {
                let mut ins = Ins::new(op, 1);
                let operand = ins.operand(places[0])?;
                let at = self.push(ins.a(operand))?;
                self.target(at, 0, true, otherwise);
                Ok(())
            }
            Form::Plain(op) => self.wide_test(op, Extra::Nothing, &places, 0, otherwise),
            Form::Equal { op, with_word, is_exact } => {
                let word_of = |index: usize| {
                    let constant = self.constant(inst.args[index])?;
                    let is_number = matches!(constant, Constant::Int(_));
                    constant.word().filter(|_| is_exact || !is_number).map(|_| constant)
                };
                match (word_of(0), word_of(1)) {
                    (_, Some(word)) => self.wide_test(with_word, word.into(), &places[..1], 0, otherwise),
                    (Some(word), None) => self.wide_test(with_word, word.into(), &places[1..], 0, otherwise),
                    (None, None) => self.wide_test(op, Extra::Nothing, &places, 0, otherwise),
                }
            }
            Form::Order { op, with_small } => match self.constant(inst.args[1]) {
                Some(small @ Constant::Int(_)) => {
                    self.wide_test(with_small, small.into(), &places[..1], 0, otherwise)
                }
                Some(Constant::Atom(_) | Constant::Nil | Constant::Literal(_)) | None => {
                    self.wide_test(op, Extra::Nothing, &places, 0, otherwise)
                }
            },
            Form::Arity(op) => self.wide_test(op, Extra::Nothing, &places, Self::index(inst), otherwise),
            Form::Tagged(op) => {
                let Immediate::ArityAndTag(arity, tag) = inst.immediate else { unreachable!("verified") };
                self.wide_test(op, Constant::Atom(tag).into(), &places, arity, otherwise)
            }
            Form::Bits(op) => self.wide_test(op, bits(), &places, 0, otherwise),
            Form::String => self.match_string(inst, otherwise),
        }
    }

    /// A test with the label in its second word, beside `high`.
    fn wide_test(
        &mut self,
        op: Opcode,
        extra: Extra,
        places: &[Place],
        high: u32,
        otherwise: Label,
    ) -> Result<(), EncodeError> {
        let mut ins = Ins::new(op, if extra == Extra::Nothing { 2 } else { 3 });
        let mut fields = [0; 2];
        for (field, &place) in fields.iter_mut().zip(places) {
            *field = ins.operand(place)?;
        }
        match extra {
            Extra::Nothing => {}
            Extra::Bits(bits) => ins = ins.word(2, bits),
            Extra::Constant(constant) => ins = ins.constant(2, constant),
        }
        let at = self.push(ins.word(1, u64::from(high) << 32).a(fields[0]).b(fields[1]))?;
        self.target(at, 1, false, otherwise);
        Ok(())
    }
}

/// The third word of a test.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extra {
    Nothing,
    Bits(u64),
    Constant(Constant),
}

impl From<Constant> for Extra {
    fn from(constant: Constant) -> Extra {
        Extra::Constant(constant)
    }
}

/// How a test is encoded.
#[derive(Clone, Copy)]
enum Form {
    /// Of one value; the label in the first word.
    Kind(Opcode),
    /// Of the operands alone.
    Plain(Opcode),
    /// Equality, of which there is a form with a constant word. Only exact equality of words is that of integers.
    Equal { op: Opcode, with_word: Opcode, is_exact: bool },
    /// Order, of which there is a form with a small integer at the right.
    Order { op: Opcode, with_small: Opcode },
    /// With the immediate in the high half of the second word.
    Arity(Opcode),
    /// With arity and tag.
    Tagged(Opcode),
    /// With the immediate in the third word.
    Bits(Opcode),
    /// With bits to match.
    String,
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the assertion below finds a new test")]
const fn form(op: Op) -> Option<Form> {
    Some(match op {
        Op::IsInteger => Form::Kind(Opcode::IsInteger),
        Op::IsFloat => Form::Kind(Opcode::IsFloat),
        Op::IsNumber => Form::Kind(Opcode::IsNumber),
        Op::IsAtom => Form::Kind(Opcode::IsAtom),
        Op::IsBoolean => Form::Kind(Opcode::IsBoolean),
        Op::IsPid => Form::Kind(Opcode::IsPid),
        Op::IsReference => Form::Kind(Opcode::IsReference),
        Op::IsPort => Form::Kind(Opcode::IsPort),
        Op::IsNil => Form::Kind(Opcode::IsNil),
        Op::IsCons => Form::Kind(Opcode::IsCons),
        Op::IsList => Form::Kind(Opcode::IsList),
        Op::IsTuple => Form::Kind(Opcode::IsTuple),
        Op::IsMap => Form::Kind(Opcode::IsMap),
        Op::IsBinary => Form::Kind(Opcode::IsBinary),
        Op::IsBitstring => Form::Kind(Opcode::IsBitstring),
        Op::IsFunction => Form::Kind(Opcode::IsFunction),
        Op::EqExact => Form::Equal { op: Opcode::EqExact, with_word: Opcode::EqWord, is_exact: true },
        Op::NeExact => Form::Equal { op: Opcode::NeExact, with_word: Opcode::NeWord, is_exact: true },
        Op::Eq => Form::Equal { op: Opcode::Eq, with_word: Opcode::EqWord, is_exact: false },
        Op::Ne => Form::Equal { op: Opcode::Ne, with_word: Opcode::NeWord, is_exact: false },
        Op::Lt => Form::Order { op: Opcode::Lt, with_small: Opcode::LtSmall },
        Op::Ge => Form::Order { op: Opcode::Ge, with_small: Opcode::GeSmall },
        Op::IsFunctionArity => Form::Plain(Opcode::IsFunctionArity),
        Op::MapHasKey => Form::Plain(Opcode::MapHasKey),
        Op::HasArity => Form::Arity(Opcode::HasArity),
        Op::IsTagged => Form::Tagged(Opcode::IsTagged),
        Op::BsTestTail => Form::Bits(Opcode::BsTestTail),
        Op::BsTestUnit => Form::Bits(Opcode::BsTestUnit),
        Op::BsTestSize => Form::Bits(Opcode::BsTestSize),
        Op::BsMatchString => Form::String,
        _ => return None,
    })
}

// What gives a bool is a test, and the other way round.
const _: () = {
    let mut index = 0;
    while index < Op::ALL.len() {
        let is_test = matches!(Op::ALL[index].result(), Some(Type::Bool));
        assert!(form(Op::ALL[index]).is_some() == is_test, "how is the test encoded?");
        index += 1;
    }
};
