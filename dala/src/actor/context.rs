//! What a native handler can do beside changing its state.

#![expect(unsafe_code, reason = "acts as the owner of its cell while the handler runs")]

use super::activation::Activation;
use super::budget::Budget;
use super::cell::Header;
use super::host::Host;
use super::native::typed_node;
use super::process::{self, Timer};
use super::qos::Qos;
use super::reference::{ActorRef, SendError};
use super::ticker::Ticker;
use super::{Actor, Handles};
use crate::message::{ExitReason, Message, NodeBox, Reply, ReplyTo, exit};
use crate::observe::Observed;
use crate::pid::{Pid, Ref};
use crate::region::Arena;
use crate::timer::{Missed, Moment, Sleep};
use std::collections::VecDeque;
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::time::Duration;

/// The running actor, seen from one of its handlers. It lives in the actor's cell; handlers borrow it.
pub struct Context<A: Actor> {
    cell: Option<NonNull<Header>>,
    /// The call that is being handled, or the spawner that waits for `init`.
    pub(super) call: Option<NodeBox>,
    pub(super) sender: Option<Pid>,
    extras: Option<Box<Extras>>,
    /// `extras` has something that is to be done before the next message.
    pub(super) has_requests: bool,
    _actor: PhantomData<fn(A)>,
}

/// What few actors need; allocated when one does.
#[derive(Debug, Default)]
pub(super) struct Extras {
    stop: Option<ExitReason>,
    /// Messages to be handled before those of the mailbox.
    next: VecDeque<NodeBox>,
    /// Messages of the mailbox that came while the actor was suspended.
    pub(super) held: VecDeque<NodeBox>,
    /// Whether it handles system messages alone.
    pub(super) is_suspended: bool,
    /// Others go first.
    yields: bool,
    /// Concurrent handlers that go on, and some that ended.
    pub(super) tasks: Vec<Pid>,
    pub(super) idle: Idle,
}

/// How long the mailbox has been empty, of an actor with an idle hook.
#[derive(Debug, Default)]
pub(super) struct Idle {
    /// Something was handled since the mailbox was last seen empty.
    pub(super) was_active: bool,
    /// The hook was called since then.
    pub(super) is_over: bool,
    /// When the mailbox was first seen empty, nanoseconds.
    pub(super) since: u64,
    /// When the timer fires that was armed last.
    pub(super) wakes_at: u64,
}

/// Leave to hold a worker for long, until it is dropped; see [`Context::try_hold_worker`].
#[derive(Debug)]
pub struct WorkerHold<'a> {
    host: &'a Host,
}

impl Drop for WorkerHold<'_> {
    fn drop(&mut self) {
        (self.host.functions.end_hold)(self.host);
    }
}

/// What a handler asked for.
pub(super) enum Request {
    Stop(ExitReason),
    Yield,
    /// To look for system messages alone.
    Wait,
    Continue(NodeBox),
    /// To handle what was kept back.
    Held(NodeBox),
    None,
}

// SAFETY: the pointer is the cell that the context lives in; handlers (and their futures) run as that cell's owner,
// on whatever worker.
unsafe impl<A: Actor> Send for Context<A> {}
// SAFETY: everything that touches the cell takes `&mut self`.
unsafe impl<A: Actor> Sync for Context<A> {}

impl<A: Actor> std::fmt::Debug for Context<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").field("pid", &self.pid()).finish_non_exhaustive()
    }
}

impl<A: Actor> Context<A> {
    pub(super) fn new() -> Context<A> {
        Context {
            cell: None,
            call: None,
            sender: None,
            extras: None,
            has_requests: false,
            _actor: PhantomData,
        }
    }

    /// Notes the cell that the context lives in, which must be the one that runs. Returns whether it is the first time.
    #[inline(always)]
    pub(super) fn set_cell(&mut self, cell: &Header) -> bool {
        let is_first = self.cell.is_none();
        if is_first {
            self.cell = Some(NonNull::from(cell));
        }
        is_first
    }

    pub(super) fn extras(&mut self) -> &mut Extras {
        self.extras.get_or_insert_default()
    }

    pub(super) fn take_tasks(&mut self) -> Option<Vec<Pid>> {
        self.extras.as_mut().map(|extras| std::mem::take(&mut extras.tasks))
    }

