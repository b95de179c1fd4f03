//! Erlang sees one clock, its runtime's: what tells the time and what waits agree, on one that only the test turns.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, UNIX_EPOCH};

use dala::Runtime;
use dala::timer::{Clock, VirtualClock};
use dala_beam::process::{Ended, Entry, System};
use dala_ir::abi::{Atom, Word};
use dala_ir::term::{Fragment, Style, TermWriter as _, print};
use dala_tests::beam;

/// Longest wait of the test itself.
const PATIENCE: Duration = Duration::from_secs(30);

/// 2001-09-09, 01:46:40.
const BILLION: Duration = Duration::from_secs(1_000_000_000);

struct Stage {
    runtime: Runtime,
    system: Arc<System>,
}

impl Stage {
    fn new() -> Stage {
        let clock = Clock::Virtual(VirtualClock::starting_at(UNIX_EPOCH + BILLION));
        let runtime = Runtime::builder().workers(2).clock(clock).build().expect("the runtime starts");
        let system = beam::unstarted(runtime.handle());
        Stage { runtime, system }
    }

    fn start(&self, function: &str, argument: i64) -> Receiver<Ended> {
        let (sender, ended) = channel();
        let mut scratch = Fragment::new();
        let arguments = scratch.list(&[Word::small_int(argument)], Word::NIL);
        let entry = Entry::Function(Atom::new("clock"), Atom::new(function), arguments);
        self.system.start_process(entry, None, Some(sender)).expect("pids are left");
        ended
    }

    fn run(&self, function: &str) -> String {
        shown(self.start(function, 0).recv_timeout(PATIENCE).expect("it ends"))
    }

    fn turn(&self, milliseconds: u64) {
        self.runtime.advance(Duration::from_millis(milliseconds));
    }
}

fn shown(ended: Ended) -> String {
    match ended {
        Ended::Value(value) => print(value.root(), Style::Plain).to_string(),
        other => panic!("ended otherwise: {other:?}"),
    }
}

#[test]
fn whatever_tells_the_time_tells_that_of_the_runtimes_clock() {
    let stage = Stage::new();
    let start = "{0,1000000000000,1000000000000,1000000000000,1000000000000,true,{{2001,9,9},{1,46,40}},0}";
    assert_eq!(stage.run("dates"), start);
    // It stands still.
    assert_eq!(stage.run("dates"), start);
    stage.turn(3_600_250);
    assert_eq!(
        stage.run("dates"),
        "{3600250,1000003600250,1000003600250,1000000000000,1000003600250,true,{{2001,9,9},{2,46,40}},3600250}"
    );
}

#[test]
fn timers_fire_when_the_clock_says_so_and_not_before() {
    let stage = Stage::new();
    assert_eq!(stage.run("arm"), "ok");
    stage.turn(999);
    assert_eq!(stage.run("seen"), "{[],501}");
    stage.turn(1);
    assert_eq!(stage.run("seen"), "{[{relative,1000,500}],false}");
    stage.turn(1499);
    assert_eq!(stage.run("seen"), "{[{relative,1000,500}],false}");
    stage.turn(1);
    assert_eq!(stage.run("seen"), "{[{relative,1000,500},{absolute,2500}],false}");
}

#[test]
fn a_receive_with_a_time_limit_waits_on_the_same_clock() {
    let stage = Stage::new();
    let ended = stage.start("nap", 300);
    // When it begins to wait is not known: the clock is turned until it is done.
    let ended = loop {
        stage.turn(1);
        match ended.try_recv() {
            Ok(ended) => break ended,
            Err(_) => std::thread::yield_now(),
        }
    };
    let napped: u64 = shown(ended).parse().expect("a number");
    assert!(napped >= 300, "{napped} ms of 300");
    assert!(
        stage
            .run("dates")
            .starts_with(&format!("{{{},", stage.runtime.now().since(stage.system.start).as_millis()))
    );
}
