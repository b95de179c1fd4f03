//! Calls that are not plain jumps: built-in functions, funs, `apply`, functions that do not exist.

#![expect(unsafe_code, reason = "the entry behind a fun is what the linker put there")]

use crate::abi::{Kind, Word, atoms};
use crate::interp::code;
use crate::interp::export::{ExportEntry, FunEntry, Target};
use crate::interp::frame::{self, Origin, Raise, Resume};
use crate::interp::host::Host;
use crate::interp::machine::{Outcome, Suspend};
use crate::interp::outcome::{BifResult, CallTarget, Class, Exception};
use crate::interp::trace;
use crate::term::view;

/// How a call goes on.
pub(crate) enum Flow {
    /// At this function entry, with its arguments in x0..
    Enter(*const u64),
    /// It has returned.
    Value(Word),
    /// It raised.
    Raise(Raise),
    /// The process stops here; its resume record is pushed.
    Stop(Suspend),
}

fn exit(reason: Word) -> Flow {
    Flow::Stop(Suspend::Exited(Outcome::Exit(reason)))
}

/// The first `count` x registers.
///
/// # Safety
/// They are initialised, and nobody else holds them.
unsafe fn registers<'a>(x: *mut Word, count: usize) -> &'a mut [Word] {
    // SAFETY: the first `count` of the x registers are initialised, and nobody else holds them.
    unsafe { std::slice::from_raw_parts_mut(x, count) }
}

/// Puts arguments into x0..
///
/// # Safety
/// `x` are the x registers, more than any arity.
unsafe fn put_arguments(x: *mut Word, args: &[Word]) {
    // SAFETY: the caller passes the x registers, and arities are at most 255.
    unsafe { x.copy_from_nonoverlapping(args.as_ptr(), args.len()) };
}

/// Calls the entry with `arity` arguments in x0.. .
///
/// # Safety
/// `x` are the x registers, the first `arity` of them initialised, and the context is up to date.
pub(crate) unsafe fn call_entry(
    machine: &mut dyn Host,
    entry: &'static ExportEntry,
    arity: usize,
    x: *mut Word,
) -> Flow {
    // SAFETY: `x` are the x registers with the arguments in front, the context is up to date.
    let args = unsafe { registers(x, arity) };
    let result = match entry.callee() {
        Target::Code(address) => return Flow::Enter(address.pc()),
        Target::Bif(index) => machine.call_bif(index, args),
        Target::Undefined => match machine.undefined_function(entry, args) {
            BifResult::Raise(exception) => {
                let head = entry.head();
                let origin = Origin::Undefined(head.module, head.function, head.arity);
                return Flow::Raise(Raise { exception, origin });
            }
            result @ (BifResult::Value(_)
            | BifResult::Call(_)
            | BifResult::Retry
            | BifResult::Wait
            | BifResult::Restart { .. }
            | BifResult::Exit(_)) => result,
        },
    };
    // SAFETY: `x` are the x registers with the arguments in front, the context is up to date.
    unsafe { finish(machine, result, entry, arity, x) }
}

/// Goes on with what a built-in function answered.
///
/// # Safety
/// As [`call_entry`].
pub(crate) unsafe fn finish(
    machine: &mut dyn Host,
    result: BifResult,
    entry: &'static ExportEntry,
    arity: usize,
    x: *mut Word,
) -> Flow {
    let head = entry.head();
    let stop = match result {
        BifResult::Value(value) => return Flow::Value(value),
        BifResult::Raise(exception) => {
            return Flow::Raise(Raise::of(exception, head.module, head.function, head.arity));
        }
        BifResult::Exit(reason) => return exit(reason),
        BifResult::Call(call) => {
            if call.args.len() > 255 {
                return Flow::Raise(Raise::error(Word::atom(atoms::SYSTEM_LIMIT)));
            }
            // SAFETY: at most 255 arguments.
            unsafe {
                put_arguments(x, &call.args);
                return match call.target {
                    CallTarget::Function(module, function) => {
                        let entry = machine.export(module, function, call.args.len() as u32);
                        if let Target::Code(address) = entry.callee() {
                            return Flow::Enter(address.pc());
                        }
                        // What is no code goes through the budget, so that traps cannot go on for ever in here.
                        again(machine, entry, call.args.len(), x)
                    }
                    CallTarget::Fun(fun) => call_fun(machine, fun, call.args.len(), x),
                };
            }
        }
        BifResult::Restart { call, waits } => {
            return match frame::restart(machine, &call) {
                Ok(()) => Flow::Stop(if waits { Suspend::Waiting } else { Suspend::Yielded }),
                Err(reason) => exit(reason),
            };
        }
        BifResult::Retry => Suspend::Yielded,
        BifResult::Wait => Suspend::Waiting,
    };
    // SAFETY: `x` are the x registers with the arguments in front, the context is up to date.
    match unsafe { push_call(machine, entry, arity, x) } {
        Ok(()) => Flow::Stop(stop),
        Err(reason) => exit(reason),
    }
}

