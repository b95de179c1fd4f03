//! What a timer costs while a million are armed: to arm, to cancel at once, to cancel any, to fire; and bytes. Beside what one
//! writes on tokio for the same: a task that sleeps and sends, and a `DelayQueue`.
//!
//! `cargo bench -p dala --bench timers`

use dala::actor::process::Timer;
use dala::{Context, Local, ReplyTo, Runtime};
use std::future::poll_fn;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio_util::time::DelayQueue;

const TIMERS: u64 = 1_000_000;
/// Time enough to arm all of them before the first is due.
const SOON: Duration = Duration::from_secs(4);

/// Random moments within an hour, an hour from now: the same for all.
fn moments() -> impl Iterator<Item = Duration> {
    let mut random = 88_172_645_463_325_252u64;
    (0..TIMERS).map(move |_| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        Duration::from_secs(3600) + Duration::from_nanos(random % 3_600_000_000_000)
    })
}

/// Resident bytes of this process, where the system tells (Linux).
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}

/// What was measured, each for one timer.
#[derive(Default)]
struct Costs {
    arm: Duration,
    bytes: Option<u64>,
    churn: Duration,
    cancel: Duration,
    fire: Duration,
}

impl Costs {
    fn print(&self, who: &str) {
        let each = |time: Duration| time.as_nanos() as u64 / TIMERS;
        let bytes = self.bytes.map_or("unknown".to_owned(), |bytes| (bytes / TIMERS).to_string());
        println!(
            "{who:12} | arm {:5} ns | arm and cancel {:5} ns | cancel any {:5} ns | fire {:5} ns | {bytes} bytes",
            each(self.arm),
            each(self.churn),
            each(self.cancel),
            each(self.fire),
        );
    }
}

struct Armed {
    timers: Vec<Timer>,
    fired: u64,
    due: Instant,
    done: Option<ReplyTo<u64>>,
}

#[dala::message]
struct Due {}

#[dala::actor]
impl Armed {
    #[handler]
    fn due(&mut self, _: Due) {
        self.fired += 1;
        if self.fired == TIMERS
            && let Some(done) = self.done.take()
        {
            done.answer(self.due.elapsed().as_nanos() as u64);
        }
    }

    #[message]
    fn arm(&mut self, ctx: &mut Context<Self>) -> Local<Duration> {
        let began = Instant::now();
        self.timers.extend(moments().map(|after| ctx.tell_after(after, Due {})));
        Local(began.elapsed())
    }

    /// As a call does that is answered: arms one and cancels it.
    #[message]
    fn churn(&mut self, ctx: &mut Context<Self>) -> Local<Duration> {
        let began = Instant::now();
        for _ in 0..TIMERS {
            ctx.tell_after(Duration::from_secs(5), Due {}).cancel();
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

    /// Answers nanoseconds from the moment when all are due until the last was handled.
    #[message]
    fn fire(&mut self, ctx: &mut Context<Self>, done: ReplyTo<u64>) {
        self.due = Instant::now() + SOON;
        for _ in 0..TIMERS {
            ctx.tell_after(self.due - Instant::now(), Due {});
        }
        assert!(Instant::now() < self.due, "arming took too long");
        self.done = Some(done);
    }
}

fn dala() -> Result<Costs, Box<dyn std::error::Error>> {
    let runtime = Runtime::builder().workers(1).build()?;
    let timers = Vec::with_capacity(TIMERS as usize);
    let armed = Armed { timers, fired: 0, due: Instant::now(), done: None };
    let armed = ArmedRef::from(runtime.spawn(armed)?);
    runtime.block_on(async {
        let before = resident();
        let arm = armed.call_forever(Arm {}).await?.0;
        let bytes = resident().zip(before).map(|(after, before)| after - before);
        let churn = armed.call_forever(Churn {}).await?.0;
        let cancel = armed.call_forever(Cancel {}).await?.0;
        let fire = Duration::from_nanos(armed.call_forever(Fire {}).await?);
        Ok(Costs { arm, bytes, churn, cancel, fire })
    })
}

/// A task for each, that sleeps and then sends.
async fn tokio_tasks() -> Costs {
    let (sender, mut due) = mpsc::unbounded_channel();
    let after = |time: Duration| {
        let sender = sender.clone();
        tokio::spawn(async move {
            tokio::time::sleep(time).await;
            let _ = sender.send(());
        })
    };
    let mut costs = Costs::default();
    let mut tasks = Vec::with_capacity(TIMERS as usize);
    let before = resident();
    let began = Instant::now();
    tasks.extend(moments().map(after));
    // Armed once they were polled, in order: the last one too, after this one's turn.
    tokio::spawn(async {}).await.expect("it does nothing");
    costs.arm = began.elapsed();
    costs.bytes = resident().zip(before).map(|(after, before)| after - before);

    let began = Instant::now();
    for _ in 0..TIMERS / 1000 {
        let tasks: Vec<_> = (0..1000).map(|_| after(Duration::from_secs(5))).collect();
        // They are armed before they are cancelled.
        tokio::task::yield_now().await;
        tasks.iter().for_each(|task| task.abort());
    }
    costs.churn = began.elapsed();

    let began = Instant::now();
    tasks.iter().for_each(|task| task.abort());
    for task in tasks {
        assert!(task.await.is_err());
    }
    costs.cancel = began.elapsed();

    let at = Instant::now() + SOON;
    (0..TIMERS).for_each(|_| drop(after(at - Instant::now())));
    assert!(Instant::now() < at, "arming took too long");
    for _ in 0..TIMERS {
        due.recv().await;
    }
    costs.fire = at.elapsed();
    costs
}

/// One task that has them all.
async fn delay_queue() -> Costs {
    let mut costs = Costs::default();
    let mut queue = DelayQueue::new();
    let mut keys = Vec::with_capacity(TIMERS as usize);
    let before = resident();
    let began = Instant::now();
    keys.extend(moments().map(|after| queue.insert((), after)));
    costs.arm = began.elapsed();
    costs.bytes = resident().zip(before).map(|(after, before)| after - before);

    let began = Instant::now();
    for _ in 0..TIMERS {
        let key = queue.insert((), Duration::from_secs(5));
        queue.remove(&key);
    }
    costs.churn = began.elapsed();

    let began = Instant::now();
    for key in &keys {
        queue.remove(key);
    }
    costs.cancel = began.elapsed();

    let at = Instant::now() + SOON;
    for _ in 0..TIMERS {
        queue.insert((), at - Instant::now());
    }
    assert!(Instant::now() < at, "arming took too long");
    for _ in 0..TIMERS {
        assert!(poll_fn(|context| queue.poll_expired(context)).await.is_some());
    }
    costs.fire = at.elapsed();
    costs
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let only = std::env::args().nth(1).filter(|argument| !argument.starts_with('-'));
    let wanted = |who: &str| only.as_deref().is_none_or(|only| only == who);
    let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build()?;
    if wanted("dala") {
        dala()?.print("dala");
    }
    if wanted("tasks") {
        tokio.block_on(tokio.spawn(tokio_tasks()))?.print("tokio tasks");
    }
    if wanted("queue") {
        tokio.block_on(tokio.spawn(delay_queue()))?.print("DelayQueue");
    }
    Ok(())
}
