//! Integers behind a binary, in place: what loops that build one do.
//!
//! The bytes go to what the heap has claimed ahead of the buffer's end (`Claim` in the process's context). All else is
//! done by a function, which claims more.

use std::mem::offset_of;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I8, I16, I32, I64};
use cranelift_codegen::ir::{Block, InstBuilder, MemFlagsData, Value};

use super::Segment;
use super::types::header_byte;
use crate::abi::{ActorContext, Claim, Header, Kind, Word};
use crate::interp::jit::decode::Instruction;
use crate::interp::jit::offsets::{CONTEXT, SLACK};
use crate::interp::opcode::Opcode;
use crate::interp::ops::bits::{APPEND, INTEGER, LITTLE, PRIVATE_APPEND};
use crate::term::binary::BYTES_OFFSET;

/// Most bytes that are written in line.
const MOST_BYTES: u64 = 16;

/// Where a part of a binary has what it is of, its first bit and its length, from the word that points to it.
const OF: i32 = 8 - 3;
const OFFSET: i32 = 16 - 3;
const LENGTH: i32 = 24 - 3;
/// Payload words of a part.
const PART_WORDS: usize = 3;

/// Where the context has the parts of its claim.
const ADDRESS: i32 = (offset_of!(ActorContext, claim) + offset_of!(Claim, address)) as i32;
const CLAIMED: i32 = (offset_of!(ActorContext, claim) + offset_of!(Claim, claimed)) as i32;
const FILLED: i32 = (offset_of!(ActorContext, claim) + offset_of!(Claim, filled)) as i32;

/// An integer that is appended: its operand, how many bytes, and in which order.
struct Piece {
    operand: u16,
    bytes: u64,
    is_little: bool,
}

/// The integers of constant whole bytes that an instruction appends, if that is what it does.
fn pieces(ins: &Instruction) -> Option<Vec<Piece>> {
    let kind = |first: u64| ((first >> 32) as u8, first >> 40 & 1 == 1);
    let count = usize::from(ins.c());
    let is_append = ins.op == Opcode::BsCreate
        && count > 1
        && matches!(kind(ins.words[3]), (APPEND | PRIVATE_APPEND, false))
        && matches!(ins.words[4] & 0xffff, 1 | 8);
    if !is_append {
        return None;
    }
    let mut pieces = Vec::new();
    for index in 1..count {
        let (first, second) = (ins.words[3 + 2 * index], ins.words[4 + 2 * index]);
        if kind(first) != (INTEGER, true) {
            return None;
        }
        let size = ins.constant((first >> 16) as u16)?;
        let bits = (size & 1 == 0).then_some(size / 2)?.checked_mul(second & 0xffff)?;
        if bits % 8 != 0 || !(1..=8).contains(&(bits / 8)) {
            return None;
        }
        pieces.push(Piece { operand: first as u16, bytes: bits / 8, is_little: second & LITTLE != 0 });
    }
    (pieces.iter().map(|piece| piece.bytes).sum::<u64>() <= MOST_BYTES).then_some(pieces)
}

impl Segment<'_, '_> {
    /// Whether the instruction appends integers to a binary.
    pub(super) fn append(&mut self) -> bool {
        let ins = self.ins;
        let Some(pieces) = pieces(ins) else { return false };
        // One of two ways that meet behind it has it written.
        self.write_frame();
        let (other, done) = (self.b.create_block(), self.block_with(&[I64]));
        let whole = self.get(ins.words[3] as u16);
        let values: Vec<Value> = pieces.iter().map(|piece| self.get(piece.operand)).collect();
        for (piece, &value) in pieces.iter().zip(&values) {
            if !self.known.small.contains(&piece.operand) {
                let not_small = self.not_small(value);
                self.unless(not_small, other);
            }
        }
        let bytes: u64 = pieces.iter().map(|piece| piece.bytes).sum();
        let place = self.claimed(whole, bytes, other);
        let mut done_bytes = 0;
        for (piece, value) in pieces.iter().zip(values) {
            self.write_integer(piece, value, place, done_bytes);
            done_bytes += piece.bytes;
        }
        let part = self.longer_part(whole, bytes);
        self.jump_with(done, part);
        self.b.switch_to_block(other);
        self.b.set_cold_block(other);
        let built = self.work();
        self.jump_with(done, built);
        self.b.switch_to_block(done);
        let built = self.b.block_params(done)[0];
        self.set(ins.a(), built);
        self.end_with_label();
        true
    }

