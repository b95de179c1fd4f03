//! Rules over a whole model, after parsing. Each reports one kind of mistake.

pub(crate) mod handlers;
pub(crate) mod messages;
