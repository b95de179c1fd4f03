//! What native actors do, through the public API.

mod crashes;
mod exempt;
mod lifecycle;
mod memory;
mod messaging;
mod outside;
mod reports;
mod shutdown;
mod timing;

use super::{Actor, Context, Handled, Handles};
use crate::message::{CallError, ConvertError, ExitReason, Lane, Message, Source};
use crate::pid::Pid;
use crate::signal::Down;
use crate::timer::block_on;
use crate::{Runtime, SendError, SpawnOptions};
use dala_ir::abi::Word;
use dala_ir::abi::layout::Laid;
use dala_ir::abi::shape::{Description, Shape, Shapes};
use dala_ir::term::TermWriter;
use std::sync::mpsc;
use std::time::Duration;

#[crate::message]
struct Opaque;

/// Makes a type a message that Erlang sees nothing of.
macro_rules! opaque {
    ($ty:ty) => {
        impl Message for $ty {
            const DESCRIPTIONS: &'static [Description] = Opaque::DESCRIPTIONS;
            const LAID: Laid = Opaque::LAID;
            const SHAPES: &'static Shapes = Opaque::SHAPES;
            fn shape(&self) -> &'static Shape {
                Opaque.shape()
            }
            fn to_term(&self, writer: &mut dyn TermWriter) -> Word {
                Opaque.to_term(writer)
            }
            fn from_term(source: Source<'_>) -> Result<Self, ConvertError> {
                Err(Opaque::from_term(source).map(|_| ()).err().expect("tests send no terms"))
            }
        }
    };
}

fn runtime(workers: usize) -> Runtime {
    Runtime::builder().workers(workers).build().expect("threads")
}

#[derive(Default)]
struct Counter {
    n: i64,
    dropped: Option<mpsc::Sender<&'static str>>,
}

struct Add(i64);
struct Get;
struct Boom;
struct Slow(Duration);
struct Never;

opaque!(Add);
opaque!(Get);
opaque!(Boom);
opaque!(Slow);
opaque!(Never);

impl Actor for Counter {
    const NAME: &'static str = "Counter";
    fn terminate(&mut self, _reason: &ExitReason, _: &mut Context<Self>) {
        if let Some(dropped) = &self.dropped {
            let _ = dropped.send("terminated");
        }
    }
}

impl Handles<Add> for Counter {
    type Reply = ();
    fn handle<'a>(&'a mut self, message: Add, _context: &'a mut Context<Self>) -> Handled<'a, ()> {
        self.n += message.0;
        Handled::now(())
    }
}

impl Handles<Get> for Counter {
    type Reply = i64;
    fn handle<'a>(&'a mut self, _: Get, _context: &'a mut Context<Self>) -> Handled<'a, i64> {
        Handled::now(self.n)
    }
}

impl Handles<Boom> for Counter {
    type Reply = ();
    fn handle<'a>(&'a mut self, _: Boom, _context: &'a mut Context<Self>) -> Handled<'a, ()> {
        panic!("boom at {}", self.n)
    }
}

impl Handles<Slow> for Counter {
    type Reply = i64;
    fn handle<'a>(&'a mut self, message: Slow, _context: &'a mut Context<Self>) -> Handled<'a, i64> {
        Handled::later(async move {
            tokio::time::sleep(message.0).await;
            self.n += 1;
            self.n
        })
    }
}

impl Handles<Never> for Counter {
    type Reply = ();
    fn handle<'a>(&'a mut self, _: Never, _context: &'a mut Context<Self>) -> Handled<'a, ()> {
        Handled::later(std::future::pending())
    }
}

#[test]
fn a_call_sees_all_tells_before_it() {
    let runtime = runtime(2);
    let counter = runtime.spawn(Counter::default()).unwrap();
    for _ in 0..1000 {
        counter.tell(Add(1)).unwrap();
    }
    assert_eq!(block_on(counter.call(Get)), Ok(1000));
}

#[test]
fn messages_of_many_threads_are_all_handled_once() {
    let runtime = runtime(2);
    let counter = runtime.spawn(Counter::default()).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..25_000).for_each(|_| counter.tell(Add(1)).unwrap()));
        }
    });
    assert_eq!(block_on(counter.call(Get)), Ok(100_000));
}

