//! Groups, topics, keys, names that survive, routers and pools, streams.

mod ends;

use super::{GroupChange, Keys, Named, Registry, Router, Topic};
use crate::actor::{Recipient, process};
use crate::supervise::Pool;
use crate::timer::block_on;
use crate::{
    Atom, CallError, ExitReason, Items, Local, NameError, Overflow, Pid, Runtime, SendError, SpawnOptions,
};
use futures_sink::Sink;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::mpsc;
use std::time::Duration;

fn runtime() -> Runtime {
    Runtime::builder().workers(2).build().unwrap()
}

#[dala::message]
#[derive(Clone)]
struct News {
    number: u64,
}

struct Reader {
    notes: mpsc::Sender<(u64, u64)>,
    id: u64,
}

#[dala::actor]
impl Reader {
    #[handler]
    fn news(&mut self, news: News) {
        let _ = self.notes.send((self.id, news.number));
    }

    #[handler]
    fn change(&mut self, change: GroupChange) {
        let _ = self.notes.send((change.joined.len() as u64, change.left.len() as u64));
    }

    #[message]
    fn id(&mut self) -> u64 {
        self.id
    }

    #[message]
    async fn hold(&mut self, gate: Local<tokio::sync::oneshot::Receiver<()>>) {
        let _ = gate.into_inner().await;
    }
}

fn reader(runtime: &Runtime, id: u64) -> (ReaderRef, mpsc::Receiver<(u64, u64)>) {
    let (notes, seen) = mpsc::channel();
    (ReaderRef::from(runtime.spawn(Reader { notes, id }).unwrap()), seen)
}

fn next(seen: &mpsc::Receiver<(u64, u64)>) -> (u64, u64) {
    seen.recv_timeout(Duration::from_secs(20)).unwrap()
}

fn kill(pid: impl Into<Pid>) {
    let pid = pid.into();
    let ended = process::ended(pid);
    process::kill(pid);
    block_on(ended).unwrap();
}

#[test]
fn a_topic_reaches_its_subscribers_in_order_and_forgets_the_dead() {
    let runtime = runtime();
    let topic: Topic<News> = runtime.topic("news");
    let ((one, seen_one), (two, seen_two)) = (reader(&runtime, 1), reader(&runtime, 2));
    assert!(topic.subscribe(*one) && topic.subscribe(*two) && !topic.subscribe(*one));
    assert_eq!(runtime.topic::<News>("news").publish(News { number: 1 }), 2);
    assert_eq!(topic.publish(News { number: 2 }), 2);
    for seen in [&seen_one, &seen_two] {
        assert_eq!([next(seen).1, next(seen).1], [1, 2]);
    }
    kill(two);
    assert_eq!(topic.publish(News { number: 3 }), 1);
    assert_eq!(topic.subscribers(), [one.pid()]);
    assert!(topic.unsubscribe(one) && !topic.unsubscribe(one));
    assert_eq!(topic.publish(News { number: 4 }), 0);
}

#[test]
fn changes_of_a_group_are_told_in_their_order_whoever_makes_them() {
    const TIMES: u64 = 20_000;
    let runtime = runtime();
    let group = Atom::new("a busy group of the test");
    let ((one, _), (watcher, changes)) = (reader(&runtime, 1), reader(&runtime, 2));
    runtime.monitor_group(group, watcher.recipient());
    std::thread::scope(|scope| {
        scope.spawn(|| (0..TIMES).for_each(|_| runtime.join_group(group, one).unwrap()));
        scope.spawn(|| {
            for _ in 0..TIMES {
                while !runtime.leave_group(group, one) {
                    std::hint::spin_loop();
                }
            }
        });
    });
    let mut members = 0_u64;
    for _ in 0..2 * TIMES {
        let (joined, left) = next(&changes);
        members = (members + joined).checked_sub(left).expect("who leaves was told to have joined");
    }
    assert_eq!(members, 0);
}

