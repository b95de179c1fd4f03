//! Callees that inherit the class of who waits for them.

use super::*;
use std::time::Duration;

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

/// Passes a call on to those behind it in a row, of any classes.
struct Relay {
    others: Vec<RelayRef>,
    random: u64,
}

#[dala::actor]
impl Relay {
    #[message]
    async fn pass(&mut self, hops: u32) -> u32 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let next = match self.others.len() {
            0 => return 1,
            count => self.others[(self.random >> 33) as usize % count],
        };
        // One that was killed passes nothing on.
        if hops == 0 { 1 } else { 1 + next.pass(hops - 1).await.unwrap_or(0) }
    }
}

#[test]
fn under_calls_of_all_classes_and_kills_every_call_ends_and_every_class_is_as_before() {
    let runtime = Runtime::builder().workers(3).build().unwrap();
    let mut random = 7u64;
    let mut draw = |below: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (random >> 33) as usize % below
    };
    for round in 0..20 {
        let mut row: Vec<(RelayRef, Qos)> = Vec::new();
        for _ in 0..60 {
            let others = row.iter().map(|(relay, _)| *relay).collect();
            let qos = Qos::ALL[draw(4)];
            let relay = Relay { others, random: draw(1 << 30) as u64 };
            let mut options = SpawnOptions::default().qos(qos);
            if draw(3) == 0 {
                options = options.deadline(Duration::from_micros(draw(5000) as u64));
            }
            row.push((runtime.spawn_with(relay, &options).unwrap().into(), qos));
        }
        let calls: Vec<_> = (0..400).map(|_| row[draw(60)].0.call_forever(Pass { hops: 8 })).collect();
        let killed: Vec<usize> = (0..round).map(|_| draw(60)).collect();
        killed.iter().for_each(|&at| row[at].0.kill());
        let ended = runtime.block_on(crate::join(calls));
        assert!(killed.len() > 2 || ended.iter().filter(|call| call.is_ok()).count() > 300);
        // Calls that were given up by who was killed may be in hand still.
        for (relay, qos) in row {
            let _ = runtime.block_on(relay.pass(0));
            while runtime.snapshot().actor(relay).is_some_and(|info| info.qos != qos) {
                std::thread::yield_now();
            }
            relay.kill();
        }
        while runtime.scheduler.deadlines.known() > 0 {
            std::thread::yield_now();
        }
    }
}

#[test]
fn among_realtime_actors_the_nearest_deadline_of_a_call_goes_first() {
    let (bench, noted) = Bench::new();
    let holder = bench.spawn("holder", Qos::UserFacing, false);
    let names = ["none", "third", "first", "second"];
    let [none, third, first, second] = names.map(|name| bench.spawn(name, Qos::Realtime, false));
    let user = bench.spawn("user", Qos::UserFacing, false);
    let seconds = std::time::Duration::from_secs;
    // Entries in queues are marked from the first call on that raises anybody.
    bench.runtime.block_on(first.call_timeout(Note {}, seconds(50))).unwrap();
    assert_eq!(noted.recv(), Ok("first"));
    let open = bench.hold(holder);
    none.tell(Note {}).unwrap();
    // It lies in the queue already, behind the other.
    second.tell(Note {}).unwrap();
    let calls = [(third, 53), (user, 40), (second, 52), (first, 51)]
        .map(|(whom, limit)| whom.call_timeout(Note {}, seconds(limit)));
    open.send(()).unwrap();
    bench.runtime.block_on(crate::join(calls));
    let order: Vec<_> = noted.iter().take(6).collect();
    assert_eq!(order, ["first", "second", "second", "third", "none", "user"]);
}

/// Calls another when it is called.
struct Between {
    whom: NotingRef,
}

#[dala::actor(qos = "realtime")]
impl Between {
    #[message]
    async fn go_on(&mut self) {
        self.whom.note().await.unwrap();
    }
}

#[test]
fn a_deadline_is_inherited_by_those_that_are_called_on_its_way() {
    let (bench, noted) = Bench::new();
    let holder = bench.spawn("holder", Qos::UserFacing, false);
    let others: Vec<_> = (0..20).map(|_| bench.spawn("other", Qos::Realtime, false)).collect();
    let last = bench.spawn("last", Qos::Realtime, false);
    let between = BetweenRef::from(bench.runtime.spawn(Between { whom: last }).unwrap());
    let seconds = std::time::Duration::from_secs;
    bench.runtime.block_on(between.call_timeout(GoOn {}, seconds(50))).unwrap();
    assert_eq!(noted.recv(), Ok("last"));
    let open = bench.hold(holder);
    others.iter().for_each(|other| other.tell(Note {}).unwrap());
    last.tell(Note {}).unwrap();
    let call = between.call_timeout(GoOn {}, seconds(50));
    open.send(()).unwrap();
    bench.runtime.block_on(call).unwrap();
    let order: Vec<_> = noted.iter().take(22).collect();
    let at = order.iter().position(|&name| name == "last").unwrap();
    assert!(at < 3, "{order:?}");
}
