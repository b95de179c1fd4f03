//! What an instruction reads and writes and where it goes on failure, told from its row in the table.
//!
//! The kind of an operand says which: a `Source` is read, a `Register` is written, a `Fail` is where a failure goes. Only a
//! float register is both; it is written where the row calls it `to`. Instructions whose operands say less than the whole
//! (calls, frames, handlers, `swap`) are told apart where that matters: `lower::effects` and `lower::flow`.

use dala_ir::abi::Atom;

use super::kinds::{MatchCommands, Pairs, Segments};
use super::operand::*;

/// Is told the operands of an instruction, in the order of the file.
pub trait OperandVisitor {
    /// The instruction reads this.
    fn read(&mut self, source: &Source);
    /// It reads this float register.
    fn read_float(&mut self, register: FloatRegister);
    /// It writes this.
    fn write(&mut self, register: Register);
    /// It writes this float register.
    fn write_float(&mut self, register: FloatRegister);
    /// Where it goes, or whether it raises, when it fails.
    fn fail(&mut self, fail: Fail);
}

/// A kind of operand; `is_target` says whether the row calls it `to`.
pub(super) trait VisitOperand {
    fn visit(&self, is_target: bool, visitor: &mut dyn OperandVisitor);
}

/// Kinds that no instruction reads or writes at run time.
macro_rules! inert {
    ($($kind:ty),*) => {
        $(impl VisitOperand for $kind {
            fn visit(&self, _: bool, _: &mut dyn OperandVisitor) {}
        })*
    };
}
inert!(u8, u32, u64, Atom, Label, Import, Literal, Lambda, Allocation, FunTag, UpdateHint);

impl VisitOperand for Source {
    fn visit(&self, _: bool, visitor: &mut dyn OperandVisitor) {
        visitor.read(self);
    }
}

impl VisitOperand for Register {
    fn visit(&self, _: bool, visitor: &mut dyn OperandVisitor) {
        visitor.write(*self);
    }
}

impl VisitOperand for FloatRegister {
    fn visit(&self, is_target: bool, visitor: &mut dyn OperandVisitor) {
        if is_target { visitor.write_float(*self) } else { visitor.read_float(*self) }
    }
}

impl VisitOperand for Fail {
    fn visit(&self, _: bool, visitor: &mut dyn OperandVisitor) {
        visitor.fail(*self);
    }
}

impl VisitOperand for StartFail {
    fn visit(&self, _: bool, visitor: &mut dyn OperandVisitor) {
        if let StartFail::Label(fail) = self {
            visitor.fail(*fail);
        }
    }
}

impl VisitOperand for Size {
    fn visit(&self, _: bool, visitor: &mut dyn OperandVisitor) {
        if let Size::Source(source) = self {
            visitor.read(source);
        }
    }
}

impl VisitOperand for FloatSource {
    fn visit(&self, _: bool, visitor: &mut dyn OperandVisitor) {
        match self {
            FloatSource::Float(register) => visitor.read_float(*register),
            FloatSource::Source(source) => visitor.read(source),
        }
    }
}

impl VisitOperand for FloatTarget {
    fn visit(&self, _: bool, visitor: &mut dyn OperandVisitor) {
        match self {
            FloatTarget::Float(register) => visitor.write_float(*register),
            FloatTarget::Register(register) => visitor.write(*register),
        }
    }
}

impl<T: VisitOperand> VisitOperand for Vec<T> {
    fn visit(&self, is_target: bool, visitor: &mut dyn OperandVisitor) {
        self.iter().for_each(|operand| operand.visit(is_target, visitor));
    }
}

impl<A: VisitOperand, B: VisitOperand> VisitOperand for Pairs<A, B> {
    fn visit(&self, is_target: bool, visitor: &mut dyn OperandVisitor) {
        for (first, second) in &self.0 {
            first.visit(is_target, visitor);
            second.visit(is_target, visitor);
        }
    }
}

impl VisitOperand for Segments {
    fn visit(&self, is_target: bool, visitor: &mut dyn OperandVisitor) {
        // Value and size of a string are places in the module.
        for segment in self.0.iter().filter(|segment| segment.kind != SegmentKind::String) {
            segment.value.visit(is_target, visitor);
            segment.size.visit(is_target, visitor);
        }
    }
}

impl VisitOperand for MatchCommands {
    fn visit(&self, _: bool, visitor: &mut dyn OperandVisitor) {
        for command in &self.0 {
            match command {
                MatchCommand::Integer { to, .. }
                | MatchCommand::Binary { to, .. }
                | MatchCommand::GetTail { to, .. } => visitor.write(*to),
                MatchCommand::EnsureAtLeast { .. }
                | MatchCommand::EnsureExactly(_)
                | MatchCommand::Skip(_)
                | MatchCommand::Equal { .. } => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::opcode::Instruction;

    #[derive(Debug, Default)]
    struct Told(Vec<String>);

    impl OperandVisitor for Told {
        fn read(&mut self, source: &Source) {
            self.0.push(format!("read {source:?}"));
        }
        fn read_float(&mut self, register: FloatRegister) {
            self.0.push(format!("read f{}", register.0));
        }
        fn write(&mut self, register: Register) {
            self.0.push(format!("write {register:?}"));
        }
        fn write_float(&mut self, register: FloatRegister) {
            self.0.push(format!("write f{}", register.0));
        }
        fn fail(&mut self, fail: Fail) {
            self.0.push(format!("fail {fail:?}"));
        }
    }

    #[test]
    fn rows_tell_what_is_read_written_and_where_failure_goes() {
        let mut told = Told::default();
        let x0 = Register::X(0);
        Instruction::GetList { list: Source::Nil, head: x0, tail: Register::Y(1) }.visit_operands(&mut told);
        assert_eq!(told.0, ["read Nil", "write X(0)", "write Y(1)"]);
        let mut told = Told::default();
        let (first, second, to) = (FloatRegister(0), FloatRegister(1), FloatRegister(2));
        Instruction::FAdd { fail: None, first, second, to }.visit_operands(&mut told);
        assert_eq!(told.0, ["fail None", "read f0", "read f1", "write f2"]);
        let mut told = Told::default();
        let pairs = Pairs(vec![(Source::Integer(1), x0)]);
        Instruction::GetMapElements { fail: Some(Label(3)), map: Source::Nil, pairs }
            .visit_operands(&mut told);
        assert_eq!(told.0, ["fail Some(Label(3))", "read Nil", "read Integer(1)", "write X(0)"]);
    }
}
