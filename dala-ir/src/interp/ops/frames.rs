//! Opening frames, heap checks, returns.

#![expect(unsafe_code, reason = "handlers keep the contract of `state`")]

use super::moves::word_of_code;
use crate::abi::Word;
use crate::interp::code::FRAME_HEAD;
use crate::interp::state::{State, handler};

/// Makes a frame of `slots` slots, with what `sources` name: x registers.
#[inline(always)]
unsafe fn push_frame(mut s: State, slots: usize, sources: *const u16) -> State {
    // SAFETY: the contract of handlers, and there is room.
    unsafe {
        s.sp = s.sp.sub(slots + FRAME_HEAD);
        *s.sp = Word::small_int(0);
        for slot in 0..slots {
            *s.sp.add(FRAME_HEAD + slot) = *s.x().add(usize::from(*sources.add(slot)));
        }
        s
    }
}

handler! {
    fn open(s) {
        let slots = usize::from(s.a());
        let need = slots + FRAME_HEAD + usize::from(s.b());
        let (masks, count) = (s.pc.add(2), usize::from(s.c()));
        if !s.has_room(need) && !s.collect(need, masks, count) {
            return s.stopped();
        }
        s = push_frame(s, slots, masks.add(count).cast());
        s.next_long()
    }
}

handler! {
    fn open_few[const SLOTS: usize](s) {
        if !s.has_room(SLOTS + FRAME_HEAD + usize::from(s.b())) {
            return collect_and_repeat(s.word, s.pc, s.sp, s.hp, s.reds, s.vm);
        }
        s = push_frame(s, SLOTS, s.pc.add(2).cast());
        s.next(if SLOTS == 0 { 2 } else { 3 })
    }
}

handler! {
    /// Collects for `open_few`, and opens the frame.
    #[cold]
    #[inline(never)]
    fn collect_and_repeat(s) {
        let slots = usize::from(s.a());
        let need = slots + FRAME_HEAD + usize::from(s.b());
        if !s.collect(need, s.pc.add(1), 1) {
            return s.stopped();
        }
        s = push_frame(s, slots, s.pc.add(2).cast());
        s.next(if slots == 0 { 2 } else { 3 })
    }
}

handler! {
    fn gc(s) {
        let need = (s.word >> 32) as usize;
        let (masks, count) = (s.pc.add(2), usize::from(s.a()));
        if !s.has_room(need) && !s.collect(need, masks, count) {
            return s.stopped();
        }
        s.next_long()
    }
}

handler! {
    fn gc_one(s) {
        let need = (s.word >> 32) as usize;
        if !s.has_room(need) {
            return collect_for_one(s.word, s.pc, s.sp, s.hp, s.reds, s.vm);
        }
        s.next(2)
    }
}

handler! {
    /// Collects for `gc_one`.
    #[cold]
    #[inline(never)]
    fn collect_for_one(s) {
        if !s.collect((s.word >> 32) as usize, s.pc.add(1), 1) {
            return s.stopped();
        }
        s.next(2)
    }
}

handler! {
    fn return_x0(s) {
        s.sp = s.sp.add(usize::from(s.a()));
        s.return_to_caller()
    }
}

handler! {
    fn return_value(s) {
        *s.x() = s.get(s.a());
        s.sp = s.sp.add(usize::from(s.b()));
        s.return_to_caller()
    }
}

handler! {
    fn quick_return_value[const A: bool](s) {
        *s.x() = s.read::<A>(s.a());
        s.sp = s.sp.add(usize::from(s.b()));
        s.return_to_caller()
    }
}

handler! {
    fn return_word(s) {
        *s.x() = word_of_code(s.w(1));
        s.sp = s.sp.add(usize::from(s.b()));
        s.return_to_caller()
    }
}
