//! Matching bitstrings: contexts, tests of what is left, integers of whole bytes.
//!
//! A match context is `[bitstring, position, end]` (`ops/bits.rs`), positions being small integers: words that are twice
//! as large.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I8, I16, I32, I64};
use cranelift_codegen::ir::{Block, BlockArg, InstBuilder, Type, Value};

use super::types::header_byte;
use super::{Segment, bytes_anywhere};
use crate::abi::{Header, Kind, Word};
use crate::interp::jit::decode::Instruction;
use crate::interp::opcode::Opcode;
use crate::interp::ops::bits::{LITTLE, SIGNED};
use crate::term::binary::BYTES_OFFSET;

/// Where a context has its bitstring, position and end, from the word that points to it.
pub(super) const WHOLE: i32 = 8 - 3;
pub(super) const POSITION: i32 = 16 - 3;
pub(super) const END: i32 = 24 - 3;
/// Where a heap binary has its bytes, from the word that points to it.
const BYTES: i64 = 16 - 3;
/// Most bits that are skipped at once, so that positions do not overflow.
const MOST_BITS: u64 = 1 << 32;
/// Payload words of a context.
const CONTEXT_WORDS: usize = 3;

fn context_header() -> i64 {
    Word::header(Header::new(Kind::MatchContext, CONTEXT_WORDS)).to_bits() as i64
}

/// Bits that a segment of constant size has, if it is one.
fn segment_bits(ins: &Instruction) -> Option<u64> {
    let size = ins.constant(ins.c())?;
    (size & 1 == 0).then_some(size / 2)?.checked_mul(ins.words[2] & 0xffff).filter(|&bits| bits <= MOST_BITS)
}

/// Bits of an integer that is read in line: some within a byte or two, or one to seven bytes. (One of eight is not always
/// a small integer.)
fn integer_bits(ins: &Instruction) -> Option<u64> {
    segment_bits(ins).filter(|&bits| matches!(bits, 1..8) || bits % 8 == 0 && (1..=7).contains(&(bits / 8)))
}

impl Segment<'_, '_> {
    /// Whether the instruction matches a bitstring.
    pub(super) fn matching(&mut self) -> bool {
        match self.ins.op {
            Opcode::BsStart | Opcode::BsContext => self.start(),
            Opcode::BsPosition => {
                let context = self.context(self.ins.b());
                let position = self.load(context, POSITION);
                self.set(self.ins.a(), position);
            }
            Opcode::BsSetPosition => {
                let (context, position) = (self.context(self.ins.a()), self.get(self.ins.b()));
                let not_small = self.not_small(position);
                self.guard_not(not_small);
                let end = self.load(context, END);
                let is_within = self.b.ins().icmp(IntCC::UnsignedLessThanOrEqual, position, end);
                self.guard(is_within);
                self.store(position, context, POSITION);
            }
            Opcode::BsTestTail | Opcode::BsTestSize | Opcode::BsTestUnit => {
                let context = self.context(self.ins.a());
                let left = self.left(context);
                let bits = self.ins.words[2] as i64;
                let holds = match self.ins.op {
                    Opcode::BsTestTail => self.b.ins().icmp_imm_s(IntCC::Equal, left, 2 * bits),
                    Opcode::BsTestSize => {
                        self.b.ins().icmp_imm_s(IntCC::SignedGreaterThanOrEqual, left, 2 * bits)
                    }
                    _ => {
                        let over = self.b.ins().band_imm_s(left, 2 * bits - 1);
                        self.b.ins().icmp_imm_s(IntCC::Equal, over, 0)
                    }
                };
                self.branch(holds);
            }
            Opcode::BsSkip if let Some(bits) = segment_bits(self.ins) => {
                let context = self.context(self.ins.b());
                let (_, after) = self.next(context, bits);
                self.store(after, context, POSITION);
                self.end_with_label();
            }
            Opcode::BsSkip => self.skip(),
            Opcode::BsGetInteger if let Some(bits) = integer_bits(self.ins) => {
                let context = self.context(self.ins.b());
                let (position, after) = self.next(context, bits);
                let value = match bits {
                    1..8 => self.few_bits(context, position, bits),
                    _ => self.integer(context, position, bits / 8),
                };
                self.store(after, context, POSITION);
                self.set(self.ins.a(), value);
                self.end_with_label();
            }
            Opcode::BsTail => self.rest(),
            Opcode::BsGetRest if self.ins.words[2].is_power_of_two() => self.rest(),
            Opcode::BsGetUtf | Opcode::BsSkipUtf if self.ins.words[2] & 0xffff == 8 => self.get_utf8(),
            _ => return false,
        }
        true
    }

