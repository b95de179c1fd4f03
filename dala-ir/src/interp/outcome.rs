//! What a built-in function answers: a value, an exception, or how to go on.

use smallvec::SmallVec;

use crate::abi::{Atom, Word, atoms};

/// Row of the embedder's one table of built-in functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BifIndex(pub u16);

/// Class of an exception.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// `error`: has a stack trace.
    Error,
    /// `exit`.
    Exit,
    /// `throw`.
    Throw,
}

impl Class {
    /// Its name as programs see it.
    pub const fn atom(self) -> Atom {
        match self {
            Class::Error => atoms::ERROR,
            Class::Exit => atoms::EXIT,
            Class::Throw => atoms::THROW,
        }
    }

    /// The class named `atom`.
    pub fn from_atom(atom: Atom) -> Option<Class> {
        [Class::Error, Class::Exit, Class::Throw].into_iter().find(|class| class.atom() == atom)
    }
}

/// An Erlang exception on its way to a handler. Its words are roots of nothing: it is consumed before the next
/// safepoint.
#[derive(Clone, Copy, Debug)]
pub struct Exception {
    /// Class.
    pub class: Class,
    /// Reason.
    pub reason: Word,
    /// List of arguments that the top frame of the trace shows instead of its arity.
    pub args: Option<Word>,
    /// Whether the top frame is the built-in function's own (it failed), not that of its caller (`error/1`).
    pub is_builtin_frame: bool,
    /// Map that goes to the top frame as `{error_info, Map}`; or, a list, all that this frame tells beside its function.
    pub error_info: Option<Word>,
    /// Trace to go on with instead of a new one, as a list of `{M, F, A, Info}` (`erlang:raise/3`).
    pub trace: Option<Word>,
}

impl Exception {
    /// An exception whose trace starts at the caller.
    pub const fn new(class: Class, reason: Word) -> Exception {
        Exception { class, reason, args: None, is_builtin_frame: false, error_info: None, trace: None }
    }

    /// An error whose trace starts at the built-in function that failed.
    pub const fn error(reason: Word) -> Exception {
        Exception { is_builtin_frame: true, ..Exception::new(Class::Error, reason) }
    }

    /// The error `reason`, an atom, of a built-in function.
    pub const fn error_atom(reason: Atom) -> Exception {
        Exception::error(Word::atom(reason))
    }

    /// `badarg` of a built-in function.
    pub const fn badarg() -> Exception {
        Exception::error_atom(atoms::BADARG)
    }
}

/// Code that a built-in function goes on with.
#[derive(Clone, Copy, Debug)]
pub enum CallTarget {
    /// An exported function, of the number of arguments that are given.
    Function(Atom, Atom),
    /// A fun.
    Fun(Word),
}

/// A tail call out of a built-in function: its value is that of the call.
#[derive(Clone, Debug)]
pub struct TailCall {
    /// What to call.
    pub target: CallTarget,
    /// With what.
    pub args: SmallVec<[Word; 6]>,
}

/// What a built-in function answers.
#[derive(Clone, Debug)]
pub enum BifResult {
    /// Its value.
    Value(Word),
    /// It failed.
    Raise(Exception),
    /// Goes on as this call.
    Call(Box<TailCall>),
    /// The budget is used up: the same call runs again after a yield.
    Retry,
    /// Nothing to do yet: the same call runs again when the actor is woken.
    Wait,
    /// Forgets every caller and goes on as this call: when the actor is woken, or else after a yield.
    Restart {
        /// What runs then.
        call: Box<TailCall>,
        /// Whether the actor waits before.
        waits: bool,
    },
    /// The actor ends now, with no handler run; its reason is this term.
    Exit(Word),
}

impl BifResult {
    /// Goes on with `module:function(args...)`.
    pub fn call(module: Atom, function: Atom, args: &[Word]) -> BifResult {
        BifResult::Call(Box::new(TailCall {
            target: CallTarget::Function(module, function),
            args: SmallVec::from_slice(args),
        }))
    }

    /// Forgets every caller and goes on with `module:function(args...)`.
    pub fn restart(module: Atom, function: Atom, args: &[Word], waits: bool) -> BifResult {
        let target = CallTarget::Function(module, function);
        let call = Box::new(TailCall { target, args: SmallVec::from_slice(args) });
        BifResult::Restart { call, waits }
    }

    /// Goes on with `fun(args...)`.
    pub fn call_fun(fun: Word, args: &[Word]) -> BifResult {
        BifResult::Call(Box::new(TailCall { target: CallTarget::Fun(fun), args: SmallVec::from_slice(args) }))
    }
}

impl From<Result<Word, Exception>> for BifResult {
    fn from(result: Result<Word, Exception>) -> BifResult {
        match result {
            Ok(value) => BifResult::Value(value),
            Err(exception) => BifResult::Raise(exception),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn class_names_round_trip() {
        for class in [Class::Error, Class::Exit, Class::Throw] {
            assert_eq!(Class::from_atom(class.atom()), Some(class));
        }
        assert_eq!(Class::from_atom(atoms::OK), None);
    }
}
