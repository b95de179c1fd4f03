//! What an idle app does: a million actors that have each handled a message and wait for the next. Wake-ups and CPU time of all
//! threads of the process in ten seconds; the answer is 0 and 0, and anything else is an error.
//!
//! `cargo bench -p dala --bench idle`, or with arguments: `idle ACTORS SECONDS`

mod threads;

use dala::{ActorRef, Runtime};
use std::time::{Duration, Instant};
use threads::threads;

const ACTORS: usize = 1_000_000;
const SECONDS: u64 = 10;

struct Idle {
    count: u64,
}

#[dala::actor]
impl Idle {
    #[message]
    fn add(&mut self, by: u64) -> u64 {
        self.count += by;
        self.count
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut numbers = std::env::args().skip(1).filter_map(|argument| argument.parse().ok());
    let actors = numbers.next().map_or(ACTORS, |actors: u64| actors as usize);
    let wait = Duration::from_secs(numbers.next().unwrap_or(SECONDS));
    let runtime = Runtime::builder().workers(2).build()?;
    // An `async` task, so that tokio is there too; it has called everybody, each with a deadline.
    let all: Vec<ActorRef<Idle>> = runtime.block_on(async {
        let all: Result<Vec<_>, _> = (0..actors).map(|_| runtime.spawn(Idle { count: 0 })).collect();
        let all = all?;
        for &actor in &all {
            assert_eq!(actor.call(Add { by: 1 }).await?, 1);
        }
        Ok::<_, Box<dyn std::error::Error>>(all)
    })?;
    // Until the last deadline is over: a timer that was armed may fire for nobody, once.
    std::thread::sleep(dala::actor::reference::DEFAULT_DEADLINE + Duration::from_secs(1));
    let (before, began) = (threads()?, Instant::now());
    std::thread::sleep(wait);
    let after = threads()?;
    println!("{actors} idle actors, {:.1} s:", began.elapsed().as_secs_f64());
    let mut all_idle = true;
    for (name, after) in &after {
        let before = before.get(name).copied().unwrap_or_default();
        println!("  {name}: {} wake-ups, {} ns", after.wake_ups - before.wake_ups, after.cpu - before.cpu);
        all_idle &= *after == before;
    }
    // They were there all the time.
    assert_eq!(runtime.actors().len(), all.len());
    if all_idle { Ok(()) } else { Err("it is not idle".into()) }
}
