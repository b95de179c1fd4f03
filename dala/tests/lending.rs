//! Workers that are lent: a spare thread stands for one whose own does something else for long.
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use dala::{ActorRef, Context, Local, Runtime};

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

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

/// Lends its worker, and asks for more in the meantime.
struct Lender {
    peer: ActorRef<Peer>,
    noted: Receiver<&'static str>,
}

#[dala::actor]
impl Lender {
    /// Whether the peer, which this tells first, works while this does.
    #[message]
    fn lends(&mut self, ctx: &mut Context<Self>) -> Option<bool> {
        let _ = self.peer.tell(Note {});
        ctx.try_lend_worker(|| self.noted.recv_timeout(Duration::from_secs(20)).is_ok())
    }

    /// Whether a worker is lent that is lent already.
    #[message]
    fn lends_twice(&mut self, ctx: &mut Context<Self>) -> Option<Option<bool>> {
        ctx.try_lend_worker(|| ctx.try_lend_worker(|| true))
    }

    /// Whether another actor works while this does, which the work itself wakes.
    #[message]
    fn wakes(&mut self, ctx: &mut Context<Self>) -> Option<bool> {
        ctx.try_lend_worker(|| {
            let _ = self.peer.tell(Note {});
            self.noted.recv_timeout(Duration::from_secs(20)).is_ok()
        })
    }

    /// Panics in between.
    #[message]
    fn breaks(&mut self, ctx: &mut Context<Self>) {
        ctx.try_lend_worker(|| panic!("told to"));
    }

    /// Whether the worker is lent, while another actor, which may be on a spare, tells when it may be back.
    #[message]
    fn lends_until(
        &mut self,
        began: Local<Sender<bool>>,
        until: Local<Receiver<()>>,
        ctx: &mut Context<Self>,
    ) {
        let lent = ctx.try_lend_worker(|| {
            let _ = began.0.send(true);
            let _ = until.0.recv();
        });
        if lent.is_none() {
            let _ = began.0.send(false);
        }
    }
}

fn lender(runtime: &Runtime) -> Outcome<ActorRef<Lender>> {
    let (notes, noted) = mpsc::channel();
    let peer = runtime.spawn(Peer { notes })?;
    Ok(runtime.spawn(Lender { peer, noted })?)
}

#[test]
fn while_a_worker_is_lent_a_spare_runs_what_was_due_on_it() -> Outcome {
    for workers in [1, 2] {
        let runtime = Runtime::builder().workers(workers).build()?;
        let lender = lender(&runtime)?;
        for _ in 0..100 {
            assert_eq!(runtime.block_on(lender.call(Lends {}))?, Some(true), "{workers} workers");
            assert_eq!(runtime.block_on(lender.call(Wakes {}))?, Some(true), "{workers} workers");
        }
        assert_eq!(runtime.workers(), workers, "spares are not counted");
    }
    Ok(())
}

#[test]
fn a_worker_is_lent_once_at_a_time_as_often_as_there_are_workers_and_is_back_after_a_panic() -> Outcome {
    let runtime = Runtime::builder().workers(1).build()?;
    let [first, second] = [lender(&runtime)?, lender(&runtime)?];
    assert_eq!(runtime.block_on(first.call(LendsTwice {}))?, Some(None));
    for _ in 0..3 {
        let broken = lender(&runtime)?;
        broken.tell(Breaks {})?;
        runtime.block_on(broken.ended())?;
        let (begin, began) = mpsc::channel();
        let hold = |lender: ActorRef<Lender>| {
            let (let_go, until) = mpsc::channel();
            lender.tell(LendsUntil { began: Local(begin.clone()), until: Local(until) })?;
            Ok::<_, Box<dyn std::error::Error>>(let_go)
        };
        let one = hold(first)?;
        assert!(began.recv()?);
        // On the spare, for whose thread nobody stands.
        let _two = hold(second)?;
        assert!(!began.recv()?);
        drop(one);
        assert_eq!(runtime.block_on(first.call(Lends {}))?, Some(true));
    }
    Ok(())
}

#[test]
fn a_runtime_whose_worker_was_lent_is_idle_again_and_ends() -> Outcome {
    let runtime = Runtime::builder().workers(2).build()?;
    let lender = lender(&runtime)?;
    for _ in 0..50 {
        assert_eq!(runtime.block_on(lender.call(Lends {}))?, Some(true));
    }
    // As soon as all sleep, none wakes any more.
    let stands_still = || {
        let before = runtime.sleeps();
        std::thread::sleep(Duration::from_millis(20));
        runtime.sleeps() == before
    };
    assert!((0..100).any(|_| stands_still() && stands_still()), "{} sleeps", runtime.sleeps());
    drop(runtime);
    Ok(())
}

#[test]
fn messages_between_actors_some_of_which_lend_their_workers_all_arrive() -> Outcome {
    let runtime = Runtime::builder().workers(2).build()?;
    let (notes, noted) = mpsc::channel();
    let peers: Vec<_> =
        (0..8).map(|_| runtime.spawn(Peer { notes: notes.clone() })).collect::<Result<_, _>>()?;
    drop(notes);
    let lenders: Vec<_> = (0..4).map(|_| lender(&runtime)).collect::<Outcome<_>>()?;
    for round in 0..2000 {
        for peer in &peers {
            peer.tell(Note {})?;
        }
        if round % 3 == 0 {
            lenders[round % 4].tell(LendsTwice {})?;
        }
    }
    let count = noted.iter().take(16_000).count();
    assert_eq!(count, 16_000);
    let lent = lenders.iter().map(|lender| runtime.block_on(lender.call(LendsTwice {})));
    assert!(lent.flatten().all(|lent| lent.is_none_or(|twice| twice.is_none())));
    Ok(())
}

#[test]
fn a_pinned_actor_has_a_thread_for_which_nobody_stands() -> Outcome {
    let runtime = Runtime::builder().workers(1).build()?;
    let thread = runtime.pinned_thread("alone")?;
    let (notes, noted) = mpsc::channel();
    let peer = runtime.spawn(Peer { notes })?;
    let make = move || Lender { peer, noted };
    let pinned = runtime.block_on(thread.spawn(make))?;
    assert_eq!(runtime.block_on(pinned.call(Lends {}))?, None);
    Ok(())
}
