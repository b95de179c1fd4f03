//! Heap checks, frames, returns.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value};

use super::Segment;
use crate::abi::Word;
use crate::interp::code::{CELL, FRAME, FRAME_HEAD};
use crate::interp::jit::offsets::SLACK;
use crate::interp::native;
use crate::interp::opcode::Opcode;

impl Segment<'_, '_> {
    /// Leaves where there is no room for `words` words: the interpreter collects.
    pub(super) fn room(&mut self, words: i64) {
        let (hp, sp, vm) = (self.hp(), self.sp(), self.vm());
        // Nothing wraps around: addresses have 47 bits, and slack 63.
        let end = self.b.ins().iadd_imm_s(hp, words * 8);
        let slack = self.load(vm, SLACK);
        let end = self.b.ins().iadd(end, slack);
        let has_room = self.b.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, sp, end);
        self.guard(has_room);
    }

    pub(super) fn open(&mut self) {
        let (slots, first) = self.ins.frame_slots();
        let words = slots + FRAME_HEAD;
        self.room((words + usize::from(self.ins.b())) as i64);
        let sp = self.sp();
        let sp = self.b.ins().iadd_imm_s(sp, -(words as i64 * 8));
        self.b.def_var(self.sp, sp);
        let no_return = self.word(Word::small_int(0).to_bits());
        self.write_slot(0, no_return);
        for slot in 0..slots {
            self.copy(self.ins.packed(first, slot), FRAME | (FRAME_HEAD + slot) as u16);
        }
    }

    pub(super) fn kill(&mut self) {
        let nil = self.word(Word::NIL.to_bits());
        let mut mask = self.ins.words[1];
        while mask != 0 {
            let slot = u32::from(self.ins.a()) + mask.trailing_zeros();
            self.write_slot(slot as u16, nil);
            mask &= mask - 1;
        }
    }

    /// Returns a value after dropping `words` words of frame.
    pub(super) fn return_value(&mut self, value: Value, words: u16) {
        self.pop(words);
        let sp = self.sp();
        let pc = self.load(sp, 0);
        let cell = self.load(pc, -(CELL as i32 * 8));
        self.count_return(cell);
        let mut arguments = self.arguments(0);
        arguments.push(value);
        let signature = self.signature(1);
        self.b.ins().return_call_indirect(signature, cell, &arguments);
    }

    /// Counts a return to what has no machine code, if exits are counted.
    fn count_return(&mut self, cell: Value) {
        if self.counter(Opcode::Return).is_none() {
            return;
        }
        let (leaves, goes_on) = (self.b.create_block(), self.b.create_block());
        let is_native = self.b.ins().icmp_imm_s(IntCC::NotEqual, cell, native::not_native() as i64);
        self.b.ins().brif(is_native, goes_on, &[], leaves, &[]);
        self.b.switch_to_block(leaves);
        self.count_exit(Opcode::Return);
        self.b.ins().jump(goes_on, &[]);
        self.b.switch_to_block(goes_on);
    }

    pub(super) fn pop(&mut self, words: u16) {
        if words != 0 {
            self.known.slots.clear();
            self.known.unwritten.clear();
            self.known.small.retain(|operand| operand & FRAME == 0);
            self.known.above_least.retain(|operand, _| operand & FRAME == 0);
            let sp = self.sp();
            let sp = self.b.ins().iadd_imm_s(sp, i64::from(words) * 8);
            self.b.def_var(self.sp, sp);
        }
    }
}
