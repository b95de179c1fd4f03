//! Why a server did not do what it was asked for.

use std::time::Duration;

use dala_ir::abi::Word;
use dala_ir::term::{OwnedTerm, Style, print, view};

use crate::message::{CallError, ConvertError, ExitReason, Source, StableLayout};

/// Most bytes of a term that an error shows.
const SHOWN_BYTES: usize = 200;

/// A reply is of another type than was asked for: what did not fit and where, the whole reply, and the type.
#[derive(Clone)]
pub struct ReplyMisfit(Box<Parts>);

#[derive(Clone)]
struct Parts {
    reply: OwnedTerm,
    error: ConvertError,
    expected: String,
}

impl ReplyMisfit {
    /// Reads a reply.
    ///
    /// # Errors
    /// When it does not convert.
    pub fn read<R: StableLayout>(reply: OwnedTerm) -> Result<R, ReplyMisfit> {
        R::read_term(Source::new(reply.root()))
            .map_err(|error| ReplyMisfit(Box::new(Parts { reply, error, expected: R::FIELD.to_string() })))
    }

    /// The whole reply.
    pub fn reply(&self) -> &OwnedTerm {
        &self.0.reply
    }

    /// What in it does not fit, and where.
    pub fn error(&self) -> &ConvertError {
        &self.0.error
    }
}

impl std::fmt::Display for ReplyMisfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let reply = print(self.0.reply.root(), Style::Readable).limited(SHOWN_BYTES);
        write!(f, "{}; the reply {reply} is no {}", self.0.error, self.0.expected)
    }
}

impl std::fmt::Debug for ReplyMisfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReplyMisfit({self})")
    }
}

impl std::error::Error for ReplyMisfit {}

/// Why a call of a server has no reply.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// No process has this name, or the process is dead.
    #[error("no process: {0}")]
    NoProcess(String),
    /// It ended before it replied.
    #[error("the server exited: {0}")]
    Exited(ExitReason),
    /// No reply in time: within the call's limit, or before the deadline of the call that the caller is handling.
    #[error("no reply within {0:?}")]
    Timeout(Duration),
    /// There is no reply for another reason: its mailbox is full, or it is no server.
    #[error(transparent)]
    Call(CallError),
    /// The reply is not of the type that was asked for.
    #[error("the reply does not convert: {0}")]
    Reply(#[from] ReplyMisfit),
}

impl ServerError {
    /// Why a call within `limit` has no reply.
    pub fn of_call(error: CallError, limit: Duration) -> ServerError {
        match error {
            CallError::Timeout => ServerError::Timeout(limit),
            CallError::Exited(reason) => ServerError::Exited(reason),
            CallError::NoProc => ServerError::NoProcess("it is dead".to_owned()),
            other => ServerError::Call(other),
        }
    }

    /// The reason for which the server exited, if it did and the reason is a `T`. Of an exception, whose reason OTP pairs with
    /// the stack trace, it is what was raised.
    pub fn exited_with<T: StableLayout>(&self) -> Option<T> {
        let ServerError::Exited(reason) = self else { return None };
        let term = OwnedTerm::build(|writer| reason.write(writer));
        let read = |word| T::read_term(Source::new(word)).ok();
        read(term.root()).or_else(|| match view::tuple_elements(term.root()) {
            Some(&[raised, trace]) if is_trace(trace) => read(raised),
            _ => None,
        })
    }
}

/// Whether it can be a stack trace: a list.
fn is_trace(word: Word) -> bool {
    word.is_cons() || word.is_nil()
}
