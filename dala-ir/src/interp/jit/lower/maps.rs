//! Maps: keys that are immediate words are looked for in small maps in line, all else is done by functions.
//!
//! A small map is `[keys tuple, value; n]` (`Kind::FlatMap`).

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{Block, BlockArg, InstBuilder, Value};

use super::Segment;
use super::types::header_byte;
use crate::abi::{Header, Kind, Word};
use crate::interp::jit::helpers::Helper;
use crate::interp::jit::offsets::SLACK;
use crate::interp::opcode::Opcode;

/// Where a map has its header, its tuple of keys and its first value, and the tuple its first element, from the words
/// that point to them.
const HEADER: i32 = -3;
const KEYS: i32 = 8 - 3;
const VALUES: i32 = 16 - 3;
const ELEMENTS: i32 = 8 - 3;

impl Segment<'_, '_> {
    /// Whether the instruction is one of maps.
    pub(super) fn map(&mut self) -> bool {
        match self.ins.op {
            Opcode::MapHasKey | Opcode::MapGet => self.map_get(),
            Opcode::MapNew => self.map_new(),
            Opcode::MapPut | Opcode::MapUpdate if self.ins.c() == 1 => self.map_change(),
            _ => return false,
        }
        true
    }

    /// A map with the keys of another one; leaves where that has not so many.
    fn map_new(&mut self) {
        let count = usize::from(self.ins.c());
        let like = self.get(self.ins.b());
        let is_boxed = self.is_boxed(like);
        self.guard(is_boxed);
        let header = self.load(like, HEADER);
        let wanted = self.word(Word::header(Header::new(Kind::FlatMap, count + 1)).to_bits());
        let is_as_large = self.b.ins().icmp(IntCC::Equal, header, wanted);
        self.guard(is_as_large);
        let keys = self.load(like, KEYS);
        let values: Vec<Value> = (0..count).map(|index| self.get(self.ins.packed(2, index))).collect();
        self.boxed(&[header, keys], &values);
    }

    /// Looks an immediate key up in a small map: goes on with the bytes from its first value to the one of the key, and
    /// with those of all values. Else goes on at `absent`, or at `other` where map or key are of another kind.
    fn position(&mut self, map: Value, key: Value, absent: Block, other: Block) -> (Value, Value) {
        let is_pointer = self.is_pointer(key);
        self.unless(is_pointer, other);
        let is_boxed = self.is_boxed(map);
        self.when(is_boxed, other);
        let header = self.load(map, HEADER);
        let kind = self.b.ins().band_imm_s(header, 0xff);
        let is_flat = self.b.ins().icmp_imm_s(IntCC::Equal, kind, header_byte(Kind::FlatMap));
        self.when(is_flat, other);
        let words = self.b.ins().ushr_imm_s(header, 8);
        let bytes = self.b.ins().ishl_imm_s(words, 3);
        let all = self.b.ins().iadd_imm_s(bytes, -8);
        let keys = self.load(map, KEYS);
        let (turn, found) = (self.block_with(&[I64]), self.b.create_block());
        let zero = self.word(0);
        self.jump_with(turn, zero);
        self.b.switch_to_block(turn);
        let offset = self.b.block_params(turn)[0];
        let is_more = self.b.ins().icmp(IntCC::UnsignedLessThan, offset, all);
        self.when(is_more, absent);
        let at = self.b.ins().iadd(keys, offset);
        let other_key = self.load(at, ELEMENTS);
        let is_it = self.b.ins().icmp(IntCC::Equal, other_key, key);
        let next = self.b.ins().iadd_imm_s(offset, 8);
        self.b.ins().brif(is_it, found, &[], turn, &[BlockArg::Value(next)]);
        self.b.switch_to_block(found);
        (offset, all)
    }

    /// Goes on where the condition holds, at `other` where not.
    pub(super) fn when(&mut self, condition: Value, other: Block) {
        let next = self.b.create_block();
        self.b.ins().brif(condition, next, &[], other, &[]);
        self.b.switch_to_block(next);
    }

