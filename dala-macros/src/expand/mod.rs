//! From the model to code. Never fails: what could was reported before.
//!
//! Generated code names only `::dala::__rt`, is free of `unsafe` (users may forbid it) and gives every token that a
//! compiler error could point at the span of what the user wrote there.

pub(crate) mod actor;
pub(crate) mod beam;
pub(crate) mod client;
pub(crate) mod data;
pub(crate) mod main;
pub(crate) mod message;
pub(crate) mod native;
pub(crate) mod protocol;
pub(crate) mod shape;
pub(crate) mod term;
pub(crate) mod test;
