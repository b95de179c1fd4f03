//! Makes trouble, waits until all has settled, and compares.

use std::panic::PanicHookInfo;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dala::actor::process;
use dala::{
    ActorRef, Atom, ChildSpec, ExitReason, Intensity, Pid, Runtime, SpawnOptions, Strategy, Supervisor,
    SupervisorRef,
};

use super::books::{Books, Member, Totals};
use super::sink::{SettleSink, Sink};
use super::walker::{
    Arm, Ask, Bind, Crash, Disarm, Echo, FillSink, FloodWalker, Settle, SpawnPeer, StopByItself, Unbind,
    Unwatch, Walker, WalkerRef, Watch,
};
use crate::allocations;
use crate::mutated::Random;

/// What walkers panic with.
pub(super) const TOLD_TO: &str = "told to by the soak";
/// Names of the runtime's workers begin with it.
const WORKER: &str = "soak";
/// How long what was begun may take to settle. Longer is a hang, or something lost.
const PATIENCE: Duration = Duration::from_secs(60);
/// Walkers that there are about.
const WALKERS: usize = 150;
/// One-for-one children, and members of the one-for-all group.
const CHILDREN: u32 = 4;
const MEMBERS: u32 = 3;
/// Bytes that the runtime may keep more than at the end of the first epochs, when it was told that memory is short: one
/// block in use keeps the slab around it.
const SLACK: i64 = 1 << 20;

/// How an epoch ended.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    /// All that was done since the soak began.
    pub totals: Totals,
    /// Bytes in use when all actors are gone.
    pub bytes: i64,
}

/// A runtime that is soaked.
#[derive(Debug)]
pub struct Soak {
    runtime: Runtime,
    books: Arc<Books>,
    random: Random,
    /// Bytes in use at the end of the epochs so far.
    bytes: Vec<i64>,
}

