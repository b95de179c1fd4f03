//! Wakers of actors. A waker is the actor's pid: cloning and dropping cost nothing, and one that outlives its actor
//! wakes nobody.

#![expect(unsafe_code, reason = "a raw waker whose data is a number")]

use super::cell;
use crate::pid::{Pid, epoch};
use std::task::{RawWaker, RawWakerVTable, Waker};

static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake, forget);

fn raw(pid: Pid) -> RawWaker {
    RawWaker::new(std::ptr::without_provenance(pid.to_bits() as usize), &VTABLE)
}

unsafe fn clone(data: *const ()) -> RawWaker {
    RawWaker::new(data, &VTABLE)
}

unsafe fn wake(data: *const ()) {
    wake_actor(Pid::from_bits(data.addr() as u64));
}

unsafe fn forget(_data: *const ()) {}

/// A waker of the actor `pid`.
pub(crate) fn waker(pid: Pid) -> Waker {
    // SAFETY: the functions treat the data as a number, from any thread, any number of times.
    unsafe { Waker::from_raw(raw(pid)) }
}

/// Wakes the actor if it lives.
pub(crate) fn wake_actor(pid: Pid) {
    let pin = epoch::pin();
    if let Some(cell) = cell::lookup(pid, &pin) {
        cell.wake();
    }
}
