//! The signals.

#![expect(unsafe_code, reason = "makes and reads nodes of the signal kind")]

use crate::message::{
    ExitReason, Node, NodeBox, NodeVtable, OverLimit, PayloadKind, ReplyHandle, node::class,
};
use crate::pid::{Pid, Ref};

/// What one actor (or the runtime) does to another.
#[derive(Debug)]
pub(crate) enum Signal {
    /// `exit/2` (`by_link` false), or the end of a linked actor.
    Exit { from: Pid, reason: ExitReason, by_link: bool },
    /// Ask for a link; `id` is new.
    Link { from: Pid, id: u64 },
    /// Ask the receiver to ask `peer` for a link.
    LinkWith { peer: Pid },
    /// End the link as the sender knows it: by the id it made and the one it was told (0 for none).
    Unlink { from: Pid, made: u64, told: u64 },
    /// Watch the receiver.
    Monitor { from: Pid, reference: Ref },
    /// Stop watching.
    Demonitor { reference: Ref },
    /// A watched actor ended.
    Down { from: Pid, reference: Ref, reason: ExitReason },
    /// Who is no actor waits for the receiver's end.
    TellEnd(ReplyHandle),
    /// The receiver holds too much memory.
    OverLimit(OverLimit),
    /// What goes on for the receiver elsewhere panicked. It cannot be trapped: it is as if the receiver itself had.
    Failed(ExitReason),
    /// A question to the behaviour, answered out of order with messages (`process_info/2` of another).
    Ask(Question),
    /// Somebody looks at the actor, whatever its behaviour.
    Look(Look),
}

/// Who looks at an actor. Run by it when it takes the signal in, so it must be short; dropped if the actor ends first.
pub(crate) struct Look(pub(crate) Box<dyn FnOnce(Seen) + Send>);

impl std::fmt::Debug for Look {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Look")
    }
}

/// What one sees of an actor that only it knows ([`process::look`](crate::actor::process::look)).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Seen {
    /// The linked actors.
    pub links: Vec<Pid>,
    /// The actors that it watches.
    pub monitors: Vec<Pid>,
    /// The actors that watch it.
    pub monitored_by: Vec<Pid>,
    /// Calls of Rust code that it took and has not answered, if it answers by reference
    /// ([`Activation::hold_call`](crate::actor::Activation::hold_call)); some may be given up.
    pub unanswered: usize,
    /// Whether ends of linked actors become messages.
    pub traps_exits: bool,
    /// Messages in its mailbox.
    pub waiting: usize,
    /// Bytes of its cell with the state in it, not what that owns elsewhere.
    pub bytes: usize,
}

/// What is asked of a behaviour; the behaviour knows the type.
pub type Question = Box<dyn std::any::Any + Send>;

static VTABLE: NodeVtable = NodeVtable::of::<Signal>(PayloadKind::Signal).named("signal");

impl Signal {
    pub(crate) fn into_node(self) -> NodeBox {
        // SAFETY: `VTABLE` is `NodeVtable::of::<Signal>`.
        let mut node = unsafe { NodeBox::typed(&VTABLE, self) };
        node.mark(class::SIGNAL);
        node
    }

    /// The signal in a node of this kind.
    pub(crate) fn of(node: &Node) -> Option<&Signal> {
        // SAFETY: only `into_node` makes nodes with this vtable, around a signal. Who moves it out (`from_node`) owns the node
        // and shows it to nobody after.
        std::ptr::eq(node.vtable(), &VTABLE).then(|| unsafe { &*node.payload().cast::<Signal>() })
    }

    /// Takes the signal out of a node.
    pub(crate) fn from_node(node: NodeBox) -> Result<Signal, NodeBox> {
        if std::ptr::eq(node.vtable(), &VTABLE) {
            // SAFETY: a node with this vtable holds a signal, and it is moved out once: the box is taken.
            Ok(unsafe { node.into_payload() })
        } else {
            Err(node)
        }
    }
}
