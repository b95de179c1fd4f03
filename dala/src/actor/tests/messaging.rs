//! Full mailboxes, replies from elsewhere, cycles, what goes on beside an actor.

use crate::message::DeadLetterCause;
use crate::sync::{Arc, Mutex, lock};
use crate::timer::block_on;
use crate::{
    Blocking, CallError, Concurrent, Context, ExitReason, Lane, Local, Overflow, Recipient, ReplyTo, Runtime,
    SendError, SpawnOptions, join,
};
use std::future::Future as _;
use std::sync::mpsc;
use std::task::Poll;
use std::time::Duration;
use tokio::sync::oneshot;

fn runtime() -> Runtime {
    Runtime::builder().workers(2).build().unwrap()
}

/// Writes down what it handles.
#[derive(Default)]
struct Scribe {
    lines: Vec<u64>,
}

#[dala::actor]
impl Scribe {
    /// Handles nothing else until the gate opens.
    #[message]
    async fn hold(&mut self, began: Local<mpsc::Sender<()>>, gate: Local<oneshot::Receiver<()>>) {
        began.send(()).unwrap();
        let _ = gate.into_inner().await;
    }

    #[message]
    fn line(&mut self, number: u64) {
        self.lines.push(number);
    }

    #[message(priority = "high")]
    fn urgent(&mut self, number: u64) -> u64 {
        self.lines.push(number);
        number
    }

    #[message(priority = "low")]
    fn read(&mut self) -> Vec<u64> {
        std::mem::take(&mut self.lines)
    }
}

struct Held {
    scribe: ScribeRef,
    gate: oneshot::Sender<()>,
    hold: crate::Call<()>,
}

/// A scribe that is in the middle of a handler.
fn held(runtime: &Runtime, options: &SpawnOptions) -> Held {
    let scribe = ScribeRef::from(runtime.spawn_with(Scribe::default(), options).unwrap());
    let ((began, begun), (gate, open)) = (mpsc::channel(), oneshot::channel());
    let hold = scribe.hold(Local(began), Local(open));
    begun.recv_timeout(Duration::from_secs(20)).unwrap();
    Held { scribe, gate, hold }
}

impl Held {
    fn read(self) -> Vec<u64> {
        self.gate.send(()).unwrap();
        block_on(self.hold).unwrap();
        loop {
            match block_on(self.scribe.read()) {
                Err(CallError::Overloaded) => {}
                lines => return lines.unwrap(),
            }
        }
    }
}

#[test]
fn a_full_lane_refuses_and_the_other_lanes_do_not() {
    let runtime = runtime();
    for overflow in [Overflow::Wait, Overflow::Refuse] {
        let options = SpawnOptions::default().mailbox(2).lane(Lane::High, 1).overflow(overflow);
        let held = held(&runtime, &options);
        // The message that is being handled gave its credit back when the handler was suspended, or gives it soon.
        while held.scribe.tell(Line { number: 1 }).is_err() {}
        while held.scribe.tell(Line { number: 2 }).is_err() {}
        assert!(matches!(held.scribe.tell(Line { number: 3 }), Err(SendError::Full(Line { number: 3 }))));
        assert_eq!(block_on(held.scribe.call(Line { number: 3 })), Err(CallError::Overloaded));
        let urgent = held.scribe.urgent(4);
        assert!(matches!(held.scribe.tell(Urgent { number: 5 }), Err(SendError::Full(_))));
        if overflow == Overflow::Refuse {
            let refused = block_on(held.scribe.tell_wait(Line { number: 3 }));
            assert!(matches!(refused, Err(SendError::Full(_))));
        }
        assert_eq!(held.read(), [4, 1, 2]);
        assert_eq!(block_on(urgent), Ok(4));
    }
}

/// What was dropped, and why.
fn dropped(runtime: &Runtime) -> Arc<Mutex<Vec<(String, DeadLetterCause)>>> {
    let letters = Arc::new(Mutex::new(Vec::new()));
    let noted = letters.clone();
    runtime.dead_letters().add_hook(move |letter| {
        lock(&noted).push((letter.message.clone(), letter.cause.clone()));
    });
    letters
}

#[test]
fn the_newest_is_dropped_where_that_is_the_policy() {
    let runtime = runtime();
    let letters = dropped(&runtime);
    let held = held(&runtime, &SpawnOptions::default().lane(Lane::Normal, 3).overflow(Overflow::DropNewest));
    for number in 0..10 {
        held.scribe.tell(Line { number }).unwrap();
    }
    let call = held.scribe.line(10);
    assert_eq!(block_on(call), Err(CallError::Overloaded));
    let kept = held.read();
    assert!(kept == [0, 1, 2] || kept == [0, 1], "{kept:?}");
    let letters = lock(&letters);
    assert_eq!(letters.len(), 11 - kept.len());
    assert!(letters.iter().all(|letter| *letter == ("Line".to_owned(), DeadLetterCause::Overflow)));
}

