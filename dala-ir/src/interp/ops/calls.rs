//! Calls.

#![expect(unsafe_code, reason = "handlers keep the contract of `state`")]

use super::control::{self, Flow};
use crate::abi::{Kind, Word, atoms};
use crate::interp::code::CALL_WORDS;
use crate::interp::export::{ExportEntry, FunEntry, Target};
use crate::interp::frame::Raise;
use crate::interp::machine::{Outcome, Suspend};
use crate::interp::outcome::{BifIndex, BifResult, Exception};
use crate::interp::state::{Next, State, at_entry, handler};
use crate::term::view;

handler! {
    /// A function's entry without budget.
    #[cold]
    #[inline(never)]
    fn enter_slowly(s) {
        s.save();
        if !at_entry(s.vm, s.pc) {
            return s.stopped();
        }
        s.load();
        s.dispatch()
    }
}

handler! {
    fn call(s) {
        s.clear_slots(s.a());
        s.set_return();
        s.enter(s.w(1) as *const u64)
    }
}

handler! {
    fn call_tail(s) {
        s.sp = s.sp.add(usize::from(s.a()));
        s.enter(s.w(1) as *const u64)
    }
}

/// The entry that word `index` names.
#[inline(always)]
unsafe fn entry(s: State, index: usize) -> &'static ExportEntry {
    // SAFETY: the contract of handlers; entries live for ever.
    unsafe { &*(s.w(index) as *const ExportEntry) }
}

handler! {
    fn call_ext(s) {
        s.clear_slots(s.a());
        s.set_return();
        match entry(s, 1).callee() {
            Target::Code(address) => s.enter(address.pc()),
            Target::Bif(index) => call_built_in(s, index),
            Target::Undefined => {
                call_entry(s.word, s.pc, s.sp, s.hp, s.reds, s.vm)
            }
        }
    }
}

/// Calls a built-in function, with the return address stored already.
#[inline(always)]
unsafe fn call_built_in(mut s: State, index: BifIndex) -> Next {
    // SAFETY: the contract of handlers.
    unsafe {
        s.save();
        let args = std::slice::from_raw_parts(s.x(), usize::from(s.b()));
        let value = s.host().call_bif_for_value(index, args, &mut (*s.vm).answer);
        s.load();
        s.reds -= 1;
        if !value.is_none() {
            *s.x() = value;
            return s.next(CALL_WORDS);
        }
        s.go(0, |s| match (*s.vm).answer.take() {
            Some(answer) => control::finish(s.host(), answer, entry(*s, 1), usize::from(s.b()), s.x()),
            None => Flow::Value(Word::NIL),
        })
    }
}

/// The value of the built-in function that the instruction calls, its arguments in x0.. ; or else its answer is stored.
///
/// # Safety
/// The contract of handlers; the instruction is a call of an entry that is a built-in function.
#[cfg(dala_native)]
#[inline]
pub(in crate::interp) unsafe fn built_in_work(s: &mut State) -> Option<Word> {
    // SAFETY: as the caller says.
    unsafe {
        let Target::Bif(index) = entry(*s, 1).callee() else {
            // It was one when machine code looked: call what it is now.
            (*s.vm).answer = Some(BifResult::Retry);
            return None;
        };
        s.save();
        let args = std::slice::from_raw_parts(s.x(), usize::from(s.b()));
        let value = s.host().call_bif_for_value(index, args, &mut (*s.vm).answer);
        s.load();
        s.reds -= 1;
        (!value.is_none()).then_some(value)
    }
}

/// Goes on with the answer, which is no value, of a built-in function that was called with `b` arguments; `c` words of
/// frame go.
#[inline(always)]
pub(super) unsafe fn finish_call(s: State) -> Next {
    // SAFETY: the contract of handlers.
    unsafe {
        s.go(usize::from(s.c()), |s| match (*s.vm).answer.take() {
            Some(answer) => control::finish(s.host(), answer, entry(*s, 1), usize::from(s.b()), s.x()),
            None => Flow::Value(Word::NIL),
        })
    }
}

handler! {
    /// A call of an entry without code, its return address stored already.
    #[cold]
    #[inline(never)]
    fn call_entry(s) {
        s.go(0, |s| control::call_entry(s.host(), entry(*s, 1), usize::from(s.b()), s.x()))
    }
}

handler! {
    fn call_ext_tail(s) {
        if let Target::Code(address) = entry(s, 1).callee() {
            s.sp = s.sp.add(usize::from(s.a()));
            return s.enter(address.pc());
        }
        // The frame stays until what is called has returned.
        let pop = keep_frame(s);
        s.reds -= 1;
        s.go(pop, |s| control::call_entry(s.host(), entry(*s, 1), usize::from(s.b()), s.x()))
    }
}

/// Calls the fun behind the arguments; `pop` words of frame go.
#[inline(always)]
unsafe fn call_fun_with(mut s: State, pop: usize) -> Next {
    // SAFETY: the contract of handlers. The linker makes all funs, over a `FunEntry`; arguments and free variables are
    // the arity of a verified function.
    unsafe {
        let (arity, x) = (usize::from(s.b()), s.x());
        let fun = *x.add(arity);
        if let Some((header, payload)) = view::boxed(fun)
            && header.is(Kind::Fun)
        {
            let entry = &*(payload[0].to_bits() as *const FunEntry);
            if entry.takes(arity) {
                for (index, &free) in payload[2..].iter().enumerate() {
                    *x.add(arity + index) = free;
                }
                s.sp = s.sp.add(pop);
                return s.enter(entry.code().pc());
            }
        }
        s.go(pop, |s| {
            let (arity, x) = (usize::from(s.b()), s.x());
            control::call_fun(s.host(), *x.add(arity), arity, x)
        })
    }
}

