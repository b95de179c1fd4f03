//! Actors that nobody supervises, and that do what the driver says.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use dala::actor::process::{self, Timer};
use dala::{ActorRef, Context, Down, ExitReason, Pid, Ref, SendError, SpawnOptions};

use super::books::{Books, Inbox};
use super::sink::{DropItem, Sink};

/// Longest time of a timer.
const MOST_MICROS: u64 = 20_000;

#[derive(Debug)]
pub(super) struct Walker {
    books: Arc<Books>,
    inbox: Inbox,
    /// Next number for each receiver.
    sent: HashMap<Pid, u64>,
    timers: HashMap<u64, Timer>,
    next_timer: u64,
    monitors: HashMap<Ref, Pid>,
    /// Whose ends it was told of by links.
    ends: HashSet<Pid>,
}

impl Walker {
    /// Spawns one.
    pub(super) fn start(books: &Arc<Books>, options: &SpawnOptions) -> Option<WalkerRef> {
        Walker::spawn(books.clone()).with(options.clone()).now().ok()
    }

    /// The number for the next message to `to`.
    fn next(&self, to: Pid) -> u64 {
        self.sent.get(&to).copied().unwrap_or(0)
    }

    /// Notes how a send ended; false when there is no more room.
    fn note<M>(&mut self, to: Pid, sent: Result<(), SendError<M>>) -> bool {
        match sent {
            Ok(()) => {
                self.books.told.add();
                *self.sent.entry(to).or_default() += 1;
                true
            }
            Err(SendError::Full(_)) => {
                self.books.refused.add();
                false
            }
            Err(SendError::Dead(_)) => false,
        }
    }
}

#[dala::actor]
impl Walker {
    #[init]
    fn new(books: Arc<Books>, ctx: &mut Context<Self>) -> Walker {
        books.walker_came(ctx.me().into());
        Walker {
            books,
            inbox: Inbox::default(),
            sent: HashMap::new(),
            timers: HashMap::new(),
            next_timer: 0,
            monitors: HashMap::new(),
            ends: HashSet::new(),
        }
    }

    /// A numbered message.
    #[message]
    pub(super) fn item(&mut self, from: Pid, number: u64, ctx: &mut Context<Self>) {
        self.inbox.take(&self.books, ctx.pid(), from, number);
    }

    /// Sends so many to a walker, as long as there is room.
    #[message]
    pub(super) fn flood_walker(&mut self, to: Pid, count: u32, ctx: &mut Context<Self>) {
        let Some(peer) = ActorRef::<Walker>::of_pid(to) else { return };
        for _ in 0..count {
            let sent = peer.try_tell(Item { from: ctx.pid(), number: self.next(to) });
            if !self.note(to, sent) {
                return;
            }
        }
    }

    /// Sends so many to a sink, waiting for room.
    #[message]
    pub(super) async fn fill_sink(&mut self, to: Pid, count: u32, ctx: &mut Context<Self>) {
        let Some(sink) = ActorRef::<Sink>::of_pid(to) else { return };
        for _ in 0..count {
            let sent = sink.tell_wait(DropItem { from: ctx.pid(), number: self.next(to) }).await;
            if !self.note(to, sent) {
                return;
            }
        }
    }

    /// Asks another, which may be busy, dead, or waiting for this one.
    #[message]
    pub(super) async fn ask(&mut self, of: Pid, number: u64, limit_micros: u64) {
        let Some(peer) = ActorRef::<Walker>::of_pid(of) else { return };
        match peer.call_timeout(Echo { number }, Duration::from_micros(limit_micros)).await {
            Ok(answer) if answer == number.wrapping_add(1) => self.books.answered.add(),
            Ok(answer) => self.books.fault(format!("{number} was answered with {answer}")),
            Err(_) => self.books.unanswered.add(),
        }
    }

    #[message]
    pub(super) fn echo(&mut self, number: u64) -> u64 {
        number.wrapping_add(1)
    }