    /// Skips units whose number a value says.
    fn skip(&mut self) {
        let (context, units) = (self.context(self.ins.b()), self.get(self.ins.c()));
        // Twice their number: at most as many as leave the product far from the largest number. Others are the interpreter's.
        let not_small = self.not_small(units);
        self.guard_not(not_small);
        let is_few = self.b.ins().icmp_imm_s(IntCC::UnsignedLessThan, units, MOST_BITS as i64);
        self.guard(is_few);
        let bits = self.b.ins().imul_imm_s(units, (self.ins.words[2] & 0xffff) as i64);
        let (position, end) = (self.load(context, POSITION), self.load(context, END));
        let after = self.b.ins().iadd(position, bits);
        let is_there = self.b.ins().icmp(IntCC::UnsignedLessThanOrEqual, after, end);
        self.matches(is_there);
        self.store(after, context, POSITION);
        self.end_with_label();
    }

    /// The context that the operand is; leaves where it is none.
    pub(super) fn context(&mut self, operand: u16) -> Value {
        let context = self.get(operand);
        let is_boxed = self.is_boxed(context);
        self.guard(is_boxed);
        let header = self.load(context, -3);
        let is_context = self.b.ins().icmp_imm_s(IntCC::Equal, header, context_header());
        self.guard(is_context);
        context
    }

    /// Twice the number of bits that are left.
    fn left(&mut self, context: Value) -> Value {
        let (position, end) = (self.load(context, POSITION), self.load(context, END));
        self.b.ins().isub(end, position)
    }

    /// The context itself, or a new one at the start of a bitstring.
    fn start(&mut self) {
        let source = self.get(self.ins.b());
        let (boxed, other, done) = (self.b.create_block(), self.b.create_block(), self.block_with(&[I64]));
        let is_boxed = self.is_boxed(source);
        self.matches(is_boxed);
        self.b.ins().jump(boxed, &[]);
        self.b.switch_to_block(boxed);
        let header = self.load(source, -3);
        let is_context = self.b.ins().icmp_imm_s(IntCC::Equal, header, context_header());
        let known = self.b.create_block();
        self.b.ins().brif(is_context, known, &[], other, &[]);
        self.b.switch_to_block(known);
        self.jump_with(done, source);
        self.b.switch_to_block(other);
        self.b.set_cold_block(other);
        let end = self.bit_length(source, header);
        let is_bitstring = self.b.ins().icmp_imm_s(IntCC::NotEqual, end, Word::NONE.to_bits() as i64);
        self.matches(is_bitstring);
        self.room(CONTEXT_WORDS as i64 + 1);
        let former = self.hp();
        let (header, zero) = (self.word(context_header() as u64), self.word(0));
        for (index, value) in [header, source, zero, end].into_iter().enumerate() {
            self.store(value, former, index as i32 * 8);
        }
        self.allocate(CONTEXT_WORDS + 1);
        let context = self.b.ins().bor_imm_s(former, 0b011);
        self.jump_with(done, context);
        self.b.switch_to_block(done);
        let context = self.b.block_params(done)[0];
        self.set(self.ins.a(), context);
        self.end_with_label();
    }

