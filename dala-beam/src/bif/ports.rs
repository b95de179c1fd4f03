//! Ports, as `erlang:open_port/2` and its kin call them: module `erts_internal`, which answers an error as an atom
//! that `erlang` raises.

use std::io::ErrorKind;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use dala::pid::Ref;
use dala_ir::abi::{Atom, Pid, Word, atoms};
use dala_ir::interp::Exception;
use dala_ir::term::TermWriter;

use super::arguments::{badarg, boolean, list, named};
use super::{Answer, file, iodata};
use crate::heap::own;
use crate::port::{self, Command, Entry, PortOptions, Request};
use crate::process::Process;

fn bad() -> Answer {
    Ok(Word::atom(atoms::BADARG))
}

/// As `erlang` names options that are wrong.
fn bad_option() -> Answer {
    Ok(Word::atom(named!("badopt")))
}

/// The pid of a port, or of the port of this name; none of anything else.
fn pid_of(p: &Process, port: Word) -> Option<Pid> {
    match port.as_atom() {
        Some(name) => p.system.whereis(name).filter(|&pid| p.system.builtins.ports.is_port(pid)),
        None => port.as_port().map(Pid::from_bits),
    }
}

/// The open port.
fn entry_of(p: &Process, port: Word) -> Option<Arc<Entry>> {
    p.system.builtins.ports.get(pid_of(p, port)?)
}

/// `open_port(Name, Options)`
pub(crate) fn open_port(p: &mut Process, [command, options]: [Word; 2]) -> Answer {
    let Some(options) = PortOptions::read(options) else { return bad_option() };
    let Some(command) = Command::read(command) else { return bad() };
    match port::open(p, &command, &options) {
        Ok(pid) => Ok(port::port_word(pid)),
        Err(error) if error.kind() == ErrorKind::OutOfMemory => Ok(Word::atom(atoms::SYSTEM_LIMIT)),
        Err(error) => Ok(Word::atom(Atom::new(file::error_name(&error)))),
    }
}

/// `port_command(Port, Data, Options)`: the bytes wait for the program, never the caller.
pub(crate) fn port_command(p: &mut Process, [port, data, options]: [Word; 3]) -> Answer {
    let is_known =
        |option: Word| option.as_atom().is_some_and(|name| matches!(name.text(), "force" | "nosuspend"));
    let is_fine = list(options).is_ok_and(|options| options.into_iter().all(is_known));
    if !is_fine {
        return bad_option();
    }
    let Some(entry) = entry_of(p, port) else { return bad() };
    let Ok(bytes) = iodata::to_bytes(data) else { return bad() };
    p.charge(bytes.len() / 64);
    let Some(bytes) = entry.frame(bytes) else { return bad() };
    port::request(entry.pid, Request::Write(bytes));
    Ok(boolean(true))
}

/// `port_close(Port)`: a reference, and `{Reference, true}` behind the exit signal of the port.
pub(crate) fn port_close(p: &mut Process, [port]: [Word; 1]) -> Answer {
    let Some(entry) = entry_of(p, port).filter(|entry| entry.close()) else { return bad() };
    // Its name is free at once, though its actor ends a little later.
    if let Some(name) = p.system.name_of(entry.pid) {
        p.system.unregister(name);
    }
    let reference = Ref::fresh();
    port::close(entry.pid, p.pid, reference);
    Ok(p.heap.reference(reference.to_bits(), 0))
}

/// `port_connect(Port, Pid)`
pub(crate) fn port_connect(p: &mut Process, [port, owner]: [Word; 2]) -> Answer {
    let (Some(entry), Some(owner)) = (entry_of(p, port), owner.as_pid()) else { return bad() };
    if owner != p.pid && !p.system.is_alive(owner) {
        return bad();
    }
    // At once, for those who ask; its actor takes commands of the new one from its place in the mailbox on.
    entry.connect(owner);
    port::request(entry.pid, Request::Connect(owner));
    Ok(boolean(true))
}

