//! Intake: what arrived is put in order of arrival, signals act, messages are sorted into lanes.

#![expect(unsafe_code, reason = "walks the chain of nodes that the owner took")]

use super::alias::AliasMode;
use super::signal::{Look, Seen, Signal};
use crate::actor::activation::Activation;
use crate::actor::{cell, current};
use crate::mailbox::lanes::Lanes;
use crate::mailbox::queue::Linked;
use crate::message::node::class;
use crate::message::{ExitReason, Lane, Node, NodeBox, exit as caught};
use crate::pid::{Pid, epoch};
use std::ptr::{NonNull, null_mut};

/// Sends a signal. Returns it when the receiver is gone; the sender then does what the receiver would have.
pub(crate) fn send(to: Pid, signal: Signal) -> Result<(), Signal> {
    let pin = epoch::pin();
    let Some(cell) = cell::lookup(to, &pin) else { return Err(signal) };
    cell.push(signal.into_node(), true)
        .map_err(|node| Signal::from_node(node).unwrap_or_else(|_| unreachable!("a signal's node")))
}

/// Sends a signal that needs no answer when the receiver is gone.
pub(crate) fn send_or_forget(to: Pid, signal: Signal) {
    let _ = send(to, signal);
}

/// Takes in everything that arrived.
#[inline]
pub(crate) fn take_in(activation: &mut Activation<'_>) {
    let cell = activation.cell;
    let taken = cell.head.take::<Node>();
    activation.woken |= taken.woken;
    let Some(last) = taken.last else { return };
    // What arrived may come after what others started since this activation began.
    current::read_start_time_again();
    // Turns the stack around; notes on the way whether anything is special.
    let mut classes = 0;
    let mut first: *mut Node = null_mut();
    let mut next = last.as_ptr();
    while let Some(node) = NonNull::new(next) {
        // SAFETY: taken nodes are ours and valid.
        let linked = unsafe { node.as_ref() };
        next = linked.next();
        classes |= linked.class.get();
        linked.set_next(first);
        first = node.as_ptr();
    }
    let first = NonNull::new(first).expect("at least `last`");
    let is_plain = classes == 0 || (classes & !class::LANE == 0 && cell.vtable.arrival_order);
    if is_plain && !cell.sorts.get() {
        // SAFETY: `first` leads to `last`, and the chain is ours.
        unsafe { cell.queue.append(first, last) };
    } else {
        sort_in(activation, first);
    }
}

#[cold]
#[inline(never)]
fn sort_in(activation: &mut Activation<'_>, first: NonNull<Node>) {
    let mut next = Some(first);
    while let Some(node) = next {
        // SAFETY: the chain is ours; each node is boxed once.
        let node = unsafe { NodeBox::from_raw(node) };
        next = NonNull::new(node.next());
        if activation.doom.is_some() {
            // The rest waits for the end, which answers it.
            activation.cell.queue.push(node);
        } else {
            sort_one(activation, node);
        }
    }
}

fn sort_one(activation: &mut Activation<'_>, node: NodeBox) {
    let class = node.class.get();
    if class & class::SIGNAL != 0 {
        if let Some(message) = act(activation, node) {
            insert(activation, message);
        }
    } else if class & class::VIA_ALIAS == 0 || passes_alias(activation, &node) {
        insert(activation, node);
    } else {
        activation.cell.count_out(&node);
        caught::contain("the destructor of a message by an alias that is none any more", || drop(node));
    }
}

fn insert(activation: &mut Activation<'_>, node: NodeBox) {
    let cell = activation.cell;
    let own_lane = node.class.get() & class::SYSTEM == 0 && node.lane() != Lane::Normal;
    if cell.vtable.arrival_order || !(cell.sorts.get() || own_lane) {
        return cell.queue.push(node);
    }
    cell.sorts.set(true);
    let lanes = activation.relations_mut().lanes.get_or_insert_with(|| Box::new(Lanes::new()));
    lanes.insert(&cell.queue, node);
}

