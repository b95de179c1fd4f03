//! The end of an actor: everybody who must know learns of it, once, in an order that shows nothing half-dead.

#![expect(unsafe_code, reason = "acts as the last owner of the cell")]

use super::deliver::send_or_forget;
use super::end_waits::{self, EndWaits};
use super::signal::Signal;
use crate::actor::activation::Activation;
use crate::actor::cell::Header;
use crate::mailbox::bounded::is_ticket;
use crate::mailbox::queue::Linked;
use crate::message::report::{Crash, CrashedCall, Report};
use crate::message::{CallError, DeadLetterCause, ExitReason, Node, NodeBox, exit};
use crate::observe::End;
use crate::pid::Pid;
use crate::sync::{Ordering, fence};
use std::ptr::NonNull;

/// Ends the actor. Afterwards the cell is not the caller's any more.
///
/// What is code of users in here, hooks and destructors of state and messages, may panic: that is reported, and the end goes on.
#[cold]
pub(crate) fn end(activation: &mut Activation<'_>, reason: ExitReason) {
    let cell = activation.cell;
    let pid = cell.pid();
    let reason = reason.seen_by_others();
    exit::contain("an observer", || activation.fail(&reason));
    // SAFETY: we own the cell; the behaviour is not running.
    let exited = exit::catch(|| unsafe { (cell.vtable.exiting)(cell, &reason, activation) });
    if activation.has_crashed {
        report(activation, &reason);
    }
    // SAFETY: as above; dropped once, and nothing runs the behaviour again.
    let dropped = exit::catch(|| unsafe { (cell.vtable.drop_state)(cell) });
    exited.err().into_iter().chain(dropped.err()).for_each(|late| report_late(cell, late));
    // Who finds it dead finds no name of it, and no count of it among the living.
    forget_names(cell);
    if let Some(observed) = cell.observed() {
        let end = if reason.is_orderly() { End::Orderly } else { End::Failed };
        exit::contain("an observer", || observed.ended(end));
    }
    // From here on pushes fail, so what is in the mailbox now is all that there will ever be.
    let rest = cell.head.close::<Node>();
    let mut ends = EndWaits::default();
    let ringed = cell.bound.as_ref().map(|bound| bound.close()).unwrap_or_default();
    if let Some(call) = activation.unanswered.take() {
        refuse(cell, call, &reason, &mut ends);
    }
    // Pairs with the fence of `registry::name`: either we see a name that was given meanwhile, or who registers it sees the
    // closed mailbox.
    fence(Ordering::SeqCst);
    forget_names(cell);
    // SAFETY: we own the cell.
    let mut relations = unsafe { cell.take_relations() };
    if let Some(relations) = &mut relations {
        let timers = cell.host().timers;
        relations.timers.cancel_all(timers);
    }
    for node in cell.queue.drain() {
        refuse(cell, node, &reason, &mut ends);
    }
    if let Some(mut relations) = relations {
        relations.calls.fail_all(&reason);
        ends.append(relations.ends);
        if let Some(lanes) = relations.lanes.take() {
            for node in lanes.drain() {
                refuse(cell, node, &reason, &mut ends);
            }
        }
        for peer in relations.links.take_all() {
            send_or_forget(peer, Signal::Exit { from: pid, reason: reason.clone(), by_link: true });
        }
        // Who has several monitors hears of them in the order in which it made them.
        let mut watchers: Vec<_> = relations.monitors.watchers.drain().collect();
        watchers.sort_unstable_by_key(|&(reference, _)| reference);
        for (reference, watcher) in watchers {
            send_or_forget(watcher, Signal::Down { from: pid, reference, reason: reason.clone() });
        }
        for (reference, watched) in relations.monitors.watched.drain() {
            send_or_forget(watched, Signal::Demonitor { reference });
        }
    }
    for node in ringed.into_iter().chain(in_arrival_order(rest)) {
        refuse(cell, node, &reason, &mut ends);
    }
    cell.retire();
    // Last: who waits for the end may count what is left.
    exit::contain("a waker of who waits for an end", || ends.tell_all(&reason));
}

/// Tells people, while the actor has its name and its caller still waits.
fn report(activation: &Activation<'_>, reason: &ExitReason) {
    let cell = activation.cell;
    let call = activation.unanswered.as_ref();
    let call = call.map(|call| CrashedCall::new(call.vtable().type_name(), call.caller()));
    tell(cell, Crash { call, ..crash_of(cell, reason) });
}

/// Tells people that something panicked while the actor was ending.
fn report_late(cell: &Header, late: ExitReason) {
    if cell.vtable.reports_crashes {
        tell(cell, Crash { was_ending: true, ..crash_of(cell, &late) });
    }
}

fn crash_of(cell: &Header, reason: &ExitReason) -> Crash {
    let (pid, actor) = (cell.pid(), (cell.vtable.name)());
    Crash { pid, actor, name: None, reason: reason.clone(), call: None, was_ending: false }
}

fn tell(cell: &Header, crash: Crash) {
    (cell.host().functions.report)(cell.host(), Report::Crash(crash));
}

/// Takes from the registries what they know of it. A registry sets `named` under its lock, before it puts the actor in, and is
/// told under that lock: so none is missed that set it before.
fn forget_names(cell: &Header) {
    if cell.named.load(Ordering::Relaxed) && cell.named.swap(false, Ordering::AcqRel) {
        (cell.host().functions.ended)(cell.host(), cell);
    }
}

fn in_arrival_order(last: Option<NonNull<Node>>) -> Vec<NodeBox> {
    let mut nodes = Vec::new();
    let mut next = last;
    while let Some(node) = next {
        // SAFETY: nodes of a closed mailbox are ours, each once.
        let node = unsafe { NodeBox::from_raw(node) };
        next = NonNull::new(node.next());
        nodes.push(node);
    }
    nodes.reverse();
    nodes
}

/// Does for a dead actor what it would have done with a node. A message is dropped here, by its own destructor. Who waits for the
/// end is added to `ends`.
fn refuse(cell: &Header, node: NodeBox, reason: &ExitReason, ends: &mut EndWaits) {
    let pid = cell.pid();
    let refused = exit::catch(|| match Signal::from_node(node) {
        Ok(Signal::TellEnd(reply)) => ends.wait(reply),
        Ok(signal) => gone(pid, signal),
        // What it stands for was in the ring.
        Err(node) if is_ticket(&node) => {}
        Err(node) if node.is_call() => node.fail_call(|| CallError::Exited(reason.clone())),
        Err(node) => cell.bury(node.vtable().type_name(), DeadLetterCause::ReceiverExited),
    });
    if let Err(late) = refused {
        report_late(cell, late);
    }
}

/// Answers a signal to an actor that does not exist.
pub(crate) fn gone(pid: Pid, signal: Signal) {
    match signal {
        Signal::Link { from, .. } => {
            send_or_forget(from, Signal::Exit { from: pid, reason: ExitReason::NoProc, by_link: true });
        }
        Signal::Monitor { from, reference } => {
            send_or_forget(from, Signal::Down { from: pid, reference, reason: ExitReason::NoProc });
        }
        Signal::TellEnd(reply) => end_waits::tell(reply, ExitReason::NoProc),
        _ => {}
    }
}