/// `port_control(Port, Operation, Data)`, `port_call(Port, Operation, Data)`: a program has none.
pub(crate) fn port_control(_: &mut Process, [_port, _operation, _data]: [Word; 3]) -> Answer {
    bad()
}

const ITEMS: &[&str] = &["name", "links", "id", "connected", "input", "output", "os_pid"];

/// `port_info(Port)`: `undefined` when it is closed.
pub(crate) fn port_info_1(p: &mut Process, [port]: [Word; 1]) -> Answer {
    if port.as_port().is_none() && port.as_atom().is_none() {
        return bad();
    }
    let Some(entry) = entry_of(p, port) else { return Ok(Word::atom(atoms::UNDEFINED)) };
    let mut pairs = Vec::new();
    if let Some(name) = p.system.name_of(entry.pid) {
        pairs.push(p.heap.tuple(&[Word::atom(named!("registered_name")), Word::atom(name)]));
    }
    for item in ITEMS {
        pairs.extend(item_of(p, &entry, item));
    }
    Ok(p.heap.list(&pairs, Word::NIL))
}

/// `port_info(Port, Item)`
pub(crate) fn port_info_2(p: &mut Process, [port, item]: [Word; 2]) -> Answer {
    if port.as_port().is_none() && port.as_atom().is_none() {
        return Ok(Word::atom(named!("badtype")));
    }
    let Some(item) = item.as_atom() else { return bad() };
    let Some(entry) = entry_of(p, port) else { return Ok(Word::atom(atoms::UNDEFINED)) };
    match item_of(p, &entry, item.text()) {
        Some(pair) => Ok(pair),
        None => bad(),
    }
}

/// `{Item, Value}`
fn item_of(p: &mut Process, entry: &Entry, item: &str) -> Option<Word> {
    let value = match item {
        "name" => p.heap.charlist(&entry.name),
        "registered_name" => match p.system.name_of(entry.pid) {
            Some(name) => Word::atom(name),
            None => return Some(Word::NIL),
        },
        "links" => {
            let links = entry.links.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let words: Vec<Word> = links.into_iter().map(|pid| p.identity(pid)).collect();
            p.heap.list(&words, Word::NIL)
        }
        "id" => p.heap.unsigned(entry.pid.to_bits()),
        "connected" => Word::pid(entry.connected()),
        "input" => p.heap.unsigned(entry.input.load(Ordering::Relaxed)),
        "output" => p.heap.unsigned(entry.output.load(Ordering::Relaxed)),
        "os_pid" => match entry.os_pid {
            Some(number) => p.heap.unsigned(number.into()),
            None => Word::atom(atoms::UNDEFINED),
        },
        "monitors" | "monitored_by" => Word::NIL,
        "memory" | "queue_size" => Word::small_int(0),
        "parallelism" | "locking" => boolean(false),
        _ => return None,
    };
    Some(p.heap.tuple(&[Word::atom(Atom::new(item)), value]))
}

/// `ports()`
pub(crate) fn ports(p: &mut Process, []: [Word; 0]) -> Answer {
    let ports: Vec<Word> = p.system.builtins.ports.all().into_iter().map(port::port_word).collect();
    Ok(p.heap.list(&ports, Word::NIL))
}

/// `port_set_data(Port, Term)`
pub(crate) fn port_set_data(p: &mut Process, [port, data]: [Word; 2]) -> Answer {
    let Some(entry) = entry_of(p, port) else { return badarg() };
    *entry.data.lock().unwrap_or_else(PoisonError::into_inner) = Some(own(data));
    Ok(boolean(true))
}

/// `port_get_data(Port)`
pub(crate) fn port_get_data(p: &mut Process, [port]: [Word; 1]) -> Answer {
    let entry = entry_of(p, port).ok_or(Exception::badarg())?;
    let data = entry.data.lock().unwrap_or_else(PoisonError::into_inner);
    data.as_ref().map_or_else(badarg, |data| Ok(p.heap.copy_owned(data)))
}