    /// Sets a timer.
    #[message]
    pub(super) fn arm(&mut self, micros: u64, ctx: &mut Context<Self>) {
        let number = self.next_timer;
        self.next_timer += 1;
        let timer = ctx.tell_after(Duration::from_micros(micros % MOST_MICROS), Tick { number });
        self.timers.insert(number, timer);
    }

    #[message]
    pub(super) fn tick(&mut self, number: u64, ctx: &mut Context<Self>) {
        self.books.fired.add();
        if self.timers.remove(&number).is_none() {
            self.books.fault(format!("timer {number} of {} fired twice, or was cancelled", ctx.pid()));
        }
    }

    /// Cancels a timer, if there is one; what had fired already is still to come.
    #[message]
    pub(super) fn disarm(&mut self) {
        let Some((&number, &timer)) = self.timers.iter().next() else { return };
        if timer.cancel().is_some() {
            self.books.cancelled.add();
            self.timers.remove(&number);
        }
    }

    #[message]
    pub(super) fn watch(&mut self, peer: Pid, ctx: &mut Context<Self>) {
        let monitor = ctx.monitor(peer);
        self.monitors.insert(monitor, peer);
    }

    /// Ends a monitor, if there is one: nothing of it comes then.
    #[message]
    pub(super) fn unwatch(&mut self, ctx: &mut Context<Self>) {
        let Some(&monitor) = self.monitors.keys().next() else { return };
        if ctx.demonitor(monitor) {
            self.monitors.remove(&monitor);
        }
    }

    #[on_down]
    fn down(&mut self, down: &Down, ctx: &mut Context<Self>) {
        self.books.downs.add();
        if self.monitors.remove(&down.monitor) != Some(down.pid) {
            self.books.fault(format!("{} was told of the end of {} without a monitor", ctx.pid(), down.pid));
        }
        if process::is_alive(down.pid) {
            self.books.fault(format!("{} is said to be down, and lives", down.pid));
        }
    }

    #[message]
    pub(super) fn bind(&mut self, peer: Pid, traps: bool, ctx: &mut Context<Self>) {
        ctx.trap_exits(traps);
        ctx.link(peer);
    }

    #[message]
    pub(super) fn unbind(&mut self, peer: Pid, ctx: &mut Context<Self>) {
        ctx.unlink(peer);
    }

    #[on_exit]
    fn exit(&mut self, from: Pid, reason: &ExitReason, ctx: &mut Context<Self>) {
        self.books.exits.add();
        // A link with the dead tells `noproc` each time; one that lived, once. The driver is no actor, and says it often.
        let is_driver = from == Pid::from_parts(0, 0);
        if *reason != ExitReason::NoProc && !is_driver && !self.ends.insert(from) {
            self.books.fault(format!("{} was told twice of the end of {from}", ctx.pid()));
        }
    }

    /// Spawns another, linked or watched.
    #[message]
    pub(super) fn spawn_peer(&mut self, watched: bool, mailbox: u32, ctx: &mut Context<Self>) {
        let options = SpawnOptions::default().mailbox(mailbox);
        if !watched {
            Walker::start(&self.books, &options.linked());
        } else if let Some(peer) = Walker::start(&self.books, &options) {
            let monitor = ctx.monitor(peer.pid());
            self.monitors.insert(monitor, peer.pid());
        }
    }

    #[message]
    pub(super) fn stop_by_itself(&mut self, orderly: bool, ctx: &mut Context<Self>) {
        ctx.stop(if orderly { ExitReason::Normal } else { ExitReason::custom("soaked") });
    }

    #[message]
    pub(super) fn crash(&mut self) {
        panic!("{}", super::driver::TOLD_TO);
    }

    /// Notes what it sent and got; whether all it waits for has come.
    #[message]
    pub(super) fn settle(&mut self, ctx: &mut Context<Self>) -> bool {
        self.books.note_received(ctx.pid(), self.inbox.next());
        self.books.note_sent(ctx.pid(), &self.sent);
        self.timers.is_empty() && self.monitors.values().all(|&peer| process::is_alive(peer))
    }

    #[terminate]
    fn end(&mut self, _reason: &ExitReason, ctx: &mut Context<Self>) {
        self.books.walker_went(ctx.pid());
    }
}
