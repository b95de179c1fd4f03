//! Heap checks, frames, returns.

use cranelift_codegen::ir::InstBuilder;
use cranelift_codegen::ir::condcodes::IntCC;

use super::Segment;
use crate::abi::Word;
use crate::abi::context::INTERP_RETURN;
use crate::interp::code::{CELL, FRAME, FRAME_HEAD};
use crate::interp::jit::offsets::{SLACK, X};
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
        let head = self.word(INTERP_RETURN);
        self.store(head, sp, 0);
        let no_return = self.word(Word::small_int(0).to_bits());
        self.store(no_return, sp, 8);
        for slot in 0..slots {
            self.copy(self.ins.packed(first, slot), FRAME | (FRAME_HEAD + slot) as u16);
        }
    }

    pub(super) fn kill(&mut self) {
        let (sp, nil) = (self.sp(), self.word(Word::NIL.to_bits()));
        let mut mask = self.ins.words[1];
        while mask != 0 {
            let slot = u32::from(self.ins.a()) + mask.trailing_zeros();
            self.store(nil, sp, slot as i32 * 8);
            self.known.slots.insert(slot as u16, nil);
            self.known.small.remove(&(FRAME | slot as u16));
            mask &= mask - 1;
        }
    }

    /// Returns a value after dropping `words` words of frame.
    pub(super) fn return_value(&mut self, value: cranelift_codegen::ir::Value, words: u16) {
        self.pop(words);
        let sp = self.sp();
        let pc = self.load(sp, 8);
        let cell = self.load(pc, -(CELL as i32 * 8));
        let (native, leave) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(leave);
        self.b.ins().brif(cell, native, &[], leave, &[]);
        self.b.switch_to_block(native);
        let (signature, hp) = (self.signature(1), self.hp());
        self.b.ins().return_call_indirect(signature, cell, &[hp, sp, value]);
        self.b.switch_to_block(leave);
        self.count_exit(Opcode::Return);
        let vm = self.vm();
        self.store(value, vm, X);
        let word = self.load(pc, 0);
        self.leave_to(pc, word);
    }

    pub(super) fn pop(&mut self, words: u16) {
        if words != 0 {
            self.known.slots.clear();
            self.known.small.retain(|operand| operand & FRAME == 0);
            let sp = self.sp();
            let sp = self.b.ins().iadd_imm_s(sp, i64::from(words) * 8);
            self.b.def_var(self.sp, sp);
        }
    }
}
