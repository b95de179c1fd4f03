//! loom's models of a resource whose capability moves in messages.

#![expect(unsafe_code, reason = "messages as the mailbox's head takes them")]

use super::*;
use crate::mailbox::queue::{Head, Linked, Pushed};
use crate::sync::{AtomicBool, AtomicU32, Ordering, thread};
use loom::cell::Cell;
use std::ptr::NonNull;

/// Counts how often it is closed; who uses it must find it open.
struct Valve {
    is_open: AtomicBool,
    closed: Arc<AtomicU32>,
}

impl Valve {
    fn turn(&self) {
        assert!(self.is_open.load(Ordering::Relaxed), "used after it was closed");
    }
}

impl Drop for Valve {
    fn drop(&mut self) {
        self.is_open.store(false, Ordering::Relaxed);
        self.closed.fetch_add(1, Ordering::Relaxed);
    }
}

/// The first capability, as far as its resource goes: dropping it closes that.
struct Holder(Arc<Resource<Valve>>);

impl Drop for Holder {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// A message that carries it.
#[repr(align(16))]
struct Message {
    next: Cell<*mut Message>,
    holder: Holder,
}

// SAFETY: both use the cell.
unsafe impl Linked for Message {
    fn set_next(&self, next: *mut Message) {
        self.next.set(next);
    }
    fn next(&self) -> *mut Message {
        self.next.get()
    }
}

fn valve() -> (Holder, Arc<Resource<Valve>>, Arc<AtomicU32>) {
    let closed = Arc::new(AtomicU32::new(0));
    let resource = Arc::new(Resource::new(Valve { is_open: AtomicBool::new(true), closed: closed.clone() }));
    (Holder(resource.clone()), resource, closed)
}

/// Sends it to an actor, and runs that if it is due. Gives it back if the actor is dead.
fn send(actor: &Head, holder: Holder) -> Result<(), Holder> {
    let message =
        NonNull::from(Box::leak(Box::new(Message { next: Cell::new(std::ptr::null_mut()), holder })));
    // SAFETY: a fresh node.
    match unsafe { actor.push(message, false) } {
        Pushed::Schedule => activate(actor),
        Pushed::Queued => {}
        // SAFETY: refused, so ours still.
        Pushed::Closed => return Err(unsafe { Box::from_raw(message.as_ptr()) }.holder),
    }
    Ok(())
}

/// The actor uses what it is sent, and drops it.
fn activate(actor: &Head) {
    loop {
        take_all(actor.take::<Message>().last);
        if actor.park(false) {
            return;
        }
    }
}

fn take_all(mut next: Option<NonNull<Message>>) {
    while let Some(message) = next {
        // SAFETY: taken nodes are ours; each came from `send`.
        let message = unsafe { Box::from_raw(message.as_ptr()) };
        next = NonNull::new(message.next());
        if let Some(valve) = message.holder.0.get() {
            valve.turn();
        }
    }
}

#[test]
fn a_resource_that_moves_while_it_is_revoked_is_closed_once_and_never_used_after() {
    loom::model(|| {
        let (holder, resource, closed) = valve();
        let actor = Arc::new(Head::parked());
        let revoker = {
            let resource = resource.clone();
            thread::spawn(move || resource.close())
        };
        let receiver = {
            let actor = actor.clone();
            thread::spawn(move || drop(send(&actor, holder)))
        };
        // Who borrowed it uses it meanwhile.
        if let Some(valve) = resource.get() {
            valve.turn();
        }
        revoker.join().unwrap();
        receiver.join().unwrap();
        assert_eq!(closed.load(Ordering::Relaxed), 1);
        assert!(resource.get().is_none());
    });
}

#[test]
fn a_resource_that_is_sent_to_an_actor_that_ends_comes_back_open_or_is_closed_with_the_message() {
    loom::model(|| {
        let (holder, _resource, closed) = valve();
        let actor = Arc::new(Head::parked());
        // It runs, so whoever sends to it does not have to.
        actor.unpark_new();
        let ending = {
            let actor = actor.clone();
            thread::spawn(move || take_all(actor.close::<Message>()))
        };
        let sent = send(&actor, holder);
        if let Err(holder) = &sent {
            assert_eq!(closed.load(Ordering::Relaxed), 0);
            holder.0.get().expect("open").turn();
        }
        drop(sent);
        ending.join().unwrap();
        assert_eq!(closed.load(Ordering::Relaxed), 1);
    });
}
