//! Messages: what they are, how they look in Erlang, and how they travel.

mod bytes;
pub mod convert;
mod in_place;
#[expect(clippy::module_inception, reason = "the trait of that name")]
mod message;
#[doc(hidden)]
pub mod nested;

pub use bytes::Bytes;
pub use convert::{ConvertError, Source};
pub use in_place::write_field_of;
pub use message::{Message, Reply, StableLayout};
#[doc(hidden)]
pub use message::{MessageField, field};