impl Soak {
    /// A soak whose driver chooses by `seed`. What comes of it depends on how threads run, too.
    ///
    /// # Panics
    /// When the runtime does not start.
    pub fn new(seed: u64, workers: usize) -> Soak {
        let former = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info: &PanicHookInfo<'_>| {
            if info.payload_as_str() != Some(TOLD_TO) {
                former(info);
            }
        }));
        let runtime =
            Runtime::builder().workers(workers).thread_name(WORKER).build().expect("the runtime starts");
        let books = Arc::new(Books::default());
        let noted = books.clone();
        runtime.dead_letters().add_hook(move |letter| {
            if letter.message.ends_with("Item") {
                noted.lost.add();
            }
        });
        Soak { runtime, books, random: Random::new(seed), bytes: Vec::new() }
    }

    /// Makes trouble in so many steps, then checks everything.
    ///
    /// # Errors
    /// What did not hold.
    pub fn epoch(&mut self, steps: usize) -> Result<Report, Vec<String>> {
        let root = self.start_supervisors();
        for step in 0..steps {
            self.step();
            // The driver is faster than they are.
            if step % 8 == 0
                && let Some(walker) = self.books.some_walker(self.random.number())
            {
                self.wait_for(walker);
            }
        }
        self.settle(&root)?;
        self.stop(&root)?;
        self.books.clear();
        let bytes = self.settle_memory()?;
        self.bytes.push(bytes);
        match self.books.faults() {
            faults if faults.is_empty() => Ok(Report { totals: self.books.totals(), bytes }),
            faults => Err(faults),
        }
    }

    fn start_supervisors(&self) -> SupervisorRef {
        let often = Intensity { restarts: u32::MAX, within: Duration::from_secs(3600) };
        let supervisor = Supervisor::new().intensity(often);
        let supervisor = (0..CHILDREN).fold(supervisor, |supervisor, child| {
            supervisor.child(sink(&self.books, child_name(child), None))
        });
        let books = self.books.clone();
        let group = ChildSpec::supervisor(GROUP, move || {
            let group = Supervisor::new().intensity(often).strategy(Strategy::OneForAll).named(GROUP);
            let number = books.next_group();
            (0..MEMBERS).fold(group, |group, place| {
                group.child(sink(&books, member_name(place), Some(Member { group: number, place })))
            })
        });
        let started = self.runtime.block_on(supervisor.child(group).start(&self.runtime));
        started.expect("all children start")
    }

    /// One thing that the driver does to some actor. What finds a full mailbox or a dead actor is left undone.
    fn step(&mut self) {
        let books = self.books.clone();
        let Some(walker) = books.some_walker(self.random.number()) else { return self.spawn() };
        let Some(peer) = books.some_walker(self.random.number()).map(|peer| peer.pid()) else { return };
        let number = self.random.number();
        let few = 1 + number as u32 % 20;
        let one_in = |count| number.is_multiple_of(count);
        match self.random.below(40) {
            0..12 => drop(walker.try_tell(FloodWalker { to: peer, count: few })),
            12..18 => {
                if let Some(to) = self.some_sink() {
                    drop(walker.try_tell(FillSink { to, count: few }));
                }
            }
            18..21 => {
                drop(walker.try_tell(Ask { of: peer, number, limit_micros: number % 20_000 }));
            }
            21..24 => drop(walker.try_tell(Arm { micros: number })),
            24 => drop(walker.try_tell(Disarm)),
            25..27 => drop(walker.try_tell(Watch { peer })),
            27 => drop(walker.try_tell(Unwatch)),
            28 => drop(walker.try_tell(Bind { peer, traps: !one_in(4) })),
            29 => drop(walker.try_tell(Unbind { peer })),
            30 => drop(walker.try_tell(SpawnPeer { watched: one_in(2), mailbox: few * 4 })),
            31 => drop(walker.try_tell(StopByItself { orderly: one_in(2) })),
            32 => walker.kill(),
            33 => walker.exit(ExitReason::custom("soaked")),
            34 if one_in(8) => drop(walker.try_tell(Crash)),
            35 if one_in(4) => {
                if let Some(sink) = self.some_sink().and_then(ActorRef::<Sink>::of_pid) {
                    sink.kill();
                }
            }
            36 if one_in(64) => {
                if let Some(group) = self.runtime.whereis(Atom::new(GROUP)).and_then(SupervisorRef::of_pid) {
                    process::kill(group.pid());
                }
            }
            _ if books.walkers().len() < WALKERS => self.spawn(),
            _ => std::thread::yield_now(),
        }
    }

    /// Spawns a walker, and waits until it has begun: actors that nobody waits for would pile up.
    fn spawn(&mut self) {
        let mailbox = 4 << self.random.below(6);
        let _entered = self.runtime.enter();
        if let Some(walker) = Walker::start(&self.books, &SpawnOptions::default().mailbox(mailbox)) {
            self.wait_for(walker);
        }
    }

    /// Waits until a walker has done what it was told; not for ever, since it may wait for others.
    fn wait_for(&self, walker: WalkerRef) {
        let asked = walker.call_timeout(Echo { number: 1 }, Duration::from_millis(20));
        if let Ok(answer) = self.runtime.block_on(asked)
            && answer != 2
        {
            self.books.fault(format!("1 was answered with {answer}"));
        }
    }

    fn some_sink(&mut self) -> Option<Pid> {
        let names = sink_names();
        self.runtime.whereis(Atom::new(self.random.pick::<String>(&names)))
    }

    /// Waits until nothing is under way, then compares the books.
    fn settle(&self, root: &SupervisorRef) -> Result<(), Vec<String>> {
        self.until("supervised children to live, under their names", || {
            let Ok(children) = self.runtime.block_on(root.children()) else { return false };
            let group = self.runtime.whereis(Atom::new(GROUP)).and_then(SupervisorRef::of_pid);
            let Some(Ok(members)) = group.map(|group| self.runtime.block_on(group.children())) else {
                return false;
            };
            let live = |pid: Option<Pid>, name: &str| {
                pid.is_some_and(process::is_alive) && self.runtime.whereis(Atom::new(name)) == pid
            };
            children.len() == CHILDREN as usize + 1
                && members.len() == MEMBERS as usize
                && children.iter().chain(&members).all(|child| live(child.pid, &child.id))
        })?;
        // When nothing was told during a whole pass, and all before it was handled, what actors note is the end.
        self.until("messages, timers and monitors", || {
            let before = self.books.totals();
            let sinks = sink_names();
            let sinks = sinks.iter().filter_map(|name| self.runtime.whereis(Atom::new(name)));
            let mut sinks = sinks.filter_map(ActorRef::<Sink>::of_pid);
            // One that ended meanwhile has nothing to wait for.
            let settled =
                |walker: &WalkerRef| self.runtime.block_on(walker.call_forever(Settle)).unwrap_or(true);
            self.books.walkers().iter().all(settled)
                && sinks.all(|sink| self.runtime.block_on(sink.call_forever(SettleSink)).unwrap_or(true))
                && before.told == before.handled + before.lost
                && before.told == self.books.totals().told
        })?;
        self.books.compare(process::is_alive);
        Ok(())
    }

    /// Ends all actors; nothing of them is left then.
    fn stop(&self, root: &SupervisorRef) -> Result<(), Vec<String>> {
        self.runtime.block_on(root.stop());
        self.until("all actors to end", || {
            self.books.walkers().iter().for_each(|walker| walker.kill());
            self.runtime.actors().is_empty()
        })?;
        self.until("names to go, and messages of the dead", || {
            let totals = self.books.totals();
            self.runtime.names().is_empty() && totals.told == totals.handled + totals.lost
        })
    }

    /// Bytes in use when all actors are gone, once the memory of the last ones has been given back.
    fn settle_memory(&self) -> Result<i64, Vec<String>> {
        self.runtime.low_memory();
        // The first epochs fill tables.
        if let Some(before) = self.bytes.get(..4).and_then(|first| first.iter().max()) {
            self.until("memory to be given back", || {
                if !self.runtime.actors().is_empty() {
                    return false;
                }
                if allocations::live_bytes_of_all() <= before + SLACK {
                    return true;
                }
                // Workers give back what others may have looked at when they have done something since, and free blocks when
                // they next look.
                self.runtime.low_memory();
                let _entered = self.runtime.enter();
                if let Some(walker) = Walker::start(&self.books, &SpawnOptions::default()) {
                    self.wait_for(walker);
                    walker.kill();
                }
                false
            })?;
        }
        Ok(allocations::live_bytes_of_all())
    }

    fn until(&self, what: &str, is_so: impl Fn() -> bool) -> Result<(), Vec<String>> {
        let end = Instant::now() + PATIENCE;
        while !is_so() {
            if Instant::now() > end {
                let mut faults = self.books.faults();
                let (totals, bytes) = (self.books.totals(), allocations::live_bytes_of_all());
                faults.push(format!("waited in vain for {what}: {totals:?}, {bytes} bytes in use"));
                return Err(faults);
            }
            std::thread::yield_now();
        }
        Ok(())
    }
}

/// The one-for-all group, and the id of its supervisor.
const GROUP: &str = "soak-group";

fn child_name(child: u32) -> String {
    format!("soak-child-{child}")
}

fn member_name(member: u32) -> String {
    format!("soak-member-{member}")
}

fn sink_names() -> Vec<String> {
    (0..CHILDREN).map(child_name).chain((0..MEMBERS).map(member_name)).collect()
}

fn sink(books: &Arc<Books>, name: String, member: Option<Member>) -> ChildSpec {
    let books = books.clone();
    ChildSpec::spawning(name.clone(), move || Sink::spawn(books.clone(), member).named(&name))
}
