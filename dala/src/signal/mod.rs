//! Signals: what actors do to one another beside sending messages.
//!
//! As in the Erlang reference manual, "Processes", section "Signals": links, monitors and exits are signals that
//! travel through the receiver's mailbox, in order with messages of the same sender, and act when the receiver takes
//! them in. Each side keeps its own half of a link or monitor in its `Relations`, which only the
//! worker that runs the actor touches; there is no lock and nothing is held across two actors.
//!
//! # Differences from OTP
//! A link has an id for each side that asked for it instead of unlink acknowledgements: an unlink names the ids it
//! knows and takes away no link that was made later.

pub mod alias;
pub(crate) mod deliver;
pub(crate) mod end_waits;
pub(crate) mod ending;
pub(crate) mod held_calls;
pub mod link;
pub mod monitor;
pub(crate) mod own_timers;
pub(crate) mod relations;
#[expect(clippy::module_inception, reason = "the type that gives the folder its name")]
pub(crate) mod signal;

pub use alias::AliasMode;
pub use monitor::Down;
pub use signal::Question;
