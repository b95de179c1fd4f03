//! Calls of native functions ([`dala::native`](mod@dala::native)) by processes.
//!
//! A plain function runs where a built-in function does. For the others the process waits (`BifResult::Wait`) and is
//! woken when the result is there; between its turns it keeps the call's number, negated, in `bif_state`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use dala::ExitReason;
use dala::actor::process as actor;
use dala::native::{Body, NativeError, NativeFunction};
use dala_ir::abi::atom::AtomError;
use dala_ir::abi::{Atom, Pid, Word, atoms};
use dala_ir::interp::{BifIndex, BifResult, Exception};
use dala_ir::term::{OwnedTerm, TermWriter as _};
use hashbrown::HashMap;

use crate::process::{Process, System};

/// Why native functions were not added.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NativeTableError {
    /// The name, or that of the module, is no atom.
    #[error(transparent)]
    Name(#[from] AtomError),
    /// The runtime has a function of that name.
    #[error("{0} is a built-in function")]
    BuiltIn(String),
    /// A loaded module relies on what the function of that name takes and gives, and this one takes or gives something else.
    #[error("{0} has other types than the function that loaded modules call")]
    OtherTypes(String),
    /// There are too many.
    #[error("more than {} native functions", crate::code::MAX_NATIVES)]
    TooMany,
}

type Slot = Arc<Mutex<Option<Result<OwnedTerm, NativeError>>>>;

/// A call that is not done.
#[derive(Debug)]
struct Running {
    slot: Slot,
    /// Of an asynchronous function: ends it.
    task: Option<tokio::task::AbortHandle>,
}

/// Calls whose processes wait.
#[derive(Debug, Default)]
pub struct NativeCalls {
    running: Mutex<HashMap<u64, Running>>,
    last: AtomicU64,
}

