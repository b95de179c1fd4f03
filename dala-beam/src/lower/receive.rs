//! Receiving messages.

use dala_ir::ir::{Immediate, Op, Terminator, Type};

use super::Lowering;
use super::emit::Emitter;
use super::flow::EdgeKind;
use crate::opcode::operand::{Register, Source};

impl Emitter<'_> {
    /// `loop_rec`: the message under the save pointer, or on to the wait.
    pub(super) fn loop_rec(&mut self, to: Register) -> Lowering<()> {
        let empty = self.edge(EdgeKind::Fail)?;
        let to = self.context.slot(to)?;
        let location = self.build.location();
        let next = |got| Terminator::RecvNext { got, empty, location };
        self.finish_typed(Some(Type::Term), Some(to), next)
    }

    /// `loop_rec_end`: not this message.
    pub(super) fn loop_rec_end(&mut self) -> Lowering<()> {
        self.build.inst(Op::RecvSkip, &[], Immediate::None);
        let target = self.edge(EdgeKind::Normal)?;
        self.build.terminate(Terminator::Jump(target));
        Ok(())
    }

    pub(super) fn wait(&mut self) -> Lowering<()> {
        let target = self.edge(EdgeKind::Normal)?;
        self.build.terminate(Terminator::Wait(target));
        Ok(())
    }

    pub(super) fn wait_timeout(&mut self, time: &Source) -> Lowering<()> {
        let time = self.source(time)?;
        let expired = self.edge(EdgeKind::Normal)?;
        let woken = self.edge(EdgeKind::Fail)?;
        let unwind = self.unwind()?;
        let location = self.build.location();
        self.build.terminate(Terminator::WaitTimeout { time, woken, expired, unwind, location });
        Ok(())
    }
}
