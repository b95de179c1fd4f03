//! Sending: `!`, `send/2,3`.

use dala_ir::abi::{Atom, Word, atoms};
use dala_ir::interp::Exception;
use dala_ir::term::view;

use crate::bif::Answer;
use crate::bif::arguments::{bad_option, named, option_list};
use crate::process::Process;

/// `Destination ! Message`, `send(Destination, Message)`.
pub(crate) fn send_2(p: &mut Process, [to, message]: [Word; 2]) -> Answer {
    p.send(to, message)?;
    Ok(message)
}

/// `send(Destination, Message, [nosuspend, noconnect])`: sending never suspends here, and no other node is connected.
pub(crate) fn send_3(p: &mut Process, [to, message, options]: [Word; 3]) -> Answer {
    let is_option =
        |option: &Word| matches!(option.as_atom().map(Atom::text), Some("nosuspend" | "noconnect"));
    let options = option_list(options).map_err(bad_option)?;
    if !options.iter().all(is_option) {
        return Err(bad_option(Exception::badarg()));
    }
    if options.contains(&Word::atom(named!("noconnect"))) && is_elsewhere(to) {
        return Ok(Word::atom(named!("noconnect")));
    }
    p.send(to, message)?;
    Ok(Word::atom(atoms::OK))
}

/// Whether this is `{Name, Node}` of another node.
fn is_elsewhere(to: Word) -> bool {
    let node = |elements: &[Word]| match elements {
        &[name, node] => name.as_atom().and(node.as_atom()),
        _ => None,
    };
    view::tuple_elements(to).and_then(node).is_some_and(|node| node != atoms::NONODE)
}
