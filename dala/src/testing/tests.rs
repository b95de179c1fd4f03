use super::*;
use crate::sim::Simulation;
use crate::{CallError, Handle, sleep};
use std::time::Duration;

#[dala::message]
#[derive(Debug, PartialEq)]
struct Note {
    number: u64,
}

struct Adder;

#[dala::actor]
impl Adder {
    #[message]
    fn add(&mut self, one: i64, other: i64) -> i64 {
        one + other
    }
    #[message]
    fn forget(&mut self) {}
}

#[dala::test]
async fn a_probe_gives_what_came_in_order_and_knows_when_nothing_does() {
    let probe = Probe::new();
    let notes = probe.recipient();
    probe.expect_nothing().await;
    for number in 0..3 {
        notes.tell(Note { number }).unwrap();
    }
    assert_eq!(probe.expect().await, Note { number: 0 });
    sleep(Duration::from_secs(1)).await;
    assert_eq!(probe.taken().await, [Note { number: 1 }, Note { number: 2 }]);
    probe.expect_nothing().await;
}

#[dala::test]
async fn a_probe_waits_in_virtual_time() {
    let probe = Probe::new();
    let notes = probe.recipient();
    let later = async move {
        sleep(Duration::from_secs(60)).await;
        notes.tell(Note { number: 1 }).unwrap();
    };
    Handle::current().unwrap().spawn_task(later).unwrap();
    assert_eq!(probe.expect_within(Duration::from_secs(61)).await, Note { number: 1 });
}

fn failure<F: Future<Output = ()> + Send + 'static>(test: impl Fn() -> F) -> String {
    Simulation::new().seeds(1).find_failure(test).expect("it fails").to_string()
}

#[test]
fn what_a_probe_misses_or_did_not_want_fails_the_test_with_its_type() {
    let missed = failure(|| async {
        Probe::<Note>::new().expect().await;
    });
    assert!(missed.contains("Note` came within 5s"), "{missed}");
    let unwanted = failure(|| async {
        let probe = Probe::new();
        probe.recipient().tell(Note { number: 1 }).unwrap();
        probe.expect_nothing().await;
    });
    assert!(unwanted.contains("Note` came, and nothing should"), "{unwanted}");
}

#[dala::test]
async fn a_mock_answers_calls_and_tells_by_type() -> Result<(), CallError> {
    let mut asked = 0;
    let mock = Mock::<Adder>::new().on(move |add: Add| {
        asked += 1;
        add.one * 100 + asked
    });
    let adder: AdderRef = mock.on(|_: Forget| ()).spawn().unwrap();
    assert_eq!(adder.add(1, 2).await?, 101);
    adder.tell(Forget {}).unwrap();
    assert_eq!(adder.add(2, 2).await?, 202);
    // Other kinds of references reach it too.
    assert_eq!(adder.callee::<Add>().call(Add { one: 3, other: 0 }).await?, 303);
    Ok(())
}

#[dala::test]
async fn a_message_that_a_mock_was_not_told_of_ends_it_and_says_so() {
    let adder: AdderRef = Mock::<Adder>::new().on(|_: Forget| ()).spawn().unwrap();
    let Err(CallError::Exited(reason)) = adder.add(1, 2).await else { panic!("an answer") };
    let reason = reason.to_string();
    assert!(reason.contains("the mock of `Adder` got `Add`"), "{reason}");
    let adder: AdderRef = Mock::<Adder>::new().on(|_: Add| panic!("no sums today")).spawn().unwrap();
    let Err(CallError::Exited(reason)) = adder.add(1, 2).await else { panic!("an answer") };
    assert!(reason.to_string().contains("no sums today"), "{reason}");
}

#[dala::test(real, workers = 1)]
async fn a_real_test_has_tokio_and_may_fail_by_its_result() -> std::io::Result<()> {
    tokio::time::sleep(Duration::from_millis(1)).await;
    let probe = Probe::new();
    probe.recipient().tell(Note { number: 7 }).unwrap();
    assert_eq!(probe.expect().await, Note { number: 7 });
    Ok(())
}

#[test]
#[should_panic(expected = "the test returned \"wrong\"")]
fn an_error_of_a_real_test_fails_it() {
    crate::__rt::run_real(None, async || Err::<(), _>("wrong"));
}

#[test]
#[should_panic(expected = "DALA_SIM_SEED=0")]
fn an_error_of_a_simulated_test_fails_it_with_its_seed() {
    crate::__rt::run_simulated(None, || async { Err::<(), _>("wrong") });
}
