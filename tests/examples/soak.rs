//! Soaks a runtime: `soak [SECONDS [SEED [WORKERS]]]` (600, random, 2). `make soak`.

use std::time::{Duration, Instant, UNIX_EPOCH};

use dala_tests::allocations::Counting;
use dala_tests::soak::Soak;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() -> Result<(), String> {
    let number = |place: usize, otherwise: u64| match std::env::args().nth(place) {
        Some(text) => {
            text.parse().map_err(|_| format!("{text} is no number: soak [SECONDS [SEED [WORKERS]]]"))
        }
        None => Ok(otherwise),
    };
    let time = Duration::from_secs(number(1, 600)?);
    let any = UNIX_EPOCH.elapsed().map_or(1, |time| time.as_micros() as u64);
    let (seed, workers) = (number(2, any)?, number(3, 2)? as usize);
    println!("soak: {} s, seed {seed}, {workers} workers", time.as_secs());
    let started = Instant::now();
    let mut soak = Soak::new(seed, workers);
    let mut told = Duration::ZERO;
    for epoch in 1.. {
        let report = soak.epoch(10_000).map_err(|faults| format!("epoch {epoch}:\n{}", faults.join("\n")))?;
        let (elapsed, is_over) = (started.elapsed(), started.elapsed() >= time);
        if is_over || elapsed - told > Duration::from_secs(10) {
            told = elapsed;
            println!(
                "{:4} s, {epoch} epochs, {} bytes: {:?}",
                elapsed.as_secs(),
                report.bytes,
                report.totals
            );
        }
        if is_over {
            break;
        }
    }
    println!("soak: nothing was lost, doubled or left behind");
    Ok(())
}