    /// What is to be done before the next message.
    #[cold]
    pub(super) fn take_request(&mut self) -> Request {
        let extras = self.extras();
        if let Some(reason) = extras.stop.take() {
            return Request::Stop(reason);
        }
        if std::mem::take(&mut extras.yields) {
            return Request::Yield;
        }
        if extras.is_suspended {
            return Request::Wait;
        }
        if let Some(node) = extras.next.pop_front() {
            return Request::Continue(node);
        }
        match extras.held.pop_front() {
            Some(node) => Request::Held(node),
            None => {
                self.has_requests = false;
                Request::None
            }
        }
    }

    /// Sets whether it handles system messages alone.
    pub(super) fn set_suspended(&mut self, is_suspended: bool) {
        self.extras().is_suspended = is_suspended;
        // For `Request::Wait`, or for what was held back.
        self.has_requests = true;
    }

    pub(super) fn is_suspended(&self) -> bool {
        self.extras.as_ref().is_some_and(|extras| extras.is_suspended)
    }

    /// What came while the actor was suspended and was not handled.
    pub(super) fn take_held(&mut self) -> VecDeque<NodeBox> {
        self.extras.as_mut().map(|extras| std::mem::take(&mut extras.held)).unwrap_or_default()
    }

    pub(super) fn take_stop(&mut self) -> Option<ExitReason> {
        if self.has_requests { self.extras().stop.take() } else { None }
    }

    fn cell(&self) -> &Header {
        let cell = self.cell.expect("handlers run after the first activation began");
        // SAFETY: the context lives in the cell's state, so the cell is there.
        unsafe { cell.as_ref() }
    }

    /// The actor as the runtime's observer sees it, if there is one.
    pub(super) fn observed(&self) -> Option<&Observed> {
        self.cell().observed()
    }

    pub(super) fn act<R>(&mut self, act: impl FnOnce(&mut Activation<'_>) -> R) -> R {
        // SAFETY: handlers run as the owner of the cell, and no borrow of its relations is held across them.
        let mut activation = unsafe { Activation::new(self.cell(), Budget::of_messages(1)) };
        act(&mut activation)
    }

    /// The class by which this actor is scheduled now: its own, or that of who waits for it ([`Qos`]).
    pub fn qos(&self) -> Qos {
        self.cell().class()
    }

    /// Says how many bytes this actor holds beside its fields, in caches and collections for instance: snapshots show it, and
    /// it counts for the actor's [`MemoryLimit`](crate::MemoryLimit). Nobody measures it.
    pub fn set_held(&mut self, bytes: u64) {
        self.cell().set_held(bytes);
    }

    /// Memory for what this handler needs until it returns: freed all at once, and kept for the next one on this thread. What is
    /// taken from it counts for the actor's [`MemoryLimit`](crate::MemoryLimit), against messages that come meanwhile too.
    pub fn arena(&self) -> Arena {
        let cell = self.cell();
        let limit = cell.meter().and_then(|meter| meter.limit().bytes);
        match (&cell.bound, limit) {
            (Some(bound), Some(limit)) => Arena::counted(bound.clone(), cell.held(), limit),
            _ => Arena::unlimited(),
        }
    }

    /// This actor's pid.
    pub fn pid(&self) -> Pid {
        self.cell().pid()
    }

    /// A reference to this actor.
    pub fn me(&self) -> ActorRef<A> {
        // SAFETY: this cell runs a native actor of type A.
        unsafe { ActorRef::from_pid(self.pid()) }
    }

    /// Who sent the message that is being handled, if an actor did and waits for no reply.
    pub fn sender(&self) -> Option<Pid> {
        self.sender
    }

    /// Takes over the reply to the call that is being handled: this handler does not reply itself, as
    /// [`Handled::delegated`](super::Handled::delegated) says. Parameters of type [`ReplyTo`] of handlers are made by this.
    ///
    /// # Panics
    /// When `R` is not the reply type of the handler.
    #[track_caller]
    pub fn reply_to<R: Reply>(&mut self) -> ReplyTo<R> {
        ReplyTo::new(self.call.take().and_then(|call| call.take_reply()))
    }

    /// How long the caller of the call that is being handled waits still; none if for ever, if nobody waits, or if it is not
    /// known yet. What it is not known of waits five seconds.
    pub fn time_left(&self) -> Option<Duration> {
        let deadline = super::current::deadline();
        let now = self.cell().host().timers.now();
        (deadline != 0).then(|| Duration::from_nanos(deadline.saturating_sub(now)))
    }

    /// Ends the actor when the handler returns.
    pub fn stop(&mut self, reason: ExitReason) {
        self.extras().stop = Some(reason);
        self.has_requests = true;
    }

    /// Has `message` handled right after this handler, before anything of the mailbox: to split long work, or to go on
    /// after `init` while the spawner does not wait. Several are handled in order. As `{continue, Term}` of OTP's
    /// `gen_server`. One allocation.
    ///
    /// ```
    /// # use dala::Context;
    /// struct Cache { entries: Vec<u64> }
    ///
    /// #[dala::actor]
    /// impl Cache {
    ///     #[init]
    ///     fn new(ctx: &mut Context<Self>) -> Self {
    ///         ctx.continue_with(Fill {});
    ///         Cache { entries: Vec::new() }
    ///     }
    ///     #[message]
    ///     fn fill(&mut self) {
    ///         self.entries.extend(0..10);
    ///     }
    ///     #[message]
    ///     fn count(&mut self) -> u64 {
    ///         self.entries.len() as u64
    ///     }
    /// }
    ///
    /// #[dala::main]
    /// async fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     let cache = Cache::spawn().await?;
    ///     assert_eq!(cache.count().await?, 10);
    ///     Ok(())
    /// }
    /// ```
    pub fn continue_with<M: Message>(&mut self, message: M)
    where
        A: Handles<M>,
    {
        self.extras().next.push_back(typed_node::<A, M>(message));
        self.has_requests = true;
    }

    /// After this handler, actors of the same class that are due on this worker run before this one goes on. For a
    /// handler that took long, or one that wants to see what others send meanwhile. No allocation after the first time.
    pub fn yield_now(&mut self) {
        self.extras().yields = true;
        self.has_requests = true;
    }

    /// Asks for leave to hold this worker for long. None while work of [`Qos::Realtime`](super::Qos) is due on it,
    /// or when all other workers are held already (a worker that is alone may be held). Who gets none does the work
    /// elsewhere, by [`Blocking`](super::Blocking) for one. What else is due on this worker is offered to others. No
    /// allocation.
    pub fn try_hold_worker(&self) -> Option<WorkerHold<'_>> {
        let host = self.cell().host();
        (host.functions.try_hold)(host).then(|| WorkerHold { host })
    }

