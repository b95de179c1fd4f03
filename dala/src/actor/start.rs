//! How a native actor comes to its state: at once, or by its `init`, which runs in the actor.
//!
//! An actor that is spawned with an [`Init`] has no state until that is done. What is sent to it meanwhile waits. When
//! `init` fails or panics the actor ends with that reason, without `terminate`; links and monitors learn of it, and so
//! does whoever waits for the start. OTP manual, `gen_server`, `init/1`.

#![expect(unsafe_code, reason = "makes the node that stands for the spawner's wait")]

use super::context::Context;
use super::handler::Actor;
use crate::message::{Call, CallLimit, ExitReason, NodeBox, NodeVtable, PayloadKind, ReplyHandle};
use std::future::Future;
use std::pin::Pin;

/// Makes the state of an actor of type A, inside the actor. Given to `Spawning::new`.
pub type Init<A> = Box<dyn for<'a> FnOnce(&'a mut Context<A>) -> Starting<'a, A> + Send>;

/// What an [`Init`] gives: the state, why there is none, or a future of either.
pub struct Starting<'a, A>(pub(super) StartingKind<'a, A>);

pub(super) enum StartingKind<'a, A> {
    Now(Result<A, ExitReason>),
    Later(Pin<Box<dyn Future<Output = Result<A, ExitReason>> + Send + 'a>>),
    /// Of a pinned actor.
    LaterHere(Pin<Box<dyn Future<Output = Result<A, ExitReason>> + 'a>>),
}

impl<A> std::fmt::Debug for Starting<'_, A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match &self.0 {
            StartingKind::Now(Ok(_)) => "Starting::now(Ok)",
            StartingKind::Now(Err(_)) => "Starting::now(Err)",
            StartingKind::Later(_) | StartingKind::LaterHere(_) => "Starting::later",
        })
    }
}

impl<'a, A> Starting<'a, A> {
    /// A plain `init`'s state, or the reason that the actor ends with.
    pub fn now(state: Result<A, ExitReason>) -> Starting<'a, A> {
        Starting(StartingKind::Now(state))
    }

    /// An async `init`'s future. One allocation.
    pub fn later(future: impl Future<Output = Result<A, ExitReason>> + Send + 'a) -> Starting<'a, A> {
        Starting(StartingKind::Later(Box::pin(future)))
    }

    /// As [`Starting::later`] for pinned actors, whose futures never leave their thread. The start of any other actor fails by
    /// it.
    pub fn later_here(future: impl Future<Output = Result<A, ExitReason>> + 'a) -> Starting<'a, A> {
        Starting(StartingKind::LaterHere(Box::pin(future)))
    }
}

/// An `init` that has not been called, and who waits for it.
pub(crate) struct Unborn<A: Actor> {
    pub(crate) init: Init<A>,
    pub(crate) spawner: Option<NodeBox>,
}

static SPAWNER: NodeVtable = NodeVtable::of::<()>(PayloadKind::Foreign).named("start");

impl<A: Actor> Unborn<A> {
    /// Nobody waits for it.
    pub(crate) fn new(init: Init<A>) -> Unborn<A> {
        Unborn { init, spawner: None }
    }

    /// `reply` is answered when `init` is done.
    ///
    /// # Panics
    /// When `reply` is that of a call in Rust, for another type of reply.
    #[track_caller]
    pub(crate) fn answering(init: Init<A>, reply: ReplyHandle) -> Unborn<A> {
        assert!(reply.is_for::<()>(), "a reply of another type");
        // SAFETY: `SPAWNER` is `NodeVtable::of::<()>`.
        let mut node = unsafe { NodeBox::typed(&SPAWNER, ()) };
        node.set_reply(reply);
        Unborn { init, spawner: Some(node) }
    }

    /// The returned call is answered when `init` is done, or fails with [`Exited`](crate::CallError::Exited).
    pub(crate) fn waited_for(&mut self) -> Call<()> {
        let (call, reply) = Call::new(CallLimit::None);
        // SAFETY: `SPAWNER` is `NodeVtable::of::<()>`.
        let mut node = unsafe { NodeBox::typed(&SPAWNER, ()) };
        node.set_reply(reply);
        self.spawner = Some(node);
        call
    }
}
