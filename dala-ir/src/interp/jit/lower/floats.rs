//! Unboxed floats.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::types::F64;
use cranelift_codegen::ir::{Block, InstBuilder, Value};

use super::{Segment, memory};
use crate::abi::{Header, Kind, Word};
use crate::interp::jit::decode::FLOAT;
use crate::interp::jit::offsets::SLACK;
use crate::interp::opcode::Opcode;

/// Words of a float on the heap.
const FLOAT_WORDS: usize = 2;

impl Segment<'_, '_> {
    /// Whether the instruction is one on unboxed floats.
    pub(super) fn float_arithmetic(&mut self) -> bool {
        match self.ins.op {
            Opcode::FAdd => self.float_op(|s, left, right| s.b.ins().fadd(left, right)),
            Opcode::FSub => self.float_op(|s, left, right| s.b.ins().fsub(left, right)),
            Opcode::FMul => self.float_op(|s, left, right| s.b.ins().fmul(left, right)),
            Opcode::FDiv => self.float_op(|s, left, right| s.b.ins().fdiv(left, right)),
            Opcode::FNeg => {
                let (zero, value) = (self.b.ins().f64const(0.0), self.register(self.ins.b() | FLOAT));
                let value = self.b.ins().fsub(zero, value);
                self.define(self.ins.a() | FLOAT, value);
            }
            Opcode::Unbox => {
                let word = self.get(self.ins.a());
                let is_boxed = self.is_boxed(word);
                self.guard(is_boxed);
                let is_float = self.header_is(word, &[Kind::Float]);
                self.guard(is_float);
                let value = self.b.ins().load(F64, memory(), word, 8 - 3);
                self.define(self.ins.b() | FLOAT, value);
            }
            Opcode::Box => {
                let value = self.register(self.ins.b() | FLOAT);
                let float = self.boxed_float(value);
                self.set(self.ins.a(), float);
            }
            Opcode::ToFloat => self.number_as_float(),
            _ => return false,
        }
        true
    }

    /// The value of an operator, where it is finite.
    fn float_op(&mut self, op: impl Fn(&mut Self, Value, Value) -> Value) {
        let (left, right) = (self.register(self.ins.b() | FLOAT), self.register(self.ins.c() | FLOAT));
        let value = op(self, left, right);
        let is_finite = self.is_finite(value);
        self.guard(is_finite);
        self.define(self.ins.a() | FLOAT, value);
        self.end_with_label();
    }

    /// The operator on two numbers of which one is a float, or a division of small ones: goes on at `done` with the float
    /// that comes of it, and behind this where there is none.
    pub(super) fn float_way(&mut self, done: Block) {
        let slow = self.b.create_block();
        if self.ins.op != Opcode::Divide {
            // Two small ones come here when what comes of them is a large one.
            let (left, right) = (self.get(self.ins.b()), self.get(self.ins.c()));
            let any = self.b.ins().bor(left, right);
            let not_small = self.not_small(any);
            self.when(not_small, slow);
        }
        let left = self.as_float(self.ins.b(), slow);
        let right = if self.ins.b() == self.ins.c() { left } else { self.as_float(self.ins.c(), slow) };
        let value = match self.ins.op {
            Opcode::Add => self.b.ins().fadd(left, right),
            Opcode::Sub => self.b.ins().fsub(left, right),
            Opcode::Mul => self.b.ins().fmul(left, right),
            _ => self.b.ins().fdiv(left, right),
        };
        let is_finite = self.is_finite(value);
        self.when(is_finite, slow);
        let (hp, sp, vm) = (self.hp(), self.sp(), self.vm());
        let slack = self.load(vm, SLACK);
        let end = self.b.ins().iadd(hp, slack);
        let end = self.b.ins().iadd_imm_s(end, 8 * FLOAT_WORDS as i64);
        let has_room = self.b.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, sp, end);
        self.when(has_room, slow);
        let float = self.boxed_float(value);
        self.jump_with(done, float);
        self.b.switch_to_block(slow);
        self.b.set_cold_block(slow);
    }

    /// A number that is small or a float, as a float; goes on at `other` with any other term.
    fn as_float(&mut self, operand: u16, other: Block) -> Value {
        let word = self.get(operand);
        let (small, not_small, done) =
            (self.b.create_block(), self.b.create_block(), self.block_with(&[F64]));
        let is_other = self.not_small(word);
        self.b.ins().brif(is_other, not_small, &[], small, &[]);
        self.b.switch_to_block(small);
        let number = self.b.ins().sshr_imm_s(word, 1);
        let value = self.b.ins().fcvt_from_sint(F64, number);
        self.jump_with(done, value);
        self.b.switch_to_block(not_small);
        let is_boxed = self.is_boxed(word);
        self.when(is_boxed, other);
        let is_float = self.header_is(word, &[Kind::Float]);
        self.when(is_float, other);
        let value = self.b.ins().load(F64, memory(), word, 8 - 3);
        self.jump_with(done, value);
        self.b.switch_to_block(done);
        self.b.block_params(done)[0]
    }

    fn is_finite(&mut self, value: Value) -> Value {
        let size = self.b.ins().fabs(value);
        let infinite = self.b.ins().f64const(f64::INFINITY);
        self.b.ins().fcmp(FloatCC::LessThan, size, infinite)
    }

    /// A float on the heap; there is room.
    fn boxed_float(&mut self, value: Value) -> Value {
        let header = self.word(Word::header(Header::new(Kind::Float, 1)).to_bits());
        let at = self.allocate(FLOAT_WORDS);
        self.store(header, at, 0);
        self.store(value, at, 8);
        self.b.ins().bor_imm_s(at, 0b011)
    }

    fn number_as_float(&mut self) {
        let leave = self.leave_block();
        let value = self.as_float(self.ins.b(), leave);
        self.define(self.ins.a() | FLOAT, value);
        self.end_with_label();
    }
}