#[test]
fn a_panic_is_an_exit_with_message_and_place_and_fails_the_call() {
    let runtime = runtime(1);
    let (sender, terminated) = mpsc::channel();
    let counter = runtime.spawn(Counter { n: 7, dropped: Some(sender) }).unwrap();
    let error = block_on(counter.call(Boom)).unwrap_err();
    let CallError::Exited(ExitReason::Panic(panic)) = &error else { panic!("{error:?}") };
    assert_eq!(panic.message, "boom at 7");
    assert!(panic.place.as_ref().unwrap().contains("tests.rs"));
    assert_eq!(terminated.recv(), Ok("terminated"));
    assert_eq!(block_on(counter.call(Get)), Err(CallError::NoProc));
    assert!(matches!(counter.tell(Add(1)), Err(SendError::Dead(Add(1)))));
}

#[test]
fn an_async_handler_sleeps_in_tokio_and_borrows_the_state() {
    let runtime = runtime(2);
    let counter = runtime.spawn(Counter::default()).unwrap();
    let slow = counter.call(Slow(Duration::from_millis(5)));
    let then = counter.call(Get);
    assert_eq!(block_on(slow), Ok(1));
    assert_eq!(block_on(then), Ok(1));
}

#[test]
fn kill_reaches_a_suspended_handler_and_fails_its_callers() {
    let runtime = runtime(2);
    let counter = runtime.spawn(Counter::default()).unwrap();
    let never = counter.call(Never);
    let queued = counter.call(Get);
    counter.kill();
    assert_eq!(block_on(never), Err(CallError::Exited(ExitReason::Killed)));
    assert_eq!(block_on(queued), Err(CallError::Exited(ExitReason::Killed)));
}

#[test]
fn a_call_fails_at_its_deadline_while_the_callee_goes_on() {
    let runtime = runtime(2);
    let counter = runtime.spawn(Counter::default()).unwrap();
    let never = counter.call_timeout(Never, Duration::from_millis(5));
    assert_eq!(block_on(never), Err(CallError::Timeout));
    assert!(counter.is_alive());
}

#[test]
fn a_full_mailbox_refuses_and_waiting_senders_get_their_turn() {
    let runtime = runtime(2);
    let counter = runtime.spawn_with(Counter::default(), &SpawnOptions::default().mailbox(4)).unwrap();
    let never = counter.call_timeout(Slow(Duration::from_millis(20)), Duration::from_secs(60));
    let refused = loop {
        if let Err(refused) = counter.try_tell(Add(1)) {
            break refused;
        }
    };
    assert!(matches!(refused, SendError::Full(Add(1))));
    runtime.block_on(async {
        for _ in 0..1000 {
            counter.tell_wait(Add(1)).await.unwrap();
        }
    });
    block_on(never).unwrap();
    let mut got = block_on(counter.call(Get));
    while got == Err(CallError::Overloaded) {
        got = block_on(counter.call(Get));
    }
    assert!(got.unwrap() >= 1000);
}

#[test]
fn waiting_senders_learn_of_the_end() {
    let runtime = runtime(2);
    let counter = runtime.spawn_with(Counter::default(), &SpawnOptions::default().mailbox(1)).unwrap();
    let _never = counter.call(Never);
    let (sender, result) = mpsc::channel();
    runtime
        .spawn_task(async move {
            while let Ok(()) = counter.tell_wait(Add(1)).await {}
            sender.send(()).unwrap();
        })
        .unwrap();
    counter.kill();
    assert_eq!(result.recv_timeout(Duration::from_secs(20)), Ok(()));
}

/// Notes what it learns of others.
struct Watcher(mpsc::Sender<(Pid, ExitReason)>);
struct Watch(Pid);
struct LinkWith(Pid);
opaque!(Watch);
opaque!(LinkWith);

impl Actor for Watcher {
    const NAME: &'static str = "Watcher";
    const TRAPS_EXITS: bool = true;
    fn on_exit(&mut self, from: Pid, reason: &ExitReason, _context: &mut Context<Self>) {
        let _ = self.0.send((from, reason.clone()));
    }
    fn on_down(&mut self, down: &Down, _context: &mut Context<Self>) {
        let _ = self.0.send((down.pid, down.reason.clone()));
    }
}

impl Handles<Watch> for Watcher {
    type Reply = ();
    fn handle<'a>(&'a mut self, message: Watch, context: &'a mut Context<Self>) -> Handled<'a, ()> {
        context.monitor(message.0);
        Handled::now(())
    }
}

