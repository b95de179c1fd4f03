//! Calls of Erlang and Elixir functions from Rust, each in a process of its own.

use std::sync::Arc;

use dala::ExitReason;
use dala::StableLayout;
use dala::native::Arguments;
use dala::server::ReplyMisfit;
use dala_ir::abi::atom::AtomError;
use dala_ir::abi::{Atom, Pid, Word};
use dala_ir::interp::{Class, Exception};
use dala_ir::term::{Fragment, OwnedTerm, Style, TermWriter as _, print};
use tokio::sync::oneshot;

use crate::process::{Ended, Entry, Sandbox, System, stack_trace};

/// Most bytes of a reason that the text of an error shows.
const SHOWN_BYTES: usize = 500;

/// Why a call of a function has no value.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FunctionError {
    /// The name, or that of the module, is no atom.
    #[error(transparent)]
    Name(#[from] AtomError),
    /// It raised an exception that it did not catch.
    #[error("{}", said(*class, reason, trace))]
    Raised {
        /// `error`, `exit` or `throw`.
        class: Class,
        /// What was raised.
        reason: OwnedTerm,
        /// The stack trace, a list of `{Module, Function, Arity, Info}`.
        trace: OwnedTerm,
    },
    /// Its process was ended by a signal.
    #[error("the process exited: {0}")]
    Exited(ExitReason),
    /// The value is of another type than was asked for.
    #[error("the value does not convert: {0}")]
    Value(#[from] ReplyMisfit),
    /// No process could be started.
    #[error("no process could be started")]
    Start,
}

/// Ends the process of a call that nobody waits for any more.
struct Running(Pid);

/// An exception in a line, with the place of its innermost frame that has one.
fn said(class: Class, reason: &OwnedTerm, trace: &OwnedTerm) -> String {
    let what = match class {
        Class::Error => "it raised",
        Class::Exit => "it exited",
        Class::Throw => "it threw",
    };
    let reason = print(reason.root(), Style::Readable).limited(SHOWN_BYTES);
    match stack_trace::frames(trace.root()).into_iter().find(|frame| frame.contains(": ")) {
        Some(frame) => format!("{what} {reason} at {frame}"),
        None => format!("{what} {reason}"),
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        dala::actor::process::kill(self.0);
    }
}

impl System {
    /// Calls a function in a process of its own, and waits for its value. Dropping the future kills the process.
    ///
    /// # Errors
    /// See [`FunctionError`].
    pub async fn call<A: Arguments, R: StableLayout>(
        self: &Arc<System>,
        module: &str,
        function: &str,
        arguments: A,
    ) -> Result<R, FunctionError> {
        self.call_with(None, module, function, arguments).await
    }

    /// As [`call`](System::call), in a sandbox of its own: what comes from users.
    ///
    /// # Errors
    /// See [`FunctionError`].
    pub async fn call_confined<A: Arguments, R: StableLayout>(
        self: &Arc<System>,
        sandbox: &Sandbox,
        module: &str,
        function: &str,
        arguments: A,
    ) -> Result<R, FunctionError> {
        self.call_with(Some(sandbox), module, function, arguments).await
    }

    async fn call_with<A: Arguments, R: StableLayout>(
        self: &Arc<System>,
        sandbox: Option<&Sandbox>,
        module: &str,
        function: &str,
        arguments: A,
    ) -> Result<R, FunctionError> {
        let (module, function) = (Atom::try_new(module)?, Atom::try_new(function)?);
        let (sender, receiver) = oneshot::channel();
        let pid =
            self.begin(sandbox, module, function, &arguments, sender).map_err(|_| FunctionError::Start)?;
        let running = Running(pid);
        let ended = receiver.await;
        // It has ended, or its end was told.
        std::mem::forget(running);
        match ended {
            Ok(Ended::Value(value)) => Ok(ReplyMisfit::read(value)?),
            Ok(Ended::Raised { class, reason, trace }) => Err(FunctionError::Raised { class, reason, trace }),
            Ok(Ended::Exit(reason)) => Err(FunctionError::Exited(reason)),
            Ok(Ended::Halted(_)) | Err(_) => Err(FunctionError::Exited(ExitReason::Killed)),
        }
    }

    fn begin<A: Arguments>(
        self: &Arc<System>,
        sandbox: Option<&Sandbox>,
        module: Atom,
        function: Atom,
        arguments: &A,
        sender: oneshot::Sender<Ended>,
    ) -> Result<Pid, Exception> {
        let mut scratch = Fragment::new();
        let words = arguments.write(&mut scratch);
        let list = scratch.list(&words, Word::NIL);
        // Whoever called may have given up.
        let watch = move |ended| drop(sender.send(ended));
        self.start_watched_by(Entry::Function(module, function, list), watch, sandbox)
    }
}
