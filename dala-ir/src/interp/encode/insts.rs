//! Emitting instructions.

use super::EncodeError;
use super::emit::{FunctionEmitter, Label};
use super::instruction::Ins;
use super::moves::Place;
use super::plan::calls;
use crate::abi::atoms;
use crate::interp::object::Symbol;
use crate::interp::opcode::Opcode;
use crate::ir::{Effects, Immediate, InstData, Op, Rest, Value};

impl FunctionEmitter<'_, '_> {
    /// Emits an instruction in the middle of a block.
    pub(super) fn emit_inst(&mut self, inst: &InstData, is_unused: bool) -> Result<(), EncodeError> {
        if calls(inst.op) {
            self.emit_call(inst, None)?;
            return match inst.result.filter(|_| !is_unused) {
                Some(result) => self.moves(vec![(self.place(result), Place::X(0))]),
                None => Ok(()),
            };
        }
        let result =
            inst.result.map(|result| if is_unused { self.unused_place(inst) } else { self.place(result) });
        self.emit_op(inst, result, None, None)
    }

    /// Where a result goes that nobody reads.
    pub(super) fn unused_place(&self, inst: &InstData) -> Place {
        match inst.op.result() {
            Some(crate::ir::Type::F64) => Place::Float(crate::interp::code::F_COUNT as u16 - 1),
            _ => Place::X(crate::interp::code::X_SCRATCH),
        }
    }

    pub(super) fn index(inst: &InstData) -> u32 {
        if let Immediate::Index(index) = inst.immediate { index } else { 0 }
    }

    pub(super) fn finish(
        &mut self,
        ins: Ins,
        inst: &InstData,
        fail_word: Option<usize>,
        fail: Option<Label>,
        handler: Option<Label>,
    ) -> Result<(), EncodeError> {
        let at = self.push(ins)?;
        if let (Some(word), Some(label)) = (fail_word, fail) {
            self.target(at, word, false, label);
        }
        if inst.op.effects().has(Effects::RAISES) && fail.is_none() {
            self.row(at, inst.location, handler);
        }
        Ok(())
    }

    /// `d = op(operands)`, `fail` in the low half of the second word.
    pub(super) fn simple(
        &mut self,
        op: Opcode,
        words: usize,
        inst: &InstData,
        result: Option<Place>,
        extra: u64,
        ends: (Option<Label>, Option<Label>),
    ) -> Result<(), EncodeError> {
        let mut ins = Ins::new(op, words);
        let mut fields = [0; 3];
        let places = result.into_iter().chain(inst.args.iter().map(|&value| self.place(value)));
        for (field, place) in fields.iter_mut().zip(places) {
            *field = ins.operand(place)?;
        }
        if words > 2 {
            ins = ins.word(2, extra);
        }
        let fail_word = (words > 1).then_some(1);
        self.finish(ins.a(fields[0]).b(fields[1]).c(fields[2]), inst, fail_word, ends.0, ends.1)
    }