/// Applies the names behind the arguments; `pop` words of frame go.
#[inline(always)]
unsafe fn apply_with(s: State, pop: usize) -> Next {
    // SAFETY: the contract of handlers.
    unsafe {
        s.go(pop, |s| {
            let (arity, x) = (usize::from(s.b()), s.x());
            control::apply(s.host(), *x.add(arity), *x.add(arity + 1), arity, x)
        })
    }
}

/// Stores where a tail call returns to that may turn out to need the frame; gives the frame's words.
#[inline(always)]
unsafe fn keep_frame(s: State) -> usize {
    let pop = usize::from(s.a());
    if pop != 0 {
        // SAFETY: the contract of handlers.
        unsafe { s.set_return() };
    }
    pop
}

handler! {
    fn call_fun(s) {
        s.clear_slots(s.a());
        s.set_return();
        call_fun_with(s, 0)
    }
}

handler! {
    fn call_fun_tail(s) {
        call_fun_with(s, keep_frame(s))
    }
}

handler! {
    fn apply(s) {
        s.clear_slots(s.a());
        s.set_return();
        apply_with(s, 0)
    }
}

handler! {
    fn apply_tail(s) {
        apply_with(s, keep_frame(s))
    }
}

handler! {
    fn done(s) {
        s.sp = s.host().context().top;
        s.save();
        let value = *s.x();
        s.stop(Suspend::Exited(Outcome::Returned(value)))
    }
}

/// Makes the registers behind the first `names` the arguments; gives their number.
#[inline(always)]
unsafe fn shift_arguments(s: &State, names: usize) -> usize {
    // SAFETY: the contract of handlers; the resume record held as many registers.
    unsafe {
        let arity = (*s.vm).resumed.saturating_sub(names);
        s.x().copy_from(s.x().add(names), arity);
        arity
    }
}

handler! {
    fn start_function(s) {
        s.go(0, |s| {
            let (module, function) = (*s.x(), *s.x().add(1));
            let arity = shift_arguments(s, 2);
            control::apply(s.host(), module, function, arity, s.x())
        })
    }
}

handler! {
    fn start_behind(s) {
        s.go(0, |s| {
            let (module, function) = (*s.x(), *s.x().add(1));
            let arity = shift_arguments(s, 2);
            control::call_behind(s.host(), module, function, arity, s.x())
        })
    }
}

handler! {
    fn start_fun(s) {
        s.go(0, |s| {
            let fun = *s.x();
            let arity = shift_arguments(s, 1);
            control::call_fun(s.host(), fun, arity, s.x())
        })
    }
}

handler! {
    fn bif(s) {
        match s.aside(|s| answer(s)) {
            Answer::Value(value) => {
                s.set(s.a(), value);
                s.next_long()
            }
            Answer::Raise => s.fail_stored(2),
            Answer::Exit(reason) => s.exit(reason),
        }
    }
}

/// The work of `bif`; an exception, or why the process stops, is stored.
///
/// # Safety
/// The contract of handlers.
#[cfg(dala_native)]
pub(in crate::interp) unsafe fn bif_work(s: &mut State) -> Option<Word> {
    // SAFETY: as the caller says.
    unsafe {
        match answer(s) {
            Answer::Value(value) => Some(value),
            Answer::Raise => None,
            Answer::Exit(reason) => {
                (*s.vm).suspend = Some(Suspend::Exited(Outcome::Exit(reason)));
                None
            }
        }
    }
}

/// What a built-in function may answer where it is no call.
enum Answer {
    Value(Word),
    /// The exception is stored.
    Raise,
    Exit(Word),
}

/// Reads the operands of `bif` and asks.
unsafe fn answer(s: &mut State) -> Answer {
    // SAFETY: the contract of handlers.
    unsafe {
        let entry = entry(*s, 3);
        let mut args: smallvec::SmallVec<[Word; 4]> = smallvec::SmallVec::new();
        for index in 0..usize::from(s.c()) {
            args.push(s.packed(4, index));
        }
        let result = match entry.target() {
            Target::Bif(index) => s.ask(|host| host.call_bif(index, &args)),
            Target::Undefined | Target::Code(_) => s.ask(|host| host.undefined_function(entry, &args)),
        };
        let exception = match result {
            BifResult::Value(value) => return Answer::Value(value),
            BifResult::Exit(reason) => return Answer::Exit(reason),
            BifResult::Raise(exception) => exception,
            // Not a built-in function that may stand here: there is no such function.
            BifResult::Call(_) | BifResult::Retry | BifResult::Wait | BifResult::Restart { .. } => {
                Exception::error_atom(atoms::UNDEF)
            }
        };
        // At its label nobody asks why.
        if s.w(2) as u32 == 0 {
            let head = entry.head();
            s.store(Raise::of(exception, head.module, head.function, head.arity));
        }
        Answer::Raise
    }
}
