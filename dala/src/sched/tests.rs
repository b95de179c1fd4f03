//! Who goes first on one worker.

mod deadlines;
mod inheritance;
mod lifecycle;
mod threads;
mod waiting;

use crate::timer::Clock;
use crate::{Context, Local, Qos, Runtime, SpawnOptions};
use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, Sender, channel};

/// Notes what it handles, and tells itself to do so again if it is to.
struct Noting {
    name: &'static str,
    notes: Sender<&'static str>,
    again: bool,
}

#[dala::actor]
impl Noting {
    #[message]
    fn note(&mut self, ctx: &mut Context<Self>) {
        let _ = self.notes.send(self.name);
        if self.again {
            ctx.me().tell(Note {}).unwrap();
        }
    }

    /// Holds the worker until the gate opens.
    #[message]
    fn hold(&mut self, began: Local<Sender<()>>, gate: Local<Receiver<()>>) {
        began.0.send(()).unwrap();
        gate.0.recv().unwrap();
    }
}

struct Bench {
    runtime: Runtime,
    notes: Sender<&'static str>,
}

impl Bench {
    fn new() -> (Bench, Receiver<&'static str>) {
        Bench::with(Clock::Real)
    }

    fn with(clock: Clock) -> (Bench, Receiver<&'static str>) {
        let (notes, noted) = channel();
        (Bench { runtime: Runtime::builder().workers(1).clock(clock).build().unwrap(), notes }, noted)
    }

    fn spawn(&self, name: &'static str, qos: Qos, again: bool) -> NotingRef {
        let noting = Noting { name, notes: self.notes.clone(), again };
        self.runtime.spawn_with(noting, &SpawnOptions::default().qos(qos)).unwrap().into()
    }

    /// Lets `holder` hold the worker. Dropping what it returns lets the worker go on.
    fn hold(&self, holder: NotingRef) -> Sender<()> {
        let ((began, begins), (open, gate)) = (channel(), channel());
        holder.tell(Hold { began: Local(began), gate: Local(gate) }).unwrap();
        begins.recv().unwrap();
        open
    }
}

#[test]
fn a_realtime_actor_waits_for_the_message_in_hand_only() {
    let (bench, noted) = Bench::new();
    let background = bench.spawn("background", Qos::Background, false);
    let (user, realtime) =
        (bench.spawn("user", Qos::UserFacing, false), bench.spawn("realtime", Qos::Realtime, false));
    let open = bench.hold(background);
    (0..100).for_each(|_| background.tell(Note {}).unwrap());
    user.tell(Note {}).unwrap();
    realtime.tell(Note {}).unwrap();
    open.send(()).unwrap();
    let order: Vec<_> = noted.iter().take(102).collect();
    assert_eq!(order[..3], ["realtime", "user", "background"]);
}

#[test]
fn no_class_starves_while_more_urgent_ones_always_have_work() {
    let (bench, noted) = Bench::new();
    let background = bench.spawn("background", Qos::Background, false);
    let open = bench.hold(background);
    for (name, qos) in [("realtime", Qos::Realtime), ("user", Qos::UserFacing), ("utility", Qos::Utility)] {
        (0..3).for_each(|_| bench.spawn(name, qos, true).tell(Note {}).unwrap());
    }
    (0..1000).for_each(|_| background.tell(Note {}).unwrap());
    open.send(()).unwrap();
    let mut left = 1000;
    let mut seen = BTreeSet::new();
    for name in noted {
        seen.insert(name);
        left -= u32::from(name == "background");
        if left == 0 {
            break;
        }
    }
    assert_eq!(seen.len(), 4, "{seen:?}");
}

/// Wakes its partner, which wakes it.
struct Player {
    partner: Option<PlayerRef>,
}

#[dala::actor]
impl Player {
    #[message]
    fn ball(&mut self) {
        if let Some(partner) = &self.partner {
            let _ = partner.tell(Ball {});
        }
    }
    #[message]
    fn meet(&mut self, partner: PlayerRef) {
        self.partner = Some(partner);
    }
}

