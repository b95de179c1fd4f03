//! Sending and receiving.

#![expect(unsafe_code, reason = "handlers keep the contract of `state`")]

use crate::abi::{Atom, Word, atoms};
use crate::interp::frame::{self, Raise};
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
                return match frame::suspend(s.host(), s.pc, &mut []) {
                    Ok(()) => s.stop(Suspend::Yielded),
                    Err(reason) => s.stop(Suspend::Exited(Outcome::Exit(reason))),
                };
            }
            s.load();
        }
        match s.ask(|host| host.receive_next()) {
            Some(message) => {
                s.set(s.a(), message);
                s.next(1)
            }
            None => s.jump(s.word >> 32),
        }
    }
}

handler! {
    fn recv_accept(s) {
        s.ask(|host| host.receive_accept());
        s.next(1)
    }
}

handler! {
    fn recv_skip(s) {
        s.ask(|host| host.receive_skip());
        s.next(1)
    }
}

handler! {
    fn recv_timed_out(s) {
        s.ask(|host| host.receive_timed_out());
        s.next(1)
    }
}

handler! {
    fn wait(s) {
        s.suspend_at(s.pc.offset((s.word >> 32) as i32 as isize), Suspend::Waiting)
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
            Some(WaitFor::Message) => s.suspend_at(s.pc.add(len), Suspend::Waiting),
            None => s.raise_stored(),
        }
    }
}

handler! {
    fn woken(s) {
        let target = if s.ask(|host| host.is_timeout_up()) { s.word >> 32 } else { s.w(1) };
        s.jump(target)
    }
}

handler! {
    fn marker_reserve(s) {
        let marker = s.ask(|host| host.marker_reserve());
        s.set(s.a(), marker);
        s.next(1)
    }
}

handler! {
    fn marker_bind(s) {
        let (marker, reference) = (s.get(s.a()), s.get(s.b()));
        s.ask(|host| host.marker_bind(marker, reference));
        s.next_len()
    }
}

handler! {
    fn marker_clear(s) {
        let reference = s.get(s.a());
        s.ask(|host| host.marker_clear(reference));
        s.next_len()
    }
}

handler! {
    fn marker_use(s) {
        let reference = s.get(s.a());
        s.ask(|host| host.marker_use(reference));
        s.next_len()
    }
}
