//! Raising and catching. Handlers themselves are edges: see `blocks`.

use dala_ir::ir::{Immediate, Op, Terminator, Value};

use super::Lowering;
use super::context::Slot;
use super::emit::Emitter;
use crate::opcode::operand::{Register, Source};

impl Emitter<'_> {
    fn raise(&mut self, op: Op, values: &[Value]) -> Lowering<()> {
        match self.unwind()? {
            Some(unwind) => {
                let inst = self.build.make_inst(op, values, Immediate::None);
                self.build.terminate(Terminator::Try { inst, ok: None, unwind });
            }
            None => {
                self.build.inst(op, values, Immediate::None);
                self.build.terminate(Terminator::Unreachable);
            }
        }
        Ok(())
    }

    /// Raises what `op` makes of these values.
    pub(super) fn raise_with(&mut self, op: Op, sources: &[&Source]) -> Lowering<()> {
        let values = self.sources(sources.iter().copied())?;
        self.raise(op, &values)
    }

    /// `func_info`: no clause fits the arguments.
    pub(super) fn function_clause(&mut self, arity: u8) -> Lowering<()> {
        let arguments = self.arguments(arity)?;
        self.raise(Op::FunctionClause, &arguments)
    }

    /// `catch_end`: by an exception it makes the value of the `catch`, otherwise that is x0 already.
    pub(super) fn catch_end(&mut self) -> Lowering<()> {
        if !self.context.is_unwinding {
            return Ok(());
        }
        let caught = [Slot::Class, Slot::Reason, Slot::Trace].map(|slot| self.read_slot(slot));
        let [class, reason, trace] = caught;
        self.total(Op::CatchValue, &[class?, reason?, trace?], Immediate::None, Register::X(0))
    }

    /// `build_stacktrace`: x0 from raw to list.
    pub(super) fn build_stacktrace(&mut self) -> Lowering<()> {
        let trace = self.read(Register::X(0))?;
        self.total(Op::BuildStacktrace, &[trace], Immediate::None, Register::X(0))
    }
}
