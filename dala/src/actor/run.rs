//! What a worker does with a scheduled actor: activations until it waits, yields or ends.

#![expect(unsafe_code, reason = "the worker is the cell's owner between schedule and park")]

use super::activation::Activation;
use super::beat::Beat;
use super::behaviour::Verdict;
use super::budget::Budget;
use super::cell::Header;
use super::current;
use crate::message::exit;
use crate::signal::ending;
use std::ptr::NonNull;

/// What became of the actor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum After {
    /// It waits, or ended: the worker must not touch it.
    Gone,
    /// It has more to do: back to a run queue.
    Again,
    /// So it has, or may have, but not before what it woke.
    GaveWay,
}

/// Who looks at an activation.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Watched<'a> {
    No,
    /// An observer, and the watchdog if there is one.
    By(Option<&'a Beat>),
}

/// Runs one activation within `budget`.
///
/// # Safety
/// The caller took the cell off a run queue, so it owns it.
#[inline(always)]
pub(crate) unsafe fn activate(cell: NonNull<Header>, budget: Budget, watched: Watched<'_>) -> After {
    // SAFETY: a scheduled actor is alive: only its owner ends it.
    let cell = unsafe { cell.as_ref() };
    let entered = current::enter(cell);
    // SAFETY: we own the cell until it is parked, and do not touch the activation afterwards.
    let mut activation = unsafe { Activation::new(cell, budget) };
    if let Watched::By(beat) = watched {
        activation.beat = beat;
        activation.go_on();
    }
    loop {
        let mut verdict = Verdict::Waiting;
        // SAFETY: we own the cell, and the vtable is its own.
        if let Err(reason) = exit::catch(|| verdict = unsafe { (cell.vtable.run)(cell, &mut activation) }) {
            activation.crash(reason);
        }
        if activation.has_questions()
            && let Err(reason) = answer(cell, &mut activation)
        {
            activation.crash(reason);
        }
        if activation.doom.is_some()
            && let Some(reason) = activation.doom.take()
        {
            ending::end(&mut activation, reason);
            drop(entered);
            return After::Gone;
        }
        if matches!(verdict, Verdict::Yielded | Verdict::GaveWay) {
            let mut gives_way = verdict == Verdict::GaveWay;
            if let Some(bound) = &cell.bound {
                gives_way |= bound.give_back(|| activation.is_quick());
                // A native actor yields between messages.
                activation.pause(!cell.vtable.arrival_order);
            }
            return if gives_way { After::GaveWay } else { After::Again };
        }
        if let Some(bound) = &cell.bound {
            bound.give_all_back();
            activation.pause(verdict == Verdict::Waiting);
        }
        if cell.head.park(verdict == Verdict::WaitingForWake) {
            // Not ours any more.
            return After::Gone;
        }
        if activation.spend() {
            return After::Again;
        }
        if verdict == Verdict::WaitingForWake {
            activation.go_on();
        }
    }
}

#[cold]
fn answer(cell: &Header, activation: &mut Activation<'_>) -> Result<(), crate::message::ExitReason> {
    while let Some(question) = activation.take_question() {
        // SAFETY: as in `activate`; the behaviour is not running.
        exit::catch(|| unsafe { (cell.vtable.asked)(cell, question, activation) })?;
    }
    Ok(())
}
