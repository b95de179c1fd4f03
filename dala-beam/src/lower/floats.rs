//! Unboxed floats.

use dala_ir::ir::{Immediate, Op};

use super::Lowering;
use super::context::Slot;
use super::emit::Emitter;
use super::flow::EdgeKind;
use crate::opcode::operand::{FloatRegister, FloatSource, FloatTarget};
use dala_ir::ir::{Terminator, Value};

impl Emitter<'_> {
    pub(super) fn move_float(&mut self, from: &FloatSource, to: FloatTarget) -> Lowering<()> {
        match (from, to) {
            (FloatSource::Float(from), FloatTarget::Register(to)) => {
                let value = self.read_slot(Slot::F(from.0))?;
                self.total(Op::Box, &[value], Immediate::None, to)
            }
            (FloatSource::Float(from), FloatTarget::Float(to)) => {
                let value = self.read_slot(Slot::F(from.0))?;
                self.write_slot(Slot::F(to.0), value)
            }
            (FloatSource::Source(source), FloatTarget::Float(to)) => {
                let value = self.source(source)?;
                let value = self.build.value(Op::Unbox, &[value]);
                self.write_slot(Slot::F(to.0), value)
            }
            (FloatSource::Source(source), FloatTarget::Register(to)) => {
                let value = self.source(source)?;
                self.write(to, value)
            }
        }
    }

    pub(super) fn convert_to_float(&mut self, from: &FloatSource, to: FloatRegister) -> Lowering<()> {
        match from {
            FloatSource::Float(from) => {
                let value = self.read_slot(Slot::F(from.0))?;
                self.write_slot(Slot::F(to.0), value)?;
                self.go_on()
            }
            FloatSource::Source(source) => {
                let value = self.source(source)?;
                self.float_op(Op::ToFloat, &[value], to)
            }
        }
    }

    pub(super) fn float_arithmetic(
        &mut self,
        op: Op,
        first: FloatRegister,
        second: FloatRegister,
        to: FloatRegister,
    ) -> Lowering<()> {
        let values = [self.read_slot(Slot::F(first.0))?, self.read_slot(Slot::F(second.0))?];
        self.float_op(op, &values, to)
    }

    pub(super) fn negate_float(&mut self, value: FloatRegister, to: FloatRegister) -> Lowering<()> {
        let value = self.read_slot(Slot::F(value.0))?;
        let result = self.build.value(Op::FNeg, &[value]);
        self.write_slot(Slot::F(to.0), result)
    }

    fn float_op(&mut self, op: Op, values: &[Value], to: FloatRegister) -> Lowering<()> {
        match self.unwind()? {
            Some(unwind) => {
                let inst = self.build.make_inst(op, values, Immediate::None);
                self.finish(op, Some(Slot::F(to.0)), |ok| Terminator::Try { inst, ok: Some(ok), unwind })
            }
            None => {
                let result = self.build.value(op, values);
                self.write_slot(Slot::F(to.0), result)
            }
        }
    }

    /// Ends the piece, if an edge was drawn for an exception that cannot happen.
    fn go_on(&mut self) -> Lowering<()> {
        if self.unwind()?.is_some() {
            let next = self.edge(EdgeKind::Normal)?;
            self.build.terminate(Terminator::Jump(next));
        }
        Ok(())
    }
}
