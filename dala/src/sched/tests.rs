//! Who goes first on one worker.

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
        let (notes, noted) = channel();
        (Bench { runtime: Runtime::builder().workers(1).build().unwrap(), notes }, noted)
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

#[test]
fn while_suspended_only_realtime_actors_run_and_resuming_goes_on_with_the_rest() {
    for workers in [1, 2] {
        let (notes, noted) = channel();
        let runtime = Runtime::builder().workers(workers).build().unwrap();
        let bench = Bench { runtime, notes };
        let user = bench.spawn("user", Qos::UserFacing, false);
        let again = bench.spawn("again", Qos::Background, true);
        let realtime = bench.spawn("realtime", Qos::Realtime, false);
        // One is in the middle of its work, and of more than that.
        again.tell(Note {}).unwrap();
        assert_eq!(noted.recv(), Ok("again"));
        bench.runtime.suspend();
        assert!(bench.runtime.is_suspended());
        // What runs goes on to the end of its message.
        bench.runtime.block_on(realtime.note()).unwrap();
        while noted.recv() != Ok("realtime") {}
        user.tell(Note {}).unwrap();
        // A message for a Realtime actor takes a round through the workers: they had time for the others.
        for _ in 0..20 {
            bench.runtime.block_on(realtime.note()).unwrap();
        }
        let seen: Vec<_> = noted.try_iter().filter(|&name| name != "realtime").collect();
        assert!(!seen.contains(&"user"), "{seen:?}");
        assert!(seen.len() <= workers, "{seen:?}");
        let sleeps = bench.runtime.sleeps();
        bench.runtime.resume();
        assert!(!bench.runtime.is_suspended());
        let mut left = BTreeSet::from(["user", "again"]);
        noted
            .iter()
            .take_while(|name| {
                left.remove(name);
                !left.is_empty()
            })
            .for_each(drop);
        assert!(bench.runtime.sleeps() >= sleeps);
    }
}

#[test]
fn a_suspended_runtime_sleeps_whatever_is_due_and_can_be_ended() {
    let (bench, noted) = Bench::new();
    let again = bench.spawn("again", Qos::UserFacing, true);
    again.tell(Note {}).unwrap();
    assert_eq!(noted.recv(), Ok("again"));
    bench.runtime.suspend();
    // The worker goes to sleep although there is work in its queue.
    let mut sleeps = bench.runtime.sleeps();
    while bench.runtime.sleeps() == sleeps {
        std::thread::yield_now();
    }
    sleeps = bench.runtime.sleeps();
    // And what comes from outside does not wake it.
    (0..100).for_each(|_| again.tell(Note {}).unwrap());
    let user = bench.spawn("user", Qos::UserFacing, false);
    user.tell(Note {}).unwrap();
    assert_eq!(bench.runtime.sleeps(), sleeps);
    bench.runtime.shutdown(std::time::Duration::from_secs(20));
}

#[test]
fn actors_on_threads_of_their_own_are_held_back_too() {
    let (bench, noted) = Bench::new();
    let pinned = |name: &'static str| {
        let (thread, notes) = (bench.runtime.pinned_thread(name).unwrap(), bench.notes.clone());
        thread.spawn(move || Noting { name, notes, again: false }, SpawnOptions::default())
    };
    let before = NotingRef::from(bench.runtime.block_on(pinned("before")).unwrap().unwrap());
    bench.runtime.suspend();
    let spawning = pinned("after");
    before.tell(Note {}).unwrap();
    let realtime = bench.spawn("realtime", Qos::Realtime, false);
    bench.runtime.block_on(realtime.note()).unwrap();
    assert_eq!(noted.try_iter().collect::<Vec<_>>(), ["realtime"]);
    bench.runtime.resume();
    let after = NotingRef::from(bench.runtime.block_on(spawning).unwrap().unwrap());
    bench.runtime.block_on(after.note()).unwrap();
    assert_eq!(noted.iter().take(2).collect::<BTreeSet<_>>(), BTreeSet::from(["before", "after"]));
}

/// Ticks for ever.
struct Clockwork {
    notes: Sender<&'static str>,
}

#[dala::actor]
impl Clockwork {
    #[message]
    fn tick(&mut self) {
        let _ = self.notes.send("tick");
    }
    #[message]
    fn start(&mut self, ctx: &mut Context<Self>) {
        let period = std::time::Duration::from_millis(10);
        ctx.tell_every(period, crate::timer::Missed::Skip, || Tick {});
        ctx.tell_after(period * 2, Once {});
    }
    #[message]
    fn once(&mut self) {
        let _ = self.notes.send("once");
    }
}

