//! How replies of `gen_server` processes reach Rust: by whom they are sent, who is seen to have called, what becomes of those
//! that nobody waits for.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use dala::actor::process;
use dala::{ExitReason, Pid};
use dala_beam::interop::{Server, ServerError, ServerSpec};
use dala_ir::term::OwnedTerm;
use dala_tests::border::{Add, Stage, term};

/// Requests of `Border.Server`.
#[dala::message]
enum Request {
    HandOn { to: Pid, request: OwnedTerm },
    ReplyByPid { reply: i64 },
    ReplyTwice { first: i64, second: i64 },
    Who,
    Never,
    Ignore,
}

/// As long as a test may take: the limit is not what ends a wait.
const LONG: Duration = Duration::from_secs(600);

fn add(a: i64, b: i64) -> OwnedTerm {
    term(&(dala::Atom::new("add"), a, b))
}

/// Calls that `pid` took and has not answered.
fn unanswered(pid: Pid) -> usize {
    let (sender, seen) = channel();
    process::look(pid, move |at| sender.send(at.unanswered).expect("the test waits")).expect("it lives");
    seen.recv_timeout(Duration::from_secs(30)).expect("it looks between two messages")
}

#[test]
fn whoever_has_from_may_reply_and_only_the_first_reply_counts() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let (server, other) = (stage.server(peer), stage.server(peer));
    notes.told();
    notes.told();
    stage.runtime.block_on(async {
        let by_elixir = Request::HandOn { to: other.pid().unwrap(), request: add(20, 22) };
        assert_eq!(server.call_timeout::<_, i64>(by_elixir, LONG).await.unwrap(), 42);
        let by_rust = Request::HandOn { to: peer.pid(), request: add(1, 2) };
        assert_eq!(server.call_timeout::<_, i64>(by_rust, LONG).await.unwrap(), 3);
        assert_eq!(server.call_timeout::<_, i64>(Request::ReplyByPid { reply: 7 }, LONG).await.unwrap(), 7);
        let twice = Request::ReplyTwice { first: 1, second: 2 };
        assert_eq!(server.call_timeout::<_, i64>(twice, LONG).await.unwrap(), 1);
    });
    assert_eq!([server, other].map(|server| unanswered(server.pid().unwrap())), [0, 0]);
    assert!(notes.is_empty(), "no reply reached an actor as a message");
}

/// Calls for others.
struct Caller {
    server: Server,
}

#[dala::actor]
impl Caller {
    #[message]
    async fn ask_who(&mut self) -> (Pid, bool) {
        self.server.call_timeout(Request::Who, LONG).await.expect("it answers")
    }

    /// Tells how long it waited.
    #[message]
    async fn ask_in_vain(&mut self, done: Done) {
        let begin = Instant::now();
        let error = self.server.call_timeout::<_, i64>(Request::Never, LONG).await.unwrap_err();
        assert!(matches!(error, ServerError::Timeout(_)), "{error:?}");
        done.0.send(begin.elapsed()).expect("the test waits");
    }
}

/// Where the actor tells.
#[derive(Debug, Clone)]
struct Done(Sender<Duration>);

impl dala::StableLayout for Done {
    const FIELD: dala_ir::abi::shape::FieldType = dala_ir::abi::shape::FieldType::Term;

    fn write_term(&self, _: &mut dyn dala_ir::term::TermWriter) -> dala_ir::abi::Word {
        dala_ir::abi::Word::NIL
    }

    fn read_term(source: dala::message::Source<'_>) -> Result<Self, dala::message::ConvertError> {
        Err(source.misfit("nothing"))
    }
}

#[test]
fn the_server_sees_the_actor_that_calls_and_one_for_code_that_is_none() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let server = stage.server(peer);
    notes.told();
    let caller = CallerRef::from(stage.runtime.spawn(Caller { server: server.clone() }).unwrap());
    assert_eq!(stage.runtime.block_on(caller.ask_who()).unwrap(), (caller.pid(), true));
    let outside =
        || stage.runtime.block_on(server.call_timeout::<_, (Pid, bool)>(Request::Who, LONG)).unwrap();
    let (stranger, is_alive) = outside();
    assert!(is_alive && stranger != caller.pid());
    assert_eq!(outside(), (stranger, true));
    // Somebody may end it.
    process::kill(stranger);
    while process::is_alive(stranger) {
        std::thread::yield_now();
    }
    assert!(outside().1);
}