    /// Emits an op that calls nothing. `fail` is where a guard goes on, `handler` where an exception does.
    pub(super) fn emit_op(
        &mut self,
        inst: &InstData,
        result: Option<Place>,
        fail: Option<Label>,
        handler: Option<Label>,
    ) -> Result<(), EncodeError> {
        let ends = (fail, handler);
        let args = &inst.args;
        match inst.op {
            Op::Const | Op::Call | Op::CallExt | Op::CallFun | Op::Apply => Ok(()),
            Op::IsInteger
            | Op::IsFloat
            | Op::IsNumber
            | Op::IsAtom
            | Op::IsBoolean
            | Op::IsPid
            | Op::IsReference
            | Op::IsPort
            | Op::IsNil
            | Op::IsCons
            | Op::IsList
            | Op::IsTuple
            | Op::IsMap
            | Op::IsBinary
            | Op::IsBitstring
            | Op::IsFunction
            | Op::IsFunctionArity
            | Op::HasArity
            | Op::IsTagged
            | Op::EqExact
            | Op::NeExact
            | Op::Eq
            | Op::Ne
            | Op::Lt
            | Op::Ge
            | Op::MapHasKey
            | Op::BsTestTail
            | Op::BsTestUnit
            | Op::BsTestSize
            | Op::BsMatchString => self.test_value(inst, result),
            Op::BoolTerm => self.simple(Opcode::BoolTerm, 1, inst, result, 0, ends),
            Op::Head => self.simple(Opcode::Head, 1, inst, result, 0, ends),
            Op::Tail => self.simple(Opcode::Tail, 1, inst, result, 0, ends),
            Op::TupleGet => {
                let index = Self::index(inst);
                let far = u16::try_from(index).is_err();
                let mut ins =
                    if far { Ins::new(Opcode::TupleGetFar, 2) } else { Ins::new(Opcode::TupleGet, 1) };
                let (to, tuple) = (ins.operand(self.result(result))?, ins.operand(self.place(args[0]))?);
                let ins = ins.a(to).b(tuple);
                self.push(if far { ins.word(1, u64::from(index)) } else { ins.c(index as u16) })?;
                Ok(())
            }
            Op::TupleSet => {
                let mut ins = Ins::new(Opcode::TupleSet, 2).word(1, u64::from(Self::index(inst)));
                let (value, tuple) = (ins.operand(self.place(args[0]))?, ins.operand(self.place(args[1]))?);
                self.push(ins.a(value).b(tuple))?;
                Ok(())
            }
            Op::MapGet => self.simple(Opcode::MapGet, 2, inst, result, 0, ends),
            Op::Cons => self.simple(Opcode::Cons, 1, inst, result, 0, ends),
            Op::Tuple => self.packed(Opcode::Tuple, 2, inst, &args[..], result, None, ends),
            Op::TupleUpdate => self.tuple_update(inst, result),
            Op::MakeFun => {
                let Immediate::Lambda(id) = inst.immediate else { return Ok(()) };
                let at = self.module.words.len();
                self.packed(Opcode::MakeFun, 3, inst, &args[..], result, None, ends)?;
                self.module.relocate(at + 2, Symbol::Lambda(id.index() as u32));
                Ok(())
            }
            Op::MapNew => self.packed(Opcode::MapNew, 2, inst, &args[1..], result, Some(args[0]), ends),
            Op::MapPut => self.packed(Opcode::MapPut, 3, inst, &args[1..], result, Some(args[0]), ends),
            Op::MapUpdate => self.packed(Opcode::MapUpdate, 3, inst, &args[1..], result, Some(args[0]), ends),
            Op::Add => self.simple(Opcode::Add, 2, inst, result, 0, ends),
            Op::Sub => self.simple(Opcode::Sub, 2, inst, result, 0, ends),
            Op::AddSmall => self.with_small(Opcode::AddSmall, inst, result, ends),
            Op::SubSmall => self.with_small(Opcode::SubSmall, inst, result, ends),
            Op::Mul => self.simple(Opcode::Mul, 2, inst, result, 0, ends),
            Op::IntDiv => self.simple(Opcode::IntDiv, 2, inst, result, 0, ends),
            Op::IntRem => self.simple(Opcode::IntRem, 2, inst, result, 0, ends),
            Op::Divide => self.simple(Opcode::Divide, 2, inst, result, 0, ends),
            Op::BitAnd => self.simple(Opcode::BitAnd, 2, inst, result, 0, ends),
            Op::BitOr => self.simple(Opcode::BitOr, 2, inst, result, 0, ends),
            Op::BitXor => self.simple(Opcode::BitXor, 2, inst, result, 0, ends),
            Op::ShiftLeft => self.simple(Opcode::ShiftLeft, 2, inst, result, 0, ends),
            Op::ShiftRight => self.simple(Opcode::ShiftRight, 2, inst, result, 0, ends),
            Op::Negate => self.simple(Opcode::Negate, 2, inst, result, 0, ends),
            Op::BitNot => self.simple(Opcode::BitNot, 2, inst, result, 0, ends),
            Op::ToFloat => self.simple(Opcode::ToFloat, 2, inst, result, 0, ends),
            Op::Unbox => {
                let mut ins = Ins::new(Opcode::Unbox, 1);
                let (float, boxed) = (ins.operand(self.result(result))?, ins.operand(self.place(args[0]))?);
                self.push(ins.a(boxed).b(float))?;
                Ok(())
            }
            Op::Box => self.simple(Opcode::Box, 1, inst, result, 0, ends),
            Op::FAdd => self.simple(Opcode::FAdd, 2, inst, result, 0, ends),
            Op::FSub => self.simple(Opcode::FSub, 2, inst, result, 0, ends),
            Op::FMul => self.simple(Opcode::FMul, 2, inst, result, 0, ends),
            Op::FDiv => self.simple(Opcode::FDiv, 2, inst, result, 0, ends),
            Op::FNeg => self.simple(Opcode::FNeg, 1, inst, result, 0, ends),
            Op::Bif => {
                let Immediate::Import(id) = inst.immediate else { return Ok(()) };
                let at = self.module.words.len();
                self.packed(Opcode::Bif, 4, inst, &args[..], result, None, ends)?;
                self.module.relocate(at + 3, Symbol::Import(id.index() as u32));
                Ok(())
            }
            Op::ActorSend => self.actor_send(inst, ends),
            Op::Send => self.simple(Opcode::Send, 1, inst, result, 0, ends),
            Op::RecvAccept => self.simple(Opcode::RecvAccept, 1, inst, result, 0, ends),
            Op::RecvSkip => self.simple(Opcode::RecvSkip, 1, inst, result, 0, ends),
            Op::RecvSkipTo => self.packed(Opcode::RecvSkipTo, 2, inst, &args[..], None, None, ends),
            Op::RecvTimedOut => self.simple(Opcode::RecvTimedOut, 1, inst, result, 0, ends),
            Op::MarkerReserve => self.simple(Opcode::MarkerReserve, 1, inst, result, 0, ends),
            Op::MarkerBind => self.simple(Opcode::MarkerBind, 1, inst, result, 0, ends),
            Op::MarkerClear => self.simple(Opcode::MarkerClear, 1, inst, result, 0, ends),
            Op::MarkerUse => self.simple(Opcode::MarkerUse, 1, inst, result, 0, ends),
            Op::MarkerTerm => self.moves(vec![(self.result(result), self.place(args[0]))]),
            Op::Badmatch => self.raise_value(inst, atoms::BADMATCH, handler),
            Op::CaseClause => self.raise_value(inst, atoms::CASE_CLAUSE, handler),
            Op::TryClause => self.raise_value(inst, atoms::TRY_CLAUSE, handler),
            Op::Badrecord => self.raise_value(inst, atoms::BADRECORD, handler),
            Op::IfClause => self.simple(Opcode::IfClause, 1, inst, None, 0, ends),
            Op::FunctionClause => self.packed(Opcode::FunctionClause, 2, inst, &args[..], None, None, ends),
            Op::Reraise => self.simple(Opcode::Reraise, 1, inst, None, 0, ends),
            Op::RawRaise => {
                let mut ins = Ins::new(Opcode::RawRaise, 2);
                let places = [args[0], args[1], args[2]].map(|value| self.place(value));
                let fields = [ins.operand(places[0])?, ins.operand(places[1])?, ins.operand(places[2])?];
                let to = ins.operand(self.result(result))?;
                let ins = ins.a(fields[0]).b(fields[1]).c(fields[2]).word(1, u64::from(to));
                self.finish(ins, inst, None, fail, handler)
            }
            Op::BuildStacktrace => self.simple(Opcode::BuildStacktrace, 1, inst, result, 0, ends),
            Op::CatchValue => {
                let mut ins = Ins::new(Opcode::CatchValue, 2);
                let to = ins.operand(self.result(result))?;
                let places = [args[0], args[1], args[2]].map(|value| self.place(value));
                let fields = [ins.operand(places[0])?, ins.operand(places[1])?, ins.operand(places[2])?];
                self.push(ins.a(to).b(fields[0]).c(fields[1]).word(1, u64::from(fields[2])))?;
                Ok(())
            }
            Op::BsStart => self.simple(Opcode::BsStart, 2, inst, result, 0, ends),
            Op::BsContext => self.simple(Opcode::BsContext, 1, inst, result, 0, ends),
            Op::BsGetInteger => self.segment(Opcode::BsGetInteger, inst, result, ends),
            Op::BsGetFloat => self.segment(Opcode::BsGetFloat, inst, result, ends),
            Op::BsGetBinary => self.segment(Opcode::BsGetBinary, inst, result, ends),
            Op::BsGetRest => {
                self.simple(Opcode::BsGetRest, 3, inst, result, u64::from(Self::index(inst)), ends)
            }
            Op::BsTail => self.simple(Opcode::BsTail, 1, inst, result, 0, ends),
            Op::BsSkip => self.segment(Opcode::BsSkip, inst, Some(Place::X(0)), ends),
            Op::BsSkipRest => self.simple(
                Opcode::BsSkipRest,
                3,
                inst,
                Some(Place::X(0)),
                u64::from(Self::index(inst)),
                ends,
            ),
            Op::BsGetUtf8 => self.code_point(Opcode::BsGetUtf, 8, inst, result, ends),
            Op::BsGetUtf16 => self.code_point(Opcode::BsGetUtf, 16, inst, result, ends),
            Op::BsGetUtf32 => self.code_point(Opcode::BsGetUtf, 32, inst, result, ends),
            Op::BsSkipUtf8 => self.code_point(Opcode::BsSkipUtf, 8, inst, Some(Place::X(0)), ends),
            Op::BsSkipUtf16 => self.code_point(Opcode::BsSkipUtf, 16, inst, Some(Place::X(0)), ends),
            Op::BsSkipUtf32 => self.code_point(Opcode::BsSkipUtf, 32, inst, Some(Place::X(0)), ends),
            Op::BsPosition => self.simple(Opcode::BsPosition, 1, inst, result, 0, ends),
            Op::BsSetPosition => self.simple(Opcode::BsSetPosition, 1, inst, result, 0, ends),
            Op::BsCreate => self.create(inst, result, ends),
            Op::BsUtf8Size => self.simple(Opcode::BsUtf8Size, 2, inst, result, 0, ends),
            Op::BsUtf16Size => self.simple(Opcode::BsUtf16Size, 2, inst, result, 0, ends),
        }
    }

