//! Code points in UTF-8: read from a match context, and written behind a binary.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I8, I64};
use cranelift_codegen::ir::{Block, InstBuilder, Value};

use super::bits::{END, POSITION};
use super::{Segment, bytes_anywhere};
use crate::interp::jit::helpers::Helper;
use crate::interp::opcode::Opcode;

/// The code points of so many bytes, up to four, end before these.
const ENDS: [i64; 4] = [0x80, 0x800, 0x1_0000, 0x11_0000];
/// First of the code points that are halves of UTF-16, and how many there are.
const SURROGATES: (i64, i64) = (0xd800, 0x800);

impl Segment<'_, '_> {
    /// Takes the next code point: one of up to three bytes in line, all others by a function, which also says where there
    /// is none.
    pub(super) fn get_utf8(&mut self) {
        // One of two ways that meet behind it has it written.
        self.write_frame();
        let (other, done) = (self.b.create_block(), self.block_with(&[I64]));
        let context = self.context(self.ins.b());
        let (position, end) = (self.load(context, POSITION), self.load(context, END));
        let place = self.place_of(context, position, other);
        let behind = self.b.ins().iadd_imm_s(position, 16);
        let is_some = self.b.ins().icmp(IntCC::UnsignedLessThanOrEqual, behind, end);
        self.when(is_some, other);
        let first = self.unsigned(I8, place, 0, false);
        for bytes in 1..=3 {
            let next = if bytes == 3 { other } else { self.b.create_block() };
            let lead = if bytes == 1 { ENDS[0] } else { 0x100 - (0x80 >> bytes) };
            let is_lead = self.b.ins().icmp_imm_u(IntCC::UnsignedLessThan, first, lead);
            self.when(is_lead, next);
            let after = self.b.ins().iadd_imm_s(position, 16 * bytes);
            let mut point = first;
            if bytes > 1 {
                let is_there = self.b.ins().icmp(IntCC::UnsignedLessThanOrEqual, after, end);
                self.when(is_there, other);
                point = self.decoded(first, place, bytes, other);
            }
            self.store(after, context, POSITION);
            let word = self.b.ins().ishl_imm_s(point, 1);
            self.jump_with(done, word);
            self.b.switch_to_block(next);
        }
        self.b.set_cold_block(other);
        let found = self.found(Helper::BsGetUtf);
        self.jump_with(done, found);
        self.b.switch_to_block(done);
        let point = self.b.block_params(done)[0];
        if self.ins.op == Opcode::BsGetUtf {
            self.set(self.ins.a(), point);
        }
        self.end_with_label();
    }

    /// The code point of two or three bytes whose first one is `first`. Goes on at `other` where they are none.
    fn decoded(&mut self, first: Value, place: Value, bytes: i64, other: Block) -> Value {
        if bytes == 2 {
            let is_first = self.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThanOrEqual, first, 0xc0);
            self.when(is_first, other);
        }
        let mut point = self.b.ins().band_imm_s(first, 0xff >> (bytes + 1));
        for index in 1..bytes {
            let byte = self.unsigned(I8, place, index as i32, false);
            let low = self.b.ins().iadd_imm_s(byte, -0x80);
            let goes_on = self.b.ins().icmp_imm_u(IntCC::UnsignedLessThan, low, 0x40);
            self.when(goes_on, other);
            let high = self.b.ins().ishl_imm_s(point, 6);
            point = self.b.ins().bor(high, low);
        }
        let is_shortest =
            self.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThanOrEqual, point, ENDS[bytes as usize - 2]);
        self.when(is_shortest, other);
        if bytes == 3 {
            self.unless_surrogate(point, other);
        }
        point
    }

    fn unless_surrogate(&mut self, point: Value, other: Block) {
        let (first, count) = SURROGATES;
        let above = self.b.ins().iadd_imm_s(point, -first);
        let is_surrogate = self.b.ins().icmp_imm_u(IntCC::UnsignedLessThan, above, count);
        self.unless(is_surrogate, other);
    }

    /// Bytes of a small integer in UTF-8. Goes on at `other` where it is no code point.
    pub(super) fn utf8_size(&mut self, operand: u16, other: Block) -> Value {
        let point = self.small_value(operand);
        let is_point = self.b.ins().icmp_imm_u(IntCC::UnsignedLessThan, point, ENDS[3]);
        self.when(is_point, other);
        self.unless_surrogate(point, other);
        let mut size = self.word(1);
        for least in &ENDS[..3] {
            let is_longer = self.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThanOrEqual, point, *least);
            let one = self.b.ins().uextend(I64, is_longer);
            size = self.b.ins().iadd(size, one);
        }
        size
    }

    /// Writes a code point, and gives the place behind it.
    pub(super) fn write_utf8(&mut self, operand: u16, place: Value) -> Value {
        let point = self.small_value(operand);
        let done = self.block_with(&[I64]);
        for bytes in 1..=4_i64 {
            let next = self.b.create_block();
            if bytes < 4 {
                let end = ENDS[bytes as usize - 1];
                let fits = self.b.ins().icmp_imm_u(IntCC::UnsignedLessThan, point, end);
                let here = self.b.create_block();
                self.b.ins().brif(fits, here, &[], next, &[]);
                self.b.switch_to_block(here);
            }
            for index in 0..bytes {
                let part = self.b.ins().ushr_imm_s(point, 6 * (bytes - 1 - index));
                let byte = match (index, bytes) {
                    (0, 1) => part,
                    (0, _) => self.b.ins().bor_imm_s(part, 0x100 - (0x100 >> bytes)),
                    _ => {
                        let low = self.b.ins().band_imm_s(part, 0x3f);
                        self.b.ins().bor_imm_s(low, 0x80)
                    }
                };
                self.b.ins().istore8(bytes_anywhere(), byte, place, index as i32);
            }
            let behind = self.b.ins().iadd_imm_s(place, bytes);
            self.jump_with(done, behind);
            if bytes < 4 {
                self.b.switch_to_block(next);
            }
        }
        self.b.switch_to_block(done);
        self.b.block_params(done)[0]
    }
}
