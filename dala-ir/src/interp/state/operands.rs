//! Where an instruction reads and writes: its own words, registers, and slots of the frame.

#![expect(unsafe_code, reason = "the registers point into an actor's block and into linked code")]

use super::super::code::{FRAME, FRAME_HEAD, INDEX, INLINE};
use super::State;
use crate::abi::Word;

impl State {
    #[inline(always)]
    pub(in crate::interp) fn a(self) -> u16 {
        (self.word >> 16) as u16
    }

    #[inline(always)]
    pub(in crate::interp) fn b(self) -> u16 {
        (self.word >> 32) as u16
    }

    #[inline(always)]
    pub(in crate::interp) fn c(self) -> u16 {
        (self.word >> 48) as u16
    }

    /// Word `index` of the instruction.
    #[inline(always)]
    pub(in crate::interp) unsafe fn w(self, index: usize) -> u64 {
        // SAFETY: the contract of handlers.
        unsafe { *self.pc.add(index) }
    }

    /// The x registers.
    #[inline(always)]
    pub(in crate::interp) fn x(self) -> *mut Word {
        // SAFETY: `vm` is what `run` made.
        unsafe { (&raw mut (*self.vm).x).cast() }
    }

    /// The value of an operand.
    #[inline(always)]
    pub(in crate::interp) unsafe fn get(self, operand: u16) -> Word {
        let base = if operand & FRAME != 0 {
            self.sp.cast_const()
        } else if operand & INLINE != 0 {
            self.pc.cast::<Word>()
        } else {
            self.x().cast_const()
        };
        // SAFETY: the contract of handlers.
        unsafe { *base.add(usize::from(operand & INDEX)) }
    }

    /// Writes an operand.
    #[inline(always)]
    pub(in crate::interp) unsafe fn set(self, operand: u16, value: Word) {
        let base = if operand & FRAME != 0 { self.sp } else { self.x() };
        // SAFETY: the contract of handlers.
        unsafe { *base.add(usize::from(operand & INDEX)) = value };
    }

    /// The value of a quick form's operand: of the frame, or an x register.
    #[inline(always)]
    pub(in crate::interp) unsafe fn read<const IN_FRAME: bool>(self, operand: u16) -> Word {
        let base = if IN_FRAME { self.sp } else { self.x() };
        // SAFETY: the contract of handlers.
        unsafe { *base.add(usize::from(operand)) }
    }

    /// Writes a quick form's operand.
    #[inline(always)]
    pub(in crate::interp) unsafe fn write<const IN_FRAME: bool>(self, operand: u16, value: Word) {
        let base = if IN_FRAME { self.sp } else { self.x() };
        // SAFETY: the contract of handlers.
        unsafe { *base.add(usize::from(operand)) = value };
    }

    /// The value of operand `index` of those packed four a word from word `from` on.
    #[inline(always)]
    pub(in crate::interp) unsafe fn packed(self, from: usize, index: usize) -> Word {
        // SAFETY: the contract of handlers.
        unsafe { self.get((self.w(from + index / 4) >> (16 * (index % 4))) as u16) }
    }

    /// A float register.
    #[inline(always)]
    pub(in crate::interp) unsafe fn float(self, register: u16) -> f64 {
        // SAFETY: the contract of handlers.
        unsafe { *(&raw const (*self.vm).f).cast::<f64>().add(usize::from(register)) }
    }

    /// Writes a float register.
    #[inline(always)]
    pub(in crate::interp) unsafe fn set_float(self, register: u16, value: f64) {
        // SAFETY: the contract of handlers.
        unsafe { *(&raw mut (*self.vm).f).cast::<f64>().add(usize::from(register)) = value };
    }

    /// Clears those of the first 16 slots that the mask names.
    #[inline(always)]
    pub(in crate::interp) unsafe fn clear_slots(self, mut mask: u16) {
        while mask != 0 {
            // SAFETY: the contract of handlers.
            unsafe { *self.sp.add(FRAME_HEAD + mask.trailing_zeros() as usize) = Word::NIL };
            mask &= mask - 1;
        }
    }
}
