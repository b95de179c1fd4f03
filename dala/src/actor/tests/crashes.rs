//! What user code that panics does to others, and what is told of it.

use crate::message::report::{Crash, Report};
use crate::timer::block_on;
use crate::{CallError, Concurrent, ExitReason, Local, Pid, Runtime};
use std::sync::mpsc::{self, Receiver, Sender};

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("a bomb");
    }
}

struct Frail {
    bomb: Option<Bomb>,
}

impl Frail {
    fn new() -> Frail {
        Frail { bomb: None }
    }
}

#[dala::actor]
impl Frail {
    #[message]
    async fn wait_for_ever(&mut self) {
        std::future::pending::<()>().await;
    }

    #[message]
    fn take(&mut self, _bomb: Local<Option<Bomb>>) {}

    #[message]
    fn keep(&mut self, bomb: Local<Option<Bomb>>) {
        self.bomb = bomb.into_inner();
    }

    #[message]
    fn divide(&mut self, by: u64) -> u64 {
        100 / by
    }

    #[message]
    async fn divide_later(&mut self, by: u64) -> u64 {
        tokio::task::yield_now().await;
        100 / by
    }
}

struct Trapping {
    exits: Sender<String>,
}

#[dala::actor]
impl Trapping {
    #[message]
    fn beside(&mut self, fails: bool) -> Concurrent<u64> {
        Concurrent::new(async move {
            tokio::task::yield_now().await;
            assert!(!fails, "beside in vain");
            7
        })
    }

    #[message]
    fn blocking(&mut self) -> crate::Blocking<u64> {
        crate::Blocking::new(|| panic!("blocked in vain"))
    }

    #[message]
    fn ping(&mut self) {}

    #[on_exit]
    fn exit(&mut self, from: Pid, reason: &ExitReason) {
        let _ = self.exits.send(format!("{from}: {reason}"));
    }
}

fn reporting() -> (Runtime, Receiver<Crash>) {
    let (sender, reports) = mpsc::channel();
    let hook = move |report: &Report| {
        if let Report::Crash(crash) = report {
            let _ = sender.send(crash.clone());
        }
    };
    (Runtime::builder().workers(1).reports(hook).build().unwrap(), reports)
}

#[test]
fn destructors_of_messages_that_panic_stop_neither_the_end_nor_the_worker() {
    let (runtime, reports) = reporting();
    let frail = FrailRef::from(runtime.spawn(Frail::new()).unwrap());
    let suspended = frail.wait_for_ever();
    (0..3).for_each(|_| frail.tell(Take { _bomb: Local(Some(Bomb)) }).unwrap());
    let waiting = frail.divide(5);
    let ended = frail.ended();
    frail.kill();
    assert_eq!(block_on(ended), Ok(ExitReason::Killed));
    assert_eq!(block_on(waiting), Err(CallError::Exited(ExitReason::Killed)));
    assert_eq!(block_on(suspended), Err(CallError::Exited(ExitReason::Killed)));
    assert_eq!(runtime.dead_letters().count(), 3);
    let other = FrailRef::from(runtime.spawn(Frail::new()).unwrap());
    assert_eq!(block_on(other.divide(5)), Ok(20));
    let first = reports.recv().unwrap();
    assert_eq!((first.pid, first.was_ending), (frail.pid(), true));
    assert!(first.reason.to_string().starts_with("panic: a bomb at "), "{first}");
    assert_eq!(reports.try_iter().count(), 2);
}

#[test]
fn a_hook_that_panics_ends_nobody() {
    let (runtime, _reports) = reporting();
    runtime.dead_letters().add_hook(|_| panic!("a hook, on purpose"));
    let frail = FrailRef::from(runtime.spawn(Frail::new()).unwrap());
    let suspended = frail.wait_for_ever();
    frail.tell(Divide { by: 1 }).unwrap();
    frail.kill();
    assert_eq!(block_on(suspended), Err(CallError::Exited(ExitReason::Killed)));
    let other = FrailRef::from(runtime.spawn(Frail::new()).unwrap());
    assert_eq!(block_on(other.divide(5)), Ok(20));
}

#[test]
fn who_traps_exits_hears_nothing_of_what_goes_on_beside_and_ends_by_its_panic() {
    for blocks in [false, true] {
        let (runtime, _reports) = reporting();
        let (sender, exits) = mpsc::channel();
        let trapping = TrappingRef::from(runtime.spawn(Trapping { exits: sender }).unwrap());
        assert_eq!(block_on(trapping.beside(false)), Ok(7));
        block_on(trapping.ping()).unwrap();
        let ended = trapping.ended();
        let failed = if blocks { block_on(trapping.blocking()) } else { block_on(trapping.beside(true)) };
        assert!(matches!(failed, Err(CallError::Exited(ExitReason::Panic(_)))), "{failed:?}");
        assert!(block_on(ended).unwrap().to_string().contains("in vain"));
        assert_eq!(exits.try_iter().collect::<Vec<_>>(), [""; 0]);
    }
}

#[test]
fn a_crash_is_reported_with_the_message_that_was_told_and_one_at_the_end_too() {
    let (runtime, reports) = reporting();
    let spawn = || FrailRef::from(runtime.spawn(Frail::new()).unwrap());
    let (plain, late) = (spawn(), spawn());
    plain.tell(Divide { by: 0 }).unwrap();
    let text = reports.recv().unwrap().to_string();
    let head = format!("actor Frail {} crashed: panic: attempt to divide by zero at ", plain.pid());
    assert!(text.starts_with(&head) && text.contains("\n  while it handled dala::"), "{text}");
    assert!(text.contains("crashes::Divide"), "{text}");
    late.tell(DivideLater { by: 0 }).unwrap();
    assert!(reports.recv().unwrap().to_string().contains("crashes::DivideLater"));
    let frail = spawn();
    block_on(frail.keep(Local(Some(Bomb)))).unwrap();
    let ended = frail.ended();
    frail.kill();
    assert_eq!(block_on(ended), Ok(ExitReason::Killed));
    assert!(reports.recv().unwrap().to_string().contains(" crashed at its end: panic: a bomb at "));
    assert_eq!(reports.try_iter().count(), 0);
}
