//! What instructions ask of the machine: its context, room on the heap, a stop.

#![expect(unsafe_code, reason = "the registers point into an actor's block and into linked code")]

use super::super::frame::{self, Resume};
use super::super::host::Host;
use super::super::machine::{Outcome, Suspend};
use super::super::ops::control;
use super::{Next, State, Vm, WORD};
use crate::abi::{ActorContext, Word};

impl State {
    /// Writes the context.
    #[inline(always)]
    pub(in crate::interp) unsafe fn save(self) {
        // SAFETY: nobody has used the machine since its context's address was asked for.
        unsafe {
            let context = (*self.vm).context;
            (*context).sp = self.sp;
            (*context).hp = self.hp;
            (*context).reductions = self.reds;
        }
    }

    /// Reads the context. One word by one: one load of both `hp` and `sp` would wait until the two stores before it are done
    /// (16 % of a loop that appends bytes to a binary).
    #[inline(always)]
    pub(in crate::interp) unsafe fn load(&mut self) {
        // SAFETY: `vm` is what `run` made; nobody else uses the machine now.
        unsafe {
            let context: *mut ActorContext = (*(*self.vm).host).context();
            (*self.vm).context = context;
            self.sp = (&raw const (*context).sp).read_volatile();
            self.hp = (&raw const (*context).hp).read_volatile();
            self.reds = (*context).reductions;
        }
    }

    /// The machine. The context must have been saved, and is loaded afterwards.
    #[inline(always)]
    pub(in crate::interp) unsafe fn host<'a>(self) -> &'a mut dyn Host {
        // SAFETY: `vm` is what `run` made; nobody else uses the machine now.
        unsafe { &mut *(*self.vm).host }
    }

    /// What the machine answers.
    #[inline(always)]
    pub(in crate::interp) unsafe fn ask<T>(&mut self, question: impl FnOnce(&mut dyn Host) -> T) -> T {
        // SAFETY: the contract of handlers.
        unsafe {
            self.save();
            let answer = question(self.host());
            self.load();
            answer
        }
    }

    /// Whether there is room for `words` on the heap.
    #[inline(always)]
    pub(in crate::interp) unsafe fn has_room(self, words: usize) -> bool {
        // SAFETY: `vm` is what `run` made.
        let slack = unsafe { (*self.vm).slack };
        (self.sp as usize).wrapping_sub(self.hp as usize) >= words * WORD + slack
    }

    /// Makes room for `need` words; the live x registers are those of `count` masks. `false` when the process ends.
    #[inline(always)]
    pub(in crate::interp) unsafe fn collect(&mut self, need: usize, masks: *const u64, count: usize) -> bool {
        // SAFETY: the contract of handlers.
        unsafe {
            self.save();
            let done = collect(self.vm, need, masks, count);
            self.load();
            done
        }
    }

    /// Stops with a resume record already pushed.
    #[inline(always)]
    pub(in crate::interp) unsafe fn stop(self, why: Suspend) -> Next {
        // SAFETY: `vm` is what `run` made.
        unsafe { (*self.vm).suspend = Some(why) };
        Next(())
    }

    /// Stops for the reason that is stored already.
    #[inline(always)]
    pub(in crate::interp) fn stopped(self) -> Next {
        Next(())
    }

    /// Stops.
    #[inline(always)]
    pub(in crate::interp) unsafe fn suspend_at(self, at: Resume, why: Suspend) -> Next {
        // SAFETY: the contract of handlers.
        unsafe {
            self.save();
            match frame::suspend(self.host(), at, &mut []) {
                Ok(()) => self.stop(why),
                Err(reason) => self.stop(Suspend::Exited(Outcome::Exit(reason))),
            }
        }
    }

    /// The process ends.
    #[inline(always)]
    pub(in crate::interp) unsafe fn exit(self, reason: Word) -> Next {
        // SAFETY: the contract of handlers.
        unsafe {
            self.save();
            self.stop(Suspend::Exited(Outcome::Exit(reason)))
        }
    }
}

/// See [`State::collect`].
///
/// # Safety
/// `masks` are `count` words, the registers they name are initialised, and the context is saved.
#[cold]
#[inline(never)]
unsafe fn collect(vm: *mut Vm, need: usize, masks: *const u64, count: usize) -> bool {
    let mut live: smallvec::SmallVec<[Word; 64]> = smallvec::SmallVec::new();
    // SAFETY: as the caller says.
    let masks = unsafe { std::slice::from_raw_parts(masks, count) };
    // SAFETY: `vm` is what `run` made.
    let x: *mut Word = unsafe { (&raw mut (*vm).x).cast() };
    // SAFETY: as the caller says.
    for_each_register(masks, |register| live.push(unsafe { *x.add(register) }));
    // SAFETY: nobody else uses the machine now.
    let host = unsafe { &mut *(*vm).host };
    if let Err(reason) = host.collect(need, &mut live) {
        // SAFETY: `vm` is what `run` made.
        unsafe { (*vm).suspend = Some(Suspend::Exited(Outcome::Exit(reason))) };
        return false;
    }
    let mut words = live.iter();
    for_each_register(masks, |register| {
        if let Some(&word) = words.next() {
            // SAFETY: as the caller says.
            unsafe { x.add(register).write(word) };
        }
    });
    true
}

/// Calls `found` with the number of each register that the masks name.
#[inline(always)]
fn for_each_register(masks: &[u64], mut found: impl FnMut(usize)) {
    for (index, &mask) in masks.iter().enumerate() {
        let mut mask = mask;
        while mask != 0 {
            found(index * 64 + mask.trailing_zeros() as usize);
            mask &= mask - 1;
        }
    }
}

/// What happens at a function's entry without budget: `false` when the process stops.
///
/// # Safety
/// `pc` is the entry, its arguments in x0.., and the context is saved.
#[cold]
#[inline(never)]
pub(in crate::interp) unsafe fn at_entry(vm: *mut Vm, pc: *const u64) -> bool {
    // SAFETY: as the caller says; nobody else uses the machine now.
    unsafe {
        let why = control::enter(&mut *(*vm).host, pc, (&raw mut (*vm).x).cast());
        (*vm).suspend = why;
        why.is_none()
    }
}
