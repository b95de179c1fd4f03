//! How actors begin, go on, rest and end.

use crate::signal::Down;
use crate::timer::Clock;
use crate::timer::block_on;
use crate::{Atom, CallError, Context, ExitReason, Runtime, SpawnError};
use std::sync::mpsc;
use std::time::Duration;

fn runtime() -> Runtime {
    Runtime::builder().workers(2).build().unwrap()
}

fn with_virtual_clock() -> Runtime {
    Runtime::builder().workers(1).clock(Clock::Virtual(Default::default())).build().unwrap()
}

type Notes = crate::Local<mpsc::Sender<String>>;

/// What `init` is to do.
#[derive(Clone, Copy, PartialEq)]
enum Start {
    Well,
    /// A second by the runtime's clock, later.
    Late,
    Fail,
    Panic,
    Hang,
}

struct Subject {
    notes: Notes,
}

#[dala::actor]
impl Subject {
    #[init]
    async fn new(start: Start, notes: Notes, ctx: &mut Context<Self>) -> Result<Self, String> {
        notes.send(format!("init in {}", ctx.pid() == crate::actor::process::running())).unwrap();
        match start {
            Start::Well => tokio::time::sleep(Duration::from_millis(1)).await,
            Start::Late => ctx.sleep(Duration::from_secs(1)).await,
            Start::Fail => return Err("no luck".to_owned()),
            Start::Panic => panic!("bad luck"),
            Start::Hang => std::future::pending().await,
        }
        ctx.continue_with(Step { number: 1 });
        ctx.continue_with(Step { number: 2 });
        Ok(Subject { notes })
    }

    #[message]
    fn step(&mut self, number: u64) {
        self.notes.send(format!("step {number}")).unwrap();
    }

    #[idle(after = "30s")]
    fn quiet(&mut self) {
        self.notes.send("idle".to_owned()).unwrap();
    }

    #[terminate]
    fn end(&mut self, reason: &ExitReason, ctx: &mut Context<Self>) {
        self.notes.send(format!("{} ends: {reason}", ctx.pid() == crate::actor::process::running())).unwrap();
    }
}

fn notes() -> (Notes, mpsc::Receiver<String>) {
    let (sender, receiver) = mpsc::channel();
    (crate::Local(sender), receiver)
}

fn next(notes: &mpsc::Receiver<String>) -> String {
    notes.recv_timeout(Duration::from_secs(20)).unwrap_or_else(|_| "nothing".to_owned())
}

#[test]
fn init_runs_in_the_actor_and_what_it_continues_with_comes_before_messages() {
    let runtime = with_virtual_clock();
    let (sender, notes) = notes();
    let subject = Subject::spawn(Start::Late, sender).on(runtime.handle()).now().unwrap();
    assert_eq!(next(&notes), "init in true");
    // It lies in the mailbox before there is anything to go on with.
    subject.tell(Step { number: 3 }).unwrap();
    let first = loop {
        // A second that passes before `init` sleeps is lost.
        runtime.advance(Duration::from_secs(1));
        if let Ok(note) = notes.recv_timeout(Duration::from_millis(10)) {
            break note;
        }
    };
    assert_eq!([first, next(&notes), next(&notes)], ["step 1", "step 2", "step 3"]);
}

#[test]
fn the_spawner_learns_why_init_failed_and_terminate_does_not_run() {
    let runtime = runtime();
    let (sender, notes) = notes();
    runtime.block_on(async {
        let failed = Subject::spawn(Start::Fail, sender.clone()).await;
        assert_eq!(failed.unwrap_err(), SpawnError::Init(ExitReason::custom("no luck")));
        let SpawnError::Init(ExitReason::Panic(panic)) =
            Subject::spawn(Start::Panic, sender.clone()).await.unwrap_err()
        else {
            panic!("not a panic")
        };
        assert_eq!(panic.message, "bad luck");
        // Nobody waits: the actor is gone, and calls say why.
        let unseen = Subject::spawn(Start::Fail, sender).now().unwrap();
        let error = unseen.step(1).await.unwrap_err();
        assert!(matches!(error, CallError::Exited(_) | CallError::NoProc), "{error}");
    });
    drop(runtime);
    assert_eq!(notes.iter().collect::<Vec<_>>(), ["init in true"; 3]);
}

