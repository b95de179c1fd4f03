//! Integers and code points behind a binary, in place: what loops that build one do.
//!
//! The bytes go to what the heap has claimed ahead of the buffer's end (`Claim` in the process's context). All else is
//! done by a function, which claims more.

use std::mem::offset_of;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I8, I16, I32, I64};
use cranelift_codegen::ir::{Block, InstBuilder, Value};

use super::types::header_byte;
use super::{Segment, bytes_anywhere};
use crate::abi::{ActorContext, Claim, Header, Kind, Word};
use crate::interp::jit::decode::Instruction;
use crate::interp::jit::offsets::{CONTEXT, SLACK};
use crate::interp::opcode::Opcode;
use crate::interp::ops::bits::{APPEND, INTEGER, LITTLE, PRIVATE_APPEND, UTF8};
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

/// Something that is appended, of whole bytes.
enum Piece {
    /// Integers of constant sizes one behind the other, with no byte's border between two of them.
    Integers { parts: Vec<Part>, bytes: u64, is_little: bool },
    /// A code point in UTF-8.
    Utf8 { operand: u16 },
}

/// The low bits of an integer.
struct Part {
    operand: u16,
    bits: u64,
}

impl Piece {
    fn most_bytes(&self) -> u64 {
        match self {
            Piece::Integers { bytes, .. } => *bytes,
            Piece::Utf8 { .. } => 4,
        }
    }

    fn operands(&self) -> impl Iterator<Item = u16> {
        let (parts, point): (&[Part], _) = match self {
            Piece::Integers { parts, .. } => (parts, None),
            Piece::Utf8 { operand } => (&[], Some(*operand)),
        };
        parts.iter().map(|part| part.operand).chain(point)
    }
}

/// What an instruction appends, if that is all it does.
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
    let (mut parts, mut open_bits) = (Vec::new(), 0);
    for index in 1..count {
        let (first, second) = (ins.words[3 + 2 * index], ins.words[4 + 2 * index]);
        let operand = first as u16;
        match kind(first) {
            (UTF8, false) if parts.is_empty() => pieces.push(Piece::Utf8 { operand }),
            (INTEGER, true) => {
                let size = ins.constant((first >> 16) as u16)?;
                let bits = (size & 1 == 0).then_some(size / 2)?.checked_mul(second & 0xffff)?;
                open_bits = bits.saturating_add(open_bits);
                parts.push(Part { operand, bits });
                let is_little = second & LITTLE != 0;
                let is_whole = open_bits % 8 == 0;
                if bits == 0 || open_bits > 64 || is_little && !(is_whole && parts.len() == 1) {
                    return None;
                }
                if is_whole {
                    let (parts, bits) = (std::mem::take(&mut parts), std::mem::take(&mut open_bits));
                    pieces.push(Piece::Integers { parts, bytes: bits / 8, is_little });
                }
            }
            _ => return None,
        }
    }
    let is_whole = parts.is_empty();
    (is_whole && pieces.iter().map(Piece::most_bytes).sum::<u64>() <= MOST_BYTES).then_some(pieces)
}

impl Segment<'_, '_> {
    /// Whether the instruction appends integers or code points to a binary.
    pub(super) fn append(&mut self) -> bool {
        let ins = self.ins;
        let Some(pieces) = pieces(ins) else { return false };
        // One of two ways that meet behind it has it written.
        self.write_frame();
        let (other, done) = (self.b.create_block(), self.block_with(&[I64]));
        let whole = self.get(ins.words[3] as u16);
        for operand in pieces.iter().flat_map(Piece::operands) {
            if !self.known.small.contains(&operand) && ins.constant(operand).is_none_or(|word| word & 1 == 1)
            {
                let value = self.get(operand);
                let not_small = self.not_small(value);
                self.unless(not_small, other);
            }
        }
        let mut bytes = self.word(0);
        for piece in &pieces {
            let size = match piece {
                Piece::Integers { bytes, .. } => self.word(*bytes),
                Piece::Utf8 { operand } => self.utf8_size(*operand, other),
            };
            bytes = self.b.ins().iadd(bytes, size);
        }
        let mut place = self.claimed(whole, bytes, other);
        for piece in &pieces {
            place = match piece {
                Piece::Integers { parts, bytes, is_little } => {
                    let value = self.joined(parts);
                    self.write_integer(value, *bytes, *is_little, place);
                    self.b.ins().iadd_imm_s(place, *bytes as i64)
                }
                Piece::Utf8 { operand } => self.write_utf8(*operand, place),
            };
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

    /// The number that an operand is, a small integer.
    pub(super) fn small_value(&mut self, operand: u16) -> Value {
        let word = self.get(operand);
        self.b.ins().sshr_imm_s(word, 1)
    }

    /// The low bits of small integers, the first one's highest.
    fn joined(&mut self, parts: &[Part]) -> Value {
        let (first, rest) = parts.split_first().expect("a piece has a part");
        let mut joined = self.small_value(first.operand);
        for part in rest {
            let value = self.small_value(part.operand);
            let low = self.b.ins().band_imm_s(value, low_bits(part.bits));
            let high = self.b.ins().ishl_imm_s(joined, part.bits as i64);
            joined = self.b.ins().bor(high, low);
        }
        joined
    }

    /// Takes so many bytes of what is claimed behind `whole`, and gives where they are. Goes on at `other`, with nothing
    /// done, where that is no binary that ends there, or where there is no room for it to grow.
    fn claimed(&mut self, whole: Value, bytes: Value, other: Block) -> Value {
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
        let after = self.b.ins().iadd(filled, bytes);
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

    /// Writes the low bytes of a number.
    fn write_integer(&mut self, value: Value, bytes: u64, is_little: bool, place: Value) {
        let mut written = 0;
        for (kind, size) in [(I64, 8), (I32, 4), (I16, 2), (I8, 1)] {
            if bytes & size == 0 {
                continue;
            }
            let below = if is_little { written } else { bytes - written - size };
            let part = self.b.ins().ushr_imm_s(value, 8 * below as i64);
            let part = if kind == I64 { part } else { self.b.ins().ireduce(kind, part) };
            let part = if is_little || kind == I8 { part } else { self.b.ins().bswap(part) };
            self.b.ins().store(bytes_anywhere(), part, place, written as i32);
            written += size;
        }
    }

    /// A part like `whole`, so many bytes longer; there is room.
    fn longer_part(&mut self, whole: Value, bytes: Value) -> Value {
        let (of, offset, length) = (self.load(whole, OF), self.load(whole, OFFSET), self.load(whole, LENGTH));
        let added = self.b.ins().ishl_imm_s(bytes, 4);
        let length = self.b.ins().iadd(length, added);
        let header = self.word(part_header() as u64);
        let part = self.allocate(PART_WORDS + 1);
        for (index, word) in [header, of, offset, length].into_iter().enumerate() {
            self.store(word, part, index as i32 * 8);
        }
        self.b.ins().bor_imm_s(part, 0b011)
    }
}

fn low_bits(bits: u64) -> i64 {
    if bits >= 64 { -1 } else { (1 << bits) - 1 }
}

fn part_header() -> i64 {
    Word::header(Header::new(Kind::SubBinary, PART_WORDS)).to_bits() as i64
}
