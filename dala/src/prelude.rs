//! What most programs use.

pub use crate::actor::{Actor, ActorRef, Context, Handles, SendError, SpawnError, SpawnOptions};
pub use crate::message::{CallError, ExitReason, Message};
pub use crate::pid::Pid;
pub use crate::runtime::Runtime;
pub use crate::signal::Down;
