//! Unboxed floats.

use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::types::F64;
use cranelift_codegen::ir::{InstBuilder, Value};

use super::{Segment, memory};
use crate::abi::{Header, Kind, Word};
use crate::interp::jit::decode::FLOAT;
use crate::interp::opcode::Opcode;

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
                let header = self.word(Word::header(Header::new(Kind::Float, 1)).to_bits());
                let at = self.allocate(2);
                self.store(header, at, 0);
                self.store(value, at, 8);
                let object = self.b.ins().bor_imm_s(at, 0b011);
                self.set(self.ins.a(), object);
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
        let size = self.b.ins().fabs(value);
        let infinite = self.b.ins().f64const(f64::INFINITY);
        let is_finite = self.b.ins().fcmp(FloatCC::LessThan, size, infinite);
        self.guard(is_finite);
        self.define(self.ins.a() | FLOAT, value);
        self.end_with_label();
    }

    fn number_as_float(&mut self) {
        let word = self.get(self.ins.b());
        let (small, other, done) = (self.b.create_block(), self.b.create_block(), self.block_with(&[F64]));
        let not_small = self.not_small(word);
        self.b.ins().brif(not_small, other, &[], small, &[]);
        self.b.switch_to_block(small);
        let number = self.b.ins().sshr_imm_s(word, 1);
        let value = self.b.ins().fcvt_from_sint(F64, number);
        self.jump_with(done, value);
        self.b.switch_to_block(other);
        let is_boxed = self.is_boxed(word);
        self.guard(is_boxed);
        let is_float = self.header_is(word, &[Kind::Float]);
        self.guard(is_float);
        let value = self.b.ins().load(F64, memory(), word, 8 - 3);
        self.jump_with(done, value);
        self.b.switch_to_block(done);
        let value = self.b.block_params(done)[0];
        self.define(self.ins.a() | FLOAT, value);
        self.end_with_label();
    }
}
