//! Work that needs memory on the native stack, done in functions that never dispatch.

#![expect(unsafe_code, reason = "the registers point into an actor's block and into linked code")]

use super::super::ops::control::Flow;
use super::{Next, State, Vm, WORD};

impl State {
    /// Does what needs memory on the native stack, in a function of its own.
    #[inline(always)]
    pub(in crate::interp) unsafe fn aside<T, F: Fn(&mut State) -> T>(&mut self, work: F) -> T {
        const {
            assert!(size_of::<F>() == 0, "it borrows nothing");
            assert!(size_of::<T>() <= 2 * WORD, "its answer fits registers");
        }
        // SAFETY: `vm` is what `run` made.
        unsafe {
            (*self.vm).aside.write(*self);
            let answer = aside(self.vm, work);
            *self = (*self.vm).aside.assume_init();
            answer
        }
    }

    /// Goes on with a call that is not plain, which `flow` makes aside; `pop` words of frame go when it needs none of
    /// them.
    #[inline(always)]
    pub(in crate::interp) unsafe fn go<F: Fn(&mut State) -> Flow>(mut self, pop: usize, flow: F) -> Next {
        const { assert!(size_of::<F>() == 0, "it borrows nothing") };
        // SAFETY: the contract of handlers.
        unsafe {
            (*self.vm).aside.write(self);
            let way = flow_aside(self.vm, flow);
            self = (*self.vm).aside.assume_init();
            match way {
                Way::Enter => {
                    self.sp = self.sp.add(pop);
                    self.enter(self.pc)
                }
                Way::Return => {
                    self.sp = self.sp.add(pop);
                    self.return_to_caller()
                }
                Way::Raise => self.raise_stored(),
                Way::Stop => Next(()),
            }
        }
    }
}

/// See [`State::aside`].
///
/// # Safety
/// The contract of handlers; the state was stored.
#[inline(never)]
unsafe fn aside<T, F: Fn(&mut State) -> T>(vm: *mut Vm, work: F) -> T {
    // SAFETY: as the caller says.
    unsafe {
        let mut state = (*vm).aside.assume_init();
        let answer = work(&mut state);
        (*vm).aside.write(state);
        answer
    }
}

/// How a call that is not plain goes on; as [`Flow`], with what belongs to it stored.
enum Way {
    /// At the entry that is `pc` now.
    Enter,
    /// It has returned x0.
    Return,
    /// It raised.
    Raise,
    /// The process stops.
    Stop,
}

/// See [`State::go`].
///
/// # Safety
/// As [`aside`].
#[inline(never)]
unsafe fn flow_aside<F: Fn(&mut State) -> Flow>(vm: *mut Vm, flow: F) -> Way {
    // SAFETY: as the caller says.
    unsafe {
        let mut state = (*vm).aside.assume_init();
        state.save();
        let way = match flow(&mut state) {
            Flow::Enter(target) => {
                state.pc = target;
                Way::Enter
            }
            Flow::Value(value) => {
                *state.x() = value;
                Way::Return
            }
            Flow::Raise(raised) => {
                (*vm).raised = Some(raised);
                Way::Raise
            }
            Flow::Stop(suspend) => {
                (*vm).suspend = Some(suspend);
                Way::Stop
            }
        };
        state.load();
        (*vm).aside.write(state);
        way
    }
}
