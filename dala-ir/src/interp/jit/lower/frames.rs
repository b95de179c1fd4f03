//! Heap checks, frames, returns.

use cranelift_codegen::ir::InstBuilder;
use cranelift_codegen::ir::condcodes::IntCC;

use super::{SLACK, Segment, X};
use crate::abi::Word;
use crate::abi::context::INTERP_RETURN;
use crate::interp::code::{CELL, FRAME_HEAD};

impl Segment<'_, '_> {
    /// Leaves where there is no room for `words` words: the interpreter collects.
    pub(super) fn room(&mut self, words: i64) {
        let (hp, sp, vm) = (self.hp(), self.sp(), self.vm());
        let free = self.b.ins().isub(sp, hp);
        let slack = self.load(vm, SLACK);
        let need = self.b.ins().iadd_imm_s(slack, words * 8);
        let has_room = self.b.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, free, need);
        self.guard(has_room);
    }

    pub(super) fn open(&mut self) {
        let (slots, first) = self.ins.frame_slots();
        let words = slots + FRAME_HEAD;
        self.room((words + usize::from(self.ins.b())) as i64);
        let sp = self.sp();
        let sp = self.b.ins().iadd_imm_s(sp, -(words as i64 * 8));
        self.b.def_var(self.sp, sp);
        self.slots.clear();
        let head = self.word(INTERP_RETURN);
        self.store(head, sp, 0);
        let no_return = self.word(Word::small_int(0).to_bits());
        self.store(no_return, sp, 8);
        for slot in 0..slots {
            let value = self.get(self.ins.packed(first, slot));
            self.store(value, sp, ((FRAME_HEAD + slot) * 8) as i32);
            self.slots.insert((FRAME_HEAD + slot) as u16, value);
        }
    }

    pub(super) fn kill(&mut self) {
        let (sp, nil) = (self.sp(), self.word(Word::NIL.to_bits()));
        let mut mask = self.ins.words[1];
        while mask != 0 {
            let slot = u32::from(self.ins.a()) + mask.trailing_zeros();
            self.store(nil, sp, slot as i32 * 8);
            self.slots.insert(slot as u16, nil);
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
        let vm = self.vm();
        self.store(value, vm, X);
        let word = self.load(pc, 0);
        self.leave_to(pc, word);
    }

    pub(super) fn pop(&mut self, words: u16) {
        if words != 0 {
            self.slots.clear();
            let sp = self.sp();
            let sp = self.b.ins().iadd_imm_s(sp, i64::from(words) * 8);
            self.b.def_var(self.sp, sp);
        }
    }
}