impl Handles<LinkWith> for Watcher {
    type Reply = ();
    fn handle<'a>(&'a mut self, message: LinkWith, context: &'a mut Context<Self>) -> Handled<'a, ()> {
        context.link(message.0);
        Handled::now(())
    }
}

#[test]
fn monitors_and_links_tell_of_ends_with_their_reasons() {
    let runtime = runtime(2);
    let (sender, learnt) = mpsc::channel();
    let watcher = runtime.spawn(Watcher(sender)).unwrap();
    let one = runtime.spawn(Counter::default()).unwrap();
    let two = runtime.spawn(Counter::default()).unwrap();
    block_on(watcher.call(Watch(one.pid()))).unwrap();
    block_on(watcher.call(LinkWith(two.pid()))).unwrap();
    one.exit(ExitReason::custom("tired"));
    assert_eq!(learnt.recv(), Ok((one.pid(), ExitReason::custom("tired"))));
    two.kill();
    assert_eq!(learnt.recv(), Ok((two.pid(), ExitReason::Killed)));
    block_on(watcher.call(Watch(one.pid()))).unwrap();
    assert_eq!(learnt.recv(), Ok((one.pid(), ExitReason::NoProc)));
    block_on(watcher.call(LinkWith(two.pid()))).unwrap();
    assert_eq!(learnt.recv(), Ok((two.pid(), ExitReason::NoProc)));
}

/// Writes down the order of what it handles.
struct Scribe(Vec<u32>);
struct Line<const LANE: u8>(u32);
struct Read;
opaque!(Line<0>);
opaque!(Line<1>);
opaque!(Line<2>);
opaque!(Line<3>);
opaque!(Read);

impl Actor for Scribe {
    const NAME: &'static str = "Scribe";
}

const fn lane(number: u8) -> Lane {
    match number {
        0 => Lane::Normal,
        1 => Lane::High,
        2 => Lane::Critical,
        _ => Lane::Low,
    }
}

impl<const LANE: u8> Handles<Line<LANE>> for Scribe
where
    Line<LANE>: Message,
{
    type Reply = ();
    const LANE: Lane = lane(LANE);
    fn handle<'a>(&'a mut self, message: Line<LANE>, _: &'a mut Context<Self>) -> Handled<'a, ()> {
        self.0.push(message.0);
        Handled::now(())
    }
}

impl Handles<Read> for Scribe {
    type Reply = Vec<u32>;
    const LANE: Lane = Lane::Low;
    fn handle<'a>(&'a mut self, _: Read, _: &'a mut Context<Self>) -> Handled<'a, Vec<u32>> {
        Handled::now(std::mem::take(&mut self.0))
    }
}

struct Hold(mpsc::Sender<()>, mpsc::Receiver<()>);
opaque!(Hold);
impl Handles<Hold> for Scribe {
    type Reply = ();
    fn handle<'a>(&'a mut self, message: Hold, _: &'a mut Context<Self>) -> Handled<'a, ()> {
        let _ = (message.0.send(()), message.1.recv());
        Handled::now(())
    }
}

#[test]
fn urgent_lanes_overtake_and_low_waits_but_not_for_ever() {
    let runtime = runtime(1);
    let scribe = runtime.spawn(Scribe(Vec::new())).unwrap();
    let (go, wait) = mpsc::channel();
    let (began, begun) = mpsc::channel();
    scribe.tell(Hold(began, wait)).unwrap();
    // Else part of what follows might be taken in with it, and urgent messages overtake at the next look only.
    begun.recv().unwrap();
    scribe.tell(Line::<3>(300)).unwrap();
    for n in 0..100 {
        scribe.tell(Line::<0>(n)).unwrap();
    }
    scribe.tell(Line::<1>(100)).unwrap();
    scribe.tell(Line::<2>(200)).unwrap();
    let read = scribe.call(Read);
    go.send(()).unwrap();
    let lines = block_on(read).unwrap();
    assert_eq!(lines[..2], [200, 100]);
    let low = lines.iter().position(|&line| line == 300).unwrap();
    assert!((20..60).contains(&low), "{low}");
    let normal: Vec<u32> = lines.into_iter().filter(|&line| line < 100).collect();
    assert!(normal.is_sorted());
}

