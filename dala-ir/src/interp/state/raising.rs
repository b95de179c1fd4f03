//! Exceptions: stored aside, then the stack is searched for their handler; and the end of malformed code.

#![expect(unsafe_code, reason = "the registers point into an actor's block and into linked code")]

use super::super::code;
use super::super::frame::{self, Raise};
use super::super::host::Host;
use super::super::machine::Suspend;
use super::{Next, State, Vm};
use crate::abi::{Atom, Word};

impl State {
    /// Stores an exception for [`raise_stored`](State::raise_stored).
    #[inline(always)]
    pub(in crate::interp) unsafe fn store(self, raised: Raise) {
        // SAFETY: `vm` is what `run` made.
        unsafe { (*self.vm).raised = Some(raised) };
    }

    /// Goes on at the handler of the exception that was stored, which is this instruction's.
    #[inline(always)]
    pub(in crate::interp) unsafe fn raise_stored(mut self) -> Next {
        // SAFETY: the contract of handlers.
        unsafe {
            self.save();
            let handler = unwind(self.vm, self.pc);
            if handler.is_null() {
                return Next(());
            }
            self.load();
            self.pc = handler;
            self.dispatch()
        }
    }

    /// Raises an error of the running function.
    #[inline(always)]
    pub(in crate::interp) unsafe fn raise_error(self, reason: Word) -> Next {
        // SAFETY: the contract of handlers.
        unsafe {
            self.store(Raise::error(reason));
            self.raise_stored()
        }
    }

    /// Goes on at the label in the low half of word `index`, or raises an error when there is none.
    #[inline(always)]
    pub(in crate::interp) unsafe fn fail(self, index: usize, reason: Atom) -> Next {
        // SAFETY: the contract of handlers.
        unsafe {
            match self.w(index) as u32 {
                0 => self.raise_error(Word::atom(reason)),
                offset => self.jump(u64::from(offset)),
            }
        }
    }

    /// As [`fail`](State::fail), with the exception that is stored.
    #[inline(always)]
    pub(in crate::interp) unsafe fn fail_stored(self, index: usize) -> Next {
        // SAFETY: the contract of handlers.
        unsafe {
            match self.w(index) as u32 {
                0 => self.raise_stored(),
                offset => self.jump(u64::from(offset)),
            }
        }
    }

    /// As [`fail`](State::fail), with an exception that `raised` makes aside.
    #[inline(always)]
    pub(in crate::interp) unsafe fn fail_with<F: Fn(&mut State) -> Raise>(
        mut self,
        index: usize,
        raised: F,
    ) -> Next {
        const { assert!(size_of::<F>() == 0, "it borrows nothing") };
        // SAFETY: the contract of handlers.
        unsafe {
            let offset = self.w(index) as u32;
            if offset != 0 {
                return self.jump(u64::from(offset));
            }
            (*self.vm).aside.write(self);
            raise_aside(self.vm, raised);
            self = (*self.vm).aside.assume_init();
            self.raise_stored()
        }
    }

    /// Ends a process whose code takes a value for what it is not: only a malformed file does that.
    #[inline(always)]
    pub(in crate::interp) unsafe fn misfit(mut self) -> Next {
        let pc = self.pc;
        // SAFETY: the contract of handlers.
        unsafe {
            let reason = self.ask(|host| bad_beam(host, pc));
            self.exit(reason)
        }
    }
}

/// See [`State::fail_with`].
///
/// # Safety
/// As [`aside`].
#[cold]
#[inline(never)]
unsafe fn raise_aside<F: Fn(&mut State) -> Raise>(vm: *mut Vm, raised: F) {
    // SAFETY: as the caller says.
    unsafe {
        let mut state = (*vm).aside.assume_init();
        (*vm).raised = Some(raised(&mut state));
        (*vm).aside.write(state);
    }
}

/// See [`State::raise_stored`]: null when the process is done.
///
/// # Safety
/// The context is that of the moment when the instruction at `pc` raised what is stored.
#[cold]
#[inline(never)]
unsafe fn unwind(vm: *mut Vm, pc: *const u64) -> *const u64 {
    // SAFETY: as the caller says; nobody else uses the machine now.
    unsafe {
        let Some(raised) = (*vm).raised.take() else { return std::ptr::null() };
        match frame::raise(&mut *(*vm).host, pc, raised, (&raw mut (*vm).x).cast()) {
            Ok(handler) => handler,
            Err(outcome) => {
                (*vm).suspend = Some(Suspend::Exited(outcome));
                std::ptr::null()
            }
        }
    }
}

/// Reason of a process whose code is malformed: `{bad_beam, {Module, Function, Arity}}`.
#[cold]
#[inline(never)]
fn bad_beam(host: &mut dyn Host, pc: *const u64) -> Word {
    let code = code::find(pc as usize as u64);
    let place = code.as_ref().and_then(|code| code.place_before(pc.wrapping_add(1)));
    let name = place.map_or(Word::NIL, |place| {
        host.heap().tuple(&[
            Word::atom(place.module),
            Word::atom(place.function),
            Word::small_int(i64::from(place.arity)),
        ])
    });
    host.heap().tuple(&[Word::atom(Atom::new("bad_beam")), name])
}