#[test]
fn a_full_watcher_of_a_group_misses_no_change() {
    let runtime = runtime();
    let group = Atom::new("a group with a full watcher");
    let (one, _) = reader(&runtime, 1);
    for overflow in [Overflow::Wait, Overflow::Refuse, Overflow::DropNewest, Overflow::DropOldest] {
        let (notes, changes) = mpsc::channel();
        let options = SpawnOptions::default().mailbox(1).overflow(overflow);
        let watcher = ReaderRef::from(runtime.spawn_with(Reader { notes, id: 2 }, &options).unwrap());
        let (monitor, _) = runtime.monitor_group(group, watcher.recipient());
        let (open, gate) = tokio::sync::oneshot::channel();
        let held = watcher.hold(Local(gate));
        while process::load(watcher.pid()) != Some(1) {
            std::thread::yield_now();
        }
        // It is in the middle of a handler, and one waits: it is full.
        watcher.tell(News { number: 0 }).unwrap();
        assert_eq!(process::load(watcher.pid()), Some(2));
        for _ in 0..10 {
            runtime.join_group(group, one).unwrap();
            assert!(runtime.leave_group(group, one));
        }
        open.send(()).unwrap();
        runtime.block_on(held).unwrap();
        let told: Vec<_> =
            std::iter::repeat_with(|| next(&changes)).filter(|&change| change != (2, 0)).take(20).collect();
        assert_eq!(told, [(1, 0), (0, 1)].repeat(10), "{overflow:?}");
        assert!(runtime.demonitor_group(monitor));
    }
}

#[test]
fn groups_are_those_of_pg() {
    let runtime = runtime();
    let group = Atom::new("readers of the test");
    let ((one, _), (two, _), (watcher, changes)) =
        (reader(&runtime, 1), reader(&runtime, 2), reader(&runtime, 3));
    runtime.join_group(group, one).unwrap();
    let (monitor, now) = runtime.monitor_group(group, watcher.recipient());
    assert_eq!(now, [one.pid()]);
    // Joined twice: a member twice, until it left twice.
    runtime.join_group(group, two).unwrap();
    runtime.join_group(group, two).unwrap();
    assert_eq!(runtime.group_members(group), [one.pid(), two.pid(), two.pid()]);
    assert!(runtime.leave_group(group, two));
    assert_eq!(runtime.group_members(group), [one.pid(), two.pid()]);
    assert_eq!([(); 3].map(|()| next(&changes)), [(1, 0), (1, 0), (0, 1)]);
    runtime.join_group(group, two).unwrap();
    assert_eq!(next(&changes), (1, 0));
    // The end of a member leaves as often as it had joined.
    kill(two);
    assert_eq!(next(&changes), (0, 2));
    assert_eq!(runtime.group_members(group), [one.pid()]);
    assert_eq!(runtime.join_group(group, two), Err(NameError::NoProc));
    assert!(!runtime.leave_group(group, two));
    assert!(runtime.demonitor_group(monitor) && !runtime.demonitor_group(monitor));
    kill(one);
    assert!(!runtime.groups().contains(&group), "a group exists while it has members");
    assert_eq!(changes.try_recv(), Err(mpsc::TryRecvError::Empty));
}

#[test]
fn keys_are_of_one_actor_each_and_go_with_it() {
    let runtime = runtime();
    let keys: Keys<(u8, String)> = runtime.keys();
    let ((one, _), (two, _)) = (reader(&runtime, 1), reader(&runtime, 2));
    let key = |number: u8| (number, "key".to_owned());
    keys.register(key(1), one.pid()).unwrap();
    keys.register(key(2), one.pid()).unwrap();
    assert_eq!(keys.register(key(1), two.pid()), Err(NameError::Taken));
    assert_eq!(keys.whereis(&key(2)), Some(one.pid()));
    kill(one);
    assert_eq!(keys.all(), []);
    keys.register(key(1), two.pid()).unwrap();
    assert_eq!(keys.unregister(&key(1)), Some(two.pid()));
}

