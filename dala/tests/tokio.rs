//! What actors leave to tokio gets done, whatever the workers do meanwhile.

use dala::{Blocking, Context, Handle, Runtime};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;

const LONG: Duration = Duration::from_secs(60);

struct Spawner {
    done: Sender<&'static str>,
}

#[dala::actor]
impl Spawner {
    /// Returns at once: nothing of the actor waits for the task.
    #[message]
    async fn spawn_and_forget(&mut self) {
        let done = self.done.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(1)).await;
            let _ = done.send("task");
        });
    }

    /// Its thread is tokio's for work that blocks, and drives nothing.
    #[message]
    fn block(&mut self) -> Blocking<()> {
        let done = self.done.clone();
        Blocking::new(move || {
            tokio::runtime::Handle::current().block_on(tokio::time::sleep(Duration::from_millis(1)));
            let _ = done.send("blocking");
        })
    }

    #[message]
    async fn sleep(&mut self) {
        tokio::time::sleep(Duration::from_millis(1)).await;
        let _ = self.done.send("handler");
    }
}

/// Holds its worker until tokio did something.
struct Holder {
    until: Receiver<&'static str>,
    done: Sender<&'static str>,
}

#[dala::actor]
impl Holder {
    #[message]
    fn hold(&mut self) {
        let _ = self.done.send(self.until.recv_timeout(LONG).unwrap_or("held up"));
    }
}

/// No worker enters tokio's context for it.
struct Ticker {
    ticks: UnboundedSender<()>,
}

#[dala::actor]
impl Ticker {
    #[message]
    fn tick(&mut self, ctx: &mut Context<Self>) {
        if self.ticks.send(()).is_ok() {
            ctx.tell_after(Duration::from_micros(50), Tick {});
        }
    }
}

fn spawner() -> std::io::Result<(Runtime, SpawnerRef, Receiver<&'static str>)> {
    let (done, all_done) = channel();
    let runtime = Runtime::builder().workers(1).build()?;
    let spawner = runtime.spawn(Spawner { done }).map_err(std::io::Error::other)?;
    Ok((runtime, spawner.into(), all_done))
}

#[test]
fn what_a_handler_leaves_to_tokio_goes_on_without_it() -> std::io::Result<()> {
    let (_runtime, spawner, done) = spawner()?;
    spawner.tell(SpawnAndForget {}).map_err(std::io::Error::other)?;
    assert_eq!(done.recv_timeout(LONG), Ok("task"));
    Ok(())
}

#[test]
fn tasks_go_on_while_an_actor_holds_the_only_worker() -> std::io::Result<()> {
    let (runtime, spawner, until) = spawner()?;
    let (done, held) = channel();
    let holder = HolderRef::from(runtime.spawn(Holder { until, done }).map_err(std::io::Error::other)?);
    spawner.tell(SpawnAndForget {}).map_err(std::io::Error::other)?;
    holder.tell(Hold {}).map_err(std::io::Error::other)?;
    assert_eq!(held.recv_timeout(LONG * 2), Ok("task"));
    Ok(())
}

#[test]
fn work_that_blocks_may_wait_for_tokio() -> std::io::Result<()> {
    let (_runtime, spawner, done) = spawner()?;
    spawner.tell(Block {}).map_err(std::io::Error::other)?;
    assert_eq!(done.recv_timeout(LONG), Ok("blocking"));
    Ok(())
}

#[test]
fn handlers_wait_for_tokio() -> std::io::Result<()> {
    let (_runtime, spawner, done) = spawner()?;
    spawner.tell(Sleep {}).map_err(std::io::Error::other)?;
    assert_eq!(done.recv_timeout(LONG), Ok("handler"));
    Ok(())
}

#[test]
fn threads_outside_use_tokio_by_its_handle_and_in_what_they_block_on() -> std::io::Result<()> {
    let (sender, done) = channel();
    let runtime = Runtime::builder().workers(1).build()?;
    let first = sender.clone();
    runtime.tokio().spawn(async move {
        tokio::time::sleep(Duration::from_millis(1)).await;
        let _ = first.send("by its handle");
    });
    assert_eq!(done.recv_timeout(LONG), Ok("by its handle"));

    let other = Runtime::builder().workers(1).build()?;
    other.block_on(async { tokio::time::sleep(Duration::from_millis(1)).await });

    // Woken by an actor again and again, never to wait for long.
    let busy = Runtime::builder().workers(1).build()?;
    let (ticks, mut ticked) = tokio::sync::mpsc::unbounded_channel();
    let ticker = busy.spawn(Ticker { ticks }).map_err(std::io::Error::other)?;
    ticker.tell(Tick {}).map_err(std::io::Error::other)?;
    busy.block_on(async {
        let sleep = std::pin::pin!(tokio::time::sleep(Duration::from_millis(1)));
        let mut sleep = Some(sleep);
        while let Some(waiting) = &mut sleep {
            tokio::select! {
                () = waiting.as_mut() => sleep = None,
                tick = ticked.recv() => assert!(tick.is_some()),
            }
        }
    });

    // Ready at once, with a task left behind.
    let third = Runtime::builder().workers(1).build()?;
    third.block_on(async {
        assert!(Handle::current().is_some());
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(1)).await;
            let _ = sender.send("left behind");
        });
    });
    assert_eq!(done.recv_timeout(LONG), Ok("left behind"));
    Ok(())
}
