//! What each instruction reads and writes, and what it does to the frame.

use dala_ir::ir::Type;
use smallvec::SmallVec;

use super::Lowering;
use super::context::{Context, Slot};
use super::flow;
use crate::load::BeamFile;
use crate::opcode::operand::{
    FloatRegister, FloatSource, FloatTarget, MatchCommand, Register, SegmentKind, Size, Source,
};
use crate::opcode::{Instruction as I, Located};

/// Where a written value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// The instruction makes it.
    New(Type),
    /// It is what a register held before.
    Copy(Slot),
    /// None: the register holds nothing that may be read.
    Nothing,
}

/// What an instruction does to registers. All reads come before all writes.
#[derive(Clone, Debug, Default)]
pub(super) struct Effects {
    pub(super) reads: SmallVec<[Slot; 6]>,
    pub(super) writes: SmallVec<[(Slot, From); 2]>,
    /// x and float registers lose what they held, before the writes.
    pub(super) kills_x: bool,
    /// Further instructions that belong to this one.
    pub(super) absorbed: usize,
}

struct Recorder<'a> {
    context: &'a mut Context,
    effects: Effects,
}

impl Recorder<'_> {
    fn read(&mut self, register: Register) -> Lowering<()> {
        let slot = self.context.slot(register)?;
        self.effects.reads.push(slot);
        Ok(())
    }

    fn source(&mut self, source: &Source) -> Lowering<()> {
        match source {
            Source::Register(register, _) => self.read(*register),
            _ => Ok(()),
        }
    }

    fn sources<'s>(&mut self, sources: impl IntoIterator<Item = &'s Source>) -> Lowering<()> {
        sources.into_iter().try_for_each(|source| self.source(source))
    }

    fn size(&mut self, size: &Size) -> Lowering<()> {
        match size {
            Size::Unsigned(_) => Ok(()),
            Size::Source(source) => self.source(source),
        }
    }

    fn arguments(&mut self, count: impl Into<u32>) {
        self.effects.reads.extend((0..count.into() as u16).map(Slot::X));
    }

    fn write(&mut self, register: Register, ty: Type) -> Lowering<()> {
        let slot = self.context.slot(register)?;
        self.context.leave(slot);
        self.effects.writes.push((slot, From::New(ty)));
        Ok(())
    }

    fn term(&mut self, register: Register) -> Lowering<()> {
        self.write(register, Type::Term)
    }

    fn write_float(&mut self, register: FloatRegister) {
        self.effects.writes.push((Slot::F(register.0), From::New(Type::F64)));
    }

    fn read_float(&mut self, register: FloatRegister) {
        self.effects.reads.push(Slot::F(register.0));
    }

    fn copy(&mut self, from: &Source, to: Register) -> Lowering<()> {
        match from {
            Source::Register(from, _) => {
                let (from, to) = (self.context.slot(*from)?, self.context.slot(to)?);
                self.context.leave(to);
                self.effects.writes.push((to, From::Copy(from)));
                Ok(())
            }
            _ => self.term(to),
        }
    }

    fn forget(&mut self, slot: Slot) {
        self.effects.writes.push((slot, From::Nothing));
    }

    /// A frame is made, of slots that hold nothing or nil.
    fn allocate(&mut self, slots: u32, cleared: bool) -> Lowering<()> {
        self.context.allocate(slots)?;
        for slot in self.context.slots() {
            let from = if cleared { From::New(Type::Term) } else { From::Nothing };
            self.effects.writes.push((Slot::Y(slot), from));
        }
        Ok(())
    }

    fn call(&mut self, arguments: u32) {
        self.arguments(arguments);
        self.effects.kills_x = true;
        self.effects.writes.push((Slot::X(0), From::New(Type::Term)));
    }

    fn tail_call(&mut self, arguments: u32, deallocate: Option<u32>) -> Lowering<()> {
        self.arguments(arguments);
        match deallocate {
            Some(slots) => self.context.deallocate(slots),
            None => self.context.expect_no_frame(),
        }
    }
}

