//! Sending: `!`, `send/2,3`.

use dala_ir::abi::{Word, atoms};

use crate::bif::Answer;
use crate::bif::arguments::{atom, badarg, list};
use crate::process::Process;

/// `Destination ! Message`, `send(Destination, Message)`.
pub(crate) fn send_2(p: &mut Process, [to, message]: [Word; 2]) -> Answer {
    p.send(to, message)?;
    Ok(message)
}

/// `send(Destination, Message, [nosuspend, noconnect])`: sending never suspends or connects here.
pub(crate) fn send_3(p: &mut Process, [to, message, options]: [Word; 3]) -> Answer {
    for option in list(options)? {
        if !matches!(atom(option)?.text(), "nosuspend" | "noconnect") {
            return badarg();
        }
    }
    p.send(to, message)?;
    Ok(Word::atom(atoms::OK))
}