#[test]
fn the_oldest_is_dropped_where_that_is_the_policy_and_the_bound_is_exact() {
    let runtime = runtime();
    let letters = dropped(&runtime);
    let held = held(&runtime, &SpawnOptions::default().mailbox(3).overflow(Overflow::DropOldest));
    let first = held.scribe.line(100);
    for number in 0..10 {
        held.scribe.tell(Line { number }).unwrap();
    }
    assert_eq!(block_on(first), Err(CallError::Overloaded));
    let last = held.scribe.call(Line { number: 10 });
    assert_eq!(held.read(), [8, 9, 10]);
    assert_eq!(block_on(last), Ok(()));
    assert_eq!(lock(&letters).len(), 9);
}

#[test]
fn what_lies_in_a_ring_at_the_end_is_answered_and_dead_letters() {
    let runtime = runtime();
    let letters = dropped(&runtime);
    let held = held(&runtime, &SpawnOptions::default().mailbox(4).overflow(Overflow::DropOldest));
    (0..3).for_each(|number| held.scribe.tell(Line { number }).unwrap());
    let call = held.scribe.line(3);
    let ended = held.scribe.ended();
    held.scribe.kill();
    assert_eq!(block_on(call), Err(CallError::Exited(ExitReason::Killed)));
    block_on(ended).unwrap();
    let exited = ("Line".to_owned(), DeadLetterCause::ReceiverExited);
    assert_eq!(*lock(&letters), [exited.clone(), exited.clone(), exited]);
    assert!(matches!(held.scribe.tell(Line { number: 4 }), Err(SendError::Dead(_))));
}

#[test]
fn many_senders_to_a_ring_lose_only_what_is_counted() {
    let runtime = runtime();
    let options = SpawnOptions::default().mailbox(16).overflow(Overflow::DropOldest);
    let scribe = ScribeRef::from(runtime.spawn_with(Scribe::default(), &options).unwrap());
    std::thread::scope(|scope| {
        for sender in 0..4 {
            scope.spawn(move || {
                (0..5_000).for_each(|n| scribe.tell(Line { number: sender << 32 | n }).unwrap())
            });
        }
    });
    let lines = block_on(scribe.read()).unwrap();
    assert_eq!(lines.len() as u64 + runtime.dead_letters().count(), 20_000);
    for sender in 0..4 {
        let own: Vec<_> = lines.iter().filter(|&&line| line >> 32 == sender).collect();
        assert!(own.is_sorted(), "in order of each sender");
    }
}

/// Answers through others.
struct Desk {
    scribe: ScribeRef,
    kept: Vec<ReplyTo<u64>>,
}

#[dala::actor]
impl Desk {
    #[message]
    fn forward(&mut self, number: u64, reply: ReplyTo<u64>) {
        self.scribe.forward(Urgent { number }, reply);
    }

    #[message]
    fn elsewhere(&mut self, reply: ReplyTo<u64>, number: u64) {
        std::thread::spawn(move || reply.answer(number));
    }

    #[message]
    async fn waits_first(&mut self, reply: ReplyTo<u64>) {
        std::future::ready(()).await;
        reply.answer(7);
    }

    #[message]
    fn keep(&mut self, reply: ReplyTo<u64>) {
        self.kept.push(reply);
    }

    #[message]
    fn forget(&mut self, _reply: ReplyTo<u64>) {}

    #[message]
    fn give_on(&mut self, to: Local<mpsc::Sender<ReplyTo<u64>>>, reply: ReplyTo<u64>) {
        to.send(reply).unwrap();
    }
}

fn desk(runtime: &Runtime) -> DeskRef {
    let scribe = ScribeRef::from(runtime.spawn(Scribe::default()).unwrap());
    DeskRef::from(runtime.spawn(Desk { scribe, kept: Vec::new() }).unwrap())
}

#[test]
fn replies_come_from_another_actor_a_thread_and_after_a_wait() {
    let runtime = runtime();
    let desk = desk(&runtime);
    assert_eq!(block_on(desk.forward(1)), Ok(1));
    assert_eq!(block_on(desk.elsewhere(2)), Ok(2));
    assert_eq!(block_on(desk.waits_first()), Ok(7));
}

#[test]
fn a_reply_that_is_dropped_or_dies_with_its_keeper_fails_the_call() {
    let runtime = runtime();
    let desk = desk(&runtime);
    assert_eq!(block_on(desk.forget()), Err(CallError::NoReply));
    let kept = desk.keep();
    let (sender, receiver) = mpsc::channel();
    let given = desk.give_on(Local(sender));
    let reply = receiver.recv().unwrap();
    assert!(reply.is_awaited());
    drop(given);
    assert!(!reply.is_awaited(), "the caller gave up");
    desk.kill();
    assert_eq!(block_on(kept), Err(CallError::NoReply));
}

