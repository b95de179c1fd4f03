//! Messages: what they are, how they look in Erlang, and how they travel.
//!
//! A message is one allocation: a [`Node`] with the payload in place. Whoever holds a [`NodeBox`] owns the node; in
//! a mailbox the mailbox owns it.

mod bytes;
pub mod call;
mod capability;
pub mod convert;
pub mod dead_letter;
pub mod exit;
mod in_place;
mod join;
pub mod lane;
mod limit;
mod local;
#[expect(clippy::module_inception, reason = "the trait of that name")]
mod message;
mod misfit;
#[doc(hidden)]
pub mod nested;
pub mod node;
mod opaque;
mod reply_to;
pub mod report;
mod slot;
mod stable;
mod system;

pub use bytes::Bytes;
pub(crate) use call::CallLimit;
pub use call::{Call, CallError, ForeignReply, ReplyHandle, ReplyValue};
pub use convert::{ConvertError, Source};
pub use dala_ir::term::OwnedTerm;
pub use dead_letter::{DeadLetter, DeadLetterCause, DeadLetters};
pub use exit::{ExitReason, PanicReason};
pub use in_place::write_field_of;
pub use join::{Join, join};
pub use lane::Lane;
pub use limit::{MemoryLimit, OverLimit};
pub use local::Local;
pub use message::{Message, Reply, StableLayout};
#[doc(hidden)]
pub use message::{MessageField, field};
pub use misfit::Misfit;
pub use node::{Node, NodeBox, NodeVtable, PAYLOAD_OFFSET, PayloadKind};
pub use opaque::Opaque;
pub use reply_to::ReplyTo;
pub use report::Report;
pub use system::{ReplaceState, SystemRequest};