impl NativeCalls {
    fn with<R>(&self, act: impl FnOnce(&mut HashMap<u64, Running>) -> R) -> R {
        act(&mut self.running.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Ends the call of a process that ends; `state` is its `bif_state`.
    pub(crate) fn forget(&self, state: Word) {
        let Some(number) = number_in(state) else { return };
        if let Some(task) = self.with(|running| running.remove(&number)).and_then(|call| call.task) {
            task.abort();
        }
    }

    /// Calls that processes wait for.
    pub fn running(&self) -> usize {
        self.with(|running| running.len())
    }
}

/// The number that a waiting process keeps.
fn number_in(state: Word) -> Option<u64> {
    state.as_small().filter(|&number| number < 0).map(i64::unsigned_abs)
}

impl System {
    /// Lets Erlang and Elixir code call these functions, from now on. They take the place of functions with their
    /// names in modules that are loaded later; in one that is loaded already only for calls from other modules.
    ///
    /// # Errors
    /// See [`NativeTableError`]; those before the wrong one were added.
    pub fn add_natives(
        &self,
        functions: impl IntoIterator<Item = NativeFunction>,
    ) -> Result<(), NativeTableError> {
        for function in functions {
            let (module, name) = (Atom::try_new(function.module())?, Atom::try_new(function.name())?);
            if crate::bif::lookup(module, name, function.arity().into()).is_some() {
                return Err(NativeTableError::BuiltIn(function.to_string()));
            }
            if self.code.is_relied_on(module, name, &function) {
                return Err(NativeTableError::OtherTypes(function.to_string()));
            }
            self.code.add_native(module, name, function).ok_or(NativeTableError::TooMany)?;
        }
        Ok(())
    }
}

/// Calls the native function of this number.
#[inline]
pub(crate) fn call(p: &mut Process, index: BifIndex, arguments: &[Word]) -> BifResult {
    let Some(function) = p.system.code.natives().get(index) else {
        return BifResult::Raise(Exception::error_atom(atoms::UNDEF));
    };
    let Body::Plain(run) = function.body() else { return begin_or_end(p, function, arguments) };
    p.charge(function.cost() as usize);
    match run(arguments, &mut p.heap) {
        Ok(value) => BifResult::Value(value),
        Err(error) => BifResult::Raise(raised(p, function, &error, arguments)),
    }
}

/// A call that takes its time. By itself, so that those of plain functions save no registers for it.
#[inline(never)]
fn begin_or_end(p: &mut Process, function: &NativeFunction, arguments: &[Word]) -> BifResult {
    match waited(p, function, arguments) {
        Some(Ok(term)) => BifResult::Value(term.copy_to(&mut p.heap)),
        Some(Err(error)) => BifResult::Raise(raised(p, function, &error, arguments)),
        None => BifResult::Wait,
    }
}

/// Where in Rust a function panicked, as the trace shows it: `[{file, File}, {line, Line}]`.
fn place_of(p: &mut Process, error: &NativeError) -> Option<Word> {
    let NativeError::Panicked(ExitReason::Panic(panic)) = error else { return None };
    let (file, line) = panic.file_and_line()?;
    let file = p.heap.charlist(file);
    let file = p.heap.tuple(&[Word::atom(atoms::FILE), file]);
    let line = p.heap.tuple(&[Word::atom(atoms::LINE), Word::small_int(line.into())]);
    Some(p.heap.list(&[file, line], Word::NIL))
}

#[cold]
fn raised(p: &mut Process, function: &NativeFunction, error: &NativeError, arguments: &[Word]) -> Exception {
    let reason = error.write(function, &mut p.heap);
    let list = p.heap.list(arguments, Word::NIL);
    Exception { args: Some(list), error_info: place_of(p, error), ..Exception::error(reason) }
}

/// The result of a call that takes its time, once it is there; begins it at the first turn.
fn waited(
    p: &mut Process,
    function: &NativeFunction,
    arguments: &[Word],
) -> Option<Result<OwnedTerm, NativeError>> {
    let system = p.system.clone();
    let calls = &system.builtins.natives;
    if let Some(number) = number_in(p.bif_state) {
        let done = calls.with(|running| {
            let slot = &running.get(&number)?.slot;
            let result = slot.lock().unwrap_or_else(PoisonError::into_inner).take()?;
            running.remove(&number);
            Some(result)
        })?;
        p.bif_state = Word::NONE;
        return Some(done);
    }
    p.charge(function.cost() as usize);
    let (slot, pid) = (Slot::default(), p.pid);
    let number = calls.last.fetch_add(1, Ordering::Relaxed) + 1;
    let tokio = system.runtime.tokio();
    let task = match function.body() {
        Body::Plain(_) => return None,
        Body::Async(begin) => match begin(arguments) {
            Err(error) => return Some(Err(error)),
            Ok(future) => {
                let (slot, entered) = (slot.clone(), system.runtime.clone());
                let task = tokio.spawn(async move {
                    let result = within(future, entered).await;
                    answer(&slot, pid, result);
                });
                Some(task.abort_handle())
            }
        },
        Body::Blocking(begin) => match begin(arguments) {
            Err(error) => return Some(Err(error)),
            Ok(work) => {
                let (slot, entered) = (slot.clone(), system.runtime.clone());
                tokio.spawn_blocking(move || {
                    let _entered = entered.enter();
                    answer(&slot, pid, work());
                });
                None
            }
        },
    };
    // The result may be there already: its wake-up makes this process run once more.
    calls.with(|running| running.insert(number, Running { slot, task }));
    p.bif_state = Word::small_int(-(number as i64));
    None
}

/// Polls inside the runtime, so that the function may spawn actors and call them.
async fn within<F: Future>(future: F, runtime: dala::Handle) -> F::Output {
    let mut future = std::pin::pin!(future);
    std::future::poll_fn(|context| {
        let _entered = runtime.enter();
        future.as_mut().poll(context)
    })
    .await
}

fn answer(slot: &Slot, pid: Pid, result: Result<OwnedTerm, NativeError>) {
    *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
    actor::wake(pid);
}
