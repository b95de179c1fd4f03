//! Ports: programs that processes of this runtime talk to by their standard input and output (Erlang reference manual,
//! "Ports and Port Drivers"; `erlang:open_port/2`).
//!
//! A port is an actor, so that it can be linked, monitored, named and sent to as a process can; its number as a term is
//! the bits of its pid. Two threads serve it: one reads what the program writes and sends it to the connected process,
//! the other writes to the program. Neither blocks a worker.
//!
//! # Invariants
//! - What the program writes reaches the connected process in order, and its end (`eof`, `exit_status`, the exit signal)
//!   comes behind all of it.
//! - A closed port sends no data any more. Its program has no input then, and its next output goes nowhere; until it writes
//!   or ends, the thread that reads waits for it.
//! - What is sent to it and what built-in functions have it do happens in one order, that of its mailbox.
//! - Drivers in C do not exist: `spawn_driver` is `badarg`, but for `ram_file_drv`, files in memory, which the actor is itself.

mod actor;
mod framing;
mod options;
mod ram_file;
mod serve;
mod table;

pub(crate) use actor::{Request, close, request};
pub(crate) use options::{Command, PortOptions};
pub(crate) use serve::open;
pub(crate) use table::{Entry, Ports};

use dala_ir::abi::{Pid, Word};

/// The actor that a local pid or port stands for.
pub(crate) fn actor_of(word: Word) -> Option<Pid> {
    word.as_pid().or_else(|| word.as_port().map(Pid::from_bits))
}

/// The port of this pid.
pub(crate) fn port_word(pid: Pid) -> Word {
    Word::port(pid.to_bits())
}
