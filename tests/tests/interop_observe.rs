//! Spans and metrics of a runtime on which Rust actors and an Erlang process send to each other.

use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use dala::{Atom, Pid, Recipient, Runtime, StableLayout as _};
use dala_beam::process::Entry;
use dala_ir::abi::Word;
use dala_ir::term::{Fragment, TermWriter as _};
use dala_tests::beam;
use tracing_subscriber::layer::SubscriberExt as _;

#[path = "../../dala/tests/observe/book.rs"]
mod book;
#[path = "../../dala/tests/observe/tape.rs"]
mod tape;

type Tested<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// Longest wait for what must come.
const PATIENCE: Duration = Duration::from_secs(30);

/// Tells the process, and is told by it.
struct Front {
    process: Pid,
}

/// To the process.
#[dala::message]
enum Told {
    Pass { number: u64 },
    Question { number: u64, answers: Pid },
}

#[dala::actor]
impl Front {
    #[message]
    fn sends(&mut self, number: u64) -> bool {
        Recipient::process(self.process).tell(Told::Pass { number }).is_ok()
    }

    #[message]
    fn asks(&mut self, number: u64, answers: Pid) -> bool {
        Recipient::process(self.process).tell(Told::Question { number, answers }).is_ok()
    }
}

struct Back {
    notes: Sender<u64>,
}

#[dala::actor]
impl Back {
    #[message]
    fn note(&mut self, number: u64) {
        // The test may be over.
        let _ = self.notes.send(number);
    }

    #[message]
    fn double(&mut self, number: u64) -> u64 {
        2 * number
    }
}

#[test]
fn spans_and_metrics_follow_messages_through_an_erlang_process() -> Tested {
    let book = book::Book::installed();
    let tape = tape::Tape::default();
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(tape.clone()));
    let runtime = Runtime::builder().workers(2).tracing().metrics().build()?;
    // No process of OTP runs there: the one of the test is the only one.
    let system = beam::unstarted(runtime.handle());
    let (sender, notes) = channel();
    let back = BackRef::from(runtime.spawn(Back { notes: sender })?);
    let mut scratch = Fragment::new();
    let to = back.pid().write_term(&mut scratch);
    let arguments = scratch.list(&[to], Word::NIL);
    let entry = Entry::Function(Atom::new("observed"), Atom::new("relay"), arguments);
    let process = system.start_process(entry, None, None).expect("pids are left");
    let front = FrontRef::from(runtime.spawn(Front { process })?);
    let request = |name| tracing::info_span!("request", actor = "request", message = name);
    {
        let _entered = request("passed").entered();
        assert!(front.blocking_call(Sends { number: 7 })?);
        assert_eq!(notes.recv_timeout(PATIENCE)?, 7);
    }
    {
        let _entered = request("asked").entered();
        assert!(front.blocking_call(Asks { number: 8, answers: back.pid() })?);
        assert_eq!(notes.recv_timeout(PATIENCE)?, 16);
    }
    dala::actor::process::kill(process);
    drop(runtime);
    assert_eq!(
        tape.paths(),
        [
            "request.asked",
            "request.asked > Front.Asks",
            "request.asked > Front.Asks > Erlang process.Erlang term",
            "request.asked > Front.Asks > Erlang process.Erlang term > Back.Double",
            // The reply, which `gen_server:call/2` receives.
            "request.asked > Front.Asks > Erlang process.Erlang term > Back.Double > Erlang process.Erlang term",
            "request.asked > Front.Asks > Erlang process.Erlang term > Back.Double > Erlang process.Erlang term > Back.Note",
            "request.passed",
            "request.passed > Front.Sends",
            "request.passed > Front.Sends > Erlang process.Erlang term",
            "request.passed > Front.Sends > Erlang process.Erlang term > Back.Note",
        ]
    );
    assert_eq!(tape.count("Erlang process"), 3);
    assert_eq!(tape.field("Erlang process", "is_call").as_deref(), Some("false"));
    assert_eq!(tape.field("Erlang process", "pid"), Some(process.to_string()));
    tape.check_all_closed();
    for (actor, messages) in [("Erlang process", 3), ("Front", 2), ("Back", 3)] {
        assert_eq!(book.of(&format!("dala_messages_total actor={actor}")), [f64::from(messages)]);
        for metric in ["dala_mailbox_depth", "dala_wait_seconds", "dala_run_seconds"] {
            assert_eq!(
                book.of(&format!("{metric} actor={actor}")).len(),
                messages as usize,
                "{metric} {actor}"
            );
        }
        assert_eq!(book.of(&format!("dala_spawned_total actor={actor}")), [1.0]);
        assert_eq!(book.of(&format!("dala_actors actor={actor}")), [0.0]);
        // All were killed.
        assert_eq!(book.of(&format!("dala_ended_total actor={actor} how=failed")), [1.0]);
    }
    Ok(())
}