#[test]
fn a_named_reference_finds_the_next_incarnation_and_the_mailbox_of_the_last_is_lost() {
    let runtime = runtime();
    let name = Atom::new("named reader of the test");
    let named: Named<Reader> = Named::new(runtime.handle().clone(), name);
    assert!(matches!(named.tell(News { number: 0 }), Err(SendError::Dead(_))));
    let (one, seen) = reader(&runtime, 1);
    runtime.register(name, one).unwrap();
    assert_eq!(block_on(named.call(Id {})), Ok(1));
    let (_gate, open) = tokio::sync::oneshot::channel();
    let held = named.call(Hold { gate: Local(open) });
    named.tell(News { number: 1 }).unwrap();
    let left = named.call(Id {});
    kill(one);
    assert_eq!(block_on(held), Err(CallError::Exited(ExitReason::Killed)));
    assert_eq!(block_on(left), Err(CallError::Exited(ExitReason::Killed)));
    assert_eq!(block_on(named.call(Id {})), Err(CallError::NoProc));
    let (two, seen_two) = reader(&runtime, 2);
    runtime.register(name, two).unwrap();
    assert_eq!(block_on(named.call(Id {})), Ok(2));
    assert!(seen.try_recv().is_err() && seen_two.try_recv().is_err(), "the message was for the dead");
    assert_eq!(runtime.dead_letters().count(), 1);
}

#[test]
fn routers_choose_by_turn_key_and_load_and_pass_over_the_dead() {
    let runtime = runtime();
    let router = Router::new();
    assert_eq!(router.next(), None);
    let readers: Vec<ReaderRef> = (0..4).map(|id| reader(&runtime, id).0).collect();
    for (place, reader) in readers.iter().enumerate() {
        assert_eq!(router.add(**reader), place);
    }
    let turns: Vec<Pid> = (0..5).map(|_| router.next().unwrap().pid()).collect();
    let expected: Vec<Pid> = [0, 1, 2, 3, 0].map(|index: usize| readers[index].pid()).into();
    assert_eq!(turns, expected);
    let owners: Vec<_> = (0..1000usize).map(|key| router.by_key(&key).unwrap()).collect();
    for reader in &readers {
        let own = owners.iter().filter(|owner| **owner == **reader).count();
        assert!((150..350).contains(&own), "keys are spread: {own}");
    }
    kill(readers[2]);
    for (key, owner) in owners.iter().enumerate() {
        let now = router.by_key(&key).unwrap();
        assert_ne!(now.pid(), readers[2].pid());
        assert!(*owner == *readers[2] || *owner == now, "only keys of the dead move");
    }
    assert_eq!(router.members().len(), 3);
    assert_eq!(block_on(router.ask_all(|| Id {})), [Ok(0), Ok(1), Ok(3)]);
    assert_eq!(router.broadcast(|| News { number: 1 }), 3);
}

/// A worker whose start takes time, and fails at the second place.
struct Connected(usize);

#[dala::actor]
impl Connected {
    #[init]
    async fn open(place: usize) -> Result<Self, String> {
        crate::sleep(std::time::Duration::from_millis(1)).await;
        if place == 2 { Err("no server".to_owned()) } else { Ok(Connected(place)) }
    }

    #[message]
    fn place(&self) -> u64 {
        self.0 as u64
    }
}

#[test]
fn a_pool_waits_for_the_init_of_its_workers_and_says_which_failed() {
    let runtime = runtime();
    let pool = block_on(Pool::start(runtime.handle(), 2, Connected::spawn)).unwrap();
    assert_eq!(block_on(pool.ask_all(|| Place {})), [Ok(0), Ok(1)]);
    let error = block_on(Pool::start(runtime.handle(), 3, Connected::spawn)).unwrap_err();
    assert_eq!(error.to_string(), "child 2 did not start: no server");
}

