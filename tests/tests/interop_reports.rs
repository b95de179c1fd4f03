//! What is logged when something crashes on one side of the border: the place in Rust, the stack in Erlang, and who waited.

use dala::supervise::{ChildSpec, Restart, Supervisor};
use dala_beam::interop::{Server, ServerError, ServerSpec};
use dala_tests::border::{Add, Notes, Stage};

const REPORTS: &str = "Elixir.Reports";

#[dala::native(module = "Elixir.Fast.Digest")]
fn digest(text: String) -> u64 {
    panic!("cannot digest {text:?}")
}

#[dala::native(module = "Elixir.Fast.Digest")]
async fn digest_later(text: String) -> u64 {
    tokio::task::yield_now().await;
    panic!("cannot digest {text:?}")
}

/// A stage, and what is logged on it.
fn stage() -> (Stage, Log) {
    let stage = Stage::new();
    stage.system.add_natives(dala::natives![digest, digest_later]).expect("they have names of their own");
    let (observer, notes) = stage.peer();
    stage.run_in(REPORTS, "observe", &observer.pid());
    (stage, Log { notes, others: Vec::new() })
}

struct Log {
    notes: Notes,
    /// What came while something else was waited for.
    others: Vec<String>,
}

impl Log {
    /// The first event that has this in it. What the two sides log has no order.
    #[track_caller]
    fn event_with(&mut self, part: &str) -> String {
        if let Some(at) = self.others.iter().position(|event| event.contains(part)) {
            return self.others.remove(at);
        }
        loop {
            let event = plain(&self.notes.told());
            if event.contains(part) {
                return event;
            }
            self.others.push(event);
        }
    }
}

/// A printed binary as its text.
fn plain(printed: &str) -> String {
    let text = printed.trim_start_matches("<<\"").trim_end_matches("\">>");
    text.replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\")
}

/// Whether the lines stand in the text in this order.
#[track_caller]
fn assert_lines(text: &str, lines: &[&str]) {
    let mut rest = text;
    for line in lines {
        let Some(at) = rest.find(line) else { panic!("no {line:?} (in this order) in:\n{text}") };
        rest = &rest[at + line.len()..];
    }
}

fn tea<T>(actor: T) -> (T, String) {
    (actor, "tea".to_owned())
}

#[test]
fn a_crashed_rust_actor_is_logged_with_the_stack_of_the_process_that_called_it() {
    let (stage, mut log) = stage();
    for (function, frames) in [
        (
            "try_to_buy",
            &["GenServer.call/3", "reports.ex:15: Reports.price/2", "Reports.try_to_buy/1"] as &[&str],
        ),
        ("ask_by_hand", &["Reports.ask_by_hand/1"]),
    ] {
        let (peer, _notes) = stage.peer();
        let reason = stage.run_in(REPORTS, function, &tea(peer.pid()));
        assert!(reason.contains("tea") || reason == "panic", "{reason}");
        let event = log.event_with("crashed");
        let crashed = format!("actor Peer {} crashed: panic: tea at tests/src/border.rs:", peer.pid());
        assert_lines(&event, &[&crashed, "while it answered Crash to <0.", ", which was in\n"]);
        assert_lines(&event, frames);
    }
}

#[test]
fn a_native_function_that_panics_is_the_innermost_frame_of_the_stack() {
    let (stage, mut log) = stage();
    let printed = plain(&stage.run_in(REPORTS, "printed", &"tea".to_owned()));
    assert_lines(
        &printed,
        &[
            "cannot digest",
            "tests/tests/interop_reports.rs:",
            "\n    tests/tests/interop_reports.rs:",
            ": Fast.Digest.digest(\"tea\")\n",
            "reports.ex:",
            ": Reports.digest/1\n",
        ],
    );
    // Who calls the function from Rust has the place in one line.
    let error = stage.runtime.block_on(stage.system.call::<_, u64>(REPORTS, "digest", ("tea".to_owned(),)));
    let error = error.unwrap_err().to_string();
    assert_lines(
        &error,
        &[
            "it raised {panic,",
            "cannot digest",
            " at tests/tests/interop_reports.rs:",
            ": Fast.Digest.digest/1",
        ],
    );
    // What nobody rescues ends a server, whose report has both.
    let server = till(&stage);
    let error = stage.runtime.block_on(server.call::<_, u64>(Digest { text: "tea".to_owned() })).unwrap_err();
    assert!(error.to_string().contains("cannot digest"), "{error}");
    let event = log.event_with("terminating");
    assert_lines(
        &event,
        &["cannot digest", "'Elixir.Fast.Digest',digest,", "interop_reports.rs", "{line,", "handle_call"],
    );
}

