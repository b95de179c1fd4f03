//! Funs: `fun_info`, `make_fun`, `apply`; text of funs, pids and references.

use std::ptr::NonNull;

use dala_ir::abi::{Atom, Word, atoms};
use dala_ir::interp::{BifResult, Exception};
use dala_ir::term::{TermWriter, print, view};

use crate::bif::Answer;
use crate::bif::arguments::{arity, atom, badarg, named};
use crate::process::Process;

/// `fun_info(Fun, Item)`: `{Item, Value}`.
pub(crate) fn fun_info(p: &mut Process, [fun, item]: [Word; 2]) -> Answer {
    let name = atom(item)?;
    let value = if let Some(fun) = view::fun(fun) {
        let head = fun.head;
        match name.text() {
            "type" => Word::atom(named!("local")),
            "module" => Word::atom(head.module),
            // Nobody knows it before the module is loaded.
            "name" if head.function == atoms::EMPTY => Word::NIL,
            "name" => Word::atom(head.function),
            "arity" => Word::small_int(i64::from(head.arity)),
            "env" => p.heap.list(fun.free, Word::NIL),
            "index" | "new_index" => Word::small_int(i64::from(head.index)),
            "uniq" => Word::small_int(i64::from(head.old_uniq)),
            "new_uniq" => p.heap.binary(&head.uniq),
            // Nobody counts: an entry lives as long as the program.
            "refc" => Word::small_int(1),
            // Who made it is not kept.
            "pid" => Word::atom(atoms::UNDEFINED),
            _ => return badarg(),
        }
    } else if let Some(fun) = view::export_fun(fun) {
        match name.text() {
            "type" => Word::atom(named!("external")),
            "module" => Word::atom(fun.head.module),
            "name" => Word::atom(fun.head.function),
            "arity" => Word::small_int(i64::from(fun.head.arity)),
            "env" => Word::NIL,
            "index" | "new_index" | "uniq" | "new_uniq" | "pid" | "refc" => Word::atom(atoms::UNDEFINED),
            _ => return badarg(),
        }
    } else {
        return badarg();
    };
    Ok(p.heap.tuple(&[item, value]))
}

/// `fun_info_mfa(Fun)`: `{Module, Name, Arity}`.
pub(crate) fn fun_info_mfa(p: &mut Process, [fun]: [Word; 1]) -> Answer {
    let (module, function, arity) = match (view::fun(fun), view::export_fun(fun)) {
        (Some(fun), _) => (fun.head.module, fun.head.function, fun.head.arity),
        (_, Some(fun)) => (fun.head.module, fun.head.function, fun.head.arity),
        _ => return badarg(),
    };
    let arity = Word::small_int(i64::from(arity));
    Ok(p.heap.tuple(&[Word::atom(module), Word::atom(function), arity]))
}

/// `make_fun(M, F, Arity)`.
pub(crate) fn make_fun(p: &mut Process, [module, function, count]: [Word; 3]) -> Answer {
    let (module, function, arity) = (atom(module)?, atom(function)?, arity(count)?);
    let entry = p.system.code.exports().entry(module, function, arity);
    #[expect(unsafe_code, reason = "hands out an entry that lives for ever")]
    // SAFETY: export entries are never freed.
    let fun = unsafe { p.heap.export_fun(NonNull::from(entry.head())) };
    Ok(fun)
}

/// `fun_to_list(Fun)`.
pub(crate) fn fun_to_list(p: &mut Process, [fun]: [Word; 1]) -> Answer {
    if view::fun(fun).is_none() && view::export_fun(fun).is_none() {
        return badarg();
    }
    let text = print::print(fun, print::Style::Readable).to_string();
    Ok(p.heap.charlist(&text))
}

/// `pid_to_list(Pid)`.
pub(crate) fn pid_to_list(p: &mut Process, [pid]: [Word; 1]) -> Answer {
    let text = match pid.as_pid() {
        Some(pid) => pid.to_string(),
        None if view::kind(pid) == Some(dala_ir::abi::Kind::ExternalPid) => {
            print::print(pid, print::Style::Readable).to_string()
        }
        None => return badarg(),
    };
    Ok(p.heap.charlist(&text))
}

