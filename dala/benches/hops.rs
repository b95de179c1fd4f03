//! Ping-pong between two actors on one worker, and a task that asks one of them, for counting instructions: where a machine is
//! too busy to time a hop, callgrind still tells what it costs.
//!
//! `cargo bench -p dala --bench hops --no-run`, then `valgrind --tool=callgrind PROGRAM HOPS REQUESTS` for two numbers of one of
//! them: the difference of the totals, divided by that of the numbers, is the instructions of one. `scripts/instructions.sh` does it.

use dala::{Local, ReplyTo, Runtime};
use std::time::Instant;

/// Of a run without arguments.
const HOPS: u64 = 2_000_000;
const REQUESTS: u64 = 1_000_000;

#[dala::message]
struct Ball {
    left: u64,
}

struct Player {
    other: Option<PlayerRef>,
    done: Option<ReplyTo<u64>>,
}

#[dala::actor]
impl Player {
    /// Begins; the reply comes with the last hop.
    #[message]
    fn serve(&mut self, to: Local<PlayerRef>, hops: u64, done: ReplyTo<u64>) {
        self.done = Some(done);
        self.other = Some(to.0);
        to.tell(Ball { left: hops }).expect("it lives");
    }

    #[message]
    fn next(&mut self, number: u64) -> u64 {
        number + 1
    }

    #[message]
    fn meet(&mut self, other: Local<PlayerRef>) {
        self.other = Some(other.0);
    }

    #[handler]
    fn ball(&mut self, ball: Ball) {
        if ball.left == 0 {
            if let Some(done) = self.done.take() {
                done.answer(0);
            }
        } else if let Some(other) = self.other {
            other.tell(Ball { left: ball.left - 1 }).expect("it lives");
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // `cargo bench` adds flags of its own. An odd number: who serves gets the last.
    let mut numbers = std::env::args().skip(1).filter_map(|argument| argument.parse::<u64>().ok());
    let hops = numbers.next().unwrap_or(HOPS) | 1;
    let requests = numbers.next().unwrap_or(REQUESTS);
    let runtime = Runtime::builder().workers(1).build()?;
    let player = || runtime.spawn(Player { other: None, done: None }).map(PlayerRef::from);
    let (one, other) = (player()?, player()?);
    other.tell(Meet { other: Local(one) })?;
    let began = Instant::now();
    one.blocking_call(Serve { to: Local(other), hops })?;
    println!("{hops} hops, {} ns each", began.elapsed().as_nanos() as u64 / hops);
    let (done, is_done) = std::sync::mpsc::channel();
    let began = Instant::now();
    runtime.spawn_task(async move {
        for number in 0..requests {
            assert_eq!(one.next(number).await, Ok(number + 1));
        }
        let _ = done.send(());
    })?;
    is_done.recv()?;
    println!("{requests} requests, {} ns each", began.elapsed().as_nanos() as u64 / requests.max(1));
    Ok(())
}
