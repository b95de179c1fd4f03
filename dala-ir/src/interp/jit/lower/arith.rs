//! Arithmetic: in line on small integers, by a function on all other numbers.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{Block, InstBuilder, Value};

use super::{Known, Segment};
use crate::interp::jit::helpers::Helper;
use crate::interp::opcode::Opcode;

impl Segment<'_, '_> {
    /// Whether the instruction is arithmetic.
    pub(super) fn arithmetic(&mut self) -> bool {
        let op = self.ins.op;
        let before = self.known.clone();
        let result = match op {
            Opcode::Add | Opcode::AddSmall => {
                let (left, right) = self.small_operands();
                match self.small_constant() {
                    Some(by) => self.add_constant(self.ins.b(), left, by as i64),
                    None => {
                        let (sum, overflow) = self.b.ins().sadd_overflow(left, right);
                        self.guard_not(overflow);
                        sum
                    }
                }
            }
            Opcode::Sub | Opcode::SubSmall => {
                let (left, right) = self.small_operands();
                match self.small_constant().and_then(|by| (by as i64).checked_neg()) {
                    Some(by) => self.add_constant(self.ins.b(), left, by),
                    None => {
                        let (difference, overflow) = self.b.ins().ssub_overflow(left, right);
                        self.guard_not(overflow);
                        difference
                    }
                }
            }
            Opcode::Mul => {
                let (left, right) = self.small_operands();
                let left = self.b.ins().sshr_imm_s(left, 1);
                let (product, overflow) = self.b.ins().smul_overflow(left, right);
                self.guard_not(overflow);
                product
            }
            Opcode::IntDiv | Opcode::IntRem => {
                let (left, right) = self.small_operands();
                // No division by zero, and none that overflows.
                let is_positive = self.b.ins().icmp_imm_s(IntCC::SignedGreaterThan, right, 0);
                self.guard(is_positive);
                let (left, right) = (self.b.ins().sshr_imm_s(left, 1), self.b.ins().sshr_imm_s(right, 1));
                let value = if op == Opcode::IntDiv {
                    self.b.ins().sdiv(left, right)
                } else {
                    self.b.ins().srem(left, right)
                };
                self.b.ins().ishl_imm_s(value, 1)
            }
            Opcode::BitAnd => {
                let (left, right) = self.small_operands();
                self.b.ins().band(left, right)
            }
            Opcode::BitOr => {
                let (left, right) = self.small_operands();
                self.b.ins().bor(left, right)
            }
            Opcode::BitXor => {
                let (left, right) = self.small_operands();
                self.b.ins().bxor(left, right)
            }
            Opcode::ShiftLeft => {
                let (left, right) = self.small_operands();
                let by = self.b.ins().sshr_imm_s(right, 1);
                let is_small = self.b.ins().icmp_imm_s(IntCC::UnsignedLessThan, by, 62);
                self.guard(is_small);
                let value = self.b.ins().ishl(left, by);
                let back = self.b.ins().sshr(value, by);
                let is_whole = self.b.ins().icmp(IntCC::Equal, back, left);
                self.guard(is_whole);
                value
            }
            Opcode::ShiftRight => {
                let (left, right) = self.small_operands();
                let by = self.b.ins().sshr_imm_s(right, 1);
                let is_small = self.b.ins().icmp_imm_s(IntCC::UnsignedLessThan, by, 64);
                self.guard(is_small);
                let value = self.b.ins().sshr(left, by);
                self.b.ins().band_imm_s(value, !1)
            }
            Opcode::Negate => {
                let value = self.small_operand(self.ins.b());
                let zero = self.word(0);
                let (value, overflow) = self.b.ins().ssub_overflow(zero, value);
                self.guard_not(overflow);
                value
            }
            Opcode::BitNot => {
                let value = self.small_operand(self.ins.b());
                self.b.ins().bxor_imm_s(value, !1)
            }
            // Its value is a float.
            Opcode::Divide => {
                let done = self.block_with(&[I64]);
                self.float_way(done);
                let value = self.ask_for(Helper::Arithmetic, 1);
                self.meet(done, value, before);
                return true;
            }
            _ => return false,
        };
        match self.leave.take() {
            None => {
                self.set(self.ins.a(), result);
                self.known.small.insert(self.ins.a());
            }
            Some(other) => {
                let done = self.block_with(&[I64]);
                self.jump_with(done, result);
                self.b.seal_block(other.block);
                self.b.switch_to_block(other.block);
                self.known = before.clone();
                if self.expects_floats && matches!(op, Opcode::Add | Opcode::Sub | Opcode::Mul) {
                    self.float_way(done);
                }
                let value = self.ask_rarely(Helper::Arithmetic, 1);
                self.meet(done, value, before);
                return true;
            }
        }
        self.end_with_label();
        true
    }

