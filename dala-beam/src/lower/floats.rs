//! Unboxed floats.

use dala_ir::ir::{Immediate, Op};

use super::Lowering;
use super::context::Slot;
use super::emit::Emitter;
use super::flow::EdgeKind;
use crate::opcode::operand::{Fail, FloatRegister, FloatSource, FloatTarget};
use dala_ir::ir::Terminator;

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
                self.fallible_to(Op::ToFloat, &[value], Immediate::None, None, Some(Slot::F(to.0)))
            }
        }
    }

    pub(super) fn float_arithmetic(
        &mut self,
        op: Op,
        fail: Fail,
        first: FloatRegister,
        second: FloatRegister,
        to: FloatRegister,
    ) -> Lowering<()> {
        let values = [self.read_slot(Slot::F(first.0))?, self.read_slot(Slot::F(second.0))?];
        self.fallible_to(op, &values, Immediate::None, fail, Some(Slot::F(to.0)))
    }

    pub(super) fn negate_float(&mut self, value: FloatRegister, to: FloatRegister) -> Lowering<()> {
        let value = self.read_slot(Slot::F(value.0))?;
        let result = self.build.value(Op::FNeg, &[value]);
        self.write_slot(Slot::F(to.0), result)
    }

    /// Ends the piece, if an edge was drawn for an exception that cannot happen.
    pub(super) fn go_on(&mut self) -> Lowering<()> {
        if self.unwind()?.is_some() {
            let next = self.edge(EdgeKind::Normal)?;
            self.build.terminate(Terminator::Jump(next));
        }
        Ok(())
    }
}
