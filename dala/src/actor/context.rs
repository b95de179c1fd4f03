//! What a native handler can do beside changing its state.

#![expect(unsafe_code, reason = "acts as the owner of its cell while the handler runs")]

use super::activation::Activation;
use super::cell::Header;
use super::process::{self, Timer};
use super::reference::ActorRef;
use super::{Actor, Handles};
use crate::message::{ExitReason, Message};
use crate::pid::{Pid, Ref};
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::time::Duration;

/// The running actor, seen from one of its handlers. It lives in the actor's cell; handlers borrow it.
pub struct Context<A: Actor> {
    cell: Option<NonNull<Header>>,
    pub(super) stop: Option<ExitReason>,
    pub(super) sender: Option<Pid>,
    _actor: PhantomData<fn(A)>,
}

// SAFETY: the pointer is the cell that the context lives in; handlers (and their futures) run as that cell's owner,
// on whatever worker.
unsafe impl<A: Actor> Send for Context<A> {}
// SAFETY: everything that touches the cell takes `&mut self`.
unsafe impl<A: Actor> Sync for Context<A> {}

impl<A: Actor> std::fmt::Debug for Context<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").field("pid", &self.pid()).field("stop", &self.stop).finish_non_exhaustive()
    }
}

impl<A: Actor> Context<A> {
    pub(super) fn new() -> Context<A> {
        Context { cell: None, stop: None, sender: None, _actor: PhantomData }
    }

    /// Notes the cell that the context lives in. The cell must be the one that runs.
    #[inline(always)]
    pub(super) fn set_cell(&mut self, cell: &Header) {
        self.cell = Some(NonNull::from(cell));
    }

    fn cell(&self) -> &Header {
        let cell = self.cell.expect("handlers run after the first activation began");
        // SAFETY: the context lives in the cell's state, so the cell is there.
        unsafe { cell.as_ref() }
    }

    fn act<R>(&mut self, act: impl FnOnce(&mut Activation<'_>) -> R) -> R {
        // SAFETY: handlers run as the owner of the cell, and no borrow of its relations is held across them.
        let mut activation = unsafe { Activation::new(self.cell(), 1) };
        act(&mut activation)
    }

    /// This actor's pid.
    pub fn pid(&self) -> Pid {
        self.cell().pid()
    }

    /// A reference to this actor.
    pub fn me(&self) -> ActorRef<A> {
        // SAFETY: this cell runs a native actor of type A.
        unsafe { ActorRef::from_pid(self.pid()) }
    }

    /// Who sent the message that is being handled, if an actor did and waits for no reply.
    pub fn sender(&self) -> Option<Pid> {
        self.sender
    }

    /// Ends the actor when the handler returns.
    pub fn stop(&mut self, reason: ExitReason) {
        self.stop = Some(reason);
    }

    /// Sends this actor a message after some time.
    pub fn tell_after<M: Message>(&mut self, after: Duration, message: M) -> Timer
    where
        A: Handles<M>,
    {
        let me = self.me();
        self.act(|activation| activation.run_after(after, move || drop(me.tell(message))))
    }

    /// Links with `peer`: when one ends abnormally, so does the other, unless it traps exits.
    pub fn link(&mut self, peer: impl Into<Pid>) {
        let peer = peer.into();
        self.act(|activation| activation.link(peer));
    }

    /// Ends the link with `peer`.
    pub fn unlink(&mut self, peer: impl Into<Pid>) {
        let peer = peer.into();
        // Not through `Activation::unlink`: signals that arrive here act when the activation looks again.
        // SAFETY: as in `act`.
        let ids = unsafe { self.cell().relations_mut() }.links.forget(peer);
        if let Some(ids) = ids {
            let signal =
                crate::signal::signal::Signal::Unlink { from: self.pid(), made: ids.made, told: ids.told };
            crate::signal::deliver::send_or_forget(peer, signal);
        }
    }

    /// Watches `pid`: [`Actor::on_down`] is called when it ends.
    pub fn monitor(&mut self, pid: impl Into<Pid>) -> Ref {
        let pid = pid.into();
        self.act(|activation| activation.monitor(pid, None))
    }

    /// Stops watching.
    pub fn demonitor(&mut self, monitor: Ref) -> bool {
        self.act(|activation| activation.demonitor(monitor))
    }

    /// Whether ends of linked actors reach [`Actor::on_exit`]. Returns what it was.
    pub fn trap_exits(&mut self, traps: bool) -> bool {
        self.act(|activation| activation.set_traps_exits(traps))
    }

    /// Messages that reached nobody.
    pub(super) fn dead_letters(&self) -> &crate::message::DeadLetters {
        &self.cell().host().dead_letters
    }

    /// Sends an exit signal.
    pub fn exit(&self, to: impl Into<Pid>, reason: ExitReason) {
        process::exit(self.pid(), to.into(), reason);
    }
}
