//! How long a Realtime actor waits while Background actors keep all cores busy:
//! `cargo run --release -p dala-benches --bin qos`.
//!
//! The load is four Background actors a worker, each of which always has the next message; a handler runs for up to 50 us.
//! A thread outside sends the Realtime actor a message with the moment of sending, 2 000 times a second. What is counted is the
//! time from there to the handler's first line. The same is measured with an actor of the load's class, and on an idle
//! runtime: the former shows what the classes are worth, the latter what the machine itself takes.

use dala::{Local, Qos, Runtime, SpawnOptions};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Messages of one measurement.
const PROBES: usize = 10_000;
const BETWEEN: Duration = Duration::from_micros(500);
/// A Realtime actor under load handles 99 of 100 messages in that time.
const TARGET: Duration = Duration::from_micros(200);

/// Work of up to 50 us, for ever.
struct Hog {
    stop: Arc<AtomicBool>,
    handled: Arc<AtomicU64>,
    random: u64,
}

#[dala::actor]
impl Hog {
    #[message]
    fn work(&mut self, ctx: &mut dala::Context<Self>) {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let time = Duration::from_nanos((self.random >> 33) % 50_000);
        let start = Instant::now();
        while start.elapsed() < time {
            std::hint::spin_loop();
        }
        self.handled.fetch_add(1, Ordering::Relaxed);
        if !self.stop.load(Ordering::Relaxed) {
            let _ = ctx.me().tell(Work {});
        }
    }
}

struct Probe {
    waited: Vec<Duration>,
}

/// How long the system kept a thread that could run from running, since its start, as Linux counts it
/// (Documentation/scheduler/sched-stats.rst). By thread.
fn kept_waiting() -> Vec<Duration> {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else { return Vec::new() };
    let mut waits: Vec<(String, Duration)> = threads
        .filter_map(|thread| {
            let path = thread.ok()?.path();
            let text = std::fs::read_to_string(path.join("schedstat")).ok()?;
            let nanoseconds = text.split_whitespace().nth(1)?.parse().ok()?;
            Some((path.display().to_string(), Duration::from_nanos(nanoseconds)))
        })
        .collect();
    waits.sort();
    waits.into_iter().map(|(_, wait)| wait).collect()
}

#[dala::actor]
impl Probe {
    #[message]
    fn look(&mut self, sent: Local<Instant>) {
        self.waited.push(sent.0.elapsed());
    }
    #[message]
    fn seen(&mut self) -> Local<Vec<Duration>> {
        Local(std::mem::take(&mut self.waited))
    }
}

/// What was measured of one class.
struct Measured {
    /// Times from sending to handling, in order.
    waited: Vec<Duration>,
    /// The same less the time for which the system kept that of our threads from running meanwhile that it kept longest.
    ours: Vec<Duration>,
    /// Messages that the load handled a second.
    rate: f64,
}

fn measure(workers: usize, class: Qos, with_load: bool) -> Measured {
    let runtime = Runtime::builder().workers(workers).build().expect("dala starts");
    let stop = Arc::new(AtomicBool::new(!with_load));
    let handled = Arc::new(AtomicU64::new(0));
    let background = SpawnOptions::default().qos(Qos::Background);
    for random in 0..4 * workers as u64 {
        let hog = Hog { stop: stop.clone(), handled: handled.clone(), random };
        let hog = runtime.spawn_with(hog, &background).expect("pids are left");
        // Two each: its mailbox is never empty.
        for _ in 0..2 {
            hog.tell(Work {}).expect("it lives");
        }
    }
    let probe = Probe { waited: Vec::with_capacity(PROBES) };
    let probe = runtime.spawn_with(probe, &SpawnOptions::default().qos(class)).expect("pids are left");
    let start = Instant::now();
    // Before each message, and once at the end: what the system kept from whom, and the moment of sending.
    let mut looks = Vec::with_capacity(PROBES + 1);
    for _ in 0..PROBES {
        let kept = kept_waiting();
        let sent = Instant::now();
        probe.tell(Look { sent: Local(sent) }).expect("it lives");
        looks.push((sent, kept));
        std::thread::sleep(BETWEEN);
    }
    let rate = handled.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64();
    stop.store(true, Ordering::Relaxed);
    let Local(mut waited) = runtime.block_on(probe.call_forever(Seen {})).expect("it answers");
    assert_eq!(waited.len(), PROBES, "every message is handled");
    looks.push((Instant::now(), kept_waiting()));
    // A stop is counted when the thread goes on: the first look after the handler's first line knows of all before it.
    let ours = |index: usize| {
        let (sent, before) = &looks[index];
        let after = looks.iter().skip(index + 1).find(|(at, _)| *at >= *sent + waited[index]);
        let after = &after.or(looks.last()).expect("there is one at the end").1;
        let longest = before.iter().zip(after).map(|(before, after)| after.saturating_sub(*before)).max();
        waited[index].saturating_sub(longest.unwrap_or_default())
    };
    let mut ours: Vec<Duration> = (0..PROBES).map(ours).collect();
    waited.sort();
    ours.sort();
    Measured { waited, ours, rate }
}

fn percentile(sorted: &[Duration], of_thousand: usize) -> Duration {
    sorted.get(sorted.len().saturating_sub(1) * of_thousand / 1000).copied().unwrap_or_default()
}

fn main() -> ExitCode {
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    println!("{PROBES} messages, {workers} workers, a handler of the load runs for 0 to 50 us");
    println!(
        "{:<36}{:>9}{:>9}{:>9}{:>9}   load, 1/s   p99, p99.9, most less the longest stop of a thread of ours by the system",
        "time to the handler, us", "p50", "p99", "p99.9", "most"
    );
    let rows = [
        ("Realtime beside Background load", Qos::Realtime, true),
        ("UserFacing beside Background load", Qos::UserFacing, true),
        ("Background beside Background load", Qos::Background, true),
        ("Realtime, idle runtime", Qos::Realtime, false),
    ];
    let mut is_reached = true;
    for (name, class, with_load) in rows {
        let Measured { waited, ours, rate } = measure(workers, class, with_load);
        print!("{name:<36}");
        let micros = |sorted: &[Duration], of_thousand| percentile(sorted, of_thousand).as_secs_f64() * 1e6;
        for of_thousand in [500, 990, 999, 1000] {
            print!("{:>9.1}", micros(&waited, of_thousand));
        }
        print!("   {rate:<9.0}");
        for of_thousand in [990, 999, 1000] {
            print!("{:>9.1}", micros(&ours, of_thousand));
        }
        println!();
        is_reached &= class != Qos::Realtime || percentile(&waited, 990) <= TARGET;
    }
    if is_reached { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