/// `list_to_pid(String)`: of this node.
pub(crate) fn list_to_pid(_: &mut Process, [text]: [Word; 1]) -> Answer {
    let numbers = numbers_of(text, "<", ">")?;
    match numbers[..] {
        [0, slot, generation] if slot < 1 << 28 && generation < 1 << 30 => {
            Ok(Word::pid(dala_ir::abi::Pid::from_parts(slot as u32, generation as u32)))
        }
        _ => badarg(),
    }
}

/// `port_to_list(Port)`.
pub(crate) fn port_to_list(p: &mut Process, [port]: [Word; 1]) -> Answer {
    if !matches!(port.view(), view::TermView::Port(_) | view::TermView::ExternalPort(_)) {
        return badarg();
    }
    let text = print::print(port, print::Style::Readable).to_string();
    Ok(p.heap.charlist(&text))
}

/// `list_to_port(String)`: of this node.
pub(crate) fn list_to_port(_: &mut Process, [text]: [Word; 1]) -> Answer {
    match numbers_of(text, "#Port<", ">")?[..] {
        [0, number] if number < 1 << 58 => Ok(Word::port(number)),
        _ => badarg(),
    }
}

/// `ref_to_list(Reference)`.
pub(crate) fn ref_to_list(p: &mut Process, [reference]: [Word; 1]) -> Answer {
    if !matches!(reference.view(), view::TermView::Reference(_) | view::TermView::ExternalReference(_)) {
        return badarg();
    }
    let text = print::print(reference, print::Style::Readable).to_string();
    Ok(p.heap.charlist(&text))
}

/// `list_to_ref(String)`: as `ref_to_list/1` printed it.
pub(crate) fn list_to_ref(p: &mut Process, [text]: [Word; 1]) -> Answer {
    let numbers = numbers_of(text, "#Ref<", ">")?;
    let [0, parts @ ..] = &numbers[..] else { return badarg() };
    if parts.is_empty() || parts.len() > 4 || parts.iter().any(|&part| part > u64::from(u32::MAX)) {
        return badarg();
    }
    // Most significant first.
    let number = parts.iter().fold(0u128, |number, &part| number << 32 | u128::from(part));
    Ok(p.heap.reference(number as u64, (number >> 64) as u64))
}

fn numbers_of(list: Word, start: &str, end: &str) -> Result<Vec<u64>, Exception> {
    let mut text = String::new();
    for item in crate::bif::arguments::list(list)? {
        let byte = item.as_small().and_then(|value| u8::try_from(value).ok()).ok_or(Exception::badarg())?;
        text.push(char::from(byte));
    }
    let inner = text.strip_prefix(start).and_then(|text| text.strip_suffix(end)).ok_or(Exception::badarg())?;
    inner.split('.').map(|part| part.parse().map_err(|_| Exception::badarg())).collect()
}

/// Whether `function` is defined as exported by a loaded module or a built-in function.
pub(super) fn is_exported(p: &Process, module: Atom, function: Atom, arity: u32) -> bool {
    p.system
        .code
        .exports()
        .find(module, function, arity)
        .is_some_and(|entry| entry.target() != dala_ir::interp::Target::Undefined)
}

/// `apply(Fun, Args)`.
pub(crate) fn apply_2(_: &mut Process, [fun, args]: [Word; 2]) -> BifResult {
    match view::list_to_vec(args) {
        Some(args) => BifResult::call_fun(fun, &args),
        None => BifResult::Raise(Exception::badarg()),
    }
}

/// `apply(M, F, Args)`.
pub(crate) fn apply_3(_: &mut Process, [module, function, args]: [Word; 3]) -> BifResult {
    match (module.as_atom(), function.as_atom(), view::list_to_vec(args)) {
        (Some(module), Some(function), Some(args)) => BifResult::call(module, function, &args),
        _ => BifResult::Raise(Exception::badarg()),
    }
}