    /// The positions before and behind the next bits; fails where there are fewer.
    fn next(&mut self, context: Value, bits: u64) -> (Value, Value) {
        let (position, end) = (self.load(context, POSITION), self.load(context, END));
        let after = self.b.ins().iadd_imm_s(position, 2 * bits as i64);
        let is_there = self.b.ins().icmp(IntCC::UnsignedLessThanOrEqual, after, end);
        self.matches(is_there);
        (position, after)
    }

    /// Goes on where `condition` is not zero, and at the instruction's label where it is; leaves where there is no label.
    fn matches(&mut self, condition: Value) {
        match self.ins.targets.first() {
            Some(&label) => {
                let (no, yes) = (self.target(label), self.b.create_block());
                self.b.ins().brif(condition, yes, &[], no, &[]);
                self.b.switch_to_block(yes);
            }
            None => self.guard(condition),
        }
    }

    /// The integer of so many bytes at a position; leaves where they are not whole.
    fn integer(&mut self, context: Value, position: Value, bytes: u64) -> Value {
        let over = self.b.ins().band_imm_s(position, 15);
        self.guard_not(over);
        let whole = self.load(context, WHOLE);
        let start = self.bytes_of(whole);
        let offset = self.b.ins().ushr_imm_s(position, 4);
        let at = self.b.ins().iadd(start, offset);
        let is_little = self.ins.words[2] & LITTLE != 0;
        let (mut value, mut done) = (None, 0);
        for (kind, size) in [(I32, 4), (I16, 2), (I8, 1)] {
            if bytes & size == 0 {
                continue;
            }
            let part = self.unsigned(kind, at, done as i32, is_little);
            value = Some(match value {
                None => part,
                Some(value) if is_little => {
                    let part = self.b.ins().ishl_imm_s(part, 8 * done as i64);
                    self.b.ins().bor(value, part)
                }
                Some(value) => {
                    let value = self.b.ins().ishl_imm_s(value, 8 * size as i64);
                    self.b.ins().bor(value, part)
                }
            });
            done += size;
        }
        let value = value.unwrap_or(position);
        self.integer_word(value, 8 * bytes)
    }

    /// The integer of fewer bits than a byte has, which stand in one or two.
    fn few_bits(&mut self, context: Value, position: Value, bits: u64) -> Value {
        let whole = self.load(context, WHOLE);
        let start = self.bytes_of(whole);
        let last = self.b.ins().iadd_imm_s(position, 2 * (bits as i64 - 1));
        // Where both are one byte, all bits are in the low one of the pair.
        let [high, low] = [position, last].map(|bit| {
            let offset = self.b.ins().ushr_imm_s(bit, 4);
            let at = self.b.ins().iadd(start, offset);
            self.unsigned(I8, at, 0, false)
        });
        let high = self.b.ins().ishl_imm_s(high, 8);
        let pair = self.b.ins().bor(high, low);
        let within = self.b.ins().ushr_imm_s(last, 1);
        let within = self.b.ins().band_imm_s(within, 7);
        let seven = self.word(7);
        let behind = self.b.ins().isub(seven, within);
        let value = self.b.ins().ushr(pair, behind);
        let value = self.b.ins().band_imm_s(value, (1 << bits) - 1);
        self.integer_word(value, bits)
    }

    /// An unsigned number of so many bits as the instruction's integer.
    fn integer_word(&mut self, value: Value, bits: u64) -> Value {
        if self.ins.words[2] & SIGNED == 0 {
            return self.b.ins().ishl_imm_s(value, 1);
        }
        let above = 64 - bits as i64;
        let high = self.b.ins().ishl_imm_s(value, above);
        self.b.ins().sshr_imm_s(high, above - 1)
    }