    /// The last of the ways to a value meets the others at `done`, where what was known before the instruction holds: what one way
    /// has learned of the operands does not hold on another.
    fn meet(&mut self, done: Block, value: Value, before: Known) {
        self.jump_with(done, value);
        self.b.switch_to_block(done);
        let value = self.b.block_params(done)[0];
        self.known = before;
        self.set(self.ins.a(), value);
        self.end_with_label();
    }

    /// Ends the block where the instruction has a label: what stands behind such an instruction begins a block.
    pub(super) fn end_with_label(&mut self) {
        if !self.ins.targets.is_empty() {
            self.go_on(self.ins.next());
        }
    }

    /// An operand; leaves where it is no small integer.
    pub(super) fn small_operand(&mut self, operand: u16) -> Value {
        let value = self.get(operand);
        if self.ins.is_constant(operand) || self.known.small.insert(operand) {
            let not_small = self.not_small(value);
            self.guard_not(not_small);
        }
        value
    }

    /// The second operand, when it is known to be a small integer.
    fn small_constant(&self) -> Option<u64> {
        let constant = match self.ins.op {
            Opcode::AddSmall | Opcode::SubSmall => Some(self.ins.words[2]),
            _ => self.ins.constant(self.ins.c()),
        };
        constant.filter(|constant| constant & 1 == 0)
    }

    /// Adds a constant; leaves where the sum is no small integer. (A comparison behind the addition is one instruction
    /// less than Cranelift's test of the overflow flag.)
    fn add_constant(&mut self, operand: u16, left: Value, by: i64) -> Value {
        let sum = self.b.ins().iadd_imm_s(left, by);
        if by < 0 && self.known.above_least.get(&operand).is_some_and(|&above| above >= by.saturating_neg()) {
            return sum;
        }
        let order = if by < 0 { IntCC::SignedLessThanOrEqual } else { IntCC::SignedGreaterThanOrEqual };
        let is_whole = self.b.ins().icmp(order, sum, left);
        self.guard(is_whole);
        sum
    }

    /// Both operands; leaves where one is no small integer.
    fn small_operands(&mut self) -> (Value, Value) {
        let left = self.ins.b();
        match self.small_constant() {
            Some(right) => (self.small_operand(left), self.word(right)),
            None => self.two_small(left, self.ins.c()),
        }
    }

    /// Two operands; leaves where one is no small integer.
    pub(super) fn two_small(&mut self, left: u16, right: u16) -> (Value, Value) {
        if [left, right].into_iter().any(|operand| self.known.small.contains(&operand)) {
            return (self.small_operand(left), self.small_operand(right));
        }
        let (one, other) = (self.get(left), self.get(right));
        let any = self.b.ins().bor(one, other);
        let not_small = self.not_small(any);
        self.guard_not(not_small);
        for operand in [left, right] {
            if !self.ins.is_constant(operand) {
                self.known.small.insert(operand);
            }
        }
        (one, other)
    }
}
