//! Rust supervisors with Elixir children, and Elixir supervisors with Rust children.

use dala::actor::process;
use dala::supervise::{ChildSpec, Intensity, Supervisor};
use dala::{ExitReason, Pid};
use dala_beam::interop::Server;
use dala_tests::border::{Add, Note, Notes, Stage};
use std::time::Duration;

/// The pid of a server that says that it started.
fn started(stage: &Stage, notes: &Notes, name: &str) -> Pid {
    let said = notes.told();
    let pid = stage.runtime.whereis(dala::Atom::new(name)).expect("registered before it starts");
    assert_eq!(said, format!("{{started,{pid}}}"));
    pid
}

/// `Border.Server`'s `{trap, On}`.
#[dala::message]
struct Trap {
    on: bool,
}

#[test]
fn a_rust_supervisor_starts_an_elixir_server_again_whatever_ended_it() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let supervisor = Supervisor::new()
        .intensity(Intensity { restarts: 10, within: Duration::from_secs(600) })
        .child(stage.server_spec(peer).named("supervised").child("server"));
    let supervisor = stage.runtime.block_on(supervisor.start(stage.runtime.handle())).unwrap();
    let server = Server::named(&stage.system, "supervised");
    let first = started(&stage, &notes, "supervised");
    let sum: i64 = stage.runtime.block_on(server.call(Add { a: 1, b: 2 })).unwrap();
    assert_eq!(sum, 3);

    process::kill(first);
    let second = started(&stage, &notes, "supervised");
    assert_ne!(first, second);
    let error = stage.runtime.block_on(server.call::<_, i64>(Fail { text: "broken".to_owned() }));
    assert!(error.is_err());
    assert!(notes.told().starts_with("{terminated,"));
    let third = started(&stage, &notes, "supervised");
    assert_ne!(second, third);
    let sum: i64 = stage.runtime.block_on(server.call(Add { a: 2, b: 2 })).unwrap();
    assert_eq!(sum, 4);

    // Stopped by its supervisor it can say good-bye, as under OTP's own.
    let _: bool = stage.runtime.block_on(server.call(Trap { on: true })).unwrap();
    stage.runtime.block_on(peer.watch(third)).unwrap();
    supervisor.shutdown();
    assert_eq!(notes.told(), "{terminated,shutdown}");
    assert_eq!(notes.next(), Note::Down(third, ExitReason::Shutdown));
}

/// `Border.Server`'s `{fail, Text}`.
#[dala::message]
struct Fail {
    text: String,
}

#[test]
fn an_elixir_server_that_never_starts_ends_its_rust_supervisor() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let spec = dala_beam::interop::ServerSpec::new(&stage.system, "Elixir.NoSuchModule", &peer.pid());
    let supervisor = Supervisor::new()
        .intensity(Intensity { restarts: 2, within: Duration::from_secs(600) })
        .child(spec.child("server"));
    let supervisor = stage.runtime.block_on(supervisor.start(stage.runtime.handle())).unwrap();
    stage.runtime.block_on(peer.watch(supervisor.pid())).unwrap();
    let Note::Down(pid, reason) = notes.next() else { panic!("the supervisor ends") };
    assert_eq!(pid, supervisor.pid());
    // Known dead when the watch began, or ended afterwards.
    assert!(matches!(reason, ExitReason::Shutdown | ExitReason::NoProc), "{reason}");
}

#[test]
fn an_elixir_supervisor_starts_a_rust_actor_again_and_stops_it() {
    let stage = Stage::new();
    let (factory, notes) = stage.peer();
    let (observer, told) = stage.peer();
    assert_eq!(stage.run("supervise", &(observer.pid(), factory.pid())), "{3,shutdown}");
    assert_eq!(told.told(), "stopped");
    // Both children say how they ended: the first was killed, the second was told to stop. The factory lives.
    assert_eq!(notes.next(), Note::Ended(ExitReason::Killed));
    assert_eq!(notes.next(), Note::Ended(ExitReason::Shutdown));
    assert!(factory.is_alive());
}

#[test]
fn a_rust_supervisor_keeps_rust_and_elixir_children_apart() {
    let stage = Stage::new();
    let (peer, notes) = stage.peer();
    let supervisor = Supervisor::new()
        .child(stage.server_spec(peer).named("neighbour").child("elixir"))
        .child(ChildSpec::actor("rust", Idle::default));
    let supervisor = stage.runtime.block_on(supervisor.start(stage.runtime.handle())).unwrap();
    let elixir = started(&stage, &notes, "neighbour");
    let children = stage.runtime.block_on(supervisor.children()).unwrap();
    let rust = children[1].pid.expect("it lives");
    process::kill(rust);
    let another = loop {
        match stage.runtime.block_on(supervisor.children()).unwrap()[1].pid {
            Some(pid) if pid != rust => break pid,
            _ => std::thread::yield_now(),
        }
    };
    assert!(process::is_alive(another));
    assert_eq!(
        stage.runtime.whereis(dala::Atom::new("neighbour")),
        Some(elixir),
        "the other one is left alone"
    );
    supervisor.shutdown();
}

/// Does nothing.
#[derive(Default)]
struct Idle;

#[dala::actor]
impl Idle {
    #[message]
    fn ping(&self) {}
}
