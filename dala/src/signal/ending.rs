//! The end of an actor: everybody who must know learns of it, once, in an order that shows nothing half-dead.

#![expect(unsafe_code, reason = "acts as the last owner of the cell")]

use super::deliver::send_or_forget;
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
#[cold]
pub(crate) fn end(activation: &mut Activation<'_>, reason: ExitReason) {
    let cell = activation.cell;
    let pid = cell.pid();
    let reason = reason.seen_by_others();
    activation.fail(&reason);
    // A panic in the last hook or in a destructor changes nothing any more.
    // SAFETY: we own the cell; the behaviour is not running.
    let _ = exit::catch(|| unsafe { (cell.vtable.exiting)(cell, &reason, activation) });
    if activation.has_crashed {
        report(activation, &reason);
    }
    // SAFETY: as above; dropped once, and nothing runs the behaviour again.
    let _ = exit::catch(|| unsafe { (cell.vtable.drop_state)(cell) });
    // Who finds it dead finds no name of it.
    forget_names(cell);
    // From here on pushes fail, so what is in the mailbox now is all that there will ever be.
    let rest = cell.head.close::<Node>();
    let ringed = cell.bound.as_ref().map(|bound| bound.close()).unwrap_or_default();
    if let Some(call) = activation.unanswered.take() {
        call.fail_call(|| CallError::Exited(reason.clone()));
    }
    // Pairs with the fence of `registry::name`: either we see a name that was given meanwhile, or who registers it sees the
    // closed mailbox.
    fence(Ordering::SeqCst);
    forget_names(cell);
    // SAFETY: we own the cell.
    let relations = unsafe { cell.take_relations() };
    for node in cell.queue.drain() {
        refuse(cell, node, &reason);
    }
    if let Some(mut relations) = relations {
        relations.calls.fail_all(&reason);
        if let Some(lanes) = relations.lanes.take() {
            for node in lanes.drain() {
                refuse(cell, node, &reason);
            }
        }
        for peer in relations.links.take_all() {
            send_or_forget(peer, Signal::Exit { from: pid, reason: reason.clone(), by_link: true });
        }
        for (reference, watcher) in relations.monitors.watchers.drain() {
            send_or_forget(watcher, Signal::Down { from: pid, reference, reason: reason.clone() });
        }
        for (reference, watched) in relations.monitors.watched.drain() {
            send_or_forget(watched, Signal::Demonitor { reference });
        }
    }
    for node in ringed.into_iter().chain(in_arrival_order(rest)) {
        refuse(cell, node, &reason);
    }
    if let Some(observed) = cell.observed() {
        observed.ended(if reason.is_orderly() { End::Orderly } else { End::Failed });
    }
    cell.retire();
}

/// Tells people, while the actor has its name and its caller still waits.
fn report(activation: &Activation<'_>, reason: &ExitReason) {
    let cell = activation.cell;
    let call = activation.unanswered.as_ref();
    let crash = Crash {
        pid: cell.pid(),
        actor: (cell.vtable.name)(),
        name: None,
        reason: reason.clone(),
        call: call.map(|call| CrashedCall::new(call.vtable().type_name(), call.caller())),
    };
    // Hooks are others' code.
    let _ = exit::catch(|| (cell.host().functions.report)(cell.host(), Report::Crash(crash)));
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

/// Does for a dead actor what it would have done with a node.
fn refuse(cell: &Header, node: NodeBox, reason: &ExitReason) {
    let pid = cell.pid();
    match Signal::from_node(node) {
        Ok(signal) => gone(pid, signal),
        // What it stands for was in the ring.
        Err(node) if is_ticket(&node) => {}
        Err(node) if node.is_call() => node.fail_call(|| CallError::Exited(reason.clone())),
        Err(node) => cell.bury(node.vtable().type_name(), DeadLetterCause::ReceiverExited),
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
        _ => {}
    }
}
