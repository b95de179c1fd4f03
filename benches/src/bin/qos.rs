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

/// Times from sending to handling, in order, and messages the load handled a second.
fn measure(workers: usize, class: Qos, with_load: bool) -> (Vec<Duration>, f64) {
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
    for _ in 0..PROBES {
        probe.tell(Look { sent: Local(Instant::now()) }).expect("it lives");
        std::thread::sleep(BETWEEN);
    }
    let rate = handled.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64();
    stop.store(true, Ordering::Relaxed);
    let Local(mut waited) = runtime.block_on(probe.call_forever(Seen {})).expect("it answers");
    assert_eq!(waited.len(), PROBES, "every message is handled");
    waited.sort();
    (waited, rate)
}

fn percentile(sorted: &[Duration], of_thousand: usize) -> Duration {
    sorted[(sorted.len() - 1) * of_thousand / 1000]
}

fn main() -> ExitCode {
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    println!("{PROBES} messages, {workers} workers, a handler of the load runs for 0 to 50 us");
    println!(
        "{:<44}{:>9}{:>9}{:>9}{:>9}   load, 1/s",
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
        let (waited, rate) = measure(workers, class, with_load);
        print!("{name:<44}");
        for of_thousand in [500, 990, 999, 1000] {
            print!("{:>9.1}", percentile(&waited, of_thousand).as_secs_f64() * 1e6);
        }
        println!("   {rate:.0}");
        is_reached &= class != Qos::Realtime || percentile(&waited, 990) <= TARGET;
    }
    if is_reached { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