    /// Does work that takes some milliseconds here, on this actor's thread, while another thread stands for its worker: as
    /// many actors run meanwhile as before. What is due on this worker, and what `work` wakes, is offered to others. None, and `work` was not called,
    /// when there is no such thread: all stand for other workers, or this one is [pinned](crate::PinnedThread). Then do it
    /// elsewhere, by [`Blocking`](super::Blocking) for one, which is also the way for work that takes longer: this actor hears of
    /// nothing, and cannot be killed, before `work` returns.
    ///
    /// [`Blocking`](super::Blocking) costs two wake-ups of threads, 1 to 50 us each; this costs none while nobody else has
    /// anything to do, and who waits for the result goes on where it was made. A thread is started when it is first needed, one
    /// for each worker at most. No allocation after that.
    ///
    /// ```
    /// use dala::Context;
    ///
    /// struct Thumbnails;
    /// #[dala::actor]
    /// impl Thumbnails {
    ///     #[message]
    ///     fn shrink(&mut self, ctx: &mut Context<Self>) -> bool {
    ///         let work = || std::thread::sleep(std::time::Duration::from_millis(1));
    ///         ctx.try_lend_worker(work).is_some()
    ///     }
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let runtime = dala::Runtime::new()?;
    /// let thumbnails = runtime.spawn(Thumbnails)?;
    /// assert!(runtime.block_on(thumbnails.call(Shrink {}))?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn try_lend_worker<R>(&self, work: impl FnOnce() -> R) -> Option<R> {
        let host = self.cell().host();
        let (mut work, mut result) = (Some(work), None);
        (host.functions.lend)(host, &mut || result = work.take().map(|work| work()));
        result
    }

    /// The time on the clock of this actor's runtime.
    pub fn now(&self) -> Moment {
        Moment(self.cell().host().timers.now())
    }

    /// Waits, on the clock of this actor's runtime; a handler that awaits it holds up its actor.
    pub fn sleep(&self, time: Duration) -> Sleep {
        let timers = self.cell().host().timers;
        Sleep::until(timers, timers.deadline(time))
    }

    /// A random number: in a [simulation](crate::sim) one that its seed decides. Not for secrets. For more than one, seed a
    /// generator with it.
    pub fn random(&self) -> u64 {
        let host = self.cell().host();
        (host.functions.random)(host)
    }

    /// Sends this actor a message after some time. It is not refused by a full mailbox. With the actor's end the timer is
    /// cancelled, and the message dropped.
    pub fn tell_after<M: Message>(&mut self, after: Duration, message: M) -> Timer
    where
        A: Handles<M>,
    {
        let pid = self.pid();
        let node = typed_node::<A, M>(message);
        self.act(|activation| activation.send_after(after, pid, node))
    }

    /// As [`Context::tell_after`], at a moment; at once when that has passed.
    pub fn tell_at<M: Message>(&mut self, at: Moment, message: M) -> Timer
    where
        A: Handles<M>,
    {
        let after = at.since(self.now());
        self.tell_after(after, message)
    }

    /// Sends this actor what `message` makes, a period (at least a microsecond) from now and every period from then on. A
    /// tick that finds the mailbox full is left out.
    ///
    /// `message` is called on the thread that all timers share: it must be short. A panic in it ends this actor.
    ///
    /// ```
    /// # use dala::{Context, Missed};
    /// # use std::time::Duration;
    /// struct Clock { ticks: u64 }
    ///
    /// #[dala::actor]
    /// impl Clock {
    ///     #[init]
    ///     fn new(ctx: &mut Context<Self>) -> Self {
    ///         ctx.tell_every(Duration::from_millis(1), Missed::Skip, || Tick {});
    ///         Clock { ticks: 0 }
    ///     }
    ///     #[message]
    ///     fn tick(&mut self) {
    ///         self.ticks += 1;
    ///     }
    /// }
    /// # #[dala::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// #   Clock::spawn().await?;
    /// #   Ok(())
    /// # }
    /// ```
    pub fn tell_every<M: Message>(
        &mut self,
        period: Duration,
        missed: Missed,
        mut message: impl FnMut() -> M + Send + 'static,
    ) -> Ticker
    where
        A: Handles<M>,
    {
        let (me, host) = (self.me(), self.cell().host());
        let (timers, suspension) = (host.timers, host.suspension.clone());
        let first = self.now() + period;
        let tick = move || {
            let told = exit::catch_here(|| !matches!(me.tell(message()), Err(SendError::Dead(_))));
            told.unwrap_or_else(|reason| {
                process::fail(me.pid(), reason);
                false
            })
        };
        let ticker = Ticker::start(timers, suspension, first.0, period, missed, tick);
        self.act(|activation| activation.relations_mut().timers.add_repeated(ticker.clone()));
        ticker
    }

    /// Links with `peer`: when one ends abnormally, so does the other, unless it traps exits.
    pub fn link(&mut self, peer: impl Into<Pid>) {
        let peer = peer.into();
        self.act(|activation| activation.link(peer));
    }

    /// Ends the link with `peer`.
    pub fn unlink(&mut self, peer: impl Into<Pid>) {
        let peer = peer.into();
        // Not through `Activation::unlink`: signals that arrive here act when the activation looks again.
        // SAFETY: as in `act`.
        let ids = unsafe { self.cell().relations_mut() }.links.forget(peer);
        if let Some(ids) = ids {
            let signal =
                crate::signal::signal::Signal::Unlink { from: self.pid(), made: ids.made, told: ids.told };
            crate::signal::deliver::send_or_forget(peer, signal);
        }
    }

    /// Watches `pid`: [`Actor::on_down`] is called when it ends.
    pub fn monitor(&mut self, pid: impl Into<Pid>) -> Ref {
        let pid = pid.into();
        self.act(|activation| activation.monitor(pid, None))
    }

    /// Stops watching.
    pub fn demonitor(&mut self, monitor: Ref) -> bool {
        self.act(|activation| activation.demonitor(monitor))
    }

    /// Whether ends of linked actors reach [`Actor::on_exit`]. Returns what it was.
    pub fn trap_exits(&mut self, traps: bool) -> bool {
        self.act(|activation| activation.set_traps_exits(traps))
    }

    /// Messages that reached nobody.
    pub(super) fn dead_letters(&self) -> &crate::message::DeadLetters {
        &self.cell().host().dead_letters
    }

    /// Sends an exit signal.
    pub fn exit(&self, to: impl Into<Pid>, reason: ExitReason) {
        process::exit(self.pid(), to.into(), reason);
    }
}
