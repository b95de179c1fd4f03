//! In which order a runtime that shuts down ends those that actors spawned and did not link.

use crate::actor::process;
use crate::timer::Clock;
use crate::{ActorRef, Context, ExitReason, Local, Pid, Runtime};
use std::sync::mpsc;
use std::time::Duration;

/// What is told instead of a number.
const DONE: u32 = u32::MAX;

/// Spawns one that is linked with nobody, and tells its number when it ends.
struct Heir(u32, mpsc::Sender<u32>);

#[dala::actor]
impl Heir {
    #[message]
    fn bear_some(&mut self, numbers: Local<Vec<u32>>) -> Local<Vec<Pid>> {
        let bear = |number| crate::spawn(Heir(number, self.1.clone())).unwrap().pid();
        Local(numbers.0.into_iter().map(bear).collect())
    }

    /// Spawns one, and the next when it is told to by itself, in the same activation; tells `DONE` after the last.
    #[message]
    fn bear_in_turn(&mut self, context: &mut Context<Self>, number: u32, last: u32) {
        crate::spawn(Heir(number, self.1.clone())).unwrap();
        match number == last {
            true => self.1.send(DONE).unwrap(),
            false => context.me().tell(BearInTurn { number: number + 1, last }).unwrap(),
        }
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

#[test]
fn what_is_spawned_while_the_clock_stands_still_is_in_its_order_too() {
    let runtime = Runtime::builder().workers(1).clock(Clock::Virtual(Default::default())).build().unwrap();
    runtime.advance(Duration::from_secs(1));
    let (sender, order) = mpsc::channel();
    let one = runtime.spawn(Heir(10, sender.clone())).unwrap();
    // Slots that are free again, the last one's first: pids that fall.
    let short_lived = runtime.block_on(one.call(BearSome { numbers: Local(vec![0; 4]) })).unwrap().0;
    for &pid in &short_lived {
        process::kill(pid);
        drop(runtime.block_on(process::ended(pid)));
    }
    one.tell(BearInTurn { number: 1, last: 4 }).unwrap();
    while order.recv_timeout(Duration::from_secs(20)).unwrap() != DONE {}
    drop(sender);
    runtime.shutdown(Duration::from_secs(20));
    assert_eq!(order.iter().collect::<Vec<_>>(), [10, 4, 3, 2, 1]);
}
