//! In which order a runtime that shuts down ends those that actors spawned and did not link.

use crate::actor::process;
use crate::{ActorRef, ExitReason, Local, Pid, Runtime};
use std::sync::mpsc;
use std::time::Duration;

/// Spawns one that is linked with nobody, and tells its number when it ends.
struct Heir(u32, mpsc::Sender<u32>);

#[dala::actor]
impl Heir {
    #[message]
    fn bear_some(&mut self, numbers: Local<Vec<u32>>) -> Local<Vec<Pid>> {
        let bear = |number| crate::spawn(Heir(number, self.1.clone())).unwrap().pid();
        Local(numbers.0.into_iter().map(bear).collect())
    }

    #[terminate]
    fn end(&mut self, _: &ExitReason) {
        let _ = self.1.send(self.0);
    }
}

#[test]
fn shutdown_ends_those_that_actors_spawned_last_started_first_too() {
    let runtime = Runtime::builder().workers(2).build().unwrap();
    let (sender, order) = mpsc::channel();
    let parent = |number| runtime.spawn(Heir(number, sender.clone())).unwrap();
    let (one, two) = (parent(10), parent(20));
    let bear = |who: &ActorRef<Heir>, numbers: &[u32]| {
        let born = runtime.block_on(who.call(BearSome { numbers: Local(numbers.to_vec()) }));
        born.unwrap().0
    };
    // A slot that is free again is the next one's: pids do not tell who came first.
    let short_lived = bear(&one, &[0, 0, 0]);
    short_lived.iter().for_each(|&pid| process::kill(pid));
    short_lived.iter().for_each(|&pid| drop(runtime.block_on(process::ended(pid))));
    let born = [bear(&one, &[1, 2]), bear(&two, &[3]), bear(&one, &[4]), bear(&two, &[5, 6])].concat();
    let snapshot = runtime.snapshot();
    let started = born.iter().map(|&pid| snapshot.actor(pid).unwrap().started);
    assert!(started.clone().is_sorted() && started.min() > Some(snapshot.actor(one).unwrap().started));
    drop(sender);
    runtime.shutdown(Duration::from_secs(20));
    let order: Vec<_> = order.iter().skip_while(|&number| number == 0).collect();
    assert_eq!(order, [20, 10, 6, 5, 4, 3, 2, 1]);
}
