//! Raising: `error/1,2,3`, `exit/1`, `throw/1`, `raise/3`, `nif_error/1,2`.

use dala_ir::abi::{Word, atoms};
use dala_ir::interp::{Class, Exception};
use dala_ir::term::{ListIter, TermWriter, view};

use crate::bif::Answer;
use crate::process::Process;

/// `error(Reason)`.
pub(crate) fn error_1(_: &mut Process, [reason]: [Word; 1]) -> Answer {
    Err(Exception::new(Class::Error, reason))
}

/// `error(Reason, Args)`: `none` as arguments are none.
pub(crate) fn error_2(_: &mut Process, [reason, args]: [Word; 2]) -> Answer {
    Err(Exception { args: args_or_none(args), ..Exception::new(Class::Error, reason) })
}

/// `error(Reason, Args, Options)`: `[{error_info, Map}]`.
pub(crate) fn error_3(_: &mut Process, [reason, args, options]: [Word; 3]) -> Answer {
    // Options that are wrong or unknown are passed over, as in OTP.
    let infos = ListIter::new(options).filter_map(|option| match view::tuple_elements(option) {
        Some(&[tag, info]) if tag == Word::atom(atoms::ERROR_INFO) && view::map(info).is_some() => Some(info),
        _ => None,
    });
    let error_info = infos.last();
    Err(Exception { args: args_or_none(args), error_info, ..Exception::new(Class::Error, reason) })
}

fn args_or_none(args: Word) -> Option<Word> {
    view::list_len(args).is_some().then_some(args)
}

/// `exit(Reason)`.
pub(crate) fn exit_1(_: &mut Process, [reason]: [Word; 1]) -> Answer {
    Err(Exception::new(Class::Exit, reason))
}

/// `throw(Value)`.
pub(crate) fn throw(_: &mut Process, [value]: [Word; 1]) -> Answer {
    Err(Exception::new(Class::Throw, value))
}

/// `nif_error(Reason)`: as `error/1`, with a frame of its own.
pub(crate) fn nif_error_1(p: &mut Process, [reason]: [Word; 1]) -> Answer {
    error_1(p, [reason])
}

/// `nif_error(Reason, Args)`: the same; its frame has both as arguments.
pub(crate) fn nif_error_2(p: &mut Process, [reason, _]: [Word; 2]) -> Answer {
    error_1(p, [reason])
}

/// `raise(Class, Reason, Trace)`: returns `badarg` (the atom, as a value) when class or trace are none.
pub(crate) fn raise(p: &mut Process, [class, reason, trace]: [Word; 3]) -> Answer {
    let class = class.as_atom().and_then(Class::from_atom);
    match class {
        Some(class) if is_trace(trace) => {
            Err(Exception { trace: Some(with_locations(p, trace)), ..Exception::new(class, reason) })
        }
        _ => Ok(Word::atom(atoms::BADARG)),
    }
}

/// The trace with an empty location in each entry that has none, as programs see all others.
fn with_locations(p: &mut Process, trace: Word) -> Word {
    let mut entries: Vec<Word> = ListIter::new(trace).collect();
    let mut is_new = false;
    for entry in &mut entries {
        let without = match view::tuple_elements(*entry) {
            Some(without @ (&[_, _] | &[_, _, _])) if without.len() == 2 || without[0].is_atom() => without,
            _ => continue,
        };
        let mut fields = without.to_vec();
        fields.push(Word::NIL);
        *entry = p.heap.tuple(&fields);
        is_new = true;
    }
    if is_new { p.heap.list(&entries, Word::NIL) } else { trace }
}

/// Whether `trace` is a list of `{M, F, Arity | Args, Info}`, `{M, F, A}`, `{Fun, Args, Info}` or `{Fun, Args}`. As OTP
/// does it, arity and arguments are taken as they are.
fn is_trace(trace: Word) -> bool {
    let mut iter = ListIter::new(trace);
    let is_fun = |word: Word| view::fun(word).is_some() || view::export_fun(word).is_some();
    let is_list = |word: Word| view::list_len(word).is_some();
    let all = iter.by_ref().all(|entry| match view::tuple_elements(entry) {
        Some(&[module, function, _]) if module.is_atom() => function.is_atom(),
        Some(&[module, function, _, info]) => module.is_atom() && function.is_atom() && is_list(info),
        Some(&[fun, _, info]) => is_fun(fun) && is_list(info),
        Some(&[fun, _]) => is_fun(fun),
        _ => false,
    });
    all && iter.ended_proper()
}
