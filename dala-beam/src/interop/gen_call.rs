//! `gen:call` of a native actor (OTP 25, `gen.erl`): what `gen_server:call` and `GenServer.call` go through.
//!
//! Two processes need a monitor, an alias, two messages and the removal of the monitor for a call. A native actor has a
//! slot for its reply, which its end fails. So once a process has called one, a built-in function
//! [stands in](crate::code::stand_in) for `gen:call/3,4`. What it is not for (another process, a name, a mailbox with a
//! bound, a caller that is traced or confined, another label) goes on as the module's own.
//!
//! What a program can see of it: `process_info(_, monitors)` of a caller that waits has no monitor.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use dala::CallError;
use dala::actor::process as actor;
use dala::message::Call;
use dala_ir::abi::{Atom, Word, atoms};
use dala_ir::interp::{BifResult, Class, Exception};
use dala_ir::term::{OwnedTerm, TermWriter as _};

use super::inbound::request_to_native;
use crate::bif::arguments::named;
use crate::code::stand_in::own_name;
use crate::process::{Process, System};

/// `gen:call/3`: waits for five seconds at most.
const DEFAULT_TIMEOUT: Word = Word::small_int(5000);

/// Whether the built-in functions stand in for OTP's already.
#[derive(Debug, Default)]
pub struct GenCalls(AtomicBool);

impl GenCalls {
    /// A process calls a native actor as `gen:call` does.
    #[inline]
    pub(super) fn note(&self, system: &System) {
        // Relaxed: who comes late stands in once more, which changes nothing.
        if !self.0.load(Ordering::Relaxed) {
            self.0.store(true, Ordering::Relaxed);
            system.code.exports().stand_in();
        }
    }
}

/// `gen:call(Process, Label, Request)`
pub(crate) fn call_within_default(p: &mut Process, arguments: [Word; 3]) -> BifResult {
    let [process, label, request] = arguments;
    call_or(p, [process, label, request, DEFAULT_TIMEOUT], &arguments)
}

/// `gen:call(Process, Label, Request, Timeout)`
pub(crate) fn call(p: &mut Process, arguments: [Word; 4]) -> BifResult {
    call_or(p, arguments, &arguments)
}

/// Calls a native actor; anything else goes on as the module's own function of `own` arguments.
fn call_or(p: &mut Process, [process, label, request, timeout]: [Word; 4], own: &[Word]) -> BifResult {
    if p.awaited.is_none() {
        match begun(p, process, label, request, timeout) {
            Some(call) => p.awaited = Some(call),
            None => return BifResult::call(named!("gen"), own_name(), own),
        }
    }
    let waker = actor::waker(p.pid);
    let Some(awaited) = &mut p.awaited else { return BifResult::Wait };
    match Pin::new(awaited).poll(&mut Context::from_waker(&waker)) {
        Poll::Pending => BifResult::Wait,
        Poll::Ready(result) => {
            p.awaited = None;
            ended(p, result)
        }
    }
}

fn begun(
    p: &mut Process,
    process: Word,
    label: Word,
    request: Word,
    timeout: Word,
) -> Option<Call<OwnedTerm>> {
    let callee = process.as_pid().filter(|&pid| pid != p.pid)?;
    let limit = limit_of(timeout)?;
    let is_plain = label == Word::atom(atoms::DOLLAR_GEN_CALL) && p.confined.is_none() && !p.is_traced();
    if !is_plain || actor::is_bounded(callee) {
        return None;
    }
    let node = request_to_native(callee, request)?;
    // As sending, and what OTP does besides.
    p.charge(8);
    Some(actor::call(callee, node, limit))
}

/// `infinity`, or milliseconds.
fn limit_of(timeout: Word) -> Option<Option<Duration>> {
    if timeout == Word::atom(atoms::INFINITY) {
        return Some(None);
    }
    let milliseconds = timeout.as_small().and_then(|time| u32::try_from(time).ok())?;
    Some(Some(Duration::from_millis(milliseconds.into())))
}

fn ended(p: &mut Process, result: Result<OwnedTerm, CallError>) -> BifResult {
    let error = match result {
        Ok(reply) => {
            let reply = reply.copy_to(&mut p.heap);
            return BifResult::Value(p.heap.tuple(&[Word::atom(atoms::OK), reply]));
        }
        Err(error) => error,
    };
    let reason = match error {
        CallError::Timeout => Word::atom(atoms::TIMEOUT),
        CallError::NoProc => Word::atom(atoms::NOPROC),
        CallError::Exited(reason) => reason.write(&mut p.heap),
        CallError::NotUnderstood(why) => tagged(p, named!("not_understood"), &why),
        other => tagged(p, atoms::NOREPLY, &other.to_string()),
    };
    BifResult::Raise(Exception::new(Class::Exit, reason))
}

fn tagged(p: &mut Process, tag: Atom, why: &str) -> Word {
    let why = p.heap.binary(why.as_bytes());
    p.heap.tuple(&[Word::atom(tag), why])
}