    /// An unsigned number in memory.
    pub(super) fn unsigned(&mut self, kind: Type, at: Value, offset: i32, is_little: bool) -> Value {
        let value = self.b.ins().load(kind, bytes_anywhere(), at, offset);
        let value = if is_little || kind == I8 { value } else { self.b.ins().bswap(value) };
        self.b.ins().uextend(I64, value)
    }

    /// Where the byte at a position is; goes on at `other` where that is within one.
    pub(super) fn place_of(&mut self, context: Value, position: Value, other: Block) -> Value {
        let over = self.b.ins().band_imm_s(position, 15);
        self.unless(over, other);
        let whole = self.load(context, WHOLE);
        let start = self.bytes_of(whole);
        let offset = self.b.ins().ushr_imm_s(position, 4);
        self.b.ins().iadd(start, offset)
    }

    /// The first byte of a bitstring; leaves where that is none of the buffer's.
    fn bytes_of(&mut self, whole: Value) -> Value {
        let header = self.load(whole, -3);
        let kind = self.b.ins().band_imm_s(header, 0xff);
        let found = self.block_with(&[I64]);
        // On the heap: behind the header and the length.
        let heap = self.is_kind(kind, Kind::HeapBinary);
        let start = self.b.ins().iadd_imm_s(whole, BYTES);
        let other = self.jump_if(heap, found, start);
        self.b.switch_to_block(other);
        // A part of one there.
        let part = self.is_kind(kind, Kind::SubBinary);
        let (is_part, shared) = (self.b.create_block(), self.b.create_block());
        self.b.ins().brif(part, is_part, &[], shared, &[]);
        self.b.switch_to_block(is_part);
        let (of, offset) = (self.load(whole, 5), self.load(whole, 13));
        let header = self.load(of, -3);
        let kind_of = self.b.ins().band_imm_s(header, 0xff);
        let is_heap = self.is_kind(kind_of, Kind::HeapBinary);
        let (of_heap, of_shared) = (self.b.create_block(), self.b.create_block());
        self.b.ins().brif(is_heap, of_heap, &[], of_shared, &[]);
        self.b.switch_to_block(of_heap);
        let start = self.at_offset(of, BYTES, offset, 1);
        self.jump_with(found, start);
        // Of a shared one, whose own place does not matter.
        self.b.switch_to_block(of_shared);
        let buffer = self.load(of, 5);
        let first = self.load(buffer, BYTES_OFFSET as i32);
        let start = self.at_offset(first, 0, offset, 1);
        self.jump_with(found, start);
        self.b.switch_to_block(shared);
        let is_shared = self.is_kind(kind, Kind::RefBinary);
        self.guard(is_shared);
        let (buffer, offset) = (self.load(whole, 5), self.load(whole, 13));
        let first = self.load(buffer, BYTES_OFFSET as i32);
        let start = self.at_offset(first, 0, offset, 0);
        self.jump_with(found, start);
        self.b.switch_to_block(found);
        self.b.block_params(found)[0]
    }

    fn is_kind(&mut self, kind: Value, wanted: Kind) -> Value {
        self.b.ins().icmp_imm_s(IntCC::Equal, kind, header_byte(wanted))
    }

    /// Jumps to a block with a value where a condition holds; gives the block where it does not.
    fn jump_if(&mut self, condition: Value, to: Block, value: Value) -> Block {
        let other = self.b.create_block();
        self.b.ins().brif(condition, to, &[BlockArg::Value(value)], other, &[]);
        other
    }

    /// An address, and so many bits shifted to the left by `shift` behind it; leaves where these are no whole bytes.
    fn at_offset(&mut self, base: Value, plus: i64, bits: Value, shift: i64) -> Value {
        let over = self.b.ins().band_imm_s(bits, (8 << shift) - 1);
        self.guard_not(over);
        let bytes = self.b.ins().ushr_imm_s(bits, 3 + shift);
        let start = self.b.ins().iadd(base, bytes);
        self.b.ins().iadd_imm_s(start, plus)
    }
}