#[test]
fn forwarding_to_the_dead_fails_the_call_at_once() {
    let runtime = runtime();
    let scribe = ScribeRef::from(runtime.spawn(Scribe::default()).unwrap());
    let desk = DeskRef::from(runtime.spawn(Desk { scribe, kept: Vec::new() }).unwrap());
    let ended = scribe.ended();
    scribe.kill();
    block_on(ended).unwrap();
    assert_eq!(block_on(desk.forward(1)), Err(CallError::NoProc));
}

/// Calls itself through a friend.
struct Friend {
    friend: Option<FriendRef>,
}

#[dala::actor]
impl Friend {
    #[message]
    fn meet(&mut self, friend: FriendRef) {
        self.friend = Some(friend);
    }

    #[message]
    async fn ask_on(&mut self, times: u64) -> Result<u64, String> {
        let Some(friend) = self.friend.filter(|_| times > 0) else { return Ok(0) };
        match friend.ask_on(times - 1).await {
            Ok(reply) => reply.map(|depth| depth + 1),
            Err(error) => Err(error.to_string()),
        }
    }
}

#[cfg(debug_assertions)]
#[test]
fn a_call_cycle_fails_at_once_and_names_who_waits_for_whom() {
    let runtime = runtime();
    let friends = [(); 3].map(|()| FriendRef::from(runtime.spawn(Friend { friend: None }).unwrap()));
    for index in 0..3 {
        block_on(friends[index].meet(friends[(index + 1) % 3])).unwrap();
    }
    // Two steps are no circle.
    assert_eq!(block_on(friends[0].ask_on(2)), Ok(Ok(2)));
    let error = block_on(friends[0].ask_on(3)).unwrap().unwrap_err();
    let [a, b, c] = friends.map(|friend| format!("Friend{}", friend.pid()));
    let expected = format!("call cycle: {c} -> {a} -> {b} -> {c}");
    assert_eq!(error, expected);
    // Nothing is left behind.
    assert_eq!(block_on(friends[1].ask_on(2)), Ok(Ok(2)));
}

/// Calls back who called it, after its reply.
struct Echo {
    seen: mpsc::Sender<Result<(), CallError>>,
}

#[dala::actor]
impl Echo {
    #[message]
    async fn answer_and_ask(&mut self, asker: Local<AskerRef>, reply: ReplyTo<u64>) {
        reply.answer(1);
        let noted = asker.note().await;
        let _ = self.seen.send(noted);
    }
}

struct Asker;

#[dala::actor]
impl Asker {
    #[message]
    async fn ask(&mut self, echo: Local<EchoRef>, ctx: &mut Context<Self>) -> u64 {
        let me = AskerRef::from(ctx.me());
        echo.answer_and_ask(Local(me)).await.unwrap()
    }

    #[message]
    fn note(&mut self) {}
}

#[test]
fn who_was_answered_waits_for_nobody_and_may_be_called_back() {
    let runtime = Runtime::builder().workers(1).build().unwrap();
    let (sender, seen) = mpsc::channel();
    let echo = EchoRef::from(runtime.spawn(Echo { seen: sender }).unwrap());
    let asker = AskerRef::from(runtime.spawn(Asker).unwrap());
    assert_eq!(block_on(asker.ask(Local(echo))), Ok(1));
    assert_eq!(seen.recv().unwrap(), Ok(()));
}

#[test]
fn a_recipient_waits_or_is_refused_by_the_policy_as_a_reference_is() {
    for overflow in [Overflow::Wait, Overflow::Refuse, Overflow::DropNewest] {
        let runtime = runtime();
        let held = held(&runtime, &SpawnOptions::default().mailbox(1).overflow(overflow));
        let recipient: Recipient<Line> = held.scribe.recipient();
        // Full, now or soon: the message that is being handled gives its credit back.
        match overflow {
            Overflow::DropNewest => {
                while runtime.dead_letters().count() == 0 {
                    held.scribe.tell(Line { number: 1 }).unwrap();
                }
                let dropped = runtime.dead_letters().count();
                block_on(recipient.tell_wait(Line { number: 2 })).unwrap();
                assert_eq!(runtime.dead_letters().count(), dropped + 1);
            }
            _ => while held.scribe.tell(Line { number: 1 }).is_err() {},
        }
        let mut sent = Box::pin(recipient.tell_wait(Line { number: 3 }));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match (overflow, sent.as_mut().poll(&mut context)) {
            (Overflow::Wait, Poll::Pending) => {}
            (Overflow::Refuse, Poll::Ready(Err(SendError::Full(Line { number: 3 })))) => continue,
            (Overflow::DropNewest, Poll::Ready(Ok(()))) => continue,
            (_, other) => panic!("{overflow:?}: {other:?}"),
        }
        held.gate.send(()).unwrap();
        block_on(held.hold).unwrap();
        block_on(sent).unwrap();
    }
}

