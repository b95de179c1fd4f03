//! Registered names, the node's name.

use dala::actor::process as actor;
use dala_ir::abi::{Kind, Word, atoms};
use dala_ir::interp::Exception;
use dala_ir::term::{TermWriter, view};

use crate::bif::Answer;
use crate::bif::arguments::{atom, badarg, list, named};
use crate::process::Process;

/// `register(Name, Pid)`.
pub(crate) fn register(p: &mut Process, [name, pid]: [Word; 2]) -> Answer {
    let name = atom(name)?;
    if name == atoms::UNDEFINED {
        return badarg();
    }
    let pid = crate::port::actor_of(pid).ok_or(Exception::badarg())?;
    if pid != p.pid && !actor::is_alive(pid) {
        return badarg();
    }
    if p.register(name, pid) { Ok(Word::atom(atoms::TRUE)) } else { badarg() }
}

/// `unregister(Name)`.
pub(crate) fn unregister(p: &mut Process, [name]: [Word; 1]) -> Answer {
    let name = atom(name)?;
    if p.system.unregister(name) { Ok(Word::atom(atoms::TRUE)) } else { badarg() }
}

/// `whereis(Name)`.
pub(crate) fn whereis(p: &mut Process, [name]: [Word; 1]) -> Answer {
    Ok(p.system.whereis(atom(name)?).map_or(Word::atom(atoms::UNDEFINED), |pid| p.identity(pid)))
}

/// `registered()`.
pub(crate) fn registered(p: &mut Process, []: [Word; 0]) -> Answer {
    let names: Vec<Word> = p.system.registered().into_iter().map(Word::atom).collect();
    Ok(p.heap.list(&names, Word::NIL))
}

/// `node()`.
pub(crate) fn node_0(_: &mut Process, []: [Word; 0]) -> Answer {
    Ok(Word::atom(atoms::NONODE))
}

/// `node(PidPortOrReference)`.
pub(crate) fn node_1(_: &mut Process, [term]: [Word; 1]) -> Answer {
    if term.is_local_pid() || term.as_port().is_some() || view::reference(term).is_some() {
        return Ok(Word::atom(atoms::NONODE));
    }
    match view::boxed(term) {
        Some((header, payload))
            if matches!(header.kind(), Kind::ExternalPid | Kind::ExternalPort | Kind::ExternalReference) =>
        {
            Ok(payload[0])
        }
        _ => badarg(),
    }
}

/// `nodes()`: none, there is no distribution.
pub(crate) fn nodes_0(_: &mut Process, []: [Word; 0]) -> Answer {
    Ok(Word::NIL)
}

/// `nodes(Type | [Type])`.
pub(crate) fn nodes_1(p: &mut Process, [kinds]: [Word; 1]) -> Answer {
    let kinds = if kinds.is_atom() { vec![kinds] } else { list(kinds)? };
    let mut here = false;
    for kind in kinds {
        match atom(kind)?.text() {
            "this" | "known" => here = true,
            "visible" | "hidden" | "connected" => {}
            _ => return badarg(),
        }
    }
    Ok(if here { p.heap.list(&[Word::atom(atoms::NONODE)], Word::NIL) } else { Word::NIL })
}

/// `nodes(Type | [Type], Options)`: what `nodes/1` has, each with a map of what else is known of it: nothing.
pub(crate) fn nodes_2(p: &mut Process, [kinds, options]: [Word; 2]) -> Answer {
    if view::map(options).is_none() {
        return badarg();
    }
    let nodes = list(nodes_1(p, [kinds])?)?;
    let nothing = dala_ir::term::map::from_pairs(&mut p.heap, &[]);
    let pairs: Vec<Word> = nodes.into_iter().map(|node| p.heap.tuple(&[node, nothing])).collect();
    Ok(p.heap.list(&pairs, Word::NIL))
}

/// `net_kernel:dflag_unicode_io(Pid)`: whether the node of an I/O server understands Unicode requests.
pub(crate) fn dflag_unicode_io(_: &mut Process, [_pid]: [Word; 1]) -> Answer {
    Ok(Word::atom(atoms::TRUE))
}

/// `erlang:monitor_node(Node, Flag)`: other nodes are never up.
pub(crate) fn monitor_node(p: &mut Process, [node, flag]: [Word; 2]) -> Answer {
    let node = atom(node)?;
    if crate::bif::arguments::truth(flag)? && node != atoms::NONODE {
        let message = p.heap.tuple(&[Word::atom(named!("nodedown")), Word::atom(node)]);
        p.send_to(p.pid, message);
    }
    Ok(Word::atom(atoms::TRUE))
}

/// `erts_internal:get_creation()`, `get_dflags()`: of a node without distribution.
pub(crate) fn get_creation(_: &mut Process, []: [Word; 0]) -> Answer {
    Ok(Word::small_int(0))
}

/// `erts_internal:no_aux_work_threads()`.
pub(crate) fn one(_: &mut Process, []: [Word; 0]) -> Answer {
    Ok(Word::small_int(1))
}

/// `error_logger:warning_map()`.
pub(crate) fn warning_map(_: &mut Process, []: [Word; 0]) -> Answer {
    Ok(Word::atom(named!("warning")))
}
