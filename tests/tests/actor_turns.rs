//! What an actor that works for long does for others: it lets them go first, and asks before it holds its worker.
use std::sync::mpsc::{self, Receiver, Sender};

use dala::{ActorRef, Context, Qos, Runtime, SpawnOptions};

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;
type Setup = (Runtime, ActorRef<Long>, Receiver<&'static str>);

struct Peer {
    notes: Sender<&'static str>,
}

#[dala::actor]
impl Peer {
    #[message]
    fn note(&mut self) {
        let _ = self.notes.send("peer");
    }
}

/// Works in steps, and lets others go first in between, or not.
struct Long {
    notes: Sender<&'static str>,
    peer: ActorRef<Peer>,
    yields: bool,
}

#[dala::actor]
impl Long {
    #[message]
    fn work(&mut self, steps: u64, ctx: &mut Context<Self>) {
        let _ = self.notes.send("step");
        let _ = self.peer.tell(Note {});
        if steps > 1 {
            ctx.continue_with(Work { steps: steps - 1 });
            if self.yields {
                ctx.yield_now();
            }
        }
    }

    /// Whether it may hold its worker when the peer has nothing to do, and when it has.
    #[message]
    fn holds(&mut self, tells: bool, ctx: &mut Context<Self>) -> Vec<bool> {
        if tells {
            let _ = self.peer.tell(Note {});
        }
        let first = ctx.try_hold_worker();
        let second = ctx.try_hold_worker();
        let got = vec![first.is_some(), second.is_some()];
        drop(first);
        drop(second);
        let again = ctx.try_hold_worker().is_some();
        [got, vec![again]].concat()
    }
}

fn setup(workers: usize, qos: Qos, yields: bool) -> Outcome<Setup> {
    let runtime = Runtime::builder().workers(workers).build()?;
    let (notes, noted) = mpsc::channel();
    let peer = runtime.spawn_with(Peer { notes: notes.clone() }, &SpawnOptions::default().qos(qos))?;
    let long = runtime.spawn(Long { notes, peer, yields })?;
    Ok((runtime, long, noted))
}

#[test]
fn who_yields_lets_others_go_first_and_who_does_not_goes_on() -> Outcome {
    for (yields, want) in [
        (true, ["step", "peer", "step", "peer", "step", "peer"]),
        (false, ["step", "step", "step", "peer", "peer", "peer"]),
    ] {
        let (runtime, long, noted) = setup(1, Qos::UserFacing, yields)?;
        long.tell(Work { steps: 3 })?;
        let order: Vec<_> = noted.iter().take(6).collect();
        assert_eq!(order, want);
        drop(runtime);
    }
    Ok(())
}

#[test]
fn all_workers_but_one_may_be_held_and_one_that_is_alone() -> Outcome {
    for (workers, want) in [(1, [true, false, true]), (2, [true, false, true]), (3, [true, true, true])] {
        let (runtime, long, _noted) = setup(workers, Qos::Realtime, true)?;
        assert_eq!(runtime.block_on(long.call(Holds { tells: false }))?, want, "{workers} workers");
    }
    Ok(())
}

#[test]
fn a_worker_on_which_realtime_work_is_due_is_not_held() -> Outcome {
    let (runtime, long, noted) = setup(1, Qos::Realtime, true)?;
    assert_eq!(runtime.block_on(long.call(Holds { tells: true }))?, [false, false, false]);
    noted.recv()?;
    assert_eq!(runtime.block_on(long.call(Holds { tells: false }))?, [true, false, true]);
    let (runtime, long, _noted) = setup(1, Qos::UserFacing, true)?;
    assert_eq!(runtime.block_on(long.call(Holds { tells: true }))?, [true, false, true], "no realtime work");
    Ok(())
}
