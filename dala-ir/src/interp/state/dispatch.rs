//! How a handler goes on to the next instruction.

#![expect(unsafe_code, reason = "the registers point into an actor's block and into linked code")]

use super::super::code::{CALL_WORDS, first_word};
use super::super::frame::{pc_of, word_of};
use super::super::opcode::{HANDLERS, LEN_SHIFT, OP_MASK, general_word};
use super::super::ops::calls;
use super::{Next, State};

impl State {
    /// Runs the instruction at `pc`.
    #[inline(always)]
    pub(in crate::interp) unsafe fn dispatch(self) -> Next {
        // SAFETY: the contract of handlers.
        unsafe { self.dispatch_as(first_word(self.pc)) }
    }

    /// Runs the instruction at `pc` whose first word is `word`, whether machine code took its place or not.
    #[inline(always)]
    pub(in crate::interp) unsafe fn dispatch_as(self, word: u64) -> Next {
        #[cfg(dala_tail_calls)]
        {
            // SAFETY: the contract of handlers; the table has an entry for every number under the mask.
            unsafe {
                let handler = *HANDLERS.get_unchecked((word & OP_MASK) as usize);
                handler(word, self.pc, self.sp, self.hp, self.reds, self.vm)
            }
        }
        #[cfg(not(dala_tail_calls))]
        {
            // SAFETY: `vm` is what `run` made.
            unsafe { (*self.vm).between = Some(State { word, ..self }) };
            Next(())
        }
    }

    /// Runs handlers until the process stops.
    pub(in crate::interp) unsafe fn run(self) {
        // SAFETY: as the caller says.
        let _: Next = unsafe { self.dispatch() };
        #[cfg(not(dala_tail_calls))]
        // SAFETY: `vm` is what `run` made, and the contract of handlers.
        unsafe {
            while let Some(next) = (*self.vm).between.take() {
                let handler = HANDLERS[(next.word & OP_MASK) as usize];
                let _: Next = handler(next.word, next.pc, next.sp, next.hp, next.reds, next.vm);
            }
        }
    }

    /// Goes on behind this instruction of `len` words.
    #[inline(always)]
    pub(in crate::interp) unsafe fn next(mut self, len: usize) -> Next {
        // SAFETY: the contract of handlers.
        unsafe {
            self.pc = self.pc.add(len);
            self.dispatch()
        }
    }

    /// Goes on behind this instruction, whose length is in its first word.
    #[inline(always)]
    pub(in crate::interp) unsafe fn next_len(self) -> Next {
        // SAFETY: the contract of handlers.
        unsafe { self.next((self.word as u16 >> LEN_SHIFT) as usize) }
    }

    /// Goes on behind this instruction, whose length is in its second word.
    #[inline(always)]
    pub(in crate::interp) unsafe fn next_long(self) -> Next {
        // SAFETY: the contract of handlers.
        unsafe { self.next(self.w(1) as u32 as usize) }
    }

    /// Goes on `offset` words from this instruction (low 32 bits, signed).
    #[inline(always)]
    pub(in crate::interp) unsafe fn jump(mut self, offset: u64) -> Next {
        // SAFETY: the contract of handlers.
        unsafe {
            self.pc = self.pc.offset(offset as i32 as isize);
            self.dispatch()
        }
    }

    /// Runs a quick form's instruction as what it is a form of.
    #[inline(always)]
    pub(in crate::interp) unsafe fn general(self) -> Next {
        let word = general_word(self.word);
        // SAFETY: the contract of handlers: the general form means the same.
        unsafe {
            let handler = *HANDLERS.get_unchecked((word & OP_MASK) as usize);
            handler(word, self.pc, self.sp, self.hp, self.reds, self.vm)
        }
    }

    /// Goes on at a function's entry, at the cost of a reduction.
    #[inline(always)]
    pub(in crate::interp) unsafe fn enter(mut self, target: *const u64) -> Next {
        self.pc = target;
        self.reds -= 1;
        // SAFETY: the contract of handlers.
        unsafe {
            if self.reds <= 0 {
                return calls::enter_slowly(self.word, self.pc, self.sp, self.hp, self.reds, self.vm);
            }
            self.dispatch()
        }
    }

    /// Goes on where the frame says that its function was called.
    #[inline(always)]
    pub(in crate::interp) unsafe fn return_to_caller(mut self) -> Next {
        // SAFETY: the contract of handlers: `sp` is at a frame's head.
        unsafe {
            self.pc = pc_of(*self.sp);
            self.dispatch()
        }
    }

    /// Stores where a call returns to.
    #[inline(always)]
    pub(in crate::interp) unsafe fn set_return(self) {
        // SAFETY: the contract of handlers: a frame is open, and a call has three words.
        unsafe { *self.sp = word_of(self.pc.add(CALL_WORDS) as u64) };
    }
}
