//! Sending to actors whose mailboxes may be full.

use super::cell::{self, Header};
use super::current;
use crate::mailbox::bounded::{Admission, Bound, Put, ticket};
use crate::message::{CallError, DeadLetterCause, NodeBox};
use crate::pid::{Pid, epoch};
use crate::sync::Arc;

/// Why a node was not sent.
#[derive(Debug)]
pub(crate) enum NotSent {
    /// The actor is dead.
    Dead(NodeBox),
    /// Its lane is full, and the policy says that the sender keeps the message.
    Full(NodeBox),
}

/// Sends a node by the bound of the receiver's mailbox, if it has one. A call that is dropped is answered.
pub(super) fn send(cell: &Header, node: NodeBox) -> Result<(), NotSent> {
    match &cell.bound {
        None => {
            current::count_send();
            cell.push(node, false).map_err(NotSent::Dead)
        }
        // Who answers terms is called by Erlang's rules, by which a call is a send that nothing refuses; its caller waits anyway.
        Some(_) if cell.vtable.answers_terms => {
            current::count_send();
            cell.send(node).map_err(NotSent::Dead)
        }
        Some(bound) => send_bounded(cell, bound, node),
    }
}

/// As [`send`], and waits for room where the policy is to wait.
pub(super) async fn send_wait(to: Pid, node: NodeBox) -> Result<(), NotSent> {
    let (bound, mut node) = {
        let pin = epoch::pin();
        let Some(cell) = cell::lookup(to, &pin) else { return Err(NotSent::Dead(node)) };
        match (send(cell, node), &cell.bound) {
            (Err(NotSent::Full(node)), Some(bound)) if bound.lets_wait() => (bound.clone(), node),
            (sent, _) => return sent,
        }
    };
    if !bound.take(node.lane()).await {
        return Err(NotSent::Dead(node));
    }
    node.set_credit();
    let pin = epoch::pin();
    let Some(cell) = cell::lookup(to, &pin) else { return Err(NotSent::Dead(node)) };
    current::count_send_by_credit();
    cell.send(node).map_err(NotSent::Dead)
}

fn send_bounded(cell: &Header, bound: &Arc<Bound>, mut node: NodeBox) -> Result<(), NotSent> {
    match bound.admit(node.lane()) {
        Admission::Free => {
            current::count_send();
            cell.send(node).map_err(NotSent::Dead)
        }
        Admission::Credit => {
            node.set_credit();
            current::count_send_by_credit();
            cell.send(node).map_err(NotSent::Dead)
        }
        _ if cell.head.is_closed() => Err(NotSent::Dead(node)),
        Admission::Refused => Err(NotSent::Full(node)),
        Admission::Dropped => {
            drop_overflow(cell, node);
            Ok(())
        }
        Admission::Ring => {
            let lane = node.lane();
            let node = cell.counted(node).map_err(NotSent::Dead)?;
            match bound.put(node) {
                Put::Closed(node) => {
                    cell.count_out(&node);
                    return Err(NotSent::Dead(node));
                }
                Put::Replaced(oldest) => {
                    cell.count_out(&oldest);
                    drop_overflow(cell, oldest);
                }
                Put::Ticket => {
                    current::count_send();
                    // Refused by an actor that died meanwhile: its ring was emptied then, or is being.
                    drop(cell.push(ticket(lane), false));
                }
            }
            Ok(())
        }
    }
}

fn drop_overflow(cell: &Header, node: NodeBox) {
    if node.raises() {
        cell.lower();
    }
    node.fail_call(|| CallError::Overloaded);
    cell.bury(node.vtable().type_name(), DeadLetterCause::Overflow);
}