    pub(super) fn result(&self, result: Option<Place>) -> Place {
        result.unwrap_or(Place::X(crate::interp::code::X_SCRATCH))
    }

    /// An instruction with operands packed from word `from` on; `fail` stands in the word before the last fixed one.
    #[expect(clippy::too_many_arguments, reason = "the parts of one instruction")]
    pub(super) fn packed(
        &mut self,
        op: Opcode,
        from: usize,
        inst: &InstData,
        operands: &[Value],
        result: Option<Place>,
        subject: Option<Value>,
        ends: (Option<Label>, Option<Label>),
    ) -> Result<(), EncodeError> {
        let count = u16::try_from(operands.len()).map_err(|_| EncodeError::TooLong)?;
        let mut ins = Ins::long(op, from + operands.len().div_ceil(4));
        let places: Vec<Place> = operands.iter().map(|&value| self.place(value)).collect();
        ins.pack(from, places.into_iter())?;
        let to = ins.operand(self.result(result))?;
        let subject = match subject {
            Some(value) => ins.operand(self.place(value))?,
            None => 0,
        };
        let count = if inst.op.rest() == Rest::Pairs { count / 2 } else { count };
        let fail_word = matches!(op, Opcode::MapPut | Opcode::MapUpdate | Opcode::Bif).then_some(2);
        self.finish(ins.a(to).b(subject).c(count), inst, fail_word, ends.0, ends.1)
    }

