//! Sending: `!`, `send/2,3`.

use dala_ir::abi::{Atom, Word, atoms};
use dala_ir::interp::Exception;

use crate::bif::Answer;
use crate::bif::arguments::{bad_option, list};
use crate::process::Process;

/// `Destination ! Message`, `send(Destination, Message)`.
pub(crate) fn send_2(p: &mut Process, [to, message]: [Word; 2]) -> Answer {
    p.send(to, message)?;
    Ok(message)
}

/// `send(Destination, Message, [nosuspend, noconnect])`: sending never suspends or connects here.
pub(crate) fn send_3(p: &mut Process, [to, message, options]: [Word; 3]) -> Answer {
    let is_option =
        |option: &Word| matches!(option.as_atom().map(Atom::text), Some("nosuspend" | "noconnect"));
    if !list(options).map_err(bad_option)?.iter().all(is_option) {
        return Err(bad_option(Exception::badarg()));
    }
    p.send(to, message)?;
    Ok(Word::atom(atoms::OK))
}