/// Reads and writes of the instruction at `position`; `context` becomes the state after it.
pub(super) fn effects(
    file: &BeamFile,
    code: &[Located],
    position: usize,
    arity: u8,
    context: &mut Context,
) -> Lowering<Effects> {
    let mut to = Recorder { context, effects: Effects::default() };
    match &code[position].instruction {
        I::Label { .. }
        | I::Line { .. }
        | I::IntCodeEnd {}
        | I::OnLoad {}
        | I::NifStart {}
        | I::ExecutableLine { .. }
        | I::DebugLine { .. }
        | I::TestHeap { .. }
        | I::RemoveMessage {}
        | I::Timeout {}
        | I::RecvMark { .. }
        | I::RecvSet { .. }
        | I::FClearError {}
        | I::FCheckError { .. }
        | I::Jump { .. }
        | I::LoopRecEnd { .. }
        | I::Wait { .. }
        | I::IfEnd {} => {}

        I::FuncInfo { .. } => to.arguments(arity),
        I::Call { arity, .. } | I::CallExt { arity, .. } => to.call((*arity).into()),
        I::CallFun { arity } => to.call(u32::from(*arity) + 1),
        I::CallFun2 { arity, fun, .. } => {
            to.source(fun)?;
            to.call((*arity).into());
        }
        I::Apply { arity } => to.call(u32::from(*arity) + 2),
        // The compiler trims the frame before it knows that this never returns, and leaves the old size here.
        I::CallExtLast { arity, target, .. } if flow::never_returns(file, *target) => {
            to.arguments(*arity);
            to.context.abandon();
        }
        I::CallLast { arity, deallocate, .. } | I::CallExtLast { arity, deallocate, .. } => {
            to.tail_call((*arity).into(), Some(*deallocate))?;
        }
        I::CallOnly { arity, .. } | I::CallExtOnly { arity, .. } => to.tail_call((*arity).into(), None)?,
        I::ApplyLast { arity, deallocate } => to.tail_call(u32::from(*arity) + 2, Some(*deallocate))?,
        I::Return {} => to.tail_call(1, None)?,

        I::Allocate { slots, .. } | I::AllocateHeap { slots, .. } => to.allocate(*slots, false)?,
        I::AllocateZero { slots, .. } | I::AllocateHeapZero { slots, .. } => to.allocate(*slots, true)?,
        I::Init { slot } => to.term(*slot)?,
        I::InitYregs { slots } => slots.iter().try_for_each(|slot| to.term(*slot))?,
        I::Deallocate { slots } => to.context.deallocate(*slots)?,
        I::Trim { drop, remaining } => to.context.trim(*drop, *remaining)?,

        I::Bif0 { to: result, .. } => to.term(*result)?,
        I::Bif1 { argument, to: result, .. } | I::GcBif1 { argument, to: result, .. } => {
            to.source(argument)?;
            to.term(*result)?;
        }
        I::Bif2 { first, second, to: result, .. } | I::GcBif2 { first, second, to: result, .. } => {
            to.sources([first, second])?;
            to.term(*result)?;
        }
        I::Bif3 { first, second, third, to: result, .. }
        | I::GcBif3 { first, second, third, to: result, .. } => {
            to.sources([first, second, third])?;
            to.term(*result)?;
        }

        I::Send {} => {
            to.arguments(2_u32);
            to.effects.kills_x = true;
            to.term(Register::X(0))?;
        }
        I::LoopRec { to: message, .. } => to.term(*message)?,
        I::WaitTimeout { time, .. } => to.source(time)?,
        I::RecvMarkerBind { marker, reference } => to.sources([marker, reference])?,
        I::RecvMarkerClear { reference } | I::RecvMarkerUse { reference } => to.source(reference)?,
        I::RecvMarkerReserve { to: marker } => to.write(*marker, Type::Marker)?,

        I::IsLt { first, second, .. }
        | I::IsGe { first, second, .. }
        | I::IsEq { first, second, .. }
        | I::IsNe { first, second, .. }
        | I::IsEqExact { first, second, .. }
        | I::IsNeExact { first, second, .. } => to.sources([first, second])?,
        I::IsInteger { value, .. }
        | I::IsFloat { value, .. }
        | I::IsNumber { value, .. }
        | I::IsAtom { value, .. }
        | I::IsPid { value, .. }
        | I::IsReference { value, .. }
        | I::IsPort { value, .. }
        | I::IsNil { value, .. }
        | I::IsBinary { value, .. }
        | I::IsBitstring { value, .. }
        | I::IsList { value, .. }
        | I::IsNonemptyList { value, .. }
        | I::IsTuple { value, .. }
        | I::IsBoolean { value, .. }
        | I::IsMap { value, .. }
        | I::IsFunction { value, .. }
        | I::IsTaggedTuple { value, .. }
        | I::SelectVal { value, .. }
        | I::Badmatch { value }
        | I::CaseEnd { value }
        | I::TryCaseEnd { value }
        | I::Badrecord { value } => to.source(value)?,
        I::IsFunction2 { value, arity, .. } => to.sources([value, arity])?,
        I::TestArity { tuple, .. } | I::SelectTupleArity { tuple, .. } => to.source(tuple)?,

        I::Move { from, to: result } => to.copy(from, *result)?,
        I::Swap { first, second } => {
            let (first, second) = (to.context.slot(*first)?, to.context.slot(*second)?);
            to.effects.writes.extend([(first, From::Copy(second)), (second, From::Copy(first))]);
        }
        I::GetList { list, head, tail } => {
            to.source(list)?;
            to.term(*head)?;
            to.term(*tail)?;
        }
        I::GetHead { list: source, to: result }
        | I::GetTail { list: source, to: result }
        | I::GetTupleElement { tuple: source, to: result, .. } => {
            to.source(source)?;
            to.term(*result)?;
        }
        // A changed copy may take the tuple's place.
        I::SetTupleElement { value, tuple: Source::Register(tuple, _), .. } => {
            to.source(value)?;
            to.read(*tuple)?;
            to.term(*tuple)?;
        }
        I::SetTupleElement { .. } => return Err("a constant is overwritten".into()),
        I::PutList { head, tail, to: result } => {
            to.sources([head, tail])?;
            to.term(*result)?;
        }
        I::PutTuple2 { to: result, elements } => {
            to.sources(elements)?;
            to.term(*result)?;
        }
        I::UpdateRecord { tuple, to: result, updates, .. } => {
            to.source(tuple)?;
            to.sources(updates.0.iter().map(|(_, value)| value))?;
            to.term(*result)?;
        }
        I::MakeFun2 { lambda } => {
            to.arguments(file.lambdas[lambda.0 as usize].free);
            to.term(Register::X(0))?;
        }
        I::MakeFun3 { to: result, free, .. } => {
            to.sources(free)?;
            to.term(*result)?;
        }

        I::PutMapAssoc { map, to: result, pairs, .. } | I::PutMapExact { map, to: result, pairs, .. } => {
            to.source(map)?;
            to.sources(pairs.0.iter().flat_map(|(key, value)| [key, value]))?;
            to.term(*result)?;
        }
        I::HasMapFields { map, keys, .. } => {
            to.source(map)?;
            to.sources(keys)?;
        }
        I::GetMapElements { map, pairs, .. } => {
            to.source(map)?;
            to.sources(pairs.0.iter().map(|(key, _)| key))?;
            for (_, result) in &pairs.0 {
                to.term(*result)?;
            }
        }

        I::Catch { slot, handler } | I::Try { slot, handler } => {
            let slot = to.context.slot(*slot)?;
            to.context.enter(slot, *handler)?;
            to.forget(slot);
        }
        I::TryEnd { slot } => {
            let slot = to.context.slot(*slot)?;
            to.context.leave(slot);
            to.forget(slot);
        }
        I::TryCase { slot } => {
            let slot = to.context.slot(*slot)?;
            to.context.leave(slot);
            to.context.is_unwinding = false;
            to.forget(slot);
            to.effects.writes.extend([
                (Slot::X(0), From::Copy(Slot::Class)),
                (Slot::X(1), From::Copy(Slot::Reason)),
                (Slot::X(2), From::Copy(Slot::Trace)),
            ]);
        }
        I::CatchEnd { slot } => {
            let slot = to.context.slot(*slot)?;
            to.context.leave(slot);
            to.forget(slot);
            if to.context.is_unwinding {
                to.context.is_unwinding = false;
                to.effects.reads.extend([Slot::Class, Slot::Reason, Slot::Trace]);
                to.term(Register::X(0))?;
            }
        }
        I::Raise { trace, reason } => to.sources([trace, reason])?,
        I::RawRaise {} => {
            to.arguments(3_u32);
            to.term(Register::X(0))?;
        }
        I::BuildStacktrace {} => {
            to.arguments(1_u32);
            to.term(Register::X(0))?;
        }

        I::FMove { from, to: result } => {
            match from {
                FloatSource::Float(from) => to.read_float(*from),
                FloatSource::Source(source) => to.source(source)?,
            }
            match result {
                FloatTarget::Float(register) => to.write_float(*register),
                FloatTarget::Register(register) => to.term(*register)?,
            }
        }
        I::FConv { from, to: result } => {
            match from {
                FloatSource::Float(from) => to.read_float(*from),
                FloatSource::Source(source) => to.source(source)?,
            }
            to.write_float(*result);
        }
        I::FAdd { first, second, to: result, .. }
        | I::FSub { first, second, to: result, .. }
        | I::FMul { first, second, to: result, .. }
        | I::FDiv { first, second, to: result, .. } => {
            to.read_float(*first);
            to.read_float(*second);
            to.write_float(*result);
        }
        I::FNegate { value, to: result, .. } => {
            to.read_float(*value);
            to.write_float(*result);
        }

        I::BsStartMatch3 { source, to: result, .. } | I::BsStartMatch4 { source, to: result, .. } => {
            to.source(source)?;
            to.write(*result, Type::Context)?;
        }
        I::BsGetInteger2 { context, size, to: result, .. }
        | I::BsGetFloat2 { context, size, to: result, .. }
        | I::BsGetBinary2 { context, size, to: result, .. } => {
            to.sources([context, size])?;
            to.term(*result)?;
        }
        I::BsSkipBits2 { context, size, .. } => to.sources([context, size])?,
        I::BsTestTail2 { context, .. }
        | I::BsTestUnit { context, .. }
        | I::BsMatchString { context, .. }
        | I::BsSkipUtf8 { context, .. }
        | I::BsSkipUtf16 { context, .. }
        | I::BsSkipUtf32 { context, .. } => to.source(context)?,
        I::BsGetUtf8 { context, to: result, .. }
        | I::BsGetUtf16 { context, to: result, .. }
        | I::BsGetUtf32 { context, to: result, .. }
        | I::BsGetTail { context, to: result, .. }
        | I::BsGetPosition { context, to: result, .. } => {
            to.source(context)?;
            to.term(*result)?;
        }
        I::BsSetPosition { context, position } => to.sources([context, position])?,
        I::BsMatch { context, commands, .. } => {
            to.source(context)?;
            for command in &commands.0 {
                match command {
                    MatchCommand::Integer { to: result, .. }
                    | MatchCommand::Binary { to: result, .. }
                    | MatchCommand::GetTail { to: result, .. } => to.term(*result)?,
                    MatchCommand::EnsureAtLeast { .. }
                    | MatchCommand::EnsureExactly(_)
                    | MatchCommand::Skip(_)
                    | MatchCommand::Equal { .. } => {}
                }
            }
        }

        I::BsCreateBin { to: result, segments, .. } => {
            for segment in &segments.0 {
                if segment.kind != SegmentKind::String {
                    to.size(&segment.value)?;
                    to.size(&segment.size)?;
                }
            }
            to.term(*result)?;
        }
        I::BsInitWritable {} => to.term(Register::X(0))?,
        // Sizes computed ahead are not used: the op that makes the bitstring computes them from its segments.
        I::BsAdd { to: result, .. }
        | I::BsUtf8Size { to: result, .. }
        | I::BsUtf16Size { to: result, .. } => {
            let slot = to.context.slot(*result)?;
            to.forget(slot);
        }
        I::BsInit2 { to: result, .. } | I::BsInitBits { to: result, .. } => {
            old_segments(&mut to, code, position)?;
            to.term(*result)?;
        }
        I::BsAppend { source, to: result, .. } | I::BsPrivateAppend { source, to: result, .. } => {
            to.source(source)?;
            old_segments(&mut to, code, position)?;
            to.term(*result)?;
        }
        I::BsPutInteger { .. }
        | I::BsPutBinary { .. }
        | I::BsPutFloat { .. }
        | I::BsPutString { .. }
        | I::BsPutUtf8 { .. }
        | I::BsPutUtf16 { .. }
        | I::BsPutUtf32 { .. } => return Err("no bitstring is being made".into()),
    }
    Ok(to.effects)
}

/// The `bs_put_*` instructions behind the one that starts a bitstring; OTP 24 emits them in one run.
fn old_segments(to: &mut Recorder<'_>, code: &[Located], position: usize) -> Lowering<()> {
    for (distance, located) in code[position + 1..].iter().enumerate() {
        match &located.instruction {
            I::BsPutInteger { size, value, .. }
            | I::BsPutBinary { size, value, .. }
            | I::BsPutFloat { size, value, .. } => to.sources([size, value])?,
            I::BsPutUtf8 { value, .. } | I::BsPutUtf16 { value, .. } | I::BsPutUtf32 { value, .. } => {
                to.source(value)?;
            }
            I::BsPutString { .. } => {}
            I::Line { .. } => continue,
            _ => break,
        }
        to.effects.absorbed = distance + 1;
    }
    Ok(())
}
