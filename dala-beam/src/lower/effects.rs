//! What each instruction reads and writes, and what it does to the frame.

use dala_ir::ir::Type;
use smallvec::SmallVec;

use super::context::{Context, Slot};
use super::flow;
use super::{Lowering, Reason};
use crate::load::BeamFile;
use crate::opcode::operand::{Fail, FloatRegister, Register, Source};
use crate::opcode::{Instruction as I, Located, OperandVisitor};

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
    /// What was wrong with an operand that the visitor was told.
    failure: Option<Reason>,
}

impl OperandVisitor for Recorder<'_> {
    fn read(&mut self, source: &Source) {
        let result = self.source(source);
        self.failure = self.failure.take().or(result.err());
    }

    fn read_float(&mut self, register: FloatRegister) {
        self.effects.reads.push(Slot::F(register.0));
    }

    fn write(&mut self, register: Register) {
        let result = self.term(register);
        self.failure = self.failure.take().or(result.err());
    }

    fn write_float(&mut self, register: FloatRegister) {
        self.effects.writes.push((Slot::F(register.0), From::New(Type::F64)));
    }

    fn fail(&mut self, _: Fail) {}
}

impl Recorder<'_> {
    fn register(&mut self, register: Register) -> Lowering<()> {
        let slot = self.context.slot(register)?;
        self.effects.reads.push(slot);
        Ok(())
    }

    fn source(&mut self, source: &Source) -> Lowering<()> {
        match source {
            Source::Register(register, _) => self.register(*register),
            Source::Integer(_)
            | Source::BigInteger(_)
            | Source::Atom(_)
            | Source::Nil
            | Source::Literal(_) => Ok(()),
        }
    }

    fn sources<'s>(&mut self, sources: impl IntoIterator<Item = &'s Source>) -> Lowering<()> {
        sources.into_iter().try_for_each(|source| self.source(source))
    }

    fn arguments(&mut self, count: impl Into<u32>) {
        self.effects.reads.extend((0..count.into() as u16).map(Slot::X));
    }

    fn define(&mut self, register: Register, ty: Type) -> Lowering<()> {
        let slot = self.context.slot(register)?;
        self.context.leave(slot);
        self.effects.writes.push((slot, From::New(ty)));
        Ok(())
    }

    fn term(&mut self, register: Register) -> Lowering<()> {
        self.define(register, Type::Term)
    }

    fn copy(&mut self, from: &Source, to: Register) -> Lowering<()> {
        match from {
            Source::Register(from, _) => {
                let (from, to) = (self.context.slot(*from)?, self.context.slot(to)?);
                self.context.leave(to);
                self.effects.writes.push((to, From::Copy(from)));
                Ok(())
            }
            Source::Integer(_)
            | Source::BigInteger(_)
            | Source::Atom(_)
            | Source::Nil
            | Source::Literal(_) => self.term(to),
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
    let mut to = Recorder { context, effects: Effects::default(), failure: None };
    match &code[position].instruction {
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
        I::Deallocate { slots } => to.context.deallocate(*slots)?,
        I::Trim { drop, remaining } => to.context.trim(*drop, *remaining)?,

        I::Send {} => {
            to.arguments(2_u32);
            to.effects.kills_x = true;
            to.term(Register::X(0))?;
        }
        I::RecvMarkerReserve { to: marker } => to.define(*marker, Type::Marker)?,
        I::Move { from, to: result } => to.copy(from, *result)?,
        I::Swap { first, second } => {
            let (first, second) = (to.context.slot(*first)?, to.context.slot(*second)?);
            to.effects.writes.extend([(first, From::Copy(second)), (second, From::Copy(first))]);
        }
        // A changed copy may take the tuple's place.
        I::SetTupleElement { value, tuple: Source::Register(tuple, _), .. } => {
            to.source(value)?;
            to.register(*tuple)?;
            to.term(*tuple)?;
        }
        I::SetTupleElement { .. } => return Err("a constant is overwritten".into()),
        I::MakeFun2 { lambda } => {
            to.arguments(file.lambdas[lambda.0 as usize].free);
            to.term(Register::X(0))?;
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
        I::RawRaise {} => {
            to.arguments(3_u32);
            to.term(Register::X(0))?;
        }
        I::BuildStacktrace {} => {
            to.arguments(1_u32);
            to.term(Register::X(0))?;
        }

        I::BsStartMatch3 { source, to: result, .. } | I::BsStartMatch4 { source, to: result, .. } => {
            to.source(source)?;
            to.define(*result, Type::Context)?;
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

        // These read and write what their rows say, and nothing else.
        other @ (by_operands!()
        | I::FConv { .. }
        | I::Bif1 { .. }
        | I::Bif2 { .. }
        | I::LoopRec { .. }
        | I::LoopRecEnd { .. }
        | I::Wait { .. }
        | I::WaitTimeout { .. }
        | I::SelectVal { .. }
        | I::SelectTupleArity { .. }
        | I::Jump { .. }
        | I::Badmatch { .. }
        | I::IfEnd {}
        | I::CaseEnd { .. }
        | I::FCheckError { .. }
        | I::FNegate { .. }
        | I::TryCaseEnd { .. }
        | I::Raise { .. }
        | I::GcBif1 { .. }
        | I::GcBif2 { .. }
        | I::GcBif3 { .. }
        | I::Badrecord { .. }
        | I::Bif3 { .. }) => other.visit_operands(&mut to),
    }
    match to.failure {
        Some(failure) => Err(failure),
        None => Ok(to.effects),
    }
}

/// The `bs_put_*` instructions behind the one that starts a bitstring; OTP 24 emits them in one run.
#[expect(clippy::wildcard_enum_match_arm, reason = "whatever else it is, it ends the run")]
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
