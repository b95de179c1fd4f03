//! Breakpoints; see `interp/breakpoint.rs`.

#![expect(unsafe_code, reason = "handlers keep the contract of `state`")]

use super::control::{self, Flow};
use crate::abi::Word;
use crate::interp::breakpoint::{self, TracedCall};
use crate::interp::code::{self, TRACED_WORDS, X_EXCEPTION};
use crate::interp::export::ExportEntry;
use crate::interp::frame::Raise;
use crate::interp::machine::{Outcome, Suspend};
use crate::interp::outcome::{Class, Exception};
use crate::interp::state::{State, handler};
use crate::interp::trace;

handler! {
    fn traced(s) {
        match s.aside(|s| entered(s)) {
            Some(word) => s.dispatch_as(word),
            None => s.stopped(),
        }
    }
}

/// Tells of the call of the function at `pc`; its own first word, or `None` when the process ends.
///
/// # Safety
/// The contract of handlers, at a function's entry.
unsafe fn entered(s: &mut State) -> Option<u64> {
    let module = code::find(s.pc as usize as u64)?;
    let call = module.traced_call_at(s.pc)?;
    // SAFETY: as the caller says: the arguments are in x0..
    unsafe {
        s.save();
        let args = std::slice::from_raw_parts_mut(s.x(), call.arity as usize);
        let told = breakpoint::tell(s.host(), call, args);
        s.load();
        if let Err(reason) = told {
            (*s.vm).suspend = Some(Suspend::Exited(Outcome::Exit(reason)));
            return None;
        }
    }
    Some(module.word(module.offset(s.pc) as usize))
}

handler! {
    fn call_traced(s) {
        s.go(0, |s| through_entry(s))
    }
}

/// Tells of the call of the entry in word 1, and calls what stands behind it.
///
/// # Safety
/// The contract of handlers, at a trampoline; the context is saved.
unsafe fn through_entry(s: &mut State) -> Flow {
    // SAFETY: as the caller says; entries live for ever.
    unsafe {
        let entry: &'static ExportEntry = &*(s.w(1) as *const ExportEntry);
        let (head, arity) = (*entry.head(), usize::from(s.b()));
        let call = TracedCall { module: head.module, function: head.function, arity: head.arity };
        let args = std::slice::from_raw_parts_mut(s.x(), arity);
        match breakpoint::tell(s.host(), call, args) {
            Ok(()) => control::behind(s.host(), entry, arity, s.x()),
            Err(reason) => Flow::Stop(Suspend::Exited(Outcome::Exit(reason))),
        }
    }
}

handler! {
    fn traced_return(s) {
        s.aside(|s| {
            let value = *s.x();
            s.ask(|host| breakpoint::tell_return(host, value));
        });
        s.sp = s.sp.add(TRACED_WORDS);
        s.return_to_caller()
    }
}

handler! {
    fn traced_exception(s) {
        s.aside(|s| {
            let place = s.x().add(usize::from(X_EXCEPTION));
            let (class, reason, raw): (Word, Word, Word) = (*place, *place.add(1), *place.add(2));
            s.ask(|host| breakpoint::tell_exception(host, class, reason));
            let class = trace::class(raw)
                .or_else(|| class.as_atom().and_then(Class::from_atom))
                .unwrap_or(Class::Error);
            let exception = Exception { trace: trace::usable(raw), ..Exception::new(class, reason) };
            s.store(Raise::by_code(exception));
        });
        s.raise_stored()
    }
}