struct Parent {
    notes: Notes,
}

#[dala::actor]
impl Parent {
    #[message]
    async fn try_child(&mut self, notes: Notes) -> Result<(), String> {
        let child = Subject::spawn(Start::Fail, notes).linked().monitored();
        child.await.map(|_| ()).map_err(|error| error.to_string())
    }

    #[on_exit]
    fn exit(&mut self, _from: crate::Pid, reason: &ExitReason) {
        self.notes.send(format!("exit: {reason}")).unwrap();
    }

    #[on_down]
    fn down(&mut self, down: &Down) {
        self.notes.send(format!("down: {}", down.reason)).unwrap();
    }
}

#[test]
fn links_and_monitors_learn_of_a_failed_init() {
    let runtime = runtime();
    let ((sender, learnt), (child, _notes)) = (notes(), notes());
    let parent = runtime.spawn(Parent { notes: sender }).unwrap();
    let parent = ParentRef::from(parent);
    assert_eq!(block_on(parent.try_child(child)), Ok(Err("init failed: no luck".to_owned())));
    let mut seen = [next(&learnt), next(&learnt)];
    seen.sort();
    assert_eq!(seen, ["down: no luck", "exit: no luck"]);
}

#[test]
fn an_actor_that_is_killed_in_its_init_fails_the_spawner() {
    let runtime = runtime();
    let (sender, notes) = notes();
    let (done, result) = mpsc::channel();
    runtime
        .spawn_task(async move {
            let spawned = Subject::spawn(Start::Hang, sender).named("hangs").await;
            done.send(spawned.unwrap_err()).unwrap();
        })
        .unwrap();
    assert_eq!(next(&notes), "init in true");
    let name = Atom::new("hangs");
    crate::actor::process::kill(runtime.whereis(name).unwrap());
    assert_eq!(result.recv_timeout(Duration::from_secs(20)), Ok(SpawnError::Init(ExitReason::Killed)));
    assert_eq!(runtime.whereis(name), None);
}

#[test]
fn a_taken_name_spawns_nothing() {
    let runtime = runtime();
    let (sender, notes) = notes();
    runtime.block_on(async {
        let _first = Subject::spawn(Start::Well, sender.clone()).named("taken").await.unwrap();
        let second = Subject::spawn(Start::Well, sender).named("taken").await;
        assert_eq!(second.unwrap_err(), SpawnError::NameTaken(Atom::new("taken")));
    });
    runtime.shutdown(Duration::from_secs(20));
    let inits = notes.iter().filter(|note| note == "init in true").count();
    assert_eq!(inits, 1);
}

#[test]
fn terminate_runs_with_its_context_whatever_ends_the_actor() {
    let runtime = runtime();
    for reason in [ExitReason::Shutdown, ExitReason::Kill, ExitReason::custom("why not")] {
        let (sender, notes) = notes();
        let subject =
            block_on(Subject::spawn(Start::Well, sender).on(runtime.handle()).into_future()).unwrap();
        let seen = if reason == ExitReason::Kill { ExitReason::Killed } else { reason.clone() };
        subject.exit(reason);
        let last = notes.iter().last().unwrap();
        assert_eq!(last, format!("true ends: {seen}"));
    }
}

#[test]
fn the_idle_hook_runs_once_each_time_nothing_came_for_long() {
    let runtime = with_virtual_clock();
    let (sender, notes) = notes();
    let subject = block_on(Subject::spawn(Start::Well, sender).on(runtime.handle()).into_future()).unwrap();
    // The actor goes to rest some time after its reply, and then arms its timer: turn the clock until it has.
    let mut rested = 0;
    while !notes.try_iter().any(|note| note == "idle") {
        runtime.advance(Duration::from_secs(1));
        std::thread::yield_now();
        rested += 1;
    }
    assert!(rested >= 30, "idle after {rested} s");
    // Once: however long it goes on.
    runtime.advance(Duration::from_secs(3600));
    block_on(subject.step(1)).unwrap();
    assert_eq!(notes.try_iter().collect::<Vec<_>>(), ["step 1"]);
    // Something came, so it may rest again.
    while !notes.try_iter().any(|note| note == "idle") {
        runtime.advance(Duration::from_secs(1));
        std::thread::yield_now();
    }
}

struct Slow {
    notes: Notes,
}

