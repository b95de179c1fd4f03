//! Emitting instructions.

use super::EncodeError;
use super::emit::{FunctionEmitter, Ins, Label};
use super::moves::Place;
use super::plan::{Plan, calls};
use crate::abi::{Word, atoms};
use crate::interp::code::Opcode;
use crate::ir::inst::{Segment, SegmentFlags, SegmentKind};
use crate::ir::{Block, Constant, Effects, Immediate, InstData, Op, Value};

/// A heap check.
#[derive(Clone, Copy)]
pub(super) struct HeapNeed {
    /// Before the instruction at this place of the schedule.
    pub(super) place: usize,
    /// Words.
    pub(super) words: u32,
    /// Whether nothing before it in the block allocates otherwise.
    pub(super) is_first: bool,
}

/// Words that an instruction takes from what a heap check has made sure of.
fn checked_words(plan: &Plan<'_>, inst: &InstData) -> Option<u32> {
    let _ = plan;
    Some(match inst.op {
        Op::Cons | Op::Box => 2,
        Op::Tuple => inst.args.len() as u32 + 1,
        Op::MakeFun => inst.args.len() as u32 + 3,
        Op::TupleUpdate => match &inst.immediate {
            Immediate::Indices(indices) => indices.first().copied().unwrap_or(0) + 1,
            _ => 1,
        },
        _ => return None,
    })
}

/// Whether the op may take heap words by itself, so that what was checked before it is no longer sure.
fn takes_heap(op: Op) -> bool {
    op.effects().has(Effects::ALLOCATES) || op.effects().has(Effects::WRITES) || calls(op)
}

/// The heap checks of a block: one for each run of allocations with nothing in between that allocates by itself.
pub(super) fn heap_needs(plan: &Plan<'_>, block: Block) -> Vec<HeapNeed> {
    let data = plan.function.block(block);
    let mut needs: Vec<HeapNeed> = Vec::new();
    let mut is_open = false;
    let mut is_first = true;
    for (place, &index) in plan.blocks[block.index()].schedule.iter().enumerate() {
        let inst = &data.insts[index as usize];
        match checked_words(plan, inst) {
            Some(words) => {
                match needs.last_mut().filter(|_| is_open) {
                    Some(need) => need.words += words,
                    None => needs.push(HeapNeed { place, words, is_first }),
                }
                is_open = true;
            }
            None if takes_heap(inst.op) && inst.op != Op::TupleSet => {
                is_open = false;
                is_first = false;
            }
            None => {}
        }
    }
    needs
}

/// Flags and unit of a segment, as [`Opcode::BsGetInteger`] has them.
fn segment_word(segment: Segment) -> u64 {
    u64::from(segment.unit) | flags_word(segment.flags)
}

fn flags_word(flags: SegmentFlags) -> u64 {
    u64::from(flags.signed) << 16 | u64::from(flags.little) << 17
}

/// Number of a segment kind in [`Opcode::BsCreate`].
fn kind_number(kind: SegmentKind) -> u64 {
    match kind {
        SegmentKind::Integer => 0,
        SegmentKind::Float => 1,
        SegmentKind::Binary => 2,
        SegmentKind::Append => 3,
        SegmentKind::PrivateAppend => 4,
        SegmentKind::String => 5,
        SegmentKind::Utf8 => 6,
        SegmentKind::Utf16 => 7,
        SegmentKind::Utf32 => 8,
    }
}

