//! Into machine code and out of it.

#![expect(unsafe_code, reason = "handlers keep the contract of `state`")]

use std::panic::resume_unwind;

use super::calls;
use crate::interp::native;
use crate::interp::state::{Vm, handler};

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
        #[cfg(dala_jit)]
        crate::interp::jit::exit(s.pc, (*crossing).word, s.reds);
        s.dispatch_as((*crossing).word)
    }
}

/// With what stopped at machine code.
///
/// # Safety
/// `vm` is the running handler's.
#[cold]
unsafe fn go_on_panicking(vm: *mut Vm) {
    // SAFETY: the caller says so.
    if let Some(panic) = unsafe { (*vm).panic.take() } {
        resume_unwind(panic);
    }
}

handler! {
    fn unfinished(s) {
        if (*s.vm).panic.is_some() {
            go_on_panicking(s.vm);
        }
        if (*s.vm).suspend.is_some() {
            s.save();
            return s.stopped();
        }
        if (*s.vm).answer.is_some() {
            return calls::finish_call(s);
        }
        match s.a() {
            0 => s.raise_stored(),
            word => s.fail_stored(usize::from(word)),
        }
    }
}