#[test]
fn a_call_made_while_handling_one_fails_with_that_ones_deadline() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let server = stage.server(peer);
    notes.told();
    let caller = stage.runtime.spawn(Caller { server }).unwrap();
    // A call that was given up before the actor had begun with it is not handled: a busy machine needs more time.
    let waited = [20, 200, 2000, 20_000].into_iter().find_map(|limit| {
        let (sender, waited) = channel();
        let ask = AskInVain { done: Done(sender) };
        let outer = stage.runtime.block_on(caller.call_timeout(ask, Duration::from_millis(limit)));
        // Both end at one moment, and the actor may answer before the timer of its caller has gone off.
        assert!(matches!(outer, Err(dala::CallError::Timeout) | Ok(())), "{outer:?}");
        waited.recv_timeout(Duration::from_secs(60)).ok()
    });
    assert!(waited.is_some_and(|waited| waited < LONG / 2), "{waited:?}");
}

#[test]
fn calls_that_wait_in_the_mailbox_of_a_server_that_ends_fail_and_a_full_one_takes_them() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let server = {
        let _entered = stage.runtime.enter();
        let spec = ServerSpec::new(&stage.system, "Elixir.Border.Stalling", &peer.pid()).mailbox(2);
        Server::of_pid(&stage.system, spec.start().unwrap())
    };
    assert_eq!(notes.told(), "stalled");
    // One more than there is room for: Erlang's calls are sends, which nothing refuses.
    let calls = [(); 3].map(|()| server.call_timeout::<_, i64>(Request::Ignore, LONG));
    process::kill(server.pid().unwrap());
    for waiting in calls {
        let error = stage.runtime.block_on(waiting).unwrap_err();
        assert!(matches!(error, ServerError::Exited(ExitReason::Killed)), "{error:?}");
    }
}

#[test]
fn a_native_actor_is_a_server_too() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let server = Server::of_pid(&stage.system, peer.pid());
    assert_eq!(
        stage.runtime.block_on(server.call_timeout::<_, i64>(Add { a: 20, b: 22 }, LONG)).unwrap(),
        42
    );
    let error = stage.runtime.block_on(server.call_timeout::<_, i64>(Request::Who, LONG)).unwrap_err();
    assert!(matches!(error, ServerError::Call(dala::CallError::NotUnderstood(_))), "{error:?}");
    drop(notes);
}

#[test]
fn under_load_no_reply_is_lost_and_none_is_kept_for_those_who_gave_up() {
    const TASKS: i64 = 8;
    const CALLS: i64 = 400;
    static RIGHT: AtomicU64 = AtomicU64::new(0);
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let (server, other) = (stage.server(peer), stage.server(peer));
    notes.told();
    notes.told();
    let pid = server.pid().unwrap();
    // What started the servers may still be ending.
    let before = stage.runtime.handle().actors().len();
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let (server, helper) = (server.clone(), other.pid().unwrap());
            let (sender, done) = channel::<()>();
            let calls = async move {
                for n in 0..CALLS {
                    // Dropped at once: what it asked for is done, and goes nowhere.
                    drop(server.call_timeout::<_, i64>(Add { a: n, b: 1 }, LONG));
                    drop(server.call_timeout::<_, i64>(Request::Ignore, LONG));
                    let sum = match n % 4 {
                        0 => {
                            let handed_on = Request::HandOn { to: helper, request: add(task, n) };
                            server.call_timeout::<_, i64>(handed_on, LONG).await
                        }
                        _ => server.call_timeout::<_, i64>(Add { a: task, b: n }, LONG).await,
                    };
                    RIGHT.fetch_add(u64::from(sum.is_ok_and(|sum| sum == task + n)), Ordering::Relaxed);
                }
                drop(sender);
            };
            stage.runtime.handle().spawn_task(calls).expect("pids are left");
            done
        })
        .collect();
    for done in tasks {
        // The sender is dropped at the end.
        assert!(done.recv_timeout(Duration::from_secs(120)).is_err());
    }
    assert_eq!(RIGHT.load(Ordering::Relaxed), (TASKS * CALLS) as u64);
    // Of those that are never answered some wait to be forgotten.
    let kept = unanswered(pid);
    assert!(kept <= 64, "{kept} of {} are kept", TASKS * CALLS);
    assert_eq!(unanswered(other.pid().unwrap()), 0);
    let after = || stage.runtime.handle().actors().len();
    let begin = Instant::now();
    while after() > before && begin.elapsed() < Duration::from_secs(30) {
        std::thread::yield_now();
    }
    assert!(after() <= before, "actors are left of calls: {} now, {before} before", after());
}