#[dala::message]
struct Ask {
    number: u64,
}

#[dala::actor]
impl Slow {
    #[message]
    async fn hold(&mut self, gate: crate::Local<Option<tokio::sync::oneshot::Receiver<()>>>) {
        let mut gate = gate;
        if let Some(gate) = gate.take() {
            let _ = gate.await;
        }
    }

    #[handler]
    fn ask(&mut self, ask: Ask) -> u64 {
        self.notes.send(format!("asked {}", ask.number)).unwrap();
        ask.number
    }
}

#[test]
fn a_dropped_call_is_not_handled_unless_it_was_begun() {
    let runtime = runtime();
    let (sender, notes) = notes();
    let slow = SlowRef::from(runtime.spawn(Slow { notes: sender }).unwrap());
    let (go, gate) = tokio::sync::oneshot::channel();
    let held = slow.hold(crate::Local(Some(gate)));
    let (first, second, third) =
        (slow.call(Ask { number: 1 }), slow.call(Ask { number: 2 }), slow.call(Ask { number: 3 }));
    drop(second);
    go.send(()).unwrap();
    block_on(held).unwrap();
    assert_eq!((block_on(first), block_on(third)), (Ok(1), Ok(3)));
    assert_eq!([next(&notes), next(&notes)], ["asked 1", "asked 3"]);
}

#[test]
fn a_call_whose_deadline_passes_in_the_queue_is_not_handled() {
    let runtime = with_virtual_clock();
    let (sender, notes) = notes();
    let slow = SlowRef::from(runtime.spawn(Slow { notes: sender }).unwrap());
    let (go, gate) = tokio::sync::oneshot::channel();
    let held = slow.call_forever(Hold { gate: crate::Local(Some(gate)) });
    let first = slow.call_timeout(Ask { number: 1 }, Duration::from_secs(60));
    let late = slow.call_timeout(Ask { number: 2 }, Duration::from_secs(1));
    // Who waits for it learns of the end.
    runtime.advance(Duration::from_secs(2));
    assert_eq!(block_on(late), Err(CallError::Timeout));
    go.send(()).unwrap();
    block_on(held).unwrap();
    assert_eq!(block_on(first), Ok(1));
    drop(runtime);
    assert_eq!(notes.iter().collect::<Vec<_>>(), ["asked 1"]);
}

struct Middle {
    slow: SlowRef,
}

#[dala::actor]
impl Middle {
    /// Calls on with the default deadline.
    #[message]
    async fn relay(&mut self, number: u64) -> Result<u64, String> {
        self.slow.call(Ask { number }).await.map_err(|error| error.to_string())
    }

    #[message]
    fn is_there(&mut self) -> bool {
        true
    }
}

#[test]
fn a_call_made_while_handling_a_call_ends_by_the_deadline_of_that() {
    let runtime = with_virtual_clock();
    let (sender, _notes) = notes();
    let slow = SlowRef::from(runtime.spawn(Slow { notes: sender }).unwrap());
    let middle = MiddleRef::from(runtime.spawn(Middle { slow }).unwrap());
    let (go, gate) = tokio::sync::oneshot::channel();
    let held = slow.call_forever(Hold { gate: crate::Local(Some(gate)) });
    let mut relayed = middle.call_timeout(Relay { number: 7 }, Duration::from_secs(2));
    let next = middle.call_forever(IsThere {});
    // Two of the five seconds that the inner call would have.
    let mut passed = 0;
    let mut free = next;
    let waker = std::task::Waker::noop();
    let mut task = std::task::Context::from_waker(waker);
    while std::pin::Pin::new(&mut free).poll(&mut task).is_pending() {
        assert!(passed < 2_500, "the inner call outlives its caller's deadline");
        runtime.advance(Duration::from_millis(1));
        passed += 1;
        std::thread::yield_now();
        if passed == 2_000 {
            // Its worker may not have seen the timeout yet.
            let relayed = block_on(&mut relayed);
            let inner_was_first = relayed == Ok(Err(CallError::Timeout.to_string()));
            assert!(inner_was_first || relayed == Err(CallError::Timeout), "{relayed:?}");
            assert_eq!(block_on(&mut free), Ok(true));
            break;
        }
    }
    assert_eq!(passed, 2_000);
    go.send(()).unwrap();
    block_on(held).unwrap();
}