/// Calls what a built-in function trapped to, at the cost of a reduction; out of budget, after a yield.
///
/// # Safety
/// As [`call_entry`].
unsafe fn again(machine: &mut dyn Host, entry: &'static ExportEntry, arity: usize, x: *mut Word) -> Flow {
    machine.context().charge(1);
    if machine.context().is_budget_spent() {
        // SAFETY: `x` are the x registers with the arguments in front, the context is up to date.
        return match unsafe { push_call(machine, entry, arity, x) } {
            Ok(()) => Flow::Stop(Suspend::Yielded),
            Err(reason) => exit(reason),
        };
    }
    // SAFETY: `x` are the x registers with the arguments in front, the context is up to date.
    unsafe { call_entry(machine, entry, arity, x) }
}

/// Pushes a record that calls the entry when the process goes on.
///
/// # Safety
/// As [`call_entry`].
unsafe fn push_call(
    machine: &mut dyn Host,
    entry: &'static ExportEntry,
    arity: usize,
    x: *mut Word,
) -> Result<(), Word> {
    let head = entry.head();
    let mut record: smallvec::SmallVec<[Word; 8]> =
        smallvec::smallvec![Word::atom(head.module), Word::atom(head.function)];
    // SAFETY: `x` are the x registers with the arguments in front, the context is up to date.
    record.extend_from_slice(unsafe { registers(x, arity) });
    let pc = if entry.has_breakpoint() { code::start_behind_pc() } else { code::start_function_pc() };
    frame::suspend(machine, Resume::at(pc), &mut record)
}

/// Goes on with what stands behind an entry with a breakpoint, which has told of the call.
///
/// # Safety
/// As [`call_entry`].
pub(crate) unsafe fn behind(
    machine: &mut dyn Host,
    entry: &'static ExportEntry,
    arity: usize,
    x: *mut Word,
) -> Flow {
    match entry.target() {
        Target::Code(address) => Flow::Enter(address.pc()),
        Target::Bif(index) => {
            // SAFETY: `x` are the x registers with the arguments in front, the context is up to date.
            unsafe {
                let result = machine.call_bif(index, registers(x, arity));
                finish(machine, result, entry, arity, x)
            }
        }
        // The module was unloaded meanwhile.
        // SAFETY: as above.
        Target::Undefined => unsafe { call_entry(machine, entry, arity, x) },
    }
}

/// Calls `module:function` with `arity` arguments in x0.. again, a built-in function that yielded.
///
/// # Safety
/// As [`call_entry`].
pub(crate) unsafe fn call_behind(
    machine: &mut dyn Host,
    module: Word,
    function: Word,
    arity: usize,
    x: *mut Word,
) -> Flow {
    match (module.as_atom(), function.as_atom()) {
        (Some(module), Some(function)) => {
            let entry = machine.export(module, function, arity as u32);
            // SAFETY: as the caller says.
            unsafe { behind(machine, entry, arity, x) }
        }
        _ => Flow::Raise(Raise::error(Word::atom(atoms::BADARG))),
    }
}