    /// Takes so many bytes of what is claimed behind `whole`, and gives where they are. Goes on at `other`, with nothing
    /// done, where that is no binary that ends there, or where there is no room for it to grow.
    fn claimed(&mut self, whole: Value, bytes: u64, other: Block) -> Value {
        let is_boxed = self.is_boxed(whole);
        self.when(is_boxed, other);
        let header = self.load(whole, -3);
        let is_part = self.b.ins().icmp_imm_s(IntCC::Equal, header, part_header());
        self.when(is_part, other);
        let (of, offset, length) = (self.load(whole, OF), self.load(whole, OFFSET), self.load(whole, LENGTH));
        let header = self.load(of, -3);
        let kind = self.b.ins().band_imm_s(header, 0xff);
        let is_shared = self.b.ins().icmp_imm_s(IntCC::Equal, kind, header_byte(Kind::RefBinary));
        self.when(is_shared, other);
        if self.ins.words[4] & 0xffff == 8 {
            let over = self.b.ins().band_imm_s(length, 15);
            self.unless(over, other);
        }
        let buffer = self.load(of, OF);
        let vm = self.vm();
        let context = self.load(vm, CONTEXT);
        let address = self.load(context, ADDRESS);
        let is_ours = self.b.ins().icmp(IntCC::Equal, address, buffer);
        self.when(is_ours, other);
        let filled = self.load(context, FILLED);
        // As small integers, of bits.
        let end = self.b.ins().iadd(offset, length);
        let filled_bits = self.b.ins().ishl_imm_s(filled, 4);
        let is_last = self.b.ins().icmp(IntCC::Equal, end, filled_bits);
        self.when(is_last, other);
        let after = self.b.ins().iadd_imm_s(filled, bytes as i64);
        let claimed = self.load(context, CLAIMED);
        let is_claimed = self.b.ins().icmp(IntCC::UnsignedLessThanOrEqual, after, claimed);
        self.when(is_claimed, other);
        let (hp, sp, vm) = (self.hp(), self.sp(), self.vm());
        let end = self.b.ins().iadd_imm_s(hp, 8 * (PART_WORDS as i64 + 1));
        let slack = self.load(vm, SLACK);
        let end = self.b.ins().iadd(end, slack);
        let has_room = self.b.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, sp, end);
        self.when(has_room, other);
        self.store(after, context, FILLED);
        let first = self.load(buffer, BYTES_OFFSET as i32);
        self.b.ins().iadd(first, filled)
    }

    /// Writes a small integer's low bytes.
    fn write_integer(&mut self, piece: &Piece, value: Value, place: Value, offset: u64) {
        // Bytes stand anywhere.
        let flags = MemFlagsData::new().with_notrap();
        let value = self.b.ins().sshr_imm_s(value, 1);
        let mut written = 0;
        for (kind, size) in [(I64, 8), (I32, 4), (I16, 2), (I8, 1)] {
            if piece.bytes & size == 0 {
                continue;
            }
            let below = if piece.is_little { written } else { piece.bytes - written - size };
            let part = self.b.ins().ushr_imm_s(value, 8 * below as i64);
            let part = if kind == I64 { part } else { self.b.ins().ireduce(kind, part) };
            let part = if piece.is_little || kind == I8 { part } else { self.b.ins().bswap(part) };
            self.b.ins().store(flags, part, place, (offset + written) as i32);
            written += size;
        }
    }

    /// A part like `whole`, so many bytes longer; there is room.
    fn longer_part(&mut self, whole: Value, bytes: u64) -> Value {
        let (of, offset, length) = (self.load(whole, OF), self.load(whole, OFFSET), self.load(whole, LENGTH));
        let length = self.b.ins().iadd_imm_s(length, 16 * bytes as i64);
        let header = self.word(part_header() as u64);
        let part = self.allocate(PART_WORDS + 1);
        for (index, word) in [header, of, offset, length].into_iter().enumerate() {
            self.store(word, part, index as i32 * 8);
        }
        self.b.ins().bor_imm_s(part, 0b011)
    }
}

fn part_header() -> i64 {
    Word::header(Header::new(Kind::SubBinary, PART_WORDS)).to_bits() as i64
}