#[test]
fn join_gives_every_result_in_order_failed_ones_too() {
    let runtime = runtime();
    let (one, two) = (desk(&runtime), desk(&runtime));
    let replies = block_on(join([one.elsewhere(1), two.forget(), two.forward(3)]));
    assert_eq!(replies, [Ok(1), Err(CallError::NoReply), Ok(3)]);
    assert_eq!(block_on(join(Vec::<crate::Call<u64>>::new())), []);
}

/// Does several things at a time.
struct Busy {
    notes: mpsc::Sender<String>,
}

#[dala::actor]
impl Busy {
    #[message]
    fn wait_for(&mut self, gate: Local<oneshot::Receiver<u64>>) -> Concurrent<Option<u64>> {
        Concurrent::new(async move { gate.into_inner().await.ok() })
    }

    #[message]
    fn crash(&mut self, ctx: &mut Context<Self>) -> Concurrent<()> {
        let me = ctx.pid();
        Concurrent::new(async move { panic!("beside {me}") })
    }

    #[message]
    fn compute(&mut self, fails: bool) -> Blocking<String> {
        Blocking::new(move || {
            assert!(!fails, "blocked in vain");
            std::thread::current().name().unwrap_or_default().to_owned()
        })
    }

    #[message]
    async fn await_work(&mut self, fails: bool) -> String {
        self.compute(fails).await
    }

    #[message]
    fn ping(&mut self) {}

    #[terminate]
    fn end(&mut self, reason: &ExitReason) {
        let _ = self.notes.send(reason.to_string());
    }
}

fn busy(runtime: &Runtime) -> (BusyRef, mpsc::Receiver<String>) {
    let (notes, ends) = mpsc::channel();
    (BusyRef::from(runtime.spawn(Busy { notes }).unwrap()), ends)
}

#[test]
fn concurrent_handlers_go_on_side_by_side_while_the_actor_takes_messages() {
    let runtime = runtime();
    let (busy, _ends) = busy(&runtime);
    let ((first, one), (second, two)) = (oneshot::channel(), oneshot::channel());
    let calls = [busy.wait_for(Local(one)), busy.wait_for(Local(two))];
    block_on(busy.ping()).unwrap();
    second.send(2).unwrap();
    let [one, two] = calls;
    assert_eq!(block_on(two), Ok(Some(2)));
    first.send(1).unwrap();
    assert_eq!(block_on(one), Ok(Some(1)));
}

#[test]
fn what_goes_on_beside_an_actor_ends_with_it_and_its_panic_ends_the_actor() {
    let runtime = runtime();
    let (one, ends) = busy(&runtime);
    let (gate, open) = oneshot::channel();
    let waiting = one.wait_for(Local(open));
    block_on(one.ping()).unwrap();
    one.exit(ExitReason::Shutdown);
    assert!(matches!(block_on(waiting), Err(CallError::Exited(_))));
    assert_eq!(ends.recv().as_deref(), Ok("shutdown"));
    assert!(gate.is_closed());
    let (two, ends) = busy(&runtime);
    assert!(matches!(block_on(two.crash()), Err(CallError::Exited(ExitReason::Panic(_)))));
    let end = ends.recv().unwrap();
    assert!(end.starts_with(&format!("panic: beside {}", two.pid())), "{end}");
}

#[test]
fn a_handler_may_await_blocking_work_whose_panic_is_its_own() {
    let runtime = runtime();
    let (busy, ends) = busy(&runtime);
    let thread = block_on(busy.await_work(false)).unwrap();
    assert!(thread.starts_with("dala-tokio"), "{thread}");
    let error = block_on(busy.await_work(true)).unwrap_err();
    let CallError::Exited(ExitReason::Panic(panic)) = error else { panic!("{error}") };
    assert_eq!(panic.message, "blocked in vain");
    assert!(panic.place.as_ref().is_some_and(|place| place.contains("messaging.rs")), "{panic}");
    assert!(ends.recv().unwrap().starts_with("panic: blocked in vain"));
}

#[test]
fn blocking_work_leaves_the_workers_and_its_panic_ends_the_actor() {
    let runtime = runtime();
    let (busy, ends) = busy(&runtime);
    let thread = block_on(busy.compute(false)).unwrap();
    assert!(thread.starts_with("dala-tokio"), "{thread}");
    let error = block_on(busy.compute(true)).unwrap_err();
    let CallError::Exited(ExitReason::Panic(panic)) = error else { panic!("{error}") };
    assert_eq!(panic.message, "blocked in vain");
    assert!(ends.recv().unwrap().starts_with("panic: blocked in vain"));
}