    /// Goes on where the condition does not hold, at `other` where it does.
    pub(super) fn unless(&mut self, condition: Value, other: Block) {
        let next = self.b.create_block();
        self.b.ins().brif(condition, other, &[], next, &[]);
        self.b.switch_to_block(next);
    }

    /// The value of a key in a map, or whether there is one.
    fn map_get(&mut self) {
        let is_test = self.ins.op == Opcode::MapHasKey;
        let (map, key) = if is_test {
            (self.get(self.ins.a()), self.get(self.ins.b()))
        } else {
            (self.get(self.ins.b()), self.get(self.ins.c()))
        };
        let (absent, other) = (self.b.create_block(), self.b.create_block());
        let done = self.block_with(&[I64]);
        let (offset, _) = self.position(map, key, absent, other);
        let at = self.b.ins().iadd(map, offset);
        let value = self.load(at, VALUES);
        self.jump_with(done, value);
        self.b.switch_to_block(other);
        let value = self.helper(Helper::MapGet, [map, key]);
        let is_found = self.b.ins().icmp_imm_s(IntCC::NotEqual, value, Word::NONE.to_bits() as i64);
        self.b.ins().brif(is_found, done, &[BlockArg::Value(value)], absent, &[]);
        self.b.switch_to_block(absent);
        // Where there is a label it is a match or a guard, which often fails.
        let no = match self.ins.targets.first() {
            Some(&label) => self.target(label),
            None => self.leave_block(),
        };
        self.b.ins().jump(no, &[]);
        self.b.switch_to_block(done);
        if is_test {
            let next = self.target(self.ins.next());
            self.b.ins().jump(next, &[]);
            return;
        }
        let value = self.b.block_params(done)[0];
        self.set(self.ins.a(), value);
        self.end_with_label();
    }

    /// A map with another value under a key: copied in line where it is a small one that has the key, and there is room.
    fn map_change(&mut self) {
        let ins = self.ins;
        // One of two ways that meet behind it has it written.
        self.write_frame();
        let map = self.get(ins.b());
        let (key, value) = (self.get(ins.packed(3, 0)), self.get(ins.packed(3, 1)));
        let (other, done) = (self.b.create_block(), self.block_with(&[I64]));
        let (offset, all) = self.position(map, key, other, other);
        let (hp, sp, vm) = (self.hp(), self.sp(), self.vm());
        let after = self.b.ins().iadd(hp, all);
        let after = self.b.ins().iadd_imm_s(after, 16);
        let slack = self.load(vm, SLACK);
        let end = self.b.ins().iadd(after, slack);
        let has_room = self.b.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, sp, end);
        self.when(has_room, other);
        let (turn, copied) = (self.block_with(&[I64]), self.b.create_block());
        let zero = self.word(0);
        self.jump_with(turn, zero);
        self.b.switch_to_block(turn);
        let index = self.b.block_params(turn)[0];
        let (from, to) = (self.b.ins().iadd(map, index), self.b.ins().iadd(hp, index));
        let word = self.load(from, HEADER);
        self.store(word, to, 0);
        let next = self.b.ins().iadd_imm_s(index, 8);
        let last = self.b.ins().iadd_imm_s(all, 16);
        let is_more = self.b.ins().icmp(IntCC::UnsignedLessThan, next, last);
        self.b.ins().brif(is_more, turn, &[BlockArg::Value(next)], copied, &[]);
        self.b.switch_to_block(copied);
        let place = self.b.ins().iadd(hp, offset);
        self.store(value, place, VALUES - HEADER);
        self.b.def_var(self.hp, after);
        let changed = self.b.ins().bor_imm_s(hp, 0b011);
        self.jump_with(done, changed);
        self.b.switch_to_block(other);
        let changed = self.work();
        self.jump_with(done, changed);
        self.b.switch_to_block(done);
        let changed = self.b.block_params(done)[0];
        self.set(ins.a(), changed);
        self.end_with_label();
    }
}
