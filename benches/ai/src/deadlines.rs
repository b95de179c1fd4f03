//! Requests that come by themselves, at four fifths of what the model's actor can do, each with a deadline.
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use dala::Local;
use dala_gpu::infer::InferError;

use crate::Outcome;
use crate::serving::{Able, Once};

/// What became of requests.
#[derive(Debug, Default)]
pub(crate) struct Fates {
    on_time: AtomicU64,
    late: AtomicU64,
    /// At once, for they could not be done in time, or too many waited.
    refused: AtomicU64,
    /// In the queue.
    expired: AtomicU64,
}

impl Fates {
    pub(crate) fn note<T>(&self, answer: &Result<T, InferError>, deadline: Instant) -> Result<(), String> {
        let fate = match answer {
            Ok(_) if Instant::now() <= deadline => &self.on_time,
            Ok(_) | Err(InferError::TimedOut) => &self.late,
            Err(InferError::TooLate { .. } | InferError::Overloaded(_)) => &self.refused,
            Err(InferError::Expired) => &self.expired,
            Err(error) => return Err(error.to_string()),
        };
        fate.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn all(&self) -> [u64; 4] {
        [&self.on_time, &self.late, &self.refused, &self.expired].map(|fate| fate.load(Ordering::Relaxed))
    }
}

/// Times between requests that know nothing of one another: exponentially distributed.
struct Gaps {
    state: u64,
    mean: f64,
}

impl Iterator for Gaps {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        // Marsaglia's xorshift, 2003.
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        let even = (self.state >> 11) as f64 / (1u64 << 53) as f64;
        Some(Duration::from_secs_f64(self.mean * -(1.0 - even).ln()))
    }
}

/// Prints a line for a model.
pub(crate) fn measure(name: &str, able: &Able<'_>, milliseconds: u64) -> Outcome {
    let rate = able.rate * 0.8;
    // Long enough for the queues that random arrivals make at that load.
    let within = Duration::from_nanos((able.one_row * 20.0) as u64).max(Duration::from_millis(10));
    let fates = Arc::new(Fates::default());
    let begun = Instant::now();
    let end = begun + Duration::from_millis(milliseconds);
    let mut due = begun;
    let (mut asked, mut clients) = (0u64, able.crowd.clients.iter().cycle());
    for gap in (Gaps { state: 0x9e37_79b9_7f4a_7c15, mean: 1.0 / rate }) {
        due += gap;
        if due > end {
            break;
        }
        while let Some(left) = due.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
            // The system's sleeps are no shorter than this.
            if left > Duration::from_micros(100) {
                std::thread::sleep(left)
            } else {
                std::thread::yield_now()
            }
        }
        let client = clients.next().ok_or("no clients")?;
        client.tell(Once { deadline: Local(due + within), fates: Local(fates.clone()) })?;
        asked += 1;
    }
    while fates.all().iter().sum::<u64>() < asked {
        std::thread::sleep(Duration::from_millis(1));
    }
    let percent = |count: u64| count as f64 * 100.0 / asked.max(1) as f64;
    let [on_time, late, refused, expired] = fates.all();
    let taken = on_time as f64 * 100.0 / (asked - refused).max(1) as f64;
    let [late, refused, expired] = [late, refused, expired].map(percent);
    println!(
        "| {name} | {:.0} | {:.0} | {taken:.2} | {late:.2} | {expired:.2} | {refused:.2} |",
        asked as f64 / (milliseconds as f64 / 1000.0),
        within.as_secs_f64() * 1000.0
    );
    Ok(())
}
