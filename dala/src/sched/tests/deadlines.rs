//! Actors with deadlines, in their classes.

use super::*;
use std::time::Duration;

/// Long, so that a slow machine changes no order.
fn in_seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

impl Bench {
    fn spawn_by(&self, name: &'static str, qos: Qos, deadline: Duration) -> NotingRef {
        let noting = Noting { name, notes: self.notes.clone(), again: false };
        let options = SpawnOptions::default().qos(qos).deadline(deadline);
        self.runtime.spawn_with(noting, &options).unwrap().into()
    }

    fn known_deadlines(&self) -> usize {
        self.runtime.handle().scheduler.deadlines.known()
    }
}

#[test]
fn in_each_class_the_nearest_deadline_goes_first_and_no_class_goes_before_another_for_it() {
    for class in Qos::ALL {
        let (bench, noted) = Bench::new();
        let holder = bench.spawn("holder", Qos::UserFacing, false);
        // Less urgent, by a nearer deadline than any.
        let lower =
            Qos::ALL.get(class as usize + 1).map(|&lower| bench.spawn_by("lower", lower, in_seconds(1)));
        let others: Vec<_> = (0..4).map(|_| bench.spawn("other", class, false)).collect();
        let hurried = [("third", 53), ("first", 51), ("second", 52)]
            .map(|(name, seconds)| bench.spawn_by(name, class, in_seconds(seconds)));
        let open = bench.hold(holder);
        lower.iter().chain(&others).chain(&hurried).for_each(|actor| actor.tell(Note {}).unwrap());
        open.send(()).unwrap();
        let order: Vec<_> = noted.iter().take(7 + lower.iter().count()).collect();
        let of_class: Vec<_> = order.iter().copied().filter(|&name| name != "lower").collect();
        assert_eq!(of_class[..3], ["first", "second", "third"], "{class:?}: {order:?}");
        assert_ne!(order[0], "lower");
        assert_eq!(bench.known_deadlines(), hurried.len() + lower.iter().count());
    }
}

/// Calls another on its way.
struct Asks {
    whom: NotingRef,
}

#[dala::actor(qos = "background", deadline = "40s")]
impl Asks {
    #[message]
    async fn ask(&mut self) {
        self.whom.note().await.unwrap();
    }
}

#[test]
fn who_is_called_by_an_actor_with_a_deadline_has_it_until_the_call_is_handled() {
    let (bench, noted) = Bench::new();
    let holder = bench.spawn("holder", Qos::UserFacing, false);
    let others: Vec<_> = (0..20).map(|_| bench.spawn("other", Qos::Background, false)).collect();
    let whom = bench.spawn("whom", Qos::Background, false);
    let asks = AsksRef::from(bench.runtime.spawn(Asks { whom }).unwrap());
    // Entries in queues are marked from the first call on that raises anybody.
    bench.runtime.block_on(asks.ask()).unwrap();
    assert_eq!(noted.recv(), Ok("whom"));
    let open = bench.hold(holder);
    others.iter().for_each(|other| other.tell(Note {}).unwrap());
    whom.tell(Note {}).unwrap();
    let asked = asks.ask();
    open.send(()).unwrap();
    bench.runtime.block_on(asked).unwrap();
    let order: Vec<_> = noted.iter().take(22).collect();
    let at = order.iter().position(|&name| name == "whom").unwrap();
    assert!(at < 3, "{order:?}");
    assert_eq!(bench.known_deadlines(), 1, "the caller's own is left");
    asks.kill();
    bench.runtime.block_on(asks.ended()).unwrap();
    while bench.known_deadlines() > 0 {
        std::thread::yield_now();
    }
}

#[test]
fn who_is_called_late_by_an_actor_with_a_deadline_has_what_is_left_of_it() {
    let (bench, noted) = Bench::with(Clock::Virtual(Default::default()));
    let holder = bench.spawn("holder", Qos::UserFacing, false);
    let [whom_early, whom_late] = ["early", "late"].map(|name| bench.spawn(name, Qos::Background, false));
    let asks = |whom, seconds| {
        let options = SpawnOptions::default().deadline(in_seconds(seconds));
        AsksRef::from(bench.runtime.spawn_with(Asks { whom }, &options).unwrap())
    };
    let (early, late) = (asks(whom_early, 50), asks(whom_late, 40));
    // Entries in queues are marked from the first call on that raises anybody.
    bench.runtime.block_on(early.ask()).unwrap();
    assert_eq!(noted.recv(), Ok("early"));
    let open = bench.hold(holder);
    [whom_early, whom_late].iter().for_each(|whom| whom.tell(Note {}).unwrap());
    // Due at 50, and at 60.
    let asked = early.ask();
    bench.runtime.advance(in_seconds(20));
    let asked = [asked, late.ask()];
    open.send(()).unwrap();
    bench.runtime.block_on(crate::join(asked));
    // Counted from the call the first would have till 70, and be behind the other.
    let order: Vec<_> = noted.iter().take(4).collect();
    assert_eq!(order, ["early", "early", "late", "late"]);
}

/// Waits in the middle of a handler.
struct Waits {
    notes: Sender<&'static str>,
    go_on: Option<tokio::sync::oneshot::Receiver<()>>,
}

#[dala::actor]
impl Waits {
    #[message]
    async fn wait(&mut self) {
        self.notes.send("waits").unwrap();
        self.go_on.take().unwrap().await.unwrap();
        self.notes.send("went on").unwrap();
    }
}

#[test]
fn a_deadline_lasts_through_waits_in_a_handler() {
    let (bench, noted) = Bench::new();
    let holder = bench.spawn("holder", Qos::UserFacing, false);
    let others: Vec<_> = (0..20).map(|_| bench.spawn("other", Qos::UserFacing, false)).collect();
    let (go_on, waits_for) = tokio::sync::oneshot::channel();
    let waits = Waits { notes: bench.notes.clone(), go_on: Some(waits_for) };
    let options = SpawnOptions::default().deadline(in_seconds(60));
    let waits = WaitsRef::from(bench.runtime.spawn_with(waits, &options).unwrap());
    let called = waits.call_timeout(Wait {}, in_seconds(50));
    assert_eq!(noted.recv(), Ok("waits"));
    let open = bench.hold(holder);
    others.iter().for_each(|other| other.tell(Note {}).unwrap());
    go_on.send(()).unwrap();
    open.send(()).unwrap();
    bench.runtime.block_on(called).unwrap();
    let order: Vec<_> = noted.iter().take(21).collect();
    assert!(order[..2].contains(&"went on"), "{order:?}");
}