impl FunctionEmitter<'_, '_, '_> {
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
    fn unused_place(&self, inst: &InstData) -> Place {
        match inst.op.result() {
            Some(crate::ir::Type::F64) => Place::Float(crate::interp::code::F_COUNT as u16 - 1),
            _ => Place::X(crate::interp::code::X_SCRATCH),
        }
    }

    fn index(inst: &InstData) -> u32 {
        if let Immediate::Index(index) = inst.immediate { index } else { 0 }
    }

    fn finish(
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
    fn simple(
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
                self.module.lambda_fixups.push((at + 2, id));
                Ok(())
            }
            Op::MapPut => self.packed(Opcode::MapPut, 3, inst, &args[1..], result, Some(args[0]), ends),
            Op::MapUpdate => self.packed(Opcode::MapUpdate, 3, inst, &args[1..], result, Some(args[0]), ends),
            Op::Add | Op::Sub => self.add(inst, result, ends),
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
            Op::Unbox => self.simple(Opcode::Unbox, 1, inst, result, 0, ends),
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
                self.module.words[at + 3] = super::entry_word(self.module.imports[id.index()]);
                Ok(())
            }
            Op::Send => self.simple(Opcode::Send, 1, inst, result, 0, ends),
            Op::RecvAccept => self.simple(Opcode::RecvAccept, 1, inst, result, 0, ends),
            Op::RecvSkip => self.simple(Opcode::RecvSkip, 1, inst, result, 0, ends),
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

    fn result(&self, result: Option<Place>) -> Place {
        result.unwrap_or(Place::X(crate::interp::code::X_SCRATCH))
    }

    /// An instruction with operands packed from word `from` on; `fail` stands in the word before the last fixed one.
    #[expect(clippy::too_many_arguments, reason = "the parts of one instruction")]
    fn packed(
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
        let pairs = matches!(op, Opcode::MapPut | Opcode::MapUpdate);
        let count = if pairs { count / 2 } else { count };
        let fail_word = matches!(op, Opcode::MapPut | Opcode::MapUpdate | Opcode::Bif).then_some(2);
        self.finish(ins.a(to).b(subject).c(count), inst, fail_word, ends.0, ends.1)
    }

    fn tuple_update(&mut self, inst: &InstData, result: Option<Place>) -> Result<(), EncodeError> {
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

    fn add(
        &mut self,
        inst: &InstData,
        result: Option<Place>,
        ends: (Option<Label>, Option<Label>),
    ) -> Result<(), EncodeError> {
        let small = |value: Value| match self.constant(value) {
            Some(Constant::Int(_)) => self.constant(value).and_then(Constant::word),
            _ => None,
        };
        let (left, right) = (inst.args[0], inst.args[1]);
        let (op, operand, word) = match (inst.op, small(left), small(right)) {
            (Op::Add, _, Some(word)) => (Opcode::AddSmall, left, word),
            (Op::Add, Some(word), _) => (Opcode::AddSmall, right, word),
            (Op::Sub, _, Some(word)) => (Opcode::SubSmall, left, word),
            (Op::Add, ..) => return self.simple(Opcode::Add, 2, inst, result, 0, ends),
            _ => return self.simple(Opcode::Sub, 2, inst, result, 0, ends),
        };
        // In a raised trace the arguments show in their order; `1 + X` keeps it by not being specialised.
        if operand == right && inst.op == Op::Add && small(right).is_none() {
            return self.simple(Opcode::Add, 2, inst, result, 0, ends);
        }
        let mut ins = Ins::new(op, 3).word(2, word.to_bits());
        let (to, operand) = (ins.operand(self.result(result))?, ins.operand(self.place(operand))?);
        self.finish(ins.a(to).b(operand), inst, Some(1), ends.0, ends.1)
    }

    fn raise_value(
        &mut self,
        inst: &InstData,
        reason: crate::abi::Atom,
        handler: Option<Label>,
    ) -> Result<(), EncodeError> {
        let mut ins = Ins::new(Opcode::RaiseValue, 1);
        let value = ins.operand(self.place(inst.args[0]))?;
        self.finish(ins.a(value).c(reason.index() as u16), inst, None, None, handler)
    }

    fn segment(
        &mut self,
        op: Opcode,
        inst: &InstData,
        result: Option<Place>,
        ends: (Option<Label>, Option<Label>),
    ) -> Result<(), EncodeError> {
        let Immediate::Segment(segment) = inst.immediate else { return Ok(()) };
        self.simple(op, 3, inst, result, segment_word(segment), ends)
    }

    fn code_point(
        &mut self,
        op: Opcode,
        bits: u64,
        inst: &InstData,
        result: Option<Place>,
        ends: (Option<Label>, Option<Label>),
    ) -> Result<(), EncodeError> {
        let Immediate::Segment(segment) = inst.immediate else { return Ok(()) };
        self.simple(op, 3, inst, result, bits | flags_word(segment.flags), ends)
    }

    /// Two words a segment: source and size operands, kind, has-size (bit 40), then unit, flags, and number.
    fn create(
        &mut self,
        inst: &InstData,
        result: Option<Place>,
        ends: (Option<Label>, Option<Label>),
    ) -> Result<(), EncodeError> {
        let Immediate::Segments(rows) = &inst.immediate else { return Ok(()) };
        let count = u16::try_from(rows.len()).map_err(|_| EncodeError::TooLong)?;
        let mut ins = Ins::long(Opcode::BsCreate, 3 + 2 * rows.len());
        let mut operands = inst.args.iter();
        for (index, row) in rows.iter().enumerate() {
            let source = match operands.next() {
                Some(&value) => ins.operand(self.place(value))?,
                None => 0,
            };
            let size = match if row.has_size { operands.next() } else { None } {
                Some(&value) => ins.operand(self.place(value))?,
                None => 0,
            };
            let first = u64::from(source)
                | u64::from(size) << 16
                | kind_number(row.kind) << 32
                | u64::from(row.has_size) << 40;
            let second = u64::from(row.unit) | flags_word(row.flags) | u64::from(row.number) << 32;
            ins = ins.word(3 + 2 * index, first).word(4 + 2 * index, second);
        }
        let to = ins.operand(self.result(result))?;
        self.finish(ins.a(to).c(count), inst, Some(2), ends.0, ends.1)
    }

    /// A test whose value is kept: `1` or `0` as a small integer.
    fn test_value(&mut self, inst: &InstData, result: Option<Place>) -> Result<(), EncodeError> {
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
    fn emit_wide_test(&mut self, inst: &InstData, otherwise: Label) -> Result<(), EncodeError> {
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

    fn match_string(&mut self, inst: &InstData, otherwise: Label) -> Result<(), EncodeError> {
        let Immediate::Bits { bit_len, bytes } = &inst.immediate else { return Ok(()) };
        let mut ins = Ins::long(Opcode::BsMatchString, 3 + bytes.len().div_ceil(8));
        ins = ins.word(2, u64::from(*bit_len) << 32);
        for (index, &byte) in bytes.iter().enumerate() {
            ins = ins.word(3 + index / 8, u64::from(byte) << (8 * (index % 8)));
        }
        let context = ins.operand(self.place(inst.args[0]))?;
        let at = self.push(ins.a(context))?;
        self.target(at, 2, false, otherwise);
        Ok(())
    }
}