/// Calls a fun with `arity` arguments in x0.. .
///
/// # Safety
/// As [`call_entry`].
pub(crate) unsafe fn call_fun(machine: &mut dyn Host, fun: Word, arity: usize, x: *mut Word) -> Flow {
    let error = |machine: &mut dyn Host, reason, subject| {
        let reason = machine.heap().tuple(&[Word::atom(reason), subject]);
        Flow::Raise(Raise { origin: Origin::BadFun, ..Raise::error(reason) })
    };
    let bad_arity = |machine: &mut dyn Host| {
        // SAFETY: `x` are the x registers with the arguments in front, the context is up to date.
        let args = machine.heap().list(unsafe { registers(x, arity) }, Word::NIL);
        let subject = machine.heap().tuple(&[fun, args]);
        error(machine, atoms::BADARITY, subject)
    };
    match view::kind(fun) {
        Some(Kind::Fun) => {
            let Some(found) = view::fun(fun) else { return error(machine, atoms::BADFUN, fun) };
            if found.head.arity as usize != arity {
                return bad_arity(machine);
            }
            // SAFETY: all funs are made over a `FunEntry`, whose first field the head is. Arguments and free variables
            // are the arity of a verified function.
            unsafe {
                let entry = &*std::ptr::from_ref(found.head).cast::<FunEntry>();
                if entry.takes(arity) {
                    put_arguments(x.add(arity), found.free);
                    return Flow::Enter(entry.code().pc());
                }
            }
            let Some(handler) = machine.undefined_fun(found.head.module) else {
                return error(machine, atoms::BADFUN, fun);
            };
            // SAFETY: `x` are the x registers with the arguments in front, the context is up to date.
            unsafe {
                let args = machine.heap().list(registers(x, arity), Word::NIL);
                put_arguments(x, &[Word::atom(found.head.module), fun, args]);
                call_entry(machine, handler, 3, x)
            }
        }
        Some(Kind::ExportFun) => {
            let Some(found) = view::export_fun(fun) else { return error(machine, atoms::BADFUN, fun) };
            if found.head.arity as usize != arity {
                return bad_arity(machine);
            }
            let entry = machine.export(found.head.module, found.head.function, found.head.arity);
            // SAFETY: `x` are the x registers with the arguments in front, the context is up to date.
            unsafe { call_entry(machine, entry, arity, x) }
        }
        _ => error(machine, atoms::BADFUN, fun),
    }
}

/// `apply(Module, Function, Args)` with `arity` arguments in x0.. .
///
/// # Safety
/// As [`call_entry`].
pub(crate) unsafe fn apply(
    machine: &mut dyn Host,
    module: Word,
    function: Word,
    arity: usize,
    x: *mut Word,
) -> Flow {
    let (Some(module_atom), Some(function_atom)) = (module.as_atom(), function.as_atom()) else {
        // SAFETY: `x` are the x registers with the arguments in front, the context is up to date.
        let args = machine.heap().list(unsafe { registers(x, arity) }, Word::NIL);
        let args = machine.heap().list(&[module, function, args], Word::NIL);
        let exception = Exception {
            args: Some(args),
            is_builtin_frame: true,
            error_info: Some(trace::operator_error_info(machine.heap())),
            ..Exception::new(Class::Error, Word::atom(atoms::BADARG))
        };
        return Flow::Raise(Raise::of(exception, atoms::ERLANG, crate::abi::Atom::new("apply"), 3));
    };
    if arity > 255 {
        return Flow::Raise(Raise::error(Word::atom(atoms::SYSTEM_LIMIT)));
    }
    let entry = machine.export(module_atom, function_atom, arity as u32);
    // SAFETY: `x` are the x registers with the arguments in front, the context is up to date.
    unsafe { call_entry(machine, entry, arity, x) }
}

/// What happens at a function entry that finds the budget used up or a collection wanted: `None` to go on.
///
/// # Safety
/// `pc` is the entry, its arguments in x0.. .
#[cold]
#[inline(never)]
pub(crate) unsafe fn enter(machine: &mut dyn Host, pc: *const u64, x: *mut Word) -> Option<Suspend> {
    // SAFETY: the word before an entry holds the arity.
    let args = unsafe { registers(x, (*pc.sub(1) & 0xffff_ffff) as usize) };
    let wanted = machine.context().is_collection_wanted();
    if wanted && let Err(reason) = machine.collect(0, args) {
        return Some(Suspend::Exited(Outcome::Exit(reason)));
    }
    if !machine.context().is_budget_spent() {
        return None;
    }
    #[cfg(dala_jit)]
    crate::interp::jit::sample(pc);
    Some(match frame::suspend(machine, Resume::at(pc), args) {
        Ok(()) => Suspend::Yielded,
        Err(reason) => Suspend::Exited(Outcome::Exit(reason)),
    })
}
