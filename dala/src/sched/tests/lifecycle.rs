//! Runtimes that are suspended, and told that memory is low.

use super::*;

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
        thread.spawn(move || Noting { name, notes, again: false }).into_future()
    };
    let before = NotingRef::from(bench.runtime.block_on(pinned("before")).unwrap());
    bench.runtime.suspend();
    let spawning = pinned("after");
    before.tell(Note {}).unwrap();
    let realtime = bench.spawn("realtime", Qos::Realtime, false);
    bench.runtime.block_on(realtime.note()).unwrap();
    assert_eq!(noted.try_iter().collect::<Vec<_>>(), ["realtime"]);
    bench.runtime.resume();
    let after = NotingRef::from(bench.runtime.block_on(spawning).unwrap());
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
