//! Actor runtime: scheduler, actors, mailboxes, signals, supervision.
//!
//! An actor is state with handlers, run by one worker at a time. [`Runtime`] has the workers; [`ActorRef`] names a native
//! actor; `tell` sends, `call` waits for the reply. Links, monitors, exit reasons and names follow the Erlang reference
//! manual, for every [`Behaviour`], of which native actors are one.
//!
//! Built with `--cfg loom` only the lock-free core is there, with its models (`scripts/loom.sh`).

#![cfg_attr(loom, allow(dead_code, reason = "the models use part of the core"))]

// Generated code names `::dala`, in this crate's own tests too.
extern crate self as dala;

pub mod pid;
pub(crate) mod sync;

#[cfg(not(loom))]
#[doc(hidden)]
pub mod __rt;
#[cfg(not(loom))]
pub mod actor;
#[cfg(not(loom))]
pub mod cap;
/// What of it loom checks.
#[cfg(loom)]
mod cap {
    mod resource;
}
#[cfg(not(loom))]
pub mod config;
#[cfg(not(loom))]
pub mod energy;
#[cfg(not(loom))]
pub mod inspect;
#[cfg(not(loom))]
pub mod mailbox;
#[cfg(loom)]
pub(crate) mod mailbox;
#[cfg(not(loom))]
pub mod message;
#[cfg(not(loom))]
pub mod native;
#[cfg(all(not(loom), feature = "metrics"))]
pub mod observe;
#[cfg(all(not(loom), not(feature = "metrics")))]
pub(crate) mod observe;
#[cfg(not(loom))]
pub mod prelude;
#[cfg(not(loom))]
pub mod region;
#[cfg(not(loom))]
pub mod registry;
#[cfg(not(loom))]
pub mod runtime;
pub(crate) mod sched;
#[cfg(not(loom))]
pub mod server;
#[cfg(not(loom))]
pub mod shutdown;
#[cfg(not(loom))]
pub mod signal;
#[cfg(not(loom))]
pub mod sim;
#[cfg(not(loom))]
pub mod supervise;
#[cfg(not(loom))]
pub mod testing;
#[cfg(not(loom))]
pub mod timer;

#[cfg(not(loom))]
pub use api::*;

#[cfg(not(loom))]
mod api {
    pub use crate::actor::spawn::{SpawnError, SpawnOptions, Spawned};
    pub use crate::actor::stream::{Items, Outlet, outlet};
    pub use crate::actor::{
        Actor, ActorRef, Alias, Behaviour, Blocking, Callee, Concurrent, Context, Handles, Qos, Recipient,
        SendError, Unhandled, WorkerHold,
    };
    pub use crate::config::Builder;
    pub use crate::mailbox::bounded::Overflow;
    pub use crate::message::{
        Bytes, Call, CallError, ConvertError, ExitReason, Lane, Local, MemoryLimit, Message, Opaque,
        OverLimit, OwnedTerm, Reply, ReplyTo, StableLayout, join,
    };
    pub use crate::pid::Ref;
    pub use crate::region::Stable;
    pub use crate::registry::NameError;
    pub use crate::runtime::{Handle, Runtime};
    pub use crate::sched::lifecycle::LowMemory;
    pub use crate::sched::pinned::PinnedThread;
    pub use crate::sched::spawning::{Spawning, Startable};
    pub use crate::sched::watchdog::LongHandler;
    pub use crate::signal::Down;
    pub use crate::supervise::{
        ChildSpec, DynamicSupervisor, Intensity, Restart, Shutdown, Strategy, Supervisor, SupervisorRef,
    };
    pub use crate::timer::{Missed, Moment, Sleep};
    pub use dala_ir::abi::{Atom, Pid};
    pub use dala_macros::{Term, actor, beam, main, message, native, protocol, test};
    pub use dashu_int::{IBig, UBig};

    /// Spawns a native actor on the runtime that this thread works for or has entered.
    ///
    /// # Errors
    /// [`SpawnError::NoRuntime`] elsewhere, or [`SpawnError::TooManyActors`].
    pub fn spawn<A: Actor + Send>(actor: A) -> Result<ActorRef<A>, SpawnError> {
        spawn_with(actor, &SpawnOptions::default())
    }

    /// Waits, on the clock of the runtime that this thread works for or has entered. Unlike tokio's it needs no tokio, and
    /// follows a virtual clock.
    ///
    /// ```
    /// # #[dala::main]
    /// # async fn main() {
    /// dala::sleep(std::time::Duration::from_millis(2)).await;
    /// # }
    /// ```
    ///
    /// # Panics
    /// Outside of a runtime.
    #[track_caller]
    pub fn sleep(time: std::time::Duration) -> crate::timer::Sleep {
        Handle::current()
            .expect("`dala::sleep` needs a runtime: call it in an actor or task, or enter one")
            .sleep(time)
    }

    /// As [`spawn`] with options.
    ///
    /// # Errors
    /// As [`spawn`].
    pub fn spawn_with<A: Actor + Send>(actor: A, options: &SpawnOptions) -> Result<ActorRef<A>, SpawnError> {
        match crate::sched::worker::with(|worker| worker.map(|worker| worker.scheduler().clone())) {
            Some(scheduler) => crate::actor::spawn::spawn_native_on(scheduler.host(), actor, options),
            None => Handle::current().ok_or(SpawnError::NoRuntime)?.spawn_with(actor, options),
        }
    }
}
