//! A native function: its name, and its code in one of three forms.

use std::borrow::Cow;
use std::fmt::Display;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use dala_ir::abi::Word;
use dala_ir::abi::shape::FieldType;
use dala_ir::term::{OwnedTerm, TermWriter};

use super::{Arguments, NativeError};
use crate::message::exit::{catch, catch_here};
use crate::message::{Source, StableLayout};

/// What a call gives when it is not done at once.
pub type Pending = Pin<Box<dyn Future<Output = Result<OwnedTerm, NativeError>> + Send>>;
/// What is left of a call for a thread that may block.
pub type Work = Box<dyn FnOnce() -> Result<OwnedTerm, NativeError> + Send>;

/// Runs to its end, on the scheduler's worker.
pub type RunPlain = dyn Fn(&[Word], &mut dyn TermWriter) -> Result<Word, NativeError> + Send + Sync;
/// Reads the arguments, and begins what is waited for.
pub type Begin<T> = dyn Fn(&[Word]) -> Result<T, NativeError> + Send + Sync;

/// Code of a native function.
#[derive(Clone)]
pub enum Body {
    /// Runs on the scheduler's worker, to its end.
    Plain(Arc<RunPlain>),
    /// Reads its arguments at once; the process waits for the future, the worker does not.
    Async(Arc<Begin<Pending>>),
    /// Reads its arguments at once; the process waits for what a thread of the blocking pool does, the worker does not.
    Blocking(Arc<Begin<Work>>),
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Body::Plain(_) => "Plain",
            Body::Async(_) => "Async",
            Body::Blocking(_) => "Blocking",
        })
    }
}

/// A function in Rust with a name in Erlang.
#[derive(Clone)]
pub struct NativeFunction {
    module: Cow<'static, str>,
    name: Cow<'static, str>,
    arity: u8,
    reductions: u32,
    arguments: Option<&'static [FieldType]>,
    value: Option<FieldType>,
    body: Body,
}

impl NativeFunction {
    /// `module:name` of `arity` with this code.
    pub fn new(
        module: impl Into<Cow<'static, str>>,
        name: impl Into<Cow<'static, str>>,
        arity: u8,
        body: Body,
    ) -> NativeFunction {
        let (module, name) = (module.into(), name.into());
        NativeFunction { module, name, arity, reductions: 1, arguments: None, value: None, body }
    }

    /// Says what types its arguments have: its code must refuse all others.
    #[must_use]
    pub fn taking(mut self, arguments: &'static [FieldType]) -> NativeFunction {
        self.arguments = Some(arguments);
        self
    }

    /// Says what type its value has.
    #[must_use]
    pub fn giving(mut self, value: FieldType) -> NativeFunction {
        self.value = Some(value);
        self
    }

    /// A function that runs on the worker: for what takes microseconds. Others wait meanwhile.
    pub fn plain<A: Arguments, R: StableLayout, E: Display>(
        module: impl Into<Cow<'static, str>>,
        name: impl Into<Cow<'static, str>>,
        run: impl Fn(A) -> Result<R, E> + Send + Sync + 'static,
    ) -> NativeFunction {
        let body = move |words: &[Word], writer: &mut dyn TermWriter| {
            let arguments = A::read(words)?;
            answer(|| run(arguments), writer)
        };
        NativeFunction::new(module, name, A::ARITY, Body::Plain(Arc::new(body)))
            .taking(A::FIELDS)
            .giving(R::FIELD)
    }

    /// A function that waits, for timers, sockets, other actors: its process waits, the worker goes on.
    pub fn asynchronous<A: Arguments, R: StableLayout, E: Display, F>(
        module: impl Into<Cow<'static, str>>,
        name: impl Into<Cow<'static, str>>,
        run: impl Fn(A) -> F + Send + Sync + 'static,
    ) -> NativeFunction
    where
        F: Future<Output = Result<R, E>> + Send + 'static,
    {
        let body = move |words: &[Word]| {
            let arguments = A::read(words)?;
            // A panic before the first wait is the caller's as well.
            match catch(|| run(arguments)) {
                Ok(future) => Ok(pending(future)),
                Err(reason) => Err(NativeError::Panicked(reason)),
            }
        };
        NativeFunction::new(module, name, A::ARITY, Body::Async(Arc::new(body)))
            .taking(A::FIELDS)
            .giving(R::FIELD)
    }

