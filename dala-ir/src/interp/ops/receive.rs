//! Sending and receiving.

#![expect(unsafe_code, reason = "handlers keep the contract of `state`")]

use smallvec::SmallVec;

use crate::abi::{Atom, Word, atoms};
use crate::interp::frame::{self, Raise, Resume};
use crate::interp::host::Host;
use crate::interp::machine::{Outcome, Suspend, WaitFor};
use crate::interp::opcode::LEN_SHIFT;
use crate::interp::outcome::Exception;
use crate::interp::state::{State, handler};
use crate::interp::trace;

handler! {
    fn send(s) {
        match s.aside(|s| send_work(s)) {
            Some(message) => {
                s.set(s.a(), message);
                s.next_len()
            }
            None => s.raise_stored(),
        }
    }
}

/// The work of `send`: the message; `None` with an exception stored.
///
/// # Safety
/// The contract of handlers.
pub(in crate::interp) unsafe fn send_work(s: &mut State) -> Option<Word> {
    // SAFETY: as the caller says.
    unsafe {
        let (destination, message) = (s.get(s.b()), s.get(s.c()));
        match s.ask(|host| host.send(destination, message)) {
            Ok(()) => {
                s.reds -= 1;
                Some(message)
            }
            Err(exception) => {
                let raised = s.ask(|host| bad_send(host, exception, destination, message));
                s.store(raised);
                None
            }
        }
    }
}

/// As OTP: the operator shows as the function.
#[cold]
#[inline(never)]
fn bad_send(host: &mut dyn Host, exception: Exception, destination: Word, message: Word) -> Raise {
    let args = host.heap().list(&[destination, message], Word::NIL);
    let error_info = trace::operator_error_info(host.heap());
    let exception = Exception { args: Some(args), error_info: Some(error_info), ..exception };
    Raise::of(exception, atoms::ERLANG, Atom::new("send"), 2)
}

handler! {
    fn recv_next(s) {
        s.reds -= 1;
        if s.reds <= 0 {
            s.save();
            let wanted = s.host().context().is_collection_wanted();
            if wanted && let Err(reason) = s.host().collect(0, &mut []) {
                return s.stop(Suspend::Exited(Outcome::Exit(reason)));
            }
            if s.host().context().is_budget_spent() {
                #[cfg(dala_jit)]
                crate::interp::jit::sample(s.pc);
                return match frame::suspend(s.host(), Resume::receive(s.pc), &mut []) {
                    Ok(()) => s.stop(Suspend::Yielded),
                    Err(reason) => s.stop(Suspend::Exited(Outcome::Exit(reason))),
                };
            }
            s.load();
        }
        match next_work(&mut s) {
            Some(message) => {
                s.set(s.a(), message);
                s.next(1)
            }
            None => s.jump(s.word >> 32),
        }
    }
}

/// Defines what instructions do, for their handlers and for machine code: the value they give, `None` where there is none.
macro_rules! works {
    ($($name:ident($s:ident) $body:block)*) => {
        $(
            /// # Safety
            /// The contract of handlers.
            #[inline(always)]
            pub(in crate::interp) unsafe fn $name($s: &mut State) -> Option<Word> {
                // SAFETY: as the caller says.
                unsafe { $body }
            }
        )*
    };
}

works! {
    next_work(s) {
        s.ask(|host| host.receive_next())
    }
    accept_work(s) {
        s.ask(|host| host.receive_accept());
        Some(Word::NIL)
    }
    skip_work(s) {
        s.ask(|host| host.receive_skip());
        Some(Word::NIL)
    }
    skip_to_work(s) {
        if s.ask(|host| host.receive_skip()) {
            let keys: SmallVec<[Word; 8]> = (0..usize::from(s.c())).map(|index| s.packed(2, index)).collect();
            s.ask(|host| host.receive_seek(&keys));
        }
        Some(Word::NIL)
    }
    timed_out_work(s) {
        s.ask(|host| host.receive_timed_out());
        Some(Word::NIL)
    }
    woken_work(s) {
        (!s.ask(|host| host.is_timeout_up())).then_some(Word::NIL)
    }
    reserve_work(s) {
        Some(s.ask(|host| host.marker_reserve()))
    }
    bind_work(s) {
        let (marker, reference) = (s.get(s.a()), s.get(s.b()));
        s.ask(|host| host.marker_bind(marker, reference));
        Some(Word::NIL)
    }
    clear_work(s) {
        let reference = s.get(s.a());
        s.ask(|host| host.marker_clear(reference));
        Some(Word::NIL)
    }
    use_work(s) {
        let reference = s.get(s.a());
        s.ask(|host| host.marker_use(reference));
        Some(Word::NIL)
    }
}

handler! {
    fn recv_accept(s) {
        accept_work(&mut s);
        s.next(1)
    }
}

handler! {
    fn recv_skip(s) {
        skip_work(&mut s);
        s.next(1)
    }
}

handler! {
    fn recv_skip_to(s) {
        s.aside(|s| skip_to_work(s));
        s.next_long()
    }
}

handler! {
    fn recv_timed_out(s) {
        timed_out_work(&mut s);
        s.next(1)
    }
}

handler! {
    fn wait(s) {
        let receive = s.pc.offset((s.word >> 32) as i32 as isize);
        s.suspend_at(Resume::receive(receive), Suspend::Waiting)
    }
}

handler! {
    fn wait_timeout(s) {
        let len = usize::from(s.word as u16 >> LEN_SHIFT);
        let wait_for = s.aside(|s| {
            let time = s.get(s.a());
            match s.ask(|host| host.receive_wait(time)) {
                Ok(wait_for) => Some(wait_for),
                Err(exception) => {
                    s.store(Raise::by_code(exception));
                    None
                }
            }
        });
        match wait_for {
            Some(WaitFor::Nothing) => s.jump(s.w(1)),
            Some(WaitFor::Message) => s.suspend_at(Resume::at(s.pc.add(len)), Suspend::Waiting),
            None => s.raise_stored(),
        }
    }
}

handler! {
    fn woken(s) {
        let target = if woken_work(&mut s).is_some() { s.w(1) } else { s.word >> 32 };
        s.jump(target)
    }
}

handler! {
    fn marker_reserve(s) {
        if let Some(marker) = reserve_work(&mut s) {
            s.set(s.a(), marker);
        }
        s.next(1)
    }
}

handler! {
    fn marker_bind(s) {
        bind_work(&mut s);
        s.next_len()
    }
}

handler! {
    fn marker_clear(s) {
        clear_work(&mut s);
        s.next_len()
    }
}

handler! {
    fn marker_use(s) {
        use_work(&mut s);
        s.next_len()
    }
}
