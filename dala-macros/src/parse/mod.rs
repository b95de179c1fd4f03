//! From tokens to the model. Reports what cannot be understood, and goes on.

pub(crate) mod actor;
pub(crate) mod attrs;
pub(crate) mod beam;
pub(crate) mod data;
pub(crate) mod handler;
pub(crate) mod main;
pub(crate) mod message;
pub(crate) mod native;
pub(crate) mod protocol;
pub(crate) mod test;