#[test]
fn repeated_timers_stop_while_suspended_and_others_wait_with_their_message() {
    let (notes, noted) = channel();
    let clock = crate::timer::Clock::Virtual(Default::default());
    let runtime = Runtime::builder().workers(1).clock(clock).build().unwrap();
    let clockwork = ClockworkRef::from(runtime.spawn(Clockwork { notes }).unwrap());
    runtime.block_on(clockwork.start()).unwrap();
    runtime.suspend();
    runtime.advance(std::time::Duration::from_millis(1005));
    runtime.resume();
    // One tick, the one that was due first; those that were missed are skipped.
    runtime.block_on(clockwork.tick()).unwrap();
    let seen: Vec<_> = noted.try_iter().collect();
    assert_eq!(seen.iter().filter(|&&name| name == "once").count(), 1, "{seen:?}");
    assert_eq!(seen.iter().filter(|&&name| name == "tick").count(), 2, "{seen:?}");
    runtime.advance(std::time::Duration::from_millis(10));
    runtime.block_on(clockwork.tick()).unwrap();
    assert_eq!(noted.try_iter().count(), 2, "it goes on");
}

#[test]
fn who_asked_learns_that_memory_is_low() {
    struct Cache(Sender<()>);
    #[dala::actor]
    impl Cache {
        #[handler]
        fn low(&mut self, _: crate::LowMemory) {
            self.0.send(()).unwrap();
        }
    }
    let (told, hears) = channel();
    let runtime = Runtime::builder().workers(2).build().unwrap();
    let cache = runtime.spawn(Cache(told)).unwrap();
    runtime.low_memory_warnings().subscribe(cache);
    runtime.low_memory();
    assert_eq!(hears.recv_timeout(std::time::Duration::from_secs(20)), Ok(()));
}

/// Asks another what its class is.
struct Asker {
    whom: Option<AskerRef>,
}

#[dala::actor]
impl Asker {
    #[message]
    fn introduce(&mut self, whom: AskerRef) {
        self.whom = Some(whom);
    }
    /// The classes of those that are asked in turn, this one's first.
    #[message]
    async fn classes(&mut self, ctx: &mut Context<Self>) -> Local<Vec<Qos>> {
        let mut classes = vec![ctx.qos()];
        if let Some(whom) = self.whom {
            classes.extend(whom.classes().await.unwrap().0);
        }
        // After the wait too.
        classes.push(ctx.qos());
        Local(classes)
    }
    #[message]
    async fn ask_to_note(&mut self, whom: NotingRef) {
        whom.note().await.unwrap();
    }
}

#[test]
fn who_handles_a_call_has_the_class_of_who_waits_for_it_and_so_on() {
    let runtime = Runtime::builder().workers(2).build().unwrap();
    let spawn = |qos| {
        AskerRef::from(runtime.spawn_with(Asker { whom: None }, &SpawnOptions::default().qos(qos)).unwrap())
    };
    let [first, second, third] = [Qos::Realtime, Qos::Background, Qos::UserFacing].map(spawn);
    runtime.block_on(first.introduce(second)).unwrap();
    runtime.block_on(second.introduce(third)).unwrap();
    for _ in 0..100 {
        let Local(classes) = runtime.block_on(first.classes()).unwrap();
        assert_eq!(classes, [Qos::Realtime; 6]);
    }
    // It was for those calls only: a client that is no actor has no class.
    let Local(classes) = runtime.block_on(second.classes()).unwrap();
    let (background, user) = (Qos::Background, Qos::UserFacing);
    assert_eq!(classes, [background, user, user, background]);
    assert_eq!(runtime.snapshot().actor(second).unwrap().qos, background);
}

#[test]
fn a_call_takes_its_callee_out_of_the_queue_of_its_class() {
    let (bench, noted) = Bench::new();
    let holder = bench.spawn("holder", Qos::Background, false);
    let callee = bench.spawn("callee", Qos::Background, false);
    let others: Vec<_> = (0..50).map(|_| bench.spawn("other", Qos::Background, false)).collect();
    let asker = bench.runtime.spawn_with(Asker { whom: None }, &SpawnOptions::default().qos(Qos::Realtime));
    let asker = AskerRef::from(asker.unwrap());
    // Entries in queues are marked from the first call on that raises anybody.
    bench.runtime.block_on(asker.ask_to_note(callee)).unwrap();
    assert_eq!(noted.recv(), Ok("callee"));
    for _ in 0..3 {
        let open = bench.hold(holder);
        others.iter().for_each(|other| other.tell(Note {}).unwrap());
        callee.tell(Note {}).unwrap();
        let asked = asker.ask_to_note(callee);
        open.send(()).unwrap();
        bench.runtime.block_on(asked).unwrap();
        let order: Vec<_> = noted.iter().take(52).collect();
        let at = order.iter().position(|&name| name == "callee").unwrap();
        assert!(at < 3, "{order:?}");
        assert_eq!(order.iter().filter(|&&name| name == "callee").count(), 2);
    }
}
