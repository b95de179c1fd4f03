//! What is left of a bitstring in a match context, as a term: parts of buffers are made in line.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{Block, InstBuilder, Value};

use super::Segment;
use super::bits::{END, POSITION, WHOLE};
use super::types::header_byte;
use crate::abi::{Header, Kind, Word};
use crate::interp::jit::helpers::Helper;
use crate::interp::jit::offsets::SLACK;
use crate::interp::opcode::Opcode;
use crate::term::writer::HEAP_BINARY_BYTES;

/// Payload words of a part: what it is of, its place there and its length, in bits, as small integers.
const PART_WORDS: usize = 3;

impl Segment<'_, '_> {
    /// All that is left, taken (`BsGetRest`) or not (`BsTail`). What is short, or all of a bitstring, is its function's business.
    pub(super) fn rest(&mut self) {
        let ins = self.ins;
        // One of two ways that meet behind it has it written.
        self.write_frame();
        let context = self.context(ins.b());
        let (other, done) = (self.b.create_block(), self.block_with(&[I64]));
        let (position, end) = (self.load(context, POSITION), self.load(context, END));
        let left = self.b.ins().isub(end, position);
        // Twice the bits.
        let most = 2 * 8 * HEAP_BINARY_BYTES as i64;
        let is_long = self.b.ins().icmp_imm_s(IntCC::SignedGreaterThan, left, most);
        self.when(is_long, other);
        self.when(position, other);
        let taken = ins.op == Opcode::BsGetRest;
        if taken {
            let over = self.b.ins().band_imm_s(left, 2 * ins.words[2] as i64 - 1);
            self.unless(over, other);
        }
        let (hp, sp, vm) = (self.hp(), self.sp(), self.vm());
        let after = self.b.ins().iadd_imm_s(hp, (PART_WORDS as i64 + 1) * 8);
        let slack = self.load(vm, SLACK);
        let needed = self.b.ins().iadd(after, slack);
        let has_room = self.b.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, sp, needed);
        self.when(has_room, other);
        let whole = self.load(context, WHOLE);
        let (of, start) = self.owner(whole, other);
        let place = self.b.ins().iadd(start, position);
        let header = self.word(Word::header(Header::new(Kind::SubBinary, PART_WORDS)).to_bits());
        for (index, value) in [header, of, place, left].into_iter().enumerate() {
            self.store(value, hp, index as i32 * 8);
        }
        self.b.def_var(self.hp, after);
        if taken {
            self.store(end, context, POSITION);
        }
        let part = self.b.ins().bor_imm_s(hp, 0b011);
        self.jump_with(done, part);
        self.b.switch_to_block(other);
        let helper = if taken { Helper::BsGetRest } else { Helper::BsTail };
        let value = self.found(helper);
        self.jump_with(done, value);
        self.b.switch_to_block(done);
        let value = self.b.block_params(done)[0];
        self.set(ins.a(), value);
        self.end_with_label();
    }

    /// What a part of a bitstring is a part of, and twice the bits that the bitstring begins at there; goes on at `other`
    /// where that is no bitstring.
    fn owner(&mut self, whole: Value, other: Block) -> (Value, Value) {
        let found = self.block_with(&[I64, I64]);
        let header = self.load(whole, -3);
        let kind = self.b.ins().band_imm_s(header, 0xff);
        let [part, no_part, heap, no_heap, shared] = [(); 5].map(|()| self.b.create_block());
        let is_part = self.b.ins().icmp_imm_s(IntCC::Equal, kind, header_byte(Kind::SubBinary));
        self.b.ins().brif(is_part, part, &[], no_part, &[]);
        self.b.switch_to_block(part);
        let (of, start) = (self.load(whole, 8 - 3), self.load(whole, 16 - 3));
        self.b.ins().jump(found, &[of.into(), start.into()]);
        self.b.switch_to_block(no_part);
        let is_heap = self.b.ins().icmp_imm_s(IntCC::Equal, kind, header_byte(Kind::HeapBinary));
        self.b.ins().brif(is_heap, heap, &[], no_heap, &[]);
        self.b.switch_to_block(heap);
        let zero = self.word(0);
        self.b.ins().jump(found, &[whole.into(), zero.into()]);
        self.b.switch_to_block(no_heap);
        let is_shared = self.b.ins().icmp_imm_s(IntCC::Equal, kind, header_byte(Kind::RefBinary));
        self.b.ins().brif(is_shared, shared, &[], other, &[]);
        self.b.switch_to_block(shared);
        let start = self.load(whole, 16 - 3);
        let start = self.b.ins().ishl_imm_s(start, 1);
        self.b.ins().jump(found, &[whole.into(), start.into()]);
        self.b.switch_to_block(found);
        let [of, start] = self.b.block_params(found) else { unreachable!("it has two") };
        (*of, *start)
    }

    /// Twice the bits of a boxed object that is a bitstring, or [`Word::NONE`].
    pub(super) fn bit_length(&mut self, source: Value, header: Value) -> Value {
        let done = self.block_with(&[I64]);
        let kind = self.b.ins().band_imm_s(header, 0xff);
        for (wanted, offset, shift) in
            [(Kind::SubBinary, 24 - 3, 0), (Kind::HeapBinary, 8 - 3, 1), (Kind::RefBinary, 24 - 3, 1)]
        {
            let [it, next] = [(); 2].map(|()| self.b.create_block());
            let is_it = self.b.ins().icmp_imm_s(IntCC::Equal, kind, header_byte(wanted));
            self.b.ins().brif(is_it, it, &[], next, &[]);
            self.b.switch_to_block(it);
            let length = self.load(source, offset);
            let length = if shift == 0 { length } else { self.b.ins().ishl_imm_s(length, 1) };
            self.jump_with(done, length);
            self.b.switch_to_block(next);
        }
        let none = self.word(Word::NONE.to_bits());
        self.jump_with(done, none);
        self.b.switch_to_block(done);
        self.b.block_params(done)[0]
    }
}
