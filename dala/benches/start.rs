//! From the beginning of `main` to the answer of a first actor, beside tokio tasks; each time in a process of its own, whose medians
//! are printed. Two workers, and `main` is async in both.
//!
//! `cargo bench -p dala --bench start`

use dala::Runtime;
use std::process::Command;
use std::time::Instant;
use tokio::sync::{mpsc, oneshot};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const PROCESSES: usize = 51;

struct Answers;

#[dala::actor]
impl Answers {
    #[message]
    fn answer(&mut self) -> u64 {
        42
    }
}

fn with_dala(began: Instant) -> Outcome<u128> {
    let runtime = Runtime::builder().workers(2).build()?;
    let took = runtime.block_on(async {
        let actor = runtime.spawn(Answers)?;
        assert_eq!(actor.call(Answer {}).await?, 42);
        Outcome::Ok(began.elapsed())
    })?;
    Ok(took.as_nanos())
}

fn with_tokio(began: Instant) -> Outcome<u128> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let took = runtime.block_on(async {
        let (sender, mut receiver) = mpsc::unbounded_channel::<oneshot::Sender<u64>>();
        tokio::spawn(async move {
            while let Some(reply) = receiver.recv().await {
                let _ = reply.send(42);
            }
        });
        let (reply, answer) = oneshot::channel();
        sender.send(reply)?;
        assert_eq!(answer.await?, 42);
        Outcome::Ok(began.elapsed())
    })?;
    Ok(took.as_nanos())
}

fn main() -> Outcome<()> {
    let began = Instant::now();
    match std::env::args().nth(1).as_deref() {
        Some("dala") => println!("{}", with_dala(began)?),
        Some("tokio") => println!("{}", with_tokio(began)?),
        _ => {
            let (mut dala, mut tokio) = (Vec::new(), Vec::new());
            for _ in 0..PROCESSES {
                for (who, times) in [("dala", &mut dala), ("tokio", &mut tokio)] {
                    let output = Command::new(std::env::current_exe()?).arg(who).output()?;
                    times.push(String::from_utf8(output.stdout)?.trim().parse::<u64>()?);
                }
            }
            for (who, mut times) in [("dala", dala), ("tokio", tokio)] {
                times.sort_unstable();
                println!("{who:6} {} us", times[times.len() / 2] / 1000);
            }
        }
    }
    Ok(())
}