fn passes_alias(activation: &mut Activation<'_>, node: &NodeBox) -> bool {
    let Some(alias) = node.alias() else { return false };
    let relations = activation.relations_mut();
    match relations.aliases.mode(alias) {
        None => false,
        Some(AliasMode::Explicit | AliasMode::Demonitor) => true,
        Some(AliasMode::FirstMessage) => {
            relations.aliases.deactivate(alias);
            if let Some(watched) = relations.monitors.watched.remove(&alias) {
                send_or_forget(watched, Signal::Demonitor { reference: alias });
            }
            true
        }
    }
}

/// Lets a signal act. Returns it when it is to become a message.
fn act(activation: &mut Activation<'_>, node: NodeBox) -> Option<NodeBox> {
    let Some(signal) = Signal::of(&node) else { return Some(node) };
    let becomes_message = match signal {
        Signal::Exit { from, reason, by_link } => exit(activation, *from, reason, *by_link),
        Signal::Down { reference, .. } => {
            let relations = activation.relations_mut();
            relations.aliases.monitor_ended(*reference);
            relations.monitors.watched.remove(reference).is_some()
        }
        _ => false,
    };
    if becomes_message {
        let mut node = node;
        node.class.set(0);
        node.mark(class::SYSTEM);
        return Some(node);
    }
    let pid = activation.pid();
    match Signal::from_node(node) {
        Ok(Signal::Link { from, id }) => activation.relations_mut().links.told(from, id),
        Ok(Signal::LinkWith { peer }) => activation.link(peer),
        Ok(Signal::Unlink { from, made, told }) => {
            activation.relations_mut().links.told_unlink(from, made, told)
        }
        Ok(Signal::Monitor { from, reference }) => {
            debug_assert_ne!(pid, from);
            activation.relations_mut().monitors.watchers.insert(reference, from);
        }
        Ok(Signal::Demonitor { reference }) => {
            activation.relations_mut().monitors.watchers.remove(&reference);
        }
        Ok(Signal::TellEnd(reply)) => activation.relations_mut().ends.wait(reply),
        Ok(Signal::OverLimit(over)) => activation.crash(ExitReason::OverLimit(over)),
        Ok(Signal::Failed(reason)) => activation.crash(reason),
        Ok(Signal::Ask(question)) => activation.ask(question),
        Ok(Signal::Look(Look(show))) => {
            let seen = seen(activation);
            caught::contain("who looks at an actor", || show(seen));
        }
        Ok(Signal::Exit { .. } | Signal::Down { .. }) | Err(_) => {}
    }
    None
}

/// What one sees of the actor.
#[cold]
fn seen(activation: &mut Activation<'_>) -> Seen {
    let (bytes, traps_exits) = (activation.cell.vtable.layout.size(), activation.traps_exits());
    let normal = activation.cell.queue.len();
    let relations = activation.relations_mut();
    Seen {
        links: relations.links.peers().collect(),
        monitors: relations.monitors.watched.values().copied().collect(),
        monitored_by: relations.monitors.watchers.values().copied().collect(),
        unanswered: relations.calls.len(),
        traps_exits,
        waiting: normal + relations.lanes.as_ref().map_or(0, |lanes| lanes.len_beside_normal()),
        bytes,
    }
}

/// An exit signal, by the rules of the Erlang reference manual ("Processes", section "Receiving Exit Signals").
/// Returns whether it becomes a message.
fn exit(activation: &mut Activation<'_>, from: Pid, reason: &ExitReason, by_link: bool) -> bool {
    if by_link && activation.relations_mut().links.forget(from).is_none() {
        // Unlinked meanwhile.
        return false;
    }
    if !by_link && *reason == ExitReason::Kill {
        activation.doom = Some(ExitReason::Killed);
        return false;
    }
    if activation.cell.traps_exits_now() {
        return true;
    }
    let from_itself = from == activation.pid();
    if *reason != ExitReason::Normal || (from_itself && !by_link) {
        activation.doom = Some(reason.clone());
    }
    false
}