#[test]
fn what_rust_calls_or_starts_in_elixir_may_print() {
    let (stage, _log) = stage();
    let printed = stage.run_in(REPORTS, "print", &String::new());
    assert_eq!(printed, "{ok,true}");
    let printed = stage.runtime.block_on(stage.system.call::<_, (dala::Atom, bool)>(
        REPORTS,
        "print",
        (String::new(),),
    ));
    assert_eq!(printed.unwrap(), (dala::Atom::new("ok"), true));
}

#[test]
fn an_elixir_server_that_raises_is_logged_by_its_rust_supervisor_too() {
    let (stage, mut log) = stage();
    let spec = ServerSpec::new(&stage.system, "Elixir.Reports.Till", &None::<bool>).named("till");
    let supervisor = Supervisor::new().child(spec.child("till"));
    let supervisor = stage.runtime.block_on(supervisor.start(stage.runtime.handle())).unwrap();
    let server = Server::named(&stage.system, "till");
    let first = stage.runtime.block_on(supervisor.children()).unwrap()[0].pid.expect("it lives");
    let error =
        stage.runtime.block_on(server.call::<_, i64>(Fail { text: "no tea".to_owned() })).unwrap_err();
    assert!(matches!(&error, ServerError::Exited(_)), "{error:?}");
    // Who called has the reason with the stack.
    assert_lines(&error.to_string(), &["no tea", "handle_call", "reports.ex"]);
    // OTP's report, then the supervisor's.
    assert_lines(&log.event_with("terminating"), &["no tea", "reports.ex"]);
    let event = log.event_with("supervisor");
    let ended = format!("supervisor {}: child till {first} ended: ", supervisor.pid());
    assert_lines(&event, &[&ended, "no tea", "; it is started again"]);
    let sum: i64 = stage.runtime.block_on(server.call(Add { a: 1, b: 2 })).unwrap();
    assert_eq!(sum, 3);
    supervisor.shutdown();
}

#[test]
fn a_rust_child_that_crashes_is_logged_by_its_elixir_supervisor_too() {
    let (stage, mut log) = stage();
    let (factory, _notes) = stage.peer();
    assert_eq!(stage.run_in(REPORTS, "supervise", &tea(factory.pid())), "ok");
    assert_lines(
        &log.event_with("crashed"),
        &["actor Peer <0.", "crashed: panic: tea at tests/src/border.rs:"],
    );
    assert_lines(&log.event_with("child_terminated"), &["panic", "tea", "tests/src/border.rs:"]);
}

#[test]
fn a_rust_supervisor_tells_what_becomes_of_its_children() {
    let (stage, mut log) = stage();
    let child = ChildSpec::actor("fragile", Fragile::default).restart(Restart::Temporary);
    let supervisor = Supervisor::new().child(child);
    let supervisor = stage.runtime.block_on(supervisor.start(stage.runtime.handle())).unwrap();
    let fragile = stage.runtime.block_on(supervisor.children()).unwrap()[0].pid.expect("it lives");
    dala::actor::process::kill(fragile);
    let event = log.event_with("supervisor");
    assert_lines(&event, &["child fragile", "ended: killed; it is not started again"]);
    supervisor.shutdown();
}

/// Does nothing.
#[derive(Default)]
struct Fragile;

#[dala::actor]
impl Fragile {
    #[message]
    fn ping(&self) {}
}

fn till(stage: &Stage) -> Server {
    let _entered = stage.runtime.enter();
    let spec = ServerSpec::new(&stage.system, "Elixir.Reports.Till", &None::<bool>);
    Server::of_pid(&stage.system, spec.start().expect("pids are left"))
}

/// `Reports.Till`'s `{fail, Text}`.
#[dala::message]
struct Fail {
    text: String,
}

/// `Reports.Till`'s `{digest, Text}`.
#[dala::message]
struct Digest {
    text: String,
}