#[test]
fn two_realtime_actors_that_wake_each_other_leave_room_for_a_third() {
    let (bench, noted) = Bench::new();
    let [one, other] = [(); 2].map(|()| {
        let options = SpawnOptions::default().qos(Qos::Realtime);
        PlayerRef::from(bench.runtime.spawn_with(Player { partner: None }, &options).unwrap())
    });
    bench.runtime.block_on(one.meet(other)).unwrap();
    bench.runtime.block_on(other.meet(one)).unwrap();
    let third = bench.spawn("third", Qos::Realtime, false);
    one.tell(Ball {}).unwrap();
    third.tell(Note {}).unwrap();
    assert_eq!(noted.recv_timeout(std::time::Duration::from_secs(20)), Ok("third"));
}

#[test]
fn the_class_is_that_of_the_actor_type_unless_the_spawner_says_otherwise() {
    struct Quiet;
    #[dala::actor(qos = "background")]
    impl Quiet {
        #[message]
        fn class(&mut self, ctx: &mut Context<Self>) -> Local<Qos> {
            Local(ctx.qos())
        }
    }
    let runtime = Runtime::builder().workers(1).build().unwrap();
    let class = |options| {
        let quiet = QuietRef::from(runtime.spawn_with(Quiet, &options).unwrap());
        runtime.block_on(quiet.class()).unwrap().0
    };
    assert_eq!(class(SpawnOptions::default()), Qos::Background);
    assert_eq!(class(SpawnOptions::default().qos(Qos::Utility)), Qos::Utility);
}

/// Tells itself again and again, and counts how often that came to another thread.
struct Busy {
    left: u32,
    thread: Option<std::thread::ThreadId>,
    moves: u32,
    done: Sender<u32>,
}

#[dala::actor]
impl Busy {
    #[message]
    fn go_on(&mut self, ctx: &mut Context<Self>) {
        let here = Some(std::thread::current().id());
        self.moves += u32::from(std::mem::replace(&mut self.thread, here) != here);
        self.left -= 1;
        if self.left > 0 {
            ctx.me().tell(GoOn {}).unwrap();
        } else {
            self.done.send(self.moves).unwrap();
        }
    }
}

#[test]
fn an_actor_that_is_always_busy_stays_where_it_is_while_others_search() {
    let runtime = Runtime::builder().workers(2).build().unwrap();
    let ((done, moved), (notes, noted)) = (channel(), channel());
    let noting: NotingRef =
        runtime.spawn(Noting { name: "now and then", notes, again: false }).unwrap().into();
    let busy = BusyRef::from(runtime.spawn(Busy { left: 1_000_000, thread: None, moves: 0, done }).unwrap());
    busy.tell(GoOn {}).unwrap();
    // Wakes the other worker, which then searches for more.
    for _ in 0..20 {
        noting.tell(Note {}).unwrap();
        noted.recv().unwrap();
    }
    let moves = moved.recv().unwrap();
    assert!(moves < 100, "{moves} moves");
}

/// Works for longer than a worker searches before it sleeps, and then lets others go first.
struct Polite;

#[dala::actor]
impl Polite {
    #[message]
    fn answer(&mut self, ctx: &mut Context<Self>) -> u64 {
        let began = std::time::Instant::now();
        while began.elapsed() < std::time::Duration::from_micros(100) {
            std::hint::spin_loop();
        }
        ctx.yield_now();
        0
    }
}

struct Asking {
    whom: PoliteRef,
}

#[dala::actor]
impl Asking {
    #[message]
    async fn ask(&mut self, times: u64) {
        for _ in 0..times {
            self.whom.answer().await.unwrap();
        }
    }
}

#[test]
fn who_lets_the_one_go_first_that_it_answered_wakes_no_other_worker() {
    let runtime = Runtime::builder().workers(2).build().unwrap();
    let whom = PoliteRef::from(runtime.spawn(Polite).unwrap());
    let asking = AskingRef::from(runtime.spawn(Asking { whom }).unwrap());
    let sleeps = runtime.sleeps();
    runtime.block_on(asking.ask(2000)).unwrap();
    let sleeps = runtime.sleeps() - sleeps;
    assert!(sleeps < 10, "{sleeps} times a worker had been woken for nothing");
}
