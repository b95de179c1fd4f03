//! What tools ask of an actor, whatever its own messages are: OTP's system messages (OTP manual, `sys`).

#![expect(unsafe_code, reason = "reads and moves a payload by its vtable")]

use super::exit::ExitReason;
use super::node::{NodeBox, NodeVtable, PayloadKind};
use dala_ir::term::OwnedTerm;
use std::future::Future;
use std::pin::Pin;

/// Makes a state of another one: what `sys:replace_state/2` is given. An error is the reason that its caller gets.
pub type ReplaceState =
    Box<dyn FnOnce(OwnedTerm) -> Pin<Box<dyn Future<Output = Result<OwnedTerm, OwnedTerm>> + Send>> + Send>;

/// A system message. It is handled in the order of its sender's messages, also by an actor that is suspended, and takes no
/// room in a bounded mailbox.
///
/// The replies are the terms that OTP's `sys` expects; `{error, Reason}` where there is none.
pub enum SystemRequest {
    /// Its state. See [`Actor::state_term`](crate::actor::Actor::state_term).
    State,
    /// Another state; the reply is the new one. Nothing else is handled until it is there.
    ReplaceState(ReplaceState),
    /// What it is and how it is: `{status, Pid, {module, Module}, [Dictionary, State, Parent, Debug, Misc]}`.
    Status,
    /// To handle system messages alone from now on: `ok`. All others wait. Signals act.
    Suspend,
    /// To go on: `ok`.
    Resume,
    /// To end: `ok`, and then it does.
    Terminate(ExitReason),
    /// Something that native actors do not do.
    Unknown(OwnedTerm),
}

impl std::fmt::Debug for SystemRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            SystemRequest::State => f.write_str("State"),
            SystemRequest::ReplaceState(_) => f.write_str("ReplaceState"),
            SystemRequest::Status => f.write_str("Status"),
            SystemRequest::Suspend => f.write_str("Suspend"),
            SystemRequest::Resume => f.write_str("Resume"),
            SystemRequest::Terminate(reason) => f.debug_tuple("Terminate").field(reason).finish(),
            SystemRequest::Unknown(term) => f.debug_tuple("Unknown").field(term).finish(),
        }
    }
}

static VTABLE: NodeVtable = NodeVtable::of::<SystemRequest>(PayloadKind::Foreign).named("system message");

impl NodeBox {
    /// A node that carries a system message.
    pub fn system(request: SystemRequest) -> NodeBox {
        // SAFETY: `VTABLE` is that of a SystemRequest.
        unsafe { NodeBox::typed(&VTABLE, request) }
    }

    /// Whether it carries a system message.
    pub(crate) fn is_system_request(&self) -> bool {
        std::ptr::eq(self.vtable(), &VTABLE)
    }

    /// Takes the system message out; what is left is the call that waits for the reply.
    pub(crate) fn take_system_request(&mut self) -> Option<SystemRequest> {
        if !self.is_system_request() || self.is_moved() {
            return None;
        }
        // SAFETY: only `system` makes nodes with this vtable, around a request, which was not moved out before.
        Some(unsafe { self.move_payload() })
    }
}
