//! What a timer costs while a million are armed: to arm, to cancel at once, to cancel any, and bytes.
//!
//! `cargo bench -p dala --bench timers`

use dala::actor::process::Timer;
use dala::{Context, Local, Runtime};
use std::time::{Duration, Instant};

const TIMERS: u64 = 1_000_000;

struct Armed {
    timers: Vec<Timer>,
}

#[dala::message]
struct Never {}

#[dala::actor]
impl Armed {
    #[handler]
    fn never(&mut self, _: Never) {}

    /// Arms them at random moments within an hour, an hour from now.
    #[message]
    fn arm(&mut self, ctx: &mut Context<Self>) -> Local<Duration> {
        let mut random = 88_172_645_463_325_252u64;
        let began = Instant::now();
        for _ in 0..TIMERS {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let after = Duration::from_secs(3600) + Duration::from_nanos(random % 3_600_000_000_000);
            self.timers.push(ctx.tell_after(after, Never {}));
        }
        Local(began.elapsed())
    }

    /// As a call does that is answered: arms one and cancels it.
    #[message]
    fn churn(&mut self, ctx: &mut Context<Self>) -> Local<Duration> {
        let began = Instant::now();
        for _ in 0..TIMERS {
            ctx.tell_after(Duration::from_secs(5), Never {}).cancel();
        }
        Local(began.elapsed())
    }

    #[message]
    fn cancel(&mut self) -> Local<Duration> {
        let began = Instant::now();
        let cancelled = self.timers.drain(..).filter_map(Timer::cancel).count();
        assert_eq!(cancelled as u64, TIMERS);
        Local(began.elapsed())
    }
}

/// Resident bytes of this process, where the system tells (Linux).
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = Runtime::builder().workers(1).build()?;
    let armed = ArmedRef::from(runtime.spawn(Armed { timers: Vec::with_capacity(TIMERS as usize) })?);
    let each = |time: Local<Duration>| time.as_nanos() as u64 / TIMERS;
    runtime.block_on(async {
        let before = resident();
        println!("arm: {} ns", each(armed.call_forever(Arm {}).await?));
        if let (Some(before), Some(after)) = (before, resident()) {
            println!("bytes: {}", (after - before) / TIMERS);
        }
        println!("arm and cancel: {} ns", each(armed.call_forever(Churn {}).await?));
        println!("cancel any: {} ns", each(armed.call_forever(Cancel {}).await?));
        Ok(())
    })
}
