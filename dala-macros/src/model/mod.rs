//! What the macros understood: plain data, no tokens left to interpret.

pub(crate) mod actor;
pub(crate) mod beam;
pub(crate) mod data;
pub(crate) mod handler;
pub(crate) mod main;
pub(crate) mod message;
pub(crate) mod native;
pub(crate) mod protocol;
pub(crate) mod test;