#[test]
fn a_pool_gives_work_to_the_least_loaded_and_replaces_a_worker_in_its_place() {
    let runtime = runtime();
    let (notes, _seen) = mpsc::channel();
    let make = move |place| Reader { notes: notes.clone(), id: place as u64 };
    let pool = block_on(Pool::start(runtime.handle(), 2, make)).unwrap();
    let (gate, open) = tokio::sync::oneshot::channel();
    let first = pool.next().unwrap();
    let first_id = block_on(first.call(Id {})).unwrap();
    let hold = first.call_forever(Hold { gate: Local(open) });
    let queued = first.call_forever(Id {});
    for _ in 0..4 {
        let free = pool.least_loaded().unwrap();
        assert_ne!(free, first);
        // At rest again before the next choice.
        block_on(free.call(Id {})).unwrap();
        while process::load(free.pid()) != Some(0) {
            std::thread::yield_now();
        }
    }
    gate.send(()).unwrap();
    assert_eq!((block_on(hold), block_on(queued)), (Ok(()), Ok(first_id)));
    kill(first.pid());
    let replaced = loop {
        match pool
            .members()
            .into_iter()
            .find(|member| *member != first && block_on(member.call(Id {})) == Ok(first_id))
        {
            Some(replaced) => break replaced,
            None => std::thread::yield_now(),
        }
    };
    assert_ne!(replaced, first);
    block_on(pool.stop());
    assert_eq!(pool.members().len(), 0);
}

#[test]
fn a_stream_goes_into_an_actor_no_faster_than_its_mailbox_lets_it() {
    let runtime = runtime();
    let (notes, seen) = mpsc::channel();
    let options = SpawnOptions::default().mailbox(2).overflow(Overflow::Wait);
    let reader = runtime.spawn_with(Reader { notes, id: 1 }, &options).unwrap();
    let (outlet, items) = crate::outlet(1);
    let task = reader.consume(items).unwrap();
    let end = process::ended(task);
    runtime.block_on(async {
        for number in 0..100 {
            outlet.send(News { number }).await.map_err(|_| ()).unwrap();
        }
    });
    drop(outlet);
    assert_eq!(block_on(end), Ok(ExitReason::Normal));
    let numbers: Vec<u64> = (0..100).map(|_| next(&seen).1).collect();
    assert!(numbers.iter().copied().eq(0..100));
    // The task ends with the actor, also while nothing comes.
    let (_outlet, items) = crate::outlet::<News>(1);
    let end = process::ended(reader.consume(items).unwrap());
    kill(reader);
    assert_eq!(block_on(end), Ok(ExitReason::Normal));
}

#[test]
fn a_stream_waits_for_room_where_others_are_refused_and_leaves_no_actor_behind() {
    let runtime = runtime();
    let (notes, seen) = mpsc::channel();
    let options = SpawnOptions::default().mailbox(2).overflow(Overflow::Refuse);
    let reader = runtime.spawn_with(Reader { notes, id: 1 }, &options).unwrap();
    let before = runtime.actors().len();
    for _ in 0..10 {
        let (outlet, items) = crate::outlet(100);
        (0..50).for_each(|number| drop(outlet.try_send(News { number })));
        drop(outlet);
        let end = process::ended(reader.consume(items).unwrap());
        // It may have been quicker than who asks.
        assert!(matches!(block_on(end), Ok(ExitReason::Normal | ExitReason::NoProc)));
        assert!((0..50).map(|_| next(&seen).1).eq(0..50));
    }
    assert_eq!(runtime.actors().len(), before);
    kill(reader);
    let (_outlet, items) = crate::outlet::<News>(1);
    assert_eq!(reader.consume(items), Err(crate::SpawnError::NoActor));
}

/// Always has one more.
struct Endless;