    pub(super) fn tuple_update(&mut self, inst: &InstData, result: Option<Place>) -> Result<(), EncodeError> {
        let Immediate::Indices(indices) = &inst.immediate else { return Ok(()) };
        let changes = &inst.args[1..];
        let mut ins = Ins::long(Opcode::TupleUpdate, 2 + changes.len());
        ins = ins.word(1, u64::from(indices[0]) << 32);
        for (place, (&value, &index)) in changes.iter().zip(&indices[1..]).enumerate() {
            let operand = ins.operand(self.place(value))?;
            ins = ins.word(2 + place, u64::from(index) | u64::from(operand) << 32);
        }
        let (to, tuple) = (ins.operand(self.result(result))?, ins.operand(self.place(inst.args[0]))?);
        let count = u16::try_from(changes.len()).map_err(|_| EncodeError::TooLong)?;
        self.push(ins.a(to).b(tuple).c(count))?;
        Ok(())
    }

    /// `d a = r b + w2`, or `-`.
    fn with_small(
        &mut self,
        op: Opcode,
        inst: &InstData,
        result: Option<Place>,
        ends: (Option<Label>, Option<Label>),
    ) -> Result<(), EncodeError> {
        let Immediate::Constant(constant) = inst.immediate else { unreachable!("verified") };
        let mut ins = Ins::new(op, 3).constant(2, constant);
        let (to, operand) = (ins.operand(self.result(result))?, ins.operand(self.place(inst.args[0]))?);
        self.finish(ins.a(to).b(operand), inst, Some(1), ends.0, ends.1)
    }

    pub(super) fn raise_value(
        &mut self,
        inst: &InstData,
        reason: crate::abi::Atom,
        handler: Option<Label>,
    ) -> Result<(), EncodeError> {
        let mut ins = Ins::new(Opcode::RaiseValue, 1);
        let value = ins.operand(self.place(inst.args[0]))?;
        self.finish(ins.a(value).c(reason.index() as u16), inst, None, None, handler)
    }
}
