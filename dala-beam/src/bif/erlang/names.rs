//! Registered names, the node's name.

use dala::actor::process as actor;
use dala_ir::abi::{Kind, Word, atoms};
use dala_ir::interp::Exception;
use dala_ir::term::{TermWriter, view};

use crate::bif::Answer;
use crate::bif::arguments::{atom, bad_option, badarg, badarg_because, list, named};
use crate::process::Process;

/// `register(Name, Pid)`.
pub(crate) fn register(p: &mut Process, [name, pid]: [Word; 2]) -> Answer {
    let name = atom(name)?;
    if name == atoms::UNDEFINED {
        return badarg();
    }
    let pid = crate::port::actor_of(pid).ok_or(Exception::badarg())?;
    if pid != p.pid && !actor::is_alive(pid) {
        return badarg_because(named!("notalive"));
    }
    if !p.register(name, pid) {
        return badarg();
    }
    if p.may_tell_of_others() {
        p.tell_name(pid, named!("register"), name);
    }
    Ok(Word::atom(atoms::TRUE))
}

/// `unregister(Name)`.
pub(crate) fn unregister(p: &mut Process, [name]: [Word; 1]) -> Answer {
    let name = atom(name)?;
    let named = if p.may_tell_of_others() { p.system.whereis(name) } else { None };
    if !p.system.unregister(name) {
        return badarg();
    }
    if let Some(pid) = named {
        p.tell_name(pid, named!("unregister"), name);
    }
    Ok(Word::atom(atoms::TRUE))
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

/// `nodes(Type | [Type], Options)`: what `nodes/1` has, each with a map of what is asked for; this node has no
/// connection.
pub(crate) fn nodes_2(p: &mut Process, [kinds, options]: [Word; 2]) -> Answer {
    let Some(asked) = view::map(options) else { return badarg() };
    let mut known = Vec::new();
    for (item, value) in asked.iter() {
        let value = match (atom(item)?.text(), crate::bif::arguments::truth(value)?) {
            ("node_type", true) => named!("this"),
            ("connection_id", true) => atoms::UNDEFINED,
            ("node_type" | "connection_id", false) => continue,
            _ => return badarg(),
        };
        known.push((item, Word::atom(value)));
    }
    let nodes = list(nodes_1(p, [kinds])?)?;
    let known = dala_ir::term::map::from_pairs(&mut p.heap, &known);
    let pairs: Vec<Word> = nodes.into_iter().map(|node| p.heap.tuple(&[node, known])).collect();
    Ok(p.heap.list(&pairs, Word::NIL))
}

/// `net_kernel:dflag_unicode_io(Pid)`: whether the node of an I/O server understands Unicode requests.
pub(crate) fn dflag_unicode_io(_: &mut Process, [_pid]: [Word; 1]) -> Answer {
    Ok(Word::atom(atoms::TRUE))
}

/// `erlang:monitor_node(Node, Flag)`: this node is always up, and it has no other.
pub(crate) fn monitor_node_2(_: &mut Process, [node, flag]: [Word; 2]) -> Answer {
    monitored(node, flag)
}

/// `erlang:monitor_node(Node, Flag, [allow_passive_connect])`.
pub(crate) fn monitor_node_3(_: &mut Process, [node, flag, options]: [Word; 3]) -> Answer {
    let is_option = |option: &Word| *option == Word::atom(named!("allow_passive_connect"));
    if !list(options).map_err(bad_option)?.iter().all(is_option) {
        return Err(bad_option(Exception::badarg()));
    }
    monitored(node, flag)
}

fn monitored(node: Word, flag: Word) -> Answer {
    if atom(node)? != atoms::NONODE {
        return Err(Exception::error(Word::atom(named!("notalive"))));
    }
    crate::bif::arguments::truth(flag)?;
    Ok(Word::atom(atoms::TRUE))
}

/// `erts_internal:get_creation()`: none, of a node without distribution.
pub(crate) fn get_creation(_: &mut Process, []: [Word; 0]) -> Answer {
    Ok(Word::atom(atoms::UNDEFINED))
}

/// `erts_internal:get_dflags()`: `{erts_dflags, Default, Mandatory, Addable, Rejectable, StrictOrder}` of OTP 25.
pub(crate) fn get_dflags(p: &mut Process, []: [Word; 0]) -> Answer {
    let flags = [55_966_662_588, 17_239_956, 55_966_662_588, 8_396_866, 8_192].map(Word::small_int);
    let [default, mandatory, addable, rejectable, strict] = flags;
    Ok(p.heap.tuple(&[Word::atom(named!("erts_dflags")), default, mandatory, addable, rejectable, strict]))
}

/// `erts_internal:no_aux_work_threads()`.
pub(crate) fn one(_: &mut Process, []: [Word; 0]) -> Answer {
    Ok(Word::small_int(1))
}

/// `error_logger:warning_map()`.
pub(crate) fn warning_map(_: &mut Process, []: [Word; 0]) -> Answer {
    Ok(Word::atom(named!("warning")))
}
