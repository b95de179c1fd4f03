//! Raising, and what a handler does first.

#![expect(unsafe_code, reason = "handlers keep the contract of `state`")]

use super::bits;
use crate::abi::{Atom, Kind, Word, atoms};
use crate::interp::frame::Raise;
use crate::interp::outcome::{Class, Exception};
use crate::interp::state::{State, handler};
use crate::interp::trace;
use crate::term::view;

/// Stores an exception of the running function.
unsafe fn store(s: &State, exception: Exception) {
    // SAFETY: the contract of handlers.
    unsafe { s.store(Raise::by_code(exception)) };
}

handler! {
    fn raise_value(s) {
        let reason = s.aside(|s| {
            let (value, reason) = (s.get(s.a()), Word::atom(Atom::from_index(u32::from(s.c()))));
            s.ask(|host| host.heap().tuple(&[reason, value]))
        });
        s.raise_error(reason)
    }
}

handler! {
    fn if_clause(s) {
        s.raise_error(Word::atom(atoms::IF_CLAUSE))
    }
}

handler! {
    fn function_clause(s) {
        s.aside(|s| {
            let mut args: smallvec::SmallVec<[Word; 8]> = smallvec::SmallVec::new();
            for index in 0..usize::from(s.c()) {
                args.push(s.packed(2, index));
            }
            // A function that was called in the middle of a match has a context for the bitstring.
            for arg in &mut args {
                if view::kind(*arg) == Some(Kind::MatchContext) {
                    *arg = s.ask(|host| bits::tail(host.heap(), *arg));
                }
            }
            let args = s.ask(|host| host.heap().list(&args, Word::NIL));
            let reason = Word::atom(atoms::FUNCTION_CLAUSE);
            store(s, Exception { args: Some(args), ..Exception::new(Class::Error, reason) });
        });
        s.raise_stored()
    }
}

handler! {
    fn reraise(s) {
        s.aside(|s| {
            let (raw, reason) = (s.get(s.a()), s.get(s.b()));
            let class = trace::class(raw).unwrap_or(Class::Error);
            store(s, Exception { trace: trace::usable(raw), ..Exception::new(class, reason) });
        });
        s.raise_stored()
    }
}

handler! {
    fn raw_raise(s) {
        let is_class = s.aside(|s| {
            let (class, reason, raw) = (s.get(s.a()), s.get(s.b()), s.get(s.c()));
            let class = class.as_atom().and_then(Class::from_atom);
            if let Some(class) = class {
                store(s, Exception { trace: trace::usable(raw), ..Exception::new(class, reason) });
            }
            class.is_some()
        });
        if is_class {
            return s.raise_stored();
        }
        s.set(s.w(1) as u16, Word::atom(atoms::BADARG));
        s.next_len()
    }
}

handler! {
    fn build_stacktrace(s) {
        let raw = s.get(s.b());
        let list = s.ask(|host| trace::build_stacktrace(host.heap(), raw));
        s.set(s.a(), list);
        s.next_len()
    }
}

handler! {
    fn catch_value(s) {
        let (class, reason, raw) = (s.get(s.b()), s.get(s.c()), s.get(s.w(1) as u16));
        let value = s.ask(|host| trace::catch_value(host.heap(), class, reason, raw));
        s.set(s.a(), value);
        s.next_len()
    }
}
