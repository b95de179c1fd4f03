//! Into machine code and out of it.

#![expect(unsafe_code, reason = "handlers keep the contract of `state`")]

use crate::interp::native;
use crate::interp::state::handler;

handler! {
    fn native(s) {
        if s.word >> native::ADDRESS_SHIFT == native::NOT_YET {
            let word = native::first_call(s.pc);
            return s.dispatch_as(word);
        }
        let crossing = &raw mut (*s.vm).crossing;
        (*crossing).sp = s.sp;
        (*crossing).hp = s.hp;
        (*crossing).reds = s.reds;
        native::enter(s.word >> native::ADDRESS_SHIFT, s.vm);
        s.pc = (*crossing).pc;
        s.sp = (*crossing).sp;
        s.hp = (*crossing).hp;
        s.reds = (*crossing).reds;
        s.dispatch_as((*crossing).word)
    }
}
