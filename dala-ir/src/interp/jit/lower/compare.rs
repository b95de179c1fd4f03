//! Comparisons: in line where the words tell, else by a function.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::types::{F64, I8};
use cranelift_codegen::ir::{InstBuilder, Value};

use super::{Segment, memory};
use crate::abi::Kind;
use crate::interp::jit::helpers::Helper;
use crate::interp::opcode::Opcode;

impl Segment<'_, '_> {
    /// Whether the instruction is a comparison.
    pub(super) fn comparison(&mut self) -> bool {
        match self.ins.op {
            Opcode::EqExact => self.equal(Helper::EqExact, true, true),
            Opcode::NeExact => self.equal(Helper::EqExact, true, false),
            Opcode::Eq => self.equal(Helper::EqLoose, false, true),
            Opcode::Ne => self.equal(Helper::EqLoose, false, false),
            Opcode::Lt | Opcode::Ge => {
                if self.flow.is_integer(self.ins, self.ins.a())
                    || self.flow.is_integer(self.ins, self.ins.b())
                {
                    let (left, right) = self.two_small(self.ins.a(), self.ins.b());
                    self.order_small(left, right);
                } else {
                    let (left, right) = (self.get(self.ins.a()), self.get(self.ins.b()));
                    let any = self.b.ins().bor(left, right);
                    let not_small = self.not_small(any);
                    self.order(left, right, not_small);
                }
            }
            Opcode::LtSmall | Opcode::GeSmall => {
                let right = self.word(self.ins.words[2]);
                if self.flow.is_integer(self.ins, self.ins.a()) {
                    let left = self.small_operand(self.ins.a());
                    self.order_small(left, right);
                } else {
                    let left = self.get(self.ins.a());
                    let not_small = self.not_small(left);
                    self.order(left, right, not_small);
                }
            }
            Opcode::EqWord | Opcode::NeWord => {
                let (left, right) = (self.get(self.ins.a()), self.own_word(2));
                let is_equal = self.ins.op == Opcode::EqWord;
                let condition = if is_equal { IntCC::Equal } else { IntCC::NotEqual };
                let holds = self.b.ins().icmp(condition, left, right);
                self.branch(holds);
            }
            _ => return false,
        }
        true
    }

    /// Less, or not: small integers.
    fn order_small(&mut self, left: Value, right: Value) {
        let (no, next) = self.ways();
        let condition = if matches!(self.ins.op, Opcode::Lt | Opcode::LtSmall) {
            IntCC::SignedLessThan
        } else {
            IntCC::SignedGreaterThanOrEqual
        };
        let holds = self.b.ins().icmp(condition, left, right);
        self.b.ins().brif(holds, next, &[], no, &[]);
    }

    /// Less, or not: by the words of small integers, as floats where both are, else by comparing terms: where `not_small` is
    /// not zero.
    fn order(&mut self, left: Value, right: Value, not_small: Value) {
        let (small, other) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(other);
        self.b.ins().brif(not_small, other, &[], small, &[]);
        self.b.switch_to_block(small);
        self.order_small(left, right);
        self.b.switch_to_block(other);
        let (no, next) = self.ways();
        let is_less = matches!(self.ins.op, Opcode::Lt | Opcode::LtSmall);
        let (yes, no) = if is_less { (next, no) } else { (no, next) };
        if matches!(self.ins.op, Opcode::Lt | Opcode::Ge) {
            let terms = self.b.create_block();
            for word in [left, right] {
                let [boxed, float] = [(); 2].map(|()| self.b.create_block());
                let is_boxed = self.is_boxed(word);
                self.b.ins().brif(is_boxed, boxed, &[], terms, &[]);
                self.b.switch_to_block(boxed);
                let is_float = self.header_is(word, &[Kind::Float]);
                self.b.ins().brif(is_float, float, &[], terms, &[]);
                self.b.switch_to_block(float);
            }
            let [left, right] = [left, right].map(|word| self.b.ins().load(F64, memory(), word, 8 - 3));
            let less = self.b.ins().fcmp(FloatCC::LessThan, left, right);
            self.b.ins().brif(less, yes, &[], no, &[]);
            self.b.switch_to_block(terms);
        }
        let less = self.helper(Helper::Less, [left, right]);
        self.b.ins().brif(less, yes, &[], no, &[]);
    }

    /// Equal, or (`wanted` is false) not. Exactly equal words of which one is immediate are the same; loosely equal
    /// ones of which neither is a pointer are.
    fn equal(&mut self, helper: Helper, is_exact: bool, wanted: bool) {
        let (left, right) = (self.get(self.ins.a()), self.get(self.ins.b()));
        let (no, next) = self.ways();
        let (yes_equal, no_equal) = if wanted { (next, no) } else { (no, next) };
        let same = self.b.ins().icmp(IntCC::Equal, left, right);
        let differ = self.b.create_block();
        self.b.ins().brif(same, yes_equal, &[], differ, &[]);
        self.b.switch_to_block(differ);
        let (left_is, right_is) = (self.is_pointer(left), self.is_pointer(right));
        let deep =
            if is_exact { self.b.ins().band(left_is, right_is) } else { self.b.ins().bor(left_is, right_is) };
        let other = self.b.create_block();
        self.b.ins().brif(deep, other, &[], no_equal, &[]);
        self.b.switch_to_block(other);
        let equal = self.helper(helper, [left, right]);
        self.b.ins().brif(equal, yes_equal, &[], no_equal, &[]);
    }

    pub(super) fn is_pointer(&mut self, word: Value) -> Value {
        if self.atoms.contains(&word) {
            return self.b.ins().iconst(I8, 0);
        }
        let low = self.b.ins().band_imm_s(word, 0b101);
        self.b.ins().icmp_imm_s(IntCC::Equal, low, 0b001)
    }
}