#[test]
fn names_go_with_their_actor() {
    let runtime = runtime(2);
    let name = dala_ir::abi::Atom::new("a counter of the test");
    let counter = runtime.spawn(Counter::default()).unwrap();
    runtime.register(name, counter).unwrap();
    assert_eq!(runtime.whereis(name), Some(counter.pid()));
    assert!(runtime.register(name, counter).is_err());
    let (sender, learnt) = mpsc::channel();
    let watcher = runtime.spawn(Watcher(sender)).unwrap();
    block_on(watcher.call(Watch(counter.pid()))).unwrap();
    counter.kill();
    learnt.recv().unwrap();
    assert_eq!(runtime.whereis(name), None);
}

#[test]
fn an_idle_counter_takes_at_most_256_bytes() {
    let cell = crate::actor::cell::layout_of::<super::native::Native<Counter>>().size();
    println!("cell of a counter: {cell} bytes");
    // Beside the cell: 8 bytes of the pid table.
    assert!(cell + 8 <= 256, "{cell}");
}

struct NotSend {
    n: std::rc::Rc<std::cell::Cell<i64>>,
    thread: std::thread::ThreadId,
}

impl Actor for NotSend {
    const NAME: &'static str = "NotSend";
}

impl Handles<Get> for NotSend {
    type Reply = i64;
    fn handle<'a>(&'a mut self, _: Get, _: &'a mut Context<Self>) -> Handled<'a, i64> {
        Handled::later_here(async {
            let n = self.n.clone();
            tokio::time::sleep(Duration::from_millis(1)).await;
            assert_eq!(std::thread::current().id(), self.thread);
            n.set(n.get() + 1);
            n.get()
        })
    }
}

#[test]
fn a_pinned_actor_stays_on_its_thread() {
    let runtime = runtime(2);
    let pinned = runtime.pinned_thread("pinned").unwrap();
    let make = || NotSend { n: Default::default(), thread: std::thread::current().id() };
    let actor = runtime.block_on(pinned.spawn(make)).unwrap();
    assert_eq!(block_on(actor.call(Get)), Ok(1));
    assert_eq!(block_on(actor.call(Get)), Ok(2));
}

#[test]
fn shutdown_terminates_actors_last_started_first() {
    let runtime = runtime(2);
    struct Last(u32, mpsc::Sender<u32>);
    impl Actor for Last {
        const NAME: &'static str = "Last";
        const TERMINATES: bool = true;
        fn terminate(&mut self, reason: &ExitReason, _: &mut Context<Self>) {
            assert_eq!(*reason, ExitReason::Shutdown);
            self.1.send(self.0).unwrap();
        }
    }
    let (sender, order) = mpsc::channel();
    for n in 0..5 {
        runtime.spawn(Last(n, sender.clone())).unwrap();
    }
    drop(sender);
    runtime.shutdown(Duration::from_secs(20));
    assert_eq!(order.iter().collect::<Vec<_>>(), [4, 3, 2, 1, 0]);
}

/// Spawns one that is linked with nobody.
struct Parent;

struct Child {
    ends: mpsc::Sender<String>,
    spare: Option<crate::Local<mpsc::Sender<String>>>,
}

#[dala::actor]
impl Parent {
    #[message]
    fn bear(&mut self, ends: crate::Local<mpsc::Sender<String>>) {
        let ends = ends.into_inner();
        let spare = Some(crate::Local(ends.clone()));
        crate::spawn(Child { ends, spare }).unwrap();
    }
}

#[dala::actor]
impl Child {
    #[message]
    fn nothing(&mut self) {
        self.spare = None;
    }

    #[terminate]
    fn end(&mut self, reason: &ExitReason) {
        let _ = self.ends.send(reason.to_string());
    }
}

#[test]
fn shutdown_reaches_those_that_were_spawned_by_others_and_linked_with_nobody() {
    let runtime = runtime(2);
    let (sender, ends) = mpsc::channel();
    let parent = ParentRef::from(runtime.spawn(Parent).unwrap());
    (0..3).for_each(|_| block_on(parent.bear(crate::Local(sender.clone()))).unwrap());
    drop(sender);
    runtime.shutdown(Duration::from_secs(20));
    assert_eq!(ends.iter().collect::<Vec<_>>(), ["shutdown"; 3]);
}

#[test]
fn who_waits_for_an_end_and_gives_up_leaves_nothing_behind() {
    let runtime = runtime(1);
    let counter = runtime.spawn(Counter::default()).unwrap();
    let before = runtime.actors().len();
    (0..100).for_each(|_| drop(counter.ended()));
    block_on(counter.call(Get)).unwrap();
    assert_eq!(runtime.actors().len(), before);
}

