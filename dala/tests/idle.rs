//! A runtime without work does nothing at all: no thread of it wakes up. `cargo bench -p dala --bench idle` is the same at length.
#![cfg(target_os = "linux")]

#[path = "../benches/idle/threads.rs"]
mod threads;

use dala::{ActorRef, Context, Runtime};
use std::time::Duration;
use threads::threads;

struct Idle;

#[dala::actor]
impl Idle {
    #[message]
    fn begin(&mut self, ctx: &mut Context<Self>) {
        // Armed, and far away.
        ctx.tell_after(Duration::from_secs(3600), Begin {});
    }
}

#[test]
fn idle_actors_and_timers_wake_no_thread() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = Runtime::builder().workers(2).build()?;
    runtime.block_on(async {
        let all: Result<Vec<ActorRef<Idle>>, _> = (0..10_000).map(|_| runtime.spawn(Idle)).collect();
        for actor in all? {
            // With a deadline, which is never armed: the answer comes before.
            actor.call(Begin {}).await?;
        }
        // tokio's timers too.
        tokio::time::sleep(Duration::from_millis(1)).await;
        Ok::<_, Box<dyn std::error::Error>>(())
    })?;
    // Until what is on its way to sleep does, however busy the machine is, and the deadlines of calls are over that took long.
    let mut before = threads()?;
    for _ in 0..100 {
        std::thread::sleep(Duration::from_millis(100));
        let now = threads()?;
        if std::mem::replace(&mut before, now.clone()) == now {
            break;
        }
    }
    assert!(before.len() >= 3, "two workers and the timers: {before:?}");
    std::thread::sleep(Duration::from_millis(400));
    assert_eq!(threads()?, before);
    Ok(())
}
