//! What people are told of.

use crate::message::Report;
use crate::supervise::{ChildSpec, Intensity, Supervisor};
use crate::timer::block_on;
use crate::{Atom, Context, ExitReason, Pid, Runtime};
use std::future::IntoFuture as _;
use std::sync::mpsc;
use std::time::Duration;

#[derive(Default)]
struct Fragile;

#[dala::actor]
impl Fragile {
    #[init]
    fn new(luck: bool) -> Result<Self, String> {
        if luck { Ok(Fragile) } else { Err("no luck".to_owned()) }
    }

    #[message]
    fn crash(&mut self, text: String) -> u8 {
        panic!("{text}")
    }

    #[message]
    fn stop(&mut self, context: &mut Context<Self>, orderly: bool) {
        context.stop(if orderly { ExitReason::Shutdown } else { ExitReason::custom("out of tea") });
    }

    #[message]
    fn join(&mut self, context: &mut Context<Self>, peer: Pid) {
        context.link(peer);
    }
}

fn runtime() -> (Runtime, mpsc::Receiver<Report>) {
    let (sender, reports) = mpsc::channel();
    let tell = move |report: &Report| drop(sender.send(report.clone()));
    (Runtime::builder().workers(2).reports(tell).build().unwrap(), reports)
}

fn next(reports: &mpsc::Receiver<Report>) -> Report {
    reports.recv_timeout(Duration::from_secs(30)).expect("something is reported")
}

#[test]
fn crashes_are_reported_and_orderly_or_foreign_ends_are_not() {
    let (runtime, reports) = runtime();
    // The app's hook stays, whatever a frontend would like.
    runtime.reports().hand_over(|_| unreachable!("the app asked first"));
    let _entered = runtime.enter();
    let spawn = || FragileRef::from(crate::spawn(Fragile).unwrap());

    let called = spawn();
    let partner = spawn();
    block_on(partner.join(called.pid())).unwrap();
    runtime.register(Atom::new("fragile"), called.pid()).unwrap();
    block_on(called.crash("no tea".to_owned())).unwrap_err();
    let Report::Crash(crash) = next(&reports) else { panic!("it crashed") };
    assert_eq!((crash.pid, crash.name, crash.actor), (called.pid(), Some(Atom::new("fragile")), "Fragile"));
    assert_eq!(crash.call.as_ref().map(|call| (call.message, call.caller)), Some(("Crash", None)));
    let text = Report::Crash(crash).to_string();
    let (first, rest) = text.split_once("\n").expect("it has more to say");
    assert!(
        first.starts_with(&format!("actor Fragile {} (fragile) crashed: panic: no tea at ", called.pid())),
        "{text}"
    );
    assert!(first.contains("tests/reports.rs:"), "{text}");
    assert!(rest.starts_with("  while it answered Crash"), "{text}");

    // Neither the partner, which ended with it, nor what ends in order, nor what never began.
    block_on(crate::actor::process::ended(partner.pid())).unwrap();
    let orderly = spawn();
    block_on(orderly.stop(true)).unwrap();
    block_on(crate::actor::process::ended(orderly.pid())).unwrap();
    block_on(Fragile::spawn(false).into_future()).unwrap_err();

    let told = spawn();
    told.tell(Stop { orderly: false }).unwrap();
    let text = next(&reports).to_string();
    assert_eq!(text, format!("actor Fragile {} crashed: out of tea", told.pid()));
}

#[test]
fn a_supervisor_reports_each_child_and_what_becomes_of_it() {
    let (runtime, reports) = runtime();
    let supervisor = Supervisor::new()
        .intensity(Intensity { restarts: 1, within: Duration::from_secs(600) })
        .child(ChildSpec::actor("fragile", || Fragile));
    let supervisor = runtime.block_on(supervisor.start(runtime.handle())).unwrap();
    let child = || runtime.block_on(supervisor.children()).unwrap()[0].pid.expect("it lives");
    let first = child();
    crate::actor::process::exit(crate::pid::NOBODY, first, ExitReason::Kill);
    let head = format!("supervisor {}: child fragile", supervisor.pid());
    assert_eq!(next(&reports).to_string(), format!("{head} {first} ended: killed; it is started again"));
    let second = child();
    crate::actor::process::kill(second);
    let text = format!("{head} {second} ended: killed; too many restarts, the supervisor ends");
    assert_eq!(next(&reports).to_string(), text);
}