#[test]
fn messages_left_behind_are_dead_letters() {
    let runtime = runtime(1);
    let counter = runtime.spawn(Counter::default()).unwrap();
    let _never = counter.call(Never);
    (0..10).for_each(|_| counter.tell(Add(1)).unwrap());
    let (sender, learnt) = mpsc::channel();
    let watcher = runtime.spawn(Watcher(sender)).unwrap();
    block_on(watcher.call(Watch(counter.pid()))).unwrap();
    counter.kill();
    learnt.recv().unwrap();
    assert_eq!(runtime.dead_letters().count(), 10);
}

#[test]
fn an_idle_runtime_does_not_wake() {
    let runtime = runtime(2);
    let counters: Vec<_> = (0..1000).map(|_| runtime.spawn(Counter::default()).unwrap()).collect();
    for counter in &counters {
        block_on(counter.call_forever(Get)).unwrap();
    }
    // Workers are asleep once they say so twice in a row.
    let mut before = runtime.sleeps();
    loop {
        std::thread::sleep(Duration::from_millis(100));
        let now = runtime.sleeps();
        if now == before {
            break;
        }
        before = now;
    }
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(runtime.sleeps(), before);
}

#[test]
fn a_waiting_sender_costs_no_wake_ups_and_the_bound_holds() {
    let runtime = runtime(2);
    let counter = runtime.spawn_with(Counter::default(), &SpawnOptions::default().mailbox(8)).unwrap();
    let _stalled = counter.call_forever(Never);
    let sent = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    for _ in 0..4 {
        let sent = sent.clone();
        let send = async move {
            while counter.tell_wait(Add(1)).await.is_ok() {
                sent.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
        };
        runtime.spawn_task(send).unwrap();
    }
    let mut before = runtime.sleeps();
    loop {
        std::thread::sleep(Duration::from_millis(100));
        if std::mem::replace(&mut before, runtime.sleeps()) == runtime.sleeps() {
            break;
        }
    }
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(runtime.sleeps(), before);
    // The stalled call took one of the eight, and gave its credit back when its handler began.
    assert!(sent.load(std::sync::atomic::Ordering::Relaxed) <= 8);
}

#[test]
fn a_runtime_that_ended_spawns_nothing() {
    let runtime = runtime(1);
    let handle = runtime.handle().clone();
    runtime.shutdown(Duration::from_secs(1));
    assert_eq!(handle.spawn(Counter::default()).err(), Some(crate::SpawnError::NoRuntime));
}

#[test]
fn an_actor_of_one_runtime_calls_one_of_another() {
    let (one, two) = (runtime(1), runtime(1));
    let counter = one.spawn(Counter { n: 5, dropped: None }).unwrap();
    let (sender, got) = mpsc::channel();
    two.spawn_task(async move { sender.send(counter.call(Get).await).unwrap() }).unwrap();
    assert_eq!(got.recv(), Ok(Ok(5)));
}

#[test]
fn a_timer_on_a_virtual_clock_fires_when_it_is_turned() {
    struct Later(mpsc::Sender<()>);
    opaque!(Later);
    struct Alarm;
    impl Actor for Alarm {
        const NAME: &'static str = "Alarm";
    }
    impl Handles<Later> for Alarm {
        type Reply = ();
        fn handle<'a>(&'a mut self, message: Later, _: &'a mut Context<Self>) -> Handled<'a, ()> {
            let _ = message.0.send(());
            Handled::now(())
        }
    }
    struct Arm(mpsc::Sender<()>);
    opaque!(Arm);
    impl Handles<Arm> for Alarm {
        type Reply = ();
        fn handle<'a>(&'a mut self, message: Arm, context: &'a mut Context<Self>) -> Handled<'a, ()> {
            context.tell_after(Duration::from_secs(3600), Later(message.0));
            Handled::now(())
        }
    }
    let clock = crate::timer::Clock::Virtual(Default::default());
    let runtime = Runtime::builder().workers(1).clock(clock).build().unwrap();
    let alarm = runtime.spawn(Alarm).unwrap();
    let (sender, fired) = mpsc::channel();
    block_on(alarm.call(Arm(sender))).unwrap();
    runtime.advance(Duration::from_secs(3599));
    assert!(fired.recv_timeout(Duration::from_millis(20)).is_err());
    runtime.advance(Duration::from_secs(2));
    assert_eq!(fired.recv_timeout(Duration::from_secs(20)), Ok(()));
}
