//! Messages to native actors.

#![expect(unsafe_code, reason = "handlers keep the contract of `state`")]

use smallvec::SmallVec;

use crate::abi::Word;
use crate::interp::state::{State, handler};

handler! {
    fn actor_send(s) {
        if s.aside(|s| actor_send_work(s)).is_some() { s.next_long() } else { s.jump(u64::from(s.w(2) as u32)) }
    }
}

/// The work of `actor_send`: anything; `None` when nothing was sent.
///
/// # Safety
/// The contract of handlers.
pub(in crate::interp) unsafe fn actor_send_work(s: &mut State) -> Option<Word> {
    // SAFETY: as the caller says.
    unsafe {
        let (destination, id) = (s.get(s.b()), s.w(3));
        let message: SmallVec<[Word; 8]> = (0..usize::from(s.c())).map(|index| s.packed(4, index)).collect();
        let is_sent = s.ask(|host| host.send_message(destination, id, &message));
        is_sent.then(|| {
            s.reds -= 1;
            Word::NIL
        })
    }
}
