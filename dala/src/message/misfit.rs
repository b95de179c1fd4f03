//! A term that was sent to a native actor and is none of its messages.

use super::node::{NodeBox, NodeVtable, PayloadKind};
use dala_ir::term::OwnedTerm;
use dala_ir::term::print::{Style, print};

/// A term that does not convert into a message of the actor it was sent to, on its way there all the same: the actor's
/// `unhandled` hook sees it, in the order of its sender's messages.
#[derive(Clone, Debug)]
pub struct Misfit {
    /// The term.
    pub term: OwnedTerm,
    /// Why it does not convert.
    pub reason: String,
}

static VTABLE: NodeVtable = NodeVtable::of::<Misfit>(PayloadKind::Foreign).named("Erlang term");

impl Misfit {
    /// The term in Erlang's syntax.
    pub fn text(&self) -> String {
        print(self.term.root(), Style::Readable).to_string()
    }
}

#[expect(unsafe_code, reason = "reads a payload by its vtable")]
impl NodeBox {
    /// A node that carries a misfit.
    pub fn misfit(misfit: Misfit) -> NodeBox {
        // SAFETY: VTABLE is that of a Misfit.
        unsafe { NodeBox::typed(&VTABLE, misfit) }
    }

    /// The misfit in this node, if it carries one.
    pub fn as_misfit(&self) -> Option<&Misfit> {
        // SAFETY: only `misfit` makes nodes with this vtable; nobody moves their payload out.
        std::ptr::eq(self.vtable(), &VTABLE).then(|| unsafe { &*self.payload().cast::<Misfit>() })
    }
}