    /// A function that blocks its thread or computes for long; it gets one of the pool.
    pub fn blocking<A: Arguments, R: StableLayout, E: Display>(
        module: impl Into<Cow<'static, str>>,
        name: impl Into<Cow<'static, str>>,
        run: impl Fn(A) -> Result<R, E> + Send + Sync + 'static,
    ) -> NativeFunction {
        let run = Arc::new(run);
        let body = move |words: &[Word]| {
            let (arguments, run) = (A::read(words)?, run.clone());
            Ok(work(move || run(arguments)))
        };
        NativeFunction::new(module, name, A::ARITY, Body::Blocking(Arc::new(body)))
            .taking(A::FIELDS)
            .giving(R::FIELD)
    }

    /// Charges each call with so many reductions instead of one: about 4000 are a millisecond.
    #[must_use]
    pub fn reductions(mut self, reductions: u32) -> NativeFunction {
        self.reductions = reductions;
        self
    }

    /// The module, as Erlang knows it: `Elixir.Fast.Hash`.
    pub fn module(&self) -> &str {
        &self.module
    }

    /// The function's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many arguments it takes.
    pub fn arity(&self) -> u8 {
        self.arity
    }

    /// Types of its arguments, if it says them.
    pub fn arguments(&self) -> Option<&'static [FieldType]> {
        self.arguments
    }

    /// Type of its value, if it says it.
    pub fn value(&self) -> Option<FieldType> {
        self.value
    }

    /// Whether arguments and value have the types of another function's.
    pub fn has_types_of(&self, other: &NativeFunction) -> bool {
        let same_arguments = match (self.arguments, other.arguments) {
            (Some(one), Some(other)) => {
                one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.is_same(other))
            }
            (one, other) => one.is_none() && other.is_none(),
        };
        same_arguments
            && match (self.value, other.value) {
                (Some(one), Some(other)) => one.is_same(&other),
                (one, other) => one.is_none() && other.is_none(),
            }
    }

    /// What a call is charged with.
    pub fn cost(&self) -> u32 {
        self.reductions
    }

    /// Its code.
    pub fn body(&self) -> &Body {
        &self.body
    }
}

impl Display for NativeFunction {
    /// `Fast.Hash.hash/1`, `fast_hash:hash/1`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.module.strip_prefix("Elixir.") {
            Some(module) => write!(f, "{module}.{}/{}", self.name, self.arity),
            None => write!(f, "{}:{}/{}", self.module, self.name, self.arity),
        }
    }
}

impl std::fmt::Debug for NativeFunction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NativeFunction({self}, {:?})", self.body)
    }
}

/// Reads the argument at `index`, from 0.
///
/// # Errors
/// When it is of another type, or there are fewer.
#[inline]
pub fn argument<T: StableLayout>(words: &[Word], index: usize) -> Result<T, NativeError> {
    let word = words.get(index).copied().unwrap_or(Word::NIL);
    T::read_term(Source::new(word)).map_err(|error| NativeError::Argument { position: index + 1, error })
}

/// Runs the function on this worker, and builds the term of its value.
///
/// # Errors
/// When it fails or panics.
#[inline]
pub fn answer<R: StableLayout, E: Display>(
    run: impl FnOnce() -> Result<R, E>,
    writer: &mut dyn TermWriter,
) -> Result<Word, NativeError> {
    match catch(|| run().map_err(|error| error.to_string())) {
        Ok(Ok(value)) => Ok(value.write_term(writer)),
        Ok(Err(text)) => Err(NativeError::Failed(text)),
        Err(reason) => Err(NativeError::Panicked(reason)),
    }
}

fn owned<R: StableLayout, E: Display>(value: Result<R, E>) -> Result<OwnedTerm, NativeError> {
    match value {
        Ok(value) => Ok(OwnedTerm::build(|writer| value.write_term(writer))),
        Err(error) => Err(NativeError::Failed(error.to_string())),
    }
}

/// The rest of an asynchronous call.
pub fn pending<R: StableLayout, E: Display>(
    future: impl Future<Output = Result<R, E>> + Send + 'static,
) -> Pending {
    let mut future = Box::pin(future);
    Box::pin(std::future::poll_fn(move |context| {
        match catch_here(|| future.as_mut().poll(context).map(owned)) {
            Ok(poll) => poll,
            Err(reason) => Poll::Ready(Err(NativeError::Panicked(reason))),
        }
    }))
}

/// The rest of a blocking call.
pub fn work<R: StableLayout, E: Display>(run: impl FnOnce() -> Result<R, E> + Send + 'static) -> Work {
    // With the building of the term: nobody else would answer the process that waits.
    Box::new(move || catch_here(|| owned(run())).unwrap_or_else(|reason| Err(NativeError::Panicked(reason))))
}
