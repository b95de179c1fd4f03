//! Stages whose work somebody else does: a process of Erlang or Elixir, or an asynchronous function.
use std::fmt;
use std::marker::PhantomData;
use std::time::{Duration, Instant};

use dala::server::{GenServer, ReplyMisfit};
use dala::{Atom, ExitReason, StableLayout};
use dala_ir::term::OwnedTerm;

use super::stage::{Failure, Frame, Out, Stage};

/// A stage that a `gen_server` process (Elixir: `GenServer`) serves, of what types it says: each frame is a call, and what
/// it replies is sent on. `Dala.Stage` (`dala-gpu/elixir`) is such a process with callbacks that only say what to do with a
/// frame.
///
/// | call | reply |
/// |---|---|
/// | `{frame, Value, Number, Microseconds}`: a value, what number it has, and how long ago its source gave it | a list of values |
/// | `finish`: no frame comes any more | a list of values |
///
/// One call at a time: while the process works, frames wait at the stage's [`Edge`](super::Edge), whose policy holds as for
/// any stage. Tensors cross as handles; other values are converted, and one that is of another type is an error with the
/// path to it.
///
/// When the process crashes, the stage fails and is made anew, with a process of its own if it [started](ServerStage::starting)
/// one; the frame in hand is gone, and it goes on with the next.
pub struct ServerStage<I, O> {
    server: Result<Box<dyn GenServer>, Failure>,
    /// Whether the process is the stage's own, and ends with it.
    is_own: bool,
    limit: Duration,
    /// Where the last frame came from, for what is sent after it.
    last: Option<Frame<()>>,
    values: PhantomData<fn(I) -> O>,
}

impl<I, O> fmt::Debug for ServerStage<I, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ServerStage").field(&self.server).finish()
    }
}

impl<I, O> ServerStage<I, O> {
    /// Served by a process that somebody else starts, and again when it crashed: best one with a name.
    pub fn of(server: impl GenServer + 'static) -> Self {
        ServerStage::new(Ok(Box::new(server)), false)
    }

    /// Served by a process that `start` starts now, on the stage's worker, linked with it (`dala_beam::interop::ServerSpec`
    /// does): so it ends with the stage. An error fails the stage.
    pub fn starting<S: GenServer + 'static, E: Into<Failure>>(start: impl FnOnce() -> Result<S, E>) -> Self {
        let server = start().map(|server| -> Box<dyn GenServer> { Box::new(server) });
        ServerStage::new(server.map_err(Into::into), true)
    }

    fn new(server: Result<Box<dyn GenServer>, Failure>, is_own: bool) -> Self {
        ServerStage { server, is_own, limit: Duration::from_secs(5), last: None, values: PhantomData }
    }

    /// Sets how long the process may take for a frame, 5 seconds otherwise; if it takes longer the stage fails.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }
}

impl<I, O: StableLayout> ServerStage<I, O> {
    async fn call(&mut self, request: OwnedTerm) -> Result<Vec<O>, Failure> {
        let server = match &self.server {
            Ok(server) => server,
            Err(error) => return Err(error.to_string().into()),
        };
        let reply = server.request(request, self.limit).await?;
        Ok(ReplyMisfit::read(reply)?)
    }
}

impl<I, O> Stage for ServerStage<I, O>
where
    I: StableLayout + Clone + Send + 'static,
    O: StableLayout + Clone + Send + 'static,
{
    type In = I;
    type Out = O;

    async fn handle(&mut self, frame: Frame<I>, out: &Out<O>) -> Result<(), Failure> {
        let micros = Instant::now().saturating_duration_since(frame.at).as_micros() as u64;
        let from = frame.with(());
        self.last = Some(from);
        let request = (Atom::new("frame"), frame.value, frame.number, micros);
        let request = OwnedTerm::build(|writer| request.write_term(writer));
        for value in self.call(request).await? {
            out.send(from.with(value)).await;
        }
        Ok(())
    }

    async fn finish(&mut self, out: &Out<O>) -> Result<(), Failure> {
        let request = OwnedTerm::build(|writer| Atom::new("finish").write_term(writer));
        let from = self.last.unwrap_or_else(|| Frame::new((), 0));
        for value in self.call(request).await? {
            out.send(from.with(value)).await;
        }
        // It follows its parent's end, but not a normal one.
        if let (true, Ok(server)) = (self.is_own, &self.server) {
            server.stop(ExitReason::Normal, self.limit).await?;
        }
        Ok(())
    }
}

/// A stage that calls an asynchronous function with each value, and sends on what that gives: for what keeps no state, as
/// the function of an Elixir module (`dala_beam::process::System::call`).
///
/// ```
/// use dala_gpu::pipeline::{Each, Edge, Failure, Pipeline};
/// # struct Numbers(std::ops::Range<u64>);
/// # impl dala_gpu::pipeline::Source for Numbers {
/// #     type Value = u64;
/// #     async fn next(&mut self) -> Option<u64> { self.0.next() }
/// # }
///
/// let runtime = dala::Runtime::new()?;
/// let (tell, told) = std::sync::mpsc::channel();
/// let mut pipeline = Pipeline::new();
/// let numbers = pipeline.source("numbers", || Numbers(0..4));
/// let odd = |n: u64| async move { Ok::<_, Failure>(if n % 2 == 1 { vec![n] } else { vec![] }) };
/// let odd = pipeline.stage("odd", &numbers, Edge::block(4), move || Each::new(odd));
/// pipeline.stage("told", &odd, Edge::block(4), move || {
///     let tell = tell.clone();
///     Each::new(move |n| std::future::ready(tell.send(n).map(|()| Vec::<()>::new())))
/// });
/// let running = runtime.block_on(pipeline.start(&runtime))?;
/// runtime.block_on(running.ended())?;
/// assert_eq!(told.iter().collect::<Vec<u64>>(), [1, 3]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Each<F, I> {
    function: F,
    values: PhantomData<fn(I)>,
}

impl<F, I> fmt::Debug for Each<F, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Each")
    }
}

impl<F, I> Each<F, I> {
    /// Calls this function. Its error fails the stage, which then goes on with the next frame.
    pub fn new<R, O, E>(function: F) -> Self
    where
        F: FnMut(I) -> R,
        R: Future<Output = Result<Vec<O>, E>>,
    {
        Each { function, values: PhantomData }
    }
}

impl<F, I, R, O, E> Stage for Each<F, I>
where
    F: FnMut(I) -> R + Send + 'static,
    I: Clone + Send + 'static,
    R: Future<Output = Result<Vec<O>, E>> + Send,
    O: Clone + Send + 'static,
    E: Into<Failure>,
{
    type In = I;
    type Out = O;

    async fn handle(&mut self, frame: Frame<I>, out: &Out<O>) -> Result<(), Failure> {
        let from = frame.with(());
        let values = (self.function)(frame.value).await.map_err(Into::into)?;
        for value in values {
            out.send(from.with(value)).await;
        }
        Ok(())
    }
}
