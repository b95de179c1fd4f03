//! Events of OTP's logger for the application's subscriber of the crate `tracing`.
//!
//! A handler of the logger (`erlang/dala_tracing.erl`) takes each event that passed the logger's own levels and filters,
//! whoever logged it: code in Erlang, Elixir's `Logger`, OTP's crash reports, the runtime. It runs in the process that
//! logs, so that the event is in the span of the message that this process handles (`Builder::tracing`).

use std::sync::{Arc, mpsc};

use dala_ir::abi::{Atom, Word};
use dala_ir::term::{Fragment, TermWriter};

use crate::process::{Ended, Entry, System, stack_trace};

/// What becomes of the handler that writes events to standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Console {
    /// It goes on writing.
    Kept,
    /// It is taken away: the subscriber alone hears of events. Elixir's console, which the application `:logger` starts, is its
    /// own (`config :logger, backends: []`).
    Replaced,
}

/// From now on, events of OTP's logger are events for the subscriber of the calling thread, or the global one if it has
/// none: target `otp`, with the fields that `docs/observability.md` lists. For a system that was started
/// ([`boot::start`](super::boot::start)); blocks until it is done, so not for a handler. Who calls it again is heard for
/// `console` alone.
///
/// ```no_run
/// # fn start(system: std::sync::Arc<dala_beam::process::System>) -> Result<(), String> {
/// use dala_beam::otp::{boot, logger};
///
/// boot::start(&system, &[])?;
/// logger::to_tracing(&system, logger::Console::Replaced)?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// With a text, when the logger does not run.
pub fn to_tracing(system: &Arc<System>, console: Console) -> Result<(), String> {
    system.builtins.subscriber.of_this_thread();
    let console = match console {
        Console::Kept => "kept",
        Console::Replaced => "replaced",
    };
    let mut scratch = Fragment::new();
    let arguments = scratch.list(&[Word::atom(Atom::new(console))], Word::NIL);
    let entry = Entry::Function(Atom::new("dala_tracing"), Atom::new("install"), arguments);
    let (sender, receiver) = mpsc::channel();
    system.start_process(entry, None, Some(sender)).map_err(|_| "cannot start a process".to_owned())?;
    match receiver.recv() {
        Ok(Ended::Value(_)) => Ok(()),
        Ok(Ended::Raised { class, reason, trace }) => Err(format!(
            "the handler of OTP's logger does not start:\n{}",
            stack_trace::show(class, reason.root(), trace.root())
        )),
        Ok(Ended::Exit(reason)) => Err(format!("the handler of OTP's logger does not start: {reason}")),
        Ok(Ended::Halted(_)) | Err(_) => {
            Err("the program ended before OTP's logger had its handler".to_owned())
        }
    }
}