impl futures_core::Stream for Endless {
    type Item = News;
    fn poll_next(self: Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<Option<News>> {
        std::task::Poll::Ready(Some(News { number: 1 }))
    }
}

#[test]
fn a_stream_that_always_has_more_lets_others_have_their_turn() {
    let runtime = Runtime::builder().workers(1).build().unwrap();
    let (reader, seen) = reader(&runtime, 1);
    let task = reader.consume(Endless).unwrap();
    assert_eq!(next(&seen), (1, 1));
    kill(task);
}

#[test]
fn a_pool_knows_how_much_waits_for_each_worker() {
    let runtime = runtime();
    let (notes, _seen) = mpsc::channel();
    let make = move |place| Reader { notes: notes.clone(), id: place as u64 };
    let pool = block_on(Pool::start(runtime.handle(), 2, make)).unwrap();
    let workers = pool.members();
    // Both are busy, and more waits for the first.
    let gates = [(); 2].map(|()| tokio::sync::oneshot::channel());
    let (gates, opens): (Vec<_>, Vec<_>) = gates.into_iter().unzip();
    let holds: Vec<_> = std::iter::zip(&workers, opens)
        .map(|(worker, open)| worker.call_forever(Hold { gate: Local(open) }))
        .collect();
    (0..5).for_each(|number| workers[0].tell(News { number }).unwrap());
    for _ in 0..4 {
        assert_eq!(pool.least_loaded(), Some(workers[1]));
    }
    gates.into_iter().for_each(|gate| gate.send(()).unwrap());
    holds.into_iter().for_each(|hold| block_on(hold).unwrap());
}

#[test]
fn a_member_that_lives_is_found_whoever_else_looks() {
    let runtime = runtime();
    let router = Router::new();
    for id in 0..3 {
        router.add(*reader(&runtime, id).0);
    }
    let members = router.members();
    members[..2].iter().for_each(|&member| kill(member));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..20_000).for_each(|_| assert_eq!(router.next(), Some(members[2]))));
        }
    });
}

#[test]
fn a_sink_is_ready_when_there_is_room() {
    let runtime = runtime();
    let (notes, seen) = mpsc::channel();
    let reader = runtime.spawn_with(Reader { notes, id: 1 }, &SpawnOptions::default().mailbox(2)).unwrap();
    let mut sink = reader.sink::<News>();
    runtime.block_on(async {
        for number in 0..100 {
            poll_fn(|task| Pin::new(&mut sink).poll_ready(task)).await.unwrap();
            Pin::new(&mut sink).start_send(News { number }).unwrap();
        }
        poll_fn(|task| Pin::new(&mut sink).poll_close(task)).await.unwrap();
    });
    assert!((0..100).map(|_| next(&seen).1).eq(0..100));
    kill(reader);
    assert!(matches!(Pin::new(&mut sink).start_send(News { number: 1 }), Err(SendError::Dead(_))));
}

/// A stream out.
struct Source {
    outlets: Vec<crate::Outlet<u64>>,
}

#[dala::actor]
impl Source {
    #[message]
    fn listen(&mut self) -> Items<u64> {
        let (outlet, items) = crate::outlet(4);
        self.outlets.push(outlet);
        items
    }

    #[message]
    async fn emit(&mut self, number: u64) {
        for outlet in &self.outlets {
            let _ = outlet.send(number).await;
        }
    }
}

#[test]
fn a_stream_comes_out_of_an_actor_and_ends_with_it() {
    let runtime = runtime();
    let source = SourceRef::from(runtime.spawn(Source { outlets: Vec::new() }).unwrap());
    runtime.block_on(async {
        let mut items = source.listen().await.unwrap();
        for number in 0..3 {
            source.emit(number).await.unwrap();
        }
        assert_eq!((items.next().await, items.next().await), (Some(0), Some(1)));
        source.kill();
        assert_eq!((items.next().await, items.next().await), (Some(2), None));
    });
}

#[test]
fn a_recipient_takes_its_message_whatever_the_actor_is() {
    let runtime = runtime();
    let (reader, seen) = reader(&runtime, 5);
    let anybody: Recipient<News> = reader.recipient();
    anybody.tell(News { number: 1 }).unwrap();
    runtime.block_on(anybody.tell_wait(News { number: 2 })).unwrap();
    assert_eq!([next(&seen), next(&seen)], [(5, 1), (5, 2)]);
    kill(reader);
    assert!(matches!(anybody.tell(News { number: 3 }), Err(SendError::Dead(News { number: 3 }))));
}

#[test]
fn who_finds_an_actor_dead_finds_no_name_of_it() {
    let runtime = runtime();
    let name = Atom::new("soon dead");
    for _ in 0..500 {
        let (reader, _seen) = reader(&runtime, 1);
        runtime.register(name, reader.pid()).unwrap();
        let ended = process::ended(reader.pid());
        reader.kill();
        while reader.tell(News { number: 1 }).is_ok() {}
        assert_eq!(runtime.whereis(name), None);
        // What was sent in vain is refused by now, and does not add up.
        block_on(ended).unwrap();
    }
}
